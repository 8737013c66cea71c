"""The tab “Spot the fake”: your guess, then the truth, the detector's answer and its heat map; a running score."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import gradio as gr

from demo import cards, plots, words
from demo.game import Game, Item, new_game, read_items, share_with_interval
from demo.image_tab import NETWORK_SLOTS, TabConfig
from detectors.errors import DeepfakeError
from detectors.media import SAMPLE_RATE_HZ, read_image, read_sound
from detectors.types import MediaKind, Report

MOST_SECONDS = 30.0  # of a voice


def add_game_tab(config: TabConfig, audio_detector: str) -> None:
    """Adds the tab's content to the Blocks that is being built; pictures are judged by the configured detector."""
    items = read_items(config.sample_dir / "manifest.csv")
    gr.HTML(f'<p class="dc">{escape(words.GAME_INTRO if items else words.GAME_EMPTY)}</p>')
    if not items:
        return
    game = gr.State(Game())
    with gr.Row(equal_height=False, elem_classes="dc-main"):
        with gr.Column(scale=5, min_width=240):
            kind = gr.Radio(
                [(label, name) for name, label in words.GAME_KINDS.items()], value="image", label=words.GAME_KIND_LABEL,
                elem_id="game-kind",
            )  # fmt: skip
            picture = gr.Image(
                interactive=False,
                label=words.GAME_PICTURE_ALT,
                buttons=["fullscreen"],
                height=340,
                format="png",
                elem_id="game-picture",
            )
            sound = gr.Audio(
                interactive=False, label=words.GAME_SOUND_LABEL, buttons=[], visible=False, elem_id="game-sound"
            )
            sure = gr.Radio(
                [(label, i) for i, label in enumerate(words.GAME_SURE)],
                value=1,
                label=words.GAME_SURE_LABEL,
                elem_id="game-sure",
            )
            with gr.Row():
                real = gr.Button(words.GAME_REAL, variant="secondary", size="lg", elem_id="game-real")
                fake = gr.Button(words.GAME_FAKE, variant="secondary", size="lg", elem_id="game-fake")
            again = gr.Button(words.GAME_NEXT, variant="primary", size="lg", visible=False, elem_id="game-next")
        with gr.Column(scale=6, min_width=240):
            told = gr.HTML("", elem_id="game-told")
            score = gr.HTML("", elem_id="game-score")
    shown = [game, picture, sound, real, fake, again, told, score]
    hidden: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "undocumented"}
    start = _make_start(items)
    # Without a trigger: when the page is opened, and when another kind is chosen.
    gr.on(None, start, inputs=[kind], outputs=shown, api_name="start_game", queue=False, **hidden)
    again.click(_make_next(items), inputs=[game, kind], outputs=shown, api_name="next_round", queue=False, **hidden)
    for button, said_fake in ((real, False), (fake, True)):
        button.click(
            _make_guess(config, audio_detector, said_fake), inputs=[game, sure], outputs=shown,
            api_name=f"guess_{'fake' if said_fake else 'real'}", concurrency_limit=NETWORK_SLOTS, concurrency_id="networks", **hidden,
        )  # fmt: skip


def _make_start(items: tuple[Item, ...]) -> Callable[[MediaKind], list[Any]]:
    def start(kind: MediaKind) -> list[Any]:
        return _show_round(new_game(items, kind))

    return start


def _make_next(items: tuple[Item, ...]) -> Callable[[Game, MediaKind], list[Any]]:
    def next_round(game: Game, kind: MediaKind) -> list[Any]:
        return _show_round(game if game.current is not None else new_game(items, kind))

    return next_round


def _show_round(game: Game) -> list[Any]:
    """What is to be judged, under no name: a file's name would tell."""
    item = game.current
    if item is None:
        return [game, *[gr.update()] * 7]
    is_sound = item.kind == "audio"
    pixels = None if is_sound else read_image(item.path).pixels_rgb
    wave = (SAMPLE_RATE_HZ, read_sound(item.path, MOST_SECONDS)) if is_sound else None
    heading = f'<section class="dc dc-verdict dc-empty"><h2>{escape(words.game_round(len(game.answers) + 1, len(game.items)))}</h2></section>'
    return [
        game, gr.update(value=pixels, visible=not is_sound), gr.update(value=wave, visible=is_sound), gr.update(interactive=True),
        gr.update(interactive=True), gr.update(visible=False), heading, _score(game),
    ]  # fmt: skip


