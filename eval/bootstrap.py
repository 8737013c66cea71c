"""Percentile bootstrap over groups, many draws at once.

A draw is a weight for every group: how often it was drawn. Every metric here is a function of sums over groups, so all
draws are a matrix product; a draw at a time through scikit-learn took 200 times as long. The tests hold these numbers
against scikit-learn's on the rows written out.

Sets of more than `MOST_GROUPS` groups have them put together at random into so many, which leaves an interval what it is
in expectation; more than `MOST_SCORES` different scores are merged with their neighbours for the spread of ranking
metrics, whose centre stays the exact value. So a million rows cost seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from eval.metrics import (
    COST_FALSE_ALARM,
    COST_MISS,
    ECE_BINS,
    LOG_EDGE,
    SPOOF_PRIOR,
    Estimate,
    bona_fide_llr,
    detection_cost,
    ece_bin,
)

MOST_GROUPS = 5_000
MOST_SCORES = 10_000
CHUNK_CELLS = 4_000_000  # draws times groups or scores held at once: about 200 MB at the peak
LEAST_SHARE = 0.5  # of the draws must define a metric for its interval to be given
RANKING = ("auc", "average_precision", "eer", "min_dcf", "tpr_at_fpr_1", "tpr_at_fpr_5")
ONE_CLASS_WILL_DO = ("accuracy", "precision", "recall", "false_alarm_rate", "miss_rate")


@dataclass(frozen=True, eq=False)
class Groups:
    """Which rows are drawn together.

    Attributes:
        of_row: int (n,), the number of each row's group.
        count: of groups.
    """

    of_row: np.ndarray
    count: int

    @classmethod
    def of(cls, group_id: np.ndarray, seed: int) -> Groups:
        """Groups of rows by their names, put together at random where there are more than `MOST_GROUPS`."""
        names, which = np.unique(group_id, return_inverse=True)
        if len(names) <= MOST_GROUPS:
            return cls(which, len(names))
        together = np.random.default_rng(seed).permutation(len(names)) % MOST_GROUPS
        return cls(together[which], MOST_GROUPS)

    def weights(self, draws: int, seed: int, at_once: int) -> Iterator[np.ndarray]:
        """How often each group was drawn, float64 (some draws, count), until `draws` are given out."""
        rng = np.random.default_rng(seed)
        chance = np.full(self.count, 1 / self.count)
        for first in range(0, draws, at_once):
            yield rng.multinomial(self.count, chance, size=min(at_once, draws - first)).astype(np.float64)


class Sums:
    """What the metrics of a set are made of, summed over each group.

    Args:
        is_fake: bool (n,).
        probability: (n,), of fake.
        said_fake: bool (n,).
        groups: of the rows.
    """

    def __init__(self, is_fake: np.ndarray, probability: np.ndarray, said_fake: np.ndarray, groups: Groups) -> None:
        y, p, d = is_fake, np.asarray(probability, np.float64), said_fake
        clipped, llr = np.clip(p, LOG_EDGE, 1 - LOG_EDGE), bona_fide_llr(p)
        accepted = llr >= np.log(SPOOF_PRIOR * COST_FALSE_ALARM / ((1 - SPOOF_PRIOR) * COST_MISS))
        columns = [
            ~y & ~d, ~y & d, y & ~d, y & d, (p - y) ** 2, -np.where(y, np.log(clipped), np.log1p(-clipped)),
            ~y & ~accepted, y & accepted, ~y * np.logaddexp(0, -llr), y * np.logaddexp(0, llr),
        ]  # fmt: skip
        which = ece_bin(p)
        columns += [np.where(which == b, p - y, 0.0) for b in range(ECE_BINS)]
        self._table = np.stack([np.bincount(groups.of_row, c, groups.count) for c in columns], 1)
        order = np.argsort(-p, kind="stable")
        new = np.concatenate([[True], np.diff(p[order]) != 0]) if len(p) else np.empty(0, bool)
        place = np.cumsum(new) - 1  # of a row's score among the different ones, highest first
        different = int(place[-1]) + 1 if len(place) else 0
        self.merged = different > MOST_SCORES
        if self.merged:
            # Runs of neighbouring scores with about equally many rows; equal scores are never parted.
            firsts = np.flatnonzero(new)
            run = (firsts * MOST_SCORES) // len(p)
            place = (np.cumsum(np.concatenate([[True], np.diff(run) != 0])) - 1)[place]
            different = int(place[-1]) + 1
        rank = np.empty(len(p), np.int64)
        rank[order] = place
        self.scores = different
        shape = (different, groups.count)
        self._hits = sparse.csr_array((y.astype(float), (rank, groups.of_row)), shape)
        self._alarms = sparse.csr_array(((~y).astype(float), (rank, groups.of_row)), shape)

    def metrics(self, weights: np.ndarray, *, ranking: bool = True) -> dict[str, np.ndarray]:
        """Metrics of weighted groups, each float64 (draws,), NaN where a draw cannot define one.

        Args:
            weights: (draws, groups), how often each group counts.
            ranking: also those that need the order of the scores, which cost most.
        """
        sums = weights @ self._table
        tn, fp, fn, tp, brier, nll, refused, let_in, bits_real, bits_fake = sums.T[:10]
        with np.errstate(divide="ignore", invalid="ignore"):
            reals, fakes, total = tn + fp, fn + tp, tn + fp + fn + tp
            f1_fake, f1_real = 2 * tp / (2 * tp + fp + fn), 2 * tn / (2 * tn + fp + fn)
            root = np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
            out = {
                "accuracy": (tp + tn) / total,
                "balanced_accuracy": (tp / fakes + tn / reals) / 2,
                "precision": tp / (tp + fp),
                "recall": tp / fakes,
                "f1": f1_fake,
                "macro_f1": (f1_fake + f1_real) / 2,
                "mcc": np.where(root > 0, (tp * tn - fp * fn) / root, 0.0),
                "false_alarm_rate": fp / reals,
                "miss_rate": fn / fakes,
                "brier": brier / total,
                "nll": nll / total,
                "ece": np.abs(sums[:, 10:]).sum(1) / total,
                "act_dcf": detection_cost(refused / reals, let_in / fakes),
                "cllr": (bits_real / reals + bits_fake / fakes) / (2 * np.log(2)),
            } | (self._rankings(weights, reals, fakes) if ranking else {})
        one_class = (reals == 0) | (fakes == 0)
        return {k: v if k in ONE_CLASS_WILL_DO else np.where(one_class, np.nan, v) for k, v in out.items()}

    def _rankings(self, weights: np.ndarray, reals: np.ndarray, fakes: np.ndarray) -> dict[str, np.ndarray]:
        """What comes from the ROC, equal scores merged."""
        start = np.zeros((len(weights), 1))
        hits = np.concatenate([start, np.cumsum((self._hits @ weights.T).T, 1)], 1)
        alarms = np.concatenate([start, np.cumsum((self._alarms @ weights.T).T, 1)], 1)
        tpr, fpr = hits / fakes[:, None], alarms / reals[:, None]
        precision = hits[:, 1:] / (hits[:, 1:] + alarms[:, 1:])
        gained = np.diff(tpr, axis=1)
        gap = fpr - (1 - tpr)
        at = np.maximum((gap >= 0).argmax(1), 1)[:, None]
        before, after = np.take_along_axis(gap, at - 1, 1), np.take_along_axis(gap, at, 1)
        left, right = np.take_along_axis(fpr, at - 1, 1), np.take_along_axis(fpr, at, 1)
        return {
            "auc": (np.diff(fpr, axis=1) * (tpr[:, 1:] + tpr[:, :-1])).sum(1) / 2,
            "average_precision": np.where(gained > 0, gained * precision, 0.0).sum(1),
            "eer": (left - before / (after - before) * (right - left))[:, 0],
            "min_dcf": detection_cost(fpr, 1 - tpr).min(1),
            "tpr_at_fpr_1": np.where(fpr <= 0.01 + 1e-12, tpr, 0).max(1),
            "tpr_at_fpr_5": np.where(fpr <= 0.05 + 1e-12, tpr, 0).max(1),
        }


def drawn(
    sets: list[Sums], groups: Groups, *, draws: int, seed: int, ranking: bool = True
) -> list[dict[str, np.ndarray]]:
    """Metrics of the same draws for several sets over the same groups, so that their differences are paired."""
    wide = max(groups.count, *(s.scores for s in sets), 1)
    parts: list[dict[str, list[np.ndarray]]] = [{} for _ in sets]
    for weights in groups.weights(draws, seed, max(1, CHUNK_CELLS // wide)):
        for part, one in zip(parts, sets, strict=True):
            for name, values in one.metrics(weights, ranking=ranking).items():
                part.setdefault(name, []).append(values)
    return [{name: np.concatenate(chunks) for name, chunks in part.items()} for part in parts]


def intervals(
    is_fake: np.ndarray,
    probability: np.ndarray,
    said_fake: np.ndarray,
    group_id: np.ndarray,
    values: dict[str, float | None],
    *,
    draws: int,
    seed: int,
) -> dict[str, tuple[float, float]]:
    """95 % intervals of the metrics whose exact values are given, as far as `Sums` knows them."""
    groups = Groups.of(group_id, seed)
    sums = Sums(is_fake, probability, said_fake, groups)
    ranking = [name for name in RANKING if name in values]
    found = drawn([sums], groups, draws=draws, seed=seed, ranking=bool(ranking))[0]
    if sums.merged and ranking:
        merged = sums.metrics(np.ones((1, groups.count)))
        for name in ranking:
            if (centre := values[name]) is not None:
                found[name] = found[name] + centre - merged[name]
    told = {name: spread(found[name], draws) for name in values if name in found}
    return {name: ci for name, ci in told.items() if ci is not None}


def spread(values: np.ndarray, draws: int) -> tuple[float, float] | None:
    """The middle 95 % of what was drawn; None where too few draws could define it."""
    values = values[~np.isnan(values)]
    if len(values) < LEAST_SHARE * draws:
        return None
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def with_intervals(values: dict[str, float | None], found: dict[str, tuple[float, float]]) -> dict[str, Estimate]:
    """Point values and intervals side by side; none where the value itself is undefined."""
    return {name: Estimate(v, None if v is None else found.get(name)) for name, v in values.items()}
