"""What files go through on their way to a reader, as copies on disk that the detector opens like any other file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from detectors.audio import audible_span, between
from detectors.errors import UsageError
from detectors.media import SAMPLE_RATE_HZ, ClipFile, ClipLimits, SoundFile, TimedFrame, read_image
from detectors.types import MediaKind


@dataclass(frozen=True)
class Kind:
    """One kind of corruption.

    Attributes:
        media: what it is done to.
        unit: of its number; "" for one that takes none.
        low: smallest number allowed.
        high: largest.
    """

    media: tuple[MediaKind, ...]
    unit: str
    low: float
    high: float


SEEN: tuple[MediaKind, ...] = ("image", "video")
HEARD: tuple[MediaKind, ...] = ("audio",)
KINDS = {
    "jpeg": Kind(("image",), "quality", 1, 100),
    "resize": Kind(SEEN, "scale", 0.05, 4),
    "blur": Kind(SEEN, "sigma in pixels", 0.1, 20),
    "noise": Kind(SEEN, "sigma of 255", 0.1, 100),
    "h264": Kind(SEEN, "crf", 0, 51),
    "denoise": Kind(("image",), "strength in grey levels", 1, 30),
    "smooth": Kind(("image",), "strength in grey levels", 1, 150),
    "sharpen": Kind(("image",), "share of the detail added", 0.1, 5),
    "tone": Kind(("image",), "strength", 0.1, 1),
    "mp3": Kind(HEARD, "kbit/s", 8, 320),
    "opus": Kind(HEARD, "kbit/s", 6, 256),
    "telephone": Kind(HEARD, "", 0, 0),
    "hiss": Kind(HEARD, "dB signal to noise", -10, 60),
    "reverb": Kind(HEARD, "seconds of decay by 60 dB", 0.05, 5),
    "trim": Kind(HEARD, "", 0, 0),
}
# What --robustness measures, mildest first.
GRID: dict[MediaKind, dict[str, tuple[float, ...]]] = {
    "image": {
        "jpeg": (95, 85, 75, 60, 50, 40, 30), "resize": (0.25, 0.5, 0.75, 1.5, 2), "blur": (0.5, 1, 2, 3),
        "noise": (2, 5, 10, 20), "h264": (18, 23, 28, 34, 40),
        "denoise": (3, 6), "smooth": (20, 40), "sharpen": (0.5, 1), "tone": (0.5, 1),
    },
    "video": {"h264": (18, 23, 28, 34, 40), "resize": (0.25, 0.5, 0.75), "blur": (0.5, 1, 2), "noise": (2, 5, 10)},
    "audio": {
        "mp3": (128, 64, 32), "opus": (32, 16, 8), "telephone": (0,), "hiss": (30, 20, 10, 0), "reverb": (0.2, 0.5, 1),
        "trim": (0,),
    },
}  # fmt: skip
# What the tone curve of an app's filter at full strength does to five levels of grey, and adds to shadows and lights.
TONE_KNOTS = (0.0, 0.25, 0.5, 0.75, 1.0)
TONE_LEVELS = (0.05, 0.20, 0.52, 0.82, 0.97)
TONE_SHADOWS_RGB = (-6.0, 2.0, 12.0)
TONE_LIGHTS_RGB = (12.0, 4.0, -10.0)
_NOTHING = np.empty(0, np.float32)
# codec, container, sample rate
_CODECS = {
    "mp3": ("libmp3lame", "mp3", 16_000),
    "opus": ("libopus", "ogg", 48_000),
    "telephone": ("pcm_mulaw", "wav", 8_000),
}
_PLAIN = ("pcm_s16le", "wav", 16_000)  # of sounds that are changed and not compressed
RE_ENCODED_CRF = 16  # of clips that are changed otherwise than by compression; hardly visible
EVERY_FRAME_HZ = 120.0
MOST_FRAMES = 1_000_000


@dataclass(frozen=True)
class Corruption:
    """A kind and its number: "jpeg:40", "mp3:32", "telephone"."""

    name: str
    amount: float

    def __str__(self) -> str:
        return f"{self.name}:{self.amount:g}" if KINDS[self.name].unit else self.name


def read_corruption(text: str) -> Corruption:
    """What a user wrote, checked.

    Raises:
        UsageError: there is no such kind, or its number is missing or out of range.
    """
    name, _, number = text.partition(":")
    if name not in KINDS:
        near = get_close_matches(name, KINDS, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise UsageError(f"there is no corruption {name!r}; there are {', '.join(KINDS)}.{hint}")
    kind = KINDS[name]
    if not kind.unit:
        if number:
            raise UsageError(f"{name} takes no number; write {name} alone.")
        return Corruption(name, 0.0)
    try:
        amount = float(number)
    except ValueError:
        amount = float("nan")
    if not kind.low <= amount <= kind.high:
        raise UsageError(
            f"{name} needs a {kind.unit} from {kind.low:g} to {kind.high:g}, as in {name}:{kind.high / 2:g}."
        )
    return Corruption(name, amount)


@contextmanager
def corrupted(
    path: str | Path,
    corruption: Corruption,
    *,
    max_length_s: float | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Iterator[Path]:
    """A copy of a file after a corruption, which lives as long as the context. Noise is seeded by the file's digest.

    Args:
        path: of the file.
        corruption: what is done to it.
        max_length_s: of a clip; a longer one is refused.
        on_progress: called with the seconds of a clip that are done; what it raises ends the work.

    Raises:
        MediaError: the file cannot be read.
        MediaTooLarge: the clip is longer than the limit.
    """
    from detectors.media import media_kind

    with tempfile.TemporaryDirectory(prefix="corrupted-") as folder:
        out = Path(folder) / "copy"
        if KINDS[corruption.name].media == HEARD:
            _write_sound(path, corruption, out)
        elif media_kind(path) == "video":
            _write_clip(path, corruption, out, max_length_s, on_progress)
        else:
            _write_picture(path, corruption, out)
        yield out


def _write_picture(path: str | Path, corruption: Corruption, out: Path) -> None:
    from PIL import Image

    still = read_image(path)
    if corruption.name == "jpeg":
        Image.fromarray(still.pixels_rgb).save(out, "JPEG", quality=int(corruption.amount))
        return
    if corruption.name == "h264":
        pixels = _through_h264(still.pixels_rgb, corruption.amount)
    else:
        pixels = _changed(still.pixels_rgb, corruption, _seeded(still.info.sha256))
    Image.fromarray(pixels).save(out, "PNG", compress_level=1)


def _changed(pixels_rgb: np.ndarray, corruption: Corruption, rng: np.random.Generator) -> np.ndarray:
    """One picture or frame, resized, blurred, with noise, or edited as honest photos are."""
    import cv2

    if corruption.name == "resize":
        height, width = (max(16, round(side * corruption.amount)) for side in pixels_rgb.shape[:2])
        return cv2.resize(
            pixels_rgb, (width, height), interpolation=cv2.INTER_AREA if corruption.amount < 1 else cv2.INTER_CUBIC
        )
    if corruption.name == "blur":
        return cv2.GaussianBlur(pixels_rgb, (0, 0), corruption.amount)
    if corruption.name == "denoise":  # non-local means (Buades et al., 2005), as cameras in phones do
        return cv2.fastNlMeansDenoisingColored(pixels_rgb, None, corruption.amount, corruption.amount, 7, 15)
    if corruption.name == "smooth":  # a bilateral filter, as apps do to skin
        return cv2.bilateralFilter(pixels_rgb, 9, corruption.amount, 5)
    if corruption.name == "sharpen":
        soft = cv2.GaussianBlur(pixels_rgb, (0, 0), 1.0)
        return cv2.addWeighted(pixels_rgb, 1 + corruption.amount, soft, -corruption.amount, 0)
    if corruption.name == "tone":
        return _graded(pixels_rgb, corruption.amount)
    noise = rng.standard_normal(pixels_rgb.shape, np.float32) * np.float32(corruption.amount)
    return np.clip(np.rint(pixels_rgb + noise), 0, 255).astype(np.uint8)


def _graded(pixels_rgb: np.ndarray, strength: float) -> np.ndarray:
    """A faded S-shaped tone curve with cool shadows and warm lights, as a filter of a photo app."""
    grey = np.arange(256, dtype=np.float32)
    light = np.interp(grey / 255, TONE_KNOTS, TONE_LEVELS).astype(np.float32)[:, None]
    tint = np.array(TONE_SHADOWS_RGB, np.float32) * (1 - light) + np.array(TONE_LIGHTS_RGB, np.float32) * light
    table = (1 - strength) * grey[:, None] + strength * (255 * light + tint)
    table = np.clip(np.rint(table), 0, 255).astype(np.uint8)
    return np.stack([table[:, c][pixels_rgb[..., c]] for c in range(3)], -1)


def _through_h264(pixels_rgb: np.ndarray, crf: float) -> np.ndarray:
    """A picture as the only frame of a video; an odd row or column at its edge is lost, as the codec cannot hold it."""
    import io

    import av

    memory = io.BytesIO()
    _encode(memory, iter([(0.0, pixels_rgb)]), crf)
    memory.seek(0)
    with av.open(memory, "r") as file:
        return next(file.decode(video=0)).to_ndarray(format="rgb24")


def _write_clip(
    path: str | Path,
    corruption: Corruption,
    out: Path,
    max_length_s: float | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> None:
    """Every frame at its own time through the change and the encoder; the sound track is left out."""
    limits = ClipLimits(max_frames=MOST_FRAMES)
    if max_length_s is not None:
        limits = replace(limits, max_length_s=max_length_s)
    with ClipFile(path, limits, EVERY_FRAME_HZ) as clip:
        rng = _seeded(clip.info.sha256)
        frames = ((f.time_s, f.pixels_rgb) for f in _telling(clip, on_progress))
        if corruption.name == "h264":
            _encode(str(out), frames, corruption.amount)
        else:
            _encode(str(out), ((at, _changed(p, corruption, rng)) for at, p in frames), RE_ENCODED_CRF)


def _telling(clip: ClipFile, on_progress: Callable[[float], None] | None) -> Iterator[TimedFrame]:
    """Every frame of a clip, telling how far it is."""
    for frame in clip.frames():
        if on_progress is not None:
            on_progress(frame.time_s)
        yield frame


def _encode(out: Any, frames: Iterator[tuple[float, np.ndarray]], crf: float) -> None:
    """H.264 in MP4 at the frames' own times."""
    import av

    base = Fraction(1, 90_000)
    with av.open(out, "w", format="mp4") as file:
        stream: Any = None
        last = -1
        for at, pixels in frames:
            even = np.ascontiguousarray(pixels[: pixels.shape[0] & ~1, : pixels.shape[1] & ~1])
            if stream is None:
                stream = file.add_stream("libx264", rate=25, options={"crf": f"{crf:g}", "preset": "veryfast"})
                stream.height, stream.width = even.shape[:2]
                stream.pix_fmt = "yuv420p"
                stream.codec_context.time_base = base
            if even.shape[:2] != (stream.height, stream.width):
                continue  # a stream that changes its size midway goes on at its first
            frame = av.VideoFrame.from_ndarray(even, format="rgb24")
            last = max(last + 1, round(at / base))
            frame.pts, frame.time_base = last, base
            file.mux(stream.encode(frame))
        if stream is not None:
            file.mux(stream.encode(None))


