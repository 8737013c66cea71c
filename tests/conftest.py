"""Media that tests draw, and a detector that needs no weights."""

import csv
import dataclasses

import hypothesis
import numpy as np
import pytest
from PIL import Image

from detectors.card import Affine, ImageCard, Member, TrainingData, WeightsFile
from detectors.image import ImageDetector
from detectors.runtime import RawScores
from detectors.types import Face

PX = 32
hypothesis.settings.register_profile("suite", deadline=None)  # how long an example takes says how busy the machine is
hypothesis.settings.load_profile("suite")
pytest.register_assert_rewrite("browser")  # so that a failing assert there tells its values, as in a test file


def make_card(**changes):
    """A valid card of two networks that no file backs."""
    entry = WeightsFile("none.bin", "0" * 64, 1)
    lines = {"blend": Affine(1.0, 0.0), "generator": Affine(1.0, 0.0)}
    members = tuple(Member(n, (entry,), entry, lines, (0.0, 0.0)) for n in ("xception", "resnet50"))
    card = ImageCard(
        schema=1, name="drawn", media_kind="image", members=members, input_size_px=PX, face_margin=0.1,
        min_face_px=40, heads=("blend", "generator"), head_pooling="noisy-or", calibration=Affine(1.0, 0.0),
        threshold=0.6, threshold_source="drawn", dev_false_alarm_rate=0.05, dev_miss_rate=0.2, operating_points=(), undecided_low=0.4,
        undecided_high=0.6, training_data=(TrainingData("drawn", "none", 1, 1),), metrics=(), probe_tolerance=0.1,
        licence="none", recipe="none.toml", commit="", created="2026-01-01",
    )  # fmt: skip
    return dataclasses.replace(card, **changes)


def brightness_logits(crops_rgb):
    """Raw scores that rise with brightness: a stand-in for networks whose answer a test can foresee."""
    bright = crops_rgb.astype(np.float32).mean((1, 2, 3)) / 255 * 12 - 6
    heads = np.stack([bright - 1, bright], -1)
    grid = np.repeat(np.repeat(heads[:, None, None, :], 4, 1), 4, 2)
    return RawScores(np.repeat(heads[:, None], 2, 1), (grid, grid))


def find_marked_faces(pixels_rgb):
    """Every magenta square is a face: what a test draws it can find."""
    mark = (pixels_rgb[..., 0] > 200) & (pixels_rgb[..., 1] < 60) & (pixels_rgb[..., 2] > 200)
    columns = np.flatnonzero(mark.any(0))
    faces = []
    for run in np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1) if columns.size else []:
        rows = np.flatnonzero(mark[:, run].any(1))
        faces.append(Face((float(run[0]), float(rows[0]), float(run[-1] + 1), float(rows[-1] + 1)), 0.9))
    return tuple(sorted(faces, key=lambda f: -f.size_px))


@pytest.fixture
def drawn_detector():
    """An image detector over drawn faces."""
    return ImageDetector(make_card(), brightness_logits, find_marked_faces)


def draw_scene(*faces, size=(240, 160), ground=128):
    """A grey picture with magenta squares: each face is (x, y, side, brightness of its inside)."""
    pixels = np.full((size[1], size[0], 3), ground, np.uint8)
    for x, y, side, inside in faces:
        pixels[y : y + side, x : x + side] = (255, 0, 255)
        pixels[y + 4 : y + side - 4, x + 4 : x + side - 4] = inside
    return pixels


@pytest.fixture
def scene_file(tmp_path):
    """A function that writes a scene as PNG and returns its path."""

    def write(*faces, name="scene.png", **options):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(draw_scene(*faces, **options)).save(path)
        return path

    return write


def read_csv(path):
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))
