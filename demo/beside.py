"""What stands below a verdict on every tab: files to keep, and the probe of its robustness."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from demo import words
from demo.probe import probe, probe_card
from detectors.card import WeightsCard
from detectors.types import Report


@dataclass(frozen=True, eq=False)
class Kept:
    """What the files to keep are made from.

    Attributes:
        report: its path is the name that the visitor knows.
        card: of the detector.
        picture_rgb: the picture, or a clip's first frame; None for sound.
    """

    report: Report
    card: WeightsCard
    picture_rgb: np.ndarray | None


def add_keep_buttons(elem: str) -> tuple[gr.State, list[Any]]:
    """Two buttons that are there once their files are; returns what holds the verdict, and what `keep_files` fills."""
    kept = gr.State(None, time_to_live=3600)
    with gr.Row(visible=False, elem_id=f"keep-{elem}", elem_classes="dc-keep") as row:
        gr.HTML(f'<p class="dc">{escape(words.KEEP_LABEL)}</p>')
        png = gr.DownloadButton(words.KEEP_PNG, size="sm", elem_id=f"png-{elem}")
        pdf = gr.DownloadButton(words.KEEP_PDF, size="sm", elem_id=f"pdf-{elem}")
    return kept, [row, png, pdf]


def nothing_kept() -> list[Any]:
    """The buttons as they are before there is a verdict."""
    return [gr.update(visible=False), gr.update(value=None), gr.update(value=None)]


def keep_files(kept: Kept | None) -> Iterator[list[Any]]:
    """Draws both files. While they are yielded gradio copies them to its own store, which is swept after an hour."""
    if kept is None:
        yield nothing_kept()
        return
    from demo.exports import verdict_pdf, verdict_png  # matplotlib, which the page's start need not wait for

    stem = re.sub(r"[^\w.-]+", "_", Path(kept.report.path).stem)[:60] or "file"
    with tempfile.TemporaryDirectory(prefix="verdict-") as folder:
        made = []
        for suffix, draw in (("png", verdict_png), ("pdf", verdict_pdf)):
            file = Path(folder) / words.VERDICT_FILE.format(stem=stem, suffix=suffix)
            file.write_bytes(draw(kept.report, kept.card, kept.picture_rgb))
            made.append(gr.update(value=str(file)))
        yield [gr.update(visible=True), *made]


def add_probe(
    kind: str, elem: str, ask: Callable[..., tuple[str | None, dict[str, Any]]], inputs: list[Any]
) -> tuple[Any, Any]:
    """The part “Is it robust?”, hidden until there is a verdict; returns it, and where its result stands.

    Args:
        kind: "image" or "audio".
        elem: ids begin with it.
        ask: from the inputs' values to the file's path and what `probe` needs besides.
        inputs: the upload field and whatever else decides.
    """
    with gr.Column(visible=False, elem_id=f"probe-{elem}", elem_classes="dc-part") as part:
        gr.HTML(
            f'<div class="dc dc-lime-intro"><h2>{escape(words.PROBE_HEADING)}</h2><p>{escape(words.PROBE_INTRO[kind])}</p></div>'
        )
        button = gr.Button(words.PROBE_BUTTON, variant="secondary", elem_id=f"probe-{elem}-go")
        told = gr.HTML("", elem_id=f"probe-{elem}-told")

    def run(*values: Any) -> Iterator[str]:
        path, options = ask(*values)
        for view in probe(path, kind, **options):
            yield probe_card(view)

    button.click(
        run, inputs=inputs, outputs=[told], preprocess=False, show_progress="hidden", concurrency_limit=2,
        concurrency_id="networks", api_name=f"probe_{elem}", api_visibility="undocumented",
    )  # fmt: skip
    return part, told
