/** What stands on the command line of `easel`, checked and turned into a command. Reads no file. */
import { parseArgs } from 'node:util';

import { RequestError } from '@easel/shared/errors';
import {
  convertRequest,
  EMA_CHOICES,
  MERGE_METHODS,
  mergeProblem,
  mergeRequest,
  MODEL_FORMS,
  MODEL_PARTS,
  PRECISIONS,
  type ModelWorkParameters,
} from '@easel/shared/model-work';

export type Command =
  | { readonly kind: 'help'; readonly about: string | null }
  | { readonly kind: 'inspect' | 'verify'; readonly file: string; readonly isJson: boolean }
  /** Paths as they were written. */
  | {
      readonly kind: 'make';
      readonly parameters: ModelWorkParameters;
      readonly sources: readonly string[];
      readonly vae: string | null;
      readonly base: string | null;
      /** In the order of the parameters. */
      readonly loras: readonly string[];
      readonly output: string;
    };

const STRING = { type: 'string' } as const;
const FLAG = { type: 'boolean', default: false } as const;
const COMMON = { help: { type: 'boolean', short: 'h', default: false } } as const;

const COMMANDS = ['convert', 'merge', 'inspect', 'verify'] as const;

/** @throws not_allowed | field_required | unknown_field naming the argument and a way out */
export function parseCommand(words: readonly string[]): Command {
  const [name, ...rest] = words;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help')
    return { kind: 'help', about: rest[0] ?? null };
  switch (name) {
    case 'convert':
      return parseConvert(rest);
    case 'merge':
      return parseMerge(rest);
    case 'inspect':
    case 'verify':
      return parseLook(name, rest);
    default:
      throw new RequestError('not_allowed', `There is no command "${name}".`, {
        field: 'command',
        got: name,
        limit: COMMANDS,
        hint: `One of ${COMMANDS.join(', ')}; npm run easel -- --help says what they do.`,
      });
  }
}

function parseConvert(words: readonly string[]): Command {
  const options = {
    ...COMMON,
    form: STRING,
    part: STRING,
    precision: STRING,
    ema: STRING,
    vae: STRING,
    base: STRING,
    lora: { type: 'string', multiple: true } as const,
    overwrite: FLAG,
  };
  const { values, positionals } = guarded('convert', () =>
    parseArgs({ args: [...words], options, allowPositionals: true }),
  );
  if (values.help) return { kind: 'help', about: 'convert' };
  const [source, output] = exactly(positionals, ['SOURCE', 'OUTPUT'], 'convert');
  const loras = (values.lora ?? []).map(readLora);
  const asked = {
    type: 'convert',
    model: source,
    output: 'output',
    form: choice('--form', values.form, MODEL_FORMS),
    part: choice('--part', values.part, MODEL_PARTS),
    precision: choice('--precision', values.precision, PRECISIONS),
    ema: choice('--ema', values.ema, EMA_CHOICES),
    overwrite: values.overwrite,
    ...(values.vae === undefined ? {} : { vae: 'vae' }),
    ...(values.base === undefined ? {} : { base: 'base' }),
    ...(loras.length === 0 ? {} : { loras: loras.map(({ file, weight }) => ({ model: nameOf(file), weight })) }),
  };
  const parsed = convertRequest.safeParse(asked);
  if (!parsed.success)
    throw refusal('--lora', 'at most 20 of them, each of a weight from -10 to 10', 'For example --lora style:0.8.');
  const parameters = parsed.data;
  if (parameters.part === 'vae' && parameters.form === 'diffusers')
    throw refusal('--form', 'a VAE alone is written as a single file', 'Leave --form out.');
  return {
    kind: 'make',
    parameters,
    sources: [source as string],
    vae: values.vae ?? null,
    base: values.base ?? null,
    loras: loras.map(({ file }) => file),
    output: output as string,
  };
}

