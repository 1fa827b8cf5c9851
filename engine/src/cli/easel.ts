/**
 * npm run easel -- convert | merge | inspect | verify: work on model files from the command line, by the same code as the
 * studio's jobs. One line for an error, 1 as exit status; Ctrl+C ends the work and leaves nothing.
 */
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import type { ModelSource } from '@easel/shared/engine';
import { CancelledError, toStudioError, type StudioError } from '@easel/shared/errors';

import { makeModel } from '../convert/make-model.ts';
import { parseCommand, type Command } from './arguments.ts';
import { sha256Of } from './file-hashes.ts';
import { helpOn } from './help.ts';
import { describeInspection, inspectFile, sizeText } from './inspect.ts';
import { verifyFile } from './verify.ts';

/** As shells have it: 128 and the signal's number. */
const INTERRUPTED = 130;
const PLAIN = '.safetensors';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

let isInterrupted = false;
process.on('SIGINT', () => {
  isInterrupted = true;
});
const breathe = async (): Promise<void> => {
  await new Promise((turn) => setImmediate(turn));
  if (isInterrupted) throw new CancelledError('cancelled', 'Interrupted; nothing was written.');
};

/** The script in front says where it was called from, and where the studio's models are; then come the person's words. */
const [, , from = '.', models = 'models', ...words] = process.argv;
const checkpoints = join(models, 'checkpoints');

/** A path, or the name of a model in the studio's folder. */
function find(name: string, folder = checkpoints): string {
  const path = resolve(from, name);
  const known = [path, join(folder, name), join(folder, `${name}${PLAIN}`)].find((each) => existsSync(each));
  return known ?? path;
}

/** With its hash, for the record in the new file; a folder has none. @throws model_gone */
async function sourceOf(name: string, folder = checkpoints): Promise<ModelSource> {
  const file = find(name, folder);
  const isFolder = statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
  return { id: basename(name), file, sha256: isFolder ? null : await sha256Of(file, breathe) };
}

async function make({
  parameters,
  sources,
  vae,
  base,
  loras,
  output,
}: Extract<Command, { kind: 'make' }>): Promise<void> {
  const isFolder = parameters.type === 'convert' && parameters.form === 'diffusers';
  const target = resolve(from, isFolder || output.endsWith(PLAIN) ? output : `${output}${PLAIN}`);
  const named = { ...parameters, output: target.slice(dirname(target).length + 1).replace(/\.safetensors$/, '') };
  const orNone = async (name: string | null): Promise<ModelSource | null> => (name === null ? null : sourceOf(name));
  const opened: ModelSource[] = [];
  for (const source of sources) opened.push(await sourceOf(source));
  const baked: ModelSource[] = [];
  for (const lora of loras) baked.push(await sourceOf(lora, join(models, 'loras')));
  const meter = createMeter();
  const result = await makeModel(
    { parameters: named, sources: opened, vae: await orNone(vae), base: await orNone(base), loras: baked, target },
    { breathe, report: meter.report },
  ).finally(meter.end);
  for (const note of result.notes) say(`note: ${note}`);
  say(`${target}: ${result.tensors} tensors, ${sizeText(result.sizeBytes)}`);
}

/** A line that is written over; where nobody looks, none. */
function createMeter(): {
  report: (progress: { doneBytes: number; totalBytes: number; activity: string }) => void;
  end: () => void;
} {
  const isSeen = process.stderr.isTTY;
  return {
    report: ({ doneBytes, totalBytes, activity }) => {
      if (!isSeen) return;
      const share =
        totalBytes === 0 ? '' : ` ${Math.floor((100 * doneBytes) / totalBytes)} % of ${sizeText(totalBytes)}`;
      process.stderr.write(`\r\u001b[K${activity}${share}`);
    },
    end: () => void (isSeen && process.stderr.write('\r\u001b[K')),
  };
}

async function verify(file: string, isJson: boolean): Promise<void> {
  const verdict = await verifyFile(find(file), breathe);
  if (isJson) say(JSON.stringify(verdict, null, 2));
  else {
    for (const problem of verdict.problems) say(`problem: ${problem}`);
    const summary = `${verdict.tensors} tensors, ${verdict.numbers} numbers`;
    say(
      verdict.problems.length === 0
        ? `${verdict.file}: sound (${summary})`
        : `${verdict.file}: ${verdict.problems.length} problems (${summary})`,
    );
  }
  if (verdict.problems.length > 0) process.exitCode = 1;
}

/** Code, field and a way out, in one line. */
function describeError({ code, message, details }: StudioError): string {
  const field = [details.field, details['file']].find((each) => typeof each === 'string');
  const hint = details.hint ?? 'Check the path; npm run easel -- --help says how it is called.';
  return `${code}${field === undefined ? '' : ` [${field}]`}: ${message} ${hint}`.replaceAll(/\s*\n\s*/g, ' ');
}

async function run(): Promise<void> {
  const command = parseCommand(words);
  switch (command.kind) {
    case 'help':
      return say(helpOn(command.about));
    case 'make':
      return make(command);
    case 'inspect': {
      const inspection = await inspectFile(find(command.file));
      return say(command.isJson ? JSON.stringify(inspection, null, 2) : describeInspection(inspection));
    }
    case 'verify':
      return verify(command.file, command.isJson);
  }
}

try {
  await run();
} catch (thrown) {
  const error = toStudioError(thrown);
  process.stderr.write(`easel: ${describeError(error)}\n`);
  process.exitCode = error instanceof CancelledError ? INTERRUPTED : 1;
}
