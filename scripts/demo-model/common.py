"""What the trainings of the family share: the base model with the words its captions use, pools of scenes with their
latents that grow while training, latents as the denoiser leaves them, and a loop by processor minutes that stops and
resumes at any moment.  On CUDA everything here runs in bfloat16 autocast and wants larger batches; on a CPU, see env.sh.
"""
from __future__ import annotations

import contextlib
import math
import os
import random
import time

import numpy as np
import torch
import torch.nn.functional as F

import duo
import ldm
import sample
import scenes

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
CL = torch.channels_last
BASE = os.environ.get("DEMO_BASE", "demo.safetensors")


def fast():
    """Half precision where the device is made for it, nothing on a CPU."""
    return torch.autocast("cuda", torch.bfloat16) if DEVICE.type == "cuda" else contextlib.nullcontext()


def base(path=None):
    """Denoiser, autoencoder and text encoder of an exported file, frozen."""
    return [net.to(DEVICE, memory_format=CL) for net in sample.load(path or BASE)]


def pictures(specs, size=128, **how):
    """Float [n, 3, size, size] in -1..1."""
    x = torch.from_numpy(np.stack([scenes.render(s, size, **how) for s in specs]))
    return (x.permute(0, 3, 1, 2).float() / 127.5 - 1).to(DEVICE, memory_format=CL)


@torch.no_grad()
def encode(vae, x):
    return vae.encode(x)[0] * ldm.SCALE


class Words:
    """Captions as token ids on the device; an empty one now and then when asked for."""
    def __init__(self):
        self.tok = ldm.Tokenizer()

    def __call__(self, texts, empty=0.):
        return torch.tensor([self.tok("" if random.random() < empty else t) for t in texts], device=DEVICE)


AC = ldm.alphas_cumprod().to(DEVICE)
WEIGHT = (5 * (1 - AC) / AC).clamp(max=1)                                # min(snr, 5) / snr


def noised(z, t, noise):
    a = AC[t][:, None, None, None]
    return (a.sqrt() * z + (1 - a).sqrt() * noise).to(memory_format=CL)


def clean(x, t, eps):
    a = AC[t][:, None, None, None]
    return (x - (1 - a).sqrt() * eps) / a.sqrt()


@torch.no_grad()
def as_denoised(unet, text, words, z, captions, low=40, high=320):
    """What the denoiser makes of a scene's latents after a little noise: the same scene with its own kind of mistakes."""
    t = torch.randint(low, high, (len(z),), device=z.device)
    x = noised(z, t, torch.randn_like(z))
    return clean(x, t, unet(x, t, text(words(captions))))


class Pool:
    """Scenes with whatever was computed of each; draws at random, grows by itself while it is drawn from."""
    def __init__(self, make, first, seed, scene=scenes.sample_spec, most=6000):
        self.make, self.rng, self.scene, self.most, self.items, self.drawn = make, random.Random(seed), scene, most, [], 0
        while len(self.items) < first:
            self.grow(10)

    def grow(self, n):
        self.items += self.make([self.scene(self.rng) for _ in range(n)])
        del self.items[:-self.most]

    def draw(self, n, new=4):
        """n items; every `new` drawn ones bring a fresh scene."""
        self.drawn += n
        if self.drawn >= 8 * new:
            self.grow(8)
            self.drawn -= 8 * new
        return [random.choice(self.items) for _ in range(n)]


