"""The harness on sounds: ASVspoof's measures, their intervals, and a run with and without silence at the ends."""

import json

import numpy as np
import pytest
import soundfile
from conftest import read_csv
from fake_detector import drawn_sound, loader_of

from detectors.baseline import LoudnessDetector
from eval.bootstrap import Groups, Sums
from eval.metrics import SPEECH_METRICS, act_dcf, bona_fide_llr, cllr, min_dcf
from eval.run import main

# Bona fide scores, spoof scores (higher is more bona fide), minDCF, Cllr: the project's oracle table.
ORACLE = {
    "E1": ([0.9, 0.8, 0.7, 0.4], [0.6, 0.3, 0.2, 0.1], 0.25, 0.913016),
    "E2": ([3, 2, 1.5, 0.5, -0.5], [1, -1, -2, -3], 0.25, 0.588278),
    "E3": ([0.9, 0.8, 0.5, 0.5], [0.5, 0.5, 0.2, 0.1], 0.5, 0.928933),
    "E4": ([2, 3, 4], [-2, -1, 0], 0.0, 0.319077),
    "E5": ([-2, -1, 0], [2, 3, 4], 1.0, 3.204467),
    "E6": ([0.95, 0.9, 0.85, 0.6, 0.55, 0.3, 0.2], [0.7, 0.5, 0.4], 0.876190, 1.035316),
}


def each(n):
    """Every row a group of its own."""
    return Groups(np.arange(n), n)


@pytest.mark.parametrize("name", ORACLE)
def test_min_dcf_and_cllr_are_those_of_the_oracle_table(name):
    bona_fide, spoof, dcf, bits = ORACLE[name]
    fake = np.array([False] * len(bona_fide) + [True] * len(spoof))
    llr = np.array([*bona_fide, *spoof], dtype=float)
    assert min_dcf(fake, -llr) == pytest.approx(dcf, abs=1e-6)
    assert cllr(fake, llr) == pytest.approx(bits, abs=1e-6)


@pytest.mark.parametrize(("name", "cost"), [("E2", 0.25), ("E4", 0.333333)])
def test_act_dcf_uses_bayes_threshold(name, cost):
    bona_fide, spoof, _, _ = ORACLE[name]
    fake = np.array([False] * len(bona_fide) + [True] * len(spoof))
    assert act_dcf(fake, np.array([*bona_fide, *spoof], dtype=float)) == pytest.approx(cost, abs=1e-6)


def test_one_class_has_no_detection_cost():
    for metric in (min_dcf, act_dcf, cllr):
        with pytest.raises(ValueError, match="one class"):
            metric(np.array([True, True]), np.array([0.1, 0.2]))


def test_a_probability_of_a_half_says_nothing_either_way():
    assert np.allclose(bona_fide_llr(np.array([0.5, 0.25, 0.75])), [0, np.log(3), -np.log(3)])


def test_a_draw_that_takes_every_row_once_gives_the_point_values():
    rng = np.random.default_rng(0)
    fake, p = rng.random(300) < 0.4, rng.random(300).round(2)
    drawn = Sums(fake, p, p >= 0.5, each(300)).metrics(np.ones((1, 300)))
    for name, metric in SPEECH_METRICS.items():
        assert drawn[name][0] == pytest.approx(metric(fake, p, p >= 0.5), abs=1e-9)


def test_doubled_rows_are_the_same_as_rows_that_count_twice():
    rng = np.random.default_rng(1)
    fake, p = rng.random(120) < 0.5, rng.random(120)
    twice = rng.integers(0, 3, 120)
    drawn = Sums(fake, p, p >= 0.5, each(120)).metrics(twice[None].astype(float))
    y, q = np.repeat(fake, twice), np.repeat(p, twice)
    for name, metric in SPEECH_METRICS.items():
        assert drawn[name][0] == pytest.approx(metric(y, q, q >= 0.5), abs=1e-9)


@pytest.fixture
def voices(tmp_path):
    """Six voices with silence before them, one silent file and one that is no sound."""
    for i in range(3):
        for label, kind in (("real", "low"), ("fake/vocoder", "bright")):
            path = tmp_path / "data" / label / f"{i}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            wave = np.concatenate([np.zeros(4000 * i, np.float32), drawn_sound(kind, 2 + 0.3 * i)])
            soundfile.write(path, wave, 16_000)
    soundfile.write(tmp_path / "data/real/silent.wav", np.zeros(32_000), 16_000)
    (tmp_path / "data/real/letter.wav").write_text("no sound")
    return tmp_path / "data"


def load(name, **options):
    return LoudnessDetector() if name == "loudness" else loader_of(None)("audio-ensemble")


def test_a_folder_of_recordings_is_measured_with_and_without_its_silence(voices, tmp_path):
    out = tmp_path / "run"
    assert main(["--dataset", "folder", "--root", str(voices), "--out", str(out)], load) == 0
    rows = {r["sample_id"]: r for r in read_csv(out / "predictions.csv")}
    assert rows["real/silent.wav"]["reason"] == "silent" and rows["real/letter.wav"]["error"]
    assert rows["real/1.wav"]["trimmed_probability"] and rows["real/1.wav"]["network_mel_cnn"]
    result = json.loads((out / "result.json").read_text())
    assert result["record"]["level"] == "clip" and result["record"]["configuration"]["detector"] == "audio-ensemble"
    assert result["metrics"]["overall"]["eer"]["value"] == result["metrics"]["overall"]["min_dcf"]["value"] == 0.0
    assert (
        result["metrics"]["trimmed"]["n_real"] == 3 and result["metrics"]["trimmed"]["trimmed"]["eer"]["value"] == 0.0
    )
    report = (out / "report.md").read_text()
    for said in ("Clip level", "minDCF", "Cllr", "With and without the silence", "loudness baseline"):
        assert said in report


def test_a_detector_of_pictures_is_not_let_loose_on_recordings(voices, tmp_path, capsys, drawn_detector):
    code = main(
        ["--dataset", "folder", "--root", str(voices), "--detector", "image-ensemble", "--out", str(tmp_path / "run")],
        lambda name, **options: drawn_detector,
    )
    assert code == 2 and "has no image files" in capsys.readouterr().err
