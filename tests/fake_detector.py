"""A detector without weights for the page's tests: it finds the faces that it is told to and gives hand-made scores."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import conftest
import numpy as np

from detectors.audio import AudioDetector
from detectors.audio_features import FeatureSettings
from detectors.card import (
    Affine,
    AudioCard,
    ImageCard,
    Member,
    Metric,
    OperatingPoint,
    TrainingData,
    VideoCard,
    WeightsFile,
)
from detectors.errors import UsageError
from detectors.faces import FINDER_NAMES
from detectors.image import ImageDetector
from detectors.media import read_image
from detectors.runtime import SpeechScores
from detectors.types import BoxXYXY, Decision, Evidence, NetworkScore, Reason, Report, Verdict
from detectors.video import VideoDetector

NETWORKS = ("xception", "inception_v3", "resnet50", "densenet121")
CROP_PX = 64
# With (0.6, 0.05, 0.21), the card's own: what thresholds cost on files that nobody measured.
POINTS = tuple(OperatingPoint(*p) for p in ((0.2, 0.5, 0.01), (0.4, 0.25, 0.11), (0.8, 0.01, 0.61), (0.9, 0.0, 0.81)))


def make_card() -> ImageCard:
    """A card with every field set; nothing in it was measured."""
    entry = WeightsFile("drawn.bin", "0" * 64, 1)
    line = {"blend": Affine(1.0, 0.0), "generator": Affine(1.0, 0.0)}
    return ImageCard(
        schema=1,
        name="image-ensemble",
        media_kind="image",
        members=tuple(Member(name, (entry,), entry, line, (0.0, 0.0)) for name in NETWORKS),
        input_size_px=CROP_PX,
        face_margin=0.2,
        min_face_px=40,
        heads=("blend", "generator"),
        head_pooling="noisy-or",
        calibration=Affine(1.0, 0.0),
        threshold=0.6,
        threshold_source="5 % false alarms on drawn pictures",
        dev_false_alarm_rate=0.05,
        dev_miss_rate=0.21,
        operating_points=POINTS,
        undecided_low=0.45,
        undecided_high=0.6,
        training_data=(TrainingData("drawn <faces>", "CC0", 1200, 3400),),
        metrics=(Metric("drawn", "test", "image", "auc", 0.931, 0.912, 0.949, 500, 500),),
        probe_tolerance=0.1,
        licence="CC BY-NC-4.0",
        recipe="drawn.toml",
        commit="",
        created="2026-11-21",
    )


def make_evidence(
    box_xyxy: BoxXYXY,
    fake_probability: float | None,
    *,
    decision: Decision | None = None,
    reason: Reason = "",
    crop_rgb: np.ndarray | None = None,
) -> Evidence:
    """One face; the decision follows from the card's threshold unless it is given."""
    if fake_probability is None:
        return Evidence(box_xyxy, box_xyxy, 0.0, None, "undecided", reason or "too_small")
    if crop_rgb is None:
        crop_rgb = np.full((CROP_PX, CROP_PX, 3), 120, np.uint8)
    offsets = (0.04, -0.05, 0.02, -0.3)
    each = [float(np.clip(fake_probability + offset, 0.001, 0.999)) for offset in offsets]
    over = fake_probability >= 0.6
    ramp = np.linspace(0, 1, 12, dtype=np.float32)
    return Evidence(
        box_xyxy=box_xyxy,
        crop_xyxy=box_xyxy,
        time_s=0.0,
        fake_probability=fake_probability,
        decision=decision or ("undecided" if reason else "fake" if over else "real"),
        reason=reason,
        scores=tuple(NetworkScore(n, p, {"blend": p / 2, "generator": p}) for n, p in zip(NETWORKS, each, strict=True)),
        agreement=float(np.mean([(p >= 0.6) == over for p in each])),
        forgery_kind="generator",
        kind_probability={"blend": fake_probability / 2, "generator": fake_probability},
        patch_map=np.outer(ramp, ramp) * fake_probability,
        crop_rgb=crop_rgb,
    )


