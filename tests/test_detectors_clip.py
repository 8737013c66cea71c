"""Sampling of videos: the exact frames, whatever the codec, and a sentence for what cannot be used."""

import os
import struct
from fractions import Fraction

import av
import numpy as np
import pytest
import soundfile
from drawn_clips import HEIGHT, WIDTH, number_of, numbered, wanted, write_video

from detectors.errors import MediaTooLarge, NoVideoStream, UnreadableMedia
from detectors.media import ClipFile, ClipLimits
from detectors.media.clip import _Sampler

NTSC, FILM = Fraction(30000, 1001), Fraction(24000, 1001)
X265 = {"x265-params": "log-level=none"}


def sampled(path, rate_hz=1.0):
    with ClipFile(path, rate_hz=rate_hz) as clip:
        return [(frame.time_s, number_of(frame.pixels_rgb)) for frame in clip.frames()], clip


@pytest.mark.parametrize("rate_hz", [1.0, 2.5])
@pytest.mark.parametrize(
    ("codec", "rate", "options", "suffix"),
    [
        ("libx264", 25, {}, "mp4"),
        ("libx264", NTSC, {}, "mp4"),
        ("libx264", FILM, {"bf": "3"}, "mkv"),
        ("libx264", 60, {"g": "20"}, "mov"),
        ("libx264", 10, {"g": "4"}, "mp4"),
        ("libx264", 30, {"g": "12", "bf": "3", "x264-params": "open-gop=1:b-pyramid=normal"}, "mkv"),
        ("libx264", 30, {"bf": "0"}, "avi"),
        ("libx264", 30, {"bf": "3"}, "avi"),
        ("libx265", NTSC, X265, "mp4"),
        ("libx265", 25, {"x265-params": "log-level=none:keyint=20:open-gop=1"}, "mkv"),
        ("libvpx-vp9", 30, {"deadline": "realtime", "cpu-used": "8"}, "webm"),
        ("libsvtav1", 25, {"preset": "12", "svtav1-params": "lp=1"}, "mp4"),
        ("mpeg4", 25, {"bf": "2"}, "mp4"),
        ("mjpeg", 25, {}, "avi"),
    ],
)
def test_the_first_frame_at_or_after_each_moment_is_sampled(tmp_path, codec, rate, options, suffix, rate_hz):
    count = int(rate * Fraction(33, 10))
    path = write_video(tmp_path / f"clip.{suffix}", map(numbered, range(count)), rate, codec, options)
    got, clip = sampled(path, rate_hz)
    assert [number for _, number in got] == wanted([i / float(rate) for i in range(count)], rate_hz)
    assert [t for t, _ in got] == pytest.approx([n / float(rate) for _, n in got], abs=2e-3)
    assert clip.length_s == pytest.approx(count / float(rate), abs=0.1) and not clip.notes


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="this system tells no scheduling policy")
def test_drawing_a_clip_leaves_the_tests_their_own_scheduling(tmp_path):
    before = os.sched_getscheduler(0)
    write_video(tmp_path / "clip.mp4", map(numbered, range(10)), 25, "libsvtav1", {"preset": "12"})
    assert os.sched_getscheduler(0) == before


@pytest.mark.parametrize(
    ("suffix", "codec", "options"), [("mkv", "libx264", {"g": "15", "bf": "3"}), ("mp4", "libx265", X265)]
)
def test_a_variable_frame_rate_is_sampled_by_time_and_not_by_count(tmp_path, suffix, codec, options):
    steps = np.random.default_rng(2).choice([10, 33, 40, 120, 400, 1700], 60, p=[0.2, 0.3, 0.3, 0.1, 0.08, 0.02])
    times = np.concatenate([[0], np.cumsum(steps)[:-1]]).tolist()
    path = write_video(tmp_path / f"clip.{suffix}", map(numbered, range(60)), 30, codec, options, times_ms=times)
    got, _ = sampled(path)
    assert [n for _, n in got] == wanted([t / 1000 for t in times])


