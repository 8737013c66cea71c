"""A report as files to keep: a card as PNG and a page as PDF. Lengths are points from the upper left corner."""

from __future__ import annotations

import io
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from demo import plots, words
from demo.sheet import COLOUR, INK, LINE, SOFT, TRACK, Sheet, cut, drawable, shortened, wrapped
from detectors.audio import loudest_windows
from detectors.card import WeightsCard
from detectors.image import SOFT_NOTE
from detectors.types import BoxXYXY, MediaKind, Report

# Of `words.LIMITS`: no proof; what is judged; what it was trained on; not the only ground.
LIMITS_OF: dict[MediaKind, tuple[int, ...]] = {"image": (0, 1, 3, -1), "video": (0, 1, 4, -1), "audio": (0, 1, 3, -1)}

CARD_SIZE = (1200.0, 675.0)  # one pixel a point: what a message's preview shows whole
PAGE_SIZE = (595.28, 841.89)  # A4
PAGE_PICTURE_DPI = 200
MOST_ROWS = 8
_SETTINGS = threading.Lock()  # rcParams belong to the whole process, and visitors' files are made in threads


def verdict_png(report: Report, card: WeightsCard, picture_rgb: np.ndarray | None) -> bytes:
    """A card of 1200 × 675 pixels that says the verdict at a glance.

    Args:
        report: of the file; only the last part of its path is shown.
        card: of the detector that made it.
        picture_rgb: uint8 (height, width, 3): the picture, or a clip's first frame; None for sound.

    Returns:
        A PNG file.
    """
    out = io.BytesIO()
    figure = draw_card(report, card, picture_rgb)
    with _SETTINGS, matplotlib.rc_context({"text.hinting": "none"}):  # hinted letters are wider than was measured
        FigureCanvasAgg(figure).print_png(out, metadata={"Software": None})
    return out.getvalue()


def verdict_pdf(report: Report, card: WeightsCard, picture_rgb: np.ndarray | None) -> bytes:
    """One A4 page with the verdict, what it rests on and its limits; arguments as for `verdict_png`."""
    out = io.BytesIO()
    told = {
        "Title": words.PAGE_TITLE_OF.format(title=words.PAGE_TITLE, file=drawable(Path(report.path).name)),
        "Creator": None,
        "Producer": None,
    }
    figure = draw_page(report, card, picture_rgb)
    with _SETTINGS, matplotlib.rc_context({"pdf.fonttype": 42}):  # text stays text, which can be searched and copied
        FigureCanvasPdf(figure).print_pdf(out, metadata=told)
    return out.getvalue()


def draw_card(report: Report, card: WeightsCard, picture_rgb: np.ndarray | None) -> Figure:
    """What `verdict_png` saves, at 72 dots per inch."""
    sheet, spoken, band = Sheet(CARD_SIZE, 72), report.spoken, _band_of(report)
    colour = COLOUR[spoken.decision]
    sheet.patch(Rectangle((0, 0), 12, CARD_SIZE[1], color=colour, lw=0))
    left, right = 48.0, 1160.0
    if _illustrate(sheet, report, picture_rgb, (740, 88, 420, 500), 13):
        right = 700.0
    sheet.paragraph(left, 36, words.TITLE, right - left, 20, colour=SOFT, bold=True)
    sheet.stamp(left, 88, 190, spoken.decision)
    y = sheet.paragraph(left + 218, 84, band.headline, right - left - 218, 32, colour=colour, bold=True, most=3)
    y = sheet.paragraph(left + 218, y + 6, _said(report), right - left - 218, 14.5, most=9)
    y = sheet.both_classes(left, max(y, 280) + 22, right - left, report, 20)
    name = shortened(Path(report.path).name, right - left - 150, 14)
    facts = (
        (words.ROW_FILE, name),
        (words.ROW_DIGEST_START, report.media.sha256[:12]),
        (words.ROW_DETECTOR, _detector_words(spoken.detector)),
        (words.ROW_DATE, f"{datetime.now().astimezone():{words.DATE}}"),
    )
    top = CARD_SIZE[1] - 62 - len(facts) * 14 * LINE
    told = spoken.fake_probability is not None and _is_of(card, report)
    more = words.threshold_meaning(card) if told else _looked_at(report)
    sheet.paragraph(left, y + 10, more, right - left, 13, colour=SOFT, most=int((top - y - 20) / (13 * LINE)))
    sheet.facts(left, top, facts, 150, right - left, 14)
    sheet.paragraph(left, CARD_SIZE[1] - 44, words.NEVER_PROOF, right - left, 17, bold=True)
    if "□" in name:
        sheet.paragraph(1160, CARD_SIZE[1] - 38, words.MISSING_GLYPHS, 460, 12, colour=SOFT, align="right")
    return sheet.figure


