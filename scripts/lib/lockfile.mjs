/**
 * The lockfile against a table of version floors: below them, a known hole lets one request end the process or worse.
 *
 * The table is re-read against the advisories at each release. It says nothing about packages it does not name.
 */

/** Oldest version without the known hole, and the advisory that set it. */
export const FLOORS = [
  { name: '@fastify/busboy', floor: '3.2.6', why: 'CVE-2026-124724: the parts limit ends the process' },
  { name: '@fastify/multipart', floor: '10.1.9', why: 'CVE-2026-124289: a JSON body forges an uploaded file' },
  { name: '@fastify/static', floor: '10.1.4', why: 'CVE-2026-6414 and -15074: encoded paths skip route guards' },
  { name: 'fastify', floor: '5.12.6', why: 'CVE-2026-25223, -33806, -107832: content types skip validation' },
  { name: '@fastify/proxy-addr', floor: '5.1.1', why: 'CVE-2026-92395: a mapped range trusts every address' },
  { name: 'find-my-way', floor: '9.7.0', why: 'CVE-2026-47219: an uncaught exception through HTTP/2' },
  { name: 'engine.io', floor: '6.6.10', why: 'CVE-2026-102599: an upgrade ends the process' },
  { name: 'socket.io-parser', floor: '4.2.7', why: 'CVE-2026-69185: announced attachments exhaust memory' },
  { name: 'ws', floor: '8.21.1', why: 'CVE-2026-62389: unfinished fragments exhaust memory' },
  { name: 'onnxruntime-node', floor: '1.28.1', why: 'forged initialisers reach outside their file' },
  { name: 'sharp', floor: '0.35.4', why: 'holes in the bundled image decoders' },
  { name: 'vite', floor: '6.0.9', why: 'the development server answers other origins' },
];

/** Never in the tree, whatever the version. */
export const REFUSED = [
  { name: 'extract-zip', why: 'writes outside its folder' },
  { name: 'decompress', why: 'writes outside its folder' },
  { name: 'better-sqlite3', why: 'from 13 on it crashes on Node 20, before it compiles on install' },
];

/** Every `{name, version}` that the lockfile's `packages:` section lists. */
export function readLockedPackages(lockfile) {
  const section = /^packages:\n([\s\S]*?)(?=^\S)/m.exec(`${lockfile}\nend:`)?.[1] ?? '';
  return [...section.matchAll(/^ {2}'?((?:@[^/\s]+\/)?[^@\s']+)@([^\s:'(]+)'?:$/gm)].map(([, name, version]) => ({
    name,
    version,
  }));
}

/** Whether a version is lower than a floor. A pre-release of the floor itself is lower. */
export function isBelow(version, floor) {
  const [numbers, preRelease] = version.split(/-(.*)/s);
  const [here, there] = [numbers, floor].map((text) => text.split('.').map(Number));
  for (let i = 0; i < 3; i++) if (here[i] !== there[i]) return here[i] < there[i];
  return preRelease !== undefined;
}

/** A sentence for each locked package that the tables refuse. */
export function judgeLockfile(lockfile) {
  const locked = readLockedPackages(lockfile);
  if (locked.length === 0) return ['pnpm-lock.yaml lists no packages: its form is not the one this check reads'];
  return locked.flatMap(({ name, version }) => {
    const refused = REFUSED.find((row) => row.name === name);
    if (refused) return [`${name}@${version} is not to be used: ${refused.why}`];
    const row = FLOORS.find((each) => each.name === name);
    return row && isBelow(version, row.floor) ? [`${name}@${version} is below ${row.floor}: ${row.why}`] : [];
  });
}
