"""Sound: any format that people send voices in, as blocks of 16 kHz mono, never the whole file at once.

PyAV decodes, one resampler (soxr) serves every rate. Memory does not grow with the length.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detectors.errors import MediaTooLarge, UnreadableMedia
from detectors.media.container import digest_of, header_length_s, open_container, open_source, too_long
from detectors.media.sniff import DEMUXERS
from detectors.types import MediaInfo

if TYPE_CHECKING:
    from av.container import InputContainer

SAMPLE_RATE_HZ = 16_000  # of everything that leaves this module: what the speech networks hear
FULL_SCALE_LIMIT = 4.0  # floating-point files may overshoot 1; far beyond it is damage, and would overflow
LEAST_READ_S = 1.0  # a damaged file of which so much could be read is judged by that


@dataclass(frozen=True)
class SoundLimits:
    """What is opened at most.

    Attributes:
        max_bytes: length of the file.
        max_length_s: of the sound.
        min_rate_hz: of its samples; below telephone quality a voice cannot be judged.
        max_rate_hz: likewise.
        max_channels: likewise.
        max_work_s: wall time that decoding alone may take.
    """

    max_bytes: int = 1 << 30
    max_length_s: float = 2 * 3600.0
    min_rate_hz: int = 6_000
    max_rate_hz: int = 192_000
    max_channels: int = 8
    max_work_s: float = 300.0


class SoundFile:
    """One opened file; a context manager.

    Attributes:
        info: from the header. The length is the header's until `blocks` has come to an end.
        notes: sentences that a reader of the verdict should know; complete when `blocks` has come to an end.
        length_s: of what was decoded so far.
    """

    def __init__(self, path: str | Path, limits: SoundLimits | None = None) -> None:
        """Opens a file by its content and checks its header.

        Raises:
            UnreadableMedia: missing, empty, damaged, not a sound, or without a sound track.
            MediaTooLarge: over one of the limits.
        """
        self._limits = limits or SoundLimits()
        self.notes: list[str] = []
        self.length_s = 0.0
        path = Path(path)
        self._source, kind, size = open_source(
            path, self._limits.max_bytes, only=tuple(DEMUXERS), what="sound and videos with a sound track"
        )
        try:
            self._container = open_container(self._source, kind)
            self._stream = _sound_stream(self._container, kind)
            self.info = self._check_header(kind, size, digest_of(self._source))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> SoundFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; may be called twice."""
        container = getattr(self, "_container", None)
        if container is not None:
            container.close()
        self._source.close()

    def _check_header(self, kind: str, size: int, digest: str) -> MediaInfo:
        limits, context = self._limits, self._stream.codec_context
        rate, channels = int(context.sample_rate or 0), int(getattr(context, "channels", 0) or 0)
        if not limits.min_rate_hz <= rate <= limits.max_rate_hz:
            raise UnreadableMedia(
                f"the file says that it has {rate} samples a second; {limits.min_rate_hz} to {limits.max_rate_hz} can "
                "be used."
            )
        if not 1 <= channels <= limits.max_channels:
            raise UnreadableMedia(
                f"the file says that it has {channels} channels; 1 to {limits.max_channels} can be used."
            )
        length = header_length_s(self._container, self._stream)
        if length is not None and length > limits.max_length_s:
            raise MediaTooLarge(too_long("sound", length, limits.max_length_s))
        codec = context.codec.name.removesuffix("float")
        form = kind if codec.startswith("pcm_") or codec in kind.lower() else f"{kind}, {codec}"
        return MediaInfo(
            "audio", form, None, None, size, digest, length_s=length, sample_rate_hz=rate, channels=channels
        )

    def blocks(self) -> Iterator[np.ndarray]:
        """Blocks of float32 mono at 16 kHz, within ±4 and nearly always ±1, of a few thousand samples each.

        Raises:
            UnreadableMedia: nothing can be decoded, or a sample is not a number.
            MediaTooLarge: the sound turns out longer than the limit, or decoding takes too long.
        """
        import av
        import soxr

        rate = self._stream.codec_context.sample_rate
        resampler = soxr.ResampleStream(rate, SAMPLE_RATE_HZ, 1, dtype="float32", quality="HQ")
        deadline = time.monotonic() + self._limits.max_work_s
        given = 0
        try:
            for frame in self._container.decode(self._stream):
                if frame.sample_rate != rate:  # a chained stream may change its rate midway
                    rate = frame.sample_rate
                    yield resampler.resample_chunk(np.empty(0, np.float32), last=True)
                    resampler = soxr.ResampleStream(rate, SAMPLE_RATE_HZ, 1, dtype="float32", quality="HQ")
                mono = _mono(frame)
                self.length_s += len(mono) / rate
                if self.length_s > self._limits.max_length_s:
                    raise MediaTooLarge(too_long("sound", self.length_s, self._limits.max_length_s))
                if time.monotonic() > deadline:
                    raise MediaTooLarge("decoding this file takes too long; convert it to WAV or cut it.")
                block = resampler.resample_chunk(mono)
                given += len(block)
                if len(block):
                    yield block
        except (av.FFmpegError, ValueError) as error:
            if self.length_s < LEAST_READ_S:
                raise UnreadableMedia("the sound is damaged and cannot be decoded.") from error
            self.notes.append(
                f"The file is damaged after {self.length_s:.1f} s; what could be read before that was judged."
            )
        rest = resampler.resample_chunk(np.empty(0, np.float32), last=True)
        if len(rest):
            yield rest
        if not given and not len(rest):
            raise UnreadableMedia("the file holds no sound: not one sample could be decoded.")
        said = self.info.length_s
        if said is not None and self.length_s + 1.0 < 0.9 * said and not self.notes:
            self.notes.append(
                f"The header promises {said:.1f} s, the file holds {self.length_s:.1f} s; it may have been cut off."
            )


