"""UADFV: 49 real videos and a fake of each, in `real/` and `fake/` (some copies: `fake_videos/{real,fake}/`).

Yang, Li and Lyu, "Exposing Deep Fakes Using Inconsistent Head Poses", ICASSP 2019.
"""

from __future__ import annotations

from pathlib import Path

from data_manifests.schema import DatasetCard, Published, Sample, Survey
from data_manifests.splits import NOTE, group_split

CARD = DatasetCard(
    name="uadfv",
    title="UADFV",
    kind="video",
    licence="for research",
    how_to_get="Ask its authors (Computer Vision and Machine Learning Lab, University at Albany) and name the folder that "
    "holds real/ and fake/ with --root.",
    note=f"A video and the fake made from it are one group. {NOTE}",
    known_to_training=("uadfv",),
    labels="the folders are called real and fake",
    size="150 MB",
    published=(Published("all videos", "all", 49, 49),),
    marks=("real", "UADFV/real", "fake_videos/real", "UADFV/fake_videos/real"),
    folders=("UADFV",),
)


def index(root: Path, survey: Survey) -> list[Sample]:
    """Samples in the order of their paths; a fake without its real, or the other way round, is noted."""
    top = next(
        root / place for place in ("", "UADFV", "fake_videos", "UADFV/fake_videos") if (root / place / "real").is_dir()
    )
    samples = []
    for name in ("fake", "real"):
        fake = name == "fake"
        for path in sorted((top / name).glob("*.mp4")):
            group = path.stem.removesuffix("_fake")
            samples.append(Sample(
                path.relative_to(top).as_posix(), str(path), "video", fake, "FakeApp" if fake else "real",
                "" if fake else "youtube", group, group_split(group),
            ))  # fmt: skip
    groups = {fake: {s.group_id for s in samples if s.is_fake == fake} for fake in (False, True)}
    survey.missing += [f"real/{g}.mp4" for g in sorted(groups[True] - groups[False])]
    survey.missing += [f"fake/{g}_fake.mp4" for g in sorted(groups[False] - groups[True])]
    return samples
