"""One row a file: written as they come, read back to be measured."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data_manifests.schema import Sample
from detectors.types import Person, Report

FIXED = (
    "sample_id", "path", "is_fake", "method", "source", "group_id", "split", "fake_probability", "decision", "reason",
    "error", "n_faces", "looks_most_like", "baseline_score", "trimmed_probability", "vote", "frame_scores",
)  # fmt: skip
NETWORK = "network_"
csv.field_size_limit(1 << 24)  # the frames of two hours at five a second are 250 kB
SCORE_FORMAT = "{:.8f}"


def row_of(
    sample: Sample,
    report: Report | None,
    error: str,
    baseline: float | None,
    networks: tuple[str, ...],
    trimmed: float | None = None,
) -> dict[str, str]:
    """The row of one file; a report is absent where the file could not be read, and `error` says why."""
    verdict = report.verdict if report else None
    first = verdict.evidence[0] if verdict and verdict.evidence else None
    spoke = first.scores if first else verdict.scores if verdict else ()
    persons = verdict.persons if verdict else ()
    # A clip's networks speak of single frames only.
    scores = {} if persons else {s.network: s.fake_probability for s in spoke}
    faces = {"image": len(verdict.evidence), "video": len(persons)} if verdict else {}
    row = {
        "sample_id": sample.sample_id,
        "path": sample.path,
        "is_fake": str(int(sample.is_fake)),
        "method": sample.method,
        "source": sample.source,
        "group_id": sample.group_id,
        "split": sample.split,
        "fake_probability": _text(verdict.fake_probability if verdict else None),
        "decision": verdict.decision if verdict else "undecided",
        "reason": verdict.reason if verdict else "unreadable",
        "error": error,
        "n_faces": str(faces.get(sample.kind, "")),
        "looks_most_like": (first.forgery_kind or "") if first else "",
        "baseline_score": _text(baseline),
        "trimmed_probability": _text(trimmed),
        "vote": _text(persons[0].vote if persons else None),
        "frame_scores": " ".join(f"{p:.4f}" for p in frame_scores(persons)),
    }
    return row | {NETWORK + name: _text(scores.get(name)) for name in networks}


def frame_scores(persons: tuple[Person, ...]) -> list[float]:
    """Probability of each sampled frame of a clip in time order: that of its most suspicious face that was scored."""
    highest: dict[float, float] = {}
    for person in persons:
        for e in person.scored:
            highest[e.time_s] = max(highest.get(e.time_s, 0.0), e.fake_probability or 0.0)
    return [highest[t] for t in sorted(highest)]


def _text(value: float | None) -> str:
    return "" if value is None else SCORE_FORMAT.format(value)


@dataclass(frozen=True, eq=False)
class Rows:
    """A table of predictions.

    Attributes:
        is_fake: bool (n,).
        fake_probability: float64 (n,), NaN where the file was not scored.
        decision, reason, method, source, group_id, error: str (n,).
        baseline_score: float64 (n,), NaN where the file could not be read.
        trimmed_probability: float64 (n,), of a sound without the silence at its ends; NaN where that was not scored.
        vote: float64 (n,), share of the frames of a clip's most suspicious person that count as fake; NaN where there
            is none.
        frame_scores: of each clip its frames' probabilities, float64 (frames,); empty for others.
        networks: each network's own probability, float64 (n,), NaN where not scored.
    """

    is_fake: np.ndarray
    fake_probability: np.ndarray
    decision: np.ndarray
    reason: np.ndarray
    method: np.ndarray
    source: np.ndarray
    group_id: np.ndarray
    error: np.ndarray
    baseline_score: np.ndarray
    trimmed_probability: np.ndarray
    vote: np.ndarray
    frame_scores: tuple[np.ndarray, ...]
    networks: dict[str, np.ndarray]

    @property
    def scored(self) -> np.ndarray:
        """bool (n,)."""
        return ~np.isnan(self.fake_probability)


def read_rows(file: Path) -> Rows:
    """Reads `predictions.csv`."""
    with file.open(newline="", encoding="utf-8") as lines:
        told = list(csv.DictReader(lines))
    names = [key for key in (told[0] if told else {}) if key.startswith(NETWORK)]

    def text(key: str) -> np.ndarray:
        return np.array([row[key] for row in told], dtype=object)

    def number(key: str) -> np.ndarray:
        return np.array([float(row[key]) if row.get(key) else np.nan for row in told])

    return Rows(
        np.array([row["is_fake"] == "1" for row in told], dtype=bool),
        number("fake_probability"), text("decision"), text("reason"), text("method"), text("source"),
        text("group_id"), text("error"), number("baseline_score"), number("trimmed_probability"), number("vote"),
        tuple(np.array((row.get("frame_scores") or "").split(), float) for row in told),
        {name.removeprefix(NETWORK): number(name) for name in names},
    )  # fmt: skip


class RowFile:
    """Appends rows so that a stop at any moment loses at most the one being written.

    Attributes:
        done: sample ids that are in the file already.
    """

    def __init__(self, file: Path, networks: tuple[str, ...]) -> None:
        self._columns = (*FIXED, *(NETWORK + name for name in networks))
        self.done = _mend(file, self._columns)
        self._out = file.open("a", newline="", encoding="utf-8")
        self._writer = csv.DictWriter(self._out, self._columns, lineterminator="\n")
        if not file.stat().st_size:
            self._writer.writeheader()
            self._out.flush()

    def write(self, rows: Iterable[dict[str, str]]) -> None:
        """Appends and flushes."""
        self._writer.writerows(rows)
        self._out.flush()

    def close(self) -> None:
        self._out.close()


def _mend(file: Path, columns: tuple[str, ...]) -> set[str]:
    """Cuts off a last line that a stop left half-written; returns the ids of the whole ones."""
    if not file.exists():
        return set()
    data = file.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if len(whole) != len(data):
        file.write_bytes(whole)
    reader = csv.DictReader(whole.decode("utf-8").splitlines())
    return {row["sample_id"] for row in reader if None not in row.values() and len(row) == len(columns)}
