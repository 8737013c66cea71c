"""From a recording to what is shown: pure, without gradio; a `DeepfakeError` becomes a sentence here too."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from demo import plots, words
from demo.handlers import DetectorLoader, NetworkView, safe_cell, told_by
from detectors.audio import AudioDetector, loudest_windows
from detectors.describe import report_to_dict
from detectors.errors import DeepfakeError, MediaError
from detectors.media import SAMPLE_RATE_HZ, SoundFile
from detectors.provenance import Provenance, read_provenance
from detectors.types import AudioWindow, Report

EXCERPTS = 3
CSV_COLUMNS = ("file", "start_s", "end_s", "fake_probability", "reason", "level_db")
OnProgress = Callable[[float, str], None]


@dataclass(frozen=True, eq=False)
class ExcerptView:
    """A few seconds to listen to: when, what they score, and the sound as a data URI."""

    start_s: float
    end_s: float
    fake_probability: float
    uri: str


@dataclass(frozen=True, eq=False)
class SoundView:
    """Everything that is shown of a recording; or, where `error` is not empty, that sentence and nothing else.

    Attributes:
        error: why it could not be checked; "" when it was.
        band: strength of the evidence.
        fake_probability: None when nothing was scored.
        threshold: from the card.
        undecided_band: (low, high), likewise.
        threshold_words: what the threshold means; "" for a baseline.
        heard: what the verdict is about.
        notes: of the report.
        networks: each one's probability for the whole.
        spectrogram_rgb: of the whole; None where there is none.
        windows: in time order.
        length_s: of the recording.
        excerpts: most suspicious first.
        file_name: as the visitor knows it.
        file: one line on the file.
        detector: name and digest.
        elapsed: how long it took.
        json_text: the whole report.
        csv_text: one row for each window.
        provenance: what the file says of its own origin; None where it was not read.
        report: the report itself, under the visitor's name for the file; None after an error.
    """

    error: str = ""
    band: words.Band = words.NOT_JUDGED
    fake_probability: float | None = None
    threshold: float = 0.5
    undecided_band: tuple[float, float] = (0.5, 0.5)
    threshold_words: str = ""
    heard: str = ""
    notes: tuple[str, ...] = ()
    networks: tuple[NetworkView, ...] = ()
    spectrogram_rgb: np.ndarray | None = None
    windows: tuple[AudioWindow, ...] = ()
    length_s: float = 0.0
    excerpts: tuple[ExcerptView, ...] = ()
    file_name: str = ""
    file: str = ""
    detector: str = ""
    elapsed: str = ""
    json_text: str = ""
    csv_text: str = ""
    provenance: Provenance | None = None
    report: Report | None = None


def _no_progress(share: float, what: str) -> None:
    pass


def analyse_sound(
    path: str | None,
    detector_loader: DetectorLoader,
    *,
    detector: str = "audio-ensemble",
    shown_name: str = "",
    on_progress: OnProgress = _no_progress,
) -> SoundView:
    """What the page shows of a recording.

    Args:
        path: of the upload; None when none was chosen.
        detector_loader: like `detectors.load`.
        detector: name of the detector.
        shown_name: the name that the visitor's file had; "" for the last part of `path`.
        on_progress: called with (share done, what is going on).
    """
    if not path:
        return SoundView(error=words.NO_SOUND)
    name = shown_name or Path(path).name
    try:
        on_progress(0.02, words.STAGE_LOADING)
        loaded = detector_loader(detector)
        on_progress(0.05, words.STAGE_LISTENING)

        def tell(done_s: float, length_s: float | None) -> None:
            share = min(1.0, done_s / length_s) if length_s else 0.5
            on_progress(0.05 + 0.9 * share, words.listening(done_s, length_s))

        report = (
            loaded.detect(path, on_progress=tell) if isinstance(loaded, AudioDetector) else loaded.detect(path)
        )  # a baseline has no progress to tell
        on_progress(0.97, words.STAGE_DRAWING)
        meaning = words.threshold_meaning(loaded.card) if loaded.card is not None else ""
        view = view_of_sound(replace(report, path=name), cut_excerpts(path, report.verdict.windows), meaning)
        return replace(view, provenance=read_provenance(path))
    except DeepfakeError as error:
        return SoundView(error=words.as_sentence(str(error).replace(str(path), name)), file_name=name)


def cut_excerpts(path: str, windows: tuple[AudioWindow, ...]) -> tuple[ExcerptView, ...]:
    """The most suspicious windows as sound, strongest first; none where the file cannot be read again."""
    chosen = loudest_windows(windows, EXCERPTS)
    parts: list[list[np.ndarray]] = [[] for _ in chosen]
    last = max((round(w.end_s * SAMPLE_RATE_HZ) for w in chosen), default=0)
    try:
        with SoundFile(path) as sound:
            at = 0
            for block in sound.blocks():
                for window, part in zip(chosen, parts, strict=True):
                    low = max(0, round(window.start_s * SAMPLE_RATE_HZ) - at)
                    high = min(len(block), round(window.end_s * SAMPLE_RATE_HZ) - at)
                    if low < high:
                        part.append(block[low:high])
                at += len(block)
                if at >= last:
                    break
    except MediaError:
        return ()
    return tuple(
        ExcerptView(w.start_s, w.end_s, w.fake_probability or 0.0, plots.sound_uri(np.concatenate(p), SAMPLE_RATE_HZ))
        for w, p in zip(chosen, parts, strict=True)
        if p
    )


def view_of_sound(report: Report, excerpts: tuple[ExcerptView, ...], threshold_words: str) -> SoundView:
    """A report in words and pictures."""
    verdict, media = report.verdict, report.media
    windows = verdict.windows
    if threshold_words or verdict.fake_probability is None:
        band = words.evidence_band(verdict.fake_probability, verdict.decision, verdict.reason, "audio")
    else:
        band = words.baseline_band(verdict.fake_probability)
    overview = report.overview
    return SoundView(
        band=band,
        fake_probability=verdict.fake_probability,
        threshold=verdict.threshold,
        undecided_band=verdict.undecided_band,
        threshold_words=threshold_words,
        heard=words.heard(
            len(windows),
            sum(w.fake_probability is not None for w in windows),
            sum(w.reason == "silent" for w in windows),
            media.length_s or 0.0,
        ),
        notes=report.notes,
        networks=tuple(NetworkView(words.network_name(s.network), s.fake_probability) for s in verdict.scores),
        spectrogram_rgb=None if overview is None else plots.draw_spectrogram(overview.mel_db),
        windows=windows,
        length_s=media.length_s or 0.0,
        excerpts=excerpts,
        file_name=Path(report.path).name,
        file=words.sound_file_words(media.format, media.sample_rate_hz, media.channels, media.bytes),
        detector=verdict.detector,
        elapsed=words.timing_words(report.elapsed_s),
        json_text=json.dumps(report_to_dict(report), indent=2, ensure_ascii=False, allow_nan=False) + "\n",
        csv_text=windows_to_csv(report),
        report=report,
    )


def windows_to_csv(report: Report) -> str:
    """A report as CSV, one row for each window; every probability to six digits."""
    names = list(dict.fromkeys(s.network for w in report.verdict.windows for s in w.scores))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*CSV_COLUMNS, *(f"network_{n}" for n in names)])
    for w in report.verdict.windows:
        scores = {s.network: f"{s.fake_probability:.6f}" for s in w.scores}
        fake = "" if w.fake_probability is None else f"{w.fake_probability:.6f}"
        row = [safe_cell(report.path), f"{w.start_s:.3f}", f"{w.end_s:.3f}", fake, w.reason, f"{w.level_db:.1f}"]
        writer.writerow([*row, *(scores.get(n, "") for n in names)])
    return out.getvalue()


def sound_report_for_api(
    path: str | None, detector_loader: DetectorLoader, *, detector: str = "audio-ensemble", shown_name: str = ""
) -> dict[str, Any]:
    """The report of a recording as JSON-safe values, or {"error": sentence}: what a program asks for."""
    view = analyse_sound(path, detector_loader, detector=detector, shown_name=shown_name)
    return told_by(view.error, view.json_text)
