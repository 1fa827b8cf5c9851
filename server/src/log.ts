/**
 * The log: every line as JSON in the data folder, warnings and errors also to stderr in plain words. Prompts and query
 * texts are not in it.
 */
import { mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';

import { StudioError } from '@easel/shared/errors';
import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import { destination, multistream, pino } from 'pino';

/** A longer file is put aside at the next start, in place of the one put aside before. */
const LARGEST_LOG = 20 * 2 ** 20;

const toStderr = new Writable({
  write(line: Buffer, _encoding, done) {
    try {
      const { msg, err } = JSON.parse(line.toString()) as { msg?: string; err?: { message?: string } };
      process.stderr.write(`  ! ${msg ?? err?.message ?? 'an error without a message'}\n`);
    } finally {
      done();
    }
  },
});

const openFile = (folder: string): ReturnType<typeof destination> => {
  try {
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'easel.log');
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LARGEST_LOG) renameSync(file, `${file}.old`);
    return destination({ dest: file, sync: true });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StudioError(
      'storage_unavailable',
      `The data folder ${folder} cannot be written (${code ?? 'unknown reason'}). Choose another one with --data.`,
      {},
      { cause },
    );
  }
};

/**
 * @param folder the data folder; made when it is not there
 * @throws storage_unavailable
 */
export function createLogger(folder: string): FastifyBaseLogger {
  return pino(
    {
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: {
        // What people search for stands behind the question mark.
        req: (request: FastifyRequest) => ({ method: request.method, url: request.url.split('?', 1)[0] }),
      },
    },
    multistream([
      { level: 'info', stream: openFile(folder) },
      { level: 'warn', stream: toStderr },
    ]),
  );
}
