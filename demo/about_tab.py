"""The About tab: limits first, then what it is, how to read a score, and the model card."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

from demo import cards
from detectors.card import WeightsCard


def add_about_tab(shown: Sequence[WeightsCard | None]) -> None:
    """Adds the tab's content, a model card for each detector; None stands for a baseline."""
    gr.HTML(cards.about(shown), elem_id="about")
