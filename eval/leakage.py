"""What a test shares with training: groups, people, identical files and near-duplicates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from data_manifests.schema import Sample

NAMED = 8  # that are written out


def shared_between_splits(samples: Sequence[Sample], split: str | None) -> dict[str, Any]:
    """Groups and people that stand in the measured split (test where none is named) and in another.

    Returns:
        "split", and for "groups" and "people" each "n" in the split, "shared" of them, and "named" some of these; "n" is 0
        where the dataset names none, or has no other split.
    """
    measured = split or "test"
    out: dict[str, Any] = {"split": measured}
    for what, named in (("groups", lambda s: (s.group_id,)), ("people", lambda s: s.people)):
        here = {name for s in samples if s.split == measured for name in named(s)}
        there = {name for s in samples if s.split not in (measured, "all") for name in named(s)}
        both = sorted(here & there)
        out[what] = {"n": len(here) if there else 0, "shared": len(both), "named": both[:NAMED]}
    return out
