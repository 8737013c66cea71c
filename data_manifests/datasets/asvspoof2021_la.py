"""ASVspoof 2021, logical access: ASVspoof 2019's kinds of attack over telephone codecs, with its published keys.

Yamagishi et al., "ASVspoof 2021: accelerating progress in spoofed and deepfake speech detection", 2021.
"""

from __future__ import annotations

from pathlib import Path

from data_manifests.schema import DatasetCard, Published, Sample, Split, Survey
from detectors.errors import DatasetError

KEYS = ("keys/CM/trial_metadata.txt", "keys/{part}/CM/trial_metadata.txt", "{part}/CM/trial_metadata.txt",
        "*/keys/CM/trial_metadata.txt", "*/keys/{part}/CM/trial_metadata.txt", "*/{part}/CM/trial_metadata.txt")  # fmt: skip
CARD = DatasetCard(
    name="asvspoof2021_la",
    title="ASVspoof 2021 LA",
    kind="audio",
    licence="ODC-By 1.0",
    how_to_get="Download ASVspoof2021_LA_eval.tar.gz from Zenodo record 4837263 and LA-keys-full.tar.gz from asvspoof.org, "
    "unpack both side by side, and name their folder with --root.",
    note="Test is the evaluation phase, dev the progress phase; the hidden track is left out.",
    known_to_training=("asvspoof2021_la", "asvspoof2019"),
    labels="the words bonafide and spoof stand in trial_metadata.txt",
    size="8 GB",
    published=(
        Published("evaluation phase", "test", 14_816, 133_360),
        Published("progress phase", "dev", 1_676, 14_788),
    ),
    marks=tuple(mark.format(part="LA") for mark in KEYS),
    folders=("ASVspoof2021_LA", "ASVspoof2021"),
)
LABELS = {"bonafide": False, "spoof": True}
PHASES: dict[str, Split] = {"eval": "test", "progress": "dev"}


def index(root: Path, survey: Survey) -> list[Sample]:
    """Samples in the order of the keys; the group is the speaker.

    Raises:
        DatasetError: a line is not of the keys' form.
    """
    return read_2021(root, survey, "LA")


def read_2021(root: Path, survey: Survey, part: str) -> list[Sample]:
    """Both parts of 2021: speaker, file, codec, then transmission (LA) or source (DF), system, key, trim, phase, and of
    DF the kind of vocoder.

    Raises:
        DatasetError: see `index`.
    """
    keys = next(file for mark in KEYS for file in sorted(root.glob(mark.format(part=part))))
    survey.lists.append(str(keys))
    # DF comes in four parts, each with a folder of its own.
    sounds = {
        p.stem: p
        for depth in ("", "*/", "*/*/")
        for flac in sorted(root.glob(f"{depth}flac"))
        if f"_{part}_" in str(flac.relative_to(root)) or depth == ""
        for p in flac.glob("*.flac")
    }
    samples, hidden = [], 0
    with keys.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            row = line.split()
            if not row:
                continue
            if len(row) < 8 or row[5] not in LABELS:
                raise DatasetError(
                    f"{keys.name}, line {number}: expected speaker, file, codec, …, system, bonafide or spoof, trim and "
                    f"phase; found {line.strip()!r}."
                )
            speaker, name, codec, way, system, label, _, phase = row[:8]
            if phase not in PHASES:
                hidden += 1
                continue
            path = sounds.pop(name, None)
            if path is None:
                survey.missing.append(f"{name}.flac")
                continue
            fake = LABELS[label]
            told = [("codec", codec), ("transmission" if part == "LA" else "source", way)]
            if part == "DF" and fake and len(row) > 8:
                told.append(("vocoder", row[8]))
            samples.append(Sample(
                name, str(path), "audio", fake, system if fake else "real", "" if fake else f"ASVspoof 2021 {part}",
                speaker, PHASES[phase], tuple(told), people=(speaker,),
            ))  # fmt: skip
    if hidden:
        survey.notes.append(f"{hidden} trials of the hidden track are left out")
    elif sounds:
        survey.surplus += sorted(str(p) for p in sounds.values())
    return samples
