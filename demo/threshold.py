"""The threshold to be moved, below a verdict: what another would cost on dev, and on which side of it the file lies."""

from __future__ import annotations

import math
from html import escape
from typing import Any

import gradio as gr

from demo import plots, words
from demo.beside import Kept
from detectors.card import WeightsCard
from detectors.decide import operating_point

LOWEST, HIGHEST = 2, 98  # per cent; beyond, dev has too few files to tell anything


def add_threshold(elem: str, verdict: gr.HTML, kept: gr.State) -> None:
    """Adds the part, hidden until there is a verdict by a detector whose card tells what thresholds cost.

    Args:
        elem: ids end with it.
        verdict: where the verdict stands; whenever it changes, the slider goes back to the card's threshold, or away.
        kept: what `demo.beside.add_keep_buttons` gives.
    """
    with gr.Column(visible=False, elem_id=f"threshold-{elem}", elem_classes="dc-part dc-threshold") as part:
        gr.HTML(
            f'<div class="dc dc-part-intro"><h2>{escape(words.THRESHOLD_HEADING)}</h2>'
            f"<p>{escape(words.THRESHOLD_INTRO)}</p></div>"
        )
        slider = gr.Slider(
            LOWEST, HIGHEST, value=50, step=1, label=words.THRESHOLD_LABEL, interactive=True,
            elem_id=f"threshold-{elem}-slider",
        )  # fmt: skip
        told = gr.HTML("", elem_id=f"threshold-{elem}-told")
    # Neither waits for a network. Gradio would answer an emptied or overfull number field with an error of its own.
    event: dict[str, Any] = {
        "queue": False, "preprocess": False, "show_progress": "hidden", "api_visibility": "undocumented",
    }  # fmt: skip
    # The state's own event does not come from calls outside the queue, which are those that forget a verdict.
    verdict.change(
        place_slider, inputs=[kept], outputs=[part, slider, told], api_name=f"begin_threshold_{elem}", **event
    )
    # While it is dragged and at every key; of what comes too fast, only the last is asked.
    slider.change(
        trade, inputs=[kept, slider], outputs=[told], trigger_mode="always_last", api_name=f"move_threshold_{elem}", **event
    )  # fmt: skip


def trade(kept: Kept | None, position: object) -> str:
    """What the slider's threshold costs on dev and says of the file, as HTML; "" where there is nothing to say.

    Args:
        kept: the verdict.
        position: of the slider, in per cent; anything but a finite number says nothing.
    """
    judged = _judged(kept)
    # What the page sends is not checked by gradio, and an emptied field is None or "".
    if judged is None or not isinstance(position, int | float) or not math.isfinite(position):
        return ""
    card, fake = judged
    # The slider knows whole per cents only; at its start it stands for the card's threshold, to the last digit.
    own = position == _start(card)
    point = operating_point(card, card.threshold if own else min(max(position, LOWEST), HIGHEST) / 100)
    if point is None:
        return ""
    kind = card.media_kind
    name = words.THRESHOLD_FILE[kind]
    rows = (
        (name, fake, point.threshold),
        (words.THRESHOLD_FALSE_ALARMS, point.false_alarm_rate, None),
        (words.THRESHOLD_MISSES, point.miss_rate, None),
    )
    bars = "".join(
        f'<li><span class="dc-name">{escape(row)}</span>'
        f"{plots.score_bar(value, label=row, threshold=tick, undecided_band=(0.0, 0.0))}"
        f'<span class="dc-number">{escape(words.percent(value))}</span></li>'
        for row, value, tick in rows
    )
    return (
        f'<div class="dc" role="status"><p>{escape(words.threshold_cost(kind, point, own=own))} '
        f"<strong>{escape(words.threshold_side(kind, fake, point.threshold))}</strong></p>"
        f'</div><div class="dc dc-threshold-bars"><ul class="dc-bars" aria-hidden="true">{bars}</ul></div>'
    )


def place_slider(kept: Kept | None) -> list[Any]:
    """The part as a new verdict wants it: the slider at the card's threshold, or hidden."""
    judged = _judged(kept)
    if judged is None:
        return [gr.update(visible=False), gr.update(), ""]
    start = _start(judged[0])
    return [gr.update(visible=True), gr.update(value=start), trade(kept, start)]


def _judged(kept: Kept | None) -> tuple[WeightsCard, float] | None:
    """The card and the probability that its threshold is held against; None where a threshold would mean nothing."""
    if kept is None or not kept.card.operating_points:
        return None
    verdict = kept.report.verdict
    # A video file that holds sound only is judged by another detector than the tab's.
    if verdict.fake_probability is None or verdict.detector.partition("@")[0] != kept.card.name:
        return None
    return kept.card, verdict.fake_probability


def _start(card: WeightsCard) -> int:
    """Where the slider stands at first, in per cent."""
    return min(max(round(card.threshold * 100), LOWEST), HIGHEST)
