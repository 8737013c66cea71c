"""Dacon's competition 235655 (KISA): frames of fakes and reals, `deepfake_1st/{fake,real}/`; its test has no labels."""

from __future__ import annotations

from pathlib import Path

from data_manifests.datasets.folder import PICTURES, VIDEOS, kind_of
from data_manifests.schema import DatasetCard, Sample, Survey
from data_manifests.splits import NOTE, group_split

CARD = DatasetCard(
    name="dacon",
    title="Dacon 235655",
    kind="image",
    licence="the competition's terms",
    how_to_get="Download the data of competition 235655 at dacon.io and name the folder that holds deepfake_1st/ with --root.",
    note=f"Files of one folder below fake/ or real/ are one group. {NOTE}",
    known_to_training=("dacon",),
    labels="the folders are called real and fake",
    size="counts in publications disagree (1.3 and about 1.7 million pictures), so none is checked",
    marks=("deepfake_1st/fake", "deepfake_1st/real"),
)


def index(root: Path, survey: Survey) -> list[Sample]:
    """Samples in the order of their paths; pictures of the leaderboard have no labels and are left out."""
    top = root / "deepfake_1st"
    samples = []
    for label in ("fake", "real"):
        fake = label == "fake"
        for path in sorted(
            p for p in (top / label).rglob("*") if p.suffix.lower() in PICTURES | VIDEOS and p.is_file()
        ):
            below = path.relative_to(top)
            group = below.parent.as_posix() if len(below.parts) > 2 else below.as_posix()
            samples.append(Sample(
                below.as_posix(), str(path), kind_of(path), fake, "fake" if fake else "real", "", group, group_split(group)
            ))  # fmt: skip
    unlabelled = root / "test" / "leaderboard"
    if unlabelled.is_dir():
        survey.notes.append("test/leaderboard has no labels and is left out")
    return samples
