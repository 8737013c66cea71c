"""Detectors as somebody else would write them, for tests of `python:module:function` and of worker processes."""

import os
import time
from pathlib import Path

KIND = "image"
THRESHOLD = 0.6
TRAINING_DATA = ("drawn",)


def by_name(path):
    """Slow enough to be killed; files whose name holds an x cannot be scored, and y breaks it."""
    time.sleep(float(os.environ.get("STUB_SECONDS", "0")))
    name = Path(path).stem
    if "y" in name:
        raise RuntimeError("no y, please")
    return None if "x" in name else int(name) % 100 / 100


def dies_once(path):
    """Kills its whole process the first time that it meets file 13."""
    mark = Path(os.environ["STUB_MARK"])
    if Path(path).stem == "13" and not mark.exists():
        mark.write_text("died")
        os._exit(9)
    return by_name(path)


def too_sure(path):
    return 1.5
