"""Write the trained parts as one Stable Diffusion 1.x file and prove that diffusers reads the same networks in it.

    python export.py --unet unet.pt --vae vae_unit.pt --out ../../models/checkpoints/easel-demo.safetensors

fp16, original (LDM) key names, modelspec metadata, a sidecar .json with the facts that no tensor shows (heads, native
size, the diffusers configs, example prompts), and the linear map from latents to colours that previews are drawn with.
--vae may be an exported file too.  --check only verifies an existing file.
"""
import argparse
import datetime
import json
import os
import random

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

import ldm
import sample
import scenes

ap = argparse.ArgumentParser()
ap.add_argument("--unet", default="unet.pt")
ap.add_argument("--vae", default="vae_unit.pt")
ap.add_argument("--out", default="easel-demo.safetensors")
ap.add_argument("--title", default="Easel Demo")
ap.add_argument("--check", action="store_true")
a = ap.parse_args()
CFG = ldm.CONFIG
T = "cond_stage_model.transformer.text_model."


def diffusers_configs():
    v, u, t = CFG["vae"], CFG["unet"], CFG["text"]
    n = len(u["mult"])
    return {
        "vae": {"_class_name": "AutoencoderKL", "in_channels": 3, "out_channels": 3, "latent_channels": v["z"],
                "block_out_channels": [int(v["ch"] * m) for m in v["mult"]], "layers_per_block": v["blocks"], "norm_num_groups": 32,
                "down_block_types": ["DownEncoderBlock2D"] * len(v["mult"]), "up_block_types": ["UpDecoderBlock2D"] * len(v["mult"]),
                "sample_size": 128, "scaling_factor": ldm.SCALE},
        "unet": {"_class_name": "UNet2DConditionModel", "in_channels": 4, "out_channels": 4, "sample_size": 16,
                 "block_out_channels": [int(u["ch"] * m) for m in u["mult"]], "layers_per_block": u["blocks"], "norm_num_groups": 32,
                 "attention_head_dim": u["heads"], "cross_attention_dim": u["context"],
                 "down_block_types": ["CrossAttnDownBlock2D"] * (n - 1) + ["DownBlock2D"],
                 "up_block_types": ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * (n - 1)},
        "text_encoder": {"hidden_size": t["width"], "intermediate_size": 4 * t["width"], "num_hidden_layers": t["layers"],
                         "num_attention_heads": t["heads"], "vocab_size": t["vocab"], "max_position_embeddings": t["length"],
                         "hidden_act": "quick_gelu", "projection_dim": t["width"], "bos_token_id": 49406, "eos_token_id": 49407,
                         "pad_token_id": 49407},
        "scheduler": {"_class_name": "PNDMScheduler", "beta_start": .00085, "beta_end": .012, "beta_schedule": "scaled_linear",
                      "num_train_timesteps": 1000, "prediction_type": "epsilon", "steps_offset": 1, "clip_sample": False,
                      "set_alpha_to_one": False, "skip_prk_steps": True},
    }


def full_table(rows, tokens):
    """Spread the trained rows over CLIP's 49408: unknown words share row 0, aliases copy a known word."""
    table = rows[0].repeat(CFG["text"]["vocab"], 1)
    table += torch.randn(table.shape, generator=torch.Generator().manual_seed(0)) * .002
    for i, t in enumerate(tokens):
        table[t] = rows[i + 1]
    tok = ldm.Tokenizer()
    at = {t: i + 1 for i, t in enumerate(tokens)}
    for word, like in scenes.ALIASES.items():
        w, l = tok.tokens(word), tok.tokens(like)
        if len(w) == len(l) == 1 and w[0] not in at and l[0] in at:
            table[w[0]] = rows[at[l[0]]]
    return table


EXAMPLES = ["a yellow boat on the sea at sunset", "a red lighthouse by the sea during the day, with clouds",
            "a purple owl in front of a yellow background", "an orange fish under water"]


@torch.no_grad()
def latent_rgb(vae, n=240):
    """Least squares from UNet-space latents to the mean colour of their 8x8 pixels, over fresh scenes.
    Rows: the four latent channels, then the constant; columns red, green, blue in 0..1."""
    r = random.Random(4321)
    x = torch.from_numpy(np.stack([scenes.render(scenes.sample_spec(r)) for _ in range(n)])).permute(0, 3, 1, 2).float() / 255
    z = torch.cat([vae.encode(b * 2 - 1)[0] * ldm.SCALE for b in x.split(24)])
    z = z.permute(0, 2, 3, 1).reshape(-1, z.shape[1])
    z = torch.cat([z, z.new_ones(len(z), 1)], 1).double()
    y = F.avg_pool2d(x, 8).permute(0, 2, 3, 1).reshape(-1, 3).double()
    m = torch.linalg.lstsq(z, y).solution
    print("latent to colour: error %.3f of full scale (root mean square)" % (z @ m - y).pow(2).mean().sqrt())
    return [[round(v, 5) for v in row] for row in m.tolist()]


