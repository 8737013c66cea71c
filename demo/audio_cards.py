"""Lays a recording's view out as HTML. Every text that comes from outside is escaped here, once."""

from __future__ import annotations

from html import escape

from demo import cards, plots, words
from demo.audio_handlers import SoundView
from demo.cards import bars, both_classes, downloads, error_card, notes_list, passage

TICKS = 5


def empty_card() -> str:
    """Before anything was checked."""
    return cards.empty_card(words.SOUND_EMPTY_HEADLINE, words.SOUND_EMPTY_TEXT)


def verdict_card(view: SoundView) -> str:
    """The answer for the recording."""
    if view.error:
        return error_card(view.error)
    parts = [cards.verdict_head(view.band)]
    if view.fake_probability is not None:
        parts.append(both_classes(view.fake_probability, view.threshold, view.undecided_band, tall=True))
    if view.networks:
        rows = [(network.name, network.fake_probability) for network in view.networks]
        parts.append(f"<h3>{escape(words.SOUND_NETWORKS)}</h3>{bars(rows, view.threshold)}")
    parts += [
        passage(words.HOW_OFTEN_WRONG, view.threshold_words if view.fake_probability is not None else ""),
        passage(words.WHAT_WAS_HEARD, view.heard),
        notes_list(words.ABOUT_THE_SOUND, view.notes),
        cards.provenance_section(view.provenance),
        downloads(view.file_name, view.json_text, view.csv_text),
        f'<p class="dc-note">{escape(view.file_name)}: {escape(view.file)}. {escape(view.detector)}, '
        f"{escape(view.elapsed)}.</p></section>",
    ]
    return "".join(parts)


def timeline_section(view: SoundView) -> str:
    """Spectrogram, scores along time and the windows that spoke loudest; empty where there is nothing to show."""
    if view.error or view.spectrogram_rgb is None or not view.windows:
        return ""
    scored = [w for w in view.windows if w.fake_probability is not None]
    over = sum((w.fake_probability or 0) >= view.threshold for w in scored)
    label = words.timeline_alt(len(scored), over, view.length_s)
    lane = plots.score_lane(view.windows, view.length_s, view.threshold, view.undecided_band, label)
    ticks = "".join(f"<span>{words.clock(view.length_s * k / (TICKS - 1))}</span>" for k in range(TICKS))
    excerpts = "".join(
        f"<li><p>{escape(words.excerpt(e.start_s, e.end_s, e.fake_probability))}</p>"
        f'<audio controls preload="none" src="{e.uri}" '
        f'aria-label="{escape(words.EXCERPT_PLAY.format(start=words.clock(e.start_s), end=words.clock(e.end_s)))}"></audio></li>'
        for e in view.excerpts
    )
    heading = words.EXCERPTS_HEADING if over else words.EXCERPTS_HEADING_CALM
    listed = f"<h3>{escape(heading)}</h3><ul class=dc-excerpts>{excerpts}</ul>" if excerpts else ""
    return (
        f'<section class="dc dc-timeline"><h2>{escape(words.TIMELINE_HEADING)}</h2>'
        f'<img class="dc-spectrogram" src="{plots.data_uri(view.spectrogram_rgb)}" alt="">{lane}'
        f'<div class="dc-ticks" aria-hidden="true">{ticks}</div>'
        f'<p class="dc-note">{escape(words.TIMELINE_CAPTION)}</p>{listed}</section>'
    )
