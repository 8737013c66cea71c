"""`python -m eval.run --dataset NAME`: rows, numbers, figures and a report."""

from __future__ import annotations

import datetime
import hashlib
import logging
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import detectors
from data_manifests.build import data_home
from data_manifests.datasets import read_dataset
from data_manifests.schema import DatasetCard, Sample, Survey
from data_manifests.validate import catalogue_text
from detectors.errors import DatasetError, DeepfakeError, UsageError
from detectors.types import MediaKind
from eval.corruptions import GRID, KINDS, Corruption, read_corruption
from eval.engine import Work, compute
from eval.folder import claim
from eval.leakage import near_training_faces, shared_between_splits
from eval.options import RunOptions, parser, read_options
from eval.predict import choose, show_progress
from eval.rows import RowFile, one_line, read_rows
from eval.subject import ALL, BASELINES, DETECTORS, Loader, Subject, every_detector, load_subject, seen_in_training

LEVELS: dict[MediaKind, str] = {"image": "image", "video": "video", "audio": "clip"}
SHOW_EVERY_S = (1.0, 20.0)  # on a terminal, in a log
log = logging.getLogger(__name__)


def main(argv: list[str] | None = None, load: Loader = detectors.load) -> int:
    """Runs the command; returns its exit code: 0, or 2 with one line that says what is wrong."""
    flags = vars(parser().parse_args(argv))
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s", stream=sys.stderr)
    home = data_home()
    try:
        if flags.pop("list", False):
            print(catalogue_text(flags.get("root"), home))
            return 0
        options = read_options(flags)
        for path in run(options, home, load):
            print(path)
    except DeepfakeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here.", file=sys.stderr)
        return 130
    return 0


def run(options: RunOptions, home: Path | None, load: Loader) -> list[Path]:
    """All runs that were asked for; returns the reports, that of all of them together last."""
    planned = []
    for name in options.datasets:
        card, samples, survey, place = read_dataset(name, options.root, home)
        if not card.marks and not card.ships:  # anyone's own: its folder is its name
            card = replace(card, title=f"{card.title} {place.stem}")
        for spec in _specs(options, card, samples):
            planned.append((card, samples, survey, spec))
    several = len(planned) > 1
    base = options.out or Path("runs")
    folders = []
    for card, samples, survey, spec in planned:
        subject = load_subject(spec, options.finder, load)
        called = [card.name, subject.name, *([options.corruption] if options.corruption else [])]
        if options.out is None:
            called.append(datetime.date.today().isoformat())
        name = re.sub(r"[^A-Za-z0-9._-]", "", "-".join(called))
        folder = base / name if several or options.out is None else base
        folders.append(measure(options, card, samples, survey, subject, folder, load))
    from eval.matrix import write_matrix

    reports = [folder / "report.md" for folder in folders]
    return [*reports, write_matrix(folders, base / "matrix")] if several else reports


def _specs(options: RunOptions, card: DatasetCard, samples: Sequence[Sample]) -> tuple[str, ...]:
    # A list or folder of anyone's holds what it holds: recordings alone call for the detector of recordings.
    kinds = {s.kind for s in samples}
    kind = card.kind if card.kind in kinds else min(kinds)
    if options.detector == ALL:
        return every_detector(kind)
    return (options.detector or DETECTORS[kind],)


