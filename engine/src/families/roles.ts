/** The networks a checkpoint may hold, by name. */

/** Each becomes one graph and, when used, one session. */
export type Role = TextRole | 'unet' | 'vae-decoder' | 'vae-encoder';

/** Text encoders, by the slots diffusers has for them. */
export type TextRole = 'text-encoder' | 'text-encoder-2';
