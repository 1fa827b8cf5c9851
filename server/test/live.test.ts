/** Events over the socket: a snapshot first, numbered events, and what was missed when coming back. */
import type { AddressInfo } from 'node:net';

import type { JobView } from '@easel/shared/http/jobs';
import type { ClientToServerEvents, Preview, ResumeFrom, ServerToClientEvents, Snapshot } from '@easel/shared/socket';
import { io, type Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { openTestStudio, removeFolders, type TestStudio } from './support/test-studio.ts';

interface Heard {
  name: string;
  payload: { sequence: number; job?: JobView };
}
interface Listener {
  socket: Socket<ServerToClientEvents, ClientToServerEvents>;
  snapshot: Snapshot | null;
  heard: Heard[];
  previews: Preview[];
}

let studio: TestStudio;
let address: string;
const open: Listener[] = [];

beforeAll(async () => {
  studio = await openTestStudio();
  await studio.app.listen({ host: '127.0.0.1', port: 0 });
  address = `http://127.0.0.1:${(studio.app.server.address() as AddressInfo).port}`;
});
afterEach(() => {
  for (const { socket } of open.splice(0)) socket.disconnect();
});
afterAll(async () => {
  await studio.end();
  await removeFolders(studio.folders);
});

const connect = async (auth: ResumeFrom = {}): Promise<Listener> => {
  const socket: Listener['socket'] = io(address, {
    transports: ['websocket'],
    reconnection: false,
    auth,
    forceNew: true,
  });
  const listener: Listener = { socket, snapshot: null, heard: [], previews: [] };
  open.push(listener);
  socket.on('snapshot', (snapshot) => (listener.snapshot = snapshot));
  socket.on('job:preview', (preview) => listener.previews.push(preview));
  socket.onAny((name: string, payload: Heard['payload']) => {
    if (name !== 'snapshot' && name !== 'job:preview') listener.heard.push({ name, payload });
  });
  await new Promise<void>((resolve, reject) => {
    socket.on('connect', resolve);
    socket.on('connect_error', reject);
  });
  return listener;
};

const until = async (what: () => boolean): Promise<void> => {
  const deadline = Date.now() + 10_000;
  while (!what()) {
    if (Date.now() > deadline) throw new Error('Waited in vain.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
const namesOf = (listener: Listener, jobId: string): string[] =>
  listener.heard.filter(({ payload }) => payload.job?.id === jobId).map(({ name }) => name);

describe('a client that connects', () => {
  it('gets a snapshot of the jobs, then every event in order with rising numbers', async () => {
    const before = await studio.submit({ prompt: '[slow=50]' });
    const listener = await connect();
    await until(() => listener.snapshot !== null);
    expect(listener.snapshot).toMatchObject({ engine: { state: 'ready' }, epoch: expect.any(String) });
    expect(listener.snapshot?.jobs.map(({ id }) => id)).toContain(before.id);

    const { id } = await studio.submit({ prompt: 'watched' });
    await until(() => namesOf(listener, id).includes('job:finished'));
    const names = namesOf(listener, id);
    expect([names[0], names[1], names.at(-1)]).toEqual(['job:queued', 'job:started', 'job:finished']);
    const created = listener.heard.findIndex(({ name }) => name === 'image:created');
    expect(created).toBeGreaterThan(-1);
    const numbers = listener.heard.map(({ payload }) => payload.sequence);
    expect(numbers).toEqual(numbers.toSorted((left, right) => left - right));
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers.every((number) => number > (listener.snapshot?.sequence ?? 0))).toBe(true);
  });

  it('sees previews as WebP, no larger than the picture', async () => {
    const listener = await connect();
    const { id } = await studio.submit({ prompt: '[slow=40]', steps: 10 });
    await studio.ended(id);
    expect(listener.previews.length).toBeGreaterThan(3);
    const [preview] = listener.previews;
    expect(preview).toMatchObject({ jobId: id, imageIndex: 0, steps: 10, mime: 'image/webp' });
    const bytes = Buffer.from(preview?.bytes as ArrayBuffer);
    expect(bytes.subarray(8, 12).toString()).toBe('WEBP');
  });
});

describe('a client that was away', () => {
  it('gets exactly what it missed, the progress of each job shortened to the latest', async () => {
    const first = await connect();
    const one = await studio.submit({ prompt: 'one' });
    await until(() => namesOf(first, one.id).includes('job:finished'));
    const last = first.heard.at(-1)?.payload.sequence as number;
    const epoch = first.snapshot?.epoch as string;
    first.socket.disconnect();

    const { id } = await studio.ended((await studio.submit({ prompt: 'missed [slow=30]', steps: 12 })).id);
    const back = await connect({ epoch, sequence: last });
    await until(() => namesOf(back, id).includes('job:finished'));
    expect(back.snapshot).toBeNull();
    expect(back.heard[0]?.payload.sequence).toBeGreaterThan(last);
    expect(namesOf(back, one.id)).toEqual([]);
    expect(namesOf(back, id).filter((name) => name === 'job:progress').length).toBeLessThanOrEqual(1);
    expect(namesOf(back, id)[0]).toBe('job:queued');
  });

  it.each([
    ['another server process', { epoch: 'another', sequence: 1 }],
    ['the future', { sequence: 10 ** 9 }],
    ['nonsense', { epoch: 7, sequence: 'x' } as unknown as ResumeFrom],
  ])('gets a fresh snapshot when its number is from %s', async (_where, from) => {
    const probe = await connect();
    await until(() => probe.snapshot !== null);
    const auth = from.epoch === undefined ? { ...from, epoch: probe.snapshot?.epoch as string } : from;
    const back = await connect(auth);
    await until(() => back.snapshot !== null);
    expect(back.snapshot?.epoch).toBe(probe.snapshot?.epoch);
    expect(back.heard).toEqual([]);
  });
});

describe('a client that does what none should', () => {
  it('is shown out when it sends anything', async () => {
    const listener = await connect();
    (listener.socket as unknown as { emit(name: string, ...rest: unknown[]): void }).emit('job:cancel', 'x');
    await until(() => listener.socket.disconnected);
    expect((await studio.app.inject('/api/v1/health')).statusCode).toBe(200);
  });

  it.each(['http://evil.test', 'null', 'http://127.0.0.1.evil.test'])(
    'is refused from a page of %s',
    async (origin) => {
      const socket = io(address, {
        transports: ['websocket'],
        reconnection: false,
        forceNew: true,
        extraHeaders: { origin },
      });
      await expect(
        new Promise((resolve, reject) => {
          socket.on('connect', () => resolve('connected'));
          socket.on('connect_error', reject);
        }),
      ).rejects.toThrow('websocket error');
      socket.disconnect();
    },
  );

  it('is refused without WebSocket', async () => {
    const response = await fetch(`${address}/socket.io/?EIO=4&transport=polling`);
    expect(response.status).toBe(400);
  });
});
