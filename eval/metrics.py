"""Arrays to numbers. Fake is the positive class, and a higher score means more fake.

scikit-learn computes what it has; what stands here is what it lacks. A metric that a set cannot define, because it
holds one class only, is None: neither 0 nor 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats
from sklearn import metrics as sk

ECE_BINS = 10
# Costs of ASVspoof 2019 and 2021 without a speaker verifier behind: a spoof in twenty, and letting it in costs ten.
SPOOF_PRIOR, COST_MISS, COST_FALSE_ALARM = 0.05, 1.0, 10.0
DCF_NORM = min((1 - SPOOF_PRIOR) * COST_MISS, SPOOF_PRIOR * COST_FALSE_ALARM)
LOG_EDGE = 1e-7  # keeps the log loss finite where a probability is 0 or 1


def _both(is_fake: np.ndarray) -> bool:
    return bool(is_fake.any() and not is_fake.all())


def _need_both(is_fake: np.ndarray) -> None:
    if not _both(is_fake):
        raise ValueError("only one class is present")


def roc_points(is_fake: np.ndarray, fake_score: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """False-positive rates, true-positive rates and thresholds, equal scores merged, no point dropped.

    Raises:
        ValueError: only one class is present.
    """
    _need_both(is_fake)
    return sk.roc_curve(is_fake, fake_score, drop_intermediate=False)


def equal_error_rate(is_fake: np.ndarray, fake_score: np.ndarray) -> float:
    """Rate at which false alarms equal misses, on the linearly interpolated ROC.

    Args:
        is_fake: bool, shape (n,).
        fake_score: shape (n,), higher means more likely fake; any scale.

    Returns:
        A fraction in [0, 1], not per cent.

    Raises:
        ValueError: only one class is present.
    """
    fpr, tpr, _ = roc_points(is_fake, fake_score)
    gap = fpr - (1 - tpr)  # rises from −1 to 1
    at = int(np.searchsorted(gap >= 0, True))
    if at == 0 or gap[at] == 0:
        return float(fpr[at])
    share = -gap[at - 1] / (gap[at] - gap[at - 1])
    return float(fpr[at - 1] + share * (fpr[at] - fpr[at - 1]))


def equal_error_rate_asvspoof(is_fake: np.ndarray, fake_score: np.ndarray) -> float:
    """EER as the ASVspoof challenge's evaluation computes it: mean of both rates at the closest threshold, every
    score a threshold of its own even where scores are equal (bona fide sorted first among equals).

    Raises:
        ValueError: only one class is present.
    """
    _need_both(is_fake)
    bona_fide_score = -np.asarray(fake_score, dtype=np.float64)
    scores = np.concatenate([bona_fide_score[~is_fake], bona_fide_score[is_fake]])
    target = np.concatenate([np.ones((~is_fake).sum()), np.zeros(is_fake.sum())])
    target = target[np.argsort(scores, kind="mergesort")]
    hits = np.cumsum(target)
    below = is_fake.sum() - (np.arange(1, len(target) + 1) - hits)
    miss = np.concatenate([[0.0], hits / (~is_fake).sum()])
    alarm = np.concatenate([[1.0], below / is_fake.sum()])
    at = int(np.argmin(np.abs(miss - alarm)))
    return float((miss[at] + alarm[at]) / 2)


def min_dcf(is_fake: np.ndarray, fake_score: np.ndarray) -> float:
    """Smallest normalised detection cost over all thresholds (NIST; ASVspoof's prior and costs).

    Raises:
        ValueError: only one class is present.
    """
    fpr, tpr, _ = roc_points(is_fake, fake_score)  # a false alarm here is a bona fide voice refused: ASVspoof's miss
    return float(detection_cost(fpr, 1 - tpr).min())


def act_dcf(is_fake: np.ndarray, bona_fide_llr: np.ndarray) -> float:
    """Normalised detection cost at the threshold that Bayes' rule sets on log-likelihood ratios, bona fide over spoof.

    Raises:
        ValueError: only one class is present.
    """
    _need_both(is_fake)
    threshold = np.log(SPOOF_PRIOR * COST_FALSE_ALARM / ((1 - SPOOF_PRIOR) * COST_MISS))
    accepted = bona_fide_llr >= threshold
    return float(detection_cost((~accepted[~is_fake]).mean(), accepted[is_fake].mean()))


def detection_cost(refused: np.ndarray, let_in: np.ndarray) -> np.ndarray:
    """Normalised cost of refusing that share of bona fide voices and letting in that share of spoofs."""
    return ((1 - SPOOF_PRIOR) * COST_MISS * refused + SPOOF_PRIOR * COST_FALSE_ALARM * let_in) / DCF_NORM


def cllr(is_fake: np.ndarray, bona_fide_llr: np.ndarray) -> float:
    """Cost of log-likelihood ratios in bits (Brümmer and du Preez, 2006): 0 is perfect, 1 says nothing.

    Raises:
        ValueError: only one class is present.
    """
    _need_both(is_fake)
    llr = np.asarray(bona_fide_llr, dtype=np.float64)
    bona_fide, spoof = np.logaddexp(0, -llr[~is_fake]).mean(), np.logaddexp(0, llr[is_fake]).mean()
    return float((bona_fide + spoof) / (2 * np.log(2)))


def bona_fide_llr(probability: np.ndarray) -> np.ndarray:
    """Log-likelihood ratio of bona fide over spoof from a probability of fake that was calibrated at even odds."""
    p = np.clip(probability, LOG_EDGE, 1 - LOG_EDGE)
    return np.log1p(-p) - np.log(p)


def tpr_at_fpr(is_fake: np.ndarray, fake_score: np.ndarray, fpr_limit: float) -> float:
    """Largest share of fakes found at a threshold whose false-positive rate does not pass `fpr_limit`.

    Raises:
        ValueError: only one class is present.
    """
    fpr, tpr, _ = roc_points(is_fake, fake_score)
    return float(tpr[fpr <= fpr_limit + 1e-12].max())


def expected_calibration_error(is_fake: np.ndarray, probability: np.ndarray, bins: int = ECE_BINS) -> float:
    """Weighted gap between mean probability and share of fakes, over equal-width bins of the positive class.

    A probability on an edge belongs to the bin below it, and 0 to the first (Naeini et al., 2015).
    """
    which = ece_bin(probability, bins)
    count = np.bincount(which, minlength=bins)
    gap = np.abs(np.bincount(which, probability, bins) - np.bincount(which, is_fake.astype(float), bins))
    return float(gap[count > 0].sum() / len(is_fake))


def ece_bin(probability: np.ndarray, bins: int = ECE_BINS) -> np.ndarray:
    """Number of the bin that each probability belongs to, int (n,)."""
    return np.clip(np.ceil(np.asarray(probability) * bins - 1e-9).astype(int) - 1, 0, bins - 1)


def best_temperature(is_fake: np.ndarray, probability: np.ndarray) -> float:
    """The temperature by which the logits must be divided for the least log loss (Guo et al., 2017).

    Above 1 the detector is too sure of itself. Found on the very set that is measured, it is an oracle's.

    Raises:
        ValueError: only one class is present.
    """
    _need_both(is_fake)
    logits = -bona_fide_llr(probability)

    def loss(log_temperature: float) -> float:
        z = logits / np.exp(log_temperature)
        return float(np.where(is_fake, np.logaddexp(0, -z), np.logaddexp(0, z)).mean())

    return float(np.exp(optimize.minimize_scalar(loss, bounds=(-5, 5), method="bounded", options={"xatol": 1e-9}).x))


def pool_frames(frame_scores: np.ndarray, how: str, threshold: float = 0.5) -> float:
    """One score of a clip from its frames': their "mean", "maximum", or "vote", the share that counts as fake.

    Raises:
        ValueError: there are no frames, or no such way.
    """
    if not len(frame_scores):
        raise ValueError("there are no frames")
    if how == "mean":
        return float(frame_scores.mean())
    if how == "maximum":
        return float(frame_scores.max())
    if how == "vote":
        return float((frame_scores >= threshold).mean())
    raise ValueError(f"frames are pooled by mean, maximum or vote, not by {how!r}")


LEAST_GROUPS = 50  # of a class in every subgroup, before a difference between subgroups is worth printing


def subgroup_rates(
    subgroup: np.ndarray, is_fake: np.ndarray, said_fake: np.ndarray, group_id: np.ndarray, least: int = LEAST_GROUPS
) -> tuple[dict[str, dict[str, float | None]], dict[str, float | None]]:
    """Rates of each subgroup, and the gap (largest less smallest) of each rate over subgroups.

    Args:
        subgroup: str (n,).
        is_fake: bool (n,).
        said_fake: bool (n,).
        group_id: (n,).
        least: with fewer groups than so many of a class in some subgroup, a gap is None: not measurable.

    Returns:
        By subgroup, and as gaps: "false_alarm_rate", "recall", "accuracy".
    """
    rates: dict[str, dict[str, float | None]] = {}
    enough = {False: True, True: True}
    for name in sorted(set(subgroup)):
        these = subgroup == name
        y, d = is_fake[these], said_fake[these]
        rates[name] = {"false_alarm_rate": _rate(d[~y]), "recall": _rate(d[y]), "accuracy": _rate(y == d)}
        for fake in (False, True):
            enough[fake] &= len(set(group_id[these][y == fake])) >= least
    needs = {"false_alarm_rate": enough[False], "recall": enough[True], "accuracy": enough[False] and enough[True]}
    gaps: dict[str, float | None] = {}
    for rate, ok in needs.items():
        values = [v for r in rates.values() if (v := r[rate]) is not None]
        gaps[rate] = max(values) - min(values) if ok and len(values) == len(rates) > 1 else None
    return rates, gaps


def delong(is_fake: np.ndarray, one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Difference of two AUCs on the same files, other less one, and the two-sided p-value of DeLong's test.

    DeLong, DeLong and Clarke-Pearson, Biometrics 1988, by the ranks of Sun and Xu, 2014. It takes files for independent: where
    several share a person, the paired bootstrap over groups is the one to trust. The p-value is 1 where the two rank alike.

    Raises:
        ValueError: only one class is present.
    """
    _need_both(is_fake)
    m, n = int(is_fake.sum()), int((~is_fake).sum())
    of_fake, of_real, aucs = [], [], []
    for scores in (one, other):
        fakes, reals = scores[is_fake], scores[~is_fake]
        among_all = stats.rankdata(np.concatenate([fakes, reals]))
        of_fake.append((among_all[:m] - stats.rankdata(fakes)) / n)
        of_real.append(1 - (among_all[m:] - stats.rankdata(reals)) / m)
        aucs.append(of_fake[-1].mean())
    covariance = np.cov(of_fake) / m + np.cov(of_real) / n if min(m, n) > 1 else np.zeros((2, 2))
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    difference = float(aucs[1] - aucs[0])
    if variance <= 1e-18:
        return difference, 1.0 if difference == 0 else 0.0
    return difference, float(2 * stats.norm.sf(abs(difference) / np.sqrt(variance)))


def risk_coverage(
    is_fake: np.ndarray, probability: np.ndarray, threshold: float = 0.5
) -> tuple[np.ndarray, np.ndarray]:
    """Coverage and error rate when only the surest are answered, surest first (Geifman and El-Yaniv, 2017).

    How sure: the larger of p and 1 − p.
    """
    wrong = (probability >= threshold) != is_fake
    order = np.argsort(-np.maximum(probability, 1 - probability), kind="stable")
    n = np.arange(1, len(wrong) + 1)
    return n / len(wrong), np.cumsum(wrong[order]) / n


def area_under_risk_coverage(is_fake: np.ndarray, probability: np.ndarray, threshold: float = 0.5) -> float:
    """AURC: mean risk over all coverages."""
    return float(risk_coverage(is_fake, probability, threshold)[1].mean())


def confusion(is_fake: np.ndarray, said_fake: np.ndarray) -> dict[str, int]:
    """Counts tn, fp, fn, tp."""
    tn, fp, fn, tp = sk.confusion_matrix(is_fake, said_fake, labels=[False, True]).ravel()
    return {"tn": int(tn), "fp": int(fp), "fn": int(fn), "tp": int(tp)}


def _rate(part: np.ndarray) -> float | None:
    return float(part.mean()) if part.size else None


Metric = Callable[[np.ndarray, np.ndarray, np.ndarray], "float | None"]  # labels, probabilities, decisions


def _if_both(compute: Callable[[np.ndarray, np.ndarray, np.ndarray], float]) -> Metric:
    return lambda y, p, d: float(compute(y, p, d)) if _both(y) else None


# Every metric of a table, by name. A new one is a function above and a line here (and in the law test).
METRICS: dict[str, Metric] = {
    "auc": _if_both(lambda y, p, d: sk.roc_auc_score(y, p)),
    "accuracy": lambda y, p, d: _rate(y == d),
    "balanced_accuracy": _if_both(lambda y, p, d: (d[y].mean() + (~d[~y]).mean()) / 2),
    "precision": lambda y, p, d: _rate(y[d]),
    "recall": lambda y, p, d: _rate(d[y]),
    "f1": _if_both(lambda y, p, d: sk.f1_score(y, d, zero_division=0)),
    "macro_f1": _if_both(lambda y, p, d: sk.f1_score(y, d, average="macro", zero_division=0)),
    "mcc": _if_both(lambda y, p, d: sk.matthews_corrcoef(y, d)),
    "false_alarm_rate": lambda y, p, d: _rate(d[~y]),
    "miss_rate": lambda y, p, d: _rate(~d[y]),
    "average_precision": _if_both(lambda y, p, d: sk.average_precision_score(y, p)),
    "eer": _if_both(lambda y, p, d: equal_error_rate(y, p)),
    "eer_asvspoof": _if_both(lambda y, p, d: equal_error_rate_asvspoof(y, p)),
    "tpr_at_fpr_1": _if_both(lambda y, p, d: tpr_at_fpr(y, p, 0.01)),
    "tpr_at_fpr_5": _if_both(lambda y, p, d: tpr_at_fpr(y, p, 0.05)),
    "brier": _if_both(lambda y, p, d: sk.brier_score_loss(y, p)),
    "nll": _if_both(lambda y, p, d: sk.log_loss(y, np.clip(p, LOG_EDGE, 1 - LOG_EDGE))),
    "ece": _if_both(lambda y, p, d: expected_calibration_error(y, p)),
    "aurc": _if_both(lambda y, p, d: area_under_risk_coverage(y, p)),
}

# For speech besides these, as the ASVspoof challenges print them.
SPEECH_METRICS: dict[str, Metric] = {
    "min_dcf": _if_both(lambda y, p, d: min_dcf(y, p)),
    "act_dcf": _if_both(lambda y, p, d: act_dcf(y, bona_fide_llr(p))),
    "cllr": _if_both(lambda y, p, d: cllr(y, bona_fide_llr(p))),
}


@dataclass(frozen=True)
class Estimate:
    """A number with its interval.

    Attributes:
        value: None when the set cannot define it.
        ci95: percentile bootstrap over groups; None when too few draws could define it, and for the two metrics that
            depend on the order of equal rows (AURC, ASVspoof's EER).
    """

    value: float | None
    ci95: tuple[float, float] | None


def point_values(
    is_fake: np.ndarray, probability: np.ndarray, said_fake: np.ndarray, names: tuple[str, ...] = tuple(METRICS)
) -> dict[str, float | None]:
    """The named metrics of a set; all None of an empty one."""
    if not len(is_fake):
        return dict.fromkeys(names)
    known = METRICS | SPEECH_METRICS
    return {name: known[name](is_fake, probability, said_fake) for name in names}