def _seeded(sha256: str) -> np.random.Generator:
    """The same noise for the same file, wherever it lies and in whatever order files are judged."""
    return np.random.default_rng(int(sha256[:16], 16))


def _sound_of(path: str | Path, corruption: Corruption) -> Iterator[np.ndarray]:
    """Blocks of 16 kHz mono after what is done to the samples themselves; the file may be read twice."""
    if corruption.name == "trim":
        with SoundFile(path) as sound:
            first, end = audible_span(sound.blocks())
    elif corruption.name == "hiss":
        with SoundFile(path) as sound:
            told = [(float((b.astype(np.float64) ** 2).sum()), len(b)) for b in sound.blocks()]
        power = sum(p for p, _ in told) / max(1, sum(n for _, n in told))
    with SoundFile(path) as sound:
        rng = _seeded(sound.info.sha256)
        if corruption.name == "trim":
            yield from between(sound.blocks(), first, end)
        elif corruption.name == "hiss":
            level = np.float32(np.sqrt(power / 10 ** (corruption.amount / 10)))
            for block in sound.blocks():
                yield block + level * rng.standard_normal(len(block), np.float32)
        elif corruption.name == "reverb":
            yield from _reverberated(sound.blocks(), corruption.amount, rng)
        else:
            yield from sound.blocks()


