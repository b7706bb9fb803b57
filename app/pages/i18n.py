"""The words of the pages: one catalogue a language, shared by the templates and the browser."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

LOCALES = Path(__file__).parent / "locales"
FALLBACK = "en"

CATALOGUES: dict[str, dict[str, str]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(LOCALES.glob("*.json"))
}
PLACEHOLDER = re.compile(r"\{(\w+)\}")


def translate(language: str, key: str, **params: object) -> str:
    """Return the message of a key, its {placeholders} filled.

    Raises:
        KeyError: no such key, or a placeholder without a value: a fault of the template.
    """
    message = CATALOGUES[language][key]
    return PLACEHOLDER.sub(lambda match: str(params[match[1]]), message)


def negotiate(query: str | None, cookie: str | None, accept: str | None) -> str:
    """Return the language to answer in: what the link asks, else the cookie, else the browser.

    Args:
        query: value of ``?lang``.
        cookie: value of the cookie ``lang``.
        accept: the Accept-Language header.
    """
    for wish in (query, cookie, *_by_preference(accept or "")):
        if language := _known(wish):
            return language
    return FALLBACK


def others(language: str) -> list[str]:
    """Return the languages that one can switch to."""
    return [name for name in CATALOGUES if name != language]


def for_script(value: Mapping[str, object] | bytes) -> str:
    """Return JSON that is safe inside a <script> element, whatever its strings hold."""
    text = value.decode() if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False)
    return text.replace("<", "\\u003c")


def _known(wish: str | None) -> str | None:
    """Return the catalogue of a language tag: every zh* is zh."""
    primary = re.split("[-_]", (wish or "").strip().lower())[0]
    return primary if primary in CATALOGUES else None


def _by_preference(accept: str) -> list[str]:
    """Return the tags of an Accept-Language header, most wanted first, refused ones left out."""
    weighted = []
    for item in accept.split(","):
        tag, _, parameter = item.partition(";")
        weight = _weight(parameter)
        if weight > 0:
            weighted.append((weight, tag))
    return [tag for _, tag in sorted(weighted, key=lambda pair: -pair[0])]


def _weight(parameter: str) -> float:
    match = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", parameter)
    return float(match[1]) if match else 1.0
