"""Expected values are the published worked examples of the evaluation rules, hand counts, or scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from eval.bootstrap import Groups, Sums
from eval.metrics import (
    METRICS,
    area_under_risk_coverage,
    best_temperature,
    confusion,
    delong,
    equal_error_rate,
    equal_error_rate_asvspoof,
    expected_calibration_error,
    point_values,
    pool_frames,
    risk_coverage,
    subgroup_rates,
    tpr_at_fpr,
)
from eval.record import estimate

# name: bona fide scores, spoof scores (higher = bona fide), EER of ASVspoof, interpolated EER, AUC, AP of fake, of bona fide
CASES = {
    "E1": ([0.9, 0.8, 0.7, 0.4], [0.6, 0.3, 0.2, 0.1], 0.25, 0.25, 0.9375, 0.95, 0.95),
    "E2": ([3, 2, 1.5, 0.5, -0.5], [1, -1, -2, -3], 0.225, 0.25, 0.90, 0.916667, 0.926667),
    "E3": ([0.9, 0.8, 0.5, 0.5], [0.5, 0.5, 0.2, 0.1], 0.50, 0.25, 0.875, 0.833333, 0.833333),
    "E4": ([2, 3, 4], [-2, -1, 0], 0, 0, 1, 1, 1),
    "E5": ([-2, -1, 0], [2, 3, 4], 1, 1, 0, 0.383333, 0.383333),
    "E6": ([0.95, 0.9, 0.85, 0.6, 0.55, 0.3, 0.2], [0.7, 0.5, 0.4], 0.309524, 0.333333, 0.619048, 0.420635, 0.857143),
}
P1_LABELS = np.array([1, 1, 1, 1, 0, 0, 0, 0, 1, 0], bool)
P1_SCORES = np.array([0.95, 0.85, 0.65, 0.45, 0.55, 0.35, 0.25, 0.05, 0.75, 0.15])
P2_LABELS = np.array([1, 0, 1, 0, 1, 1], bool)
P2_SCORES = np.array([0.9, 0.82, 0.3, 0.2, 0.95, 0.55])


def each(n):
    """Every row a group of its own."""
    return Groups(np.arange(n), n)


def _case(name):
    bona_fide, spoof, *expected = CASES[name]
    labels = np.array([False] * len(bona_fide) + [True] * len(spoof))
    return labels, -np.array(bona_fide + spoof, float), expected


@pytest.mark.parametrize("name", CASES)
def test_both_equal_error_rates_auc_and_ap_are_those_of_the_oracle_table(name):
    labels, scores, (asvspoof, interpolated, auc, ap, ap_bona_fide) = _case(name)
    assert equal_error_rate_asvspoof(labels, scores) == pytest.approx(asvspoof, abs=1e-6)
    assert equal_error_rate(labels, scores) == pytest.approx(interpolated, abs=1e-6)
    assert METRICS["auc"](labels, scores, scores > 0) == pytest.approx(auc, abs=1e-6)
    assert METRICS["average_precision"](labels, scores, scores > 0) == pytest.approx(ap, abs=1e-6)
    assert METRICS["average_precision"](~labels, -scores, scores < 0) == pytest.approx(ap_bona_fide, abs=1e-6)


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


@settings(max_examples=40)
@given(scored_sets(), st.randoms(use_true_random=False))
def test_row_order_does_not_matter(rows, random):
    labels, scores = rows
    order = np.array(random.sample(range(len(labels)), len(labels)))
    for name in ORDER_FREE:
        before = METRICS[name](labels, scores, scores >= 0.5)
        after = METRICS[name](labels[order], scores[order], scores[order] >= 0.5)
        assert (before is None) == (after is None), name
        assert before is None or before == pytest.approx(after, abs=1e-9), name


@settings(max_examples=40)
@given(scored_sets())
def test_a_monotone_transform_leaves_ranking_metrics_alone(rows):
    labels, scores = rows
    for name in ("auc", "eer", "average_precision", "tpr_at_fpr_1", "tpr_at_fpr_5", "eer_asvspoof"):
        one = METRICS[name](labels, scores, scores >= 0.5)
        other = METRICS[name](labels, scores**3 / 2 + 0.1, scores >= 0.5)
        assert one == pytest.approx(other, abs=1e-9), name


@settings(max_examples=40)
@given(scored_sets())
def test_flipping_the_labels_turns_auc_and_eer_round(rows):
    labels, scores = rows
    assert METRICS["auc"](~labels, scores, scores > 0) == pytest.approx(1 - METRICS["auc"](labels, scores, scores > 0))
    assert equal_error_rate(~labels, -scores) == pytest.approx(equal_error_rate(labels, scores), abs=1e-9)


@settings(max_examples=40)
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


@settings(max_examples=60)
@given(scored_sets(), st.integers(0, 2**31))
def test_weighted_metrics_are_those_of_the_rows_written_out(rows, seed):
    labels, scores = rows
    weights = np.random.default_rng(seed).integers(0, 4, (3, len(labels)))
    weights[:, 2:] = np.maximum(weights[:, 2:], weights[:, 2:].sum(1, keepdims=True) == 0)
    got = Sums(labels, scores, scores >= 0.5, each(len(labels))).metrics(weights.astype(float))
    for draw, weight in enumerate(weights):
        y, p = np.repeat(labels, weight), np.repeat(scores, weight)
        expected = point_values(y, p, p >= 0.5, tuple(got)) if len(y) else dict.fromkeys(got)
        for name, value in expected.items():
            if value is None:
                assert np.isnan(got[name][draw]), name
            else:
                assert got[name][draw] == pytest.approx(value, abs=1e-9), name


def test_the_best_temperature_of_the_first_example_is_the_published_one():
    temperature = best_temperature(P1_LABELS, P1_SCORES)
    assert temperature == pytest.approx(0.330298, abs=1e-5)
    logits = np.log(P1_SCORES / (1 - P1_SCORES)) / temperature
    assert sk.log_loss(P1_LABELS, 1 / (1 + np.exp(-logits))) == pytest.approx(0.245162, abs=1e-6)


def test_the_video_example_has_its_published_numbers_at_each_level():
    ids = np.array(list("AAABBBCCDD"))
    labels = {"A": True, "B": False, "C": True, "D": False}
    scores = np.array([0.9, 0.2, 0.8, 0.4, 0.3, 0.6, 0.55, 0.5, 0.1, 0.7])
    assert sk.roc_auc_score([labels[i] for i in ids], scores) == pytest.approx(0.68)
    for how, auc in (("mean", 1.0), ("maximum", 0.5), ("vote", 1.0)):
        pooled = [pool_frames(scores[ids == i], how) for i in labels]
        assert METRICS["auc"](np.array(list(labels.values())), np.array(pooled), np.array(pooled) > 0.5) == auc, how
    with pytest.raises(ValueError, match="no frames"):
        pool_frames(np.empty(0), "mean")
    with pytest.raises(ValueError, match="not by 'median'"):
        pool_frames(scores, "median")


FAIR = np.array(list("00001111"))
FAIR_LABELS, FAIR_SAID = np.array([0, 0, 1, 1] * 2, bool), np.array([0, 0, 1, 1, 1, 0, 1, 0], bool)


def test_the_fairness_example_has_its_published_rates_and_no_gap_of_so_few():
    rates, gaps = subgroup_rates(FAIR, FAIR_LABELS, FAIR_SAID, np.arange(8))
    assert rates == {
        "0": {"false_alarm_rate": 0.0, "recall": 1.0, "accuracy": 1.0},
        "1": {"false_alarm_rate": 0.5, "recall": 0.5, "accuracy": 0.5},
    }
    assert gaps == {"false_alarm_rate": None, "recall": None, "accuracy": None}


def test_gaps_between_subgroups_need_fifty_groups_of_the_class_in_each():
    many = np.tile(np.arange(8), 25) + 8 * np.repeat(np.arange(25), 8)
    told = [np.tile(a, 25) for a in (FAIR, FAIR_LABELS, FAIR_SAID)]
    assert subgroup_rates(*told, many)[1] == {"false_alarm_rate": 0.5, "recall": 0.5, "accuracy": 0.5}
    assert subgroup_rates(*told, many // 8)[1]["recall"] is None  # 25 groups
    more_fakes = [np.concatenate([a, a[: 8 * 25][np.tile([False, False, True, True] * 2, 25)]]) for a in told]
    few_reals = more_fakes[1] | (np.arange(len(more_fakes[1])) > 100)
    assert (
        subgroup_rates(more_fakes[0], few_reals, more_fakes[2], np.arange(len(few_reals)))[1]["false_alarm_rate"]
        is None
    )


def _delong_by_definition(y, one, other):
    """Every pair of a fake and a real, as the paper writes it."""
    v10, v01 = [], []
    for s in (one, other):
        wins = (s[y][:, None] > s[~y][None]) + 0.5 * (s[y][:, None] == s[~y][None])
        v10.append(wins.mean(1))
        v01.append(wins.mean(0))
    c = np.cov(v10) / y.sum() + np.cov(v01) / (~y).sum()
    gap = v10[1].mean() - v10[0].mean()
    return gap, gap / np.sqrt(c[0, 0] + c[1, 1] - 2 * c[0, 1])


def test_delongs_test_is_that_of_its_definition():
    from scipy.stats import norm

    rng = np.random.default_rng(5)
    y = rng.random(90) < 0.4
    one = (rng.normal(size=90) + y).round(1)
    other = (one + rng.normal(size=90) * 0.7 + 0.3 * y).round(1)
    gap, z = _delong_by_definition(y, one, other)
    difference, p = delong(y, one, other)
    assert difference == pytest.approx(gap) and p == pytest.approx(2 * norm.sf(abs(z)))
    assert difference == pytest.approx(sk.roc_auc_score(y, other) - sk.roc_auc_score(y, one))
    assert delong(y, one, one * 2 + 1) == (0.0, 1.0)


def test_delongs_test_is_as_often_wrong_as_it_says():
    rng = np.random.default_rng(6)
    y = np.arange(120) < 50
    false_finds = [delong(y, y + rng.normal(size=120), y + rng.normal(size=120))[1] < 0.05 for _ in range(400)]
    assert 0.02 < np.mean(false_finds) < 0.09


def test_intervals_of_many_groups_and_scores_are_those_of_a_few_put_together():
    rng = np.random.default_rng(7)
    n = 12_000  # more groups than are drawn one by one, and more different scores than are kept apart
    y = rng.random(n) < 0.3
    p = 1 / (1 + np.exp(-(rng.normal(size=n) + 1.5 * y)))
    told = estimate(y, p, p > 0.5, np.arange(n), names=("auc", "accuracy", "eer", "tpr_at_fpr_1"), draws=400)
    auc = told["auc"]
    assert auc.value == pytest.approx(sk.roc_auc_score(y, p))
    q1, q2 = auc.value / (2 - auc.value), 2 * auc.value**2 / (1 + auc.value)  # Hanley and McNeil, 1982
    m, k = y.sum(), (~y).sum()
    variance = auc.value * (1 - auc.value) + (m - 1) * (q1 - auc.value**2) + (k - 1) * (q2 - auc.value**2)
    assert auc.ci95[1] - auc.ci95[0] == pytest.approx(2 * 1.96 * np.sqrt(variance / (m * k)), rel=0.2)
    share = told["accuracy"]
    assert share.ci95[1] - share.ci95[0] == pytest.approx(
        2 * 1.96 * np.sqrt(share.value * (1 - share.value) / n), rel=0.2
    )
    for name, e in told.items():
        assert e.ci95[0] < e.value < e.ci95[1], name
