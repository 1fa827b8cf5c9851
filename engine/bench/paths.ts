/** Where the benches find and put their files. Nothing of it is in git. */
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const MANIFESTS = join(ROOT, 'fixtures', 'golden', 'core', 'full');
const FILES = join(ROOT, '.easel', 'bench');

export const SD15_MANIFEST = join(MANIFESTS, 'sd15.manifest.json');
export const FORMULA_CHECKPOINT = join(FILES, 'sd15-formula.safetensors');
/** Made where it is wanted: npm run formula-checkpoint -- xl. */
export const XL_MANIFEST = join(MANIFESTS, 'sdxl.manifest.json');
export const XL_FORMULA_CHECKPOINT = join(FILES, 'sdxl-formula.safetensors');
