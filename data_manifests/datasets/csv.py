"""Anyone's own list: a CSV file with a path and a label, and whatever else it tells. Manifests are lists of this kind.

Columns: `path` or `file_name` (relative to the list), and the label, in words as `label` ("real", "bonafide",
"bona-fide" or "fake", "spoof") or in digits as `is_fake` or `is_real`. A column `label` in digits is refused, because
collections disagree about which of them 1 means. Optional are `sample_id`, `kind`, `method` or `system`, `source`,
`group` or `speaker`, `split`, `subgroups` ("race=African;gender=men"), `people` ("id3;id7") and `face` ("x0 y0 x1 y1").
"""

from __future__ import annotations

import csv as csv_files
from pathlib import Path
from sys import intern
from typing import get_args

from data_manifests.datasets.folder import kind_of
from data_manifests.schema import DatasetCard, Sample, Survey
from data_manifests.splits import SPLIT_NAMES
from detectors.errors import DatasetError
from detectors.types import MediaKind

CARD = DatasetCard(
    name="csv",
    title="List",
    kind="image",
    licence="yours",
    how_to_get="Write a CSV file with the columns path and label, and give --root FILE.csv.",
    labels="the words real and fake stand in the list, or the digits of a column is_fake or is_real",
    size="as you have it",
)
LABELS = {"real": False, "bonafide": False, "bona-fide": False, "bona fide": False, "fake": True, "spoof": True}
DIGITS = {"is_fake": {"0": False, "1": True}, "is_real": {"0": True, "1": False}}


def index(root: Path, survey: Survey) -> list[Sample]:
    """Samples in the order of the list; files that are not there are samples all the same, and become rows with a reason.

    Raises:
        DatasetError: no list, a missing column, or a label that is not one of the words.
    """
    if not root.is_file():
        raise DatasetError(
            f"--dataset csv needs --root FILE.csv, a list with the columns path and label; {root} is none."
        )
    survey.lists.append(str(root))
    try:
        with root.open(newline="", encoding="utf-8-sig") as lines:
            return _samples(root, csv_files.DictReader(lines))
    except (OSError, UnicodeDecodeError, csv_files.Error) as error:
        raise DatasetError(f"{root.name} cannot be read as a list, a CSV file in UTF-8: {error}") from error


def _samples(root: Path, reader: csv_files.DictReader[str]) -> list[Sample]:
    columns = set(reader.fieldnames or ())
    name = "path" if "path" in columns else "file_name"
    label = next((c for c in ("label", *DIGITS) if c in columns), None)
    if name not in columns or label is None:
        found = ", ".join(reader.fieldnames or ()) or "nothing"
        raise DatasetError(f"{root.name} must have the columns path and label; found {found}.")
    samples = []
    for number, row in enumerate(reader, 2):
        try:
            samples.append(_sample(root, row, row[name], _is_fake(row, label)))
        except ValueError as error:
            raise DatasetError(f"{root.name}, line {number}: {error}") from error
    return samples


def _is_fake(row: dict[str, str], column: str) -> bool:
    told = (row[column] or "").strip().lower()
    means = DIGITS.get(column, LABELS)
    if told not in means:
        wanted = "0 or 1" if column in DIGITS else "real or fake (or bonafide and spoof)"
        hint = ", or name the column is_fake or is_real" if column == "label" and told in ("0", "1") else ""
        raise ValueError(f"the {column} is {row[column]!r}; write {wanted}{hint}.")
    return means[told]


def _sample(root: Path, row: dict[str, str], name: str, fake: bool) -> Sample:
    if not name:
        raise ValueError("the path is empty.")
    path = root.parent / name
    group = row.get("group") or row.get("speaker") or name
    kind = row.get("kind") or kind_of(path)
    if kind not in get_args(MediaKind):
        raise ValueError(f"the kind is {kind!r}; write {', '.join(get_args(MediaKind))}.")
    # A list names few methods and sources many times over; a million samples should not hold a copy each.
    method = intern((row.get("method") or row.get("system") or "fake") if fake else "real")
    told = (part.partition("=") for part in (row.get("subgroups") or "").split(";") if part)
    face = tuple(float(v) for v in (row.get("face") or "").split())
    if len(face) not in (0, 4):
        raise ValueError(f"the face is {row['face']!r}; write x0 y0 x1 y1.")
    return Sample(
        row.get("sample_id") or name, str(path), kind, fake,  # type: ignore[arg-type]
        method, "" if fake else intern(row.get("source") or ""), group, SPLIT_NAMES.get((row.get("split") or "").lower(), "all"),
        tuple((key, value) for key, _, value in told), face or None,  # type: ignore[arg-type]
        tuple(part for part in (row.get("people") or "").split(";") if part),
    )  # fmt: skip
