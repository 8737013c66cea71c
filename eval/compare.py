"""`python -m eval.compare RUN RUN`: two runs on the same files, paired: differences with intervals, and what flipped."""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from detectors.errors import UsageError
from eval import figures
from eval.bootstrap import Groups, Sums, drawn, spread
from eval.document import Block, Document, Heading, Picture, Points, Table, Text, write_document
from eval.metrics import delong, point_values
from eval.record import write_result
from eval.report import read_run
from eval.rows import Rows, read_rows
from eval.wording import TITLES, number

COMPARED = (
    "auc", "average_precision", "eer", "accuracy", "balanced_accuracy", "f1", "false_alarm_rate", "miss_rate", "brier", "nll",
    "ece",
)  # fmt: skip
DRAWS = 1000


def main(argv: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.compare",
        description="Compares two runs on the same files: paired differences, DeLong's and McNemar's tests, files that flipped.",
    )
    parser.add_argument("one", type=Path, help="folder that eval.run wrote")
    parser.add_argument("other", type=Path, help="another")
    parser.add_argument("--out", type=Path, help="folder (default: runs/compare-ONE-OTHER)")
    parser.add_argument("--seed", type=int, default=0, help="of the intervals (default: %(default)s)")
    options = parser.parse_args(argv)
    out = options.out or Path("runs") / f"compare-{options.one.name}-{options.other.name}"
    try:
        print(write_comparison(options.one, options.other, out, options.seed))
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def write_comparison(one: Path, other: Path, out: Path, seed: int = 0) -> Path:
    """Writes `compare.json`, `flipped.csv`, `report.md`, `report.html` and a figure; returns the report.

    Raises:
        UsageError: a folder holds no finished run, or the two share no files or disagree about what is fake.
    """
    results = [read_run(folder) for folder in (one, other)]
    rows = [read_rows(folder / "predictions.csv") for folder in (one, other)]
    pair = _pair(rows[0], rows[1])
    thresholds = (results[0]["threshold"], results[1]["threshold"])
    told = _compare(pair, thresholds, seed)
    names = [_name(results[k], folder) for k, folder in enumerate((one, other))]
    (out / "figures").mkdir(parents=True, exist_ok=True)
    flipped = _write_flipped(pair, thresholds, out / "flipped.csv")
    counts = {kind: sum(f[-1] == kind for f in flipped) for kind in sorted({f[-1] for f in flipped})}
    write_result(told | {"one": names[0], "other": names[1], "flipped": counts}, out, "compare.json")
    title = results[0]["record"]["dataset"]["title"]
    caption = f"{title}: {told['n_real']:,} real, {told['n_fake']:,} fake that both scored"
    picture = Picture("scores", "Scores of both, file by file", caption)
    figure, axes = figures.new_figure()
    both = ~np.isnan(pair.p).any(0)
    figures.draw_pairs(axes, pair.is_fake[both], pair.p[:, both], thresholds, (names[0], names[1]))
    axes.set_title(f"{picture.title}\n{caption}", fontsize=9, loc="left")
    figures.save(figure, out / "figures", "scores")
    return write_document(_document(told, names, caption, title, counts, pair, picture), out)


class _Pair:
    """Rows of two runs, of the same files in the same order."""

    def __init__(self, sample_id: np.ndarray, is_fake: np.ndarray, method: np.ndarray, group_id: np.ndarray, p: np.ndarray, only: tuple[int, int]) -> None:  # fmt: skip
        self.sample_id, self.is_fake, self.method, self.group_id = sample_id, is_fake, method, group_id
        self.p = p  # (2, n), NaN where not scored
        self.only = only  # files that one run alone has


def _pair(one: Rows, other: Rows) -> _Pair:
    ids, at, there = np.intersect1d(one.sample_id.astype(str), other.sample_id.astype(str), return_indices=True)
    if not len(ids):
        raise UsageError("the two runs share no file; compare runs on the same dataset.")
    order = np.argsort(at)
    at, there = at[order], there[order]
    if np.any(one.is_fake[at] != other.is_fake[there]):
        raise UsageError("the two runs disagree about which files are fake; compare runs on the same dataset.")
    return _Pair(
        one.sample_id[at], one.is_fake[at], one.method[at], one.group_id[at].astype(str),
        np.stack([one.fake_probability[at], other.fake_probability[there]]),
        (len(one.sample_id) - len(ids), len(other.sample_id) - len(ids)),
    )  # fmt: skip


