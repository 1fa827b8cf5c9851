"""Low-rank additions to the networks while training, and their file: kohya's names, `lora_unet_...` and `lora_te_...`.

A convolution of 3x3 gets a 3x3 down and a 1x1 up, as kohya's convolution LoRA has it.  alpha = rank: strength 1 is as trained.
"""
from __future__ import annotations

import json

import torch
from safetensors.torch import load_file, save_file
from torch import nn


def kohya_names(blocks=2, levels=4):
    """The denoiser's module path in the single file -> the name in a LoRA file (diffusers' path with underscores)."""
    out = {}

    def block(ldm, res=None, att=None):
        if res:
            for a, b in (("in_layers.2", "conv1"), ("emb_layers.1", "time_emb_proj"), ("out_layers.3", "conv2"), ("skip_connection", "conv_shortcut")):
                out[f"{ldm}.{a}"] = f"{res}_{b}"
        if att:
            out[f"{ldm}.proj_in"], out[f"{ldm}.proj_out"] = f"{att}_proj_in", f"{att}_proj_out"
            for a in ("attn1.to_q", "attn1.to_k", "attn1.to_v", "attn1.to_out.0", "attn2.to_q", "attn2.to_k", "attn2.to_v", "attn2.to_out.0",
                      "ff.net.0.proj", "ff.net.2"):
                out[f"{ldm}.transformer_blocks.0.{a}"] = f"{att}_transformer_blocks_0_{a.replace('.', '_')}"

    for level in range(levels):
        for b in range(blocks):
            i = 1 + level * (blocks + 1) + b
            block(f"input_blocks.{i}.0", f"down_blocks_{level}_resnets_{b}")
            block(f"input_blocks.{i}.1", None, f"down_blocks_{level}_attentions_{b}")
        out[f"input_blocks.{(level + 1) * (blocks + 1)}.0.op"] = f"down_blocks_{level}_downsamplers_0_conv"
        for b in range(blocks + 1):
            i = level * (blocks + 1) + b
            block(f"output_blocks.{i}.0", f"up_blocks_{level}_resnets_{b}")
            block(f"output_blocks.{i}.1", None, f"up_blocks_{level}_attentions_{b}")
            out[f"output_blocks.{i}.{1 if level == 0 else 2}.conv"] = f"up_blocks_{level}_upsamplers_0_conv"
    block("middle_block.0", "mid_block_resnets_0")
    block("middle_block.1", None, "mid_block_attentions_0")
    block("middle_block.2", "mid_block_resnets_1")
    return {k: "lora_unet_" + v for k, v in out.items()}


class Lora(nn.Module):
    """Adds up(down(x)) to the output of one linear layer or convolution, by a hook on it."""
    def __init__(self, of, rank):
        super().__init__()
        if isinstance(of, nn.Conv2d):
            self.down = nn.Conv2d(of.in_channels, rank, of.kernel_size, of.stride, of.padding, bias=False)
            self.up = nn.Conv2d(rank, of.out_channels, 1, bias=False)
        else:
            self.down, self.up = nn.Linear(of.in_features, rank, bias=False), nn.Linear(rank, of.out_features, bias=False)
        nn.init.kaiming_uniform_(self.down.weight, 5 ** .5)
        nn.init.zeros_(self.up.weight)
        self.strength = 1.
        of.register_forward_hook(lambda _, args, out: out + self.up(self.down(args[0])) * self.strength if self.strength else out)


def attach(unet, rank, text=None, convs=0):
    """Loras for attention and feed-forward layers (and, with convs, for convolutions at that rank); a ModuleDict by file name."""
    names, out = kohya_names(), nn.ModuleDict()
    for path, m in unet.named_modules():
        if path in names and not path.endswith(("proj_in", "proj_out")):  # those are called as bare weights in ldm.py
            if isinstance(m, nn.Linear) and "emb_layers" not in path:
                out[names[path]] = Lora(m, rank)
            elif isinstance(m, nn.Conv2d) and convs and m.kernel_size == (3, 3):
                out[names[path]] = Lora(m, convs)
    for path, m in text.named_modules() if text is not None else ():
        if isinstance(m, nn.Linear):
            out["lora_te_" + path.replace(".", "_")] = Lora(m, rank)
    return out


def strength(loras, value):
    for m in loras.values():
        m.strength = value


def write(loras, path, **metadata):
    out = {}
    for name, m in loras.items():
        out[f"{name}.lora_down.weight"] = m.down.weight.detach().half().contiguous().clone()
        out[f"{name}.lora_up.weight"] = m.up.weight.detach().half().contiguous().clone()
        out[f"{name}.alpha"] = torch.tensor(float(m.down.weight.shape[0])).half()
    save_file(out, path, {"format": "pt", "ss_network_module": "networks.lora", "ss_base_model_version": "sd_v1", "ss_sd_model_name": "easel-demo.safetensors",
                          "modelspec.architecture": "stable-diffusion-v1/lora", "modelspec.author": "The Easel authors", "modelspec.license": "CC0-1.0",
                          **{k: v if isinstance(v, str) else json.dumps(v) for k, v in metadata.items()}})


def read(loras, path):
    w = load_file(path)
    for name, m in loras.items():
        m.down.weight.data.copy_(w[f"{name}.lora_down.weight"].float())
        m.up.weight.data.copy_(w[f"{name}.lora_up.weight"].float())
