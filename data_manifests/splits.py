"""Splits for datasets that have none: by group, so that nobody stands on both sides, and the same on every machine."""

from __future__ import annotations

import hashlib

from data_manifests.schema import Split

SEED = 20261121
SHARES: tuple[tuple[Split, float], ...] = (("train", 0.7), ("dev", 0.15), ("test", 0.15))
NOTE = f"It has no official split: groups were divided 70 : 15 : 15 by a digest with the fixed seed {SEED}."
# What the folders of splits are called, in any case.
SPLIT_NAMES: dict[str, Split] = {
    "train": "train", "training": "train", "dev": "dev", "val": "dev", "valid": "dev", "validation": "dev",
    "test": "test", "testing": "test", "eval": "test",
}  # fmt: skip


def group_split(group_id: str, shares: tuple[tuple[Split, float], ...] = SHARES, seed: int = SEED) -> Split:
    """The split of a group, from a digest of its name alone: adding files moves no other group.

    Args:
        group_id: source video, identity or speaker.
        shares: of each split; they sum to 1.
        seed: another one gives another division.
    """
    digest = hashlib.sha256(f"{seed}:{group_id}".encode()).digest()
    at = int.from_bytes(digest[:8], "big") / 2**64
    for split, share in shares:
        at -= share
        if at < 0:
            return split
    return shares[-1][0]
