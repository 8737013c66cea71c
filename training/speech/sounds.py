"""Sounds that are no speech, for the gate that keeps music and noise from being judged as voices."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from detectors.errors import MediaError
from detectors.media import SAMPLE_RATE_HZ, read_sound

log = logging.getLogger(__name__)

MUSIC_FOLDER = "librosa-data/audio"  # example music and animal sounds of the librosa project, below `--more`
SPOKEN = ("198-209", "5703-47212", "3436-172162")  # the three of its files that are voices
MUSIC_S = 150.0  # of each file at most


def music_windows(more: Path | None, samples: int) -> Iterator[tuple[str, np.ndarray]]:
    """Windows of real music and animals, float32 (samples,), each with the name of its file."""
    folder = more / MUSIC_FOLDER if more else None
    if folder is None or not folder.is_dir():
        log.warning("%s is not below --more; the gate learns from drawn sounds alone", MUSIC_FOLDER)
        return
    for path in sorted(folder.glob("*.ogg")):
        if path.name.endswith(".hq.ogg") or path.name.startswith(SPOKEN):
            continue
        try:
            wave = read_sound(path, MUSIC_S)
        except MediaError as error:
            log.warning("%s: %s", path.name, error)
            continue
        if len(wave) < samples:
            wave = np.resize(wave, samples)
        for first in range(0, len(wave) - samples + 1, samples):
            yield path.stem, wave[first : first + samples]


def drawn_sound(samples: int, rng: np.random.Generator) -> np.ndarray:
    """A drawn window, float32 (samples,): coloured noise, tones, chords with an envelope, clicks, sweeps, or several."""
    t = np.arange(samples) / SAMPLE_RATE_HZ
    x = np.zeros(samples)
    kinds = rng.choice(5, size=int(rng.integers(1, 4)), replace=False)
    for kind in kinds:
        x += (_noise, _tone, _music, _clicks, _sweep)[kind](t, rng) * 10 ** (-rng.uniform(0, 15) / 20)
    x += rng.normal(size=samples) * 1e-3
    return (0.1 * x / (x.std() + 1e-9)).astype(np.float32)


def _noise(t: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    from scipy.signal import lfilter

    x = lfilter([1], [1, -rng.uniform(-0.5, 0.98)], rng.normal(size=len(t)))
    swell = 1 + rng.uniform(0, 0.9) * np.sin(2 * np.pi * rng.uniform(0.05, 2) * t + rng.uniform(0, 6))
    return x / x.std() * swell


def _tone(t: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.sin(2 * np.pi * rng.uniform(60, 4000) * t) * (np.sin(2 * np.pi * rng.uniform(0.2, 6) * t) > -0.3)


def _music(t: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    x, beat = np.zeros(len(t)), rng.uniform(0.15, 0.6)
    decay, partials = rng.uniform(1, 8), int(rng.integers(2, 9))
    for start in np.arange(0, t[-1], beat):
        since = t - start
        on = (since >= 0) & (since < 3 * beat)
        for note in rng.choice([0, 3, 4, 5, 7, 9, 12], size=int(rng.integers(1, 4)), replace=False):
            pitch = 110 * 2 ** (int(rng.integers(0, 3)) + note / 12)
            for k in range(1, partials + 1):
                if pitch * k < 7800:
                    x[on] += np.sin(2 * np.pi * pitch * k * since[on]) * np.exp(-decay * since[on]) / k
    return x / (x.std() + 1e-9)


def _clicks(t: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    x = np.zeros(len(t))
    x[rng.integers(0, len(t), int(rng.integers(3, 60)))] = rng.normal(size=1) * 20
    ring = np.exp(-np.arange(800) / rng.uniform(20, 300)) * np.sin(np.arange(800) * rng.uniform(0.05, 1.5))
    made = np.convolve(x, ring)[: len(t)]
    return made / (made.std() + 1e-9)


def _sweep(t: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    low, high = sorted(rng.uniform(100, 6000, 2))
    return np.sin(2 * np.pi * (low * t + (high - low) * t**2 / (2 * t[-1])))
