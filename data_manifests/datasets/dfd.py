"""Deep Fake Detection (Google and Jigsaw), as FaceForensics' script lays it out: 28 actors, no official split.

Dufour and Gully, "Contributing Data to Deepfake Detection Research", 2019.
"""

from __future__ import annotations

from pathlib import Path

from data_manifests.schema import DatasetCard, Published, Sample, Survey
from data_manifests.splits import NOTE, group_split
from detectors.errors import DatasetError

CARD = DatasetCard(
    name="dfd",
    title="Deep Fake Detection",
    kind="video",
    licence="for research, by agreement with the authors of FaceForensics++",
    how_to_get="Ask for the script with the form in the repository ondyari/FaceForensics, download DeepFakeDetection and "
    "DeepFakeDetection_original, and name the folder that holds original_sequences and manipulated_sequences with --root.",
    note=f"The group is the actor who was filmed; the one whose face was put in may stand on the other side. {NOTE}",
    known_to_training=("dfd",),
    labels="the folders are called original_sequences and manipulated_sequences",
    size="c23 25 GB",
    published=(Published("all videos", "all", 363, 3_068),),
    marks=("original_sequences/actors",),
    folders=("DeepFakeDetection", "FaceForensics++", "FaceForensics"),
)
QUALITIES = ("c23", "c40", "raw", "c0")


def index(root: Path, survey: Survey) -> list[Sample]:
    """Reals, then fakes, in the order of their names: `ACTOR__SCENE` and `TARGET_SOURCE__SCENE__EXPERIMENT`.

    Raises:
        DatasetError: there are no videos, or one is not named so.
    """
    tops = {False: root / "original_sequences" / "actors", True: root / "manipulated_sequences" / "DeepFakeDetection"}
    quality = next((q for q in QUALITIES if (tops[False] / q / "videos").is_dir()), None)
    if quality is None:
        raise DatasetError(f"{tops[False]} holds no c23/videos, c40/videos or raw/videos. {CARD.how_to_get}")
    survey.notes.append(f"read at quality {quality}")
    samples = []
    for fake, top in tops.items():
        for path in sorted((top / quality / "videos").glob("*.mp4")):
            parts = path.stem.split("__")
            people = parts[0].split("_")
            if len(parts) != 2 + fake or len(people) != 1 + fake:
                raise DatasetError(f"{path} is not named as DeepFakeDetection names its videos.")
            samples.append(Sample(
                path.relative_to(root).as_posix(), str(path), "video", fake, "DeepFakeDetection" if fake else "real",
                "" if fake else "actors", people[0], group_split(people[0]), (("scene", parts[1]),), people=tuple(people),
            ))  # fmt: skip
    return samples
