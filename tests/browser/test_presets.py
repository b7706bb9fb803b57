"""Each preset is one click, and shows what it says."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.presets import PRESETS
from tests.browser.instrument import Instrument, show

HATCH = """([x, y, w, h]) => {
  const canvas = document.querySelector("#band-triangle canvas");
  const { data } = canvas.getContext("2d").getImageData(x, y, w, h);
  const seen = new Set();
  for (let i = 0; i < data.length; i += 4) seen.add(data.subarray(i, i + 3).join());
  return seen.size;
}"""


def lightness(pixel: list[int]) -> int:
    """Return how light a pixel is, 0 to 765."""
    return sum(pixel[:3])


def press(it: Instrument, preset: str) -> dict[str, Any]:
    """Press a preset's button; return the answer that it shows."""
    with it.answer() as answer:
        it.button(f"preset.{preset}.title").click()
    body = answer["body"]
    it.shows(T=len(answer["json"]["data"]["x"]), H=body["network"]["hidden_size"])
    expect(it.button(f"preset.{preset}.title")).to_have_attribute("aria-pressed", "true")
    return answer["json"]


@pytest.fixture
def it(page: Page) -> Instrument:
    page.goto("/?seed=99")
    return show(page)


def test_each_preset_is_one_click(it: Instrument) -> None:
    for preset in PRESETS:
        horizon = press(it, preset.id)["horizon"]
        steps = horizon["half_life"] or horizon["doubling"]
        falls = horizon["half_life"] is not None
        said = ("halves" if steps >= 1 else "keeps") if falls else "doubles"
        expect(it.title).to_have_text(it.like(f"narration.{said}"))
        expect(it.page.locator(".preset-note")).to_have_text(it.words[f"preset.{preset.id}.note"])
        expect(it.page.get_by_role("button", pressed=True)).to_have_count(1)
        low, high = preset.scale
        expect(it.select("controls.scale")).to_have_value(f"{low},{high}")
        assert it.button("transport.play").is_enabled()


def test_sigmoid_vanishes(it: Instrument) -> None:
    press(it, "sigmoid-vanishes")
    expect(it.title).to_have_text(it.say("narration.keeps", share="21%"))
    near, far = it.cell_pixel(50, 50), it.cell_pixel(50, 5)
    floor = [0xFD, 0xF6, 0xF8]
    assert all(abs(a - b) < 24 for a, b in zip(far[:3], floor, strict=True)), far
    assert lightness(near) < lightness(far) - 150
    assert it.coloured("triangle", 50, 50) > 0


def test_tanh_carries_further_than_sigmoid(it: Instrument) -> None:
    press(it, "sigmoid-vanishes")
    expect(it.title).to_have_text(it.like("narration.keeps"))
    press(it, "tanh-carries")
    expect(it.title).to_have_text(it.like("narration.halves"))
    found = it.like("narration.halves").match(it.title.inner_text())
    assert found
    assert float(found[1]) > 3
    assert lightness(it.cell_pixel(50, 5)) < 600


@pytest.mark.parametrize("preset", ["relu-explodes", "identity-explodes"])
def test_explosions_grow_on_the_way_back_and_leave_a_smaller_scale(
    it: Instrument, preset: str
) -> None:
    answer = press(it, preset)
    expect(it.title).to_have_text(it.like("narration.doubles"))
    T = len(answer["data"]["x"])
    on_the_way = [lightness(it.cell_pixel(T, k)) for k in (T, 2 * T // 3, T // 3, 1)]
    assert on_the_way == sorted(on_the_way, reverse=True)
    assert on_the_way[0] > on_the_way[-1] + 200
    over = it.page.locator("#band-triangle").get_by_text(it.words["legend.over"])
    it.select("controls.scale").select_option("-3,1")
    expect(over).to_be_visible()
    canvas = it.page.locator("#band-triangle canvas").first.bounding_box()
    assert canvas is not None
    assert answer["credit"]["dh_norm"][T - 1][0] > 10
    x, y = it.cell(T, 1)
    area = [round(x - canvas["x"]) - 8, round(y - canvas["y"]) - 3, 16, 6]
    assert it.page.evaluate(HATCH, area) > 1, "two stops make the hatch"


def test_a_preset_keeps_what_is_the_readers_own(it: Instrument) -> None:
    it.page.goto("/?theme=dark&mode=backward&hide=inspector&path=9,3")
    it.ready()
    press(it, "chinese")
    expect(it.page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(it.radio("transport.mode", "transport.backward")).to_be_checked()
    expect(it.title).to_have_text(it.like("narration.halves"))
    expect(it.page).to_have_url(re.compile(r"mode=backward&hide=inspector&theme=dark$"))
