"""Cuts low-rank parts to the ranks that matter, so that a file takes the room it is given: for any ModuleDict of lora.Lora.

Which directions of a layer's part to keep first is seen from what they do to the layer's own inputs (a singular value
decomposition of part times the root of the inputs' second moments), which layers from how much the network's answer
depends on each (mean square of its gradients); both are taken from one batch.
"""
import torch
import torch.nn.functional as F


def observe(low, answer):
    """{name: (second moments of the inputs [n, n], sensitivity)}; answer() runs the network once, with gradients."""
    seen, hooks = {name: [None, 0.] for name in low}, []
    for name, m in low.items():
        def inputs(layer, args, _, kept=seen[name]):
            a = args[0].detach()
            if a.ndim == 4:
                a = F.unfold(a, layer.kernel_size, padding=layer.padding, stride=layer.stride).transpose(1, 2)
            a = a.reshape(-1, a.shape[-1]).double()
            kept[0] = a.T @ a / len(a)

        def outputs(_, __, out, kept=seen[name]):
            axis = 1 if out.ndim == 4 else -1
            out.register_hook(lambda g: kept.__setitem__(1, g.double().pow(2).sum((*range(g.ndim),)).item() / g.shape[axis]))

        hooks += [m.down.register_forward_hook(inputs), m.up.register_forward_hook(outputs)]
    with torch.enable_grad():
        y = answer()
        (y * torch.randn(y.shape, generator=torch.Generator().manual_seed(1)).to(y.device)).sum().backward()
    for h in hooks:
        h.remove()
    return seen


def cut(low, answer, room):
    """{name: (up, down)} of at most `room` numbers in all; a layer that nothing is left of is left out.  up and down keep their kinds of shape."""
    parts, worth = {}, []
    for name, (moments, sensitivity) in observe(low, answer).items():
        up, down = low[name].up.weight.detach(), low[name].down.weight.detach()
        root = torch.linalg.cholesky(moments + 1e-4 * moments.diag().mean() * torch.eye(len(moments), dtype=moments.dtype, device=moments.device))
        (left, r1), (right, r2) = torch.linalg.qr(up.flatten(1).double()), torch.linalg.qr((down.flatten(1).double() @ root).T)
        u, s, v = torch.linalg.svd(r1 @ r2.T)                            # of a rank x rank matrix, not of all of up times down
        parts[name] = left @ u * s.sqrt(), s.sqrt()[:, None] * torch.linalg.solve_triangular(root.T, right @ v.T, upper=True).T, up, down
        price = len(up) + down[0].numel()
        worth += [(s[i].item() ** 2 * sensitivity / price, price, name) for i in range(len(down))]
    ranks = dict.fromkeys(low, 0)
    for _, price, name in sorted(worth, reverse=True):
        if price <= room:
            room -= price
            ranks[name] += 1
    return {name: (u[:, :r].float().reshape(len(up), r, *up.shape[2:]), v[:r].float().reshape(r, *down.shape[1:]))
            for name, (u, v, up, down) in parts.items() if (r := ranks[name])}
