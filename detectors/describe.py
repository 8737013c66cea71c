"""A report as JSON-safe values, and what its fields are called there."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from detectors.types import Evidence, Person, Report, Verdict

MAP_DIGITS = 3
SCORE_DIGITS = 6


def report_to_dict(report: Report, *, with_maps: bool = False) -> dict[str, Any]:
    """Everything in a report but pixels.

    Args:
        report: of one file.
        with_maps: also the patch maps, as lists of rows.
    """
    verdict = report.verdict
    return {
        "path": report.path,
        "decision": verdict.decision,
        "reason": verdict.reason or None,
        "fake_probability": _rounded(verdict.fake_probability),
        "real_probability": _rounded(None if verdict.fake_probability is None else 1 - verdict.fake_probability),
        "threshold": _rounded(verdict.threshold),
        "undecided_band": [_rounded(v) for v in verdict.undecided_band],
        "detector": verdict.detector,
        **_what_was_seen(report, with_maps),
        "notes": list(report.notes),
        "media": {k: v for k, v in dataclasses.asdict(report.media).items() if v is not None},
        "elapsed_s": round(report.elapsed_s, 4),
    }


def _what_was_seen(report: Report, with_maps: bool) -> dict[str, Any]:
    if report.media.kind == "audio":
        return _sound(report.verdict)
    if report.media.kind == "image":
        return _faces(report.verdict, with_maps)
    return _clip(report, with_maps)


def _clip(report: Report, with_maps: bool) -> dict[str, Any]:
    """Persons with a row for each sampled frame, the strongest frames, and the sound track on the same time axis."""
    sound = report.sound
    return {
        "spoke": report.spoke,
        "frames_at_s": [round(t, 3) for t in report.frame_times_s],
        "persons": [_person(person) for person in report.verdict.persons],
        "strongest_frames": [_evidence(e, with_maps) for e in report.verdict.evidence],
        "sound": None
        if sound is None
        else {
            "decision": sound.decision,
            "reason": sound.reason or None,
            "fake_probability": _rounded(sound.fake_probability),
            "threshold": _rounded(sound.threshold),
            "undecided_band": [_rounded(v) for v in sound.undecided_band],
            "detector": sound.detector,
            **_sound(sound),
        },
    }


def _person(person: Person) -> dict[str, Any]:
    return {
        "number": person.number,
        "decision": person.decision,
        "reason": person.reason or None,
        "fake_probability": _rounded(person.fake_probability),
        "vote": _rounded(person.vote),
        "seconds": [
            {
                "time_s": round(e.time_s, 3),
                "fake_probability": _rounded(e.fake_probability),
                "decision": e.decision,
                "reason": e.reason or None,
                "box_xyxy": [round(v, 1) for v in e.box_xyxy],
                "networks": {s.network: _rounded(s.fake_probability) for s in e.scores},
            }
            for e in person.frames
        ],
    }


def _faces(verdict: Verdict, with_maps: bool) -> dict[str, Any]:
    return {"faces": [_evidence(e, with_maps) for e in verdict.evidence]}


def _sound(verdict: Verdict) -> dict[str, Any]:
    return {
        "networks": {s.network: _rounded(s.fake_probability) for s in verdict.scores},
        "windows": [
            {
                "start_s": round(w.start_s, 3),
                "end_s": round(w.end_s, 3),
                "fake_probability": _rounded(w.fake_probability),
                "reason": w.reason or None,
                "level_db": round(w.level_db, 1),
                "networks": {s.network: _rounded(s.fake_probability) for s in w.scores},
            }
            for w in verdict.windows
        ],
    }


def _evidence(e: Evidence, with_maps: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "box_xyxy": [round(v, 1) for v in e.box_xyxy],
        "crop_xyxy": [round(v, 1) for v in e.crop_xyxy],
        "time_s": e.time_s,
        "decision": e.decision,
        "reason": e.reason or None,
        "fake_probability": _rounded(e.fake_probability),
        "agreement": _rounded(e.agreement),
        "looks_most_like": e.forgery_kind,
        "kind_probability": {k: _rounded(v) for k, v in (e.kind_probability or {}).items()},
        "networks": {
            s.network: {
                "fake_probability": _rounded(s.fake_probability),
                "kind_probability": {k: _rounded(v) for k, v in s.kind_probability.items()},
            }
            for s in e.scores
        },
    }
    if with_maps and e.patch_map is not None:
        told["patch_map"] = np.round(e.patch_map.astype(float), MAP_DIGITS).tolist()
    return told


def clock(seconds: float) -> str:
    """A time as people read it: "0:07.5", "12:03.0", "1:02:03.0"."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    tail = f"{rest // 10:02d}.{rest % 10}"
    return f"{hours}:{minutes:02d}:{tail}" if hours else f"{minutes}:{tail}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), SCORE_DIGITS)
