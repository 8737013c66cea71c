"""What honest people do to honest photos: tone curves, skin smoothing, denoising, sharpening, film grain.

A detector that was only ever shown photos as cameras leave them takes such an edit for a forgery. As damage to both
members of a pair it says nothing of the class. What it costs is measured with `eval.run --corruption`.
"""

from __future__ import annotations

import cv2
import numpy as np

KNOTS = (0.0, 0.25, 0.5, 0.75, 1.0)  # of a tone curve


def tone(pixels_rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A rising tone curve, other saturation, and shadows and lights tinted apart, as filters of photo apps do.

    Args:
        pixels_rgb: uint8 (height, width, 3).
        rng: every draw comes from it, and as many whatever the pixels are.
    """
    lift, drop = rng.uniform(0, 0.06, 2)
    levels = np.array(KNOTS) + np.array([lift, *rng.uniform(-0.08, 0.08, 3), -drop])
    saturation = rng.uniform(0.6, 1.3)
    shadows, lights = rng.uniform(-14, 14, (2, 3))
    table = np.interp(np.arange(256) / 255, KNOTS, np.maximum.accumulate(np.clip(levels, 0, 1))) * 255
    values = table.astype(np.float32)[pixels_rgb]
    light = values.mean(-1, keepdims=True)
    values = light + (values - light) * np.float32(saturation)
    share = light / 255
    values += shadows.astype(np.float32) * (1 - share) + lights.astype(np.float32) * share
    return np.clip(values + 0.5, 0, 255).astype(np.uint8)


def smooth(pixels_rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Skin smoothing by a bilateral filter, or denoising by non-local means, as cameras in phones do; see `tone`."""
    kind, strength = rng.random(), rng.uniform(0, 1)
    pixels = np.ascontiguousarray(pixels_rgb)
    if kind < 0.5:
        return cv2.bilateralFilter(pixels, 7, 15 + 30 * strength, 2 + 4 * strength)
    h = 2 + 3 * strength
    return cv2.fastNlMeansDenoisingColored(pixels, None, h, h, 5, 9)


def sharpen(pixels_rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """An unsharp mask, narrow ("sharpen") or wide ("clarity"), or local contrast of the lightness; see `tone`."""
    kind, strength = rng.random(), rng.uniform(0, 1)
    pixels = np.ascontiguousarray(pixels_rgb)
    if kind < 0.25:
        lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)
        lab[..., 0] = cv2.createCLAHE(1 + 1.5 * strength, (4, 4)).apply(np.ascontiguousarray(lab[..., 0]))
        return cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)
    sigma, amount = (0.6 + strength, 1.2 - 0.7 * strength) if kind < 0.75 else (3 + 5 * strength, 0.5)
    return cv2.addWeighted(pixels, 1 + amount, cv2.GaussianBlur(pixels, (0, 0), sigma), -amount, 0)


def grain(pixels_rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Film grain: noise a little wider than a pixel, alike in all channels; see `tone`."""
    strength = rng.uniform(2, 10)
    noise = rng.standard_normal(pixels_rgb.shape[:2], np.float32) * np.float32(strength)
    return np.clip(pixels_rgb + cv2.GaussianBlur(noise, (0, 0), 0.7)[..., None] + 0.5, 0, 255).astype(np.uint8)


EDITS = (("smooth", smooth), ("sharpen", sharpen), ("tone", tone), ("grain", grain))  # in the order of an app