class Run:
    """The state of one training: modules, optimizer, average of the weights, step, processor time, log."""
    def __init__(self, out, net, lr, minutes, decay=.998, warm=50, muon=True, named=None):
        self.out, self.net, self.lr, self.minutes, self.decay, self.warm = out, net, lr, minutes, decay, warm
        named = named or [(k, p) for k, p in net.named_parameters() if p.requires_grad]
        self.named = named
        self.params = [p for _, p in named]
        if duo.WORLD > 1:
            for p in self.params:
                torch.distributed.broadcast(p.data, 0)
        self.opt = duo.Muon(named, lr) if muon else Adam(self.params, lr)
        self.ema = [p.detach().clone() for p in self.params]
        self.step, self.used, self.log, self.mean = 0, 0., [], 0.
        if os.path.exists(out):
            c = torch.load(out)
            for p, v in zip(self.params, c["model"]):
                p.data.copy_(v)
            self.ema = [v.to(DEVICE) for v in c["ema"]]
            self.opt.load_state_dict(c["opt"])
            self.step, self.used, self.log = c["step"], c["used"], c["log"]
            print("resumed at", self.step, f"{self.used / 60:.1f} min", flush=True)
        random.seed(self.step * 2 + duo.RANK)
        torch.manual_seed(self.step * 2 + duo.RANK)
        self.t0, self.base, self.last = clock(), self.used, time.time()

    def more(self):
        return self.used < self.minutes * 60

    def learn(self, loss, extra=()):
        """One step; returns the workers' means of loss and extras."""
        loss.backward()
        grads = [p.grad if p.grad is not None else torch.zeros_like(p) for p in self.params]
        for p, g in zip(self.params, grads):
            p.grad = g
        *r, self.used = duo.average(grads, [loss.item(), *extra, self.base + clock() - self.t0])
        torch.nn.utils.clip_grad_norm_(self.params, 1.)
        share = min(1, self.used / (self.minutes * 60))
        self.opt.step(self.lr * min(1, (self.step + 1) / self.warm) * (.02 + .98 * .5 * (1 + math.cos(math.pi * share))))
        self.opt.zero_grad()
        self.step += 1
        with torch.no_grad():
            torch._foreach_lerp_(self.ema, self.params, 1 - min(self.decay, self.step / (self.step + 20)))
        self.mean = .98 * self.mean + .02 * r[0] if self.mean else r[0]
        if not duo.RANK and self.step % 50 == 0:
            print(f"{self.step} {self.used / 60:.1f}min loss {self.mean:.4f}", *(f"{v:.4f}" for v in r[1:]), flush=True)
        return r

    def due(self, seconds=100):
        """Time for a check and a checkpoint (first worker only)?"""
        if duo.RANK or not (self.step == 2 or time.time() - self.last > seconds or not self.more()):
            return False
        self.last = time.time()
        return True

    @contextlib.contextmanager
    def averaged(self):
        """The average weights inside, the trained ones again after."""
        kept = [p.detach().clone() for p in self.params]
        with torch.no_grad():
            for p, v in zip(self.params, self.ema):
                p.copy_(v)
            try:
                yield
            finally:
                for p, v in zip(self.params, kept):
                    p.copy_(v)

    def save(self, **numbers):
        self.log.append({"step": self.step, "minutes": round(self.used / 60, 2), "loss": round(self.mean, 4), **numbers})
        print("  ", self.log[-1], flush=True)
        torch.save({"model": self.params, "ema": self.ema, "names": [k for k, _ in self.named], "opt": self.opt.state_dict(), "step": self.step,
                    "used": self.used, "log": self.log}, self.out + ".tmp")
        os.replace(self.out + ".tmp", self.out)


class Adam:
    """AdamW behind the same few methods as duo.Muon."""
    def __init__(self, params, lr):
        self.adam = torch.optim.AdamW(params, lr=lr, betas=(.9, .99), weight_decay=0)

    def step(self, lr):
        for g in self.adam.param_groups:
            g["lr"] = lr
        self.adam.step()

    def zero_grad(self):
        self.adam.zero_grad(set_to_none=True)

    def state_dict(self):
        return self.adam.state_dict()

    def load_state_dict(self, s):
        self.adam.load_state_dict(s)


def clock():
    """Processor seconds of this worker; on a GPU, which works while the processor waits, seconds of the wall."""
    return time.time() if DEVICE.type == "cuda" else time.process_time()


def crisp(y, x):
    """Absolute difference of pixels and of their slopes, and of blocks so that areas keep their colour.
    The best answer to it under doubt is a median, which has edges; that of a square is a mean, which has none."""
    d = y - x
    return d.abs().mean() + .5 * (d[..., 1:] - d[..., :-1]).abs().mean() + .5 * (d[..., 1:, :] - d[..., :-1, :]).abs().mean() \
        + .5 * F.avg_pool2d(d, 4).abs().mean()


def psnr(y, x):
    """Mean over pictures, of values in -1..1."""
    return float((-10 * ((y.clamp(-1, 1) - x) / 2).pow(2).mean((1, 2, 3)).log10()).mean())
