"""Clips through the video detector, with drawn faces and scores that a test can foresee."""

import dataclasses
import json

import av
import numpy as np
import pytest
from conftest import brightness_logits, draw_scene, find_marked_faces, make_card
from drawn_clips import write_video
from fake_detector import drawn_sound, drawn_video_detector, make_video_card

from detectors.__main__ import _row, _sentence
from detectors.card import Affine
from detectors.describe import report_to_dict
from detectors.errors import CardError, NoVideoStream
from detectors.faces.track import Tracker, likeness, overlap
from detectors.image import ImageDetector
from detectors.media import ClipFile
from detectors.types import Face, FaceCrop
from detectors.video import VideoDetector

SHARP = {"crf": "8", "preset": "ultrafast"}


@pytest.fixture
def detector():
    return drawn_video_detector()


@pytest.fixture
def clip_file(tmp_path):
    """A function that writes seconds of scenes, each a list of faces, at 10 frames a second."""

    def write(*scenes, name="clip.mp4", sound=None, **options):
        frames = [draw_scene(*faces, **options) for faces in scenes for _ in range(10)]
        return write_video(tmp_path / name, frames, 10, options=SHARP, sound=sound)

    return write


LEFT, RIGHT = (20, 40, 60), (150, 40, 60)


def test_a_clip_is_judged_by_the_mean_logit_of_its_most_suspicious_person(detector, clip_file):
    report = detector.detect(clip_file(*[[(*LEFT, 40), (*RIGHT, 170)]] * 5))
    verdict = report.verdict
    assert report.media.kind == "video" and report.frame_times_s == (0, 1, 2, 3, 4)
    assert (report.media.width_px, report.media.height_px, report.media.frame_rate_hz) == (240, 160, 10)
    assert [p.decision for p in verdict.persons] == ["fake", "real"] and verdict.decision == "fake"
    first = verdict.persons[0]
    assert [e.time_s for e in first.frames] == [0, 1, 2, 3, 4] and first.frames[0].box_xyxy[0] > 140
    logits = [np.log(e.fake_probability / (1 - e.fake_probability)) for e in first.frames]
    assert np.log(first.fake_probability / (1 - first.fake_probability)) == pytest.approx(np.mean(logits), abs=0.02)
    assert first.vote == 1.0 and verdict.persons[1].vote == 0.0
    assert verdict.evidence[0].patch_map is not None and first.frames[0].patch_map is None


def test_the_vote_counts_frames_by_the_threshold_of_a_picture(clip_file):
    image = ImageDetector(make_card(threshold=0.9, undecided_high=0.9), brightness_logits, find_marked_faces)
    detector = VideoDetector(make_video_card(), image, find_marked_faces)
    person = detector.detect(clip_file(*[[(*LEFT, 255)]] * 2, *[[(*LEFT, 130)]] * 3)).verdict.persons[0]
    assert person.vote == pytest.approx(0.4) and len(person.frames) == 5
    assert person.decision == "fake" and [e.decision for e in person.frames[2:]] == ["undecided"] * 3


def test_too_few_frames_and_no_face_are_undecided_with_the_reason(detector, clip_file):
    short = detector.detect(clip_file([(*LEFT, 200)], [(*LEFT, 200)], name="short.mp4")).verdict
    assert (short.decision, short.reason, short.fake_probability) == ("undecided", "too_short", None)
    empty = detector.detect(clip_file([], [], name="empty.mp4")).verdict
    assert (empty.decision, empty.reason, empty.persons) == ("undecided", "no_face", ())
    small = detector.detect(clip_file(*[[(20, 40, 30, 200)]] * 4, name="small.mp4")).verdict
    assert (small.decision, small.reason) == ("undecided", "too_small")


