"""What a file says of its own origin: evidence of its own kind, never mixed into a score.

Metadata can be stripped or forged with any editor, so its absence says nothing and its presence is the file's own word.
The blocks of pictures are picked out here, without Pillow: it decodes pixels to reach a PNG's later text, sets aside
the whole canvas of a WebP, and copies a block of EXIF once for each of up to 65,535 tags that point at it.
Nothing is fetched from the net, and names of people and places are left out.
"""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, Literal

from detectors.errors import MediaError, UnreadableMedia
from detectors.media.container import open_container, open_source
from detectors.media.sniff import DEMUXERS, PICTURES, with_article
from detectors.media.still import Limits

MAX_VALUE_CHARS = 500
MAX_CLAIMS = 60  # more than any honest file was seen to make; a hostile one could fill the page
MAX_BYTES = 2 << 30  # of a file: what ClipLimits opens
MAX_METADATA_BYTES = 16 << 20
MAX_BLOCK_BYTES = 4 << 20  # of one block, also once inflated; large ComfyUI workflows reach about 1 MB
MAX_BLOCKS = 100_000  # steps through a file of tiny blocks
Source = Literal["EXIF", "PNG text", "XMP", "C2PA", "container"]
PointsTo = Literal["generator", "editor", "camera", ""]
# What reading hostile metadata may raise: our own checks, struct, zlib, the codecs and PyAV.
DAMAGE = (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, EOFError, OverflowError, RecursionError, struct.error, zlib.error)  # fmt: skip