def measure(
    options: RunOptions,
    card: DatasetCard,
    samples: Sequence[Sample],
    survey: Survey,
    subject: Subject,
    folder: Path,
    load: Loader,
) -> Path:
    """One detector on one dataset; returns the folder."""
    # Here and not above: worker processes read this module too, and draw nothing.
    from eval.record import machine, now, project_commit
    from eval.report import write_numbers_and_report

    kind = subject.kind
    chosen = [s for s in samples if s.kind == kind and options.split in (None, s.split)]
    if not chosen:
        if options.split and any(s.kind == kind for s in samples):
            raise DatasetError(f"{card.name} has no samples of the split {options.split}.")
        raise DatasetError(
            f"{card.name} has no {kind} files, which are what {subject.name} judges; choose another --detector."
        )
    if others := sum(s.kind != kind for s in samples):
        log.warning("%d files of %s are no %s and are left out", others, card.name, kind)
    if survey.missing:
        log.warning(
            "%d files that the lists of %s name are missing, for example %s",
            len(survey.missing),
            card.name,
            survey.missing[0],
        )
    if len({one_line(s.sample_id) for s in chosen}) != len(chosen):
        raise DatasetError(f"{card.name} names a sample twice.")
    chosen = choose(chosen, options.limit, options.seed)
    corruption = _corruption(options.corruption, kind, subject.name)
    work = Work(subject.spec, subject.detector.digest, options.finder, BASELINES[kind], subject.networks, corruption)
    configuration: dict[str, object] = {
        "dataset": card.name,
        "root": None if options.root is None else str(options.root),
        "split": options.split,
        "detector": subject.name,
        "weights_digest": subject.detector.digest or None,
        "finder": options.finder,
        "corruption": str(corruption) if corruption else None,
        "limit": options.limit,
        "seed": options.seed,
        "threshold": subject.threshold,
        "threshold_source": subject.threshold_source,
        "samples_sha256": _digest(chosen),
    }
    with claim(folder, configuration):
        began = now()
        _score(folder, chosen, work, options, load)
        if options.robustness:
            _robustness(folder, chosen, work, options, load)
        record: dict[str, Any] = {
            "level": "face" if any(s.face_xyxy for s in chosen) else LEVELS[kind],
            "kind": kind,
            "frame_threshold": subject.frame_threshold,
            "baseline": BASELINES[kind],
            "configuration": configuration,
            "dataset": {
                "name": card.name, "title": card.title, "licence": card.licence, "note": card.note, "labels": card.labels,
                "missing": len(survey.missing), "surplus": len(survey.surplus), "notes": survey.notes,
            },
            "seen_in_training": seen_in_training(card, subject.training_data),
            "training_data": list(subject.training_data or ()),
            "shared_between_splits": shared_between_splits(samples, options.split),
            "near_training_faces": near_training_faces(read_rows(folder / "predictions.csv"), subject.name),
            "machine": machine(),
            "commit": project_commit(),
            "started": began,
            "finished": now(),
        }  # fmt: skip
        write_numbers_and_report(folder, record)
    return folder


def _corruption(told: str | None, kind: MediaKind, name: str) -> Corruption | None:
    corruption = read_corruption(told) if told else None
    if corruption and kind not in KINDS[corruption.name].media:
        raise UsageError(
            f"{corruption.name} is done to {' and '.join(KINDS[corruption.name].media)} files; {name} judges {kind}."
        )
    return corruption


def _score(folder: Path, samples: Sequence[Sample], work: Work, options: RunOptions, load: Loader) -> None:
    """Writes the rows that are not there yet, as they come, and puts them into the order of the samples."""
    rows = RowFile(folder / "predictions.csv", work.networks)
    try:
        todo = [s for s in samples if one_line(s.sample_id) not in rows.done]
        began = shown = time.monotonic()
        number = 0
        for part in compute(work, todo, engine=options.engine, workers=options.workers, load=load):  # type: ignore[arg-type]
            rows.write(part)
            number += len(part)
            if number == len(todo) or time.monotonic() - shown > SHOW_EVERY_S[not sys.stderr.isatty()]:
                shown = time.monotonic()
                show_progress(number, len(todo), shown - began)
    finally:
        rows.close()
    rows.sort([s.sample_id for s in samples])


def _robustness(folder: Path, samples: Sequence[Sample], work: Work, options: RunOptions, load: Loader) -> None:
    """Rows after every corruption of the kind at every strength."""
    for name, amounts in GRID[samples[0].kind].items():
        for amount in amounts:
            corruption = Corruption(name, amount)
            part = folder / "robustness" / str(corruption).replace(":", "-")
            part.mkdir(parents=True, exist_ok=True)
            print(f"after {corruption}:", file=sys.stderr)
            _score(part, samples, replace(work, corruption=corruption), options, load)


def _digest(samples: Sequence[Sample]) -> str:
    """Of what is measured and how it is labelled: a run does not go on over another list."""
    digest = hashlib.sha256()
    for s in samples:
        digest.update(f"{s.sample_id}\t{int(s.is_fake)}\t{s.method}\t{s.group_id}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
