"""The glossary: every term of the lessons in both languages (``glossary.toml``)."""

import tomllib
from collections.abc import Iterable, Iterator
from functools import lru_cache

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from app.pages.lessons import HERE, Lesson, Name, Text, prose


class Term(BaseModel):
    """A term; ``formula`` is TeX for a line of its own, ``lesson`` the stem of where it is used."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    word: Text
    definition: Text
    formula: str | None = Field(default=None, min_length=1)
    lesson: Name | None = None


@lru_cache
def read() -> dict[str, Term]:
    """Return every term by its id.

    Raises:
        pydantic.ValidationError: words missing in a language, an unknown key or lesson: a fault
            of the file.
    """
    text = (HERE / "glossary.toml").read_text(encoding="utf-8")
    return TypeAdapter(dict[Name, Term]).validate_python(tomllib.loads(text))


def ordered(language: str) -> list[tuple[str, Term]]:
    """Return (id, term) of every term as a dictionary of that language has them."""
    return sorted(read().items(), key=lambda item: _place(item[1].word[language]))


def used(lesson: Lesson, language: str) -> list[str]:
    """Return the ids of the terms that a lesson's texts link to, each once, in their order."""
    found = (address for text in texts(lesson, language) for address in prose.addresses(text))
    return list(dict.fromkeys(name for scheme, name in found if scheme == "term"))


def texts(lesson: Lesson, language: str) -> Iterator[str]:
    """Yield every Markdown text of a lesson in a language, in the order of reading."""
    yield lesson.summary[language]
    for step in lesson.steps:
        yield step.heading[language]
        yield step.text[language]
        for question in step.questions:
            yield question.ask[language]
            for choice in question.choices:
                yield choice.say[language]
                yield choice.because[language]


def for_tooltips(ids: Iterable[str], language: str, other: str) -> dict[str, dict[str, str]]:
    """Return what the tooltips of these terms say, ready for JSON.

    Args:
        ids: of terms.
        language: the reader's.
        other: the language whose word stands beside it.

    Raises:
        KeyError: no such term: a fault of a lesson's text.
    """
    said = {}
    for name in ids:
        term = read()[name]
        said[name] = {
            "word": term.word[language],
            "other": term.word[other],
            "definition": term.definition[language],
            "formula": term.formula or "",
        }
    return said


def _place(word: str) -> bytes:
    """Latin words come first, by letter; GB 18030 has the common characters by their sound."""
    return word.casefold().encode("gb18030")
