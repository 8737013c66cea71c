"""Faces of sampled frames put together to persons, by where they are and what they look like.

Frames lie a second apart, so a face may have moved far, and the shot may have changed. Within a shot position decides, and
looks must not contradict; across a cut looks alone decide, and must be nearly the same. Where it is doubtful a person is
split in two rather than two persons put into one: a fake face must not be averaged with somebody else's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from detectors.types import BoxXYXY, FaceCrop

THUMBNAIL_PX = (32, 18)
SAME_SHOT = 0.6  # correlation of the thumbnails of two frames
NEAR = 0.25  # overlap (IoU) from which position speaks
NOT_UNLIKE = 0.5  # likeness that a near face must have; 15 % of pairs of different people have it
ALIKE = 0.8  # likeness that is enough by itself; under 0.1 % of pairs of different people have it, 93 % of the same
FACE_PX = 16
HUE_BINS, LIGHT_BINS = 12, 4
KEEP = 0.7  # share of the old in a person's running looks


@dataclass
class _Person:
    """What is remembered of a person.

    Attributes:
        box_xyxy: where the face was last.
        seen_at: number of the frame in which it was.
        looks: descriptor, a running mean.
    """

    box_xyxy: BoxXYXY
    seen_at: int
    looks: np.ndarray = field(repr=False)


class Tracker:
    """Gives each face of a clip the number of its person, frame by frame."""

    def __init__(self) -> None:
        self._persons: list[_Person] = []
        self._frame = -1
        self._shot_began = 0
        self._thumbnail: np.ndarray | None = None

    def assign(self, pixels_rgb: np.ndarray, faces: list[FaceCrop]) -> list[int]:
        """Numbers of the persons, from 0, in the order of the faces.

        Args:
            pixels_rgb: the whole frame, uint8 (height, width, 3).
            faces: cut from it.
        """
        self._frame += 1
        if self._is_cut(pixels_rgb):
            self._shot_began = self._frame
        looks = [describe_looks(face.pixels_rgb) for face in faces]
        pairs = sorted(
            (
                (score, i, p)
                for i, face in enumerate(faces)
                for p, person in enumerate(self._persons)
                if (score := self._match(face, looks[i], person)) > 0
            ),
            reverse=True,
        )
        numbers, taken = [-1] * len(faces), set()
        for _, i, p in pairs:
            if numbers[i] < 0 and p not in taken:
                numbers[i] = p
                taken.add(p)
        for i, face in enumerate(faces):
            if numbers[i] < 0:
                numbers[i] = len(self._persons)
                self._persons.append(_Person(face.face.box_xyxy, self._frame, looks[i]))
            else:
                person = self._persons[numbers[i]]
                person.box_xyxy, person.seen_at = face.face.box_xyxy, self._frame
                person.looks = KEEP * person.looks + (1 - KEEP) * looks[i]
        return numbers

    def _match(self, face: FaceCrop, looks: np.ndarray, person: _Person) -> float:
        """How well a face fits a person; 0 where it does not."""
        alike = likeness(looks, person.looks)
        near = overlap(face.face.box_xyxy, person.box_xyxy) if person.seen_at >= self._shot_began else 0.0
        if (near >= NEAR and alike >= NOT_UNLIKE) or alike >= ALIKE:
            return alike + near
        return 0.0

    def _is_cut(self, pixels_rgb: np.ndarray) -> bool:
        small = cv2.resize(pixels_rgb, THUMBNAIL_PX, interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
        small -= small.mean()
        before, self._thumbnail = self._thumbnail, small
        if before is None:
            return False
        scale = float(np.linalg.norm(before) * np.linalg.norm(small))
        return scale > 0 and float(before @ small) / scale < SAME_SHOT


def describe_looks(crop_rgb: np.ndarray) -> np.ndarray:
    """Descriptor of a face crop, float32: a standardised thumbnail in grey, and a histogram of colours.

    Both parts have length 1, so that `likeness` can weigh them alike.
    """
    side = crop_rgb.shape[0]
    inner = crop_rgb[side // 8 : -side // 8, side // 8 : -side // 8]
    small = cv2.resize(inner, (FACE_PX, FACE_PX), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32).ravel()
    grey -= grey.mean()
    hsv = cv2.cvtColor(cv2.resize(crop_rgb, (64, 64), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2HSV)
    bins, ranges = [HUE_BINS, LIGHT_BINS, LIGHT_BINS], [0, 180, 0, 256, 0, 256]
    histogram = np.sqrt(cv2.calcHist([hsv], [0, 1, 2], None, bins, ranges).ravel())
    return np.concatenate([part / (np.linalg.norm(part) + 1e-6) for part in (grey, histogram)]).astype(np.float32)


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Mean of the correlation of the thumbnails and the Bhattacharyya coefficient of the colours, at most 1."""
    cut = FACE_PX * FACE_PX
    return float(one[:cut] @ other[:cut] + one[cut:] @ other[cut:]) / 2


def overlap(one: BoxXYXY, other: BoxXYXY) -> float:
    """Intersection over union of two boxes."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    area = (one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1])
    return width * height / (area - width * height)
