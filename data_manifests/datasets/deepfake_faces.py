"""Faces cut from DFDC's training videos, as Kaggle gives them (dagnelies): one face a video, 224 pixels.

`faces_224/NAME.jpg` beside `metadata.csv`, whose videoname ends in .mp4.
"""

from __future__ import annotations

import csv
from pathlib import Path

from data_manifests.schema import DatasetCard, Published, Sample, Survey
from data_manifests.splits import NOTE, group_split
from detectors.errors import DatasetError

CARD = DatasetCard(
    name="deepfake_faces",
    title="DFDC faces (dagnelies)",
    kind="image",
    licence="DFDC's terms; not to be redistributed",
    how_to_get="Download dagnelies/deepfake-faces from Kaggle, unpack it, and name the folder that holds faces_224/ and "
    "metadata.csv with --root.",
    note=f"A real video's face and those of all fakes made from it are one group. {NOTE}",
    known_to_training=("deepfake_faces", "dfdc"),
    labels="metadata.csv writes REAL and FAKE",
    size="440 MB",
    published=(Published("all faces", "all", 16_293, 79_341),),
    marks=("faces_224", "deepfake_faces/faces_224"),
    folders=("deepfake-faces",),
)
LABELS = {"REAL": False, "FAKE": True}
COLUMNS = {"videoname", "label", "original"}


def index(root: Path, survey: Survey) -> list[Sample]:
    """Samples in the order of `metadata.csv`.

    Raises:
        DatasetError: the list is missing or not of its form.
    """
    top = root if (root / "faces_224").is_dir() else root / "deepfake_faces"
    listing = next((d / "metadata.csv" for d in (top, root) if (d / "metadata.csv").is_file()), None)
    if listing is None:
        raise DatasetError(f"{top} holds no metadata.csv. {CARD.how_to_get}")
    survey.lists.append(str(listing))
    there = {p.name for p in (top / "faces_224").glob("*.jpg")}
    samples = []
    with listing.open(newline="", encoding="utf-8") as lines:
        reader = csv.DictReader(lines)
        if not set(reader.fieldnames or ()) >= COLUMNS:
            raise DatasetError(
                f"metadata.csv must have the columns {', '.join(sorted(COLUMNS))}; found {reader.fieldnames}."
            )
        for number, row in enumerate(reader, 2):
            if row["label"] not in LABELS:
                raise DatasetError(f"metadata.csv, line {number}: the label is {row['label']!r} and not REAL or FAKE.")
            fake, name = LABELS[row["label"]], f"{Path(row['videoname']).stem}.jpg"
            if name not in there:
                survey.missing.append(name)
                continue
            there.discard(name)
            group = row["original"] or row["videoname"]
            samples.append(Sample(
                f"faces_224/{name}", str(top / "faces_224" / name), "image", fake, "dfdc" if fake else "real",
                "" if fake else "actors", group, group_split(group),
            ))  # fmt: skip
    survey.surplus += sorted(there)
    return samples
