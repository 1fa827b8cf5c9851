/**
 * Settings of the server: flags first, then EASEL_* variables, then defaults, all through one schema.
 *
 * The only file of the server that reads process.env. Whatever is wrong is one sentence in a StudioError
 * (`bad_setting`, `refusing_open_bind`); main.ts prints it and ends with 2.
 */
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { StudioError } from '@easel/shared/errors';
import { z } from 'zod';

import { nearest } from './services/near-names.ts';
import { FAILPOINTS, type FailpointName } from './services/picture.ts';

export interface Config {
  host: string;
  /** 0 = any free one. */
  port: number;
  /** Absolute folders. */
  models: string;
  /** Further trees of models, of other programs too; only read. */
  modelsFrom: string[];
  outputs: string;
  data: string;
  device: string;
  /** Most bytes of memory that the engine may take; null = three quarters of what there is. */
  memoryBudget: number | null;
  /** Open the page in the browser once the server listens. */
  open: boolean;
  /** Host names, beside localhost and IP addresses, under which requests are answered. */
  allowedHosts: string[];
  /** Tests only: where the process ends itself. */
  failpoint: FailpointName | null;
  /** Tests only: another program in place of the engine. */
  engineEntry: string | null;
  /** What the engine process gets as its environment. */
  engineEnvironment: NodeJS.ProcessEnv;
}

/** Devices a person may ask for; the engine says which one it took and why. */
const DEVICES = ['auto', 'cpu', 'cuda', 'webgpu'] as const;

interface Setting {
  readonly name: keyof z.infer<typeof settings>;
  readonly variable: string;
  /** `list` may be given several times; in a variable its values stand as in PATH. */
  readonly kind: 'string' | 'boolean' | 'list';
  /** Placeholder of the value in the usage text. */
  readonly value?: string;
  readonly help: string;
}

const SETTINGS: readonly Setting[] = [
  {
    name: 'host',
    variable: 'EASEL_HOST',
    kind: 'string',
    value: 'ADDRESS',
    help: 'Address to listen on (127.0.0.1: this computer only).',
  },
  { name: 'port', variable: 'EASEL_PORT', kind: 'string', value: 'NUMBER', help: 'Port to listen on (7860).' },
  {
    name: 'models',
    variable: 'EASEL_MODELS',
    kind: 'string',
    value: 'FOLDER',
    help: 'Where checkpoints/ lies (./models).',
  },
  {
    name: 'models-from',
    variable: 'EASEL_MODELS_FROM',
    kind: 'list',
    value: 'FOLDER',
    help: 'More models: an A1111, Forge, ComfyUI or InvokeAI folder, or any other; may be given several times.',
  },
  {
    name: 'outputs',
    variable: 'EASEL_OUTPUTS',
    kind: 'string',
    value: 'FOLDER',
    help: 'Where pictures go (./outputs).',
  },
  {
    name: 'data',
    variable: 'EASEL_DATA',
    kind: 'string',
    value: 'FOLDER',
    help: 'Where the database and thumbnails go (./data).',
  },
  {
    name: 'device',
    variable: 'EASEL_DEVICE',
    kind: 'string',
    value: 'NAME',
    help: `What computes: ${DEVICES.join(' or ')} (auto).`,
  },
  {
    name: 'memory-budget',
    variable: 'EASEL_MEMORY_BUDGET',
    kind: 'string',
    value: 'SIZE',
    help: 'Most memory the engine may take, such as 8G or 6000M (three quarters of the memory).',
  },
  { name: 'open', variable: 'EASEL_OPEN', kind: 'boolean', help: 'Open the page in the browser.' },
];

const UNITS: Readonly<Record<string, number>> = { M: 2 ** 20, G: 2 ** 30 };
const SMALLEST_BUDGET = 512 * 2 ** 20;

