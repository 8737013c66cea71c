"""What the page shows of clips, and the annotated copy."""

import csv
import io
import itertools
import json

import av
import numpy as np
import pytest
from conftest import draw_scene
from drawn_clips import write_video
from fake_detector import FakeDetector, drawn_sound, loader_of

from demo import clip_cards, plots, words
from demo.annotate import Marks, annotate, at_time, colour_of, draw_frame
from demo.clip_handlers import analyse_clip, clip_report_for_api, make_annotated
from demo.video_tab import clip_of
from detectors.errors import MediaTooLarge
from detectors.media import ClipFile

LEFT, RIGHT = (20, 40, 60), (150, 40, 60)
LOAD = loader_of(FakeDetector([]))


@pytest.fixture
def clip_file(tmp_path):
    def write(*scenes, name="clip.mp4", sound=None):
        frames = [draw_scene(*faces) for faces in scenes for _ in range(10)]
        return write_video(tmp_path / name, frames, 10, options={"crf": "8", "preset": "ultrafast"}, sound=sound)

    return write


def test_a_clip_is_shown_with_a_line_for_each_person(clip_file):
    view = analyse_clip(str(clip_file(*[[(*LEFT, 30), (*RIGHT, 200)]] * 4)), LOAD, shown_name="holiday.mp4")
    assert not view.error and view.band.step >= 2 and view.file_name == "holiday.mp4"
    assert [p.title for p in view.persons] == ["Person 1", "Person 2"] and "4 of 4 vote fake" in view.persons[0].said
    html = clip_cards.verdict_card(view) + clip_cards.timeline_section(view)
    assert "holiday.mp4" in html and "Person 2" in html and html.count("<svg") >= 3
    assert words.clip_spoke("picture", None, None) in html
    rows = list(csv.DictReader(io.StringIO(view.csv_text)))
    assert len(rows) == 8 and [r["time_s"] for r in rows[:3]] == ["0.000", "0.000", "1.000"]
    assert json.loads(view.json_text)["persons"][0]["vote"] == 1.0


def test_faces_and_sound_are_told_apart(clip_file):
    view = analyse_clip(str(clip_file(*[[(*LEFT, 30)]] * 4, sound=drawn_sound("bright", 4))), LOAD)
    assert view.picture[1] < 0.5 < view.sound[1] and "sound speaks" in view.spoke
    html = clip_cards.verdict_card(view)
    assert f"{words.CLIP_FACES}: no sign" in html and f"{words.CLIP_SOUND}: " in html
    rows = list(csv.DictReader(io.StringIO(view.csv_text)))
    assert any(r["sound_fake_probability"] for r in rows)


@pytest.mark.parametrize(
    ("scenes", "headline"), [([[], [], []], "No face detected"), ([[(*LEFT, 200)]] * 2, "Too short to judge")]
)
def test_what_cannot_be_judged_says_so(clip_file, scenes, headline):
    view = analyse_clip(str(clip_file(*scenes)), LOAD)
    assert view.band.headline == headline and view.picture[1] is None
    assert "manipulated</span>" not in clip_cards.verdict_card(view)


def test_errors_are_sentences_and_name_no_path(tmp_path):
    assert analyse_clip(None, LOAD).error == words.NO_CLIP
    broken = tmp_path / "secret-folder.mp4"
    broken.write_text("nothing")
    view = analyse_clip(str(broken), LOAD, shown_name="<b>clip</b>.mp4")
    assert view.error.endswith(".") and str(tmp_path) not in view.error
    assert "<b>" not in clip_cards.verdict_card(view)
    assert set(clip_report_for_api(str(broken), LOAD)) == {"error"}


def test_an_upload_comes_with_and_without_a_wrapping():
    assert clip_of({"video": {"path": "/a.mp4", "orig_name": "b.mp4"}}) == ("/a.mp4", "b.mp4")
    assert clip_of({"path": "/a.mp4", "orig_name": "b.mp4"}) == ("/a.mp4", "b.mp4")
    assert clip_of(None) == (None, "")


