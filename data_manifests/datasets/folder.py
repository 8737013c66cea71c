"""Anyone's own pictures or recordings: `ROOT/{real,fake}/**`, optionally below `train`, `dev` or `test`.

The first folder under `fake/` names the method ("fake" for files right under it), the first under `real/` the
source. Every file is a group of its own, because a folder says nothing of who is on it.
"""

from __future__ import annotations

from pathlib import Path

from data_manifests.schema import DatasetCard, Sample, Split, Survey
from data_manifests.splits import SPLIT_NAMES
from detectors.errors import DatasetError
from detectors.types import MediaKind

CARD = DatasetCard(
    name="folder",
    title="Folder",
    kind="image",
    licence="yours",
    how_to_get="Lay files as DIR/real/… and DIR/fake/METHOD/… and give --root DIR.",
    note="Every file counts as a group of its own; where several show one person, the true intervals are wider.",
    labels="the folders are called real and fake",
    size="as you have it",
)
# Whatever is not one of these is a note beside the files (a list, a licence) and not a broken file.
PICTURES = {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".heic", ".avif", ""}
SOUNDS = {".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".m4a", ".aac", ".amr", ".aif", ".aiff", ".weba"}
VIDEOS = {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".3gp"}


def index(root: Path, survey: Survey) -> list[Sample]:
    """Samples in the order of their paths.

    Raises:
        DatasetError: it is no folder, or holds no file below `real` or `fake`.
    """
    if not root.is_dir():
        raise DatasetError(f"{root} is not a folder.")
    samples = read_folders(root)
    if not samples:
        raise DatasetError(
            f"{root} holds no pictures, videos or recordings below real/ or fake/ (nor below train/, dev/ or test/)."
        )
    return samples


def read_folders(root: Path, method: str | None = None, source: str | None = None) -> list[Sample]:
    """Samples of `ROOT/[SPLIT/]{real,fake}/**`, names in any case, in the order of their paths.

    Args:
        root: the folder.
        method: of all fakes; None: the first folder under `fake` names it.
        source: of all reals; None: the first folder under `real` names it.
    """
    samples: list[Sample] = []
    tops: list[tuple[Path, Split]] = [(root, "all")]
    tops += [(d, SPLIT_NAMES[d.name.lower()]) for d in _folders(root) if d.name.lower() in SPLIT_NAMES]
    for top, split in tops:
        for folder in _folders(top):
            if folder.name.lower() in ("real", "fake"):
                fake = folder.name.lower() == "fake"
                samples += _class_samples(root, folder, split, fake, method if fake else source)
    return sorted(samples, key=lambda s: s.sample_id)


def kind_of(path: Path) -> MediaKind:
    """Sound or video by its suffix, and a picture otherwise; what a file truly is shows when it is opened."""
    suffix = path.suffix.lower()
    return "audio" if suffix in SOUNDS else "video" if suffix in VIDEOS else "image"


def _class_samples(root: Path, folder: Path, split: Split, is_fake: bool, told: str | None) -> list[Sample]:
    samples = []
    for path in sorted(folder.rglob("*")):
        if path.name.startswith(".") or path.suffix.lower() not in PICTURES | SOUNDS | VIDEOS or not path.is_file():
            continue
        below = path.relative_to(folder).parts
        named = told or (below[0] if len(below) > 1 else "")
        sample_id = path.relative_to(root).as_posix()
        method = (named or "fake") if is_fake else "real"
        source = "" if is_fake else named
        samples.append(Sample(sample_id, str(path), kind_of(path), is_fake, method, source, sample_id, split))
    return samples


def _folders(root: Path) -> list[Path]:
    return sorted(p for p in root.iterdir() if p.is_dir() and not p.name.startswith("."))
