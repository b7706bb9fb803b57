"""The documents of docs/ as pages: what of Markdown they use becomes HTML here.

Headings, paragraphs, lists, tables, fenced code; code, links, bold and italics within a line. A
link to another document leads to its page, one to a file of the repository is plain text.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parents[2] / "docs"
NAMES = ("api", "weights", "grading", "mathematics")

SPAN = re.compile(
    r"`(?P<code>[^`]+)`"
    r"|\[(?P<text>(?:[^\]`]|`[^`]*`)*)\]\((?P<target>[^)\s]+)\)"
    r"|\*\*(?P<bold>[^*]+)\*\*"
    r"|\*(?=\S)(?P<italic>[^*]+?)(?<=\S)\*"
)
BARS = re.compile(r"\|(?=(?:[^`]*`[^`]*`)*[^`]*$)")  # not those within code
Link = Callable[[str], str | None]


class Document(NamedTuple):
    """A document: its first heading, its Markdown, its language."""

    title: str
    text: str
    language: str


@lru_cache
def read(name: str, language: str) -> Document:
    """Return a document of `NAMES` in a language, in English where there is no other."""
    own = FOLDER / f"{name}.{language}.md"
    path = own if own.exists() else FOLDER / f"{name}.md"
    text = path.read_text(encoding="utf-8")
    return Document(text.split("\n", 1)[0].lstrip("# "), text, language if path == own else "en")


def link_of(root: str, kept: str) -> Link:
    """Return what finds the address of a link's target, None where no page has it.

    ``root`` is the site's prefix, ``kept`` the query that its links keep.
    """

    def link(target: str) -> str | None:
        if re.match(r"#|https?://", target):
            return target
        found = re.fullmatch(r"(\w+)(?:\.\w\w)?\.md(#.+)?", target)
        if found is None or found[1] not in NAMES:
            return None
        return f"{root}/docs/{found[1]}{kept}{found[2] or ''}"

    return link


def to_html(text: str, link: Link) -> str:
    """Return Markdown as HTML; whatever is not of the kinds above is text."""
    return "\n".join(_block(lines, link) for lines in _blocks(text))


def _blocks(text: str) -> Iterator[list[str]]:
    """Yield the lines of each block: a fence whole, else what stands between empty lines."""
    block: list[str] = []
    for line in text.splitlines():
        fenced = bool(block) and block[0].startswith("```")
        if fenced or line.strip():
            block.append(line)
        if block and (line == "```" if fenced else not line.strip()):
            yield block
            block = []
    if block:
        yield block


def _block(lines: list[str], link: Link) -> str:
    first = lines[0]
    if first.startswith("```"):
        code = escape("\n".join(lines[1:-1]))
        return f'<pre tabindex="0" class="{escape(first[3:])}"><code>{code}</code></pre>'
    if heading := re.match(r"(#+) (.+)", first):
        level = len(heading[1])
        return f'<h{level} id="{anchor(heading[2])}">{_inline(heading[2], link)}</h{level}>'
    if first.startswith("|"):
        return _table(lines, link)
    if first.startswith("- "):
        items = re.split(r"(?:^|\n)- ", "\n".join(lines))[1:]
        return f"<ul>{''.join(f'<li>{_inline(item, link)}</li>' for item in items)}</ul>"
    return f"<p>{_inline(chr(10).join(lines), link)}</p>"


def anchor(heading: str) -> str:
    """Return a heading's address within its page, as code hosts name it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def _table(lines: list[str], link: Link) -> str:
    rows = [[cell.strip() for cell in BARS.split(line.strip())[1:-1]] for line in lines]
    body = "".join(f"<tr>{_cells('td', row, link)}</tr>" for row in rows[2:])
    head = f"<thead><tr>{_cells('th', rows[0], link)}</tr></thead>"
    return f'<div class="wide" tabindex="0"><table>{head}<tbody>{body}</tbody></table></div>'


def _cells(tag: str, row: list[str], link: Link) -> str:
    return "".join(f"<{tag}>{_inline(cell, link)}</{tag}>" for cell in row)


def _inline(text: str, link: Link) -> str:
    html, end = "", 0
    for found in SPAN.finditer(text):
        html += escape(text[end : found.start()], quote=False) + _span(found, link)
        end = found.end()
    return html + escape(text[end:], quote=False)


def _span(found: re.Match[str], link: Link) -> str:
    kind = found.lastgroup
    if kind == "code":
        return f"<code>{escape(found['code'], quote=False)}</code>"
    if kind in ("bold", "italic"):
        tag = "strong" if kind == "bold" else "em"
        return f"<{tag}>{_inline(found[kind], link)}</{tag}>"
    text, address = _inline(found["text"], link), link(found["target"])
    return text if address is None else f'<a href="{escape(address)}">{text}</a>'
