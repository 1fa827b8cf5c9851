/** What `easel --help` says. */

const GENERAL = `Work on model files, without the studio.

  npm run easel -- convert SOURCE OUTPUT [options]   another form, precision or content
  npm run easel -- merge A B [C] -o OUTPUT [options]  a sum of two or three checkpoints
  npm run easel -- inspect FILE [--json]              what it is, by which evidence; hashes
  npm run easel -- verify FILE [--json]               whether it is whole and full of numbers

A file is a path, or the name of a model in models/checkpoints. COMMAND --help says more.`;

const PAGES: Readonly<Record<string, string>> = {
  convert: `npm run easel -- convert SOURCE OUTPUT

SOURCE is a .safetensors, .ckpt, .pt, .bin or .pth file, or a folder as diffusers saves it.
OUTPUT is a .safetensors file, or with --form diffusers a folder.

  --form single-file | diffusers        what is written (single-file)
  --part all | vae                      everything, or the VAE as a file of its own (all)
  --precision keep | fp32 | fp16 | bf16 as in the file, or rounded to the nearest (keep)
  --ema keep | drop | use               averaged copies of training: kept, left out, or put in
                                        the place of the weights (keep)
  --vae FILE                            whose VAE takes the place of the model's own
  --base CHECKPOINT                     what gives a U-Net alone its text encoder and VAE
  --lora FILE[:WEIGHT]                  what becomes part of the weights (1); as often as you like
  --overwrite                           replace what is there`,
  merge: `npm run easel -- merge A B [C] -o OUTPUT

  -o, --output FILE                     the new .safetensors
  --method weighted-sum | add-difference
                                        (1 - w - v) A + w B + v C, or A + w (B - C) (weighted-sum)
  --weights w[,v]                       one number for each model after the first; one alone
                                        for add-difference (0.5)
  --precision keep | fp32 | fp16 | bf16 keep = that of A (keep)
  --vae FILE                            whose VAE the result gets (A's and B's merged)
  --overwrite                           replace what is there

The result has A's tensors. What B or C lack stays as it is in A; what only they have is left out.`,
  inspect: `npm run easel -- inspect FILE [--json]

Prints family and evidence, numbers by kind, tensors by network, and the hashes by which
people name models: SHA-256, AutoV2, AutoV3 and the short hash of 2022.`,
  verify: `npm run easel -- verify FILE [--json]

Reads every number. Exits with 1 where the file is damaged, lacks tensors its family needs,
has tensors nobody reads, or holds NaN or infinity.`,
};

export const helpOn = (about: string | null): string => PAGES[about ?? ''] ?? GENERAL;
