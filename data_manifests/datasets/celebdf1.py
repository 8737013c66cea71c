"""Celeb-DF (v1): laid out as v2, with 408 real and 795 fake videos."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from data_manifests.datasets.celebdf import CARD as V2
from data_manifests.datasets.celebdf import read_celebdf
from data_manifests.schema import Sample

CARD = replace(V2, name="celebdf1", title="Celeb-DF v1")


def index(root: Path | None) -> list[Sample]:
    """As `celebdf.index`.

    Raises:
        DatasetError: likewise.
    """
    return read_celebdf(root, CARD)
