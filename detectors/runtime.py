"""A card made into something that scores: OpenVINO in serving, Keras as the reference."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from detectors.card import WEIGHTS_DIR, Member, WeightsCard
from detectors.errors import CardError

if TYPE_CHECKING:
    import openvino as ov

BATCH_MAX = 32  # crops in one inference: keeps memory flat on a photo of a stadium
Scorer = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True, eq=False)
class RawScores:
    """Logits before calibration.

    Attributes:
        logits: float32, shape (n, members, heads).
        patch_logits: for each member float32, shape (n, rows, columns, heads); the mean over rows and columns is
            that member's logit.
    """

    logits: np.ndarray
    patch_logits: tuple[np.ndarray, ...]


def probe_picture(size_px: int) -> np.ndarray:
    """A drawn picture, uint8 (1, size, size, 3), that every card's `probe_logits` were computed on."""
    y, x = np.mgrid[0:size_px, 0:size_px] / size_px
    waves = [np.sin(2 * np.pi * (f * x + g * y)) for f, g in ((3, 5), (11, 2), (29, 31))]
    return ((np.stack(waves, -1) * 0.35 + 0.5) * 255).astype(np.uint8)[None]


class OpenVinoEnsemble:
    """Every member of a card, compiled for this CPU; safe to call from several threads."""

    def __init__(self, card: WeightsCard, folder: Path = WEIGHTS_DIR, threads: int | None = None) -> None:
        import openvino as ov

        self._card = card
        core = ov.Core()
        # The precision of the weights is the file's; what remains in floating point is computed as float32, so that
        # a score does not depend on whether the CPU happens to have bfloat16.
        options: dict[str, object] = {
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": threads or available_cores(),
        }
        self._compiled = [
            core.compile_model(core.read_model(str(folder / member.served[0].file)), "CPU", options)
            for member in card.members
        ]
        self._local = threading.local()
        self._check_probe()

    def __call__(self, crops_rgb: np.ndarray) -> RawScores:
        """Scores crops, uint8 (n, size, size, 3)."""
        size = self._card.input_size_px
        if crops_rgb.dtype != np.uint8 or crops_rgb.shape[1:] != (size, size, 3):
            raise ValueError(f"crops must be uint8 (n, {size}, {size}, 3), got {crops_rgb.dtype} {crops_rgb.shape}")
        logits, patches = [], []
        for request in self._requests():
            parts = [_infer(request, crops_rgb[i : i + BATCH_MAX]) for i in range(0, len(crops_rgb), BATCH_MAX)]
            logits.append(np.concatenate([p[0] for p in parts]))
            patches.append(np.concatenate([p[1] for p in parts]))
        return RawScores(np.stack(logits, 1), tuple(patches))

    def _requests(self) -> list[ov.InferRequest]:
        if not hasattr(self._local, "requests"):
            self._local.requests = [compiled.create_infer_request() for compiled in self._compiled]
        return self._local.requests

    def _check_probe(self) -> None:
        """Raises CardError when a member does not give what its card says it gives."""
        scores = self(probe_picture(self._card.input_size_px)).logits[0]
        for member, logits in zip(self._card.members, scores, strict=True):
            gap = float(np.abs(logits - member.probe_logits).max())
            if not gap <= self._card.probe_tolerance:
                raise CardError(
                    f"{member.network} does not give its probe score (off by {gap:.3f}, allowed "
                    f"{self._card.probe_tolerance}); it is not run. Install the project again."
                )


def _infer(request: ov.InferRequest, crops_rgb: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    request.infer({0: crops_rgb})
    # The request's buffers are used again by the next call.
    return (
        request.get_tensor("logits").data.copy(),
        request.get_tensor("patch_logits").data.copy(),
    )


def available_cores() -> int:
    """Cores that this process may use, which in a container are fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def read_reference_weights(folder: Path, member: Member) -> list[np.ndarray]:
    """Float32 arrays in the order of `model.weights`; no pickle is read."""
    with np.load(folder / member.reference.file, allow_pickle=False) as kept:
        return [kept[f"w{i}"].astype(np.float32) for i in range(len(kept.files))]


class KerasEnsemble:
    """The reference: the same card through Keras in float32. Slow; for tests, benchmarks and training."""

    def __init__(self, card: WeightsCard, folder: Path = WEIGHTS_DIR) -> None:
        from detectors.networks import find_architecture

        self.models = []
        for member in card.members:
            model = find_architecture(member.network).build(card.input_size_px)
            model.set_weights(read_reference_weights(folder, member))
            self.models.append(model)

    def __call__(self, crops_rgb: np.ndarray) -> RawScores:
        """Scores crops, uint8 (n, size, size, 3)."""
        outputs = [m.predict(crops_rgb.astype(np.float32), batch_size=BATCH_MAX, verbose=0) for m in self.models]
        return RawScores(np.stack([o["logits"] for o in outputs], 1), tuple(o["patch_logits"] for o in outputs))
