"""`python -m eval.run --dataset NAME`: rows, numbers, figures and a report."""

from __future__ import annotations

import argparse
import datetime
import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path

import detectors
from data_manifests.datasets import dataset_names, read_dataset
from data_manifests.schema import DatasetCard
from detectors.card import WeightsCard
from detectors.errors import DatasetError, DeepfakeError, UsageError
from detectors.faces import FINDER_NAMES
from detectors.types import MediaKind
from eval.corruptions import KINDS, read_corruption
from eval.predict import choose, predict, show_progress
from eval.record import compute_result, machine, now, project_commit, write_result
from eval.report import write_report
from eval.rows import RowFile, read_rows

Loader = Callable[..., detectors.Detector]
BASELINE_THRESHOLD = 0.5
log = logging.getLogger(__name__)
DETECTORS: dict[MediaKind, str] = {
    "image": detectors.DEFAULT_DETECTOR, "video": detectors.VIDEO_DETECTOR, "audio": detectors.AUDIO_DETECTOR,
}  # fmt: skip
BASELINES: dict[MediaKind, str] = {
    "image": detectors.BASELINE, "video": detectors.VIDEO_BASELINE, "audio": detectors.AUDIO_BASELINE,
}  # fmt: skip
BASELINE_KINDS: dict[str, MediaKind] = {name: kind for kind, name in BASELINES.items()}
LEVELS: dict[MediaKind, str] = {"image": "image", "video": "video", "audio": "clip"}


def main(argv: list[str] | None = None, load: Loader = detectors.load) -> int:
    """Runs the command; returns its exit code: 0, or 2 with one line that says what is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.run",
        description="Measures a detector on a dataset as it was downloaded. The same command again goes on where a "
        "stopped run was.",
    )
    parser.add_argument("--dataset", required=True, help=f"one of {', '.join(dataset_names())}")
    parser.add_argument("--root", type=Path, help="folder of the dataset")
    parser.add_argument("--split", choices=("train", "dev", "test"), help="only these samples")
    parser.add_argument("--detector", help="default: the one for the dataset's kind of media")
    parser.add_argument("--finder", default="yunet", choices=FINDER_NAMES, help="face finder (default: %(default)s)")
    parser.add_argument(
        "--corruption", help="measure copies after this: jpeg:40, resize:0.5, mp3:32, opus:12, telephone"
    )
    parser.add_argument("--limit", type=int, help="at most so many files, classes and methods in equal parts")
    parser.add_argument("--out", type=Path, help="folder of the run (default: runs/DATASET-DETECTOR-DATE)")
    parser.add_argument("--seed", type=int, default=0, help="of --limit and of the intervals (default: %(default)s)")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s", stream=sys.stderr)
    try:
        folder = run(options, load)
    except DeepfakeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here.", file=sys.stderr)
        return 130
    print(folder / "report.md")
    return 0


def run(options: argparse.Namespace, load: Loader) -> Path:
    """The whole run; returns its folder."""
    if options.limit is not None and options.limit < 1:
        raise UsageError("--limit must be at least 1.")
    card, samples, _, _ = read_dataset(options.dataset, options.root)
    if options.split:
        samples = [s for s in samples if s.split == options.split]
        if not samples:
            raise DatasetError(f"{card.name} has no samples of the split {options.split}.")
    # A list or folder of anyone's holds what it holds: recordings alone call for the detector of recordings.
    kinds = {s.kind for s in samples}
    name = options.detector or DETECTORS[card.kind if card.kind in kinds else next(iter(sorted(kinds)))]
    detector = load(name, finder=options.finder)
    weights = detector.card
    kind = weights.media_kind if weights else BASELINE_KINDS.get(name, card.kind)
    others = len(samples)
    samples = [s for s in samples if s.kind == kind]
    others -= len(samples)
    if not samples:
        raise DatasetError(f"{card.name} has no {kind} files, which are what {name} judges; choose another --detector.")
    if others:
        log.warning("%d files of %s are no %s and are left out", others, card.name, kind)
    samples = choose(samples, options.limit, options.seed)
    corruption = read_corruption(options.corruption) if options.corruption else None
    if corruption and KINDS[corruption.name].media != kind:
        raise UsageError(f"{corruption.name} is done to {KINDS[corruption.name].media} files; {name} judges {kind}.")
    baseline = load(BASELINES[kind])
    networks = tuple(m.network for m in weights.members) if weights else ()
    threshold = weights.threshold if weights else BASELINE_THRESHOLD
    today = datetime.date.today().isoformat()
    called = [card.name, name, *([str(corruption).replace(":", "")] if corruption else []), today]
    folder: Path = options.out or Path("runs") / "-".join(called)
    folder.mkdir(parents=True, exist_ok=True)
    configuration = {
        "dataset": card.name,
        "root": None if options.root is None else str(options.root),
        "split": options.split,
        "detector": name,
        "weights_digest": detector.digest or None,
        "finder": options.finder,
        "corruption": str(corruption) if corruption else None,
        "limit": options.limit,
        "seed": options.seed,
        "threshold": threshold,
        "threshold_source": weights.threshold_source if weights else "fixed at 0.5",
    }
    _claim(folder, configuration)
    began = now()
    rows = RowFile(folder / "predictions.csv", networks)
    try:
        predict(samples, detector, baseline, rows, networks, show_progress, corruption)
    finally:
        rows.close()
    numbers = compute_result(
        read_rows(folder / "predictions.csv"),
        threshold=threshold,
        seed=options.seed,
        speech=kind == "audio",
        frame_threshold=getattr(detector, "frame_threshold", BASELINE_THRESHOLD) if kind == "video" else None,
    )
    record = {
        "level": LEVELS[kind],
        "baseline": BASELINES[kind],
        "configuration": configuration,
        "dataset": {"name": card.name, "title": card.title, "licence": card.licence, "note": card.note},
        "seen_in_training": seen_in_training(card, weights),
        "training_data": [d.name for d in weights.training_data] if weights else [],
        "machine": machine(),
        "commit": project_commit(),
        "started": began,
        "finished": now(),
    }
    write_result(numbers | {"record": record}, folder)
    write_report(folder)
    return folder


def seen_in_training(dataset: DatasetCard, weights: WeightsCard | None) -> str:
    """ "same dataset", "no" or "unknown": a folder of anyone's files cannot tell."""
    if weights is None:
        return "no"
    if not dataset.known_to_training:
        return "unknown"
    trained = {d.name for d in weights.training_data}
    return "same dataset" if trained & set(dataset.known_to_training) else "no"


def _claim(folder: Path, configuration: dict[str, object]) -> None:
    """A folder holds one configuration; another is refused."""
    file = folder / "run.json"
    if file.exists():
        if json.loads(file.read_text(encoding="utf-8")) != configuration:
            raise UsageError(f"{folder} holds a run with other options; choose another --out or remove it.")
    elif any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty and holds no run; choose another --out.")
    else:
        file.write_text(json.dumps(configuration, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
