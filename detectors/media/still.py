"""Still pictures: JPEG, PNG and WebP.

No worker process guards this decoder: the header is checked against the limits before a pixel is decoded, so memory
is bounded by `Limits.max_pixels` (50 million pixels are 150 MB as RGB, about twice that while decoding), and a
process of its own would cost more than the rest of a verdict. What Pillow raises on damaged files, of whatever kind,
becomes one sentence.
"""

from __future__ import annotations

import hashlib
import io
import struct
import threading
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, UnidentifiedImageError

from detectors.errors import MediaTooLarge, UnreadableMedia
from detectors.media.sniff import PICTURES, SNIFF_BYTES, sniff, with_article
from detectors.types import MediaInfo

SUFFIXES = {"JPEG": {".jpg", ".jpeg", ".jpe", ".jfif"}, "PNG": {".png", ".apng"}, "WebP": {".webp"}}
# Everything that Pillow's decoders were seen to raise on malformed files.
DAMAGE = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError, AttributeError,
    AssertionError, NotImplementedError, ZeroDivisionError, struct.error, zlib.error, Image.DecompressionBombError,
    Image.DecompressionBombWarning, UserWarning, UnidentifiedImageError,
)  # fmt: skip
ORIENTATION_TAG = 0x0112
SHORT = 3  # of TIFF's types
# EXIF orientation -> what brings the picture upright.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
MAX_METADATA_BYTES = 16 << 20  # of a colour profile; real ones hold a few kilobytes


@dataclass(frozen=True)
class Limits:
    """What is opened at most.

    Attributes:
        max_bytes: length of the file.
        max_pixels: width times height.
        max_side_px: of either.
        min_side_px: of either; less holds no face.
    """

    max_bytes: int = 50 << 20
    max_pixels: int = 50_000_000
    max_side_px: int = 20_000
    min_side_px: int = 16


@dataclass(frozen=True, eq=False)
class StillImage:
    """A decoded picture.

    Attributes:
        pixels_rgb: uint8, shape (height, width, 3), upright, in sRGB where the file has a valid colour profile.
        info: from the header.
        notes: sentences that a reader of the verdict should know.
    """

    pixels_rgb: np.ndarray
    info: MediaInfo
    notes: tuple[str, ...]


# Pillow's limit and the warning filters belong to the whole process: two threads must not change them at once.
_decoding = threading.Lock()


def read_image(path: str | Path, limits: Limits | None = None) -> StillImage:
    """Opens one picture by its content.

    Transparent pixels are laid on white, as browsers and messengers show them. Of an animation the first frame is
    taken, and a note says so.

    Raises:
        UnreadableMedia: missing, empty, damaged, truncated, or not JPEG, PNG or WebP.
        MediaTooLarge: over one of the limits.
    """
    limits = limits or Limits()
    path = Path(path)
    data = _read_bytes(path, limits)
    kind = sniff(data[:SNIFF_BYTES])
    if kind not in PICTURES:
        what = "what it is could not be told" if kind == "unknown" else f"by its content this is {with_article(kind)}"
        raise UnreadableMedia(f"only JPEG, PNG and WebP pictures are opened; {what}.")
    notes = []
    if path.suffix and path.suffix.lower() not in SUFFIXES[kind]:
        notes.append(f"The file is named {path.suffix} but holds a {kind} picture.")
    with _decoding, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        pillow_limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # ours is stricter, and says the size
        try:
            pixels, more = _decode(data, kind, limits)
        except (MediaTooLarge, UnreadableMedia):
            raise
        except MemoryError as error:
            raise MediaTooLarge("there was not enough memory to decode this picture; make it smaller.") from error
        except DAMAGE as error:
            if "truncated" in str(error).lower() or "broken" in str(error).lower():
                raise UnreadableMedia(f"the {kind} picture is truncated or damaged; get the whole file.") from error
            raise UnreadableMedia(f"the {kind} picture is damaged and cannot be decoded.") from error
        finally:
            Image.MAX_IMAGE_PIXELS = pillow_limit
    height, width = pixels.shape[:2]
    digest = hashlib.sha256(data).hexdigest()
    return StillImage(pixels, MediaInfo("image", kind, width, height, len(data), digest), (*notes, *more))


