/**
 * The optional .json and .yaml next to a checkpoint: facts that neither shapes nor metadata show. Unknown or odd entries
 * are skipped. The .yaml is the config that the WebUI reads, in the form of the original training code.
 */
import { readFile, stat } from 'node:fs/promises';
import { join, parse } from 'node:path';

import { readYamlScalars } from './yaml-scalars.ts';

/** Key-value pairs as they stand in the file; whoever reads one checks its type. */
export type Sidecar = ReadonlyMap<string, unknown>;

const SIDECAR_MAXIMUM_BYTES = 1 << 20;
const YAML_ENDINGS = ['yaml', 'yml'] as const;

/** Sidecars have the checkpoint's folder and stem. A folder's name has no ending. */
function sidecarPath(file: string, isFolder: boolean, ending: string): string {
  const { dir, name, base } = parse(file);
  return join(dir, `${isFolder ? base : name}.${ending}`);
}

/**
 * Both together, the .json ruling. null where there is none, or where they are not what they should be, of reasonable
 * size: other programs leave such files too.
 */
export async function readSidecar(file: string, isFolder = false): Promise<Sidecar | null> {
  const read = async (ending: string): Promise<string | null> => readSmall(sidecarPath(file, isFolder, ending));
  const json = await read('json');
  const said = json === null ? null : parseSidecar(json);
  for (const ending of YAML_ENDINGS) {
    const yaml = await read(ending);
    const config = yaml === null ? null : parseModelConfig(yaml);
    if (config !== null) return new Map([...config, ...(said ?? [])]);
  }
  return said;
}

async function readSmall(path: string): Promise<string | null> {
  const facts = await stat(path).catch(() => null);
  if (facts === null || !facts.isFile() || facts.size > SIDECAR_MAXIMUM_BYTES) return null;
  return readFile(path, 'utf8').catch(() => null);
}

/** null for anything but a JSON object. */
export function parseSidecar(text: string): Sidecar | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return new Map(Object.entries(value));
}

const PARAMETERS = 'model.params.';
/** What the training code predicts where its config is silent. @source latent-diffusion, DDPM */
const OWN_PARAMETERIZATION = 'eps';

/**
 * The parameters of a config of the original training code under the names a sidecar has; null for other YAML.
 *
 * Its silence says something too: such a config names the prediction wherever it is not the ordinary one. The config of
 * Stable Diffusion XL, which names a denoiser instead, says it there.
 */
export function parseModelConfig(text: string): Sidecar | null {
  const scalars = readYamlScalars(text);
  const own = [...scalars].filter(([key]) => key.startsWith(PARAMETERS));
  if (own.length === 0) return null;
  const direct = own
    .map(([key, value]) => [key.slice(PARAMETERS.length), value] as const)
    .filter(([key]) => !key.includes('.'));
  const denoiser = [...scalars].find(
    ([key]) => key.startsWith(`${PARAMETERS}denoiser_config.`) && key.endsWith('scaling_config.target'),
  );
  const told =
    denoiser === undefined ? OWN_PARAMETERIZATION : /VScaling/.test(String(denoiser[1])) ? 'v' : OWN_PARAMETERIZATION;
  return new Map<string, unknown>([['parameterization', told], ...direct]);
}