def test_little_more_is_decoded_than_is_wanted(tmp_path, monkeypatch):
    path = write_video(tmp_path / "clip.mp4", map(numbered, range(200)), 50, options={"g": "10", "bf": "0"})
    decoded = []
    seen = _Sampler._decode
    monkeypatch.setattr(_Sampler, "_decode", lambda self, packet: decoded.append(packet) or seen(self, packet))
    got, _ = sampled(path)
    assert [n for _, n in got] == [0, 50, 100, 150]
    assert sum(p is not None for p in decoded) <= 4 * 10  # of the groups that hold one, and no other


MATRICES = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}


@pytest.mark.parametrize(("degrees", "dark_side"), [(90, "right"), (180, "bottom"), (270, "left")])
def test_a_clip_held_upright_is_turned_as_the_file_says(tmp_path, degrees, dark_side):
    path = write_video(tmp_path / "clip.mp4", map(numbered, range(10)))
    data = bytearray(path.read_bytes())
    unity = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    at = data.index(unity, data.index(b"tkhd"))
    a, b, c, d = (v << 16 for v in MATRICES[degrees])
    data[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    with ClipFile(path) as clip:
        pixels = next(clip.frames()).pixels_rgb
    assert pixels.shape[:2] == ((HEIGHT, WIDTH) if degrees == 180 else (WIDTH, HEIGHT))
    edges = {"top": pixels[:12], "bottom": pixels[-12:], "left": pixels[:, :12], "right": pixels[:, -12:]}
    assert min(edges, key=lambda side: edges[side].mean()) == dark_side


def test_frames_before_an_edit_list_are_no_part_of_the_clip(tmp_path):
    whole = write_video(tmp_path / "whole.mp4", map(numbered, range(100)), options={"g": "50", "bf": "0"})
    cut = tmp_path / "cut.mp4"
    with av.open(str(whole)) as source, av.open(str(cut), "w", options={"avoid_negative_ts": "disabled"}) as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                shift = round(Fraction(30, 25) / packet.time_base)
                packet.pts, packet.dts, packet.stream = packet.pts - shift, packet.dts - shift, stream
                out.mux(packet)
    got, _ = sampled(cut)
    assert [n for _, n in got] == [30, 55, 80]
    assert [t for t, _ in got] == pytest.approx([0, 1, 2])


def test_colours_of_high_definition_come_out_as_they_went_in(tmp_path):
    colour = np.array([200, 60, 40], np.uint8)
    for height, space in ((720, "bt709"), (480, "smpte170m")):
        path = tmp_path / f"{height}.mp4"
        with av.open(str(path), "w") as out:
            stream = out.add_stream("libx264", rate=25, options={"crf": "4"})
            stream.width, stream.height, stream.pix_fmt = 640, height, "yuv420p"
            still = av.VideoFrame.from_ndarray(np.tile(colour, (height, 640, 1)), format="rgb24")
            out.mux(
                stream.encode(still.reformat(format="yuv420p", dst_colorspace="ITU709" if height >= 720 else "ITU601"))
            )
            out.mux(stream.encode(None))
        with ClipFile(path) as clip:
            seen = next(clip.frames()).pixels_rgb.mean((0, 1))
        assert np.abs(seen - colour).max() < 4, space


def test_a_file_that_was_cut_off_is_judged_up_to_there_and_says_so(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (8, HEIGHT, WIDTH, 3), np.uint8)
    path = write_video(tmp_path / "clip.mkv", (noise[i % 8] for i in range(250)), options={"g": "25"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with ClipFile(path) as clip:
        times = [frame.time_s for frame in clip.frames()]
    assert 3 <= len(times) <= 7 and times == list(range(len(times)))
    assert "promises 10.0 s" in clip.notes[0] or "damaged" in clip.notes[0]


def test_damage_in_the_middle_costs_no_more_than_what_it_hits(tmp_path):
    path = write_video(tmp_path / "clip.mp4", map(numbered, range(200)), options={"g": "25", "bf": "0"})
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 300] = np.random.default_rng(1).integers(0, 255, 300, np.uint8).tobytes()
    path.write_bytes(data)
    got, _ = sampled(path)
    assert {0, 25, 50, 150, 175} <= {n for _, n in got}


def refuse(path, error=UnreadableMedia, **limits):
    with pytest.raises(error) as caught, ClipFile(path, ClipLimits(**limits) if limits else None) as clip:
        list(clip.frames())
    return str(caught.value)


def test_what_is_no_video_gets_one_sentence(tmp_path):
    (tmp_path / "text.mp4").write_text("not a video")
    (tmp_path / "empty.mp4").write_bytes(b"")
    soundfile.write(tmp_path / "sound.wav", np.zeros(16_000), 16_000)
    whole = write_video(tmp_path / "whole.mp4", map(numbered, range(30))).read_bytes()
    (tmp_path / "headless.mp4").write_bytes(whole[: len(whole) // 2])
    assert "text" in refuse(tmp_path / "text.mp4")
    assert "empty" in refuse(tmp_path / "empty.mp4")
    assert "WAV sound" in refuse(tmp_path / "sound.wav")
    assert "no such file" in refuse(tmp_path / "absent.mp4")
    assert "folder" in refuse(tmp_path)
    assert "damaged" in refuse(tmp_path / "headless.mp4")


def test_a_container_with_sound_only_is_told_apart(tmp_path):
    with av.open(str(tmp_path / "talk.mp4"), "w") as out:
        track = out.add_stream("aac", rate=16_000, layout="mono")
        part = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        part.sample_rate = 16_000
        out.mux(track.encode(part))
        out.mux(track.encode(None))
    assert "only sound" in refuse(tmp_path / "talk.mp4", NoVideoStream)


def test_limits_are_checked_before_anything_is_decoded(tmp_path):
    path = write_video(tmp_path / "clip.mp4", map(numbered, range(75)))
    assert "192 × 96" in refuse(path, MediaTooLarge, max_pixels=WIDTH * HEIGHT - 1)
    assert "minutes" in refuse(path, MediaTooLarge, max_length_s=2.0)
    assert "MB" in refuse(path, MediaTooLarge, max_bytes=100)
    assert "lower the rate" in refuse(path, MediaTooLarge, max_frames=2)
    assert "4K" in refuse(
        write_video(tmp_path / "8k.mp4", [np.zeros((4320, 7680, 3), np.uint8)], codec="mpeg4"), MediaTooLarge
    )


def test_a_header_that_lies_about_size_does_not_make_the_decoder_follow(tmp_path):
    """The container says 192 × 96, the stream itself is larger than the limit allows."""
    big = np.zeros((480, 640, 3), np.uint8)
    path = write_video(tmp_path / "clip.mp4", [big] * 5)
    message = refuse(path, MediaTooLarge, max_pixels=640 * 480 - 1)
    assert "pixels" in message
    with ClipFile(path, ClipLimits()) as clip:
        clip._stream.codec_context.options = {"max_pixels": "1000"}
        with pytest.raises(UnreadableMedia, match="not one frame"):
            list(clip.frames())


def test_a_rate_out_of_range_is_refused(tmp_path):
    path = write_video(tmp_path / "clip.mp4", map(numbered, range(5)))
    for rate in (0, -1, 500, float("nan")):
        with pytest.raises(ValueError, match="rate_hz"):
            ClipFile(path, rate_hz=rate)


@pytest.mark.parametrize("options", [{"bf": "0"}, {"bf": "3"}])
def test_without_timestamps_frames_are_counted_by_their_rate(tmp_path, monkeypatch, options):
    path = write_video(tmp_path / "clip.mp4", map(numbered, range(80)), options=options)
    seen = _Sampler._packets

    def blind(self):
        for packet in seen(self):
            packet.pts = packet.dts = None
            yield packet

    monkeypatch.setattr(_Sampler, "_packets", blind)
    got, _ = sampled(path)
    assert [n for _, n in got] == [0, 25, 50, 75] and [t for t, _ in got] == pytest.approx([0, 1, 2, 3])


def test_where_wanted_frames_do_not_come_out_everything_is_decoded(tmp_path, monkeypatch):
    """A decoder that gives nothing after a flush, as with streams whose key frames are none."""
    path = write_video(tmp_path / "clip.mp4", map(numbered, range(250)), options={"g": "10", "bf": "0"})
    seen = _Sampler._decode

    def stubborn(self, packet):
        for at, frame in seen(self, packet):
            if self._careful or round(float(at * self._base) * 25) % 25:
                yield at, frame

    monkeypatch.setattr(_Sampler, "_decode", stubborn)
    got, _ = sampled(path)
    assert [n for _, n in got][-3:] == [175, 200, 225] and len(got) >= 9
