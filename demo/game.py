"""“Spot the fake”: what is played, rounds, guesses and scores; pure, without gradio."""

from __future__ import annotations

import csv
import logging
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from data_manifests.datasets.csv import index as read_list
from data_manifests.schema import Sample, Survey
from demo import words
from detectors.decide import logit
from detectors.errors import DatasetError
from detectors.types import MediaKind

log = logging.getLogger(__name__)

KINDS: tuple[MediaKind, ...] = ("image", "audio")  # that can be judged at a glance
ROUNDS = (10, 20, 50)  # that a visitor can choose from, where there are as many files
USUAL_ROUNDS = 20
# How much a guess counts beside the detector's evidence, by how sure the player is: the probability of being right.
CERTAINTY = (0.55, 0.7, 0.9)


@dataclass(frozen=True, slots=True)  # slots: a list can name a million
class Item:
    """Something to be judged.

    Attributes:
        path: of the file.
        kind: image or audio.
        is_fake: the truth.
        about: what it is, to be told afterwards.
    """

    path: str
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

    def without_current(self) -> Game:
        """The game without the file that was to be judged next, which cannot be."""
        at = len(self.answers)
        return replace(self, items=self.items[:at] + self.items[at + 1 :])


class Deck:
    """What games are drawn from; one for all visitors.

    Attributes:
        name: of the list; "" for the shipped sample.
        kinds: that can be played: both real and fake files of it are there.
    """

    def __init__(self, items: Iterable[Item], name: str = "") -> None:
        self.name = name
        self._items: dict[tuple[MediaKind, bool], list[Item]] = {(k, f): [] for k in KINDS for f in (False, True)}
        for item in items:
            self._items[item.kind, item.is_fake].append(item)
        self._broken: set[str] = set()
        self.kinds = tuple(k for k in KINDS if all(any(map(_is_there, self._items[k, f])) for f in (False, True)))

    def count(self, kind: MediaKind) -> tuple[int, int]:
        """Real and fake files of a kind that the list names."""
        return len(self._items[kind, False]), len(self._items[kind, True])

    def deal(self, kind: MediaKind, rounds: int = USUAL_ROUNDS, seed: int | None = None) -> Game:
        """A fresh draw in random order with as many real files as fakes, so that guessing is right half of the time.

        Args:
            kind: of the files.
            rounds: at most so many; fewer where there are fewer files of one class.
            seed: for a draw that can be repeated.
        """
        rng = random.Random(seed)
        real, fake = (self._draw(self._items[kind, is_fake], rounds // 2, rng) for is_fake in (False, True))
        each = min(len(real), len(fake))
        chosen = real[:each] + fake[:each]
        rng.shuffle(chosen)
        return Game(tuple(chosen))

    def set_aside(self, item: Item, why: str) -> None:
        """Never deals this file again, and says so once."""
        if item.path not in self._broken:
            self._broken.add(item.path)
            log.warning("the game leaves out %s: %s", item.path, why)

    def _draw(self, items: list[Item], most: int, rng: random.Random) -> list[Item]:
        drawn: list[Item] = []
        for item in rng.sample(items, len(items)):
            if len(drawn) == most:
                break
            if item.path in self._broken:
                continue
            if _is_there(item):
                drawn.append(item)
            else:
                self.set_aside(item, "it is not there.")
        return drawn


def open_deck(manifest: Path) -> Deck:
    """The pictures and recordings of a list: a manifest of `data_manifests.build`, or anyone's own with path and label.

    Raises:
        DatasetError: it cannot be read, or holds nothing to play with.
    """
    if not manifest.is_file():
        raise DatasetError(
            f"--game needs a list of files, and {manifest} is none. Write a CSV file with the columns path and label, "
            "or let python -m data_manifests.build make one."
        )
    items, n_left_out = _read_items(manifest)
    deck = Deck(items, manifest.name)
    if not deck.kinds:
        (real_pictures, fake_pictures), (real_sounds, fake_sounds) = map(deck.count, KINDS)
        raise DatasetError(
            f"{manifest.name} gives no game, which needs real and fake pictures, or real and fake recordings. It names "
            f"{real_pictures} real and {fake_pictures} fake pictures, {real_sounds} real and {fake_sounds} fake recordings, "
            f"and {n_left_out} videos or single faces; {sum(map(_is_there, items))} of the files are there."
        )
    if n_left_out:
        log.warning("the game leaves out %d videos or single faces of %s", n_left_out, manifest.name)
    return deck


def open_sample(folder: Path) -> Deck:
    """The shipped files; none where there is no manifest."""
    manifest = folder / "manifest.csv"
    return Deck(_read_items(manifest)[0] if manifest.is_file() else ())


def _read_items(manifest: Path) -> tuple[list[Item], int]:
    """What can be judged at a glance, and how many rows cannot: videos, and labels that speak of one face of several."""
    samples = read_list(manifest, Survey())
    with manifest.open(newline="", encoding="utf-8-sig") as lines:  # what is told afterwards is no part of a sample
        told = [row.get("about") or "" for row in csv.DictReader(lines)]
    rows = [(s, about) for s, about in zip(samples, told, strict=True) if s.kind in KINDS and s.face_xyxy is None]
    items = [Item(s.path, s.kind, s.is_fake, about or _about(s)) for s, about in rows]
    return items, len(samples) - len(items)


def _is_there(item: Item) -> bool:
    return Path(item.path).is_file()


def _about(sample: Sample) -> str:
    """What a list tells of a file besides its label."""
    return words.game_about("" if sample.method == "fake" else sample.method, sample.source, sample.is_fake)


def share_with_interval(right: int, total: int) -> tuple[float, float, float] | None:
    """Share and its 95 % interval after Wilson (1927); None before the first round."""
    if not total:
        return None
    from scipy.stats import binomtest  # half a second, which the page's start need not wait for

    ci = binomtest(right, total).proportion_ci(method="wilson")
    return right / total, float(ci.low), float(ci.high)
