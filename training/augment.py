"""One chain of damage for both members of a pair, with the same draws, so that format never tells the class."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import av
import cv2
import numpy as np

from training.crops import CROP_PX, MARGIN
from training.edits import EDITS

# Side to which the whole 256-pixel crop is brought before the window is cut. At 236 the face is as large as in
# 192-pixel crops with a margin of 0.15: 192 * 1.6 / 1.3 = 236. Serving cuts closer (0.05, 279): dev wants it so.
SCALE_PX = (150, 262)
ENLARGE_HOW = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4)


@dataclass(frozen=True)
class Augmentation:
    """Probabilities and ranges; a recipe may change them.

    Attributes:
        jpeg: probability of a JPEG round trip before scaling, and again after it.
        jpeg_quality: range of both.
        shrink: probability of losing detail by a smaller copy.
        shrink_to: smallest share of the side.
        blur: probability of a blur.
        blur_px: range of a Gaussian's standard deviation, in pixels of the training window.
        blur_kinds: what may blur: "gaussian" (a lens), "motion" (a hand), "median" (a filter against noise).
        noise: probability of Gaussian noise of up to 8 grey levels.
        colour: probability of a change of brightness, contrast and channel gain.
        grey: probability of losing colour.
        h264: probability of having been a frame of a video, before or after scaling.
        h264_crf: range of its constant rate factor; 23 is x264's own choice, 35 is visibly poor.
        smooth: probability of skin smoothing or denoising; this and the next three see `training.edits`.
        sharpen: probability of sharpening.
        tone: probability of a tone curve.
        grain: probability of film grain.
    """

    jpeg: float = 0.4
    jpeg_quality: tuple[int, int] = (40, 98)
    shrink: float = 0.25
    shrink_to: float = 0.45
    blur: float = 0.15
    blur_px: tuple[float, float] = (0.3, 1.5)
    blur_kinds: tuple[str, ...] = ("gaussian",)
    noise: float = 0.15
    colour: float = 0.4
    grey: float = 0.05
    h264: float = 0.0
    h264_crf: tuple[int, int] = (21, 36)
    smooth: float = 0.0
    sharpen: float = 0.0
    tone: float = 0.0
    grain: float = 0.0


def jpeg_round_trip(pixels_rgb: np.ndarray, quality: int) -> np.ndarray:
    """Encoded and decoded by libjpeg; channel order does not matter to the damage, only its consistency."""
    _, data = cv2.imencode(".jpg", pixels_rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))[..., ::-1]


def h264_round_trip(pixels_rgb: np.ndarray, crf: int, shift_px: tuple[int, int]) -> np.ndarray:
    """As the second frame of a clip by x264, predicted from the same picture moved by a few pixels.

    Args:
        pixels_rgb: uint8, shape (height, width, 3), both even.
        crf: constant rate factor.
        shift_px: rows and columns by which the frame before it is moved.
    """
    encoder = av.CodecContext.create("libx264", "w")
    encoder.height, encoder.width = pixels_rgb.shape[:2]
    encoder.pix_fmt, encoder.time_base, encoder.thread_count = "yuv420p", Fraction(1, 25), 1
    encoder.options = {"crf": str(crf), "preset": "veryfast", "tune": "zerolatency"}
    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    packets = []
    for i, pixels in enumerate((np.roll(pixels_rgb, shift_px, (0, 1)), pixels_rgb)):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
        frame.pts = i
        packets += encoder.encode(frame)
    frames = [f for packet in (*packets, *encoder.encode(None), None) for f in decoder.decode(packet)]
    return frames[-1].to_ndarray(format="rgb24")


def _blur(pixels: np.ndarray, kind: str, sigma_px: float, angle: float) -> np.ndarray:
    if kind == "median":
        return cv2.medianBlur(pixels, 3 if sigma_px < 1.5 else 5)
    if kind == "motion":
        side = 2 * round(sigma_px * 2) + 1  # a line has the deviation of a Gaussian when it is 3.5 times as long
        line = np.zeros((side, side), np.float32)
        line[side // 2] = 1
        turn = cv2.getRotationMatrix2D((side / 2 - 0.5, side / 2 - 0.5), angle, 1)
        kernel = cv2.warpAffine(line, turn, (side, side))
        return cv2.filter2D(pixels, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT)
    return cv2.GaussianBlur(pixels, (0, 0), sigma_px)


def match_detail(pixels_rgb: np.ndarray, native_px: int) -> np.ndarray:
    """A crop brought down to `native_px` of detail and back to its size."""
    size = pixels_rgb.shape[0]
    if native_px >= size:
        return pixels_rgb
    small = cv2.resize(pixels_rgb, (native_px, native_px), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (size, size), interpolation=cv2.INTER_CUBIC)


def augment_pair(
    pixels_rgb: list[np.ndarray],
    boxes_xyxy: list[np.ndarray],
    window_px: int,
    rng: np.random.Generator,
    settings: Augmentation,
    *,
    same_picture: bool,
) -> list[np.ndarray]:
    """Windows of two crops after the same damage.

    Args:
        pixels_rgb: two uint8 (256, 256, 3).
        boxes_xyxy: the face inside each; windows are laid around its middle.
        window_px: side of the windows.
        rng: every draw comes from it.
        settings: see `Augmentation`.
        same_picture: the two show one picture, so the window lies at the same place.

    Returns:
        Two uint8 (window, window, 3).
    """
    seed = int(rng.integers(2**62))
    scale_px = int(rng.uniform(*SCALE_PX))
    offset = rng.uniform(-0.4, 0.4, 2)
    flip = rng.random() < 0.5
    out = []
    for pixels, box in zip(pixels_rgb, [boxes_xyxy[0]] * 2 if same_picture else boxes_xyxy, strict=True):
        draws = np.random.default_rng(seed)  # the same damage for both members
        damaged = _damage(pixels, scale_px, draws, settings)
        window = _window(damaged, box * (scale_px / CROP_PX), window_px, offset)
        out.append(np.ascontiguousarray(window[:, ::-1] if flip else window))
    return out


def _window(pixels: np.ndarray, box: np.ndarray, window_px: int, offset: np.ndarray) -> np.ndarray:
    """A square around the face's middle, moved by up to what the serving crop would still hold."""
    side = pixels.shape[0]
    seen = (box[2:] - box[:2]).max() * (1 + MARGIN)
    room = max(0.0, seen - window_px)
    corner = (box[:2] + box[2:]) / 2 - window_px / 2 + offset * (room + 8)
    x, y = np.clip(np.round(corner), 0, side - window_px).astype(int)
    return pixels[y : y + window_px, x : x + window_px]


