"""The Video tab: its layout, and which handler a click reaches."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from demo import clip_cards, words
from demo.annotate import Marks
from demo.background import LatestFile
from demo.beside import add_keep_buttons, add_probe, choose_event, keep_files, nothing_kept, upload_of
from demo.clip_handlers import analyse_clip, clip_report_for_api, make_annotated
from demo.image_tab import NETWORK_SLOTS, TabConfig, add_examples, kept_of
from demo.threshold import add_threshold

RATES = ((words.RATE_ONE, 1.0), (words.RATE_TWO, 2.0), (words.RATE_FIVE, 5.0))


def add_video_tab(config: TabConfig) -> None:
    """Adds the tab's content to the Blocks that is being built."""
    with gr.Row(equal_height=False, elem_classes="dc-main"):
        with gr.Column(scale=5, min_width=240):
            clip = gr.Video(sources=["upload"], label=words.CLIP_LABEL, buttons=[], height=300, elem_id="clip")
            gr.HTML(f'<p class="dc dc-note">{words.CLIP_SIZE.format(max_mb=config.max_mb)}</p>')
            check = gr.Button(words.CLIP_CHECK_BUTTON, variant="primary", size="lg", elem_id="check-clip")
            cancel = gr.Button(words.CLIP_CANCEL, variant="stop", visible=False, elem_id="cancel-clip")
            with gr.Accordion(words.ADVANCED_LABEL, open=False):
                rate = gr.Radio(list(RATES), value=1.0, label=words.RATE_LABEL, info=words.RATE_INFO, elem_id="rate")
            examples = add_examples(config.sample_dir, "video", clip, words.CLIP_EXAMPLES_LABELS, "clips", "clip")
        with gr.Column(scale=6, min_width=240):
            verdict = gr.HTML(clip_cards.empty_card(), elem_id="clip-verdict")
            kept, keep = add_keep_buttons("clip")
            add_threshold("clip", verdict, kept)
    timeline = gr.HTML("", elem_id="clip-timeline")
    marks = gr.State(None, time_to_live=3600)
    latest = LatestFile()
    with gr.Column(visible=False, elem_id="annotate") as annotate_part:
        gr.HTML(f'<div class="dc dc-part-intro"><h2>{words.ANNOTATE_HEADING}</h2><p>{words.ANNOTATE_INTRO}</p></div>')
        with gr.Row():
            make = gr.Button(words.ANNOTATE_BUTTON, variant="secondary", elem_id="make-annotated")
            stop = gr.Button(words.CANCEL, variant="stop", visible=False, elem_id="stop-annotated")
        told = gr.HTML("", elem_id="annotate-progress")
        made = gr.Video(visible=False, label=words.ANNOTATE_LABEL, buttons=["download"], elem_id="annotated")
    changed = [clip.clear, check.click, cancel.click, *(group.dataset.click for group in examples)]
    probing, probed = add_probe("video", "clip", _asked(config), [clip, rate], changed)

    results = [verdict, timeline, marks, annotate_part, told, made, cancel, kept, probing, probed]
    check_event: dict[str, Any] = {
        "fn": _make_analyse(config, latest),
        "inputs": [clip, rate],
        "outputs": results,
        # gradio would probe and convert the upload before our own, guarded reader looks at it.
        "preprocess": False,
        "concurrency_limit": NETWORK_SLOTS,
        "concurrency_id": "networks",
        "show_progress": "full",
        "show_progress_on": verdict,
        "api_visibility": "undocumented",
    }
    files_event: dict[str, Any] = {
        "fn": keep_files, "inputs": [kept], "outputs": keep, "show_progress": "hidden", "api_visibility": "undocumented",
    }  # fmt: skip
    chosen = check.click(**choose_event(latest, clip, clip_of), api_name="choose_clip")
    running: list[Any] = [chosen.then(**check_event, api_name="check_clip", scroll_to_output=True)]
    running[0].then(**files_event, api_name="keep_clip")
    for group in examples:
        name = group.dataset.elem_id.replace("-", "_")
        chosen = group.load_input_event.then(**choose_event(latest, clip, clip_of), api_name=f"choose_{name}")
        running.append(chosen.then(**check_event, api_name=f"check_{name}"))
        running[-1].then(**files_event, api_name=f"keep_{name}")
    making = make.click(
        _make_annotate(), inputs=[marks], outputs=[told, made, stop], show_progress="hidden", concurrency_limit=1,
        api_name="annotate_clip", api_visibility="undocumented",
    )  # fmt: skip
    stop.click(
        lambda: ["", gr.update(visible=False)], outputs=[told, stop], queue=False, cancels=[making],
        api_name="stop_annotating", api_visibility="undocumented",
    )  # fmt: skip
    # An annotated copy of the old clip must not appear under the new one's verdict.
    gr.on(
        changed, lambda: ["", _no_clip(), gr.update(visible=False)], outputs=[told, made, stop], queue=False,
        cancels=[making], show_progress="hidden", api_name="leave_annotating", api_visibility="undocumented",
    )  # fmt: skip
    cancel.click(
        lambda: [*_forget(), *nothing_kept()], outputs=[*results, *keep], queue=False, cancels=running,
        api_name="cancel_clip", api_visibility="undocumented",
    )  # fmt: skip
    # An old verdict beside a new clip would be read as the new one's, so it goes, and its work with it. A new one comes
    # after the old was cleared; to cancel on its upload too could hit the check of the new one.
    clip.clear(
        lambda: [*_forget(), *nothing_kept()], outputs=[*results, *keep], queue=False, cancels=running,
        show_progress="hidden", api_name="forget_clip", api_visibility="undocumented",
    )  # fmt: skip
    _add_api(config, clip)


