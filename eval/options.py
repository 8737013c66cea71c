"""What can be asked of a run: defaults, a TOML file, and flags, each overriding the one before."""

from __future__ import annotations

import argparse
import dataclasses
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from data_manifests.datasets import dataset_names
from detectors.errors import UsageError
from detectors.faces import FINDER_NAMES

SPLITS = ("train", "dev", "test")
ENGINES = ("local", "ray")


@dataclass(frozen=True)
class RunOptions:
    """What is measured, and how; a configuration file has these keys.

    Attributes:
        dataset: names, with commas between.
        root: folder of the dataset, or of all datasets; None: `$DEEPFAKE_DATA/NAME`.
        split: only these samples; None: all.
        detector: a name, "all", a card's path or `python:module:function`; None: ours for the dataset's kind of media.
        finder: of faces.
        corruption: done to every file before it is judged, as "jpeg:40".
        robustness: also measure at every strength of every corruption, and draw curves.
        limit: at most so many files, classes and methods in equal parts.
        engine: "local" or "ray".
        workers: processes; None: one, or one a node on Ray.
        out: folder of the run, or of several.
        seed: of the limit and of the intervals.
    """

    dataset: str = ""
    root: Path | None = None
    split: str | None = None
    detector: str | None = None
    finder: str = "yunet"
    corruption: str | None = None
    robustness: bool = False
    limit: int | None = None
    engine: str = "local"
    workers: int | None = None
    out: Path | None = None
    seed: int = 0

    @property
    def datasets(self) -> tuple[str, ...]:
        """The names, in the order given, each once."""
        return tuple(dict.fromkeys(part.strip() for part in self.dataset.split(",") if part.strip()))


def parser() -> argparse.ArgumentParser:
    """Of `python -m eval.run`; an option that is not given is absent from the result."""
    told = argparse.ArgumentParser(
        prog="python -m eval.run",
        description="Measures a detector on a dataset as it was downloaded. The same command again goes on where a "
        "stopped run was.",
        argument_default=argparse.SUPPRESS,
    )
    told.add_argument("--dataset", help=f"one or several of {', '.join(dataset_names())}, with commas between")
    told.add_argument("--root", type=Path, help="folder of the dataset, or of all (default: $DEEPFAKE_DATA/NAME)")
    told.add_argument("--split", choices=SPLITS, help="only these samples")
    told.add_argument(
        "--detector",
        help="a name, 'all', a card's path or python:module:function (default: ours for the kind of media)",
    )
    told.add_argument("--finder", choices=FINDER_NAMES, help="face finder (default: yunet)")
    told.add_argument(
        "--corruption", help="measure copies after this: jpeg:40, resize:0.5, h264:35, mp3:32, telephone …"
    )
    told.add_argument("--robustness", action="store_true", help="also measure at every strength of every corruption")
    told.add_argument("--limit", type=int, help="at most so many files, classes and methods in equal parts")
    told.add_argument("--engine", choices=ENGINES, help="local (default), or ray: a cluster, see docs/scale.md")
    told.add_argument("--workers", type=int, help="processes (default: one; on Ray one a node)")
    told.add_argument("--out", type=Path, help="folder of the run (default: runs/DATASET-DETECTOR-DATE)")
    told.add_argument("--seed", type=int, help="of --limit and of the intervals (default: 0)")
    told.add_argument("--config", type=Path, help="a TOML file with any of these options; flags override it")
    told.add_argument("--list", action="store_true", help="show every dataset and whether it is found")
    return told


def read_options(flags: dict[str, Any]) -> RunOptions:
    """Defaults, then the file that `config` names, then flags.

    Raises:
        UsageError: an unknown key (with the nearest that exists), or a value of the wrong kind or out of range.
    """
    flags = dict(flags)
    config = flags.pop("config", None)
    told = (_read_file(config) if config else {}) | flags
    options = RunOptions(**told)
    if not options.datasets:
        raise UsageError("--dataset is missing; --list shows what there is.")
    if options.limit is not None and options.limit < 1:
        raise UsageError("--limit must be at least 1.")
    if options.workers is not None and options.workers < 1:
        raise UsageError("--workers must be at least 1.")
    if options.robustness and options.corruption:
        raise UsageError("--robustness measures every corruption; leave out --corruption.")
    for key, allowed in (("split", SPLITS), ("finder", FINDER_NAMES), ("engine", ENGINES)):
        value = getattr(options, key)
        if value is not None and value not in allowed:
            raise UsageError(f"{key} is {value!r}; choose from {', '.join(allowed)}.")
    return options


def _read_file(file: Path) -> dict[str, Any]:
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} cannot be read: {error}.") from error
    kinds = {f.name: str(f.type) for f in dataclasses.fields(RunOptions)}
    out: dict[str, Any] = {}
    for key, value in told.items():
        if key not in kinds:
            near = get_close_matches(key, kinds, 1)
            raise UsageError(f"{file.name}: unknown key {key!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        if key == "dataset" and isinstance(value, list):
            value = ",".join(map(str, value))
        wanted = int if "int" in kinds[key] else bool if "bool" in kinds[key] else str
        if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            raise UsageError(f"{file.name}: {key} must be {wanted.__name__}, found {value!r}.")
        out[key] = file.parent / str(value) if "Path" in kinds[key] else value
    return out