def draw_page(report: Report, card: WeightsCard, picture_rgb: np.ndarray | None) -> Figure:
    """What `verdict_pdf` saves."""
    sheet, spoken, band, media = Sheet(PAGE_SIZE, PAGE_PICTURE_DPI), report.spoken, _band_of(report), report.media
    left, right = 42.0, PAGE_SIZE[0] - 42
    wide = right - left
    sheet.paragraph(left, 34, words.PAGE_TITLE, wide, 15, bold=True)
    sheet.patch(Rectangle((left, 58), wide, 0.8, color=TRACK, lw=0))
    ends = _illustrate(sheet, report, picture_rgb, (right - 170, 70, 170, 150), 7.5)
    sheet.stamp(left, 70, 96, spoken.decision)
    beside = wide - 110 - (182 if ends else 0)
    y = sheet.paragraph(left + 110, 67, band.headline, beside, 15, colour=COLOUR[spoken.decision], bold=True, most=3)
    y = sheet.paragraph(left + 110, y + 2, _said(report), beside, 8.5, most=11)
    y = sheet.both_classes(left, max(y, ends, 166) + 12, wide, report, 11)
    if spoken.fake_probability is not None:
        meaning = f"{words.threshold_meaning(card)} {words.CHOSEN.format(source=words.translated(card.threshold_source.rstrip('.')) + '.')}"
        y = sheet.heading(left, y + 8, words.HOW_OFTEN_WRONG, wide)
        y = sheet.paragraph(
            left, y, meaning if _is_of(card, report) else f"{words.OTHER_CARD} {meaning}", wide, 8, most=6
        )
    below = y + 8
    rows, hidden = _rows(report)
    networks, scores = _network_scores(report)
    # A single frame has a threshold of its own, which stands on the card of the pictures' detector.
    tick = None if networks == words.STRONGEST_FRAME else spoken.threshold
    y = sheet.heading(left, below, words.WHAT_WAS_LOOKED_AT, 330)
    if rows:
        kind = media.kind
        for i, row in enumerate(
            (words.ROW_COLUMNS[kind], *rows, *([(words.MORE.format(n=hidden),)] if hidden else []))
        ):
            for x, width, cell in zip((0, 66, 188, 262), (62, 118, 70, 112), row, strict=False):
                sheet.paragraph(left + x, y, cell, width, 8, colour=INK if i else SOFT, bold=not i, most=1)
            y += 8 * LINE + 1
    else:
        y = sheet.paragraph(left, y, _looked_at(report), wide, 8, most=6)
    if scores:
        at = sheet.heading(right - 130, below, networks, 130)
        for network, value in scores:
            sheet.paragraph(right - 130, at, network, 94, 8, most=1)
            sheet.paragraph(right, at, words.percent(value), 50, 8, align="right")
            sheet.bar(right - 130, at + 8 * LINE + 1, 130, 4, value, tick)
            at += 8 * LINE + 11
        y = max(y, at)
    name = shortened(Path(report.path).name, 1.9 * (wide - 70), 8)
    detectors = [v.detector for v in (report.verdict, report.sound) if v is not None]
    facts = (
        (words.ROW_FILE, name), (words.ROW_DIGEST, media.sha256), (words.ROW_FORMAT, _file_words(report)),
        (words.ROW_DETECTOR, "; ".join(map(_detector_words, detectors))),
        (words.ROW_DATE, f"{datetime.now().astimezone():{words.DATE_AND_TIME}}"),
    )  # fmt: skip
    y = sheet.facts(left, sheet.heading(left, y + 8, words.DETAILS_LABEL, wide), facts, 70, wide, 8)
    limits = [f"– {words.LIMITS[i]}" for i in LIMITS_OF[media.kind]]
    bottom = PAGE_SIZE[1] - 46
    limits_top = bottom - 26 - sum(len(wrapped(line, wide, 7.5)) for line in limits) * 7.5 * LINE
    notes = [f"– {words.as_sentence(note)}" for note in report.notes if note != SOFT_NOTE]
    notes += [words.MISSING_GLYPHS] if "□" in drawable(name) else []
    room = int((limits_top - 8 - (y + 8 + 10 * LINE + 2)) / (8 * LINE))
    if notes and room > 0:
        lines = cut([line for note in notes for line in wrapped(note, wide, 8)], room)
        y = sheet.heading(left, y + 8, _notes_heading(media.kind), wide)
        for line in lines:
            y = sheet.paragraph(left, y, line, wide + 9, 8, most=1)
    y = sheet.heading(left, limits_top, words.LIMITS_HEADING, wide)
    for line in limits:
        y = sheet.paragraph(left, y, line, wide, 7.5, colour=SOFT)
    sheet.paragraph(left, bottom, words.NEVER_PROOF, wide, 10, bold=True)
    return sheet.figure


