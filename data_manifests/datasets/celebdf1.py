"""Celeb-DF (v1): laid out as v2, with 408 real and 795 fake videos."""

from __future__ import annotations

from dataclasses import replace

from data_manifests.datasets.celebdf import CARD as V2
from data_manifests.datasets.celebdf import index as index
from data_manifests.schema import Published

CARD = replace(
    V2,
    name="celebdf1",
    title="Celeb-DF v1",
    size="about 2 GB",
    published=(Published("all videos", "all", 408, 795),),
    folders=("Celeb-DF-v1", "Celeb-DF"),
    digests=(),
)
