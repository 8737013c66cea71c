"""Celeb-DF (v2), as it downloads: three folders of videos and the list of those that are for testing.

Li et al., "Celeb-DF: A Large-scale Challenging Dataset for DeepFake Forensics", CVPR 2020.
"""

from __future__ import annotations

from pathlib import Path

from data_manifests.schema import DatasetCard, Published, Sample, Split, Survey
from detectors.errors import DatasetError

LIST = "List_of_testing_videos.txt"
CARD = DatasetCard(
    name="celebdf",
    title="Celeb-DF v2",
    kind="video",
    licence="for research, by agreement with its authors",
    how_to_get="Ask for it with the form in the repository yuezunli/celeb-deepfakeforensics, unpack it, and name the folder "
    "that holds Celeb-real, YouTube-real and Celeb-synthesis with --root.",
    note="Almost every identity of the official test list occurs in training videos as well. In the list, 1 means real.",
    known_to_training=("celebdf", "celebdf1"),
    labels=f"in {LIST} 1 means real and 0 fake",
    size="about 10 GB",
    published=(
        Published("all videos", "all", 890, 5_639),
        Published("videos of the test list", "test", 178, 340),
        Published("videos that the list does not name", "train", 712, 5_299),
    ),
    marks=(LIST, f"*/{LIST}"),
    folders=("Celeb-DF-v2", "Celeb-DF"),
    digests=((LIST, "07063d46206e011aef9d1ad8d1854f5b87ae519ba6e452b897cc528c3dcfcdc0"),),
)
FOLDERS = {"celeb-real": False, "youtube-real": False, "celeb-synthesis": True}


def index(root: Path, survey: Survey) -> list[Sample]:
    """Samples in the order of their paths; the group is the video that was filmed, and a fake belongs to its target.

    Raises:
        DatasetError: a line of the list is not of its form, or contradicts the folders.
    """
    top = root if (root / LIST).is_file() else next(root.glob(f"*/{LIST}")).parent
    survey.lists.append(str(top / LIST))
    tests = _test_list(top / LIST)
    samples = []
    for folder in sorted(p for p in top.iterdir() if p.is_dir()):
        fake = FOLDERS.get(folder.name.lower())
        if fake is None:
            continue
        for path in sorted(folder.rglob("*.mp4")):  # some copies have videos/ in between
            name = f"{folder.name.lower()}/{path.stem}"
            split: Split = "test" if name in tests else "train"
            if name in tests and tests[name] != fake:
                raise DatasetError(f"{LIST} calls {name} {'fake' if tests[name] else 'real'}, and its folder does not.")
            tests.pop(name, None)
            samples.append(Sample(
                path.relative_to(top).as_posix(), str(path), "video", fake, "Celeb-synthesis" if fake else "real",
                "" if fake else folder.name, _filmed(folder.name.lower(), path.stem), split, people=_people(path.stem),
            ))  # fmt: skip
    survey.missing += [f"{name}.mp4" for name in tests]
    return samples


def _test_list(file: Path) -> dict[str, bool]:
    """Name in lower-case folder -> whether it is fake; the list writes 1 for real."""
    tests = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        label, _, name = line.strip().partition(" ")
        folder, _, video = name.partition("/")
        if label not in ("0", "1") or not video:
            raise DatasetError(f"{LIST}, line {number}: expected 0 or 1 and a video; found {line!r}.")
        tests[f"{folder.lower()}/{Path(video).stem}"] = label == "0"
    return tests


def _filmed(folder: str, stem: str) -> str:
    """Celeb-synthesis/id0_id1_0007 shows the video id0_0007 with the face of id1."""
    if folder == "youtube-real":
        return f"youtube/{stem}"
    parts = stem.split("_")
    return f"celeb/{parts[0]}_{parts[-1]}"


def _people(stem: str) -> tuple[str, ...]:
    """Target and source of a fake, the one who is filmed of a real; YouTube's are not named."""
    return tuple(part for part in stem.split("_") if part.startswith("id"))
