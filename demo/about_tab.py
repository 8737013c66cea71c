"""The About tab: limits first, then what it is, how to read a score, and the model card."""

from __future__ import annotations

import gradio as gr

from demo import cards
from detectors.card import WeightsCard


def add_about_tab(card: WeightsCard | None) -> None:
    """Adds the tab's content; `card` is None for a baseline."""
    gr.HTML(cards.about(card), elem_id="about")