def test_a_person_who_is_there_long_enough_outweighs_a_glimpse(detector, clip_file):
    scenes = [[(*LEFT, 30)]] * 4 + [[(*LEFT, 30), (*RIGHT, 250)]]
    verdict = detector.detect(clip_file(*scenes)).verdict
    assert verdict.decision == "real" and [p.reason for p in verdict.persons] == ["", "too_short"]


def test_memory_of_a_person_is_a_few_strongest_frames(detector, clip_file):
    verdict = detector.detect(clip_file(*[[(*LEFT, 120 + 8 * i)] for i in range(10)])).verdict
    assert len(verdict.evidence) == 6 and len(verdict.persons[0].frames) == 10
    assert [e.time_s for e in verdict.evidence] == [9, 8, 7, 6, 5, 4]


def test_the_sound_track_is_judged_beside_the_pictures(detector, clip_file):
    path = clip_file(*[[(*LEFT, 30)]] * 4, sound=drawn_sound("bright", 4))
    report = detector.detect(path)
    assert report.verdict.decision == "real" and report.sound.decision == "fake"
    assert report.spoke == "sound" and report.spoken is report.sound and report.overview is not None
    assert "picture: real" in _sentence(report) and "sound: fake" in _sentence(report)
    silent = detector.detect(clip_file(*[[(*LEFT, 30)]] * 4, name="mute.mp4"))
    assert silent.sound is None and silent.spoke == "picture" and not silent.notes
    short = detector.detect(clip_file(*[[(*LEFT, 200)]] * 4, name="short.mp4", sound=drawn_sound("low", 0.5)))
    assert short.sound.reason == "too_short" and short.spoke == "picture"
    assert "sound: undecided, too short" in _sentence(short)


def test_a_container_with_sound_only_is_judged_as_a_recording(detector, tmp_path):
    path = tmp_path / "talk.mp4"
    with av.open(str(path), "w") as out:
        track = out.add_stream("aac", rate=16_000, layout="mono")
        wave = drawn_sound("bright", 3)
        for first in range(0, len(wave), 1024):
            part = av.AudioFrame.from_ndarray(wave[None, first : first + 1024], format="fltp", layout="mono")
            part.sample_rate, part.pts = 16_000, first
            out.mux(track.encode(part))
        out.mux(track.encode(None))
    report = detector.detect(path)
    assert report.media.kind == "audio" and report.verdict.decision == "fake" and "sound only" in report.notes[0]
    with pytest.raises(NoVideoStream):
        detector.detect(path, with_sound=False)


def test_everything_is_told_as_json_and_as_a_row(detector, clip_file):
    report = detector.detect(clip_file(*[[(*LEFT, 200)]] * 4, sound=drawn_sound("low", 4)))
    told = json.loads(json.dumps(report_to_dict(report), allow_nan=False))
    assert told["spoke"] == "picture" and told["frames_at_s"] == [0, 1, 2, 3]
    assert [s["time_s"] for s in told["persons"][0]["seconds"]] == [0, 1, 2, 3]
    assert told["sound"]["decision"] == "real" and told["sound"]["windows"]
    row = _row(report)
    assert row["faces"] == 1 and row["vote"] == "1.0000" and row["sound_decision"] == "real"


def test_progress_is_told_from_the_start_to_the_end(detector, clip_file):
    seen = []
    detector.detect(clip_file(*[[(*LEFT, 200)]] * 4), on_progress=lambda done, of: seen.append((done, of)))
    assert [done for done, _ in seen] == [0, 0, 1, 2, 3] and {of for _, of in seen} == {4.0}


def test_the_rate_is_a_parameter(detector, clip_file):
    path = clip_file(*[[(*LEFT, 200)]] * 2)
    assert detector.detect(path, rate_hz=5).frame_times_s == pytest.approx([i / 5 for i in range(10)])


