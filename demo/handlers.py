"""From a path to what is shown: pure, without gradio, and the only place that turns a `DeepfakeError` into words."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from demo import plots, words
from detectors import Detector
from detectors.describe import report_to_dict
from detectors.errors import DeepfakeError
from detectors.explain import deletion_check
from detectors.image import SOFT_NOTE
from detectors.media import read_image
from detectors.provenance import Provenance, read_provenance
from detectors.types import Evidence, Report, Verdict

MAX_CARDS = 12  # faces shown one by one; a crowd's others are in the downloaded report
CSV_COLUMNS = (
    "file", "face", "decision", "reason", "fake_probability", "real_probability", "threshold", "x0", "y0", "x1", "y1",
    "agreement", "looks_most_like",
)  # fmt: skip

DetectorLoader = Callable[..., Detector]
OnStage = Callable[[float, str], None]


@runtime_checkable
class ScoresCrops(Protocol):
    """A detector that can be asked again about altered crops, which is what LIME needs."""

    def score_crops(self, crops_rgb: np.ndarray) -> np.ndarray:
        """Uint8 (n, size, size, 3) -> calibrated probability of fake (n,)."""
        ...


@dataclass(frozen=True, eq=False)
class Explainable:
    """What is kept beside a verdict of the faces whose score can be explained, most suspicious first.

    Attributes:
        numbers: as on the picture.
        crops_rgb: uint8 (n, size, size, 3), what the networks saw.
        maps: float16 (n, rows, columns), patch maps; half the memory, and finer than anyone sees.
        fake_probability: of each face.
    """

    numbers: tuple[int, ...]
    crops_rgb: np.ndarray
    maps: np.ndarray
    fake_probability: tuple[float, ...]


@dataclass(frozen=True)
class NetworkView:
    """One network's bar: its name as people write it, and its probability of fake."""

    name: str
    fake_probability: float


@dataclass(frozen=True, eq=False)
class FaceView:
    """One face's card.

    Attributes:
        number: as on the picture, 1 being the most suspicious.
        title: heading.
        place: where in the picture it lies.
        band: strength of the evidence for this face alone.
        fake_probability: None when it was not scored.
        crop_rgb: what the networks saw, enlarged; None when not scored.
        heat_rgb: the same with the map over it; None without a map.
        networks: in the order of the card.
        agreement: a sentence; "" when not scored.
        kind: a sentence on the kind of forgery; "" where there is no sign of any.
        kinds: (short name, probability) of each kind.
        explained: whether the map explains the score, tested on the face that speaks; "" for others.
    """

    number: int
    title: str
    place: str
    band: words.Band
    fake_probability: float | None
    crop_rgb: np.ndarray | None
    heat_rgb: np.ndarray | None
    networks: tuple[NetworkView, ...]
    agreement: str
    kind: str
    kinds: tuple[tuple[str, float], ...]
    explained: str = ""


@dataclass(frozen=True, eq=False)
class ImageView:
    """Everything that is shown of one picture; or, where `error` is not empty, that sentence and nothing else.

    Attributes:
        error: why it could not be checked; "" when it was.
        band: strength of the evidence.
        fake_probability: of the picture; None when nothing was scored.
        threshold: from the card.
        undecided_band: (low, high), likewise.
        threshold_words: what the threshold means; "" for a baseline.
        spoke: which face decided.
        looked_at: what the verdict is about.
        notes: of the report, without what stands in `advice`.
        advice: what to try next, or why the score says little; "" for nothing.
        picture_rgb: with the boxes; None where nothing was found.
        faces: cards, most suspicious first, at most `MAX_CARDS`.
        n_faces: found in all.
        file_name: as the visitor knows it.
        file: one line on the file.
        detector: name and digest.
        elapsed: how long it took.
        json_text: the whole report.
        csv_text: one row for each face.
        explainable: the faces whose score can be explained; None where there are none.
        provenance: what the file says of its own origin; None where it was not read.
        report: the report itself, under the visitor's name for the file; None after an error.
        pixels_rgb: the upright picture, uint8 (height, width, 3); None likewise.
    """

    error: str = ""
    band: words.Band = words.NOT_JUDGED
    fake_probability: float | None = None
    threshold: float = 0.5
    undecided_band: tuple[float, float] = (0.5, 0.5)
    threshold_words: str = ""
    spoke: str = ""
    looked_at: str = ""
    notes: tuple[str, ...] = ()
    advice: str = ""
    picture_rgb: np.ndarray | None = None
    faces: tuple[FaceView, ...] = ()
    n_faces: int = 0
    file_name: str = ""
    file: str = ""
    detector: str = ""
    elapsed: str = ""
    json_text: str = ""
    csv_text: str = ""
    explainable: Explainable | None = None
    provenance: Provenance | None = None
    report: Report | None = None
    pixels_rgb: np.ndarray | None = None


