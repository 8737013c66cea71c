"""“Is it robust?”: the same file saved again in common ways, and asked again; pure, without gradio."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from html import escape

from demo import cards, words
from demo.handlers import DetectorLoader
from detectors.errors import DeepfakeError
from detectors.types import Decision, Verdict


@dataclass(frozen=True)
class Copy:
    """What was said of one copy."""

    name: str
    fake_probability: float | None
    decision: Decision
    headline: str


@dataclass(frozen=True)
class ProbeView:
    """One moment of a probe.

    Attributes:
        error: why it cannot run; "" when it can.
        copies: finished so far, the untouched file first.
        total: copies in all, the untouched file counted.
    """

    error: str = ""
    copies: tuple[Copy, ...] = ()
    total: int = 0

    @property
    def is_stable(self) -> bool:
        """Whether every copy gets the same decision."""
        return len({copy.decision for copy in self.copies}) <= 1


def probe(
    path: str | None, kind: str, detector_loader: DetectorLoader, *, detector: str, finder: str = "yunet"
) -> Iterator[ProbeView]:
    """Judges a file and its copies; the last view holds all of them.

    Args:
        path: of the upload.
        kind: "image" or "audio".
        detector_loader: like `detectors.load`.
        detector: name of the detector.
        finder: of faces.
    """
    if not path:
        yield ProbeView(error=words.NO_PICTURE if kind == "image" else words.NO_SOUND)
        return
    from eval.corruptions import corrupted, read_corruption

    ways = ((None, words.PROBE_ORIGINAL), *words.PROBE_COPIES[kind])
    view = ProbeView(total=len(ways))
    try:
        loaded = detector_loader(detector, finder=finder)
        for how, name in ways:
            yield view
            with corrupted(path, read_corruption(how)) if how else nullcontext(path) as file:
                said: Verdict = loaded.detect(file, with_maps=False).verdict
            band = words.evidence_band(said.fake_probability, said.decision, said.reason, kind)  # type: ignore[arg-type]
            view = ProbeView(
                "", (*view.copies, Copy(name, said.fake_probability, said.decision, band.headline)), len(ways)
            )
    except DeepfakeError as error:
        yield ProbeView(error=words.as_sentence(str(error).replace(str(path), words.THE_FILE)))
        return
    yield view


def probe_card(view: ProbeView) -> str:
    """The probe as a table, with a sentence when it is over."""
    if view.error:
        return cards.error_card(view.error)
    rows = [
        (c.name, "–" if c.fake_probability is None else words.percent(c.fake_probability), c.headline)
        for c in view.copies
    ]
    table = cards.table(words.PROBE_HEADING, words.PROBE_COLUMNS, rows, 9) if rows else ""
    if len(view.copies) < view.total:
        share = len(view.copies) / view.total * 100
        end = (
            f'<div class="dc-working"><label>{escape(words.PROBE_WORKING)} <progress max="100" value="{share:.0f}"></progress>'
            "</label></div>"
        )
    else:
        end = f"<p><strong>{escape(words.PROBE_STABLE if view.is_stable else words.PROBE_FLIPS)}</strong></p>"
    return f'<section class="dc" role="status">{table}{end}</section>'
