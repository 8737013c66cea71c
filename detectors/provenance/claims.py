"""What was found in one file: claims of its origin and notes, cleaned and limited."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Literal

from detectors.provenance.tool_names import MADE_WITH, PARAMETERS, SYNTHETIC_TYPES, PointsTo, names_tool

MAX_VALUE_CHARS = 500
MAX_CLAIMS = 60  # more than any honest file was seen to make; a hostile one could fill the page
MAX_METADATA_BYTES = 16 << 20
Source = Literal["EXIF", "PNG text", "XMP", "C2PA", "container"]
# What reading hostile metadata may raise: our own checks, struct, zlib, the codecs and PyAV.
DAMAGE = (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, EOFError, OverflowError, RecursionError, struct.error, zlib.error)  # fmt: skip
FREE_TEXT_KEYS = {"comment", "description", "title", "source"}  # of PNG texts and of tags: people write there too


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


class Found:
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

    def place(self, source: Source) -> None:
        """Says that there are coordinates, and never which."""
        self.add(source, "place", "GPS coordinates are in the file", "")

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