def _no_stage(share: float, what: str) -> None:
    pass


def analyse_image(
    path: str | None,
    finder: str,
    detector_loader: DetectorLoader,
    *,
    detector: str = "image-ensemble",
    shown_name: str = "",
    on_stage: OnStage = _no_stage,
) -> ImageView:
    """What the page shows of a picture.

    Args:
        path: of the upload; None when none was chosen.
        finder: name of the face finder.
        detector_loader: like `detectors.load`.
        detector: name of the detector.
        shown_name: the name that the visitor's file had; "" for the last part of `path`.
        on_stage: called with (share done, what comes next).
    """
    if not path:
        return ImageView(error=words.NO_PICTURE)
    name = shown_name or Path(path).name
    try:
        on_stage(0.05, words.STAGE_LOADING)
        loaded = detector_loader(detector, finder=finder)
        on_stage(0.3, words.STAGE_LOOKING)
        report = loaded.detect(path)
        on_stage(0.8, words.STAGE_DRAWING)
        # The upload's path says how this machine is laid out, and nothing to the visitor.
        view = view_of(replace(report, path=name), read_image(path).pixels_rgb, loaded)
        return replace(view, provenance=read_provenance(path))
    except DeepfakeError as error:
        return ImageView(error=words.as_sentence(str(error).replace(str(path), name)), file_name=name)


def _advice(report: Report) -> str:
    """What stands right below the headline, where it cannot be missed."""
    if SOFT_NOTE in report.notes:
        return words.as_sentence(SOFT_NOTE)
    return words.NO_FACE_ADVICE if report.verdict.reason == "no_face" else ""


def view_of(report: Report, pixels_rgb: np.ndarray, detector: Detector) -> ImageView:
    """A report in words and pictures.

    Args:
        report: of the file.
        pixels_rgb: the upright picture, uint8 (height, width, 3).
        detector: that made the report.
    """
    verdict = report.verdict
    card = detector.card
    judges_faces = card is not None
    evidence = verdict.evidence if judges_faces else ()
    scored = [i for i, e in enumerate(evidence) if e.fake_probability is not None]
    media = report.media
    if judges_faces or verdict.fake_probability is None:
        band = words.evidence_band(verdict.fake_probability, verdict.decision, verdict.reason)
    else:
        band = words.baseline_band(verdict.fake_probability)
    return ImageView(
        band=band,
        fake_probability=verdict.fake_probability,
        threshold=verdict.threshold,
        undecided_band=verdict.undecided_band,
        threshold_words=words.threshold_meaning(card) if card is not None else "",
        spoke=words.who_spoke(len(evidence), len(scored)),
        looked_at=words.looked_at(len(evidence)) if judges_faces else "",
        notes=tuple(note for note in report.notes if note != SOFT_NOTE),
        advice=_advice(report),
        picture_rgb=_draw(pixels_rgb, evidence, scored),
        faces=tuple(
            replace(_face_view(i, e, verdict, report), explained=_tested(e, detector) if i == 0 else "")
            for i, e in enumerate(evidence[:MAX_CARDS])
        ),
        n_faces=len(evidence),
        file_name=Path(report.path).name,
        file=words.file_words(media.format, media.width_px, media.height_px, media.bytes),
        detector=verdict.detector,
        elapsed=words.timing_words(report.elapsed_s),
        json_text=json.dumps(report_to_dict(report), indent=2, ensure_ascii=False, allow_nan=False) + "\n",
        csv_text=report_to_csv(report),
        explainable=_explainable(evidence[:MAX_CARDS]) if isinstance(detector, ScoresCrops) else None,
        report=report,
        pixels_rgb=pixels_rgb,
    )


