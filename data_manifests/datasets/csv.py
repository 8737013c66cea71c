"""Anyone's own list: a CSV file with a path and a label in words, and whatever else it tells.

Columns: `path` (relative to the list) and `label` ("real", "bonafide", "bona-fide" or "fake", "spoof"); optional are
`method` or `system`, `source`, `group` or `speaker`, and `split`. Labels in digits are refused, because collections
disagree about which of them 1 means.
"""

from __future__ import annotations

import csv as csv_files
from pathlib import Path

from data_manifests.datasets.folder import SPLITS, kind_of
from data_manifests.schema import DatasetCard, Sample
from detectors.errors import DatasetError

CARD = DatasetCard(
    name="csv",
    title="List",
    kind="image",
    licence="yours",
    how_to_get="Write a CSV file with the columns path and label, and give --root FILE.csv.",
)
LABELS = {"real": False, "bonafide": False, "bona-fide": False, "bona fide": False, "fake": True, "spoof": True}


def index(root: Path | None) -> list[Sample]:
    """Samples in the order of the list.

    Raises:
        DatasetError: no list, a missing column, or a label that is not one of the words.
    """
    if root is None or not root.is_file():
        raise DatasetError("--dataset csv needs --root FILE.csv, a list with the columns path and label.")
    samples = []
    with root.open(newline="", encoding="utf-8") as lines:
        reader = csv_files.DictReader(lines)
        if not {"path", "label"} <= set(reader.fieldnames or ()):
            raise DatasetError(f"{root.name} must have the columns path and label; found {reader.fieldnames}.")
        for number, row in enumerate(reader, 2):
            samples.append(_sample(root, number, row))
    if not samples:
        raise DatasetError(f"{root.name} lists no files.")
    return samples


def _sample(root: Path, number: int, row: dict[str, str]) -> Sample:
    label = (row["label"] or "").strip().lower()
    if label not in LABELS:
        raise DatasetError(
            f"{root.name}, line {number}: the label is {row['label']!r}; write real or fake (or bonafide and spoof)."
        )
    fake = LABELS[label]
    path = root.parent / row["path"]
    group = row.get("group") or row.get("speaker") or row["path"]
    method = (row.get("method") or row.get("system") or "fake") if fake else "real"
    return Sample(
        row["path"], str(path), kind_of(path), fake, method, "" if fake else row.get("source") or "", group,
        SPLITS.get((row.get("split") or "").lower(), "all"),
    )  # fmt: skip
