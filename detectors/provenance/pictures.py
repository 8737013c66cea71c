"""The metadata of pictures, block by block, without Pillow.

Pillow decodes pixels to reach a PNG's later text, sets aside the whole canvas of a WebP, and copies a block of EXIF once
for each of up to 65,535 tags that point at it.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO

from detectors.provenance.claims import DAMAGE, FREE_TEXT_KEYS, MAX_METADATA_BYTES, Found
from detectors.provenance.tool_names import PARAMETERS, names_tool

MAX_BLOCK_BYTES = 4 << 20  # of one block, also once inflated; large ComfyUI workflows reach about 1 MB
MAX_BLOCKS = 100_000  # steps through a file of tiny blocks
_SHARED_KEYS = {"parameters", "prompt", "workflow"}  # plain words: the text must show which program wrote them
_PARAMETER_KEYS = _SHARED_KEYS | {"invokeai_metadata", "invokeai_graph", "invokeai_workflow", "sd-metadata", "dream"}
_XMP_HEAD = b"http://ns.adobe.com/xap/1.0/\x00"
# As an attribute or as an element. A pattern with bounds, not an XML parser: entities could grow without end.
_XMP_FIELDS = re.compile(
    r"(DigitalSourceType|CreatorTool|:Credit)(?:\s{1,20}rdf:resource)?\s{0,20}(?:=\s{0,20}[\"']|>)\s{0,20}([^\"'<>]{1,300})",
    re.IGNORECASE,
)
_MAKE, _MODEL, _SOFTWARE, _DESCRIPTION = 0x010F, 0x0110, 0x0131, 0x010E  # Exif 2.32, CIPA DC-008
_EXIF_IFD, _GPS_IFD, _TAKEN, _USER_COMMENT, _LATITUDE = 0x8769, 0x8825, 0x9003, 0x9286, 2
_EXIF_TAGS = {_MAKE, _MODEL, _SOFTWARE, _DESCRIPTION, _EXIF_IFD, _GPS_IFD, _TAKEN, _USER_COMMENT, _LATITUDE}


def read_picture(source: IO[bytes], kind: str, found: Found) -> None:
    """Adds what EXIF, XMP, comments and PNG text say, up to 16 MB of them.

    Args:
        source: the open picture.
        kind: its format: "JPEG", "PNG" or "WebP".
        found: what is added to; a damaged block becomes a note.
    """
    used = 0
    for name, block in {"JPEG": _jpeg_blocks, "PNG": _png_blocks, "WebP": _webp_blocks}[kind](source):
        used += len(block)
        try:
            _READERS[name](block, found)
        except DAMAGE:
            found.note(f"A block of metadata ({name}) is damaged; what it says may be incomplete.")
        if used > MAX_METADATA_BYTES - MAX_BLOCK_BYTES:
            found.note(f"The file holds more metadata than the {MAX_METADATA_BYTES >> 20} MB that are read.")
            return


def _block(source: IO[bytes], length: int) -> bytes:
    if not 0 <= length <= MAX_BLOCK_BYTES:
        raise ValueError(f"a block of metadata says that it has {length} bytes")
    block = source.read(length)
    if len(block) < length:
        raise EOFError("a block of metadata is cut off")
    return block


def _jpeg_blocks(source: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    source.seek(2)
    for _ in range(MAX_BLOCKS):
        head = source.read(4)
        if len(head) < 4 or head[0] != 0xFF or head[1] in (0xD9, 0xDA):  # pixels follow
            return
        if head[1] == 0xFF:  # a fill byte
            source.seek(-3, 1)
            continue
        block = _block(source, int.from_bytes(head[2:], "big") - 2)
        if head[1] == 0xFE:
            yield "comment", block
        elif head[1] == 0xE1 and block.startswith(b"Exif\x00"):
            yield "EXIF", block
        elif head[1] == 0xE1 and block.startswith(_XMP_HEAD):
            yield "XMP", block[len(_XMP_HEAD) :]


def _png_blocks(source: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    source.seek(8)
    for _ in range(MAX_BLOCKS):
        head = source.read(8)
        length, name = int.from_bytes(head[:4], "big"), head[4:]
        if len(head) < 8 or name == b"IEND":
            return
        if name in (b"eXIf", b"tEXt", b"zTXt", b"iTXt"):
            yield "EXIF" if name == b"eXIf" else name.decode(), _block(source, length)
            length = 0
        source.seek(length + 4, 1)  # the checksum too


def _webp_blocks(source: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    at = 12
    for _ in range(MAX_BLOCKS):
        source.seek(at)
        head = source.read(8)
        length = int.from_bytes(head[4:], "little")
        if len(head) < 8:
            return
        if head[:4] in (b"EXIF", b"XMP "):
            yield head[:4].decode().strip(), _block(source, length)
        at += 8 + length + length % 2


def _read_exif(block: bytes, found: Found) -> None:
    tiff = block[6:] if block.startswith(b"Exif\x00") else block
    order = {b"II*\x00": "<", b"MM\x00*": ">"}[tiff[:4]]
    tags = _directory(tiff, order, *struct.unpack_from(order + "I", tiff, 4))
    where = tags.get(_GPS_IFD)
    if _EXIF_IFD in tags:
        tags |= _directory(tiff, order, *struct.unpack(order + "I", tags[_EXIF_IFD]))
    text = {tag: value.split(b"\x00")[0].decode("utf-8", "replace").strip() for tag, value in tags.items()}
    found.camera("EXIF", text.get(_MAKE, ""), text.get(_MODEL, ""))
    found.add("EXIF", "software", text.get(_SOFTWARE, ""))
    found.add("EXIF", "taken", text.get(_TAKEN, ""), "")
    found.free_text("EXIF", text.get(_DESCRIPTION, ""))
    comment = tags.get(_USER_COMMENT, b"")
    said = comment[8:]  # after the name of its encoding
    # Writers disagree on the byte order of "UNICODE": Latin letters have their zero byte first in big-endian text.
    wide = "utf-16-be" if said[::2].count(0) > said[1::2].count(0) else "utf-16-le"
    found.free_text("EXIF", said.decode(wide if comment.startswith(b"UNICODE") else "utf-8", "replace"))
    if where and _LATITUDE in _directory(tiff, order, *struct.unpack(order + "I", where)):
        found.place("EXIF")


def _directory(tiff: bytes, order: str, at: int) -> dict[int, bytes]:
    """The tags of one directory that are wanted: text as bytes, pointers and numbers as the four bytes they are."""
    tags = {}
    for entry in range(at + 2, at + 2 + 12 * struct.unpack_from(order + "H", tiff, at)[0], 12):
        tag, kind, length, start = struct.unpack_from(order + "HHII", tiff, entry)
        if kind not in (1, 2, 7, 129) or length <= 4:  # bytes, ASCII, undefined, UTF-8
            start, length = entry + 8, 4
        if tag in _EXIF_TAGS and tag not in tags:  # one tag many times over would copy the block as often
            tags[tag] = tiff[start : start + length]
    return tags


def _read_xmp(packet: bytes, found: Found) -> None:
    text = packet.decode("utf-8", "replace")
    for match in _XMP_FIELDS.finditer(text):
        field, value = match[1].lower(), match[2]
        if field == "digitalsourcetype":
            found.source_type("XMP", "digital source type", value)
        elif field == "creatortool":
            found.add("XMP", "software", value)
        else:
            found.free_text("XMP", value)  # Google writes "Made with Google AI" where others name people
    if "GPSLatitude" in text:
        found.place("XMP")


def _read_png_text(block: bytes, found: Found, layout: str = "tEXt") -> None:
    keyword, _, rest = block.partition(b"\x00")
    packed = layout == "zTXt" or (layout == "iTXt" and rest[0] == 1)
    if layout == "iTXt":
        rest = rest[2:].split(b"\x00", 2)[2]  # after the language and the translated keyword
    elif packed:
        rest = rest[1:]
    value = zlib.decompressobj().decompress(rest, MAX_BLOCK_BYTES) if packed else rest
    key, text = keyword.decode("latin-1").lower(), value.decode("utf-8" if layout == "iTXt" else "latin-1", "replace")
    if key == "xml:com.adobe.xmp":
        _read_xmp(value, found)
    elif key in _PARAMETER_KEYS:
        sure = key not in _SHARED_KEYS or PARAMETERS.search(text)
        found.add("PNG text", "generation parameters", text, "generator" if sure else "")
    elif key == "software" or (key == "source" and names_tool(text)):  # NovelAI names its model as the source
        found.add("PNG text", key, text)
    elif key in FREE_TEXT_KEYS:
        found.free_text("PNG text", text)


_READERS: dict[str, Callable[[bytes, Found], None]] = {
    "EXIF": _read_exif,
    "XMP": _read_xmp,
    "comment": lambda block, found: found.free_text("EXIF", block.decode("utf-8", "replace")),
    "tEXt": _read_png_text,
    "zTXt": partial(_read_png_text, layout="zTXt"),
    "iTXt": partial(_read_png_text, layout="iTXt"),
}
