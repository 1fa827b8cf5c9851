/** Kinds of checkpoint that are known by sight but not supported, so that a refusal can say what the file is. */
import type { CheckpointHeader } from '../checkpoint/header.ts';

interface LookAlike {
  /** Completes "It looks like ...". */
  readonly label: string;
  /** `modelspec.architecture` of such files. */
  readonly architecture: RegExp;
  readonly matches: (header: CheckpointHeader) => boolean;
}

const UNET_INPUT = 'model.diffusion_model.input_blocks.0.0.weight';

const holds = (header: CheckpointHeader, prefix: string): boolean => {
  for (const name of header.tensors.keys()) if (name.startsWith(prefix)) return true;
  return false;
};
const inputChannels = (header: CheckpointHeader): number | undefined => header.tensors.get(UNET_INPUT)?.shape[1];

/** From the most to the least specific; the first that matches is named. */
const LOOK_ALIKES: readonly LookAlike[] = [
  {
    label: 'a part or a relative of Stable Diffusion XL',
    architecture: /^stable-diffusion-xl/,
    matches: (header) => holds(header, 'conditioner.embedders.1.'),
  },
  {
    label: 'a relative of Stable Diffusion 2 (its U-Net takes more than a latent)',
    architecture: /^stable-diffusion-v2/,
    matches: (header) => holds(header, 'cond_stage_model.model.'),
  },
  {
    label: 'Stable Diffusion 3',
    architecture: /^stable-diffusion-v3/,
    matches: (header) => holds(header, 'model.diffusion_model.joint_blocks.'),
  },
  {
    label: 'Flux',
    architecture: /^flux/i,
    matches: (header) => holds(header, 'model.diffusion_model.double_blocks.') || holds(header, 'double_blocks.'),
  },
  {
    label: 'an inpainting model (its U-Net takes 9 channels)',
    architecture: /inpaint/,
    matches: (header) => inputChannels(header) === 9,
  },
  {
    label: 'an instruct-pix2pix model (its U-Net takes 8 channels)',
    architecture: /pix2pix/,
    matches: (header) => inputChannels(header) === 8,
  },
  {
    label: 'a LoRA, which belongs beside a checkpoint and not in its place',
    architecture: /\/lora$/,
    matches: (header) => holds(header, 'lora_unet_') || holds(header, 'lora_te'),
  },
  {
    label: 'a ControlNet',
    architecture: /\/controlnet$/i,
    matches: (header) =>
      holds(header, 'control_model.') || holds(header, 'input_hint_block.') || holds(header, 'controlnet_'),
  },
  {
    label: 'an IP-Adapter, which works beside a checkpoint and with an image encoder',
    architecture: /\/ip-adapter$/i,
    matches: (header) => holds(header, 'ip_adapter.') && holds(header, 'image_proj.'),
  },
  {
    label: 'an image encoder, as IP-Adapters need one',
    architecture: /(^|\/)clip-vision$/i,
    matches: (header) => holds(header, 'vision_model.') && !holds(header, 'text_model.'),
  },
  {
    label: 'a motion module, which works beside a checkpoint',
    architecture: /\/motion-module$/i,
    matches: (header) => holds(header, 'down_blocks.0.motion_modules.'),
  },
];

/** What a file that no family recognised looks like, as the end of a sentence; null when nothing is known. */
export function nameLookAlike(header: CheckpointHeader): string | null {
  const declared = header.metadata.get('modelspec.architecture') ?? '';
  const byShape = LOOK_ALIKES.find(({ matches }) => matches(header));
  const byName = declared === '' ? undefined : LOOK_ALIKES.find(({ architecture }) => architecture.test(declared));
  if (byShape !== undefined || byName !== undefined) return (byShape ?? byName)?.label ?? null;
  return declared === '' ? null : `"${declared.slice(0, 80)}"`;
}
