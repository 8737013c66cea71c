"""Moving pictures: the first frame at or after each wanted moment, exactly, and little else decoded.

The file is demuxed once. A packet tells when its frame is shown before it is decoded, so a group of pictures without a
wanted frame is never decoded, and in the others decoding ends with the last wanted frame and leaves out frames that no
other refers to. Where a file does not tell its times, or a frame cannot be had so, everything is decoded in order.
Memory holds the decoder's own frames, the packets of about a second, and one picture.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detectors.errors import MediaTooLarge, NoVideoStream, UnreadableMedia
from detectors.media.container import digest_of, header_length_s, open_container, open_source, too_long
from detectors.media.sniff import VIDEOS
from detectors.types import MediaInfo

if TYPE_CHECKING:
    import av

RATE_HZ = 1.0  # of sampling: the owner's rule
HELD_FRAMES = 32  # decoded before it was known whether they are wanted; more than any codec reorders
HD_LINES = 720  # from here on colours are ITU-R 709 where the file does not say
MAX_LOST = 3  # wanted frames that careful decoding may cost before everything is decoded in order


@dataclass(frozen=True)
class ClipLimits:
    """What is opened at most.

    Attributes:
        max_bytes: length of the file.
        max_length_s: of the clip.
        max_pixels: of a frame; 4096 × 2304 holds every 4K.
        min_side_px: of a frame; less holds no face.
        max_frames: that are sampled.
        max_work_s: wall time of reading, whatever is done between frames not counted.
    """

    max_bytes: int = 2 << 30
    max_length_s: float = 2 * 3600.0
    max_pixels: int = 4096 * 2304
    min_side_px: int = 16
    max_frames: int = 10_000
    max_work_s: float = 1800.0


@dataclass(frozen=True, eq=False)
class TimedFrame:
    """One sampled frame.

    Attributes:
        time_s: when it is shown, in seconds from the first frame of the file.
        pixels_rgb: uint8, shape (height, width, 3), upright.
    """

    time_s: float
    pixels_rgb: np.ndarray


class ClipFile:
    """One opened video; a context manager.

    Attributes:
        info: from the header, size after rotation.
        notes: sentences that a reader of the verdict should know; complete when `frames` has come to an end.
        length_s: up to where the file could be read; grows while `frames` runs.
        has_sound: whether there is a sound track.
    """

    def __init__(self, path: str | Path, limits: ClipLimits | None = None, rate_hz: float = RATE_HZ) -> None:
        """Opens a video by its content and checks its header.

        Args:
            path: of the file.
            limits: see `ClipLimits`.
            rate_hz: frames that are wanted in a second.

        Raises:
            UnreadableMedia: missing, empty, damaged, or not a video.
            NoVideoStream: it holds sound only.
            MediaTooLarge: over one of the limits.
        """
        if not 0 < rate_hz <= 120:
            raise ValueError(f"rate_hz must lie in (0, 120], got {rate_hz!r}")
        self._limits = limits or ClipLimits()
        self._rate = Fraction(rate_hz).limit_denominator(10_000)
        self.notes: list[str] = []
        self.length_s = 0.0
        self._source, kind, size = open_source(Path(path), self._limits.max_bytes, only=VIDEOS, what="videos")
        try:
            self._container = open_container(self._source, kind)
            if not self._container.streams.video:
                raise NoVideoStream(f"the {kind} holds no moving pictures, only sound.")
            self._stream = self._container.streams.video[0]
            if self._stream.codec_context is None or self._stream.codec_context.codec is None:
                raise UnreadableMedia(
                    "the video is in a format that cannot be decoded here; convert it to MP4 (H.264)."
                )
            # The decoder checks every frame's own size again: a header may lie.
            self._stream.codec_context.options = {"max_pixels": str(self._limits.max_pixels)}
            self._stream.thread_type = "AUTO"
            self.has_sound = bool(self._container.streams.audio)
            self.info = self._check_header(kind, size)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> ClipFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; may be called twice."""
        container = getattr(self, "_container", None)
        if container is not None:
            container.close()
        self._source.close()

    def _check_header(self, kind: str, size: int) -> MediaInfo:
        limits, context = self._limits, self._stream.codec_context
        width, height = context.width or 0, context.height or 0
        if width * height > limits.max_pixels:
            raise MediaTooLarge(
                f"the video has {width} × {height} pixels; the limit is 4K (4096 × 2304). Export a smaller copy."
            )
        if min(width, height) < limits.min_side_px:
            raise UnreadableMedia(f"the video says that it has {width} × {height} pixels; that holds no face.")
        length = header_length_s(self._container, self._stream)
        if length is not None:
            self._check_length(length)
        name = context.codec.canonical_name
        fps = self._stream.average_rate or self._stream.guessed_rate
        return MediaInfo(
            "video", f"{kind}, {name}", width, height, size, digest_of(self._source), length_s=length,
            frame_rate_hz=float(fps) if fps else None,
        )  # fmt: skip

    def _check_length(self, length_s: float) -> None:
        if length_s > self._limits.max_length_s:
            raise MediaTooLarge(too_long("video", length_s, self._limits.max_length_s))

    def frames(self) -> Iterator[TimedFrame]:
        """The first frame at or after each multiple of 1 / rate, in order.

        Raises:
            UnreadableMedia: not one frame can be decoded.
            MediaTooLarge: the clip turns out longer than the limit, or takes too long to read.
        """
        given, worked = 0, 0.0
        sampler = _Sampler(self._container, self._stream, self._rate)
        frames = sampler.frames()
        while True:
            began = time.monotonic()
            at, frame = next(frames, (0.0, None))
            if frame is None:
                break
            picture = self._upright(frame)
            worked += time.monotonic() - began
            self.length_s = max(self.length_s, at)
            self._check_length(self.length_s)
            given += 1
            if given > self._limits.max_frames:
                raise MediaTooLarge(
                    f"at this rate more than {self._limits.max_frames} frames would be looked at; lower the rate."
                )
            if worked > self._limits.max_work_s:
                raise MediaTooLarge("reading this video takes too long; cut it, or convert it to MP4 (H.264).")
            yield TimedFrame(at, picture)
        self.length_s = max(self.length_s, sampler.end_s)
        if not given:
            raise UnreadableMedia("not one frame of the video can be decoded; it is damaged, or it holds none.")
        self._note_damage(sampler)

    def _note_damage(self, sampler: _Sampler) -> None:
        said = self.info.length_s
        if said is not None and self.length_s + 1.5 < 0.95 * said:
            self.notes.append(
                f"The header promises {said:.1f} s, but the file could be read up to {self.length_s:.1f} s only; what "
                "came before that was judged."
            )
        elif sampler.damaged:
            self.notes.append("Parts of the video are damaged; what could be decoded was judged.")

    def _upright(self, frame: av.VideoFrame) -> np.ndarray:
        """RGB pixels, turned as the file says that they are to be shown."""
        how: dict[str, Any] = {}
        if int(frame.colorspace) in (2, 3) and frame.height >= HD_LINES:  # the file does not say
            how = {"src_colorspace": "ITU709"}
        pixels = frame.to_ndarray(format="rgb24", **how)
        turns = round(frame.rotation / 90) % 4
        return np.ascontiguousarray(np.rot90(pixels, turns)) if turns else pixels


