"""Clips that tests draw: every frame carries its number in its pixels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

WIDTH, HEIGHT, BITS = 192, 96, 12
BAR = WIDTH // BITS


def numbered(number: int) -> np.ndarray:
    """A grey frame, dark at its top, with one bar for each bit of its number."""
    pixels = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    pixels[:16] = 20
    for bit in range(BITS):
        pixels[24:88, BAR * bit : BAR * (bit + 1)] = 235 if number >> bit & 1 else 20
    return pixels


def number_of(pixels: np.ndarray) -> int:
    """The number that a decoded frame carries."""
    bars = pixels[40:72].reshape(32, BITS, BAR, 3)[:, :, 4:-4].mean((0, 2, 3))
    return int(sum(1 << bit for bit in range(BITS) if bars[bit] > 128))


def write_video(
    path: Path,
    frames: Iterable[np.ndarray],
    rate: Fraction | int = 25,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    times_ms: Sequence[int] | None = None,
    sound: np.ndarray | None = None,
) -> Path:
    """Encodes frames; `times_ms` makes the rate variable, `sound` is float32 mono at 16 kHz."""
    # In a thread of its own: SVT-AV1, run by root, makes the thread that starts it a real-time one, and every browser
    # and process that this one starts later would be too, until two of them starve the whole machine.
    with ThreadPoolExecutor(1) as own:
        own.submit(_encode, path, frames, rate, codec, options or {}, times_ms, sound).result()
    return path


def _encode(
    path: Path,
    frames: Iterable[np.ndarray],
    rate: Fraction | int,
    codec: str,
    options: dict[str, str],
    times_ms: Sequence[int] | None,
    sound: np.ndarray | None,
) -> None:
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=rate, options=options)
        track = out.add_stream("aac", rate=16_000, layout="mono") if sound is not None else None
        for i, pixels in enumerate(frames):
            if not i:
                stream.height, stream.width = pixels.shape[:2]
                stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
                if times_ms is not None:
                    stream.codec_context.time_base = Fraction(1, 1000)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            if times_ms is not None:
                frame.pts, frame.time_base = times_ms[i], Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if track is not None:
            for first in range(0, len(sound), 1024):
                part = av.AudioFrame.from_ndarray(sound[None, first : first + 1024], format="fltp", layout="mono")
                part.sample_rate, part.pts = 16_000, first
                out.mux(track.encode(part))
            out.mux(track.encode(None))


def wanted(times_s: Sequence[float], rate_hz: float = 1.0) -> list[int]:
    """Numbers of the first frames at or after each multiple of 1 / rate, by going through all of them."""
    chosen, moment = [], 0
    for i, t in enumerate(times_s):
        if t * rate_hz >= moment - 1e-9:
            chosen.append(i)
            moment = int(np.floor(t * rate_hz + 1e-9)) + 1
    return chosen
