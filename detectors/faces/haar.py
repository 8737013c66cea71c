"""Haar cascades (Viola and Jones, 2001) as OpenCV ships them: no network, many false finds, no landmarks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from detectors.errors import UsageError
from detectors.types import Face

LONGEST_SIDE_PX = 640
MIN_NEIGHBOURS = 6
# The cascade's score is a sum of stage weights; from here on its finds are nearly always faces.
SURE_WEIGHT = 6.0


def load_haar() -> Callable[[np.ndarray], tuple[Face, ...]]:
    """The finder.

    Raises:
        UsageError: this OpenCV has no cascades (version 5 has none).
    """
    file = Path(cv2.data.haarcascades if hasattr(cv2, "data") else ".") / "haarcascade_frontalface_default.xml"
    if not hasattr(cv2, "CascadeClassifier") or not file.is_file():
        raise UsageError(
            "this OpenCV has no Haar cascades; install the version in requirements.txt, or use --finder yunet."
        )
    cascade = cv2.CascadeClassifier(str(file))
    lock = threading.Lock()

    def find(pixels_rgb: np.ndarray) -> tuple[Face, ...]:
        height, width = pixels_rgb.shape[:2]
        scale = min(1.0, LONGEST_SIDE_PX / max(height, width))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        grey = cv2.cvtColor(cv2.resize(pixels_rgb, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
        with lock:
            boxes, _, weights = cascade.detectMultiScale3(
                cv2.equalizeHist(grey), 1.1, MIN_NEIGHBOURS, minSize=(24, 24), outputRejectLevels=True
            )
        faces = [
            Face(tuple(float(v) / scale for v in (x, y, x + w, y + h)), float(np.clip(weight / SURE_WEIGHT, 0, 1)))
            for (x, y, w, h), weight in zip(boxes, np.ravel(weights), strict=True)
        ]
        return tuple(sorted(faces, key=lambda face: -face.size_px))

    return find
