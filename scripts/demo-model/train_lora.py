"""Train one LoRA by pictures: --what style (a two-ink print), subject (a robot) or mood (faces that show it).
    . ./env.sh; python -m torch.distributed.run --nproc-per-node 2 train_lora.py --what style --minutes 5

The plain objective of the base model on the scenes of extras.py; base frozen.  The last check and --write state the loss on
48 held-out scenes with and without it, at fixed noise.
"""
import argparse
import random

import torch

import common
import duo
import extras
import ldm
import lora
import scenes

WHAT = {
    "style": dict(scene=extras.riso_scene, paint=extras.riso, say=lambda t, r: t if r.random() < .3 else t + ", riso print" if r.random() < .6 else "riso print of " + t,
                  rank=8, convs=8, text=False, title="Easel Demo riso print", trigger="riso print"),
    "subject": dict(scene=extras.robot_scene, paint=None, say=None, rank=8, convs=4, text=True, title="Easel Demo robot", trigger="robot"),
    "mood": dict(scene=extras.mood_scene, paint=None, say=None, rank=8, convs=8, text=False, title="Easel Demo moods", trigger=""),
}

if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--what", choices=WHAT, required=True)
    ap.add_argument("--minutes", type=float, default=5)
    ap.add_argument("--lr", type=float, default=2e-3)
    ap.add_argument("--out")
    ap.add_argument("--batch", type=int, default=10, help="per worker")
    ap.add_argument("--pool", type=int, default=250)
    ap.add_argument("--write")
    a = ap.parse_args()
    w = WHAT[a.what]
    unet, vae, text = common.base()
    words = common.Words()
    torch.manual_seed(0)
    loras = lora.attach(unet, w["rank"], text if w["text"] else None, w["convs"]).to(common.DEVICE)
    run = common.Run(a.out or f"lora_{a.what}.pt", loras, a.lr, a.minutes, muon=False, decay=.99)
    if a.write:
        with run.averaged():
            lora.write(loras, a.write, **{"modelspec.title": w["title"], "modelspec.trigger_phrase": w["trigger"], "easel.training": run.log[-1]})
        print(run.log[-1])
        raise SystemExit

    @torch.no_grad()
    def make(specs):
        x = common.pictures(specs)
        if w["paint"]:
            x = torch.stack([torch.from_numpy(w["paint"](scenes.render(s))).permute(2, 0, 1).float() / 127.5 - 1 for s in specs]).to(x)
        return list(zip(specs, common.encode(vae, x), [at(s) for s in specs]))

    def at(spec):
        """Where the loss counts: more where the subject is, as the rest is known already. Cells [1, h, w] of mean 1."""
        weight = torch.ones(1, 16, 16)
        if a.what == "subject" and spec["objs"] and spec["objs"][0]["what"] == "robot":
            mask = torch.from_numpy((scenes.render(spec, mode="seg") == scenes.SEG["creature"]).all(2)).float()
            weight = 1 + 5 * torch.nn.functional.max_pool2d(torch.nn.functional.avg_pool2d(mask[None], 8), 3, 1, 1)
        return weight / weight.mean()

    def said(spec, r, full=False):
        t = scenes.caption(spec, r, full)
        return w["say"](t, r) if w["say"] else t

    vr = random.Random(4)
    val = make([w["scene"](vr) for _ in range(48)])
    vz, vids = torch.stack([v[1] for v in val]), words([said(v[0], vr, True) for v in val])
    vt, vn = (torch.arange(48, device=common.DEVICE) * 1000 // 48 + 9), torch.randn(vz.shape, generator=torch.Generator().manual_seed(5)).to(common.DEVICE)

    def loss_of(z, ids, t, noise, where=1.):
        pred = unet(common.noised(z, t, noise), t, text(ids))
        return (common.WEIGHT[t] * ((pred.float() - noise).pow(2) * where).mean((1, 2, 3))).mean()

    @torch.no_grad()
    def check():
        return round(float(sum(loss_of(vz[i:i + 16], vids[i:i + 16], vt[i:i + 16], vn[i:i + 16]) for i in (0, 16, 32)) / 3), 4)

    lora.strength(loras, 0)
    without = check()
    lora.strength(loras, 1.)
    pool = common.Pool(make, a.pool, 500 + 2 * run.step + duo.RANK, w["scene"])
    while run.more():
        got = pool.draw(a.batch, 10)
        z, ids = torch.stack([g[1] for g in got]), words([said(g[0], random) for g in got], .1)
        with common.fast():
            loss = loss_of(z, ids, torch.randint(0, 1000, (len(z),), device=common.DEVICE), torch.randn_like(z), torch.stack([g[2] for g in got]).to(z))
        run.learn(loss)
        if run.due():
            with run.averaged():
                run.save(val=check(), without=without)
