"""The image detector: every face of a picture through the ensemble, and the most suspicious one speaks for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np

from detectors import decide
from detectors.card import ImageCard
from detectors.errors import CardError
from detectors.faces import Finder, cut_face, flatness, sharpness
from detectors.media import read_image
from detectors.runtime import RawScores
from detectors.types import Evidence, Face, FaceCrop, ForgeryKind, NetworkScore, Report, Verdict

MAP_PX = 96  # side of patch maps; the networks' own grids are 8 to 24 patches wide
MAX_FACES = 64  # the largest ones; a photo of a stadium would otherwise take minutes
NO_FACES: tuple[Face, ...] = ()
# See `sharpness`. Of dev photos 3 in 100 are softer; after a blur of 2 of the crop's pixels 80 % are, and false alarms are three times
# as many as without (11 % against 4).
SOFT_FACE = 0.06
# See `flatness`. Of dev photos 2 in 100 are flatter. After smoothing or denoising of the crop 42 to 53 % of them are flatter or
# softer, and 43 to 60 % of its false alarms (10 to 22 % of the photos).
FLAT_FACE = 0.83
SOFT_NOTE = (
    "The face that spoke is out of focus, moved or smoothed. Genuine faces like that reach the threshold more often, "
    "so this score says little."
)


def _is_soft(crop_rgb: np.ndarray) -> bool:
    """Whether a face is blurred or smoothed so much that its score says little."""
    return sharpness(crop_rgb) < SOFT_FACE or flatness(crop_rgb) > FLAT_FACE


class ImageDetector:
    """Judges pictures.

    Attributes:
        name: of its card.
        digest: of its weights.
        card: its contract.
        network_names: in the order of the card.
    """

    def __init__(self, card: ImageCard, score: Callable[[np.ndarray], RawScores], find_faces: Finder) -> None:
        self.name = card.name
        self.digest = card.digest
        self.card = card
        self.network_names = tuple(member.network for member in card.members)
        self._kinds: tuple[ForgeryKind, ...] = tuple(k for k in get_args(ForgeryKind) if k in card.heads)
        if self._kinds != card.heads:
            raise CardError(f"the card {card.name} names heads that this version does not know: {card.heads}.")
        self._score = score
        self._find_faces = find_faces

    def detect(self, path: str | Path, *, with_maps: bool = True) -> Report:
        """The report of one picture.

        Args:
            path: of the file.
            with_maps: also make patch maps; without them it is a little quicker.

        Raises:
            MediaError: the file cannot be used.
        """
        began = time.perf_counter()
        still = read_image(path)
        verdict, notes = self.judge(still.pixels_rgb, with_maps=with_maps)
        return Report(str(path), still.info, verdict, still.notes + notes, time.perf_counter() - began)

    def judge(self, pixels_rgb: np.ndarray, *, with_maps: bool = True) -> tuple[Verdict, tuple[str, ...]]:
        """The verdict on a decoded picture, uint8 (height, width, 3), and what a reader should know of it."""
        found = self._find_faces(pixels_rgb)
        faces = found[:MAX_FACES]
        notes: tuple[str, ...] = ()
        if len(found) > MAX_FACES:
            notes = (f"{len(found)} faces were found; the {MAX_FACES} largest were scored.",)
        crops = [
            cut_face(pixels_rgb, face, margin=self.card.face_margin, size_px=self.card.input_size_px) for face in faces
        ]
        large = [crop for crop in crops if crop.face.size_px >= self.card.min_face_px]
        small = [crop for crop in crops if crop.face.size_px < self.card.min_face_px]
        evidence = sorted(self.judge_crops(large, with_maps)[0], key=lambda e: -(e.fake_probability or 0.0))
        evidence += [
            Evidence(crop.face.box_xyxy, crop.crop_xyxy, 0.0, None, "undecided", "too_small") for crop in small
        ]
        spoke = evidence[0] if evidence and evidence[0].decision == "fake" else None
        if spoke is not None and spoke.crop_rgb is not None and _is_soft(spoke.crop_rgb):
            notes += (SOFT_NOTE,)
        return self._conclude(evidence), notes

    def score_crops(self, crops_rgb: np.ndarray) -> np.ndarray:
        """Calibrated probability of fake, float64 (n,), of crops uint8 (n, size, size, 3)."""
        return decide.ensemble_probability(self._score(crops_rgb).logits, self.card)

    def judge_crops(self, crops: list[FaceCrop], with_maps: bool) -> tuple[list[Evidence], np.ndarray]:
        """Evidence of faces that are large enough, and their raw logits (n, members, heads), in the order given."""
        if not crops:
            return [], np.empty((0, len(self.network_names), len(self._kinds)), np.float32)
        raw = self._score(np.stack([crop.pixels_rgb for crop in crops]))
        fake = decide.ensemble_probability(raw.logits, self.card)
        kinds = decide.kind_probability(raw.logits, self.card)
        heads = decide.sigmoid(decide.calibrate_heads(raw.logits, self.card))
        members = decide.sigmoid(decide.member_logits(raw.logits, self.card))
        maps = decide.patch_map(raw.patch_logits, self.card, MAP_PX) if with_maps else None
        evidence = []
        for i, crop in enumerate(crops):
            decision, reason = decide.decide(float(fake[i]), self.card)
            scores = tuple(
                NetworkScore(name, float(members[i, m]), {k: float(heads[i, m, h]) for h, k in enumerate(self._kinds)})
                for m, name in enumerate(self.network_names)
            )
            evidence.append(
                Evidence(
                    box_xyxy=crop.face.box_xyxy,
                    crop_xyxy=crop.crop_xyxy,
                    time_s=crop.time_s,
                    fake_probability=float(fake[i]),
                    decision=decision,
                    reason=reason,
                    scores=scores,
                    agreement=decide.agreement(members[i], float(fake[i]), self.card.threshold),
                    forgery_kind=self._kinds[int(kinds[i].argmax())],
                    kind_probability={k: float(kinds[i, h]) for h, k in enumerate(self._kinds)},
                    patch_map=None if maps is None else maps[i],
                    crop_rgb=crop.pixels_rgb,
                )
            )
        return evidence, raw.logits

    def _conclude(self, evidence: list[Evidence]) -> Verdict:
        """The picture's verdict is that of its most suspicious face."""
        card = self.card
        detector = f"{self.name}@{self.digest[:12]}"
        band = (card.undecided_low, card.undecided_high)
        if not evidence:
            return Verdict(None, "undecided", "no_face", card.threshold, band, (), detector)
        first = evidence[0]
        return Verdict(
            first.fake_probability, first.decision, first.reason, card.threshold, band, tuple(evidence), detector
        )
