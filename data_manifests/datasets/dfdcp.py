"""Deepfake Detection Challenge, the preview: `original_videos/` and `method_A/`, `method_B/`, with dataset.json.

Dolhansky et al., "The Deepfake Detection Challenge (DFDC) Preview Dataset", 2019.
"""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

from data_manifests.schema import DatasetCard, Published, Sample, Survey
from data_manifests.splits import SPLIT_NAMES
from detectors.errors import DatasetError

CARD = DatasetCard(
    name="dfdcp",
    title="DFDC preview",
    kind="video",
    licence="the challenge's terms; not to be redistributed",
    how_to_get="Ask for the DFDC preview at ai.meta.com/datasets/dfdc, unpack it, and name the folder that holds "
    "dataset.json with --root.",
    note="The group is the actor who was filmed.",
    known_to_training=("dfdcp",),
    labels="dataset.json writes real and fake",
    size="5 GB",
    published=(Published("all videos", "all", 1_131, 4_119),),
    marks=("dataset.json", "*/dataset.json"),
    folders=("DFDCP", "dfdc_preview", "fb_dfd_release_0.1_final"),
)
LABELS = {"real": False, "fake": True}


def index(root: Path, survey: Survey) -> list[Sample]:
    """Samples in the order of their names.

    Raises:
        DatasetError: the list is not of its form.
    """
    listing = root / "dataset.json" if (root / "dataset.json").is_file() else next(root.glob("*/dataset.json"))
    survey.lists.append(str(listing))
    try:
        told = sorted(
            (name, str(e["label"]).lower(), str(e["set"]).lower())
            for name, e in json.loads(listing.read_bytes()).items()
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatasetError(f"{listing} is not of the form that it downloads in: {error!r}.") from error
    there = {p.relative_to(listing.parent).as_posix() for p in listing.parent.rglob("*.mp4")}
    samples = []
    for name, label, part in told:
        if label not in LABELS or part not in SPLIT_NAMES:
            raise DatasetError(f"{listing.name}: {name} has the label {label!r} and the set {part!r}.")
        if name not in there:
            survey.missing.append(name)
            continue
        there.discard(name)
        fake, folders = LABELS[label], PurePosixPath(name).parts
        if fake != (folders[0] != "original_videos"):
            raise DatasetError(f"{listing.name} calls {name} {label}, and its folder does not.")
        actor = folders[1] if len(folders) > 2 else PurePosixPath(name).stem
        samples.append(Sample(
            name, str(listing.parent / name), "video", fake, folders[0] if fake else "real", "" if fake else "actors",
            actor, SPLIT_NAMES[part], people=(actor,),
        ))  # fmt: skip
    survey.surplus += sorted(there)
    return samples
