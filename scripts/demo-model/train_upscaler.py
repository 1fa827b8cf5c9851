"""Train the 4x upscaler (SRVGG compact, the layout of realesr-animevideov3 made small) to make crisp pictures of decoded ones.
    . ./env.sh; python -m torch.distributed.run --nproc-per-node 2 train_upscaler.py --minutes 10

A scene rendered at 512 px and its small self.  The small one is the 512 px picture averaged, so that edges lie exactly under
those of the target; it is then blurred about as much as decoded pictures are, and the autoencoder's other mistakes are laid over it at a part
of their strength.  At full strength its edges lie beside the true ones and the best answer is blur, which is what an earlier try
learnt.  What is seen of a decoded picture is so sharpened where it is, not moved to where it should be.
--write makes the file: keys as the community's files have them, in safetensors, fp16.
"""
import argparse
import json
import random

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

import common
import duo
import scenes

FEATURES, CONVS, SCALE = 48, 8, 4
SOFT = 1.3                                                               # about the blur of a decoded picture, in its pixels
STYLED = ("watercolor", "line drawing", "neon")                        # these depend on the size they are drawn at


class Srvgg(nn.Module):
    """Colours 0..1 -> colours 0..1 at four times the size: convolutions with PReLU, pixel shuffle, plus the repeated input."""
    def __init__(self, c=FEATURES, n=CONVS, s=SCALE):
        super().__init__()
        conv = lambda i, o: nn.Conv2d(i, o, 3, 1, 1)
        self.body = nn.Sequential(conv(3, c), nn.PReLU(c), *[m for _ in range(n) for m in (conv(c, c), nn.PReLU(c))], conv(c, 3 * s * s))
        self.scale = s

    def forward(self, x):
        return F.pixel_shuffle(self.body(x), self.scale) + F.interpolate(x, scale_factor=self.scale, mode="nearest")

    @torch.no_grad()
    def start(self):
        """The first three channels of every layer carry the colours themselves, the others begin near passing on what they have."""
        for m in self.body:
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, .25)
                nn.init.zeros_(m.bias)
                if m.weight.shape[0] == m.weight.shape[1]:
                    m.weight.mul_(.5)
                    for i in range(len(m.weight)):
                        m.weight[i, i, 1, 1] += .8
                m.weight[:3] = 0
                for i in range(3):
                    m.weight[i, i, 1, 1] = 1
        return self


def blurred(x, sigma):
    """Gaussian blur of [3, h, w]."""
    k = torch.arange(-5., 6.)
    k = torch.exp(-k * k / (2 * sigma * sigma))
    k = (k / k.sum()).expand(3, 1, 1, -1)
    x = F.conv2d(F.pad(x[None], (5, 5, 5, 5), mode="replicate"), k, groups=3)
    return F.conv2d(x, k.transpose(2, 3), groups=3)[0]