/** `8G`, `6000M`, `7.5 GB` or bytes. */
function readSize(text: string, context: z.RefinementCtx): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([MG]?)I?B?$/i.exec(text.trim()) ?? [];
  const bytes = Number(number) * (UNITS[unit?.toUpperCase() ?? ''] ?? 1);
  if (bytes >= SMALLEST_BUDGET) return Math.floor(bytes);
  context.addIssue('no size');
  return z.NEVER;
}

const port = z.coerce.number().int().min(0).max(65_535);
const settings = z.object({
  host: z.string().min(1).default('127.0.0.1'),
  port: port.default(7860),
  models: z.string().min(1).optional(),
  'models-from': z.array(z.string().min(1)).default([]),
  outputs: z.string().min(1).optional(),
  data: z.string().min(1).optional(),
  device: z.enum(DEVICES).default('auto'),
  'memory-budget': z.string().transform(readSize).optional(),
  open: z
    .union([z.boolean(), z.enum(['0', '1', 'true', 'false']).transform((text) => text === '1' || text === 'true')])
    .default(false),
});

const EXPECTED: Record<keyof z.infer<typeof settings>, string> = {
  host: 'an address such as 127.0.0.1',
  port: 'a whole number from 0 to 65535',
  models: 'a folder',
  'models-from': 'a folder',
  outputs: 'a folder',
  data: 'a folder',
  device: `one of ${DEVICES.join(', ')}`,
  'memory-budget': 'a size of at least 512M, such as 8G or 6000M',
  open: '1 or 0',
};

const wrong = (message: string, hint?: string): StudioError =>
  new StudioError('bad_setting', message, hint === undefined ? {} : { hint });

/** What `--help` prints. */
export const usage = (): string => {
  const rows = SETTINGS.map((setting) => {
    const flag = setting.value === undefined ? `--${setting.name}` : `--${setting.name} ${setting.value}`;
    return `  ${flag.padEnd(22)} ${setting.variable.padEnd(18)} ${setting.help}`;
  });
  return [
    'Easel, a Stable Diffusion studio.',
    '',
    'Usage: npm start -- [flags]',
    '',
    ...rows,
    `  ${'--help'.padEnd(22)} ${''.padEnd(18)} Print this and end.`,
    '',
    'Without a flag:',
    '  EASEL_ALLOWED_HOSTS   Further host names under which the page may be opened, separated by commas.',
    '  EASEL_TRUST_NETWORK   1 lets the server listen on an address others can reach, without a password. Meant for a',
    '                        container whose port is published on 127.0.0.1 of the host only: whoever reaches the port',
    '                        may use everything.',
    '',
  ].join('\n');
};

type Values = Partial<Record<Setting['name'] | 'help', string | boolean | string[]>>;

const readFlags = (args: readonly string[]): Values => {
  const options = Object.fromEntries(
    SETTINGS.map(({ name, kind }) => [name, { type: kind === 'boolean' ? kind : 'string' } as const]),
  );
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...options, help: { type: 'boolean' } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const known = [...SETTINGS.map(({ name }) => name), 'help'];
  const values: Values = {};
  for (const token of tokens) {
    if (token.kind === 'positional') {
      throw wrong(`"${token.value}" is not a flag; flags begin with --, and --help lists them.`);
    }
    if (token.kind !== 'option') continue;
    const setting = SETTINGS.find(({ name }) => name === token.name);
    if (token.name === 'help') {
      values.help = true;
    } else if (setting === undefined) {
      const near = nearest(token.name, known, 1)[0];
      const advice = near === undefined ? '--help lists the flags' : `did you mean --${near}`;
      throw wrong(`There is no flag ${token.rawName}; ${advice}${near === undefined ? '.' : '?'}`);
    } else if (setting.kind === 'boolean') {
      if (token.value !== undefined) throw wrong(`--${setting.name} takes no value.`);
      values[setting.name] = true;
    } else if (token.value === undefined || (!token.inlineValue && token.value.startsWith('--'))) {
      throw wrong(`--${setting.name} needs a value: ${EXPECTED[setting.name]}.`);
    } else if (setting.kind === 'list') {
      const before = values[setting.name];
      values[setting.name] = [...(Array.isArray(before) ? before : []), token.value];
    } else {
      values[setting.name] = token.value;
    }
  }
  return values;
};

