"""The Batch tab: many files or a folder, a table that grows, CSV and JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from typing import Any

import gradio as gr

from demo import cards, words
from demo.batch import MOST_FILES, BatchView, batch_to_csv, batch_to_json, check_all, folder_files
from demo.image_tab import NETWORK_SLOTS, TabConfig


def add_batch_tab(config: TabConfig) -> None:
    """Adds the tab's content to the Blocks that is being built."""
    with gr.Row(equal_height=False):
        with gr.Column(scale=5, min_width=240):
            files = gr.File(file_count="multiple", label=words.BATCH_FILES_LABEL, height=180, elem_id="batch-files")
            folder = gr.UploadButton(
                words.BATCH_FOLDER_BUTTON, file_count="directory", size="sm", elem_id="batch-folder"
            )
        with gr.Column(scale=6, min_width=240):
            size = words.BATCH_SIZE.format(most=MOST_FILES, max_mb=config.max_mb)
            gr.HTML(f'<p class="dc dc-note">{escape(size)}</p>')
            check = gr.Button(words.BATCH_CHECK_BUTTON, variant="primary", size="lg", elem_id="batch-check")
            stop = gr.Button(words.BATCH_STOP, variant="stop", visible=False, elem_id="batch-stop")
    told = gr.HTML(_told(BatchView()), elem_id="batch-told")
    table = gr.Dataframe(
        headers=list(words.BATCH_COLUMNS), datatype=["str", "str", "str", "number", "number", "str"], interactive=False,
        label=words.BATCH_TABLE_LABEL, wrap=True, visible=False, max_height=640, column_widths=["180px", "110px", "240px", "130px", "100px", "320px"], elem_id="batch-table", buttons=["fullscreen"],
    )  # fmt: skip
    running = check.click(
        _make_check(config), inputs=[files], outputs=[told, table, stop], show_progress="hidden",
        concurrency_limit=NETWORK_SLOTS, concurrency_id="networks", api_name="check_batch", api_visibility="undocumented",
    )  # fmt: skip
    stop.click(
        lambda: [f'<p class="dc" role="status">{escape(words.BATCH_STOPPED)}</p>', gr.update(visible=False)],
        outputs=[told, stop], queue=False, cancels=[running], api_name="stop_batch", api_visibility="undocumented",
    )  # fmt: skip
    folder.upload(
        lambda chosen: chosen,
        inputs=[folder],
        outputs=[files],
        queue=False,
        api_name="add_folder",
        api_visibility="undocumented",
    )


def _make_check(config: TabConfig) -> Callable[[list[str] | None], Iterator[list[Any]]]:
    def check_batch(chosen: list[str] | None) -> Iterator[list[Any]]:
        for view in check_all(folder_files(chosen or []), config.load_detector, finder=config.finder):
            rows = [
                [r.name, r.kind, r.verdict, _shown(r.fake_probability), _shown(r.threshold), r.remark]
                for r in view.rows
            ]
            yield [_told(view), gr.update(value=rows, visible=bool(rows)), gr.update(visible=bool(view.working))]

    return check_batch


def _shown(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _told(view: BatchView) -> str:
    """Progress, or what came out with its downloads."""
    if view.error:
        return cards.error_card(view.error)
    if view.working:
        share = len(view.rows) / max(1, view.total) * 100
        return (
            f'<div class="dc dc-working" role="status"><label>{escape(view.working)} '
            f'<progress max="100" value="{share:.0f}"></progress></label></div>'
        )
    if not view.rows:
        return f'<p class="dc">{escape(words.BATCH_EMPTY)}</p>'
    links = cards.downloads(words.BATCH_FILE, batch_to_json(view.rows), batch_to_csv(view.rows))
    return f'<section class="dc" role="status"><p>{escape(view.summary)}</p>{links}</section>'