_GENERATOR_NAMES = (
    r"stable[ _-]?diffusion|sdxl|automatic1111|comfyui|invoke ?ai|fooocus|novelai|midjourney|dall[ _·•-]?e|openai|chatgpt"
    r"|gpt-4o|gpt-image|firefly|google imagen|imagen[ -]?\d|google (?:generative )?ai|gemini|google veo|veo ?\d|sora"
    r"|runway(?:ml)?|eleven ?labs|black forest labs|flux\.\d|ideogram|leonardo\.ai|stability ?ai|bing image creator|pika labs"
    r"|kling ?ai|luma ?(?:ai|labs)|hailuo|heygen|synthesia|suno|udio|meta ai|grok|deepfacelab|facefusion|roop"
)
_EDITOR_NAMES = (
    r"photoshop|lightroom|gimp|snapseed|faceapp|facetune|affinity photo|pixelmator|picsart|canva|paint\.net|krita|capture one"
    r"|luminar|darktable|rawtherapee|photopea|photoscape|meitu|beautyplus|remini|topaz|vsco|polarr|fotor|premiere|after effects"
    r"|final cut|davinci resolve|capcut|inshot|imovie|kinemaster|audacity|audition|logic pro"
)
GENERATORS = re.compile(rf"(?<![a-z0-9])(?:{_GENERATOR_NAMES})(?![a-z0-9])", re.IGNORECASE)
EDITORS = re.compile(rf"(?<![a-z0-9])(?:{_EDITOR_NAMES})(?![a-z0-9])", re.IGNORECASE)
MADE_WITH = re.compile(
    rf"(?:made|created|generated|edited|exported) (?:by|with|in|using) (?:adobe |the )?(?:{_GENERATOR_NAMES}|{_EDITOR_NAMES})"
    r"(?![a-z0-9])|\bjob id: [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",  # the latter is Midjourney's description
    re.IGNORECASE,
)
# In turn: AUTOMATIC1111; ComfyUI's prompt and workflow; NovelAI; InvokeAI; SwarmUI.
PARAMETERS = re.compile(
    r'\bSteps: \d{1,5}, (?:Sampler|Seed|CFG)|"class_type"\s{0,4}:|"last_node_id"\s{0,4}:|"sampler"\s{0,4}:'
    r'|"generation_mode"\s{0,4}:|"sui_image_params"'
)
# https://cv.iptc.org/newscodes/digitalsourcetype/: those that hold what a trained model made
SYNTHETIC_TYPES = {"trainedalgorithmicmedia", "compositewithtrainedalgorithmicmedia", "compositesynthetic"}
_SHARED_KEYS = {"parameters", "prompt", "workflow"}  # plain words: the text must show which program wrote them
_PARAMETER_KEYS = _SHARED_KEYS | {"invokeai_metadata", "invokeai_graph", "invokeai_workflow", "sd-metadata", "dream"}
_FREE_TEXT_KEYS = {"comment", "description", "title", "source"}
_XMP_HEAD = b"http://ns.adobe.com/xap/1.0/\x00"
# As an attribute or as an element. A pattern with bounds, not an XML parser: entities could grow without end.
_XMP_FIELDS = re.compile(
    r"(DigitalSourceType|CreatorTool|:Credit)(?:\s{1,20}rdf:resource)?\s{0,20}(?:=\s{0,20}[\"']|>)\s{0,20}([^\"'<>]{1,300})",
    re.IGNORECASE,
)
_MAKE, _MODEL, _SOFTWARE, _DESCRIPTION = 0x010F, 0x0110, 0x0131, 0x010E  # Exif 2.32, CIPA DC-008
_EXIF_IFD, _GPS_IFD, _TAKEN, _USER_COMMENT, _LATITUDE = 0x8769, 0x8825, 0x9003, 0x9286, 2
_EXIF_TAGS = {_MAKE, _MODEL, _SOFTWARE, _DESCRIPTION, _EXIF_IFD, _GPS_IFD, _TAKEN, _USER_COMMENT, _LATITUDE}
# Tag in a container's or a stream's header -> what the claim is called.
_TAG_NAMES = {
    "encoder": "encoder", "software": "software", "com.apple.quicktime.software": "software", "handler_name": "handler",
    "com.apple.quicktime.creationdate": "taken", "creation_time": "written",
}  # fmt: skip
_CAMERA_TAGS = ("com.apple.quicktime.make", "com.apple.quicktime.model"), ("com.android.manufacturer", "com.android.model"), ("make", "model")  # fmt: skip
_PLACE = "GPS coordinates are in the file"
_C2PA_TYPES = {
    "JPEG": "image/jpeg", "PNG": "image/png", "WebP": "image/webp", "WAV sound": "audio/wav", "FLAC sound": "audio/flac",
    "MP3 sound": "audio/mpeg", "M4A sound": "audio/mp4", "MP4 video": "video/mp4", "AVI video": "video/avi",
}  # fmt: skip
# By default the library would fetch manifests from an address in the file: that tells a stranger who looks at it.
_C2PA_OFFLINE = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}


@dataclass(frozen=True)
class Claim:
    """One thing that a file says of its origin.

    Attributes:
        source: where in the file it stands.
        name: what it is about: "software", "camera", "taken", "generation parameters", "signed by", "encoder", ...
        value: one line of at most 500 printable characters.
        points_to: what kind of tool it names, or "" when none that is known.
    """

    source: Source
    name: str
    value: str
    points_to: PointsTo = ""

    def __post_init__(self) -> None:
        if not self.value or len(self.value) > MAX_VALUE_CHARS or not self.value.isprintable():
            raise ValueError(
                f"value must be one line of 1 to {MAX_VALUE_CHARS} printable characters, got {self.value!r}"
            )


@dataclass(frozen=True)
class Provenance:
    """All that a file says of its origin.

    Attributes:
        claims: in the order found, none twice.
        notes: sentences on what could not be read or does not verify.
    """

    claims: tuple[Claim, ...]
    notes: tuple[str, ...]


def read_provenance(path: str | Path) -> Provenance:
    """Collects what the metadata of a picture, a video or a sound says; decodes no pixels and raises nothing.

    A file that cannot be opened gives no claims and a note. Of EXIF, XMP and PNG text at most 16 MB are read.
    """
    found = _Found()
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
            (_read_picture if kind in PICTURES else _read_container)(source, kind, found)
        except MediaError as error:
            found.note(f"The tags of the file were not read: {error}")
        except DAMAGE:
            found.note(f"The metadata of the {kind} is damaged; what could be read of it is given.")
        _read_c2pa(source, kind, found)
    return Provenance(tuple(found.claims), tuple(found.notes))


