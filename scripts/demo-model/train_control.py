"""Train a ControlNet as a Control-LoRA: --what canny (edges) or seg (areas by class, in the renderer's own colours).
    . ./env.sh; python -m torch.distributed.run --nproc-per-node 2 train_control.py --what canny --minutes 10

A copy of the denoiser's encoder that differs from it by low-rank parts, a small network for the map, and convolutions that
begin as nothing where the copy's answers are added.
--write makes the file: `lora_controlnet`, `PATH.up`/`PATH.down` for the low-rank parts, all that is new whole; --mb cuts ranks.
--follow draws held-out scenes with and without it (--file: as the file has it), and states how far the edges of the pictures
are those of the map; --sheet shows some.
"""
import argparse
import copy
import json
import os
import random

import numpy as np
import torch
from PIL import Image
from torch import nn

import common
import cut_ranks
import duo
import extras
import lora
import sample
import scenes

RANK = 16
HINT = (16, 16, 32, 32, 96, 96, 256)                                     # widths as every ControlNet of this line has them


def hint_block(out):
    parts, c = [], 3
    for i, w in enumerate(HINT):
        parts += [nn.Conv2d(c, w, 3, 2 if i in (2, 4, 6) else 1, 1), nn.SiLU()]
        c = w
    net = nn.Sequential(*parts, nn.Conv2d(c, out, 3, 1, 1))
    for m in net[:-1]:                                                   # torch's own start would let so deep a net say nothing for long
        if isinstance(m, nn.Conv2d):
            nn.init.kaiming_normal_(m.weight)
            nn.init.zeros_(m.bias)
    return net


class Control(nn.Module):
    """What is added to the denoiser's twelve kept answers and its middle, from noisy latents, time, words and a map."""
    def __init__(self, unet, low=True):
        super().__init__()
        self.ch = unet.ch
        self.encoder = nn.ModuleDict({k: copy.deepcopy(getattr(unet, k)) for k in ("time_embed", "input_blocks", "middle_block")})
        self.encoder.requires_grad_(False)
        self.input_hint_block = hint_block(unet.ch)
        widths = [unet.ch]
        for stage in list(unet.input_blocks)[1:]:
            widths.append(next(p.shape[0] for p in reversed(list(stage.parameters())) if p.ndim == 4))
        nothing = lambda c: nn.Conv2d(c, c, 1)
        self.zero_convs = nn.ModuleList(nn.Sequential(nothing(c)) for c in widths)
        self.middle_block_out = nn.Sequential(nothing(widths[-1]))
        for p in [*self.zero_convs.parameters(), *self.middle_block_out.parameters()]:
            nn.init.zeros_(p)
        names = {path: path.replace(".", "/") for path, m in self.encoder.named_modules()
                 if path.startswith(("input_blocks.", "middle_block.")) and not path.endswith(("proj_in", "proj_out")) and
                 (isinstance(m, nn.Linear) or isinstance(m, nn.Conv2d) and m.kernel_size == (3, 3)) and path != "input_blocks.0.0"} if low else {}
        self.low = nn.ModuleDict({name: lora.Lora(self.encoder.get_submodule(path), RANK) for path, name in names.items()})

    def forward(self, x, t, context, hint):
        emb = times(self.encoder["time_embed"], self.ch, t)
        h, out = x, []
        for i, (stage, zero) in enumerate(zip(self.encoder["input_blocks"], self.zero_convs)):
            h = stage(h, emb, context)
            if i == 0:
                h = h + hint
            out.append(zero(h))
        return out, self.middle_block_out(self.encoder["middle_block"](h, emb, context))

    def whole(self):
        return {f"{k}.{n}": p for k in ("input_hint_block", "zero_convs", "middle_block_out") for n, p in getattr(self, k).named_parameters()}

    def file(self, low=None):
        """What is written; low: {name: (up, down)} in place of the parts as trained."""
        w = {"lora_controlnet": torch.zeros(0), **self.whole()}
        for name, (up, down) in (low or {name: (m.up.weight, m.down.weight) for name, m in self.low.items()}).items():
            w[name.replace("/", ".") + ".up"], w[name.replace("/", ".") + ".down"] = up, down
        return {k: v.detach().half().contiguous().clone() for k, v in w.items()}

    @staticmethod
    def read(unet, path):
        """From a file, as a program that reads it has it: the base model's weights with up times down added."""
        from safetensors.torch import load_file
        w, control = load_file(path), Control(unet, low=False)
        del w["lora_controlnet"]
        for key in [k for k in w if k.endswith(".up")]:
            weight = control.encoder.get_parameter(key[:-2] + "weight")
            weight += (w.pop(key).float().flatten(1) @ w.pop(key[:-2] + "down").float().flatten(1)).view_as(weight)
        for name, p in control.whole().items():
            p.data.copy_(w.pop(name))
        assert not w, w.keys()
        return control


