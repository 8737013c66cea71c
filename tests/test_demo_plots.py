"""Drawing."""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ET

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from demo import plots

GREY = np.full((120, 160, 3), 128, np.uint8)


def test_boxes_leave_the_original_alone():
    before = GREY.copy()
    drawn = plots.draw_boxes(GREY, [(20, 30, 80, 90)], speaking=0)
    assert np.array_equal(GREY, before)
    assert drawn.shape == GREY.shape and drawn.dtype == np.uint8


def test_the_speaking_face_is_orange_and_the_others_are_blue():
    drawn = plots.draw_boxes(GREY, [(20, 40, 60, 80), (90, 40, 140, 80)], speaking=1)
    assert tuple(drawn[60, 91]) == plots.SPEAKING_RGB
    assert tuple(drawn[60, 21]) == plots.OTHER_RGB


def test_a_box_over_the_edge_is_drawn_inside():
    drawn = plots.draw_boxes(GREY, [(-50, -40, 400, 300)], speaking=None)
    assert drawn.shape == GREY.shape
    assert not np.array_equal(drawn, GREY)


def test_a_box_wholly_outside_or_thin_does_not_stop_the_drawing():
    drawn = plots.draw_boxes(GREY, [(500, 500, 600, 600), (10, 10, 10.4, 10.4)], speaking=0)
    assert drawn.shape == GREY.shape


def test_a_large_picture_is_made_smaller_and_its_boxes_with_it():
    large = np.zeros((3000, 2200, 3), np.uint8)
    drawn = plots.draw_boxes(large, [(1100, 1500, 2100, 2900)], speaking=0)
    assert drawn.shape[:2] == (plots.PICTURE_SIDE_PX, round(2200 * plots.PICTURE_SIDE_PX / 3000))
    rows, columns = np.nonzero(np.all(drawn == plots.SPEAKING_RGB, axis=-1))
    assert columns.min() >= 1090 * plots.PICTURE_SIDE_PX / 3000
    assert rows.max() <= 2910 * plots.PICTURE_SIDE_PX / 3000


def test_a_map_of_nothing_leaves_a_face_without_tint():
    grey = np.full((32, 32, 3), 90, np.uint8)
    assert np.array_equal(np.unique(plots.overlay_heat(grey, np.zeros((8, 8), np.float32))), [90])


def test_a_hotter_area_is_tinted_more():
    face = np.full((32, 32, 3), 200, np.uint8)
    heat = np.zeros((8, 8), np.float32)
    heat[:, 4:] = 1.0
    drawn = plots.overlay_heat(face, heat).astype(int)
    assert np.abs(drawn[:, -20:] - 200).mean() > 50 > np.abs(drawn[:, :20] - 200).mean()


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_heat_colours_darken_as_suspicion_grows(one, other):
    low, high = sorted((one, other))
    stops = plots.HEAT_STOPS
    light = [
        sum(np.interp(v, stops[:, 0], stops[:, i]) * w for i, w in ((1, 0.3), (2, 0.6), (3, 0.1))) for v in (low, high)
    ]
    assert light[1] <= light[0] + 1e-9


def test_lime_is_scaled_by_its_strongest_part():
    face = np.full((32, 32, 3), 128, np.uint8)
    weights = np.zeros((32, 32), np.float32)
    weights[:16] = 0.5
    assert np.array_equal(plots.overlay_lime(face, weights), plots.overlay_lime(face, weights * 0.01))


def test_lime_tints_for_orange_and_against_blue():
    face = np.full((32, 32, 3), 128, np.uint8)
    weights = np.concatenate([np.full((16, 32), 1.0), np.full((16, 32), -1.0)]).astype(np.float32)
    drawn = plots.overlay_lime(face, weights).astype(int)
    assert drawn[10, 10, 0] > drawn[10, 10, 2]
    assert drawn[-10, 10, 2] > drawn[-10, 10, 0]


def test_lime_without_any_weight_draws_the_plain_face():
    face = np.full((32, 32, 3), 77, np.uint8)
    assert np.array_equal(np.unique(plots.overlay_lime(face, np.zeros((32, 32), np.float32))), [77])


def test_a_data_uri_holds_the_picture():
    uri = plots.data_uri(GREY)
    head, _, body = uri.partition(",")
    assert head == "data:image/jpeg;base64"
    with Image.open(io.BytesIO(base64.b64decode(body))) as picture:
        assert picture.size == (160, 120)


def test_a_score_bar_is_well_formed_and_has_a_name():
    svg = plots.score_bar(0.25, label='a "b" <c>', threshold=0.6, undecided_band=(0.4, 0.6))
    root = ET.fromstring(svg)
    assert root.get("aria-label") == 'a "b" <c>'
    widths = {child.get("class"): child.get("width") for child in root}
    assert widths["dc-fill"] == "25.00%"
    assert widths["dc-band"] == "20.00%"
    assert "dc-bar-under" in root.get("class", "")


def test_a_score_bar_without_threshold_or_band_has_neither_mark():
    svg = plots.score_bar(0.9, label="x", threshold=None, undecided_band=(0.0, 0.0))
    assert "dc-tick" not in svg and "dc-band" not in svg


def test_a_score_at_the_threshold_counts_as_over_it():
    assert "dc-bar-over" in plots.score_bar(0.6, label="x", threshold=0.6, undecided_band=(0.6, 0.6))


def test_the_legend_runs_from_end_to_end():
    for stops in (plots.HEAT_STOPS, plots.LIME_STOPS):
        marks = [int(m) for m in re.findall(r"(\d+)%", plots.colour_ramp(stops))]
        assert marks[0] == 0 and marks[-1] == 100 and marks == sorted(marks)


def lightness(level_db):
    """Of a spectrogram of noise: every band hovers around one level, the first of them at its peak."""
    mel = np.full((60, 80), level_db, np.float32)
    mel[:, 0] += 10
    return plots.draw_spectrogram(mel).mean()


def test_silence_is_dark_and_never_brighter_than_something_louder():
    darkest = plots.SOUND_STOPS[0, 1:].mean()
    assert abs(plots.draw_spectrogram(np.full((60, 80), -100, np.float32)).mean() - darkest) < 1  # digital silence
    assert lightness(-85) < darkest + 10  # a converter's last bit
    levels = [lightness(db) for db in (-100, -85, -70, -55, -40, -25)]
    assert levels == sorted(levels) and levels[2] < 60 < levels[-1]


def test_a_voice_has_the_same_colours_however_loud_it_was_recorded():
    mel = np.linspace(-60, 15, 60 * 80, dtype=np.float32).reshape(60, 80)
    assert np.array_equal(plots.draw_spectrogram(mel), plots.draw_spectrogram(mel - 20))
