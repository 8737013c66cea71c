"""Draws: boxes on a picture, maps over a face, and the bars beside them. Pictures are RGB arrays; bars are SVG."""

from __future__ import annotations

import base64
import io
import wave as wave_files
from collections.abc import Sequence
from html import escape
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from detectors.types import AudioWindow, BoxXYXY

PICTURE_SIDE_PX = 1100  # of the annotated picture: sharp on a laptop, and some 200 kB as JPEG
MAP_SIDE_PX = 336  # of a face's pictures: twice the width at which they are shown

# Orange and blue differ in lightness and survive the common colour blindnesses (Wong, Nature Methods 2011).
SPEAKING_RGB = (213, 94, 0)
OTHER_RGB = (0, 94, 150)

# Position, red, green, blue, opacity. Lightness falls as suspicion grows, so the map reads in grey as well.
HEAT_STOPS = np.array(
    [
        (0.0, 255, 247, 188, 0.00),
        (0.4, 254, 217, 118, 0.18),
        (0.6, 253, 141, 60, 0.40),
        (0.8, 214, 40, 60, 0.50),
        (1.0, 110, 0, 70, 0.62),
    ]
)
# From −1, against manipulation, to +1, for it.
LIME_STOPS = np.array(
    [
        (-1.0, 0, 94, 150, 0.72),
        (-0.15, 86, 180, 233, 0.12),
        (0.0, 255, 255, 255, 0.00),
        (0.15, 253, 190, 110, 0.12),
        (1.0, 213, 94, 0, 0.78),
    ]
)


