/** Which names and which pages the server takes for its own. */
import { describe, expect, it } from 'vitest';

import { isAllowedHost, isAllowedOrigin } from './guard.ts';

const config = { allowedHosts: ['studio.lan'] };

describe('the Host header', () => {
  it.each([
    'localhost',
    'localhost:7860',
    'LOCALHOST:80',
    '127.0.0.1:7860',
    '192.168.1.20',
    '[::1]:7860',
    '[fe80::1]',
    'studio.lan',
    'Studio.LAN:443',
  ])('may be %s', (host) => expect(isAllowedHost(host, config)).toBe(true));

  it.each([
    undefined,
    '',
    ' ',
    'attacker.example',
    '127.0.0.1.attacker.example',
    'localhost.',
    'localhost.attacker.example',
    'xlocalhost',
    'studio.lan.attacker.example',
    'localhost, attacker.example',
    'localhost:7860:1',
    'localhost:port',
    'localhost@attacker.example',
    'attacker.example/localhost',
    '127.1',
    '0x7f000001',
    '2130706433',
    '127.0.0.1 ',
    '[::1',
    '::1',
    '[localhost]',
    '[127.0.0.1]',
    '[::ffff]:80]',
  ])('may not be %j', (host) => expect(isAllowedHost(host, config)).toBe(false));
});

describe('the Origin header', () => {
  it.each([
    [undefined, 'localhost:7860'],
    ['http://localhost:7860', 'localhost:7860'],
    ['http://127.0.0.1:7860', '127.0.0.1:7860'],
    ['http://[::1]:7860', '[::1]:7860'],
    ['http://localhost', 'localhost:80'],
    ['https://192.168.1.20', '192.168.1.20'],
    // A proxy in front speaks TLS, and may ask us by another name.
    ['https://studio.lan', 'studio.lan'],
    ['https://studio.lan', '127.0.0.1:7860'],
  ])('may be %s at %s', (origin, host) => expect(isAllowedOrigin(origin, host, config)).toBe(true));

  it.each([
    ['null', 'localhost:7860'],
    ['', 'localhost:7860'],
    ['http://evil.test', 'localhost:7860'],
    // Another program's pages on this computer are another site's.
    ['http://localhost:8888', 'localhost:7860'],
    ['http://localhost:7860', '127.0.0.1:7860'],
    ['http://localhost:7860.evil.test', 'localhost:7860'],
    ['http://evil.test#localhost:7860', 'localhost:7860'],
    ['http://localhost:7860@evil.test', 'localhost:7860'],
    ['file://', 'localhost:7860'],
    ['chrome-extension://abcdef', 'localhost:7860'],
    ['http://localhost:7860', undefined],
    ['http://localhost:7860, http://evil.test', 'localhost:7860'],
    ['https://studio.lan.evil.test', 'localhost:7860'],
  ])('may not be %j at %s', (origin, host) => expect(isAllowedOrigin(origin, host, config)).toBe(false));
});
