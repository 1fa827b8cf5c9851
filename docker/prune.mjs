/** Removes what ONNX Runtime ships for other platforms: run while the image is built, in /easel. */
import { readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const engine = createRequire(new URL('../engine/package.json', import.meta.url));
const binaries = join(dirname(engine.resolve('onnxruntime-node/package.json')), 'bin', 'napi-v6');

for (const platform of readdirSync(binaries)) {
  for (const architecture of readdirSync(join(binaries, platform))) {
    if (platform === process.platform && architecture === process.arch) continue;
    rmSync(join(binaries, platform, architecture), { recursive: true });
    console.log(`removed ONNX Runtime for ${platform} ${architecture}`);
  }
}
