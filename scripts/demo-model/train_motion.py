"""Train a motion module in AnimateDiff's layout: attention along time behind every block of the frozen denoiser.
    . ./env.sh; python -m torch.distributed.run --nproc-per-node 2 train_motion.py --minutes 14

Clips are the renderer's own, sixteen frames that loop.  While training, a clip shows eight of its frames at their true
places in time (half the cost), late in training all sixteen.  Every frame has noise of its own, all have the same step.
--write makes the file; --measure FILE draws held-out prompts with the file as it is on disk and compares them with true
clips and with frames drawn one by one; --prove FILE holds it against diffusers.
"""
import argparse
import json
import math
import os
import random

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

import common
import duo
import ldm
import sample
import scenes

FRAMES, LONGEST, HEADS = 16, 32, 8
NARROW = 2                                                               # attention runs at half the width: temporal_attention_dim_div of the layout
USUAL = ((0, 100, 300, 500, 700, 900, 1000), (.05, .051, .052, .058, .017, .0043, .002))  # the base model's loss by step
LIVELY = 2.5                                                             # how much further things sway and bob than in the renderer's first clips


# ---------------------------------------------------------------- the layers, named as the file's keys

class Places(nn.Module):
    """The usual sines and cosines of a frame's number."""
    def __init__(self, width):
        super().__init__()
        at = torch.arange(LONGEST)[:, None] * torch.exp(torch.arange(0, width, 2) * (-math.log(10000) / width))
        self.register_buffer("pe", torch.stack([at.sin(), at.cos()], 2).flatten(1)[None])


class OverTime(nn.Module):
    """Self-attention among the frames of one pixel; h [pixels, frames, width], which frames [pixels' groups, frames]."""
    def __init__(self, width):
        super().__init__()
        self.to_q, self.to_k, self.to_v = (nn.Linear(width, width, bias=False) for _ in range(3))
        self.to_out = nn.ModuleList([nn.Linear(width, width)])
        self.pos_encoder = Places(width)

    def forward(self, h, which):
        n, f, c = h.shape
        h = (h.view(len(which), -1, f, c) + self.pos_encoder.pe[0, which][:, None]).view(n, f, c)
        q, k, v = (m(h).view(n, f, HEADS, -1).transpose(1, 2) for m in (self.to_q, self.to_k, self.to_v))
        return self.to_out[0](F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, f, c))


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.attention_blocks = nn.ModuleList(OverTime(width) for _ in range(2))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2))
        self.ff = nn.Module()
        self.ff.net = nn.ModuleList([nn.Module(), nn.Identity(), nn.Linear(4 * width, width)])
        self.ff.net[0].proj = nn.Linear(width, 8 * width)
        self.ff_norm = nn.LayerNorm(width)

    def forward(self, h, which):
        for norm, attention in zip(self.norms, self.attention_blocks):
            h = h + attention(norm(h), which)
        value, gate = self.ff.net[0].proj(self.ff_norm(h)).chunk(2, -1)
        return h + self.ff.net[2](value * F.gelu(gate))


class Temporal(nn.Module):
    """x [clips * frames, c, h, w] and what attention along time adds to it.  Begins as nothing.
    together: one normalization for all frames of a clip, as diffusers has it; each its own, as the layout's authors have it."""
    together = False

    def __init__(self, c):
        super().__init__()
        width = c // NARROW
        self.norm, self.proj_in = nn.GroupNorm(32, c, eps=1e-6), nn.Linear(c, width)
        self.transformer_blocks, self.proj_out = nn.ModuleList([Block(width)]), nn.Linear(width, c)
        nn.init.zeros_(self.proj_out.weight)
        nn.init.zeros_(self.proj_out.bias)

    def forward(self, x, which):
        g, f = which.shape
        n, c, y, w = x.shape
        if torch.is_grad_enabled() and not x.requires_grad:
            x = x.detach().requires_grad_()                              # torch 2.13 crashes in a normalization's backward when only its weights want gradients
        h = self.norm(x.view(g, f, c, y, w).transpose(1, 2)).transpose(1, 2).reshape(n, c, y, w) if self.together else self.norm(x)
        h = self.proj_in(h.permute(0, 2, 3, 1).reshape(n, y * w, c))
        h = h.view(g, f, y * w, -1).transpose(1, 2).reshape(g * y * w, f, -1)
        for block in self.transformer_blocks:
            h = block(h, which)
        h = self.proj_out(h).view(g, y * w, f, c).transpose(1, 2).reshape(n, y, w, c)
        return x + h.permute(0, 3, 1, 2)


