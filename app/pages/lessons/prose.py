"""The Markdown of the lessons.

CommonMark without HTML, with formulas between dollars, and four addresses of its own:

    [words](term:bptt)      a term of the glossary
    [words](do:name)        a button that acts on the figure
    [words](lesson:cycle)   another lesson
    ![](value:name)         a number that the figure says, never written into the text
"""

from collections.abc import Sequence
from html import escape
from itertools import count

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.dollarmath import dollarmath_plugin


def to_html(text: str, root: str, kept: str) -> str:
    """Return blocks of Markdown as HTML; ``root`` and ``kept`` as in `documents.link_of`."""
    return MARKDOWN.render(text, {"root": root, "kept": kept})


def inline(text: str, root: str, kept: str) -> str:
    """Return a line of Markdown as HTML, without a paragraph around it."""
    return MARKDOWN.renderInline(text, {"root": root, "kept": kept})


def addresses(text: str) -> list[tuple[str, str]]:
    """Return the (scheme, name) of every own address in a text, in order."""
    found = []
    for block in MARKDOWN.parse(text):
        for token in block.children or []:
            target = str(token.attrGet("href") or token.attrGet("src") or "")
            scheme, colon, name = target.partition(":")
            if colon and scheme in ("term", "do", "lesson", "value"):
                found.append((scheme, name))
    return found


def formulas(text: str) -> list[str]:
    """Return the TeX of every formula in a text, in order."""
    tokens = (token for block in MARKDOWN.parse(text) for token in [block, *(block.children or [])])
    return [token.content for token in tokens if token.type.startswith("math")]


def _open(
    _: RendererProtocol, tokens: Sequence[Token], at: int, __: OptionsDict, env: EnvType
) -> str:
    target = str(tokens[at].attrGet("href"))
    scheme, _colon, name = target.partition(":")
    name = escape(name)
    closing = next(i for i in count(at) if tokens[i].type == "link_close")
    tokens[closing].meta["tag"] = "button" if scheme == "do" else "a"
    if scheme == "do":
        return f'<button type="button" class="do" data-do="{name}">'
    root, kept = env["root"], env["kept"]
    if scheme == "term":
        return f'<a class="term" href="{root}/glossary{kept}#{name}" data-term="{name}">'
    if scheme == "lesson":
        return f'<a href="{root}/lessons/{name}{kept}">'
    return f'<a href="{escape(target if "://" in target else root + target)}">'


def _close(_: RendererProtocol, tokens: Sequence[Token], at: int, *__: object) -> str:
    return f"</{tokens[at].meta['tag']}>"


def _value(_: RendererProtocol, tokens: Sequence[Token], at: int, *__: object) -> str:
    name = str(tokens[at].attrGet("src")).removeprefix("value:")
    return f'<span class="value" data-value="{escape(name)}">…</span>'


MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
dollarmath_plugin(MARKDOWN, allow_labels=False, double_inline=True)
for _rule, _render in (("link_open", _open), ("link_close", _close), ("image", _value)):
    MARKDOWN.add_render_rule(_rule, _render)