def _damage(pixels: np.ndarray, scale_px: int, rng: np.random.Generator, s: Augmentation) -> np.ndarray:
    # All draws come first: which of them are used must not change those that follow.
    use = rng.random(8)
    quality = rng.integers(s.jpeg_quality[0], s.jpeg_quality[1] + 1, 2)
    share = rng.uniform(s.shrink_to, 1)
    how = int(rng.choice(ENLARGE_HOW))
    sigma_blur, sigma_noise = rng.uniform(*s.blur_px), rng.uniform(1, 8)
    gain, bias, channel = rng.uniform(0.8, 1.2), rng.uniform(-20, 20), rng.uniform(0.93, 1.07, 3)
    noise_seed = int(rng.integers(2**62))
    crf, shift, first = int(rng.integers(s.h264_crf[0], s.h264_crf[1] + 1)), rng.integers(-3, 4, 2), rng.random() < 0.5
    blur_kind, angle = rng.random(), rng.uniform(0, 180)
    edited, edit_seed = rng.random(len(EDITS)), int(rng.integers(2**62))
    was_video = use[7] < s.h264
    if was_video and first:
        pixels = h264_round_trip(pixels, crf, tuple(shift))
    if use[0] < s.jpeg:
        pixels = jpeg_round_trip(pixels, int(quality[0]))
    if use[1] < s.shrink:
        small = max(24, int(scale_px * share))
        pixels = cv2.resize(pixels, (small, small), interpolation=cv2.INTER_AREA)
    down = cv2.INTER_AREA if pixels.shape[0] > scale_px else how
    pixels = cv2.resize(pixels, (scale_px, scale_px), interpolation=down)
    if use[2] < s.blur:
        pixels = _blur(pixels, s.blur_kinds[int(blur_kind * len(s.blur_kinds))], sigma_blur, angle)
    for k, (name, edit) in enumerate(EDITS):
        if edited[k] < getattr(s, name):
            pixels = edit(pixels, np.random.default_rng((edit_seed, k)))
    if use[3] < s.colour or use[4] < s.noise:
        values = pixels.astype(np.float32)
        if use[3] < s.colour:
            values = (values - 128) * (gain * channel).astype(np.float32) + np.float32(128 + bias)
        if use[4] < s.noise:
            noise = np.random.default_rng(noise_seed).standard_normal(values.shape, np.float32)
            values += noise * np.float32(sigma_noise)
        pixels = np.clip(values + 0.5, 0, 255).astype(np.uint8)
    if use[5] < s.grey:
        pixels = cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    if was_video and not first:
        even = pixels.shape[0] // 2 * 2  # 4:2:0 wants even sides; a last odd row stays as it is
        pixels = pixels.copy()
        pixels[:even, :even] = h264_round_trip(pixels[:even, :even], crf, tuple(shift))
    if use[6] < s.jpeg:
        pixels = jpeg_round_trip(np.ascontiguousarray(pixels), int(quality[1]))
    return pixels