def read_sound(path: str | Path, max_s: float, limits: SoundLimits | None = None) -> np.ndarray:
    """The first `max_s` seconds as one float32 array at 16 kHz mono, for training and tests.

    Raises:
        MediaError: as `SoundFile` does.
    """
    want, parts, have = round(max_s * SAMPLE_RATE_HZ), [], 0
    with SoundFile(path, limits) as sound:
        for block in sound.blocks():
            parts.append(block)
            have += len(block)
            if have >= want:
                break
    return np.concatenate(parts)[:want]


def _sound_stream(container: InputContainer, kind: str) -> Any:
    if not container.streams.audio:
        raise UnreadableMedia(f"the {kind} has no sound track.")
    stream = container.streams.audio[0]
    if stream.codec_context is None or stream.codec_context.codec is None:
        raise UnreadableMedia("the sound is in a format that cannot be decoded here; convert it to WAV or MP3.")
    # More threads than one make the first block wait and gain nothing on sound.
    stream.codec_context.thread_count = 1
    return stream


_SCALE = {"u8": (128.0, 128.0), "s16": (0.0, 32768.0), "s32": (0.0, 2147483648.0), "s64": (0.0, 2.0**63)}


def _mono(frame: Any) -> np.ndarray:
    """One frame as float32 mono, shape (samples,)."""
    name = frame.format.name.removesuffix("p")
    samples = frame.to_ndarray()
    if not frame.format.is_planar:
        samples = samples.reshape(-1, len(frame.layout.channels)).T
    if name in _SCALE:
        offset, scale = _SCALE[name]
        planes = (samples.astype(np.float32) - np.float32(offset)) / np.float32(scale)
    else:
        planes = samples.astype(np.float32)
        if not np.isfinite(planes).all():
            raise UnreadableMedia("the file holds samples that are not numbers; it is damaged.")
        planes = np.clip(planes, -FULL_SCALE_LIMIT, FULL_SCALE_LIMIT)
    if len(planes) == 1:
        return planes[0]
    mono = planes.mean(0)
    power = float((planes**2).mean())
    # Two channels of opposite sign cancel each other; one of them holds everything.
    return planes[0] if power > 0 and float((mono**2).mean()) < 0.01 * power else mono
