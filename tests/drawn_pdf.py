"""Reads a PDF that matplotlib wrote, for tests: no reader of PDF is installed."""

import re
import zlib


def lines_of(pdf):
    """What the page's stream writes in Latin letters; others are numbered by the embedded font."""
    streams = [zlib.decompress(s) for s in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S) if s[:1] == b"x"]
    page = next(s for s in streams if b"BT" in s)
    lines = []
    for block in re.findall(rb"BT\n.*?\nET", page, re.S):
        codes = b"".join(re.findall(rb"\(((?:\\.|[^\\)])*)\)", block, re.S))
        lines.append(re.sub(rb"\\(.)", rb"\1", codes, flags=re.S).decode("utf-16-be"))
    return lines
