"""Blends: a face pasted over itself or over another person's.

Self-blended images after Shiohara and Yamasaki (CVPR 2022), written from the paper's description; blends of two people
after Face X-ray (Li et al., CVPR 2020). Poisson blends (Pérez et al., 2003) are never trained on: they are the
held-out family that tells whether blending was learned or one blender.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from training.pseudo_fakes.masks import face_hull, random_face_mask


def _shift_colours(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Channel shifts, hue and saturation, brightness and contrast; uint8 in, uint8 out."""
    out = pixels.astype(np.float32) + rng.uniform(-20, 20, 3).astype(np.float32)
    hsv = cv2.cvtColor(np.clip(out, 0, 255).astype(np.uint8), cv2.COLOR_RGB2HSV).astype(np.float32)
    hsv[..., 0] = (hsv[..., 0] + rng.uniform(-8, 8)) % 180
    hsv[..., 1] = np.clip(hsv[..., 1] * rng.uniform(0.7, 1.3), 0, 255)
    hsv[..., 2] = np.clip(hsv[..., 2] * rng.uniform(0.85, 1.15), 0, 255)
    out = cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB).astype(np.float32)
    out = (out - out.mean()) * rng.uniform(0.9, 1.1) + out.mean() + rng.uniform(-0.1, 0.1) * 128
    return np.clip(out, 0, 255).astype(np.uint8)


