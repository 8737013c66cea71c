"""Lays the explanation of one face out as HTML: what the networks saw, heat map and LIME side by side, and their test."""

from __future__ import annotations

from html import escape

import numpy as np

from demo import plots, words
from demo.cards import legend
from demo.explain_handlers import ExplainView


def explain_card(view: ExplainView) -> str:
    """Three figures and what testing them gave; while LIME works, its progress stands in its place."""
    if view.crop_rgb is None or view.heat_rgb is None:
        return f'<div class="dc dc-why" role="{"alert" if view.is_error else "status"}"><p>{escape(view.message)}</p></div>'
    heat_key = legend(plots.colour_ramp(plots.HEAT_STOPS), words.HEAT_LEGEND)
    lime_key = legend(plots.colour_ramp(plots.LIME_STOPS), words.LIME_LEGEND)
    figures = [
        _figure(view.crop_rgb, words.crop_alt(view.number), words.CROP_CAPTION),
        _figure(view.heat_rgb, words.heat_alt(view.number), words.WHY_HEAT_CAPTION, heat_key),
        _figure(view.lime_rgb, words.lime_alt(view.number), words.WHY_LIME_CAPTION, lime_key)
        if view.lime_rgb is not None
        else _waiting(view),
    ]
    tests = [
        (words.WHY_HEAT_NAME, view.heat_tested),
        (words.WHY_LIME_NAME, view.lime_tested),
        (words.WHY_BOTH_NAME, view.compared),
    ]
    said = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in tests if text)
    note = f'<p class="dc-note">{escape(words.LIME_CAPTION)}</p>' if view.lime_rgb is not None else ""
    status = ' role="status"' if not view.is_working else ""
    return (
        f'<div class="dc dc-why"{status}><div class="dc-three">{"".join(figures)}</div>'
        f'<h3>{escape(words.WHY_TEST_HEADING)}</h3><dl class="dc-tests">{said}</dl>{note}</div>'
    )


def _figure(pixels_rgb: np.ndarray, alt: str, caption: str, key: str = "") -> str:
    return (
        f'<figure class="dc-map"><img src="{plots.data_uri(pixels_rgb)}" alt="{escape(alt)}">'
        f"<figcaption>{escape(caption)}{key}</figcaption></figure>"
    )


def _waiting(view: ExplainView) -> str:
    """In LIME's place: how far it is, or why there is nothing."""
    if not view.is_working:
        role = ' role="alert"' if view.is_error else ""
        return f'<div class="dc-to-come"{role}><p>{escape(view.message)}</p></div>'
    return (
        f'<div class="dc-to-come dc-working"><label>{escape(view.message)} <progress max="100" value="{view.share * 100:.0f}">'
        f'</progress> <span class="dc-number">{words.PERCENT.format(n=round(view.share * 100))}</span></label></div>'
    )
