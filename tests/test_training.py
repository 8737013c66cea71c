import dataclasses
import json

import cv2
import numpy as np
import pytest
from conftest import make_card

from detectors.card import read_card
from detectors.decide import UNEVEN_MIXTURES, sigmoid
from detectors.errors import UsageError
from detectors.prints import read_prints
from detectors.runtime import KerasEnsemble, OpenVinoEnsemble
from training.augment import Augmentation, augment_pair, h264_round_trip, match_detail
from training.calibrate import (
    TARGET_FALSE_ALARMS,
    THRESHOLDS,
    calibrate,
    fit_affine,
    operating_points,
    weighted_quantile,
)
from training.crops import template_landmarks
from training.devset import DevSet
from training.edits import EDITS
from training.measured import NAMES, add_metrics
from training.pseudo_fakes.decoders import PUBLIC_DECODERS, enlarger, find_decoders, keep_colours
from training.pseudo_fakes.masks import face_hull, random_face_mask
from training.pseudo_fakes.reconstruct import reconstruct, softness
from training.pseudo_fakes.self_blend import TWO_PEOPLE, blend_people, paste, self_blend
from training.recipe import read_recipe
from training.run import ROOT, _mean_weights, main
from training.tiny import draw_face

RECIPE = ROOT / "training" / "recipes" / "image-ensemble.toml"
SIZE = 256
MARKS = template_landmarks((50, 40, 206, 226))