def draw_boxes(pixels_rgb: np.ndarray, boxes_xyxy: Sequence[BoxXYXY], speaking: int | None) -> np.ndarray:
    """A copy of the picture with numbered boxes, the first one being 1.

    Args:
        pixels_rgb: uint8, shape (height, width, 3).
        boxes_xyxy: in pixels of it; may reach over its edge.
        speaking: index of the box that decided, drawn in orange with a thicker line; None for none.

    Returns:
        uint8, its longer side at most `PICTURE_SIDE_PX`.
    """
    height, width = pixels_rgb.shape[:2]
    scale = min(1.0, PICTURE_SIDE_PX / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    picture = Image.fromarray(pixels_rgb)
    if scale < 1:
        # One cheap halving after another first: a good filter over 50 megapixels takes most of a second.
        picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    draw = ImageDraw.Draw(picture)
    unit = max(size) / 400
    order = [i for i in range(len(boxes_xyxy)) if i != speaking] + ([] if speaking is None else [speaking])
    for index in order:  # the speaking one last, on top of its neighbours
        x0, y0, x1, y1 = (float(v) * scale for v in boxes_xyxy[index])
        x0, x1 = (min(max(v, 0.0), size[0] - 1.0) for v in (x0, x1))
        y0, y1 = (min(max(v, 0.0), size[1] - 1.0) for v in (y0, y1))
        colour = SPEAKING_RGB if index == speaking else OTHER_RGB
        line = max(2, round(unit * (1.4 if index == speaking else 1.0)))
        # A white rim keeps the line visible on any background.
        draw.rectangle((x0, y0, x1, y1), outline=(255, 255, 255), width=line + 2)
        draw.rectangle((x0 + 1, y0 + 1, max(x0 + 1, x1 - 1), max(y0 + 1, y1 - 1)), outline=colour, width=line)
        _draw_badge(draw, str(index + 1), x0, y0, size, colour, unit)
    return np.asarray(picture)


def _draw_badge(
    draw: ImageDraw.ImageDraw,
    text: str,
    x: float,
    y: float,
    size: tuple[int, int],
    colour: tuple[int, int, int],
    unit: float,
) -> None:
    """A number on a filled plate: above the corner (x, y) where there is room, else inside the box."""
    font = ImageFont.load_default(size=max(11, round(unit * 11)))
    left, top, right, bottom = draw.textbbox((0, 0), text, font=font)
    pad = max(3, round(unit * 3))
    w, h = right - left + 2 * pad, bottom - top + 2 * pad
    x = min(max(x, 0), max(0, size[0] - w))
    y = y - h if y >= h else y
    draw.rectangle((x, y, x + w, y + h), fill=colour, outline=(255, 255, 255), width=1)
    draw.text((x + pad - left, y + pad - top), text, fill=(255, 255, 255), font=font)


def overlay_heat(crop_rgb: np.ndarray, patch_map: np.ndarray) -> np.ndarray:
    """A face with its map of local probabilities laid over it.

    Args:
        crop_rgb: uint8, square.
        patch_map: floats in [0, 1], any shape (rows, columns), covering exactly the crop.

    Returns:
        uint8, shape (MAP_SIDE_PX, MAP_SIDE_PX, 3).
    """
    return _tint(crop_rgb, np.clip(patch_map, 0.0, 1.0), HEAT_STOPS)


def overlay_lime(crop_rgb: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """A face with its LIME weights laid over it, scaled by the strongest.

    Args:
        crop_rgb: uint8, square.
        weights: floats, shape (rows, columns); positive speaks for manipulation.

    Returns:
        uint8, shape (MAP_SIDE_PX, MAP_SIDE_PX, 3).
    """
    strongest = float(np.abs(weights).max())
    return _tint(crop_rgb, weights / strongest if strongest > 0 else weights, LIME_STOPS)


def _tint(crop_rgb: np.ndarray, values: np.ndarray, stops: np.ndarray) -> np.ndarray:
    side = (MAP_SIDE_PX, MAP_SIDE_PX)
    face = np.asarray(Image.fromarray(crop_rgb).resize(side, Image.Resampling.LANCZOS)).astype(np.float32)
    large = np.asarray(Image.fromarray(values.astype(np.float32)).resize(side, Image.Resampling.BILINEAR))
    # A paler, half-grey face lets the tint be compared between light and dark skin.
    grey = face.mean(-1, keepdims=True)
    face = 0.5 * face + 0.5 * grey
    tint = np.stack([np.interp(large, stops[:, 0], stops[:, i]) for i in (1, 2, 3)], -1)
    opacity = np.interp(large, stops[:, 0], stops[:, 4])[..., None]
    return np.asarray(np.clip(face * (1 - opacity) + tint * opacity, 0, 255).round(), dtype=np.uint8)


def enlarge(crop_rgb: np.ndarray) -> np.ndarray:
    """A crop at the size of the maps beside it."""
    return np.asarray(Image.fromarray(crop_rgb).resize((MAP_SIDE_PX, MAP_SIDE_PX), Image.Resampling.LANCZOS))


def data_uri(pixels_rgb: np.ndarray, quality: int = 88) -> str:
    """A picture as a JPEG inside a URI, so that no file is left behind for it."""
    buffer = io.BytesIO()
    Image.fromarray(pixels_rgb).save(buffer, "JPEG", quality=quality)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def colour_ramp(stops: np.ndarray) -> str:
    """A CSS gradient of a map's colours as they look over mid-grey, for its legend."""
    low, high = stops[0, 0], stops[-1, 0]
    parts = []
    for at, *rgb, opacity in stops:
        mixed = [round(128 * (1 - opacity) + value * opacity) for value in rgb]
        parts.append(f"rgb({mixed[0]},{mixed[1]},{mixed[2]}) {100 * (at - low) / (high - low):.0f}%")
    return f"linear-gradient(to right, {', '.join(parts)})"


def score_bar(
    fake_probability: float,
    *,
    label: str,
    threshold: float | None,
    undecided_band: tuple[float, float],
    tall: bool = False,
) -> str:
    """One bar from 0 to 1 as SVG: the probability, a tick at the threshold, the undecided band shaded.

    Args:
        fake_probability: in [0, 1].
        label: for people who do not see it.
        threshold: where the tick goes; None for no tick.
        undecided_band: (low, high); nothing is shaded when both are the same.
        tall: twice the height.
    """
    height = 20 if tall else 12
    low, high = undecided_band
    shaded = (
        f'<rect class="dc-band" x="{low * 100:.2f}%" y="2" width="{(high - low) * 100:.2f}%" height="{height}"/>'
        if high > low
        else ""
    )
    side = "over" if threshold is not None and fake_probability >= threshold else "under"
    tick = ""
    if threshold is not None:
        at = f"{threshold * 100:.2f}%"
        tick = f'<line class="dc-tick" x1="{at}" x2="{at}" y1="0" y2="{height + 4}"/>'
    return (
        f'<svg class="dc-bar dc-bar-{side}" role="img" aria-label="{escape(label)}" width="100%" height="{height + 4}">'
        f'<rect class="dc-track" x="0" y="2" width="100%" height="{height}" rx="3"/>{shaded}'
        f'<rect class="dc-fill" x="0" y="2" width="{fake_probability * 100:.2f}%" height="{height}" rx="3"/>'
        f"{tick}</svg>"
    )


SPECTROGRAM_RANGE_DB = 70.0  # below the loudest
# The loudest counts as no quieter than this, so that silence is dark and hiss is not painted like a voice: a voice at full
# scale peaks near +15 dB in a band of the log-mel, hiss at the level that counts as silent (−60 dB) near −45.
SPECTROGRAM_LEAST_DB = -10.0
SPECTROGRAM_PX = (1200, 160)
# Dark to bright with steadily growing lightness, so that it reads in grey as well.
SOUND_STOPS = np.array(
    [(0.0, 14, 16, 40), (0.35, 66, 30, 110), (0.65, 190, 70, 90), (0.85, 245, 160, 70), (1.0, 255, 245, 200)]
)


def draw_spectrogram(mel_db: np.ndarray) -> np.ndarray:
    """A log-mel (columns, bands) as a picture with low tones below, bright where it is loud, uint8 (height, width, 3)."""
    loudest = max(float(mel_db.max()), SPECTROGRAM_LEAST_DB)
    level = np.clip(1 + (mel_db - loudest) / SPECTROGRAM_RANGE_DB, 0, 1).T[::-1]
    channels = [np.interp(level, SOUND_STOPS[:, 0], SOUND_STOPS[:, k]) for k in (1, 2, 3)]
    picture = Image.fromarray(np.stack(channels, -1).astype(np.uint8))
    return np.asarray(picture.resize(SPECTROGRAM_PX, Image.Resampling.BILINEAR))


def score_lane(
    windows: Sequence[AudioWindow], length_s: float, threshold: float, undecided_band: tuple[float, float], label: str
) -> str:
    """Windows' probabilities over time as SVG that stretches to its place: 0 at the bottom, 1 at the top.

    Each window is drawn where it is nearer than its neighbours; grey marks one that was not judged.
    """
    length_s = max(length_s, 1e-3)
    centres = [(w.start_s + w.end_s) / 2 for w in windows]
    edges = [0.0, *((a + b) / 2 for a, b in pairwise(centres)), length_s]
    low, high = undecided_band
    parts = [
        f'<svg class="dc-lane" viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label="{escape(label)}">',
        '<rect class="dc-track" width="1000" height="100"/>',
    ]
    if low < high:
        parts.append(
            f'<rect class="dc-band" y="{100 - high * 100:.1f}" width="1000" height="{(high - low) * 100:.1f}"/>'
        )
    for window, start, end in zip(windows, edges, edges[1:], strict=False):
        x, width = start / length_s * 1000, max(1.0, (end - start) / length_s * 1000 - 1.5)
        if window.fake_probability is None:
            parts.append(f'<rect class="dc-unjudged" x="{x:.1f}" y="94" width="{width:.1f}" height="6"/>')
            continue
        side = "over" if window.fake_probability >= threshold else "under"
        height = max(2.0, window.fake_probability * 100)
        parts.append(
            f'<g class="dc-bar-{side}"><rect class="dc-fill" x="{x:.1f}" y="{100 - height:.1f}" width="{width:.1f}" '
            f'height="{height:.1f}"/></g>'
        )
    y = 100 - threshold * 100
    parts.append(f'<line class="dc-tick dc-dashed" x1="0" x2="1000" y1="{y:.1f}" y2="{y:.1f}"/></svg>')
    return "".join(parts)


def moment_lane(
    moments: Sequence[tuple[float, float | None]],
    length_s: float,
    step_s: float,
    threshold: float,
    undecided_band: tuple[float, float],
    label: str,
) -> str:
    """A person's probabilities over time as SVG: a bar for each sampled frame, a gap where the person is not seen.

    Args:
        moments: (time, probability or None where the face was not scored).
        length_s: of the clip.
        step_s: from one sampled frame to the next, the width of a bar.
        threshold: of a single frame.
        undecided_band: (low, high), likewise.
        label: for people who do not see it.
    """
    length_s = max(length_s, step_s)
    parts = [
        f'<svg class="dc-lane dc-small-lane" viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(label)}"><rect class="dc-track" width="1000" height="100"/>'
    ]
    low, high = undecided_band
    if low < high:
        parts.append(
            f'<rect class="dc-band" y="{100 - high * 100:.1f}" width="1000" height="{(high - low) * 100:.1f}"/>'
        )
    for time_s, probability in moments:
        x = time_s / length_s * 1000
        width = max(1.0, min(step_s / length_s * 1000, 1000 - x) * 0.94)
        if probability is None:
            parts.append(f'<rect class="dc-unjudged" x="{x:.1f}" y="94" width="{width:.1f}" height="6"/>')
            continue
        side = "over" if probability >= threshold else "under"
        height = max(2.0, probability * 100)
        parts.append(
            f'<g class="dc-bar-{side}"><rect class="dc-fill" x="{x:.1f}" y="{100 - height:.1f}" width="{width:.1f}" '
            f'height="{height:.1f}"/></g>'
        )
    y = 100 - threshold * 100
    parts.append(f'<line class="dc-tick dc-dashed" x1="0" x2="1000" y1="{y:.1f}" y2="{y:.1f}"/></svg>')
    return "".join(parts)


def sound_uri(wave: np.ndarray, sample_rate_hz: int) -> str:
    """Samples in ±1 as a WAV in a data URI, for an excerpt of some seconds."""
    out = io.BytesIO()
    with wave_files.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate_hz)
        file.writeframes((np.clip(wave, -1, 1) * 32767).astype("<i2").tobytes())
    return f"data:audio/wav;base64,{base64.b64encode(out.getvalue()).decode('ascii')}"
