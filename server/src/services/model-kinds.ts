/**
 * The one table of kinds of model files and of the folders they lie in, here and in the trees of other programs.
 *
 * A new kind is a row here and a word in shared/src/http/models.ts.
 */
import type { ModelKind, ModelRoot } from '@easel/shared/http/models';

export type Layout = NonNullable<ModelRoot['layout']>;

interface KindFolders {
  readonly kind: ModelKind;
  /** Below our own models folder. */
  readonly own: string;
  /** Below another program's folder, the usual one first; letter case does not count. */
  readonly webui: readonly string[];
  /** Also the keys of ComfyUI's extra_model_paths.yaml, without `models/`. */
  readonly comfyui: readonly string[];
  /** Below each of InvokeAI's folders of a base model. */
  readonly invokeai: readonly string[];
}

export const KIND_FOLDERS: readonly KindFolders[] = [
  {
    kind: 'checkpoint',
    own: 'checkpoints',
    webui: ['models/Stable-diffusion'],
    comfyui: ['models/checkpoints', 'models/diffusers'],
    invokeai: ['main'],
  },
  { kind: 'vae', own: 'vae', webui: ['models/VAE'], comfyui: ['models/vae'], invokeai: ['vae'] },
  {
    kind: 'lora',
    own: 'loras',
    webui: ['models/Lora', 'models/LyCORIS'],
    comfyui: ['models/loras'],
    invokeai: ['lora'],
  },
  {
    kind: 'embedding',
    own: 'embeddings',
    webui: ['embeddings'],
    comfyui: ['models/embeddings'],
    invokeai: ['embedding'],
  },
  {
    kind: 'upscaler',
    own: 'upscalers',
    webui: ['models/ESRGAN', 'models/RealESRGAN', 'models/DAT', 'models/SwinIR'],
    comfyui: ['models/upscale_models'],
    invokeai: [],
  },
  {
    kind: 'controlnet',
    own: 'controlnet',
    webui: ['models/ControlNet', 'extensions/sd-webui-controlnet/models'],
    comfyui: ['models/controlnet'],
    invokeai: ['controlnet'],
  },
  {
    kind: 'hypernetwork',
    own: 'hypernetworks',
    webui: ['models/hypernetworks'],
    comfyui: ['models/hypernetworks'],
    invokeai: [],
  },
  {
    kind: 'motion',
    own: 'motion',
    webui: ['extensions/sd-webui-animatediff/model'],
    comfyui: ['models/animatediff_models', 'custom_nodes/ComfyUI-AnimateDiff-Evolved/models'],
    invokeai: [],
  },
];

/** InvokeAI sorts by base model first. */
export const INVOKEAI_BASES = ['sd-1', 'sd-2', 'sdxl', 'sdxl-refiner', 'any'] as const;

/** Programs' parent folder of all kinds: a person may point at it or at the folder above. */
export const MODELS_PREFIX = 'models/';