def times(embed, ch, t):
    half = ch // 2
    a = t.float()[:, None] * torch.exp(-np.log(10000) * torch.arange(half, device=t.device) / half)
    return embed(torch.cat([a.cos(), a.sin()], 1))


def steered(unet, control, x, t, context, hint, strength=1.):
    """The denoiser's answer with the additions; nothing of its own encoder needs gradients."""
    more, middle = control(x, t, context, hint)
    with torch.no_grad():
        emb = times(unet.time_embed, unet.ch, t)
        h, skips = x, []
        for stage in unet.input_blocks:
            h = stage(h, emb, context)
            skips.append(h)
        h = unet.middle_block(h, emb, context)
    h = h + middle * strength
    for stage, skip, add in zip(unet.output_blocks, reversed(skips), reversed(more)):
        h = stage(torch.cat([h, skip + add * strength], 1), emb, context)
    return unet.out(h)


def map_of(what, spec):
    return extras.canny(scenes.render(spec)) if what == "canny" else scenes.render(spec, mode="seg")


def control_scene(rng):
    """Any scene in the plain style, whose edges are its own."""
    s = scenes.sample_spec(rng)
    s["style"] = "plain"
    return s


def edges_agree(got, want):
    """F1 of two edge maps (bool [h, w]) with a pixel of slack."""
    near = lambda m: np.max([np.roll(m, (i, j), (0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1)], 0)
    p, r = (got & near(want)).sum() / max(1, got.sum()), (want & near(got)).sum() / max(1, want.sum())
    return 2 * p * r / max(1e-9, p + r)


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--what", choices=("canny", "seg"), default="canny")
    ap.add_argument("--minutes", type=float, default=10)
    ap.add_argument("--lr", type=float, default=2e-3)
    ap.add_argument("--out")
    ap.add_argument("--batch", type=int, default=8, help="per worker")
    ap.add_argument("--pool", type=int, default=150)
    ap.add_argument("--write")
    ap.add_argument("--mb", type=float, help="cut ranks until the written file has this size")
    ap.add_argument("--follow", type=int, default=0, help="this many held-out scenes")
    ap.add_argument("--file", action="append", default=[], help="what to follow with, in place of the trained state; may be given more than once")
    ap.add_argument("--sheet", help="picture of what was drawn")
    ap.add_argument("--strength", type=float, default=1.)
    a = ap.parse_args()
    out = a.out or f"control_{a.what}.pt"
    unet, vae, text = common.base()
    words = common.Words()
    torch.manual_seed(0)
    pack = lambda maps: torch.stack([torch.as_tensor(m) for m in maps]).to(common.DEVICE, memory_format=common.CL).float() / 255
    maps_of = lambda specs: pack([np.moveaxis(map_of(a.what, s), 2, 0).copy() for s in specs])

    @torch.no_grad()
    def follow(n, controls, path=None):
        """Mean edge agreement with the map on held-out scenes drawn from their captions: of each control and, last, without one."""
        vr = random.Random(77)
        specs = [control_scene(vr) for _ in range(n)]
        h, u = text(words([scenes.caption(s, vr, True) for s in specs])), text(words([""] * n))
        noise, maps = sample.seeded_noise(range(n)).to(common.DEVICE), maps_of(specs)
        edge = lambda img: extras.canny(np.ascontiguousarray(img))[..., 0] > 0
        true, rows = [edge(scenes.render(s)) for s in specs], [[map_of(a.what, s) for s in specs[:10]]]
        for name, control in [*controls.items(), ("without", None)]:
            hint = control and torch.cat([control.input_hint_block(maps)] * 2)
            drawn = sample.decode(vae, sample.sample((lambda x, t, c: steered(unet, control, x, t, c, hint, a.strength)) if control else unet, h, u, noise, 10, 4.))
            print(f"{name}: edges {np.mean([edges_agree(edge(x), y) for x, y in zip(drawn, true)]):.3f} of {n} scenes", flush=True)
            rows.append(drawn[:10])
        if path:
            Image.fromarray(np.concatenate([np.concatenate(list(r), 1) for r in rows])).save(path)

    if a.file:
        follow(a.follow, {f: Control.read(unet, f).to(common.DEVICE, memory_format=common.CL) for f in a.file}, a.sheet)
        raise SystemExit

    control = Control(unet).to(common.DEVICE, memory_format=common.CL)
    run = common.Run(out, control, a.lr, a.minutes, muon=False, decay=.98, warm=10)
    if a.write:
        from safetensors.torch import save_file
        with run.averaged():
            low, cr = None, random.Random(43)
            if a.mb:
                specs = [control_scene(cr) for _ in range(24)]
                t = torch.arange(24, device=common.DEVICE) * 1000 // 24 + 20
                x = common.noised(common.encode(vae, common.pictures(specs)), t, torch.randn(24, 4, 16, 16, generator=torch.Generator().manual_seed(6)).to(common.DEVICE))
                with torch.no_grad():
                    h, hint = text(words([scenes.caption(s, cr, True) for s in specs])), control.input_hint_block(maps_of(specs))
                answer = lambda: steered(unet, control, x, t, h, hint) * common.WEIGHT[t].sqrt()[:, None, None, None]
                heads = 100 * len(control.file()) + 500                  # the file's own header
                low = cut_ranks.cut(control.low, answer, int(a.mb * 5e5 - heads / 2) - sum(p.numel() for p in control.whole().values()))
            save_file(control.file(low), a.write, {"format": "pt", "modelspec.title": f"Easel Demo Control-LoRA {a.what}", "modelspec.author": "The Easel authors",
                      "modelspec.license": "CC0-1.0", "modelspec.architecture": "stable-diffusion-v1/control-lora", "easel.training": json.dumps(run.log[-1])})
        print(run.log[-1], os.path.getsize(a.write))
        raise SystemExit

    if a.follow:
        with run.averaged():
            follow(a.follow, {"with": control}, a.sheet)
        raise SystemExit

    @torch.no_grad()
    def make(specs):
        z = common.encode(vae, common.pictures(specs))
        return [(s, z[i], torch.from_numpy(np.moveaxis(map_of(a.what, s), 2, 0).copy())) for i, s in enumerate(specs)]

    kept = f"control_{a.what}_pool_{duo.RANK}.pt"
    pool = common.Pool(make, 0, 300 + 2 * run.step + duo.RANK, control_scene, most=2000)
    pool.items = torch.load(kept, weights_only=False) if os.path.exists(kept) else []
    while len(pool.items) < a.pool:
        pool.grow(10)
    torch.save(pool.items, kept)

    vr = random.Random(41)
    val = make([control_scene(vr) for _ in range(24)])
    vz, vh = torch.stack([v[1] for v in val]), text(words([scenes.caption(v[0], vr, True) for v in val]))
    vm, vt, vn = pack([v[2] for v in val]), torch.arange(24, device=common.DEVICE) * 1000 // 24 + 20, torch.randn(vz.shape, generator=torch.Generator().manual_seed(5)).to(common.DEVICE)

    def loss_of(z, t, noise, h, maps, strength=1.):
        pred = steered(unet, control, common.noised(z, t, noise), t, h, control.input_hint_block(maps), strength)
        return (common.WEIGHT[t] * (pred.float() - noise).pow(2).mean((1, 2, 3))).mean()

    with torch.no_grad():
        without = round(float(loss_of(vz, vt, vn, vh, vm, 0.)), 4)
    while run.more():
        got = pool.draw(a.batch, 24)
        z = torch.stack([g[1] for g in got])
        with torch.no_grad():
            h = text(words([scenes.caption(g[0], random) for g in got], .3))
        t = torch.maximum(torch.randint(0, 1000, (len(z),)), torch.randint(0, 1000, (len(z),))).to(common.DEVICE)  # what is where is settled early
        with common.fast():
            loss = loss_of(z, t, torch.randn_like(z), h, pack([g[2] for g in got]))
        run.learn(loss)
        if run.due(150):
            with run.averaged(), torch.no_grad():
                numbers = {"val": round(float(loss_of(vz, vt, vn, vh, vm)), 4), "without": without}
            torch.save(pool.items, kept)
            run.save(**numbers)
