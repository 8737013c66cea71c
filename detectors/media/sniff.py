"""What a file is, from its first bytes."""

from __future__ import annotations

SNIFF_BYTES = 64
ACCEPTED = ("JPEG", "PNG", "WebP")


def sniff(head: bytes) -> str:
    """Name of the format that the first bytes (64 are enough) show: "JPEG", "PNG", "WebP", another, or "unknown"."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head[:4] == b"RIFF":
        return {b"WEBP": "WebP", b"WAVE": "WAV sound", b"AVI ": "AVI video"}.get(head[8:12], "RIFF file")
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis"):
            return "HEIC photo"
        if brand in (b"avif", b"avis"):
            return "AVIF picture"
        return "M4A sound" if brand == b"M4A " else "MP4 video"
    for start, name in _STARTS:
        if head.startswith(start):
            return name
    if head.lstrip().lower().startswith((b"<svg", b"<?xml")):
        return "SVG or XML text"
    if head.lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return "web page"
    if head and all(b in b"\t\n\r\f\x1b" or 32 <= b < 127 for b in head):
        return "text"
    return "unknown"


_STARTS = (
    (b"BM", "BMP picture"),
    (b"II*\x00", "TIFF picture"),
    (b"MM\x00*", "TIFF picture"),
    (b"%PDF", "PDF"),
    (b"\x1aE\xdf\xa3", "WebM or Matroska video"),
    (b"OggS", "Ogg sound"),
    (b"fLaC", "FLAC sound"),
    (b"ID3", "MP3 sound"),
    (b"\xff\xfb", "MP3 sound"),
    (b"\xff\xf3", "MP3 sound"),
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
