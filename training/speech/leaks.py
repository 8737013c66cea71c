"""The leak battery: how well each cue that has nothing to do with a voice tells the classes apart, alone.

Equal error rates near 50 % say that the chain has made the classes alike in that respect. They are measured on the
very pairs that the networks train on. Müller et al., "Speech is silver, silence is golden", 2021, is why.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from detectors.audio_features import feature_db
from eval.metrics import equal_error_rate
from training.speech.batches import Choice, SpeechPairs
from training.speech.clips import read_clips
from training.speech.features import damaged
from training.speech.recipe import SpeechRecipe

log = logging.getLogger(__name__)

BATCHES = 25  # of pairs, on which a cue is tried
FOLDS = 5
SILENT_DB = 35.0  # under the loudest frame


def leak_battery(batches: SpeechPairs, recipe: SpeechRecipe, folder: Path) -> dict[str, float]:
    """EER of each cue alone on equalised training pairs, each oriented the way that it works best: at most 0.5."""
    rng = np.random.default_rng(recipe.seed)
    waves, fake, group = [], [], []
    for _ in range(BATCHES * recipe.pairs):
        pair = batches.choose(rng)
        made = [_wave(c, recipe, folder) for c in pair]
        use = min(len(w) for w in made)
        for side, (wave, choice) in enumerate(zip(made, pair, strict=True)):
            waves.append(wave[:use])
            fake.append(bool(side))
            group.append(read_clips(folder, choice.table).rows[choice.row].speaker)
    return cue_rates(waves, np.array(fake), np.array(group), recipe)


def cue_rates(waves: list[np.ndarray], fake: np.ndarray, group: np.ndarray, recipe: SpeechRecipe) -> dict[str, float]:
    """EER of each cue of the battery on float32 waveforms with their labels."""
    cues: dict[str, list[float]] = {
        name: [] for name in ("duration", "leading silence", "rms", "peak", "dc", "cut-off")
    }
    spectra = []
    for wave in waves:
        db = feature_db(wave, "spectrum", recipe.features)
        level = db.max(1)
        loud = np.flatnonzero(level > level.max() - SILENT_DB)
        mean = db.mean(0)
        spectra.append(mean - mean.mean())
        cues["duration"].append(len(wave))
        cues["leading silence"].append(float(loud[0]))
        cues["rms"].append(float((wave**2).mean()))
        cues["peak"].append(float(np.abs(wave).max()))
        cues["dc"].append(float(wave.mean()))
        cues["cut-off"].append(float(np.flatnonzero(mean > mean.max() - 45)[-1]))
    rates = {name: _either_way(fake, np.array(values)) for name, values in cues.items()}
    folds = min(FOLDS, len(set(group)))
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=2000))
    guess = cross_val_predict(
        model, np.stack(spectra), fake, groups=group, cv=GroupKFold(folds), method="decision_function"
    )
    rates["mean spectrum"] = _either_way(fake, guess)
    return rates


def _either_way(fake: np.ndarray, score: np.ndarray) -> float:
    return min(equal_error_rate(fake, score), equal_error_rate(fake, -score))


def _wave(choice: Choice, recipe: SpeechRecipe, folder: Path) -> np.ndarray:
    table = read_clips(folder, choice.table)
    base = table.rows[choice.row].base
    draw = (0, base) if base >= 0 else (0 if choice.table == "clips" else 1, choice.row)
    damage, number = choice.variant
    return damaged(table.wave(choice.row), (recipe.seed, *draw, number), damage)
