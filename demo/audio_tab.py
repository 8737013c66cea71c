"""The Audio tab: its layout, and which handler a click reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from demo import audio_cards, words
from demo.audio_handlers import analyse_sound, sound_report_for_api
from demo.background import LatestFile
from demo.beside import add_keep_buttons, add_probe, choose_event, keep_files, make_forget, nothing_kept, upload_of
from demo.image_tab import NETWORK_SLOTS, TabConfig, add_examples, kept_of
from demo.threshold import add_threshold


def add_audio_tab(config: TabConfig) -> None:
    """Adds the tab's content to the Blocks that is being built."""
    with gr.Row(equal_height=False, elem_classes="dc-main"):
        with gr.Column(scale=5, min_width=240):
            sound = gr.Audio(
                type="filepath",
                sources=["upload", "microphone"],
                label=words.SOUND_LABEL,
                buttons=[],
                editable=False,
                elem_id="sound",
            )
            gr.HTML(f'<p class="dc dc-note">{words.SOUND_SIZE.format(max_mb=config.max_mb)}</p>')
            check = gr.Button(words.SOUND_CHECK_BUTTON, variant="primary", size="lg", elem_id="check-sound")
            cancel = gr.Button(words.CLIP_CANCEL, variant="stop", visible=False, elem_id="cancel-sound")
            examples = add_examples(config.sample_dir, "audio", sound, words.SOUND_EXAMPLES_LABELS, "voices", "voice")
        with gr.Column(scale=6, min_width=240):
            verdict = gr.HTML(audio_cards.empty_card(), elem_id="sound-verdict")
            kept, keep = add_keep_buttons("sound")
            add_threshold("sound", verdict, kept)
    timeline = gr.HTML("", elem_id="timeline")
    latest = LatestFile()
    changed = [
        sound.upload, sound.start_recording, sound.clear, check.click, cancel.click,
        *(group.dataset.click for group in examples),
    ]  # fmt: skip
    probing, probed = add_probe("audio", "sound", _asked(config), [sound], changed)
    checked = gr.State(None)  # path of the upload that the verdict is of
    results = [verdict, timeline, cancel, kept, probing, probed, checked]
    check_event: dict[str, Any] = {
        "fn": _make_analyse(config, latest),
        "inputs": [sound],
        "outputs": results,
        # gradio would decode the upload before our own, guarded reader does.
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
    chosen = check.click(**choose_event(latest, sound), api_name="choose_recording")
    running: list[Any] = [chosen.then(**check_event, api_name="check_recording", scroll_to_output=True)]
    running[0].then(**files_event, api_name="keep_recording")
    for group in examples:
        name = group.dataset.elem_id.replace("-", "_")
        chosen = group.load_input_event.then(**choose_event(latest, sound), api_name=f"choose_{name}")
        running.append(chosen.then(**check_event, api_name=f"check_{name}"))
        running[-1].then(**files_event, api_name=f"keep_{name}")
    cancel.click(
        lambda: [*_forget(), *nothing_kept()], outputs=[*results, *keep], queue=False, cancels=running,
        api_name="cancel_recording", api_visibility="undocumented",
    )  # fmt: skip
    # An old verdict beside a new recording would be read as the new recording's, so it goes, and its work with it.
    # To cancel on an upload too could hit the check of the new recording, when a slow machine tells of the upload late.
    for k, (event, cancels) in enumerate(
        ((sound.upload, None), (sound.start_recording, running), (sound.clear, running))
    ):
        event(
            make_forget(latest, _forget),
            inputs=[sound, checked], outputs=[*results, *keep], preprocess=False, queue=False, cancels=cancels,
            show_progress="hidden", api_name=f"forget_sound_{k}", api_visibility="undocumented",
        )  # fmt: skip
    _add_api(config, sound)


def _make_analyse(config: TabConfig, latest: LatestFile) -> Callable[..., Iterator[Any]]:
    def check_recording(
        payload: Any,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[Any]:
        path, name = upload_of(payload)
        visitor = str(request.session_hash)
        if not latest.is_still(visitor, path):
            yield gr.skip()
            return
        # First of all the button that stops it, for two hours of sound take minutes.
        hidden = gr.update(visible=False)
        yield [audio_cards.empty_card(), "", gr.update(visible=bool(path)), None, hidden, "", path]
        view = analyse_sound(
            path,
            config.load_detector,
            detector=config.detector,
            shown_name=name,
            on_progress=lambda share, what: progress(share, desc=what),
        )
        told = [
            audio_cards.verdict_card(view), audio_cards.timeline_section(view), hidden,
            kept_of(view.report, config, config.finder, None), gr.update(visible=view.fake_probability is not None), "", path,
        ]  # fmt: skip
        yield told if latest.is_still(visitor, path) else gr.skip()

    return check_recording


def _forget() -> list[Any]:
    """Puts the tab back to where nothing was checked."""
    hidden = gr.update(visible=False)
    return [audio_cards.empty_card(), "", hidden, None, hidden, "", None]


def _asked(config: TabConfig) -> Callable[[Any], tuple[str | None, dict[str, Any]]]:
    def ask(payload: Any) -> tuple[str | None, dict[str, Any]]:
        return upload_of(payload)[0], {"detector_loader": config.load_detector, "detector": config.detector}

    return ask


def _add_api(config: TabConfig, sound: gr.Audio) -> None:
    """The endpoint for programs: /report_recording, a recording -> the report as JSON."""

    def report_recording(payload: Any) -> dict[str, Any]:
        """The report of one recording as JSON: probabilities, threshold, windows and notes, or an error's sentence."""
        path, name = upload_of(payload)
        return sound_report_for_api(path, config.load_detector, detector=config.detector, shown_name=name)

    asked = gr.Button(visible=False)
    told = gr.JSON(visible=False, label="report")
    asked.click(
        report_recording, inputs=[sound], outputs=[told], preprocess=False, concurrency_limit=NETWORK_SLOTS,
        concurrency_id="networks", api_name="report_recording",
    )  # fmt: skip