def _change_sharpness(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Down by up to four and up again, or sharpened."""
    size = pixels.shape[0]
    if rng.random() < 0.5:
        small = max(16, int(size / rng.uniform(1.5, 4)))
        shrunk = cv2.resize(pixels, (small, small), interpolation=cv2.INTER_AREA)
        return cv2.resize(shrunk, (size, size), interpolation=int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC])))
    blurred = cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.8, 2.0))
    amount = rng.uniform(0.3, 1.0)
    return cv2.addWeighted(pixels, 1 + amount, blurred, -amount, 0)


def _change(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    pixels = _shift_colours(pixels, rng)
    return _change_sharpness(pixels, rng) if rng.random() < 0.6 else pixels


def _move(source: np.ndarray, mask: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The same small shift and scale on source and mask."""
    size = source.shape[0]
    scale = rng.uniform(0.95, 1 / 0.95)
    shift = rng.uniform(-0.03, 0.03) * size, rng.uniform(-0.015, 0.015) * size
    matrix = cv2.getRotationMatrix2D((size / 2, size / 2), 0, scale)
    matrix[:, 2] += shift
    moved = cv2.warpAffine(source, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return moved, cv2.warpAffine(mask, matrix, (size, size), flags=cv2.INTER_LINEAR)


def paste(source: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """mask × source + (1 − mask) × target, uint8."""
    weight = mask[..., None]
    return np.clip(source * weight + target * (1 - weight) + 0.5, 0, 255).astype(np.uint8)


def self_blend(pixels_rgb: np.ndarray, landmarks_xy: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A photo blended with a changed copy of itself.

    Args:
        pixels_rgb: uint8 (size, size, 3).
        landmarks_xy: (68, 2).
        rng: every draw comes from it.
    """
    mask = random_face_mask(landmarks_xy, pixels_rgb.shape[0], rng)
    source, target = pixels_rgb, pixels_rgb
    if rng.random() < 0.5:
        source = _change(pixels_rgb, rng)
    else:
        target = _change(pixels_rgb, rng)
    source, mask = _move(source, mask, rng)
    return paste(source, target, mask)


def _align(source: np.ndarray, source_xy: np.ndarray, target_xy: np.ndarray) -> np.ndarray | None:
    matrix, _ = cv2.estimateAffinePartial2D(source_xy, target_xy, method=cv2.LMEDS)
    if matrix is None:
        return None
    size = source.shape[0]
    return cv2.warpAffine(source, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def _match_colours(source: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Mean and deviation of the source inside the mask made those of the target (Reinhard et al., 2001, in Lab)."""
    inside = mask > 0.5
    if inside.sum() < 50:
        return source
    lab_s, lab_t = (cv2.cvtColor(p, cv2.COLOR_RGB2LAB).astype(np.float32) for p in (source, target))
    for c in range(3):
        s, t = lab_s[..., c][inside], lab_t[..., c][inside]
        lab_s[..., c] = (lab_s[..., c] - s.mean()) * (t.std() / (s.std() + 1e-3)) + t.mean()
    return cv2.cvtColor(np.clip(lab_s, 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB)


def _cross(target: np.ndarray, target_xy: np.ndarray, aligned: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One soft edge, as most face swaps leave it."""
    mask = random_face_mask(target_xy, target.shape[0], rng)
    return paste(_match_colours(aligned, target, mask), target, mask)


def _pyramid(target: np.ndarray, target_xy: np.ndarray, aligned: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Band by band (Burt and Adelson, 1983), so that no single edge is left."""
    size = target.shape[0]
    whole = face_hull(target_xy, size, forehead=rng.random() < 0.5)
    hull = np.asarray(cv2.erode(whole, np.ones((int(rng.integers(1, 10)),) * 2, np.uint8)))
    if rng.random() < 0.5:
        aligned = _match_colours(aligned, target, hull)
    levels = int(rng.integers(2, 6))  # 256 pixels halve eight times; from five levels on skin tones flow together
    low_a: np.ndarray = aligned.astype(np.float32)
    low_b: np.ndarray = target.astype(np.float32)
    weight: np.ndarray = hull
    bands = []
    for _ in range(levels):
        next_a, next_b = cv2.pyrDown(low_a), cv2.pyrDown(low_b)
        shape = low_a.shape[1::-1]
        band_a, band_b = low_a - cv2.pyrUp(next_a, dstsize=shape), low_b - cv2.pyrUp(next_b, dstsize=shape)
        bands.append(band_a * weight[..., None] + band_b * (1 - weight[..., None]))
        low_a, low_b, weight = next_a, next_b, cv2.pyrDown(weight)
    out = low_a * weight[..., None] + low_b * (1 - weight[..., None])
    for band in reversed(bands):
        out = cv2.pyrUp(out, dstsize=band.shape[1::-1]) + band
    return np.clip(out + 0.5, 0, 255).astype(np.uint8)


def _poisson(
    target: np.ndarray, target_xy: np.ndarray, aligned: np.ndarray, rng: np.random.Generator
) -> np.ndarray | None:
    """The held-out family: gradient-domain cloning; None where too little of the face is in the picture."""
    size = target.shape[0]
    hull = face_hull(target_xy, size, forehead=rng.random() < 0.5)
    hull[:4], hull[-4:], hull[:, :4], hull[:, -4:] = 0, 0, 0, 0
    mask = cv2.erode((hull * 255).astype(np.uint8), np.ones((5, 5), np.uint8))
    x, y, w, h = cv2.boundingRect(mask)
    if w < 8 or h < 8:
        return None
    mode = cv2.NORMAL_CLONE
    return cv2.seamlessClone(aligned, target, mask, (x + w // 2, y + h // 2), mode)


TWO_PEOPLE: dict[str, Callable[..., np.ndarray | None]] = {
    "cross-blend": _cross, "pyramid-blend": _pyramid, "poisson-blend": _poisson,
}  # fmt: skip


def blend_people(
    family: str,
    target: np.ndarray,
    target_xy: np.ndarray,
    source: np.ndarray,
    source_xy: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray | None:
    """Another person's face aligned to `target` and blended into it; None when that cannot be done.

    Args:
        family: a key of `TWO_PEOPLE`.
        target: uint8 (size, size, 3), the picture that stays around the face.
        target_xy: its landmarks, (68, 2).
        source: the picture that gives the face, of the same size.
        source_xy: its landmarks.
        rng: every draw comes from it.
    """
    aligned = _align(source, source_xy, target_xy)
    return None if aligned is None else TWO_PEOPLE[family](target, target_xy, aligned, rng)
