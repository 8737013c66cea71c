"""Many files, one row each: pure, without gradio. A file that cannot be read is a row with its reason."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from demo import words
from demo.handlers import DetectorLoader, safe_cell
from detectors import detector_for
from detectors.describe import report_to_dict
from detectors.errors import DeepfakeError
from detectors.types import MediaKind, Report

MOST_FILES = 200
CSV_COLUMNS = ("file", "kind", "decision", "reason", "fake_probability", "threshold", "detector", "error")


@dataclass(frozen=True)
class BatchRow:
    """One file.

    Attributes:
        name: as the visitor knows it.
        kind: "" where the file could not be read.
        verdict: in words.
        fake_probability: None when nothing was scored.
        threshold: None likewise.
        remark: reason, error or notes.
        told: the whole report as JSON-safe values, or the error.
        decision: "real", "fake" or "undecided"; "" for a file that could not be read.
    """

    name: str
    kind: str
    verdict: str
    fake_probability: float | None
    threshold: float | None
    remark: str
    told: dict[str, Any]
    decision: str


@dataclass(frozen=True)
class BatchView:
    """A batch at one moment.

    Attributes:
        error: why it cannot run; "" when it can.
        rows: finished so far.
        total: files in all.
        working: the sentence of progress; "" when it is over.
    """

    error: str = ""
    rows: tuple[BatchRow, ...] = ()
    total: int = 0
    working: str = ""

    @property
    def summary(self) -> str:
        """What came out, counted; "" before anything did."""
        if not self.rows:
            return ""
        errors = sum(not row.decision for row in self.rows)
        fake, undecided = (sum(row.decision == d for row in self.rows) for d in ("fake", "undecided"))
        return words.batch_summary(len(self.rows), fake, undecided, errors)


def check_all(
    files: Sequence[tuple[str, str]], detector_loader: DetectorLoader, *, finder: str = "yunet", most: int = MOST_FILES
) -> Iterator[BatchView]:
    """The batch as it grows; the last view holds every row.

    Args:
        files: path and shown name of each.
        detector_loader: like `detectors.load`.
        finder: of faces.
        most: files at once.
    """
    if not files:
        yield BatchView(error=words.BATCH_NOTHING)
        return
    if len(files) > most:
        yield BatchView(error=words.batch_too_many(len(files), most))
        return
    view = BatchView(total=len(files))
    for number, (path, name) in enumerate(files):
        yield replace(view, working=words.batch_progress(number, len(files), name))
        view = replace(view, rows=(*view.rows, _row(path, name, detector_loader, finder)))
    yield view


def _row(path: str, name: str, detector_loader: DetectorLoader, finder: str) -> BatchRow:
    try:
        report = detector_loader(detector_for(path), finder=finder).detect(path, with_maps=False)
    except DeepfakeError as error:
        sentence = words.as_sentence(str(error).replace(str(path), name))
        return BatchRow(name, "", words.ERROR_HEADLINE, None, None, sentence, {"path": name, "error": sentence}, "")
    return _row_of(replace(report, path=name))


def _row_of(report: Report) -> BatchRow:
    verdict = report.spoken
    kind: MediaKind = "audio" if report.spoke == "sound" else report.media.kind
    band = words.evidence_band(verdict.fake_probability, verdict.decision, verdict.reason, kind)
    notes = " ".join(words.as_sentence(note) for note in report.notes)
    remark = band.meaning if verdict.fake_probability is None else notes
    if report.media.kind == "video":
        remark = f"{words.CLIP_SOUND if report.spoke == 'sound' else words.CLIP_FACES}. {remark}".strip()
    return BatchRow(
        report.path, words.KIND_WORDS[report.media.kind], band.headline, verdict.fake_probability, verdict.threshold,
        remark, report_to_dict(report), verdict.decision,
    )  # fmt: skip


def batch_to_csv(rows: Sequence[BatchRow]) -> str:
    """One row a file."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(CSV_COLUMNS)
    for row in rows:
        p, t = row.fake_probability, row.threshold
        writer.writerow((
            safe_cell(row.name), row.kind, row.decision, row.told.get("reason") or "", "" if p is None else f"{p:.6f}",
            "" if t is None else f"{t:.6f}", row.told.get("detector", ""), row.told.get("error", ""),
        ))  # fmt: skip
    return out.getvalue()


def batch_to_json(rows: Sequence[BatchRow]) -> str:
    """Every report, in order."""
    return json.dumps([row.told for row in rows], indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def folder_files(paths: Sequence[str]) -> list[tuple[str, str]]:
    """Path and shown name of uploads, in the order of their names; files that a folder hides are left out."""
    named = [(path, Path(path).name) for path in paths]
    return sorted((p for p in named if not p[1].startswith(".")), key=lambda p: p[1].lower())
