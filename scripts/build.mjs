/** `npm run build`: what `npm start` builds, without starting. The Dockerfile builds with this too. */
import { existsSync } from 'node:fs';

import { explain } from './lib/console.mjs';
import { buildIfChanged, installIfChanged, TSC } from './lib/workspace.mjs';

try {
  // In an image the packages are there already, installed in a layer of their own.
  if (!existsSync(TSC)) await installIfChanged();
  if (!(await buildIfChanged())) console.log('  Nothing has changed since the last build.');
} catch (error) {
  explain(error);
  process.exit(1);
}
