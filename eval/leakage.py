"""What a test shares with training: groups, people, identical files and near-duplicate faces.

`python -m eval.leakage RUN AGAINST` holds a run against another run or a manifest (of a training set, say). Every run of
our own detectors of pictures is held against the faces that their weights were trained on.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data_manifests.datasets import read_dataset
from data_manifests.schema import Sample
from detectors.errors import DeepfakeError, UsageError
from detectors.prints import SAME_FACE, nearest, read_prints
from eval.document import Document, Points, Table, Text, write_document
from eval.rows import Rows, read_rows

NAMED = 8  # that are written out


def main(argv: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.leakage",
        description="Groups, identical files and near-duplicate faces that a run shares with another run or with a manifest.",
    )
    parser.add_argument("run", type=Path, help="folder that eval.run wrote, on what should be unseen")
    parser.add_argument("against", type=Path, help="a run on the training set, or a manifest of data_manifests.build")
    parser.add_argument("--out", type=Path, help="folder (default: RUN/leakage)")
    options = parser.parse_args(argv)
    try:
        print(write_leakage(options.run, options.against, options.out or options.run / "leakage"))
    except DeepfakeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def shared_between_splits(samples: Sequence[Sample], split: str | None) -> dict[str, Any]:
    """Groups and people that stand in the measured split (test where none is named) and in another.

    Returns:
        "split", and for "groups" and "people" each "n" in the split, "shared" of them, and "named" some of these; "n" is 0
        where the dataset names none, or has no other split.
    """
    measured = split or "test"
    out: dict[str, Any] = {"split": measured}
    for what in ("groups", "people"):
        here: set[str] = set()
        there: set[str] = set()
        for s in samples:
            if s.split != "all":
                (here if s.split == measured else there).update((s.group_id,) if what == "groups" else s.people)
        both = sorted(here & there)
        out[what] = {"n": len(here) if there else 0, "shared": len(both), "named": both[:NAMED]}
    return out


def near_training_faces(rows: Rows, detector: str) -> dict[str, Any] | None:
    """Faces of a run that are near-duplicates of what a detector of ours was trained on.

    Returns:
        "n" faces that have a print, "near" of them, and "named" some; None where the weights carry no prints.
    """
    seen = read_prints(detector)
    there = np.flatnonzero(rows.face_print != "")
    if seen is None or not len(seen):
        return None
    distance, _ = nearest(_prints(rows, there), seen)
    near = there[distance <= SAME_FACE]
    return {
        "trained_on": len(seen),
        "n": len(there),
        "near": len(near),
        "named": [str(s) for s in rows.sample_id[near[:NAMED]]],
    }


def write_leakage(run: Path, against: Path, out: Path) -> Path:
    """Writes `report.md`, `report.html` and `shared.csv`; returns the first.

    Raises:
        UsageError: a run has no rows.
        DatasetError: the manifest is none.
    """
    here = _read(run)
    found: list[tuple[str, str, str]] = []
    told = []
    digests, groups, prints = _other(against)
    same = [(s, digests[d]) for s, d in zip(here.sample_id, here.sha256, strict=True) if d and d in digests]
    found += [("identical file", str(s), other) for s, other in same]
    known = int((here.sha256 != "").sum())
    told.append(f"Identical files: {len(same):,} of the {known:,} whose digest is known (against {len(digests):,}).")
    both = sorted(set(here.group_id.astype(str)) & groups)
    found += [("shared group", group, group) for group in both]
    told.append(f"Shared groups: {len(both):,} of {len(set(here.group_id)):,}.")
    there = np.flatnonzero(here.face_print != "")
    if prints is None or not len(there):
        told.append(
            "Near-duplicate faces: not looked for, because one side has no prints of faces (they come with runs on pictures)."
        )
    else:
        ids, others = prints
        distance, which = (
            nearest(_prints(here, there), others)
            if len(others)
            else (np.full(len(there), 999), np.zeros(len(there), int))
        )
        near = np.flatnonzero(distance <= SAME_FACE)
        found += [
            (f"near-duplicate face ({distance[k]} of 256 bits)", str(here.sample_id[there[k]]), str(ids[which[k]]))
            for k in near
        ]
        told.append(f"Near-duplicate faces: {len(near):,} of {len(there):,} (against {len(others):,}).")
    out.mkdir(parents=True, exist_ok=True)
    with (out / "shared.csv").open("w", newline="", encoding="utf-8") as lines:
        csv.writer(lines, lineterminator="\n").writerows([("what", "here", "there"), *found])
    table = Table(
        "shared",
        f"The first of {len(found):,}; all stand in shared.csv.",
        ("what", "here", "there"),
        tuple(found[:50]),
        3,
    )
    blocks = (Text(f"{run} against {against}."), Points(tuple(told)), *((table,) if found else ()))
    return write_document(Document("Leakage", blocks), out)


def _read(run: Path) -> Rows:
    if not (run / "predictions.csv").is_file():
        raise UsageError(f"{run} holds no run (predictions.csv).")
    return read_rows(run / "predictions.csv")


def _other(against: Path) -> tuple[dict[str, str], set[str], tuple[np.ndarray, np.ndarray] | None]:
    """Digests with names, groups, and prints with names, of a run or of a manifest."""
    if against.is_dir():
        rows = _read(against)
        there = np.flatnonzero(rows.face_print != "")
        digests = {d: str(s) for d, s in zip(rows.sha256, rows.sample_id, strict=True) if d}
        return digests, set(rows.group_id.astype(str)), (rows.sample_id[there], _prints(rows, there))
    groups = {s.group_id for s in read_dataset("csv", against)[1]}
    with against.open(newline="", encoding="utf-8-sig") as lines:
        digests = {r["sha256"]: r.get("sample_id") or r["path"] for r in csv.DictReader(lines) if r.get("sha256")}
    return digests, groups, None


def _prints(rows: Rows, which: np.ndarray) -> np.ndarray:
    return np.frombuffer(bytes.fromhex("".join(rows.face_print[which])), np.uint8).reshape(-1, 32)


if __name__ == "__main__":
    sys.exit(main())
