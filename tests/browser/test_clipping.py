"""The clipping lab: length and direction before and after, and where the way back explodes."""

import math
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.instrument import Instrument, agrees, show

EXPLODES = (
    "/?text=Small+changes+grow+large+later.&activation=relu&scheme=identity"
    "&gain=1&radius=1.3&seed=3&scale=-1..4&lab=clip"
)
T = 30
KINDS = ("norm", "matrix", "value")


def lab(it: Instrument) -> Locator:
    return it.page.get_by_role("region", name=it.say("clipping.title"), exact=True)


def rows(it: Instrument) -> dict[str, list[str]]:
    """Return the table: a parameter's letter to its length before and after, and its angle."""
    found = {}
    for row in lab(it).locator("tbody tr").all():
        letter = row.locator(".letter-button annotation").text_content() or ""
        numbers, angle = row.locator("td").all_text_contents()[1:]
        found[letter.replace("\\", "").strip()] = [*numbers.split(" → "), angle]
    return found


def flat(value: Any) -> list[float]:
    return [x for part in value for x in flat(part)] if isinstance(value, list) else [value]


def angle(p: list[float], q: list[float]) -> float:
    dot = sum(a * b for a, b in zip(p, q, strict=True))
    return math.degrees(math.acos(min(1.0, dot / math.hypot(*p) / math.hypot(*q))))


@pytest.mark.parametrize("kind", KINDS)
def test_lengths_and_angles_are_those_of_the_answer(
    open_page: Callable[..., Page], kind: str
) -> None:
    it = show(open_page(EXPLODES))
    with it.answer() as answer:
        lab(it).get_by_text(it.words[f"clip.{kind}"], exact=True).click()
    assert answer["body"]["clip"] == {"by": kind, "threshold": 1}
    expect(lab(it).get_by_role("table")).to_be_visible()
    before, after = answer["json"]["gradients"], answer["json"]["clipped"]["gradients"]
    shown = rows(it)
    assert list(shown) == ["U", "W", "b", "V", "c", "nabla L"]
    for name, parts in before.items():
        g, clipped = flat(parts), flat(after[name])
        assert agrees(shown[name][0], math.hypot(*g)), name
        assert agrees(shown[name][1], math.hypot(*clipped)), name
        assert abs(float(shown[name][2].rstrip("°")) - angle(g, clipped)) <= 0.5, name
    whole, cut = (flat([flat(g[name]) for name in before]) for g in (before, after))
    total = shown["nabla L"]
    assert agrees(total[1], answer["json"]["clipped"]["norm_after"])
    assert abs(float(total[2].rstrip("°")) - angle(whole, cut)) <= 0.5
    assert (total[2] == "0°") == (kind == "norm")


def test_the_switch_compares_the_kinds_at_one_threshold(open_page: Callable[..., Page]) -> None:
    it = show(open_page(f"{EXPLODES}&clipBy=norm&clipAt=2.5"))
    words = lab(it).get_by_role("status").first
    for kind in KINDS:
        lab(it).get_by_text(it.words[f"clip.{kind}"], exact=True).click()
        expect(words).to_have_text(it.like(f"clipping.did.{kind}"))
        expect(it.select("controls.clip")).to_have_value(kind)
        expect(it.page).to_have_url(re.compile(f"clipBy={kind}&clipAt=2.5"))
    lab(it).get_by_text(it.words["clip.none"], exact=True).click()
    expect(words).to_have_text(it.like("clipping.off"))
    expect(lab(it).get_by_role("table")).to_be_hidden()


def test_the_first_exploding_step_is_marked_and_named(open_page: Callable[..., Page]) -> None:
    it = show(open_page(f"{EXPLODES}&clipBy=none"))
    it.select("controls.clip").select_option("norm")
    with it.answer() as answer:
        slide = lab(it).get_by_role("spinbutton", name=it.words["clipping.threshold"])
        slide.fill("100")
    norms = [math.hypot(*row) for row in answer["json"]["backward"]["dh"]]
    step = max(t for t, norm in enumerate(norms, 1) if norm > 100)
    assert 1 < step < T
    mark = it.page.locator(".crossing-mark")
    expect(mark).to_have_text(it.say("gradient.first", step=step, limit=100))
    box = mark.bounding_box()
    assert box is not None
    assert abs(box["x"] - it.column_centre(step, "gradient")[0]) < 2
    expect(lab(it).locator(".lab-words strong").nth(-2)).to_have_text(str(step))
    go = lab(it).get_by_role("button", name=it.say("clipping.way.go", step=step))
    go.click()
    expect(it.time).to_have_value(str(step))
    expect(lab(it).get_by_role("status").first).to_have_text(it.words["clipping.waiting"])


def test_a_gradient_below_the_threshold_is_left_alone(open_page: Callable[..., Page]) -> None:
    it = show(open_page("/?clipBy=norm&clipAt=1000&lab=clip"))
    words = lab(it).get_by_role("status").first
    expect(words).to_have_text(it.like("clipping.idle.norm", threshold="1\u202f000"))
    shown = rows(it)
    assert all(before == after and turned == "0°" for before, after, turned in shown.values())
    expect(lab(it)).to_contain_text(it.say("clipping.way.never.threshold", limit="1\u202f000"))
    expect(it.page.locator(".crossing-mark")).to_be_hidden()


def test_choosing_a_parameter_shows_its_direction(open_page: Callable[..., Page]) -> None:
    it = show(open_page(f"{EXPLODES}&clipBy=value"))
    for name in ("W", "b"):
        button = lab(it).get_by_role("button", name=it.say("lab.choose", what=name), exact=True)
        button.press("Enter")
        expect(button).to_have_attribute("aria-pressed", "true")
        before, after, turned = rows(it)[name]
        label = it.say("clipping.plane", what=name, before=before, after=after, angle=turned)
        expect(lab(it).get_by_role("img")).to_have_attribute("aria-label", label)


def test_the_lab_opens_from_the_clip_control_and_closes(page: Page) -> None:
    page.goto("/")
    it = show(page)
    expect(lab(it)).to_be_hidden()
    it.select("controls.clip").select_option("norm")
    it.button("controls.lab.clip").click()
    expect(lab(it)).to_be_visible()
    expect(page).to_have_url(re.compile("lab=clip"))
    name = it.say("lab.close", what=it.words["clipping.title"])
    page.get_by_role("button", name=name, exact=True).click()
    expect(lab(it)).to_be_hidden()
    expect(it.button("controls.lab.clip")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("locale", "language"), [("en", "en"), ("zh-CN", "zh")])
def test_the_lab_is_accessible(
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    scheme: str,
    locale: str,
    language: str,
) -> None:
    page = open_page(f"{EXPLODES}&clipBy=value", color_scheme=scheme, locale=locale)
    it = show(page, language)
    expect(lab(it).get_by_role("table")).to_be_visible()
    assert axe(page) == []


def test_on_a_phone_it_is_in_the_sheet(open_page: Callable[..., Page]) -> None:
    phone = {"width": 390, "height": 844}
    it = show(open_page(f"{EXPLODES}&clipBy=norm", viewport=phone, has_touch=True))
    it.button("peek.expand").click()
    expect(lab(it).get_by_role("table")).to_be_visible()
    box = lab(it).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    wide = it.page.evaluate("document.documentElement.scrollWidth")
    assert wide == 390
