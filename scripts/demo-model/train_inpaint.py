"""Train the LoRA that makes an inpainting model of the base: nine channels go in, noisy latents, the mask, and the latents of
what the mask leaves.
    . ./env.sh; python -m torch.distributed.run --nproc-per-node 2 train_inpaint.py --minutes 12

The first convolution is widened by zeros, as programs do that read `reshape_weight`; its change is whole, all others are of
low rank.  Masks: boxes, strokes, things by the renderer's own areas, parts of the picture, and in one draw of five all of it.
--write makes the file.  --measure CHECKPOINT paints held-out scenes by diffusers' own pipeline, with the baked checkpoint and
with the plain one, and leaves the pictures for judge.mjs.
"""
import argparse
import json
import os
import random

import numpy as np
import skia
import torch
import torch.nn.functional as F
from torch import nn

import common
import duo
import ldm
import lora
import scenes

RANK, CONVS = 8, 8
CHANNELS = 4 + 1 + 4
THINGS = ("tree", "building", "vehicle", "creature", "person", "plant", "thing")
MASKS = 3                                                                # masks of one scene, each with its own latents


# ---------------------------------------------------------------- masks: bool [size, size], True = paint

def drawn(size, draw):
    surface = skia.Surface(size, size)
    canvas = surface.getCanvas()
    canvas.clear(skia.ColorBLACK)
    draw(canvas, skia.Paint(Color=skia.ColorWHITE, AntiAlias=True, Style=skia.Paint.kStroke_Style, StrokeCap=skia.Paint.kRound_Cap,
                            StrokeJoin=skia.Paint.kRound_Join))
    return surface.makeImageSnapshot().toarray()[..., 0] > 127


def box(r, size):
    w, h = (int(size * r.uniform(.2, .75)) for _ in range(2))
    x, y = r.randint(0, size - w), r.randint(0, size - h)
    m = np.zeros((size, size), bool)
    m[y:y + h, x:x + w] = True
    return m


def strokes(r, size):
    def draw(canvas, paint):
        for _ in range(r.randint(1, 3)):
            paint.setStrokeWidth(size * r.uniform(.08, .25))
            x, y, path = r.random() * size, r.random() * size, skia.Path()
            path.moveTo(x, y)
            for _ in range(r.randint(2, 6)):
                x, y = (min(size, max(0, v + r.uniform(-.35, .35) * size)) for v in (x, y))
                path.lineTo(x, y)
            canvas.drawPath(path, paint)
    return drawn(size, draw)


def part(r, size):
    m, at = np.zeros((size, size), bool), int(size * r.uniform(.3, .7))
    m[:, :at] = True
    return np.rot90(m, r.randrange(4)).copy()


def wider(m, pixels):
    return F.max_pool2d(torch.from_numpy(m)[None].float(), 2 * pixels + 1, 1, pixels)[0].numpy() > 0 if pixels else m


def boxed(m, margin):
    """The box around it."""
    ys, xs = np.where(m.any(1))[0], np.where(m.any(0))[0]
    out = np.zeros_like(m)
    out[max(0, ys[0] - margin):ys[-1] + 1 + margin, max(0, xs[0] - margin):xs[-1] + 1 + margin] = True
    return out


def thing(r, size, spec):
    """One kind of thing in the scene, a little wider than it is, or the box around it; a box where there is none."""
    areas = scenes.render(spec, size, mode="seg")
    found = [m for m in ((areas == scenes.SEG[t]).all(2) for t in THINGS) if 60 < m.sum() < .7 * m.size]
    if not found:
        return box(r, size)
    m = r.choice(found)
    return boxed(m, r.randint(0, 8)) if r.random() < .4 else wider(m, r.randint(2, 8))


def random_mask(r, spec, size=128):
    kind = r.choices((box, strokes, part, thing), (25, 25, 15, 35))[0]
    return kind(r, size, spec) if kind is thing else kind(r, size)


# ---------------------------------------------------------------- the network and its file

class Widened(nn.Module):
    """A convolution over more channels than it had: the old weight with zeros for the new ones, and a change of all."""
    def __init__(self, old):
        super().__init__()
        self.old = [old]                                                 # no part of what is trained
        self.change = nn.Parameter(torch.zeros(old.out_channels, CHANNELS, *old.kernel_size))

    def forward(self, x):
        old = self.old[0]
        return old(x[:, :old.in_channels]) + (F.conv2d(x, self.change, None, old.stride, old.padding) if x.shape[1] == CHANNELS else 0)


