"""Deepfake Detection Challenge, as Kaggle gives it: folders of videos with a metadata.json each, and the labelled test.

Dolhansky et al., "The DeepFake Detection Challenge (DFDC) Dataset", 2020.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

from data_manifests.schema import DatasetCard, Published, Sample, Split, Survey
from data_manifests.splits import group_split
from detectors.errors import DatasetError

CARD = DatasetCard(
    name="dfdc",
    title="DFDC",
    kind="video",
    licence="Kaggle competition terms; not to be redistributed",
    how_to_get="Download dfdc_train_part_0 … 49, or train_sample_videos, from the Kaggle competition deepfake-detection-challenge "
    "and unpack them; name the folder that holds them with --root.",
    note="A real video and all fakes made from it are one group. The training parts have no official split: groups were "
    "divided 70 : 15 : 15 by a digest with a fixed seed, or 85 : 15 into train and dev where the labelled test is there.",
    known_to_training=("dfdc", "deepfake_faces"),
    labels="metadata.json writes REAL and FAKE; in test/labels.csv 1 means fake",
    size="470 GB; train_sample_videos 4 GB",
    published=(
        Published("train_sample_videos", "all", 77, 323),
        Published("training parts 0 to 49", "all", 23_654, 104_500),
        Published("labelled test", "test", n=5_000),
    ),
    marks=("metadata.json", "*/metadata.json", "*/*/metadata.json", "test/labels.csv"),
    folders=("DFDC", "deepfake-detection-challenge"),
)
WITH_TEST: tuple[tuple[Split, float], ...] = (("train", 0.85), ("dev", 0.15))
LABELS = {"REAL": False, "FAKE": True}


def index(root: Path, survey: Survey) -> list[Sample]:
    """Samples folder by folder in the order of their names.

    Raises:
        DatasetError: metadata is not of its form.
    """
    labels = root / "test" / "labels.csv"
    official = _official(root, labels, survey) if labels.is_file() else []
    samples = list(official)
    for file in sorted(f for depth in ("", "*/", "*/*/") for f in root.glob(f"{depth}metadata.json")):
        if file.parent == labels.parent and official:
            continue
        survey.lists.append(str(file))
        there = {p.name for p in file.parent.glob("*.mp4")}
        for name, told in sorted(_read(file).items()):
            path = file.parent / name
            if name not in there:
                survey.missing.append(str(path))
                continue
            there.discard(name)
            fake = LABELS[str(told["label"])]
            group = str(told.get("original") or name)
            split = group_split(group, WITH_TEST) if official else group_split(group)
            samples.append(Sample(
                path.relative_to(root).as_posix(), str(path), "video", fake, "dfdc" if fake else "real",
                "" if fake else "actors", group, split,
            ))  # fmt: skip
        survey.surplus += sorted(str(file.parent / name) for name in there)
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


def _official(root: Path, labels: Path, survey: Survey) -> list[Sample]:
    """The test of 5,000 videos; here 1 means fake."""
    survey.lists.append(str(labels))
    samples = []
    with labels.open(newline="", encoding="utf-8") as lines:
        for number, row in enumerate(csv.DictReader(lines), 2):
            if row.get("label") not in ("0", "1"):
                raise DatasetError(f"labels.csv, line {number}: the label is {row.get('label')!r} and not 0 or 1.")
            path, fake = labels.parent / row["filename"], row["label"] == "1"
            if not path.is_file():
                survey.missing.append(str(path))
                continue
            method, source = ("dfdc", "") if fake else ("real", "actors")
            name = path.relative_to(root).as_posix()
            samples.append(Sample(name, str(path), "video", fake, method, source, row["filename"], "test"))
    return samples