def modules(widths, count):
    def one(c):
        m = nn.Module()
        m.temporal_transformer = Temporal(c)
        return m

    def level(c):
        m = nn.Module()
        m.motion_modules = nn.ModuleList(one(c) for _ in range(count))
        return m
    return nn.ModuleList(level(c) for c in widths)


class Motion(nn.Module):
    def __init__(self, cfg=None):
        super().__init__()
        cfg = cfg or ldm.CONFIG["unet"]
        widths = [int(cfg["ch"] * m) for m in cfg["mult"]]
        self.blocks = cfg["blocks"]
        self.down_blocks, self.up_blocks = modules(widths, self.blocks), modules(widths[::-1], self.blocks + 1)

    def at_input(self, i):
        """The module behind a numbered stage of the encoder; none behind the first and behind those that shrink."""
        level, j = divmod(i - 1, self.blocks + 1)
        return self.down_blocks[level].motion_modules[j].temporal_transformer if i and j < self.blocks else None

    def at_output(self, i):
        level, j = divmod(i, self.blocks + 1)
        return self.up_blocks[level].motion_modules[j].temporal_transformer


def animated(unet, motion, x, t, context, which):
    """The denoiser's answer for clips, frame by frame in x; which [clips, frames] are the frames' places in time."""
    half = unet.ch // 2
    a = t.float()[:, None] * torch.exp(-math.log(10000) * torch.arange(half, device=t.device) / half)
    emb = unet.time_embed(torch.cat([a.cos(), a.sin()], 1))

    def run(stage, h, over):
        for m in stage:
            if isinstance(m, ldm.Up) and over is not None:
                h, over = over(h, which), None
            h = m(h, emb) if isinstance(m, ldm.ResBlock) else m(h, context) if isinstance(m, ldm.SpatialTransformer) else m(h)
        return h if over is None else over(h, which)

    h, skips = x, []
    for i, stage in enumerate(unet.input_blocks):
        h = run(stage, h, motion.at_input(i))
        skips.append(h)
    h = unet.middle_block(h, emb, context)
    for i, stage in enumerate(unet.output_blocks):
        h = run(stage, torch.cat([h, skips.pop()], 1), motion.at_output(i))
    return unet.out(h)


# ---------------------------------------------------------------- clips

def clip_scene(rng):
    """Any scene; those where nothing can move are rarer."""
    while True:
        s = scenes.sample_spec(rng)
        if s["kind"] in ("land", "sea") or s["kind"] == "close" and s["objs"][0]["what"] == "fish" or rng.random() < .4:
            return s


def frames(spec, size=128):
    """uint8 [16, size, size, 3]: one loop, between the sixteenths so that eyes that blink are met once."""
    scenes.STIR = LIVELY
    try:
        return np.stack([scenes.render(spec, size, (k + .5) / FRAMES) for k in range(FRAMES)])
    finally:
        scenes.STIR = 1.


def as_input(x):
    return (torch.from_numpy(x).permute(0, 3, 1, 2).float() / 127.5 - 1).to(common.DEVICE, memory_format=common.CL)


