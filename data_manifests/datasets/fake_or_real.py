"""Fake or Real (FoR), its for-norm version: `{training,validation,testing}/{real,fake}`, levelled 16 kHz mono.

Reimao and Tzerpos, "FoR: A Dataset for Synthetic Speech Detection", SpeD 2019.
"""

from __future__ import annotations

from pathlib import Path

from data_manifests.datasets.folder import read_folders
from data_manifests.schema import DatasetCard, Published, Sample, Survey

CARD = DatasetCard(
    name="fake_or_real",
    title="Fake or Real, for-norm",
    kind="audio",
    licence="GPL-3.0, its recordings under their own",
    how_to_get="Download for-norm from the page of its authors (bil.eecs.yorku.ca/datasets) or Kaggle's copy "
    "mohammedabdeldayem/the-fake-or-real-dataset, and name the folder that holds for-norm/ with --root.",
    note="Files are not named by speaker: every file counts as a group of its own, and intervals are too narrow.",
    known_to_training=("fake_or_real",),
    labels="the folders are called real and fake",
    size="for-norm 8 GB",
    published=(Published("testing", "test", 2_264, 2_264),),
    marks=("for-norm/testing", "for-norm/for-norm/testing", "testing/fake"),
    folders=("for-norm", "FoR"),
)


def index(root: Path, survey: Survey) -> list[Sample]:
    """Samples in the order of their paths."""
    top = next(d for d in (root / "for-norm" / "for-norm", root / "for-norm", root) if (d / "testing").is_dir())
    return read_folders(top, "text-to-speech", "speech corpora")
