"""Lays a view out as HTML. Every text that comes from outside is escaped here, once."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path

from demo import plots, words
from demo.handlers import FaceView, ImageView
from detectors.card import WeightsCard
from detectors.provenance import Provenance


def empty_card(headline: str = "", text: str = "") -> str:
    """Before anything was checked; of pictures where nothing else is said."""
    headline, text = headline or words.EMPTY_HEADLINE, text or words.EMPTY_TEXT
    return f'<section class="dc dc-verdict dc-empty"><h2>{escape(headline)}</h2><p>{escape(text)}</p></section>'


def verdict_head(band: words.Band) -> str:
    """The beginning of a verdict's card: headline, ladder and what it means; the section is left open."""
    return (
        f'<section class="dc dc-verdict dc-tone-{band.tone}" role="status" aria-label="{escape(band.headline)}">'
        f'<h2>{escape(band.headline)}</h2>{scale(band)}<p class="dc-lead">{escape(band.meaning)}</p>'
    )


def error_card(sentence: str) -> str:
    """Why something could not be checked."""
    return (
        f'<section class="dc dc-verdict dc-tone-error" role="alert"><h2>{escape(words.ERROR_HEADLINE)}</h2>'
        f'<p class="dc-lead">{escape(sentence)}</p></section>'
    )


def verdict_card(view: ImageView) -> str:
    """The answer for the picture."""
    if view.error:
        return error_card(view.error)
    parts = [verdict_head(view.band)]
    if view.advice:
        parts.append(f'<p class="dc-advice">{escape(view.advice)}</p>')
    if view.fake_probability is not None:
        parts.append(both_classes(view.fake_probability, view.threshold, view.undecided_band, tall=True))
    parts += [
        passage(words.WHO_SPOKE, view.spoke),
        passage(words.HOW_OFTEN_WRONG, view.threshold_words if view.fake_probability is not None else ""),
        passage(words.WHAT_WAS_LOOKED_AT, view.looked_at),
    ]
    parts.append(notes_list(words.ABOUT_THE_PICTURE, view.notes))
    parts.append(provenance_section(view.provenance))
    parts.append(_details(view))
    parts.append("</section>")
    return "".join(parts)


def faces_section(view: ImageView) -> str:
    """The picture with its boxes and a card for each face; empty where there is nothing to show."""
    if view.error or view.picture_rgb is None:
        return ""
    picture = (
        f'<figure class="dc-picture"><img src="{plots.data_uri(view.picture_rgb)}" '
        f'alt="{escape(words.picture_alt(view.n_faces))}"></figure>'
    )
    cards = "".join(_face_card(face, view.threshold, view.undecided_band) for face in view.faces)
    hidden = view.n_faces - len(view.faces)
    more = f'<p class="dc-note">{escape(words.more_faces(hidden))}</p>' if hidden > 0 else ""
    return (
        f'<section class="dc dc-faces{" dc-one-face" if view.n_faces == 1 else ""}"><h2>{escape(words.FACES_HEADING)}</h2>{picture}'
        f'<div class="dc-face-list">{cards}</div>{more}</section>'
    )


def about(cards: Sequence[WeightsCard | None]) -> str:
    """The About tab: limits first, then a model card for each detector; None stands for a baseline."""
    limits = "".join(f"<li>{escape(line)}</li>" for line in words.LIMITS)
    reading = "".join(f"<li>{escape(line)}</li>" for line in words.READING)
    parts = [
        '<article class="dc dc-about">',
        f"<h2>{escape(words.LIMITS_HEADING)}</h2><ul>{limits}</ul>",
        f"<h2>{escape(words.IS_HEADING)}</h2><p>{escape(words.IS_TEXT)}</p>",
        f"<h2>{escape(words.READING_HEADING)}</h2><ul>{reading}</ul>",
    ]
    for card in cards:
        if card is None:
            parts.append(f"<h2>{escape(words.CARD_HEADING)}</h2><p>{escape(words.NO_CARD)}</p>")
        else:
            parts.append(f"<h2>{escape(words.card_heading(card))}</h2>{_model_card(card)}")
    return "".join([*parts, "</article>"])