class _Found:
    """Collects claims and notes, cleaned and none twice."""

    def __init__(self) -> None:
        self.claims: dict[Claim, None] = {}
        self.notes: dict[str, None] = {}

    def note(self, text: str) -> None:
        self.notes[text] = None

    def add(self, source: Source, name: str, value: str, points_to: PointsTo | None = None) -> None:
        """Adds one claim; `points_to` None: told from the names in the value."""
        if (line := one_line(value)) and len(self.claims) < MAX_CLAIMS:
            self.claims[Claim(source, name, line, names_tool(line) if points_to is None else points_to)] = None
        elif line:
            self.note(f"The file says more of its origin; the first {MAX_CLAIMS} statements are given.")

    def free_text(self, source: Source, text: str) -> None:
        """Keeps generation parameters, and of anything else only the words that name a tool: the rest may name people."""
        if PARAMETERS.search(text):
            self.add(source, "generation parameters", text, "generator")
        elif match := MADE_WITH.search(text):
            self.add(source, "made with", match.group(), names_tool(match.group()) or "generator")

    def camera(self, source: Source, make: str, model: str) -> None:
        both = model if model.lower().startswith(make.lower()) else f"{make} {model}"
        if PARAMETERS.search(both):  # ComfyUI's WebP keeps its workflow in these two tags
            self.add(source, "generation parameters", both, "generator")
        else:
            self.add(source, "camera", both, "camera" if make and model else "")

    def source_type(self, source: Source, name: str, address: str) -> None:
        kind = address.strip().rstrip("/").rpartition("/")[2]
        self.add(source, name, kind, "generator" if kind.lower() in SYNTHETIC_TYPES else "")


def one_line(text: str) -> str:
    """At most 500 printable characters, whatever came: no line breaks, control or direction marks."""
    shown = "".join(c if c.isprintable() else " " if c.isspace() else "" for c in text[: 4 * MAX_VALUE_CHARS])
    line = " ".join(shown.split())
    return line if len(line) <= MAX_VALUE_CHARS else line[: MAX_VALUE_CHARS - 1] + "…"


def names_tool(text: str) -> PointsTo:
    """Whether a short text names a generator, else an editor."""
    return "generator" if GENERATORS.search(text) else "editor" if EDITORS.search(text) else ""


def _read_picture(source: IO[bytes], kind: str, found: _Found) -> None:
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


def _read_exif(block: bytes, found: _Found) -> None:
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
        found.add("EXIF", "place", _PLACE, "")


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


def _read_xmp(packet: bytes, found: _Found) -> None:
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
        found.add("XMP", "place", _PLACE, "")


def _read_png_text(block: bytes, found: _Found, layout: str = "tEXt") -> None:
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
    elif key in _FREE_TEXT_KEYS:
        found.free_text("PNG text", text)


_READERS: dict[str, Callable[[bytes, _Found], None]] = {
    "EXIF": _read_exif,
    "XMP": _read_xmp,
    "comment": lambda block, found: found.free_text("EXIF", block.decode("utf-8", "replace")),
    "tEXt": _read_png_text,
    "zTXt": partial(_read_png_text, layout="zTXt"),
    "iTXt": partial(_read_png_text, layout="iTXt"),
}


def _read_container(source: IO[bytes], kind: str, found: _Found) -> None:
    with open_container(source, kind) as container:
        headers = [container.metadata, *(stream.metadata for stream in container.streams)]
    for header in headers:
        tags = {key.lower(): value for key, value in header.items()}
        for make, model in _CAMERA_TAGS:
            found.camera("container", tags.get(make, ""), tags.get(model, ""))
        for key, value in tags.items():
            if key in _TAG_NAMES:
                found.add("container", _TAG_NAMES[key], value)
            elif key in _FREE_TEXT_KEYS:
                found.free_text("container", value)
            elif key.startswith(("location", "com.apple.quicktime.location")):
                found.add("container", "place", _PLACE, "")


