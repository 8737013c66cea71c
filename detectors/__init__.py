"""Is it fake, how sure, and why: `detect(path)` answers for one file.

>>> import detectors
>>> report = detectors.detect("photo.jpg")           # doctest: +SKIP
>>> report.verdict.decision, report.verdict.fake_probability   # doctest: +SKIP
('real', 0.12)
"""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from detectors.card import WeightsCard, card_names
from detectors.errors import CardError, DeepfakeError
from detectors.types import Evidence, Report, Verdict

if TYPE_CHECKING:
    from detectors.audio import AudioDetector

DEFAULT_DETECTOR = "image-ensemble"
VIDEO_DETECTOR = "video-ensemble"
AUDIO_DETECTOR = "audio-ensemble"
BASELINE = "brightness"
VIDEO_BASELINE = "clip-brightness"
AUDIO_BASELINE = "loudness"

__all__ = ["AUDIO_BASELINE", "AUDIO_DETECTOR", "BASELINE", "DEFAULT_DETECTOR", "VIDEO_BASELINE", "VIDEO_DETECTOR", "DeepfakeError", "Detector", "Evidence", "Report", "Verdict", "detect", "detector_for", "load", "names"]  # fmt: skip


class Detector(Protocol):
    """What every detector offers.

    Attributes:
        name: as on its card.
        digest: SHA-256 of its weights, in hex; "" when it has none.
        card: its contract; None for the baseline.
    """

    @property
    def name(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def card(self) -> WeightsCard | None: ...

    def detect(self, path: str | Path, *, with_maps: bool = True) -> Report:
        """The report of one file.

        Raises:
            MediaError: the file cannot be used.
        """
        ...


def names() -> tuple[str, ...]:
    """Every detector that can be loaded."""
    return (*card_names(), BASELINE, VIDEO_BASELINE, AUDIO_BASELINE)


def detector_for(path: str | Path) -> str:
    """Name of the detector that a file calls for by its content: of pictures, of videos or of sound.

    What is neither goes to the picture detector, whose error says what the file is.
    """
    from detectors.media import media_kind

    return {"audio": AUDIO_DETECTOR, "video": VIDEO_DETECTOR}.get(media_kind(path) or "", DEFAULT_DETECTOR)


_loading = threading.Lock()


def load(name: str = DEFAULT_DETECTOR, *, finder: str = "yunet") -> Detector:
    """A detector ready to run; loaded once in a process for each finder.

    Raises:
        UsageError: there is no detector or finder of that name.
        CardError: its weights are missing or were altered.
    """
    with _loading:  # two visitors at once must not load it twice
        return _load(name, finder)


@lru_cache(maxsize=8)
def _load(name: str, finder: str) -> Detector:
    if name == BASELINE:
        from detectors.baseline import BrightnessDetector

        return BrightnessDetector()
    if name == AUDIO_BASELINE:
        from detectors.baseline import LoudnessDetector

        return LoudnessDetector()
    if name == VIDEO_BASELINE:
        from detectors.baseline import ClipBrightnessDetector

        return ClipBrightnessDetector()
    from detectors.card import AudioCard, ImageCard, VideoCard, read_card
    from detectors.faces import load_finder
    from detectors.runtime import OpenVinoEnsemble, SpeechEnsemble

    find = load_finder(finder)  # an unknown finder is said before any weights are read
    card = read_card(name)
    if isinstance(card, AudioCard):
        from detectors.audio import AudioDetector

        return AudioDetector(card, SpeechEnsemble(card))
    if isinstance(card, VideoCard):
        from detectors.image import ImageDetector
        from detectors.video import VideoDetector

        image = _load(card.frames_by, finder)
        if not isinstance(image, ImageDetector):
            raise CardError(f"the card {card.name} names {card.frames_by}, which does not judge pictures.")
        return VideoDetector(card, image, find, _load_audio)
    if isinstance(card, ImageCard):
        from detectors.image import ImageDetector

        return ImageDetector(card, OpenVinoEnsemble(card), find)
    raise CardError(f"nothing here can run a detector of {card.media_kind}.")


def _load_audio() -> AudioDetector:
    """The detector of sound tracks, loaded when the first is met."""
    from detectors.audio import AudioDetector

    audio = load(AUDIO_DETECTOR)
    if not isinstance(audio, AudioDetector):
        raise CardError(f"the card {AUDIO_DETECTOR} is not one of a detector of voices.")
    return audio


def detect(path: str | Path, *, detector: str | None = None, finder: str = "yunet") -> Report:
    """The report of one file, by the detector of this name, or by the one that its content calls for.

    Raises:
        MediaError: the file cannot be used; the message says why in one sentence.
        UsageError, CardError: see `load`.
    """
    return load(detector or detector_for(path), finder=finder).detect(path)
