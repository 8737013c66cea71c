"""Calibration, pooling, threshold and band, on drawn dev scores."""

import dataclasses

import numpy as np
import pytest

from detectors.decide import UNEVEN_MIXTURES, sigmoid
from training.calibrate import (
    TARGET_FALSE_ALARMS,
    THRESHOLDS,
    calibrate,
    fit_affine,
    operating_points,
    weighted_quantile,
)
from training.devset import DevSet


def drawn_dev(n=400, shift=1.5):
    """Dev scores whose classes lie `shift` apart, two kinds of photo and two of fake, one more held out."""
    rng = np.random.default_rng(5)
    fake = np.arange(n) % 2 == 1
    family = np.where(
        fake, np.where(np.arange(n) % 4 == 1, "gan", "swap"), np.where(np.arange(n) % 4 == 0, "real/a", "real/b")
    )
    held = np.zeros(n, bool)
    kinds = np.where(fake[:, None], 1, 0) * np.ones((1, 2), int)
    logits = (rng.normal(size=(n, 2, 2)) + shift * fake[:, None, None]) * 3 + 2  # off centre and over-confident
    return logits, DevSet(np.zeros((n, 1, 1, 3), np.uint8), fake, family, held, kinds)


def test_calibration_puts_an_overconfident_shifted_logit_right():
    logits, dev = drawn_dev(4000)
    line = fit_affine(logits[:, 0, 0], dev.is_fake, np.full(4000, 1 / 4000))
    said = sigmoid(line.scale * logits[:, 0, 0] + line.bias)
    # Two Gaussians of deviation 3 and 4.5 apart: the true log odds have slope 0.5 and cross zero midway.
    assert line.scale == pytest.approx(0.5, abs=0.05) and line.bias == pytest.approx(-0.5 * (2 + 2.25), abs=0.25)
    assert abs(said.mean() - 0.5) < 0.02


def test_the_threshold_has_the_promised_false_alarms_and_the_band_lies_below_it():
    logits, dev = drawn_dev(4000)
    got = calibrate(logits, dev)
    assert got.false_alarm_rate <= TARGET_FALSE_ALARMS
    assert got.false_alarm_rate == pytest.approx(TARGET_FALSE_ALARMS, abs=0.01)
    assert got.undecided_low <= got.threshold and 0 < got.miss_rate < 0.5


@pytest.mark.parametrize("n", [20, 120, 380])
def test_a_twentieth_of_equal_photos_reaches_the_threshold_and_not_one_less(n):
    scores = np.random.default_rng(n).random(n)
    threshold = weighted_quantile(scores, np.full(n, 0.5 / n), 1 - TARGET_FALSE_ALARMS)
    assert (scores >= threshold).sum() == n // 20


def test_kinds_that_are_kept_whole_move_the_pooling_towards_the_head_that_tells_them():
    """A kind that only the generator head tells, and weakly, counts for more where nothing trained on it."""

    def chance(name):
        rng = np.random.default_rng(8)
        n = 6000
        family = np.array(["real/a"] * (n // 2) + ["swap-a"] * (n // 6) + ["swap-b"] * (n // 6) + [name] * (n // 6))
        fake, swapped = family != "real/a", np.char.startswith(family, "swap")
        logits = rng.normal(size=(n, 1, 2)) - 1.0
        logits[swapped, :, 0] += 3.0
        logits[fake & ~swapped] += (-1.0, 1.0)
        kinds = np.where(fake[:, None], np.stack([np.where(swapped, 1, -1), np.where(swapped, -1, 1)], 1), 0)
        pooling = calibrate(logits, DevSet(np.zeros((n, 1)), fake, family, np.zeros(n, bool), kinds)).pooling
        return {"mixture": 1 / 2, "noisy-or": 1 / 2, **{how: b / (a + b) for how, (a, b) in UNEVEN_MIXTURES.items()}}[
            pooling
        ]

    assert chance("reenacted") > chance("a kind that trains")


def test_operating_points_count_the_weight_on_each_side_of_a_threshold():
    fake = np.array([False, False, False, True, True])
    said = np.array([0.1, 0.5, 0.9, 0.5, 0.95])
    weights = np.array([0.1, 0.2, 0.2, 0.1, 0.4])
    points = {p.threshold: (p.false_alarm_rate, p.miss_rate) for p in operating_points(said, fake, weights)}
    assert tuple(points) == THRESHOLDS and (THRESHOLDS[0], THRESHOLDS[-1]) == (0.02, 0.98)
    assert points[0.02] == (1.0, 0.0) and points[0.5] == (0.8, 0.0)  # a score on the threshold reaches it
    assert points[0.52] == (0.4, 0.2) and points[0.98] == (0.0, 1.0)


def test_the_points_of_a_calibration_surround_its_threshold():
    logits, dev = drawn_dev(4000)
    got = calibrate(logits, dev)
    below = [p for p in got.points if p.threshold <= got.threshold][-1]
    above = next(p for p in got.points if p.threshold >= got.threshold)
    assert below.false_alarm_rate >= round(got.false_alarm_rate, 4) >= above.false_alarm_rate
    assert below.miss_rate <= round(got.miss_rate, 4) <= above.miss_rate


def test_families_weigh_the_same_whatever_their_size():
    _, dev = drawn_dev(400)
    weights = dev.weights(np.arange(400) % 4 != 1)  # leaves one family of fakes and two of photos
    assert weights[dev.family == "swap"].sum() == pytest.approx(0.5)
    assert weights[dev.family == "real/a"].sum() == weights[dev.family == "real/b"].sum() == pytest.approx(0.25)


def test_kinds_that_are_kept_whole_have_half_of_the_fakes_weight():
    _, dev = drawn_dev(400)
    third = np.where(np.arange(400) % 8 == 1, "another gan", dev.family)
    everything = np.ones(400, bool)
    weights = dataclasses.replace(dev, family=third).weights_as_met(everything)  # it has none of them
    assert [weights[third == name].sum() for name in ("gan", "another gan", "swap")] == pytest.approx([0.5 / 3] * 3)
    family = np.where(third == "swap", "reenacted", third)
    kept = dataclasses.replace(dev, family=family)
    weights = kept.weights_as_met(everything)
    assert [weights[family == n].sum() for n in ("gan", "another gan", "reenacted")] == pytest.approx(
        [0.125, 0.125, 0.25]
    )
    assert weights[~dev.is_fake] == pytest.approx(kept.weights(everything)[~dev.is_fake])
    alone = kept.weights_as_met(~dev.is_fake | (family == "reenacted"))
    assert alone[family == "reenacted"].sum() == pytest.approx(0.5)


def test_a_method_that_nobody_trained_on_lowers_how_sure_a_low_score_is():
    """Scores tell three kinds well and a fourth hardly; the line is the flatter where that is kept whole."""

    def line(name):
        rng = np.random.default_rng(12)
        n = 8000
        family = np.array(["real/a"] * (n // 2) + [f"swap-{k % 3}" for k in range(3 * n // 8)] + [name] * (n // 8))
        fake = family != "real/a"
        logits = rng.normal(size=(n, 1, 2)) + np.where(np.char.startswith(family, "swap"), 4.0, 0.0)[:, None, None]
        kinds = np.repeat(fake[:, None].astype(int), 2, 1)
        return calibrate(logits, DevSet(np.zeros((n, 1)), fake, family, np.zeros(n, bool), kinds))

    trained, unseen = line("puppet"), line("face-swap")
    assert unseen.final.scale < trained.final.scale and unseen.miss_rate > trained.miss_rate
