"""The lessons' words: complete in both languages, and their files in their places."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import BaseModel, ValidationError

from app.pages import lessons
from app.pages.lessons import LESSONS, Lesson, Text, prose
from app.pages.lessons.prose import addresses, inline, to_html

ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# What both languages write alike: formulas, addresses, names, letters, numbers.
ALIKE = re.compile(r"\$+[^$]*\$+|\]\([^)]*\)|`[^`]*`")
SENTENCE = re.compile(r"(?:\b[a-z]{3,}\b[ ,]+){4,}")


def texts(value: object) -> Iterator[Text]:
    """Yield every text within a lesson."""
    if isinstance(value, Text):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from texts(getattr(value, name))
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def test_every_lesson_has_its_files_and_every_file_its_lesson() -> None:
    scripts = {path.stem for path in (ROOT / "static/js/lessons").glob("*.js")}
    words = {path.stem for path in (ROOT / "app/pages/lessons").glob("*.toml")} - {"glossary"}
    assert scripts == words == set(LESSONS)
    assert len(set(LESSONS)) == len(LESSONS)


@pytest.mark.parametrize("stem", LESSONS)
def test_every_text_is_in_both_languages(stem: str) -> None:
    for text in texts(lessons.read(stem)):
        english, chinese = ALIKE.sub(" ", text.en), ALIKE.sub(" ", text.zh)
        assert not CHINESE.search(english), text.en
        assert not SENTENCE.search(chinese), text.zh
        if re.search(r"[a-z]{4}", english):
            assert CHINESE.search(chinese), text.zh


@pytest.mark.parametrize("stem", LESSONS)
def test_both_languages_lead_to_the_same_places(stem: str) -> None:
    for text in texts(lessons.read(stem)):
        own = {"do", "value", "lesson"}
        english, chinese = (
            {found for found in addresses(words) if found[0] in own} for words in (text.en, text.zh)
        )
        assert english == chinese
        assert {name for scheme, name in english if scheme == "lesson"} <= set(LESSONS)


@pytest.mark.parametrize("stem", LESSONS)
def test_every_number_and_button_of_the_prose_is_known_to_the_figure(stem: str) -> None:
    script = (ROOT / f"static/js/lessons/{stem}.js").read_text(encoding="utf-8")
    for text in texts(lessons.read(stem)):
        for scheme, name in addresses(text.en):
            if scheme == "do":
                assert re.search(rf'["\'`]?{re.escape(name)}\b', script), name


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("stem", LESSONS)
def test_a_lesson_is_a_page(client: TestClient, stem: str, language: str) -> None:
    page = client.get(f"/lessons/{stem}", params={"lang": language})
    assert page.status_code == 200
    assert page.headers["content-language"] == language
    assert f"<title>{lessons.read(stem).title[language]} · Unrolled</title>" in page.text
    for step in lessons.read(stem).steps:
        assert f'id="step-{step.id}"' in page.text


def test_an_unknown_lesson_is_a_missing_page(client: TestClient) -> None:
    assert client.get("/lessons/nothing", headers={"accept": "text/html"}).status_code == 404


def test_the_lessons_follow_one_another() -> None:
    for before, after in pairwise(LESSONS):
        assert lessons.around(before)[1] == after
        assert lessons.around(after)[0] == before
    assert lessons.around(LESSONS[0])[0] is None
    assert lessons.around(LESSONS[-1])[1] is None


def test_prose_has_addresses_of_its_own_and_no_html() -> None:
    text = "A [b](term:bptt), [c](do:go), [d](lesson:cycle), ![](value:n), $x<y$ <b>e</b>"
    assert to_html(text, "/site", "?lang=zh") == (
        '<p>A <a class="term" href="/site/glossary?lang=zh#bptt" data-term="bptt">b</a>, '
        '<button type="button" class="do" data-do="go">c</button>, '
        '<a href="/site/lessons/cycle?lang=zh">d</a>, '
        '<span class="value" data-value="n">…</span>, '
        '<span class="math inline">x&lt;y</span> &lt;b&gt;e&lt;/b&gt;</p>\n'
    )
    assert inline("[to](/train?x=1&y=2)", "/site", "") == '<a href="/site/train?x=1&amp;y=2">to</a>'
    assert addresses(text) == [("term", "bptt"), ("do", "go"), ("lesson", "cycle"), ("value", "n")]
    assert prose.formulas(r"$a$ and" + "\n\n$$\nb\n$$\n") == ["a", "\nb\n"]


WORDS = {"zh": "字", "en": "word"}
CHOICE = {"say": WORDS, "because": WORDS}
QUESTION = {"ask": WORDS, "choices": [CHOICE | {"right": True}, CHOICE]}
STEPS = [{"id": name, "heading": WORDS, "text": WORDS} for name in ("a", "b", "c")]
GOOD = {
    "section": "",
    "minutes": 1,
    "title": WORDS,
    "summary": WORDS,
    "steps": [
        STEPS[0] | {"questions": [QUESTION | {"id": "p"}, QUESTION | {"id": "q"}]},
        *STEPS[1:],
    ],
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": STEPS},
        {"title": {"en": "word"}},
        {"extra": 1},
        {"steps": [*GOOD["steps"], STEPS[0]]},
        {"steps": [STEPS[0] | {"questions": [QUESTION | {"id": "p", "choices": [CHOICE] * 2}]}]},
        {"minutes": "3"},
    ],
    ids=["no questions", "one language", "unknown key", "named twice", "none right", "a text"],
)
def test_a_lesson_that_is_not_whole_is_refused(wrong: dict[str, object]) -> None:
    Lesson.model_validate(GOOD)
    with pytest.raises(ValidationError):
        Lesson.model_validate(GOOD | wrong)
