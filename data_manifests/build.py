"""`python -m data_manifests.build NAME --root DIR`: validates a download, hashes it, and writes its manifest."""

from __future__ import annotations

import argparse
import csv
import logging
import os
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from data_manifests.datasets import dataset_names, read_dataset
from data_manifests.schema import Sample
from data_manifests.validate import catalogue_text, sha256_of, validate
from detectors.errors import DatasetError, DeepfakeError

HOME_VARIABLE = "DEEPFAKE_DATA"
COLUMNS = (
    "sample_id", "path", "kind", "label", "method", "source", "group", "split", "subgroups", "people", "face", "bytes",
    "sha256",
)  # fmt: skip
HASHERS = 4  # files read at once: a disk is faster than one core's SHA-256
Digests = dict[str, tuple[int, str]]  # path -> length and SHA-256


def main(argv: list[str] | None = None) -> int:
    """Runs the command; returns its exit code: 0; 1 with --strict where something is missing; 2 with one line of why."""
    parser = argparse.ArgumentParser(
        prog="python -m data_manifests.build",
        description="Validates a download against its published sizes and lists, hashes every file, and writes a manifest "
        "that --dataset csv reads. The same command again goes on where a stopped one was.",
    )
    parser.add_argument("name", nargs="?", help=f"one of {', '.join(dataset_names())}")
    parser.add_argument("--root", type=Path, help=f"folder of the dataset (default: ${HOME_VARIABLE}/NAME)")
    parser.add_argument("--out", type=Path, help="the manifest (default: runs/manifests/NAME.csv)")
    parser.add_argument("--no-hash", action="store_true", help="validate and list only; digests stay empty")
    parser.add_argument("--strict", action="store_true", help="exit code 1 when anything is missing or unexpected")
    parser.add_argument("--list", action="store_true", help="show every dataset and whether it is found")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s", stream=sys.stderr)
    home = data_home()
    try:
        if options.list:
            print(catalogue_text(options.root, home))
            return 0
        if not options.name:
            raise DatasetError("name a dataset, or use --list.")
        return _build(options, home)
    except DeepfakeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here.", file=sys.stderr)
        return 130


def data_home() -> Path | None:
    """The folder of all datasets, where the environment names one."""
    return Path(os.environ[HOME_VARIABLE]) if os.environ.get(HOME_VARIABLE) else None


def _build(options: argparse.Namespace, home: Path | None) -> int:
    card, samples, survey, place = read_dataset(options.name, options.root, home)
    findings = validate(card, samples, survey)
    print(f"{card.title} in {place}")
    for line in findings.told:
        print(f"  {line}")
    for line in findings.warnings:
        print(f"  warning: {line}")
    out: Path = options.out or Path("runs") / "manifests" / f"{card.name}.csv"
    out.parent.mkdir(parents=True, exist_ok=True)
    unreadable = write_manifest(samples, out, hashed=not options.no_hash)
    if unreadable:
        print(f"  warning: {unreadable:,} files could not be read and have no digest")
    if survey.missing or survey.surplus:
        gaps = out.with_suffix(".gaps.csv")
        with gaps.open("w", newline="", encoding="utf-8") as lines:
            writer = csv.writer(lines, lineterminator="\n")
            writer.writerow(("what", "path"))
            writer.writerows(("missing", name) for name in survey.missing)
            writer.writerows(("surplus", name) for name in survey.surplus)
        print(f"  every one of them: {gaps}")
    print(out)
    return 1 if options.strict and (findings.warnings or unreadable) else 0


def write_manifest(samples: Sequence[Sample], out: Path, *, hashed: bool) -> int:
    """Writes the manifest, a row a sample in order, hashing as it goes; returns how many files could not be read.

    Rows go to OUT.part first, whose whole lines a later call takes over, so that a stop loses seconds of hashing. Paths are
    absolute: a manifest belongs to one machine, its digests to all.
    """
    part = out.with_name(f"{out.name}.part")
    known = _kept(part) if hashed else {}
    began = shown = time.monotonic()
    unreadable = 0
    with part.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(COLUMNS)
        for number, (sample, digest) in enumerate(_hashed(samples, known, hashed), 1):
            length, sha256 = digest
            unreadable += hashed and not sha256
            face = "" if sample.face_xyxy is None else " ".join(f"{v:g}" for v in sample.face_xyxy)
            writer.writerow((
                sample.sample_id, Path(sample.path).resolve(), sample.kind, "fake" if sample.is_fake else "real",
                sample.method if sample.is_fake else "", sample.source, sample.group_id,
                "" if sample.split == "all" else sample.split, ";".join(f"{k}={v}" for k, v in sample.subgroups),
                ";".join(sample.people), face, length if length >= 0 else "", sha256,
            ))  # fmt: skip
            if time.monotonic() - shown > 2:
                shown = time.monotonic()
                lines.flush()
                rate = number / (shown - began)
                print(
                    f"hashed {number:,} of {len(samples):,}, {(len(samples) - number) / rate:.0f} s left",
                    file=sys.stderr,
                )
    part.replace(out)
    return unreadable


def _hashed(samples: Sequence[Sample], known: Digests, hashed: bool) -> Iterator[tuple[Sample, tuple[int, str]]]:
    """Samples in order with length and digest; a few files are read at once and no more are held."""
    if not hashed:
        for sample in samples:
            yield sample, (-1, "")
        return
    with ThreadPoolExecutor(HASHERS) as pool:
        waiting: deque[tuple[Sample, Future[tuple[int, str]]]] = deque()
        for sample in samples:
            waiting.append((sample, pool.submit(_digest, sample.path, known)))
            if len(waiting) >= 4 * HASHERS:
                first, done = waiting.popleft()
                yield first, done.result()
        for first, done in waiting:
            yield first, done.result()


def _digest(path: str, known: Digests) -> tuple[int, str]:
    kept = known.get(str(Path(path).resolve()))
    try:
        length = Path(path).stat().st_size
        if kept and kept[0] == length:
            return kept
        return length, sha256_of(Path(path))
    except OSError:
        return -1, ""


def _kept(part: Path) -> Digests:
    """Digests of a stopped run's whole lines."""
    if not part.is_file():
        return {}
    text = part.read_text(encoding="utf-8")
    rows = csv.DictReader(text[: text.rfind("\n") + 1].splitlines())
    return {r["path"]: (int(r["bytes"]), r["sha256"]) for r in rows if r["sha256"] and r["bytes"]}


if __name__ == "__main__":
    sys.exit(main())
