"""The values that travel between rooms: frozen, and checked once, where they are born.

Fake is the positive class everywhere, and a higher number means more fake.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

MediaKind = Literal["image", "video", "audio"]
Decision = Literal["real", "fake", "undecided"]
Reason = Literal["", "no_face", "too_small", "too_short", "silent", "no_speech", "unsure"]
ForgeryKind = Literal["blend", "generator"]
BoxXYXY = tuple[float, float, float, float]


def _check_probability(name: str, value: float | None) -> None:
    if value is not None and not 0.0 <= value <= 1.0:
        raise ValueError(f"{name} must lie in [0, 1], got {value!r}")


def _check_box(box_xyxy: BoxXYXY) -> None:
    if len(box_xyxy) != 4 or not np.all(np.isfinite(box_xyxy)):
        raise ValueError(f"box_xyxy must be four finite numbers, got {box_xyxy!r}")
    x0, y0, x1, y1 = box_xyxy
    if x1 <= x0 or y1 <= y0:
        raise ValueError(f"box_xyxy must have x0 < x1 and y0 < y1, got {box_xyxy!r}")


@dataclass(frozen=True)
class Face:
    """A face that a finder found in a picture.

    Attributes:
        box_xyxy: pixel corners (x0, y0, x1, y1); may reach over the picture's edge.
        confidence: the finder's own, in [0, 1]; not comparable between finders.
        landmarks_xy: right eye, left eye, nose, right and left mouth corner as seen in the picture
            (the person's right eye first), or None from a finder that has none.
    """

    box_xyxy: BoxXYXY
    confidence: float
    landmarks_xy: tuple[tuple[float, float], ...] | None = None

    def __post_init__(self) -> None:
        _check_box(self.box_xyxy)
        _check_probability("confidence", self.confidence)
        if self.landmarks_xy is not None and len(self.landmarks_xy) != 5:
            raise ValueError(f"landmarks_xy must hold 5 points, got {len(self.landmarks_xy)}")

    @property
    def size_px(self) -> float:
        """Length of the shorter side of the box."""
        x0, y0, x1, y1 = self.box_xyxy
        return min(x1 - x0, y1 - y0)


@dataclass(frozen=True, eq=False)
class FaceCrop:
    """One face cut from one frame, square, with the card's margin around it.

    Attributes:
        pixels_rgb: uint8, shape (size, size, 3), not normalised.
        face: the face as found.
        crop_xyxy: pixel corners in the source frame of what was cut; may reach over its edge.
        time_s: seconds from the start; 0.0 for a still image.
    """

    pixels_rgb: np.ndarray
    face: Face
    crop_xyxy: BoxXYXY
    time_s: float = 0.0

    def __post_init__(self) -> None:
        pixels = self.pixels_rgb
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[0] != pixels.shape[1] or pixels.shape[2] != 3:
            raise ValueError(f"pixels_rgb must be uint8 (size, size, 3), got {pixels.dtype} {pixels.shape}")
        _check_box(self.crop_xyxy)


@dataclass(frozen=True)
class NetworkScore:
    """What one network says of one face.

    Attributes:
        network: its name on the card, for example "xception".
        fake_probability: its own calibrated probability of fake.
        kind_probability: for each kind of forgery that it was trained to see, its calibrated probability.
    """

    network: str
    fake_probability: float
    kind_probability: dict[ForgeryKind, float]

    def __post_init__(self) -> None:
        _check_probability("fake_probability", self.fake_probability)
        for kind, value in self.kind_probability.items():
            if kind not in get_args(ForgeryKind):
                raise ValueError(f"unknown kind of forgery {kind!r}")
            _check_probability(kind, value)


@dataclass(frozen=True, eq=False)
class Evidence:
    """One thing that was looked at: a face in a picture.

    Attributes:
        box_xyxy: the face, in pixels of the upright picture.
        crop_xyxy: the square around it that the networks saw; the patch map covers exactly this.
        time_s: seconds from the start; 0.0 for a still image.
        fake_probability: calibrated, of the ensemble; None when the face was not scored.
        decision: for this face alone.
        reason: why undecided; "" otherwise.
        scores: one for each network; empty when the face was not scored.
        agreement: fraction of networks on the ensemble's side of the threshold, in [0, 1]; None when not scored.
        forgery_kind: which kind of forgery the score looks most like; None when not scored.
        kind_probability: the ensemble's calibrated probability of each kind; empty when not scored.
        patch_map: float32, shape (rows, columns), in [0, 1]: calibrated local probability of fake, averaged over
            networks, over `crop_xyxy`; None when not scored or when the detector has none.
        crop_rgb: uint8, shape (size, size, 3): the pixels that were scored; None when not scored.
    """

    box_xyxy: BoxXYXY
    crop_xyxy: BoxXYXY
    time_s: float
    fake_probability: float | None
    decision: Decision
    reason: Reason
    scores: tuple[NetworkScore, ...] = ()
    agreement: float | None = None
    forgery_kind: ForgeryKind | None = None
    kind_probability: dict[ForgeryKind, float] | None = None
    patch_map: np.ndarray | None = None
    crop_rgb: np.ndarray | None = None

    def __post_init__(self) -> None:
        _check_box(self.box_xyxy)
        _check_outcome(self.fake_probability, self.decision, self.reason)
        _check_probability("agreement", self.agreement)


@dataclass(frozen=True)
class AudioWindow:
    """A few seconds of sound, scored or left out.

    Attributes:
        start_s: seconds from the start of the file.
        end_s: likewise; windows overlap.
        level_db: of its loudest tenth of a second, in dB below full scale.
        fake_probability: calibrated, of the ensemble, for these seconds alone; None when they were not scored.
        reason: why not: "silent" or "no_speech"; "" when scored.
        scores: one for each network; empty when not scored.
    """

    start_s: float
    end_s: float
    level_db: float
    fake_probability: float | None
    reason: Reason
    scores: tuple[NetworkScore, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.start_s < self.end_s:
            raise ValueError(f"a window needs 0 <= start_s < end_s, got {self.start_s!r}, {self.end_s!r}")
        _check_probability("fake_probability", self.fake_probability)
        if (self.fake_probability is None) != bool(self.reason):
            raise ValueError("a window is scored, or it has a reason why not")


@dataclass(frozen=True, eq=False)
class Person:
    """One person of a clip, over time.

    Attributes:
        number: from 1, the most suspicious first.
        frames: the face in every sampled frame that shows it, in time order, without maps and pixels.
        fake_probability: calibrated, of the mean of the logits over frames; None: too few could be scored.
        vote: share of the scored frames that count as fake by themselves; None likewise.
        decision: for this person, by the clip's threshold.
        reason: why undecided; "" otherwise.
    """

    number: int
    frames: tuple[Evidence, ...]
    fake_probability: float | None
    vote: float | None
    decision: Decision
    reason: Reason

    def __post_init__(self) -> None:
        _check_outcome(self.fake_probability, self.decision, self.reason)
        _check_probability("vote", self.vote)

    @property
    def scored(self) -> tuple[Evidence, ...]:
        """The frames that have a score."""
        return tuple(e for e in self.frames if e.fake_probability is not None)


@dataclass(frozen=True, eq=False)
class SoundOverview:
    """A sound at a glance, of bounded size whatever its length.

    Attributes:
        mel_db: float32, shape (columns, bands): log-mel in dB, loudest of the frames in each column.
        column_s: length of a column in seconds.
    """

    mel_db: np.ndarray
    column_s: float

    def __post_init__(self) -> None:
        if self.mel_db.ndim != 2 or self.column_s <= 0:
            raise ValueError(f"mel_db must be (columns, bands) and column_s positive, got {self.mel_db.shape}")


@dataclass(frozen=True, eq=False)
class Verdict:
    """The answer for one file.

    Attributes:
        fake_probability: calibrated; None: nothing could be scored.
        decision: "real" or "fake" by the threshold; "undecided" otherwise.
        reason: why undecided; "" otherwise. With reason "unsure" there is a probability all the same.
        threshold: from the card, chosen on dev data.
        undecided_band: (low, high): a probability strictly between is undecided, because dev data says that the
            detector cannot tell there; low == high == threshold when the card has no band.
        evidence: what was looked at, most suspicious first; of a clip, each person's strongest frames.
        detector: card name and digest of the weights, for example "image-ensemble@1a2b3c4d5e6f".
        windows: of a sound, in time order; empty for a picture.
        scores: of a sound, what each network says of the whole; empty for a picture, whose faces have their own.
        persons: of a clip, most suspicious first; empty for others.
    """

    fake_probability: float | None
    decision: Decision
    reason: Reason
    threshold: float
    undecided_band: tuple[float, float]
    evidence: tuple[Evidence, ...]
    detector: str
    windows: tuple[AudioWindow, ...] = ()
    scores: tuple[NetworkScore, ...] = ()
    persons: tuple[Person, ...] = ()

    def __post_init__(self) -> None:
        _check_outcome(self.fake_probability, self.decision, self.reason)
        _check_probability("threshold", self.threshold)


@dataclass(frozen=True)
class MediaInfo:
    """What the file's header says, after it was checked against the limits.

    Attributes:
        kind: image, video or audio.
        format: as the content says and whatever the name claims: "JPEG", "WAV sound", "Ogg sound, opus".
        width_px: of a picture, after the EXIF orientation was applied, and of a video as stored; None for sound.
        height_px: likewise.
        bytes: length of the file.
        sha256: of the file, in hex.
        length_s: of a sound or a video; None for a picture, and where the header does not tell.
        sample_rate_hz: of a sound as stored; None for others.
        channels: likewise.
        frame_rate_hz: of a video, on average; None for others, and where the header does not tell.
    """

    kind: MediaKind
    format: str
    width_px: int | None
    height_px: int | None
    bytes: int
    sha256: str
    length_s: float | None = None
    sample_rate_hz: int | None = None
    channels: int | None = None
    frame_rate_hz: float | None = None


@dataclass(frozen=True, eq=False)
class Report:
    """Everything that is said of one file.

    Attributes:
        path: as the caller gave it.
        media: from the header.
        verdict: the answer.
        notes: sentences that a reader of the verdict should know ("only the first of 12 frames was looked at").
        elapsed_s: wall time of opening, finding and scoring, without loading the networks.
        overview: of a sound or a sound track, for drawing; None for a picture, and where it was not asked for.
        sound: the verdict on the sound track of a video; None where it has none, or it was not judged.
        frame_times_s: of a video, when each sampled frame is shown; empty for others.
    """

    path: str
    media: MediaInfo
    verdict: Verdict
    notes: tuple[str, ...]
    elapsed_s: float
    overview: SoundOverview | None = None
    sound: Verdict | None = None
    frame_times_s: tuple[float, ...] = ()

    @property
    def spoke(self) -> Literal["picture", "sound"]:
        """Which of the two verdicts on a video speaks for the file: the picture's, unless only the sound decided,
        or only the sound says fake."""
        if self.media.kind == "audio":
            return "sound"
        if self.sound is None or self.verdict.decision == "fake":
            return "picture"
        louder = self.sound.decision == "fake" or (
            self.verdict.decision == "undecided" and self.sound.decision == "real"
        )
        return "sound" if louder else "picture"

    @property
    def spoken(self) -> Verdict:
        """The verdict that speaks for the file; see `spoke`."""
        return self.sound if self.spoke == "sound" and self.sound is not None else self.verdict


def _check_outcome(fake_probability: float | None, decision: Decision, reason: Reason) -> None:
    _check_probability("fake_probability", fake_probability)
    if decision not in get_args(Decision) or reason not in get_args(Reason):
        raise ValueError(f"unknown decision or reason: {decision!r}, {reason!r}")
    if (decision == "undecided") != bool(reason):
        raise ValueError(f"a reason belongs to an undecided outcome and to no other: {decision!r}, {reason!r}")
    if fake_probability is None and decision != "undecided":
        raise ValueError("without a probability the outcome is undecided")
