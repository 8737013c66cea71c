"""A sheet to draw on: paragraphs in fonts that are always there, pictures, stamps and bars, placed in points from the upper left."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.patches import Circle, FancyBboxPatch, Polygon, Rectangle
from PIL import Image

from demo import lettering, words
from detectors.types import Decision, Report

LINE = 1.32  # line height over size: the ascenders and descenders of DejaVu Sans take 1.16
INK, SOFT, TRACK = "#17212e", "#4d5b6c", "#e3e8ef"
COLOUR: dict[Decision, str] = {"real": "#1f5f99", "fake": "#c24e08", "undecided": "#5b6675"}  # as in style.css
# By path, so that neither the fonts of the machine nor anybody's matplotlibrc changes what is drawn.
_FONTS = {b: Path(matplotlib.get_data_path(), "fonts/ttf", f"DejaVuSans{'-Bold' * b}.ttf") for b in (False, True)}
_PEN = RendererAgg(8, 8, 288)  # measures only; finer than any screen, so that hinting does not round widths


class Sheet:
    """A figure without pyplot, which would keep it alive, with one axes over all of it whose unit is the point."""

    def __init__(self, size: tuple[float, float], dpi: int) -> None:
        self.figure = Figure(figsize=(size[0] / 72, size[1] / 72), dpi=dpi, facecolor="white")
        self._dots = dpi / 72
        self._axes = self.figure.add_axes((0, 0, 1, 1), xlim=(0, size[0]), ylim=(size[1], 0))
        self._axes.axis("off")
        self._axes.autoscale(False)

    def patch(self, patch: Any) -> None:
        self._axes.add_patch(patch)

    def paragraph(
        self, x: float, y: float, text: str, width: float, size: float, *,
        colour: str = INK, bold: bool = False, most: int = 99, align: str = "left",
    ) -> float:  # fmt: skip
        """Wraps text under (x, y) and returns where it ends; what does not fit in `most` lines is cut."""
        for line in cut(wrapped(text, width, size, bold), most):
            self._axes.text(
                x, y + 0.95 * size, line, color=colour, ha=align, va="baseline", parse_math=False, usetex=False,
                fontproperties=_font(size, bold, line),
            )  # fmt: skip
            y += size * LINE
        return y

    def heading(self, x: float, y: float, text: str, width: float) -> float:
        return self.paragraph(x, y, text, width, 10, bold=True) + 2

    def facts(
        self, x: float, y: float, facts: tuple[tuple[str, str], ...], indent: float, width: float, size: float
    ) -> float:
        for label, value in facts:
            self.paragraph(x, y, label, indent, size, colour=SOFT)
            y = self.paragraph(x + indent, y, value, width - indent, size, most=2)
        return y

    def picture(self, pixels_rgb: np.ndarray, x: float, y: float, width: float, height: float) -> float:
        """Fits a picture into a box, in the middle of its width, and returns where it ends."""
        scale = min(width / pixels_rgb.shape[1], height / pixels_rgb.shape[0])
        w, h = pixels_rgb.shape[1] * scale, pixels_rgb.shape[0] * scale
        size = max(1, round(w * self._dots)), max(1, round(h * self._dots))
        small = np.asarray(Image.fromarray(pixels_rgb).resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0))
        x += (width - w) / 2
        self._axes.imshow(small, extent=(x, x + w, y + h, y), aspect="auto")
        return y + h

    def stamp(self, x: float, y: float, size: float, decision: Decision) -> None:
        """Ring, filled diamond or dashed square: told apart by shape and in grey, not by colour alone."""
        colour, half, ink = COLOUR[decision], size / 2, COLOUR[decision]
        cx, cy, line = x + half, y + half, size / 24
        if decision == "real":
            self.patch(Circle((cx, cy), half - line / 2, fill=False, ec=colour, lw=line))
        elif decision == "fake":
            self.patch(Polygon([(cx, y), (x + size, cy), (cx, y + size), (x, cy)], fc=colour, lw=0))
            ink = "white"
        else:
            edge = size / 8
            self.patch(FancyBboxPatch(
                (x + edge, y + edge), size - 2 * edge, size - 2 * edge, f"round,pad={edge - line},rounding_size={edge}",
                fill=False, ec=colour, lw=line * 0.8, ls=(0, (3, 1.6)),
            ))  # fmt: skip
        lines = words.STAMPS[decision].split("\n")
        letters = size / (9 if len(lines) == 1 else 7.8)
        for i, text in enumerate(lines):
            top = cy + (i - len(lines) / 2) * letters * LINE
            self.paragraph(cx, top, text, size, letters, colour=ink, bold=True, align="center")

    def bar(
        self, x: float, y: float, width: float, height: float, value: float, threshold: float | None,
        band: tuple[float, float] = (0.0, 0.0),
    ) -> None:  # fmt: skip
        """The probability of fake from the left, the undecided band shaded, and the threshold as a line."""
        fill = SOFT if threshold is None else COLOUR["fake" if value >= threshold else "real"]
        self.patch(Rectangle((x, y), width, height, color=TRACK, lw=0))
        self.patch(Rectangle((x + width * band[0], y), width * (band[1] - band[0]), height, color="#b9c2cd", lw=0))
        self.patch(Rectangle((x, y + height * 0.18), width * value, height * 0.64, color=fill, lw=0))
        if threshold is not None:
            self.patch(Rectangle((x + width * threshold - 0.6, y - 2), 1.2, height + 4, color=INK, lw=0))

    def both_classes(self, x: float, y: float, width: float, report: Report, size: float) -> float:
        """Both probabilities, their bar and what its marks are; or that there is none."""
        spoken = report.spoken
        if spoken.fake_probability is None:
            return self.paragraph(x, y, words.NO_PROBABILITY, width, size * 0.8)
        fake, real = words.percent_of_both(spoken.fake_probability)
        self.paragraph(x, y, f"{fake} {words.MANIPULATED}", width / 2, size, bold=True)
        y = self.paragraph(x + width, y, f"{real} {words.NOT_MANIPULATED}", width / 2, size, bold=True, align="right")
        self.bar(x, y + 4, width, size, spoken.fake_probability, spoken.threshold, spoken.undecided_band)
        key = words.bar_key(spoken.threshold, spoken.undecided_band)
        return self.paragraph(x, y + size + 9, key, width, max(8, size * 0.65), colour=SOFT)


def _font(size: float, bold: bool, text: str) -> FontProperties:
    others = lettering.families_for(text, usual_letters())
    if others:
        return FontProperties(family=["DejaVu Sans", *others], weight="bold" if bold else "normal", size=size)
    return FontProperties(fname=_FONTS[bold], size=size)


@cache
def usual_letters() -> frozenset[int]:
    """What both fonts can draw."""
    return frozenset(FT2Font(_FONTS[False]).get_charmap()) & frozenset(FT2Font(_FONTS[True]).get_charmap())


def drawable(text: str) -> str:
    """With □ for what cannot be drawn, or must not be: a control character can turn a name round."""

    def drawn(c: str) -> bool:
        return c.isprintable() and (ord(c) in usual_letters() or lettering.can_draw(ord(c)))

    return "".join(" " if c.isspace() else c if drawn(c) else "□" for c in text)


def _width(text: str, size: float, bold: bool = False) -> float:
    return float(_PEN.get_text_width_height_descent(text, _font(size, bold, text), False)[0]) / 4


def wrapped(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    """Lines of at most `width`, broken at spaces, and inside a word that is longer than a line."""
    lines: list[str] = []
    line = ""
    for word in re.sub(" +%", "\N{NO-BREAK SPACE}%", drawable(text)).split(" "):
        while word:
            trial = f"{line} {word}" if line else word
            if _width(trial, size, bold) <= width:
                line, word = trial, ""
            elif line:
                lines, line = [*lines, line], ""
            else:
                keep = next((n for n in range(2, len(word)) if _width(word[:n], size, bold) > width), len(word)) - 1
                lines, word = [*lines, word[:keep]], word[keep:]
    return [*lines, line] if line else lines


def cut(lines: list[str], most: int) -> list[str]:
    """At most so many lines, the last ending in … where there were more."""
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1][:-2].rstrip(' .,;:')}…"][:most]


def shortened(text: str, width: float, size: float) -> str:
    """Without its middle where it is too wide: the beginning and the ending tell a file."""
    shown, keep = drawable(text), len(text)
    while keep > 2 and (wide := _width(shown, size)) > width:
        keep = max(2, min(keep - 1, int(keep * width / wide)))
        shown = drawable(text[: keep - keep // 2] + "…" + text[-(keep // 2) :])
    return shown
