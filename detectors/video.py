"""The video detector: sampled frames through the image ensemble, faces put together to persons, and the sound beside it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from detectors import decide
from detectors.audio import AudioDetector
from detectors.card import VideoCard
from detectors.errors import CardError, MediaError, NoVideoStream
from detectors.faces import Finder, cut_face
from detectors.faces.track import Tracker
from detectors.image import ImageDetector
from detectors.media import ClipFile, ClipLimits
from detectors.media.clip import RATE_HZ
from detectors.types import Evidence, FaceCrop, MediaInfo, Person, Reason, Report, Verdict

BATCH_CROPS = 32  # scored at once; about half a minute of one person
MAX_FACES = 16  # of a frame, the largest; a crowd would otherwise take minutes
STRONGEST = 6  # frames of a person that keep their pixels and map
MAX_PERSONS_SHOWN = 8  # of whom strongest frames are kept

Progress = Callable[[float, float | None], None]


@dataclass
class _Line:
    """What is gathered of one person while the clip is read.

    Attributes:
        frames: all evidence, without maps and pixels.
        logits: sum of the raw logits (members, heads) of the scored frames.
        strongest: evidence with maps and pixels.
    """

    frames: list[Evidence] = field(default_factory=list)
    logits: np.ndarray | float = 0.0
    strongest: list[Evidence] = field(default_factory=list)


class VideoDetector:
    """Judges clips.

    Attributes:
        name: of its card.
        digest: of its weights, which are those of the image detector.
        card: its contract.
        network_names: in the order of the card.
        rate_hz: frames that are looked at in a second.
        frame_threshold: from which a single frame votes fake.
        frame_band: (low, high) in which a single frame is undecided.
    """

    def __init__(
        self,
        card: VideoCard,
        image: ImageDetector,
        find_faces: Finder,
        load_audio: Callable[[], AudioDetector] | None = None,
        limits: ClipLimits | None = None,
        rate_hz: float = RATE_HZ,
    ) -> None:
        if card.digest != image.digest:
            raise CardError(f"the card {card.name} was made for other weights than those of {image.name}.")
        self.name = card.name
        self.digest = card.digest
        self.card = card
        self.network_names = image.network_names
        self.rate_hz = rate_hz
        self.frame_threshold = image.card.threshold
        self.frame_band = (image.card.undecided_low, image.card.undecided_high)
        self._image = image
        self._find_faces = find_faces
        self._load_audio = load_audio
        self._limits = limits

    def detect(
        self,
        path: str | Path,
        *,
        with_maps: bool = True,
        on_progress: Progress | None = None,
        rate_hz: float | None = None,
        with_sound: bool = True,
        on_frame: Callable[[np.ndarray], None] | None = None,
    ) -> Report:
        """The report of one clip; of a video file that holds sound only, that of the audio detector.

        Args:
            path: of the file.
            with_maps: also keep pixels and patch maps of the strongest frames, and the overview of the sound.
            on_progress: called with the seconds done and the length that the header promises.
            rate_hz: frames that are looked at in a second; the detector's own where it is not given.
            with_sound: also judge the sound track.
            on_frame: called with the pixels of every sampled frame, uint8 RGB, so that nobody decodes the clip again.

        Raises:
            MediaError: the file cannot be used.
        """
        began = time.perf_counter()
        try:
            clip = ClipFile(path, self._limits, rate_hz or self.rate_hz)
        except NoVideoStream:
            if self._load_audio is None or not with_sound:
                raise
            report = self._load_audio().detect(path, with_maps=with_maps, on_progress=on_progress)
            return replace(report, notes=("The file holds sound only; it was judged as a recording.", *report.notes))
        with clip:
            if on_progress:
                on_progress(0.0, clip.info.length_s)
            verdict, info, times, notes = self.judge(clip, with_maps, on_progress, on_frame)
        sound = overview = None
        if with_sound and self._load_audio is not None and clip.has_sound:
            sound, overview, said = self._listen(path, with_maps)
            notes += said
        elapsed = time.perf_counter() - began
        return Report(str(path), info, verdict, notes, elapsed, overview, sound, times)

    def judge(
        self,
        clip: ClipFile,
        with_maps: bool = True,
        on_progress: Progress | None = None,
        on_frame: Callable[[np.ndarray], None] | None = None,
    ) -> tuple[Verdict, MediaInfo, tuple[float, ...], tuple[str, ...]]:
        """The verdict on the pictures of an open clip, its corrected header, the sampled times, and notes."""
        lines, info, times, notes = self._watch(clip, with_maps, on_progress, on_frame)
        return self._conclude(lines), info, times, notes

    def person_logits(self, path: str | Path) -> list[np.ndarray]:
        """Mean raw logits (members, heads) of every person with enough frames, most often seen first: for calibration.

        Raises:
            MediaError: the file cannot be used.
        """
        with ClipFile(path, self._limits, self.rate_hz) as clip:
            lines = self._watch(clip, False)[0]
        counted = [(sum(e.fake_probability is not None for e in line.frames), line.logits) for line in lines.values()]
        enough = sorted((c for c in counted if c[0] >= self.card.min_frames), key=lambda c: -c[0])
        return [np.asarray(logits) / count for count, logits in enough]

    def _watch(
        self,
        clip: ClipFile,
        with_maps: bool,
        on_progress: Progress | None = None,
        on_frame: Callable[[np.ndarray], None] | None = None,
    ) -> tuple[dict[int, _Line], MediaInfo, tuple[float, ...], tuple[str, ...]]:
        """Persons by the tracker's number, the corrected header, the sampled times, and notes."""
        lines: dict[int, _Line] = {}
        tracker, waiting, times, crowded = Tracker(), [], [], 0
        width = height = None
        for frame in clip.frames():
            height, width = frame.pixels_rgb.shape[:2]
            times.append(frame.time_s)
            if on_frame:
                on_frame(frame.pixels_rgb)
            found = self._find_faces(frame.pixels_rgb)
            crowded += len(found) > MAX_FACES
            crops = [
                cut_face(
                    frame.pixels_rgb, face, margin=self.card.face_margin, size_px=self.card.input_size_px,
                    time_s=frame.time_s,
                )
                for face in found[:MAX_FACES]
            ]  # fmt: skip
            waiting += list(zip(tracker.assign(frame.pixels_rgb, crops), crops, strict=True))
            if len(waiting) >= BATCH_CROPS:
                self._score(waiting, lines, with_maps)
                waiting = []
            if on_progress:
                on_progress(frame.time_s, clip.info.length_s)
        self._score(waiting, lines, with_maps)
        notes = tuple(clip.notes)
        if crowded:
            notes += (f"In {crowded} frames more than {MAX_FACES} faces were found; the largest were scored.",)
        info = replace(clip.info, width_px=width, height_px=height, length_s=clip.length_s)
        return lines, info, tuple(times), notes

    def _score(self, waiting: list[tuple[int, FaceCrop]], lines: dict[int, _Line], with_maps: bool) -> None:
        """One batched call for all crops that wait; what comes out is added to the persons' lines."""
        large = [i for i, (_, crop) in enumerate(waiting) if crop.face.size_px >= self.card.min_face_px]
        judged, logits = self._image.judge_crops([waiting[i][1] for i in large], with_maps)
        scored = dict(zip(large, zip(judged, logits, strict=True), strict=True))
        for i, (number, crop) in enumerate(waiting):
            line = lines.setdefault(number, _Line())
            if i not in scored:
                line.frames.append(
                    Evidence(crop.face.box_xyxy, crop.crop_xyxy, crop.time_s, None, "undecided", "too_small")
                )
                continue
            evidence, raw = scored[i]
            line.frames.append(replace(evidence, patch_map=None, crop_rgb=None))
            line.logits = line.logits + raw
            if with_maps:
                line.strongest = sorted([*line.strongest, evidence], key=_suspicion)[:STRONGEST]

    def _conclude(self, lines: dict[int, _Line]) -> Verdict:
        """The clip's verdict is that of its most suspicious person with enough frames."""
        card = self.card
        detector, band = f"{self.name}@{self.digest[:12]}", (card.undecided_low, card.undecided_high)
        judged = sorted(((self._judge_person(line), line) for line in lines.values()), key=lambda pair: _rank(pair[0]))
        persons = tuple(replace(person, number=n) for n, (person, _) in enumerate(judged, 1))
        shown = tuple(e for _, line in judged[:MAX_PERSONS_SHOWN] for e in line.strongest)
        if not persons:
            return Verdict(None, "undecided", "no_face", card.threshold, band, (), detector)
        first = persons[0]
        return Verdict(
            first.fake_probability, first.decision, first.reason, card.threshold, band, shown, detector,
            persons=persons,
        )  # fmt: skip

    def _judge_person(self, line: _Line) -> Person:
        frames = tuple(line.frames)
        probabilities = np.array([e.fake_probability for e in frames if e.fake_probability is not None])
        if len(probabilities) < self.card.min_frames:
            # Frames that are too small are the reason only where there would be enough of them otherwise.
            reason: Reason = "too_small" if len(frames) >= self.card.min_frames else "too_short"
            return Person(1, frames, None, None, "undecided", reason)
        pooled = np.asarray(line.logits)[None] / len(probabilities)
        fake = float(decide.ensemble_probability(pooled, self.card)[0])
        decision, reason = decide.decide(fake, self.card)
        return Person(1, frames, fake, decide.vote(probabilities, self.frame_threshold), decision, reason)

    def _listen(self, path: str | Path, with_maps: bool):  # noqa: ANN202
        """Verdict on the sound track, its overview, and notes; None where there is no sound that can be read."""
        assert self._load_audio is not None
        try:
            report = self._load_audio().detect(path, with_maps=with_maps)
        except CardError:
            raise
        except MediaError as error:
            return None, None, (f"The sound was not judged: {error}",)
        return report.verdict, report.overview, tuple(f"Sound: {note}" for note in report.notes)


def _suspicion(evidence: Evidence) -> float:
    return -(evidence.fake_probability or 0.0)


def _rank(person: Person) -> tuple[bool, float, int]:
    """Persons that were judged come first, the most suspicious of them before all; then those seen most often."""
    return person.fake_probability is None, -(person.fake_probability or 0.0), -len(person.frames)
