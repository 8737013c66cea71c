"""Runs a detector over samples, one row each; a broken file is a row with its reason."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np

from data_manifests.schema import Sample
from detectors import Detector
from detectors.errors import DeepfakeError
from detectors.types import Report
from detectors.video import VideoDetector
from eval.corruptions import Corruption, corrupted
from eval.rows import RowFile, row_of

log = logging.getLogger(__name__)


@runtime_checkable
class TrimsSilence(Protocol):
    """A detector of sounds that can leave out the silence at their ends."""

    def detect(self, path: str | Path, *, with_maps: bool = True) -> Report: ...
    def detect_trimmed(self, path: str | Path) -> Report:
        """The report of the file between its first and last audible tenth of a second."""
        ...


def choose(samples: Sequence[Sample], limit: int | None, seed: int) -> list[Sample]:
    """At most `limit` samples, the classes in equal parts and the methods within fakes, in the given order."""
    if limit is None or limit >= len(samples):
        return list(samples)
    rng = np.random.default_rng(seed)
    queues: dict[str, list[int]] = {}
    for i in rng.permutation(len(samples)):
        queues.setdefault(samples[i].method, []).append(int(i))
    fakes = sorted(m for m in queues if m != "real")
    taken: list[int] = []
    turn = 0
    while len(taken) < limit and any(queues.values()):
        # A real, then one fake of the next method: both classes fill evenly until one runs out.
        if queues.get("real"):
            taken.append(queues["real"].pop())
        left = [m for m in fakes if queues[m]]
        if left and len(taken) < limit:
            taken.append(queues[left[turn % len(left)]].pop())
            turn += 1
    return [samples[i] for i in sorted(taken)]


def predict(
    samples: Sequence[Sample],
    detector: Detector,
    baseline: Detector,
    out: RowFile,
    networks: tuple[str, ...],
    show: Callable[[int, int, float], None] | None = None,
    corruption: Corruption | None = None,
) -> None:
    """Scores what `out` does not hold yet, in order; a sound also without the silence at its ends.

    Silence at the ends alone gives 15 % EER on ASVspoof 2019 (Müller et al., 2021), so both are reported.
    """
    todo = [s for s in samples if s.sample_id not in out.done]
    began = time.monotonic()
    for number, sample in enumerate(todo, 1):
        report, error, baseline_score, trimmed = None, "", None, None
        try:
            with corrupted(sample.path, corruption) if corruption else nullcontext(sample.path) as path:
                # The pictures' verdict is what a dataset of videos asks for; its sound is not scored.
                quiet = {"with_sound": False} if isinstance(detector, VideoDetector) else {}
                report = detector.detect(path, with_maps=False, **quiet)
                baseline_score = baseline.detect(path, with_maps=False).verdict.fake_probability
                if isinstance(detector, TrimsSilence) and report.verdict.fake_probability is not None:
                    trimmed = detector.detect_trimmed(path).verdict.fake_probability
        except DeepfakeError as problem:
            error = str(problem)
        out.write([row_of(sample, report, error, baseline_score, networks, trimmed)])
        if show is not None:
            show(number, len(todo), time.monotonic() - began)


def show_progress(number: int, total: int, elapsed_s: float) -> None:
    """A line on stderr that is drawn over on a terminal, and now and then in a log."""
    rate = number / max(elapsed_s, 1e-6)
    line = f"{number} of {total} files, {rate:.1f} a second, {(total - number) / rate:.0f} s left"
    if sys.stderr.isatty():
        print(f"\r{line:<70}", end="\n" if number == total else "", file=sys.stderr, flush=True)
    elif number == total or number % 200 == 0:
        print(line, file=sys.stderr, flush=True)
