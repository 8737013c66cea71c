"""The Image tab: its layout, and which handler a click reaches."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from demo import cards, words
from demo.background import LatestFile, StopFlags
from demo.beside import REDRAW_S, Kept, add_keep_buttons, add_probe, choose_event, keep_files, make_forget, upload_of
from demo.explain_cards import explain_card
from demo.explain_handlers import ExplainView, explain_face
from demo.handlers import DetectorLoader, Explainable, analyse_image, report_for_api
from demo.threshold import add_threshold
from detectors.types import MediaKind, Report

SAMPLE_DIR = Path(__file__).resolve().parent.parent / "data_manifests" / "sample"
MAX_EXAMPLES = 5  # of each label: one row
NETWORK_SLOTS = 2  # pictures judged at once; each already uses every core
LIME_SLOTS = 1


@dataclass(frozen=True)
class TabConfig:
    """What a tab needs to know.

    Attributes:
        load_detector: like `detectors.load`.
        detector: name of the detector.
        finder: name of the face finder, where faces are looked for; on the Image tab the one chosen at first.
        max_mb: largest upload, only to be told.
        sample_dir: folder with `manifest.csv` and the files that it names; without it there are no examples.
    """

    load_detector: DetectorLoader
    detector: str
    finder: str
    max_mb: int
    sample_dir: Path = SAMPLE_DIR


def list_examples(folder: Path, kind: MediaKind = "image") -> dict[str, list[Path]]:
    """Files of a kind that the sample's manifest names and that are there, by label in the order of `EXAMPLES_LABELS`."""
    manifest = folder / "manifest.csv"
    by_label: dict[str, list[Path]] = {label: [] for label in words.EXAMPLES_LABELS}
    if not manifest.is_file():
        return {}
    with manifest.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            path = folder / row["path"]
            if path.is_file() and row["label"] in by_label and row.get("kind", "image") == kind:
                by_label[row["label"]].append(path)
    return {label: paths[:MAX_EXAMPLES] for label, paths in by_label.items() if paths}


