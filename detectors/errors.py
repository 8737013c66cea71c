"""The errors a user can meet. Their text is shown to people, so each is one clear sentence.

::

    DeepfakeError
    ├── MediaError              the file cannot be used
    │   ├── UnreadableMedia     empty, truncated, damaged, or not a format we mean to open
    │   │   └── NoVideoStream   a video's container that holds sound only
    │   └── MediaTooLarge       over a stated limit of bytes, pixels, length, time or memory
    ├── CardError               a weights card or the files it names are missing, altered or malformed
    ├── DatasetError            a dataset is absent or not laid out as it downloads
    └── UsageError              an option or a name that does not exist, with the nearest that does
"""

from __future__ import annotations


class DeepfakeError(Exception):
    """Base of every error whose message is meant for the user."""


class MediaError(DeepfakeError):
    """The file cannot be used."""


class UnreadableMedia(MediaError):
    """Empty, truncated, damaged, or not one of the formats that are opened."""


class NoVideoStream(UnreadableMedia):
    """A video's container that holds sound only; the audio detector may judge it."""


class MediaTooLarge(MediaError):
    """Over a stated limit of bytes, pixels, length, time or memory."""


class CardError(DeepfakeError):
    """A weights card, or a file it names, is missing, altered or malformed."""


class DatasetError(DeepfakeError):
    """A dataset is absent, or not laid out as it downloads."""


class UsageError(DeepfakeError):
    """An option or a name that does not exist."""
