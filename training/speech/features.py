"""Clips through the chain of damage and into decibels, once, so that training reads and does not compute."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np

from detectors.audio_features import FeatureSettings, feature_db
from training.speech.clips import ClipTable, read_clips
from training.speech.equalise import CODED, LIGHT, NONE, ROOM, Equalising, equalise, through_codec

log = logging.getLogger(__name__)

# What a clip goes through before its features are taken.
DAMAGES: dict[str, Equalising | tuple[str, int, str, int]] = {
    "clean": NONE,  # room noise, level and dither only
    "light": LIGHT,
    "full": Equalising(),
    "room": ROOM,
    "coded": CODED,
    "mp3-32k": ("libmp3lame", 16_000, "mp3", 32_000),
    "telephone": ("pcm_mulaw", 8_000, "wav", 0),
}
CHUNK = 16


@dataclass(frozen=True, eq=False)
class Features:
    """Features of one table of clips under one kind of damage.

    Attributes:
        rows: indices into the table, in the order of what follows.
        first: first frame of each clip; one more entry closes the last.
        mel: float16 (all frames, bands), decibels.
        spectrum: likewise.
    """

    rows: np.ndarray
    first: np.ndarray
    mel: np.ndarray
    spectrum: np.ndarray

    def window(self, which: int, feature: str, frames: int, start: int = 0, length: int | None = None) -> np.ndarray:
        """A window of a clip, float32 (frames, bands): `length` frames from `start`, repeated as serving does."""
        low, high = int(self.first[which]), int(self.first[which + 1])
        values = self.mel if feature == "mel" else self.spectrum
        part = np.array(values[low + start : min(high, low + start + (length or high - low))], dtype=np.float32)
        return part[np.arange(frames) % len(part)]

    def length(self, which: int) -> int:
        """Frames of a clip."""
        return int(self.first[which + 1] - self.first[which])


def damaged(wave: np.ndarray, seed: tuple[int, ...], damage: str) -> np.ndarray:
    """A clip after one of `DAMAGES`."""
    how = DAMAGES[damage]
    rng = np.random.default_rng(seed)
    if isinstance(how, Equalising):
        return equalise(wave, rng, how)
    return equalise(through_codec(wave, *how), rng, NONE)


def store_features(
    folder: Path, name: str, damage: str, variant: int, keep: Callable[[ClipTable], np.ndarray], seed: int,
    settings: FeatureSettings, workers: int,
) -> None:  # fmt: skip
    """Computes the features of some clips of one table, unless that was done before.

    Args:
        folder: of the tables; features go into `features` below it.
        name: of the table.
        damage: a key of `DAMAGES`.
        variant: number that tells draws of the same damage apart.
        keep: from a table to the indices that are wanted.
        seed: of the draws; a copy gets those of the clip that it was made from.
        settings: constants of the features.
        workers: processes.
    """
    out = _stem(folder, name, damage, variant)
    if out.with_suffix(".npz").exists():
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    rows = keep(read_clips(folder, name))
    work = partial(_one, folder, name, damage, variant, seed, settings)
    counts = []
    with (
        out.with_suffix(".mel").open("wb") as mel,
        out.with_suffix(".spectrum").open("wb") as spectrum,
        ProcessPoolExecutor(workers) as pool,
    ):
        for a, b in pool.map(work, rows.tolist(), chunksize=CHUNK):
            mel.write(a.tobytes())
            spectrum.write(b.tobytes())
            counts.append(len(a))
    np.savez(out.with_suffix(".npz"), rows=rows, first=np.concatenate([[0], np.cumsum(counts)]).astype(int))
    log.info("features %s: %d clips", out.name, len(rows))


def read_features(folder: Path, name: str, damage: str, variant: int, settings: FeatureSettings) -> Features:
    """What `store_features` wrote; decibels stay on disk."""
    out = _stem(folder, name, damage, variant)
    with np.load(out.with_suffix(".npz")) as kept:
        rows, first = kept["rows"], kept["first"]

    def values(feature: str) -> np.ndarray:
        return np.memmap(
            out.with_suffix(f".{feature}"), np.float16, "r", shape=(int(first[-1]), settings.bands(feature))
        )

    return Features(rows, first, values("mel"), values("spectrum"))


def _stem(folder: Path, name: str, damage: str, variant: int) -> Path:
    return folder / "features" / f"{name}.{damage}-{variant}.x"


@cache
def _table(folder: Path, name: str) -> ClipTable:
    return read_clips(folder, name)


def _one(
    folder: Path, name: str, damage: str, variant: int, seed: int, settings: FeatureSettings, row: int
) -> tuple[np.ndarray, np.ndarray]:
    table = _table(folder, name)
    base = table.rows[row].base
    # A copy takes the draws of its original; a fake that has none (Piper) takes draws of its own.
    draw = (0, base) if base >= 0 else (0, row) if name == "clips" else (1, row)
    wave = damaged(table.wave(row), (seed, *draw, variant), damage)
    return tuple(feature_db(wave, f, settings).astype(np.float16) for f in ("mel", "spectrum"))  # type: ignore[return-value]
