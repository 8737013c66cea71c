"""All recordings and their copies as one array of samples on disk, trimmed alike whatever their class."""

from __future__ import annotations

import csv
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from detectors.errors import DatasetError, MediaError
from detectors.media import SAMPLE_RATE_HZ, read_sound
from training.speech.sources import Recording

log = logging.getLogger(__name__)

MAX_CLIP_S = 4.0
MIN_CLIP_S = 0.6
TRIM_BELOW_DB = 40.0  # under the loudest 25 ms: what counts as silence at the ends
TRIM_FRAME = 400
LEVEL_RMS = 0.05  # of every stored clip; the chain of damage draws the level anew


@dataclass(frozen=True)
class ClipRow:
    """What is known of one stored clip; see `Recording`.

    Attributes:
        first: position of its first sample in the array.
        length: in samples.
        base: index of the clip that it is a copy of; -1 for a recording.
    """

    split: str
    is_fake: bool
    system: str
    family: str
    source: str
    speaker: str
    first: int
    length: int
    base: int


@dataclass(frozen=True, eq=False)
class ClipTable:
    """Stored clips.

    Attributes:
        rows: in the order of the array.
        samples: int16, all clips one after the other, 16 kHz.
    """

    rows: tuple[ClipRow, ...]
    samples: np.ndarray

    def wave(self, index: int) -> np.ndarray:
        """One clip, float32 in ±1."""
        row = self.rows[index]
        return self.samples[row.first : row.first + row.length].astype(np.float32) / 32768

    def where(self, split: str, *, fake: bool | None = None) -> np.ndarray:
        """Indices of a split, and of a class where one is named."""
        return np.array(
            [i for i, r in enumerate(self.rows) if r.split == split and fake in (None, r.is_fake)], dtype=int
        )


class ClipWriter:
    """Appends clips; a context manager that writes the table when it ends well."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._name = folder, name
        self._out = (folder / f"{name}.i16.part").open("wb")
        self._rows: list[ClipRow] = []
        self._at = 0

    def __enter__(self) -> ClipWriter:
        return self

    def add(self, recording: Recording, wave: np.ndarray, base: int = -1) -> None:
        """Trims, levels and stores one clip, float32 at 16 kHz; too short a one is left out."""
        wave = prepare(wave)
        if len(wave) < MIN_CLIP_S * SAMPLE_RATE_HZ:
            return
        self._out.write((np.clip(wave, -1, 1) * 32767).astype("<i2").tobytes())
        r = recording
        self._rows.append(
            ClipRow(r.split, r.is_fake, r.system, r.family, r.source, r.speaker, self._at, len(wave), base)
        )
        self._at += len(wave)

    def __exit__(self, kind: object, *_: object) -> None:
        self._out.close()
        if kind is not None:
            return
        with (self._folder / f"{self._name}.csv").open("w", newline="", encoding="utf-8") as table:
            writer = csv.DictWriter(table, [f.name for f in fields(ClipRow)])
            writer.writeheader()
            writer.writerows(asdict(row) for row in self._rows)
        (self._folder / f"{self._name}.i16.part").replace(self._folder / f"{self._name}.i16")


def prepare(wave: np.ndarray) -> np.ndarray:
    """Without DC, without the silence at its ends, at most `MAX_CLIP_S` long, at a fixed level."""
    wave = wave - wave.mean() if len(wave) else wave
    frames = len(wave) // TRIM_FRAME
    if not frames:
        return wave[:0]
    power = (wave[: frames * TRIM_FRAME].reshape(frames, TRIM_FRAME) ** 2).mean(1)
    loud = np.flatnonzero(power > power.max() * 10 ** (-TRIM_BELOW_DB / 10))
    if not power.max() or not len(loud):
        return wave[:0]
    wave = wave[loud[0] * TRIM_FRAME : (loud[-1] + 1) * TRIM_FRAME][: round(MAX_CLIP_S * SAMPLE_RATE_HZ)]
    gain = LEVEL_RMS / float(np.sqrt((wave**2).mean()))
    return (wave * min(gain, 0.98 / float(np.abs(wave).max()))).astype(np.float32)


def store_recordings(recordings: Iterable[Recording], folder: Path) -> None:
    """Decodes every recording into `folder/clips`; done already, it does nothing."""
    if (folder / "clips.i16").exists():
        return
    with ClipWriter(folder, "clips") as writer:
        for recording in recordings:
            try:
                writer.add(recording, read_sound(recording.path, 1.5 * MAX_CLIP_S))
            except MediaError as error:
                log.warning("%s: %s", recording.path.name, error)


def read_clips(folder: Path, name: str = "clips") -> ClipTable:
    """Opens a stored table; samples stay on disk.

    Raises:
        DatasetError: it is not there.
    """
    file = folder / f"{name}.i16"
    if not file.exists():
        raise DatasetError(f"{file} is missing; run the earlier stages of training first.")
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as lines:
        rows = tuple(
            ClipRow(
                r["split"], r["is_fake"] == "True", r["system"], r["family"], r["source"], r["speaker"],
                int(r["first"]), int(r["length"]), int(r["base"]),
            )
            for r in csv.DictReader(lines)
        )  # fmt: skip
    samples = np.memmap(file, dtype="<i2", mode="r") if file.stat().st_size else np.empty(0, "<i2")
    return ClipTable(rows, samples)
