"""Batches of pairs for the speech networks: a bona fide clip and a fake, under the same damage."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from detectors.audio_features import FeatureSettings
from detectors.errors import DatasetError
from training.speech.clips import ClipTable, read_clips
from training.speech.features import Features, read_features

MASK_TIMES = (0, 24)  # frames of a time mask, SpecAugment (Park et al., 2019)
MASK_BANDS = 0.12  # of the bands, at most, of a frequency mask
TARGET_LIMIT = 5.0  # the teacher's logit is not followed further
TARGET_WEIGHT = 0.25
SAME_SOURCE = 0.7  # chance that a spoofed recording is paired with a bona fide one of its own page or collection


def speech_loss(y_true: Any, logits: Any) -> Any:
    """Binary cross-entropy, and where a teacher spoke, a pull towards its logit.

    y_true (n, 3): label, teacher's logit, and 1 where that counts.
    """
    ops = keras.ops
    label, target, told = y_true[:, 0:1], y_true[:, 1:2], y_true[:, 2:3]
    loss = ops.mean(ops.softplus(logits) - label * logits)
    gap = ops.abs(target - logits)
    return loss + TARGET_WEIGHT * ops.mean(told * ops.where(gap < 1, 0.5 * gap * gap, gap - 0.5))


@dataclass(frozen=True)
class Choice:
    """One clip of a pair.

    Attributes:
        table: "clips", or the family of copies.
        row: index into that table.
        at: position among its stored features.
        variant: which damage.
    """

    table: str
    row: int
    at: int
    variant: tuple[str, int]


class SpeechPairs(keras.utils.PyDataset):
    """Batches that depend on nothing but seed and number, so that a resumed training sees what a whole one would.

    Item `step` is (x, y): x float32 (2·pairs, frames, bands) in decibels, bona fide first; y as `speech_loss` reads.
    """

    def __init__(
        self,
        folder: Path,
        families: dict[str, float],
        recordings: float,
        *,
        feature: str,
        frames: int,
        pairs: int,
        steps: int,
        seed: int,
        variants: tuple[tuple[str, int], ...],
        settings: FeatureSettings,
        teacher: dict[str, dict[int, float]],
    ) -> None:
        super().__init__(workers=1)
        self._feature, self._frames, self._pairs, self._steps, self._seed = feature, frames, pairs, steps, seed
        self._variants, self._settings = variants, settings
        self._table = read_clips(folder)
        self._clips = {v: read_features(folder, "clips", *v, settings) for v in variants}
        self._teacher = teacher
        rows = self._table.rows
        where = {int(r): i for i, r in enumerate(self._clips[variants[0]].rows)}
        self._where = where
        real = [i for i in where if not rows[i].is_fake]
        fake = [i for i in where if rows[i].is_fake]
        if not real or not fake:
            raise DatasetError("training needs bona fide and spoofed recordings; one class is absent.")
        self._real, self._real_chance = np.array(real), _chances([rows[i].source for i in real], 0.5)
        systems = [f"{rows[i].source}/{rows[i].system}" for i in fake]
        self._fake, self._fake_chance = np.array(fake), _chances(systems, 0.5)
        self._real_of: dict[str, list[int]] = {}
        for i in real:
            self._real_of.setdefault(rows[i].source, []).append(i)
        self._copies: dict[str, tuple[ClipTable, dict[tuple[str, int], Features]]] = {}
        self._copy_chance: dict[str, np.ndarray] = {}
        weights = {"": recordings}
        for family, share in families.items():
            if (folder / f"{family}.i16").exists() and share > 0:
                table = read_clips(folder, family)
                features = {v: read_features(folder, family, *v, settings) for v in variants}
                self._copies[family] = (table, features)
                self._copy_chance[family] = _chances([table.rows[i].source for i in features[variants[0]].rows], 0.5)
                weights[family] = share
        self._families = tuple(weights)
        self._shares = np.cumsum(np.array(list(weights.values())) / sum(weights.values()))

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng((self._seed, step))
        points = (np.arange(self._pairs) + rng.random()) / self._pairs
        choice = np.searchsorted(self._shares, points, side="right").clip(0, len(self._families) - 1)
        x: list[list[np.ndarray]] = [[], []]
        y: list[list[tuple[float, float, float]]] = [[], []]
        for which in choice:
            pair, targets = self._pair(self._families[int(which)], rng)
            for side in (0, 1):
                x[side].append(pair[side])
                target = targets[side]
                # Where the teacher contradicts the label it is put right by not being heard.
                told = target is not None and (target > 0) == (side == 1)
                limited = float(np.clip(target, -TARGET_LIMIT, TARGET_LIMIT)) if told and target is not None else 0.0
                y[side].append((float(side), limited, float(told)))
        return np.stack(x[0] + x[1]), np.array(y[0] + y[1], np.float32)

    def choose(self, rng: np.random.Generator, family: str | None = None) -> tuple[Choice, Choice]:
        """Which bona fide clip and which fake make a pair; a copy comes with its original."""
        if family is None:
            family = self._families[int(np.searchsorted(self._shares, rng.random(), side="right"))]
        variant = self._variants[int(rng.integers(len(self._variants)))]
        real = int(rng.choice(self._real, p=self._real_chance))
        if not family:
            fake = int(rng.choice(self._fake, p=self._fake_chance))
            near = self._real_of.get(self._table.rows[fake].source)
            if near and rng.random() < SAME_SOURCE:
                real = int(rng.choice(near))
            return Choice("clips", real, self._where[real], variant), Choice("clips", fake, self._where[fake], variant)
        table, features = self._copies[family]
        at = int(rng.choice(len(features[variant].rows), p=self._copy_chance[family]))
        row = int(features[variant].rows[at])
        base = table.rows[row].base
        base = real if base < 0 else base  # spoken and not copied: any bona fide clip is its partner
        return Choice("clips", base, self._where[base], variant), Choice(family, row, at, variant)

    def _pair(
        self, family: str, rng: np.random.Generator
    ) -> tuple[list[np.ndarray], tuple[float | None, float | None]]:
        pair = self.choose(rng, family)
        stored = [(self._clips if c.table == "clips" else self._copies[c.table][1])[c.variant] for c in pair]
        # Both are cut to the shorter one's length before they are repeated: duration must not tell the class.
        length = min(f.length(c.at) for f, c in zip(stored, pair, strict=True))
        start = rng.random(2)
        if pair[1].table != "clips":
            start[1] = start[0]
        use = min(length, self._frames)
        cuts = [
            f.window(c.at, self._feature, self._frames, round(s * (f.length(c.at) - use)), use)
            for f, c, s in zip(stored, pair, start, strict=True)
        ]
        told = tuple(self._teacher.get(c.table, {}).get(c.row) for c in pair)
        return self._mask_alike(cuts, rng), (told[0], told[1])

    def _mask_alike(self, windows: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
        """One time and one frequency mask, at the same place in every window, at that window's mean."""
        frames, bands = windows[0].shape
        length, width = int(rng.integers(*MASK_TIMES)), int(rng.integers(0, max(1, round(MASK_BANDS * bands))))
        t, f = int(rng.integers(0, frames - length)), int(rng.integers(0, bands - width))
        for window in windows:
            mean = window.mean(0)
            window[t : t + length] = mean
            window[:, f : f + width] = mean[f : f + width]
        return windows


def _chances(groups: list[str], power: float) -> np.ndarray:
    """Chance of each item: its group weighs its size to `power`, shared equally inside."""
    counts = Counter(groups)
    weights = np.array([counts[g] ** (power - 1) for g in groups])
    return weights / weights.sum()
