"""One dataset is one file here: `CARD`, and `index(root)` which returns its samples in a fixed order."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path

from data_manifests.schema import DatasetCard, Sample
from detectors.errors import DatasetError

Index = Callable[[Path | None], list[Sample]]


def dataset_names() -> tuple[str, ...]:
    """Every dataset that can be read."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def find_dataset(name: str) -> tuple[DatasetCard, Index]:
    """Card and index function of a dataset.

    Raises:
        DatasetError: there is none of that name.
    """
    if name not in dataset_names():
        near = get_close_matches(name, dataset_names(), 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise DatasetError(f"there is no dataset {name!r}; there are {', '.join(dataset_names())}.{hint}")
    module = importlib.import_module(f"{__name__}.{name}")
    return module.CARD, module.index
