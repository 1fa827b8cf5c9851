"""Make a LoRA file smaller: each layer keeps the strongest parts of its product, chosen over all layers by what they add.
    python shrink_lora.py --file easel-demo-lcm.safetensors --share .5 --out smaller.safetensors

The product up·down of a layer is taken apart by SVD; of all singular values of all layers, weighed by what a stored number
brings (its square over the layer's width), the strongest are kept until the file has the wanted share of its size.
"""
import argparse
import json

import torch
from safetensors import safe_open
from safetensors.torch import save_file

ap = argparse.ArgumentParser()
ap.add_argument("--file", required=True)
ap.add_argument("--out", required=True)
ap.add_argument("--share", type=float, default=.5)
a = ap.parse_args()
with safe_open(a.file, "pt") as f:
    metadata, w = f.metadata(), {k: f.get_tensor(k).float() for k in f.keys()}

layers = {}
for name in (k[:-len(".lora_down.weight")] for k in w if k.endswith(".lora_down.weight")):
    down, up = w[f"{name}.lora_down.weight"], w[f"{name}.lora_up.weight"]
    scale = w[f"{name}.alpha"] / down.shape[0]
    q1, r1 = torch.linalg.qr(up.flatten(1))
    q2, r2 = torch.linalg.qr(down.flatten(1).T)
    u, s, v = torch.linalg.svd(r1 @ r2.T * scale)
    layers[name] = (q1 @ u, s, (q2 @ v.T).T, up.shape, down.shape)
cost = lambda up, down: up.shape[0] + down.shape[1]
parts = sorted(((s[i] ** 2 / cost(u, v)).item(), name, cost(u, v)) for name, (u, s, v, *_) in layers.items() for i in range(len(s)))[::-1]
room, ranks = a.share * sum(p[2] for p in parts), dict.fromkeys(layers, 0)
for _, name, size in parts:
    if room >= size:
        ranks[name], room = ranks[name] + 1, room - size
out, kept, whole = {}, 0., 0.
for name, (u, s, v, up, down) in layers.items():
    r, whole = ranks[name], whole + float((s ** 2).sum())
    if r:
        kept += float((s[:r] ** 2).sum())
        out[f"{name}.lora_up.weight"] = (u[:, :r] * s[:r].sqrt()).reshape(up[0], r, *up[2:]).half().contiguous()
        out[f"{name}.lora_down.weight"] = (v[:r] * s[:r].sqrt()[:, None]).reshape(r, *down[1:]).half().contiguous()
        out[f"{name}.alpha"] = torch.tensor(float(r)).half()
save_file(out, a.out, metadata)
print(json.dumps({"share of the change kept": round(kept / whole, 4), "layers": len(layers), "left out": sum(not r for r in ranks.values()),
                  "ranks": [min(ranks.values()), max(ranks.values())]}))
