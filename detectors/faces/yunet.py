"""YuNet (Wu, Peng and Yu, 2023), the default finder: 75 thousand weights, shipped beside this file."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np

from detectors.types import Face

MODEL_FILE = Path(__file__).with_name("face_detection_yunet_2023mar.onnx")
LONGEST_SIDE_PX = 640  # measured: a copy this wide finds what full size finds, at a tenth of the time on 1080p
SMALL_FACES_SIDE_PX = 1280  # second look, only when the first found nothing: faces under 1/60 of the side
SCORE_THRESHOLD = 0.7
NMS_THRESHOLD = 0.3
TOP_K = 500


class YuNet:
    """Finds faces; one instance may be shared between threads."""

    def __init__(self) -> None:
        self._net = cv2.FaceDetectorYN.create(str(MODEL_FILE), "", (320, 320), SCORE_THRESHOLD, NMS_THRESHOLD, TOP_K)
        self._lock = threading.Lock()  # setInputSize and detect must not interleave

    def __call__(self, pixels_rgb: np.ndarray) -> tuple[Face, ...]:
        """All faces of a picture, uint8 (height, width, 3), largest first."""
        found = self._look(pixels_rgb, LONGEST_SIDE_PX)
        if not found and max(pixels_rgb.shape[:2]) > LONGEST_SIDE_PX:
            found = self._look(pixels_rgb, SMALL_FACES_SIDE_PX)
        return tuple(sorted(found, key=lambda face: -face.size_px))

    def _look(self, pixels_rgb: np.ndarray, longest_side_px: int) -> list[Face]:
        height, width = pixels_rgb.shape[:2]
        scale = min(1.0, longest_side_px / max(height, width))
        seen_w, seen_h = max(1, round(width * scale)), max(1, round(height * scale))
        copy = cv2.resize(pixels_rgb, (seen_w, seen_h), interpolation=cv2.INTER_AREA) if scale < 1 else pixels_rgb
        with self._lock:
            self._net.setInputSize((seen_w, seen_h))
            # The network was trained on OpenCV's channel order.
            _, rows = self._net.detect(cv2.cvtColor(copy, cv2.COLOR_RGB2BGR))
        back = np.array([width / seen_w, height / seen_h])
        return [_face(row, back) for row in ([] if rows is None else rows) if row[2] >= 1 and row[3] >= 1]


def _face(row: np.ndarray, back_xy: np.ndarray) -> Face:
    """One row of YuNet: x, y, w, h, five landmarks, score; `back_xy` undoes the shrinking."""
    x0, y0 = row[0:2] * back_xy
    x1, y1 = (row[0:2] + row[2:4]) * back_xy
    points = row[4:14].reshape(5, 2) * back_xy
    return Face(
        (float(x0), float(y0), float(x1), float(y1)),
        float(np.clip(row[14], 0.0, 1.0)),
        tuple((float(x), float(y)) for x, y in points),
    )


def load_yunet() -> YuNet:
    return YuNet()
