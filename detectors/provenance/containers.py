"""The tags of sounds and videos: those of the container and of its streams."""

from __future__ import annotations

from typing import IO

from detectors.media.container import open_container
from detectors.provenance.claims import FREE_TEXT_KEYS, Found

# Tag in a container's or a stream's header -> what the claim is called.
_TAG_NAMES = {
    "encoder": "encoder", "software": "software", "com.apple.quicktime.software": "software", "handler_name": "handler",
    "com.apple.quicktime.creationdate": "taken", "creation_time": "written",
}  # fmt: skip
_CAMERA_TAGS = ("com.apple.quicktime.make", "com.apple.quicktime.model"), ("com.android.manufacturer", "com.android.model"), ("make", "model")  # fmt: skip


def read_container(source: IO[bytes], kind: str, found: Found) -> None:
    """Adds what the headers of an open sound or video say; `kind` is the name of its format, as in `DEMUXERS`.

    Raises:
        MediaError: the container cannot be opened.
    """
    with open_container(source, kind) as container:
        headers = [container.metadata, *(stream.metadata for stream in container.streams)]
    for header in headers:
        tags = {key.lower(): value for key, value in header.items()}
        for make, model in _CAMERA_TAGS:
            found.camera("container", tags.get(make, ""), tags.get(model, ""))
        for key, value in tags.items():
            if key in _TAG_NAMES:
                found.add("container", _TAG_NAMES[key], value)
            elif key in FREE_TEXT_KEYS:
                found.free_text("container", value)
            elif key.startswith(("location", "com.apple.quicktime.location")):
                found.place("container")
