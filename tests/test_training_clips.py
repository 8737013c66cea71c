"""Clips made from stills, and the card of the video detector that is calibrated on them."""

import csv

import numpy as np
import pytest
from fake_detector import make_video_card
from sklearn.metrics import roc_auc_score

from data_manifests.datasets.sample import FOLDER
from detectors.card import WEIGHTS_DIR, read_image_card
from detectors.decide import ensemble_probability
from detectors.errors import DatasetError
from detectors.media import ClipFile
from training.clips import make
from training.clips.calibrate import calibrate_clips, fit_clip_card
from training.clips.draw import moving_portraits, write_clip


def test_a_camera_moves_over_the_portraits_and_both_stay_in_the_frame(tmp_path):
    left, right = np.full((80, 80, 3), 40, np.uint8), np.full((80, 80, 3), 210, np.uint8)
    frames = list(moving_portraits([left, right], 2.0, 10, (320, 160), np.random.default_rng(0)))
    assert len(frames) == 20 and frames[0].shape == (160, 320, 3) and frames[0].dtype == np.uint8
    assert all(f[70:90, 70:90].mean() < 80 and f[70:90, 230:250].mean() > 170 for f in frames)
    assert np.abs(frames[0].astype(int) - frames[10]).mean() > 1
    write_clip(tmp_path / "clip.mp4", frames, 10)
    with ClipFile(tmp_path / "clip.mp4") as clip:
        assert [f.time_s for f in clip.frames()] == [0, 1]


def clip_logits(n=80, seed=0):
    """Raw logits of two networks and heads: each head hears its own kind, the generator's with more noise."""
    rng = np.random.default_rng(seed)
    family = np.repeat(["real", "self-blend", "stylegan1"], n)
    x = rng.normal(size=(3 * n, 2, 2)) * [[[0.6, 1.5]]]
    x[family == "self-blend", :, 0] += 2
    x[family == "stylegan1", :, 1] += 3
    return x * 2 - 1, family


def test_the_clip_card_is_fitted_on_its_own_kinds_and_keeps_false_alarms():
    logits, family = clip_logits()
    card = fit_clip_card(make_video_card(head_pooling="mixture"), logits, family)
    score = ensemble_probability(logits, card)
    real = family == "real"
    assert 0.02 <= card.dev_false_alarm_rate <= 0.051 and (score[real] >= card.threshold).mean() <= 0.051
    assert card.undecided_low <= card.threshold == card.undecided_high
    at = np.searchsorted([p.threshold for p in card.operating_points], card.threshold)
    below, above = card.operating_points[at - 1 : at + 1]
    assert below.false_alarm_rate >= round(card.dev_false_alarm_rate, 4) >= above.false_alarm_rate
    for kind in ("self-blend", "stylegan1"):
        of = real | (family == kind)
        assert roc_auc_score(family[of] == kind, score[of]) > 0.85
    lines = [member.calibration for member in card.members]
    assert all(line["blend"].scale > line["generator"].scale > 0 for line in lines)


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    """A face set of the shipped portraits, two of them named after a generator."""
    folder = tmp_path_factory.mktemp("faces")
    names = ["real_obama.jpg", "real_astronaut.jpg", "fake_self_blend_biden.jpg", "fake_low_detail_obama.jpg"]
    with (folder / "faces.csv").open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["path", "label", "generator", "source", "split", "sha256"])
        for i, name in enumerate(names):
            writer.writerow(
                [FOLDER / name, "fake" if i > 1 else "real", "stylegan1" if i > 1 else "", "p", "dev", str(i)]
            )
    return folder


def test_stills_become_clips_and_clips_a_card(faces, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make, "SECONDS", 3.2)
    monkeypatch.setattr(make, "RATE_HZ", 5.0)
    assert make.main([str(faces), str(tmp_path), "--split", "dev", "--count", "2"]) == 0
    made = sorted(p.relative_to(tmp_path).parts[:4] for p in tmp_path.rglob("*.mp4"))
    kinds = [("real", "p"), ("fake", "self-blend"), ("fake", "stylegan1")]
    assert made == sorted((crf, "dev", *kind) for crf in ("crf23", "crf35") for kind in kinds)
    image = read_image_card("image-ensemble")
    card = calibrate_clips(tmp_path, image, WEIGHTS_DIR)
    assert card.frames_by == "image-ensemble" and card.digest == image.digest
    assert {m.dataset for m in card.metrics} == {
        f"dev clips of moving portraits, {crf}, {kind}"
        for crf in ("crf23", "crf35")
        for kind in ("self-blend", "stylegan1")
    }
    assert len(card.operating_points) == 49
    assert make.main([str(tmp_path / "nowhere"), str(tmp_path)]) == 2 and "faces.csv" in capsys.readouterr().err


def test_clips_of_one_class_are_refused(tmp_path):
    image = read_image_card("image-ensemble")
    with pytest.raises(DatasetError, match="dev/real"):
        calibrate_clips(tmp_path, image, WEIGHTS_DIR)
