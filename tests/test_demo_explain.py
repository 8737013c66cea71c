"""Why one face got its score: heat map and LIME side by side, their tests, and how the work is stopped."""

from __future__ import annotations

import re
import threading
import time
from html import unescape
from types import SimpleNamespace

import numpy as np
import pytest
from fake_detector import CROP_PX, FakeDetector, loader_of

from demo import explain_handlers, words
from demo.background import MOST_WAITING, StopFlags, Stopped, told_by_thread
from demo.explain_cards import explain_card
from demo.explain_handlers import ExplainView, explain_face
from demo.handlers import Explainable
from demo.image_tab import TabConfig, _make_explain
from detectors.errors import CardError


def faces(crop=None, heat=None):
    """Two faces, numbers 2 and 3 on the picture; the map is hot on the left, where the drawn detector looks."""
    rough = np.random.default_rng(0).integers(0, 256, (CROP_PX, CROP_PX, 3)).astype(np.uint8)
    crop = rough if crop is None else crop
    heat = np.tile(np.linspace(0.9, 0.1, 12, dtype=np.float16), (12, 1)) if heat is None else heat
    return Explainable((2, 3), np.stack([crop, crop]), np.stack([heat, heat]), (0.6, 0.6))


def explained(shown=None, index=0, **options):
    return explain_face(shown or faces(), index, "yunet", loader_of(FakeDetector([])), **options)


@pytest.fixture
def quick_lime(monkeypatch):
    """LIME's place taken by a function that reports progress and finds the left half."""

    def explain(score_crops, crop_rgb, *, progress=None):
        for share in (0.25, 0.5, 1.0):
            score_crops(crop_rgb[None])
            progress(share)
        return np.tile(np.linspace(0.3, -0.1, CROP_PX, dtype=np.float32), (CROP_PX, 1))

    monkeypatch.setattr("detectors.explain.explain_lime", explain)


@pytest.fixture
def endless_lime(monkeypatch):
    """LIME's place taken by one that only a stop ends; gives the event that it has left."""
    left = threading.Event()

    def explain(score_crops, crop_rgb, *, progress=None):
        try:
            for _ in range(1000):
                time.sleep(0.01)
                progress(0.1)
        finally:
            left.set()

    monkeypatch.setattr("detectors.explain.explain_lime", explain)
    return left


def test_the_heat_map_and_its_test_are_there_while_lime_works(quick_lime):
    first = next(explained())
    assert first.is_working and first.lime_rgb is None
    card = unescape(explain_card(first))
    assert re.findall('alt="([^"]+)"', card) == [words.crop_alt(2), words.heat_alt(2)]
    assert "<progress" in card and words.DELETION_GOOD in card and words.WHY_HEAT_CAPTION in card


def test_three_figures_stand_side_by_side_with_legends_and_both_tests(quick_lime):
    views = list(explained(index=1))
    assert [v.share for v in views] == sorted(v.share for v in views) and views[-1].share == 1.0
    card = unescape(explain_card(views[-1]))
    assert re.findall('alt="([^"]+)"', card) == [words.crop_alt(3), words.heat_alt(3), words.lime_alt(3)]
    assert card.count('class="dc-legend"') == 2 and "<progress" not in card
    assert card.count("hottest fifth blurred the score goes from 60\u00a0%") == 2
    assert "point at the same places" in card


def test_maps_that_point_elsewhere_are_said_to(quick_lime):
    heat = np.tile(np.linspace(0.1, 0.9, 12, dtype=np.float16), (12, 1))
    view = list(explained(faces(heat=heat)))[-1]
    assert "point at different places" in view.compared and words.DELETION_BAD in view.heat_tested
    assert words.DELETION_GOOD in view.lime_tested


@pytest.mark.parametrize(
    ("overlap", "said"), [(0.7, "the same places"), (0.35, "agree in part"), (0.1, "different places")]
)
def test_agreement_is_put_in_words_with_its_number(overlap, said):
    assert said in words.maps_compared(overlap) and words.percent(overlap) in words.maps_compared(overlap)


def test_a_map_that_points_at_nothing_is_not_tested_and_not_compared(monkeypatch):
    monkeypatch.setattr("detectors.explain.explain_lime", lambda *a, **k: np.zeros((CROP_PX, CROP_PX), np.float32))
    view = list(explained())[-1]
    assert view.lime_tested == words.LIME_FLAT and view.compared == words.MAPS_NOT_COMPARED
    view = list(explained(faces(heat=np.full((12, 12), 0.5, np.float16))))[-1]
    assert view.heat_tested == words.HEAT_FLAT and view.compared == words.MAPS_NOT_COMPARED