def _model_card(card: WeightsCard) -> str:
    names = ", ".join(words.network_name(member.network) for member in card.members)
    made = words.MADE_AT.format(date=card.created, commit=card.commit[:12]) if card.commit else card.created
    rows = [
        (words.CARD_NAME, f"{card.name}@{card.digest[:12]}"),
        (words.CARD_MADE, made),
        (words.CARD_NETWORKS, names),
        words.senses(card),
        (words.CARD_THRESHOLD, f"{words.figure(card.threshold, 3)}. {words.as_sentence(card.threshold_source)}"),
        (words.CARD_ERRORS, words.threshold_meaning(card)),
    ]
    facts = "".join(f"<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>" for k, v in rows)
    metrics = [
        (
            words.translated(m.dataset), words.translated(m.split), words.translated(m.level), words.metric_name(m),
            words.figure(m.value, 3 if round(m.value, 3) else 4), words.interval(m),  # a tiny difference is no “-0.000”
            words.count(m.n_real), words.count(m.n_fake),
        )
        for m in card.metrics
    ]  # fmt: skip
    data = [
        (words.translated(d.name), words.translated(d.licence), words.count(d.n_real), words.count(d.n_fake))
        for d in card.training_data
    ]
    measured = (
        f"<p>{escape(words.METRICS_NOTE)}</p>{table(f'{words.METRICS_HEADING}: {card.name}', words.METRIC_COLUMNS, metrics, 4)}"
        if metrics
        else f"<p>{escape(words.NO_METRICS)}</p>"
    )
    return (
        f'<dl class="dc-facts">{facts}</dl><h3>{escape(words.METRICS_HEADING)}</h3>{measured}'
        f"<h3>{escape(words.DATA_HEADING)}</h3>{table(f'{words.DATA_HEADING}: {card.name}', words.DATA_COLUMNS, data, 2)}"
        f"<h3>{escape(words.LICENCE_HEADING)}</h3><p>{escape(words.weights_licence(card))}</p>"
    )


