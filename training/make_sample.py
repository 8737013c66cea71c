"""`python -m training.make_sample PORTRAITS`: the few files that ship as `data_manifests/sample`.

PORTRAITS holds `obama.jpg` and `biden.jpg`, the official portraits as the sdist of `face_recognition` carries them
(`tests/test_images`); the astronaut comes with scikit-image. All three are works of the US government and in the
public domain. The fakes are made from them by this project's own blends.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import cv2
import numpy as np
from skimage import data as skimage_data

from detectors.faces import crop_square, load_finder
from detectors.media import read_image
from training.augment import jpeg_round_trip
from training.crops import LandmarkPredictor
from training.pseudo_fakes.masks import face_hull
from training.pseudo_fakes.self_blend import blend_people, paste, self_blend

OUT = Path(__file__).parent.parent / "data_manifests" / "sample"
SIDE_PX = 512
MARGIN = 0.6
QUALITY = 92
COLUMNS = ("path", "kind", "label", "method", "source", "group", "licence", "about")
DOMAIN = "public domain (work of the US government)"


def main(argv: list[str] | None = None) -> int:
    """Writes pictures and manifest; returns the exit code."""
    words = sys.argv[1:] if argv is None else argv
    if len(words) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    portraits = {"astronaut": skimage_data.astronaut()}
    portraits |= {name: read_image(Path(words[0]) / f"{name}.jpg").pixels_rgb for name in ("obama", "biden")}
    people = {name: _head(pixels) for name, pixels in portraits.items()}
    predict = LandmarkPredictor()
    marks = {name: predict(pixels, box) for name, (pixels, box) in people.items()}
    OUT.mkdir(exist_ok=True)
    rows = []

    def keep(file: str, pixels: np.ndarray, label: str, method: str, group: str, about: str) -> None:
        cv2.imwrite(str(OUT / file), pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        rows.append([file, "image", label, method, "" if label == "fake" else "portrait", group, DOMAIN, about])

    titles = {
        "astronaut": "Eileen Collins, NASA",
        "obama": "Barack Obama, official portrait",
        "biden": "Joe Biden, official portrait",
    }
    for name, (pixels, _) in people.items():
        keep(f"real_{name}.jpg", jpeg_round_trip(pixels, QUALITY), "real", "real", name, titles[name])
    for k, name in enumerate(people):
        fake = self_blend(people[name][0], marks[name], np.random.default_rng(40 + k))
        keep(
            f"fake_self_blend_{name}.jpg",
            jpeg_round_trip(fake, QUALITY),
            "fake",
            "self-blend",
            name,
            "face blended with a changed copy of itself",
        )
    for k, (target, source) in enumerate((("obama", "biden"), ("biden", "obama"))):
        rng = np.random.default_rng(60 + k)
        swap = blend_people("cross-blend", people[target][0], marks[target], people[source][0], marks[source], rng)
        if swap is not None:
            keep(
                f"fake_swap_{target}.jpg",
                jpeg_round_trip(swap, QUALITY),
                "fake",
                "swap",
                target,
                "another face aligned and blended in",
            )
    for name in ("obama", "astronaut"):
        pixels = people[name][0]
        small = cv2.resize(pixels, (128, 128), interpolation=cv2.INTER_AREA)
        mask = cv2.GaussianBlur(face_hull(marks[name], SIDE_PX, forehead=True), (31, 31), 0)
        fake = paste(cv2.resize(small, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_CUBIC), pixels, mask)
        keep(
            f"fake_low_detail_{name}.jpg",
            jpeg_round_trip(fake, QUALITY),
            "fake",
            "low-detail-face",
            name,
            "face replaced by a copy of 128 pixels, as many swappers make it",
        )
    with (OUT / "manifest.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    return 0


def _head(pixels_rgb: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Head and shoulders at 512 pixels, and the face's box in it."""
    face = load_finder("yunet")(pixels_rgb)[0]
    height, width = pixels_rgb.shape[:2]
    x0, y0, x1, y1 = crop_square(face.box_xyxy, width, height, MARGIN)
    square = cv2.resize(pixels_rgb[y0:y1, x0:x1], (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    box = (np.array(face.box_xyxy) - [x0, y0, x0, y0]) * (SIDE_PX / (x1 - x0))
    return square, box


if __name__ == "__main__":
    sys.exit(main())
