"""FaceForensics++, as its download script lays it out, with the official splits.

Rössler et al., "FaceForensics++: Learning to Detect Manipulated Facial Images", ICCV 2019.
"""

from __future__ import annotations

import json
from pathlib import Path

from data_manifests.schema import DatasetCard, Published, Sample, Split, Survey
from detectors.errors import DatasetError

SIZES: tuple[tuple[Split, int], ...] = (("train", 720), ("dev", 140), ("test", 140))
CARD = DatasetCard(
    name="faceforensics",
    title="FaceForensics++",
    kind="video",
    licence="for research, by agreement with its authors",
    how_to_get="Ask for the script with the form in the repository ondyari/FaceForensics, download original_sequences and "
    "manipulated_sequences, put the repository's dataset/splits beside them as splits, and name their folder with --root.",
    note="Read at c23 where it is there, else c40, else raw. Pairs of a split share their people, and are one group.",
    known_to_training=("faceforensics",),
    labels="the folders are called original_sequences and manipulated_sequences",
    size="c23 10 GB, c40 2 GB, raw 500 GB",
    published=tuple(
        Published(f"{n} of the five methods" if n > 1 else "one method", split, reals, n * reals)
        for n in (1, 4, 5)
        for split, reals in SIZES
    ),
    marks=("original_sequences/youtube",),
    folders=("FaceForensics++", "FaceForensics"),
)
METHODS = ("Deepfakes", "Face2Face", "FaceSwap", "NeuralTextures", "FaceShifter")
QUALITIES = ("c23", "c40", "raw", "c0")
SPLITS: tuple[tuple[Split, str], ...] = (("train", "train"), ("dev", "val"), ("test", "test"))


def index(root: Path, survey: Survey) -> list[Sample]:
    """Samples by split, reals before each method's fakes; the group is the pair of people.

    Raises:
        DatasetError: no splits, or no videos at any quality.
    """
    lists = next((d for d in (root / "splits", root / "dataset" / "splits") if d.is_dir()), None)
    if lists is None:
        raise DatasetError(f"{root} holds no splits/ with train.json, val.json and test.json. {CARD.how_to_get}")
    youtube = root / "original_sequences" / "youtube"
    quality = next((q for q in QUALITIES if (youtube / q / "videos").is_dir()), None)
    if quality is None:
        raise DatasetError(f"{youtube} holds no c23/videos, c40/videos or raw/videos. {CARD.how_to_get}")
    survey.notes.append(f"read at quality {quality}")
    survey.lists += [str(lists / f"{name}.json") for _, name in SPLITS]
    samples: list[Sample] = []
    for split, name in SPLITS:
        for pair in _pairs(lists / f"{name}.json"):
            group = "-".join(sorted(pair))
            a, b = pair
            wanted = [("real", youtube, one) for one in pair]
            wanted += [
                (m, root / "manipulated_sequences" / m, f"{x}_{y}") for m in METHODS for x, y in ((a, b), (b, a))
            ]
            for method, folder, stem in wanted:
                path = folder / quality / "videos" / f"{stem}.mp4"
                fake = method != "real"
                if not path.is_file():
                    if (folder / quality).is_dir():  # a method that was not downloaded is no gap
                        survey.missing.append(str(path))
                    continue
                source = "" if fake else "youtube"
                sample_id = path.relative_to(root).as_posix()
                people = tuple(f"youtube/{one}" for one in stem.split("_"))
                samples.append(Sample(sample_id, str(path), "video", fake, method, source, group, split, people=people))
    return samples


def _pairs(file: Path) -> list[tuple[str, str]]:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return [(str(a), str(b)) for a, b in told]
    except (OSError, ValueError, TypeError) as error:
        raise DatasetError(f"{file.name} is missing or is no list of pairs: {error}.") from error