class FakeDetector:
    """Sees a face in every given box, a share of the picture, and gives each its score."""

    name = "image-ensemble"
    digest = hashlib.sha256(b"drawn").hexdigest()

    def __init__(self, faces: Sequence[tuple[BoxXYXY, float | None]], notes: tuple[str, ...] = ()) -> None:
        self.card = make_card()
        self.network_names = NETWORKS
        self._faces = faces
        self._notes = notes

    def detect(self, path: str | Path, *, with_maps: bool = True) -> Report:
        still = read_image(path)
        height, width = still.pixels_rgb.shape[:2]
        evidence = []
        for (x0, y0, x1, y1), probability in self._faces:
            box = (x0 * width, y0 * height, x1 * width, y1 * height)
            left, top, right, bottom = (max(0, round(v)) for v in box)
            cut = still.pixels_rgb[top:bottom, left:right]
            rows = np.linspace(0, cut.shape[0] - 1, CROP_PX).astype(int)
            columns = np.linspace(0, cut.shape[1] - 1, CROP_PX).astype(int)
            reason: Reason = "unsure" if probability is not None and 0.45 < probability < 0.6 else ""
            crop = np.ascontiguousarray(cut[rows][:, columns])
            evidence.append(make_evidence(box, probability, reason=reason, crop_rgb=crop))
        evidence.sort(key=lambda e: -(-1.0 if e.fake_probability is None else e.fake_probability))
        return Report(str(path), still.info, self._verdict(tuple(evidence)), (*still.notes, *self._notes), 0.081)

    def _verdict(self, evidence: tuple[Evidence, ...]) -> Verdict:
        who = f"{self.name}@{self.digest[:12]}"
        if not evidence:
            return Verdict(None, "undecided", "no_face", 0.6, (0.45, 0.6), (), who)
        first = evidence[0]
        return Verdict(first.fake_probability, first.decision, first.reason, 0.6, (0.45, 0.6), evidence, who)

    def score_crops(self, crops_rgb: np.ndarray) -> np.ndarray:
        """Rougher on the left is more fake: something that LIME, which hides parts under their mean, can find out."""
        left = crops_rgb[:, :, : CROP_PX // 2].astype(np.float64)
        return np.asarray(np.clip(left.std((1, 2)).mean(1) / 128, 0.0, 1.0))


SPEECH_NETWORKS = ("mel_cnn", "whisper_tiny", "spectrum_cnn")


def make_audio_card() -> AudioCard:
    """A card of voices with short windows; nothing in it was measured."""
    entry = WeightsFile("drawn.bin", "0" * 64, 1)
    return AudioCard(
        schema=1, name="audio-ensemble", media_kind="audio",
        members=tuple(Member(name, (entry,), entry, {"spoof": Affine(1.0, 0.0)}, (0.0,)) for name in SPEECH_NETWORKS),
        heads=("spoof",), head_pooling="mean-logit", calibration=Affine(1.0, 0.0), threshold=0.6,
        threshold_source="5 % false alarms on drawn voices", dev_false_alarm_rate=0.05, dev_miss_rate=0.3,
        operating_points=POINTS, undecided_low=0.45, undecided_high=0.6, training_data=(TrainingData("drawn voices", "CC0", 12, 34),),
        metrics=(Metric("drawn", "test", "clip", "eer", 0.25, 0.2, 0.3, 50, 50),), probe_tolerance=0.1,
        licence="CC BY-NC-4.0", recipe="drawn.toml", commit="", created="2026-11-21", features=FeatureSettings(),
        window_frames=100, hop_frames=50, min_speech_s=0.8, speech_logit=0.0,
    )  # fmt: skip


def pitch_scores(features: dict[str, np.ndarray]) -> SpeechScores:
    """Stands for the networks: a pure high tone is no speech, and the more lies above 2 kHz, the more fake."""
    power = 10 ** (features["spectrum"] / 10)
    share = power[:, :, 64:].sum((1, 2)) / power.sum((1, 2))
    peak = power.mean(1).max(1) / power.mean(1).sum(1)
    logits = np.repeat((share * 12 - 4)[:, None, None], len(SPEECH_NETWORKS), 1).astype(np.float32)
    return SpeechScores(logits, np.where(peak > 0.3, -1.0, 1.0).astype(np.float32))


def drawn_sound(kind: str, seconds: float, rate: int = 16_000) -> np.ndarray:
    """Float32 samples: "low" noise scores real, "bright" noise fake, a "tone" is no speech, "silence" is zero."""
    rng = np.random.default_rng(3)
    n = round(seconds * rate)
    if kind == "silence":
        return np.zeros(n, np.float32)
    if kind == "tone":
        return (0.3 * np.sin(2 * np.pi * 3000 * np.arange(n) / rate)).astype(np.float32)
    noise = np.fft.rfft(rng.normal(size=n))
    hertz = np.fft.rfftfreq(n, 1 / rate)
    keep = (hertz > 100) & (hertz < 1500) if kind == "low" else hertz > 2500
    wave = np.fft.irfft(noise * keep, n)
    return (0.1 * wave / wave.std()).astype(np.float32)


def make_video_card(**changes: object) -> VideoCard:
    """A card of clips over the drawn faces of `conftest`; nothing in it was measured."""
    card = conftest.make_card()
    told = {f.name: getattr(card, f.name) for f in dataclasses.fields(card)}
    told |= {"name": "video-ensemble", "media_kind": "video", "operating_points": POINTS}
    return dataclasses.replace(VideoCard(**told, frames_by="drawn", min_frames=3), **changes)


def drawn_video_detector() -> VideoDetector:
    """Finds the drawn faces of `conftest` in clips, and hears as `pitch_scores` does."""
    image = ImageDetector(conftest.make_card(), conftest.brightness_logits, conftest.find_marked_faces)
    audio = AudioDetector(make_audio_card(), pitch_scores)
    return VideoDetector(make_video_card(), image, conftest.find_marked_faces, lambda: audio)


def loader_of(detector: FakeDetector) -> Callable[..., FakeDetector | AudioDetector | VideoDetector]:
    """Stands for `detectors.load`."""
    audio, video = AudioDetector(make_audio_card(), pitch_scores), drawn_video_detector()

    def load(name: str = "image-ensemble", *, finder: str = "yunet") -> FakeDetector | AudioDetector | VideoDetector:
        if name == "audio-ensemble":
            return audio
        if name == "video-ensemble":
            return video
        if finder not in FINDER_NAMES:
            raise UsageError(f"there is no face finder {finder!r}; choose from {', '.join(FINDER_NAMES)}.")
        return detector

    return load
