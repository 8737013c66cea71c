"""Letters that DejaVu Sans lacks, from fonts that the machine happens to have. Right-to-left text is matplotlib's matter."""

from __future__ import annotations

from collections.abc import Set
from functools import cache

from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.ft2font import FT2Font

# Common fonts of Debian, Windows, macOS and Android, those that cover much first. Colour emoji in pictures cannot be drawn.
FAMILIES = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback",
    "Microsoft YaHei", "Yu Gothic", "MS Gothic", "Malgun Gothic", "PingFang SC", "Hiragino Sans", "Hiragino Sans GB",
    "Apple SD Gothic Neo", "IPAGothic", "NanumGothic", "Arial Unicode MS", "Noto Sans Devanagari", "Noto Sans Bengali",
    "Noto Sans Tamil", "Noto Sans Thai", "Nirmala UI", "Leelawadee UI", "Lohit Devanagari", "Noto Emoji", "Segoe UI Emoji",
    "Segoe UI Symbol", "Symbola", "Unifont",
)  # fmt: skip


@cache
def letters_of(family: str) -> frozenset[int]:
    """Code points that a family of this machine draws as outlines; none where it is not installed."""
    try:
        found = fontManager.findfont(FontProperties(family=[family]), fallback_to_default=False)
        font = FT2Font(found.path, face_index=found.face_index)
    except (ValueError, OSError, RuntimeError):  # not there, or no font that FreeType opens
        return frozenset()
    return frozenset(font.get_charmap()) if font.scalable else frozenset()


def families_for(text: str, usual: Set[int]) -> tuple[str, ...]:
    """The families that a text needs besides the usual font, in the order in which they are asked.

    Args:
        text: a line.
        usual: code points that the usual font draws.
    """
    needed = {_family_of(ord(c)) for c in text if ord(c) not in usual} - {""}
    return tuple(family for family in FAMILIES if family in needed)


def can_draw(code: int) -> bool:
    """Whether a font of this machine has the letter."""
    return bool(_family_of(code))


@cache
def _family_of(code: int) -> str:
    return next((family for family in FAMILIES if code in letters_of(family)), "")
