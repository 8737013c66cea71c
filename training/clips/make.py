"""`python -m training.clips.make FACES OUT`: clips of moving portraits from the dev and test stills.

OUT gets `crfNN/{dev,test}/{real,fake/METHOD}/*.mp4`, which `--dataset folder` reads. Every photo makes one clip; in half of them
the face is blended with a changed copy of itself before the camera moves. As many more show faces by a StyleGAN.
"""

from __future__ import annotations

import argparse
import csv
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from detectors.errors import DatasetError, DeepfakeError
from detectors.faces import crop_square, load_finder
from detectors.media import read_image
from training.clips.draw import moving_portraits, write_clip
from training.crops import MIN_FACE_PX, LandmarkPredictor
from training.pseudo_fakes.self_blend import self_blend

log = logging.getLogger(__name__)

SECONDS, RATE_HZ, SIZE_PX = 6.0, 25.0, (480, 360)
CRFS = (23, 35)
MARGIN = 0.45  # of the square around a face that becomes the portrait; wider than any network's
SEED = 20261121


def main(argv: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.clips.make", description=__doc__.split("\n")[0])
    parser.add_argument("faces", type=Path, metavar="FACES", help="folder that holds faces.csv")
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--split", choices=("dev", "test"), action="append", help="default: both")
    parser.add_argument("--count", type=int, default=120, help="photos of a split (default: %(default)s)")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        for split in options.split or ("dev", "test"):
            make_clips(options.faces, options.out, split, options.count)
    except DeepfakeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def make_clips(faces: Path, out: Path, split: str, count: int) -> None:
    """Writes the clips of one split; those that are there stay.

    Args:
        faces: folder that holds `faces.csv`.
        out: see above.
        split: dev or test.
        count: photos that become clips; half as many generated faces are added.
    """
    rows = _rows(faces, split)
    photos = [row for row in rows if row["label"] == "real"]
    generated = [row for row in rows if row["generator"].startswith("stylegan")]
    predict = LandmarkPredictor()
    for made, (i, picture, still, box) in enumerate(_portraits(faces, photos, count)):
        rng, folder = np.random.default_rng((SEED, i)), f"real/{picture['source']}"
        if made % 2 == 1:
            still, folder = self_blend(still, predict(still, box), rng), "fake/self-blend"
        _encode(still, out, split, folder, picture, rng)
    for i, picture, still, _ in _portraits(faces, generated, count // 2):
        _encode(still, out, split, f"fake/{picture['generator']}", picture, np.random.default_rng((SEED, i, 1)))


def _portraits(
    faces: Path, rows: list[dict[str, str]], count: int
) -> Iterator[tuple[int, dict[str, str], np.ndarray, np.ndarray]]:
    """Number, row, square portrait and box in it, of at most `count` pictures in a drawn order."""
    find, given = load_finder("yunet"), 0
    for i in np.random.default_rng(SEED).permutation(len(rows)):
        pixels = read_image(faces / rows[i]["path"]).pixels_rgb
        found = find(pixels)
        if given == count:
            return
        if not found or found[0].size_px < MIN_FACE_PX:
            continue
        left, top, right, bottom = crop_square(found[0].box_xyxy, pixels.shape[1], pixels.shape[0], MARGIN)
        box = np.array(found[0].box_xyxy) - [left, top, left, top]
        yield int(i), rows[i], np.ascontiguousarray(pixels[top:bottom, left:right]), box
        given += 1
        if given % 20 == 0:
            log.info("%d of %d clips", given, count)


def _encode(
    still: np.ndarray, out: Path, split: str, folder: str, picture: dict[str, str], rng: np.random.Generator
) -> None:
    """The same frames in every quality."""
    paths = {crf: out / f"crf{crf}" / split / folder / f"{Path(picture['path']).stem}.mp4" for crf in CRFS}
    if all(path.exists() for path in paths.values()):
        return
    frames = list(moving_portraits([still], SECONDS, RATE_HZ, SIZE_PX, rng))
    for crf, path in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".part-{path.name}")
        write_clip(part, frames, RATE_HZ, crf=crf)
        part.replace(path)


def _rows(faces: Path, split: str) -> list[dict[str, str]]:
    """Rows of a split; test stills are read here to measure clips, never to train or calibrate."""
    table = faces / "faces.csv"
    if not table.is_file():
        raise DatasetError(f"{faces} holds no faces.csv.")
    with table.open(newline="", encoding="utf-8") as lines:
        return [row for row in csv.DictReader(lines) if row["split"] == split]


if __name__ == "__main__":
    sys.exit(main())
