"""The audio detector: the speech of a file, window by window through the ensemble, pooled to one verdict."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from detectors import decide
from detectors.audio_features import FeatureSettings, feature_db
from detectors.card import AudioCard
from detectors.media import SoundFile, SoundLimits
from detectors.runtime import SpeechScores
from detectors.types import AudioWindow, NetworkScore, Reason, Report, SoundOverview, Verdict

BATCH_WINDOWS = 16  # scored at once; with their overlap about 36 s of sound
SILENT_DB = -60.0  # below full scale: a window that never gets louder holds nothing to hear
QUIET_DB = 45.0  # below the loudest window so far: silence beside speech
ACTIVE_DB = 30.0  # a tenth of a second within this of its window's loudest counts as active
LEVEL_FRAME = 1600  # samples: a tenth of a second
DITHER_DB = -60.0  # under the loudest part of a batch: digital silence does not occur in nature, nor in training
OVERVIEW_COLUMNS = 1200
FIRST_COLUMN_FRAMES = 2

Progress = Callable[[float, float | None], None]
Scorer = Callable[[dict[str, np.ndarray]], SpeechScores]


@dataclass(frozen=True, eq=False)
class _Stretch:
    """Some windows that lie one after the other in one piece of sound.

    Attributes:
        wave: float32 samples.
        offsets: first sample of each window in `wave`.
        start: of `wave` in the file, in samples.
        window: length of a window in samples.
        sound: samples of `wave` that come from the file and not from repeating a short one.
    """

    wave: np.ndarray
    offsets: tuple[int, ...]
    start: int
    window: int
    sound: int


class AudioDetector:
    """Judges voices.

    Attributes:
        name: of its card.
        digest: of its weights.
        card: its contract.
        network_names: in the order of the card.
    """

    def __init__(self, card: AudioCard, score: Scorer, limits: SoundLimits | None = None) -> None:
        self.name = card.name
        self.digest = card.digest
        self.card = card
        self.network_names = tuple(member.network for member in card.members)
        self._score = score
        self._limits = limits

    def detect(self, path: str | Path, *, with_maps: bool = True, on_progress: Progress | None = None) -> Report:
        """The report of one sound, or of the sound track of a video.

        Args:
            path: of the file.
            with_maps: also make the overview for drawing.
            on_progress: called with the seconds done and the length that the header promises.

        Raises:
            MediaError: the file cannot be used.
        """
        began = time.perf_counter()
        overview = _Overview(self.card.features) if with_maps else None
        with SoundFile(path, self._limits) as sound:
            tell = (lambda done: on_progress(done, sound.info.length_s)) if on_progress else None
            verdict = self.judge(sound.blocks(), overview, tell)
            info = replace(sound.info, length_s=sound.length_s)
            notes = tuple(sound.notes)
        drawn = overview.finish() if overview else None
        return Report(str(path), info, verdict, notes, time.perf_counter() - began, drawn)

    def detect_trimmed(self, path: str | Path) -> Report:
        """The report of the file between its first and last audible tenth of a second; reads the file twice.

        Raises:
            MediaError: the file cannot be used.
        """
        began = time.perf_counter()
        with SoundFile(path, self._limits) as sound:
            first, end = audible_span(sound.blocks())
        with SoundFile(path, self._limits) as sound:
            verdict = self.judge(between(sound.blocks(), first, end))
            return Report(str(path), sound.info, verdict, tuple(sound.notes), time.perf_counter() - began)

    def judge(
        self,
        blocks: Iterator[np.ndarray],
        overview: _Overview | None = None,
        tell: Callable[[float], None] | None = None,
    ) -> Verdict:
        """The verdict on a stream of float32 samples at the card's rate."""
        windows: list[AudioWindow] = []
        raw: list[np.ndarray] = []
        speech_s, loudest, rate = 0.0, -np.inf, self.card.features.sample_rate_hz
        for stretch in _stretches(blocks, self.card):
            levels, active = _levels(stretch)
            loudest = max(loudest, float(levels.max()))
            audible = (levels > SILENT_DB) & (levels > loudest - QUIET_DB)
            made, logits, speech_share = self._judge_stretch(stretch, levels, audible, overview)
            windows += made
            raw.append(logits)
            # Neighbours overlap by half, so a window adds about its hop's worth of new sound.
            fresh = np.full(len(levels), self.card.hop_frames / self.card.window_frames)
            if not windows[: -len(made)]:
                fresh[0] = 1.0
            speech_s += float((active * fresh * speech_share).sum()) * min(stretch.window, stretch.sound) / rate
            if tell:
                tell(windows[-1].end_s)
        return self._conclude(windows, np.concatenate(raw) if raw else np.empty((0, 0, 1)), speech_s)

    def score_windows(self, waves: np.ndarray) -> np.ndarray:
        """Raw logits, float32 (n, members, 1), of windows float32 (n, samples), for training and tests."""
        names = ("mel", "spectrum")
        made = [{f: feature_db(dithered(w), f, self.card.features) for f in names} for w in waves]
        return self._score({f: np.stack([m[f] for m in made]) for f in names}).logits

    def _judge_stretch(
        self, stretch: _Stretch, levels: np.ndarray, audible: np.ndarray, overview: _Overview | None
    ) -> tuple[list[AudioWindow], np.ndarray, np.ndarray]:
        """Windows of a stretch, raw logits of those that were scored, and for each window 1.0 where it is speech."""
        card, rate = self.card, self.card.features.sample_rate_hz
        times = [
            ((stretch.start + o) / rate, (stretch.start + min(o + stretch.window, stretch.sound)) / rate)
            for o in stretch.offsets
        ]
        wave = dithered(stretch.wave)
        features = {f: feature_db(wave, f, card.features) for f in ("mel", "spectrum")}
        if overview:
            overview.add(features["mel"][: max(1, stretch.sound // card.features.hop)], stretch.start)
        heard = np.flatnonzero(audible)
        is_speech = np.zeros(len(times), bool)
        logits = np.empty((0, len(card.members), 1), np.float32)
        fake, members = np.empty(0), np.empty((0, 0))
        if len(heard):
            frames = [stretch.offsets[i] // card.features.hop for i in heard]
            scores = self._score(
                {f: np.stack([v[at : at + card.window_frames] for at in frames]) for f, v in features.items()}
            )
            is_speech[heard] = scores.speech_logits >= card.speech_logit
            logits = scores.logits[scores.speech_logits >= card.speech_logit]
            fake = decide.ensemble_probability(logits, card)
            members = decide.sigmoid(decide.member_logits(logits, card))
        windows, at = [], 0
        for i, (start, end) in enumerate(times):
            if is_speech[i]:
                scored = tuple(
                    NetworkScore(n, float(p), {}) for n, p in zip(self.network_names, members[at], strict=True)
                )
                windows.append(AudioWindow(start, end, float(levels[i]), float(fake[at]), "", scored))
                at += 1
            else:
                reason: Reason = "no_speech" if audible[i] else "silent"
                windows.append(AudioWindow(start, end, float(levels[i]), None, reason))
        return windows, logits, is_speech.astype(float)

    def _conclude(self, windows: list[AudioWindow], logits: np.ndarray, speech_s: float) -> Verdict:
        card = self.card
        detector = f"{self.name}@{self.digest[:12]}"
        band = (card.undecided_low, card.undecided_high)

        def undecided(reason: Reason) -> Verdict:
            return Verdict(None, "undecided", reason, card.threshold, band, (), detector, tuple(windows))

        if not len(logits):
            if not windows:
                return undecided("too_short")
            return undecided("silent" if all(w.reason == "silent" for w in windows) else "no_speech")
        if speech_s < card.min_speech_s:
            return undecided("too_short")
        pooled = decide.pool_over_time(logits)
        fake = float(decide.ensemble_probability(pooled, card)[0])
        members = decide.sigmoid(decide.member_logits(pooled, card))[0]
        decision, reason = decide.decide(fake, card)
        scores = tuple(NetworkScore(n, float(p), {}) for n, p in zip(self.network_names, members, strict=True))
        return Verdict(fake, decision, reason, card.threshold, band, (), detector, tuple(windows), scores)


def loudest_windows(windows: tuple[AudioWindow, ...], most: int = 3) -> list[AudioWindow]:
    """The scored windows that spoke most strongly for a fake, without two that overlap, strongest first."""
    chosen: list[AudioWindow] = []
    for window in sorted(
        (w for w in windows if w.fake_probability is not None), key=lambda w: -(w.fake_probability or 0)
    ):
        if all(window.end_s <= c.start_s or window.start_s >= c.end_s for c in chosen):
            chosen.append(window)
        if len(chosen) == most:
            break
    return chosen


def dithered(wave: np.ndarray) -> np.ndarray:
    """A waveform with faint white noise under it, the same each time; float32."""
    peak = float(np.abs(wave).max(initial=0.0))
    noise = np.resize(_noise(), len(wave))
    return (wave + noise * np.float32(peak * 10 ** (DITHER_DB / 20))).astype(np.float32)


def _noise() -> np.ndarray:
    return np.random.default_rng(0).normal(size=16_001).astype(np.float32)


def window_samples(card: AudioCard) -> int:
    """Samples of one window."""
    f = card.features
    return (card.window_frames - 1) * f.hop + max(f.mel_fft, f.spectrum_fft)


def _stretches(blocks: Iterator[np.ndarray], card: AudioCard) -> Iterator[_Stretch]:
    """Cuts a stream into windows, some at a time; a sound shorter than one window is trimmed and repeated."""
    window, hop = window_samples(card), card.hop_frames * card.features.hop
    want = window + (BATCH_WINDOWS - 1) * hop
    kept, have, start = [], 0, 0
    for block in blocks:
        kept.append(block)
        have += len(block)
        if have >= want + hop:  # one hop more, so that the last stretch is never without a window
            wave = np.concatenate(kept)
            offsets = tuple(range(0, want - window + 1, hop))
            yield _Stretch(wave[:want], offsets, start, window, want)
            cut = len(offsets) * hop
            kept, have, start = [wave[cut:]], len(wave) - cut, start + cut
    wave = np.concatenate(kept) if kept else np.empty(0, np.float32)
    if len(wave) >= window:
        whole = list(range(0, len(wave) - window + 1, hop))
        last = len(wave) - window
        if last - whole[-1] > hop // 2:  # what is left at the end gets a window of its own
            whole.append(last // card.features.hop * card.features.hop)
        yield _Stretch(wave, tuple(whole), start, window, len(wave))
    elif len(wave) >= LEVEL_FRAME:
        first, end = _audible_part(wave)
        part = wave[first:end]
        yield _Stretch(np.resize(part, window), (0,), start + first, window, len(part))


def _audible_part(wave: np.ndarray) -> tuple[int, int]:
    """Samples between the first and the last tenth of a second that is not silence beside the loudest."""
    levels = _frame_levels(wave)
    loud = np.flatnonzero(levels > max(SILENT_DB, float(levels.max()) - QUIET_DB))
    if not len(loud):
        return 0, len(wave)
    return int(loud[0]) * LEVEL_FRAME, min(len(wave), (int(loud[-1]) + 2) * LEVEL_FRAME)


def audible_span(blocks: Iterator[np.ndarray]) -> tuple[int, int]:
    """Samples from the first to the last tenth of a second that is not silence beside the loudest of the stream."""
    levels, rest = [], np.empty(0, np.float32)
    for block in blocks:
        rest = np.concatenate([rest, block])
        whole = len(rest) // LEVEL_FRAME * LEVEL_FRAME
        if whole:
            levels.append(_frame_levels(rest[:whole]))
            rest = rest[whole:]
    if len(rest):
        levels.append(_frame_levels(np.pad(rest, (0, LEVEL_FRAME - len(rest)))))
    level = np.concatenate(levels) if levels else np.empty(0)
    loud = np.flatnonzero(level > max(SILENT_DB, float(level.max(initial=-np.inf)) - QUIET_DB))
    return (
        (int(loud[0]) * LEVEL_FRAME, (int(loud[-1]) + 1) * LEVEL_FRAME) if len(loud) else (0, len(level) * LEVEL_FRAME)
    )


def between(blocks: Iterator[np.ndarray], first: int, end: int) -> Iterator[np.ndarray]:
    """A stream without what lies before one sample and from another on."""
    at = 0
    for block in blocks:
        low, high = max(0, first - at), min(len(block), end - at)
        at += len(block)
        if low < high:
            yield block[low:high]
        if at >= end:
            return


def _frame_levels(wave: np.ndarray) -> np.ndarray:
    """RMS of each tenth of a second in dB of full scale."""
    count = max(1, len(wave) // LEVEL_FRAME)
    frames = wave[: count * LEVEL_FRAME].reshape(count, -1)
    centred = frames - frames.mean(1, keepdims=True)  # an offset is no sound
    return 10 * np.log10((centred.astype(np.float64) ** 2).mean(1) + 1e-12)


def _levels(stretch: _Stretch) -> tuple[np.ndarray, np.ndarray]:
    """Of each window: level of its loudest tenth of a second, and the share of tenths that are near it."""
    loud, active = [], []
    for offset in stretch.offsets:
        levels = _frame_levels(stretch.wave[offset : offset + stretch.window])
        loud.append(levels.max())
        active.append((levels > levels.max() - ACTIVE_DB).mean())
    return np.array(loud), np.array(active)


class _Overview:
    """A log-mel of the whole file in at most `2 × OVERVIEW_COLUMNS` columns, made coarser as the file goes on."""

    def __init__(self, settings: FeatureSettings) -> None:
        self._settings = settings
        self._frames = FIRST_COLUMN_FRAMES
        self._columns = np.empty((0, settings.mel_bands), np.float32)
        self._open = np.empty((0, settings.mel_bands), np.float32)
        self._seen = 0

    def add(self, mel_db: np.ndarray, start: int) -> None:
        """Takes the log-mel of a stretch that starts at a sample; what overlaps the last one is skipped."""
        new = mel_db[max(0, self._seen - start // self._settings.hop) :]
        self._seen += len(new)
        self._open = np.concatenate([self._open, new])
        whole = len(self._open) // self._frames
        made = self._open[: whole * self._frames].reshape(whole, self._frames, -1).max(1)
        self._open = self._open[whole * self._frames :]
        self._columns = np.concatenate([self._columns, made])
        while len(self._columns) >= 2 * OVERVIEW_COLUMNS:
            half = len(self._columns) // 2
            odd = self._columns[2 * half :]
            self._open = np.concatenate([np.repeat(odd, self._frames, 0), self._open])
            self._columns = self._columns[: 2 * half].reshape(half, 2, -1).max(1)
            self._frames *= 2

    def finish(self) -> SoundOverview | None:
        """The overview; None when there was nothing."""
        if len(self._open):
            self._columns = np.concatenate([self._columns, self._open.max(0, keepdims=True)])
        if not len(self._columns):
            return None
        return SoundOverview(self._columns, self._frames * self._settings.hop / self._settings.sample_rate_hz)
