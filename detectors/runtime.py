"""A card made into something that scores: OpenVINO in serving, Keras as the reference."""

from __future__ import annotations

import os
import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from detectors.card import WEIGHTS_DIR, AudioCard, ImageCard, Member, WeightsCard
from detectors.errors import CardError

if TYPE_CHECKING:
    import openvino as ov

BATCH_MAX = 32  # crops in one inference of Keras: keeps memory flat on a photo of a stadium
REQUEST_CROPS = 4  # crops in one request of OpenVINO: what a core works on by itself; larger ones are no quicker
STREAMS_MAX = 8  # requests of one network at a time; more cores than these work together on each
_Requests = TypeVar("_Requests")
_Found = dict[int, tuple[np.ndarray, np.ndarray]]  # number of a request's first crop -> its logits and patch logits


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


@dataclass(frozen=True, eq=False)
class SpeechScores:
    """Logits of windows of sound before calibration.

    Attributes:
        logits: float32, shape (n, members, 1).
        speech_logits: float32, shape (n,): higher is more like speech, whoever or whatever speaks.
    """

    logits: np.ndarray
    speech_logits: np.ndarray


def probe_picture(size_px: int) -> np.ndarray:
    """A drawn picture, uint8 (1, size, size, 3), that every card's `probe_logits` were computed on."""
    y, x = np.mgrid[0:size_px, 0:size_px] / size_px
    waves = [np.sin(2 * np.pi * (f * x + g * y)) for f, g in ((3, 5), (11, 2), (29, 31))]
    return ((np.stack(waves, -1) * 0.35 + 0.5) * 255).astype(np.uint8)[None]


class _Pool(Generic[_Requests]):
    """Inference requests for whoever scores: as many sets as were ever in use at once, whatever threads come and go.

    Args:
        make: builds one set, when none is idle.
    """

    def __init__(self, make: Callable[[], _Requests]) -> None:
        self._make = make
        self._idle: queue.SimpleQueue[_Requests] = queue.SimpleQueue()

    @contextmanager
    def lend(self) -> Iterator[_Requests]:
        """A set for one caller. After an error it is not used again, for some of its requests may still be at work."""
        try:
            requests = self._idle.get_nowait()
        except queue.Empty:
            requests = self._make()
        yield requests
        self._idle.put(requests)


