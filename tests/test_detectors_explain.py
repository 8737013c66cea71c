import numpy as np

from detectors.explain import deletion_check, explain_lime, explain_occlusion, hottest_overlap, paired_masks, segment


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


def test_copies_come_in_pairs_that_show_what_the_other_hides():
    masks = paired_masks(np.random.RandomState(0), 9, 5)
    assert masks.shape == (10, 5) and masks[0].all()
    assert np.array_equal(masks[1:9:2], ~masks[2:10:2])


def test_lime_tells_its_progress_up_to_the_end_and_scores_no_more_copies_than_asked():
    shares, scored = [], []

    def score(crops):
        scored.append(len(crops))
        return score_left_half(crops)

    explain_lime(score, crop(), samples=100, progress=shares.append)
    assert sum(scored) == 101 and shares == sorted(shares) and shares[-1] == 1.0


def test_a_map_overlaps_with_itself_wholly_and_with_its_opposite_not_at_all():
    ramp = np.linspace(0, 1, 64, dtype=np.float32).repeat(64).reshape(64, 64)
    assert hottest_overlap(ramp, ramp) == 1.0 and hottest_overlap(ramp, -ramp) == 0.0
    assert abs(hottest_overlap(ramp, ramp.T) - 0.2) < 0.02  # as two maps that know nothing of each other
    small = ramp[::8, ::8]
    assert hottest_overlap(small, ramp) > 0.9


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
