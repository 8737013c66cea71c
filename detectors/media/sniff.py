"""What a file is, from its first bytes."""

from __future__ import annotations

from pathlib import Path

from detectors.types import MediaKind

SNIFF_BYTES = 64
PICTURES = ("JPEG", "PNG", "WebP")
# Name of a format that holds sound or moving pictures -> the only ffmpeg demuxer that may read it. A playlist that calls itself a sound
# (HLS, concat) would make ffmpeg open other files and addresses.
DEMUXERS = {
    "WAV sound": "wav",
    "FLAC sound": "flac",
    "MP3 sound": "mp3",
    "Ogg sound": "ogg",
    "M4A sound": "mp4",
    "AAC sound": "aac",
    "AMR sound": "amr",
    "AIFF sound": "aiff",
    "MP4 video": "mp4",
    "WebM or Matroska video": "matroska",
    "AVI video": "avi",
}
VIDEOS = tuple(name for name in DEMUXERS if name.endswith("video"))


def sniff(head: bytes) -> str:
    """Name of the format that the first bytes (64 are enough) show: "JPEG", "PNG", "WebP", another, or "unknown"."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head[:4] == b"RIFF":
        return {b"WEBP": "WebP", b"WAVE": "WAV sound", b"AVI ": "AVI video"}.get(head[8:12], "RIFF file")
    if head[:4] in (b"RIFX", b"RF64") and head[8:12] == b"WAVE":
        return "WAV sound"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "AIFF sound"
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis"):
            return "HEIC photo"
        if brand in (b"avif", b"avis"):
            return "AVIF picture"
        return "M4A sound" if brand in (b"M4A ", b"M4B ") else "MP4 video"
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip"):  # QuickTime before it had brands
        return "MP4 video"
    for start, name in _STARTS:
        if head.startswith(start):
            return name
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:  # an MPEG audio frame's sync word
        return "AAC sound" if head[1] & 0xF6 == 0xF0 else "MP3 sound"
    if head.lstrip().lower().startswith((b"<svg", b"<?xml")):
        return "SVG or XML text"
    if head.lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return "web page"
    if head and all(b in b"\t\n\r\f\x1b" or 32 <= b < 127 for b in head):
        return "text"
    return "unknown"


def media_kind(path: str | Path) -> MediaKind | None:
    """What the content of a file is: "image", "audio", "video", or None when it is none of these or cannot be read."""
    try:
        with Path(path).open("rb") as source:
            kind = sniff(source.read(SNIFF_BYTES))
    except (OSError, ValueError):
        return None
    if kind in PICTURES:
        return "image"
    if kind in DEMUXERS:
        return "video" if kind in VIDEOS else "audio"
    return None


def with_article(kind: str) -> str:
    """ "a PDF", "an MP4 video"; "text" takes none."""
    if kind == "text":
        return kind
    letters = "AEFHILMNORSX" if kind.split()[0].isupper() else "AEIOU"  # letters read aloud with a vowel first
    return f"{'an' if kind[0].upper() in letters else 'a'} {kind}"


_STARTS = (
    (b"BM", "BMP picture"),
    (b"II*\x00", "TIFF picture"),
    (b"MM\x00*", "TIFF picture"),
    (b"%PDF", "PDF"),
    (b"\x1aE\xdf\xa3", "WebM or Matroska video"),
    (b"OggS", "Ogg sound"),
    (b"fLaC", "FLAC sound"),
    (b"ID3", "MP3 sound"),
    (b"#!AMR", "AMR sound"),
    (b"#EXTM3U", "playlist"),
    (b"PK\x03\x04", "ZIP archive"),
    (b"\x1f\x8b", "gzip archive"),
    (b"8BPS", "Photoshop file"),
    (b"\x00\x00\x01\x00", "icon"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000 picture"),
    (b"\xff\x0a", "JPEG XL picture"),
    (b"\x7fELF", "program"),
    (b"MZ", "program"),
    (b"version https://git-lfs", "Git LFS pointer, not the picture itself"),
)
