/** The lockfile check reads the real file's form, and refuses what its tables refuse. */
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { FLOORS, isBelow, judgeLockfile, readLockedPackages, REFUSED } from './lockfile.mjs';

const lockfile = readFileSync(new URL('../../pnpm-lock.yaml', import.meta.url), 'utf8');

describe('judgeLockfile', () => {
  it('finds the packages of the real lockfile, scoped ones too, and nothing below a floor', () => {
    const names = readLockedPackages(lockfile).map(({ name }) => name);
    expect(names).toContain('fastify');
    expect(names).toContain('@fastify/static');
    expect(names.length).toBeGreaterThan(200);
    expect(judgeLockfile(lockfile)).toEqual([]);
  });

  it.each(FLOORS)('refuses $name below $floor', ({ name, floor }) => {
    const locked = (version) => `packages:\n\n  '${name}@${version}':\n    resolution: {}\n\nsnapshots:\n`;
    const [major, minor, patch] = floor.split('.').map(Number);
    const older = patch > 0 ? `${major}.${minor}.${patch - 1}` : `${major}.${minor - 1}.99`;
    expect(judgeLockfile(locked(older))).toHaveLength(1);
    expect(judgeLockfile(locked(floor))).toEqual([]);
  });

  it.each(REFUSED)('refuses $name at any version', ({ name }) => {
    expect(judgeLockfile(`packages:\n\n  ${name}@99.0.0:\n    resolution: {}\n`)).toHaveLength(1);
  });

  it('complains when it can read nothing, instead of passing', () => {
    expect(judgeLockfile('lockfileVersion: 12\n')).toHaveLength(1);
  });

  it('compares numbers, not text, and puts a pre-release below its release', () => {
    expect(isBelow('5.9.0', '5.12.6')).toBe(true);
    expect(isBelow('10.0.0', '9.7.0')).toBe(false);
    expect(isBelow('5.12.6-rc.1', '5.12.6')).toBe(true);
  });
});
