"""Faces of public repositories, listed file by file: newer generators, swapped and reenacted faces, and photos of many kinds.

`collected.csv` lists what was taken, by what made it; a file of several pictures is cut by the box of each row, and a clip gives
the frames that its rows name. `collected.repos.csv` says at which commit, and under what licence. Some generators and kinds
of photo are kept whole for choosing, some for measuring; the latter are read by `eval` alone.

`python -m training.collected MORE OUT` writes those for measuring as pictures into OUT/real/SOURCE and OUT/fake/GENERATOR, which
`--dataset folder` reads.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from detectors.errors import DatasetError, DeepfakeError, MediaError
from training.crops import read_pixels
from training.sources import Picture

log = logging.getLogger(__name__)

LISTS = Path(__file__).parent
FOLDER = "collected"  # below `--more`; in it OWNER+NAME for each repository
COLLECTED_LICENCE = "research use; each in training/collected.repos.csv"


def main(argv: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.collected", description=__doc__.split("\n")[0])
    parser.add_argument("more", type=Path, metavar="MORE", help="holds the folder `collected`")
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--split", choices=("train", "dev", "test"), default="test", help="default: %(default)s")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        written = write_pictures(read_collected(options.more, set(), splits=(options.split,)), options.out)
    except DeepfakeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{written} pictures in {options.out}")
    return 0


def write_pictures(pictures: Iterator[Picture], out: Path) -> int:
    """Writes each as PNG, named by a running number; returns how many.

    Raises:
        DatasetError: there are none.
    """
    written = 0
    for number, picture in enumerate(pictures):
        folder = out / ("fake" if picture.is_fake else "real") / (picture.generator or picture.source)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            pixels = read_pixels(picture)
        except MediaError as error:
            log.warning("%s: %s", picture.path, error)
            continue
        Image.fromarray(pixels).save(folder / f"{number:05d}.png")
        written += 1
    if not written:
        raise DatasetError("none of the listed pictures is there; MORE is the folder that holds `collected`.")
    return written


def read_collected(
    more: Path,
    closed: set[str],
    table: Path = LISTS / "collected.csv",
    splits: tuple[str, ...] = ("train", "dev"),
) -> Iterator[Picture]:
    """Every listed face that is below `more`; a repository that is absent is skipped with a word.

    Args:
        more: holds the folder `collected`.
        closed: SHA-256 of the dev and test files of `faces.csv`; such files are left out.
        table: the list.
        splits: that are read; training takes train and dev.
    """
    absent: dict[str, int] = {}
    digests: dict[Path, str] = {}
    for row in read_list(table):
        if row["split"] not in splits:
            continue
        path = more / FOLDER / row["path"]
        if not path.is_file():
            repository = row["path"].split("/", 1)[0]
            absent[repository] = absent.get(repository, 0) + 1
            continue
        if path not in digests:
            digests[path] = hashlib.sha256(path.read_bytes()).hexdigest()
        if digests[path] not in closed:
            yield Picture(
                path, row["label"] == "fake", row["generator"], row["source"], row["split"], row["group"],
                box_of(row), float(row["second"]) if row["second"] else None,
            )  # fmt: skip
    for repository, count in sorted(absent.items()):
        log.warning(
            "%d faces of %s are absent below %s; training goes on without them", count, repository, more / FOLDER
        )


def read_list(table: Path = LISTS / "collected.csv") -> list[dict[str, str]]:
    """The rows of the list."""
    with table.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def box_of(row: dict[str, str]) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of a picture inside its file, in pixels; None for the whole file."""
    if not row["box"]:
        return None
    left, top, right, bottom = (int(v) for v in row["box"].split(":"))
    return left, top, right, bottom


if __name__ == "__main__":
    sys.exit(main())
