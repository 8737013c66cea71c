"""Saved models of somebody else: what they are given, how their output is read, and what is refused."""

import json
import zipfile

import numpy as np
import pytest
import soundfile
from conftest import draw_scene, find_marked_faces
from drawn_clips import write_video
from fake_detector import drawn_sound

from detectors.card import describe_file
from detectors.errors import CardError, UsageError
from eval.foreign import load_foreign

# ---- an ONNX model, written by hand: one node in the format of onnx.proto3 ----


def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def tensor_type(name, *dims):
    shape = b"".join(field(1, field(2, d) if isinstance(d, str) else field(1, d)) for d in dims)
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, shape)))


def write_onnx(path, *dims, axes):
    """The mean over axes, a number a row."""
    told = field(1, "axes") + b"".join(field(8, a) for a in axes) + field(20, 7)
    keep = field(1, "keepdims") + field(3, 0) + field(20, 2)
    node = field(1, "x") + field(2, "y") + field(4, "ReduceMean") + field(5, told) + field(5, keep)
    graph = (
        field(1, node) + field(2, "mean") + field(11, tensor_type("x", "n", *dims)) + field(12, tensor_type("y", "n"))
    )
    path.write_bytes(field(1, 8) + field(7, graph) + field(8, field(2, 13)))


def write_card(folder, model, **changes):
    entry = describe_file(folder / model)
    told = {
        "schema": 1, "name": "peer", "media_kind": "image", "model": vars(entry), "more": [], "takes": "face", "size_px": 32,
        "face_margin": 0.0, "channels": "rgb", "layout": "NCHW", "scale": 1 / 255, "mean": [], "deviation": [],
        "sample_rate_hz": 0, "samples": 0, "output_index": 0, "output_means": "fake", "output_is": "probability",
        "threshold": 0.5, "threshold_source": "its paper", "training_data": ["celebdf"], "licence": "MIT",
    } | changes  # fmt: skip
    (folder / "card.json").write_text(json.dumps(told))
    return str(folder / "card.json")


@pytest.fixture
def peer(tmp_path):
    write_onnx(tmp_path / "peer.onnx", 3, 32, 32, axes=(1, 2, 3))
    return tmp_path


def test_a_model_of_faces_sees_each_face_and_the_brightest_speaks(peer, scene_file):
    detector = load_foreign(write_card(peer, "peer.onnx"), find_marked_faces)
    report = detector.detect(scene_file((10, 10, 64, 200), (120, 40, 64, 20)))
    assert len(report.verdict.evidence) == 2 and report.verdict.decision == "fake"
    first = [e.fake_probability for e in report.verdict.evidence]
    assert first[0] == report.verdict.fake_probability > 0.6 > 0.3 > first[1]
    nobody = detector.detect(scene_file(name="nobody.png")).verdict
    assert (nobody.decision, nobody.reason, nobody.fake_probability) == ("undecided", "no_face", None)
    assert detector.digest == describe_file(peer / "peer.onnx").sha256 and detector.terms.training_data == ("celebdf",)


def test_output_that_means_real_is_turned_round_and_logits_become_probabilities(peer, scene_file):
    scene = scene_file((10, 10, 64, 200))

    def score(**changes):
        return (
            load_foreign(write_card(peer, "peer.onnx", **changes), find_marked_faces)
            .detect(scene)
            .verdict.fake_probability
        )

    plain = score()
    assert score(output_means="real") == pytest.approx(1 - plain)
    assert score(output_is="logit") == pytest.approx(1 / (1 + np.exp(-plain)), abs=1e-6)
    assert score(scale=1.0, mean=[100.0], deviation=[200.0]) == pytest.approx((255 * plain - 100) / 200, abs=1e-5)
    assert score(output_is="class logits") == 1.0  # of one class


