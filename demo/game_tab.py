"""The tab “Spot the fake”: your guess, then the truth, the detector's answer and its heat map; a running score."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from demo import cards, plots, words
from demo.game import ROUNDS, USUAL_ROUNDS, Deck, Game, Item, share_with_interval
from demo.image_tab import NETWORK_SLOTS, TabConfig
from detectors.errors import DeepfakeError, MediaError
from detectors.media import SAMPLE_RATE_HZ, read_image, read_sound
from detectors.types import MediaKind, Report

MOST_SECONDS = 30.0  # of a voice
SHOWN_SIDE_PX = 1600  # of a picture: what a screen shows; the detector gets the file


def add_game_tab(config: TabConfig, audio_detector: str, deck: Deck) -> None:
    """Adds the tab's content to the Blocks that is being built; pictures are judged by the configured detector."""
    if not deck.kinds:
        gr.HTML(f'<p class="dc">{escape(words.GAME_EMPTY)}</p>')
        return
    counts = {kind: deck.count(kind) for kind in deck.kinds}
    intro = words.game_intro(deck.name, counts) if deck.name else words.GAME_INTRO
    gr.HTML(f'<p class="dc">{escape(intro)}</p>', elem_id="game-intro")
    most = max(2 * min(both) for both in counts.values())
    game = gr.State(Game())
    with gr.Row(equal_height=False, elem_classes="dc-main"):
        with gr.Column(scale=5, min_width=240):
            kind = gr.Radio(
                [(words.GAME_KINDS[name], name) for name in deck.kinds], value=deck.kinds[0],
                label=words.GAME_KIND_LABEL, visible=len(deck.kinds) > 1, elem_id="game-kind",
            )  # fmt: skip
            rounds = gr.Radio(
                [(str(n), n) for n in ROUNDS], value=USUAL_ROUNDS, label=words.GAME_ROUNDS_LABEL,
                info=words.GAME_ROUNDS_NOTE, visible=most > ROUNDS[0], elem_id="game-rounds",
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
    start, wanted = _make_start(deck), [kind, rounds]

    def first() -> list[Any]:
        return start(deck.kinds[0], USUAL_ROUNDS)

    gr.on(None, first, inputs=[], outputs=shown, api_name="open_game", queue=False, **hidden)  # when the page is opened
    kind.input(start, inputs=wanted, outputs=shown, api_name="start_game", queue=False, **hidden)
    rounds.input(
        _make_redraw(deck), inputs=[game, *wanted], outputs=shown, api_name="redraw_game", queue=False, **hidden
    )
    again.click(_make_next(deck), inputs=[game, *wanted], outputs=shown, api_name="next_round", queue=False, **hidden)
    for button, said_fake in ((real, False), (fake, True)):
        button.click(
            _make_guess(config, audio_detector, deck, said_fake), inputs=[game, sure], outputs=shown,
            api_name=f"guess_{'fake' if said_fake else 'real'}", concurrency_limit=NETWORK_SLOTS, concurrency_id="networks", **hidden,
        )  # fmt: skip


def _make_start(deck: Deck) -> Callable[[MediaKind, int], list[Any]]:
    def start(kind: MediaKind, rounds: int) -> list[Any]:
        return _show_round(deck, deck.deal(kind, int(rounds or USUAL_ROUNDS)))

    return start


def _make_redraw(deck: Deck) -> Callable[[Game, MediaKind, int], list[Any]]:
    def redraw(game: Game, kind: MediaKind, rounds: int) -> list[Any]:
        """Another number of rounds; a game that is being played is not thrown away for it."""
        return [game, *[gr.update()] * 7] if game.answers else _make_start(deck)(kind, rounds)

    return redraw


def _make_next(deck: Deck) -> Callable[[Game, MediaKind, int], list[Any]]:
    def next_round(game: Game, kind: MediaKind, rounds: int) -> list[Any]:
        return _show_round(deck, game) if game.current is not None else _make_start(deck)(kind, rounds)

    return next_round


def _show_round(deck: Deck, game: Game) -> list[Any]:
    """What is to be judged, as pixels or samples and under no name: a file's name would tell. Broken files are passed over."""
    while (item := game.current) is not None:
        is_sound = item.kind == "audio"
        try:
            pixels = None if is_sound else _on_screen(read_image(item.path).pixels_rgb)
            wave = (SAMPLE_RATE_HZ, read_sound(item.path, MOST_SECONDS)) if is_sound else None
        except MediaError as error:
            deck.set_aside(item, str(error))
            game = game.without_current()
            continue
        return [
            game, gr.update(value=pixels, visible=not is_sound), gr.update(value=wave, visible=is_sound),
            gr.update(interactive=True), gr.update(interactive=True), gr.update(visible=False),
            _heading(words.game_round(len(game.answers) + 1, len(game.items))), _score(game),
        ]  # fmt: skip
    told = (
        f'<section class="dc dc-verdict">{_summary(game)}</section>'
        if game.answers
        else _heading(words.GAME_NOTHING_LEFT)
    )
    off = gr.update(interactive=False)
    return [
        game, gr.update(value=None), gr.update(value=None), off, off, gr.update(visible=True, value=words.GAME_AGAIN), told, _score(game),
    ]  # fmt: skip


def _on_screen(pixels_rgb: np.ndarray) -> np.ndarray:
    """A large picture made smaller: 50 megapixels as PNG would take ten seconds and a hundred megabytes."""
    picture = Image.fromarray(pixels_rgb)
    picture.thumbnail((SHOWN_SIDE_PX, SHOWN_SIDE_PX), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return np.asarray(picture)


def _heading(text: str) -> str:
    return f'<section class="dc dc-verdict dc-empty"><h2>{escape(text)}</h2></section>'


def _make_guess(
    config: TabConfig, audio_detector: str, deck: Deck, said_fake: bool
) -> Callable[[Game, int], list[Any]]:
    def guess(game: Game, sure: int) -> list[Any]:
        item = game.current
        if item is None:
            return [game, *[gr.update()] * 7]
        off = gr.update(interactive=False)
        try:
            name = audio_detector if item.kind == "audio" else config.detector
            report = config.load_detector(name, finder=config.finder).detect(item.path)
        except MediaError as error:
            deck.set_aside(item, str(error))
            left = game.without_current()
            if left.current is None:
                return _show_round(deck, left)
            return [
                left, gr.update(), gr.update(), off, off, gr.update(visible=True, value=words.GAME_NEXT),
                cards.error_card(words.GAME_BROKEN), gr.update(),
            ]  # fmt: skip
        except DeepfakeError as error:  # the detector is at fault and not the file: it can be guessed again
            said = words.as_sentence(str(error).replace(item.path, words.THE_FILE))
            return [game, *[gr.update()] * 5, cards.error_card(said), gr.update()]
        played = game.play(said_fake, int(sure or 0), report.verdict.fake_probability, report.verdict.threshold)
        over = played.current is None
        return [
            played, gr.update(), gr.update(), off, off,
            gr.update(visible=True, value=words.GAME_AGAIN if over else words.GAME_NEXT), _reveal(deck, played, item, report), _score(played),
        ]  # fmt: skip

    return guess


def _reveal(deck: Deck, game: Game, item: Item, report: Report) -> str:
    """The truth, who was right, and where the networks looked."""
    # The shipped sample is told in the page's language; what a list tells is its owner's and stays as it is.
    about = words.own_sentence(item.about) if deck.name else words.as_sentence(item.about)
    answer = game.answers[-1]
    verdict = report.verdict
    tone = "calm" if answer.player_right else "caution"
    parts = [
        f'<section class="dc dc-verdict dc-tone-{tone}" role="status"><h2>{escape(words.GAME_TRUTH[item.is_fake])} '
        f"{escape(words.GAME_RIGHT if answer.player_right else words.GAME_WRONG)}</h2>",
        f"<p>{escape(about)} {escape(words.game_streak(game.streak))}</p>" if item.about else "",
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
    return "".join([*parts, _summary(game), "</section>"])


def _summary(game: Game) -> str:
    """What came out, beside what people reach in studies; nothing before the last round is played."""
    if game.current is not None:
        return ""
    said = words.game_summary(game.items[0].kind, *game.scores(), len(game.answers))
    return f'<p class="dc-lead"><strong>{escape(said)}</strong></p>'


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