@torch.no_grad()
def fit_last(net, x, y):
    """The last convolution begins as the best filter of 3 x 3 pixels, the same for each colour (least squares), and the
    rest nothing: training starts past any fixed kernel.  x [n, 3, h, w] to y [n, 3, 4h, 4w]."""
    last, s = net.body[-1], net.scale
    f = F.unfold(x.reshape(-1, 1, *x.shape[2:]), 3)                      # each colour a picture; n 3, 9, h w
    want = F.pixel_unshuffle((y - F.interpolate(x, scale_factor=s, mode="nearest")).reshape(-1, 1, *y.shape[2:]), s)[..., 1:-1, 1:-1].flatten(2)
    f, want = f.transpose(1, 2).reshape(-1, 9).double(), want.transpose(1, 2).reshape(-1, s * s).double()
    w = torch.linalg.solve(f.T @ f + 1e-6 * len(f) * torch.eye(9, dtype=f.dtype), f.T @ want)
    w -= w.mean(0)                                                       # an even area stays as it is
    last.weight.zero_()

    for c in range(3):
        last.weight[c * s * s:(c + 1) * s * s, c] = w.T.reshape(s * s, 3, 3).to(last.weight)


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--minutes", type=float, default=12)
    ap.add_argument("--lr", type=float, default=1e-3)
    ap.add_argument("--out", default="upscaler.pt")
    ap.add_argument("--batch", type=int, default=8, help="per worker")
    ap.add_argument("--crop", type=int, default=32, help="small pixels")
    ap.add_argument("--pool", type=int, default=120, help="scenes per worker to begin with")
    ap.add_argument("--vae", help="state_dict of the autoencoder whose pictures are to be sharpened, instead of the exported one")
    ap.add_argument("--write", help="only write the trained state as this safetensors file")
    a = ap.parse_args()
    torch.manual_seed(0)
    random.seed(duo.RANK)
    net = Srvgg().start().to(common.DEVICE, memory_format=common.CL)
    if a.write:
        run = common.Run(a.out, net, a.lr, a.minutes)
        from safetensors.torch import save_file
        with run.averaged():
            save_file({k: v.half().contiguous() for k, v in net.state_dict().items()}, a.write,
                      {"format": "pt", "modelspec.title": "Easel Demo upscaler 4x", "modelspec.author": "The Easel authors", "modelspec.license": "CC0-1.0",
                       "modelspec.description": "SRVGG compact, 4x: makes the demo model's 128 px pictures crisp at 512 px.",
                       "easel.training": json.dumps(run.log[-1])})
        print(run.log[-1])
        raise SystemExit
    unet, vae, text = common.base()
    if a.vae:
        vae.load_state_dict(torch.load(a.vae))
    vae.requires_grad_(False)
    words = common.Words()

    @torch.no_grad()
    def make(specs):
        small = common.pictures(specs)
        large = [torch.from_numpy(scenes.render(s, 512)).permute(2, 0, 1) for s in specs]
        z = common.encode(vae, small)
        h = len(specs) // 2
        if h:
            z = torch.cat([common.as_denoised(unet, text, words, z[:h], [scenes.caption(s, random) for s in specs[:h]]), z[h:]])
        y = torch.cat([vae.decode(b.to(memory_format=common.CL) / .18215) for b in z.split(4)])
        shown = ((y.clamp(-1, 1) + 1) * 127.5).round().byte().cpu()
        true = [F.avg_pool2d(v.float()[None], 4)[0].round().byte() for v in large]
        return [(true[i] if s["style"] in STYLED else shown[i], true[i], large[i]) for i, s in enumerate(specs)]

    vr = random.Random(99)
    val = [v for v in (scenes.sample_spec(vr) for _ in range(24)) if v["style"] not in STYLED][:12]
    random.seed(5)
    torch.manual_seed(5)
    val = make(val)
    pool = common.Pool(make, a.pool, 9000 + duo.RANK, most=400)

    def draw_crop(item, crop):
        """Of three places the one with most in it: even areas teach little."""
        places = [(random.randint(0, 128 - crop), random.randint(0, 128 - crop)) for _ in range(3)]
        busy = lambda p: float(item[1][:, p[0]:p[0] + crop:2, p[1]:p[1] + crop:2].float().std())
        return max(places, key=busy) if random.random() < .8 else places[0]

    def both(items, crop, plain=False):
        xs, ys = [], []
        for shown, true, large in items:
            top, left = draw_crop((shown, true, large), crop)
            cut = lambda v, k: v[:, k * top:k * (top + crop), k * left:k * (left + crop)].float()
            x, y = cut(true, 1), cut(large, 4)
            if not plain and random.random() < .85:
                usual, now = blurred(x, SOFT), blurred(x, random.uniform(.2, 2.))
                x = (now + (cut(shown, 1) - usual) * max(0, random.uniform(-.3, .7))).clamp(0, 255)
            if random.random() < .5:
                x, y = x.flip(2), y.flip(2)
            if random.random() < .3:
                order = torch.randperm(3)
                x, y = x[order], y[order]
            xs.append(x); ys.append(y)
        pack = lambda v: torch.stack(v).to(common.DEVICE, memory_format=common.CL) / 255
        return pack(xs), pack(ys)

    def wrong(y, x):
        """Charbonnier of pixels and of slopes."""
        soft = lambda d: (d * d + 1e-5).sqrt().mean()
        d = y - x
        return soft(d) + .5 * (soft(d[..., 1:] - d[..., :-1]) + soft(d[..., 1:, :] - d[..., :-1, :]))

    fit_last(net, *both(random.choices(pool.items, k=60), 48, True))
    run = common.Run(a.out, net, a.lr, a.minutes, warm=50)
    while run.more():
        x, y = both(pool.draw(a.batch, 20), a.crop)
        with common.fast():
            loss = wrong(net(x).float(), y)
        run.learn(loss)
        if run.due(150):
            shown, true = (torch.stack([v[k] for v in val]).to(common.DEVICE).float() / 255 for k in (0, 1))
            soft = torch.stack([blurred(v, SOFT) for v in true])
            want = torch.stack([v[2] for v in val]).float() / 255
            with run.averaged(), torch.no_grad():
                got, got_true, got_soft = (torch.cat([net(b).cpu() for b in v.split(2)]).clamp(0, 1) for v in (shown, true, soft))
            old, old_true, old_soft = (F.interpolate(v.cpu(), scale_factor=4, mode="bicubic").clamp(0, 1) for v in (shown, true, soft))
            db = lambda y: round(common.psnr(y * 2 - 1, want * 2 - 1), 2)
            rows = [torch.cat([old[i], got[i], old_soft[i], got_soft[i], want[i]], 1) for i in range(6)]
            Image.fromarray((torch.cat(rows, 2).permute(1, 2, 0) * 255).byte().numpy()).save(f"{a.out}.png")
            run.save(of_true=db(got_true), bicubic_of_true=db(old_true), of_soft=db(got_soft), bicubic_of_soft=db(old_soft),
                     of_decoded=db(got), bicubic_of_decoded=db(old))
