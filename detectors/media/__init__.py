"""Opens files: by content and never by name, under limits that are checked before anything is decoded."""

from detectors.media.still import Limits, StillImage, read_image

__all__ = ["Limits", "StillImage", "read_image"]