def photo(seed=0):
    """A drawn face with texture at the size of stored crops."""
    rng = np.random.default_rng(seed)
    face = cv2.resize(draw_face(rng, fake=False), (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)
    return np.clip(face + rng.normal(0, 8, face.shape), 0, 255).astype(np.uint8)


def test_the_hull_covers_the_face_and_not_the_corners():
    for forehead in (True, False):
        mask = face_hull(MARKS, SIZE, forehead=forehead)
        assert mask[130, 128] == 1 and mask[:20].max() == mask[-5:].max() == mask[:, :20].max() == 0
    assert face_hull(MARKS, SIZE, forehead=True).sum() > face_hull(MARKS, SIZE, forehead=False).sum()


def test_masks_are_soft_and_seldom_empty():
    masks = [random_face_mask(MARKS, SIZE, np.random.default_rng(i)) for i in range(40)]
    assert all(m.min() >= 0 and m.max() <= 1 for m in masks)
    assert np.mean([m.max() > 0.2 for m in masks]) > 0.9
    assert np.mean([((m > 0.02) & (m < 0.2)).any() for m in masks]) > 0.9


@pytest.mark.parametrize("seed", range(6))
def test_a_self_blend_changes_the_face_or_its_surroundings_and_keeps_the_picture(seed):
    pixels = photo(seed)
    fake = self_blend(pixels, MARKS, np.random.default_rng(seed))
    gap = np.abs(fake.astype(int) - pixels).mean()
    assert fake.shape == pixels.shape and fake.dtype == np.uint8
    assert 0.05 < gap < 40


@pytest.mark.parametrize("family", TWO_PEOPLE)
def test_blends_of_two_people_leave_the_corners_alone(family):
    target, source = photo(1), photo(2)
    fake = blend_people(family, target, MARKS, source, MARKS + 3, np.random.default_rng(3))
    assert np.array_equal(fake[:16, :16], target[:16, :16])
    assert np.abs(fake[100:160, 100:160].astype(int) - target[100:160, 100:160]).mean() > 1


def test_paste_takes_source_where_the_mask_is_one_and_target_where_it_is_zero():
    source, target = np.full((4, 4, 3), 200, np.uint8), np.full((4, 4, 3), 100, np.uint8)
    mask = np.zeros((4, 4), np.float32)
    mask[:2], mask[2] = 1, 0.5
    out = paste(source, target, mask)
    assert (out[:2] == 200).all() and (out[2] == 150).all() and (out[3] == 100).all()


def test_a_reconstruction_gives_a_whole_fake_and_one_of_the_face_only():
    parts = {p[0]: p for p in reconstruct(photo(), 200, MARKS, lambda x, rng: 255 - x, np.random.default_rng(0))}
    assert set(parts) == {"whole", "face"} and parts["whole"][1] % 8 == 0 and parts["face"][1] == 200
    assert np.array_equal(parts["face"][2][:12, :12], photo()[:12, :12])
    assert np.abs(parts["whole"][2][:12, :12].astype(int) - photo()[:12, :12]).mean() > 20


def test_the_softness_of_a_blurred_copy_is_the_blur_that_it_had():
    pixels = photo()
    assert softness(cv2.GaussianBlur(pixels, (0, 0), 1.5), pixels) == pytest.approx(1.5, abs=0.1)
    assert softness(pixels, pixels) == 0 and softness(pixels, cv2.GaussianBlur(pixels, (0, 0), 1.5)) == 0


@pytest.mark.parametrize("kind", ["gaussian", "motion", "median"])
def test_every_kind_of_blur_takes_detail_from_both_members_alike(kind):
    pixels, box = photo(), np.array([50, 40, 206, 226], float)
    outs = [
        augment_pair(
            [pixels, pixels], [box, box], 128, np.random.default_rng(0),
            Augmentation(0, (90, 95), 0, 0.9, blur, (2, 3), (kind,), 0, 0, 0), same_picture=True,
        )
        for blur in (0.0, 1.0)
    ]  # fmt: skip
    sharp, soft = ([cv2.Laplacian(x, cv2.CV_32F).std() for x in pair] for pair in outs)
    assert soft[0] == soft[1] < 0.8 * sharp[0]
    assert outs[1][0].mean() == pytest.approx(outs[0][0].mean(), abs=3)


def test_a_reconstruction_gets_its_photos_colours_back_and_keeps_its_own_detail():
    pixels = photo()
    made = keep_colours(lambda wide, rng: np.clip(cv2.GaussianBlur(wide, (0, 0), 2) * 0.6, 0, 255).astype(np.uint8))(
        pixels, np.random.default_rng(0)
    )
    assert made.shape == pixels.shape
    assert np.abs(made.mean((0, 1)) - pixels.mean((0, 1))).max() < 2
    assert cv2.Laplacian(made, cv2.CV_32F).std() < 0.5 * cv2.Laplacian(pixels, cv2.CV_32F).std()


@pytest.mark.parametrize("factor", [2, 4])
def test_an_enlarger_gives_a_picture_of_the_same_size_whatever_it_was_shrunk_to(tmp_path, factor):
    import openvino as ov
    from openvino import opset13 as ops

    x = ops.parameter([1, 3, -1, -1], np.float32)
    scales, axes = np.array([factor, factor], np.float32), np.array([2, 3])
    up = ops.interpolate(x, scales, "linear_onnx", "scales", axes=axes)
    ov.save_model(ov.Model([up], [x]), tmp_path / "up.xml")
    decode = enlarger(factor, [tmp_path / "up.xml"])
    for seed in range(3):
        made = decode(photo(), np.random.default_rng(seed))
        assert made.shape == (SIZE, SIZE, 3) and np.abs(made.astype(int) - photo()).mean() < 12


def test_published_networks_that_are_absent_are_named_and_left_out(tmp_path, caplog):
    assert find_decoders(tmp_path) == []
    assert all(public.name in caplog.text for public in PUBLIC_DECODERS)


def test_both_members_of_a_pair_get_the_same_damage():
    box = np.array([50, 40, 206, 226], np.float32)
    for seed in range(8):
        one, other = augment_pair(
            [photo(), photo()], [box, box], 128, np.random.default_rng(seed), Augmentation(), same_picture=True
        )
        assert one.shape == (128, 128, 3) and np.array_equal(one, other)


def test_a_frame_of_a_video_keeps_its_place_and_loses_more_at_a_higher_crf():
    still = photo()
    loss = [np.abs(h264_round_trip(still, crf, (2, -1)).astype(int) - still).mean() for crf in (18, 28, 38)]
    assert loss[0] < loss[1] < loss[2] < 20


def test_both_members_of_a_pair_are_frames_of_the_same_video():
    box = np.array([50, 40, 206, 226], np.float32)
    for seed in range(6):
        one, other = augment_pair(
            [photo(), photo()], [box, box], 128, np.random.default_rng(seed), Augmentation(h264=1.0), same_picture=True
        )
        assert np.array_equal(one, other)


def test_matching_detail_removes_it_and_keeps_the_size():
    fine = np.random.default_rng(0).integers(0, 255, (SIZE, SIZE, 3), np.uint8)
    coarse = match_detail(fine, 64)
    assert coarse.shape == fine.shape and coarse.std() < fine.std() / 2
    assert match_detail(fine, 400) is fine


def drawn_dev(n=400, shift=1.5):
    """Dev scores whose classes lie `shift` apart, two kinds of photo and two of fake, one more held out."""
    rng = np.random.default_rng(5)
    fake = np.arange(n) % 2 == 1
    family = np.where(
        fake, np.where(np.arange(n) % 4 == 1, "gan", "swap"), np.where(np.arange(n) % 4 == 0, "real/a", "real/b")
    )
    held = np.zeros(n, bool)
    kinds = np.where(fake[:, None], 1, 0) * np.ones((1, 2), int)
    logits = (rng.normal(size=(n, 2, 2)) + shift * fake[:, None, None]) * 3 + 2  # off centre and over-confident
    return logits, DevSet(np.zeros((n, 1, 1, 3), np.uint8), fake, family, held, kinds)


def test_calibration_puts_an_overconfident_shifted_logit_right():
    logits, dev = drawn_dev(4000)
    line = fit_affine(logits[:, 0, 0], dev.is_fake, np.full(4000, 1 / 4000))
    said = sigmoid(line.scale * logits[:, 0, 0] + line.bias)
    # Two Gaussians of deviation 3 and 4.5 apart: the true log odds have slope 0.5 and cross zero midway.
    assert line.scale == pytest.approx(0.5, abs=0.05) and line.bias == pytest.approx(-0.5 * (2 + 2.25), abs=0.25)
    assert abs(said.mean() - 0.5) < 0.02


def test_the_threshold_has_the_promised_false_alarms_and_the_band_lies_below_it():
    logits, dev = drawn_dev(4000)
    got = calibrate(logits, dev)
    assert got.false_alarm_rate <= TARGET_FALSE_ALARMS
    assert got.false_alarm_rate == pytest.approx(TARGET_FALSE_ALARMS, abs=0.01)
    assert got.undecided_low <= got.threshold and 0 < got.miss_rate < 0.5


@pytest.mark.parametrize("n", [20, 120, 380])
def test_a_twentieth_of_equal_photos_reaches_the_threshold_and_not_one_less(n):
    scores = np.random.default_rng(n).random(n)
    threshold = weighted_quantile(scores, np.full(n, 0.5 / n), 1 - TARGET_FALSE_ALARMS)
    assert (scores >= threshold).sum() == n // 20


def test_kinds_that_are_kept_whole_move_the_pooling_towards_the_head_that_tells_them():
    """A kind that only the generator head tells, and weakly, counts for more where nothing trained on it."""

    def chance(name):
        rng = np.random.default_rng(8)
        n = 6000
        family = np.array(["real/a"] * (n // 2) + ["swap-a"] * (n // 6) + ["swap-b"] * (n // 6) + [name] * (n // 6))
        fake, swapped = family != "real/a", np.char.startswith(family, "swap")
        logits = rng.normal(size=(n, 1, 2)) - 1.0
        logits[swapped, :, 0] += 3.0
        logits[fake & ~swapped] += (-1.0, 1.0)
        kinds = np.where(fake[:, None], np.stack([np.where(swapped, 1, -1), np.where(swapped, -1, 1)], 1), 0)
        pooling = calibrate(logits, DevSet(np.zeros((n, 1)), fake, family, np.zeros(n, bool), kinds)).pooling
        return {"mixture": 1 / 2, "noisy-or": 1 / 2, **{how: b / (a + b) for how, (a, b) in UNEVEN_MIXTURES.items()}}[
            pooling
        ]

    assert chance("reenacted") > chance("a kind that trains")


def test_operating_points_count_the_weight_on_each_side_of_a_threshold():
    fake = np.array([False, False, False, True, True])
    said = np.array([0.1, 0.5, 0.9, 0.5, 0.95])
    weights = np.array([0.1, 0.2, 0.2, 0.1, 0.4])
    points = {p.threshold: (p.false_alarm_rate, p.miss_rate) for p in operating_points(said, fake, weights)}
    assert tuple(points) == THRESHOLDS and (THRESHOLDS[0], THRESHOLDS[-1]) == (0.02, 0.98)
    assert points[0.02] == (1.0, 0.0) and points[0.5] == (0.8, 0.0)  # a score on the threshold reaches it
    assert points[0.52] == (0.4, 0.2) and points[0.98] == (0.0, 1.0)


def test_the_points_of_a_calibration_surround_its_threshold():
    logits, dev = drawn_dev(4000)
    got = calibrate(logits, dev)
    below = [p for p in got.points if p.threshold <= got.threshold][-1]
    above = next(p for p in got.points if p.threshold >= got.threshold)
    assert below.false_alarm_rate >= round(got.false_alarm_rate, 4) >= above.false_alarm_rate
    assert below.miss_rate <= round(got.miss_rate, 4) <= above.miss_rate


def test_families_weigh_the_same_whatever_their_size():
    _, dev = drawn_dev(400)
    weights = dev.weights(np.arange(400) % 4 != 1)  # leaves one family of fakes and two of photos
    assert weights[dev.family == "swap"].sum() == pytest.approx(0.5)
    assert weights[dev.family == "real/a"].sum() == weights[dev.family == "real/b"].sum() == pytest.approx(0.25)


def test_kinds_that_are_kept_whole_have_half_of_the_fakes_weight():
    _, dev = drawn_dev(400)
    third = np.where(np.arange(400) % 8 == 1, "another gan", dev.family)
    everything = np.ones(400, bool)
    weights = dataclasses.replace(dev, family=third).weights_as_met(everything)  # it has none of them
    assert [weights[third == name].sum() for name in ("gan", "another gan", "swap")] == pytest.approx([0.5 / 3] * 3)
    family = np.where(third == "swap", "reenacted", third)
    kept = dataclasses.replace(dev, family=family)
    weights = kept.weights_as_met(everything)
    assert [weights[family == n].sum() for n in ("gan", "another gan", "reenacted")] == pytest.approx(
        [0.125, 0.125, 0.25]
    )
    assert weights[~dev.is_fake] == pytest.approx(kept.weights(everything)[~dev.is_fake])
    alone = kept.weights_as_met(~dev.is_fake | (family == "reenacted"))
    assert alone[family == "reenacted"].sum() == pytest.approx(0.5)


def test_a_method_that_nobody_trained_on_lowers_how_sure_a_low_score_is():
    """Scores tell three kinds well and a fourth hardly; the line is the flatter where that is kept whole."""

    def line(name):
        rng = np.random.default_rng(12)
        n = 8000
        family = np.array(["real/a"] * (n // 2) + [f"swap-{k % 3}" for k in range(3 * n // 8)] + [name] * (n // 8))
        fake = family != "real/a"
        logits = rng.normal(size=(n, 1, 2)) + np.where(np.char.startswith(family, "swap"), 4.0, 0.0)[:, None, None]
        kinds = np.repeat(fake[:, None].astype(int), 2, 1)
        return calibrate(logits, DevSet(np.zeros((n, 1)), fake, family, np.zeros(n, bool), kinds))

    trained, unseen = line("puppet"), line("face-swap")
    assert unseen.final.scale < trained.final.scale and unseen.miss_rate > trained.miss_rate


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("seed = ", "sead = "), "unknown key 'sead'. Did you mean 'seed'"),
        (('name = "xception"', 'name = "xeption"'), "no network 'xeption'.*Did you mean xception"),
        (("learning_rate = 3e-4", "learning_rat = 3e-4"), "unknown key 'learning_rat'"),
        (("[pools]", "[pools"), "not valid TOML"),
        (("average = 9", "average = 10"), "xception: average = 10 names no cycle before the last of 10"),
    ],
)
def test_a_recipe_with_a_slip_is_refused(tmp_path, change, words):
    file = tmp_path / "slip.toml"
    file.write_text(RECIPE.read_text(encoding="utf-8").replace(*change, 1), encoding="utf-8")
    with pytest.raises(UsageError, match=words):
        read_recipe(file)


def test_two_cycles_weights_are_averaged_array_by_array(tmp_path):
    import keras

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    files = [tmp_path / f"{k}.weights.h5" for k in (1, 2)]
    for k, file in enumerate(files):
        model.set_weights([np.full(w.shape, 3.0 * k + i) for i, w in enumerate(model.get_weights())])
        model.save_weights(file)
    assert [w.ravel()[0] for w in _mean_weights(model, files)] == [1.5, 2.5]
    assert [w.ravel()[0] for w in _mean_weights(model, files[1:])] == [3.0, 4.0]


@pytest.mark.parametrize(("name", "edit"), EDITS, ids=[name for name, _ in EDITS])
def test_an_edit_changes_a_photo_a_little_and_draws_the_same_whatever_is_in_it(name, edit):
    pixels = photo()
    for seed in range(8):
        made = edit(pixels, np.random.default_rng(seed))
        assert made.shape == pixels.shape and made.dtype == np.uint8
        gap = np.abs(made.astype(int) - pixels).mean()
        assert 0.1 < gap < 45
        one, other = (np.random.default_rng(seed) for _ in range(2))
        edit(pixels, one), edit(np.ascontiguousarray(pixels[::2, ::2]), other)
        if name != "grain":  # which needs a number for every pixel
            assert one.random() == other.random()


def test_smoothing_takes_detail_and_sharpening_adds_it():
    pixels = cv2.GaussianBlur(photo(), (0, 0), 1)
    detail = cv2.Laplacian(pixels, cv2.CV_32F).std()
    for seed in range(6):
        assert cv2.Laplacian(dict(EDITS)["smooth"](pixels, np.random.default_rng(seed)), cv2.CV_32F).std() < detail
        assert cv2.Laplacian(dict(EDITS)["sharpen"](pixels, np.random.default_rng(seed)), cv2.CV_32F).std() > detail


def test_both_members_of_a_pair_get_the_same_edits():
    box = np.array([50, 40, 206, 226], np.float32)
    plain, edited = Augmentation(), Augmentation(smooth=1.0, sharpen=1.0, tone=1.0, grain=1.0)
    for seed in range(6):
        pairs = [
            augment_pair([photo(), photo()], [box, box], 128, np.random.default_rng(seed), s, same_picture=True)
            for s in (plain, edited)
        ]
        assert np.array_equal(*pairs[1]) and not np.array_equal(pairs[0][0], pairs[1][0])


def test_data_that_is_missing_is_one_line(tmp_path, capsys):
    assert main([str(RECIPE), "--work", str(tmp_path)]) == 2
    assert "--data is missing" in capsys.readouterr().err
    assert main([str(RECIPE), "--work", str(tmp_path), "--data", str(tmp_path / "none")]) == 2
    assert "faces.csv" in capsys.readouterr().err


def test_a_runs_numbers_go_on_the_card_once_with_n_and_interval():
    estimate = {"value": 0.912345, "ci95": [0.9, 0.92]}
    result = {
        "record": {"configuration": {"split": "test"}},
        "confusion_matrix": {"tn": 40, "fp": 10, "fn": 5, "tp": 45},
        "metrics": {"overall": dict.fromkeys(NAMES, estimate) | {"ece": {"value": None, "ci95": None}}},
    }
    card = add_metrics(add_metrics(make_card(), "faces", result), "faces", result)
    assert [m.name for m in card.metrics] == [n for n in NAMES if n != "ece"]
    first = card.metrics[0]
    assert (first.value, first.ci95_low, first.n_real, first.n_fake) == (0.9123, 0.9, 50, 50)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """The whole path from drawn pictures to published weights."""
    work = tmp_path_factory.mktemp("tiny")
    assert main([str(RECIPE), "--tiny", "--work", str(work)]) == 0
    return work


@pytest.mark.filterwarnings("ignore")  # TensorFlow, nncf and torch warn of themselves
def test_tiny_trains_calibrates_publishes_and_its_weights_score_alike_in_both_forms(tiny, capsys, monkeypatch):
    card = read_card("image-ensemble", tiny / "weights")
    assert {m.network for m in card.members} == {"xception", "densenet121"}
    assert len(card.operating_points) == len(THRESHOLDS)
    crops = np.stack([cv2.resize(draw_face(np.random.default_rng(i), fake=bool(i % 2)), (96, 96)) for i in range(4)])
    served = OpenVinoEnsemble(card, tiny / "weights")(crops)
    reference = KerasEnsemble(card, tiny / "weights")(crops)
    assert served.logits.shape == reference.logits.shape == (4, 2, 2)
    assert np.abs(served.logits - reference.logits).max() < 0.5  # int8 against float32
    for m in range(2):
        assert np.allclose(reference.patch_logits[m].mean((1, 2)), reference.logits[:, m], atol=1e-4)
    prints = read_prints("image-ensemble", tiny / "weights")
    assert prints is not None and prints.shape == (len(np.unique(prints, axis=0)), 32) and len(prints) >= 4
    # again: everything is there, so nothing is trained before it is published, and another recipe in its place is refused
    published = []
    monkeypatch.setattr("training.run._publish", lambda *given: published.append(given))
    monkeypatch.setattr("keras.Model.train_on_batch", None)
    assert main([str(RECIPE), "--tiny", "--work", str(tiny)]) == 0 and len(published) == 1
    (tiny / "recipe.json").write_text(json.dumps({"name": "other"}))
    assert main([str(RECIPE), "--tiny", "--work", str(tiny)]) == 2
    assert "another recipe" in capsys.readouterr().err
