import numpy as np

from detectors.explain import deletion_check, explain_lime, explain_occlusion, segment


def score_left_half(crops):
    """Fake is what is bright on the left."""
    return crops[:, :, : crops.shape[2] // 2].mean((1, 2, 3)) / 255


def crop():
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 60, (64, 64, 3), np.uint8)
    pixels[8:56, 4:28] = 240  # a bright patch on the left, and a like one on the right that does not count
    pixels[8:56, 36:60] = 240
    return pixels


def test_lime_finds_the_half_that_the_score_depends_on_and_repeats_itself():
    weights = explain_lime(score_left_half, crop(), samples=300, seed=1)
    assert weights.shape == (64, 64) and weights.dtype == np.float32
    assert np.abs(weights[:, :30]).mean() > 5 * np.abs(weights[:, 34:]).mean()
    assert np.array_equal(weights, explain_lime(score_left_half, crop(), samples=300, seed=1))


def test_occlusion_is_zero_where_nothing_depends_on_the_pixels():
    drop = explain_occlusion(score_left_half, crop(), cells=4)
    assert drop.shape == (4, 4)
    assert np.abs(drop[:, 2:]).max() < 1e-9 < np.abs(drop[:, :2]).max()


def test_deletion_tells_a_map_that_explains_from_one_that_does_not():
    pixels = crop()
    good, bad = np.zeros((64, 64), np.float32), np.zeros((64, 64), np.float32)
    good[8:56, 4:28] = 1
    bad[8:56, 36:60] = 1
    hot_good, cold_good = deletion_check(score_left_half, pixels, good)
    hot_bad, _ = deletion_check(score_left_half, pixels, bad)
    assert hot_good < cold_good and hot_good < hot_bad


def test_segments_cover_the_crop_from_zero():
    segments = segment(crop())
    assert segments.shape == (64, 64) and segments.min() == 0 and segments.max() >= 8