def test_a_card_made_for_other_weights_is_refused():
    image = ImageDetector(make_card(), brightness_logits, find_marked_faces)
    other = dataclasses.replace(make_card().members[0].reference, sha256="1" * 64)
    members = (dataclasses.replace(make_card().members[0], reference=other), *make_card().members[1:])
    with pytest.raises(CardError, match="other weights"):
        VideoDetector(make_video_card(members=members), image, find_marked_faces)


def test_the_clip_calibration_is_its_own(clip_file):
    image = ImageDetector(make_card(), brightness_logits, find_marked_faces)
    path = clip_file(*[[(*LEFT, 150)]] * 4)
    plain, sure = (
        VideoDetector(make_video_card(calibration=Affine(scale, 0.0)), image, find_marked_faces).detect(path).verdict
        for scale in (1.0, 3.0)
    )
    one, other = (np.log(v.fake_probability / (1 - v.fake_probability)) for v in (plain, sure))
    assert other == pytest.approx(3 * one, rel=1e-3)
    assert plain.persons[0].frames[0].fake_probability == sure.persons[0].frames[0].fake_probability


def texture(seed, hue):
    rng = np.random.default_rng(seed)
    return np.clip(np.kron(rng.integers(0, 120, (8, 8, 1)), np.ones((8, 8, 1))) + hue, 0, 255).astype(np.uint8)


ANNA, BERT = texture(1, (120, 40, 30)), texture(2, (20, 60, 130))


def crop(pixels, x, y, side=64):
    box = (float(x), float(y), float(x + side), float(y + side))
    return FaceCrop(pixels, Face(box, 0.9), box)


def frame(seed):
    return np.kron(np.random.default_rng(seed).integers(0, 255, (18, 32, 3), np.uint8), np.ones((10, 10, 1), np.uint8))


def test_two_people_keep_their_lines_while_they_move(detector):
    tracker, shot = Tracker(), frame(0)
    assert tracker.assign(shot, [crop(ANNA, 20, 40), crop(BERT, 200, 40)]) == [0, 1]
    assert tracker.assign(shot, [crop(BERT, 190, 45), crop(ANNA, 35, 42)]) == [1, 0]
    assert tracker.assign(shot, [crop(ANNA, 50, 44)]) == [0]
    assert tracker.assign(shot, [crop(ANNA, 60, 44), crop(BERT, 180, 50)]) == [0, 1]


def test_after_a_cut_looks_decide_and_not_the_place(detector):
    tracker = Tracker()
    assert tracker.assign(frame(0), [crop(ANNA, 20, 40)]) == [0]
    assert tracker.assign(frame(1), [crop(BERT, 20, 40)]) == [1]
    assert tracker.assign(frame(2), [crop(ANNA, 150, 60)]) == [0]


def test_another_face_at_the_same_place_is_not_the_same_person(detector):
    tracker = Tracker()
    assert tracker.assign(frame(0), [crop(ANNA, 20, 40)]) == [0]
    assert tracker.assign(frame(0), [crop(255 - ANNA, 20, 40)]) == [1]


def test_overlap_and_likeness_know_their_ends():
    assert overlap((0, 0, 2, 2), (0, 0, 2, 2)) == 1 and overlap((0, 0, 1, 1), (1, 1, 2, 2)) == 0
    assert overlap((0, 0, 2, 1), (1, 0, 3, 1)) == pytest.approx(1 / 3)
    from detectors.faces.track import describe_looks

    assert likeness(describe_looks(ANNA), describe_looks(ANNA)) == pytest.approx(1, abs=1e-3)
    assert likeness(describe_looks(ANNA), describe_looks(BERT)) < 0.5


def test_a_clip_is_read_once_and_closed(detector, clip_file, monkeypatch):
    opened = []
    began = ClipFile.__init__
    monkeypatch.setattr(ClipFile, "__init__", lambda self, *a, **k: opened.append(self) or began(self, *a, **k))
    detector.detect(clip_file(*[[(*LEFT, 200)]] * 3))
    assert len(opened) == 1 and opened[0]._source.closed
