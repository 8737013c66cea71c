"""Expected values are the published worked examples of the evaluation rules, hand counts, or scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from eval.bootstrap import draw_metrics
from eval.metrics import (
    METRICS,
    area_under_risk_coverage,
    confusion,
    equal_error_rate,
    equal_error_rate_asvspoof,
    expected_calibration_error,
    point_values,
    risk_coverage,
    tpr_at_fpr,
)
from eval.record import estimate

# name: bona fide scores, spoof scores (higher = bona fide), EER of ASVspoof, interpolated EER, AUC, AP of fake
CASES = {
    "E1": ([0.9, 0.8, 0.7, 0.4], [0.6, 0.3, 0.2, 0.1], 0.25, 0.25, 0.9375, 0.95),
    "E2": ([3, 2, 1.5, 0.5, -0.5], [1, -1, -2, -3], 0.225, 0.25, 0.90, 0.916667),
    "E3": ([0.9, 0.8, 0.5, 0.5], [0.5, 0.5, 0.2, 0.1], 0.50, 0.25, 0.875, 0.833333),
    "E4": ([2, 3, 4], [-2, -1, 0], 0, 0, 1, 1),
    "E5": ([-2, -1, 0], [2, 3, 4], 1, 1, 0, 0.383333),
    "E6": ([0.95, 0.9, 0.85, 0.6, 0.55, 0.3, 0.2], [0.7, 0.5, 0.4], 0.309524, 0.333333, 0.619048, 0.420635),
}
P1_LABELS = np.array([1, 1, 1, 1, 0, 0, 0, 0, 1, 0], bool)
P1_SCORES = np.array([0.95, 0.85, 0.65, 0.45, 0.55, 0.35, 0.25, 0.05, 0.75, 0.15])
P2_LABELS = np.array([1, 0, 1, 0, 1, 1], bool)
P2_SCORES = np.array([0.9, 0.82, 0.3, 0.2, 0.95, 0.55])


def _case(name):
    bona_fide, spoof, *expected = CASES[name]
    labels = np.array([False] * len(bona_fide) + [True] * len(spoof))
    return labels, -np.array(bona_fide + spoof, float), expected


@pytest.mark.parametrize("name", CASES)
def test_both_equal_error_rates_auc_and_ap_are_those_of_the_oracle_table(name):
    labels, scores, (asvspoof, interpolated, auc, ap) = _case(name)
    assert equal_error_rate_asvspoof(labels, scores) == pytest.approx(asvspoof, abs=1e-6)
    assert equal_error_rate(labels, scores) == pytest.approx(interpolated, abs=1e-6)
    assert METRICS["auc"](labels, scores, scores > 0) == pytest.approx(auc, abs=1e-6)
    assert METRICS["average_precision"](labels, scores, scores > 0) == pytest.approx(ap, abs=1e-6)


def test_the_first_worked_example_has_its_published_numbers():
    said = P1_SCORES >= 0.5
    expected = {
        "accuracy": 0.8, "f1": 0.8, "mcc": 0.6, "auc": 0.96, "average_precision": 0.966667, "brier": 0.1025,
        "nll": 0.346157, "ece": 0.27, "balanced_accuracy": 0.8, "false_alarm_rate": 0.2, "miss_rate": 0.2,
    }  # fmt: skip
    for name, value in expected.items():
        assert METRICS[name](P1_LABELS, P1_SCORES, said) == pytest.approx(value, abs=1e-6), name
    assert confusion(P1_LABELS, said) == {"tn": 4, "fp": 1, "fn": 1, "tp": 4}
    assert tpr_at_fpr(P1_LABELS, P1_SCORES, 0.0) == pytest.approx(0.8)
    assert tpr_at_fpr(P1_LABELS, P1_SCORES, 0.2) == pytest.approx(1.0)


def test_the_second_worked_example_has_its_published_numbers():
    assert expected_calibration_error(P2_LABELS, P2_SCORES, bins=5) == pytest.approx(0.336667, abs=1e-6)
    assert METRICS["brier"](P2_LABELS, P2_SCORES, P2_SCORES >= 0.5) == pytest.approx(0.236233, abs=1e-6)
    assert METRICS["nll"](P2_LABELS, P2_SCORES, P2_SCORES >= 0.5) == pytest.approx(0.649401, abs=1e-6)
    assert area_under_risk_coverage(P2_LABELS, P2_SCORES) == pytest.approx(0.219444, abs=1e-6)


def test_gaussians_two_deviations_apart_have_the_textbook_auc_and_eer():
    rng = np.random.default_rng(0)
    labels = np.repeat([False, True], 100_000)
    scores = rng.normal(size=200_000) + 2 * labels
    assert METRICS["auc"](labels, scores, scores > 1) == pytest.approx(0.921350, abs=0.002)
    assert equal_error_rate(labels, scores) == pytest.approx(0.158655, abs=0.002)


@pytest.mark.parametrize("compute", [equal_error_rate, equal_error_rate_asvspoof, lambda y, s: tpr_at_fpr(y, s, 0.1)])
def test_one_class_alone_is_refused(compute):
    with pytest.raises(ValueError, match="only one class"):
        compute(np.ones(4, bool), np.arange(4.0))


def test_metrics_of_both_classes_are_undefined_on_one_and_never_zero():
    labels, scores = np.zeros(5, bool), np.linspace(0, 0.4, 5)
    got = {name: metric(labels, scores, scores >= 0.5) for name, metric in METRICS.items()}
    assert {name for name, value in got.items() if value is not None} == {"accuracy", "false_alarm_rate"}
    assert got["accuracy"] == 1.0 and got["false_alarm_rate"] == 0.0


@st.composite
def scored_sets(draw):
    n = draw(st.integers(4, 40))
    labels = np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)), bool)
    labels[:2] = [True, False]
    steps = draw(st.lists(st.integers(0, 20), min_size=n, max_size=n))  # few levels: ties are common
    return labels, np.array(steps) / 20


# aurc breaks ties of confidence by row order, as every published implementation does
ORDER_FREE = sorted(set(METRICS) - {"aurc"})


@settings(max_examples=40, deadline=None)
@given(scored_sets(), st.randoms(use_true_random=False))
def test_row_order_does_not_matter(rows, random):
    labels, scores = rows
    order = np.array(random.sample(range(len(labels)), len(labels)))
    for name in ORDER_FREE:
        before = METRICS[name](labels, scores, scores >= 0.5)
        after = METRICS[name](labels[order], scores[order], scores[order] >= 0.5)
        assert (before is None) == (after is None), name
        assert before is None or before == pytest.approx(after, abs=1e-9), name


@settings(max_examples=40, deadline=None)
@given(scored_sets())
def test_a_monotone_transform_leaves_ranking_metrics_alone(rows):
    labels, scores = rows
    for name in ("auc", "eer", "average_precision", "tpr_at_fpr_1", "tpr_at_fpr_5", "eer_asvspoof"):
        one = METRICS[name](labels, scores, scores >= 0.5)
        other = METRICS[name](labels, scores**3 / 2 + 0.1, scores >= 0.5)
        assert one == pytest.approx(other, abs=1e-9), name


@settings(max_examples=40, deadline=None)
@given(scored_sets())
def test_flipping_the_labels_turns_auc_and_eer_round(rows):
    labels, scores = rows
    assert METRICS["auc"](~labels, scores, scores > 0) == pytest.approx(1 - METRICS["auc"](labels, scores, scores > 0))
    assert equal_error_rate(~labels, -scores) == pytest.approx(equal_error_rate(labels, scores), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(scored_sets())
def test_balanced_accuracy_is_scikit_learns(rows):
    labels, scores = rows
    said = scores >= 0.5
    assert METRICS["balanced_accuracy"](labels, scores, said) == pytest.approx(sk.balanced_accuracy_score(labels, said))


def test_risk_coverage_answers_the_surest_first():
    coverage, risk = risk_coverage(np.array([True, False, True]), np.array([0.99, 0.6, 0.2]))
    assert coverage == pytest.approx([1 / 3, 2 / 3, 1])
    assert risk == pytest.approx([0, 1 / 2, 2 / 3])


def _width(labels, scores, groups):
    low, high = estimate(labels, scores, scores >= 0, groups, names=("auc",), draws=300)["auc"].ci95
    return high - low


def test_duplicating_every_row_within_its_group_does_not_shrink_the_interval():
    rng = np.random.default_rng(1)
    labels = rng.random(120) < 0.5
    scores, groups = rng.normal(size=120) + labels, np.arange(120)
    once = _width(labels, scores, groups)
    twice = _width(np.tile(labels, 2), np.tile(scores, 2), np.tile(groups, 2))
    assert twice == pytest.approx(once, rel=1e-9)


def test_a_plain_interval_is_far_too_narrow_where_clips_share_a_speaker():
    rng = np.random.default_rng(2)
    speaker = np.repeat(np.arange(40), 25)
    labels = speaker % 2 == 0
    scores = 1.3 * labels + rng.normal(size=40)[speaker] + 0.15 * rng.normal(size=1000)
    assert _width(labels, scores, speaker) > 2.5 * _width(labels, scores, np.arange(1000))


def test_an_empty_set_has_no_numbers():
    empty = np.array([], bool)
    got = estimate(empty, np.array([]), empty, np.array([]))
    assert all(e.value is None and e.ci95 is None for e in got.values())


@settings(max_examples=60, deadline=None)
@given(scored_sets(), st.integers(0, 2**31))
def test_weighted_metrics_are_those_of_the_rows_written_out(rows, seed):
    labels, scores = rows
    weights = np.random.default_rng(seed).integers(0, 4, (3, len(labels)))
    weights[:, 2:] = np.maximum(weights[:, 2:], weights[:, 2:].sum(1, keepdims=True) == 0)
    got = draw_metrics(labels, scores, scores >= 0.5, weights.astype(float))
    for draw, weight in enumerate(weights):
        y, p = np.repeat(labels, weight), np.repeat(scores, weight)
        expected = point_values(y, p, p >= 0.5, tuple(got)) if len(y) else dict.fromkeys(got)
        for name, value in expected.items():
            if value is None:
                assert np.isnan(got[name][draw]), name
            else:
                assert got[name][draw] == pytest.approx(value, abs=1e-9), name
