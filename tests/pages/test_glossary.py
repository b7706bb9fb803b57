"""The glossary: complete, in order, linked from the lessons; and the list of the lessons."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from app.pages.i18n import CATALOGUES
from app.pages.lessons import HERE, LESSONS, glossary, prose, read

ROOT = Path(__file__).resolve().parents[2]
TERMS = glossary.read()
WORDS = sorted(path for path in HERE.glob("*.toml") if path.stem != "glossary")


def get(client, path: str, language: str) -> str:
    client.cookies.clear()
    response = client.get(path, headers={"accept-language": language})
    assert response.status_code == 200
    return response.text


def test_no_two_terms_have_one_word() -> None:
    for language in CATALOGUES:
        words = [term.word[language].casefold() for term in TERMS.values()]
        assert len(set(words)) == len(words)


def test_definitions_are_one_or_two_sentences() -> None:
    for name, term in TERMS.items():
        assert 20 <= len(term.definition.en) <= 260, name
        assert 10 <= len(term.definition.zh) <= 120, name
        assert term.definition.en.endswith("."), name
        assert term.definition.zh.endswith("。"), name


def test_chinese_is_chinese() -> None:
    cjk = r"[\u3400-\u9fff\u3001-\u303f]"
    half = re.compile(rf"{cjk}\s?[,:;?!]|[,:;?!]\s?{cjk}|{cjk}\(")
    for name, term in TERMS.items():
        assert re.search(r"[\u3400-\u9fff]", term.definition.zh), name
        assert half.search(term.word.zh + term.definition.zh) is None, name


def test_every_formula_is_tex_that_the_page_can_draw() -> None:
    """KaTeX refuses none of them, with the macros of static/js/math.js."""
    script = """
    import katex from "katex";
    import { readFileSync } from "node:fs";
    const macros = { "\\\\norm": "\\\\lVert #1 \\\\rVert", "\\\\d": "\\\\partial" };
    for (const letter of "UWV") macros["\\\\" + letter] = letter;
    for (const [name, tex] of JSON.parse(readFileSync(0, "utf8"))) {
      try { katex.renderToString(tex, { macros, strict: false, trust: true, displayMode: true }); }
      catch (error) { console.log(name, String(error)); }
    }
    """
    formulas = [(name, term.formula) for name, term in TERMS.items() if term.formula]
    assert len(formulas) > 40
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script],
        cwd=ROOT,
        input=json.dumps(formulas),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""


@pytest.mark.parametrize("path", WORDS, ids=lambda path: path.stem)
def test_every_term_that_a_lesson_links_to_exists(path: Path) -> None:
    lesson = read(path.stem)
    for language in CATALOGUES:
        named = glossary.used(lesson, language)
        assert set(named) <= set(TERMS)
        assert len(set(named)) == len(named)


def test_links_of_every_text_are_found() -> None:
    text = "A [state](term:hidden-state), $x$, a [button](do:play) and ![](value:loss)."
    assert prose.addresses(text) == [("term", "hidden-state"), ("do", "play"), ("value", "loss")]


def test_a_dictionary_of_each_language_has_its_own_order() -> None:
    english = [term.word.en for _, term in glossary.ordered("en")]
    assert english == sorted(english, key=str.casefold)
    chinese = [term.word.zh for _, term in glossary.ordered("zh")]
    assert chinese.index("softmax") < chinese.index("按范数裁剪") < chinese.index("循环")
    assert chinese.index("循环") < chinese.index("隐藏状态") < chinese.index("展开")


@pytest.mark.parametrize(("language", "other"), [("en", "zh"), ("zh", "en")])
def test_the_page_has_every_term_with_both_words_and_an_anchor(client, language, other) -> None:
    html = get(client, "/glossary", language)
    ids = re.findall(r'class="glossary-term" id="([\w-]+)"', html)
    assert ids == [name for name, _ in glossary.ordered(language)]
    for term in TERMS.values():
        assert term.word[language] in html
        assert term.word[other] in html
    linked = set(re.findall(r'href="/lessons/(\w+)"', html))
    assert linked == {term.lesson for term in TERMS.values() if term.lesson}
    assert linked <= set(LESSONS)


@pytest.mark.parametrize("language", CATALOGUES)
def test_the_index_lists_every_lesson_in_order(client, language) -> None:
    html = get(client, "/lessons", language)
    assert re.findall(r'<h2><a href="/lessons/(\w+)">', html) == list(LESSONS)
    for stem in LESSONS:
        assert read(stem).title[language] in html
    assert re.search(r'href="/lessons"[^>]* aria-current="page"', html)
    assert 'href="/glossary"' in html


def test_a_links_language_is_kept_from_the_index_on(client) -> None:
    html = get(client, "/lessons?lang=zh", "en")
    assert 'href="/glossary?lang=zh"' in html
    assert re.findall(r'href="/lessons/\w+(\?lang=zh)?"', html) == ["?lang=zh"] * len(LESSONS)


def test_tooltips_say_what_the_glossary_says() -> None:
    said = glossary.for_tooltips(["tanh", "bptt"], "en", "zh")
    assert list(said) == ["tanh", "bptt"]
    assert said["tanh"]["other"] == TERMS["tanh"].word.zh
    assert said["bptt"]["definition"] == TERMS["bptt"].definition.en
    with pytest.raises(KeyError):
        glossary.for_tooltips(["nothing"], "en", "zh")
