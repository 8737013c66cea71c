"""What a visitor reads."""

from __future__ import annotations

import dataclasses
import inspect
import re

import pytest
from fake_detector import make_card
from hypothesis import given
from hypothesis import strategies as st

from demo import words
from detectors.card import Metric

BANDS = [value for _, value in inspect.getmembers(words) if isinstance(value, words.Band)]


def _all_text() -> list[str]:
    """Every string constant of the module, tuples and dicts taken apart."""
    found: list[str] = []
    for _, value in inspect.getmembers(words):
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, tuple):
            found += [item for item in value if isinstance(item, str)]
        elif isinstance(value, dict):
            found += [item for item in value.values() if isinstance(item, str)]
        elif isinstance(value, words.Band):
            found += [value.headline, value.meaning]
    return found


@pytest.mark.parametrize(
    ("probability", "headline"),
    [
        (0.60, "Weak evidence of manipulation"),
        (0.7499, "Weak evidence of manipulation"),
        (0.75, "Moderate evidence of manipulation"),  # odds of exactly 3 to 1
        (9.99 / 10.99, "Moderate evidence of manipulation"),
        (10.01 / 11.01, "Strong evidence of manipulation"),
        (0.96, "Strong evidence of manipulation"),
        (30.01 / 31.01, "Very strong evidence of manipulation"),
        (1.0, "Very strong evidence of manipulation"),
    ],
)
def test_the_words_follow_the_odds(probability, headline):
    assert words.evidence_band(probability, "fake", "").headline == headline


def test_an_undecided_answer_is_inconclusive_whatever_its_probability():
    for probability in (0.01, 0.5, 0.99):
        assert words.evidence_band(probability, "undecided", "unsure") is words.INCONCLUSIVE


def test_no_face_and_a_small_face_are_said_plainly():
    assert words.evidence_band(None, "undecided", "no_face").headline == "No face detected"
    assert words.evidence_band(None, "undecided", "too_small").headline == "Too small to judge"


def test_a_sound_without_speech_is_no_verdict_and_says_why():
    assert words.evidence_band(None, "undecided", "unsure") is words.INCONCLUSIVE
    for reason in ("silent", "no_speech", "too_short"):
        band = words.evidence_band(None, "undecided", reason, "audio")
        assert band.step is None and band is not words.NOT_JUDGED


def test_below_the_threshold_nothing_is_called_real():
    band = words.evidence_band(0.02, "real", "")
    assert band.headline == "No sign of manipulation found"
    assert "no proof that the picture is real" in band.meaning


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_probable_is_never_said_more_weakly(one, other):
    low, high = sorted((one, other))
    steps = [words.evidence_band(p, "fake", "").step for p in (low, high)]
    assert steps[0] <= steps[1]


def test_no_sentence_says_that_a_picture_is_fake():
    for text in _all_text():
        assert not re.search(r"\bis (a )?(deep)?fake\b", text, re.IGNORECASE), text


def test_every_band_has_a_headline_a_meaning_and_a_step_on_the_scale():
    assert len(BANDS) == 15
    for band in BANDS:
        assert band.headline and band.meaning.endswith(".")
        assert band.step is None or 0 <= band.step < len(words.SCALE_STEPS)


def test_the_documented_odds_are_the_ones_that_are_used():
    reading = " ".join(words.READING)
    for odds in (words.MODERATE_ODDS, words.STRONG_ODDS, words.VERY_STRONG_ODDS):
        assert f"from {odds:.0f} to 1 ({odds / (odds + 1) * 100:.0f}\u00a0%)" in reading


@pytest.mark.parametrize(
    ("probability", "said"),
    [
        (0.0, "under 1\u00a0%"),
        (0.004, "under 1\u00a0%"),
        (0.01, "1\u00a0%"),
        (0.5, "50\u00a0%"),
        (0.99, "99\u00a0%"),
        (1.0, "over 99\u00a0%"),
    ],
)
def test_a_percentage_is_never_certainty(probability, said):
    assert words.percent(probability) == said