def _reverberated(blocks: Iterator[np.ndarray], decay_s: float, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """A room drawn as noise that decays by 60 dB in `decay_s`, as loud as the direct sound, of unit energy together."""
    from scipy.signal import oaconvolve

    n = int(decay_s * SAMPLE_RATE_HZ)
    tail = rng.standard_normal(n) * 10 ** (-3 * np.arange(n) / n)
    response = np.concatenate([[1.0], tail / np.sqrt((tail**2).sum())]) / np.sqrt(2)
    rest = np.zeros(n, np.float32)
    for block in blocks:
        full = oaconvolve(block, response).astype(np.float32)
        full[:n] += rest
        yield full[: len(block)]
        rest = full[len(block) :]


def _write_sound(path: str | Path, corruption: Corruption, out: Path) -> None:
    """Streams a sound through an encoder; memory does not grow with its length."""
    import av
    import soxr

    codec, container, rate = _CODECS.get(corruption.name, _PLAIN)
    form = "fltp" if codec == "libmp3lame" else "s16"
    with av.open(str(out), "w", format=container) as file:
        stream: Any = file.add_stream(codec, rate=rate, layout="mono")
        if corruption.name in ("mp3", "opus"):
            stream.bit_rate = int(corruption.amount * 1000)
        stream.codec_context.format = form
        resampler = soxr.ResampleStream(SAMPLE_RATE_HZ, rate, 1, dtype="float32")
        step, rest, at = stream.codec_context.frame_size or 4096, _NOTHING, 0

        def encode(part: np.ndarray) -> None:
            data = part if form == "fltp" else (np.clip(part, -1, 1) * 32767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(data[None], format=form, layout="mono")
            frame.sample_rate, frame.pts = rate, at
            file.mux(stream.encode(frame))

        # None: the end, when the resampler gives what it holds back.
        for block in chain(_sound_of(path, corruption), [None]):
            last = block is None
            rest = np.concatenate([rest, resampler.resample_chunk(_NOTHING if block is None else block, last=last)])
            while len(rest) >= step or (last and len(rest)):
                encode(rest[:step])
                at += min(step, len(rest))
                rest = rest[step:]
        file.mux(stream.encode(None))
