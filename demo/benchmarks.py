"""Finished runs of the harness as they lie on disk: read and laid out, never computed here."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from demo import cards, words

MOST_FIGURE_BYTES = 4 << 20
SHOWN = (
    "auc",
    "accuracy",
    "balanced_accuracy",
    "f1",
    "eer",
    "false_alarm_rate",
    "miss_rate",
    "average_precision",
    "brier",
    "ece",
)


@dataclass(frozen=True)
class Run:
    """One finished run.

    Attributes:
        name: of its folder, relative to where runs are looked for.
        folder: where it lies.
        told: its result.json; empty where that cannot be read.
    """

    name: str
    folder: Path
    told: dict[str, Any]


def find_runs(top: Path) -> tuple[Run, ...]:
    """Runs up to two folders below, by name; a result that cannot be read is a run with nothing told."""
    found = []
    for depth in ("*", "*/*"):
        for file in sorted(top.glob(f"{depth}/result.json")):
            try:
                told = json.loads(file.read_text(encoding="utf-8"))
                if not {"metrics", "record", "counts"} <= set(told):
                    told = {}
            except (OSError, ValueError, TypeError):
                told = {}
            found.append(Run(file.parent.relative_to(top).as_posix(), file.parent, told))
    return tuple(sorted(found, key=lambda r: r.name))


def overview(runs: Sequence[Run]) -> str:
    """One row a run, and the train × test matrices that were drawn of several."""
    rows = []
    for run in runs:
        if not run.told:
            rows.append((run.name, words.BENCH_BROKEN, *[""] * 8))
            continue
        record, counts, overall = run.told["record"], run.told["counts"], run.told["metrics"]["overall"]
        rows.append((
            run.name, record["configuration"]["detector"], record["dataset"]["title"], words.translated(record["level"]), words.translated(record["seen_in_training"]),
            f"{words.count(counts['n_real'])} / {words.count(counts['n_fake'])}", *(_number(overall.get(k)) for k in ("auc", "accuracy", "f1", "eer")),
        ))  # fmt: skip
    table = cards.table(words.BENCH_TABLE, words.BENCH_COLUMNS, rows, 5)
    return f'<section class="dc dc-about"><h2>{escape(words.BENCH_TABLE)}</h2>{table}</section>'


def matrices(top: Path) -> str:
    """Matrices that `python -m eval.matrix` drew below the folder of runs."""
    found = [*sorted(top.glob("*/figures/matrix_*.svg")), *sorted(top.glob("*/*/figures/matrix_*.svg"))]
    return _gallery([(f, words.BENCH_MATRIX.format(name=f.stem.removeprefix("matrix_"))) for f in found])


def run_view(run: Run) -> str:
    """Numbers and figures of one run."""
    if not run.told:
        return cards.error_card(words.BENCH_BROKEN)
    record, counts, overall = run.told["record"], run.told["counts"], run.told["metrics"]["overall"]
    rows = [(words.BENCH_METRICS[k], _number(overall.get(k))) for k in SHOWN if k in overall]
    title = words.BENCH_TITLE.format(detector=record["configuration"]["detector"], dataset=record["dataset"]["title"])
    note = f'<p class="dc-advice">{escape(record["dataset"]["note"])}</p>' if record["dataset"].get("note") else ""
    drawn = [*words.BENCH_FIGURES.items()]
    drawn += [(f"robustness_{k}", words.BENCH_ROBUSTNESS.format(kind=k)) for k in run.told.get("robustness", {})]
    figures = [
        (run.folder / "figures" / f"{name}.svg", words.BENCH_FIGURE.format(figure=told, title=title))
        for name, told in drawn
    ]
    return (
        f'<article class="dc dc-about"><h2>{escape(title)}</h2>{note}'
        f"<p>{escape(words.bench_counts(counts['n_real'], counts['n_fake'], counts['n_scored']))}</p>"
        f"{cards.table(title, (words.BENCH_METRIC, words.BENCH_VALUE), rows, 1)}{_gallery(figures)}</article>"
    )


def _number(estimate: dict[str, Any] | None) -> str:
    if not estimate or estimate.get("value") is None:
        return "–"
    low, high = estimate.get("ci95") or (None, None)
    return words.estimate(estimate["value"], low, high)


def _gallery(figures: Sequence[tuple[Path, str]]) -> str:
    """Figures as pictures, in which a script would not run."""
    parts = []
    for file, name in figures:
        if file.is_file() and file.stat().st_size <= MOST_FIGURE_BYTES:
            data = base64.b64encode(file.read_bytes()).decode("ascii")
            parts.append(f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(name)}" loading="lazy">')
    return f'<div class="dc-bench">{"".join(parts)}</div>' if parts else ""
