"""Somebody else's detector on the same tables: a saved model with a card, or a function of research code.

A saved model is named by the path of its card (see `ForeignCard`), a function as `python:module:function`; naming one
runs its module, as importing it would.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np

from detectors.card import build_strict, check_file
from detectors.errors import CardError, MediaError, UsageError
from detectors.faces import Finder, cut_face
from detectors.media import ClipFile, SoundFile, read_image
from detectors.types import BoxXYXY, Decision, Evidence, MediaInfo, MediaKind, Reason, Report, Verdict
from eval.foreign_card import ForeignCard
from eval.saved_model import Scorer, load_scorer

PREFIX = "python:"


@dataclass(frozen=True)
class Terms:
    """What a table must know of a detector that has no card of ours.

    Attributes:
        kind: of files that it judges.
        threshold: on its probability of fake.
        threshold_source: as a sentence.
        training_data: names of datasets; None: not told.
    """

    kind: MediaKind
    threshold: float
    threshold_source: str
    training_data: tuple[str, ...] | None


class ForeignDetector:
    """A detector of others, behind the protocol of ours.

    Attributes:
        name: on tables.
        digest: SHA-256 of its model; "" for a function.
        card: None: it has no card of ours.
        terms: see `Terms`.
    """

    card = None

    def __init__(self, name: str, digest: str, terms: Terms, judge: Callable[[Path], Judged]) -> None:
        self.name, self.digest, self.terms = name, digest, terms
        self._judge = judge

    def detect(self, path: str | Path, *, with_maps: bool = True) -> Report:
        """The report of one file; what it cannot score is undecided with a reason.

        Raises:
            MediaError: the file cannot be used.
            UsageError: the detector gave something that is no probability.
        """
        began = time.perf_counter()
        judged = self._judge(Path(path))
        p = judged.probability
        if p is not None and not (np.isfinite(p) and 0 <= p <= 1):
            raise UsageError(f"{self.name} gave {p!r} for {path}; a probability of fake in [0, 1] is needed, or None.")
        verdict = Verdict(
            p, self._decide(p), judged.reason if p is None else "", self.terms.threshold,
            (self.terms.threshold, self.terms.threshold), judged.evidence, f"{self.name}@{self.digest[:12]}",
        )  # fmt: skip
        return Report(str(path), judged.info, verdict, (), time.perf_counter() - began)

    def _decide(self, p: float | None) -> Decision:
        return "undecided" if p is None else "fake" if p >= self.terms.threshold else "real"


@dataclass(frozen=True, eq=False)
class Judged:
    """What a detector of others says of one file."""

    info: MediaInfo
    probability: float | None
    reason: Reason = "no_face"
    evidence: tuple[Evidence, ...] = ()


def is_foreign(spec: str) -> bool:
    """Whether a name on the command line is a card's path or a function."""
    return spec.startswith(PREFIX) or spec.endswith(".json")


def load_foreign(spec: str, find_faces: Finder) -> ForeignDetector:
    """A detector from `path/to/card.json` or `python:module:function`.

    Raises:
        UsageError: there is no such file, module or function.
        CardError: the card or the model is not as it must be.
    """
    if spec.startswith(PREFIX):
        return _of_function(spec, find_faces)
    file = Path(spec)
    if not file.is_file():
        raise UsageError(f"there is no card {spec}.")
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CardError(f"the card {file.name} cannot be read: {error}.") from error
    card: ForeignCard = build_strict(ForeignCard, told, file.name)
    for entry in (card.model, *card.more):
        check_file(file.parent, entry)
    terms = Terms(card.media_kind, card.threshold, card.threshold_source, card.training_data)
    score = load_scorer(card, file.parent / card.model.file)
    return ForeignDetector(card.name, card.model.sha256, terms, _judge_of(card, score, find_faces, terms))


# ---- a function of research code ----


def _of_function(spec: str, find_faces: Finder) -> ForeignDetector:
    """`python:module:function`; the module may say KIND, INPUT, SIZE_PX, FACE_MARGIN, THRESHOLD and TRAINING_DATA."""
    parts = spec.removeprefix(PREFIX).split(":")
    if len(parts) != 2 or not all(parts):
        raise UsageError(f"{spec} is not of the form python:module:function.")
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        module = importlib.import_module(parts[0])
    except ImportError as error:
        raise UsageError(f"the module {parts[0]} cannot be imported: {error}.") from error
    function = getattr(module, parts[1], None)
    if not callable(function):
        raise UsageError(f"the module {parts[0]} has no function {parts[1]}.")
    kind: Any = getattr(module, "KIND", "image")
    takes: str = getattr(module, "INPUT", "file")
    if kind not in get_args(MediaKind) or takes not in ("file", "face", "picture"):
        raise UsageError(f"{parts[0]} says KIND {kind!r} and INPUT {takes!r}; KIND is image, video or audio, INPUT is file, "
                         "face or picture.")  # fmt: skip
    told = getattr(module, "TRAINING_DATA", None)
    threshold = float(getattr(module, "THRESHOLD", 0.5))
    terms = Terms(kind, threshold, f"{threshold:g}, from its module", None if told is None else tuple(told))
    if takes == "file":
        judge = _file_judge(function, kind)
    else:
        size, margin = int(getattr(module, "SIZE_PX", 224)), float(getattr(module, "FACE_MARGIN", 0.15))
        judge = _sight(
            kind,
            takes,
            size,
            margin,
            lambda crops: np.asarray(function(crops), np.float64).reshape(-1),
            find_faces,
            terms,
        )
    return ForeignDetector(
        parts[1] if parts[1] not in ("score", "predict") else parts[0].rpartition(".")[2], "", terms, judge
    )


