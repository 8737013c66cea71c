import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.data import astronaut

from detectors.errors import UsageError
from detectors.faces import crop_square, cut_face, load_finder
from detectors.types import Face

# Where the astronaut's face lies in scikit-image's picture, by eye.
FACE_CENTRE, FACE_SIDE = (223, 118), 110


@pytest.mark.parametrize("name", ["yunet", "haar", pytest.param("mtcnn", marks=pytest.mark.slow)])
def test_each_finder_sees_the_astronaut_and_nobody_on_a_blank_wall(name):
    find = load_finder(name)
    faces = find(np.ascontiguousarray(astronaut()))
    x0, y0, x1, y1 = faces[0].box_xyxy
    assert abs((x0 + x1) / 2 - FACE_CENTRE[0]) < 30 and abs((y0 + y1) / 2 - FACE_CENTRE[1]) < 30
    assert 0.6 * FACE_SIDE < faces[0].size_px < 1.5 * FACE_SIDE
    assert find(np.full((300, 400, 3), 180, np.uint8)) == ()


def test_yunet_finds_the_same_face_in_a_picture_four_times_as_large():
    small = np.ascontiguousarray(astronaut())
    large = np.repeat(np.repeat(small, 4, 0), 4, 1)
    one, four = load_finder("yunet")(small)[0], load_finder("yunet")(large)[0]
    assert np.allclose(np.array(four.box_xyxy) / 4, one.box_xyxy, atol=6)
    assert len(four.landmarks_xy) == 5


def test_yunet_returns_every_face_of_a_group_largest_first():
    face = np.ascontiguousarray(astronaut()[20:220, 120:320])
    group = np.full((220, 620, 3), 127, np.uint8)
    group[10:210, 10:210] = face
    group[60:160, 300:400] = face[::2, ::2]
    group[10:210, 415:615] = face
    found = load_finder("yunet")(group)
    assert len(found) == 3
    assert [f.size_px for f in found] == sorted((f.size_px for f in found), reverse=True)


def test_an_unknown_finder_is_refused_with_the_nearest_name():
    with pytest.raises(UsageError, match="no face finder 'yunnet'.*Did you mean yunet"):
        load_finder("yunnet")


boxes = st.tuples(st.floats(-50, 200), st.floats(-50, 150), st.floats(5, 300), st.floats(5, 300))


@given(boxes, st.floats(0, 1))
def test_the_crop_is_square_and_never_leaves_the_picture(box, margin):
    x, y, w, h = box
    left, top, right, bottom = crop_square((x, y, x + w, y + h), 200, 150, margin)
    assert right - left == bottom - top >= 1
    assert left >= 0 and right <= 200 and top >= 0 and bottom <= 150


def test_the_crop_lies_around_the_face_with_the_margin_on_every_side():
    assert crop_square((100, 100, 140, 150), 1000, 1000, 0.2) == (85, 90, 155, 160)


def test_a_cut_face_keeps_its_pixels_and_says_where_they_were():
    pixels = np.random.default_rng(0).integers(0, 255, (100, 100, 3), np.uint8)
    crop = cut_face(pixels, Face((30, 30, 62, 62), 1.0), margin=0.0, size_px=32, time_s=2.0)
    assert np.array_equal(crop.pixels_rgb, pixels[30:62, 30:62])
    assert crop.crop_xyxy == (30, 30, 62, 62) and crop.time_s == 2.0