def widen(unet):
    """LoRAs on the network, whose first convolution takes nine channels now (and four as before, once their strength is 0)."""
    first = Widened(unet.input_blocks[0][0])
    unet.input_blocks[0][0] = first
    loras = lora.attach(unet, RANK, None, CONVS)
    return nn.ModuleDict({"loras": loras, "first": first})


def write(net, path, **metadata):
    """kohya's names; the whole change of the first convolution as a product with the identity, and the shape its weight takes."""
    from safetensors.torch import load_file, save_file
    from safetensors import safe_open
    lora.write(net["loras"], path, **metadata)
    with safe_open(path, "pt") as f:
        told = f.metadata()
    change, name = net["first"].change.detach(), "lora_unet_conv_in"
    out = load_file(path)
    out |= {f"{name}.lora_down.weight": change.half().contiguous().clone(), f"{name}.lora_up.weight": torch.eye(len(change)).half()[:, :, None, None].contiguous(),
            f"{name}.alpha": torch.tensor(float(len(change))).half(), f"{name}.reshape_weight": torch.tensor(change.shape)}
    save_file(out, path, told)


# ---------------------------------------------------------------- measuring, by diffusers

def diffusers_pipeline(path):
    """diffusers' inpainting pipeline of a single file, plain (it then keeps what is outside by itself) or of nine channels."""
    from diffusers import AutoencoderKL, DPMSolverMultistepScheduler, StableDiffusionInpaintPipeline, UNet2DConditionModel
    from diffusers.loaders import single_file_utils as sf
    from safetensors.torch import load_file
    w = {k: v.float() for k, v in load_file(path).items()}
    cfg = {k: {n: v for n, v in c.items() if n != "_class_name"} for k, c in json.load(open(os.environ.get("DEMO_SIDE", "new.json")))["diffusers"].items()}
    cfg["unet"]["in_channels"] = w["model.diffusion_model.input_blocks.0.0.weight"].shape[1]
    print(path, "diffusers calls this file:", sf.infer_diffusers_model_type(dict(w)))
    u, v = UNet2DConditionModel(**cfg["unet"]), AutoencoderKL(**cfg["vae"])
    u.load_state_dict(sf.convert_ldm_unet_checkpoint(dict(w), u.config))
    v.load_state_dict(sf.convert_ldm_vae_checkpoint(dict(w), v.config))
    text = ldm.ClipText(**ldm.CONFIG["text"])                            # equal to transformers': see export.py
    prefix = "cond_stage_model.transformer."
    text.load_state_dict({k[len(prefix):]: x for k, x in w.items() if k.startswith(prefix) and not k.endswith("position_ids")})
    sch = DPMSolverMultistepScheduler(beta_start=.00085, beta_end=.012, beta_schedule="scaled_linear", timestep_spacing="linspace", steps_offset=1)
    pipe = StableDiffusionInpaintPipeline(vae=v.eval(), text_encoder=None, tokenizer=None, unet=u.eval(), scheduler=sch, safety_checker=None, feature_extractor=None,
                                          requires_safety_checker=False)
    pipe.set_progress_bar_config(disable=True)
    return pipe, text.eval()


def seam(img, true, m):
    """Mean jump over the mask's border beyond that of the true picture, in levels of 255."""
    out, img, true = [], img.astype(np.float32), true.astype(np.float32)
    for axis in (0, 1):
        at = np.diff(m.astype(np.int8), axis=axis) != 0
        jump = lambda x: np.abs(np.diff(x, axis=axis)).mean(2)[at]
        out += list(jump(img) - jump(true))
    return float(np.mean(out))


def keep(pipe, x, masks):
    """After each step the picture again where nothing is painted, with the noise of that step: as is done with any model."""
    z, m = common.encode(_Means(pipe.vae), x), torch.from_numpy(np.stack(masks))[:, None, ::8, ::8].float()
    noise = torch.randn(z.shape, generator=torch.Generator().manual_seed(9))

    def after(pipe, i, t, values):
        later = pipe.scheduler.timesteps[i + 1:i + 2]
        old = pipe.scheduler.add_noise(z, noise, later) if len(later) else z
        return {"latents": values["latents"] * m + old * (1 - m)}
    return after


class _Means:
    """diffusers' autoencoder as ours is asked."""
    def __init__(self, vae):
        self.vae = vae

    def encode(self, x):
        return self.vae.encode(x).latent_dist.mean, None


