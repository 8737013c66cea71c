"""“Is it robust?”: the same file saved again in common ways, and asked again; pure, without gradio."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from html import escape

from demo import cards, words
from demo.background import Stopped, told_by_thread
from demo.handlers import DetectorLoader
from detectors import Detector
from detectors.errors import DeepfakeError, MediaTooLarge, UsageError
from detectors.media import ClipFile
from detectors.types import Decision, Verdict
from detectors.video import VideoDetector

MAX_CLIP_S = 120.0  # every frame is encoded again, twice; a longer clip would keep a visitor waiting for minutes
# What `eval.corruptions` does to each kind of file; `words.PROBE_COPIES` names them.
WAYS = {"image": ("jpeg:40", "resize:0.5"), "video": ("h264:35", "resize:0.5"), "audio": ("mp3:32", "telephone")}
ENCODING = 0.6  # share of the time of a clip's copy that is spent on making it; only the progress bar depends on it


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
        share: done, in [0, 1].
        is_stopped: whether it was stopped, which is no error.
    """

    error: str = ""
    copies: tuple[Copy, ...] = ()
    total: int = 0
    share: float = 0.0
    is_stopped: bool = False

    @property
    def is_working(self) -> bool:
        """Whether there is more to come."""
        return not self.error and not self.is_stopped and len(self.copies) < self.total


def probe(
    path: str | None,
    kind: str,
    detector_loader: DetectorLoader,
    *,
    detector: str,
    finder: str = "yunet",
    rate_hz: float = 1.0,
    stop: threading.Event | None = None,
) -> Iterator[ProbeView]:
    """Judges a file and its copies; the last view holds all of them.

    Args:
        path: of the upload.
        kind: "image", "video" or "audio".
        detector_loader: like `detectors.load`.
        detector: name of the detector.
        finder: of faces.
        rate_hz: frames of a clip that are looked at in a second.
        stop: ends the run when set; closing this iterator does so as well.
    """
    if not path:
        yield ProbeView(error=words.probe_no_file(kind))
        return
    ways = ((None, words.PROBE_ORIGINAL), *zip(WAYS[kind], words.PROBE_COPIES[kind], strict=True))
    view = ProbeView(total=len(ways))

    def work(tell: Callable[[float | Copy], None]) -> None:
        loaded = detector_loader(detector, finder=finder)
        ask = _ask_clip(loaded, path, rate_hz, tell) if kind == "video" else _ask(loaded, path)
        for how, name in ways:
            said = ask(how)
            band = words.evidence_band(said.fake_probability, said.decision, said.reason, kind)  # type: ignore[arg-type]
            tell(Copy(name, said.fake_probability, said.decision, band.headline))

    yield view
    try:
        for news in told_by_thread(work, stop or threading.Event()):
            if isinstance(news, Copy):
                view = replace(view, copies=(*view.copies, news), share=(len(view.copies) + 1) / view.total)
            else:
                view = replace(view, share=(len(view.copies) + news) / view.total)
            yield view
    except Stopped:
        yield replace(view, is_stopped=True)
    except DeepfakeError as error:
        yield ProbeView(error=words.as_sentence(str(error).replace(str(path), words.THE_FILE)))


def _ask(loaded: Detector, path: str) -> Callable[[str | None], Verdict]:
    from eval.corruptions import corrupted, read_corruption

    def ask(how: str | None) -> Verdict:
        with corrupted(path, read_corruption(how)) if how else nullcontext(path) as file:
            return loaded.detect(file, with_maps=False).verdict

    return ask


def _ask_clip(
    loaded: Detector, path: str, rate_hz: float, tell: Callable[[float], None]
) -> Callable[[str | None], Verdict]:
    """For clips, whose faces alone are asked about: a function that tells its share of one copy in [0, 1].

    Raises:
        MediaTooLarge: the clip is longer than `MAX_CLIP_S`.
    """
    from eval.corruptions import corrupted, read_corruption

    if not isinstance(loaded, VideoDetector):
        raise UsageError(words.NO_CLIP_DETECTOR)
    with ClipFile(path) as clip:
        length_s = clip.info.length_s or MAX_CLIP_S
    if length_s > MAX_CLIP_S:
        raise MediaTooLarge(words.PROBE_TOO_LONG)

    def ask(how: str | None) -> Verdict:
        made = ENCODING if how else 0.0
        copy = (
            corrupted(
                path, read_corruption(how), max_length_s=MAX_CLIP_S,
                on_progress=lambda s: tell(made * min(1.0, s / length_s)),
            )
            if how
            else nullcontext(path)
        )  # fmt: skip
        with copy as file:
            return loaded.detect(
                file, with_maps=False, with_sound=False, rate_hz=rate_hz,
                on_progress=lambda s, _: tell(made + (1 - made) * min(1.0, s / length_s)),
            ).verdict  # fmt: skip

    return ask


def probe_card(view: ProbeView) -> str:
    """The probe as a table, with a sentence when it is over."""
    if view.error:
        return cards.error_card(view.error)
    rows = [
        (c.name, "–" if c.fake_probability is None else words.percent(c.fake_probability), c.headline)
        for c in view.copies
    ]
    table = cards.table(words.PROBE_HEADING, words.PROBE_COLUMNS, rows, 9) if rows else ""
    if view.is_working:
        end = (
            f'<div class="dc-working"><label>{escape(words.PROBE_WORKING)} <progress max="100" '
            f'value="{view.share * 100:.0f}"></progress> <span class="dc-number">{words.PERCENT.format(n=round(view.share * 100))}</span></label></div>'
        )
    elif view.is_stopped:
        end = f"<p>{escape(words.STOPPED)}</p>"
    else:
        said = words.probe_words([c.decision for c in view.copies if c.fake_probability is not None], view.total)
        end = f"<p><strong>{escape(said)}</strong></p>"
    status = "" if view.is_working else ' role="status"'
    return f'<section class="dc"{status}>{table}{end}</section>'
