"""Saved models of others as functions of a batch: ONNX and OpenVINO by OpenVINO, Keras by Keras.

A saved Keras model is read before it is built, and everything in it that could run code or open other files is refused.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from detectors.decide import sigmoid
from detectors.errors import CardError
from eval.foreign_card import ForeignCard

Scorer = Callable[[np.ndarray], np.ndarray]  # a batch of crops or windows -> probability of fake, (n,)
# What a saved Keras model may be made of. Lambda, and layers that wrap other frameworks, run code of the file's maker.
REFUSED_LAYERS = (
    "Lambda",
    "TFSMLayer",
    "TorchModuleWrapper",
    "JaxLayer",
    "FlaxLayer",
    "TorchLayer",
    "StringLookup",
    "TextVectorization",
)
KERAS_MODULES = ("keras", "keras.layers", "keras.models", "keras.initializers", "keras.regularizers", "keras.constraints",
                 "keras.activations", "keras.src.models.functional", "keras.src.models.sequential", "keras.dtype_policies")  # fmt: skip
MOST_CONFIG_BYTES = 16 << 20


def load_scorer(card: ForeignCard, model: Path) -> Scorer:
    """A function from a batch of crops, uint8 RGB (n, size, size, 3), or of windows to probabilities of fake, (n,).

    Raises:
        CardError: the model cannot be run or could run code; or, from the function, it gives too few numbers for its card.
    """
    run = _keras(model) if model.suffix in (".keras", ".h5", ".hdf5") else _openvino(model)
    mean = np.asarray(card.mean, np.float32) if card.mean else None
    deviation = np.asarray(card.deviation, np.float32) if card.deviation else None

    def score(batch: np.ndarray) -> np.ndarray:
        x = batch.astype(np.float32)
        if card.takes != "sound":
            x = x[..., ::-1] if card.channels == "bgr" else x
            x = x * np.float32(card.scale)
            x = x if mean is None else x - mean
            x = x if deviation is None else x / deviation
            x = np.ascontiguousarray(x.transpose(0, 3, 1, 2) if card.layout == "NCHW" else x)
        out = np.asarray(run(x), np.float64).reshape(len(x), -1)
        if not card.output_index < out.shape[1]:
            raise CardError(f"{card.name} gives {out.shape[1]} numbers; its card reads number {card.output_index}.")
        if card.output_is == "class logits":
            out = np.exp(out - out.max(1, keepdims=True))
            out /= out.sum(1, keepdims=True)
        p = out[:, card.output_index]
        p = sigmoid(p) if card.output_is == "logit" else p
        return np.clip(p if card.output_means == "fake" else 1 - p, 0.0, 1.0)

    return score


def _openvino(model: Path) -> Callable[[np.ndarray], np.ndarray]:
    import openvino as ov

    try:
        compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    except RuntimeError as error:
        raise CardError(f"{model.name} cannot be run: {str(error).splitlines()[-1]}.") from error
    return lambda x: compiled(x)[0]


def _keras(model: Path) -> Callable[[np.ndarray], np.ndarray]:
    """A saved Keras model, after everything in it that could run code or read other files was refused.

    Raises:
        CardError: it holds such a thing, or cannot be read.
    """
    _refuse_code(_keras_config(model), model.name)
    import keras

    try:
        network = keras.models.load_model(model, compile=False, safe_mode=True)
    except (ValueError, TypeError, OSError, KeyError) as error:
        raise CardError(f"{model.name} cannot be read by Keras {keras.__version__}: {error}.") from error
    return lambda x: np.asarray(network(x, training=False))


def _keras_config(model: Path) -> Any:
    """The architecture as written in the file; nothing of it is built yet."""
    import h5py

    try:
        if model.suffix == ".keras":
            with zipfile.ZipFile(model) as parts:
                for entry in parts.infolist():
                    if entry.filename not in ("metadata.json", "config.json", "model.weights.h5"):
                        raise CardError(f"{model.name} holds {entry.filename}, which a Keras model of layers has not.")
                if parts.getinfo("config.json").file_size > MOST_CONFIG_BYTES:
                    raise CardError(f"{model.name} has a config.json of over {MOST_CONFIG_BYTES >> 20} MB.")
                with parts.open("model.weights.h5") as data, h5py.File(data, "r") as weights:
                    _refuse_links(weights, model.name)
                return json.loads(parts.read("config.json"))
        with h5py.File(model, "r") as weights:
            _refuse_links(weights, model.name)
            told = weights.attrs.get("model_config")
            if told is None:
                raise CardError(f"{model.name} holds weights without an architecture; use python:module:function.")
            return json.loads(told)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise CardError(f"{model.name} is no saved Keras model: {error}.") from error


def _refuse_links(group: Any, name: str) -> None:
    """Links of HDF5 can point at other files."""
    import h5py

    for key in group:
        link = group.get(key, getlink=True)
        if not isinstance(link, h5py.HardLink):
            raise CardError(f"{name} holds a link to elsewhere ({key}) and is refused.")
        if isinstance(group[key], h5py.Group):
            _refuse_links(group[key], name)
        elif group[key].external:
            raise CardError(f"{name} keeps data in other files ({key}) and is refused.")


def _refuse_code(told: Any, name: str) -> None:
    """Walks an architecture and refuses what is no plain layer of Keras.

    Raises:
        CardError: something else was found.
    """
    if isinstance(told, dict):
        kind, module = told.get("class_name"), told.get("module")
        if kind == "function" or kind in REFUSED_LAYERS or str(told.get("config", "")).startswith("<lambda"):
            raise CardError(f"{name} holds {kind!r}, which can run code, and is refused.")
        if module is not None and module not in KERAS_MODULES:
            raise CardError(f"{name} holds {kind!r} of {module!r}, which is no layer of Keras, and is refused.")
        if kind is not None and told.get("registered_name") not in (None, kind, "Functional", "Sequential"):
            raise CardError(f"{name} holds {told['registered_name']!r}, which its maker registered, and is refused.")
        for value in told.values():
            _refuse_code(value, name)
    elif isinstance(told, list):
        for value in told:
            _refuse_code(value, name)
