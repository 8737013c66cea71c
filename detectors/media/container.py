"""What sound and clips share: a file opened by its content, under a limit, with the one demuxer that it calls for.

PyAV reads through a file object of ours, so that a playlist cannot make ffmpeg open anything else.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from detectors.errors import MediaTooLarge, UnreadableMedia
from detectors.media.sniff import DEMUXERS, SNIFF_BYTES, sniff, with_article

if TYPE_CHECKING:
    from av.container import InputContainer

HASH_BYTES = 1 << 20


def open_source(path: Path, max_bytes: int, *, only: tuple[str, ...], what: str) -> tuple[IO[bytes], str, int]:
    """The open file, the name of its format and its length.

    Args:
        path: of the file.
        max_bytes: the limit.
        only: formats that are accepted.
        what: the accepted, in words of the one who is told.

    Raises:
        UnreadableMedia: missing, empty, no ordinary file, or of another format.
        MediaTooLarge: longer than the limit.
    """
    try:
        if path.is_dir():
            raise UnreadableMedia("this is a folder; name a file in it, or give the folder to the batch command.")
        if not path.exists():
            raise UnreadableMedia("there is no such file.")
        if not path.is_file():
            raise UnreadableMedia("this is not an ordinary file.")
        size = path.stat().st_size
        source = path.open("rb")
    except OSError as error:
        raise UnreadableMedia(f"the file cannot be opened: {error.strerror or error}.") from error
    except ValueError as error:  # a NUL byte in the name
        raise UnreadableMedia("the file name is not valid.") from error
    try:
        if not size:
            raise UnreadableMedia("the file is empty.")
        if size > max_bytes:
            raise MediaTooLarge(f"the file is larger than {max_bytes >> 20} MB, the limit for {what.split()[0]}.")
        kind = sniff(source.read(SNIFF_BYTES))
        source.seek(0)
        if kind not in only:
            found = (
                "what it is could not be told" if kind == "unknown" else f"by its content this is {with_article(kind)}"
            )
            raise UnreadableMedia(f"only {what} are opened here; {found}.")
    except BaseException:
        source.close()
        raise
    return source, kind, size


def digest_of(source: IO[bytes]) -> str:
    """SHA-256 of the whole file; leaves the position where it was, for the demuxer has read its header."""
    at = source.tell()
    source.seek(0)
    digest = hashlib.sha256()
    while part := source.read(HASH_BYTES):
        digest.update(part)
    source.seek(at)
    return digest.hexdigest()


def open_container(source: IO[bytes], kind: str) -> InputContainer:
    """The demuxer of this format on an open file.

    Raises:
        UnreadableMedia: its header is damaged.
        MediaTooLarge: there is not enough memory for it.
    """
    import av
    import av.logging

    av.logging.set_level(None)  # ffmpeg's own words go to the terminal of a server and help nobody
    try:
        return av.open(source, mode="r", format=DEMUXERS[kind], metadata_errors="replace")
    except (av.FFmpegError, ValueError, OverflowError) as error:
        raise UnreadableMedia(f"the {kind} is damaged or cut off and cannot be opened.") from error
    except MemoryError as error:
        raise MediaTooLarge("there was not enough memory to open this file.") from error


def header_length_s(container: InputContainer, stream: Any) -> float | None:
    """Length that the header promises, in seconds, or None where it is silent."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if container.duration:
        return container.duration / 1e6
    return None


def too_long(what: str, length_s: float, limit_s: float) -> str:
    """The sentence for what lasts longer than the limit."""
    return f"the {what} lasts {length_s / 60:.0f} minutes; the limit is {limit_s / 60:.0f}. Cut it and try again."
