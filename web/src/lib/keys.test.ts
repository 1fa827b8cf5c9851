import { describe, expect, it } from 'vitest';

import { COMMANDS } from '../commands/table.ts';
import { isTyping, matchesKeys, partsOfKeys } from './keys.ts';

const press = (key: string, changes: Partial<KeyboardEvent> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...changes,
});

describe('keys', () => {
  it('match with Control or Command', () => {
    expect(matchesKeys(press('Enter', { ctrlKey: true }), 'Control+Enter')).toBe(true);
    expect(matchesKeys(press('Enter', { metaKey: true }), 'Control+Enter')).toBe(true);
    expect(matchesKeys(press('Enter'), 'Control+Enter')).toBe(false);
  });

  it('match a sign however the keyboard makes it', () => {
    expect(matchesKeys(press('?', { shiftKey: true }), '?')).toBe(true);
    expect(matchesKeys(press('/', { shiftKey: true }), '/')).toBe(true);
  });

  it('leave combinations of the browser alone', () => {
    expect(matchesKeys(press('r', { ctrlKey: true }), 'R')).toBe(false);
    expect(matchesKeys(press('A', { shiftKey: true }), 'A')).toBe(false);
  });

  it('are different for every command', () => {
    const all = COMMANDS.flatMap((command) => command.keys);
    expect(new Set(all).size).toBe(all.length);
  });

  it('print in the order they are pressed', () => {
    expect(partsOfKeys('Control+Enter', false)).toEqual(['Control', 'Enter']);
    expect(partsOfKeys('Control+S', true)).toEqual(['Meta', 'S']);
  });

  it('know a text field from a button', () => {
    document.body.innerHTML = '<textarea></textarea><button><span></span></button>';
    expect(isTyping(document.querySelector('textarea'))).toBe(true);
    expect(isTyping(document.querySelector('span'))).toBe(false);
  });
});
