"""Train an IP-Adapter: a small image encoder in CLIP's shape, and the attention that lets the denoiser look at its answer.
    . ./env.sh; python -m torch.distributed.run --nproc-per-node 2 train_ip_adapter.py --minutes 14

Three parts, in this order; --minutes are shared out among them:
  facts     the encoder alone learns what the renderer knows of a picture (kind, subject, colours, time, style ...);
  layers    encoder and adapter: each cross-attention shall say, of no caption and a picture, what it says of the whole caption;
            no gradient goes through the denoiser, so this is three times as quick as the next;
  pictures  encoder and adapter: the base model's own objective, captions left out half of the time.
The picture that is looked at is another drawing of the scene (other jitter, cropped a little, sometimes soft or noisy), seldom the same.
The projection has no shift, so that an empty picture is four tokens of nothing: guidance needs no pictures left out.

--write FOLDER makes clip-vision/easel-demo-vision.safetensors with its .json, and ip-adapter/easel-demo-ip.safetensors;
--measure N draws from N held-out pictures and no caption with the files as written, and states how many facts agree; --sheet FILE shows some;
--check loads both files with transformers and diffusers and compares the noise they predict.
"""
import argparse
import json
import os
import random

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import nn

import common
import duo
import ldm
import measure
import sample
import scenes

VISION = {"image": 64, "patch": 8, "width": 96, "layers": 4, "heads": 6, "projection": 128}
TOKENS, SHARES = 4, {"facts": .30, "layers": .45, "pictures": .25}
MEAN, STD = (torch.tensor(v)[:, None, None] for v in ((.48145466, .4578275, .40821073), (.26862954, .26130258, .27577711)))
ENCODER, ADAPTER = "clip-vision/easel-demo-vision", "ip-adapter/easel-demo-ip"


# ---------------------------------------------------------------- pictures to look at

def looked_at(img, rng=None):
    """uint8 [3, 64, 64] as CLIP's preprocessor makes it (bicubic); with rng, of a part of the picture."""
    n, s = len(img), VISION["image"]
    side = n * rng.uniform(.86, 1) if rng else n
    x, y = (rng.uniform(0, n - side) if rng else 0 for _ in "xy")
    small = Image.fromarray(img).resize((s, s), Image.BICUBIC, (x, y, x + side, y + side))
    return torch.from_numpy(np.array(small)).permute(2, 0, 1)


def redrawn(spec, rng):
    """The same scene with other jitter, hills, clouds."""
    return scenes.render({**spec, "seed": rng.randrange(1 << 30)})


def scaled(pictures, worn=False):
    """What the encoder takes of uint8 [b, 3, 64, 64]; `worn`: some soft and noisy, as decoded pictures are."""
    x = torch.stack(list(pictures)).float().div(255)
    if worn:
        soft = F.avg_pool2d(F.pad(x, (1,) * 4, mode="replicate"), 3, 1)
        at = torch.rand(len(x), 1, 1, 1)
        x = torch.where(at < .5, x, soft.lerp(x, at)) + torch.randn_like(x) * .04 * torch.rand(len(x), 1, 1, 1)
    return ((x - MEAN) / STD).to(common.DEVICE)


def answers(spec):
    """The facts that a caption could name, and the few more that a picture shows."""
    out = measure.facts(spec)
    out.update({k: str(bool(spec[k])) for k in ("sun", "mountains", "rainbow", "long") if k in spec})
    return out


class Facts(nn.Module):
    """The encoder and, for its first lesson only, one answer per fact."""
    def __init__(self, encoder):
        super().__init__()
        r, words = random.Random(1), {}
        for _ in range(8000):
            for k, v in answers(scenes.sample_spec(r)).items():
                words.setdefault(k, set()).add(v)
        self.encoder, self.words = encoder, {k: sorted(v) for k, v in sorted(words.items())}
        self.heads = nn.ModuleDict({k: nn.Linear(VISION["projection"], len(v)) for k, v in self.words.items()})
        self.areas = nn.Linear(VISION["width"], len(scenes.TAGS))

    def indices(self, spec):
        a = answers(spec)
        return [v.index(a[k]) if k in a else -1 for k, v in self.words.items()]

    def loss(self, x, right, areas):
        h = self.encoder.tokens(x)
        e = self.encoder.visual_projection(self.encoder.vision_model.post_layernorm(h[:, 0]))
        out = sum(F.cross_entropy(f(e), y, ignore_index=-1, reduction="sum") / len(x) for f, y in zip(self.heads.values(), right.T))
        return out + 2 * F.cross_entropy(self.areas(h[:, 1:]).transpose(1, 2), areas)

    @torch.no_grad()
    def shares(self, x, right):
        e = self.encoder(x)
        hit = {k: (f(e).argmax(1) == y)[y >= 0].float().mean().item() for (k, f), y in zip(self.heads.items(), right.T)}
        return {k: round(v, 2) for k, v in hit.items() if k in ("kind", "subject", "color", "time", "back", "style", "place", "second", "hair")}


