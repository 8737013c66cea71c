"""The threshold that a visitor moves: what it costs on dev, and on which side of it the file lies."""

from __future__ import annotations

import dataclasses

import pytest
from fake_detector import drawn_video_detector, make_audio_card, make_card, make_evidence
from hypothesis import given
from hypothesis import strategies as st

from demo import words
from demo.beside import Kept
from demo.threshold import place_slider, trade
from detectors.card import OperatingPoint
from detectors.types import MediaInfo, Report, Verdict

BOX = (0.0, 0.0, 50.0, 50.0)
MEDIA = MediaInfo("image", "JPEG", 100, 100, 1000, "0" * 64)


def kept(fake_probability, card=None, detector="image-ensemble@0123456789ab"):
    evidence = (make_evidence(BOX, fake_probability),) if fake_probability is not None else ()
    reason = "" if evidence else "no_face"
    decision = "undecided" if reason else "fake" if fake_probability >= 0.6 else "real"
    verdict = Verdict(fake_probability, decision, reason, 0.6, (0.45, 0.6), evidence, detector)
    return Kept(Report("a.jpg", MEDIA, verdict, (), 0.1), card or make_card(), None)


def test_a_threshold_is_told_with_false_alarms_misses_and_the_side_of_the_file():
    said = trade(kept(0.5), 40)
    assert "At 40\u00a0%: of 100 genuine faces in the development pictures about 25 would be flagged" in said
    assert "of 100 manipulated ones about 11 would be missed." in said
    assert "This picture, at 50\u00a0%, would be flagged." in said
    said = trade(kept(0.5), 80)
    assert "about 1 would be flagged" in said and "about 61 would be missed" in said
    assert "This picture, at 50\u00a0%, would not be flagged." in said


def test_the_slider_starts_at_the_cards_threshold_to_the_last_digit():
    card = dataclasses.replace(make_card(), threshold=0.6049)
    part, slider, told = place_slider(kept(0.6045, card))
    assert part["visible"] is True and slider["value"] == 60
    assert "At 60\u00a0%, the detector&#x27;s own threshold" in told and "about 5 would be flagged" in told
    # 60.45 % is over 60 % and under the card's threshold: the verdict's words say "no sign", and so must this.
    assert "This picture, at 60\u00a0%, just under it, would not be flagged." in told
    assert "just over it, would be flagged." in trade(kept(0.605, card), 60)


@pytest.mark.parametrize(
    "verdict",
    [
        None,
        kept(None),
        kept(0.9, dataclasses.replace(make_card(), operating_points=())),
        kept(0.9, detector="audio-ensemble@0123456789ab"),
    ],
    ids=["nothing checked", "nothing scored", "a card without points", "another detector's verdict"],
)
def test_without_a_scored_verdict_and_a_card_with_points_there_is_no_slider(verdict):
    part, _, told = place_slider(verdict)
    assert part["visible"] is False and told == "" and trade(verdict, 50) == ""


@pytest.mark.parametrize("position", [None, "", "50", [50], float("nan"), float("inf")], ids=repr)
def test_an_emptied_field_and_whatever_is_no_number_say_nothing(position):
    assert trade(kept(0.9), position) == ""


def test_an_overfull_field_means_the_end():
    assert trade(kept(0.9), 150) == trade(kept(0.9), 98) and trade(kept(0.9), -3) == trade(kept(0.9), 2)


def test_clips_and_voices_are_told_in_words_of_their_own(tmp_path):
    voice = trade(kept(0.7, make_audio_card(), "audio-ensemble@0"), 40)
    assert "100 genuine voices in the development recordings" in voice and "synthetic ones" in voice
    assert "This recording, at 70\u00a0%, would be flagged." in voice
    clip = trade(kept(0.1, drawn_video_detector().card, "video-ensemble@0"), 40)
    assert (
        "genuine faces in the development clips" in clip and "The faces of this video, at 10\u00a0%, would not" in clip
    )


@given(st.integers(2, 98), st.floats(0, 1))
def test_what_is_said_of_the_file_follows_the_slider(position, probability):
    said = trade(kept(probability), position)
    threshold = 0.6 if position == 60 else position / 100
    assert ("would not be flagged" in said) == (probability < threshold)
    assert said.count('role="status"') == 1


@pytest.mark.parametrize(
    ("rate", "said"),
    [(0, "none"), (0.004, "fewer than one"), (0.08, "about 8"), (0.995, "more than 99"), (1, "all")],
)
def test_rates_are_so_many_of_a_hundred(rate, said):
    assert words.of_a_hundred(rate) == said
    assert f"{said} would be missed" in words.threshold_cost("image", OperatingPoint(0.5, 0.1, rate), own=False)