def table(label: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], first_number: int) -> str:
    """A table that scrolls sideways on a phone; columns from `first_number` on are set right."""

    def cells(tag: str, values: tuple[str, ...], scope: str = "") -> str:
        return "".join(
            f"<{tag}{scope}{' class=dc-right' if i >= first_number else ''}>{escape(v)}</{tag}>"
            for i, v in enumerate(values)
        )

    head = cells("th", columns, ' scope="col"')
    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return (
        f'<div class="dc-scroll" tabindex="0" role="region" aria-label="{escape(label)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _face_card(face: FaceView, threshold: float, undecided_band: tuple[float, float]) -> str:
    parts = [
        f'<article class="dc-face dc-tone-{face.band.tone}" aria-label="{escape(face.title)}">',
        f'<header><span class="dc-badge" aria-hidden="true">{face.number}</span>'
        f"<div><h3>{escape(face.title)}: {escape(words.after_colon(face.band.headline))}</h3>"
        f'<p class="dc-note">{escape(face.place)}</p></div></header>',
    ]
    if face.fake_probability is None:
        parts.append(f"<p>{escape(words.NOT_SCORED)} {escape(face.band.meaning)}</p></article>")
        return "".join(parts)
    parts.append(both_classes(face.fake_probability, threshold, undecided_band))
    figures = []
    if face.crop_rgb is not None:
        figures.append(
            f'<figure class="dc-map"><img src="{plots.data_uri(face.crop_rgb)}" '
            f'alt="{escape(words.crop_alt(face.number))}"><figcaption>{escape(words.CROP_CAPTION)}</figcaption></figure>'
        )
    if face.heat_rgb is not None:
        figures.append(
            f'<figure class="dc-map"><img src="{plots.data_uri(face.heat_rgb)}" '
            f'alt="{escape(words.heat_alt(face.number))}"><figcaption>{escape(words.HEAT_CAPTION)}'
            f"{legend(plots.colour_ramp(plots.HEAT_STOPS), words.HEAT_LEGEND)}</figcaption></figure>"
        )
    parts.append(f'<div class="dc-maps">{"".join(figures)}</div>')
    if face.explained:
        parts.append(f'<p class="dc-note">{escape(face.explained)}</p>')
    if face.networks:
        rows = [(network.name, network.fake_probability) for network in face.networks]
        parts.append(f"<h4>{escape(words.NETWORKS_HEADING)}</h4>{bars(rows, threshold)}")
        parts.append(f"<p>{escape(face.agreement)}</p>")
    if face.kind:
        parts.append(f"<h4>{escape(words.KIND_HEADING)}</h4><p>{escape(face.kind)}</p>{bars(list(face.kinds), None)}")
    parts.append("</article>")
    return "".join(parts)


def bars(rows: list[tuple[str, float]], threshold: float | None) -> str:
    """Named bars with their numbers; the tick is the threshold, where there is one."""
    lines = "".join(
        f'<li><span class="dc-name">{escape(name)}</span>'
        + plots.score_bar(
            value,
            label=words.bar_alt(name, value),
            threshold=threshold,
            undecided_band=(0.0, 0.0),
        )
        + f'<span class="dc-number">{escape(words.percent(value))}</span></li>'
        for name, value in rows
    )
    return f'<ul class="dc-bars">{lines}</ul>'


def both_classes(fake: float, threshold: float, band: tuple[float, float], *, tall: bool = False) -> str:
    """The probabilities of both classes; the tall form also says what the marks are."""
    fake_words, real_words = words.percent_of_both(fake)
    label = f"{fake_words} {words.MANIPULATED}, {real_words} {words.NOT_MANIPULATED}"
    bar = plots.score_bar(fake, label=label, threshold=threshold, undecided_band=band, tall=tall)
    key = f'<p class="dc-note">{escape(words.bar_key(threshold, band))}</p>' if tall else ""
    return (
        f'<div class="dc-both"><p><span><strong>{escape(fake_words)}</strong> {escape(words.MANIPULATED)}</span>'
        f"<span><strong>{escape(real_words)}</strong> {escape(words.NOT_MANIPULATED)}</span></p>{bar}"
        f"{key}</div>"
    )


def scale(band: words.Band) -> str:
    """The ladder of bands with the present one marked."""
    if band.step is None:
        return ""
    steps = "".join(
        f"<li{' class=dc-here aria-current=true' if i == band.step else ''}>{escape(step)}</li>"
        for i, step in enumerate(words.SCALE_STEPS)
    )
    return f'<ol class="dc-scale" aria-label="{escape(words.SCALE_ALT)}">{steps}</ol>'


def passage(heading: str, text: str) -> str:
    """A heading and its text; empty without a text."""
    return f"<h3>{escape(heading)}</h3><p>{escape(text)}</p>" if text else ""


def notes_list(heading: str, notes: Sequence[str]) -> str:
    """Notes under a heading; empty without any."""
    if not notes:
        return ""
    lines = "".join(f"<li>{escape(words.as_sentence(note))}</li>" for note in notes)
    return f"<h3>{escape(heading)}</h3><ul>{lines}</ul>"


def provenance_section(told: Provenance | None) -> str:
    """What a file says of its own origin, as evidence of its own; empty where it was not read."""
    if told is None:
        return ""
    lines = []
    for claim in told.claims:
        mark = words.POINTS_TO.get(claim.points_to)
        # The file's own words stay as they are; that it names a place is ours.
        value = words.translated(claim.value) if claim.name == "place" else claim.value
        lines.append(
            f"<li>{escape(words.translated(claim.name))}: {escape(value)} "
            f"<span class=dc-note>({escape(words.translated(claim.source))}"
            f"{f', <strong>{escape(mark)}</strong>' if mark else ''})</span></li>"
        )
    lines += [f"<li>{escape(words.as_sentence(note))}</li>" for note in told.notes]
    body = f"<ul class=dc-claims>{''.join(lines)}</ul>" if lines else f"<p>{escape(words.PROVENANCE_NONE)}</p>"
    note = f'<p class="dc-note">{escape(words.PROVENANCE_NOTE)}</p>' if told.claims else ""
    return f"<h3>{escape(words.PROVENANCE_HEADING)}</h3>{body}{note}"


def waiting_card() -> str:
    """While others are served first; its bar makes the style sheet show Cancel."""
    return (
        f'<div class="dc dc-working" role="status"><label>{escape(words.WAITING)} <progress max="100" value="0"></progress>'
        "</label></div>"
    )


def legend(gradient: str, ends: tuple[str, str]) -> str:
    return (
        f'<span class="dc-legend"><span class="dc-ramp" style="background:{gradient}" aria-hidden="true"></span>'
        f"<span>{escape(ends[0])}</span><span>{escape(ends[1])}</span></span>"
    )


def downloads(file_name: str, json_text: str, csv_text: str) -> str:
    """Links to a report as JSON and CSV, inside the page itself."""
    stem = Path(file_name).stem
    links = "".join(
        f'<a class="dc-button" download="{escape(words.REPORT_FILE.format(stem=stem, suffix=kind))}" '
        f'href="data:{mime};base64,{base64.b64encode(text.encode("utf-8")).decode("ascii")}">{kind.upper()}</a>'
        for kind, mime, text in (("json", "application/json", json_text), ("csv", "text/csv", csv_text))
    )
    return f'<div class="dc-downloads"><span>{escape(words.DOWNLOAD_LABEL)}</span>{links}</div>'


def _details(view: ImageView) -> str:
    return downloads(view.file_name, view.json_text, view.csv_text) + (
        f'<p class="dc-note">{escape(view.file_name)}: {escape(view.file)}. {escape(view.detector)}, '
        f"{escape(view.elapsed)}.</p>"
    )
