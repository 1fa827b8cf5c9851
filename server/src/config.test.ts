import { delimiter } from 'node:path';

import { describe, expect, it } from 'vitest';

import { readConfig, usage, type Config } from './config.ts';

const read = (args: string[], env: NodeJS.ProcessEnv = {}): Config => readConfig(args, '/easel', env) as Config;
const refusal = (args: string[], env: NodeJS.ProcessEnv = {}): string => {
  try {
    read(args, env);
  } catch (thrown) {
    return (thrown as Error).message;
  }
  return 'not refused';
};

describe('readConfig', () => {
  it('listens on this computer only, and keeps everything below the program, when nothing is said', () => {
    expect(read([])).toMatchObject({
      host: '127.0.0.1',
      port: 7860,
      models: '/easel/models',
      outputs: '/easel/outputs',
      data: '/easel/data',
      device: 'auto',
      open: false,
      failpoint: null,
      engineEntry: null,
    });
  });

  it('takes flags before variables before defaults', () => {
    expect(read([], { EASEL_PORT: '8001', EASEL_OPEN: '1', EASEL_MODELS: '/m' })).toMatchObject({
      port: 8001,
      open: true,
      models: '/m',
    });
    expect(read(['--port', '8002', '--models=/n'], { EASEL_PORT: '8001', EASEL_MODELS: '/m' })).toMatchObject({
      port: 8002,
      models: '/n',
    });
    expect(read(['--port', '1'], { EASEL_PORT: 'rubbish' }).port).toBe(1);
  });

  it('reads a memory budget with or without a unit', () => {
    expect(read([]).memoryBudget).toBeNull();
    expect(read(['--memory-budget', '8G']).memoryBudget).toBe(8 * 2 ** 30);
    expect(read(['--memory-budget', '1.5 GiB']).memoryBudget).toBe(1.5 * 2 ** 30);
    expect(read([], { EASEL_MEMORY_BUDGET: '6000M' }).memoryBudget).toBe(6000 * 2 ** 20);
    expect(read(['--memory-budget', '1000000000']).memoryBudget).toBe(1e9);
    for (const wrong of ['8T', 'much', '100M', '-8G']) {
      expect(refusal([`--memory-budget=${wrong}`])).toContain('it must be a size of at least 512M');
    }
  });

  it('takes several further folders of models, as flags or as in PATH', () => {
    expect(read([]).modelsFrom).toEqual([]);
    expect(read(['--models-from', '/a', '--models-from=/b c'], { EASEL_MODELS_FROM: '/x' }).modelsFrom).toEqual([
      '/a',
      '/b c',
    ]);
    expect(read([], { EASEL_MODELS_FROM: `/x${delimiter}/y` }).modelsFrom).toEqual(['/x', '/y']);
    expect(refusal(['--models-from'])).toBe('--models-from needs a value: a folder.');
    expect(refusal(['--models-from='])).toBe('--models-from is ""; it must be a folder.');
  });

  it('reads a home folder where the shell did not', () => {
    expect(read(['--models=~/x']).models).not.toContain('~');
  });

  it.each([
    [['--prot', '1'], 'There is no flag --prot; did you mean --port?'],
    [['--xyzzy'], 'There is no flag --xyzzy; --help lists the flags.'],
    [['-p', '1'], 'There is no flag -p; --help lists the flags.'],
    [['serve'], '"serve" is not a flag; flags begin with --, and --help lists them.'],
    [['--port'], '--port needs a value: a whole number from 0 to 65535.'],
    [['--port', '--open'], '--port needs a value: a whole number from 0 to 65535.'],
    [['--port', '70000'], '--port is "70000"; it must be a whole number from 0 to 65535.'],
    [['--port', '0x10'], '--port is "0x10"; it must be a whole number from 0 to 65535.'],
    [['--port='], '--port is ""; it must be a whole number from 0 to 65535.'],
    [['--device', 'toaster'], '--device is "toaster"; it must be one of auto, cpu, cuda, webgpu.'],
    [['--open=yes'], '--open takes no value.'],
    [['--models', ''], '--models is ""; it must be a folder.'],
  ])('answers %j with a sentence', (args, sentence) => {
    expect(refusal(args)).toBe(sentence);
  });

  it('names the variable when that is what is wrong', () => {
    expect(refusal([], { EASEL_PORT: 'seven' })).toBe(
      'EASEL_PORT is "seven"; it must be a whole number from 0 to 65535.',
    );
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'example.org', '128.0.0.1'])(
    'refuses to listen on %s without being told to trust the network',
    (host) => {
      expect(refusal(['--host', host])).toContain(`Refusing to listen on ${host}`);
      expect(refusal(['--host', host], { EASEL_PASSWORD: 'x' })).toContain('Refusing');
      expect(read(['--host', host], { EASEL_TRUST_NETWORK: '1' }).host).toBe(host);
    },
  );

  it.each(['localhost', '127.0.0.1', '127.3.2.1', '::1'])('listens on %s', (host) => {
    expect(read(['--host', host]).host).toBe(host);
  });

  it('ends itself at failpoints, and takes another engine, in tests only', () => {
    const env = { EASEL_FAILPOINT: 'after-rename', EASEL_ENGINE_ENTRY: '/fake.mjs' };
    expect(read([], env)).toMatchObject({ failpoint: null, engineEntry: null });
    expect(read([], { ...env, NODE_ENV: 'production' })).toMatchObject({ failpoint: null, engineEntry: null });
    expect(read([], { ...env, NODE_ENV: 'test' })).toMatchObject({
      failpoint: 'after-rename',
      engineEntry: '/fake.mjs',
    });
  });

  it('gives the engine no secret, and the allocator setting that returns freed weights', () => {
    const { engineEnvironment } = read([], { EASEL_PASSWORD: 'secret', PATH: '/bin' });
    expect(engineEnvironment).toEqual({ PATH: '/bin', MALLOC_MMAP_THRESHOLD_: '1048576' });
  });

  it('takes further host names', () => {
    expect(read([], { EASEL_ALLOWED_HOSTS: 'Studio.local, other,' }).allowedHosts).toEqual(['studio.local', 'other']);
  });

  it('asks for the usage with --help, whatever else is right', () => {
    expect(readConfig(['--help', '--port', '1'], '/easel', {})).toBe('help');
    expect(usage()).toContain('EASEL_TRUST_NETWORK');
  });
});
