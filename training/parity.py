"""`python -m training.parity RECIPE --work DIR`: does the served int8 form rank dev as the Keras reference does?"""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
from pathlib import Path

import numpy as np

from detectors.card import WEIGHTS_DIR, Metric, read_image_card, write_card
from detectors.decide import ensemble_probability
from detectors.runtime import KerasEnsemble, OpenVinoEnsemble
from training.calibrate import family_auc
from training.crops import read_crops
from training.devset import build_dev
from training.recipe import read_recipe


def main(argv: list[str] | None = None) -> int:
    """Prints AUC by family in both forms and writes the macro difference on the card."""
    parser = argparse.ArgumentParser(prog="python -m training.parity", description=__doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--work", type=Path, default=Path("runs/training"))
    parser.add_argument("--weights", type=Path, default=WEIGHTS_DIR)
    parser.add_argument("--limit", type=int, default=60, help="crops of each family (default: %(default)s)")
    options = parser.parse_args(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    recipe = read_recipe(options.recipe)
    card = read_image_card(recipe.name, options.weights)
    dev = build_dev(
        read_crops(options.work / "crops"), options.work / "dev", recipe, degraded=False, limit=options.limit
    )
    served, reference = (
        ensemble_probability(score(dev.crops_rgb).logits, card)
        for score in (OpenVinoEnsemble(card, options.weights), KerasEnsemble(card, options.weights))
    )
    one, other = (family_auc(score, dev, held_out=None) for score in (served, reference))
    for family in one:
        print(f"{family:32s} served {one[family]:.4f}  Keras {other[family]:.4f}  {one[family] - other[family]:+.4f}")
    gap = float(np.mean(list(one.values())) - np.mean(list(other.values())))
    print(f"macro difference {gap:+.4f} on {len(dev.is_fake)} crops")
    name = "macro AUC, served minus Keras float32"
    metric = Metric(
        "training dev",
        "dev",
        "image",
        name,
        round(gap, 4),
        None,
        None,
        int((~dev.is_fake).sum()),
        int(dev.is_fake.sum()),
    )
    kept = tuple(m for m in card.metrics if m.name != name)
    write_card(dataclasses.replace(card, metrics=(*kept, metric)), options.weights)
    return 0


if __name__ == "__main__":
    sys.exit(main())
