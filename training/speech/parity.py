"""`python -m training.speech.parity RECIPE --work DIR`: does the served int8 form rank dev as the Keras reference does?"""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from detectors.card import WEIGHTS_DIR, AudioCard, Metric, read_audio_card, write_card
from detectors.decide import ensemble_probability
from detectors.runtime import KerasSpeechEnsemble, SpeechEnsemble, SpeechScores
from training.speech.calibrate import SpeechDev, read_dev
from training.speech.recipe import read_speech_recipe

BATCH = 16
NAME = "AUC, served minus Keras float32"


def main(argv: list[str] | None = None) -> int:
    """Prints the AUC of both forms under each damage and writes the difference on the card."""
    parser = argparse.ArgumentParser(prog="python -m training.speech.parity", description=__doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--work", type=Path, default=Path("runs/training-audio"))
    parser.add_argument("--weights", type=Path, default=WEIGHTS_DIR)
    options = parser.parse_args(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    recipe = read_speech_recipe(options.recipe)
    card = read_audio_card(recipe.name, options.weights)
    dev = read_dev(options.work, recipe)
    served = score_dev(SpeechEnsemble(card, options.weights), dev, card)
    reference = score_dev(KerasSpeechEnsemble(card, options.weights), dev, card)
    for damage in dict.fromkeys(dev.damage):
        of = dev.damage == damage
        one, other = roc_auc_score(dev.is_fake[of], served[of]), roc_auc_score(dev.is_fake[of], reference[of])
        print(f"{damage:12s} served {one:.4f}  Keras {other:.4f}  {one - other:+.4f}")
    gap = roc_auc_score(dev.is_fake, served) - roc_auc_score(dev.is_fake, reference)
    print(f"all together {gap:+.4f} on {len(dev.is_fake)} windows")
    counts = int((~dev.is_fake).sum()), int(dev.is_fake.sum())
    metric = Metric("speech dev, all damages", "dev", "clip", NAME, round(gap, 4), None, None, *counts)
    kept = tuple(m for m in card.metrics if m.name != NAME)
    write_card(dataclasses.replace(card, metrics=(*kept, metric)), options.weights)
    return 0


def score_dev(score: Callable[[dict[str, np.ndarray]], SpeechScores], dev: SpeechDev, card: AudioCard) -> np.ndarray:
    """Calibrated probability of fake of every dev window, shape (n,)."""
    parts = []
    for stored in dev.features:
        for at in range(0, len(stored.rows), BATCH):
            batch = range(at, min(at + BATCH, len(stored.rows)))
            windows = {
                f: np.stack([stored.window(i, f, card.window_frames) for i in batch]) for f in ("mel", "spectrum")
            }
            parts.append(ensemble_probability(score(windows).logits, card))
    return np.concatenate(parts)


if __name__ == "__main__":
    sys.exit(main())
