"""Moving portraits: a still under a camera that drifts, zooms and rolls, encoded as messengers encode it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

PORTRAIT_SHARE = 0.92  # of the frame's height
SWAY = 0.04  # of the frame, amplitude of the drift
ZOOM = 0.08
ROLL_DEG = 3.0
LIGHT = 0.06  # amplitude of the change of brightness
NOISE = 1.5  # grey levels, of the sensor, new in every frame


def moving_portraits(
    stills_rgb: list[np.ndarray], seconds: float, rate_hz: float, size_px: tuple[int, int], rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Frames of one shot with the portraits side by side, uint8 (height, width, 3).

    Args:
        stills_rgb: square portraits, uint8.
        seconds: length of the shot.
        rate_hz: frames a second.
        size_px: width and height, even.
        rng: every draw comes from it.
    """
    width, height = size_px
    scene = _scene(stills_rgb, width, height)
    speed, phase = rng.uniform(0.1, 0.35, 5), rng.uniform(0, 2 * np.pi, 5)
    noise = np.random.default_rng(rng.integers(2**62))
    for i in range(round(seconds * rate_hz)):
        x, y, zoom, roll, light = np.sin(2 * np.pi * speed * i / rate_hz + phase)
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), ROLL_DEG * roll, 1 + ZOOM * zoom)
        matrix[:, 2] += SWAY * x * width, SWAY * y * height
        frame = cv2.warpAffine(scene, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        values = frame.astype(np.float32) * np.float32(1 + LIGHT * light)
        values += NOISE * noise.standard_normal(values.shape[:2], np.float32)[..., None]
        yield np.clip(values + 0.5, 0, 255).astype(np.uint8)


def _scene(stills_rgb: list[np.ndarray], width: int, height: int) -> np.ndarray:
    """The portraits on a blurred copy of the first, with soft edges, so that no frame shows a border."""
    scene = cv2.GaussianBlur(cv2.resize(stills_rgb[0], (width, height)), (0, 0), width / 16).astype(np.float32)
    side = min(round(PORTRAIT_SHARE * height), width // len(stills_rgb))
    edge = max(2, side // 24)
    weight: np.ndarray = np.zeros((side, side), np.float32)
    weight[edge:-edge, edge:-edge] = 1
    weight = cv2.GaussianBlur(weight, (0, 0), edge / 2)[..., None]
    top = (height - side) // 2
    for k, still in enumerate(stills_rgb):
        left = round(width * (k + 0.5) / len(stills_rgb) - side / 2)
        how = cv2.INTER_AREA if still.shape[0] > side else cv2.INTER_CUBIC
        small = cv2.resize(still, (side, side), interpolation=how)
        part = scene[top : top + side, left : left + side]
        part[:] = weight * small + (1 - weight) * part
    return scene.astype(np.uint8)


def write_clip(
    path: Path, frames: Iterable[np.ndarray], rate_hz: float | Fraction, *, crf: int = 23, codec: str = "libx264"
) -> None:
    """Encodes frames, uint8 (height, width, 3), without sound; the container follows the file's suffix."""
    options = {"crf": str(crf), "preset": "veryfast"}
    with av.open(str(path), "w") as out:
        stream: Any = None
        for pixels in frames:
            if stream is None:
                stream = out.add_stream(codec, rate=Fraction(rate_hz).limit_denominator(1001), options=options)
                stream.height, stream.width = pixels.shape[:2]
                stream.pix_fmt = "yuv420p"
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")))
        if stream is not None:
            out.mux(stream.encode(None))
