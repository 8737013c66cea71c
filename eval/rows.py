"""One row a file: written as they come, read back to be measured."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

import numpy as np
import pandas as pd

from data_manifests.schema import Sample
from detectors.errors import UsageError
from detectors.prints import face_print
from detectors.types import BoxXYXY, Evidence, ForgeryKind, Person, Report, Verdict

KIND = "kind_"
FIXED = (
    "sample_id", "path", "is_fake", "method", "source", "group_id", "split", "fake_probability", "decision", "reason",
    "error", "n_faces", "looks_most_like", "baseline_score", "trimmed_probability", "vote", "frame_scores", "subgroups",
    "sha256", "face_print", *(KIND + kind for kind in get_args(ForgeryKind)),
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
    judged: Verdict | Evidence | None = verdict
    if verdict and sample.face_xyxy is not None:
        judged = first = _face_at(sample.face_xyxy, verdict.evidence)
    spoke = first.scores if first else verdict.scores if verdict and sample.face_xyxy is None else ()
    persons = verdict.persons if verdict else ()
    # A clip's networks and kinds of forgery speak of single frames only.
    scores = {} if persons else {s.network: s.fake_probability for s in spoke}
    kinds = (first.kind_probability if first and not persons else None) or {}
    faces = {"image": len(verdict.evidence), "video": len(persons)} if verdict else {}
    row = {
        "sample_id": sample.sample_id,
        "path": sample.path,
        "is_fake": str(int(sample.is_fake)),
        "method": sample.method,
        "source": sample.source,
        "group_id": sample.group_id,
        "split": sample.split,
        "fake_probability": _text(judged.fake_probability if judged else None),
        "decision": judged.decision if judged else "undecided",
        "reason": judged.reason if judged else "no_face" if verdict else "unreadable",
        "error": error,
        "n_faces": str(faces.get(sample.kind, "")),
        "looks_most_like": (first.forgery_kind or "") if first else "",
        "baseline_score": _text(baseline),
        "trimmed_probability": _text(trimmed),
        "vote": _text(persons[0].vote if persons else None),
        "frame_scores": " ".join(f"{p:.4f}" for p in frame_scores(persons)),
        "subgroups": ";".join(f"{name}={value}" for name, value in sample.subgroups),
        "sha256": report.media.sha256 if report else "",
        "face_print": _print_of(first if sample.face_xyxy is not None else _largest(verdict)),
    }
    row |= {KIND + kind: _text(kinds.get(kind)) for kind in get_args(ForgeryKind)}
    return row | {NETWORK + name: _text(scores.get(name)) for name in networks}


def frame_scores(persons: tuple[Person, ...]) -> list[float]:
    """Probability of each sampled frame of a clip in time order: that of its most suspicious face that was scored."""
    highest: dict[float, float] = {}
    for person in persons:
        for e in person.scored:
            highest[e.time_s] = max(highest.get(e.time_s, 0.0), e.fake_probability or 0.0)
    return [highest[t] for t in sorted(highest)]


def _largest(verdict: Verdict | None) -> Evidence | None:
    """The largest face of a picture."""
    faces = [e for e in verdict.evidence if e.crop_rgb is not None] if verdict else []
    return max(faces, key=lambda e: e.box_xyxy[2] - e.box_xyxy[0], default=None)


def _print_of(face: Evidence | None) -> str:
    return "" if face is None or face.crop_rgb is None else face_print(face.crop_rgb).tobytes().hex()


LEAST_OVERLAP = 0.5  # intersection over union, from which a found face is the annotated one


def _face_at(box_xyxy: BoxXYXY, evidence: tuple[Evidence, ...]) -> Evidence | None:
    """The face that was found where one is annotated; None where none was."""

    def overlap(other: BoxXYXY) -> float:
        x = min(box_xyxy[2], other[2]) - max(box_xyxy[0], other[0])
        y = min(box_xyxy[3], other[3]) - max(box_xyxy[1], other[1])
        both = max(0.0, x) * max(0.0, y)
        areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (box_xyxy, other)]
        return both / (sum(areas) - both)

    best = max(evidence, key=lambda e: overlap(e.box_xyxy), default=None)
    return best if best is not None and overlap(best.box_xyxy) >= LEAST_OVERLAP else None


def _text(value: float | None) -> str:
    return "" if value is None else SCORE_FORMAT.format(value)


@dataclass(frozen=True, eq=False)
class Rows:
    """A table of predictions.

    Attributes:
        sample_id: str (n,).
        is_fake: bool (n,).
        fake_probability: float64 (n,), NaN where the file was not scored.
        decision, reason, method, source, group_id, error, sha256: str (n,).
        face_print: str (n,), of the largest face in hex, see `detectors.prints`; "" where none was scored.
        baseline_score: float64 (n,), NaN where the file could not be read.
        trimmed_probability: float64 (n,), of a sound without the silence at its ends; NaN where that was not scored.
        vote: float64 (n,), share of the frames of a clip's most suspicious person that count as fake; NaN where there
            is none.
        frame_text: str (n,), of each clip its frames' probabilities with spaces between; "" for others.
        subgroup_text: str (n,), "name=value" with semicolons between.
        kinds: each kind of forgery's own probability, float64 (n,), NaN where there is none.
        networks: each network's own probability, float64 (n,), NaN where not scored.
    """

    sample_id: np.ndarray
    is_fake: np.ndarray
    fake_probability: np.ndarray
    decision: np.ndarray
    reason: np.ndarray
    method: np.ndarray
    source: np.ndarray
    group_id: np.ndarray
    error: np.ndarray
    sha256: np.ndarray
    face_print: np.ndarray
    baseline_score: np.ndarray
    trimmed_probability: np.ndarray
    vote: np.ndarray
    frame_text: np.ndarray
    subgroup_text: np.ndarray
    kinds: dict[str, np.ndarray]
    networks: dict[str, np.ndarray]

    @property
    def scored(self) -> np.ndarray:
        """bool (n,)."""
        return ~np.isnan(self.fake_probability)

    def frame_scores(self) -> list[np.ndarray]:
        """Of each clip its frames' probabilities, float64 (frames,); empty for others."""
        return [np.array(text.split(), float) for text in self.frame_text]

    def subgroups(self) -> dict[str, np.ndarray]:
        """By name of the subgroup, each row's value, str (n,); "" where it has none."""
        codes, texts = pd.factorize(self.subgroup_text)
        told = [dict(part.split("=", 1) for part in text.split(";") if part) for text in texts]
        names = sorted({name for one in told for name in one})
        return {name: np.array([one.get(name, "") for one in told], object)[codes] for name in names}


