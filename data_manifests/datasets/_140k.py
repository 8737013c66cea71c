"""140k real and fake faces, as Kaggle gives it: FFHQ against StyleGAN, 256 pixels, in folders, with a list a split.

xhlulu/140k-real-and-fake-faces; Karras et al., "A Style-Based Generator Architecture for GANs", CVPR 2019.
"""

from __future__ import annotations

import csv
from pathlib import Path

from data_manifests.datasets.folder import read_folders
from data_manifests.schema import DatasetCard, Published, Sample, Survey
from data_manifests.splits import SPLIT_NAMES
from detectors.errors import DatasetError

CARD = DatasetCard(
    name="140k",
    title="140k real and fake faces",
    kind="image",
    licence="FFHQ: CC BY-NC-SA 4.0",
    how_to_get="Download xhlulu/140k-real-and-fake-faces from Kaggle, unpack it, and name the folder that holds "
    "real_vs_fake/ with --root.",
    note="All fakes are of one generator, StyleGAN. In its lists 1 means real.",
    known_to_training=("140k", "stylegan1"),
    labels="in train.csv, valid.csv and test.csv 1 means real and 0 fake",
    size="4 GB",
    published=(
        Published("training part", "train", 50_000, 50_000),
        Published("validation part", "dev", 10_000, 10_000),
        Published("test part", "test", 10_000, 10_000),
    ),
    marks=("real_vs_fake/real-vs-fake", "real-vs-fake", "test/real"),
    folders=("140k-real-and-fake-faces",),
)
PARTS = ("train", "valid", "test")


def index(root: Path, survey: Survey) -> list[Sample]:
    """Samples in the order of their paths, checked against the lists where these are there.

    Raises:
        DatasetError: a list contradicts the folders.
    """
    top = next(d for d in (root / "real_vs_fake" / "real-vs-fake", root / "real-vs-fake", root) if d.is_dir())
    samples = read_folders(top, "StyleGAN", "FFHQ")
    by_path = {s.sample_id: s for s in samples}
    listed: set[str] = set()
    read = set()
    for part in PARTS:
        file = next((d / f"{part}.csv" for d in (root, top) if (d / f"{part}.csv").is_file()), None)
        if file is None:
            survey.notes.append(f"{part}.csv is not there; the folders alone were read")
            continue
        survey.lists.append(str(file))
        read.add(SPLIT_NAMES[part])
        for number, (name, fake) in enumerate(_rows(file), 2):
            if name not in by_path:
                survey.missing.append(name)
            elif by_path[name].is_fake != fake:
                raise DatasetError(f"{file.name}, line {number}: calls {name} {'fake' if fake else 'real'}, "
                                   "and its folder does not.")  # fmt: skip
            listed.add(name)
    survey.surplus += [s.sample_id for s in samples if s.split in read and s.sample_id not in listed]
    return samples


def _rows(file: Path) -> list[tuple[str, bool]]:
    with file.open(newline="", encoding="utf-8") as lines:
        reader = csv.DictReader(lines)
        if not {"path", "label"} <= set(reader.fieldnames or ()):
            raise DatasetError(f"{file.name} must have the columns label and path; found {reader.fieldnames}.")
        rows = []
        for number, row in enumerate(reader, 2):
            if row["label"] not in ("0", "1"):
                raise DatasetError(f"{file.name}, line {number}: the label is {row['label']!r} and not 0 or 1.")
            rows.append((row["path"], row["label"] == "0"))
    return rows