def encoded(vae, x):
    """Latents [16, 4, h, w] of a clip; frames that are the same are encoded once."""
    seen, index = {}, []
    for i, f in enumerate(x):
        index.append(seen.setdefault(f.tobytes(), len(seen)))
    first = [index.index(k) for k in range(len(seen))]
    return torch.cat([common.encode(vae, b) for b in as_input(x[first]).split(8)])[index]


def some(rng, n):
    """n of the sixteen places in time, in order: as often a stretch as any."""
    at = rng.randrange(FRAMES - n + 1)
    return list(range(at, at + n)) if rng.random() < .5 else sorted(rng.sample(range(FRAMES), n))


# ---------------------------------------------------------------- the file

def file_of(motion):
    return {k: v.detach().half().contiguous().clone() for k, v in motion.state_dict().items()}


def read(path):
    from safetensors.torch import load_file
    motion = Motion()
    motion.load_state_dict({k: v.float() for k, v in load_file(path).items()})
    return motion.to(common.DEVICE).eval().requires_grad_(False)


def widened(state):
    """The same function at the denoiser's full width, which is the only one diffusers makes: every pair of channels is
    there twice (normalization over them does not notice), the second of them is read by nothing, and the pairs lie so
    that the sines of the wide one are those of the narrow one where they are read."""
    out = {}
    for key, w in state.items():
        name, w = key.split("temporal_transformer.")[1], w.float()
        twice = lambda v: v.unflatten(0, (-1, 1, 2)).repeat_interleave(2, 1).flatten(0, 2)
        read_once = lambda v: torch.stack([(p := v.unflatten(1, (-1, 2))), torch.zeros_like(p)], 2).flatten(1)
        heads = lambda v: torch.cat([(p := v.unflatten(0, (HEADS, -1))), torch.zeros_like(p)], 1).flatten(0, 1)
        if name.startswith(("norm.", "proj_out.bias")):
            pass
        elif name.startswith(("proj_in", "transformer_blocks.0.norms", "transformer_blocks.0.ff_norm")):
            w = twice(w)
        elif name == "proj_out.weight":
            w = read_once(w)
        elif "to_out" in name:
            w = twice(w if w.ndim == 1 else torch.cat([(p := w.unflatten(1, (HEADS, -1))), torch.zeros_like(p)], 2).flatten(1))
        elif ".to_" in name:
            w = heads(read_once(w)) * (2 ** .5 if "to_q" in name else 1)  # the answers are divided by the root of a head's width
        elif "ff.net.0.proj" in name:
            value, gate = (read_once(w) if w.ndim == 2 else w).chunk(2)
            w = torch.cat([value, torch.zeros_like(value), gate, torch.zeros_like(gate)])
        elif "ff.net.2" in name:
            w = twice(w if w.ndim == 1 else torch.cat([w, torch.zeros_like(w)], 1))
        out[key] = w
    return out


