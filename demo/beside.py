"""What stands below a verdict on every tab: files to keep, and the probe of its robustness."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from demo import cards, words
from demo.background import LatestFile, StopFlags
from demo.probe import ProbeView, probe, probe_card
from detectors.card import WeightsCard
from detectors.types import Report

REDRAW_S = 0.4  # progress that is shown more often is redrawn faster than anyone can read


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


def upload_of(payload: Any) -> tuple[str | None, str]:
    """Path and shown name of what an upload field sent."""
    if not isinstance(payload, dict):
        return None, ""
    path = payload.get("path")
    return (str(path), str(payload.get("orig_name") or "")) if path else (None, "")


def choose_event(
    latest: LatestFile, field: Any, path_of: Callable[[Any], tuple[str | None, str]] = upload_of
) -> dict[str, Any]:
    """What happens at the click, before the check waits for its place: from now on this file is the one to be judged.

    A check whose turn comes when another file is there has nothing to do.

    Args:
        latest: is told of the file.
        field: the upload field.
        path_of: from what the field sent to its path and shown name.

    Returns:
        Arguments of an event listener.
    """

    def choose(payload: Any, request: gr.Request) -> None:
        latest.show(str(request.session_hash), path_of(payload)[0])

    return {
        "fn": choose, "inputs": [field], "preprocess": False, "queue": False, "show_progress": "hidden",
        "api_visibility": "undocumented",
    }  # fmt: skip


def make_forget(
    latest: LatestFile, forgotten: Callable[[], list[Any]]
) -> Callable[[Any, str | None, gr.Request], list[Any]]:
    """What empties the tab when another file is chosen; nothing where what stands there is of that very file.

    A busy server may hear of an upload only after its check, and must not take the new verdict away.

    Args:
        latest: is told of the file.
        forgotten: values of the tab's outputs; the buttons to keep a verdict come after them.
    """

    def forget(payload: Any, checked: str | None, request: gr.Request) -> list[Any]:
        path, _ = upload_of(payload)
        latest.show(str(request.session_hash), path)
        empty = [*forgotten(), *nothing_kept()]
        return [gr.skip()] * len(empty) if path is not None and path == checked else empty

    return forget


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
    kind: str, elem: str, ask: Callable[..., tuple[str | None, dict[str, Any]]], inputs: list[Any], changed: list[Any]
) -> tuple[Any, Any]:
    """The part “Is it robust?”, hidden until there is a verdict; returns it, and where its result stands.

    Args:
        kind: "image", "video" or "audio".
        elem: ids begin with it.
        ask: from the inputs' values to the file's path and what `probe` needs besides.
        inputs: the upload field and whatever else decides.
        changed: the events that bring another file or another verdict, which end a probe.
    """
    with gr.Column(visible=False, elem_id=f"probe-{elem}", elem_classes="dc-part") as part:
        gr.HTML(
            f'<div class="dc dc-part-intro"><h2>{escape(words.PROBE_HEADING)}</h2><p>{escape(words.PROBE_INTRO[kind])}</p></div>'
        )
        with gr.Row(elem_classes="dc-buttons"):
            button = gr.Button(words.PROBE_BUTTON, variant="secondary", elem_id=f"probe-{elem}-go")
            # The style sheet shows it as long as there is a progress bar in this part.
            cancel = gr.Button(
                words.CANCEL, variant="stop", elem_id=f"probe-{elem}-cancel", elem_classes="dc-while-working"
            )
        told = gr.HTML("", elem_id=f"probe-{elem}-told")

    flags = StopFlags()

    def begin(request: gr.Request) -> Any:
        return cards.waiting_card() if flags.begin(str(request.session_hash)) else gr.skip()

    def run(request: gr.Request, *values: Any) -> Iterator[Any]:
        visitor = str(request.session_hash)
        flag = flags.start(visitor)
        if flag is None:
            yield gr.skip()
            return
        path, options = ask(*values)
        shown_at, shown_copies = 0.0, -1
        try:
            for view in probe(path, kind, stop=flag, **options):
                if view.is_working and time.monotonic() - shown_at < REDRAW_S and len(view.copies) == shown_copies:
                    continue
                if flag.is_left:
                    break
                shown_at, shown_copies = time.monotonic(), len(view.copies)
                yield probe_card(view)
            if flag.is_left:  # gradio shows once more what was yielded last
                yield ""
        finally:
            flags.end(visitor, flag)

    # A clip's copies take a minute or two: they have a place of their own, so that verdicts need not wait for them.
    place: dict[str, Any] = (
        {"concurrency_limit": 1, "concurrency_id": "clip-copies"}
        if kind == "video"
        else {"concurrency_limit": 2, "concurrency_id": "networks"}
    )
    # What waits for its place is seen, and can be cancelled. "multiple": a run that was cancelled may still be ending.
    button.click(
        begin, outputs=[told], queue=False, show_progress="hidden", api_name=f"begin_probe_{elem}",
        api_visibility="undocumented",
    ).then(
        run, inputs=inputs, outputs=[told], preprocess=False, show_progress="hidden", trigger_mode="multiple",
        api_name=f"probe_{elem}", api_visibility="undocumented", **place,
    )  # fmt: skip

    def stop(request: gr.Request) -> Any:
        # It ends the work. A run then says itself that it was stopped.
        waited = flags.stop(str(request.session_hash))
        return probe_card(ProbeView(is_stopped=True)) if waited else gr.skip()

    cancel.click(
        stop, outputs=[told], queue=False, show_progress="hidden",
        api_name=f"cancel_probe_{elem}", api_visibility="undocumented",
    )  # fmt: skip

    def leave(request: gr.Request) -> str:
        flags.stop(str(request.session_hash), leave=True)
        return ""

    # A probe of the old file must not write under the new one's verdict.
    gr.on(
        changed, leave, outputs=[told], queue=False, show_progress="hidden",
        api_name=f"leave_probe_{elem}", api_visibility="undocumented",
    )  # fmt: skip
    return part, told