def clip_of(payload: Any) -> tuple[str | None, str]:
    """Path and shown name of what a video field sent, with or without a wrapping for subtitles."""
    if isinstance(payload, dict) and isinstance(payload.get("video"), dict):
        payload = payload["video"]
    return upload_of(payload)


def _make_analyse(config: TabConfig, latest: LatestFile) -> Callable[..., Iterator[Any]]:
    def check_clip(
        payload: Any,
        rate_hz: float | None,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[Any]:
        path, name = clip_of(payload)
        visitor = str(request.session_hash)
        if not latest.is_still(visitor, path):
            yield gr.skip()
            return
        # First of all the button that stops it, for a clip may take minutes.
        yield [
            clip_cards.empty_card(),
            "",
            None,
            gr.update(visible=False),
            "",
            _no_clip(),
            gr.update(visible=bool(path)),
            None,
            gr.update(visible=False),
            "",
        ]
        view = analyse_clip(
            path,
            config.load_detector,
            detector=config.detector,
            finder=config.finder,
            shown_name=name,
            rate_hz=float(rate_hz or 1.0),
            on_progress=lambda share, what: progress(share, desc=what),
        )
        told = [
            clip_cards.verdict_card(view), clip_cards.timeline_section(view), view.marks,
            gr.update(visible=view.marks is not None), "", _no_clip(), gr.update(visible=False),
            kept_of(view.report, config, config.finder, view.first_rgb), gr.update(visible=view.picture[1] is not None), "",
        ]  # fmt: skip
        yield told if latest.is_still(visitor, path) else gr.skip()

    return check_clip


def _no_clip() -> Any:
    return gr.update(value=None, visible=False)


def _forget() -> list[Any]:
    """Puts the tab back to where nothing was checked."""
    hidden = gr.update(visible=False)
    return [clip_cards.empty_card(), "", None, hidden, "", _no_clip(), hidden, None, hidden, ""]


def _asked(config: TabConfig) -> Callable[[Any, Any], tuple[str | None, dict[str, Any]]]:
    def ask(payload: Any, rate_hz: float | None) -> tuple[str | None, dict[str, Any]]:
        options = {"detector_loader": config.load_detector, "detector": config.detector, "finder": config.finder}
        return clip_of(payload)[0], options | {"rate_hz": float(rate_hz or 1.0)}

    return ask


def _make_annotate() -> Callable[[Marks | None], Iterator[list[Any]]]:
    def annotate_clip(marks: Marks | None) -> Iterator[list[Any]]:
        # The file is copied to the page's own store, which is swept; this folder goes at once.
        with tempfile.TemporaryDirectory(prefix="annotated-") as folder:
            for view in make_annotated(marks, Path(folder)):
                shown = gr.update(value=view.file, visible=True) if view.file else _no_clip()
                going_on = not view.file and not view.is_error
                yield [clip_cards.annotate_card(view), shown, gr.update(visible=going_on)]

    return annotate_clip


def _add_api(config: TabConfig, clip: gr.Video) -> None:
    """The endpoint for programs: /report_clip, a video -> the report as JSON."""

    def report_clip(payload: Any) -> dict[str, Any]:
        """The report of one clip as JSON: persons with a row a second, the sound, notes, or an error's sentence."""
        path, name = clip_of(payload)
        return clip_report_for_api(path, config.load_detector, detector=config.detector, shown_name=name)

    asked = gr.Button(visible=False)
    told = gr.JSON(visible=False, label="report")
    asked.click(
        report_clip, inputs=[clip], outputs=[told], preprocess=False, concurrency_limit=NETWORK_SLOTS,
        concurrency_id="networks", api_name="report_clip",
    )  # fmt: skip
