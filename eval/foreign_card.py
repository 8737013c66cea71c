"""The card of somebody else's saved model: JSON beside it, checked as strictly as our own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from detectors.card import WeightsFile
from detectors.errors import CardError
from detectors.types import MediaKind

SCHEMA = 1


@dataclass(frozen=True)
class ForeignCard:
    """What must be said of a saved model before it can be run rightly.

    Attributes:
        schema: 1.
        name: on tables.
        media_kind: of the files that it is measured on. A model of pictures with "video" sees each sampled frame.
        model: the file beside the card: .onnx, .xml (its .bin goes into `more`), .keras or .h5.
        more: further files of the model.
        takes: "face" crops, the whole "picture", or "sound".
        size_px: side of what it takes; 0 for sound.
        face_margin: share of the face box that is added on every side; 0 for others.
        channels: order of colours.
        layout: "NHWC" or "NCHW".
        scale: pixels of 0 to 255 are multiplied by this, before the mean is taken off.
        mean: of each channel; empty for none.
        deviation: of each channel, divided by after the mean; empty for none.
        sample_rate_hz: of sound; 0 for pictures.
        samples: of a window of sound; a shorter sound is repeated, of a longer one all windows are averaged.
        output_index: which number of its output is read.
        output_means: the class that a high number stands for.
        output_is: "probability", "logit", or "class logits", of which the softmax is taken.
        threshold: probability of fake from which a file counts as fake.
        threshold_source: how it was chosen, as a sentence.
        training_data: names of datasets, as `--dataset` writes them.
        licence: of the weights.
    """

    schema: int
    name: str
    media_kind: MediaKind
    model: WeightsFile
    more: tuple[WeightsFile, ...]
    takes: Literal["face", "picture", "sound"]
    size_px: int
    face_margin: float
    channels: Literal["rgb", "bgr"]
    layout: Literal["NHWC", "NCHW"]
    scale: float
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    sample_rate_hz: int
    samples: int
    output_index: int
    output_means: Literal["fake", "real"]
    output_is: Literal["probability", "logit", "class logits"]
    threshold: float
    threshold_source: str
    training_data: tuple[str, ...]
    licence: str

    def __post_init__(self) -> None:
        if self.schema != SCHEMA:
            raise CardError(f"the card {self.name} has schema {self.schema}; this version reads schema {SCHEMA}.")
        if (self.takes == "sound") != (self.media_kind == "audio"):
            raise CardError(f"the card {self.name} takes {self.takes}, which files of {self.media_kind} do not have.")
        if self.takes == "sound" and (self.samples < 1 or self.sample_rate_hz < 1):
            raise CardError(f"the card {self.name} must give samples and sample_rate_hz.")
        if self.takes != "sound" and self.size_px < 16:
            raise CardError(f"the card {self.name} must give size_px, at least 16.")
        if not 0 <= self.threshold <= 1:
            raise CardError(f"the card {self.name} has a threshold outside [0, 1].")
        for told in (self.mean, self.deviation):
            if len(told) not in (0, 1, 3):
                raise CardError(f"the card {self.name} must give mean and deviation for no, one or three channels.")