def test_lime_itself_finds_the_side_that_the_score_depends_on(monkeypatch):
    seen = []
    monkeypatch.setattr(explain_handlers.plots, "overlay_lime", lambda crop, weights: seen.append(weights) or crop)
    assert list(explained())[-1].message == ""
    left, right = seen[0][:, : CROP_PX // 2 - 8], seen[0][:, CROP_PX // 2 + 8 :]
    assert left.mean() > 10 * abs(right.mean())


def test_lime_can_be_stopped_and_the_heat_map_stays(endless_lime):
    stop = threading.Event()
    views = []
    for view in explained(stop=stop):
        views.append(view)
        stop.set()
    assert views[-1].message == words.STOPPED and views[-1].heat_rgb is not None
    assert words.STOPPED in explain_card(views[-1]) and endless_lime.wait(2)


def test_leaving_the_page_ends_lime(endless_lime):
    run = explained()
    next(run)
    next(run)
    run.close()
    assert endless_lime.wait(2)


def test_a_bug_in_lime_is_not_hidden(monkeypatch):
    def buggy(*args, **kwargs):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("detectors.explain.explain_lime", buggy)
    with pytest.raises(ZeroDivisionError):
        list(explained())


def test_there_is_nothing_to_explain_before_a_check():
    for shown, index in ((None, 0), (faces(), 2), (faces(), -1)):
        (view,) = explain_face(shown, index, "yunet", loader_of(FakeDetector([])))
        assert view.message == words.LIME_NOTHING and 'role="alert"' in explain_card(view)


def test_missing_weights_are_a_sentence_and_escaped():
    def load(name, *, finder):
        raise CardError("the file <b> is missing")

    (view,) = explain_face(faces(), 0, "yunet", load)
    assert view.is_error and "&lt;b&gt; is missing." in explain_card(view)
    assert "<b>" not in explain_card(ExplainView(message="<b>", is_error=True))


def test_a_visitors_work_is_taken_in_once_and_stopped_without_touching_anothers():
    flags = StopFlags()
    assert flags.begin("a") and flags.begin("b") and not flags.begin("a")
    first, other = flags.start("a"), flags.start("b")
    assert not flags.begin("a") and flags.start("a") is None  # it runs; a second press adds nothing
    assert flags.stop("a") is False and first.is_set() and not other.is_set()
    assert flags.begin("a")
    second = flags.start("a")
    flags.end("a", first)  # the late end of the first must not forget the second
    flags.stop("a")
    assert second.is_set() and not other.is_set()
    flags.end("b", other)
    assert flags.begin("b")


def test_work_that_was_stopped_while_it_waited_never_starts():
    flags = StopFlags()
    flags.begin("a")
    assert flags.stop("a") is True and flags.start("a") is None and flags.stop("a") is False


@pytest.mark.parametrize("leave", [False, True])
def test_an_explanation_tells_that_it_was_stopped_unless_the_page_has_gone_on(endless_lime, leave):
    flags, visitor = StopFlags(), SimpleNamespace(session_hash="a")
    flags.begin("a")
    config = TabConfig(loader_of(FakeDetector([])), "image-ensemble", "yunet", 20)
    shown = _make_explain(config, flags)(faces(), 0, "yunet", visitor)
    assert "<img" in next(shown)[0]
    flags.stop("a", leave=leave)
    *_, (last, _cancel) = shown  # gradio shows what comes last once more when the work has ended
    assert last == "" if leave else words.STOPPED in last
    assert endless_lime.wait(5) and flags.begin("a")


def test_those_who_left_while_they_waited_are_forgotten():
    flags = StopFlags()
    for number in range(MOST_WAITING + 5):
        flags.begin(str(number))
    assert flags.start("0") is None and flags.start(str(MOST_WAITING + 4)) is not None


def test_work_that_tells_after_its_stop_is_left_at_once():
    stop = threading.Event()
    reached = []

    def work(tell):
        tell(1)
        stop.wait(2)
        tell(2)
        reached.append("the end")

    run = told_by_thread(work, stop)
    assert next(run) == 1
    stop.set()
    with pytest.raises(Stopped):
        next(run)
    assert reached == []
