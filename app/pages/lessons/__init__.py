"""The lessons: one typed list, and what each says in both languages.

A lesson is three things of one stem: its words (``<stem>.toml`` here), its figure
(``static/js/lessons/<stem>.js``), and its line in `LESSONS`.
"""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

HERE = Path(__file__).parent
# In the order in which they are read.
LESSONS: tuple[str, ...] = (
    "tour",
    "convolution",
    "cycle",
    "sharing",
    "jumps",
    "forward",
    "bptt",
    "vanishing",
    "remedies",
    "gates",
)

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Text(_Strict):
    """The same thing said in every language, as Markdown (see `prose`)."""

    zh: Words
    en: Words

    def __getitem__(self, language: str) -> str:
        return getattr(self, language)


class Choice(_Strict):
    """A possible answer, and what is said to whoever chooses it."""

    say: Text
    because: Text
    right: bool = False


class Question(_Strict):
    """A prediction to make before the figure shows the answer; nothing is graded or kept."""

    id: Name
    ask: Text
    choices: list[Choice] = Field(min_length=2, max_length=4)

    @model_validator(mode="after")
    def _one_is_right(self) -> "Question":
        if sum(choice.right for choice in self.choices) != 1:
            raise ValueError(f"question {self.id}: exactly one choice is right")
        return self


class Step(_Strict):
    """A part of a lesson's text, read beside one state of the figure."""

    id: Name
    heading: Text
    text: Text
    questions: list[Question] = []


class Lesson(_Strict):
    """A lesson; ``section`` is the chapter's number, "" before and after the chapter."""

    section: str
    minutes: int = Field(ge=1, le=30)
    title: Text
    summary: Text
    steps: list[Step] = Field(min_length=3)

    @model_validator(mode="after")
    def _names_are_unique(self) -> "Lesson":
        steps = [step.id for step in self.steps]
        questions = [question.id for step in self.steps for question in step.questions]
        for names in (steps, questions):
            if len(set(names)) < len(names):
                raise ValueError(f"named twice: {sorted(n for n in names if names.count(n) > 1)}")
        if len(questions) < 2:
            raise ValueError("a lesson asks at least two questions")
        return self


@lru_cache
def read(stem: str) -> Lesson:
    """Return a lesson of `LESSONS`.

    Raises:
        pydantic.ValidationError: words missing in a language, a question without a right answer,
            unknown keys: a fault of the file.
    """
    return Lesson.model_validate(tomllib.loads((HERE / f"{stem}.toml").read_text(encoding="utf-8")))


def around(stem: str) -> tuple[str | None, str | None]:
    """Return the lessons before and after one."""
    at = LESSONS.index(stem)
    before = LESSONS[at - 1] if at > 0 else None
    after = LESSONS[at + 1] if at + 1 < len(LESSONS) else None
    return before, after
