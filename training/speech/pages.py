"""Recordings of demonstration pages: hundreds of systems, a few clips of each, beside the genuine speech of the same page.

`pages.csv` lists file by file what was taken, by what made it; `pages.repos.csv` at which commit, and under what licence.
Systems and speakers of the test split of `speech.csv` are not in it. Some pages are kept whole for choosing.
"""

from __future__ import annotations

import csv
import hashlib
import logging
from collections.abc import Iterator
from pathlib import Path

from training.speech.sources import Recording

log = logging.getLogger(__name__)

LISTS = Path(__file__).parent
FOLDER = "pages"  # below `--more`; in it OWNER+NAME for each repository
PAGES = "demonstration pages"  # as the card names all of them together
PAGES_LICENCE = "research use; each in training/speech/pages.repos.csv"


def is_page(source: str) -> bool:
    """Whether a recording's source is a demonstration page: these go by the name of their repository."""
    return "/" in source


def read_pages(more: Path, known: set[str], table: Path = LISTS / "pages.csv") -> Iterator[Recording]:
    """Every listed recording that is below `more`; a page that is absent is skipped with a word.

    Args:
        more: holds the folder `pages`.
        known: SHA-256 of what is in the speech set; such files are left out.
        table: the list.
    """
    with table.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    absent: set[str] = set()
    for row in rows:
        path = more / FOLDER / row["path"]
        page = row["path"].split("/", 1)[0]
        if not path.is_file():
            absent.add(page)
            continue
        if hashlib.sha256(path.read_bytes()).hexdigest() in known:
            continue
        yield Recording(
            path,
            row["split"],  # type: ignore[arg-type]  # train or dev in every row
            row["label"] == "fake",
            row["system"],
            row["family"],
            page.replace("+", "/"),
            row["speaker"],
        )
    for page in sorted(absent):
        log.warning("%s is not whole below %s; training goes on without what is missing", page, more / FOLDER)
