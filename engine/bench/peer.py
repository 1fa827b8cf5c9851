"""The other side of npm run bench -- --peer PYTHON: diffusers on torch, the same file, the same numbers, in float32.

An optional tool, never part of the product. Speaks the protocol of worker.ts: a task per line in, a line of JSON out.
Needs torch, diffusers, transformers and safetensors; downloads nothing. Configurations are those of the published models.
"""
import json
import sys
import time

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.loaders.single_file_utils import convert_ldm_unet_checkpoint, convert_ldm_vae_checkpoint
from safetensors import safe_open
from transformers import CLIPTextConfig, CLIPTextModel

FILE = sys.argv[1]
VAE = dict(
    down_block_types=("DownEncoderBlock2D",) * 4,
    up_block_types=("UpDecoderBlock2D",) * 4,
    block_out_channels=(128, 256, 512, 512),
    layers_per_block=2,
    latent_channels=4,
    sample_size=512,
)
SD15 = dict(sample_size=64, cross_attention_dim=768, attention_head_dim=8)
SDXL = dict(
    sample_size=128,
    block_out_channels=(320, 640, 1280),
    down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    transformer_layers_per_block=[1, 2, 10],
    attention_head_dim=[5, 10, 20],
    cross_attention_dim=2048,
    use_linear_projection=True,
    addition_embed_type="text_time",
    addition_time_embed_dim=256,
    projection_class_embeddings_input_dim=2816,
)
TEXT = dict(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12, hidden_act="quick_gelu")

models = {}


def numbers(*shape):
    count = torch.arange(torch.Size(shape).numel(), dtype=torch.float64)
    return (torch.sin(count * 12.9898) * 1.4).float().reshape(shape)


def tensors(prefix):
    with safe_open(FILE, framework="pt") as f:
        return {k: f.get_tensor(k).float() for k in f.keys() if k.startswith(prefix)}


def is_xl():
    with safe_open(FILE, framework="pt") as f:
        return any(k.startswith("conditioner.") for k in f.keys())


def filled(model, state):
    # strict=False: some files hold numbers that a model counts up by itself. What is missing must be only those.
    missing = model.load_state_dict(state, strict=False, assign=True).missing_keys
    assert all(k.endswith("position_ids") for k in missing), missing[:3]
    return model.eval()


def load():
    config = SDXL if is_xl() else SD15
    with torch.device("meta"):
        unet = UNet2DConditionModel(**config)
        vae = AutoencoderKL(**VAE)
    models["unet"] = filled(unet, convert_ldm_unet_checkpoint(tensors("model.diffusion_model."), dict(unet.config)))
    models["vae"] = filled(vae, convert_ldm_vae_checkpoint(tensors("first_stage_model."), dict(vae.config)))
    prefix = "conditioner.embedders.0.transformer." if is_xl() else "cond_stage_model.transformer."
    text = CLIPTextModel(CLIPTextConfig(**TEXT))
    state = {k.removeprefix(prefix): v for k, v in tensors(prefix).items()}
    if not any(k.startswith("text_model.") for k in text.state_dict()):
        state = {k.removeprefix("text_model."): v for k, v in state.items()}
    models["text"] = filled(text, state)
    return {}


def unet():
    model = models["unet"]
    told = {}
    if model.config.addition_embed_type == "text_time":
        # The network makes waves of these numbers itself; what they are does not change its time.
        told = {"added_cond_kwargs": {"text_embeds": numbers(1, 1280), "time_ids": numbers(1, 6)}}
    context = numbers(1, 77, model.config.cross_attention_dim)
    return model(numbers(1, 4, 64, 64), torch.tensor([500.0]), context, **told).sample


def vae():
    return models["vae"].decode(numbers(1, 4, 64, 64)).sample


def text():
    return models["text"](torch.arange(1000, 1077)[None]).last_hidden_state


def prepare():
    return {"torch": torch.__version__, "threads": torch.get_num_threads()}


TASKS = {"prepare": prepare, "load": load}
PARTS = {"unet": unet, "vae": vae, "text": text}

with torch.inference_mode():
    for line in sys.stdin:
        task = line.strip()
        started, before = time.perf_counter(), time.process_time()
        if task in PARTS:
            out = PARTS[task]()
            spent = time.perf_counter() - started, time.process_time() - before
            answer = {"sample": out.flatten()[:256].tolist()}
        else:
            answer = TASKS[task]()
            spent = time.perf_counter() - started, time.process_time() - before
        print(json.dumps({"ms": spent[0] * 1000, "cpuMs": spent[1] * 1000, **answer}), flush=True)