def _notes_heading(kind: MediaKind) -> str:
    return {"image": words.ABOUT_THE_PICTURE, "video": words.ABOUT_THE_CLIP, "audio": words.ABOUT_THE_SOUND}[kind]


def _box_words(box_xyxy: BoxXYXY) -> str:
    x0, y0, x1, y1 = (f"{v:.0f}" for v in box_xyxy)
    return words.BOX.format(x0=x0, y0=y0, x1=x1, y1=y1)


def _band_of(report: Report) -> words.Band:
    spoken = report.spoken
    kind = "audio" if report.spoke == "sound" else report.media.kind
    return words.evidence_band(spoken.fake_probability, spoken.decision, spoken.reason, kind)


def _is_of(card: WeightsCard, report: Report) -> bool:
    """Whether the card is of the detector that spoke; a clip's sound has a card of its own."""
    return (card.media_kind == "audio") == (report.spoke == "sound")


def _detector_words(detector: str) -> str:
    name, _, digest = detector.partition("@")
    return words.WEIGHTS.format(name=name, digest=digest) if digest else name


def _illustrate(
    sheet: Sheet, report: Report, picture_rgb: np.ndarray | None, box_xywh: tuple[float, float, float, float], size: float
) -> float:  # fmt: skip
    """Draws the picture with its numbered faces, a clip's first frame or a sound's spectrogram; where it ends, or 0."""
    x, y, width, height = box_xywh
    media, caption = report.media, ""
    if picture_rgb is None:
        # Digital silence would be one dark plane, in which there is nothing to see.
        if report.overview is None or float(np.ptp(report.overview.mel_db)) < 1.0:
            return 0.0
        caption = words.SPECTROGRAM
        # A spectrogram has no shape of its own; as wide as plots draws it, it would be a thin line here.
        wide = Image.fromarray(plots.draw_spectrogram(report.overview.mel_db))
        picture_rgb = np.asarray(wide.resize((round(width * 3), round(width * 1.5))))
    elif media.kind == "video":
        caption = words.FIRST_FRAME
    elif report.verdict.evidence and picture_rgb.shape[:2] == (media.height_px, media.width_px):
        scored = [i for i, e in enumerate(report.verdict.evidence) if e.fake_probability is not None]
        boxes = [e.box_xyxy for e in report.verdict.evidence]
        picture_rgb = plots.draw_boxes(picture_rgb, boxes, speaking=scored[0] if scored else None)
    y = sheet.picture(picture_rgb, x, y, width, height - 2 * size * LINE - 4)
    return sheet.paragraph(x + width / 2, y + 4, caption, width, size, colour=SOFT, align="center")


