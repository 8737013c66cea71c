"""The sound of a video, packet by packet, for a copy of the video that is being written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from detectors.media.clip import ClipLimits
from detectors.media.container import open_container, open_source
from detectors.media.sniff import VIDEOS
from detectors.media.sound import SAMPLE_RATE_HZ, SoundFile


def sound_packets(path: str | Path, out: Any) -> Iterator[tuple[float, Any]]:
    """Times and packets of a video's sound for a copy of the video that is being written; nothing where it has none.

    AAC and MP3 pass through as they are; other codecs, which MP4 may not carry, become 16 kHz mono AAC.

    Args:
        path: of the video.
        out: PyAV container to which a stream is added before this returns its first packet.
    """
    source, kind, _ = open_source(Path(path), ClipLimits().max_bytes, only=VIDEOS, what="videos")
    with source:
        container = open_container(source, kind)
        if not container.streams.audio:
            return
        stream = container.streams.audio[0]
        if stream.codec_context is not None and stream.codec_context.name in ("aac", "mp3"):
            track = out.add_stream_from_template(stream)
            video = container.streams.video[0]
            begin = float((video.start_time or 0) * (video.time_base or 0))
            for packet in container.demux(stream):
                if packet.size and packet.pts is not None:
                    at = float(packet.pts * packet.time_base) - begin
                    packet.stream = track
                    yield at, packet
            return
    yield from _encoded_sound(path, out)


def _encoded_sound(path: str | Path, out: Any) -> Iterator[tuple[float, Any]]:
    import av

    track = out.add_stream("aac", rate=SAMPLE_RATE_HZ, layout="mono")
    given = 0
    with SoundFile(path) as sound:
        for block in sound.blocks():
            frame = av.AudioFrame.from_ndarray(np.clip(block, -1, 1)[None], format="fltp", layout="mono")
            frame.sample_rate, frame.pts = SAMPLE_RATE_HZ, given
            given += len(block)
            for packet in track.encode(frame):
                yield given / SAMPLE_RATE_HZ, packet
    for packet in track.encode(None):
        yield given / SAMPLE_RATE_HZ, packet
