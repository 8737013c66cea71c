"""ASVspoof 2019, logical access, as it downloads: `LA/` with protocols and FLAC files; Kaggle's `LA/LA/` is found too.

Todisco et al., "ASVspoof 2019: future horizons in spoofed and fake audio detection", Interspeech 2019.
"""

from __future__ import annotations

from pathlib import Path

from data_manifests.schema import DatasetCard, Published, Sample, Split, Survey
from detectors.errors import DatasetError

PROTOCOLS = "ASVspoof2019_LA_cm_protocols"
CARD = DatasetCard(
    name="asvspoof2019",
    title="ASVspoof 2019 LA",
    kind="audio",
    licence="ODC-By 1.0",
    how_to_get="Download LA.zip from the ASVspoof 2019 page of the Edinburgh DataShare and unpack it; name the folder "
    "that holds LA/, or LA/ itself, with --root.",
    note="Silence at the ends alone tells the classes apart here (Müller et al., 2021): compare trimmed and untrimmed.",
    known_to_training=("asvspoof2019",),
    labels="the words bonafide and spoof stand in the protocols",
    size="7.6 GB",
    published=(
        Published("training part", "train", 2_580, 22_800),
        Published("development part", "dev", 2_548, 22_296),
        Published("evaluation part", "test", 7_355, 63_882),
    ),
    marks=(PROTOCOLS, f"LA/{PROTOCOLS}", f"LA/LA/{PROTOCOLS}"),
    folders=("ASVspoof2019", "LA"),
)
PARTS: tuple[tuple[Split, str, str], ...] = (("train", "train", "trn"), ("dev", "dev", "trl"), ("test", "eval", "trl"))
LABELS = {"bonafide": False, "spoof": True}


def index(root: Path, survey: Survey) -> list[Sample]:
    """Samples in the order of the protocols; the group is the speaker.

    A part whose protocol is there but whose folder of sound is not is left out, since the parts can be had alone.

    Raises:
        DatasetError: a line is not of the protocol's form.
    """
    top = next(d for d in (root, root / "LA", root / "LA" / "LA") if (d / PROTOCOLS).is_dir())
    samples: list[Sample] = []
    for split, part, end in PARTS:
        protocol = top / PROTOCOLS / f"ASVspoof2019.LA.cm.{part}.{end}.txt"
        sound = top / f"ASVspoof2019_LA_{part}" / "flac"
        if not protocol.is_file() or not sound.is_dir():
            survey.notes.append(f"the {part} part has no protocol or no folder of sound and is left out")
            continue
        survey.lists.append(str(protocol))
        there = {p.name for p in sound.glob("*.flac")}
        for row in _lines(protocol):
            sample = _sample(row, sound, split)
            name = Path(sample.path).name
            if name in there:
                samples.append(sample)
                there.discard(name)
            else:
                survey.missing.append(sample.path)
        survey.surplus += sorted(str(sound / name) for name in there)
    return samples


def _lines(protocol: Path) -> list[list[str]]:
    rows = [line.split() for line in protocol.read_text(encoding="utf-8").splitlines() if line.strip()]
    for number, row in enumerate(rows, 1):
        if len(row) != 5 or row[4] not in LABELS:
            raise DatasetError(
                f"{protocol.name}, line {number}: expected speaker, file, -, system and bonafide or spoof; found "
                f"{' '.join(row)!r}."
            )
    return rows


def _sample(row: list[str], sound: Path, split: Split) -> Sample:
    speaker, name, _, system, label = row
    fake = LABELS[label]
    path = sound / f"{name}.flac"
    return Sample(
        name, str(path), "audio", fake, system if fake else "real", "" if fake else "ASVspoof 2019", speaker, split,
        people=(speaker,),
    )  # fmt: skip
