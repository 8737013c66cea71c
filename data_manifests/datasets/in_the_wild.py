"""In-the-Wild: voices of politicians and celebrities, real and deepfaked, as they were found on the web.

Müller et al., "Does audio deepfake detection generalize?", Interspeech 2022. `release_in_the_wild/meta.csv` beside
`0.wav` … `31778.wav`; Kaggle's copy in `real/` and `fake/` has lost the speakers.
"""

from __future__ import annotations

import csv
from pathlib import Path

from data_manifests.schema import DatasetCard, Sample
from detectors.errors import DatasetError

CARD = DatasetCard(
    name="in_the_wild",
    title="In-the-Wild",
    kind="audio",
    licence="Apache-2.0",
    how_to_get="Download release_in_the_wild.zip from the page of its authors (deepfake-total.com/in_the_wild) and "
    "unpack it; name the folder with --root.",
    known_to_training=("in_the_wild",),
)
LABELS = {"bona-fide": False, "spoof": True}  # with a hyphen, unlike ASVspoof
FOLDER = "release_in_the_wild"
N_REAL, N_FAKE = 19_963, 11_816


def index(root: Path | None) -> list[Sample]:
    """Samples in the order of `meta.csv`; the group is the speaker. There is no split.

    Raises:
        DatasetError: it is not there, or a line of `meta.csv` is not of its form.
    """
    if root is None:
        raise DatasetError(f"--dataset {CARD.name} needs --root DIR. {CARD.how_to_get}")
    top = root / FOLDER if (root / FOLDER).is_dir() else root
    if (top / "meta.csv").is_file():
        return _from_meta(top)
    if (top / "real").is_dir() and (top / "fake").is_dir():
        return _from_folders(top)
    raise DatasetError(f"{root} holds neither meta.csv nor real/ and fake/. {CARD.how_to_get}")


def _from_meta(top: Path) -> list[Sample]:
    samples = []
    with (top / "meta.csv").open(newline="", encoding="utf-8") as lines:
        reader = csv.DictReader(lines)
        if not {"file", "speaker", "label"} <= set(reader.fieldnames or ()):
            raise DatasetError(f"meta.csv must have the columns file, speaker and label; found {reader.fieldnames}.")
        for number, row in enumerate(reader, 2):
            if row["label"] not in LABELS:
                raise DatasetError(f"meta.csv, line {number}: the label is {row['label']!r}, not bona-fide or spoof.")
            fake, name = LABELS[row["label"]], Path(row["file"]).name
            samples.append(
                Sample(name, str(top / name), "audio", fake, "spoof" if fake else "real", "" if fake else "web",
                       row["speaker"] or name, "all")
            )  # fmt: skip
    return samples


def _from_folders(top: Path) -> list[Sample]:
    """Kaggle's copy: every file is a group of its own, because the speakers are not told."""
    samples = []
    for label in ("real", "fake"):
        for path in sorted((top / label).glob("*.wav")):
            name = f"{label}/{path.name}"
            samples.append(
                Sample(name, str(path), "audio", label == "fake", "spoof" if label == "fake" else "real",
                       "" if label == "fake" else "web, speaker grouping unavailable", name, "all")
            )  # fmt: skip
    if not samples:
        raise DatasetError(f"{top} holds no .wav files in real/ and fake/. {CARD.how_to_get}")
    return samples