def test_a_model_of_pictures_judges_a_clip_by_the_mean_of_its_frames(peer):
    frames = [draw_scene((10, 10, 64, b)) for b in (250, 250, 30, 30) for _ in range(10)]
    clip = write_video(peer / "c.mp4", frames, 10, options={"crf": "8"})
    detector = load_foreign(write_card(peer, "peer.onnx", media_kind="video"), find_marked_faces)
    verdict = detector.detect(clip).verdict
    each = [e.fake_probability for e in verdict.evidence]
    assert len(each) == 4 and verdict.fake_probability == pytest.approx(np.mean(each)) and each[0] > 0.7 > 0.3 > each[3]


def test_a_model_of_sound_hears_every_window_at_its_own_rate(tmp_path):
    write_onnx(tmp_path / "peer.onnx", 8000, axes=(1,))
    spec = write_card(
        tmp_path, "peer.onnx", media_kind="audio", takes="sound", size_px=0, sample_rate_hz=8000, samples=8000
    )
    wave = np.concatenate([np.full(16_000, 0.2), np.full(16_000, 0.6)]).astype(np.float32)
    soundfile.write(tmp_path / "steps.wav", wave, 16_000, subtype="FLOAT")
    detector = load_foreign(spec, find_marked_faces)
    assert detector.detect(tmp_path / "steps.wav").verdict.fake_probability == pytest.approx(0.4, abs=0.01)
    soundfile.write(tmp_path / "short.wav", np.full(4_000, 0.3, np.float32), 16_000, subtype="FLOAT")
    assert detector.detect(tmp_path / "short.wav").verdict.fake_probability == pytest.approx(0.3, abs=0.02)
    with soundfile.SoundFile(tmp_path / "long.wav", "w", 16_000, 1) as out:
        out.write(drawn_sound("low", 25))
    assert detector.detect(tmp_path / "long.wav").verdict.decision in ("real", "fake")


@pytest.mark.parametrize(("changes", "words"), [
    ({"schema": 2}, "schema 2"), ({"takes": "sound"}, "takes sound, which files of image"), ({"size_px": 4}, "at least 16"),
    ({"treshold": 0.5}, "unknown key 'treshold'. Did you mean 'threshold'"), ({"threshold": 2.0}, "outside"),
    ({"mean": [1.0, 2.0]}, "three channels"), ({"output_index": 3}, "gives 1 numbers; its card reads number 3"),
    ({"output_means": "spoof"}, "expected one of fake, real"),
])  # fmt: skip
def test_a_card_that_does_not_fit_is_refused(peer, scene_file, changes, words):
    with pytest.raises(CardError, match=words):
        load_foreign(write_card(peer, "peer.onnx", **changes), find_marked_faces).detect(scene_file((10, 10, 64, 200)))


def test_a_model_that_was_changed_or_is_none_is_refused(peer):
    spec = write_card(peer, "peer.onnx")
    (peer / "peer.onnx").write_bytes(b"other")
    with pytest.raises(CardError, match="SHA-256 differs"):
        load_foreign(spec, find_marked_faces)
    with pytest.raises(CardError, match="cannot be run"):
        load_foreign(write_card(peer, "peer.onnx"), find_marked_faces)


MODULE = """
INPUT = "face"
SIZE_PX = 48
FACE_MARGIN = 0.0
def score(crops):
    assert crops.shape[1:] == (48, 48, 3)
    return crops.mean((1, 2, 3)) / {divisor}
"""


def test_a_function_of_crops_is_given_our_faces(tmp_path, monkeypatch, scene_file):
    monkeypatch.syspath_prepend(tmp_path)
    for divisor in (255, 100):
        (tmp_path / f"peer_{divisor}.py").write_text(MODULE.format(divisor=divisor))
    scene = scene_file((10, 10, 64, 200))
    detector = load_foreign("python:peer_255:score", find_marked_faces)
    assert detector.name == "peer_255" and 0.6 < detector.detect(scene).verdict.fake_probability < 0.8
    with pytest.raises(UsageError, match=r"one probability of fake in \[0, 1\] each is needed"):
        load_foreign("python:peer_100:score", find_marked_faces).detect(scene)


