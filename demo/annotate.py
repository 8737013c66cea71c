"""A copy of a clip with a box around every face that was judged, coloured by its probability, and the sound as it was."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from demo import words
from detectors.errors import MediaTooLarge
from detectors.media import ClipFile, ClipLimits
from detectors.media.soundtrack import sound_packets
from detectors.types import BoxXYXY

MAX_S = 300.0  # a longer clip would keep a visitor waiting for minutes
MAX_RATE_HZ = 30.0
LONGER_SIDE_PX = 1280
CRF = 23
OVER_RGB, BAND_RGB, UNDER_RGB, UNSCORED_RGB = (213, 94, 0), (240, 200, 60), (47, 117, 181), (150, 150, 150)
UNSURE = 0.75  # of the threshold: from here up to it a box is yellow
TELL_EVERY = 10  # frames

Moment = tuple[float, BoxXYXY, float | None]  # time, box, probability


@dataclass(frozen=True)
class Marks:
    """What is drawn.

    Attributes:
        path: of the clip.
        threshold: from which one frame counts as fake.
        step_s: from one sampled frame to the next.
        persons: for each number what was seen, in time order.
    """

    path: str
    threshold: float
    step_s: float
    persons: dict[int, tuple[Moment, ...]]


def annotate(marks: Marks, out: Path) -> Iterator[float]:
    """Writes the copy as MP4 and yields the share done, now and then.

    Raises:
        MediaError: the clip is gone or damaged.
        MediaTooLarge: it is longer than `MAX_S`.
    """
    import av

    with ClipFile(marks.path) as probe:
        length, rate = probe.info.length_s, probe.info.frame_rate_hz or 25.0
    if length is not None and length > MAX_S:
        raise MediaTooLarge(words.ANNOTATE_TOO_LONG.format(minutes=f"{MAX_S / 60:.0f}"))
    limits = ClipLimits(max_length_s=MAX_S, max_frames=round(MAX_S * MAX_RATE_HZ) + 10)
    with (
        ClipFile(marks.path, limits, min(rate, MAX_RATE_HZ)) as clip,
        av.open(str(out), "w", options={"movflags": "faststart"}) as copy,
    ):
        video: Any = copy.add_stream("libx264", rate=Fraction(rate).limit_denominator(1001), options={"crf": str(CRF)})
        video.pix_fmt, video.codec_context.time_base = "yuv420p", Fraction(1, 1000)
        video.codec_context.options = {"crf": str(CRF), "preset": "veryfast"}
        sound = sound_packets(marks.path, copy)
        waiting = next(sound, None)
        last_ms = -1
        for i, frame in enumerate(clip.frames()):
            picture = draw_frame(frame.pixels_rgb, frame.time_s, marks)
            if not i:
                video.height, video.width = picture.shape[:2]
            made = av.VideoFrame.from_ndarray(picture, format="rgb24")
            last_ms = max(last_ms + 1, round(frame.time_s * 1000))
            made.pts, made.time_base = last_ms, Fraction(1, 1000)
            copy.mux(video.encode(made))
            while waiting is not None and waiting[0] <= frame.time_s:
                copy.mux(waiting[1])
                waiting = next(sound, None)
            if i % TELL_EVERY == 0:
                yield min(0.99, frame.time_s / length) if length else 0.5
        copy.mux(video.encode(None))
        while waiting is not None:
            copy.mux(waiting[1])
            waiting = next(sound, None)


def draw_frame(pixels_rgb: np.ndarray, time_s: float, marks: Marks) -> np.ndarray:
    """One frame with its boxes and the time, uint8, both sides even and the longer at most `LONGER_SIDE_PX`."""
    height, width = pixels_rgb.shape[:2]
    scale = min(1.0, LONGER_SIDE_PX / max(width, height))
    size = max(2, round(width * scale) // 2 * 2), max(2, round(height * scale) // 2 * 2)
    picture = Image.fromarray(pixels_rgb)
    if picture.size != size:
        picture = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    draw = ImageDraw.Draw(picture)
    unit = max(size) / 640
    font = _font(max(11, round(13 * unit)))
    for number, moments in sorted(marks.persons.items(), reverse=True):
        found = at_time(moments, time_s, marks.step_s)
        if found is None:
            continue
        box, probability = found
        colour = colour_of(probability, marks.threshold)
        x0, y0, x1, y1 = (v * scale for v in box)
        draw.rectangle((x0, y0, max(x0 + 1, x1), max(y0 + 1, y1)), outline=colour, width=max(2, round(2.5 * unit)))
        label = f"{number}: {words.ANNOTATE_UNJUDGED if probability is None else words.percent(probability)}"
        _plate(draw, label, x0, y0 - 18 * unit, font, colour)
    _plate(draw, words.clock(time_s), 6 * unit, size[1] - 24 * unit, font, (20, 24, 32))
    return np.asarray(picture)


def at_time(moments: tuple[Moment, ...], time_s: float, step_s: float) -> tuple[BoxXYXY, float | None] | None:
    """Box and probability at a time: the box moves evenly between samples, the score is the last sample's; None where
    the person is not seen."""
    i = bisect_right([m[0] for m in moments], time_s + 1e-6) - 1
    if i < 0:
        return None
    since = time_s - moments[i][0]
    if i + 1 < len(moments) and moments[i + 1][0] - moments[i][0] <= 1.5 * step_s:
        share = since / (moments[i + 1][0] - moments[i][0])
        x0, y0, x1, y1 = (a + (b - a) * share for a, b in zip(moments[i][1], moments[i + 1][1], strict=True))
        return (x0, y0, x1, y1), moments[i][2]
    return (moments[i][1], moments[i][2]) if since < step_s / 2 else None


def colour_of(probability: float | None, threshold: float) -> tuple[int, int, int]:
    """Orange from the threshold up, yellow just below it, blue further down, grey where nothing was scored."""
    if probability is None:
        return UNSCORED_RGB
    if probability >= threshold:
        return OVER_RGB
    return BAND_RGB if probability >= UNSURE * threshold else UNDER_RGB


@cache
def _font(size_px: int) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which matplotlib brings: Pillow's own font has the letters of English only."""
    from matplotlib import get_data_path

    return ImageFont.truetype(Path(get_data_path(), "fonts/ttf/DejaVuSans.ttf"), size_px)


def _plate(draw: ImageDraw.ImageDraw, text: str, x: float, y: float, font: Any, colour: tuple[int, int, int]) -> None:
    """Text on a filled plate that stays inside the picture."""
    y = max(0.0, y)
    left, top, right, bottom = draw.textbbox((x, y), text, font=font)
    draw.rectangle((left - 3, top - 2, right + 3, bottom + 2), fill=colour)
    ink = (20, 24, 32) if sum(colour) > 420 else (255, 255, 255)
    draw.text((x, y), text, fill=ink, font=font)
