"""OpenForensics: pictures of several faces, real and fake side by side; a sample is one annotated face.

Le et al., "OpenForensics: Large-Scale Challenging Dataset For Multi-Face Forgery Detection And Segmentation
In-The-Wild", ICCV 2021.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import ijson

from data_manifests.schema import DatasetCard, Published, Sample, Split, Survey
from detectors.errors import DatasetError

CARD = DatasetCard(
    name="openforensics",
    title="OpenForensics",
    kind="image",
    licence="for research",
    how_to_get="Download Images/ and the four …_poly.json from Zenodo record 5528418, and name the folder that holds them "
    "with --root.",
    note="A picture can hold real and fake faces: each annotated face is scored by itself, found by overlap (IoU of at least "
    "0.5). Faces of one picture are one group.",
    known_to_training=("openforensics", "deepfake_and_real"),
    labels="category_id 0 is real and 1 fake",
    size="60 GB, 115,325 pictures, about 334,000 faces",
    published=(Published("all faces, about", "all", n=334_000),),
    marks=("Test-Dev_poly.json", "Test-Challenge_poly.json", "Val_poly.json", "Train_poly.json"),
    folders=("OpenForensics",),
)
PARTS: tuple[tuple[Split, str], ...] = (
    ("train", "Train"), ("dev", "Val"), ("test", "Test-Dev"), ("test", "Test-Challenge"),
)  # fmt: skip
CATEGORIES = {0: False, 1: True}


def index(root: Path, survey: Survey) -> list[Sample]:
    """Faces in the order of their pictures; the lists are read as streams, since they hold every polygon.

    Raises:
        DatasetError: a list is not of its form.
    """
    samples = []
    for split, part in PARTS:
        listing = root / f"{part}_poly.json"
        if not listing.is_file():
            survey.notes.append(f"{listing.name} is not there and its part is left out")
            continue
        survey.lists.append(str(listing))
        folder = root / "Images" / part
        there = {p.name for p in folder.iterdir()} if folder.is_dir() else set()
        names: dict[int, str] = {}
        faces = []
        try:
            with listing.open("rb") as data:
                for entry in ijson.items(data, "images.item"):
                    names[int(entry["id"])] = PurePosixPath(entry["file_name"]).name
            with listing.open("rb") as data:
                for entry in ijson.items(data, "annotations.item", use_float=True):
                    name, (x, y, w, h) = names[int(entry["image_id"])], entry["bbox"]
                    faces.append((name, int(entry["id"]), CATEGORIES[int(entry["category_id"])], (x, y, x + w, y + h)))
        except (ijson.JSONError, KeyError, ValueError, TypeError) as error:
            raise DatasetError(f"{listing.name} is not of the form that it downloads in: {error!r}.") from error
        survey.missing += sorted(f"Images/{part}/{name}" for name in {f[0] for f in faces} - there)
        survey.surplus += sorted(f"Images/{part}/{name}" for name in there - set(names.values()))
        for name, number, fake, box in sorted(faces):
            if name in there:
                # Numbers of annotations start anew in every part, so the part belongs to the id.
                samples.append(Sample(
                    f"{part}/{name}#{number}", str(folder / name), "image", fake, "GAN face swap" if fake else "real",
                    "" if fake else "web photos", f"{part}/{name}", split, (("part", part),), box,
                ))  # fmt: skip
    return samples