# ---- Keras ----


@pytest.fixture(scope="module")
def keras_models(tmp_path_factory):
    """The same small network, saved in both of Keras' formats, and one with a Lambda."""
    import keras

    folder = tmp_path_factory.mktemp("keras")
    keras.utils.set_random_seed(1)
    x = keras.Input((32, 32, 3))
    h = keras.layers.Conv2D(4, 3, activation="relu", kernel_regularizer="l2")(x)
    h = keras.layers.BatchNormalization()(h)
    y = keras.layers.Dense(2)(keras.layers.GlobalAveragePooling2D()(h))
    plain = keras.Model(x, y)
    plain.save(folder / "plain.keras")
    plain.save(folder / "plain.h5")
    plain.save_weights(folder / "only.weights.h5")
    keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Lambda(lambda t: t + 1), keras.layers.Flatten()]).save(
        folder / "lambda.keras"
    )
    return folder, plain


@pytest.mark.parametrize("name", ["plain.keras", "plain.h5"])
def test_a_saved_keras_model_is_run_as_its_maker_ran_it(keras_models, scene_file, name):
    folder, plain = keras_models
    spec = write_card(folder, name, layout="NHWC", output_is="class logits", output_index=1)
    scene = scene_file((10, 10, 32, 200))
    verdict = load_foreign(spec, find_marked_faces).detect(scene).verdict
    from detectors.media import read_image

    crop = read_image(scene).pixels_rgb[10:42, 10:42].astype(np.float32)[None] / 255
    logits = np.asarray(plain(crop, training=False))[0]
    assert verdict.fake_probability == pytest.approx(1 / (1 + np.exp(logits[0] - logits[1])), abs=1e-5)


def test_a_keras_model_that_could_run_code_is_refused_before_it_is_built(keras_models, tmp_path):
    folder, _ = keras_models
    with pytest.raises(CardError, match="holds 'Lambda', which can run code"):
        load_foreign(write_card(folder, "lambda.keras", layout="NHWC"), find_marked_faces)
    with pytest.raises(CardError, match="weights without an architecture"):
        load_foreign(write_card(folder, "only.weights.h5", layout="NHWC"), find_marked_faces)

    def altered(change, name="evil.keras"):
        with zipfile.ZipFile(folder / "plain.keras") as parts, zipfile.ZipFile(tmp_path / name, "w") as out:
            for entry in parts.namelist():
                data = parts.read(entry)
                out.writestr(entry, change(data.decode()) if entry == "config.json" else data)
        return write_card(tmp_path, name, layout="NHWC")

    for change, words in (
        (lambda t: t.replace('"module": "keras.layers"', '"module": "os"', 1), "of 'os', which is no layer of Keras"),
        (
            lambda t: t.replace('"class_name": "Conv2D"', '"class_name": "TFSMLayer"', 1),
            "'TFSMLayer', which can run code",
        ),
        (
            lambda t: t.replace('"class_name": "Conv2D"', '"class_name": "function"', 1),
            "'function', which can run code",
        ),
        (lambda t: "[" * 10, "no saved Keras model"),
    ):
        with pytest.raises(CardError, match=words):
            load_foreign(altered(change), find_marked_faces)


def test_a_keras_model_whose_weights_lie_elsewhere_is_refused(keras_models, tmp_path):
    import h5py

    folder, _ = keras_models
    (tmp_path / "linked.h5").write_bytes((folder / "plain.h5").read_bytes())
    with h5py.File(tmp_path / "linked.h5", "a") as file:
        file["outside"] = h5py.ExternalLink("/etc/passwd", "/")
    with pytest.raises(CardError, match="holds a link to elsewhere"):
        load_foreign(write_card(tmp_path, "linked.h5", layout="NHWC"), find_marked_faces)