function parseMerge(words: readonly string[]): Command {
  const options = {
    ...COMMON,
    method: STRING,
    weights: STRING,
    precision: STRING,
    vae: STRING,
    output: { type: 'string', short: 'o' } as const,
    overwrite: FLAG,
  };
  const { values, positionals } = guarded('merge', () =>
    parseArgs({ args: [...words], options, allowPositionals: true }),
  );
  if (values.help) return { kind: 'help', about: 'merge' };
  if (positionals.length < 2 || positionals.length > 3)
    throw refusal(
      'MODEL',
      `two or three models are merged, not ${positionals.length}`,
      'npm run easel -- merge --help',
    );
  if (values.output === undefined) throw refusal('--output', 'it is missing', 'Add --output FILE.', 'field_required');
  const method = choice('--method', values.method, MERGE_METHODS) ?? 'weighted-sum';
  const asked = {
    type: 'merge',
    method,
    models: positionals,
    weights: weightsOf(values.weights ?? '0.5'),
    output: 'output',
    precision: choice('--precision', values.precision, PRECISIONS),
    overwrite: values.overwrite,
    ...(values.vae === undefined ? {} : { vae: 'vae' }),
  } as const;
  const parsed = mergeRequest.safeParse(asked);
  if (!parsed.success) throw refusal('--weights', 'one or two numbers from -2 to 2', 'For example --weights 0.3.');
  const problem = mergeProblem(parsed.data);
  if (problem !== null)
    throw refusal(
      problem.field === 'weights' ? '--weights' : 'MODEL',
      problem.message,
      'npm run easel -- merge --help',
    );
  return {
    kind: 'make',
    parameters: parsed.data,
    sources: positionals,
    vae: values.vae ?? null,
    base: null,
    loras: [],
    output: values.output,
  };
}

function parseLook(kind: 'inspect' | 'verify', words: readonly string[]): Command {
  const options = { ...COMMON, json: FLAG };
  const { values, positionals } = guarded(kind, () => parseArgs({ args: [...words], options, allowPositionals: true }));
  if (values.help) return { kind: 'help', about: kind };
  const [file] = exactly(positionals, ['FILE'], kind);
  return { kind, file: file as string, isJson: values.json };
}

/** What Node says of an argument, as an error of ours. */
function guarded<T>(command: string, parse: () => T): T {
  try {
    return parse();
  } catch (thrown) {
    const { message, code } = thrown as Error & { code?: string };
    if (code?.startsWith('ERR_PARSE_ARGS') !== true) throw thrown;
    throw new RequestError('unknown_field', (message.split('. ')[0] ?? message).replace(/\.?$/, '.'), {
      field: /'(-[^']*)'/.exec(message)?.[1] ?? command,
      hint: `npm run easel -- ${command} --help lists what there is.`,
    });
  }
}

function exactly(given: readonly string[], names: readonly string[], command: string): readonly string[] {
  if (given.length === names.length) return given;
  const missing = names[given.length];
  throw missing === undefined
    ? refusal(given[names.length] as string, 'this argument is one too many', `npm run easel -- ${command} --help`)
    : refusal(missing, 'it is missing', `npm run easel -- ${command} ${names.join(' ')}`, 'field_required');
}

function choice<T extends string>(field: string, given: string | undefined, allowed: readonly T[]): T | undefined {
  if (given === undefined || (allowed as readonly string[]).includes(given)) return given as T | undefined;
  throw refusal(field, `there is no "${given}"`, `One of ${allowed.join(', ')}.`);
}

/** `file:0.8`, or a file alone at 1; paths may have colons of their own. */
function readLora(text: string): { readonly file: string; readonly weight: number } {
  const [, file, digits] = /^(.+):([+-]?(?:\d+\.?\d*|\.\d+))$/.exec(text) ?? [];
  return file === undefined ? { file: text, weight: 1 } : { file, weight: Number(digits) };
}

const nameOf = (file: string): string => file.split(/[/\\]/).at(-1) ?? file;

const weightsOf = (text: string): number[] =>
  text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));

const refusal = (
  field: string,
  problem: string,
  hint: string,
  code: 'not_allowed' | 'field_required' = 'not_allowed',
): RequestError => new RequestError(code, `${field}: ${problem}.`, { field, hint });