def test_an_annotated_copy_has_boxes_time_and_the_sound(clip_file, tmp_path):
    view = analyse_clip(str(clip_file(*[[(*LEFT, 200)]] * 3, sound=drawn_sound("low", 3))), LOAD)
    steps = list(make_annotated(view.marks, tmp_path))
    assert steps[-1].file and all(a.share <= b.share for a, b in itertools.pairwise(steps))
    with av.open(steps[-1].file) as made:
        assert len(made.streams.audio) == 1 and float(made.duration / 1e6) == pytest.approx(3.0, abs=0.2)
    with ClipFile(steps[-1].file) as clip:
        frames = [f.pixels_rgb for f in clip.frames()]
    orange = np.abs(frames[1].astype(int) - np.array([213, 94, 0])).sum(-1) < 90
    assert orange[35:45, 20:80].any() and len(frames) == 3


def test_sound_in_another_codec_is_kept_too(tmp_path):
    path = tmp_path / "clip.webm"
    with av.open(str(path), "w") as out:
        video = out.add_stream("libvpx", rate=10, options={"deadline": "realtime"})
        video.width, video.height, video.pix_fmt = 240, 160, "yuv420p"
        track = out.add_stream("libopus", rate=48_000, layout="mono")
        for _ in range(30):
            out.mux(video.encode(av.VideoFrame.from_ndarray(draw_scene((*LEFT, 200)), format="rgb24")))
        out.mux(video.encode(None))
        wave = drawn_sound("low", 3, 48_000)
        for first in range(0, len(wave) - 960, 960):
            part = av.AudioFrame.from_ndarray(wave[None, first : first + 960], format="flt", layout="mono")
            part.sample_rate, part.pts = 48_000, first
            out.mux(track.encode(part))
        out.mux(track.encode(None))
    marks = Marks(str(path), 0.6, 1.0, {1: ((0.0, (20, 40, 80, 100), 0.9),)})
    list(annotate(marks, tmp_path / "out.mp4"))
    with av.open(str(tmp_path / "out.mp4")) as made:
        assert made.streams.audio[0].codec_context.name == "aac"
        assert sum(p.size > 0 for p in made.demux(audio=0)) > 20


def test_an_annotated_copy_of_a_long_clip_is_refused(clip_file, tmp_path, monkeypatch):
    monkeypatch.setattr("demo.annotate.MAX_S", 1.0)
    marks = Marks(str(clip_file([], [])), 0.6, 1.0, {})
    with pytest.raises(MediaTooLarge, match="minutes"):
        list(annotate(marks, tmp_path / "out.mp4"))
    assert next(iter(make_annotated(None, tmp_path))).message == words.ANNOTATE_NOTHING


def test_a_box_moves_between_samples_and_goes_with_the_person():
    moments = ((0.0, (0, 0, 10, 10), 0.9), (1.0, (10, 0, 20, 10), 0.2), (5.0, (50, 0, 60, 10), 0.4))
    assert at_time(moments, 0.5, 1.0) == ((5, 0, 15, 10), 0.9)
    assert at_time(moments, 1.2, 1.0) == ((10, 0, 20, 10), 0.2)
    assert at_time(moments, 3.0, 1.0) is None and at_time(moments, 5.0, 1.0)[1] == 0.4
    assert at_time(moments, -0.1, 1.0) is None


def test_colours_follow_the_threshold_and_frames_stay_even():
    assert len({colour_of(p, 0.6) for p in (0.7, 0.5, 0.1, None)}) == 4
    assert draw_frame(np.zeros((101, 203, 3), np.uint8), 0, Marks("", 0.6, 1, {})).shape == (100, 202, 3)
    assert max(draw_frame(np.zeros((1080, 1920, 3), np.uint8), 0, Marks("", 0.6, 1, {})).shape) == 1280


def test_a_lane_shows_gaps_and_what_was_not_judged():
    lane = plots.moment_lane([(0.0, 0.9), (3.0, 0.2), (4.0, None)], 5.0, 1.0, 0.6, (0.4, 0.6), "<label>")
    assert lane.count("dc-bar-over") == 1 and lane.count("dc-bar-under") == 1 and lane.count("dc-unjudged") == 1
    assert "&lt;label&gt;" in lane and 'x="600.0"' in lane
    assert 'class="dc-band" y="40.0"' in lane