def _make_guess(config: TabConfig, audio_detector: str, said_fake: bool) -> Callable[[Game, int], list[Any]]:
    def guess(game: Game, sure: int) -> list[Any]:
        item = game.current
        if item is None:
            return [game, *[gr.update()] * 7]
        try:
            name = audio_detector if item.kind == "audio" else config.detector
            report = config.load_detector(name, finder=config.finder).detect(item.path)
        except DeepfakeError as error:
            return [game, *[gr.update()] * 5, cards.error_card(words.as_sentence(str(error))), gr.update()]
        played = game.play(said_fake, int(sure or 0), report.verdict.fake_probability, report.verdict.threshold)
        over = played.current is None
        return [
            played, gr.update(), gr.update(), gr.update(interactive=False), gr.update(interactive=False),
            gr.update(visible=True, value=words.GAME_AGAIN if over else words.GAME_NEXT), _reveal(played, item, report), _score(played),
        ]  # fmt: skip

    return guess


def _reveal(game: Game, item: Item, report: Report) -> str:
    """The truth, who was right, and where the networks looked."""
    answer = game.answers[-1]
    verdict = report.verdict
    tone = "calm" if answer.player_right else "caution"
    parts = [
        f'<section class="dc dc-verdict dc-tone-{tone}" role="status"><h2>{escape(words.GAME_TRUTH[item.is_fake])} '
        f"{escape(words.GAME_RIGHT if answer.player_right else words.GAME_WRONG)}</h2>",
        f"<p>{escape(words.as_sentence(item.about))} {escape(words.game_streak(game.streak))}</p>"
        if item.about
        else "",
        f"<p>{escape(words.game_model_said(verdict.fake_probability, verdict.threshold))}</p>",
    ]
    if verdict.fake_probability is not None:
        parts.append(cards.both_classes(verdict.fake_probability, verdict.threshold, verdict.undecided_band))
    first = verdict.evidence[0] if verdict.evidence else None
    if first is not None and first.crop_rgb is not None and first.patch_map is not None:
        heat = plots.data_uri(plots.overlay_heat(first.crop_rgb, first.patch_map))
        legend = cards.legend(plots.colour_ramp(plots.HEAT_STOPS), words.HEAT_LEGEND)
        parts.append(
            f'<div class="dc-maps"><figure class="dc-map"><img src="{heat}" alt="{escape(words.heat_alt(1))}">'
            f"<figcaption>{escape(words.HEAT_CAPTION)}{legend}</figcaption></figure></div>"
        )
    if game.current is None:
        right = game.scores()
        parts.append(
            f'<p class="dc-lead"><strong>{escape(words.game_summary(item.kind, *right, len(game.answers)))}</strong></p>'
        )
    return "".join([*parts, "</section>"])


def _score(game: Game) -> str:
    """The running score of the player, the detector and both."""
    total = len(game.answers)
    if not total:
        return ""
    rows = []
    for who, right in zip(words.GAME_PLAYERS, game.scores(), strict=True):
        share = share_with_interval(right, total)
        if share is not None:
            told, low, high = (words.PERCENT.format(n=f"{100 * value:.0f}") for value in share)
            rows.append(
                (
                    who,
                    words.GAME_RIGHT_OF.format(right=right, total=total),
                    told,
                    words.RANGE.format(low=low, high=high),
                )
            )
    table = cards.table(words.GAME_SCORE_HEADING, words.GAME_COLUMNS, rows, 1)
    return (
        f'<section class="dc dc-about"><h2>{escape(words.GAME_SCORE_HEADING)}</h2>{table}'
        f'<p class="dc-note">{escape(words.GAME_BOTH_NOTE)}</p></section>'
    )
