"""A report as blocks, and the forms it is written in: Markdown, one self-contained HTML page, CSV and LaTeX tables."""

from __future__ import annotations

import base64
import csv
import html
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Heading:
    """Of a section."""

    text: str


@dataclass(frozen=True)
class Text:
    """A paragraph; `**bold**` and `code` in backquotes are all the markup it may hold."""

    text: str


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        name: of its files.
        caption: what it shows: dataset, n, interval.
        columns: headings.
        rows: cells, as many as headings each.
        numbers_from: columns from here on are set to the right.
    """

    name: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers_from: int = 1

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"table {self.name}: {len(self.columns)} columns, and a row of {len(row)}")


@dataclass(frozen=True)
class Picture:
    """A figure that stands in `figures/` as PNG and SVG."""

    name: str
    title: str
    caption: str


Block = Heading | Text | Points | Table | Picture


@dataclass(frozen=True)
class Document:
    """A title and what follows."""

    title: str
    blocks: tuple[Block, ...]


def write_document(document: Document, folder: Path, name: str = "report") -> Path:
    """Writes `NAME.md`, `NAME.html` and `tables/`; returns the Markdown file.

    Args:
        document: what is written.
        folder: holds `figures/` already.
        name: of the two files.
    """
    path = folder / f"{name}.md"
    path.write_text(markdown(document), encoding="utf-8")
    (folder / f"{name}.html").write_text(_html(document, folder), encoding="utf-8")
    tables = [block for block in document.blocks if isinstance(block, Table)]
    if tables:
        (folder / "tables").mkdir(exist_ok=True)
    for table in tables:
        with (folder / "tables" / f"{table.name}.csv").open("w", newline="", encoding="utf-8") as out:
            csv.writer(out, lineterminator="\n").writerows([table.columns, *table.rows])
        (folder / "tables" / f"{table.name}.tex").write_text(_latex(table), encoding="utf-8")
    return path


def markdown(document: Document) -> str:
    """The document as Markdown, its figures below `figures/`."""
    out = [f"# {document.title}", ""]
    for block in document.blocks:
        if isinstance(block, Heading):
            out.append(f"## {block.text}")
        elif isinstance(block, Text):
            out.append(block.text)
        elif isinstance(block, Points):
            out += [f"* {item}" for item in block.items]
        elif isinstance(block, Table):
            lines = "|".join("---:" if i >= block.numbers_from else "---" for i in range(len(block.columns)))
            cells = [tuple(c.replace("|", "\\|") for c in row) for row in (block.columns, *block.rows)]
            told = [f"| {' | '.join(row)} |" for row in cells]
            out += [told[0], f"|{lines}|", *told[1:], "", f"*{block.caption}*"]
        else:
            out.append(f"![{block.title}: {block.caption}](figures/{block.name}.png)")
        out.append("")
    return "\n".join(out)


STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --page: #ffffff; --band: #f6f8fa; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --soft: #9ea7b3; --line: #3d444d; --page: #0d1117; --band: #161b22; }
  figure img { background: #ffffff; border-radius: 6px; }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); margin: 0 auto; max-width: 62rem; padding: 1.5rem; }
h1 { font-size: 1.7rem; line-height: 1.25; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { min-width: min(40rem, 100%); border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { caption-side: bottom; text-align: left; color: var(--soft); font-size: .88rem; padding-top: .4rem; }
th, td { padding: .3rem .8rem .3rem 0; text-align: left; vertical-align: top; } td.n, th.n { text-align: right; padding: .3rem 0 .3rem .8rem; }
thead th { border-bottom: 2px solid var(--line); } tbody tr { border-bottom: 1px solid var(--line); } tbody tr:nth-child(even) { background: var(--band); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 1.5rem; }
figure { margin: 0; } figure img { width: 100%; height: auto; } figcaption { color: var(--soft); font-size: .88rem; }
code { background: var(--band); padding: 0 .25em; border-radius: 4px; overflow-wrap: anywhere; }
@media print { body { max-width: none; } figure, tr { break-inside: avoid; } }
"""


def _html(document: Document, folder: Path) -> str:
    """One page that needs nothing beside it: styles inside, figures as data."""
    out: list[str] = []
    gallery: list[str] = []

    def close_gallery() -> None:
        if gallery:
            out.append(f'<div class="figures">{"".join(gallery)}</div>')
            gallery.clear()

    for block in document.blocks:
        if isinstance(block, Picture):
            data = base64.b64encode((folder / "figures" / f"{block.name}.svg").read_bytes()).decode()
            told = html.escape(f"{block.title}: {block.caption}")
            gallery.append(
                f'<figure><img src="data:image/svg+xml;base64,{data}" alt="{told}"><figcaption>{told}</figcaption></figure>'
            )
            continue
        close_gallery()
        if isinstance(block, Heading):
            out.append(f"<h2>{_inline(block.text)}</h2>")
        elif isinstance(block, Text):
            out.append(f"<p>{_inline(block.text)}</p>")
        elif isinstance(block, Points):
            out.append("<ul>" + "".join(f"<li>{_inline(item)}</li>" for item in block.items) + "</ul>")
        else:
            out.append(_html_table(block))
    close_gallery()
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, '
        f'initial-scale=1"><title>{html.escape(document.title)}</title><style>{STYLE}</style></head><body><main>'
        f"<h1>{_inline(document.title)}</h1>\n" + "\n".join(out) + "\n</main></body></html>\n"
    )


def _html_table(table: Table) -> str:
    def cell(kind: str, at: int, text: str) -> str:
        scope = ' scope="col"' if kind == "th" else ""
        return f"<{kind}{scope}{' class=n' if at >= table.numbers_from else ''}>{_inline(text)}</{kind}>"

    head = "".join(cell("th", i, c) for i, c in enumerate(table.columns))
    body = "".join("<tr>" + "".join(cell("td", i, c) for i, c in enumerate(row)) + "</tr>" for row in table.rows)
    return (
        f'<div class="scroll"><table><caption>{_inline(table.caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _inline(text: str) -> str:
    out = html.escape(text, quote=False)
    out = re.sub(r"`([^`]+)`", r"<code>\1</code>", out)
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", out)


LATEX = {"\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
         "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "−": "--", "–": "--", "×": r"$\times$", "≥": r"$\ge$", "≤": r"$\le$"}  # fmt: skip


def _tex(text: str) -> str:
    plain = re.sub(r"\*\*(.+?)\*\*", r"\1", text).replace("`", "")
    return "".join(LATEX.get(c, c) for c in plain)


def _latex(table: Table) -> str:
    """For `\\input`; needs the package booktabs."""
    columns = "".join("r" if i >= table.numbers_from else "l" for i in range(len(table.columns)))
    lines = [" & ".join(_tex(c) for c in row) + r" \\" for row in (table.columns, *table.rows)]
    return "\n".join([
        r"\begin{table}", r"\centering", rf"\caption{{{_tex(table.caption)}}}", rf"\label{{tab:{table.name}}}",
        rf"\begin{{tabular}}{{{columns}}}", r"\toprule", lines[0], r"\midrule", *lines[1:], r"\bottomrule", r"\end{tabular}",
        r"\end{table}", "",
    ])  # fmt: skip