def _explainable(evidence: tuple[Evidence, ...]) -> Explainable | None:
    told = [
        (number, e.crop_rgb, e.patch_map.astype(np.float16), e.fake_probability)
        for number, e in enumerate(evidence, 1)
        if e.crop_rgb is not None and e.patch_map is not None and e.fake_probability is not None
    ]
    if not told:
        return None
    numbers, crops, maps, probabilities = zip(*told, strict=True)
    return Explainable(numbers, np.stack(crops), np.stack(maps), probabilities)


def _tested(e: Evidence, detector: Detector) -> str:
    """The deletion check of the face that speaks."""
    if not isinstance(detector, ScoresCrops) or e.crop_rgb is None or e.patch_map is None or e.fake_probability is None:
        return ""
    return words.deletion_words(e.fake_probability, *deletion_check(detector.score_crops, e.crop_rgb, e.patch_map))


def _draw(pixels_rgb: np.ndarray, evidence: tuple[Evidence, ...], scored: list[int]) -> np.ndarray | None:
    if not evidence:
        return None
    return plots.draw_boxes(pixels_rgb, [e.box_xyxy for e in evidence], speaking=scored[0] if scored else None)


def _face_view(index: int, e: Evidence, verdict: Verdict, report: Report) -> FaceView:
    band = words.evidence_band(e.fake_probability, e.decision, e.reason)
    agreement = ""
    if e.agreement is not None and e.fake_probability is not None and e.scores:
        agreement = words.agreement_words(e.agreement, len(e.scores), e.fake_probability, verdict.threshold)
    has_map = e.crop_rgb is not None and e.patch_map is not None
    return FaceView(
        number=index + 1,
        title=words.face_title(index + 1, len(verdict.evidence)),
        place=words.where(e.box_xyxy, report.media.width_px, report.media.height_px),
        band=band,
        fake_probability=e.fake_probability,
        crop_rgb=None if e.crop_rgb is None else plots.enlarge(e.crop_rgb),
        heat_rgb=plots.overlay_heat(e.crop_rgb, e.patch_map) if has_map else None,  # type: ignore[arg-type]
        networks=tuple(NetworkView(words.network_name(s.network), s.fake_probability) for s in e.scores),
        agreement=agreement,
        kind=words.kind_words(e.forgery_kind, band),
        kinds=tuple((words.KIND_SHORT[k], p) for k, p in (e.kind_probability or {}).items()),
    )


def report_to_csv(report: Report) -> str:
    """A report as CSV, one row for each face, or one row without a face; every probability to six digits."""
    verdict = report.verdict
    network_names = list(dict.fromkeys(s.network for e in verdict.evidence for s in e.scores))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*CSV_COLUMNS, *(f"network_{name}" for name in network_names)])
    threshold = f"{verdict.threshold:.6f}"
    name = safe_cell(report.path)
    if not verdict.evidence:
        writer.writerow([name, "", verdict.decision, verdict.reason, "", "", threshold, "", "", "", "", "", ""])
    for number, e in enumerate(verdict.evidence, 1):
        scores = {s.network: s.fake_probability for s in e.scores}
        fake = e.fake_probability
        writer.writerow(
            [
                name, number, e.decision, e.reason, _digits(fake), _digits(None if fake is None else 1 - fake),
                threshold, *(f"{v:.1f}" for v in e.box_xyxy), _digits(e.agreement), e.forgery_kind or "",
                *(_digits(scores.get(network)) for network in network_names),
            ]
        )  # fmt: skip
    return out.getvalue()


def _digits(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"


def safe_cell(text: str) -> str:
    """A spreadsheet would run a file name that begins like a formula."""
    return "'" + text if text[:1] in "=+-@\t\r" else text


def report_for_api(
    path: str | None,
    finder: str,
    detector_loader: DetectorLoader,
    *,
    detector: str = "image-ensemble",
    shown_name: str = "",
) -> dict[str, Any]:
    """The report of a picture as JSON-safe values, or {"error": sentence}: what a program asks for."""
    view = analyse_image(path, finder, detector_loader, detector=detector, shown_name=shown_name)
    return told_by(view.error, view.json_text)


def told_by(error: str, json_text: str) -> dict[str, Any]:
    """What a program gets of a view: its report, or {"error": sentence}.

    The file's name stands under "file": gradio's client takes a value with a "path" for a file and would try to fetch it.
    """
    if error:
        return {"error": error}
    told: dict[str, Any] = json.loads(json_text)
    return {"file": told.pop("path"), **told}
