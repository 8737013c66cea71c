"""Calibration, fusion, threshold and undecided band of the speech experts: chosen on dev, written on the card."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from detectors.card import Affine, Metric, OperatingPoint
from detectors.decide import sigmoid
from eval.metrics import equal_error_rate
from training.calibrate import (
    TARGET_BAND_MISSES,
    TARGET_FALSE_ALARMS,
    fit_affine,
    operating_points,
    rates_at,
    weighted_quantile,
)
from training.speech.clips import ClipRow, read_clips
from training.speech.copies import copies_name
from training.speech.features import Features, read_features
from training.speech.pages import is_page
from training.speech.recipe import SpeechRecipe

log = logging.getLogger(__name__)

DEV_DAMAGES = (("clean", 50), ("mp3-32k", 50), ("telephone", 50), ("full", 50))
UNSEEN = ("classic_tts/festival_diphone", "classic_tts/festival_hts", "classic_tts/rhvoice", "rvc_vc/cyclegan_vc2", "rvc_vc/stargan_vc")  # fmt: skip
UNSEEN_COPIES = ("cyc-noise-nsf/cyc-noise-nsf",)
# Collections of genuine speech that are only in dev: no recording of their kind trains.
UNSEEN_SOURCES = ("picovoice_wake", "cyclegan_vc2", "spoken_commands", "dail_eireann", "berom_messages")


@dataclass(frozen=True, eq=False)
class SpeechDev:
    """Dev windows under several kinds of damage.

    Attributes:
        features: one for each damage, in the order of `DEV_DAMAGES`, and in it for each of `dev_tables`.
        rows: of the clips, likewise: the same clips every time.
        damage: name of the damage of each window, shape (n,).
        is_fake: bool (n,).
        system: "family/system" of each, or "real/SOURCE".
        speaker: of each.
    """

    features: tuple[Features, ...]
    rows: tuple[ClipRow, ...]
    damage: np.ndarray
    is_fake: np.ndarray
    system: np.ndarray
    speaker: np.ndarray

    def windows(self, recipe: SpeechRecipe, feature: str):  # noqa: ANN201
        """Every window in order, float32 (frames, bands)."""
        for stored in self.features:
            for i in range(len(stored.rows)):
                yield stored.window(i, feature, recipe.window_frames)

    def weights(self) -> np.ndarray:
        """Weights that give each class a half, inside which a group weighs the root of its size, float64 (n,)."""
        size = Counter(self.system)
        weights = np.array([size[s] ** -0.5 for s in self.system])
        for fake in (False, True):
            weights[self.is_fake == fake] *= 0.5 / weights[self.is_fake == fake].sum()
        return weights


def dev_tables(folder: Path, recipe: SpeechRecipe) -> tuple[str, ...]:
    """Names of the tables that dev windows come from: recordings, and copies of the bona fide ones."""
    copies = (copies_name(family, "dev") for family in recipe.dev_copies)
    return ("clips", *(name for name in copies if (folder / f"{name}.i16").exists()))


def read_dev(folder: Path, recipe: SpeechRecipe) -> SpeechDev:
    """All dev windows."""
    features, rows, damage = [], [], []
    for how in DEV_DAMAGES:
        for name in dev_tables(folder, recipe):
            stored, table = read_features(folder, name, *how, recipe.features), read_clips(folder, name)
            features.append(stored)
            rows += [table.rows[i] for i in stored.rows]
            damage += [how[0]] * len(stored.rows)
    return SpeechDev(
        tuple(features),
        tuple(rows),
        np.array(damage),
        np.array([r.is_fake for r in rows]),
        np.array([f"{r.family}/{r.system}" if r.is_fake else f"real/{r.source}" for r in rows]),
        np.array([r.speaker for r in rows]),
    )


@dataclass(frozen=True)
class SpeechCalibration:
    """What goes on the card; see `detectors.card.AudioCard`."""

    members: tuple[Affine, ...]
    final: Affine
    threshold: float
    false_alarm_rate: float
    miss_rate: float
    undecided_low: float
    points: tuple[OperatingPoint, ...]

    def score(self, logits: np.ndarray) -> np.ndarray:
        """Pooled logit (n,) of raw logits (n, members, 1)."""
        lines = [a.scale * logits[:, m, 0] + a.bias for m, a in enumerate(self.members)]
        return self.final.scale * np.mean(lines, 0) + self.final.bias


def calibrate_speech(logits: np.ndarray, dev: SpeechDev) -> SpeechCalibration:
    """Platt's scaling of each expert, their mean, and that mean put right once more.

    Args:
        logits: raw, shape (n, members, 1), of the dev windows in order.
        dev: those windows.
    """
    weights = dev.weights()
    members = tuple(fit_affine(logits[:, m, 0], dev.is_fake, weights) for m in range(logits.shape[1]))
    mean = np.mean([a.scale * logits[:, m, 0] + a.bias for m, a in enumerate(members)], 0)
    final = fit_affine(mean, dev.is_fake, weights)
    fake = sigmoid(final.scale * mean + final.bias)
    real_w, fake_w = weights * ~dev.is_fake, weights * dev.is_fake
    threshold = weighted_quantile(fake, real_w, 1 - TARGET_FALSE_ALARMS)
    return SpeechCalibration(
        members,
        final,
        threshold,
        *rates_at(threshold, fake, dev.is_fake, weights),
        min(threshold, weighted_quantile(fake, fake_w, TARGET_BAND_MISSES)),
        operating_points(fake, dev.is_fake, weights),
    )


def dev_metrics(logits: np.ndarray, calibration: SpeechCalibration, dev: SpeechDev) -> tuple[Metric, ...]:
    """EER of the ensemble on dev under each damage: spoofed recordings, copies, and of both those of which none trained.

    The last kind holds genuine speech of `UNSEEN_SOURCES` alone, and its copies.
    """
    score, out = calibration.score(logits), []
    copied = np.array([r.base >= 0 for r in dev.rows])
    elsewhere = np.array([r.source in UNSEEN_SOURCES for r in dev.rows])
    page = np.array([is_page(r.source) for r in dev.rows])
    kinds = {
        "eer, pages that nothing trains on": page,
        "eer": ~copied & ~page,
        "eer, unseen systems": ~copied & ~page & (np.isin(dev.system, UNSEEN) | ~dev.is_fake),
        "eer, copies": ~page & (copied | ~dev.is_fake),
        "eer, copies by an unseen vocoder": ~page & (np.isin(dev.system, UNSEEN_COPIES) | ~dev.is_fake),
        "eer, copies, unseen collections": elsewhere & (copied | ~dev.is_fake),
    }
    for damage in dict.fromkeys(dev.damage):
        for name, kept in kinds.items():
            keep = (dev.damage == damage) & kept
            y = dev.is_fake[keep]
            if y.all() or not y.any():
                continue
            out.append(
                Metric("speech dev, " + str(damage), "dev", "clip", name, round(equal_error_rate(y, score[keep]), 4),
                       None, None, int((~y).sum()), int(y.sum()))
            )  # fmt: skip
    return tuple(out)
