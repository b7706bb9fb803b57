"""The documents of docs/ as pages.

A link to another document leads to its page, one to a file of the repository is plain text.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token

FOLDER = Path(__file__).resolve().parents[2] / "docs"
NAMES = ("api", "weights", "grading", "mathematics", "operation")

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
    """Return Markdown as HTML; what HTML it holds is text."""
    tokens = MARKDOWN.parse(text)
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor(inline.content))
    for token in tokens:
        if token.children:
            token.children = list(_linked(token.children, link))
    return MARKDOWN.renderer.render(tokens, MARKDOWN.options, {})


def anchor(heading: str) -> str:
    """Return a heading's address within its page, as code hosts name it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def _linked(tokens: list[Token], link: Link) -> Iterator[Token]:
    """Yield the tokens of a line, its links addressed; one that leads nowhere is its words."""
    leads = True
    for token in tokens:
        if token.type == "link_open":
            address = link(str(token.attrGet("href")))
            leads = address is not None
            token.attrSet("href", address or "")
        if leads or token.type not in ("link_open", "link_close"):
            yield token


def _fence(_: RendererProtocol, tokens: Sequence[Token], at: int, *__: object) -> str:
    language, code = escape(tokens[at].info), escape(tokens[at].content, quote=False)
    return f'<pre tabindex="0" class="{language}"><code>{code}</code></pre>\n'


def _scrolling(_: RendererProtocol, tokens: Sequence[Token], at: int, *__: object) -> str:
    opens = tokens[at].type == "table_open"
    return '<div class="wide" tabindex="0"><table>\n' if opens else "</table></div>\n"


MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
MARKDOWN.add_render_rule("fence", _fence)
for _name in ("table_open", "table_close"):
    MARKDOWN.add_render_rule(_name, _scrolling)
