"""One dataset is one file here: `CARD`, and `index(root, survey)` which returns its samples in a fixed order.

A file whose dataset's name begins with a digit has an underscore before it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path

from data_manifests.schema import DatasetCard, Sample, Survey
from detectors.errors import DatasetError

Index = Callable[[Path, Survey], list[Sample]]


def dataset_names() -> tuple[str, ...]:
    """Every dataset that can be read."""
    return tuple(sorted(module.name.lstrip("_") for module in pkgutil.iter_modules(__path__)))


def find_dataset(name: str) -> tuple[DatasetCard, Index]:
    """Card and index function of a dataset.

    Raises:
        DatasetError: there is none of that name.
    """
    if name not in dataset_names():
        near = get_close_matches(name, dataset_names(), 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise DatasetError(f"there is no dataset {name!r}; there are {', '.join(dataset_names())}.{hint}")
    module = importlib.import_module(f"{__name__}.{'_' if name[0].isdigit() else ''}{name}")
    return module.CARD, module.index


def locate(card: DatasetCard, root: Path | None, home: Path | None = None) -> Path:
    """The folder (or list) of a dataset.

    Args:
        card: whose marks tell it.
        root: what the user named: the dataset's own folder, or one that holds it under its name.
        home: a folder that holds datasets under their names; asked only where there is no `root`.

    Raises:
        DatasetError: it is not there; the message says how to get it and where to put it.
    """
    if card.ships and root is None:
        return Path(__file__).parent.parent / card.name
    base = root or (home if card.marks else None)
    if base is None:
        where = f", or put it into $DEEPFAKE_DATA/{card.name}" if card.marks else ""
        raise DatasetError(f"--dataset {card.name} needs --root DIR{where}. {card.how_to_get}")
    if not card.marks:
        return base
    names = (card.name, *card.folders)
    for place in (base, *(base / name for name in names)) if root else (*(base / name for name in names), base):
        if place.is_dir() and any(next(place.glob(mark), None) is not None for mark in card.marks):
            return place
    said = f"{base} is no folder" if not base.is_dir() else f"{base} holds none of {', '.join(card.marks)}"
    where = "" if root else f" Put it into {base / card.name}."
    raise DatasetError(f"{card.title} was not found: {said}. {card.how_to_get}{where}")


def read_dataset(
    name: str, root: Path | None, home: Path | None = None
) -> tuple[DatasetCard, list[Sample], Survey, Path]:
    """Card, samples, what was noticed, and where the dataset lies.

    Raises:
        DatasetError: there is no such dataset, it is not there, or it is not of its form.
    """
    card, index = find_dataset(name)
    place = locate(card, root, home)
    survey = Survey()
    samples = index(place, survey)
    if not samples:
        raise DatasetError(f"{place} holds no files of {card.title}. {card.how_to_get}")
    return card, samples, survey, place