def _said(report: Report) -> str:
    """What the headline means, whether the score says little, and what spoke."""
    caution = words.as_sentence(SOFT_NOTE) if SOFT_NOTE in report.notes else ""
    return " ".join(filter(None, (_band_of(report).meaning, caution, _spoke_words(report))))


def _spoke_words(report: Report) -> str:
    verdict = report.verdict
    if report.media.kind == "video":
        return words.clip_spoke(report.spoke, verdict, report.sound)
    return words.who_spoke(len(verdict.evidence), sum(e.fake_probability is not None for e in verdict.evidence))


def _looked_at(report: Report) -> str:
    """What the verdict is about."""
    verdict, length_s = report.verdict, report.media.length_s or 0.0
    if report.media.kind == "image":
        return words.looked_at(len(verdict.evidence))
    if report.media.kind == "video":
        return words.watched(len(report.frame_times_s), length_s, len(verdict.persons))
    why = [w.reason for w in verdict.windows]
    return words.heard(len(why), why.count(""), why.count("silent"), length_s)


def _cells(label: str, place: str, said: Any, kind: MediaKind) -> tuple[str, ...]:
    """A row of the table, of a face, a person or a sound track."""
    band = words.evidence_band(said.fake_probability, said.decision, said.reason, kind)
    told = "–" if said.fake_probability is None else words.percent(said.fake_probability)
    return label, place, told, band.headline if band.step is None else words.SCALE_STEPS[band.step]


def _rows(report: Report) -> tuple[list[tuple[str, ...]], int]:
    """What was looked at, most suspicious first, and how many more there are."""
    verdict, kind = report.verdict, report.media.kind
    if kind == "audio":
        windows = loudest_windows(verdict.windows, MOST_ROWS)
        n_scored = sum(w.fake_probability is not None for w in verdict.windows)
        return [
            (
                f"{w.level_db:.0f} dB".replace("-", "−"), words.RANGE.format(low=words.clock(w.start_s), high=words.clock(w.end_s)),
                words.percent(w.fake_probability or 0),
                words.OVER if (w.fake_probability or 0) >= verdict.threshold else words.UNDER,
            )
            for w in windows
        ], n_scored - len(windows)  # fmt: skip
    if kind == "image":
        n = len(verdict.evidence)
        rows = [
            _cells(words.face_title(i, n), _box_words(e.box_xyxy), e, kind) for i, e in enumerate(verdict.evidence, 1)
        ]
    else:
        n = len(verdict.persons)
        rows = [
            _cells(
                words.person_title(p.number, n),
                words.RANGE.format(low=words.clock(p.frames[0].time_s), high=words.clock(p.frames[-1].time_s)), p, kind,
            )
            for p in verdict.persons
        ]  # fmt: skip
        if report.sound is not None:
            place = 0 if report.spoke == "sound" else min(len(rows), MOST_ROWS - 1)
            rows.insert(
                place, _cells(words.CLIP_SOUND, words.clock(report.media.length_s or 0.0), report.sound, "audio")
            )
    return rows[:MOST_ROWS], max(0, len(rows) - MOST_ROWS)


def _network_scores(report: Report) -> tuple[str, list[tuple[str, float]]]:
    """Heading and each network's probability of the most suspicious face, frame or sound."""
    if report.spoke == "sound":
        heading, scores = words.SOUND_NETWORKS, report.spoken.scores
    else:
        heading = words.STRONGEST_FRAME if report.media.kind == "video" else words.NETWORKS_HEADING
        scores = next((e.scores for e in report.verdict.evidence if e.fake_probability is not None), ())
    return heading, [(words.network_name(s.network), s.fake_probability) for s in scores]


def _file_words(report: Report) -> str:
    m = report.media
    if m.kind == "image":
        return words.file_words(m.format, m.width_px, m.height_px, m.bytes)
    if m.kind == "video":
        return words.clip_file_words(m.format, m.width_px, m.height_px, m.frame_rate_hz, m.length_s, m.bytes)
    told = words.sound_file_words(m.format, m.sample_rate_hz, m.channels, m.bytes)
    return words.LASTS.format(file=told, length=words.clock(m.length_s)) if m.length_s else told
