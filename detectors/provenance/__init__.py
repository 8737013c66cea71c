"""What a file says of its own origin: evidence of its own kind, never mixed into a score.

Metadata can be stripped or forged with any editor, so its absence says nothing and its presence is the file's own word.
No pixels are decoded, nothing is fetched from the net, and names of people and places are left out.
"""

from __future__ import annotations

from pathlib import Path

from detectors.errors import MediaError
from detectors.media.container import open_source
from detectors.media.sniff import DEMUXERS, PICTURES
from detectors.media.still import Limits
from detectors.provenance.c2pa_manifests import read_manifests
from detectors.provenance.claims import DAMAGE, Claim, Found, Provenance
from detectors.provenance.containers import read_container
from detectors.provenance.pictures import read_picture

MAX_BYTES = 2 << 30  # of a file: what ClipLimits opens

__all__ = ["Claim", "Provenance", "read_provenance"]


def read_provenance(path: str | Path) -> Provenance:
    """Collects what the metadata of a picture, a video or a sound says; decodes no pixels and raises nothing.

    A file that cannot be opened gives no claims and a note. Of EXIF, XMP and PNG text at most 16 MB are read.
    """
    found = Found()
    try:
        source, kind, size = open_source(
            Path(path), MAX_BYTES, only=(*PICTURES, *DEMUXERS), what="files that hold pictures, sound or video"
        )
    except MediaError as error:
        return Provenance((), (f"What the file says of its origin was not read: {error}",))
    with source:
        if kind in PICTURES and size > Limits().max_bytes:
            found.note(f"The picture is larger than {Limits().max_bytes >> 20} MB; its metadata was not read.")
            return Provenance(tuple(found.claims), tuple(found.notes))
        try:
            (read_picture if kind in PICTURES else read_container)(source, kind, found)
        except MediaError as error:
            found.note(f"The tags of the file were not read: {error}")
        except DAMAGE:
            found.note(f"The metadata of the {kind} is damaged; what could be read of it is given.")
        read_manifests(source, kind, found)
    return Provenance(tuple(found.claims), tuple(found.notes))
