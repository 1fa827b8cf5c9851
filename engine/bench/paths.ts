/** Where the benches find and put their files. Nothing of it is in git. */
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

export const SD15_MANIFEST = join(ROOT, 'fixtures', 'golden', 'core', 'full', 'sd15.manifest.json');
export const FORMULA_CHECKPOINT = join(ROOT, '.easel', 'bench', 'sd15-formula.safetensors');
