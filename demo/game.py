"""“Spot the fake”: rounds, guesses and scores; pure, without gradio."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from detectors.decide import logit
from detectors.types import MediaKind

# How much a guess counts beside the detector's evidence, by how sure the player is: the probability of being right.
CERTAINTY = (0.55, 0.7, 0.9)


@dataclass(frozen=True)
class Item:
    """Something to be judged.

    Attributes:
        path: of the file.
        kind: image or audio.
        is_fake: the truth.
        about: what it is, to be told afterwards.
    """

    path: Path
    kind: MediaKind
    is_fake: bool
    about: str


@dataclass(frozen=True)
class Answer:
    """One round that was played.

    Attributes:
        is_fake: the truth.
        said_fake: the player's guess.
        sure: position in `CERTAINTY`.
        fake_probability: the detector's; None where it could not score the file.
        threshold: the detector's.
    """

    is_fake: bool
    said_fake: bool
    sure: int
    fake_probability: float | None
    threshold: float

    @property
    def player_right(self) -> bool:
        return self.said_fake == self.is_fake

    @property
    def model_right(self) -> bool:
        """What could not be scored is not right."""
        return self.fake_probability is not None and (self.fake_probability >= self.threshold) == self.is_fake

    @property
    def both_right(self) -> bool:
        """The player's log odds and the detector's evidence beyond its threshold, added."""
        odds = float(logit(np.array(CERTAINTY[self.sure]))) * (1 if self.said_fake else -1)
        if self.fake_probability is not None:
            p = np.clip([self.fake_probability, self.threshold], 1e-6, 1 - 1e-6)
            odds += float(logit(p[:1])[0] - logit(p[1:])[0])
        return (odds >= 0) == self.is_fake


@dataclass(frozen=True)
class Game:
    """A game at one moment.

    Attributes:
        items: in the order of the rounds.
        answers: of the rounds that were played.
    """

    items: tuple[Item, ...] = ()
    answers: tuple[Answer, ...] = ()

    @property
    def current(self) -> Item | None:
        """What is to be judged next; None when all rounds are played."""
        return self.items[len(self.answers)] if len(self.answers) < len(self.items) else None

    @property
    def streak(self) -> int:
        """The player's right answers in a row, up to now."""
        count = 0
        for answer in reversed(self.answers):
            if not answer.player_right:
                break
            count += 1
        return count

    def scores(self) -> tuple[int, int, int]:
        """Right answers of the player, the detector, and both together."""
        a = self.answers
        return sum(x.player_right for x in a), sum(x.model_right for x in a), sum(x.both_right for x in a)

    def play(self, said_fake: bool, sure: int, fake_probability: float | None, threshold: float) -> Game:
        """The game after a guess.

        Raises:
            ValueError: all rounds are played.
        """
        if self.current is None:
            raise ValueError("all rounds are played")
        answer = Answer(self.current.is_fake, said_fake, sure, fake_probability, threshold)
        return replace(self, answers=(*self.answers, answer))


def read_items(manifest: Path) -> tuple[Item, ...]:
    """Pictures and recordings of a manifest (path, kind, label, about) that are there; none where there is no manifest."""
    if not manifest.is_file():
        return ()
    with manifest.open(encoding="utf-8", newline="") as rows:
        return tuple(
            Item(manifest.parent / row["path"], row["kind"], row["label"] == "fake", row.get("about") or "")  # type: ignore[arg-type]
            for row in csv.DictReader(rows)
            if row.get("kind") in ("image", "audio")
            and row.get("label") in ("real", "fake")
            and (manifest.parent / row["path"]).is_file()
        )


def new_game(items: Sequence[Item], kind: MediaKind, seed: int | None = None) -> Game:
    """A shuffled game; both classes as often as there are files, so that neither answer is right half of the time by rule."""
    chosen = [item for item in items if item.kind == kind]
    random.Random(seed).shuffle(chosen)
    return Game(tuple(chosen))


def share_with_interval(right: int, total: int) -> tuple[float, float, float] | None:
    """Share and its 95 % interval after Wilson (1927); None before the first round."""
    if not total:
        return None
    from scipy.stats import binomtest  # half a second, which the page's start need not wait for

    ci = binomtest(right, total).proportion_ci(method="wilson")
    return right / total, float(ci.low), float(ci.high)
