"""UADFV: 49 real videos and a fake of each, in `real/` and `fake/` (some copies: `fake_videos/{real,fake}/`).

Yang, Li and Lyu, "Exposing Deep Fakes Using Inconsistent Head Poses", ICASSP 2019.
"""

from __future__ import annotations

from pathlib import Path

from data_manifests.schema import DatasetCard, Sample
from data_manifests.splits import NOTE, group_split
from detectors.errors import DatasetError

CARD = DatasetCard(
    name="uadfv",
    title="UADFV",
    kind="video",
    licence="for research",
    how_to_get="Ask its authors (Computer Vision and Machine Learning Lab, University at Albany) and name the folder that "
    "holds real/ and fake/ with --root.",
    note=f"A video and the fake made from it are one group. {NOTE}",
    known_to_training=("uadfv",),
)


def index(root: Path | None) -> list[Sample]:
    """Samples in the order of their paths.

    Raises:
        DatasetError: the two folders are not there.
    """
    if root is None:
        raise DatasetError(f"--dataset {CARD.name} needs --root DIR. {CARD.how_to_get}")
    places = (root, root / "UADFV", root / "fake_videos", root / "UADFV" / "fake_videos")
    top = next((d for d in places if (d / "real").is_dir() and (d / "fake").is_dir()), None)
    if top is None:
        raise DatasetError(f"{root} holds no real/ and fake/. {CARD.how_to_get}")
    samples = []
    for name in ("fake", "real"):
        fake = name == "fake"
        for path in sorted((top / name).glob("*.mp4")):
            group = path.stem.removesuffix("_fake")
            samples.append(Sample(
                path.relative_to(top).as_posix(), str(path), "video", fake, "FakeApp" if fake else "real",
                "" if fake else "youtube", group, group_split(group),
            ))  # fmt: skip
    if not samples:
        raise DatasetError(f"{top} holds no .mp4 files. {CARD.how_to_get}")
    return samples
