"""`python -m training.clips.make FACES OUT`: clips of moving portraits from the dev and test stills, half of them swapped.

OUT gets `crfNN/{dev,test}/{real,fake/self-blend}/*.mp4`, which `--dataset folder` reads. Every still makes one clip; in half
of them the face is blended with a changed copy of itself before the camera moves.
"""

from __future__ import annotations

import argparse
import csv
import logging
import sys
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
    parser.add_argument("--count", type=int, default=120, help="clips of a split and crf (default: %(default)s)")
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
    """Writes the clips of one split; those that are there stay."""
    pictures = _reals(faces, split)
    order = np.random.default_rng(SEED).permutation(len(pictures))
    find, predict, made = load_finder("yunet"), LandmarkPredictor(), 0
    for i in order:
        if made == count:
            break
        picture = pictures[i]
        pixels = read_image(faces / picture["path"]).pixels_rgb
        found = find(pixels)
        if not found or found[0].size_px < MIN_FACE_PX:
            continue
        left, top, right, bottom = crop_square(found[0].box_xyxy, pixels.shape[1], pixels.shape[0], MARGIN)
        still = np.ascontiguousarray(pixels[top:bottom, left:right])
        rng = np.random.default_rng((SEED, int(i)))
        fake = made % 2 == 1
        if fake:
            box = np.array(found[0].box_xyxy) - [left, top, left, top]
            still = self_blend(still, predict(still, box), rng)
        folder = f"{split}/" + ("fake/self-blend" if fake else f"real/{picture['source']}")
        paths = {crf: out / f"crf{crf}" / folder / f"{Path(picture['path']).stem}.mp4" for crf in CRFS}
        if not all(path.exists() for path in paths.values()):
            frames = list(moving_portraits([still], SECONDS, RATE_HZ, SIZE_PX, rng))
            for crf, path in paths.items():  # the same frames in every quality
                path.parent.mkdir(parents=True, exist_ok=True)
                part = path.with_name(f".part-{path.name}")
                write_clip(part, frames, RATE_HZ, crf=crf)
                part.replace(path)
        made += 1
        if made % 20 == 0:
            log.info("%s: %d of %d clips", split, made, count)


def _reals(faces: Path, split: str) -> list[dict[str, str]]:
    """Rows of the real photos of a split; test stills are read here to measure clips, never to train or calibrate."""
    table = faces / "faces.csv"
    if not table.is_file():
        raise DatasetError(f"{faces} holds no faces.csv.")
    with table.open(newline="", encoding="utf-8") as lines:
        return [row for row in csv.DictReader(lines) if row["split"] == split and row["label"] == "real"]


if __name__ == "__main__":
    sys.exit(main())
