"""Writes shipped speech weights: int8 OpenVINO IR for serving, small Keras references, and the card."""

from __future__ import annotations

import datetime
import logging
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detectors.card import SCHEMA, AudioCard, Member, Metric, TrainingData, describe_file, write_card
from detectors.networks.speech import SPEECH_ARCHITECTURES
from detectors.runtime import probe_features
from training.publish import LICENCE, project_commit
from training.speech.calibrate import SpeechCalibration
from training.speech.recipe import SpeechRecipe

if TYPE_CHECKING:
    import keras
    import openvino as ov

log = logging.getLogger(__name__)

PROBE_TOLERANCE = 0.75  # logit; see training.publish
PACK_FROM = 50_000  # values from which an array of a reference is stored as int8
BATCH = 16


def pack_weights(weights: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Arrays of a reference file: large ones as int8 with a scale for each output, the others as float16."""
    arrays: dict[str, np.ndarray] = {}
    for i, w in enumerate(weights):
        if w.size < PACK_FROM:
            arrays[f"w{i}"] = w.astype(np.float16)
            continue
        scale = np.abs(w).max(axis=tuple(range(w.ndim - 1)), keepdims=True) / 127
        scale = np.maximum(scale, 1e-8).astype(np.float32)
        arrays[f"q{i}"] = np.clip(np.round(w / scale), -127, 127).astype(np.int8)
        arrays[f"s{i}"] = scale
    return arrays


def unpack_weights(arrays: dict[str, np.ndarray]) -> list[np.ndarray]:
    """What `pack_weights` keeps of the weights, float32."""
    count = sum(name[0] in "wq" for name in arrays)
    return [
        arrays[f"w{i}"].astype(np.float32) if f"w{i}" in arrays else arrays[f"q{i}"] * arrays[f"s{i}"]
        for i in range(count)
    ]


def serve_form(model: keras.Model, sample: Iterable[np.ndarray], xml: Path) -> None:
    """Quantises one network after training and writes its IR.

    Args:
        model: with the weights that are kept.
        sample: windows (frames, bands) that give the ranges of the activations.
        xml: file that is written, with its .bin beside it.
    """
    import nncf
    import openvino as ov

    with tempfile.TemporaryDirectory() as scratch:
        exported = Path(scratch) / "exported.xml"
        model.export(str(exported), format="openvino", verbose=False)
        converted = ov.Core().read_model(str(exported))
    windows = [w[None].astype(np.float32) for w in sample]
    quantised = nncf.quantize(
        converted,
        nncf.Dataset(windows),
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(windows),
        model_type=nncf.ModelType.TRANSFORMER if model.name.startswith("whisper") else None,
        fast_bias_correction=True,
    )
    ov.save_model(quantised, str(xml), compress_to_fp16=True)


def score_served(compiled: list[ov.CompiledModel], windows: list[Iterable[np.ndarray]]) -> np.ndarray:
    """Raw logits, float32 (n, members, 1), of each member's windows in order."""
    columns = []
    for net, stream in zip(compiled, windows, strict=True):
        parts, batch = [], []
        for window in stream:
            batch.append(window)
            if len(batch) == BATCH:
                parts.append(net(np.stack(batch))["logits"])
                batch = []
        if batch:
            parts.append(net(np.stack(batch))["logits"])
        columns.append(np.concatenate(parts))
    return np.stack(columns, 1)


def write_members(
    recipe: SpeechRecipe, weights: dict[str, list[np.ndarray]], samples: dict[str, list[np.ndarray]], out: Path
) -> tuple[list[ov.CompiledModel], list[tuple[str, Any, Any]]]:
    """Writes both forms of every network.

    Args:
        recipe: what was trained.
        weights: of each network, float32.
        samples: for each feature windows that give the ranges of the activations.
        out: folder.

    Returns:
        The served networks, and of each its name and the entries of its files.
    """
    import openvino as ov

    out.mkdir(parents=True, exist_ok=True)
    core, compiled, files = ov.Core(), [], []
    for name, arrays in weights.items():
        architecture = SPEECH_ARCHITECTURES[name]
        packed = pack_weights(arrays)
        reference = out / f"{name}.npz"
        np.savez_compressed(reference, **packed)  # type: ignore[arg-type]
        model = architecture.build(recipe.window_frames, recipe.features.bands(architecture.feature))
        model.set_weights(unpack_weights(packed))  # both forms are of the weights that are kept
        xml = out / f"{name}.xml"
        serve_form(model, samples[architecture.feature], xml)
        binary = xml.with_suffix(".bin")
        files.append((name, (describe_file(xml), describe_file(binary)), describe_file(reference)))
        compiled.append(core.compile_model(str(xml), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}))
        log.info(
            "%s: %.1f MB served, %.1f MB reference", name, binary.stat().st_size / 1e6, reference.stat().st_size / 1e6
        )
    return compiled, files


def write_audio_card(
    recipe: SpeechRecipe,
    recipe_file: str,
    compiled: list[ov.CompiledModel],
    files: list[tuple[str, Any, Any]],
    calibration: SpeechCalibration,
    speech_logit: float,
    metrics: tuple[Metric, ...],
    training_data: tuple[TrainingData, ...],
    out: Path,
) -> AudioCard:
    """Writes the card, with the probe scores that the served networks give."""

    def make(probes: Sequence[tuple[float, ...]]) -> AudioCard:
        return AudioCard(
            schema=SCHEMA,
            name=recipe.name,
            media_kind="audio",
            members=tuple(
                Member(name, served, reference, {"spoof": line}, probe)
                for (name, served, reference), line, probe in zip(files, calibration.members, probes, strict=True)
            ),
            heads=("spoof",),
            head_pooling="mean-logit",
            calibration=calibration.final,
            threshold=calibration.threshold,
            threshold_source=(
                "the calibrated probability that 5 % of bona fide dev windows reach, collections weighing the root of "
                "their size, clean, through MP3 at 32 kbit/s, as telephone and through the whole chain of damage"
            ),
            dev_false_alarm_rate=calibration.false_alarm_rate,
            dev_miss_rate=calibration.miss_rate,
            operating_points=calibration.points,
            undecided_low=calibration.undecided_low,
            undecided_high=calibration.threshold,
            training_data=training_data,
            metrics=metrics,
            probe_tolerance=PROBE_TOLERANCE,
            licence=LICENCE,
            recipe=recipe_file,
            commit=project_commit(),
            created=datetime.date.today().isoformat(),
            features=recipe.features,
            window_frames=recipe.window_frames,
            hop_frames=recipe.hop_frames,
            min_speech_s=recipe.min_speech_s,
            speech_logit=speech_logit,
        )

    drawn = probe_features(make([(0.0,)] * len(files)))
    names = [SPEECH_ARCHITECTURES[name].feature for name, _, _ in files]
    probes = [(float(net(drawn[f])["logits"][0, 0]),) for net, f in zip(compiled, names, strict=True)]
    card = make(probes)
    write_card(card, out)
    return card
