"""`python -m training.clips.calibrate CLIPS`: the card of the video detector, from dev clips that `training.clips.make` wrote.

Nothing is trained: the networks are those of the image detector as they ship. What is chosen on dev is how surely a mean over
frames speaks, and from where on a clip counts as fake.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import sys
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

import detectors
from detectors.card import WEIGHTS_DIR, Affine, ImageCard, Metric, VideoCard, read_image_card, write_card
from detectors.decide import logit, sigmoid
from detectors.errors import DatasetError, DeepfakeError
from detectors.faces import load_finder
from detectors.image import ImageDetector
from detectors.runtime import OpenVinoEnsemble
from detectors.video import VideoDetector
from eval.metrics import equal_error_rate
from training.calibrate import TARGET_BAND_MISSES, TARGET_FALSE_ALARMS, fit_affine, weighted_quantile
from training.publish import project_commit

MIN_FRAMES = 3  # sampled frames of a person; fewer say little more than one picture
THRESHOLD_SOURCE = (
    "the calibrated probability that 5 % of clips of moving dev portraits reach, at crf 23 and 35 in equal parts"
)


def main(argv: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.clips.calibrate", description=__doc__.split("\n")[0])
    parser.add_argument("clips", type=Path, metavar="CLIPS", help="folder that training.clips.make wrote")
    parser.add_argument("--weights", type=Path, default=WEIGHTS_DIR)
    options = parser.parse_args(argv)
    try:
        card = calibrate_clips(
            options.clips, read_image_card(detectors.DEFAULT_DETECTOR, options.weights), options.weights
        )
    except DeepfakeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    write_card(card, options.weights)
    for metric in card.metrics:
        print(f"{metric.dataset}: {metric.name} {metric.value:.3f} ({metric.n_real} real, {metric.n_fake} fake)")
    print(f"threshold {card.threshold:.3f}, band from {card.undecided_low:.3f}")
    return 0


def calibrate_clips(clips: Path, image: ImageCard, weights: Path) -> VideoCard:
    """The card of the video detector.

    Args:
        clips: folder of `crfNN/dev/{real,fake}`.
        image: card of the detector of single frames.
        weights: folder of its files.

    Raises:
        DatasetError: there are no dev clips of both classes.
    """
    blank = blank_card(image)
    find = load_finder("yunet")
    detector = VideoDetector(blank, ImageDetector(image, OpenVinoEnsemble(image, weights), find), find)
    scores, fakes, quality = [], [], []
    for folder in sorted(clips.glob("crf*")):
        for label in ("real", "fake"):
            for path in sorted((folder / "dev" / label).rglob("*.mp4")):
                probability = detector.detect(path, with_maps=False).verdict.fake_probability
                if probability is not None:
                    scores.append(logit(np.array(probability)))
                    fakes.append(label == "fake")
                    quality.append(folder.name)
    y, x, q = np.array(fakes, bool), np.array(scores, float), np.array(quality)
    if not len(y) or y.all() or not y.any():
        raise DatasetError(f"{clips} must hold crf*/dev/real and crf*/dev/fake; run training.clips.make first.")
    weight = np.where(y, 0.5 / y.sum(), 0.5 / (~y).sum())
    line = fit_affine(x, y, weight)
    fake = sigmoid(line.scale * x + line.bias)
    threshold = weighted_quantile(fake, weight * ~y, 1 - TARGET_FALSE_ALARMS)
    low = min(threshold, weighted_quantile(fake, weight * y, TARGET_BAND_MISSES))
    metrics = []
    for name in sorted(set(quality)):
        of = q == name
        counts = int((~y[of]).sum()), int(y[of].sum())
        title = f"dev clips of moving portraits, {name}, self-blends"
        metrics += [
            Metric(title, "dev", "video", "auc", round(float(roc_auc_score(y[of], fake[of])), 4), None, None, *counts),
            Metric(title, "dev", "video", "eer", round(equal_error_rate(y[of], fake[of]), 4), None, None, *counts),
        ]
    return dataclasses.replace(
        blank, calibration=line, threshold=threshold, threshold_source=THRESHOLD_SOURCE,
        dev_false_alarm_rate=float((fake[~y] >= threshold).mean()), dev_miss_rate=float((fake[y] < threshold).mean()),
        undecided_low=low, undecided_high=threshold, metrics=tuple(metrics),
    )  # fmt: skip


def blank_card(image: ImageCard) -> VideoCard:
    """The card before calibration: a person's logit as the networks give it."""
    told = {f.name: getattr(image, f.name) for f in dataclasses.fields(image)}
    told |= {
        "name": detectors.VIDEO_DETECTOR, "media_kind": "video", "calibration": Affine(1.0, 0.0), "threshold": 0.5,
        "threshold_source": "", "dev_false_alarm_rate": 0.0, "dev_miss_rate": 0.0, "undecided_low": 0.5,
        "undecided_high": 0.5, "metrics": (), "recipe": "training.clips", "commit": project_commit(),
        "created": datetime.date.today().isoformat(),
    }  # fmt: skip
    return VideoCard(**told, frames_by=image.name, min_frames=MIN_FRAMES)


if __name__ == "__main__":
    sys.exit(main())
