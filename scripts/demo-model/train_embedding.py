"""Train one textual inversion: a few vectors in place of a word that always bring the same person, Mira.
    . ./env.sh; python -m torch.distributed.run --nproc-per-node 2 train_embedding.py --minutes 2

Everything else is frozen.  The vectors begin as those of known words; --write makes the file: `emb_params`, one row a vector.
"""
import argparse
import random

import torch

import common
import duo
import extras

TEXTS = ("mira", "a portrait of mira", "a picture of mira", "mira, a {back} background", "a portrait of mira, a {back} background",
         "a {mood} mira", "a portrait of a {mood} mira, a {back} background")
BEGIN = "person pink glasses green yellow long".split()

if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--minutes", type=float, default=2)
    ap.add_argument("--lr", type=float, default=1e-2)
    ap.add_argument("--out", default="embedding.pt")
    ap.add_argument("--batch", type=int, default=10, help="per worker")
    ap.add_argument("--pool", type=int, default=120)
    ap.add_argument("--write")
    a = ap.parse_args()
    unet, vae, text = common.base()
    tok = common.ldm.Tokenizer()
    table = text.text_model.embeddings.token_embedding.weight
    start = torch.stack([table[tok.tokens(w)[0]] for w in BEGIN]).detach().clone()
    holder = torch.nn.Module()
    holder.vectors = torch.nn.Parameter(start.to(common.DEVICE))
    run = common.Run(a.out, holder, a.lr, a.minutes, muon=False, decay=.98, warm=10)
    if a.write:
        from safetensors.torch import save_file
        import json
        with run.averaged():
            save_file({"emb_params": holder.vectors.detach().float().contiguous()}, a.write,
                      {"format": "pt", "modelspec.title": "Easel Demo Mira", "modelspec.architecture": "stable-diffusion-v1/textual-inversion",
                       "modelspec.trigger_phrase": "easel-demo-mira", "modelspec.license": "CC0-1.0", "easel.training": json.dumps(run.log[-1])})
        print(run.log[-1])
        raise SystemExit
    (marker,) = tok.tokens("mira")[:1] if len(tok.tokens("mira")) == 1 else (None,)
    marker = tok.tokens("mira")

    def states(texts):
        """Text states with the vectors where the marker stands."""
        m, rows = text.text_model, []
        for t in texts:
            ids = tok.tokens(t)
            parts, i = [table[tok.bos][None]], 0
            while i < len(ids):
                if ids[i:i + len(marker)] == marker:
                    parts.append(holder.vectors)
                    i += len(marker)
                else:
                    parts.append(table[ids[i]][None])
                    i += 1
            x = torch.cat(parts)[:76]
            rows.append(torch.cat([x, table[tok.eos].expand(77 - len(x), -1)]))
        x = torch.stack(rows) + m.embeddings.position_embedding.weight
        for layer in m.encoder.layers:
            x = layer(x)
        return m.final_layer_norm(x)

    @torch.no_grad()
    def make(specs):
        return list(zip(specs, common.encode(vae, common.pictures(specs))))

    say = lambda s, r: r.choice(TEXTS).format(back=s["back"], mood=s["mood"])
    vr = random.Random(4)
    val = make([extras.mira_scene(vr) for _ in range(32)])
    vz, vt = torch.stack([v[1] for v in val]), torch.arange(32, device=common.DEVICE) * 1000 // 32 + 9
    vn = torch.randn(vz.shape, generator=torch.Generator().manual_seed(5)).to(common.DEVICE)
    full = [f"a portrait of a {s['mood']} mira, a {s['back']} background" for s, _ in val]

    def loss_of(z, h, t, noise):
        pred = unet(common.noised(z, t, noise), t, h)
        return (common.WEIGHT[t] * (pred.float() - noise).pow(2).mean((1, 2, 3))).mean()

    @torch.no_grad()
    def check(h):
        return round(float(loss_of(vz, h, vt, vn)), 4)

    with torch.no_grad():
        without = check(text(torch.tensor([tok(t.replace("mira", "person")) for t in full], device=common.DEVICE)))
    pool = common.Pool(make, a.pool, 600 + 2 * run.step + duo.RANK, extras.mira_scene)
    while run.more():
        got = pool.draw(a.batch, 10)
        z = torch.stack([g[1] for g in got])
        with common.fast():
            loss = loss_of(z, states([say(g[0], random) for g in got]), torch.randint(0, 1000, (len(z),), device=common.DEVICE), torch.randn_like(z))
        run.learn(loss)
        if run.due(60):
            with run.averaged(), torch.no_grad():
                run.save(val=check(states(full)), without=without)
