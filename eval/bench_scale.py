"""What the harness itself costs: rows through a detector that costs nothing, and a report from a million of them.

`python -m eval.bench --what scale` runs it. The stub is a detector as somebody else would write one.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from eval.record import machine, now, write_result
from eval.rows import FIXED, NETWORK

KIND = "image"
TRAINING_DATA = ()
FEW, MANY = 10_000, 100_000  # rows: memory of both should be the same
REPORT_ROWS = 1_000_000
NETWORKS = ("xception", "inception_v3", "resnet50", "densenet121")
METHODS = 8
Command = Callable[[list[str], int], tuple[float, float]]


def stub(path: str) -> float:
    """A score from the name of a file."""
    return int(Path(path).stem) % 1009 / 1009


def measure_scale(folder: Path, command: Command) -> dict[str, object]:
    """Seconds and peak memory of runs over few and many rows, and of a report from a million."""
    told: dict[str, object] = {}
    from PIL import Image

    for i in range(100):
        Image.fromarray(np.full((32, 32, 3), i, np.uint8)).save(folder / f"{i}.png")
    for rows in (FEW, MANY):
        listing = folder / f"list{rows}.csv"
        with listing.open("w", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(("sample_id", "path", "label", "method", "group"))
            writer.writerows(
                (f"s{i}", f"{i % 100}.png", ("real", "fake")[i % 2], "stub", f"g{i // 4}") for i in range(rows)
            )
        seconds, peak = command(
            [sys.executable, "-m", "eval.run", "--dataset", "csv", "--root", str(listing), "--detector",
             "python:eval.bench_scale:stub", "--out", str(folder / f"run{rows}")], 1,
        )  # fmt: skip
        told |= {f"run of {rows:,} rows, s": round(seconds, 1), f"run of {rows:,} rows, peak MB": round(peak)}
    run = write_rows(folder / "million", REPORT_ROWS)
    seconds, peak = command([sys.executable, "-m", "eval.report", str(run)], 1)
    return told | {
        f"report of {REPORT_ROWS:,} rows, s": round(seconds, 1),
        f"report of {REPORT_ROWS:,} rows, peak MB": round(peak),
    }


def write_rows(folder: Path, count: int, seed: int = 0) -> Path:
    """A finished run of so many drawn rows, five in a group; returns its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    with (folder / "predictions.csv").open("w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow((*FIXED, *(NETWORK + n for n in NETWORKS)))
        at = 0
        while at < count:
            n = min(50_000, count - at)
            fake = rng.random(n) < 0.6
            z = rng.normal(size=n) + 1.2 * fake
            scores = 1 / (1 + np.exp(-(z[:, None] + 0.4 * rng.normal(size=(n, 5)))))
            method, bright = rng.integers(0, METHODS, n), rng.random(n)
            for i in range(n):
                p = scores[i, 0]
                writer.writerow((
                    f"s{at + i:07}", f"files/{at + i:07}.jpg", int(fake[i]), f"method{method[i]}" if fake[i] else "real",
                    "" if fake[i] else f"source{method[i] % 2}", f"g{(at + i) // 5}", "test", f"{p:.8f}",
                    "fake" if p >= 0.6 else "real", "", "", 1, "generator", f"{bright[i]:.8f}", "", "", "", "", "0" * 64, "",
                    *(f"{v:.8f}" for v in scores[i, 1:]),
                ))  # fmt: skip
            at += n
    configuration = {
        "dataset": "csv", "root": None, "split": None, "detector": "drawn", "weights_digest": None, "finder": "yunet",
        "corruption": None, "limit": None, "seed": 0, "threshold": 0.6, "threshold_source": "drawn",
    }  # fmt: skip
    record: dict[str, object] = {
        "level": "image", "kind": "image", "frame_threshold": None, "baseline": "brightness", "configuration": configuration,
        "dataset": {"name": "csv", "title": "Drawn", "licence": "none", "note": "", "labels": "drawn", "missing": 0, "surplus": 0, "notes": []},
        "seen_in_training": "no", "training_data": [], "shared_between_splits": {}, "machine": machine(), "commit": None,
        "started": now(), "finished": now(),
    }  # fmt: skip
    write_result({"record": record}, folder)
    (folder / "run.json").write_text(json.dumps(configuration))
    return folder
