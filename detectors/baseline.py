"""The baselines beside every detector: brightness or loudness alone. Where one does well, the dataset leaks."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from detectors.decide import sigmoid
from detectors.media import ClipFile, SoundFile, read_image
from detectors.types import Decision, Evidence, Report, Verdict


class BrightnessDetector:
    """Scores the mean brightness of a whole picture; it looks for no face and knows nothing of forgery."""

    name = "brightness"
    digest = ""
    card = None

    def detect(self, path: str | Path, *, with_maps: bool = True) -> Report:
        """A report whose probability is the logistic of (brightness − 0.5) · 4: darker means more real."""
        began = time.perf_counter()
        still = read_image(path)
        height, width = still.pixels_rgb.shape[:2]
        brightness = float(still.pixels_rgb.mean() / 255)
        probability = float(sigmoid(np.array((brightness - 0.5) * 4)))
        decision: Decision = "fake" if probability >= 0.5 else "real"
        whole = (0.0, 0.0, float(width), float(height))
        evidence = Evidence(whole, whole, 0.0, probability, decision, "")
        verdict = Verdict(probability, decision, "", 0.5, (0.5, 0.5), (evidence,), self.name)
        note = "This is the brightness baseline, which knows nothing of forgery."
        return Report(str(path), still.info, verdict, (*still.notes, note), time.perf_counter() - began)


class ClipBrightnessDetector:
    """Scores the mean brightness of a clip's sampled frames; it knows nothing of forgery."""

    name = "clip-brightness"
    digest = ""
    card = None

    def detect(self, path: str | Path, *, with_maps: bool = True) -> Report:
        """A report whose probability is the logistic of (brightness − 0.5) · 4."""
        began = time.perf_counter()
        with ClipFile(path) as clip:
            probability = self.probability([self.frame_brightness(frame.pixels_rgb) for frame in clip.frames()])
        decision: Decision = "fake" if probability >= 0.5 else "real"
        verdict = Verdict(probability, decision, "", 0.5, (0.5, 0.5), (), self.name)
        note = "This is the brightness baseline, which knows nothing of forgery."
        return Report(str(path), clip.info, verdict, (*clip.notes, note), time.perf_counter() - began)

    @staticmethod
    def frame_brightness(pixels_rgb: np.ndarray) -> float:
        """Mean brightness of one frame, in [0, 1]."""
        return float(pixels_rgb[::4, ::4].mean() / 255)

    @staticmethod
    def probability(brightness: list[float]) -> float:
        """Of a clip, from the brightness of its sampled frames."""
        return float(sigmoid(np.array((np.mean(brightness) - 0.5) * 4)))


class LoudnessDetector:
    """Scores how loud a recording is on average, silence included; it knows nothing of voices."""

    name = "loudness"
    digest = ""
    card = None

    def detect(self, path: str | Path, *, with_maps: bool = True) -> Report:
        """A report whose probability is the logistic of (RMS level in dB of full scale + 26) / 6."""
        began = time.perf_counter()
        power, count = 0.0, 0
        with SoundFile(path) as sound:
            for block in sound.blocks():
                power += float((block.astype(np.float64) ** 2).sum())
                count += len(block)
        level_db = 10 * np.log10(power / max(count, 1) + 1e-12)
        probability = float(sigmoid(np.array((level_db + 26.0) / 6.0)))
        decision: Decision = "fake" if probability >= 0.5 else "real"
        verdict = Verdict(probability, decision, "", 0.5, (0.5, 0.5), (), self.name)
        note = "This is the loudness baseline, which knows nothing of forgery."
        return Report(str(path), sound.info, verdict, (*sound.notes, note), time.perf_counter() - began)
