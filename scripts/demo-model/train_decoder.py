"""Train a decoder for the latents as they are: the checkpoint's own (--kind full) or a tiny one of TAESD's layout.
    . ./env.sh; python -m torch.distributed.run --nproc-per-node 2 train_decoder.py --kind full --minutes 14

The encoder stays as it is, so the denoiser stays valid.  Half of the latents are what the denoiser makes of a scene
after a little noise, so that the decoder also learns to tidy what is drawn, not only what was encoded.  The tiny one
learns to say what the checkpoint's own decoder says, of encoded scenes and of the denoiser's answers at any noise: that
is what previews show.
"""
import argparse
import json
import random

import numpy as np
import torch
from PIL import Image
from torch import nn

import common
import duo
import ldm
import scenes

ap = argparse.ArgumentParser()
ap.add_argument("--kind", choices=("full", "tiny"), default="full")
ap.add_argument("--minutes", type=float, default=14)
ap.add_argument("--lr", type=float, default=5e-4)
ap.add_argument("--out")
ap.add_argument("--batch", type=int, default=0, help="per worker")
ap.add_argument("--pool", type=int, default=300, help="scenes per worker to begin with")
ap.add_argument("--width", type=int, default=16, help="tiny: channels; the original's 64 would take longer than a step of so small a model")
ap.add_argument("--write", help="tiny: only write the trained weights as this safetensors file")
ap.add_argument("--start", help="full: begin with this state_dict of an autoencoder instead of the exported one")
a = ap.parse_args()
out = a.out or f"decoder_{a.kind}.pt"
CROP = 8                                                                 # latent pixels of a crop, tiny only
batch = a.batch or {"full": 2, "tiny": 6}[a.kind]


class Clamp(nn.Module):
    def forward(self, x):
        return torch.tanh(x / 3) * 3


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        conv = lambda: nn.Conv2d(c, c, 3, padding=1)
        self.conv = nn.Sequential(conv(), nn.ReLU(), conv(), nn.ReLU(), conv())

    def forward(self, x):
        return torch.relu(self.conv(x) + x)


def tiny(c):
    """TAESD's decoder, which is 64 wide: denoiser latents to colours in 0..1; numbered as in its files."""
    up = lambda: [nn.Upsample(scale_factor=2), nn.Conv2d(c, c, 3, padding=1, bias=False)]
    blocks = lambda: [Block(c) for _ in range(3)]
    return nn.Sequential(Clamp(), nn.Conv2d(4, c, 3, padding=1), nn.ReLU(), *blocks(), *up(), *blocks(), *up(), *blocks(), *up(),
                         Block(c), nn.Conv2d(c, 3, 3, padding=1))


if __name__ == "__main__":
    if a.write:
        from safetensors.torch import save_file
        state = torch.load(out)
        save_file({k: v.half().contiguous() for k, v in torch.load(out.replace(".pt", "_weights.pt")).items()}, a.write,
                  {"format": "pt", "modelspec.title": "Easel Demo tiny decoder", "modelspec.author": "The Easel authors", "modelspec.license": "CC0-1.0",
                   "modelspec.architecture": "stable-diffusion-v1/vae", "easel.training": json.dumps(state["log"][-1])})
        print(state["log"][-1])
        raise SystemExit
    unet, vae, text = common.base()
    words = common.Words()
    if a.kind == "full":
        if a.start:
            vae.load_state_dict(torch.load(a.start))
        net = nn.ModuleList([vae.decoder, vae.post_quant_conv]).requires_grad_(True)
        decode = lambda z: vae.decode(z / ldm.SCALE)
    else:
        torch.manual_seed(0)
        net = tiny(a.width).to(common.DEVICE, memory_format=common.CL)
        with torch.no_grad():                                            # blocks begin near the identity
            for m in net.modules():
                if isinstance(m, Block):
                    m.conv[4].weight.mul_(.3)
        decode = lambda z: net(z) * 2 - 1

    @torch.no_grad()
    def make(specs):
        x = common.pictures(specs)
        z = common.encode(vae, x)
        if a.kind == "tiny":
            h = (2 * len(specs) + random.randint(0, 2)) // 3
            if h:
                far = common.as_denoised(unet, text, words, z[:h], [scenes.caption(s, random) for s in specs[:h]], 20, 950)
                z = torch.cat([far, z[h:]])
            x = torch.cat([vae.decode(b.to(memory_format=common.CL) / ldm.SCALE) for b in z.split(4)]).clamp(-1, 1)
        bytes_ = ((x + 1) * 127.5).round().byte().cpu()
        return [(s, z[i], bytes_[i]) for i, s in enumerate(specs)]

    val = make([scenes.sample_spec(r) for r in [random.Random(99)] for _ in range(16)])
    vx, vz = torch.stack([v[2] for v in val]).float() / 127.5 - 1, torch.stack([v[1] for v in val])
    run = common.Run(out, net, a.lr, a.minutes)
    pool = common.Pool(make, a.pool, 7000 + 2 * run.step + duo.RANK)
    while run.more():
        got = pool.draw(batch, 3 if a.kind == "full" else 24)
        z = torch.stack([g[1] for g in got])
        x = torch.stack([g[2] for g in got]).to(common.DEVICE).float() / 127.5 - 1
        h = (len(z) + random.random()) // 2                              # half of them, odd batches in turn
        h = int(h)
        if h and a.kind == "full":
            z = torch.cat([common.as_denoised(unet, text, words, z[:h], [scenes.caption(g[0], random) for g in got[:h]]), z[h:]])
        if a.kind == "tiny":                                             # no norms in it: crops of scenes will do
            y0, x0 = random.randint(0, 16 - CROP), random.randint(0, 16 - CROP)
            z, x = z[..., y0:y0 + CROP, x0:x0 + CROP], x[..., y0 * 8:(y0 + CROP) * 8, x0 * 8:(x0 + CROP) * 8]
        with common.fast():
            loss = common.crisp(decode(z.to(memory_format=common.CL)).float(), x)
        run.learn(loss)
        if run.due():
            with run.averaged(), torch.no_grad():
                y = torch.cat([decode(b.to(memory_format=common.CL)).cpu() for b in vz.split(4)])
            rows = torch.cat([torch.cat(list(p), 2) for p in (vx[:8], y[:8].clamp(-1, 1), vx[8:], y[8:].clamp(-1, 1))], 1)
            Image.fromarray(((rows.permute(1, 2, 0) + 1) * 127.5).byte().numpy()).save(f"{out}.png")
            run.save(psnr=round(common.psnr(y, vx), 2))
    if not duo.RANK:
        with run.averaged():
            torch.save(vae.state_dict() if a.kind == "full" else net.state_dict(), out.replace(".pt", "_weights.pt"))
