"""Train the few-step LoRA: a picture in four steps of the LCM sampler, without guidance.
    . ./env.sh; python -m torch.distributed.run --nproc-per-node 2 train_few.py --minutes 7

The base model with guidance 4 walks whole trajectories from noise to picture; the LoRA learns to answer each point of a
trajectory with its end, as a consistency model does.  One draw in four is a fresh noising of an end, since the sampler puts
new noise on what it has.  File: kohya's names, as LCM-LoRAs have them.
"""
import argparse
import os
import random

import torch

import common
import duo
import lora
import sample
import scenes

TIMES = (999, 930, 850, 750, 666, 580, 500, 420, 333, 250, 170, 90, 30)
GUIDANCE = 4.


@torch.no_grad()
def trajectories(unet, states, empty, noise):
    """Points [len(TIMES), n, 4, h, w] in the network's own scale (unit variance) and the ends, by DPM-Solver++(2M)."""
    ac = common.AC
    ts = torch.tensor(TIMES, device=noise.device)
    sigmas = torch.cat([((1 - ac[ts]) / ac[ts]).sqrt(), ac.new_zeros(1)])
    x, old, points, both = noise * (1 + sigmas[0] ** 2).sqrt(), None, [], torch.cat([empty, states])
    for i, t in enumerate(ts):
        s, n = sigmas[i], sigmas[i + 1]
        inp = x / (1 + s * s).sqrt()
        points.append(inp)
        u, c = unet(inp.repeat(2, 1, 1, 1).to(memory_format=common.CL), t.expand(2 * len(x)), both).chunk(2)
        den = x - s * (u + GUIDANCE * (c - u))
        if n == 0:
            return torch.stack(points), den
        h, d = (s / n).log(), den
        if old is not None:
            d = den + (den - old) / (2 * (sigmas[i - 1] / s).log() / h)
        x, old = n / s * x - torch.expm1(-h) * d, den


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--minutes", type=float, default=7)
    ap.add_argument("--lr", type=float, default=2e-3)
    ap.add_argument("--out", default="lora_few.pt")
    ap.add_argument("--batch", type=int, default=10, help="per worker")
    ap.add_argument("--pool", type=int, default=120, help="trajectories per worker to begin with")
    ap.add_argument("--write")
    a = ap.parse_args()
    unet, vae, text = common.base()
    words = common.Words()
    torch.manual_seed(0)
    loras = lora.attach(unet, 16, None, 16).to(common.DEVICE)
    run = common.Run(a.out, loras, a.lr, a.minutes, muon=False, decay=.99)
    if a.write:
        with run.averaged():
            lora.write(loras, a.write, **{"modelspec.title": "Easel Demo four steps", "modelspec.description": "LCM sampler, SGM uniform schedule, 4 steps, guidance 1.",
                                          "easel.training": run.log[-1]})
        print(run.log[-1])
        raise SystemExit
    with torch.no_grad():
        empty = text(words([""]))

    @torch.no_grad()
    def make(specs):
        lora.strength(loras, 0)
        h = text(words([scenes.caption(s, random) for s in specs]))
        points, ends = trajectories(unet, h, empty.expand(len(h), -1, -1), torch.randn(len(h), 4, 16, 16, device=common.DEVICE))
        lora.strength(loras, 1.)
        return [(points[:, i], ends[i], h[i]) for i in range(len(specs))]

    def answer(x, t, h):
        return common.clean(x, t, unet(x.to(memory_format=common.CL), t, h).float())

    @torch.no_grad()
    def four_steps(noise, h):
        """The LCM sampler as it is used: answer, put fresh noise on it, answer again."""
        g, x = torch.Generator().manual_seed(3), noise
        for t, after in ((999, 749), (749, 499), (499, 249), (249, None)):
            z = answer(x, torch.full((len(x),), t, device=x.device), h)
            if after is None:
                return z
            x = common.noised(z, torch.full((len(x),), after, device=x.device), torch.randn(z.shape, generator=g).to(z))

    vr = random.Random(31)
    vspecs = [scenes.sample_spec(vr) for _ in range(24)]
    noise = torch.randn(24, 4, 16, 16, generator=torch.Generator().manual_seed(8)).to(common.DEVICE)
    with torch.no_grad():
        vh = text(words([scenes.caption(s, vr, True) for s in vspecs]))
        lora.strength(loras, 0)
        _, ends = trajectories(unet, vh, empty.expand(24, -1, -1), noise)
        plain = round(float((four_steps(noise, vh) - ends).pow(2).mean().sqrt()), 3)
        lora.strength(loras, 1.)
    kept = f"few_pool_{duo.RANK}.pt"                                     # a trajectory costs as much as ten steps of training: kept for the next run
    pool = common.Pool(make, 0, 800 + 2 * run.step + duo.RANK, most=1500)
    pool.items = torch.load(kept) if os.path.exists(kept) else []
    while len(pool.items) < a.pool:
        pool.grow(10)
    torch.save(pool.items, kept)
    while run.more():
        got = pool.draw(a.batch, 40)
        at = [random.randrange(len(TIMES)) for _ in got]
        t = torch.tensor([TIMES[i] for i in at], device=common.DEVICE)
        x, z, h = torch.stack([g[0][i] for g, i in zip(got, at)]), torch.stack([g[1] for g in got]), torch.stack([g[2] for g in got])
        fresh = (torch.rand(len(x), device=common.DEVICE) < .25) & (t < 600)
        x = torch.where(fresh[:, None, None, None], common.noised(z, t, torch.randn_like(z)), x)
        with common.fast():
            d = answer(x, t, h) - z
        loss = ((d * d + .01).sqrt() - .1).mean()
        run.learn(loss)
        if run.due():
            with run.averaged(), torch.no_grad():
                got = four_steps(noise, vh)
            torch.save(pool.items, kept)
            run.save(rms_to_full=round(float((got - ends).pow(2).mean().sqrt()), 3), rms_without=plain)
