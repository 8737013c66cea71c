"""Calibration, pooling, threshold and undecided band: chosen on dev, written on the card."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from detectors.card import Affine, Metric, OperatingPoint
from detectors.decide import MAX_LOGIT, UNEVEN_MIXTURES, pool_heads, sigmoid
from detectors.networks.backbones import HEADS
from training.devset import KEPT_WHOLE, DevSet

log = logging.getLogger(__name__)

TARGET_FALSE_ALARMS = 0.05  # of dev photos, each source weighing the same
TARGET_BAND_MISSES = 0.10  # below the band at most so many of the dev fakes may lie
POOLINGS = ("mixture", *UNEVEN_MIXTURES, "noisy-or", "mean-logit")
TIE = 0.002  # of what chooses the pooling: the first that comes so near to the best is taken, so the more even mixture
MIN_SCALE = 0.02  # a head that dev finds useless is flattened, never inverted
THRESHOLDS = tuple(round(0.02 * k, 2) for k in range(1, 50))  # whose cost on dev the card tells


@dataclass(frozen=True)
class Calibration:
    """What goes on the card; see `detectors.card.WeightsCard`."""

    heads: tuple[dict[str, Affine], ...]
    pooling: str
    final: Affine
    threshold: float
    false_alarm_rate: float
    miss_rate: float
    undecided_low: float
    points: tuple[OperatingPoint, ...]


def fit_affine(logits: np.ndarray, is_fake: np.ndarray, weights: np.ndarray) -> Affine:
    """Platt's scaling: weighted logistic regression on one logit (n,)."""
    x = np.clip(logits, -MAX_LOGIT, MAX_LOGIT)[:, None]
    model = LogisticRegression(C=1e4, max_iter=1000).fit(x, is_fake, sample_weight=weights * len(weights))
    return Affine(max(MIN_SCALE, float(model.coef_[0, 0])), float(model.intercept_[0]))


def family_auc(score: np.ndarray, dev: DevSet, *, held_out: bool | None = False) -> dict[str, float]:
    """AUC of each family of fakes against all real dev crops, every source of them weighing the same."""
    out = {}
    reals = ~dev.is_fake
    for family in sorted(set(dev.family[dev.is_fake])):
        rows = dev.family == family
        if held_out is not None and dev.is_held_out[rows][0] != held_out:
            continue
        keep = reals | rows
        out[str(family)] = float(roc_auc_score(dev.is_fake[keep], score[keep], sample_weight=dev.weights(keep)[keep]))
    return out


def macro_auc(score: np.ndarray, dev: DevSet) -> float:
    """Mean of `family_auc` over the families that may choose."""
    return float(np.mean(list(family_auc(score, dev).values())))


def kept_whole_auc(score: np.ndarray, dev: DevSet) -> float:
    """The same over the families that are kept whole for dev; 0 where there are none."""
    values = [value for name, value in family_auc(score, dev).items() if name in KEPT_WHOLE]
    return float(np.mean(values)) if values else 0.0


def calibrate(logits: np.ndarray, dev: DevSet) -> Calibration:
    """Fits everything on dev.

    Args:
        logits: raw, shape (n, members, heads).
        dev: the crops they were computed on; held-out families take no part.
    """
    usable = ~dev.is_held_out
    heads: list[dict[str, Affine]] = []
    calibrated = np.empty(logits.shape, dtype=np.float64)
    for m in range(logits.shape[1]):
        lines = {}
        for h, head in enumerate(HEADS):
            taught = usable & (dev.kind_labels[:, h] >= 0)  # a head answers for the kind that it was taught
            weights = dev.weights(taught)
            line = fit_affine(logits[taught, m, h], dev.is_fake[taught], weights[taught])
            lines[head] = line
            calibrated[:, m, h] = line.scale * logits[:, m, h] + line.bias
        heads.append(lines)
    weights = dev.weights_as_met(usable)
    tried = {how: pool_heads(calibrated.mean(1), how) for how in POOLINGS}
    worth = {}
    for how, mean in tried.items():
        everything, unseen = macro_auc(mean, dev), kept_whole_auc(mean, dev)
        log.info("dev macro AUC with %s: %.4f; of kinds kept whole: %.4f", how, everything, unseen)
        worth[how] = everything + unseen  # what nothing trained on counts as much as all of dev, of which most trained
    pooling = next(how for how in POOLINGS if worth[how] >= max(worth.values()) - TIE)
    mean = tried[pooling]
    final = fit_affine(mean[usable], dev.is_fake[usable], weights[usable])
    fake = sigmoid(final.scale * mean + final.bias)
    threshold = weighted_quantile(fake, weights * ~dev.is_fake, 1 - TARGET_FALSE_ALARMS)
    low = min(threshold, weighted_quantile(fake, weights * dev.is_fake, TARGET_BAND_MISSES))
    return Calibration(
        tuple(heads),
        pooling,
        final,
        threshold,
        *rates_at(threshold, fake, dev.is_fake, weights),
        low,
        operating_points(fake, dev.is_fake, weights),
    )


def rates_at(
    threshold: float, fake_probability: np.ndarray, is_fake: np.ndarray, weights: np.ndarray
) -> tuple[float, float]:
    """Share of the weight of the reals that reaches a threshold, and of the fakes that does not; arrays of shape (n,)."""
    real_w, fake_w = weights * ~is_fake, weights * is_fake
    reached = fake_probability >= threshold
    return float(real_w[reached].sum() / real_w.sum()), float(fake_w[~reached].sum() / fake_w.sum())


def operating_points(
    fake_probability: np.ndarray, is_fake: np.ndarray, weights: np.ndarray
) -> tuple[OperatingPoint, ...]:
    """What each of `THRESHOLDS` costs on dev, for the card.

    Args:
        fake_probability: calibrated, of dev, shape (n,).
        is_fake: bool, shape (n,).
        weights: shape (n,), those that chose the card's threshold.
    """
    rates = [rates_at(threshold, fake_probability, is_fake, weights) for threshold in THRESHOLDS]
    return tuple(
        OperatingPoint(threshold, round(false_alarms, 4), round(misses, 4))
        for threshold, (false_alarms, misses) in zip(THRESHOLDS, rates, strict=True)
    )


def weighted_quantile(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    """Smallest value with at least `share` of the weight at or below it, nudged up so that it is itself below."""
    order = np.argsort(values)
    reached = np.cumsum(weights[order]) / weights.sum()
    # A sum of weights may miss the share that it stands for by its last digits.
    at = min(int(np.searchsorted(reached, share - 1e-9)), len(order) - 1)
    return float(np.nextafter(values[order[at]], 1.0))


def dev_metrics(logits: np.ndarray, calibration: Calibration, dev: DevSet) -> tuple[Metric, ...]:
    """AUC of the ensemble for each family of dev fakes against all dev photos, for the card; held-out ones included."""
    heads = np.stack(
        [
            np.stack([lines[k].scale * logits[:, m, h] + lines[k].bias for h, k in enumerate(HEADS)], -1)
            for m, lines in enumerate(calibration.heads)
        ],
        1,
    )
    score = pool_heads(heads.mean(1), calibration.pooling)
    n_real = int((~dev.is_fake).sum())
    return tuple(
        Metric("training dev", "dev", "image", f"auc {family}", round(value, 4), None, None, n_real,
               int((dev.family == family).sum()))
        for family, value in family_auc(score, dev, held_out=None).items()
    )  # fmt: skip
