"""A recipe: everything that decides what weights come out, read from one TOML file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from detectors.errors import UsageError
from detectors.networks import find_architecture
from training.augment import Augmentation
from training.dataset import Share
from training.fit import Fit


@dataclass(frozen=True)
class PoolSizes:
    """How many pseudo-fakes of each family are made, and by which up-samplers; see `training.pools`."""

    self_blend: int = 6000
    cross_blend: int = 1200
    pyramid_blend: int = 1500
    public: int = 500
    autoencoder: int = 500
    autoencoder_steps: int = 500
    dev: int = 300
    upsamplers: tuple[str, ...] = ("transposed", "nearest", "bilinear")


@dataclass(frozen=True)
class NetworkRecipe:
    """One network of the ensemble.

    Attributes:
        name: of its architecture.
        start: file of ImageNet weights below `--start`; "" for random ones.
        cycles: how it is trained, one after the other.
        average: number of the cycle, from 1, whose weights are averaged with the last one's (Wortsman et al., "Model
            soups", 2022); 0 publishes the last one's.
    """

    name: str
    start: str
    cycles: tuple[Fit, ...]
    average: int = 0


@dataclass(frozen=True)
class Recipe:
    """See `training/recipes/image-ensemble.toml`, which comments every key."""

    name: str
    seed: int
    input_size_px: int
    face_margin: float
    min_face_px: int
    pairs: int
    pools: PoolSizes
    shares: tuple[Share, ...]
    networks: tuple[NetworkRecipe, ...]
    augmentations: dict[str, Augmentation]


def read_recipe(file: Path) -> Recipe:
    """Reads and checks a recipe.

    Raises:
        UsageError: the file is absent, is no TOML, or has a key that no recipe has.
    """
    told = read_toml(file)
    check_keys(told, {f.name for f in fields(Recipe)}, str(file))
    augmentations = {name: _augmentation(name, entry) for name, entry in told.pop("augmentations", {}).items()}
    networks = []
    for entry in told.pop("networks", []):
        name, start = entry.pop("name", ""), entry.pop("start", "")
        cycles, average = entry.pop("cycles", []), entry.pop("average", 0)
        check_keys(entry, {"name", "start", "cycles", "average"}, f"network {name}")
        for cycle in cycles:
            check_keys(cycle, {f.name for f in fields(Fit)}, f"cycle of {name}")
            check_keys({cycle.get("augmentation", "light"): None}, set(augmentations), f"augmentation of {name}")
        if average not in range(max(1, len(cycles))):
            raise UsageError(f"network {name}: average = {average} names no cycle before the last of {len(cycles)}.")
        networks.append(NetworkRecipe(find_architecture(name).name, start, tuple(_cycle(c) for c in cycles), average))
    shares = tuple(Share(family, float(pairs)) for family, pairs in told.pop("shares", {}).items())
    pools = told.pop("pools", {})
    check_keys(pools, {f.name for f in fields(PoolSizes)}, "pools")
    try:
        return Recipe(
            **told,
            pools=PoolSizes(**_tuples(pools)),
            shares=shares,
            networks=tuple(networks),
            augmentations=augmentations,
        )
    except TypeError as error:
        raise UsageError(f"the recipe {file} is incomplete: {error}.") from error


def read_toml(file: Path) -> dict[str, Any]:
    """The content of a TOML file.

    Raises:
        UsageError: it is absent, or is no TOML.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"the recipe {file} cannot be read: {error.strerror}.") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"the recipe {file} is not valid TOML: {error}.") from error


def _cycle(entry: dict[str, Any]) -> Fit:
    return Fit(**_tuples(entry))


def _augmentation(name: str, entry: dict[str, Any]) -> Augmentation:
    check_keys(entry, {f.name for f in fields(Augmentation)}, f"augmentation {name}")
    return Augmentation(**_tuples(entry))


def _tuples(entry: dict[str, Any]) -> dict[str, Any]:
    """TOML's lists as the tuples that frozen values hold."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}


def check_keys(told: dict[str, Any], keys: set[str], where: str) -> None:
    """Raises UsageError for a key that is none of these, with the nearest that is."""
    for key in told:
        if key not in keys:
            near = get_close_matches(key, keys, 1)
            raise UsageError(f"{where}: unknown key {key!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
