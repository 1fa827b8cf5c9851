/**
 * What a row of the table of options is. An option is a field of a request that most requests leave out: absent, it
 * changes nothing.
 */
import type { NumberLimit } from '../units.ts';

/** Groups of options, in the order forms show them. */
export const OPTION_GROUPS = [
  'seed',
  'refiner',
  'guidance',
  'sampling',
  'schedule',
  'picture',
  'network',
  'conditioning',
] as const;
export type OptionGroup = (typeof OPTION_GROUPS)[number];

/**
 * Who has to know of an option for it to have an effect: `any` = every request; else the record of the sampler, the
 * schedule, or the family (of the model or of its refiner) lists it under `options`.
 */
export type OptionReader = 'any' | 'sampler' | 'schedule' | 'family';

interface NumberValue {
  readonly kind: 'number';
  readonly limit: NumberLimit;
  /** Where nothing changes; null = what the method or the model does by itself, which is no one number. */
  readonly neutral: number | null;
  /** What an arrow key or a slider's notch adds. */
  readonly step: number;
  /** Where a slider ends; absent = at the limit. */
  readonly usualMaximum?: number;
}

interface ToggleValue {
  readonly kind: 'toggle';
  readonly neutral: false;
}

interface ChoiceValue {
  readonly kind: 'choice';
  readonly choices: readonly {
    readonly id: string;
    readonly label: string;
    /** As infotexts write it; absent = the label. */
    readonly text?: string;
  }[];
  /** One of the ids. */
  readonly neutral: string;
}

/** Id of a file of the library. */
interface ModelValue {
  readonly kind: 'model';
  readonly neutral: null;
  /** Which of the library's kinds. */
  readonly of: 'checkpoint' | 'vae' | 'upscaler';
}

export type OptionKind = NumberValue | ToggleValue | ChoiceValue | ModelValue;

/** A setting of the WebUI. */
export interface WebuiSetting {
  readonly name: string;
  /** The value it has there by itself, where that is not what we call neutral. */
  readonly neutral?: number | string;
  /** Ids of the samplers it is for. */
  readonly onlyFor?: readonly string[];
  /** Ids of samplers it is not for. */
  readonly notFor?: readonly string[];
}

export interface OptionRow {
  readonly label: string;
  /** One or two sentences for people. */
  readonly summary: string;
  readonly group: OptionGroup;
  readonly readBy: OptionReader;
  readonly value: OptionKind;
  /**
   * Another option without which this one means nothing. It is left out of a request where that one is neutral (or is not
   * `is`), and always stands there where it is not.
   */
  readonly needs?: { readonly id: string; readonly is?: string };
  /** Shown without unfolding anything. */
  readonly isCommon?: true;
  /** How infotexts have it. */
  readonly infotext: {
    /** The WebUI's own key, or that of a well-known extension; ours where there is none. */
    readonly key: string;
    /** Half of a size, `512x768`: its first or its second number. */
    readonly part?: 1 | 2;
    /** Where the key depends on the sampler: by its id. */
    readonly bySampler?: Readonly<Record<string, string>>;
    /** Further keys to read it from. */
    readonly also?: readonly string[];
    /** Is written even where the value is the default, because other programs have none or another. */
    readonly isAlwaysWritten?: true;
    /** Further items that other programs need beside it. */
    readonly beside?: readonly (readonly [key: string, value: string])[];
  };
  /** What `/sdapi/v1/txt2img` calls it, as a field of the request or as a setting (in `override_settings`). */
  readonly webui?: {
    readonly field?: string;
    readonly settings?: readonly WebuiSetting[];
  };
}

/** A number from `minimum` to `maximum`. */
export const number = <const Neutral extends number | null>(
  minimum: number,
  maximum: number,
  neutral: Neutral,
  step: number,
  more: { readonly usualMaximum?: number } = {},
) => ({ kind: 'number', limit: { minimum, maximum, integer: false }, neutral, step, ...more }) as const;

/** A whole number. */
export const whole = <const Neutral extends number | null>(
  minimum: number,
  maximum: number,
  neutral: Neutral,
  { multipleOf, usualMaximum }: { readonly multipleOf?: number; readonly usualMaximum?: number } = {},
) =>
  ({
    kind: 'number',
    limit: { minimum, maximum, integer: true, ...(multipleOf === undefined ? {} : { multipleOf }) },
    neutral,
    step: multipleOf ?? 1,
    ...(usualMaximum === undefined ? {} : { usualMaximum }),
  }) as const;

export const toggle = { kind: 'toggle', neutral: false } as const;
export const model = { kind: 'model', neutral: null, of: 'checkpoint' } as const;
/** What stands for no file where a model suggests one: its own VAE, no upscaler. */
export const NO_FILE = 'none';
export const vae = { kind: 'model', neutral: null, of: 'vae' } as const;
export const upscaler = { kind: 'model', neutral: null, of: 'upscaler' } as const;

/** One of several; the first is neutral. */
export const choice = <
  const Choices extends readonly [ChoiceValue['choices'][number], ...ChoiceValue['choices'][number][]],
>(
  ...choices: Choices
) => ({ kind: 'choice', choices, neutral: choices[0].id as Choices[0]['id'] }) as const;
