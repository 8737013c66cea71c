"""Cuts the square that the networks see. Training and serving cut with this one function."""

from __future__ import annotations

import cv2
import numpy as np

from detectors.types import BoxXYXY, Face, FaceCrop


def crop_square(box_xyxy: BoxXYXY, width_px: int, height_px: int, margin: float) -> tuple[int, int, int, int]:
    """Square around a face box that stays inside the picture.

    The square is moved, and where it must be shrunk, so that no pixel of it is invented: padding would tell the
    networks which pictures were cropped tightly, and a whole source is often of one class.

    Args:
        box_xyxy: the face.
        width_px: of the picture.
        height_px: likewise.
        margin: share of the longer side of the box that is added on every side.

    Returns:
        Integer corners (x0, y0, x1, y1), x1 - x0 == y1 - y0 >= 1.
    """
    x0, y0, x1, y1 = box_xyxy
    side = max(1, min(round(max(x1 - x0, y1 - y0) * (1 + 2 * margin)), width_px, height_px))
    left = min(max(round((x0 + x1 - side) / 2), 0), width_px - side)
    top = min(max(round((y0 + y1 - side) / 2), 0), height_px - side)
    return left, top, left + side, top + side


def cut_face(pixels_rgb: np.ndarray, face: Face, *, margin: float, size_px: int, time_s: float = 0.0) -> FaceCrop:
    """Cuts one face and resizes it to the size that the networks take.

    Args:
        pixels_rgb: uint8, shape (height, width, 3).
        face: as a finder returned it, in pixels of `pixels_rgb`.
        margin: see `crop_square`.
        size_px: side of the crop.
        time_s: where in the clip the frame stands.
    """
    height, width = pixels_rgb.shape[:2]
    left, top, right, bottom = crop_square(face.box_xyxy, width, height, margin)
    square = pixels_rgb[top:bottom, left:right]
    # Area averaging keeps the fine traces of a large face without aliasing; enlarging has nothing to average.
    how = cv2.INTER_AREA if right - left >= size_px else cv2.INTER_CUBIC
    pixels = cv2.resize(square, (size_px, size_px), interpolation=how)
    return FaceCrop(pixels, face, (float(left), float(top), float(right), float(bottom)), time_s)


def sharpness(pixels_rgb: np.ndarray) -> float:
    """How much fine detail a crop has beside its contrast: deviation of the Laplacian over that of the grey values.

    After the focus measure of Pech-Pacheco et al. (ICPR 2000). About .05 for a face out of focus, .1 to .4 for a sharp
    one of 192 pixels; infinite for one without any contrast, of which nothing can be said.
    """
    grey = cv2.cvtColor(pixels_rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    contrast = float(grey.std())
    return float(cv2.Laplacian(grey, cv2.CV_32F).std()) / contrast if contrast > 1 else float("inf")


def flatness(pixels_rgb: np.ndarray) -> float:
    """How little fine grain a crop has: share of its pixels that a median over 3 × 3 moves by less than one grey level.

    Denoising and skin smoothing keep edges and take the grain between them. About .4 to .8 for a photo as a camera leaves
    it at 192 pixels, .7 to .95 after non-local means, total variation or a bilateral filter.
    """
    grey = cv2.cvtColor(pixels_rgb, cv2.COLOR_RGB2GRAY)
    return float((cv2.absdiff(grey, cv2.medianBlur(grey, 3)) < 1).mean())
