/**
 * The server process: configuration, listening, a calm banner, an end in order. Everything else is studio.ts.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { StudioError } from '@easel/shared/errors';
import closeWithGrace from 'close-with-grace';

import { readConfig, usage, type Config } from './config.ts';
import type { Studio } from './studio.ts';

/** An end that takes longer is none. */
const STOP_WITHIN_MS = 10_000;
/** A banner waits this long for the engine's word on its device. */
const DEVICE_WAIT_MS = 20_000;

const serverFolder = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(serverFolder);
const require = createRequire(import.meta.url);
const { version } = require(join(root, 'package.json')) as { version: string };

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Ends before anything was begun: a sentence, and 2 where the person at the keyboard can put it right by a flag. */
const refuse = (thrown: unknown): never => {
  if (!(thrown instanceof StudioError)) throw thrown;
  process.stderr.write(`${thrown.message}\n`);
  process.exit(thrown.code === 'bad_setting' || thrown.code === 'refusing_open_bind' ? 2 : 1);
};

/** What to type where the address listened on is not one to type. */
const OPENED_AS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '[::1]', '::1': '[::1]' };

const listen = async ({ app }: Studio, { host, port }: Config): Promise<string> => {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new StudioError(
        'port_in_use',
        `Port ${port} is in use by another program. Stop it, or choose another port: npm start -- --port ${port + 1}`,
        {},
        { cause },
      );
    }
    if (code === 'EACCES') {
      throw new StudioError(
        'bad_setting',
        `This user may not listen on port ${port}. Choose one above 1023: npm start -- --port 7860`,
        {},
        { cause },
      );
    }
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new StudioError(
        'bad_setting',
        `--host is "${host}", which is not an address of this computer.`,
        {},
        { cause },
      );
    }
    throw cause;
  }
  const { port: listening } = app.server.address() as AddressInfo;
  const name = OPENED_AS[host] ?? host;
  return `http://${name}:${listening}`;
};

const openBrowser = (address: string): void => {
  const commands: Partial<Record<NodeJS.Platform, string[]>> = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] };
  const [command = '', ...args] = commands[process.platform] ?? ['xdg-open'];
  const child = spawn(command, [...args, address], { detached: true, stdio: 'ignore' });
  child.on('error', () => say(`  No browser could be opened; the address is ${address}`));
  child.unref();
};

const sayDevice = async ({ engine }: Studio): Promise<void> => {
  await engine.whenReady(DEVICE_WAIT_MS).catch(() => null);
  const { state, device, reason } = engine.state;
  say(
    state === 'ready'
      ? `  Device    ${device}. ${reason ?? ''}`
      : `  Device    none yet. ${reason ?? 'The engine is still starting.'}`,
  );
  say('');
};

const config = (() => {
  try {
    return readConfig(process.argv.slice(2), root);
  } catch (thrown) {
    return refuse(thrown);
  }
})();
if (config === 'help') {
  say(usage());
  process.exit(0);
}

try {
  // Most of the program is loaded only now: a wrong flag is answered at once.
  const [{ createLogger }, { createPictureFiles }, { createStudio }] = await Promise.all([
    import('./log.ts'),
    import('./services/picture-file.ts'),
    import('./studio.ts'),
  ]);
  const logger = createLogger(config.data);
  const studio = await createStudio(config, {
    version,
    engineEntry: config.engineEntry ?? require.resolve('@easel/engine'),
    webRoot: join(root, 'web', 'dist'),
    logger,
    createPictureFiles,
  });
  const address = await listen(studio, config);
  studio.lock.announce(address);
  say(
    [
      '',
      `  Easel ${version}`,
      '',
      `  Open      ${address}`,
      `  Models    ${config.models}`,
      `  Outputs   ${config.outputs}`,
      '  Stop      Ctrl+C',
    ].join('\n'),
  );

  closeWithGrace({ delay: STOP_WITHIN_MS, logger: false }, async ({ err }) => {
    if (err !== undefined) {
      logger.fatal({ err }, 'the server ends because of an error');
      process.stderr.write(
        `Easel ends because of an unforeseen error: ${err.message}. The log in ${config.data} says more.\n`,
      );
      process.exitCode = 1;
    }
    await studio.app.close();
    await studio.stop();
  });
  if (config.open) openBrowser(address);
  await Promise.all([studio.start(), sayDevice(studio)]);
} catch (thrown) {
  refuse(thrown);
}
