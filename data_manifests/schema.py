"""What a dataset is to the rest of the project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from detectors.types import MediaKind

Split = Literal["train", "dev", "test", "all"]


@dataclass(frozen=True)
class Sample:
    """One file to be judged.

    Attributes:
        sample_id: unique in the dataset, stable between machines.
        path: of the file, absolute or relative to the working folder.
        kind: image, video or audio.
        is_fake: the label.
        method: how it was forged; "real" when it was not.
        source: where a real one comes from, or what a forgery was made from; "" when the dataset does not tell.
        group_id: source video, identity or speaker: never crosses splits; intervals are drawn over groups.
        split: "all" when the dataset has none.
    """

    sample_id: str
    path: str
    kind: MediaKind
    is_fake: bool
    method: str
    source: str
    group_id: str
    split: Split

    def __post_init__(self) -> None:
        if not self.sample_id or not self.group_id:
            raise ValueError("sample_id and group_id must not be empty")
        if self.is_fake == (self.method == "real"):
            raise ValueError(f"{self.sample_id}: the method is 'real' exactly when the sample is real")


@dataclass(frozen=True)
class DatasetCard:
    """What a dataset says of itself.

    Attributes:
        name: on the command line.
        title: in tables.
        kind: of its files.
        licence: of the data.
        how_to_get: sentences for a user who does not have it.
        note: goes under every table of this dataset; "" for none.
        known_to_training: names under which a weights card may list it as training data.
    """

    name: str
    title: str
    kind: MediaKind
    licence: str
    how_to_get: str
    note: str = ""
    known_to_training: tuple[str, ...] = ()