@given(st.floats(0.01, 0.99))
def test_both_classes_sum_to_a_hundred(probability):
    fake, real = words.percent_of_both(probability)
    assert int(fake.removesuffix("\u00a0%")) + int(real.removesuffix("\u00a0%")) == 100


def test_both_classes_of_a_certain_score_stay_uncertain():
    assert words.percent_of_both(0.9999) == ("over 99\u00a0%", "under 1\u00a0%")


def test_the_threshold_is_told_with_its_price():
    said = words.threshold_meaning(make_card())
    assert "From 60\u00a0% up" in said
    assert "about 5 in 100 unmanipulated" in said
    assert "about 21 in 100 manipulated" in said
    assert "Between 45\u00a0% and 60\u00a0% it says “inconclusive”" in said


def test_a_card_without_a_band_is_not_told_with_one():
    card = dataclasses.replace(make_card(), undecided_low=0.6, undecided_high=0.6)
    assert "inconclusive" not in words.threshold_meaning(card)


def test_rates_are_counts_in_a_hundred():
    assert words.in_a_hundred(0.0) == "none"
    assert words.in_a_hundred(0.004) == "fewer than 1 in 100"
    assert words.in_a_hundred(0.052) == "about 5 in 100"


def test_who_spoke_names_the_most_suspicious_of_several():
    assert words.who_spoke(1, 1) == "One face was found, and it speaks for the picture."
    assert "most suspicious of the 3 faces scored" in words.who_spoke(3, 3)
    assert "One face could not be scored." in words.who_spoke(3, 2)
    assert "only one of 3 that could be scored" in words.who_spoke(3, 1)
    assert words.who_spoke(2, 0) == "No face could be scored, of 2 faces found."
    assert words.who_spoke(0, 0) == ""


def test_what_was_looked_at_warns_of_drawings_and_statues():
    for n in (0, 1, 5):
        said = words.looked_at(n)
        assert "photographs of people only" in said and "drawing" in said and "statue" in said
    assert "one face-like region" in words.looked_at(1)
    assert "5 face-like regions" in words.looked_at(5)


@pytest.mark.parametrize(
    ("box", "place"),
    [
        ((0, 0, 20, 20), "upper left"),
        ((40, 40, 60, 60), "middle of the picture"),
        ((80, 40, 100, 60), "middle right"),
        ((40, 80, 60, 100), "lower middle"),
    ],
)
def test_a_box_is_placed_in_words(box, place):
    assert words.where(box, 100, 100).startswith(place)
    assert words.where(box, 100, 100).endswith("20 × 20 pixels")


def test_agreement_counts_the_networks():
    assert words.agreement_words(1.0, 4, 0.9, 0.6) == "All 4 networks are at or above the threshold: they agree."
    assert words.agreement_words(0.75, 4, 0.1, 0.6).startswith("3 of 4 networks are below the threshold")
    assert words.agreement_words(0.25, 4, 0.9, 0.6).startswith("1 of 4 networks is at or above")


def test_a_kind_of_forgery_is_named_only_where_there_is_evidence_of_one():
    assert "made by a generator" in words.kind_words("generator", words.STRONG)
    assert words.kind_words("generator", words.NO_SIGN) == ""
    assert words.kind_words("blend", words.INCONCLUSIVE) == ""
    assert words.kind_words(None, words.STRONG) == ""


def test_an_error_becomes_a_sentence():
    assert words.as_sentence("the file is empty") == "The file is empty."
    assert words.as_sentence("Too large!") == "Too large!"
    assert words.as_sentence("  ").endswith(".")


def test_a_metric_without_an_interval_shows_a_dash():
    metric = Metric("drawn", "test", "image", "equal_thing", 0.5, None, None, 1, 1)
    assert words.interval(metric) == "–"
    assert words.metric_name(metric) == "equal thing"
