"""A run's folder: one configuration, one process at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from detectors.errors import UsageError

CONFIGURATION = "run.json"
LOCK = ".lock"


@contextmanager
def claim(folder: Path, configuration: dict[str, object]) -> Iterator[None]:
    """Holds a folder for one run; its lock is the system's, so that a killed run leaves none behind.

    Raises:
        UsageError: another run is writing into it, it holds a run with other options, or something else.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise UsageError(f"another run is writing into {folder}; wait for it or choose another --out.") from error
    try:
        file = folder / CONFIGURATION
        if file.exists():
            held = json.loads(file.read_text(encoding="utf-8"))
            other = sorted(key for key in held.keys() | configuration.keys() if held.get(key) != configuration.get(key))
            if other:
                raise UsageError(
                    f"{folder} holds a run with other options ({', '.join(other)}); choose another --out or remove it."
                )
        elif any(p.name != LOCK for p in folder.iterdir()):
            raise UsageError(f"{folder} is not empty and holds no run; choose another --out.")
        else:
            file.write_text(json.dumps(configuration, indent=2) + "\n", encoding="utf-8")
        yield
    finally:
        lock.release()
        (folder / LOCK).unlink(missing_ok=True)