class OpenVinoEnsemble:
    """Every member of a card, compiled for this CPU; safe to call from several threads.

    Crops go in small requests to all members side by side, each request on a core of its own. The cores never wait for
    one another inside a network, which took a fifth to a third of their time when all of them shared one request.
    """

    def __init__(self, card: ImageCard, folder: Path = WEIGHTS_DIR, threads: int | None = None) -> None:
        self._card = card
        self._streams = min(threads or available_cores(), STREAMS_MAX)
        self._compiled = [_compile(folder / m.served[0].file, threads, self._streams) for m in card.members]
        self._pool = _Pool(self._new_queues)
        self._check_probe()

    def __call__(self, crops_rgb: np.ndarray) -> RawScores:
        """Scores crops, uint8 (n, size, size, 3)."""
        size = self._card.input_size_px
        if crops_rgb.dtype != np.uint8 or crops_rgb.shape[1:] != (size, size, 3):
            raise ValueError(f"crops must be uint8 (n, {size}, {size}, 3), got {crops_rgb.dtype} {crops_rgb.shape}")
        found: list[_Found] = [{} for _ in self._compiled]
        step = max(1, min(REQUEST_CROPS, -(-len(crops_rgb) // self._streams)))
        with self._pool.lend() as queues:
            for first in range(0, len(crops_rgb), step):
                for member, parts in zip(queues, found, strict=True):
                    member.start_async({0: crops_rgb[first : first + step]}, (parts, first))
            for member in queues:
                member.wait_all()
        in_order = [[parts[first] for first in sorted(parts)] for parts in found]
        return RawScores(
            np.stack([np.concatenate([logits for logits, _ in parts]) for parts in in_order], 1),
            tuple(np.concatenate([patches for _, patches in parts]) for parts in in_order),
        )

    def _new_queues(self) -> list[ov.AsyncInferQueue]:
        import openvino as ov

        queues = [ov.AsyncInferQueue(compiled, self._streams) for compiled in self._compiled]
        for member in queues:
            member.set_callback(_keep)
        return queues

    def _check_probe(self) -> None:
        """Raises CardError when a member does not give what its card says it gives."""
        _compare_probe(self._card, self(probe_picture(self._card.input_size_px)).logits[0])


def _keep(request: ov.InferRequest, where: tuple[_Found, int]) -> None:
    """Puts what a finished request gives to its place; the request's buffers are used again by the next one."""
    parts, first = where
    parts[first] = request.get_tensor("logits").data.copy(), request.get_tensor("patch_logits").data.copy()


def _compile(xml: Path, threads: int | None, streams: int | None = None) -> ov.CompiledModel:
    """A network for this CPU: for `streams` requests at a time, or for one that has all threads."""
    import openvino as ov

    # The precision of the weights is the file's; what remains in floating point is computed as float32, so that
    # a score does not depend on whether the CPU happens to have bfloat16.
    options: dict[str, object] = {
        "INFERENCE_PRECISION_HINT": "f32",
        "INFERENCE_NUM_THREADS": threads or available_cores(),
    } | ({"NUM_STREAMS": streams} if streams else {"PERFORMANCE_HINT": "LATENCY"})
    core = ov.Core()
    return core.compile_model(core.read_model(str(xml)), "CPU", options)


def _compare_probe(card: WeightsCard, scores: np.ndarray) -> None:
    """Raises CardError when a member's logits for the probe input are not those on the card."""
    for member, logits in zip(card.members, scores, strict=True):
        gap = float(np.abs(logits - member.probe_logits).max())
        if not gap <= card.probe_tolerance:
            raise CardError(
                f"{member.network} does not give its probe score (off by {gap:.3f}, allowed "
                f"{card.probe_tolerance}); it is not run. Install the project again."
            )


def probe_features(card: AudioCard) -> dict[str, np.ndarray]:
    """A drawn window of both features, decibels, that every audio card's `probe_logits` were computed on."""
    out = {}
    for feature in ("mel", "spectrum"):
        bands = card.features.bands(feature)
        t, f = np.mgrid[0 : card.window_frames, 0:bands]
        syllables = 12 * np.sin(2 * np.pi * t / 25) * np.sin(2 * np.pi * (f / bands * 7 + t / 90))
        out[feature] = (-35 - 30 * f / bands + syllables).astype(np.float32)[None]
    return out


class SpeechEnsemble:
    """Every member of an audio card, compiled for this CPU; safe to call from several threads."""

    def __init__(self, card: AudioCard, folder: Path = WEIGHTS_DIR, threads: int | None = None) -> None:
        from detectors.networks.speech import SPEECH_ARCHITECTURES

        self._features = [SPEECH_ARCHITECTURES[member.network].feature for member in card.members]
        self._compiled = [_compile(folder / member.served[0].file, threads) for member in card.members]
        self._gates = [any("speech_logits" in out.names for out in c.outputs) for c in self._compiled]
        if not any(self._gates):
            raise CardError(f"none of the networks of {card.name} tells speech from other sounds.")
        self._pool = _Pool(lambda: [compiled.create_infer_request() for compiled in self._compiled])
        _compare_probe(card, self(probe_features(card)).logits[0])

    def __call__(self, features: dict[str, np.ndarray]) -> SpeechScores:
        """Scores windows: for each feature float32 (n, frames, bands), in decibels."""
        logits, speech = [], []
        with self._pool.lend() as requests:
            for request, feature, gates in zip(requests, self._features, self._gates, strict=True):
                request.infer({0: features[feature]})
                logits.append(request.get_tensor("logits").data.copy())
                if gates:
                    speech.append(request.get_tensor("speech_logits").data[:, 0].copy())
        return SpeechScores(np.stack(logits, 1), np.mean(speech, 0))


def available_cores() -> int:
    """Cores that this process may use, which in a container are fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def read_reference_weights(folder: Path, member: Member) -> list[np.ndarray]:
    """Float32 arrays in the order of `model.weights`; no pickle is read.

    An array is stored as `w{i}`, or as int8 `q{i}` with one scale a column, `s{i}`.
    """
    with np.load(folder / member.reference.file, allow_pickle=False) as kept:
        count = sum(name[0] in "wq" for name in kept.files)
        return [
            kept[f"w{i}"].astype(np.float32)
            if f"w{i}" in kept.files
            else kept[f"q{i}"].astype(np.float32) * kept[f"s{i}"].astype(np.float32)
            for i in range(count)
        ]


class KerasEnsemble:
    """The reference: the same card through Keras in float32. Slow; for tests, benchmarks and training."""

    def __init__(self, card: ImageCard, folder: Path = WEIGHTS_DIR) -> None:
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


class KerasSpeechEnsemble:
    """The same card through Keras in float32. Slow; for tests, benchmarks and training."""

    def __init__(self, card: AudioCard, folder: Path = WEIGHTS_DIR) -> None:
        from detectors.networks.speech import SPEECH_ARCHITECTURES

        self.models = []
        self.features = []
        for member in card.members:
            architecture = SPEECH_ARCHITECTURES[member.network]
            model = architecture.build(card.window_frames, card.features.bands(architecture.feature))
            model.set_weights(read_reference_weights(folder, member))
            self.models.append(model)
            self.features.append(architecture.feature)

    def __call__(self, features: dict[str, np.ndarray]) -> SpeechScores:
        """Scores windows as `SpeechEnsemble` does."""
        outputs = [
            m.predict(features[f], batch_size=BATCH_MAX, verbose=0)
            for m, f in zip(self.models, self.features, strict=True)
        ]
        speech = [o["speech_logits"][:, 0] for o in outputs if "speech_logits" in o]
        return SpeechScores(np.stack([o["logits"] for o in outputs], 1), np.mean(speech, 0))
