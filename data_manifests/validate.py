"""What can be said of a download before it is used: counts against the published sizes, gaps, digests of lists."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data_manifests.datasets import dataset_names, find_dataset, locate
from data_manifests.schema import DatasetCard, Sample, Split, Survey
from detectors.errors import DatasetError

SPLITS: tuple[Split, ...] = ("train", "dev", "test", "all")
SHOWN = 5  # file names of a gap that are written out
NAMES = {"image": "pictures", "video": "videos", "audio": "recordings"}


@dataclass(frozen=True)
class Findings:
    """The result of a validation.

    Attributes:
        told: sentences that are as they should be, or that say what was found.
        warnings: sentences of what is not.
    """

    told: tuple[str, ...]
    warnings: tuple[str, ...]


def validate(card: DatasetCard, samples: Sequence[Sample], survey: Survey) -> Findings:
    """Holds a download against what was published, and reads its labels aloud."""
    told, warnings = [], []
    of_split: dict[str, Counter[bool]] = {}
    for s in samples:
        of_split.setdefault(s.split, Counter())[s.is_fake] += 1
        of_split.setdefault("all of them", Counter())[s.is_fake] += 1
    if len(of_split) == 2:  # one split only: it is all of them
        of_split.pop("all of them")
    matched = 0
    unit = "faces" if any(s.face_xyxy for s in samples) else NAMES[card.kind]
    for split in (*SPLITS, "all of them"):
        if split not in of_split:
            continue
        reals, fakes = of_split[split][False], of_split[split][True]
        line = f"{'' if split in ('all', 'all of them') else split + ': '}{reals + fakes:,} {unit}: {reals:,} real, {fakes:,} fake"
        wanted = "all" if split == "all of them" else split
        sizes = [p for p in card.published if p.split == wanted]
        hit = next(
            (p for p in sizes if _same(p.n_real, reals) and _same(p.n_fake, fakes) and _same(p.n, reals + fakes)), None
        )
        if hit:
            matched += 1
            told.append(f"{line}, as published ({hit.what})")
        else:
            told.append(line)
            if sizes:
                published = "; ".join(f"{p.what}: {_size(p.n_real, p.n_fake, p.n)}" for p in sizes)
                warnings.append(f"{line}, which is not a published size ({published})")
    if matched and not survey.missing:
        # A part that is whole is no fault, because other parts were not downloaded.
        warnings = []
    told.append(f"labels: {card.labels}")
    for note in survey.notes:
        told.append(note)
    digests = dict(card.digests)
    for path in survey.lists:
        digest = digests.get(Path(path).name)
        if digest is None:
            continue
        if sha256_of(Path(path)) == digest:
            told.append(f"{Path(path).name} is the published list, byte for byte")
        else:
            warnings.append(f"{Path(path).name} is not the published list (its SHA-256 differs)")
    for words, names in (("missing", survey.missing), ("not in any list", survey.surplus)):
        if names:
            some = ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
            warnings.append(f"{len(names):,} files are {words}: {some}")
    return Findings(tuple(told), tuple(warnings))


def catalogue(root: Path | None, home: Path | None) -> list[dict[str, str]]:
    """Every dataset that can be read: name, kind, size, licence, how to get it, and where it was found ("" where not)."""
    out = []
    for name in dataset_names():
        card, _ = find_dataset(name)
        try:
            found = str(locate(card, root, home)) if card.ships or card.marks else "give --root"
        except DatasetError:
            found = ""
        out.append({
            "name": name, "title": card.title, "kind": card.kind, "size": card.size, "licence": card.licence,
            "how to get it": card.how_to_get, "found": found,
        })  # fmt: skip
    return out


def catalogue_text(root: Path | None, home: Path | None) -> str:
    """The catalogue for a terminal."""
    lines = []
    for entry in catalogue(root, home):
        where = (
            f"found in {entry['found']}" if entry["found"] not in ("", "give --root") else entry["found"] or "not found"
        )
        lines.append(f"{entry['name']:<18}{entry['title']} ({entry['kind']}): {where}")
        lines.append(f"{'':<18}size: {entry['size']}; licence: {entry['licence']}")
        if where == "not found":
            lines.append(f"{'':<18}{entry['how to get it']}")
    return "\n".join(lines)


def _same(published: int | None, found: int) -> bool:
    return published is None or published == found


def _size(n_real: int | None, n_fake: int | None, n: int | None) -> str:
    return f"{n:,}" if n is not None else f"{n_real:,} real, {n_fake:,} fake"


def sha256_of(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()
