"""Which recordings train, choose and measure: the speech set, and further ones of the same kinds."""

from __future__ import annotations

import csv
import hashlib
import logging
import re
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


@dataclass(frozen=True)
class Collection:
    """A further repository of recordings.

    Attributes:
        folder: below `--more`.
        source: name of the collection; one of `speech.csv` or a new one.
        most: files of it at most.
        speaker: pattern whose first group in the path below `folder` tells the speaker; "" where nothing does.
        pattern: of its files; other folders hold the same once more, or what was done to it.
        split: a whole collection trains or is kept for choosing.
        is_fake: whether its voices are made by a machine.
        family: of the system, where they are.
        licence: as the repository states it; "" where it states none.
    """

    folder: str
    source: str
    most: int
    speaker: str = ""
    pattern: str = "**/*.wav"
    split: Literal["train", "dev"] = "train"
    is_fake: bool = False
    family: str = ""
    licence: str = ""


FURTHER = (
    Collection("Precise-Community-Data", "mycroft_precise", 500),
    Collection("RavdessSounds", "ravdess", 320, r"-(\d+)\.wav$"),
    Collection("DSPSpeech-20", "dspspeech20", 480, r"([^/]+?)-[^/]*$"),
    Collection("VCTK_corpus", "harsha_speecht5", 300, is_fake=True, family="speecht5"),
    # Running speech of many rooms, devices and languages: without it most of what trains as bona fide is single words.
    Collection("speechocean762", "speechocean762", 400, r"SPEAKER(\d+)", "WAVE/**/*.WAV", licence="free for any use"),
    Collection("URDU-Dataset", "urdu_talk_shows", 180, r"(S[FM]\d+)_", licence="research use"),
    Collection("SpeakerRecognition", "telephone_digits", 160, r"([FM]_\d+)/", "audio_data/**/*.wav"),
    Collection("Korean-Read-Speech-Corpus", "korean_rooms", 140, r"/sub\d{4}\d\d([a-z])", "dataset/**/*.wav", licence="CC BY-NC-ND 4.0"),
    Collection("nEMO", "nemo", 120, r"/([A-Z]+\d)_", "samples/*.wav", licence="CC BY-NC-SA 4.0"),
    Collection("manybabies_norming", "manybabies", 140, r"Baby (\d+)", "wavs/original/*.wav", licence="MIT"),
    Collection("griko-italian-parallel-corpus", "griko", 120, "", "all/wavs/*.wav"),
    Collection("emospeech-dataset-v1", "emospeech_streets", 120, r"-([0-9a-f]{16,})\.wav$", "*/[!b]*.wav", licence="CC BY-NC-SA 4.0"),
    Collection("Parkinson-Patient-Speech-Dataset", "parkinson_talks", 100, r"original-speech-dataset/(.+)/", "original-speech-dataset/**/*.wav"),
    Collection("Hindi-Speech-Corpus", "hindi_talks", 100, r"data/(\w+)/", "corpus/data/**/*.mp3", licence="MIT"),
    Collection("mboshi-french-parallel-corpus", "mboshi", 100, r"train/([a-z]+)_", "full_corpus_newsplit/train/*.wav"),
    Collection("kaldi-asr-aishell-sample", "aishell_sample", 80, r"(S\d{4})W", "AISHELL_Sample_data/*.wav", licence="GPL-3.0 (repository)"),
    Collection("dataset-voice-kerstin", "kerstin", 80, "", "audio/*.webm", licence="CC0"),
    Collection("Swahili-Speech", "swahili_phone", 60, "", "data/records/**/*.wav", licence="MIT"),
    Collection("AMMI-Speech-Lig-Aikuma", "pidgin_phone", 60, "", "project/records/**/*.wav", licence="MIT"),
    # Kept whole for choosing: recordings of kinds that nothing trains on.
    Collection("speech-to-intent-benchmark", "spoken_commands", 60, r"([^/]+)\.wav$", "data/speech/clean/*.wav", "dev", licence="Apache-2.0"),
    Collection("dail-eireann-audio-dataset", "dail_eireann", 60, r"en\.([^/]+)\.\d+\.wav$", "clips/mono/*.wav", "dev"),
    Collection("Berom_Speech_Dataset", "berom_messages", 40, "", "wav/*.wav", "dev"),
)  # fmt: skip
LICENCES.update({c.source: c.licence or "not stated; research use" for c in FURTHER if c.source not in LICENCES})
LEAST_WAV_BYTES = 24_000


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
    """Recordings of the collections below `folder`, to train or to choose by; an absent one is skipped with a word.

    Args:
        folder: holds the repositories by the names in `FURTHER`.
        known: SHA-256 of what is in the speech set already, dev and test included.
        train_speakers: of the speech set; a collection whose speakers are split there adds only these.
        seed: of the choice where there are too many.
    """
    for k, collection in enumerate(FURTHER):
        files = sorted((folder / collection.folder).glob(collection.pattern))
        if not files:
            log.warning("%s is not below %s; training goes on without it", collection.folder, folder)
            continue
        order = np.random.default_rng((seed, k)).permutation(len(files))
        taken = 0
        for i in order:
            path = files[i]
            if taken == collection.most:
                break
            speaker = _speaker(collection, path.relative_to(folder / collection.folder).as_posix())
            if speaker is None or (collection.source == "dspspeech20" and speaker not in train_speakers):
                continue
            short = path.suffix.lower() == ".wav" and path.stat().st_size < LEAST_WAV_BYTES
            if short or hashlib.sha256(path.read_bytes()).hexdigest() in known:
                continue
            taken += 1
            system = f"{collection.family}_further" if collection.is_fake else ""
            yield Recording(
                path, collection.split, collection.is_fake, system, collection.family, collection.source, speaker
            )
        log.info("%s: %d recordings", collection.folder, taken)


def _speaker(collection: Collection, path: str) -> str | None:
    """Speaker in the words of `speech.csv`, or None for a file that must not train."""
    found = re.search(collection.speaker, path) if collection.speaker else None
    told = found.group(1) if found else ""
    if collection.source == "ravdess":
        return f"rav-{told}" if told.isdecimal() and int(told) in RAVDESS_TRAIN_ACTORS else None
    if collection.source == "dspspeech20":
        return f"dsp-{told}"
    if collection.source == "harsha_speecht5":
        return "st5-further"
    if collection.source == "mycroft_precise":
        return "mpc-unknown"
    return f"{collection.source}-{told or 'unknown'}"
