"""`python -m training.measured RUN…`: writes what finished evaluation runs measured on the card of the weights they used."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

from detectors.card import WEIGHTS_DIR, Metric, WeightsCard, read_card, write_card
from detectors.errors import DeepfakeError, UsageError

NAMES = ("auc", "eer", "balanced_accuracy", "false_alarm_rate", "miss_rate", "ece")


def main(argv: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.measured", description=__doc__)
    parser.add_argument(
        "runs", nargs="+", metavar="TITLE=RUN", help="how the table names the data, and the run's folder"
    )
    parser.add_argument("--weights", type=Path, default=WEIGHTS_DIR)
    options = parser.parse_args(argv)
    try:
        for word in options.runs:
            title, _, folder = word.partition("=")
            path = Path(folder) / "result.json"
            if not path.is_file():
                raise UsageError(f"{word!r}: there is no finished run in {folder!r}; write TITLE=FOLDER.")
            result = json.loads(path.read_text(encoding="utf-8"))
            configuration = result["record"]["configuration"]
            card = read_card(configuration["detector"], options.weights)
            if configuration["weights_digest"] != card.digest:
                raise UsageError(f"{folder} was measured with other weights ({configuration['weights_digest'][:12]}).")
            write_card(add_metrics(card, title, result), options.weights)
            print(f"{card.name}: {title}")
    except DeepfakeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def add_metrics(card: WeightsCard, title: str, result: dict[str, Any]) -> WeightsCard:
    """The card with a run's numbers in the place of earlier ones of that title."""
    split = result["record"]["configuration"]["split"] or "all"
    # Of the files that were scored: what the numbers were computed on.
    matrix = result["confusion_matrix"]
    n_real, n_fake = matrix["tn"] + matrix["fp"], matrix["fn"] + matrix["tp"]
    new = []
    for name in NAMES:
        told = result["metrics"]["overall"][name]
        if told["value"] is not None:
            low, high = (round(v, 4) for v in told["ci95"]) if told["ci95"] else (None, None)
            new.append(
                Metric(
                    title,
                    split,
                    result["record"].get("level", "image"),
                    name,
                    round(told["value"], 4),
                    low,
                    high,
                    n_real,
                    n_fake,
                )
            )
    kept = tuple(m for m in card.metrics if (m.dataset, m.split) != (title, split))
    return dataclasses.replace(card, metrics=(*kept, *new))


if __name__ == "__main__":
    sys.exit(main())
