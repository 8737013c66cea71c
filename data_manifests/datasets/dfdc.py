"""Deepfake Detection Challenge, as Kaggle gives it: folders of videos with a metadata.json each, and the labelled test.

Dolhansky et al., "The DeepFake Detection Challenge (DFDC) Dataset", 2020.
"""

from __future__ import annotations

import csv
import json
import logging
from pathlib import Path

from data_manifests.schema import DatasetCard, Sample, Split
from data_manifests.splits import group_split
from detectors.errors import DatasetError

log = logging.getLogger(__name__)

CARD = DatasetCard(
    name="dfdc",
    title="DFDC",
    kind="video",
    licence="Kaggle competition terms; not to be redistributed",
    how_to_get="Download dfdc_train_part_0 … 49, or train_sample_videos, from the Kaggle competition deepfake-detection-challenge "
    "and unpack them; name the folder that holds them with --root.",
    note="A real video and all fakes made from it are one group. The training parts have no official split: groups were "
    "divided 70 : 15 : 15 by a digest with a fixed seed, or 85 : 15 into train and dev where the labelled test is there.",
    known_to_training=("dfdc",),
)
WITH_TEST: tuple[tuple[Split, float], ...] = (("train", 0.85), ("dev", 0.15))
LABELS = {"REAL": False, "FAKE": True}


def index(root: Path | None) -> list[Sample]:
    """Samples folder by folder in the order of their names.

    Raises:
        DatasetError: no metadata was found, or it is not of its form.
    """
    if root is None or not root.is_dir():
        raise DatasetError(f"--dataset {CARD.name} needs --root DIR. {CARD.how_to_get}")
    official = root / "test" / "labels.csv"
    lists = sorted({*root.glob("metadata.json"), *root.glob("*/metadata.json"), *root.glob("*/*/metadata.json")})
    samples = _official(root, official) if official.is_file() else []
    missing = 0
    for file in lists:
        if file.parent == official.parent and samples:
            continue
        there = {p.name for p in file.parent.iterdir()}
        for name, told in sorted(_read(file).items()):
            if name not in there:
                missing += 1
                continue
            fake = LABELS[str(told["label"])]
            group = str(told.get("original") or name)
            split = group_split(group, WITH_TEST) if samples and official.is_file() else group_split(group)
            path = file.parent / name
            samples.append(Sample(
                path.relative_to(root).as_posix(), str(path), "video", fake, "dfdc" if fake else "real",
                "" if fake else "actors", group, split,
            ))  # fmt: skip
    if not samples:
        raise DatasetError(f"{root} holds no metadata.json beside videos. {CARD.how_to_get}")
    if missing:
        log.warning("%d videos that metadata.json names are missing", missing)
    return samples


def _read(file: Path) -> dict[str, dict[str, str | None]]:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        for name, entry in told.items():
            if entry["label"] not in LABELS:
                raise DatasetError(f"{file}: the label of {name} is {entry['label']!r} and not REAL or FAKE.")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatasetError(f"{file} is not of the form that Kaggle gives: {error!r}.") from error
    return dict(told)


def _official(root: Path, labels: Path) -> list[Sample]:
    """The test of 5,000 videos; here 1 means fake."""
    samples = []
    with labels.open(newline="", encoding="utf-8") as lines:
        for number, row in enumerate(csv.DictReader(lines), 2):
            if row.get("label") not in ("0", "1"):
                raise DatasetError(f"labels.csv, line {number}: the label is {row.get('label')!r} and not 0 or 1.")
            path, fake = labels.parent / row["filename"], row["label"] == "1"
            if path.is_file():
                method, source = ("dfdc", "") if fake else ("real", "actors")
                name = path.relative_to(root).as_posix()
                samples.append(Sample(name, str(path), "video", fake, method, source, row["filename"], "test"))
    return samples