def _file_judge(function: Callable[[str], float | None], kind: MediaKind) -> Callable[[Path], Judged]:
    def judge(path: Path) -> Judged:
        info = _info_of(path, kind)
        try:
            p = function(str(path))
        except Exception as error:  # somebody else's code may fail on a file in any way, and that is one row
            raise MediaError(f"the detector failed on this file: {type(error).__name__}: {error}") from error
        return Judged(info, None if p is None else float(p), "no_face" if kind != "audio" else "no_speech")

    return judge


def _info_of(path: Path, kind: MediaKind) -> MediaInfo:
    """From the header; a file that we cannot open is refused before somebody else's code meets it."""
    if kind == "image":
        return read_image(path).info
    opened = ClipFile(path) if kind == "video" else SoundFile(path)
    with opened as media:
        return media.info


# ---- pictures, frames and sound through a scorer ----


def _judge_of(card: ForeignCard, score: Scorer, find_faces: Finder, terms: Terms) -> Callable[[Path], Judged]:
    if card.takes == "sound":
        return _hearing(card.sample_rate_hz, card.samples, score)
    return _sight(card.media_kind, card.takes, card.size_px, card.face_margin, score, find_faces, terms)


def _sight(
    kind: MediaKind, takes: str, size_px: int, margin: float, score: Scorer, find_faces: Finder, terms: Terms
) -> Callable[[Path], Judged]:
    """The most suspicious face of a picture; of a clip the mean over frames, a frame a second, of the same."""

    def look(pixels_rgb: np.ndarray, time_s: float) -> list[Evidence]:
        height, width = pixels_rgb.shape[:2]
        if takes == "picture":
            import cv2

            crops = [cv2.resize(pixels_rgb, (size_px, size_px), interpolation=cv2.INTER_AREA)]
            boxes: list[BoxXYXY] = [(0.0, 0.0, float(width), float(height))]
        else:
            faces = [cut_face(pixels_rgb, f, margin=margin, size_px=size_px) for f in find_faces(pixels_rgb)[:64]]
            crops, boxes = [f.pixels_rgb for f in faces], [f.face.box_xyxy for f in faces]
        if not crops:
            return []
        p = score(np.stack(crops))
        if len(p) != len(crops) or not np.all(np.isfinite(p)) or p.min() < 0 or p.max() > 1:
            raise UsageError(
                f"the model gave {p!r} for {len(crops)} crops; one probability of fake in [0, 1] each is needed."
            )
        evidence = [
            Evidence(box, box, time_s, float(v), "fake" if v >= terms.threshold else "real", "")
            for box, v in zip(boxes, p, strict=True)
        ]
        return sorted(evidence, key=lambda e: -(e.fake_probability or 0.0))

    def judge(path: Path) -> Judged:
        if kind == "image":
            still = read_image(path)
            evidence = look(still.pixels_rgb, 0.0)
            return Judged(still.info, evidence[0].fake_probability if evidence else None, "no_face", tuple(evidence))
        with ClipFile(path) as clip:
            firsts = [e[0] for frame in clip.frames() if (e := look(frame.pixels_rgb, frame.time_s))]
            info = clip.info
        if not firsts:
            return Judged(info, None, "no_face")
        return Judged(info, float(np.mean([e.fake_probability for e in firsts])), "no_face", tuple(firsts))

    return judge


def _hearing(rate_hz: int, samples: int, score: Scorer) -> Callable[[Path], Judged]:
    """The mean over windows; at most a few are held at once."""
    import soxr

    def windows(sound: SoundFile) -> Iterator[np.ndarray]:
        resampler = soxr.ResampleStream(16_000, rate_hz, 1, dtype="float32")
        rest, given = np.empty(0, np.float32), False
        for block in sound.blocks():
            rest = np.concatenate([rest, resampler.resample_chunk(block)])
            while len(rest) >= samples:
                yield rest[:samples]
                rest, given = rest[samples:], True
        rest = np.concatenate([rest, resampler.resample_chunk(np.empty(0, np.float32), last=True)])
        if len(rest) and (not given or len(rest) >= samples // 2):
            yield np.resize(rest, samples)

    def judge(path: Path) -> Judged:
        total, count, waiting = 0.0, 0, []
        with SoundFile(path) as sound:
            for window in windows(sound):
                waiting.append(window)
                if len(waiting) == 8:
                    total, count, waiting = total + float(score(np.stack(waiting)).sum()), count + 8, []
            if waiting:
                total, count = total + float(score(np.stack(waiting)).sum()), count + len(waiting)
            return Judged(sound.info, total / count if count else None, "silent")

    return judge
