"""What a dataset is to the rest of the project."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from detectors.types import BoxXYXY, MediaKind

Split = Literal["train", "dev", "test", "all"]


@dataclass(frozen=True, slots=True)  # slots: there can be a million
class Sample:
    """One file to be judged, or one face in it.

    Attributes:
        sample_id: unique in the dataset, stable between machines.
        path: of the file, absolute or relative to the working folder.
        kind: image, video or audio.
        is_fake: the label.
        method: how it was forged; "real" when it was not.
        source: where a real one comes from, or what a forgery was made from; "" when the dataset does not tell.
        group_id: source video, identity or speaker: never crosses splits; intervals are drawn over groups.
        split: "all" when the dataset has none.
        subgroups: what else the dataset tells, as (name, value): ("race", "African"), ("codec", "alaw").
        face_xyxy: the face that the label speaks of, where a picture holds several; None: the whole file.
        people: who is seen or heard, where the dataset names them. Unlike groups they may stand on both sides of a split,
            and the leakage report says so.
    """

    sample_id: str
    path: str
    kind: MediaKind
    is_fake: bool
    method: str
    source: str
    group_id: str
    split: Split
    subgroups: tuple[tuple[str, str], ...] = ()
    face_xyxy: BoxXYXY | None = None
    people: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.sample_id or not self.group_id:
            raise ValueError("sample_id and group_id must not be empty")
        if self.is_fake == (self.method == "real"):
            raise ValueError(f"{self.sample_id}: the method is 'real' exactly when the sample is real")
        if any(set("=;") & set(name + value) for name, value in self.subgroups):
            raise ValueError(f"{self.sample_id}: subgroups must not hold = or ;, found {self.subgroups!r}")


@dataclass(frozen=True)
class Published:
    """A size that the dataset's authors, or its page, give.

    Attributes:
        what: which part of it, in words.
        split: "all" for the whole of it.
        n_real: samples; None where only their sum is published.
        n_fake: likewise.
        n: both together, where the two are not published.
    """

    what: str
    split: Split
    n_real: int | None = None
    n_fake: int | None = None
    n: int | None = None


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
        labels: which value means what in its lists, as half a sentence: "in the list, 1 means real".
        size: what it takes to keep, in words.
        published: sizes to check a download against.
        marks: patterns, relative to its folder, of which at least one is there when the dataset is.
        folders: names that its folder commonly has, besides `name`.
        digests: SHA-256 of lists as they were published, by file name; another digest is worth a warning.
        ships: it comes with the project and needs no root.
    """

    name: str
    title: str
    kind: MediaKind
    licence: str
    how_to_get: str
    note: str = ""
    known_to_training: tuple[str, ...] = ()
    labels: str = ""
    size: str = ""
    published: tuple[Published, ...] = ()
    marks: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    digests: tuple[tuple[str, str], ...] = ()
    ships: bool = False


@dataclass
class Survey:
    """What reading a dataset brought to light beside its samples; an `index` fills it in.

    Attributes:
        missing: files that its lists name and that are not there.
        surplus: files of its kind that no list names.
        lists: paths of the lists that were read.
        notes: sentences that a user of the dataset should know.
    """

    missing: list[str] = field(default_factory=list)
    surplus: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
