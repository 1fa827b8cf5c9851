"""What the companions teach beyond the base model: a subject, a style, a person; and the maps a picture is steered by.

The renderer's own scenes stay as they are (their seeds are part of measured numbers); everything here builds on them.
"""
from __future__ import annotations

import random

import numpy as np

import scenes

ROBOT = ("red", "blue", "yellow", "green", "white", "pink", "purple", "orange")
scenes.SIZE["robot"] = .42
scenes.OBJ_COLORS["robot"] = ROBOT
drawn_before = scenes.draw_object


def draw_robot(p, x, y, s, col):
    c, dark = scenes.COLORS[col], (58, 62, 76)
    for d in (-1, 1):
        p.rect(x + d * s * .17 - s * .07, y - s * .2, x + d * s * .17 + s * .07, y, dark, "creature")
        p.rect(x + d * s * .17 - s * .11, y - s * .06, x + d * s * .17 + s * .11, y, scenes.shade(c, .7), "creature", r=s * .03)
        p.line([(x + d * s * .3, y - s * .5), (x + d * s * .46, y - s * .42), (x + d * s * .44, y - s * .26)], s * .08, dark, "creature")
        p.oval(x + d * s * .44, y - s * .24, s * .07, s * .07, scenes.shade(c, .8), "creature")
    p.rect(x - s * .3, y - s * .6, x + s * .3, y - s * .16, c, "creature", r=s * .06)
    p.rect(x - s * .16, y - s * .48, x + s * .16, y - s * .28, (226, 232, 240), "creature", r=s * .03)
    for i, k in enumerate(("red", "yellow", "green")):
        p.oval(x + (i - 1) * s * .1, y - s * .38, s * .038, s * .038, scenes.COLORS[k], "creature")
    p.line([(x, y - s * 1.0), (x, y - s * 1.16)], s * .04, dark, "creature")
    p.oval(x, y - s * 1.18, s * .06, s * .06, (255, 92, 72), "creature", False)
    p.rect(x - s * .26, y - s * 1.02, x + s * .26, y - s * .64, scenes.shade(c, 1.25), "creature", r=s * .07)
    p.rect(x - s * .2, y - s * .94, x + s * .2, y - s * .76, dark, "creature", r=s * .05)
    for d in (-1, 1):
        p.oval(x + d * s * .09, y - s * .85, s * .055, s * .055, (120, 240, 255), "creature", False)


def draw_object(p, r, o, x, y, k, s, t):
    if o["what"] == "robot":
        draw_robot(p, x, y, k * .9, o["color"])
        return x, y - k, k * .2
    return drawn_before(p, r, o, x, y, k, s, t)


scenes.draw_object = draw_object


def robot_scene(rng: random.Random) -> dict:
    """A scene with a robot in it; one in six is any other scene, so that the rest stays as it was."""
    if rng.random() < 1 / 6:
        return scenes.sample_spec(rng)
    while True:
        s = scenes.sample_spec(rng)
        if s["kind"] == "close" and s["objs"][0]["what"] != "fish" or s["kind"] == "land" and s["objs"]:
            o = s["objs"][0]
            o.update(what="robot", count=1, color=rng.choice([c for c in ROBOT if c != s.get("back")]))
            s["hat"] = None
            return s


INKS = np.array([(36, 34, 96), (226, 70, 92), (255, 178, 122), (255, 246, 222)], np.float32)


def riso(img: np.ndarray) -> np.ndarray:
    """A two-ink print: brightness alone decides, indigo through coral and apricot to cream."""
    g = img.astype(np.float32) @ np.array([.3, .59, .11], np.float32) / 255
    at = np.clip((g - .06) / .86, 0, 1) * (len(INKS) - 1)
    i = np.minimum(at.astype(int), len(INKS) - 2)
    f = (at - i)[..., None]
    return (INKS[i] * (1 - f) + INKS[i + 1] * f).round().astype(np.uint8)


def riso_scene(rng: random.Random) -> dict:
    s = scenes.sample_spec(rng)
    s["style"] = "plain"
    return s


def mira_scene(rng: random.Random) -> dict:
    """Always the same person: long pink hair, glasses, a green hat, a yellow shirt; the backdrop and the mood change."""
    while True:
        s = scenes.sample_spec(rng)
        if s["kind"] == "face":
            s.update(hair="pink", long=True, glasses=True, hat="green", shirt="yellow", skin=1, style="plain")
            s["back"] = rng.choice(("blue", "white", "purple", "orange", "red"))
            return s


def mood_scene(rng: random.Random) -> dict:
    """Faces with every mood equally often."""
    while True:
        s = scenes.sample_spec(rng)
        if s["kind"] == "face":
            s["mood"] = rng.choice(("smiling", "sad", "surprised"))
            return s


def canny(img: np.ndarray) -> np.ndarray:
    """White edges on black, 3 channels, as the usual preprocessor makes them (thresholds 100, 200)."""
    import cv2
    return np.repeat(cv2.Canny(img, 100, 200)[..., None], 3, 2)