def add_image_tab(config: TabConfig) -> None:
    """Adds the tab's content to the Blocks that is being built."""
    flags, latest = StopFlags(), LatestFile()
    with gr.Row(equal_height=False, elem_classes="dc-main"):
        with gr.Column(scale=5, min_width=240):
            picture = gr.Image(
                type="filepath",
                image_mode=None,
                sources=["upload", "clipboard", "webcam"],
                webcam_options=gr.WebcamOptions(mirror=False),  # a mirrored face is not what a camera took
                label=words.PICTURE_LABEL,
                placeholder=words.PICTURE_PLACEHOLDER,
                buttons=["fullscreen"],
                height=340,
                elem_id="picture",
            )
            gr.HTML(f'<p class="dc dc-note">{words.size_limit(config.max_mb)}</p>')
            check = gr.Button(words.CHECK_BUTTON, variant="primary", size="lg", elem_id="check")
            with gr.Accordion(words.ADVANCED_LABEL, open=False, elem_id="advanced"):
                finder = gr.Radio(
                    [(label, name) for name, label in words.FINDER_CHOICES.items()],
                    value=config.finder,
                    label=words.FINDER_LABEL,
                    info=words.FINDER_INFO,
                    elem_id="finder",
                )
            examples = add_examples(config.sample_dir, "image", picture, words.EXAMPLES_LABELS, "examples", "example")
        with gr.Column(scale=6, min_width=240):
            verdict = gr.HTML(cards.empty_card(), elem_id="verdict")
            kept, keep = add_keep_buttons("picture")
            add_threshold("picture", verdict, kept)
    faces = gr.HTML("", elem_id="faces")
    explainable = gr.State(None, time_to_live=3600)
    with gr.Column(visible=False, elem_id="lime") as lime:
        gr.HTML(f'<div class="dc dc-part-intro"><h2>{words.LIME_HEADING}</h2><p>{words.LIME_INTRO}</p></div>')
        which = gr.Radio([], label=words.LIME_FACE_LABEL, elem_id="lime-face")
        with gr.Row():
            explain = gr.Button(words.LIME_BUTTON, variant="secondary", elem_id="explain")
            cancel = gr.Button(words.CANCEL, variant="stop", visible=False, elem_id="cancel")
        explanation = gr.HTML("", elem_id="explanation")
    changed = [picture.input, check.click, *(group.dataset.click for group in examples)]
    probing, probed = add_probe("image", "picture", _asked(config), [picture, finder], changed)

    checked = gr.State(None)  # path of the upload that the verdict is of
    results = [verdict, faces, explainable, lime, which, explanation, cancel, kept, probing, probed, checked]
    analyse = _make_analyse(config, latest)
    check_event: dict[str, Any] = {
        "fn": analyse,
        "inputs": [picture, finder],
        "outputs": results,
        # gradio would open the upload with Pillow before our own, guarded reader does.
        "preprocess": False,
        "concurrency_limit": NETWORK_SLOTS,
        "concurrency_id": "networks",
        "show_progress": "full",
        "show_progress_on": verdict,
        "trigger_mode": "multiple",  # the check of another picture need not wait until the old one's has had its turn
        "api_visibility": "undocumented",
    }
    files_event: dict[str, Any] = {
        "fn": keep_files, "inputs": [kept], "outputs": keep, "show_progress": "hidden", "api_visibility": "undocumented",
    }  # fmt: skip
    chosen = check.click(**choose_event(latest, picture), api_name="choose_picture")
    shown = chosen.then(**check_event, api_name="check_picture", scroll_to_output=True)
    shown.then(**files_event, api_name="keep_picture")
    for group in examples:
        name = group.dataset.elem_id.replace("-", "_")
        chosen = group.load_input_event.then(**choose_event(latest, picture), api_name=f"choose_{name}")
        shown = chosen.then(**check_event, api_name=f"check_{name}")
        shown.then(**files_event, api_name=f"keep_{name}")
    # An old verdict beside a new picture would be read as the new picture's.
    picture.input(
        make_forget(latest, _forget),
        inputs=[picture, checked], outputs=[*results, *keep], preprocess=False, queue=False, show_progress="hidden",
        api_name="forget", api_visibility="undocumented",
    )  # fmt: skip
    # What waits for its place is seen, and can be cancelled. "multiple": a run that was cancelled may still be ending.
    explain.click(
        _make_begin(flags),
        outputs=[explanation, cancel],
        queue=False,
        show_progress="hidden",
        api_name="begin_explanation",
        api_visibility="undocumented",
    ).then(
        _make_explain(config, flags),
        inputs=[explainable, which, finder],
        outputs=[explanation, cancel],
        show_progress="hidden",
        trigger_mode="multiple",
        concurrency_limit=LIME_SLOTS,
        api_name="explain_face",
        api_visibility="undocumented",
    )
    cancel.click(
        _make_cancel(flags), outputs=[explanation, cancel], queue=False, show_progress="hidden",
        api_name="cancel_explanation", api_visibility="undocumented",
    )  # fmt: skip
    # An explanation of the old picture must not be written under the new one's verdict. Its flag ends it: what gradio
    # cancels in the midst of its work now and then shows "Error", or its last words again.
    gr.on(
        changed, _make_leave(flags), outputs=[explanation, cancel], queue=False,
        show_progress="hidden", api_name="leave_explanation", api_visibility="undocumented",
    )  # fmt: skip
    _add_api(config, picture, finder)


def add_examples(folder: Path, kind: MediaKind, field: Any, labels: dict[str, str], elem: str, thing: str) -> list[Any]:
    """Rows of examples for an upload field, one for each label.

    Args:
        folder: see `TabConfig.sample_dir`.
        kind: of media.
        field: the upload field that they fill.
        labels: of the manifest -> what stands over the row.
        elem: the rows' ids in the page begin with it.
        thing: what they are called in the names of endpoints.
    """
    return [
        gr.Examples(
            [[str(path)] for path in paths],
            inputs=[field],
            label=labels[label],
            cache_examples=False,
            examples_per_page=MAX_EXAMPLES,
            api_name=f"load_{label}_{thing}",
            elem_id=f"{elem}-{label}",
        )
        for label, paths in list_examples(folder, kind).items()
    ]


