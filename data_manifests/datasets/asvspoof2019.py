"""ASVspoof 2019, logical access, as it downloads: `LA/` with protocols and FLAC files; Kaggle's `LA/LA/` is found too.

Todisco et al., "ASVspoof 2019: future horizons in spoofed and fake audio detection", Interspeech 2019.
"""

from __future__ import annotations

from pathlib import Path

from data_manifests.schema import DatasetCard, Sample, Split
from detectors.errors import DatasetError

CARD = DatasetCard(
    name="asvspoof2019",
    title="ASVspoof 2019 LA",
    kind="audio",
    licence="ODC-By 1.0",
    how_to_get="Download LA.zip from the ASVspoof 2019 page of the Edinburgh DataShare and unpack it; name the folder "
    "that holds LA/, or LA/ itself, with --root.",
    note="Silence at the ends alone tells the classes apart here (Müller et al., 2021): compare trimmed and untrimmed.",
    known_to_training=("asvspoof2019",),
)
PARTS: tuple[tuple[Split, str, str, int, int], ...] = (  # split, name of the part, end of its list, real and fake
    ("train", "train", "trn", 2_580, 22_800),
    ("dev", "dev", "trl", 2_548, 22_296),
    ("test", "eval", "trl", 7_355, 63_882),
)
PROTOCOLS = "ASVspoof2019_LA_cm_protocols"
LABELS = {"bonafide": False, "spoof": True}


def index(root: Path | None) -> list[Sample]:
    """Samples in the order of the protocols; the group is the speaker.

    A part whose protocol is there but whose folder of sound is not is left out, since the parts can be had alone.

    Raises:
        DatasetError: no protocol was found, no part is whole, or a line is not of the protocol's form.
    """
    if root is None:
        raise DatasetError(f"--dataset {CARD.name} needs --root DIR. {CARD.how_to_get}")
    top = next((d for d in (root, root / "LA", root / "LA" / "LA") if (d / PROTOCOLS).is_dir()), None)
    if top is None:
        raise DatasetError(f"{root} holds no LA/{PROTOCOLS}. {CARD.how_to_get}")
    samples: list[Sample] = []
    for split, part, end, _, _ in PARTS:
        protocol = top / PROTOCOLS / f"ASVspoof2019.LA.cm.{part}.{end}.txt"
        sound = top / f"ASVspoof2019_LA_{part}" / "flac"
        if protocol.is_file() and sound.is_dir():
            samples += [_sample(line, sound, split) for line in _lines(protocol)]
    if not samples:
        raise DatasetError(f"{top} holds no part with both its protocol and its folder flac/. {CARD.how_to_get}")
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
        name, str(path), "audio", fake, system if fake else "real", "" if fake else "ASVspoof 2019", speaker, split
    )