def _compare(pair: _Pair, thresholds: tuple[float, float], seed: int) -> dict[str, Any]:
    """Differences, other less one, over the files that both scored; both draws of a pair are the same groups."""
    both = ~np.isnan(pair.p).any(0)
    y, groups_of = pair.is_fake[both], pair.group_id[both]
    p = pair.p[:, both]
    said = [p[k] >= thresholds[k] for k in (0, 1)]
    told: dict[str, Any] = {
        "n_real": int((~y).sum()), "n_fake": int(y.sum()), "n_groups": len(set(groups_of)),
        "coverage": [float((~np.isnan(pair.p[k])).mean()) for k in (0, 1)], "thresholds": list(thresholds),
    }  # fmt: skip
    values = [point_values(y, p[k], said[k], COMPARED) for k in (0, 1)]
    groups = Groups.of(groups_of, seed)
    draws = (
        drawn([Sums(y, p[k], said[k], groups) for k in (0, 1)], groups, draws=DRAWS, seed=seed) if len(y) else [{}, {}]
    )
    told["differences"] = {}
    for name in COMPARED:
        a, b = values[0][name], values[1][name]
        ci = spread(draws[1][name] - draws[0][name], DRAWS) if a is not None and b is not None else None
        told["differences"][name] = {
            "one": a, "other": b, "value": None if a is None or b is None else b - a, "ci95": None if ci is None else list(ci),
        }  # fmt: skip
    told["delong"] = None
    if y.any() and not y.all():
        difference, p_value = delong(y, p[0], p[1])
        told["delong"] = {"difference": difference, "p_value": p_value}
    right = [s == y for s in said]
    better, worse = int((right[1] & ~right[0]).sum()), int((right[0] & ~right[1]).sum())
    exact = stats.binomtest(better, better + worse).pvalue if better + worse else 1.0
    told["mcnemar"] = {"only_other_right": better, "only_one_right": worse, "p_value": float(exact)}
    return told


def _write_flipped(pair: _Pair, thresholds: tuple[float, float], file: Path) -> list[tuple[str, ...]]:
    """Files whose outcome differs, the largest difference first."""
    found = []
    for i in range(len(pair.sample_id)):
        a, b = pair.p[:, i]
        outcomes = [
            "not scored" if np.isnan(p) else "right" if (p >= t) == pair.is_fake[i] else "wrong"
            for p, t in zip((a, b), thresholds, strict=True)
        ]
        if outcomes[0] != outcomes[1]:
            gap = 2.0 if np.isnan(a) or np.isnan(b) else abs(b - a)
            cells = tuple("" if np.isnan(p) else f"{p:.4f}" for p in (a, b))
            label = "fake" if pair.is_fake[i] else "real"
            found.append(
                (gap, (str(pair.sample_id[i]), label, str(pair.method[i]), *cells, f"{outcomes[0]} → {outcomes[1]}"))
            )
    lines = [line for _, line in sorted(found, key=lambda f: -f[0])]
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerows([("sample_id", "label", "method", "probability_one", "probability_other", "flip"), *lines])
    return lines


def _name(result: dict[str, Any], folder: Path) -> str:
    configuration = result["record"]["configuration"]
    digest = (configuration["weights_digest"] or "")[:6]
    more = [digest, configuration.get("corruption"), folder.name]
    return f"{configuration['detector']} ({', '.join(m for m in more if m)})"


def _document(
    told: dict[str, Any],
    names: list[str],
    caption: str,
    title: str,
    counts: dict[str, int],
    pair: _Pair,
    picture: Picture,
) -> Document:
    rows = tuple(
        (TITLES[k], *(("not defined" if d[w] is None else f"{d[w]:.3f}") for w in ("one", "other")), number(d))
        for k, d in told["differences"].items()
    )
    tests = []
    if told["delong"]:
        tests.append(
            f"DeLong's test of the AUCs: difference {told['delong']['difference']:+.4f}, p = {told['delong']['p_value']:.2g}. It takes "
            f"files for independent ({told['n_real'] + told['n_fake']:,} files in {told['n_groups']:,} groups); where groups are "
            "fewer, trust the interval."
        )
    m = told["mcnemar"]
    tests.append(
        f"McNemar's exact test of the decisions: the other alone is right on {m['only_other_right']:,} files, the one alone on "
        f"{m['only_one_right']:,}, p = {m['p_value']:.2g}."
    )
    flips = "; ".join(f"{kind}: {n:,}" for kind, n in counts.items()) or "none"
    blocks: list[Block] = [
        Text(f"One: **{names[0]}**, threshold {told['thresholds'][0]:.4f}. Other: **{names[1]}**, threshold {told['thresholds'][1]:.4f}."),
        Text(
            f"{caption}. Scored: {told['coverage'][0]:.1%} by the one, {told['coverage'][1]:.1%} by the other. "
            + (f"**{pair.only[0]:,} and {pair.only[1]:,} files stand in one run only and are left out.**" if any(pair.only) else "")
        ),
        Heading("Differences"),
        Table("differences", f"{caption}. Other less one, paired; 95 % percentile bootstrap over groups, 1,000 draws.",
              ("metric", "one", "other", "difference [95 %]"), rows),
        Points(tuple(tests)),
        Heading("Files that flipped"),
        Text(f"{flips}. Every one of them stands in `flipped.csv`, the largest difference first."),
        picture,
    ]  # fmt: skip
    return Document(f"Two runs on {title}", tuple(blocks))


if __name__ == "__main__":
    sys.exit(main())
