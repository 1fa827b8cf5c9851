"""The pictures behind `npm run demo-check`: candidates for its prompts, each drawn with and without its objects.

    python check_set.py candidates out/        -> out/candidates.json, renders.bin, blanks.bin, shapes.json, shapes.bin
    (node scripts/demo-check.mjs --calibrate out/   chooses 500 whose colours a rule on pixels can tell from what is behind)
    python check_set.py vae out/ shipped.safetensors -> out/decoded.bin: the chosen renders after encoder and decoder

Every prompt names all its facts.  A part of the candidates pairs an object with a colour that the training scenes never give
it (OBJ_COLORS), so no training picture can have shown them.
"""
import json
import random
import sys

import numpy as np

import scenes

UNSEEN = {"house": ("black", "brown"), "castle": ("yellow", "green", "orange"), "tree": ("purple", "blue", "white"), "car": ("brown",),
          "flower": ("white", "black"), "cat": ("red", "yellow", "green", "purple"), "rabbit": ("red", "orange", "yellow", "green", "purple"),
          "owl": ("red", "green", "pink", "yellow"), "boat": ("black", "brown"), "balloon": ("white",), "mug": ("brown",),
          "vase": ("yellow", "pink", "orange"), "fish": ("white", "black")}
SHARES = {"land": 520, "sea": 130, "close": 130, "still": 160, "face": 110}


def facts(s):
    out = {k: s[k] for k in ("kind", "time", "weather", "ground", "back", "mood", "hair", "shirt", "long", "hat") if k in s}
    out["objects"] = [{k: o[k] for k in ("what", "color", "place", "count")} for o in s["objs"]]
    return out


def candidates(folder):
    rng, found, renders, blanks = random.Random(20261123), [], [], []
    left = dict(SHARES)
    while any(left.values()):
        s = scenes.sample_spec(rng)
        if not left[s["kind"]] or s.get("rainbow") or s.get("balloon") or s["kind"] != "face" and not s["objs"]:
            continue
        left[s["kind"]] -= 1
        s["style"] = "plain"
        unseen = False
        if s["objs"] and rng.random() < .25:
            o = s["objs"][0]
            colors = [c for c in UNSEEN.get(o["what"], ()) if c != s.get("back") and c not in scenes.OBJ_COLORS[o["what"]]]
            if colors:
                o["color"], unseen = rng.choice(colors), True
        if s["kind"] == "face":
            s["mood"] = rng.choice(("smiling", "sad", "surprised"))
        found.append({"prompt": scenes.caption(s, rng, True), "seed": rng.randrange(1 << 31), "unseen": unseen, **facts(s)})
        renders.append(scenes.render(s))
        blanks.append(scenes.render({**s, "objs": []}) if s["kind"] in ("land", "sea", "still") else renders[-1] * 0)
    json.dump(found, open(f"{folder}/candidates.json", "w"))
    np.stack(renders).tofile(f"{folder}/renders.bin")
    np.stack(blanks).tofile(f"{folder}/blanks.bin")
    shapes, pictures = [], []
    for what in [w for w in scenes.SUBJECTS if w not in ("face", "balloon")]:
        n = 0
        while n < 16:
            s = scenes.sample_spec(rng)
            if s["kind"] != "face" and len(s["objs"]) == 1 and s["objs"][0]["what"] == what and s["objs"][0]["count"] == 1 and not s.get("balloon"):
                s.update(style="plain", weather="clear", hat=None, mountains=False, rainbow=False)
                if "time" in s:
                    s["time"] = "day"
                shapes.append(facts(s)); pictures.append((scenes.render(s), scenes.render({**s, "objs": []}) if s["kind"] in ("land", "sea", "still") else None))
                n += 1
    json.dump(shapes, open(f"{folder}/shapes.json", "w"))
    np.stack([p[0] for p in pictures]).tofile(f"{folder}/shapes.bin")


def vae(folder, path):
    import torch
    import ldm
    import sample
    chosen = json.load(open(f"{folder}/chosen.json"))
    net = sample.load(path)[1]
    torch.set_num_threads(1)
    x = np.fromfile(f"{folder}/renders.bin", np.uint8).reshape(-1, 128, 128, 3)[chosen]
    x = torch.from_numpy(x).permute(0, 3, 1, 2).float() / 127.5 - 1
    with torch.no_grad():
        np.concatenate([sample.decode(net, net.encode(b)[0] * ldm.SCALE) for b in x.split(16)]).tofile(f"{folder}/decoded.bin")


if __name__ == "__main__":
    candidates(sys.argv[2]) if sys.argv[1] == "candidates" else vae(*sys.argv[2:])
