"""The catalogue of words: complete in every language, all used, and well negotiated."""

import re
from pathlib import Path

import pytest

from app.pages.i18n import CATALOGUES, PLACEHOLDER, for_script, negotiate, translate
from app.presets import ANALECTS, PRESETS

ROOT = Path(__file__).resolve().parents[2]
MODULES = [
    path for path in sorted((ROOT / "static/js").rglob("*.js")) if "vendor" not in path.parts
]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
ROUTES = ROOT / "app/pages/routes.py"
SOURCES = {path: path.read_text(encoding="utf-8") for path in [*MODULES, *TEMPLATES, ROUTES]}

# Functions of the page that take a key: t(…) and its aliases, and phrases with formulas.
CALL = re.compile(
    r"""(?<![\w.$])(?:t|say|message|spoken|renderPhrase\([^,()]+,)\(?\s*(["'`])([^"'`\s]+)\1"""
)
LITERAL = re.compile(r"""["']([a-z][\w-]*(?:\.[\w-]+)+)["']""")
TEMPLATE_LITERAL = re.compile(r"`([a-z][\w-]*\.[^`\s]*|\$\{[^`}]*\}\.[^`\s]+)`")


def pattern(key: str) -> re.Pattern[str]:
    """Return what a key with ${…} in it can become."""
    return re.compile(".*".join(map(re.escape, re.split(r"\$\{[^}]*\}+", key))))


def keys_called() -> set[tuple[str, str]]:
    """Return (file, key) of every key that is handed to a translating function."""
    return {
        (path.name, match[2]) for path, text in SOURCES.items() for match in CALL.finditer(text)
    }


@pytest.mark.parametrize("language", [name for name in CATALOGUES if name != "en"])
def test_every_language_has_the_same_keys_and_placeholders(language: str) -> None:
    english, other = CATALOGUES["en"], CATALOGUES[language]
    assert set(other) == set(english)
    for key, message in english.items():
        assert set(PLACEHOLDER.findall(other[key])) == set(PLACEHOLDER.findall(message)), key


@pytest.mark.parametrize("language", CATALOGUES)
def test_no_message_is_empty(language: str) -> None:
    assert [key for key, message in CATALOGUES[language].items() if not message.strip()] == []


def test_every_key_that_is_called_exists() -> None:
    called = keys_called()
    assert len(called) > 100  # the pattern still finds the calls
    known = CATALOGUES["en"]
    missing = [
        (file, key)
        for file, key in sorted(called)
        if not any(pattern(key).fullmatch(other) for other in known)
    ]
    assert missing == []


def test_every_key_is_used() -> None:
    text = "\n".join(SOURCES.values())
    literal = set(LITERAL.findall(text))
    made = [pattern(key) for key in TEMPLATE_LITERAL.findall(text)]
    unused = [
        key
        for key in CATALOGUES["en"]
        if key not in literal and not any(made_of.fullmatch(key) for made_of in made)
    ]
    assert unused == []


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_every_preset_has_its_words(preset) -> None:
    for catalogue in CATALOGUES.values():
        assert catalogue[f"preset.{preset.id}.title"]
        assert catalogue[f"preset.{preset.id}.note"]


def test_chinese_is_chinese() -> None:
    same = {
        key
        for key, message in CATALOGUES["zh"].items()
        if message == CATALOGUES["en"][key] and re.search(r"[a-z]{3,} [a-z]{3,}", message)
    }
    assert same <= {"preset.hello.title", "activation.leaky_relu"}


def test_chinese_has_full_width_punctuation() -> None:
    cjk = r"[\u3400-\u9fff\u3001-\u303f]"
    half = re.compile(rf"{cjk}\s?[,:;?!]|[,:;?!]\s?{cjk}|{cjk}\(|\({cjk}")
    found = {key: text for key, text in CATALOGUES["zh"].items() if half.search(text)}
    assert found == {}
    assert half.search(ANALECTS) is None


@pytest.mark.parametrize(
    ("query", "cookie", "accept", "language"),
    [
        (None, None, None, "en"),
        ("zh", "en", "en", "zh"),
        ("zh-Hant-TW", None, None, "zh"),
        ("ZH_cn", None, None, "zh"),
        ("fr", "zh", "en", "zh"),
        (None, "zh", "en", "zh"),
        (None, "nonsense", "zh-HK,en;q=0.8", "zh"),
        (None, None, "fr-CH, fr;q=0.9, en;q=0.8, zh;q=0.7", "en"),
        (None, None, "en;q=0.5, zh;q=0.9", "zh"),
        (None, None, "zh;q=0, en;q=0.1", "en"),
        (None, None, "zh;q=0", "en"),
        (None, None, "zhong,*;q=0.5", "en"),
        (None, None, ";;;,,=q", "en"),
        ("../../etc/passwd", None, None, "en"),
    ],
)
def test_language_is_negotiated(query, cookie, accept, language) -> None:
    assert negotiate(query, cookie, accept) == language


def test_a_message_is_filled() -> None:
    assert translate("en", "count.step.many", n=10) == "10 steps"


def test_a_template_cannot_forget_a_value() -> None:
    with pytest.raises(KeyError):
        translate("en", "count.step.many")


def test_json_cannot_leave_its_script() -> None:
    assert "<" not in for_script({"x": "</script><!--"})
    assert for_script(b'{"x":"<"}') == '{"x":"\\u003c"}'