/** Addresses only this computer can reach. */
const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

// The shell expands ~ in `--models ~/x` but neither in `--models=~/x` nor in a variable.
const expandHome = (path: string): string => (path === '~' || path.startsWith('~/') ? homedir() + path.slice(1) : path);

const readFailpoint = (env: NodeJS.ProcessEnv): FailpointName | null =>
  env['NODE_ENV'] === 'test' ? (FAILPOINTS.find((name) => name === env['EASEL_FAILPOINT']) ?? null) : null;

// Secrets of the server are nobody else's business, and glibc returns freed weights to the system only with mmap'd blocks.
const engineEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const { EASEL_PASSWORD: _password, NODE_OPTIONS: _options, ...rest } = env;
  return { ...rest, MALLOC_MMAP_THRESHOLD_: '1048576' };
};

/**
 * @param args what follows the script's name
 * @param root where the default folders lie; given relative ones are below the working folder
 * @returns `help` when only the usage was asked for
 * @throws bad_setting, refusing_open_bind
 */
export function readConfig(
  args: readonly string[],
  root: string,
  env: NodeJS.ProcessEnv = process.env,
): Config | 'help' {
  const flags = readFlags(args);
  if (flags.help === true) return 'help';

  const given: Record<string, unknown> = {};
  const source: Record<string, string> = {};
  for (const { name, variable, kind } of SETTINGS) {
    const fromFlag = flags[name];
    const fromVariable = env[variable];
    if (fromFlag !== undefined) {
      given[name] = fromFlag;
      source[name] = `--${name}`;
    } else if (fromVariable !== undefined && fromVariable !== '') {
      given[name] = kind === 'list' ? fromVariable.split(delimiter).filter((part) => part !== '') : fromVariable;
      source[name] = variable;
    }
  }
  // An empty text is no number, though JavaScript takes it for 0.
  if (typeof given['port'] === 'string' && !/^\d+$/.test(given['port'])) given['port'] = Number.NaN;

  const parsed = settings.safeParse(given);
  if (!parsed.success) {
    const name = parsed.error.issues[0]?.path[0] as Setting['name'];
    const raw = flags[name] ?? env[SETTINGS.find((setting) => setting.name === name)?.variable ?? ''];
    throw wrong(`${source[name]} is "${String(raw)}"; it must be ${EXPECTED[name]}.`);
  }
  const values = parsed.data;
  const folder = (name: 'models' | 'outputs' | 'data'): string => {
    const path = values[name];
    return path === undefined ? resolve(root, name) : resolve(expandHome(path));
  };

  if (!isLoopback(values.host) && env['EASEL_TRUST_NETWORK'] !== '1') {
    throw new StudioError(
      'refusing_open_bind',
      `Refusing to listen on ${values.host}: others could reach it, and this version has no password yet. ` +
        'Leave --host out to use it on this computer, or reach it through an SSH tunnel.',
    );
  }

  return {
    host: values.host,
    port: values.port,
    models: folder('models'),
    modelsFrom: values['models-from'].map((path) => resolve(expandHome(path))),
    outputs: folder('outputs'),
    data: folder('data'),
    device: values.device,
    memoryBudget: values['memory-budget'] ?? null,
    open: values.open,
    allowedHosts: (env['EASEL_ALLOWED_HOSTS'] ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== ''),
    failpoint: readFailpoint(env),
    engineEntry: env['NODE_ENV'] === 'test' ? (env['EASEL_ENGINE_ENTRY'] ?? null) : null,
    engineEnvironment: engineEnvironment(env),
  };
}
