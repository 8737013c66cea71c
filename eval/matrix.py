"""`python -m eval.matrix RUN…`: several runs as one table and one figure, detectors against datasets."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from detectors.errors import UsageError
from eval import figures
from eval.document import Block, Document, Heading, Picture, Table, Text, write_document
from eval.wording import number

SHOWN = {"accuracy": "accuracy", "balanced_accuracy": "balanced accuracy", "f1": "F1", "auc": "AUC", "eer": "EER"}


def main(argv: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.matrix",
        description="Accuracy, F1, AUC and EER of several runs, detectors against datasets.",
    )
    parser.add_argument("runs", type=Path, nargs="+", help="folders that eval.run wrote, or folders that hold such")
    parser.add_argument("--out", type=Path, default=Path("runs/matrix"), help="folder (default: %(default)s)")
    options = parser.parse_args(argv)
    try:
        print(write_matrix(options.runs, options.out))
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def find_runs(folders: Sequence[Path]) -> list[Path]:
    """Finished runs: the folders themselves, or those right below them.

    Raises:
        UsageError: one holds none.
    """
    out = []
    for folder in folders:
        found = (
            [folder] if (folder / "result.json").is_file() else sorted(p.parent for p in folder.glob("*/result.json"))
        )
        if not found:
            raise UsageError(f"{folder} holds no finished run.")
        out += found
    return list(dict.fromkeys(out))


def write_matrix(folders: Sequence[Path], out: Path) -> Path:
    """Writes `report.md`, `report.html`, `tables/` and `figures/` into a folder; returns the first.

    Raises:
        UsageError: a folder holds no finished run.
    """
    runs = [json.loads((folder / "result.json").read_text(encoding="utf-8")) for folder in find_runs(folders)]
    (out / "figures").mkdir(parents=True, exist_ok=True)
    blocks: list[Block] = [
        Text(
            "Every row is one run, at its own level; levels are never compared. Fake is the positive class; 95 % intervals over "
            "groups. A number below its “always the larger class” is worth nothing."
        ),
        _table(runs),
    ]
    kinds = sorted({(r["record"]["kind"], r["record"]["level"]) for r in runs})
    pictures = [picture for kind, level in kinds if (picture := _figure(runs, kind, level, out / "figures"))]
    if pictures:
        blocks += [Heading("Trained on, measured on"), *pictures]
    return write_document(Document("Detectors and datasets", tuple(blocks)), out)


def _called(run: dict[str, Any]) -> tuple[str, str]:
    """Names of a run's detector and dataset, the latter with split and corruption."""
    configuration = run["record"]["configuration"]
    parts = [configuration["split"], configuration.get("corruption")]
    more = ", ".join(p for p in parts if p)
    digest = (configuration["weights_digest"] or "")[:6]
    return (
        configuration["detector"] + (f" ({digest})" if digest else ""),
        run["record"]["dataset"]["title"] + (f" ({more})" if more else ""),
    )


def _table(runs: list[dict[str, Any]]) -> Table:
    rows = []
    for run in runs:
        detector, dataset = _called(run)
        overall, counts = run["metrics"]["overall"], run["counts"]
        majority = run["metrics"]["majority"]["accuracy_always_majority"]
        rows.append((
            run["record"]["seen_in_training"], detector, dataset, run["record"]["level"],
            f"{counts['n_real']:,} / {counts['n_fake']:,}", "" if counts["coverage"] is None else f"{counts['coverage']:.1%}",
            "" if majority is None else f"{majority:.3f}", *(number(overall[name]) for name in SHOWN),
        ))  # fmt: skip
    return Table(
        "datasets", "Each run's own threshold, from its card.",
        ("seen in training", "detector", "measured on", "level", "real / fake", "scored", "always the larger class", *SHOWN.values()),
        tuple(rows), 4,
    )  # fmt: skip


def _figure(runs: list[dict[str, Any]], kind: str, level: str, folder: Path) -> Picture | None:
    """AUC of each detector on each dataset at one level."""
    some = [r for r in runs if (r["record"]["kind"], r["record"]["level"]) == (kind, level)]
    cells = {_called(r): r for r in some}
    if len(cells) < 2:
        return None
    rows = list(dict.fromkeys(d for d, _ in cells))
    columns = list(dict.fromkeys(s for _, s in cells))
    values = np.full((len(rows), len(columns)), np.nan)
    words = [[""] * len(columns) for _ in rows]
    seen = np.zeros(values.shape, bool)
    for (detector, dataset), run in cells.items():
        i, j = rows.index(detector), columns.index(dataset)
        auc = run["metrics"]["overall"]["auc"]
        if auc["value"] is not None:
            values[i, j] = auc["value"]
            ci = auc["ci95"]
            words[i][j] = f"{auc['value']:.3f}" + (f"\n[{ci[0]:.3f}, {ci[1]:.3f}]" if ci else "")
            seen[i, j] = run["record"]["seen_in_training"] in ("same dataset", "yes")
    name, title = f"matrix_{kind}_{level}", f"AUC at {level} level"
    caption = "Rows: what was trained; columns: what it was measured on, with 95 % intervals over groups. Hatched: seen in training."
    figure, axes = figures.new_figure((2.6 + 1.35 * len(columns), 1.9 + 0.62 * len(rows)))
    figures.draw_matrix(axes, values, words, rows, columns, seen, "AUC")
    axes.set_title(title, fontsize=10, loc="left")
    figures.save(figure, folder, name)
    return Picture(name, title, caption)


if __name__ == "__main__":
    sys.exit(main())