PALETTE = torch.tensor(list(scenes.SEG.values()))


def areas_of(spec):
    """Which class covers most of each of the encoder's patches, [64]."""
    n = VISION["image"]
    seg = torch.from_numpy(scenes.render(spec, n, mode="seg")).long()
    one = (seg[..., None, :] - PALETTE).abs().sum(-1).argmin(-1)
    share = F.avg_pool2d(F.one_hot(one, len(PALETTE)).permute(2, 0, 1).float(), VISION["patch"])
    share[2:] *= 1.5                                                     # what stands in a scene counts before what is behind it
    return share.argmax(0).flatten()


# ---------------------------------------------------------------- the adapter

class ImageAttention(nn.Module):
    """Adds to the answer of one cross-attention what the same questions find in the image tokens."""
    def __init__(self, of):
        super().__init__()
        self.to_k_ip, self.to_v_ip = (nn.Linear(m.in_features, m.out_features, bias=False) for m in (of.to_k, of.to_v))
        self.to_k_ip.load_state_dict(of.to_k.state_dict())
        self.to_v_ip.load_state_dict(of.to_v.state_dict())
        self.tokens, self.kept, self.strength = None, None, 1.
        self.of = [of]                                                   # in a list: no part of this module
        of.register_forward_hook(self.after)

    def after(self, of, args, out):
        if self.kept is not None:
            self.kept.append((self, args[0], out))
        return out if self.tokens is None else out + self.add(args[0], self.tokens) * self.strength

    def add(self, x, tokens):
        of = self.of[0]
        b, n, c = x.shape
        split = lambda y: y.view(b, -1, of.heads, c // of.heads).transpose(1, 2)
        y = F.scaled_dot_product_attention(split(of.to_q(x)), split(self.to_k_ip(tokens)), split(self.to_v_ip(tokens)))
        return F.linear(y.transpose(1, 2).reshape(b, n, c), of.to_out[0].weight)


class Adapter(nn.Module):
    """Encoder, projection to tokens and the attentions, numbered as the files of this kind number them: every attention counts,
    down blocks, up blocks, middle block; the cross-attentions are the odd ones."""
    def __init__(self, encoder, unet, text):
        super().__init__()
        width = unet.input_blocks[1][1].transformer_blocks[0].attn2.to_k.in_features
        self.encoder = encoder
        self.proj, self.norm = nn.Linear(VISION["projection"], TOKENS * width), nn.LayerNorm(width)
        self.norm.weight.data.copy_(text.text_model.final_layer_norm.weight)
        for shift in (self.proj.bias, self.norm.bias):
            nn.init.zeros_(shift).requires_grad_(False)
        blocks = [m for part in (unet.input_blocks, unet.output_blocks, unet.middle_block) for m in part.modules() if isinstance(m, ldm.TransformerBlock)]
        self.layers = nn.ModuleDict({str(2 * i + 1): ImageAttention(b.attn2) for i, b in enumerate(blocks)})

    def tokens(self, x):
        return self.norm(self.proj(self.encoder(x)).unflatten(1, (TOKENS, -1)))

    def look(self, tokens, strength=1.):
        """What the denoiser sees from now on; None: nothing."""
        for m in self.layers.values():
            m.tokens, m.strength = tokens, strength

    def files(self):
        half = lambda d: {k: v.detach().half().contiguous().clone() for k, v in d.items()}
        ip = {f"image_proj.{k}": v for k, v in self.state_dict().items() if k.startswith(("proj.", "norm."))}
        ip |= {f"ip_adapter.{n}.{k}": v for n, m in self.layers.items() for k, v in m.state_dict().items()}
        return half(self.encoder.state_dict()), half(ip)

    def read(self, folder):
        self.encoder.load_state_dict({k: v.float() for k, v in load_file(f"{folder}/{ENCODER}.safetensors").items()})
        ip = {k: v.float() for k, v in load_file(f"{folder}/{ADAPTER}.safetensors").items()}
        self.load_state_dict({k.replace("image_proj.", "").replace("ip_adapter.", "layers."): v for k, v in ip.items()}, strict=False)
        return self


def vision_config():
    v = VISION
    return {"architectures": ["CLIPVisionModelWithProjection"], "model_type": "clip_vision_model", "image_size": v["image"], "patch_size": v["patch"],
            "hidden_size": v["width"], "intermediate_size": 4 * v["width"], "num_hidden_layers": v["layers"], "num_attention_heads": v["heads"],
            "projection_dim": v["projection"], "hidden_act": "quick_gelu", "layer_norm_eps": 1e-5, "num_channels": 3}


def preprocessor_config():
    s = VISION["image"]
    return {"image_processor_type": "CLIPImageProcessor", "do_resize": True, "size": {"shortest_edge": s}, "resample": 3, "do_center_crop": True,
            "crop_size": {"height": s, "width": s}, "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "do_convert_rgb": True,
            "image_mean": MEAN.flatten().tolist(), "image_std": STD.flatten().tolist()}


def write(adapter, folder, training):
    encoder, ip = adapter.files()
    common_meta = {"format": "pt", "modelspec.sai_model_spec": "1.0.0", "modelspec.author": "The Easel authors", "modelspec.license": "CC0-1.0",
                   "easel.training": json.dumps(training)}
    for name in (ENCODER, ADAPTER):
        os.makedirs(os.path.dirname(f"{folder}/{name}"), exist_ok=True)
    save_file(encoder, f"{folder}/{ENCODER}.safetensors", {**common_meta, "modelspec.title": "Easel Demo image encoder", "clip.config": json.dumps(vision_config())})
    json.dump({"title": "Easel Demo image encoder", "config": vision_config(), "preprocessor": preprocessor_config()}, open(f"{folder}/{ENCODER}.json", "w"), indent=1)
    save_file(ip, f"{folder}/{ADAPTER}.safetensors", {**common_meta, "modelspec.title": "Easel Demo IP-Adapter", "modelspec.architecture": "stable-diffusion-v1/ip-adapter",
              "easel.image_encoder": os.path.basename(ENCODER)})
    for name in (ENCODER, ADAPTER):
        print(name, os.path.getsize(f"{folder}/{name}.safetensors"))


# ---------------------------------------------------------------- the files as written

@torch.no_grad()
def draw(unet, vae, text, adapter, x, captions, seeds, strength=1., steps=10, cfg=4.):
    """Pictures uint8; of no picture (x None) the plain model's."""
    words, out = common.Words(), []
    for i in range(0, len(captions), 16):
        h, u = text(words(captions[i:i + 16])), text(words([""])).expand(len(captions[i:i + 16]), -1, -1)
        if x is not None:
            tokens = adapter.tokens(x[i:i + 16])
            adapter.look(torch.cat([torch.zeros_like(tokens), tokens]), strength)
        out.append(sample.decode(vae, sample.sample(unet, h, u, sample.seeded_noise(seeds[i:i + 16]).to(common.DEVICE), steps, cfg)))
        adapter.look(None)
    return np.concatenate(out)


@torch.no_grad()
def evaluate(folder, n):
    """How many of a held-out picture's facts the classifier of measure.py finds in what is drawn of it without a word."""
    unet, vae, text = common.base()
    adapter = Adapter(ldm.ClipVision(**VISION), unet, text).to(common.DEVICE).read(folder)
    r = random.Random(2026)
    specs = [scenes.sample_spec(r) for _ in range(n)]
    true = np.stack([scenes.render(s) for s in specs])
    x = scaled([looked_at(t) for t in true])
    drawn, plain = (draw(unet, vae, text, adapter, y, [""] * n, range(n)) for y in (x, None))
    through = np.concatenate([sample.decode(vae, common.encode(vae, common.pictures(specs[i:i + 16]))) for i in range(0, n, 16)])
    near = lambda d: float(np.sqrt(((d.astype(np.float32) - true) ** 2).mean()))
    res = {"through VAE": measure.score(through, specs), "with it": measure.score(drawn, specs), "of another picture": measure.score(drawn, specs[1:] + specs[:1]),
           "without it": measure.score(plain, specs)}
    print(f"{n} pictures; distance of pixels (rms of 255): with it {near(drawn):.1f}, of another {near(np.roll(drawn, 1, 0)):.1f}, without it {near(plain):.1f}")
    print(f"{'fact':10} {'n':>4}", *(f"{k:>18}" for k in res))
    for k in res["with it"]:
        print(f"{k:10} {res['with it'][k][1]:4}", *(f"{v.get(k, (float('nan'),))[0]:18.2f}" for v in res.values()))


@torch.no_grad()
def sheet(folder, path, columns=8):
    """Pictures to look at; below each two drawn of it without a word, and one with a word and less of the picture."""
    unet, vae, text = common.base()
    adapter = Adapter(ldm.ClipVision(**VISION), unet, text).to(common.DEVICE).read(folder)
    r, specs = random.Random(33), []
    kinds = ("land", "sea", "close", "still", "face", "land", "close", "land")[:columns]
    while len(specs) < columns:
        s = scenes.sample_spec(r)
        if s["kind"] == kinds[len(specs)] and (s["style"] == "plain") == (len(specs) not in (5,)):
            specs.append(s)
    true = np.stack([scenes.render(s) for s in specs])
    x = scaled([looked_at(t) for t in true])
    say = ["at night" if s["kind"] in ("land", "sea") and s["time"] != "night" else "watercolor" for s in specs]
    rows = [true] + [draw(unet, vae, text, adapter, x, [""] * columns, range(k, k + columns)) for k in (100, 200)]
    rows.append(draw(unet, vae, text, adapter, x, say, range(100, 100 + columns), .7))
    Image.fromarray(np.concatenate([np.concatenate(list(row), 1) for row in rows], 0)).save(path, quality=82, method=6)
    print(path, os.path.getsize(path), say)


@torch.no_grad()
def check(folder):
    """Both files by transformers and diffusers, as their own loaders read them: the same vectors, the same noise, the same picture."""
    import tempfile
    from diffusers import AutoencoderKL, DPMSolverMultistepScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from diffusers.loaders import single_file_utils as sf
    from transformers import CLIPImageProcessor, CLIPVisionModelWithProjection
    unet, vae, text = common.base()
    adapter = Adapter(ldm.ClipVision(**VISION), unet, text).read(folder)
    side = json.load(open(f"{folder}/{ENCODER}.json"))
    with tempfile.TemporaryDirectory() as there:
        json.dump(side["config"], open(f"{there}/config.json", "w"))
        os.symlink(os.path.abspath(f"{folder}/{ENCODER}.safetensors"), f"{there}/model.safetensors")
        encoder = CLIPVisionModelWithProjection.from_pretrained(there, dtype=torch.float32).eval()
    shapes = {k: v for k, v in json.load(open(os.path.splitext(common.BASE)[0] + ".json"))["diffusers"].items()}
    w = {k: v.float() for k, v in load_file(common.BASE).items()}
    nets = []
    for cls, name, convert in ((UNet2DConditionModel, "unet", sf.convert_ldm_unet_checkpoint), (AutoencoderKL, "vae", sf.convert_ldm_vae_checkpoint)):
        net = cls(**{k: v for k, v in shapes[name].items() if k != "_class_name"})
        net.load_state_dict(convert(dict(w), net.config))
        nets.append(net.eval())
    sch = DPMSolverMultistepScheduler(beta_start=.00085, beta_end=.012, beta_schedule="scaled_linear", timestep_spacing="linspace", steps_offset=1)
    pipe = StableDiffusionPipeline(vae=nets[1], text_encoder=None, tokenizer=None, unet=nets[0], scheduler=sch, safety_checker=None, image_encoder=encoder,
                                   feature_extractor=CLIPImageProcessor(**side["preprocessor"]), requires_safety_checker=False)
    pipe.set_progress_bar_config(disable=True)
    pipe.load_ip_adapter(folder, subfolder=os.path.dirname(ADAPTER), weight_name=os.path.basename(ADAPTER) + ".safetensors", image_encoder_folder=None)
    r = random.Random(8)
    imgs = [scenes.render(scenes.sample_spec(r)) for _ in range(4)]
    x = scaled([looked_at(i) for i in imgs])
    theirs = pipe.feature_extractor([Image.fromarray(i) for i in imgs], return_tensors="pt").pixel_values
    e = encoder(x).image_embeds
    h = text(common.Words()(["", "a red house on a green hill", "at night", ""]))
    z, t = torch.randn(4, 4, 16, 16, generator=torch.Generator().manual_seed(1)), torch.tensor([999, 700, 400, 100])
    lines = [("pixels", theirs, x), ("vectors", e, adapter.encoder(x))]
    for strength in (1., .5):
        pipe.set_ip_adapter_scale(strength)
        adapter.look(adapter.tokens(x), strength)
        lines.append((f"noise at {strength}", nets[0](z, t, h, added_cond_kwargs={"image_embeds": [e[:, None]]}).sample, unet(z, t, h)))
    adapter.look(None)
    lines.append(("noise without", unet(z, t, h), lines[-1][1]))
    for name, a, b in lines:
        print(f"{name:14} largest difference {(a - b).abs().max():.2e} of {b.abs().max():.2f}")
    pipe.set_ip_adapter_scale(1.)
    none = text(common.Words()([""]))
    one = pipe(prompt_embeds=none, negative_prompt_embeds=none, ip_adapter_image=Image.fromarray(imgs[0]), latents=sample.seeded_noise([3]), num_inference_steps=20,
               guidance_scale=4., output_type="np").images
    two = draw(unet, vae, text, adapter, x[:1], [""], [3], steps=20) / 255
    print("StableDiffusionPipeline (DPM++ 2M, its own step spacing) against sample.py: mean difference %.4f of 1" % abs(one - two).mean())


# ---------------------------------------------------------------- training

def pairs(vae):
    """Pool items: a scene, its latents, and five pictures of it to look at, the last one the very same."""
    def make(specs):
        z, r = common.encode(vae, common.pictures(specs)), random
        return [(s, z[i], [looked_at(redrawn(s, r), r) for _ in range(4)] + [looked_at(scenes.render(s), r)]) for i, s in enumerate(specs)]
    return make


def learn_facts(encoder, minutes, lr, batch=32):
    facts = Facts(encoder).to(common.DEVICE)
    run = common.Run("ip_facts.pt", facts, lr, minutes, decay=.99)
    vr = random.Random(51)
    val = [scenes.sample_spec(vr) for _ in range(300)]
    vx, vy = scaled([looked_at(scenes.render(s)) for s in val]), torch.tensor([facts.indices(s) for s in val], device=common.DEVICE)
    make = lambda specs: [(looked_at(scenes.render(s), random if random.random() < .5 else None), facts.indices(s), areas_of(s)) for s in specs]
    pool = common.Pool(make, 800, 900 + 2 * run.step + duo.RANK, most=8000)
    while run.more():
        x, y, areas = zip(*pool.draw(batch, 3))
        with common.fast():
            loss = facts.loss(scaled(x, True), torch.tensor(y, device=common.DEVICE), torch.stack(areas).to(common.DEVICE))
        run.learn(loss)
        if run.due(40):
            with run.averaged():
                run.save(**facts.shares(vx, vy))
    encoder.load_state_dict({k.removeprefix("encoder."): v for (k, _), v in zip(run.named, run.ema) if k.startswith("encoder.")})


def learn_looking(adapter, unet, vae, text, a):
    """Parts two and three, one state."""
    words, layers = common.Words(), list(adapter.layers.values())
    total = a.minutes * (1 - SHARES["facts"])
    by_layers = 60 * a.minutes * SHARES["layers"]
    make = pairs(vae)
    kept = f"ip_pool_{duo.RANK}.pt"                                      # encoding costs as much as two steps of training: kept for the next run
    have = torch.load(kept, weights_only=False) if os.path.exists(kept) else []
    pool = common.Pool(make, 0, 1200 + 2 * len(have) + duo.RANK, most=2500)
    pool.items = have
    while len(pool.items) < a.pool:
        pool.grow(10)
    torch.save(pool.items, kept)
    run = common.Run(a.out, adapter, a.lr, total, decay=.99, warm=20)
    with torch.no_grad():
        empty = text(words([""]))
    vr = random.Random(61)
    vs = [scenes.sample_spec(vr) for _ in range(32)]
    vz, vx = common.encode(vae, common.pictures(vs)), scaled([looked_at(redrawn(s, vr)) for s in vs])
    vt, vn = torch.arange(32, device=common.DEVICE) * 1000 // 32 + 15, torch.randn(vz.shape, generator=torch.Generator().manual_seed(5)).to(common.DEVICE)

    def loss_of(z, t, noise, h):
        pred = unet(common.noised(z, t, noise), t, h)
        return (common.WEIGHT[t] * (pred.float() - noise).pow(2).mean((1, 2, 3))).mean()

    @torch.no_grad()
    def check(tokens, h):
        adapter.look(tokens)
        got = round(float(loss_of(vz, vt, vn, h)), 4)
        adapter.look(None)
        return got

    with torch.no_grad():
        none = empty.expand(32, -1, -1)
        without = {"empty": check(None, none), "caption": check(None, text(words([scenes.caption(s, vr, True) for s in vs])))}

    def layers_loss(z, t, noise, tokens, h, whole):
        """Share of what the caption changes in each attention that is not yet said by the picture."""
        seen = []
        with torch.no_grad():
            for m in layers:
                m.kept = seen
            unet(common.noised(z, t, noise), t, whole)
            for m in layers:
                m.kept = None
            lacking = [out - m.of[0].forward(x, h) for m, x, out in seen]
        return sum((m.add(x, tokens) - d).pow(2).mean() / (d.pow(2).mean() + 1e-6) for (m, x, _), d in zip(seen, lacking)) / len(layers)

    while run.more():
        got = pool.draw(a.batch, 20)
        specs, z = [g[0] for g in got], torch.stack([g[1] for g in got])
        t, noise = torch.randint(0, 1000, (len(z),), device=common.DEVICE), torch.randn_like(z)
        x = scaled([random.choice(g[2]) for g in got], True)
        with torch.no_grad():
            h = text(words([scenes.caption(s, random) for s in specs], .5 if run.used > by_layers else .7))
        with common.fast():
            tokens = adapter.tokens(x)
            if run.used < by_layers:
                with torch.no_grad():
                    whole = text(words([scenes.caption(s, random, True) for s in specs]))
                loss = layers_loss(z, t, noise, tokens, h, whole)
            else:
                adapter.look(tokens)
                loss = loss_of(z, t, noise, h)
                adapter.look(None)
        run.learn(loss)
        if run.due():
            torch.save(pool.items, kept)
            with run.averaged(), torch.no_grad():
                tokens = adapter.tokens(vx)
                run.save(picture=check(tokens, none), another=check(tokens.roll(1, 0), none), **without)
    return run


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--minutes", type=float, default=14)
    ap.add_argument("--lr", type=float, default=2e-3)
    ap.add_argument("--out", default="ip_adapter.pt")
    ap.add_argument("--batch", type=int, default=12, help="per worker")
    ap.add_argument("--pool", type=int, default=300, help="scenes per worker to begin with")
    ap.add_argument("--facts-only", action="store_true")
    ap.add_argument("--write", metavar="FOLDER")
    ap.add_argument("--measure", type=int, default=0, metavar="N")
    ap.add_argument("--sheet", metavar="FILE")
    ap.add_argument("--check", action="store_true")
    ap.add_argument("--models", default="../../models", help="where the files of --measure, --sheet, --check lie")
    a = ap.parse_args()
    if a.check or a.sheet or a.measure:
        check(a.models) if a.check else sheet(a.models, a.sheet) if a.sheet else evaluate(a.models, a.measure)
        raise SystemExit
    torch.manual_seed(0)
    encoder = ldm.ClipVision(**VISION)
    if not a.write:
        learn_facts(encoder, a.minutes * SHARES["facts"], 1.5 * a.lr)
        if a.facts_only:
            raise SystemExit
    unet, vae, text = common.base()
    adapter = Adapter(encoder, unet, text).to(common.DEVICE)
    if a.write:
        run = common.Run(a.out, adapter, a.lr, a.minutes)
        with run.averaged():
            write(adapter, a.write, run.log[-1])
        raise SystemExit
    learn_looking(adapter, unet, vae, text, a)
