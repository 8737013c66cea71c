"""Prints of faces: 256 bits that survive re-saving, resizing and a slightly different crop, and tell pictures apart.

After Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010: signs of low frequencies of a
cosine transform. Published weights carry the prints of the faces that they were trained on, so that a test set can be held
against them. A print gives no face back.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from detectors.card import WEIGHTS_DIR

BITS = 256
SUFFIX = ".prints.npy"
# Of 400 training crops, moved by 2 % of their width, shrunk to half and saved as JPEG 40 to 95, nine in ten lie within
# this distance of themselves; of 600 dev crops, 1 % lie within 66 of any of 6,000 others.
SAME_FACE = 44
_PX, _SIDE = 64, 16


def face_print(crop_rgb: np.ndarray) -> np.ndarray:
    """Print of a square crop, uint8 (size, size, 3), as 32 bytes: uint8 (32,)."""
    grey = cv2.cvtColor(crop_rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    small = cv2.resize(grey, (_PX, _PX), interpolation=cv2.INTER_AREA)
    flat = small - cv2.GaussianBlur(small, (0, 0), 12)  # light and shade of the scene are no mark of the picture
    low = cv2.dct(flat)[1 : _SIDE + 1, 1 : _SIDE + 1].ravel()
    return np.packbits(low > np.median(low))


def nearest(prints: np.ndarray, among: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each print, the distance in bits to the nearest of others, int (n,), and which that is, int (n,).

    Args:
        prints: uint8 (n, 32).
        among: uint8 (m, 32), m > 0.
    """
    distance, which = np.empty(len(prints), int), np.empty(len(prints), int)
    wide = among.view(np.uint64)
    for i, one in enumerate(np.ascontiguousarray(prints).view(np.uint64)):
        apart = np.bitwise_count(wide ^ one).sum(1)
        which[i] = apart.argmin()
        distance[i] = apart[which[i]]
    return distance, which


def read_prints(name: str, folder: Path = WEIGHTS_DIR) -> np.ndarray | None:
    """Prints of the faces that a detector was trained on, uint8 (m, 32); None where it carries none."""
    path = folder / f"{name}{SUFFIX}"
    return np.ascontiguousarray(np.load(path, allow_pickle=False)) if path.is_file() else None
