"""What is measured: a detector of ours by its name, or somebody else's, with all that a table must say of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import detectors
from data_manifests.schema import DatasetCard
from detectors.card import card_names, read_card
from detectors.errors import UsageError
from detectors.faces import load_finder
from detectors.types import MediaKind
from eval.foreign import ForeignDetector, is_foreign, load_foreign

Loader = Callable[..., detectors.Detector]
BASELINE_THRESHOLD = 0.5
ALL = "all"
DETECTORS: dict[MediaKind, str] = {
    "image": detectors.DEFAULT_DETECTOR, "video": detectors.VIDEO_DETECTOR, "audio": detectors.AUDIO_DETECTOR,
}  # fmt: skip
BASELINES: dict[MediaKind, str] = {
    "image": detectors.BASELINE, "video": detectors.VIDEO_BASELINE, "audio": detectors.AUDIO_BASELINE,
}  # fmt: skip
BASELINE_KINDS: dict[str, MediaKind] = {name: kind for kind, name in BASELINES.items()}


@dataclass(frozen=True)
class Subject:
    """A detector and its terms.

    Attributes:
        spec: as on the command line.
        name: on tables.
        detector: loaded.
        kind: of files that it judges.
        networks: whose own scores are columns; empty where it has none.
        threshold: on the probability of fake.
        threshold_source: as a sentence.
        frame_threshold: of single frames of a clip; None for others.
        training_data: names of datasets; None: not told.
    """

    spec: str
    name: str
    detector: detectors.Detector
    kind: MediaKind
    networks: tuple[str, ...]
    threshold: float
    threshold_source: str
    frame_threshold: float | None
    training_data: tuple[str, ...] | None


def load_detector(spec: str, finder: str, load: Loader = detectors.load) -> detectors.Detector:
    """A detector by the name, card's path or function that the command line gives.

    Raises:
        UsageError, CardError: there is none, or its weights are not what its card says.
    """
    return load_foreign(spec, load_finder(finder)) if is_foreign(spec) else load(spec, finder=finder)


def load_subject(spec: str, finder: str, load: Loader = detectors.load) -> Subject:
    """A detector with its terms.

    Raises:
        UsageError, CardError: see `load_detector`.
    """
    detector = load_detector(spec, finder, load)
    card = detector.card
    if card is not None:
        frames = getattr(detector, "frame_threshold", BASELINE_THRESHOLD) if card.media_kind == "video" else None
        return Subject(
            spec, card.name, detector, card.media_kind, tuple(m.network for m in card.members), card.threshold,
            card.threshold_source, frames, tuple(d.name for d in card.training_data),
        )  # fmt: skip
    if isinstance(detector, ForeignDetector):
        terms = detector.terms
        return Subject(
            spec, detector.name, detector, terms.kind, (), terms.threshold, terms.threshold_source,
            terms.threshold if terms.kind == "video" else None, terms.training_data,
        )  # fmt: skip
    kind = BASELINE_KINDS.get(spec, "image")
    return Subject(
        spec, spec, detector, kind, (), BASELINE_THRESHOLD, "fixed at 0.5",
        BASELINE_THRESHOLD if kind == "video" else None, (),
    )  # fmt: skip


def every_detector(kind: MediaKind) -> tuple[str, ...]:
    """Names of our detectors for a kind of media, and its baseline."""
    ours = tuple(name for name in card_names() if read_card(name).media_kind == kind)
    if not ours:
        raise UsageError(f"there is no detector of {kind} files.")
    return (*ours, BASELINES[kind])


def seen_in_training(dataset: DatasetCard, training_data: tuple[str, ...] | None) -> str:
    """ "same dataset", "no" or "unknown": a folder of anyone's files cannot tell, nor a detector that names no data."""
    if training_data == ():
        return "no"
    if training_data is None or not dataset.known_to_training:
        return "unknown"
    return "same dataset" if set(training_data) & set(dataset.known_to_training) else "no"
