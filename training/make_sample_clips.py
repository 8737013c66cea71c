"""`python -m training.make_sample_clips`: the clips that ship in `data_manifests/sample`, made from its portraits and voices.

A camera moves over two of the portraits; one of them is the swap that ships as a picture, and speaks by a synthetic voice. A
third clip holds two persons, one of them blended.
"""

from __future__ import annotations

import csv
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from detectors.media import SAMPLE_RATE_HZ, read_image, read_sound
from training.clips.draw import moving_portraits, write_clip
from training.make_sample import COLUMNS, DOMAIN, OUT

SECONDS, RATE_HZ, CRF = 8.0, 25.0, 27
CLIPS = (
    # file, portraits, voice, label, method, group, licence, about
    ("real_clip_biden.mp4", ("real_biden.jpg",), None, "real", "real", "biden", DOMAIN,
     "a camera moves over the portrait of Joe Biden"),
    ("fake_clip_obama.mp4", ("fake_swap_obama.jpg",), "fake_voice_flite.flac", "fake", "swap", "obama", DOMAIN,
     "a camera moves over a portrait of Barack Obama with another face blended in; a machine speaks"),
    ("fake_clip_two_persons.mp4", ("real_biden.jpg", "fake_self_blend_obama.jpg"), None, "fake", "self-blend",
     "biden-obama", DOMAIN, "two portraits side by side, the right one blended with a changed copy of itself"),
)  # fmt: skip


def main() -> int:
    """Writes clips and their rows of the manifest; returns the exit code."""
    manifest = OUT / "manifest.csv"
    with manifest.open(newline="", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["kind"] != "video"]
    for k, (file, portraits, voice, label, method, group, licence, about) in enumerate(CLIPS):
        stills = [read_image(OUT / name).pixels_rgb for name in portraits]
        size = (640, 360) if len(stills) > 1 else (480, 360)
        frames = moving_portraits(stills, SECONDS, RATE_HZ, size, np.random.default_rng(70 + k))
        path = OUT / file
        write_clip(path, frames, RATE_HZ, crf=CRF)
        if voice:
            _add_sound(path, read_sound(OUT / voice, SECONDS))
        rows.append({
            "path": file, "kind": "video", "label": label, "method": method,
            "source": "portrait" if label == "real" else "", "group": group, "licence": licence, "about": about,
        })  # fmt: skip
    with manifest.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return 0


def _add_sound(path: Path, wave: np.ndarray) -> None:
    """The same clip with a sound track."""
    part = path.with_suffix(".part.mp4")
    with av.open(str(path)) as source, av.open(str(part), "w", options={"movflags": "faststart"}) as out:
        video = out.add_stream_from_template(source.streams.video[0])
        track = out.add_stream("aac", rate=SAMPLE_RATE_HZ, layout="mono", options={"b": "48k"})
        for first in range(0, len(wave), 1024):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(wave[None, first : first + 1024]), format="fltp", layout="mono"
            )
            frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE_HZ, first, Fraction(1, SAMPLE_RATE_HZ)
            out.mux(track.encode(frame))
        out.mux(track.encode(None))
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = video
                out.mux(packet)
    part.replace(path)


if __name__ == "__main__":
    sys.exit(main())
