"""In-the-Wild: voices of politicians and celebrities, real and deepfaked, as they were found on the web.

Müller et al., "Does audio deepfake detection generalize?", Interspeech 2022. `release_in_the_wild/meta.csv` beside
`0.wav` … `31778.wav`; Kaggle's copy in `real/` and `fake/` has lost the speakers.
"""

from __future__ import annotations

import csv
from pathlib import Path

from data_manifests.schema import DatasetCard, Published, Sample, Survey
from detectors.errors import DatasetError

FOLDER = "release_in_the_wild"
CARD = DatasetCard(
    name="in_the_wild",
    title="In-the-Wild",
    kind="audio",
    licence="Apache-2.0",
    how_to_get="Download release_in_the_wild.zip from the page of its authors (deepfake-total.com/in_the_wild) and "
    "unpack it; name the folder with --root.",
    known_to_training=("in_the_wild",),
    labels="meta.csv writes bona-fide, with a hyphen, and spoof",
    size="8.2 GB",
    published=(Published("all files", "all", 19_963, 11_816),),
    marks=(f"{FOLDER}/meta.csv", "meta.csv", f"{FOLDER}/fake", "fake"),
    folders=("In-the-Wild", FOLDER),
)
LABELS = {"bona-fide": False, "spoof": True}  # with a hyphen, unlike ASVspoof


def index(root: Path, survey: Survey) -> list[Sample]:
    """Samples in the order of `meta.csv`; the group is the speaker. There is no split.

    Raises:
        DatasetError: a line of `meta.csv` is not of its form.
    """
    top = root / FOLDER if (root / FOLDER).is_dir() else root
    if not (top / "meta.csv").is_file():
        survey.notes.append(
            "this copy has lost its meta.csv: speaker grouping is unavailable, and intervals are too narrow"
        )
        return _from_folders(top)
    survey.lists.append(str(top / "meta.csv"))
    there = {p.name for p in top.glob("*.wav")}
    samples = []
    with (top / "meta.csv").open(newline="", encoding="utf-8") as lines:
        reader = csv.DictReader(lines)
        if not {"file", "speaker", "label"} <= set(reader.fieldnames or ()):
            raise DatasetError(f"meta.csv must have the columns file, speaker and label; found {reader.fieldnames}.")
        for number, row in enumerate(reader, 2):
            if row["label"] not in LABELS:
                raise DatasetError(f"meta.csv, line {number}: the label is {row['label']!r}, not bona-fide or spoof.")
            fake, name, speaker = LABELS[row["label"]], Path(row["file"]).name, row["speaker"]
            if name not in there:
                survey.missing.append(name)
                continue
            there.discard(name)
            samples.append(
                Sample(name, str(top / name), "audio", fake, "spoof" if fake else "real", "" if fake else "web",
                       speaker or name, "all", people=(speaker,) if speaker else ())
            )  # fmt: skip
    survey.surplus += sorted(there)
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
    return samples
