"""The page: its frame, its looks, and one line for each tab."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

import detectors
from demo import words
from demo.about_tab import add_about_tab
from demo.audio_tab import add_audio_tab
from demo.batch_tab import add_batch_tab
from demo.bench_tab import add_bench_tab
from demo.game import open_deck, open_sample
from demo.game_tab import add_game_tab
from demo.handlers import DetectorLoader
from demo.image_tab import SAMPLE_DIR, TabConfig, add_image_tab
from demo.video_tab import add_video_tab

STYLE_FILE = Path(__file__).with_name("style.css")
ICON_FILE = Path(__file__).with_name("icon.svg")
RUNS_DIR = Path("runs")
HOUR_S = 3600  # after which an upload is deleted
SWEEP_S = 600  # how often that is looked after
QUEUE_LENGTH = 32  # visitors who wait; the next one is told that the page is busy


# Gradio's page says that it is in English, and its thumbnails and enlarged pictures are buttons without a name: a screen
# reader would read it with the wrong voice, and say "button" ten times.
SCRIPT = """
() => {
  const said = SAID;
  document.documentElement.lang = said.language;
  const name = () => {
    for (const group of document.querySelectorAll('.gradio-container .gallery')) {
      const label = group.parentElement?.querySelector('.label')?.textContent?.trim() ?? '';
      group.querySelectorAll('button.gallery-item:not([aria-label])').forEach((button, i) =>
        button.setAttribute('aria-label', `${label || said.example} (${i + 1})`));
    }
    document.querySelectorAll('.image-container button:not([aria-label])').forEach(button => {
      if (!button.textContent.trim()) button.setAttribute('aria-label', said.enlarge);
    });
  };
  name();
  new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
}
"""


def build_page(
    detector_loader: DetectorLoader = detectors.load,
    *,
    detector: str = detectors.DEFAULT_DETECTOR,
    video_detector: str = detectors.VIDEO_DETECTOR,
    audio_detector: str = detectors.AUDIO_DETECTOR,
    finder: str = "yunet",
    max_mb: int = 200,
    sample_dir: Path = SAMPLE_DIR,
    runs_dir: Path = RUNS_DIR,
    game_list: Path | None = None,
) -> gr.Blocks:
    """The page, ready for `launch_page`.

    Args:
        detector_loader: like `detectors.load`; called once here, so that the first visitor does not wait.
        detector: name of the detector of pictures.
        video_detector: name of the detector of videos.
        audio_detector: name of the detector of voices.
        finder: face finder that is chosen at first.
        max_mb: largest upload, as it is told to visitors.
        sample_dir: where the examples are.
        runs_dir: where finished runs of the harness are looked for.
        game_list: what the game is played with; None: the examples.

    Raises:
        DeepfakeError: there is no such detector or finder, or its weights are missing or altered; or the game's list
            cannot be played with.
    """
    deck = open_deck(game_list) if game_list else open_sample(sample_dir)
    shown = (
        detector_loader(detector, finder=finder).card,
        detector_loader(video_detector, finder=finder).card,
        detector_loader(audio_detector).card,
    )
    config = TabConfig(detector_loader, detector, finder, max_mb, sample_dir)
    with gr.Blocks(title=words.TITLE, analytics_enabled=False, delete_cache=(SWEEP_S, HOUR_S)) as page:
        gr.HTML(
            f'<header class="dc dc-head"><h1>{escape(words.TITLE)}</h1><p>{escape(words.TAGLINE)}</p></header>',
            elem_id="head",
        )
        with gr.Tabs():
            with gr.Tab(words.IMAGE_TAB, id="image"):
                add_image_tab(config)
            with gr.Tab(words.VIDEO_TAB, id="video"):
                add_video_tab(TabConfig(detector_loader, video_detector, finder, max_mb, sample_dir))
            with gr.Tab(words.AUDIO_TAB, id="audio"):
                add_audio_tab(TabConfig(detector_loader, audio_detector, finder, max_mb, sample_dir))
            with gr.Tab(words.BATCH_TAB, id="batch"):
                add_batch_tab(config)
            with gr.Tab(words.GAME_TAB, id="game"):
                add_game_tab(config, audio_detector, deck)
            with gr.Tab(words.BENCH_TAB, id="benchmarks"):
                add_bench_tab(runs_dir)
            with gr.Tab(words.ABOUT_TAB, id="about-tab"):
                add_about_tab(shown)
    return page.queue(max_size=QUEUE_LENGTH, default_concurrency_limit=1)


def launch_page(page: gr.Blocks, *, max_mb: int, **options: Any) -> tuple[Any, str, str]:
    """Serves the page with its looks and limits.

    Args:
        page: from `build_page`.
        max_mb: largest upload; a larger one is refused before it is stored.
        **options: passed on to `Blocks.launch`.
    """
    said = {"language": words.LANGUAGE, "example": words.EXAMPLE_NAME, "enlarge": words.ENLARGE}
    served: tuple[Any, str, str] = page.launch(
        theme=_theme(),
        js=SCRIPT.replace("SAID", json.dumps(said)),
        css_paths=[STYLE_FILE],
        favicon_path=ICON_FILE,
        max_file_size=max_mb << 20,
        footer_links=["api"],
        run_history=False,  # it would keep visitors' pictures in their browser
        enable_monitoring=False,
        ssr_mode=False,
        mcp_server=False,
        show_error=False,
        **options,
    )
    return served


def _theme() -> gr.themes.Base:
    """Fonts of the visitor's own system: nothing is fetched from elsewhere."""
    fonts = ["system-ui", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif"]
    return gr.themes.Base(
        primary_hue=gr.themes.colors.blue,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_md,
        font=fonts,
        font_mono=["ui-monospace", "Consolas", "monospace"],
    ).set(
        body_background_fill="#f5f7fa",
        body_background_fill_dark="#0f151d",
        block_info_text_color="#4d5b6c",  # gradio's own grey is too pale to read
        block_info_text_color_dark="#b6c2cf",
        button_primary_background_fill="#0b5394",
        button_primary_background_fill_hover="#083d6d",
        button_primary_background_fill_dark="#2a6cab",
        button_primary_background_fill_hover_dark="#1f66a8",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#ffffff",
    )
