/** `npm run build`: what `npm start` builds, without starting. The Dockerfile builds with this too. */
import { explain } from './lib/console.mjs';
import { buildIfChanged } from './lib/workspace.mjs';

try {
  if (!(await buildIfChanged())) console.log('  Nothing has changed since the last build.');
} catch (error) {
  explain(error);
  process.exit(1);
}
