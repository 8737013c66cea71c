"""Finders behind one function type, and the crop that networks see."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from functools import cache

import numpy as np

from detectors.errors import UsageError
from detectors.faces.crop import crop_square, cut_face, flatness, sharpness
from detectors.types import Face

Finder = Callable[[np.ndarray], tuple[Face, ...]]
FINDER_NAMES = ("yunet", "mtcnn", "haar")

__all__ = ["FINDER_NAMES", "Finder", "crop_square", "cut_face", "flatness", "load_finder", "sharpness"]


@cache
def load_finder(name: str) -> Finder:
    """A function from a picture, uint8 RGB (height, width, 3), to its faces, largest first.

    Raises:
        UsageError: there is no finder of that name, or what it needs is not installed.
    """
    if name == "yunet":
        from detectors.faces.yunet import load_yunet

        return load_yunet()
    if name == "mtcnn":
        from detectors.faces.mtcnn import load_mtcnn

        return load_mtcnn()
    if name == "haar":
        from detectors.faces.haar import load_haar

        return load_haar()
    near = get_close_matches(name, FINDER_NAMES, 1)
    raise UsageError(
        f"there is no face finder {name!r}; choose from {', '.join(FINDER_NAMES)}."
        + (f" Did you mean {near[0]}?" if near else "")
    )
