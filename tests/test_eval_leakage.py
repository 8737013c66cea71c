"""What a test shares with training, and the prints of faces that near-duplicates are found by."""

import cv2
import numpy as np
import pytest
from conftest import read_csv
from PIL import Image

from data_manifests import build
from data_manifests.schema import Sample
from detectors.prints import SAME_FACE, face_print, nearest, read_prints
from eval import leakage
from eval.rows import read_rows
from eval.run import main


def scene(seed, size=192):
    """Soft blobs, different for every seed."""
    small = np.random.default_rng(seed).uniform(0, 255, (24, 24, 3)).astype(np.float32)
    return np.clip(cv2.resize(small, (size, size), interpolation=cv2.INTER_CUBIC), 0, 255).astype(np.uint8)


def test_a_print_survives_what_messengers_do_and_tells_pictures_apart():
    prints = np.array([face_print(scene(i)) for i in range(40)])
    assert prints.shape == (40, 32) and prints.dtype == np.uint8
    for i in range(40):
        small = cv2.resize(scene(i)[2:, 2:], (100, 100), interpolation=cv2.INTER_AREA)
        again = cv2.imdecode(cv2.imencode(".jpg", small, [1, 40])[1], 1)
        distance, which = nearest(face_print(again)[None], prints)
        assert which[0] == i and distance[0] <= SAME_FACE, i
    others = np.array([face_print(scene(100 + i)) for i in range(40)])
    assert nearest(others, prints)[0].min() > SAME_FACE


def test_the_shipped_weights_carry_the_prints_of_what_they_were_trained_on():
    seen = read_prints("image-ensemble")
    assert seen is not None and seen.dtype == np.uint8 and seen.shape[1] == 32 and len(seen) > 10_000
    assert read_prints("audio-ensemble") is None


def sample(i, split, people=(), group=None):
    return Sample(f"s{i}", "p", "video", False, "real", "", group or f"g{i}", split, people=people)


def test_people_on_both_sides_of_a_split_are_counted_and_named():
    samples = [
        sample(0, "train", ("id1", "id2")),
        sample(1, "test", ("id2",)),
        sample(2, "test", ("id3",)),
        sample(3, "dev", group="g2"),
    ]
    told = leakage.shared_between_splits(samples, None)
    assert told["people"] == {"n": 2, "shared": 1, "named": ["id2"]} and told["groups"] == {
        "n": 2,
        "shared": 1,
        "named": ["g2"],
    }
    assert leakage.shared_between_splits([sample(0, "test")], "test")["groups"] == {"n": 0, "shared": 0, "named": []}


@pytest.fixture
def two_runs(tmp_path, scene_file, drawn_detector):
    """Runs over two sets that share one file byte for byte and one face that was saved again."""
    from detectors.baseline import BrightnessDetector

    def load(name, **_):
        return BrightnessDetector() if name == "brightness" else drawn_detector

    def face(seed, name, quality=None):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.full((160, 240, 3), 128, np.uint8)
        pixels[30:130, 60:160] = (255, 0, 255)
        pixels[34:126, 64:156] = scene(seed, 92)
        Image.fromarray(pixels).save(path.with_suffix(".png"))

    for i in range(4):
        face(i, f"train/{'fake/gan' if i % 2 else 'real/a'}/{i}")
        face(10 + i, f"test/{'fake/gan' if i % 2 else 'real/a'}/{i}")
    (tmp_path / "test/real/a/copy.png").write_bytes((tmp_path / "train/real/a/0.png").read_bytes())
    again = np.array(Image.open(tmp_path / "train/fake/gan/1.png"))
    again[34:126, 64:156] = np.clip(again[34:126, 64:156].astype(int) + 9, 0, 255)
    Image.fromarray(again).save(tmp_path / "test/fake/gan/again.png")
    for name in ("train", "test"):
        assert (
            main(["--dataset", "folder", "--root", str(tmp_path / name), "--out", str(tmp_path / f"run-{name}")], load)
            == 0
        )
    return tmp_path


def test_two_runs_tell_what_they_share(two_runs, capsys):
    assert leakage.main([str(two_runs / "run-test"), str(two_runs / "run-train")]) == 0
    found = {
        (r["what"].partition(" (")[0], r["here"], r["there"])
        for r in read_csv(two_runs / "run-test/leakage/shared.csv")
    }
    assert ("identical file", "real/a/copy.png", "real/a/0.png") in found
    assert ("near-duplicate face", "fake/gan/again.png", "fake/gan/1.png") in found
    assert {f for f in found if f[0].startswith("near")} == {
        ("near-duplicate face", "fake/gan/again.png", "fake/gan/1.png"), ("near-duplicate face", "real/a/copy.png", "real/a/0.png")
    }  # fmt: skip
    words = (two_runs / "run-test/leakage/report.md").read_text()
    assert "Identical files: 1 of the 6" in words and "Near-duplicate faces: 2 of 6" in words


def test_a_manifest_will_do_without_prints(two_runs):
    manifest = two_runs / "m.csv"
    assert build.main(["folder", "--root", str(two_runs / "train"), "--out", str(manifest)]) == 0
    path = leakage.write_leakage(two_runs / "run-test", manifest, two_runs / "out")
    assert "Identical files: 1 of the 6" in path.read_text() and "not looked for" in path.read_text()


def test_faces_of_a_run_are_held_against_the_training_faces(two_runs, monkeypatch):
    rows = read_rows(two_runs / "run-test/predictions.csv")
    train = read_rows(two_runs / "run-train/predictions.csv")
    seen = leakage._prints(train, np.arange(4))
    monkeypatch.setattr(leakage, "read_prints", lambda name: seen if name == "drawn" else None)
    told = leakage.near_training_faces(rows, "drawn")
    assert (told["trained_on"], told["n"], told["near"]) == (4, 6, 2)
    assert set(told["named"]) == {"real/a/copy.png", "fake/gan/again.png"}
    assert leakage.near_training_faces(rows, "somebody's") is None


def test_what_is_no_run_is_one_sentence(tmp_path, capsys):
    assert leakage.main([str(tmp_path), str(tmp_path)]) == 2
    assert "holds no run" in capsys.readouterr().err