def write():
    c = torch.load(a.unet)
    ema, tokens = c["ema"], c["tokens"]
    if a.vae.endswith(".safetensors"):
        net = sample.load(a.vae)[1]
    else:
        net = ldm.Vae(**CFG["vae"])
        net.load_state_dict(torch.load(a.vae))
    vae = net.state_dict()
    colours = latent_rgb(net.eval())
    out = {"model.diffusion_model." + k[5:]: v for k, v in ema.items() if k.startswith("unet.")}
    out |= {"first_stage_model." + k: v for k, v in vae.items()}
    out |= {"cond_stage_model.transformer." + k[5:]: v for k, v in ema.items() if k.startswith("text.")}
    out[T + "embeddings.token_embedding.weight"] = full_table(out[T + "embeddings.token_embedding.weight"], tokens)
    out = {k: v.half().contiguous() for k, v in out.items()}
    out[T + "embeddings.position_ids"] = torch.arange(77)[None]
    meta = {
        "format": "pt", "modelspec.sai_model_spec": "1.0.0", "modelspec.architecture": "stable-diffusion-v1",
        "modelspec.implementation": "https://github.com/CompVis/stable-diffusion", "modelspec.title": a.title,
        "modelspec.resolution": "128x128", "modelspec.prediction_type": "epsilon", "modelspec.author": "The Easel authors",
        "modelspec.date": datetime.date.today().isoformat(), "modelspec.license": "CC0-1.0",
        "modelspec.description": "Tiny SD 1.x model of flat illustrated scenes (houses, boats, animals, fruit, faces; colours, places, "
                                 "counts, time of day, weather, five styles).",
        "demo.config": json.dumps(CFG), "easel.latent_rgb": json.dumps(colours),
    }
    save_file(out, a.out, meta)
    side = {"title": a.title, "architecture": "stable-diffusion-v1", "width": 128, "height": 128, "steps": 20, "cfg": 4, "upscaler": "easel-demo-4x", "clip_heads": CFG["text"]["heads"],
            "unet_heads": CFG["unet"]["heads"], "scale_factor": ldm.SCALE, "diffusers": diffusers_configs(),
            "latent_rgb": colours, "prompts": EXAMPLES}
    json.dump(side, open(os.path.splitext(a.out)[0] + ".json", "w"), indent=1)
    print(a.out, f"{os.path.getsize(a.out) / 1e6:.1f} MB, {len(out)} tensors, {sum(v.numel() for v in out.values()) / 1e6:.2f} M numbers")


def verify():
    """Convert with diffusers' own single-file code and compare every network, then a whole picture."""
    from diffusers import AutoencoderKL, DPMSolverMultistepScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from diffusers.loaders import single_file_utils as sf
    from transformers import CLIPTextConfig, CLIPTextModel
    unet, vae, text = sample.load(a.out)
    w, cfg = {k: v.float() for k, v in load_file(a.out).items()}, diffusers_configs()
    print("diffusers calls this file:", sf.infer_diffusers_model_type(dict(w)))
    clean = lambda d: {k: v for k, v in d.items() if k != "_class_name"}
    u = UNet2DConditionModel(**clean(cfg["unet"]))
    u.load_state_dict(sf.convert_ldm_unet_checkpoint(dict(w), u.config))
    v = AutoencoderKL(**clean(cfg["vae"]))
    v.load_state_dict(sf.convert_ldm_vae_checkpoint(dict(w), v.config))
    t = CLIPTextModel(CLIPTextConfig(**cfg["text_encoder"]))
    part = {k[len("cond_stage_model.transformer."):]: x for k, x in w.items() if k.startswith(T) and not k.endswith("position_ids")}
    if not any(k.startswith("text_model.") for k in t.state_dict()):
        part = {k.removeprefix("text_model."): x for k, x in part.items()}
    print("text:", t.load_state_dict(part, strict=False))
    for m in (u, v, t):
        m.eval()
    tok = ldm.Tokenizer()
    ids = torch.tensor([tok("a red house on a green hill"), tok("")])
    g = torch.Generator().manual_seed(1)
    x, img, ts = torch.randn(2, 4, 16, 16, generator=g), torch.rand(2, 3, 128, 128, generator=g) * 2 - 1, torch.tensor([999, 250])
    with torch.no_grad():
        h, h2 = text(ids), t(ids)[0]
        print("max difference  text %.2e" % (h - h2).abs().max(),
              " unet %.2e" % (unet(x, ts, h) - u(x, ts, h).sample).abs().max(),
              " encode %.2e" % (vae.encode(img)[0] - v.encode(img).latent_dist.mean).abs().max(),
              " decode %.2e" % (vae.decode(x) - v.decode(x).sample).abs().max())
        sch = DPMSolverMultistepScheduler(beta_start=.00085, beta_end=.012, beta_schedule="scaled_linear", timestep_spacing="linspace", steps_offset=1)
        pipe = StableDiffusionPipeline(vae=v, text_encoder=t, tokenizer=None, unet=u, scheduler=sch, safety_checker=None,
                                       feature_extractor=None, requires_safety_checker=False)
        pipe.set_progress_bar_config(disable=True)
        noise = sample.seeded_noise([3])
        one = pipe(prompt_embeds=h[:1], negative_prompt_embeds=h[1:], latents=noise, num_inference_steps=20, guidance_scale=4., output_type="np").images
        two = sample.decode(vae, sample.sample(unet, h[:1], h[1:], noise, 20, 4.)) / 255
        print("StableDiffusionPipeline (DPM++ 2M, its own step spacing) against sample.py: mean difference %.4f of 1" % abs(one - two).mean())


if not a.check:
    write()
verify()
