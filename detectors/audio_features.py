"""Decibel spectrograms of speech: log-mel bands and the linear spectrum, with the constants of a card."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

AMIN = 1e-10  # power that counts as nothing, as in librosa.power_to_db
CHUNK_FRAMES = 4096  # transformed at once


@dataclass(frozen=True)
class FeatureSettings:
    """Constants of the features; on the card, so that weights and features cannot part.

    Attributes:
        sample_rate_hz: of the waveform.
        hop: samples between frames, of both features.
        mel_fft: samples of a frame of the log-mel.
        mel_bands: Slaney's mel bands from `mel_low_hz` to `mel_high_hz`.
        mel_low_hz: see above.
        mel_high_hz: see above.
        spectrum_fft: samples of a frame of the linear spectrum.
    """

    sample_rate_hz: int = 16_000
    hop: int = 160
    mel_fft: int = 400
    mel_bands: int = 80
    mel_low_hz: float = 0.0
    mel_high_hz: float = 8000.0
    spectrum_fft: int = 512

    def bands(self, feature: str) -> int:
        """Width of a feature's frames."""
        return self.mel_bands if feature == "mel" else self.spectrum_fft // 2

    def frames(self, samples: int) -> int:
        """How many frames of each feature a waveform gives: those of the longer of the two transforms."""
        longest = max(self.mel_fft, self.spectrum_fft)
        return 0 if samples < longest else 1 + (samples - longest) // self.hop


def feature_db(wave: np.ndarray, feature: str, settings: FeatureSettings) -> np.ndarray:
    """One feature of a waveform in decibels, float32 (frames, bands).

    "mel": Hann window, power spectrum, Slaney mel bands; equals librosa's `melspectrogram(center=False)` and
    `power_to_db(amin=1e-10, top_db=None)`. "spectrum": Hann window, power spectrum, all bins but the topmost.
    """
    n_fft = settings.mel_fft if feature == "mel" else settings.spectrum_fft
    count = settings.frames(len(wave))
    if not count:
        return np.empty((0, settings.bands(feature)), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(wave, n_fft)[:: settings.hop][:count]
    window = _hann(n_fft)
    parts = []
    for first in range(0, count, CHUNK_FRAMES):
        spectrum = np.fft.rfft(frames[first : first + CHUNK_FRAMES] * window, axis=1)
        power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
        power = power @ mel_basis(settings) if feature == "mel" else power[:, :-1]
        parts.append(10 * np.log10(np.maximum(power, AMIN)))
    return np.concatenate(parts).astype(np.float32)


@lru_cache
def _hann(size: int) -> np.ndarray:
    # In double precision: what lies 80 dB under a tone would be off by some thousandths of a decibel in single.
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)


@lru_cache
def mel_basis(settings: FeatureSettings) -> np.ndarray:
    """Slaney's triangular filters of equal area, float32 (bins, bands), as librosa and Whisper use them.

    Slaney, "Auditory Toolbox", 1998: linear below 1 kHz, logarithmic above. Written out because importing librosa
    costs more than a second at the first verdict; a test holds it against librosa.
    """
    step, start_hz = 200.0 / 3, 1000.0
    log_step = np.log(6.4) / 27
    start_mel = start_hz / step

    def to_mel(hz: float) -> float:
        return hz / step if hz < start_hz else start_mel + np.log(hz / start_hz) / log_step

    mels = np.linspace(to_mel(settings.mel_low_hz), to_mel(settings.mel_high_hz), settings.mel_bands + 2)
    edges = np.where(mels < start_mel, mels * step, start_hz * np.exp(log_step * (mels - start_mel)))
    bins = np.arange(settings.mel_fft // 2 + 1) * settings.sample_rate_hz / settings.mel_fft
    rising = (bins[:, None] - edges[None, :-2]) / np.diff(edges)[:-1]
    falling = (edges[None, 2:] - bins[:, None]) / np.diff(edges)[1:]
    filters = np.maximum(0, np.minimum(rising, falling)) * (2.0 / (edges[2:] - edges[:-2]))
    return filters.astype(np.float32)
