"""A minute's worth of everything: drawn faces and a recipe cut down to them. It tests the path and measures nothing."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
from pathlib import Path

import cv2
import numpy as np

from detectors.types import Face
from training.dataset import Share
from training.recipe import PoolSizes, Recipe

PICTURES = {"train": 16, "dev": 8, "test": 8}
SIDE_PX = 160


def draw_face(rng: np.random.Generator, *, fake: bool) -> np.ndarray:
    """An oval with eyes and mouth on a noisy ground, uint8 (160, 160, 3); a fake one shows an up-sampler's grid."""
    picture = rng.integers(40, 200, 3).astype(np.float64) + rng.normal(0, 6, (SIDE_PX, SIDE_PX, 3))
    skin = tuple(int(v) for v in rng.integers(120, 230, 3))
    canvas = np.clip(picture, 0, 255).astype(np.uint8)
    cv2.ellipse(canvas, (80, 80), (48, 62), 0, 0, 360, skin, -1, cv2.LINE_AA)
    for x in (62, 98):
        cv2.circle(canvas, (x, 68), 7, (30, 30, 30), -1, cv2.LINE_AA)
    cv2.ellipse(canvas, (80, 112), (20, int(rng.integers(4, 12))), 0, 0, 180, (90, 30, 40), 3, cv2.LINE_AA)
    if fake:
        grid = ((np.add.outer(np.arange(SIDE_PX), np.arange(SIDE_PX)) % 2) * 24 - 12)[..., None]
        canvas = np.clip(canvas.astype(int) + grid, 0, 255).astype(np.uint8)
    return canvas


def draw_sources(folder: Path) -> None:
    """Writes pictures and a `faces.csv` as `--data` expects it."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(7)
    rows = []
    for split, count in PICTURES.items():
        for label in ("real", "fake"):
            for i in range(count):
                path = folder / f"{split}_{label}_{i}.png"
                cv2.imwrite(str(path), draw_face(rng, fake=label == "fake")[..., ::-1])
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                rows.append([path.name, label, "stylegan1" if label == "fake" else "", "140k", split, digest])
    with (folder / "faces.csv").open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["path", "label", "generator", "source", "split", "sha256"])
        writer.writerows(rows)


def middle_face(pixels_rgb: np.ndarray) -> tuple[Face, ...]:
    """A finder for drawn faces, which no real finder takes for one."""
    height, width = pixels_rgb.shape[:2]
    return (Face((0.2 * width, 0.12 * height, 0.8 * width, 0.9 * height), 1.0),)


def shrink_recipe(recipe: Recipe) -> Recipe:
    """The same recipe with two steps, small windows and a handful of pseudo-fakes."""
    networks = tuple(
        dataclasses.replace(
            n,
            start="",
            average=0,
            cycles=tuple(dataclasses.replace(c, steps=2, warmup=1, window_px=96) for c in n.cycles[:1]),
        )
        for n in (recipe.networks[0], recipe.networks[-1])  # one from a start, one that is taught by the others
    )
    shares = tuple(Share(family, 1.0) for family in ("self-blend", "reface-nearest", "stylegan1"))
    pools = PoolSizes(
        self_blend=8,
        cross_blend=2,
        pyramid_blend=2,
        public=1,
        autoencoder=2,
        autoencoder_steps=3,
        dev=4,
        upsamplers=("nearest",),
    )
    return dataclasses.replace(recipe, pairs=3, input_size_px=96, pools=pools, shares=shares, networks=networks)
