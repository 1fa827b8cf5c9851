/**
 * Tags of extra networks, `<lora:name:0.8>`, taken out of a positive prompt; and comments, out of either.
 *
 * A tag in a negative prompt is text, as it is to the WebUI.
 */
import { dropSpans, wholeText, type Excerpt, type Span } from './excerpt.ts';
import { readBlockWeights, type LoraBlockWeights } from './lora-blocks.ts';
import { readStepRange, type StepRange } from './lora-steps.ts';
import { scanPrompt, TOKEN } from './scan.ts';

/** One `<name:a:b=c>`. */
export interface NetworkTag {
  /** As written, e.g. `lora`. */
  readonly kind: string;
  /** Behind the first colon, cut at colons; never empty. */
  readonly positional: readonly string[];
  /** The parts with an equals sign. */
  readonly named: Readonly<Record<string, string>>;
  readonly span: Span;
}

/** What a `<lora:…>` asks for. */
export interface LoraTag {
  readonly name: string;
  /** Weight of its text encoder part; may be negative or 0. */
  readonly textWeight: number;
  /** Weight of its U-Net part. */
  readonly unetWeight: number;
  /** Cap on its rank; null when it has none. */
  readonly rankLimit: number | null;
  /** How strongly it counts in each block; null = the same in all. */
  readonly blocks: LoraBlockWeights | null;
  /** During which steps it counts; null = all. */
  readonly steps: StepRange | null;
  /** Parts that say nothing that can be read, as they were written. */
  readonly unread: readonly string[];
  readonly span: Span;
}

/** Tags whose file is a LoRA of some kind. */
const LORA_KINDS: ReadonlySet<string> = new Set(['lora', 'lyco']);

export function takeTags(prompt: Excerpt | string): { readonly prompt: Excerpt; readonly tags: readonly NetworkTag[] } {
  const excerpt = typeof prompt === 'string' ? wholeText(prompt) : prompt;
  const scan = scanPrompt(excerpt.text, 'source');
  const tags: NetworkTag[] = [];
  for (let index = 0; index < scan.length; index++) {
    if (scan.kind(index) === TOKEN.tag) tags.push(readTag(scan.slice(index), scan.span(index)));
  }
  return {
    prompt: dropSpans(
      excerpt,
      tags.map(({ span }) => span),
    ),
    tags,
  };
}

function readTag(text: string, span: Span): NetworkTag {
  const [kind = '', ...parts] = text.slice(1, -1).split(':');
  const positional: string[] = [];
  const named: [string, string][] = [];
  for (const [index, part] of parts.entries()) {
    const equals = part.indexOf('=');
    // The name comes first and may hold an equals sign of its own.
    if (index === 0 || equals < 0) positional.push(part);
    else named.push([part.slice(0, equals).trim(), part.slice(equals + 1).trim()]);
  }
  return { kind, positional, named: Object.fromEntries(named), span };
}

/** A tag as a request for a LoRA; null for other kinds. Weights that are no numbers count as absent. */
export function readLoraTag({ kind, positional, named, span }: NetworkTag): LoraTag | null {
  if (!LORA_KINDS.has(kind)) return null;
  const [name = '', text, unet, rank] = positional;
  const textWeight = finite(named['te'] ?? text) ?? 1;
  const rankLimit = finite(named['dyn'] ?? rank);
  const list = blockList(named['lbw'], unet);
  const blocks = list === null ? null : readBlockWeights(list.text);
  const steps = readStepRange(named);
  const oddSteps = STEP_PARTS.flatMap((part) => (named[part] === undefined ? [] : [`${part}=${named[part]}`]));
  return {
    name: name.trim(),
    textWeight,
    unetWeight: finite(named['unet'] ?? unet) ?? textWeight,
    rankLimit,
    blocks,
    steps: steps === 'unread' ? null : steps,
    unread: [...(list !== null && blocks === null ? [list.part] : []), ...(steps === 'unread' ? oddSteps : [])],
    span,
  };
}

/** What a `<hypernet:…>` asks for. */
export interface HypernetworkTag {
  readonly name: string;
  /** May be negative or 0. */
  readonly weight: number;
}

/** A tag as a request for a hypernetwork; null for other kinds. */
export function readHypernetworkTag({ kind, positional }: NetworkTag): HypernetworkTag | null {
  if (kind !== 'hypernet') return null;
  const [name = '', weight] = positional;
  return { name: name.trim(), weight: finite(weight) ?? 1 };
}

const STEP_PARTS = ['step', 'start', 'stop'] as const;

/** The text of the block weights, and the part of the tag it is; in old prompts it stands in the U-Net's place. */
function blockList(lbw: string | undefined, unet: string | undefined): { text: string; part: string } | null {
  if (lbw !== undefined) return { text: lbw, part: `lbw=${lbw}` };
  if (unet === undefined || finite(unet) !== null) return null;
  return unet.includes(',') || readBlockWeights(unet) !== null ? { text: unet, part: unet } : null;
}

function finite(text: string | undefined): number | null {
  if (text === undefined || text.trim() === '') return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

/** A prompt without what stands behind a `#`; a line that is nothing else goes with its line break. */
export function dropComments(prompt: Excerpt | string): Excerpt {
  const excerpt = typeof prompt === 'string' ? wholeText(prompt) : prompt;
  const scan = scanPrompt(excerpt.text, 'source');
  const spans: Span[] = [];
  for (let index = 0; index < scan.length; index++) {
    if (scan.kind(index) !== TOKEN.comment) continue;
    const { start, end } = scan.span(index);
    const isWholeLine = start === 0 || excerpt.text[start - 1] === '\n';
    spans.push({ start, end: isWholeLine ? Math.min(end + 1, excerpt.text.length) : end });
  }
  return dropSpans(excerpt, spans);
}
