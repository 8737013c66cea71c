"""The shipped weights on clips: people keep their lines, and the terminal stays quick."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import detectors
from data_manifests.datasets.sample import FOLDER
from detectors.card import VideoCard, read_card
from detectors.media import read_image
from training.clips.draw import moving_portraits, write_clip

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def detector():
    return detectors.load(detectors.VIDEO_DETECTOR)


def still(name):
    return read_image(FOLDER / name).pixels_rgb


def test_the_card_is_of_the_shipped_networks_and_names_what_was_measured():
    card = read_card(detectors.VIDEO_DETECTOR)
    assert isinstance(card, VideoCard) and card.frames_by == detectors.DEFAULT_DETECTOR
    assert card.digest == read_card(card.frames_by).digest
    assert 0.03 <= card.dev_false_alarm_rate <= 0.051 and card.min_frames >= 3
    assert {"dev", "test"} <= {m.split for m in card.metrics if m.level == "video"}


def test_two_people_side_by_side_have_a_line_each(detector):
    report = detector.detect(FOLDER / "fake_clip_two_persons.mp4")
    assert report.frame_times_s == tuple(range(8)) and report.sound is None
    persons = report.verdict.persons
    assert [len(p.frames) for p in persons] == [8, 8] and all(p.vote is not None for p in persons)
    for person in persons:
        middles = [(e.box_xyxy[0] + e.box_xyxy[2]) / 2 for e in person.frames]
        assert max(middles) < 320 or min(middles) > 320


def test_across_a_cut_nobody_is_averaged_with_somebody_else(detector, tmp_path):
    rng = np.random.default_rng(4)
    shots = ["real_obama.jpg", "real_astronaut.jpg", "real_obama.jpg"]
    frames = [f for name in shots for f in moving_portraits([still(name)], 3.0, 10, (320, 240), rng)]
    write_clip(tmp_path / "cut.mp4", frames, 10)
    persons = detector.detect(tmp_path / "cut.mp4").verdict.persons
    middle = {3, 4, 5}
    for person in persons:
        seen = {round(e.time_s) for e in person.frames}
        assert seen <= middle or not seen & middle, seen
    assert sum(len(p.frames) for p in persons) == 9


def test_a_moving_portrait_keeps_what_the_still_says(detector):
    images = detectors.load()
    clip = detector.detect(FOLDER / "fake_clip_obama.mp4")
    assert clip.sound is not None and clip.sound.fake_probability > 0.5
    picture = images.detect(FOLDER / "fake_swap_obama.jpg").verdict.fake_probability
    frames = [e.fake_probability for e in clip.verdict.persons[0].frames]
    assert len(frames) == 8 and abs(np.mean(frames) - picture) < 0.35


def test_the_terminal_judges_a_clip_without_importing_tensorflow():
    code = (
        "import sys, runpy\n"
        f"sys.argv = ['detectors', {str(FOLDER / 'fake_clip_obama.mp4')!r}, '--json']\n"
        "try:\n    runpy.run_module('detectors', run_name='__main__')\n"
        "except SystemExit as stop:\n    print('CODE', stop.code)\n"
        "print('LOADED', [m for m in ('tensorflow', 'keras', 'gradio', 'librosa', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "CODE 0" in done.stdout and "LOADED []" in done.stdout
    told = json.loads(done.stdout[: done.stdout.rindex("CODE")])
    assert told["media"]["kind"] == "video" and len(told["persons"][0]["seconds"]) == 8 and told["sound"]["windows"]


def test_the_first_progress_comes_before_anything_is_decoded(detector):
    seen = []
    detector.detect(
        FOLDER / "real_clip_biden.mp4", with_maps=False, on_progress=lambda done, of: seen.append((done, of))
    )
    assert seen[0] == (0.0, pytest.approx(8.0, abs=0.1)) and len(seen) == 9