def read_rows(file: Path) -> Rows:
    """Reads `predictions.csv`; a million rows take seconds and some hundred megabytes."""
    columns = pd.read_csv(file, nrows=0).columns
    kinds = [name for name in columns if name.startswith(KIND)]
    networks = [name for name in columns if name.startswith(NETWORK)]
    numbers = ["fake_probability", "baseline_score", "trimmed_probability", "vote", *kinds, *networks]
    texts = [
        "sample_id",
        "decision",
        "reason",
        "method",
        "source",
        "group_id",
        "error",
        "sha256",
        "face_print",
        "frame_scores",
        "subgroups",
    ]
    wanted = {"is_fake": "int8"} | dict.fromkeys(numbers, "float64") | dict.fromkeys(texts, "object")
    told = pd.read_csv(
        file, usecols=[c for c in columns if c in wanted], dtype=cast(dict, {k: v for k, v in wanted.items() if k in columns}),
        keep_default_na=False, na_values={name: [""] for name in numbers if name in columns},
    )  # fmt: skip

    def text(key: str) -> np.ndarray:
        return told[key].to_numpy(object) if key in told else np.full(len(told), "", object)

    def number(key: str) -> np.ndarray:
        return told[key].to_numpy(np.float64) if key in told else np.full(len(told), np.nan)

    return Rows(
        text("sample_id"), told["is_fake"].to_numpy() == 1, number("fake_probability"), text("decision"), text("reason"),
        text("method"), text("source"), text("group_id"), text("error"), text("sha256"), text("face_print"), number("baseline_score"),
        number("trimmed_probability"), number("vote"), text("frame_scores"), text("subgroups"),
        {name.removeprefix(KIND): number(name) for name in kinds}, {name.removeprefix(NETWORK): number(name) for name in networks},
    )  # fmt: skip


class RowFile:
    """Appends rows so that a stop at any moment loses at most those being written.

    Attributes:
        done: sample ids that are in the file already.
    """

    def __init__(self, file: Path, networks: tuple[str, ...]) -> None:
        self._columns = (*FIXED, *(NETWORK + name for name in networks))
        self._file = file
        self.done = _mend(file, self._columns)
        self._out = file.open("a", newline="", encoding="utf-8")
        self._writer = csv.DictWriter(self._out, self._columns, lineterminator="\n")
        if not file.stat().st_size:
            self._writer.writeheader()
            self._out.flush()

    def write(self, rows: Iterable[dict[str, str]]) -> None:
        """Appends and flushes; line breaks in names and reasons become spaces, so that a row is a line."""
        self._writer.writerows({key: one_line(value) for key, value in row.items()} for row in rows)
        self._out.flush()

    def close(self) -> None:
        self._out.close()

    def sort(self, sample_ids: Sequence[str]) -> None:
        """Puts the rows into this order, once closed: how they were computed must not show in the file."""
        with self._file.open("rb") as data:
            header = next(data, b"")
            # One process writes in order: nothing is held then, and nothing is written again.
            if all(_id_of(line) == one_line(sample_id) for line, sample_id in zip(data, sample_ids, strict=False)):
                return
        place = {one_line(sample_id): i for i, sample_id in enumerate(sample_ids)}
        with self._file.open("rb") as data:
            lines = data.readlines()[1:]
        order = np.argsort([place[_id_of(line)] for line in lines])
        part = self._file.with_name(f"{self._file.name}.part")
        with part.open("wb") as out:
            out.write(header)
            out.writelines(lines[i] for i in order)
        part.replace(self._file)


def one_line(text: str) -> str:
    """The text as it stands in a row."""
    return " ".join(text.splitlines()) if "\n" in text or "\r" in text else text


def _id_of(line: bytes) -> str:
    """First field of a row."""
    return next(csv.reader([line.decode("utf-8")]))[0]


def _mend(file: Path, columns: tuple[str, ...]) -> set[str]:
    """Cuts off a last line that a stop left half-written; returns the ids of the whole ones.

    Raises:
        UsageError: the rows have other columns.
    """
    if not file.exists():
        return set()
    whole = 0
    done = set()
    with file.open("rb") as data:
        for number, line in enumerate(data):
            if not line.endswith(b"\n"):
                break
            whole += len(line)
            if number:
                done.add(_id_of(line))
            elif line.decode("utf-8").rstrip("\n").split(",") != list(columns):
                raise UsageError(f"{file} was written by another version; choose another --out or remove it.")
    if whole != file.stat().st_size:
        with file.open("r+b") as data:
            data.truncate(whole)
    return done