def _read_bytes(path: Path, limits: Limits) -> bytes:
    try:
        if path.is_dir():
            raise UnreadableMedia("this is a folder; name a file in it, or give the folder to the batch command.")
        if not path.exists():
            raise UnreadableMedia("there is no such file.")
        if not path.is_file():
            raise UnreadableMedia("this is not an ordinary file.")
        with path.open("rb") as source:
            data = source.read(limits.max_bytes + 1)
    except OSError as error:
        raise UnreadableMedia(f"the file cannot be opened: {error.strerror or error}.") from error
    except ValueError as error:  # a NUL byte in the name
        raise UnreadableMedia("the file name is not valid.") from error
    if not data:
        raise UnreadableMedia("the file is empty.")
    if len(data) > limits.max_bytes:
        raise MediaTooLarge(f"the file is larger than {limits.max_bytes >> 20} MB, the limit for a picture.")
    return data


def _decode(data: bytes, kind: str, limits: Limits) -> tuple[np.ndarray, list[str]]:
    picture: Image.Image
    with Image.open(io.BytesIO(data), formats=[kind.upper()]) as picture:
        _check_header(picture, limits)
        notes = []
        frames = getattr(picture, "n_frames", 1)
        if frames > 1:
            notes.append(f"The picture is animated; only the first of {frames} frames was looked at.")
            picture.seek(0)
        picture.load()
        profile = picture.info.get("icc_profile")
        upright = _to_rgb(picture)
        turn = TURNS.get(_orientation(picture))
        if turn is not None:
            upright = upright.transpose(turn)
        if profile and picture.mode in ("RGB", "RGBA", "L") and len(profile) < MAX_METADATA_BYTES:
            upright = _to_srgb(upright, profile)
        return np.ascontiguousarray(np.asarray(upright, dtype=np.uint8)), notes


def _check_header(picture: Image.Image, limits: Limits) -> None:
    width, height = picture.size
    if width * height > limits.max_pixels or max(width, height) > limits.max_side_px:
        raise MediaTooLarge(
            f"the picture has {width} × {height} pixels; the limit is {limits.max_pixels // 1_000_000} megapixels "
            f"and {limits.max_side_px} on a side. Make it smaller and try again."
        )
    if min(width, height) < limits.min_side_px:
        raise UnreadableMedia(f"the picture has only {width} × {height} pixels, too few to hold a face.")


def _orientation(picture: Image.Image) -> int:
    """EXIF orientation, 1 when there is none or it is damaged: a broken tag must not cost the picture.

    Read by hand: Pillow would copy the block once for each of up to 65,535 tags that point at it, which took 1.5 GB with 500.
    """
    block = picture.info.get("exif")
    if not isinstance(block, bytes):
        return 1
    tiff = block[6:] if block.startswith(b"Exif\x00") else block
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    try:
        if order is None:
            return 1
        at = struct.unpack_from(order + "I", tiff, 4)[0]
        for entry in range(at + 2, at + 2 + 12 * struct.unpack_from(order + "H", tiff, at)[0], 12):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, entry)
            if tag == ORIENTATION_TAG and kind == SHORT:
                return int(value)
    except struct.error:
        return 1
    return 1


def _to_rgb(picture: Image.Image) -> Image.Image:
    """Any mode as RGB; transparency over white, 16 bits scaled and not cut off."""
    if picture.mode.startswith("I") or picture.mode == "F":
        values = np.asarray(picture, dtype=np.float64)
        top = 65535.0 if values.max(initial=0) > 255 else 255.0
        return Image.fromarray((np.clip(values / top, 0, 1) * 255 + 0.5).astype(np.uint8), "L").convert("RGB")
    if picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        white = Image.new("RGBA", layer.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, layer).convert("RGB")
    return picture.convert("RGB")


def _to_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Colours through the file's profile; left as they are when it is damaged or of another colour space."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space.strip() != "RGB" or "sRGB" in (source.profile.profile_description or ""):
            return picture
        moved = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, *DAMAGE):
        return picture
    return moved if moved is not None else picture
