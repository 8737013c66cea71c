"""ASVspoof 2021, deepfake: many vocoders through compression codecs, with its published keys.

Liu et al., "ASVspoof 2021: Towards Spoofed and Deepfake Speech Detection in the Wild", TASLP 2023.
"""

from __future__ import annotations

from pathlib import Path

from data_manifests.datasets.asvspoof2021_la import KEYS, read_2021
from data_manifests.schema import DatasetCard, Published, Sample, Survey

CARD = DatasetCard(
    name="asvspoof2021_df",
    title="ASVspoof 2021 DF",
    kind="audio",
    licence="ODC-By 1.0",
    how_to_get="Download ASVspoof2021_DF_eval_part00 … 03.tar.gz from Zenodo record 4835108 and DF-keys-full.tar.gz from "
    "asvspoof.org, unpack all side by side, and name their folder with --root.",
    note="Test is the evaluation phase, dev the progress phase; the hidden track is left out.",
    known_to_training=("asvspoof2021_df", "asvspoof2019"),
    labels="the words bonafide and spoof stand in trial_metadata.txt",
    size="34 GB",
    published=(Published("evaluation phase", "test", 14_869, 519_059),),
    marks=tuple(mark.format(part="DF") for mark in KEYS),
    folders=("ASVspoof2021_DF", "ASVspoof2021"),
)


def index(root: Path, survey: Survey) -> list[Sample]:
    """Samples in the order of the keys; the group is the speaker.

    Raises:
        DatasetError: a line is not of the keys' form.
    """
    return read_2021(root, survey, "DF")
