"""Which recordings train, choose and measure: the speech set, and further ones of the same kinds."""

from __future__ import annotations

import csv
import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from detectors.errors import DatasetError

log = logging.getLogger(__name__)
Split = Literal["train", "dev", "test"]

# Where each comes from and under what rights; copied onto the card.
LICENCES = {
    "resemblyzer_librispeech": "CC BY 4.0 (LibriSpeech)",
    "ravdess": "CC BY-NC-SA 4.0",
    "dspspeech20": "research use",
    "emodb": "research use",
    "mycroft_precise": "public domain",
    "luca_spkid": "research use",
    "r9y9_demo": "research use",
    "copysynth": "made from LibriSpeech, CC BY 4.0",
    "synth": "synthesised",
    "harsha_speecht5": "research use",
    "piper": "voice joe of Piper, CC0",
}
COPIES_LICENCE = "made from the bona fide recordings of this list, under their licences"
DEMO_LICENCE = "samples from a publication's demonstration page, research use"
RAVDESS_TRAIN_ACTORS = range(1, 17)
# Files of each further repository at most; its folder below `--more`, and the source that it belongs to.
FURTHER = {
    "Precise-Community-Data": ("mycroft_precise", 500),
    "RavdessSounds": ("ravdess", 320),
    "DSPSpeech-20": ("dspspeech20", 480),
    "VCTK_corpus": ("harsha_speecht5", 300),
}


@dataclass(frozen=True)
class Recording:
    """One file.

    Attributes:
        path: of the file.
        split: train, dev or test.
        is_fake: the label.
        system: what made it; "" for a bona fide one.
        family: of that system; likewise.
        source: collection.
        speaker: never in two splits.
    """

    path: Path
    split: Split
    is_fake: bool
    system: str
    family: str
    source: str
    speaker: str


def read_speech_csv(root: Path) -> tuple[list[Recording], set[str]]:
    """Every recording of `speech.csv`, and the SHA-256 of all of them.

    Raises:
        DatasetError: the list is absent.
    """
    table = root / "speech.csv"
    if not table.is_file():
        raise DatasetError(f"{root} holds no speech.csv; --data must name the folder of the speech set.")
    with table.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    recordings = [
        Recording(
            root / r["path"],
            r["split"],  # type: ignore[arg-type]  # one of the three in every row
            r["label"] == "fake",
            r["system"],
            r["family"],
            r["source"],
            r["speaker"],
        )
        for r in rows
    ]
    return recordings, {r["sha256"] for r in rows}


def read_further(folder: Path, known: set[str], train_speakers: set[str], seed: int) -> Iterator[Recording]:
    """Training recordings of the repositories below `folder`; an absent one is skipped with a word.

    Args:
        folder: holds the repositories by the names in `FURTHER`.
        known: SHA-256 of what is in the speech set already, dev and test included.
        train_speakers: of the speech set; a collection whose speakers are split there adds only these.
        seed: of the choice where there are too many.
    """
    for k, (name, (source, most)) in enumerate(FURTHER.items()):
        files = sorted((folder / name).rglob("*.wav"))
        if not files:
            log.warning("%s is not below %s; training goes on without it", name, folder)
            continue
        order = np.random.default_rng((seed, k)).permutation(len(files))
        taken = 0
        for i in order:
            path = files[i]
            speaker = _speaker(source, path)
            if taken == most:
                break
            if speaker is None or (source == "dspspeech20" and speaker not in train_speakers):
                continue
            if path.stat().st_size < 24_000 or hashlib.sha256(path.read_bytes()).hexdigest() in known:
                continue
            taken += 1
            fake = source == "harsha_speecht5"
            yield Recording(
                path, "train", fake, "speecht5_further" if fake else "", "speecht5" if fake else "", source, speaker
            )
        log.info("%s: %d recordings", name, taken)


def _speaker(source: str, path: Path) -> str | None:
    """Speaker in the words of `speech.csv`, or None for a file that must not train."""
    if source == "ravdess":
        actor = path.stem.split("-")[-1]
        return f"rav-{actor}" if actor.isdecimal() and int(actor) in RAVDESS_TRAIN_ACTORS else None
    if source == "dspspeech20":
        return f"dsp-{path.stem.split('-')[0]}"
    if source == "harsha_speecht5":
        return "st5-further"
    return "mpc-unknown"
