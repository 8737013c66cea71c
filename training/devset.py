"""Dev material for choosing: crops of several families of fakes and kinds of photo, cut as in serving."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from detectors.faces import crop_square
from training.augment import jpeg_round_trip, match_detail
from training.crops import CropTable
from training.pools import BLEND, GENERATOR, kinds_of, read_pool
from training.pseudo_fakes.decoders import PUBLIC_DECODERS
from training.recipe import Recipe

log = logging.getLogger(__name__)

# Measured only; neither fits the calibration nor chooses anything.
HELD_OUT = (
    "poisson-blend", "reconstruct-pixel-shuffle", "reface-pixel-shuffle",
    *(f"reface-{public.name}" for public in PUBLIC_DECODERS if public.held_out),
)  # fmt: skip
PSEUDO = (
    "self-blend", "cross-blend", "pyramid-blend",
    *(f"{kind}-{public.name}" for public in PUBLIC_DECODERS if not public.held_out
      for kind in (("reconstruct", "reface") if public.whole else ("reface",))),
    *HELD_OUT,
)  # fmt: skip
# Families of which no page and, but for three frames by DaGAN, no method on dev trains: how a detector does on these says most of
# what it has not met.
KEPT_WHOLE = ("edited", "face-swap", "other-generators", "reenacted", "stargan", "text-to-image")


@dataclass(frozen=True, eq=False)
class DevSet:
    """Crops as the networks see them in serving.

    Attributes:
        crops_rgb: uint8 (n, size, size, 3).
        is_fake: bool (n,).
        family: of each: a generator, a pseudo-fake family, or "real/SOURCE".
        is_held_out: bool (n,): measured only.
        kind_labels: int (n, 2): for the heads blend and generator 1, 0, or −1 where it says nothing.
    """

    crops_rgb: np.ndarray
    is_fake: np.ndarray
    family: np.ndarray
    is_held_out: np.ndarray
    kind_labels: np.ndarray

    def weights(self, keep: np.ndarray) -> np.ndarray:
        """Weights that give each class a half and each family of a class an equal part of it, float64 (n,); 0 where not kept."""
        weights = np.zeros(len(self.family))
        for fake in (False, True):
            families = sorted(set(self.family[keep & (self.is_fake == fake)]))
            for name in families:
                rows = keep & (self.family == name)
                weights[rows] = 0.5 / len(families) / rows.sum()
        return weights

    def weights_as_met(self, keep: np.ndarray) -> np.ndarray:
        """`weights`, but the kinds that are kept whole have half of the fakes' part, as far as there are both.

        Most families of dev are of methods that train, and their scores are high; a line fitted to all families alike calls a
        low score of a method that nobody trained on more surely genuine than it is.
        """
        weights = self.weights(keep)
        unseen = keep & np.isin(self.family, KEPT_WHOLE)
        trained = keep & self.is_fake & ~unseen
        if unseen.any() and trained.any():
            for part in (unseen, trained):
                weights[part] *= 0.25 / weights[part].sum()
        return weights


def serve_crop(crop_rgb: np.ndarray, box_xyxy: np.ndarray, native_px: int, recipe: Recipe) -> np.ndarray:
    """The crop that serving would cut, taken from a stored, wider crop."""
    size = crop_rgb.shape[0]
    crop = match_detail(crop_rgb, native_px)
    x0, y0, x1, y1 = crop_square(tuple(float(v) for v in box_xyxy), size, size, recipe.face_margin)  # type: ignore[arg-type]
    how = cv2.INTER_AREA if x1 - x0 >= recipe.input_size_px else cv2.INTER_CUBIC
    return cv2.resize(crop[y0:y1, x0:x1], (recipe.input_size_px,) * 2, interpolation=how)


def _degrade(crop_rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A crop as it looks after being shared: smaller, and saved again; one in four was out of focus before."""
    size = crop_rgb.shape[0]
    if rng.random() < 0.25:
        crop_rgb = cv2.GaussianBlur(crop_rgb, (0, 0), rng.uniform(0.5, 2.0))
    if rng.random() < 0.5:
        small = int(size * rng.uniform(0.4, 0.9))
        crop_rgb = match_detail(crop_rgb, small)
    return np.ascontiguousarray(jpeg_round_trip(np.ascontiguousarray(crop_rgb), int(rng.integers(40, 91))))


def _labels(kinds: int) -> tuple[int, int]:
    """What the two heads should say of a fake: 1, or −1 where its kind says nothing."""
    return (1 if kinds & BLEND else -1, 1 if kinds & GENERATOR else -1)


def build_dev(table: CropTable, pools: Path, recipe: Recipe, *, degraded: bool, limit: int = 10_000) -> DevSet:
    """All dev crops, and where asked a degraded copy of each.

    Args:
        table: stored crops.
        pools: dev pools.
        recipe: says how serving crops.
        degraded: add the copies.
        limit: at most so many of a family.
    """
    crops, is_fake, family, held, kinds = [], [], [], [], []

    def add(crop: np.ndarray, fake: bool, name: str, labels: tuple[int, int]) -> None:
        crops.append(crop)
        is_fake.append(fake)
        family.append(name)
        held.append(name in HELD_OUT)
        kinds.append(labels)

    counts: dict[str, int] = {}
    for i, row in enumerate(table.rows):
        if row.split != "dev":
            continue
        name = row.generator if row.is_fake else f"real/{row.source}"
        counts[name] = counts.get(name, 0) + 1
        if counts[name] <= limit:
            crop = serve_crop(np.array(table.pixels_rgb[i]), table.box_xyxy[i], int(table.native_px[i]), recipe)
            add(crop, row.is_fake, name, _labels(kinds_of(name)) if row.is_fake else (0, 0))
    for name in PSEUDO:
        pool = read_pool(pools, name)
        if pool is None:
            continue
        for j in range(min(limit, len(pool.base))):
            box = table.box_xyxy[pool.base[j]]
            crop = serve_crop(np.array(pool.pixels_rgb[j]), box, int(pool.native_px[j]), recipe)
            add(crop, True, name, _labels(pool.kinds))
    if degraded:
        rng = np.random.default_rng(recipe.seed)
        for i in range(len(crops)):
            add(_degrade(crops[i], rng), is_fake[i], family[i], kinds[i])
    return DevSet(np.stack(crops), np.array(is_fake), np.array(family), np.array(held), np.array(kinds))
