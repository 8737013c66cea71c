"""Trains one network; a stop at any moment loses at most `checkpoint_every` steps."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

log = logging.getLogger(__name__)

AVERAGE_EVERY = 5  # steps between two entries into the running average of the weights
AVERAGE_DECAY = 0.96  # of that average: a horizon of about 125 steps
CLIP_NORM = 5.0
EAGER_STEPS = 2  # as few steps run faster than the graph of a deep network is traced


@dataclass(frozen=True)
class Fit:
    """One cycle of a network's training: a warm-up, a peak and a cosine down, as in SGDR (Loshchilov and Hutter, 2017).

    Attributes:
        steps: optimiser steps.
        learning_rate: peak; warmed up linearly and then decayed by a cosine.
        weight_decay: of AdamW.
        warmup: steps.
        checkpoint_every: steps.
        teachers: networks trained before, whose mean logits are targets beside the labels.
        window_px: side of the training windows; serving sees the whole crop, whose detail they share.
        augmentation: which of the recipe's chains of damage its batches go through.
    """

    steps: int
    learning_rate: float
    weight_decay: float = 1e-3
    warmup: int = 60
    checkpoint_every: int = 100
    teachers: tuple[str, ...] = ()
    window_px: int = 128
    augmentation: str = "light"


def head_loss(y_true: Any, logits: Any) -> Any:
    """Binary cross-entropy of two heads; y_true (n, 4 or 6) holds labels, weights and, where distilled, targets."""
    labels, weights = y_true[:, :2], y_true[:, 2:4]
    losses = keras.ops.softplus(logits) - labels * logits
    loss = keras.ops.sum(losses * weights) / keras.ops.sum(weights)
    if y_true.shape[-1] == 6:
        gap = keras.ops.clip(y_true[:, 4:6], -6, 6) - logits
        loss = loss + keras.ops.mean(keras.ops.where(keras.ops.abs(gap) < 2, 0.25 * gap * gap, keras.ops.abs(gap) - 1))
    return loss


def _optimizer(fit: Fit) -> keras.optimizers.Optimizer:
    rate = keras.optimizers.schedules.CosineDecay(
        fit.learning_rate / 20, fit.steps - fit.warmup, alpha=0.02, warmup_target=fit.learning_rate,
        warmup_steps=fit.warmup,
    )  # fmt: skip
    return keras.optimizers.AdamW(rate, weight_decay=fit.weight_decay, global_clipnorm=CLIP_NORM)


def fit_network(
    name: str,
    make: Callable[[], keras.Model],
    batches: keras.utils.PyDataset,
    fit: Fit,
    folder: Path,
    *,
    seed: int,
    loss: Callable[[Any, Any], Any] = head_loss,
    teachers: list[keras.Model] | None = None,
) -> Path:
    """Trains, and returns the `.weights.h5` file of the averaged weights.

    Args:
        name: of the network, for its files.
        make: builds the network with the weights it starts from; its output `logits` is trained.
        batches: item n is the batch of step n.
        fit: see `Fit`.
        folder: checkpoints, log and result.
        seed: of random weights and dropout.
        loss: of the batches' targets and the logits.
        teachers: networks whose mean logits are distilled into this one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    result = folder / f"{name}.weights.h5"
    if result.exists():
        log.info("%s: already trained", name)
        return result
    keras.utils.set_random_seed(seed)
    whole = make()
    model = keras.Model(whole.input, whole.output["logits"])
    model.compile(optimizer=_optimizer(fit), loss=loss, jit_compile=False, run_eagerly=fit.steps <= EAGER_STEPS)
    model.optimizer.build(model.trainable_variables)
    checkpoint = folder / f"{name}.checkpoint.npz"
    step, average = _resume(checkpoint, model)

    def batch(number: int) -> tuple[np.ndarray, np.ndarray]:
        return batches[number]

    history = (folder / f"{name}.log.jsonl").open("a")
    losses: list[float] = []
    began, first = time.monotonic(), step
    with ThreadPoolExecutor(1) as ahead:
        pending = [ahead.submit(batch, n) for n in range(step, min(step + 3, fit.steps))]
        while step < fit.steps:
            x, y = pending.pop(0).result()
            if step + 3 < fit.steps:
                pending.append(ahead.submit(batch, step + 3))
            if teachers:
                y = np.concatenate([y, np.mean([np.asarray(t(x, training=False)) for t in teachers], 0)], 1)
            losses.append(float(model.train_on_batch(x, y)))
            step += 1
            if step % AVERAGE_EVERY == 0:
                now = model.get_weights()
                # The first entries count fully, so that the average never remembers the starting weights.
                keep = min(AVERAGE_DECAY, step / (step + 10 * AVERAGE_EVERY))
                average = (
                    now if average is None else [keep * a + (1 - keep) * w for a, w in zip(average, now, strict=True)]
                )
            if step % 20 == 0:
                rate = (step - first) / (time.monotonic() - began)
                line = {"step": step, "loss": round(float(np.mean(losses)), 4), "steps_per_s": round(rate, 3)}
                history.write(json.dumps(line) + "\n")
                history.flush()
                log.info(
                    "%s: step %d of %d, loss %.4f, %.0f min left",
                    name, step, fit.steps, line["loss"], (fit.steps - step) / rate / 60,
                )  # fmt: skip
                losses.clear()
            if step % fit.checkpoint_every == 0 and step < fit.steps:
                _keep(checkpoint, model, step, average)
    history.close()
    if average is not None:
        model.set_weights(average)
    whole.save_weights(result)
    checkpoint.unlink(missing_ok=True)
    return result


def _keep(file: Path, model: keras.Model, step: int, average: list[np.ndarray] | None) -> None:
    arrays = {f"w{i}": w for i, w in enumerate(model.get_weights())}
    arrays |= {f"o{i}": np.asarray(v) for i, v in enumerate(model.optimizer.variables)}
    arrays |= {f"a{i}": a for i, a in enumerate(average or [])}
    part = file.with_suffix(".part.npz")
    np.savez(part, step=step, **arrays)
    part.replace(file)


def _resume(file: Path, model: keras.Model) -> tuple[int, list[np.ndarray] | None]:
    if not file.exists():
        return 0, None
    with np.load(file) as kept:
        count = len(model.get_weights())
        model.set_weights([kept[f"w{i}"] for i in range(count)])
        for i, variable in enumerate(model.optimizer.variables):
            variable.assign(kept[f"o{i}"])
        average = [kept[f"a{i}"] for i in range(count)] if "a0" in kept else None
        step = int(kept["step"])
    log.info("%s: going on from step %d", model.name, step)
    return step, average
