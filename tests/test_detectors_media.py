import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from detectors.errors import DeepfakeError, MediaTooLarge, UnreadableMedia
from detectors.media import Limits, read_image
from detectors.media.sniff import sniff


def half_and_half(width=64, height=48):
    """Left half red, right half blue, top row white: shows turns, flips and swapped channels."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, : width // 2, 0] = 220
    pixels[:, width // 2 :, 2] = 220
    pixels[:6] = 255
    return pixels


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_opens_each_format_with_red_left_and_blue_right(tmp_path, kind):
    path = tmp_path / "picture.bin"
    Image.fromarray(half_and_half()).save(path, kind, quality=95)
    still = read_image(path)
    assert still.info.format.upper() == kind and (still.info.width_px, still.info.height_px) == (64, 48)
    assert still.pixels_rgb.dtype == np.uint8 and still.pixels_rgb.flags.c_contiguous
    assert np.abs(still.pixels_rgb[30, 8].astype(int) - (220, 0, 0)).max() < 30
    assert np.abs(still.pixels_rgb[30, 56].astype(int) - (0, 0, 220)).max() < 30


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_brings_the_picture_upright(tmp_path, orientation):
    upright = Image.fromarray(half_and_half())
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # orientation -> the transpose that a camera's sensor saw
    stored = upright if orientation == 1 else upright.transpose(Image.Transpose(undo[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "turned.png"
    stored.save(path, exif=exif)
    assert np.array_equal(read_image(path).pixels_rgb, half_and_half())


@pytest.mark.parametrize(
    ("mode", "expected"), [("L", (100, 100, 100)), ("1", (255, 255, 255)), ("CMYK", (220, 20, 20))]
)
def test_other_colour_modes_become_rgb(tmp_path, mode, expected):
    path = tmp_path / "picture.img"
    colour = {"L": 100, "1": 1, "CMYK": (35, 235, 235, 0)}[mode]
    Image.new(mode, (40, 40), colour).save(
        path, "JPEG" if mode == "CMYK" else "PNG", **({"quality": 95} if mode == "CMYK" else {})
    )
    assert np.abs(read_image(path).pixels_rgb[20, 20].astype(int) - expected).max() <= 6


def test_sixteen_bits_are_scaled_and_not_cut_off(tmp_path):
    path = tmp_path / "deep.png"
    Image.fromarray(np.full((32, 32), 32896, np.uint16)).save(path)
    assert np.abs(read_image(path).pixels_rgb.astype(int) - 128).max() <= 1


def test_transparency_is_laid_on_white(tmp_path):
    path = tmp_path / "clear.png"
    Image.new("RGBA", (32, 32), (0, 0, 0, 0)).save(path)
    assert (read_image(path).pixels_rgb == 255).all()


def test_a_damaged_colour_profile_costs_nothing(tmp_path):
    path = tmp_path / "profile.png"
    Image.fromarray(half_and_half()).save(path, icc_profile=b"not a profile")
    assert np.array_equal(read_image(path).pixels_rgb, half_and_half())


def test_a_colour_profile_is_honoured(tmp_path):
    path = tmp_path / "lab.png"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(half_and_half()).save(path, icc_profile=profile)
    assert np.abs(read_image(path).pixels_rgb.astype(int) - half_and_half()).max() <= 2


def test_the_first_frame_of_an_animation_is_taken_and_said(tmp_path):
    path = tmp_path / "moving.webp"
    frames = [Image.new("RGB", (32, 32), c) for c in ("red", "blue", "green")]
    frames[0].save(path, save_all=True, append_images=frames[1:], lossless=True)
    still = read_image(path)
    assert "first of 3 frames" in still.notes[0]
    assert tuple(still.pixels_rgb[16, 16]) == (255, 0, 0)


def test_a_wrong_extension_is_opened_and_said(tmp_path):
    path = tmp_path / "photo.jpg"
    Image.fromarray(half_and_half()).save(path, "PNG")
    assert read_image(path).notes == ("The file is named .jpg but holds a PNG picture.",)


def bad_files(folder):
    """name -> (path, error, what its message says)"""
    png = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)).save(png, "PNG")
    jpeg = io.BytesIO()
    Image.fromarray(half_and_half()).save(jpeg, "JPEG")
    huge = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", 30_000, 30_000, 8, 2, 0, 0, 0)
    import zlib

    huge += struct.pack(">I", zlib.crc32(huge[12:])) + struct.pack(">I4sI", 0, b"IDAT", zlib.crc32(b"IDAT"))
    contents = {
        "empty": (b"", UnreadableMedia, "empty"),
        "text": (b"hello, this is text and not a picture", UnreadableMedia, "by its content this is text"),
        "video": (b"\x00\x00\x00\x18ftypisom" + b"\x00" * 40, UnreadableMedia, "an MP4 video"),
        "gif": (b"GIF89a" + b"\x00" * 40, UnreadableMedia, "a GIF"),
        "noise": (b"\x93\x01\x88" * 30, UnreadableMedia, "could not be told"),
        "truncated_png": (png.getvalue()[:4000], UnreadableMedia, "truncated or damaged"),
        "truncated_jpeg": (jpeg.getvalue()[: len(jpeg.getvalue()) // 2], UnreadableMedia, "truncated or damaged"),
        "header_only": (png.getvalue()[:8], UnreadableMedia, "damaged"),
        "huge": (huge, MediaTooLarge, "30000 × 30000 pixels; the limit is 50 megapixels"),
    }
    for name, (data, *_) in contents.items():
        (folder / f"{name}.jpg").write_bytes(data)
    tiny = folder / "tiny.jpg"
    Image.new("RGB", (4, 4)).save(tiny, "PNG")
    contents["tiny"] = (b"", UnreadableMedia, "only 4 × 4 pixels")
    (folder / "folder.jpg").mkdir()
    contents["folder"] = (b"", UnreadableMedia, "this is a folder")
    contents["missing"] = (b"", UnreadableMedia, "no such file")
    return {name: (folder / f"{name}.jpg", kind, words) for name, (_, kind, words) in contents.items()}


def test_every_bad_file_is_one_sentence(tmp_path):
    for name, (path, kind, words) in bad_files(tmp_path).items():
        with pytest.raises(DeepfakeError) as caught:
            read_image(path)
        assert type(caught.value) is kind, name
        assert words in str(caught.value), name
        assert "\n" not in str(caught.value) and str(caught.value).endswith("."), name


def test_bytes_over_the_limit_are_refused_before_decoding(tmp_path):
    path = tmp_path / "big.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\x00" * 2_000_000)
    with pytest.raises(MediaTooLarge, match="larger than 1 MB"):
        read_image(path, Limits(max_bytes=1 << 20))


def test_every_cut_of_a_picture_is_read_or_refused_and_never_crashes(tmp_path):
    path = tmp_path / "cut.jpg"
    whole = io.BytesIO()
    Image.fromarray(half_and_half()).save(whole, "JPEG")
    for end in range(0, len(whole.getvalue()), 37):
        path.write_bytes(whole.getvalue()[:end])
        with pytest.raises(UnreadableMedia):
            read_image(path)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"%PDF-1.7", "PDF"),
        (b"\x00\x00\x00\x18ftypheic", "HEIC photo"),
        (b"RIFF\x00\x00\x00\x00WAVE", "WAV sound"),
        (b"<svg xmlns=", "SVG or XML text"),
    ],
)
def test_formats_are_named_by_their_first_bytes(head, name):
    assert sniff(head) == name


def test_a_block_of_exif_that_hundreds_of_tags_point_at_costs_no_memory(tmp_path):
    import struct
    import tracemalloc

    data = b"x" * 2_000_000
    tags = [(0x0112, 3, 1, 6), *((0x9000 + i, 7, len(data), 8 + 2 + 12 * 501 + 4) for i in range(500))]
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *t) for t in tags) + struct.pack("<I", 0)
    Image.new("RGB", (60, 40)).save(tmp_path / "bomb.png", exif=b"II*\x00" + struct.pack("<I", 8) + directory + data)
    tracemalloc.start()
    still = read_image(tmp_path / "bomb.png")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert still.pixels_rgb.shape == (60, 40, 3)  # orientation 6 is honoured
    assert peak < 60_000_000
