"""Why a score is what it is: arrays only, nothing is drawn here."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

ScoreCrops = Callable[[np.ndarray], np.ndarray]
SEGMENTS = 48
SAMPLES = 500  # in pairs they rank segments as 600 independent ones do; docs/architecture.md has the figures
BATCH = 32


def segment(crop_rgb: np.ndarray, segments: int = SEGMENTS) -> np.ndarray:
    """SLIC superpixels (Achanta et al., 2012), int (size, size); a tenth of quickshift's time, as good for LIME."""
    from skimage.segmentation import slic

    return slic(crop_rgb, n_segments=segments, compactness=12, sigma=1, start_label=0, channel_axis=-1)


def explain_lime(
    score_crops: ScoreCrops,
    crop_rgb: np.ndarray,
    *,
    samples: int = SAMPLES,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> np.ndarray:
    """LIME (Ribeiro et al., KDD 2016) of the final, calibrated score: which segments speak for fake.

    Copies are drawn in pairs, the second hiding what the first one shows, so that what two segments only do together
    falls out of each one's weight (antithetic sampling; Covert and Lee, AISTATS 2021, for Shapley values).

    Args:
        score_crops: uint8 (n, size, size, 3) -> probability of fake (n,).
        crop_rgb: uint8 (size, size, 3).
        samples: perturbed copies that are scored.
        seed: of the perturbations.
        progress: called with the share done, in (0, 1], after each batch.

    Returns:
        float32 (size, size): the weight of each pixel's segment in the local linear model; positive speaks for fake.
    """
    from lime import lime_image

    class Paired(lime_image.LimeImageExplainer):  # type: ignore[misc]
        """LIME with pairs of copies, which are made a batch at a time."""

        def data_labels(
            self,
            image: np.ndarray,
            fudged_image: np.ndarray,
            segments: np.ndarray,
            classifier_fn: Callable[[np.ndarray], np.ndarray],
            num_samples: int,
            batch_size: int = BATCH,
        ) -> tuple[np.ndarray, np.ndarray]:
            shown = paired_masks(self.random_state, num_samples, int(segments.max()) + 1)
            told = []
            for first in range(0, len(shown), batch_size):
                visible = shown[first : first + batch_size, segments, None]
                told.append(classifier_fn(np.where(visible, image, fudged_image)))
                if progress is not None:
                    progress(min(1.0, (first + batch_size) / len(shown)))
            return shown.astype(int), np.concatenate(told)

    def classify(images: np.ndarray) -> np.ndarray:
        fake = score_crops(images)
        return np.stack([1 - fake, fake], 1)

    explanation = Paired(random_state=seed).explain_instance(
        crop_rgb,
        classify,
        labels=(1,),
        hide_color=None,  # a hidden segment takes its own mean colour, which is less of an edge than black
        top_labels=None,
        num_samples=samples,
        batch_size=BATCH,
        segmentation_fn=segment,
        random_seed=seed,
    )
    weights = np.zeros(int(explanation.segments.max()) + 1, np.float32)
    for part, weight in explanation.local_exp[1]:
        weights[part] = weight
    return weights[explanation.segments]


def paired_masks(random: np.random.RandomState, samples: int, parts: int) -> np.ndarray:
    """What each copy shows, bool (samples + 1, parts): everything; then random halves, each followed by the rest."""
    half = random.randint(0, 2, (-(-samples // 2), parts)).astype(bool)
    pairs = np.stack([half, ~half], 1).reshape(-1, parts)
    return np.concatenate([np.ones((1, parts), bool), pairs[:samples]])


def explain_occlusion(score_crops: ScoreCrops, crop_rgb: np.ndarray, *, cells: int = 8) -> np.ndarray:
    """How much the score falls when a square is blurred away (Zeiler and Fergus, ECCV 2014).

    Returns:
        float32 (cells, cells): score of the whole crop minus score without that square; positive speaks for fake.
    """
    import cv2

    size = crop_rgb.shape[0]
    blurred = cv2.GaussianBlur(crop_rgb, (0, 0), size / 16)
    edges = np.linspace(0, size, cells + 1).astype(int)
    copies = []
    for row in range(cells):
        for column in range(cells):
            copy = crop_rgb.copy()
            part = np.s_[edges[row] : edges[row + 1], edges[column] : edges[column + 1]]
            copy[part] = blurred[part]
            copies.append(copy)
    whole = float(score_crops(crop_rgb[None])[0])
    return (whole - score_crops(np.stack(copies))).reshape(cells, cells).astype(np.float32)


def deletion_check(
    score_crops: ScoreCrops, crop_rgb: np.ndarray, heat: np.ndarray, *, share: float = 0.2
) -> tuple[float, float]:
    """Does the map explain the verdict? Scores after blurring its hottest and its coldest pixels.

    After the deletion metric of Petsiuk et al. (RISE, BMVC 2018): for a map that explains a high score, the first
    is well below the second.

    Args:
        score_crops: see `explain_lime`.
        crop_rgb: uint8 (size, size, 3).
        heat: any size; higher speaks for fake.
        share: of the pixels that are blurred away.

    Returns:
        (score without the hottest share, score without the coldest share).
    """
    import cv2

    size = crop_rgb.shape[0]
    order = _order(heat, size)
    blurred = cv2.GaussianBlur(crop_rgb, (0, 0), size / 16).reshape(-1, 3)
    count = int(share * order.size)
    copies = []
    for chosen in (order[-count:], order[:count]):
        copy = crop_rgb.reshape(-1, 3).copy()
        copy[chosen] = blurred[chosen]
        copies.append(copy.reshape(crop_rgb.shape))
    hot, cold = score_crops(np.stack(copies))
    return float(hot), float(cold)


def hottest_overlap(one: np.ndarray, other: np.ndarray, *, share: float = 0.2) -> float:
    """How much of the hottest share two maps of the same crop have in common, in [0, 1]; `share` itself by chance.

    Args:
        one: any size; higher speaks for fake.
        other: likewise.
        share: of the pixels.
    """
    size = max(*one.shape, *other.shape)
    count = max(1, int(share * size * size))
    both = np.intersect1d(_order(one, size)[-count:], _order(other, size)[-count:], assume_unique=True)
    return len(both) / count


def _order(heat: np.ndarray, size: int) -> np.ndarray:
    """Pixels of a square crop from the coldest to the hottest, with the map stretched over it."""
    import cv2

    heat = cv2.resize(heat.astype(np.float32), (size, size), interpolation=cv2.INTER_LINEAR)
    return np.asarray(heat.ravel().argsort(kind="stable"))