def _read_c2pa(source: IO[bytes], kind: str, found: _Found) -> None:
    if kind not in _C2PA_TYPES:
        found.note(f"C2PA manifests are not looked for in {with_article(kind)}.")
        return
    try:
        store = _manifest_store(source, _C2PA_TYPES[kind])
        if store is not None:
            _manifest_claims(json.loads(store), found)
    except UnreadableMedia as error:
        found.note(str(error))
    except DAMAGE:
        found.note("A C2PA manifest is in the file, but it is not laid out as it should be.")


def _manifest_store(source: IO[bytes], mime_type: str) -> str | None:
    """The manifests of an open file and whether they verify, as JSON; None: there are none.

    Raises:
        UnreadableMedia: they cannot be read; the message is a sentence for the reader.
    """
    try:
        import c2pa
    except (ImportError, OSError, RuntimeError) as error:  # the last two: its library is missing or does not load
        raise UnreadableMedia(
            "C2PA manifests were not looked for: the package c2pa-python is not installed."
        ) from error
    try:
        source.seek(0)
        with (
            c2pa.Context.from_dict(_C2PA_OFFLINE) as context,
            c2pa.Reader(mime_type, source, context=context) as reader,
        ):
            store = reader.json()
    except c2pa.C2paError.ManifestNotFound:
        return None
    except c2pa.C2paError as error:
        if str(error).startswith("Remote"):
            raise UnreadableMedia(
                "The file points to a C2PA manifest on the net, which was not fetched; nothing is fetched from here."
            ) from error
        raise UnreadableMedia(
            "Whether a C2PA manifest is in the file could not be told: the place where it would stand is damaged."
        ) from error
    if len(store) > MAX_METADATA_BYTES:
        raise UnreadableMedia(f"The C2PA manifests are larger than {MAX_METADATA_BYTES >> 20} MB and were not read.")
    return store


def _manifest_claims(store: dict[str, Any], found: _Found) -> None:
    _note_validity(store, found)
    active = store["manifests"][store["active_manifest"]]
    tools = active.get("claim_generator_info") or [{"name": active.get("claim_generator") or ""}]
    for tool in tools:
        found.add("C2PA", "made with", f"{tool['name']} {tool.get('version') or ''}")
    found.add("C2PA", "signed by", (active.get("signature_info") or {}).get("issuer") or "")
    for assertion in active.get("assertions", []):
        if assertion["label"].startswith("c2pa.actions"):
            for action in assertion["data"]["actions"]:
                agent = action.get("softwareAgent") or ""
                agent = agent.get("name") or "" if isinstance(agent, dict) else agent
                what = action["action"].removeprefix("c2pa.")
                found.add("C2PA", "action", f"{what} with {agent}" if agent else what)
    for label, manifest in store["manifests"].items():
        # A generated picture that was then edited says so only in the manifest of the picture it was made from.
        name = "digital source type" if label == store["active_manifest"] else "digital source type of an ingredient"
        for value in re.findall(r'igitalSourceType": "([^"]{1,300})"', json.dumps(manifest.get("assertions", []))):
            found.source_type("C2PA", name, value)


def _note_validity(store: dict[str, Any], found: _Found) -> None:
    """Says in words what the signature is worth, unless all of it is in order."""
    state = store.get("validation_state")
    if state == "Valid":
        found.note(
            "The C2PA manifest is unaltered and its signature verifies, but no list of trusted signers is kept here: who "
            "signed it is the file's own word."
        )
    elif state != "Trusted":
        codes = [one_line(str(status["code"])) for status in store.get("validation_status") or []]
        if any(code.startswith("assertion.") and code.endswith("ash.mismatch") for code in codes):
            why = "the file was changed after it was signed, or the manifest was taken from another file"
        else:
            why = ", ".join(code for code in codes[:3] if code != "signingCredential.untrusted") or "no reason is given"
        found.note(f"A C2PA manifest is in the file, but it does not verify: {why}. What it says proves nothing.")
