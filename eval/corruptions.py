"""What files go through on their way to a reader, as copies on disk that the detector opens like any other file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from detectors.errors import UsageError
from detectors.media import SAMPLE_RATE_HZ, SoundFile, read_image
from detectors.types import MediaKind


@dataclass(frozen=True)
class Kind:
    """One kind of corruption.

    Attributes:
        media: what it is done to.
        unit: of its number; "" for one that takes none.
        low: smallest number allowed.
        high: largest.
        suffix: of the files that it writes.
    """

    media: MediaKind
    unit: str
    low: float
    high: float
    suffix: str


KINDS = {
    "jpeg": Kind("image", "quality", 1, 100, ".jpg"),
    "resize": Kind("image", "scale", 0.05, 4, ".png"),
    "mp3": Kind("audio", "kbit/s", 8, 320, ".mp3"),
    "opus": Kind("audio", "kbit/s", 6, 256, ".ogg"),
    "telephone": Kind("audio", "", 0, 0, ".wav"),
}
# codec, container, sample rate
_NOTHING = np.empty(0, np.float32)
_CODECS = {
    "mp3": ("libmp3lame", "mp3", 16_000),
    "opus": ("libopus", "ogg", 48_000),
    "telephone": ("pcm_mulaw", "wav", 8_000),
}


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
def corrupted(path: str | Path, corruption: Corruption) -> Iterator[Path]:
    """A copy of a file after a corruption, which lives as long as the context.

    Raises:
        MediaError: the file cannot be read.
    """
    kind = KINDS[corruption.name]
    with tempfile.TemporaryDirectory(prefix="corrupted-") as folder:
        out = Path(folder) / f"copy{kind.suffix}"
        if kind.media == "image":
            _write_picture(path, corruption, out)
        else:
            _write_sound(path, corruption, out)
        yield out


def _write_picture(path: str | Path, corruption: Corruption, out: Path) -> None:
    from PIL import Image

    picture = Image.fromarray(read_image(path).pixels_rgb)
    if corruption.name == "jpeg":
        picture.save(out, quality=int(corruption.amount))
        return
    size = tuple(max(16, round(side * corruption.amount)) for side in picture.size)
    picture.resize((size[0], size[1]), Image.Resampling.LANCZOS).save(out)


def _write_sound(path: str | Path, corruption: Corruption, out: Path) -> None:
    """Streams a sound through an encoder; memory does not grow with its length."""
    import av
    import soxr

    codec, container, rate = _CODECS[corruption.name]
    form = "fltp" if codec == "libmp3lame" else "s16"
    with SoundFile(path) as sound, av.open(str(out), "w", format=container) as file:
        stream: Any = file.add_stream(codec, rate=rate, layout="mono")
        if corruption.amount:
            stream.bit_rate = int(corruption.amount * 1000)
        stream.codec_context.format = form
        resampler = soxr.ResampleStream(SAMPLE_RATE_HZ, rate, 1, dtype="float32")
        step, rest, at = stream.codec_context.frame_size or 4096, _NOTHING, 0

        def encode(part: np.ndarray) -> None:
            data = part if form == "fltp" else (np.clip(part, -1, 1) * 32767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(data[None], format=form, layout="mono")
            frame.sample_rate, frame.pts = rate, at
            file.mux(stream.encode(frame))

        for block in chain(sound.blocks(), [None]):  # None: the end, when the resampler gives what it holds back
            last = block is None
            rest = np.concatenate([rest, resampler.resample_chunk(_NOTHING if block is None else block, last=last)])
            while len(rest) >= step or (last and len(rest)):
                encode(rest[:step])
                at += min(step, len(rest))
                rest = rest[step:]
        file.mux(stream.encode(None))