def _make_analyse(config: TabConfig, latest: LatestFile) -> Callable[..., Any]:
    def check_picture(
        payload: Any,
        finder: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Any:
        path, name = upload_of(payload)
        visitor = str(request.session_hash)
        if not latest.is_still(visitor, path):
            return gr.skip()
        view = analyse_image(
            path,
            finder,
            config.load_detector,
            detector=config.detector,
            shown_name=name,
            on_stage=lambda share, what: progress(share, desc=what),
        )
        numbers = view.explainable.numbers if view.explainable else ()
        told = [
            cards.verdict_card(view),
            cards.faces_section(view),
            view.explainable,
            gr.update(visible=bool(numbers)),
            gr.update(
                choices=[(words.face_title(n, view.n_faces), i) for i, n in enumerate(numbers)],
                value=0 if numbers else None,
                visible=len(numbers) > 1,
            ),
            "",
            gr.update(visible=False),
            kept_of(view.report, config, finder, view.pixels_rgb),
            gr.update(visible=view.fake_probability is not None),
            "",
            path,
        ]
        return told if latest.is_still(visitor, path) else gr.skip()

    return check_picture


def kept_of(report: Report | None, config: TabConfig, finder: str, picture_rgb: np.ndarray | None) -> Kept | None:
    """What files to keep are made from; none after an error or of a baseline."""
    card = config.load_detector(config.detector, finder=finder).card if report is not None else None
    return Kept(report, card, picture_rgb) if report is not None and card is not None else None


def _asked(config: TabConfig) -> Callable[[Any, Any], tuple[str | None, dict[str, Any]]]:
    def ask(payload: Any, finder: str) -> tuple[str | None, dict[str, Any]]:
        options = {"detector_loader": config.load_detector, "detector": config.detector, "finder": finder}
        return upload_of(payload)[0], options

    return ask


def _forget() -> list[Any]:
    """Puts the page back to where nothing was checked."""
    hidden = gr.update(visible=False)
    return [cards.empty_card(), "", None, hidden, gr.update(choices=[]), "", hidden, None, hidden, "", None]


def _make_begin(flags: StopFlags) -> Callable[[gr.Request], list[Any]]:
    def begin(request: gr.Request) -> list[Any]:
        if not flags.begin(str(request.session_hash)):
            return [gr.skip(), gr.skip()]
        return [cards.waiting_card(), gr.update(visible=True)]

    return begin


def _make_explain(config: TabConfig, flags: StopFlags) -> Callable[..., Iterator[list[Any]]]:
    def explain(faces: Explainable | None, index: int | None, finder: str, request: gr.Request) -> Iterator[list[Any]]:
        visitor = str(request.session_hash)
        flag = flags.start(visitor)
        if flag is None:
            yield [gr.skip(), gr.skip()]
            return
        shown_at = 0.0
        try:
            for view in explain_face(
                faces, index or 0, finder, config.load_detector, detector=config.detector, stop=flag
            ):
                if view.is_working and time.monotonic() - shown_at < REDRAW_S:
                    continue
                if flag.is_left:
                    break
                shown_at = time.monotonic()
                yield [explain_card(view), gr.update(visible=view.is_working)]
            if flag.is_left:  # gradio shows once more what was yielded last
                yield ["", gr.update(visible=False)]
        finally:
            flags.end(visitor, flag)

    return explain


def _make_cancel(flags: StopFlags) -> Callable[[gr.Request], list[Any]]:
    def cancel(request: gr.Request) -> list[Any]:
        # It ends the work. A run then says itself that it was stopped.
        waited = flags.stop(str(request.session_hash))
        said = explain_card(ExplainView(message=words.STOPPED)) if waited else gr.skip()
        return [said, gr.update(visible=False)]

    return cancel


def _make_leave(flags: StopFlags) -> Callable[[gr.Request], list[Any]]:
    def leave(request: gr.Request) -> list[Any]:
        flags.stop(str(request.session_hash), leave=True)
        return ["", gr.update(visible=False)]

    return leave


def _add_api(config: TabConfig, picture: gr.Image, finder: gr.Radio) -> None:
    """The endpoint for programs: /report, a picture and a finder's name -> the report as JSON."""

    def report(payload: Any, chosen_finder: str) -> dict[str, Any]:
        """The report of one picture as JSON: probabilities, threshold, faces and notes, or an error's sentence."""
        path, name = upload_of(payload)
        return report_for_api(path, chosen_finder, config.load_detector, detector=config.detector, shown_name=name)

    asked = gr.Button(visible=False)
    told = gr.JSON(visible=False, label="report")
    asked.click(
        report, inputs=[picture, finder], outputs=[told], preprocess=False, concurrency_limit=NETWORK_SLOTS,
        concurrency_id="networks", api_name="report",
    )  # fmt: skip
