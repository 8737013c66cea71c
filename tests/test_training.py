import json

import cv2
import numpy as np
import pytest
from conftest import make_card

from detectors.card import read_card
from detectors.errors import UsageError
from detectors.prints import read_prints
from detectors.runtime import KerasEnsemble, OpenVinoEnsemble
from training.augment import Augmentation, augment_pair, h264_round_trip, match_detail
from training.calibrate import (
    THRESHOLDS,
)
from training.crops import template_landmarks
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
