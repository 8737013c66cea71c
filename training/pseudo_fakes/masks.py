"""Soft masks of the face, drawn from landmarks."""

from __future__ import annotations

import cv2
import numpy as np

JAW = slice(0, 17)
BROWS = slice(17, 27)
FOREHEAD_SHARE = 0.45  # how far above the brows the hull reaches, in brow-to-chin heights, when it has a forehead


def face_hull(landmarks_xy: np.ndarray, size_px: int, *, forehead: bool) -> np.ndarray:
    """Convex hull of the face as float32 (size, size) of zeros and ones.

    Args:
        landmarks_xy: (68, 2), the usual 68 points.
        size_px: side of the square picture.
        forehead: reach above the brows.
    """
    points = landmarks_xy.astype(np.float32)
    if forehead:
        chin_to_brow = points[JAW][:, 1].max() - points[BROWS][:, 1].mean()
        lifted = points[BROWS] - [0, FOREHEAD_SHARE * chin_to_brow * 0.6]
        points = np.concatenate([points, lifted.astype(np.float32)])
    mask = np.zeros((size_px, size_px), np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(points).astype(np.int32), 1)
    return mask.astype(np.float32)


def inner_hull(landmarks_xy: np.ndarray, size_px: int) -> np.ndarray:
    """Hull of brows, eyes, nose and mouth only, as some swaps paste it."""
    mask = np.zeros((size_px, size_px), np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(landmarks_xy[17:].astype(np.float32)).astype(np.int32), 1)
    return mask.astype(np.float32)


def elastic(mask: np.ndarray, rng: np.random.Generator, alpha: float = 50.0, sigma: float = 7.0) -> np.ndarray:
    """Elastic deformation (Simard et al., 2003) of a mask; displacement in pixels is alpha times smoothed noise."""
    size = mask.shape[0]
    shifts = rng.uniform(-1, 1, (2, size, size)).astype(np.float32)
    dx, dy = (cv2.GaussianBlur(s, (0, 0), sigma) * alpha for s in shifts)
    grid_x, grid_y = np.meshgrid(np.arange(size, dtype=np.float32), np.arange(size, dtype=np.float32))
    return cv2.remap(mask, grid_x + dx, grid_y + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)


def soften(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Blurs twice, shrinking in between, so that the edge stays inside the hull; then scales the strength down."""
    first, second = (2 * int(rng.integers(2, 13)) + 1 for _ in range(2))  # odd kernels of 5…25 pixels
    mask = cv2.GaussianBlur(mask, (first, first), 0)
    mask = np.where(mask > 0.95, 1.0, 0.0).astype(np.float32)
    mask = cv2.GaussianBlur(mask, (second, second), 0)
    return np.clip(mask, 0, 1) * float(rng.choice([0.25, 0.5, 0.75, 1.0, 1.0, 1.0]))


def random_face_mask(landmarks_xy: np.ndarray, size_px: int, rng: np.random.Generator) -> np.ndarray:
    """A soft, deformed face mask, float32 (size, size) in [0, 1]."""
    kind = rng.random()
    inner = kind < 0.15
    mask = inner_hull(landmarks_xy, size_px) if inner else face_hull(landmarks_xy, size_px, forehead=kind > 0.40)
    return soften(elastic(mask, rng), rng)
