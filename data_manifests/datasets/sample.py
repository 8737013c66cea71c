"""A few files that ship with the project. They check that everything runs; they measure nothing."""

from __future__ import annotations

import csv
from pathlib import Path

from data_manifests.datasets.folder import kind_of
from data_manifests.schema import DatasetCard, Sample, Survey
from detectors.errors import DatasetError

FOLDER = Path(__file__).parent.parent / "sample"
CARD = DatasetCard(
    name="sample",
    title="Sample",
    kind="image",
    licence="public domain; see data_manifests/sample/manifest.csv",
    how_to_get="It ships with the project.",
    note="A check that it runs, and no measure of quality: a handful of files, the fakes made by this project's code.",
    labels="the words real and fake stand in manifest.csv",
    size="in the project",
    ships=True,
)


def index(root: Path, survey: Survey) -> list[Sample]:
    """The rows of `manifest.csv` (path, kind, label, method, source, group, licence, about).

    Raises:
        DatasetError: the manifest or a file that it names is missing.
    """
    manifest = root / "manifest.csv"
    if not manifest.is_file():
        raise DatasetError(f"{manifest} is missing; install the project again.")
    survey.lists.append(str(manifest))
    samples = []
    with manifest.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            path = root / row["path"]
            if not path.is_file():
                raise DatasetError(f"{path} is named in the manifest but is missing; install the project again.")
            fake = row["label"] == "fake"
            method = row["method"] if fake else "real"
            kind = kind_of(path)
            samples.append(Sample(row["path"], str(path), kind, fake, method, row["source"], row["group"], "all"))
    return samples
