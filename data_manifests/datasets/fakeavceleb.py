"""FakeAVCeleb: faces and voices, each real or fake, `TYPE/RACE/GENDER/ID/*.mp4` beside meta_data.csv.

Khalid et al., "FakeAVCeleb: A Novel Audio-Video Multimodal Deepfake Dataset", NeurIPS Datasets 2021.
"""

from __future__ import annotations

import csv
from pathlib import Path, PurePosixPath

from data_manifests.schema import DatasetCard, Published, Sample, Survey
from data_manifests.splits import NOTE, group_split
from detectors.errors import DatasetError

CARD = DatasetCard(
    name="fakeavceleb",
    title="FakeAVCeleb",
    kind="video",
    licence="CC BY-NC 4.0, by agreement with its authors",
    how_to_get="Ask for it with the form in the repository DASH-Lab/FakeAVCeleb, unpack it, and name the folder that holds "
    "RealVideo-RealAudio and meta_data.csv with --root.",
    note="A clip is fake when its picture or its sound is. In RealVideo-FakeAudio only the sound is: a detector of pictures "
    f"cannot find these, so read it by method. {NOTE}",
    known_to_training=("fakeavceleb",),
    labels="only the type RealVideo-RealAudio is real",
    size="6 GB",
    published=(Published("all clips", "all", 500, 21_066),),
    marks=("RealVideo-RealAudio", "*/RealVideo-RealAudio"),
    folders=("FakeAVCeleb", "FakeAVCeleb_v1.2"),
)
REAL = "RealVideo-RealAudio"
TYPES = (REAL, "RealVideo-FakeAudio", "FakeVideo-RealAudio", "FakeVideo-FakeAudio")
COLUMNS = {"source", "method", "type", "race", "gender"}


def index(root: Path, survey: Survey) -> list[Sample]:
    """Samples in the order of their paths; the group is the person who is shown.

    Raises:
        DatasetError: the list is missing or not of its form.
    """
    top = root if (root / REAL).is_dir() else next(root.glob(f"*/{REAL}")).parent
    listed = _listed(top, survey)
    samples = []
    for kind in TYPES:
        for path in sorted((top / kind).rglob("*.mp4")):
            name = path.relative_to(top).as_posix()
            folders = PurePosixPath(name).parts
            if len(folders) != 5:
                raise DatasetError(f"{path} does not lie in TYPE/RACE/GENDER/ID.")
            told = listed.pop(name, None)
            if told is None:
                survey.surplus.append(name)
            _, race, gender, person = folders[:4]
            fake = kind != REAL
            people = tuple(
                p for p in (person, (told or {}).get("target1"), (told or {}).get("target2")) if p and p != "-"
            )
            samples.append(Sample(
                name, str(path), "video", fake, f"{kind} ({(told or {}).get('method') or 'method not told'})" if fake else "real",
                "" if fake else "VoxCeleb2", person, group_split(person), (("race", race), ("gender", gender)),
                people=people,
            ))  # fmt: skip
    survey.missing += sorted(listed)
    return samples


def _listed(top: Path, survey: Survey) -> dict[str, dict[str, str]]:
    """Rows of meta_data.csv by the path of their file; the file's name stands in the column path, or in filename."""
    listing = next((d / "meta_data.csv" for d in (top, top.parent) if (d / "meta_data.csv").is_file()), None)
    if listing is None:
        raise DatasetError(f"{top} holds no meta_data.csv. {CARD.how_to_get}")
    survey.lists.append(str(listing))
    with listing.open(newline="", encoding="utf-8") as lines:
        reader = csv.DictReader(lines)
        if not set(reader.fieldnames or ()) >= COLUMNS:
            raise DatasetError(
                f"meta_data.csv must have the columns {', '.join(sorted(COLUMNS))}; found {reader.fieldnames}."
            )
        rows = {}
        for number, row in enumerate(reader, 2):
            if row["type"] not in TYPES:
                raise DatasetError(
                    f"meta_data.csv, line {number}: the type is {row['type']!r}; there are {', '.join(TYPES)}."
                )
            file = PurePosixPath(row.get("filename") or row.get("path") or "").name
            rows[f"{row['type']}/{row['race']}/{row['gender']}/{row['source']}/{file}"] = row
    return rows
