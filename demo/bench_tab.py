"""The Benchmarks tab: every run that was found, one in full, two side by side."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from demo import words
from demo.benchmarks import find_runs, matrices, overview, run_view


def add_bench_tab(folder: Path) -> None:
    """Adds the tab's content to the Blocks that is being built.

    Args:
        folder: where finished runs are looked for, each time anew.
    """
    gr.HTML(f'<p class="dc">{escape(words.BENCH_INTRO)}</p>')
    table = gr.HTML(_table(folder), elem_id="bench-table")
    names = [run.name for run in find_runs(folder)]
    with gr.Row():
        one = gr.Dropdown(names, value=names[0] if names else None, label=words.BENCH_ONE, elem_id="bench-one")
        other = gr.Dropdown(
            [words.BENCH_NOTHING, *names], value=words.BENCH_NOTHING, label=words.BENCH_OTHER, elem_id="bench-other"
        )
        again = gr.Button(words.BENCH_AGAIN, variant="secondary", elem_id="bench-again")
    with gr.Row(equal_height=False):
        with gr.Column(min_width=240):
            left = gr.HTML(_show(folder, names[0] if names else None), elem_id="bench-left")
        with gr.Column(min_width=240, visible=False) as beside:
            right = gr.HTML("", elem_id="bench-right")
    quiet: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "undocumented"}
    one.change(lambda name: _show(folder, name), inputs=[one], outputs=[left], api_name="show_run", **quiet)
    other.change(
        lambda name: [_show(folder, name), gr.update(visible=name not in (None, words.BENCH_NOTHING))],
        inputs=[other], outputs=[right, beside], api_name="show_other_run", **quiet,
    )  # fmt: skip

    def look_again(chosen: str | None, second: str | None) -> list[Any]:
        there = [run.name for run in find_runs(folder)]
        first = chosen if chosen in there else there[0] if there else None
        return [
            _table(folder), gr.update(choices=there, value=first),
            gr.update(choices=[words.BENCH_NOTHING, *there], value=second if second in there else words.BENCH_NOTHING),
            _show(folder, first),
        ]  # fmt: skip

    again.click(look_again, inputs=[one, other], outputs=[table, one, other, left], api_name="find_runs", **quiet)


def _table(folder: Path) -> str:
    runs = find_runs(folder)
    if not runs:
        return f'<p class="dc" role="status">{escape(words.BENCH_NONE.format(folder=folder.name))}</p>'
    return overview(runs) + matrices(folder)


def _show(folder: Path, name: str | None) -> str:
    """A run by its name; only names that were found are opened."""
    run = next((r for r in find_runs(folder) if r.name == name), None)
    return run_view(run) if run else ""