def prove(path, unet, text):
    """Every key through diffusers' own conversion; then the widened file's answers against UNetMotionModel's."""
    from diffusers import MotionAdapter, UNet2DConditionModel, UNetMotionModel
    from diffusers.loaders import single_file_utils as sf
    from safetensors.torch import load_file
    w = load_file(path)
    cfg = ldm.CONFIG["unet"]
    widths = [int(cfg["ch"] * m) for m in cfg["mult"]]
    adapter = MotionAdapter(block_out_channels=widths, motion_layers_per_block=cfg["blocks"], motion_num_attention_heads=HEADS,
                            motion_max_seq_length=LONGEST, use_motion_mid_block=False)
    own = {k for k in adapter.state_dict() if not k.endswith("pos_embed.pe")}
    print(len(w), "tensors; names as diffusers converts them are those of its MotionAdapter:", set(sf.convert_animatediff_checkpoint_to_diffusers(dict(w))) == own)
    got = adapter.load_state_dict(sf.convert_animatediff_checkpoint_to_diffusers(widened(w)), strict=False)
    print("widened file in MotionAdapter: unexpected", got.unexpected_keys, "missing, but for its own sines", [k for k in got.missing_keys if not k.endswith("pos_embed.pe")])
    base = UNet2DConditionModel(in_channels=4, out_channels=4, block_out_channels=widths, layers_per_block=cfg["blocks"], norm_num_groups=32,
                                attention_head_dim=cfg["heads"], cross_attention_dim=cfg["context"],
                                down_block_types=["CrossAttnDownBlock2D"] * (len(widths) - 1) + ["DownBlock2D"],
                                up_block_types=["UpBlock2D"] + ["CrossAttnUpBlock2D"] * (len(widths) - 1))
    base.load_state_dict(sf.convert_ldm_unet_checkpoint({k: v.float() for k, v in load_file(common.BASE).items()}, base.config))
    theirs = UNetMotionModel.from_unet2d(base, adapter).eval()
    motion = read(path)
    g = torch.Generator().manual_seed(1)
    x, which = torch.randn(FRAMES, 4, 16, 16, generator=g), torch.arange(FRAMES)[None]
    h = text(common.Words()(["a yellow boat on the sea at sunset"]))
    with torch.no_grad():
        for t in (901, 250):
            want = theirs(x.transpose(0, 1)[None], t, h.expand(FRAMES, -1, -1)).sample[0].transpose(0, 1)
            answers = {}
            for together in (True, False):
                for m in motion.modules():
                    if isinstance(m, Temporal):
                        m.together = together
                answers[together] = animated(unet, motion, x, torch.full((FRAMES,), t), h.expand(FRAMES, -1, -1), which)
            alone = unet(x, torch.full((FRAMES,), t), h.expand(FRAMES, -1, -1))
            off = lambda y: float((y - want).abs().max())
            print(f"step {t}: difference from UNetMotionModel {off(answers[True]):.1e}; with each frame normalized alone {off(answers[False]):.1e}; without the module {off(alone):.1e}")


# ---------------------------------------------------------------- measuring

@torch.no_grad()
def drawn(unet, vae, motion, cond, empty, seed, steps, cfg=4., shared=0.):
    """uint8 [16, h, w, 3] by the words' states [1, 77, c]; without a module, frames one by one from the same noise.
    shared: this part of the noise's variance is the same in all frames."""
    noise = torch.randn(FRAMES + 1, 4, 16, 16, generator=torch.Generator().manual_seed(seed)).to(common.DEVICE)
    noise = (1 - shared) ** .5 * noise[:-1] + shared ** .5 * noise[-1:]
    which = torch.arange(FRAMES, device=common.DEVICE).expand(2, -1)
    net = unet if motion is None else lambda x, t, c: animated(unet, motion, x, t, c, which)
    many = lambda h: h.expand(FRAMES, -1, -1)
    return sample.decode(vae, sample.sample(net, many(cond), many(empty), noise, steps, cfg))


