"""`python -m training.operating_points NAME --work DIR`: what other thresholds cost on dev, written on a card as it stands.

Publishing and `training.clips.calibrate` write it themselves. This is for a card from before they did: no weights change, and
neither does anything else on the card.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from pathlib import Path

import numpy as np

from detectors.card import (
    CARD_SUFFIX,
    WEIGHTS_DIR,
    AudioCard,
    VideoCard,
    WeightsCard,
    read_card,
    read_image_card,
    write_card,
)
from detectors.decide import ensemble_probability
from detectors.errors import DeepfakeError, UsageError
from training.calibrate import operating_points, rates_at

KEPT = "dev_logits.npz"  # raw logits of the served networks, which publishing leaves in the work folder
TOLERANCE = 1e-3  # of a rate at the card's own threshold; the logits of other weights miss it by hundredths
HAIR = 1e-9  # of a probability


def main(argv: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.operating_points", description=__doc__.split("\n")[0])
    parser.add_argument("name", help="of the detector, for example image-ensemble")
    parser.add_argument(
        "--work", type=Path, required=True, help="work folder of its training; for clips what training.clips.make wrote"
    )
    parser.add_argument("--weights", type=Path, default=WEIGHTS_DIR)
    options = parser.parse_args(argv)
    try:
        _add_key(options.weights / f"{options.name}{CARD_SUFFIX}")
        card = add_points(read_card(options.name, options.weights), options.work, options.weights)
    except DeepfakeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    write_card(card, options.weights)
    for point in card.operating_points:
        print(f"{point.threshold:.2f}: false alarms {point.false_alarm_rate:.4f}, misses {point.miss_rate:.4f}")
    return 0


def add_points(card: WeightsCard, work: Path, weights: Path) -> WeightsCard:
    """The card with its operating points.

    Raises:
        UsageError: the folder holds no dev scores, or those of other weights.
    """
    fake, is_fake, weigh = dev_scores(card, work, weights)
    # The threshold is the score of a dev file, but for the last digit: a hair to either side decides on which it falls.
    (most_alarms, least_missed), (least_alarms, most_missed) = (
        rates_at(card.threshold + e, fake, is_fake, weigh) for e in (-HAIR, HAIR)
    )
    if not (
        least_alarms - TOLERANCE <= card.dev_false_alarm_rate <= most_alarms + TOLERANCE
        and least_missed - TOLERANCE <= card.dev_miss_rate <= most_missed + TOLERANCE
    ):
        raise UsageError(
            f"the scores in {work} are not those of {card.name} as it stands: at its threshold they raise {least_alarms:.4f} "
            f"false alarms and miss {most_missed:.4f}, where the card says {card.dev_false_alarm_rate:.4f} and "
            f"{card.dev_miss_rate:.4f}. Name the folder of its own training."
        )
    return dataclasses.replace(card, operating_points=operating_points(fake, is_fake, weigh))


def dev_scores(card: WeightsCard, work: Path, weights: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Calibrated probability, class and weight of every dev file, as the card's calibration had them; shapes (n,).

    Pictures and voices are read from what publishing kept; clips, which keep nothing, are scored again.
    """
    if isinstance(card, VideoCard):
        from training.clips.calibrate import balanced, score_dev_clips

        logits, family, _ = score_dev_clips(work, read_image_card(card.frames_by, weights), weights)
        return ensemble_probability(logits, card), family != "real", balanced(family)
    if not (work / KEPT).is_file():
        raise UsageError(f"there is no {KEPT} in {work}; --work names the folder that training.run kept its stages in.")
    with np.load(work / KEPT) as kept:
        logits, is_fake = kept["logits"], kept["is_fake"]
        if isinstance(card, AudioCard):
            from training.speech.calibrate import system_weights

            weigh = system_weights(kept["system"], is_fake)
        else:
            from training.devset import family_weights

            weigh = family_weights(kept["family"], is_fake, ~kept["held"])
    return ensemble_probability(logits, card), is_fake, weigh


def _add_key(path: Path) -> None:
    """Lets a card from before there were points be read: it has none yet."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return  # `read_card` says it better
    if isinstance(told, dict) and "operating_points" not in told:
        part = path.with_suffix(".part")
        part.write_text(json.dumps({**told, "operating_points": []}, indent=2) + "\n", encoding="utf-8")
        part.replace(path)


if __name__ == "__main__":
    sys.exit(main())
