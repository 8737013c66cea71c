"""Why a score is what it is: arrays only, nothing is drawn here."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

ScoreCrops = Callable[[np.ndarray], np.ndarray]
SEGMENTS = 48
BATCH = 32


def segment(crop_rgb: np.ndarray, segments: int = SEGMENTS) -> np.ndarray:
    """SLIC superpixels (Achanta et al., 2012), int (size, size); a tenth of quickshift's time, as good for LIME."""
    from skimage.segmentation import slic

    return slic(crop_rgb, n_segments=segments, compactness=12, sigma=1, start_label=0, channel_axis=-1)


def explain_lime(
    score_crops: ScoreCrops,
    crop_rgb: np.ndarray,
    *,
    samples: int = 600,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> np.ndarray:
    """LIME (Ribeiro et al., KDD 2016) of the final, calibrated score: which segments speak for fake.

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

    lime_image.tqdm = iter  # this version draws a bar on stderr and has no switch for it
    done = 0

    def classify(images: np.ndarray) -> np.ndarray:
        nonlocal done
        fake = score_crops(np.clip(images, 0, 255).astype(np.uint8))
        done += len(images)
        if progress is not None:
            progress(min(1.0, done / samples))
        return np.stack([1 - fake, fake], 1)

    explanation = lime_image.LimeImageExplainer(random_state=seed).explain_instance(
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
    weights = dict(explanation.local_exp[1])
    return np.vectorize(lambda s: weights.get(s, 0.0), otypes=[np.float32])(explanation.segments)


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
    heat = cv2.resize(heat.astype(np.float32), (size, size), interpolation=cv2.INTER_LINEAR)
    order = heat.ravel().argsort()
    blurred = cv2.GaussianBlur(crop_rgb, (0, 0), size / 16).reshape(-1, 3)
    count = int(share * order.size)
    copies = []
    for chosen in (order[-count:], order[:count]):
        copy = crop_rgb.reshape(-1, 3).copy()
        copy[chosen] = blurred[chosen]
        copies.append(copy.reshape(crop_rgb.shape))
    hot, cold = score_crops(np.stack(copies))
    return float(hot), float(cold)
