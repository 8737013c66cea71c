"""Opens files: by content and never by name, under limits that are checked before anything is decoded."""

from detectors.media.clip import ClipFile, ClipLimits, TimedFrame
from detectors.media.sniff import media_kind
from detectors.media.sound import SAMPLE_RATE_HZ, SoundFile, SoundLimits, read_sound
from detectors.media.still import Limits, StillImage, read_image

__all__ = ["SAMPLE_RATE_HZ", "ClipFile", "ClipLimits", "Limits", "SoundFile", "SoundLimits", "StillImage", "TimedFrame", "media_kind", "read_image", "read_sound"]  # fmt: skip