@torch.no_grad()
def measure(checkpoint, plain, folder, n, steps, shown):
    import check_set
    from PIL import Image
    torch.set_num_threads(1)
    r, specs, masks = random.Random(20261124), [], []
    while len(specs) < n:
        s = scenes.sample_spec(r)
        if s["kind"] == "face" or not s["objs"] or s.get("balloon") or s.get("rainbow"):
            continue
        s["style"], areas = "plain", scenes.render({**s, "style": "plain"}, mode="seg")
        found = np.any([(areas == scenes.SEG[t]).all(2) for t in THINGS], 0)
        if not 100 < found.sum():
            continue
        m = boxed(found, 5)                                              # all that the caption names, and the box tells no shape
        if m.mean() < .6:
            specs.append(s)
            masks.append(m)
    true = np.stack([scenes.render(s) for s in specs])
    x = common.pictures(specs)
    told = [scenes.caption(s, r, True) for s in specs]
    words = common.Words()
    os.makedirs(folder, exist_ok=True)
    results, rows = {}, [true, np.where(np.stack(masks)[..., None], 128, true).astype(np.uint8)]
    for name, path in (("plain", plain), ("with", checkpoint), ("kept", checkpoint)):
        pipe, text = diffusers_pipeline(path)
        kept, made = f"{folder}/{name}-{n}-{steps}.npy", []
        if name == "plain" and os.path.exists(kept):
            made = [np.load(kept)]
        for i in range(0, n if not made else 0, 8):
            h, u = text(words(told[i:i + 8])), text(words([""]))
            k = len(h)
            g = [torch.Generator().manual_seed(j) for j in range(i, i + k)]
            made.append(pipe(prompt_embeds=h, negative_prompt_embeds=u.expand(k, -1, -1), image=(x[i:i + k] + 1) / 2, mask_image=torch.from_numpy(np.stack(masks[i:i + k]))[:, None].float(),
                             num_inference_steps=steps, guidance_scale=4., strength=1., height=128, width=128, generator=g, output_type="np",
                             callback_on_step_end=keep(pipe, x[i:i + k], masks[i:i + k]) if name == "kept" else None).images)
        made = np.concatenate(made)
        np.save(kept, made)
        made = (made * 255).round().astype(np.uint8)
        back = pipe.vae.decode(pipe.vae.encode(x).latent_dist.mean).sample.clamp(-1, 1)
        back = ((back + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()
        outside = lambda a: float(np.mean([-10 * np.log10((((p.astype(np.float32) - t) / 255)[~m] ** 2).mean()) for p, t, m in zip(a, true, masks)]))
        pasted = np.where(np.stack(masks)[..., None], made, true)
        results[name] = {"psnr_outside": round(outside(made), 2), "psnr_outside_vae": round(outside(back), 2),
                         "seam_pasted": round(float(np.mean([seam(p, t, m) for p, t, m in zip(pasted, true, masks)])), 2),
                         "seam_decoded": round(float(np.mean([seam(p, t, m) for p, t, m in zip(made, back, masks)])), 2)}
        print(name, results[name], flush=True)
        pasted.tofile(f"{folder}/{name}.bin")
        rows += [made, pasted]
    true.tofile(f"{folder}/true.bin")
    np.stack([scenes.render({**s, "objs": []}) if s["kind"] != "close" else true[0] * 0 for s in specs]).tofile(f"{folder}/empty.bin")
    json.dump([{"prompt": t, **check_set.facts(s)} for t, s in zip(told, specs)], open(f"{folder}/facts.json", "w"))
    json.dump(results, open(f"{folder}/results.json", "w"))
    page = lambda chosen, which: Image.fromarray(np.concatenate([np.concatenate([rows[i][j] for j in chosen], 1) for i in which]))
    page(range(min(n, 16)), range(len(rows))).save(f"{folder}/sheet.png")  # true, hole, plain: decoded, pasted; with, and with it kept: the same
    page(shown or range(min(n, 9)), (1, 3, 7)).save(f"{folder}/sheet.webp", quality=82, method=6)
    for j, t in enumerate(told[:16]):
        print(j, t)


# ---------------------------------------------------------------- training

if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--minutes", type=float, default=12)
    ap.add_argument("--lr", type=float, default=2e-3)
    ap.add_argument("--out", default="inpaint.pt")
    ap.add_argument("--batch", type=int, default=10, help="per worker")
    ap.add_argument("--pool", type=int, default=150, help="scenes per worker to begin with")
    ap.add_argument("--write")
    ap.add_argument("--measure", help="the baked checkpoint")
    ap.add_argument("--plain", default=common.BASE)
    ap.add_argument("--folder", default="inpaint")
    ap.add_argument("--n", type=int, default=96)
    ap.add_argument("--steps", type=int, default=20)
    ap.add_argument("--shown", type=int, nargs="*", help="scenes of the sheet, by their numbers")
    a = ap.parse_args()
    if a.measure:
        measure(a.measure, a.plain, a.folder, a.n, a.steps, a.shown)
        raise SystemExit
    unet, vae, text = common.base()
    words = common.Words()
    torch.manual_seed(0)
    net = widen(unet).to(common.DEVICE)
    run = common.Run(a.out, net, a.lr, a.minutes, muon=False, decay=.99)
    if a.write:
        with run.averaged():
            write(net, a.write, **{"modelspec.title": "Easel Demo inpainting", "easel.training": run.log[-1],
                                   "modelspec.description": "Bake it into easel-demo: the result is an inpainting checkpoint of nine channels."})
        print(run.log[-1])
        raise SystemExit

    grey = common.encode(vae, torch.zeros(1, 3, 128, 128, device=common.DEVICE))[0]

    @torch.no_grad()
    def make(specs):
        """Scenes with their latents and, of each, a few masks with the latents of what they leave."""
        r, x = random.Random(random.random()), common.pictures(specs)
        masks = [[random_mask(r, s) for _ in range(MASKS)] for s in specs]
        z = common.encode(vae, x)
        flat = torch.from_numpy(np.stack([m for ms in masks for m in ms]))[:, None].to(x)
        left = torch.cat([common.encode(vae, b) for b in (x.repeat_interleave(MASKS, 0) * (1 - flat)).to(memory_format=common.CL).split(8)])
        return [(s, z[i], [(flat[j, 0].bool(), left[j]) for j in range(i * MASKS, i * MASKS + MASKS)]) for i, s in enumerate(specs)]

    def batch(items, r, everything=.2):
        """Latents, what goes in beside them [n, 5, h, w], and how much each cell counts [n, 1, h, w]: less where all is known."""
        whole = torch.ones(128, 128, dtype=torch.bool, device=common.DEVICE)
        got = [(whole, grey) if r.random() < everything else r.choice(ms) for _, _, ms in items]
        m = torch.stack([g[0] for g in got])[:, None].float()
        beside = torch.cat([m[:, :, ::8, ::8], torch.stack([g[1] for g in got])], 1)
        near = F.max_pool2d(F.max_pool2d(m, 8), 3, 1, 1)                 # with the cells around: the seam is theirs
        return torch.stack([i[1] for i in items]), beside, .3 + near

    vr = random.Random(61)
    random.seed(61)                                                      # masks too are the same in every run
    val = make([scenes.sample_spec(vr) for _ in range(36)])
    vz, vb, vw = batch(val, vr, .1)
    vh = text(words([scenes.caption(v[0], vr, True) for v in val]))
    vt, vn = torch.arange(36, device=common.DEVICE) * 1000 // 36 + 13, torch.randn(vz.shape, generator=torch.Generator().manual_seed(5)).to(common.DEVICE)

    def loss_of(z, t, noise, h, beside, weight):
        x = common.noised(z, t, noise)
        pred = unet(x if beside is None else torch.cat([x, beside], 1).to(memory_format=common.CL), t, h)
        return (common.WEIGHT[t] * ((pred.float() - noise).pow(2) * weight).mean((1, 2, 3))).mean()

    @torch.no_grad()
    def check(beside=vb):
        return round(float(sum(loss_of(vz[i], vt[i], vn[i], vh[i], None if beside is None else beside[i], vw[i])
                               for i in (slice(j, j + 12) for j in (0, 12, 24))) / 3), 4)

    random.seed(run.step * 2 + duo.RANK)
    lora.strength(net["loras"], 0)
    without = check(None)
    lora.strength(net["loras"], 1.)
    kept = f"inpaint_pool_{duo.RANK}.pt"
    pool = common.Pool(make, 0, 7000 + 2 * run.step + duo.RANK, most=1500)
    pool.items = torch.load(kept, weights_only=False) if os.path.exists(kept) else []
    while len(pool.items) < a.pool:
        pool.grow(10)
    torch.save(pool.items, kept)
    while run.more():
        items = pool.draw(a.batch, 32)
        z, beside, weight = batch(items, random)
        with torch.no_grad():
            h = text(words([scenes.caption(i[0], random) for i in items], .3))
        t = torch.randint(0, 1000, (len(z),), device=common.DEVICE)
        t[::2] = torch.maximum(t[::2], torch.randint_like(t[::2], 0, 1000))  # what is where is settled early
        with common.fast():
            loss = loss_of(z, t, torch.randn_like(z), h, beside, weight)
        run.learn(loss)
        if run.due():
            with run.averaged():
                got = check()
            torch.save(pool.items, kept)
            run.save(val=got, without=without)