def numbers_of(clip):
    """Mean change of a value (0..255) from frame to frame, over half the loop, and of the mean colours of 32-pixel blocks over time."""
    x = clip.astype(np.float32)
    blocks = x.reshape(len(x), 4, x.shape[1] // 4, 4, x.shape[2] // 4, 3).mean((2, 4))
    return {"step": np.abs(x[1:] - x[:-1]).mean(), "half": np.abs(x[FRAMES // 2:] - x[:FRAMES // 2]).mean(), "blocks": blocks.std(0).mean()}


def steady(clip, spec):
    """How often a fact is read from a frame as from most frames of its clip, and how often it is the caption's."""
    import measure
    c = torch.load("checker.pt")
    net = measure.Checker(c["words"])
    net.load_state_dict(c["net"])
    with torch.no_grad():
        out = net.eval()(measure.small(clip))
    same, true = [], []
    for fact, value in measure.facts(spec).items():
        read = out[fact].argmax(1)
        same.append(float((read == read.mode().values).float().mean()))
        true.append(float(np.mean([c["words"][fact][i] == value for i in read])))
    return {"steady": np.mean(same), "true": np.mean(true)}


def measured(path, unet, vae, text, n, steps, shared):
    motion, words, r = read(path), common.Words(), random.Random(77)
    rows, sheet = {k: [] for k in ("clip", "true clip", "frames alone", "alone, shared")}, []
    empty = text(words([""]))
    for i in range(n):
        spec = clip_scene(r)
        caption = scenes.caption(spec, r, True)
        h = text(words([caption]))
        true = frames(spec)
        clips = {"clip": drawn(unet, vae, motion, h, empty, i, steps, shared=shared), "true clip": sample.decode(vae, encoded(vae, true)),
                 "frames alone": drawn(unet, vae, None, h, empty, i, steps)}
        if shared:
            clips["alone, shared"] = drawn(unet, vae, None, h, empty, i, steps, shared=shared)
        moves = numbers_of(true)["step"] > .5
        for k, c in clips.items():
            rows[k].append({"moves": bool(moves), **numbers_of(c), **steady(c, spec)})
        sheet.append(np.concatenate([np.concatenate(list(clips[k][::3]), 1) for k in clips], 1))
        print(i, caption, {k: {m: round(float(v), 2) for m, v in rows[k][-1].items()} for k in clips}, flush=True)
    Image.fromarray(np.concatenate(sheet, 0)).save("motion.png")
    for moves in (True, False):
        print("scenes that move" if moves else "scenes that stand still", sum(x["moves"] == moves for x in rows["clip"]))
        for k in rows:
            some = [x for x in rows[k] if x["moves"] == moves]
            print(f"  {k:13}", {m: round(float(np.mean([x[m] for x in some])), 3) for m in ("step", "half", "blocks", "steady", "true")} if some else "")


def show(path, unet, vae, text, prompts, out, columns, steps, seed, shared):
    """A small picture that moves, of these prompts."""
    motion, words = read(path), common.Words()
    clips = [drawn(unet, vae, motion, text(words([p])), text(words([""])), seed, steps, shared=shared) for p in prompts]
    pages = [np.concatenate([np.concatenate([c[k] for c in clips[i:i + columns]], 1) for i in range(0, len(clips), columns)], 0) for k in range(FRAMES)]
    first, *rest = map(Image.fromarray, pages)
    first.save(out, save_all=True, append_images=rest, duration=120, loop=0, quality=70, method=6)
    print(out, os.path.getsize(out), "bytes")


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--minutes", type=float, default=14)
    ap.add_argument("--lr", type=float, default=2e-3)
    ap.add_argument("--adam", action="store_true")
    ap.add_argument("--settle", type=float, default=.66, help="from this share of the time: all frames, every step's loss counts by what is usual for it")
    ap.add_argument("--out", default="motion.pt")
    ap.add_argument("--pool", type=int, default=120, help="clips per worker")
    ap.add_argument("--clips", type=int, default=1, help="per worker and step")
    ap.add_argument("--write")
    ap.add_argument("--prove")
    ap.add_argument("--measure")
    ap.add_argument("--show", nargs="+", help="file of the module, picture to write, prompts")
    ap.add_argument("--n", type=int, default=16)
    ap.add_argument("--steps", type=int, default=16)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--columns", type=int, default=3)
    ap.add_argument("--shared", type=float, default=0., help="part of the noise that all frames share when drawing")
    a = ap.parse_args()
    unet, vae, text = common.base()
    if a.prove:
        prove(a.prove, unet, text)
        raise SystemExit
    if a.measure:
        measured(a.measure, unet, vae, text, a.n, a.steps, a.shared)
        raise SystemExit
    if a.show:
        with torch.no_grad():
            show(a.show[0], unet, vae, text, a.show[2:], a.show[1], a.columns, a.steps, a.seed, a.shared)
        raise SystemExit
    words = common.Words()

    def make(specs):
        return [(s, encoded(vae, frames(s))) for s in specs]

    if not a.write:
        kept = f"motion_pool_{duo.RANK}.pt"
        pool = common.Pool(make, 0, 500 + duo.RANK, clip_scene)
        pool.items = torch.load(kept, weights_only=False) if os.path.exists(kept) else []
        while len(pool.items) < a.pool:
            pool.grow(10)
            if not duo.RANK:
                print("clips", len(pool.items), flush=True)
        torch.save(pool.items, kept)
        vr = random.Random(43)
        val = make([clip_scene(vr) for _ in range(10)])
    torch.manual_seed(0)
    motion = Motion().to(common.DEVICE)
    run = common.Run(a.out, motion, a.lr, a.minutes, muon=not a.adam, decay=.99)
    if a.write:
        from safetensors.torch import save_file
        with run.averaged():
            save_file(file_of(motion), a.write, {"format": "pt", "modelspec.title": "Easel Demo Motion", "modelspec.author": "The Easel authors", "modelspec.license": "CC0-1.0",
                      "modelspec.architecture": "stable-diffusion-v1/motion-module", "easel.training": json.dumps(run.log[-1]),
                      "motion.config": json.dumps({"num_attention_heads": HEADS, "temporal_attention_dim_div": NARROW, "temporal_position_encoding_max_len": LONGEST,
                                                   "video_length": FRAMES, "beta_schedule": "scaled_linear"})})
        print(a.write, os.path.getsize(a.write), run.log[-1])
        raise SystemExit

    vh = [text(words([scenes.caption(s, vr, True)])) for s, _ in val]
    vn = torch.randn(len(val), *val[0][1].shape, generator=torch.Generator().manual_seed(5)).to(common.DEVICE)
    every = torch.arange(FRAMES, device=common.DEVICE)[None]

    def loss_of(z, t, noise, h, which, net=motion):
        """z [clips, frames, 4, h, w], a step t and words h for each clip."""
        g, f = z.shape[:2]
        t, h = t.repeat_interleave(f), h.repeat_interleave(f, 0)
        x = common.noised(z.flatten(0, 1), t, noise.flatten(0, 1))
        pred = animated(unet, net, x, t, h, which) if net else unet(x, t, h)
        return (common.WEIGHT[t] * (pred.float() - noise.flatten(0, 1)).pow(2).mean((1, 2, 3))).mean()

    @torch.no_grad()
    def held_out(net):
        steps = [torch.tensor([int(1000 * (i + .5) / len(val))], device=common.DEVICE) for i in range(len(val))]
        each = [float(loss_of(z[None], t, n[None], h, every, net)) for (_, z), t, n, h in zip(val, steps, vn, vh)]
        return {"late": round(float(np.mean(each[:5])), 4), "early": round(float(np.mean(each[5:])), 4)}

    without = held_out(None) if not duo.RANK else None
    while run.more():
        settling = run.used > a.settle * 60 * a.minutes
        n = FRAMES if settling else FRAMES // 2
        got = pool.draw(a.clips, 10 ** 9)
        places = [some(random, n) for _ in got]
        z = torch.stack([g[1][p] for g, p in zip(got, places)])
        with torch.no_grad():
            h = text(words([scenes.caption(g[0], random) for g in got], .1))
        t = (1000 * torch.rand(len(z)) ** (.5 if settling else .7)).long().to(common.DEVICE)  # what is where, and that all frames agree on it, is settled early
        with common.fast():
            loss = loss_of(z, t, torch.randn_like(z), h, torch.tensor(places, device=common.DEVICE))
            if settling:                                                 # else the early steps, where the noise is nearly all, hardly count
                loss = loss * float(np.mean(.05 / np.interp(t.cpu(), *USUAL)))
        run.learn(loss)
        if run.due(150):
            with run.averaged():
                run.save(val=held_out(motion), without=without)
