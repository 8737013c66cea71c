"""Runs a detector over samples, one row each; a broken file is a row with its reason."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np

from data_manifests.schema import Sample
from detectors import Detector
from detectors.baseline import ClipBrightnessDetector
from detectors.errors import DeepfakeError
from detectors.types import Report
from detectors.video import VideoDetector
from eval.corruptions import Corruption, corrupted
from eval.rows import row_of

BAR = 24  # characters of the progress bar


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


class RowMaker:
    """Turns samples into rows: one detector, its baseline, and a corruption.

    Args:
        detector: what is measured.
        baseline: what knows nothing.
        networks: whose own scores become columns.
        corruption: done to every file before it is judged; None: none.
    """

    def __init__(
        self, detector: Detector, baseline: Detector, networks: tuple[str, ...], corruption: Corruption | None = None
    ) -> None:
        self._detector, self._baseline, self._networks, self._corruption = detector, baseline, networks, corruption
        self._last: tuple[str, _Told] | None = None

    def row(self, sample: Sample) -> dict[str, str]:
        """The row of one sample; faces of one picture that follow on each other cost one look at it."""
        if self._last is None or self._last[0] != sample.path:
            self._last = sample.path, self._judge(sample.path)
        told = self._last[1]
        return row_of(sample, told.report, told.error, told.baseline, self._networks, told.trimmed)

    def _judge(self, path: str) -> _Told:
        """A sound is also judged without the silence at its ends: that alone gives 15 % EER on ASVspoof 2019 (Müller et
        al., 2021), so both are reported."""
        report, baseline, trimmed = None, None, None
        try:
            with corrupted(path, self._corruption) if self._corruption else nullcontext(path) as file:
                if isinstance(self._detector, VideoDetector) and isinstance(self._baseline, ClipBrightnessDetector):
                    # The pictures' verdict is what a dataset of videos asks for; its sound is not scored.
                    levels: list[float] = []
                    report = self._detector.detect(
                        file, with_maps=False, with_sound=False,
                        on_frame=lambda pixels: levels.append(ClipBrightnessDetector.frame_brightness(pixels)),
                    )  # fmt: skip
                    baseline = ClipBrightnessDetector.probability(levels)
                else:
                    report = self._detector.detect(file, with_maps=False)
                    baseline = self._baseline.detect(file, with_maps=False).verdict.fake_probability
                if isinstance(self._detector, TrimsSilence) and report.verdict.fake_probability is not None:
                    trimmed = self._detector.detect_trimmed(file).verdict.fake_probability
        except DeepfakeError as problem:
            return _Told(report, str(problem), baseline, trimmed)
        return _Told(report, "", baseline, trimmed)


@dataclass(frozen=True, eq=False)
class _Told:
    report: Report | None
    error: str
    baseline: float | None
    trimmed: float | None


def show_progress(number: int, total: int, elapsed_s: float) -> None:
    """A line on stderr that is drawn over on a terminal, and now and then in a log."""
    rate = number / max(elapsed_s, 1e-6)
    left = round((total - number) / rate)
    line = (
        f"{number:,} of {total:,} files, {rate:.1f} a second, {left // 3600}:{left // 60 % 60:02}:{left % 60:02} left"
    )
    if sys.stderr.isatty():
        full = round(BAR * number / max(1, total))
        print(
            f"\r[{'#' * full}{'.' * (BAR - full)}] {line:<66}",
            end="\n" if number == total else "",
            file=sys.stderr,
            flush=True,
        )
    else:
        print(line, file=sys.stderr, flush=True)
