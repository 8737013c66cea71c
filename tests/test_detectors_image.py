import dataclasses
import json

import cv2
import numpy as np
import pytest

from detectors.describe import report_to_dict
from detectors.errors import UnreadableMedia
from detectors.faces import flatness, sharpness
from detectors.types import Evidence, Face, NetworkScore, Verdict


def test_the_most_suspicious_face_speaks_for_the_picture(drawn_detector, scene_file):
    report = drawn_detector.detect(scene_file((10, 20, 60, 40), (100, 20, 60, 250), (180, 30, 50, 120)))
    scores = [e.fake_probability for e in report.verdict.evidence]
    assert len(scores) == 3 and scores == sorted(scores, reverse=True)
    assert report.verdict.fake_probability == scores[0]
    assert report.verdict.evidence[0].box_xyxy == (100, 20, 160, 80)
    assert report.verdict.decision == "fake" and report.verdict.reason == ""


def test_abstains_when_no_face_is_found(drawn_detector, scene_file):
    verdict = drawn_detector.detect(scene_file()).verdict
    assert (verdict.fake_probability, verdict.decision, verdict.reason) == (None, "undecided", "no_face")


def test_a_face_under_the_cards_size_is_named_and_not_scored(drawn_detector, scene_file):
    verdict = drawn_detector.detect(scene_file((10, 10, 30, 250))).verdict
    assert (verdict.fake_probability, verdict.reason) == (None, "too_small")
    assert verdict.evidence[0].reason == "too_small" and verdict.evidence[0].crop_rgb is None


def test_a_small_face_beside_a_large_one_costs_nothing(drawn_detector, scene_file):
    verdict = drawn_detector.detect(scene_file((10, 10, 30, 250), (100, 20, 60, 10))).verdict
    assert verdict.decision == "real" and len(verdict.evidence) == 2
    assert verdict.evidence[-1].reason == "too_small"


def test_each_face_tells_networks_kinds_agreement_and_map(drawn_detector, scene_file):
    face = drawn_detector.detect(scene_file((100, 20, 60, 250))).verdict.evidence[0]
    assert [s.network for s in face.scores] == ["xception", "resnet50"]
    assert face.forgery_kind == "generator"  # the drawn networks' generator head is a logit above the other
    assert face.kind_probability["generator"] > face.kind_probability["blend"]
    assert face.agreement == 1.0
    assert face.patch_map.shape == (96, 96) and 0 <= face.patch_map.min() <= face.patch_map.max() <= 1
    assert face.crop_rgb.shape == (32, 32, 3)


def test_a_bad_file_is_an_error_and_not_a_score(drawn_detector, tmp_path):
    path = tmp_path / "empty.jpg"
    path.write_bytes(b"")
    with pytest.raises(UnreadableMedia, match="empty"):
        drawn_detector.detect(path)


def test_faces_beyond_the_limit_are_counted_in_a_note(drawn_detector):
    many = tuple(Face((float(i), 0.0, i + 50.0, 50.0), 1.0) for i in range(70))
    drawn_detector._find_faces = lambda pixels: many
    verdict, notes = drawn_detector.judge(np.zeros((60, 200, 3), np.uint8))
    assert len(verdict.evidence) == 64
    assert notes == ("70 faces were found; the 64 largest were scored.",)


def test_the_report_is_strict_json_with_both_probabilities(drawn_detector, scene_file):
    report = drawn_detector.detect(scene_file((100, 20, 60, 250)))
    told = json.loads(json.dumps(report_to_dict(report, with_maps=True), allow_nan=False))
    assert told["fake_probability"] + told["real_probability"] == pytest.approx(1)
    assert told["media"]["format"] == "PNG" and len(told["media"]["sha256"]) == 64
    assert told["faces"][0]["networks"]["xception"]["fake_probability"] > 0.5
    assert len(told["faces"][0]["patch_map"]) == 96


@pytest.mark.parametrize(
    "make",
    [
        lambda: Face((5, 5, 5, 9), 1.0),
        lambda: Face((0, 0, 9, 9), 1.5),
        lambda: NetworkScore("xception", 2.0, {}),
        lambda: NetworkScore("xception", 0.5, {"other": 0.5}),
        lambda: Verdict(0.7, "undecided", "", 0.5, (0.5, 0.5), (), "x"),
        lambda: Verdict(None, "real", "", 0.5, (0.5, 0.5), (), "x"),
        lambda: Verdict(0.7, "fake", "unsure", 0.5, (0.5, 0.5), (), "x"),
    ],
)
def test_values_that_contradict_themselves_are_refused_at_birth(make):
    with pytest.raises(ValueError, match=r"must|unknown|reason|undecided"):
        make()


def test_values_are_frozen():
    evidence = Evidence((0, 0, 2, 2), (0, 0, 2, 2), 0.0, None, "undecided", "no_face")
    with pytest.raises(dataclasses.FrozenInstanceError):
        evidence.decision = "fake"


def test_a_high_score_of_a_blurred_face_is_said_to_say_little(drawn_detector):
    drawn_detector._find_faces = lambda pixels: (Face((20.0, 20.0, 180.0, 180.0), 1.0),)
    # What the drawn networks score is brightness, so both are called fake; a ramp has contrast and no detail.
    sharp = np.random.default_rng(0).integers(200, 256, (200, 200, 3), np.uint8)
    soft = np.ascontiguousarray(
        np.broadcast_to(np.linspace(70, 255, 200).astype(np.uint8)[None, :, None], (200, 200, 3))
    )
    # What denoising leaves: edges, and nothing between them.
    smoothed = np.kron(np.random.default_rng(1).integers(200, 256, (4, 4, 1), np.uint8), np.ones((50, 50, 3), np.uint8))
    (said, none), *others = (drawn_detector.judge(p) for p in (sharp, soft, smoothed))
    assert said.decision == "fake" and none == ()
    for told, notes in others:
        assert told.decision == "fake" and len(notes) == 1 and "out of focus" in notes[0]


def test_flatness_rises_with_every_smoothing_that_keeps_edges_and_not_with_strong_edges():
    rng = np.random.default_rng(0)
    picture = np.kron(rng.integers(60, 200, (12, 12, 3), np.uint8), np.ones((16, 16, 1), np.uint8))
    grainy = np.clip(picture + rng.normal(0, 3, picture.shape), 0, 255).astype(np.uint8)
    smoothed = [cv2.bilateralFilter(grainy, 7, s, 5) for s in (10, 40)]
    smoothed.append(cv2.fastNlMeansDenoisingColored(grainy, None, 5, 5, 5, 11))
    assert flatness(grainy) < 0.5 and min(flatness(smoothed[1]), flatness(smoothed[2])) > 0.8
    assert flatness(grainy) < flatness(smoothed[0]) < flatness(smoothed[1])
    assert sharpness(smoothed[1]) > 0.8 * sharpness(grainy)  # the other measure hardly sees it


def test_sharpness_falls_with_blur_and_does_not_depend_on_contrast():
    face = np.random.default_rng(0).integers(0, 256, (192, 192, 3), np.uint8)
    blurred = [sharpness(cv2.GaussianBlur(face, (0, 0), s)) for s in (0.5, 1, 1.5, 2)]
    assert blurred == sorted(blurred, reverse=True)
    assert sharpness((face // 2 + 64).astype(np.uint8)) == pytest.approx(sharpness(face), rel=0.02)
    assert sharpness(np.full((8, 8, 3), 90, np.uint8)) == float("inf")