Timed = tuple[int, Any]  # ticks from the first frame, and the decoded frame


class _Sampler:
    """Chooses and decodes the wanted frames of one stream.

    Times are whole ticks of the stream's time base from its first frame.

    Attributes:
        damaged: a packet or a wanted frame could not be decoded.
        end_s: when the last frame that was seen in the file ends.
    """

    def __init__(self, container: Any, stream: Any, rate_hz: Fraction) -> None:
        self._container, self._stream, self._codec = container, stream, stream.codec_context
        self._base = Fraction(stream.time_base)
        self._rate = rate_hz
        self._zero = int(stream.start_time or 0)  # when its first frame is shown
        self._next = 0  # moment that is wanted next: this many times 1 / rate
        self._known: list[int] = []  # times of packets that were seen and may answer it
        self._wanted: set[int] = set()  # times that answer a moment and have not come out of the decoder
        self._pending: deque[Any] = deque()  # packets that were not fed, in the order of decoding
        self._held: dict[int, Any] = {}  # frames that came out before it was known whether they are wanted
        self._gap = False  # packets before the first pending one were left out
        self._skip_before: int | None = None  # frames before the key frame after a gap refer to what was left out
        # AVI numbers its packets in the order of decoding: the time of a frame is its place among those that come out.
        self._count_frames = "avi" in container.format.name
        self._careful = self._count_frames
        self._counted = 0
        self._lost = 0
        self.damaged = False
        self.end_s = 0.0

    def frames(self) -> Iterator[tuple[float, Any]]:
        """Times in seconds and decoded frames that are wanted, in order."""
        for at, frame in self._chosen():
            yield float(at * self._base), frame

    def _chosen(self) -> Iterator[Timed]:
        for packet in self._packets():
            if self._careful or packet.pts is None or packet.dts is None:
                yield from self._in_order(packet)
                continue
            at = packet.pts - self._zero
            if not packet.is_discard:
                self.end_s = max(self.end_s, float((at + (packet.duration or 0)) * self._base))
                if at >= self._tick(self._next):
                    self._known.append(at)
            self._pending.append(packet)
            yield from self._resolve(settled=packet.dts - self._zero)
            yield from self._feed()
            self._drop_unwanted()
        if self._careful:
            yield from self._answer(None)
        else:
            yield from self._resolve(settled=None)
            yield from self._feed()
            yield from self._come_out(None)

    def _packets(self) -> Iterator[Any]:
        """Packets with data up to the end, or up to where the file is damaged."""
        import av

        try:
            for packet in self._container.demux(self._stream):
                if packet.size:
                    yield packet
        except (av.FFmpegError, ValueError):
            self.damaged = True

    def _tick(self, k: int) -> int:
        """First tick at or after moment k."""
        return math.ceil(Fraction(k) / self._rate / self._base)

    def _resolve(self, settled: int | None) -> Iterator[Timed]:
        """Finds the times that answer wanted moments.

        Frames that follow in the file are shown after `settled` (their decoding time is no earlier); None: none follow.
        """
        while self._known:
            need = self._tick(self._next)
            self._known = [at for at in self._known if at >= need]
            if not self._known:
                break
            first = min(self._known)
            if settled is not None and first > settled:
                break
            self._advance(first)
            frame = self._held.pop(first, None)
            if frame is not None:
                yield first, frame
            else:
                self._wanted.add(first)
        need = self._tick(self._next)
        self._held = {at: frame for at, frame in self._held.items() if at >= need}

    def _advance(self, at: int) -> None:
        """The next wanted moment lies after this time."""
        self._next = math.floor(at * self._base * self._rate) + 1

    def _feed(self) -> Iterator[Timed]:
        """Gives the decoder every pending packet up to the last wanted one."""
        last = max((i for i, p in enumerate(self._pending) if p.pts - self._zero in self._wanted), default=-1)
        for _ in range(last + 1):
            packet = self._pending.popleft()
            at = packet.pts - self._zero
            if self._skip_before is not None:
                if at < self._skip_before:
                    continue
                if packet.is_keyframe and at > self._skip_before:
                    self._skip_before = None
            if self._gap:
                yield from self._come_out(None)
                self._codec.flush_buffers()
                self._gap, self._skip_before = False, at
            # What no other frame refers to is decoded only where it is wanted, or may turn out to be.
            needed = at in self._wanted or at >= self._tick(self._next)
            self._codec.skip_frame = "DEFAULT" if needed else "NONREF"
            yield from self._come_out(packet)

    def _drop_unwanted(self) -> None:
        """Leaves out what lies before a key frame, once nothing shown before that can be wanted."""
        need = self._tick(self._next)
        for i in range(len(self._pending) - 1, 0, -1):
            packet = self._pending[i]
            if packet.is_keyframe and packet.pts - self._zero <= need:
                for _ in range(i):
                    self._pending.popleft()
                self._gap = True
                break

    def _come_out(self, packet: Any) -> Iterator[Timed]:
        """Feeds one packet, or None for the end, and gives the frames that are wanted."""
        for at, frame in self._decode(packet):
            missed = [w for w in self._wanted if w < at]
            if missed:  # one that was wanted did not come out: this is the first that did
                self._wanted -= set(missed)
                self._lose(len(missed))
                self._wanted.discard(at)
                if at >= self._tick(self._next):
                    self._advance(at)
                yield at, frame
            elif at in self._wanted:
                self._wanted.discard(at)
                yield at, frame
            elif at >= self._tick(self._next):
                self._held[at] = frame
                if len(self._held) > HELD_FRAMES:
                    del self._held[min(self._held)]

    def _lose(self, count: int) -> None:
        self._lost += count
        self._careful |= self._lost >= MAX_LOST

    def _in_order(self, packet: Any) -> Iterator[Timed]:
        """Everything is decoded; the first frame that comes out at or after a moment answers it."""
        if self._gap:
            yield from self._come_out(None)
            self._codec.flush_buffers()
            self._gap = False
        self._careful = True
        self._codec.skip_frame = "DEFAULT"
        for waiting in (*self._pending, packet):
            if waiting.pts is not None:
                self.end_s = max(self.end_s, float((waiting.pts - self._zero + (waiting.duration or 0)) * self._base))
            yield from self._answer(waiting)
        self._pending.clear()

    def _answer(self, packet: Any) -> Iterator[Timed]:
        for at, frame in self._decode(packet):
            self._wanted = {w for w in self._wanted if w > at}
            if at >= self._tick(self._next):
                self._advance(at)
                yield at, frame

    def _decode(self, packet: Any) -> Iterator[Timed]:
        import av

        try:
            for frame in self._codec.decode(packet):
                yield self._time_of(frame), frame
        except (av.FFmpegError, ValueError):
            self.damaged = True

    def _time_of(self, frame: Any) -> int:
        """Ticks from the start; counted by the frame rate where the frame does not tell."""
        if frame.pts is not None and not self._count_frames:
            return int(frame.pts) - self._zero  # the decoder passes the packets' ticks on
        self._counted += 1
        rate = self._stream.average_rate or Fraction(25)
        return round(Fraction(self._counted - 1) / rate / self._base)
