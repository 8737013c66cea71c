"""One chain of damage for both classes: what a recording goes through between a microphone and a listener.

A class that was recorded differently is told apart by the recording and not by the voice. So every training clip,
bona fide or not, goes through the same draws: room noise at the ends, colouring and distortion after RawBoost (Tak et
al., ICASSP 2022), noise, a low-pass, a codec, a level, dither. A copy gets the very draws of its original.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import soxr
from scipy import signal

from detectors.media import SAMPLE_RATE_HZ

MARGIN_S = (0.0, 0.35)
MARGIN_DB = (-60.0, -35.0)  # of the room noise, under the speech
DITHER_DB = (-75.0, -45.0)  # of white noise over everything, so that no class has digital silence
LEVEL_DB = (-35.0, -12.0)  # RMS of the whole
LOW_PASS_HZ = (3400.0, 7900.0)
FIR_TAPS = 101
PACE = (0.88, 1.12)
T60_S = (0.1, 0.6)
DIRECT_DB = (3.0, 15.0)  # of the direct sound over its reverberation


@dataclass(frozen=True)
class Equalising:
    """Chances of each step of the chain.

    Attributes:
        colour: a random linear filter (RawBoost's convolutive noise, order 1).
        distort: powers of the signal through further filters (orders 2 to 5), 10 to 25 dB below.
        impulses: signal-dependent noise on a tenth of the samples.
        noise: coloured, stationary, 8 to 40 dB below the speech.
        low_pass: between 3.4 and 7.9 kHz.
        codec: one of MP3, AAC, Opus, mu-law and AMR-like telephone.
        pace: played faster or slower by up to an eighth, so that what an up-sampler leaves has no place of its own.
        room: reverberation, an exponentially decaying noise of 0.1 to 0.6 s (T60).
    """

    colour: float = 0.4
    distort: float = 0.2
    impulses: float = 0.15
    noise: float = 0.35
    low_pass: float = 0.3
    codec: float = 0.45
    pace: float = 0.0
    room: float = 0.0


LIGHT = Equalising(0.15, 0.05, 0.05, 0.15, 0.1, 0.2)
NONE = Equalising(0, 0, 0, 0, 0, 0)
CODED = Equalising(0.15, 0.05, 0.05, 0.15, 0.1, 1.0)  # what arrives is nearly always a codec's
ROOM = Equalising(pace=0.7, room=0.5)  # the whole chain, in another room and at another pace

# (codec, sample rate, container, bit rates)
CODECS: tuple[tuple[str, int, str, tuple[int, ...]], ...] = (
    ("libmp3lame", 16_000, "mp3", (32_000, 48_000, 64_000)),
    ("libmp3lame", 44_100, "mp3", (64_000, 96_000, 128_000)),
    ("aac", 16_000, "adts", (24_000, 32_000, 48_000)),
    ("libopus", 48_000, "ogg", (12_000, 16_000, 24_000, 32_000)),
    ("pcm_mulaw", 8_000, "wav", (0,)),
    ("libopus", 8_000, "ogg", (8_000, 12_000)),
)


def equalise(wave: np.ndarray, rng: np.random.Generator, how: Equalising) -> np.ndarray:
    """A clip through the chain, float32 in ±1, at 16 kHz.

    Every draw is made whether it is used or not, and none depends on the samples: two clips with generators in the
    same state get the same damage.
    """
    chances = rng.random(6)
    margins = (rng.uniform(*MARGIN_S, 2) * SAMPLE_RATE_HZ).astype(int)
    room_db, dither_db, level_db = (rng.uniform(*r) for r in (MARGIN_DB, DITHER_DB, LEVEL_DB))
    filters = [_random_filter(rng) for _ in range(5)]
    order, distort_db = int(rng.integers(2, 6)), rng.uniform(10, 25)
    snr_db, cut_hz = rng.uniform(8, 40), rng.uniform(*LOW_PASS_HZ)
    codec = CODECS[int(rng.integers(len(CODECS)))]
    rate = codec[3][int(rng.integers(len(codec[3])))]
    noise_rng = np.random.default_rng(rng.integers(2**63))
    more, pace = rng.random(2), rng.uniform(*PACE)
    t60_s, direct_db = rng.uniform(*T60_S), rng.uniform(*DIRECT_DB)
    room_rng = np.random.default_rng(rng.integers(2**63))

    if more[0] < how.pace:
        wave = soxr.resample(wave, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ / pace)
    if more[1] < how.room:
        wave = wave + _reverberation(wave, room_rng, t60_s, direct_db)
    rms = float(np.sqrt((wave**2).mean())) + 1e-9
    x = np.pad(wave, (margins[0], margins[1])).astype(np.float32) / rms
    x += _noise(noise_rng, len(x), filters[0]) * 10 ** (room_db / 20)
    if chances[0] < how.colour:
        x = _filtered(x, filters[1])
    if chances[1] < how.distort:
        soft = np.clip(x, -4, 4) / 4
        for power in range(2, order + 1):
            extra = _filtered(soft**power, filters[2 if power % 2 else 3])
            x = x + extra / (float(extra.std()) + 1e-9) * 10 ** (-(distort_db + 3 * power) / 20)
    if chances[2] < how.impulses:
        hit = noise_rng.random(len(x)) < 0.1 * noise_rng.random()
        x = x + hit * x * noise_rng.uniform(-1, 1, len(x)).astype(np.float32)
    if chances[3] < how.noise:
        x = x + _noise(noise_rng, len(x), filters[4]) * 10 ** (-snr_db / 20)
    if chances[4] < how.low_pass:
        x = signal.sosfilt(signal.butter(6, cut_hz, fs=SAMPLE_RATE_HZ, output="sos"), x)
    x = x.astype(np.float32) * 0.05
    if chances[5] < how.codec:
        x = through_codec(x, codec[0], codec[1], codec[2], rate)
    x = x / (float(np.sqrt((x**2).mean())) + 1e-9)
    x = x + noise_rng.normal(size=len(x)) * 10 ** (dither_db / 20)
    x = x * 10 ** (level_db / 20)
    return np.clip(x, -1, 1).astype(np.float32)


def _random_filter(rng: np.random.Generator) -> np.ndarray:
    """An FIR filter with a smooth random response of up to ±10 dB, some of it a notch."""
    points = np.linspace(0, SAMPLE_RATE_HZ / 2, 9)
    gains = 10 ** (rng.normal(0, 4, 9).clip(-10, 10) / 20)
    if rng.random() < 0.3:
        gains[int(rng.integers(1, 9))] *= 0.1
    return signal.firwin2(FIR_TAPS, points, gains, fs=SAMPLE_RATE_HZ)


def _filtered(x: np.ndarray, taps: np.ndarray) -> np.ndarray:
    return signal.oaconvolve(x, taps, mode="same").astype(np.float32)


def _reverberation(wave: np.ndarray, rng: np.random.Generator, t60_s: float, direct_db: float) -> np.ndarray:
    """What a room adds, as long as the clip: the sound through decaying noise from 5 ms on (Moorer, 1979)."""
    t = np.arange(round(t60_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    tail = rng.normal(size=len(t)) * 10 ** (-3 * t / t60_s) * (t >= 0.005)
    made = signal.oaconvolve(wave, tail)[: len(wave)]
    gain = np.sqrt((wave**2).mean()) / (np.sqrt((made**2).mean()) + 1e-9) * 10 ** (-direct_db / 20)
    return (made * gain).astype(np.float32)


def _noise(rng: np.random.Generator, length: int, taps: np.ndarray) -> np.ndarray:
    """Coloured noise of unit power, red by a random amount."""
    white = rng.normal(size=length).astype(np.float32)
    pole = rng.uniform(0, 0.97)
    made = _filtered(signal.lfilter([1], [1, -pole], white), taps)
    return made / (float(made.std()) + 1e-9)


def through_codec(wave: np.ndarray, codec: str, rate_hz: int, container: str, bit_rate: int) -> np.ndarray:
    """A clip encoded and decoded again, float32 at 16 kHz, of the length it had."""
    import av

    x = soxr.resample(wave, SAMPLE_RATE_HZ, rate_hz) if rate_hz != SAMPLE_RATE_HZ else wave
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        stream: Any = out.add_stream(codec, rate=rate_hz, layout="mono")
        if bit_rate:
            stream.bit_rate = bit_rate
        form = "fltp" if codec in ("aac", "libmp3lame") else "s16"
        stream.codec_context.format = form
        data = x.astype(np.float32) if form == "fltp" else (np.clip(x, -1, 1) * 32767).astype(np.int16)
        step = stream.codec_context.frame_size or 4096
        for first in range(0, len(data), step):
            frame = av.AudioFrame.from_ndarray(data[None, first : first + step], format=form, layout="mono")
            frame.sample_rate, frame.pts = rate_hz, first
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    file.seek(0)
    with av.open(file, "r", format="aac" if container == "adts" else container) as back:
        parts, got = [], rate_hz
        for frame in back.decode(audio=0):
            part = frame.to_ndarray().reshape(-1)
            parts.append(part.astype(np.float32) / (32768 if part.dtype == np.int16 else 1))
            got = frame.sample_rate
    made = np.concatenate(parts)
    made = soxr.resample(made, got, SAMPLE_RATE_HZ) if got != SAMPLE_RATE_HZ else made
    # Encoders put their delay in front; a class must not be told by it.
    lag = _lag(wave, made)
    return np.pad(made, (0, max(0, len(wave) + lag - len(made))))[lag : lag + len(wave)]


def _lag(wave: np.ndarray, made: np.ndarray) -> int:
    """Samples by which a decoded clip lags behind, at most a tenth of a second."""
    most = SAMPLE_RATE_HZ // 10
    part = min(len(wave), len(made), 2 * SAMPLE_RATE_HZ)
    alike = signal.correlate(made[:part], wave[:part], mode="full", method="fft")[part - 1 : part - 1 + most]
    return int(np.argmax(alike))
