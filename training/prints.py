"""Prints of the training faces, which travel with the weights: by them a test set is held against what was trained on.

`training.run` writes them when it publishes; `python -m training.prints RECIPE --work DIR` writes them again.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from detectors.card import WEIGHTS_DIR
from detectors.prints import SUFFIX, face_print
from training.crops import CropTable, read_crops
from training.devset import serve_crop
from training.recipe import Recipe, read_recipe


def main(argv: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.prints", description=__doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--work", type=Path, default=Path("runs/training"))
    parser.add_argument("--out", type=Path, default=WEIGHTS_DIR)
    options = parser.parse_args(argv)
    print(write_prints(read_recipe(options.recipe), read_crops(options.work / "crops"), options.out))
    return 0


def write_prints(recipe: Recipe, table: CropTable, out: Path) -> Path:
    """One print for every face of the train split, cut as in serving; returns the file."""
    prints = [
        face_print(serve_crop(table.pixels_rgb[i], table.box_xyxy[i], int(table.native_px[i]), recipe))
        for i, row in enumerate(table.rows)
        if row.split == "train"
    ]
    path = out / f"{recipe.name}{SUFFIX}"
    np.save(path, np.array(prints, np.uint8).reshape(-1, 32), allow_pickle=False)
    return path


if __name__ == "__main__":
    sys.exit(main())
