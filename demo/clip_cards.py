"""Lays a clip's view out as HTML. Every text that comes from outside is escaped here, once."""

from __future__ import annotations

from html import escape

from demo import cards, plots, words
from demo.cards import both_classes, downloads, error_card, legend, notes_list, passage
from demo.clip_handlers import AnnotateView, ClipView, PersonView

TICKS = 5


def empty_card() -> str:
    """Before anything was checked."""
    return cards.empty_card(words.CLIP_EMPTY_HEADLINE, words.CLIP_EMPTY_TEXT)


def verdict_card(view: ClipView) -> str:
    """The answer for the clip: what speaks for it, then faces and sound each by itself."""
    if view.error:
        return error_card(view.error)
    parts = [
        cards.verdict_head(view.band),
        f'<p class="dc-advice">{escape(view.spoke)}</p>',
        _channel(words.CLIP_FACES, *view.picture, view.threshold, view.undecided_band),
    ]
    if view.sound is not None:
        parts.append(_channel(words.CLIP_SOUND, *view.sound, view.sound_threshold, view.sound_band))
    parts += [
        passage(words.HOW_OFTEN_WRONG, view.threshold_words),
        passage(words.WHAT_WAS_LOOKED_AT, view.looked_at),
        notes_list(words.ABOUT_THE_CLIP, view.notes),
        cards.provenance_section(view.provenance),
        downloads(view.file_name, view.json_text, view.csv_text),
        f'<p class="dc-note">{escape(view.file_name)}: {escape(view.file)}. {escape(view.detector)}, '
        f"{escape(view.elapsed)}.</p></section>",
    ]
    return "".join(parts)


def _channel(
    name: str, band: words.Band, fake_probability: float | None, threshold: float, undecided: tuple[float, float]
) -> str:
    head = f"<h3>{escape(name)}: {escape(words.after_colon(band.headline))}</h3>"
    if fake_probability is None:
        return head + f"<p>{escape(band.meaning)}</p>"
    return head + both_classes(fake_probability, threshold, undecided, tall=True)


def timeline_section(view: ClipView) -> str:
    """A line for each person and one for the sound over the same time, and the strongest frames."""
    if view.error or not (view.persons or view.windows):
        return ""
    lanes = "".join(_person_lane(person, view) for person in view.persons)
    hidden = view.n_persons - len(view.persons)
    more = f'<p class="dc-note">{escape(words.more_persons(hidden))}</p>' if hidden > 0 else ""
    sound = ""
    if view.windows:
        scored = [w for w in view.windows if w.fake_probability is not None]
        over = sum((w.fake_probability or 0) >= view.sound_threshold for w in scored)
        label = words.timeline_alt(len(scored), over, view.length_s)
        lane = plots.score_lane(view.windows, view.length_s, view.sound_threshold, view.sound_band, label)
        sound = (
            f'<div class="dc-person"><div class="dc-who"><strong>{escape(words.CLIP_SOUND)}</strong></div>{lane}</div>'
        )
    ticks = "".join(f"<span>{words.clock(view.length_s * k / (TICKS - 1))}</span>" for k in range(TICKS))
    return (
        f'<section class="dc dc-timeline"><h2>{escape(words.TIMELINE_HEADING)}</h2>{lanes}{sound}'
        f'<div class="dc-person"><div></div><div class="dc-ticks" aria-hidden="true">{ticks}</div></div>{more}'
        f'<p class="dc-note">{escape(words.CLIP_TIMELINE_CAPTION)}</p>{_gallery(view)}</section>'
    )


def _person_lane(person: PersonView, view: ClipView) -> str:
    scored = sum(e.fake_probability is not None for e in person.frames)
    over = sum((e.fake_probability or 0) >= view.frame_threshold for e in person.frames)
    moments = [(e.time_s, e.fake_probability) for e in person.frames]
    lane = plots.moment_lane(
        moments,
        view.length_s,
        view.step_s,
        view.frame_threshold,
        view.frame_band,
        words.person_alt(person.title, scored, over),
    )
    face = "" if person.face_rgb is None else f'<img src="{plots.data_uri(person.face_rgb)}" alt="">'
    score = "" if person.fake_probability is None else f" {words.percent(person.fake_probability)}"
    return (
        f'<div class="dc-person dc-tone-{person.band.tone}"><div class="dc-who">{face}<div>'
        f"<strong>{escape(person.title)}{score}</strong><p>{escape(person.band.headline)}</p></div></div>{lane}"
        f'<p class="dc-note dc-said">{escape(person.said)}</p></div>'
    )


def _gallery(view: ClipView) -> str:
    if not view.frames:
        return ""
    figures = "".join(
        f'<figure class="dc-map"><img src="{plots.data_uri(frame.heat_rgb)}" alt="{escape(words.frame_alt(frame.time_s))}">'
        f"<figcaption>{escape(frame.title)}: {escape(words.percent(frame.fake_probability))}</figcaption></figure>"
        for frame in view.frames
    )
    heading = words.GALLERY_HEADING if view.frames[0].fake_probability >= view.frame_threshold else words.GALLERY_CALM
    return (
        f'<h3>{escape(heading)}</h3><div class="dc-gallery">{figures}</div>'
        f'<div class="dc-gallery-legend">{legend(plots.colour_ramp(plots.HEAT_STOPS), words.HEAT_LEGEND)}</div>'
        f'<p class="dc-note">{escape(words.GALLERY_CAPTION)}</p>'
    )


def annotate_card(view: AnnotateView) -> str:
    """Progress of the annotated copy, or why there is none; empty once it is there."""
    if view.file:
        return ""
    if view.is_error:
        return f'<div class="dc" role="alert"><p>{escape(view.message)}</p></div>'
    return (
        f'<div class="dc dc-working"><label>{escape(view.message)} <progress max="100" value="{view.share * 100:.0f}">'
        f'</progress> <span class="dc-number">{words.PERCENT.format(n=round(view.share * 100))}</span></label></div>'
    )
