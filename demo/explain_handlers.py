"""Why one face got its score: its heat map, LIME, and a test of both; pure, without gradio."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from demo import plots, words
from demo.background import Stopped, told_by_thread
from demo.handlers import DetectorLoader, Explainable, ScoresCrops
from detectors.errors import DeepfakeError
from detectors.explain import deletion_check, hottest_overlap

FLAT_WEIGHT = 1e-3  # a part that moves the probability by less than a tenth of a per cent is nothing to point at
FLAT_MAP = 0.01  # a heat map whose hottest and coldest point are no further apart than this points at nothing


@dataclass(frozen=True, eq=False)
class ExplainView:
    """One moment of an explanation.

    Attributes:
        number: of the face, as on the picture.
        share: of LIME that is done, in [0, 1].
        crop_rgb: what the networks saw, enlarged; None where nothing can be explained.
        heat_rgb: the same under its heat map.
        lime_rgb: the same under LIME's weights; None until they are there.
        heat_tested: whether the heat map explains the score.
        lime_tested: whether LIME's map does; "" until it is there.
        compared: whether the two maps point at the same places; likewise.
        message: a sentence instead of a result, or while there is none.
        is_error: whether the message says that something went wrong.
    """

    number: int = 1
    share: float = 0.0
    crop_rgb: np.ndarray | None = None
    heat_rgb: np.ndarray | None = None
    lime_rgb: np.ndarray | None = None
    heat_tested: str = ""
    lime_tested: str = ""
    compared: str = ""
    message: str = ""
    is_error: bool = False

    @property
    def is_working(self) -> bool:
        """Whether LIME is still at it."""
        return self.message == words.LIME_WORKING


def explain_face(
    faces: Explainable | None,
    index: int,
    finder: str,
    detector_loader: DetectorLoader,
    *,
    detector: str = "image-ensemble",
    stop: threading.Event | None = None,
) -> Iterator[ExplainView]:
    """Shows the heat map of one face with its test, runs LIME and tells how far it is, and ends with both compared.

    Args:
        faces: from an `ImageView`.
        index: of the face among them.
        finder: name of the face finder, only so that the same loaded detector is used.
        detector_loader: like `detectors.load`.
        detector: name of the detector.
        stop: ends the run when set; closing this iterator does so as well.
    """
    if faces is None or not 0 <= index < len(faces.numbers):
        yield ExplainView(message=words.LIME_NOTHING, is_error=True)
        return
    view = ExplainView(faces.numbers[index])
    try:
        loaded = detector_loader(detector, finder=finder)
        if not isinstance(loaded, ScoresCrops):
            yield replace(view, message=words.LIME_NOTHING, is_error=True)
            return
        for moment in _explained(view, faces, index, loaded, stop or threading.Event()):
            view = moment
            yield view
    except Stopped:
        yield replace(view, message=words.STOPPED)
    except DeepfakeError as error:
        yield replace(view, message=words.as_sentence(str(error)), is_error=True)


def _explained(
    view: ExplainView, faces: Explainable, index: int, detector: ScoresCrops, stop: threading.Event
) -> Iterator[ExplainView]:
    crop, heat, score = faces.crops_rgb[index], faces.maps[index].astype(np.float32), faces.fake_probability[index]

    def tested(values: np.ndarray) -> str:
        return words.deletion_words(score, *deletion_check(detector.score_crops, crop, values))

    heat_is_flat = float(np.ptp(heat)) < FLAT_MAP
    view = replace(
        view,
        crop_rgb=plots.enlarge(crop),
        heat_rgb=plots.overlay_heat(crop, heat),
        heat_tested=words.HEAT_FLAT if heat_is_flat else tested(heat),
        message=words.LIME_WORKING,
    )
    yield view
    weights: np.ndarray | None = None

    def work(tell: Callable[[float | np.ndarray], None]) -> None:
        from detectors.explain import explain_lime  # looked up when it is needed, for it brings scikit-learn

        tell(explain_lime(detector.score_crops, crop, progress=tell))

    for news in told_by_thread(work, stop):
        if isinstance(news, np.ndarray):
            weights = news
        else:
            view = replace(view, share=max(view.share, float(news)))
            yield view
    assert weights is not None
    flat = float(np.abs(weights).max(initial=0.0)) < FLAT_WEIGHT
    yield replace(
        view,
        share=1.0,
        lime_rgb=plots.overlay_lime(crop, weights),
        lime_tested=words.LIME_FLAT if flat else tested(weights),
        compared=words.maps_compared(None if flat or heat_is_flat else hottest_overlap(heat, weights)),
        message="",
    )
