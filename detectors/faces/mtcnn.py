"""MTCNN (Zhang et al., 2016) from the package of that name, which carries its weights and runs on TensorFlow."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from detectors.errors import UsageError
from detectors.types import Face

LONGEST_SIDE_PX = 800  # its image pyramid makes its time grow with the picture; faces of 20 pixels remain visible
MIN_CONFIDENCE = 0.9


def load_mtcnn() -> Callable[[np.ndarray], tuple[Face, ...]]:
    """The finder.

    Raises:
        UsageError: the package or TensorFlow is not installed.
    """
    try:
        from mtcnn import MTCNN
    except ImportError as error:
        raise UsageError(f"the MTCNN finder needs the packages mtcnn and tensorflow-cpu ({error}).") from error
    net = MTCNN()
    lock = threading.Lock()

    def find(pixels_rgb: np.ndarray) -> tuple[Face, ...]:
        height, width = pixels_rgb.shape[:2]
        scale = min(1.0, LONGEST_SIDE_PX / max(height, width))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        copy = cv2.resize(pixels_rgb, size, interpolation=cv2.INTER_AREA) if scale < 1 else pixels_rgb
        with lock:
            rows = net.detect_faces(copy)
        return faces_from_rows(rows, scale)

    return find


def faces_from_rows(rows: list[dict[str, Any]] | None, scale: float) -> tuple[Face, ...]:
    """Faces from what the package returns for a copy `scale` times the picture's size, largest first."""
    faces = []
    for row in rows or []:
        x, y, w, h = (float(v) / scale for v in row["box"])
        if w < 1 or h < 1 or row["confidence"] < MIN_CONFIDENCE:
            continue
        # The package names the eyes from the viewer's side: its left eye is the person's right.
        order = ("left_eye", "right_eye", "nose", "mouth_left", "mouth_right")
        points = tuple((float(row["keypoints"][k][0]) / scale, float(row["keypoints"][k][1]) / scale) for k in order)
        faces.append(Face((x, y, x + w, y + h), float(min(1.0, row["confidence"])), points))
    return tuple(sorted(faces, key=lambda face: -face.size_px))
