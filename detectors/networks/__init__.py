"""Keras networks, built in code. TensorFlow is imported when one is built, not before."""

from __future__ import annotations

from difflib import get_close_matches

from detectors.errors import UsageError
from detectors.networks.backbones import ARCHITECTURES, Architecture

NETWORK_NAMES = tuple(ARCHITECTURES)
ALIASES = {"xceptionv3": "xception", "inceptionv3": "inception_v3", "resnet": "resnet50", "densenet": "densenet121"}

__all__ = ["NETWORK_NAMES", "Architecture", "find_architecture"]


def find_architecture(name: str) -> Architecture:
    """The architecture of that name; "XceptionV3" and other common spellings are understood.

    Raises:
        UsageError: there is none.
    """
    key = name.lower().replace("-", "_")
    key = ALIASES.get(key.replace("_", ""), key)
    if key not in ARCHITECTURES:
        near = get_close_matches(key, NETWORK_NAMES, 1)
        raise UsageError(
            f"there is no network {name!r}; choose from {', '.join(NETWORK_NAMES)}."
            + (f" Did you mean {near[0]}?" if near else "")
        )
    return ARCHITECTURES[key]
