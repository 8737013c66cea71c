"""From a clip to what is shown: pure, without gradio; a `DeepfakeError` becomes a sentence here too."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from demo import plots, words
from demo.annotate import Marks, annotate
from demo.handlers import DetectorLoader, safe_cell, told_by
from detectors.describe import report_to_dict
from detectors.errors import DeepfakeError
from detectors.media import ClipFile
from detectors.provenance import Provenance, read_provenance
from detectors.types import AudioWindow, Evidence, Person, Report, Verdict
from detectors.video import VideoDetector

MAX_PERSONS = 6  # with a line of their own on the page; the others are in the downloaded report
GALLERY = 6  # strongest frames
CSV_COLUMNS = (
    "file", "time_s", "person", "fake_probability", "decision", "reason", "x0", "y0", "x1", "y1", "sound_fake_probability",
)  # fmt: skip
OnProgress = Callable[[float, str], None]


@dataclass(frozen=True, eq=False)
class PersonView:
    """One person's line.

    Attributes:
        title: heading.
        face_rgb: cut from the strongest frame; None where nothing was scored.
        band: strength of the evidence.
        fake_probability: of the whole line; None when it was not judged.
        said: how many frames vote fake, and where the person is seen.
        frames: in time order.
    """

    title: str
    face_rgb: np.ndarray | None
    band: words.Band
    fake_probability: float | None
    said: str
    frames: tuple[Evidence, ...]


@dataclass(frozen=True, eq=False)
class FrameView:
    """One of the strongest frames: when, whose, its probability, and the face with its heat map."""

    time_s: float
    title: str
    fake_probability: float
    heat_rgb: np.ndarray


@dataclass(frozen=True, eq=False)
class ClipView:
    """Everything that is shown of a clip; or, where `error` is not empty, that sentence and nothing else.

    Attributes:
        error: why it could not be checked; "" when it was.
        band: strength of the evidence of the verdict that speaks.
        spoke: which that is, the faces or the sound, and why.
        picture: band and probability of the faces.
        sound: likewise of the sound track; None where there is none.
        threshold, undecided_band: of the faces' verdict.
        sound_threshold, sound_band: of the sound's.
        frame_threshold, frame_band: from which one frame votes fake, and where it is undecided.
        threshold_words: what the threshold means.
        looked_at: what the verdict is about.
        notes: of the report.
        persons: most suspicious first, at most `MAX_PERSONS`.
        n_persons: seen in all.
        frames: strongest first.
        times_s: of the sampled frames.
        step_s: from one sampled frame to the next.
        length_s: of the clip.
        windows: of the sound, in time order.
        file_name, file, detector, elapsed: as for pictures.
        json_text: the whole report.
        csv_text: one row for each face in each sampled frame.
        marks: what the annotated clip needs; None where there is no face.
        provenance: what the file says of its own origin; None where it was not read.
        report: the report itself, under the visitor's name for the file; None after an error.
        first_rgb: the first frame, uint8 (height, width, 3); None likewise.
    """

    error: str = ""
    band: words.Band = words.NOT_JUDGED
    spoke: str = ""
    picture: tuple[words.Band, float | None] = (words.NOT_JUDGED, None)
    sound: tuple[words.Band, float | None] | None = None
    threshold: float = 0.5
    undecided_band: tuple[float, float] = (0.5, 0.5)
    sound_threshold: float = 0.5
    sound_band: tuple[float, float] = (0.5, 0.5)
    frame_threshold: float = 0.5
    frame_band: tuple[float, float] = (0.5, 0.5)
    threshold_words: str = ""
    looked_at: str = ""
    notes: tuple[str, ...] = ()
    persons: tuple[PersonView, ...] = ()
    n_persons: int = 0
    frames: tuple[FrameView, ...] = ()
    times_s: tuple[float, ...] = ()
    step_s: float = 1.0
    length_s: float = 0.0
    windows: tuple[AudioWindow, ...] = ()
    file_name: str = ""
    file: str = ""
    detector: str = ""
    elapsed: str = ""
    json_text: str = ""
    csv_text: str = ""
    marks: Marks | None = None
    provenance: Provenance | None = None
    report: Report | None = None
    first_rgb: np.ndarray | None = None


@dataclass(frozen=True)
class AnnotateView:
    """One moment of making an annotated clip: share done, the file once it is there, or a message."""

    share: float
    file: str = ""
    message: str = ""
    is_error: bool = False


def _no_progress(share: float, what: str) -> None:
    pass


def analyse_clip(
    path: str | None,
    detector_loader: DetectorLoader,
    *,
    detector: str = "video-ensemble",
    finder: str = "yunet",
    shown_name: str = "",
    rate_hz: float = 1.0,
    on_progress: OnProgress = _no_progress,
) -> ClipView:
    """What the page shows of a clip.

    Args:
        path: of the upload; None when none was chosen.
        detector_loader: like `detectors.load`.
        detector: name of the detector.
        finder: name of the face finder.
        shown_name: the name that the visitor's file had; "" for the last part of `path`.
        rate_hz: frames that are looked at in a second.
        on_progress: called with (share done, what is going on).
    """
    if not path:
        return ClipView(error=words.NO_CLIP)
    name = shown_name or Path(path).name
    try:
        on_progress(0.02, words.STAGE_LOADING)
        loaded = detector_loader(detector, finder=finder)

        def tell(done_s: float, length_s: float | None) -> None:
            share = min(1.0, done_s / length_s) if length_s else 0.5
            on_progress(0.03 + 0.87 * share, words.watching(done_s, length_s))

        if not isinstance(loaded, VideoDetector):
            return ClipView(error=words.NO_CLIP_DETECTOR, file_name=name)
        report = loaded.detect(path, on_progress=tell, rate_hz=rate_hz)
        if report.media.kind == "audio":
            return ClipView(error=words.CLIP_IS_SOUND, file_name=name)
        on_progress(0.95, words.STAGE_DRAWING)
        view = view_of_clip(replace(report, path=name), loaded, 1 / rate_hz, path)
        with ClipFile(path) as clip:
            first = next(clip.frames()).pixels_rgb
        return replace(view, provenance=read_provenance(path), first_rgb=first)
    except DeepfakeError as error:
        return ClipView(error=words.as_sentence(str(error).replace(str(path), name)), file_name=name)


def view_of_clip(report: Report, detector: VideoDetector, step_s: float, path: str) -> ClipView:
    """A report in words and pictures; `path` is where the clip lies, for the annotated copy."""
    frame_threshold = detector.frame_threshold
    verdict, sound, media = report.verdict, report.sound, report.media
    numbers = {(e.time_s, e.box_xyxy): p.number for p in verdict.persons for e in p.frames}
    n = len(verdict.persons)
    strongest = sorted(verdict.evidence, key=lambda e: -(e.fake_probability or 0))[:GALLERY]
    seen: dict[int, tuple[tuple[float, tuple[float, float, float, float], float | None], ...]] = {
        p.number: tuple((e.time_s, e.box_xyxy, e.fake_probability) for e in p.frames) for p in verdict.persons
    }
    return ClipView(
        band=_band(report.spoken, "audio" if report.spoke == "sound" else "video"),
        spoke=words.clip_spoke(report.spoke, verdict, sound),
        picture=(_band(verdict, "video"), verdict.fake_probability),
        sound=None if sound is None else (_band(sound, "audio"), sound.fake_probability),
        threshold=verdict.threshold,
        undecided_band=verdict.undecided_band,
        sound_threshold=sound.threshold if sound else 0.5,
        sound_band=sound.undecided_band if sound else (0.5, 0.5),
        frame_threshold=frame_threshold,
        frame_band=detector.frame_band,
        threshold_words=words.threshold_meaning(detector.card),
        looked_at=words.watched(len(report.frame_times_s), media.length_s or 0.0, n),
        notes=report.notes,
        persons=tuple(_person_view(p, verdict, numbers, n) for p in verdict.persons[:MAX_PERSONS]),
        n_persons=n,
        frames=tuple(
            FrameView(
                e.time_s,
                words.frame_title(e.time_s, numbers[e.time_s, e.box_xyxy], n),
                e.fake_probability or 0.0,
                plots.overlay_heat(e.crop_rgb, e.patch_map),
            )
            for e in strongest
            if e.crop_rgb is not None and e.patch_map is not None
        ),
        times_s=report.frame_times_s,
        step_s=step_s,
        length_s=media.length_s or 0.0,
        windows=sound.windows if sound else (),
        file_name=Path(report.path).name,
        file=words.clip_file_words(
            media.format, media.width_px, media.height_px, media.frame_rate_hz, media.length_s, media.bytes
        ),
        detector=verdict.detector,
        elapsed=words.timing_words(report.elapsed_s),
        json_text=json.dumps(report_to_dict(report), indent=2, ensure_ascii=False, allow_nan=False) + "\n",
        csv_text=clip_to_csv(report),
        marks=Marks(path, frame_threshold, step_s, seen) if seen else None,
        report=report,
    )


def _band(verdict: Verdict, kind: Any) -> words.Band:
    return words.evidence_band(verdict.fake_probability, verdict.decision, verdict.reason, kind)


def _person_view(person: Person, verdict: Verdict, numbers: dict[Any, int], n_persons: int) -> PersonView:
    own = [e for e in verdict.evidence if numbers.get((e.time_s, e.box_xyxy)) == person.number]
    face = max(own, key=lambda e: e.fake_probability or 0.0).crop_rgb if own else None
    scored = person.scored
    return PersonView(
        title=words.person_title(person.number, n_persons),
        face_rgb=face,
        band=words.evidence_band(person.fake_probability, person.decision, person.reason, "video"),
        fake_probability=person.fake_probability,
        said=words.person_said(
            person.frames[0].time_s, person.frames[-1].time_s, round((person.vote or 0) * len(scored)), len(scored),
            len(person.frames),
        ),
        frames=person.frames,
    )  # fmt: skip


def clip_to_csv(report: Report) -> str:
    """A report as CSV, one row for each face in each sampled frame; every probability to six digits."""
    windows = [w for w in (report.sound.windows if report.sound else ()) if w.fake_probability is not None]
    rows = sorted(((e.time_s, p.number, e) for p in report.verdict.persons for e in p.frames), key=lambda row: row[:2])
    names = list(dict.fromkeys(s.network for _, _, e in rows for s in e.scores))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*CSV_COLUMNS, *(f"network_{n}" for n in names)])
    for time_s, number, e in rows:
        # The sound window whose middle is nearest.
        heard = min(windows, key=lambda w: abs((w.start_s + w.end_s) / 2 - time_s), default=None)
        inside = heard is not None and heard.start_s <= time_s <= heard.end_s
        scores = {s.network: f"{s.fake_probability:.6f}" for s in e.scores}
        writer.writerow(
            [
                safe_cell(report.path), f"{time_s:.3f}", number, _digits(e.fake_probability), e.decision, e.reason,
                *(f"{v:.1f}" for v in e.box_xyxy), _digits(heard.fake_probability) if heard and inside else "",
                *(scores.get(n, "") for n in names),
            ]
        )  # fmt: skip
    return out.getvalue()


def _digits(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"


def make_annotated(marks: Marks | None, folder: Path) -> Iterator[AnnotateView]:
    """Makes the annotated clip and tells how far it is; the last view holds the file, or says why there is none."""
    if marks is None:
        yield AnnotateView(0.0, message=words.ANNOTATE_NOTHING, is_error=True)
        return
    out = folder / "annotated.mp4"
    try:
        yield AnnotateView(0.0, message=words.ANNOTATE_WORKING)
        for share in annotate(marks, out):
            yield AnnotateView(share, message=words.ANNOTATE_WORKING)
    except DeepfakeError as error:
        yield AnnotateView(0.0, message=words.as_sentence(str(error)), is_error=True)
        return
    yield AnnotateView(1.0, file=str(out))


def clip_report_for_api(
    path: str | None, detector_loader: DetectorLoader, *, detector: str = "video-ensemble", shown_name: str = ""
) -> dict[str, Any]:
    """The report of a clip as JSON-safe values, or {"error": sentence}: what a program asks for."""
    view = analyse_clip(path, detector_loader, detector=detector, shown_name=shown_name)
    return told_by(view.error, view.json_text)
