"""Deepfake and real images, as Kaggle gives it: `Dataset/{Train,Validation,Test}/{Fake,Real}`, faces of 256 pixels.

Made from OpenForensics (Le et al., ICCV 2021) by cutting out its faces.
"""

from __future__ import annotations

from pathlib import Path

from data_manifests.datasets.folder import read_folders
from data_manifests.schema import DatasetCard, Published, Sample, Survey

CARD = DatasetCard(
    name="deepfake_and_real",
    title="Deepfake and real images",
    kind="image",
    licence="for research (OpenForensics)",
    how_to_get="Download manjilkarki/deepfake-and-real-images from Kaggle, unpack it, and name the folder that holds "
    "Dataset/ with --root.",
    note="Files are not named by person or picture: every file counts as a group of its own, and intervals are too narrow.",
    known_to_training=("deepfake_and_real", "openforensics"),
    labels="the folders are called Real and Fake",
    size="1.7 GB",
    published=(
        Published("Train", "train", 70_001, 70_001),
        Published("Validation", "dev", n=39_428),
        Published("Test", "test", 5_413, 5_492),
    ),
    marks=("Dataset/Test", "Test/Fake"),
    folders=("deepfake-and-real-images",),
)


def index(root: Path, survey: Survey) -> list[Sample]:
    """Samples in the order of their paths."""
    top = root / "Dataset"
    return read_folders(top if top.is_dir() else root, "OpenForensics", "web photos")
