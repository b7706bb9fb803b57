"""The comparison: the same data through several networks, on one scale."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Watch
from tests.browser.instrument import Instrument, agrees, number, show

COMPARE = "**/api/v1/compare"
ADDING = (
    "/compare?kind=task&task=adding&length=100&sequences=4&gain=1&distance=50"
    "&n=sigmoid&n=tanh+radius+off&n=lstm&n=relu+scheme+identity+radius+off"
)
THREE = "/compare?text=hello+world%2C+hello+there&sequences=2&H=6&distance=3"
PHONE = {"width": 390, "height": 844}

SMALL = """([row, t, k]) => {
  const canvas = document.querySelectorAll(".network")[row].querySelector("canvas");
  const T = Number(document.querySelector(".chart-slider").max) + 1;
  const at = (i) => Math.round((i - 0.5) * canvas.width / T);
  return [...canvas.getContext("2d").getImageData(at(k), at(t), 1, 1).data];
}"""


class Comparison(Instrument):
    """One open comparison."""

    @property
    def rows(self) -> Locator:
        """The networks, one a row."""
        return self.page.locator(".network")

    @property
    def names(self) -> list[str]:
        """What the networks are called."""
        return self.page.locator(".network h2").all_text_contents()

    @property
    def distance(self) -> Locator:
        """The rule as a slider."""
        return self.page.get_by_role("slider", name=self.words["compare.distance"])

    @property
    def pill(self) -> Locator:
        """What the rule says."""
        return self.page.locator(".chart-pill")

    def norms(self) -> list[str]:
        """Return the numbers of the rows' last column."""
        return self.page.locator(".network-norm strong").all_text_contents()

    def pixel(self, row: int, t: int, k: int) -> list[int]:
        """Return the colour in the middle of a cell of a row's small triangle."""
        return self.page.evaluate(SMALL, [row, t, k])

    @contextmanager
    def compared(self) -> Iterator[dict[str, Any]]:
        """Collect the question that the block asks and its answer: ``body`` and ``traces``."""
        found: dict[str, Any] = {}
        with self.page.expect_response(COMPARE) as response:
            yield found
        found["body"] = response.value.request.post_data_json
        found["traces"] = response.value.json()["traces"]


def ready(page: Page, language: str = "en") -> Comparison:
    """Return the comparison of an open page once its first picture stands."""
    it = Comparison(page, language)
    expect(page.locator("body")).to_have_attribute("data-state", "ready")
    expect(page.locator(".network-norm").first).to_be_visible()
    return it


def opened(page: Page, path: str) -> tuple[Comparison, list[dict[str, Any]]]:
    """Open a comparison; return it and the traces that it draws."""
    with page.expect_response(COMPARE) as response:
        page.goto(path)
    return ready(page), response.value.json()["traces"]


def horizon_steps(row: Locator) -> float:
    """Return the number of steps in which a row says that its gradient halves."""
    return number(row.locator(".network-fade strong").inner_text().split()[0])[0]


@pytest.mark.parametrize(("locale", "language"), [("en", "en"), ("zh-CN", "zh")])
def test_opens_with_seven_networks(
    open_page: Callable[..., Page], locale: str, language: str
) -> None:
    it = ready(open_page("/compare", locale=locale), language)
    expect(it.title).to_have_text(
        it.say("compare.title", number=it.words["compare.number.7"]),
    )
    expect(it.rows).to_have_count(7)
    assert it.names[:3] == ["tanh", "sigmoid", "ReLU"]
    assert it.names[5:] == ["LSTM", "GRU"]
    expect(it.rows.nth(5)).to_contain_text(it.words["compare.atCell"])
    expect(it.page.locator("#findings")).to_contain_text(it.words["compare.finding.clip"])
    nav = it.page.get_by_role("navigation", name=it.words["header.nav"])
    expect(nav.locator("[aria-current=page]")).to_have_text(it.words["header.compare"])


def test_the_rows_say_what_the_answer_says(page: Page) -> None:
    it, traces = opened(page, "/compare")
    for row, trace in zip(it.rows.all(), traces, strict=True):
        horizon = trace["horizon"]
        period = horizon["half_life"] or horizon["doubling"]
        word = "halves" if horizon["half_life"] else "doubles"
        expect(row.locator(".network-fade")).to_contain_text(it.words[f"compare.{word}"])
        assert abs(horizon_steps(row) - period) <= 0.05 + 1e-9
        count = f"{trace['parameter_count']:,}".replace(",", "\u202f")
        expect(row).to_contain_text(it.say("compare.parameters", n=count))
    clipped = traces[3]["clipped"]
    before = f"{clipped['norm_before']:,.0f}".replace(",", "\u202f")
    expect(it.rows.nth(3).locator(".network-left")).to_contain_text(f"{before} → 1")


def test_equal_norms_have_equal_colours_in_every_row(page: Page) -> None:
    it, traces = opened(page, "/compare")
    assert it.pixel(2, 20, 5) == it.pixel(3, 20, 5)  # clipping leaves the triangle as it is
    assert it.pixel(2, 20, 5) != it.pixel(0, 20, 5)
    floor = it.pixel(1, 25, 5)
    assert traces[1]["credit"]["dh_norm"][24][4] < 1e-4
    assert it.pixel(1, 28, 3) == floor
    assert it.pixel(0, 5, 20)[3] == 0  # above the diagonal there is nothing


def test_the_rule_is_dragged_and_the_rows_follow(page: Page) -> None:
    it, _ = opened(page, "/compare")
    before = it.norms()
    box = it.page.locator(".chart-plot").bounding_box()
    assert box is not None
    it.page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] / 2)
    it.page.mouse.down()
    it.page.mouse.move(box["x"] + box["width"] * 0.62, box["y"] + box["height"] / 2, steps=4)
    it.page.mouse.up()
    it.page.mouse.move(5, 5)
    n = int(it.distance.input_value())
    assert n > 15
    expect(it.pill).to_have_text(it.say("compare.back", n=n))
    assert it.norms() != before
    it.page.wait_for_function(f"() => location.search.includes('distance={n}')")


def test_the_rule_has_keys(page: Page) -> None:
    it, _ = opened(page, THREE)
    it.distance.focus()
    it.distance.press("ArrowRight")
    expect(it.pill).to_have_text(it.say("compare.back", n=4))
    it.distance.press("Home")
    expect(it.pill).to_have_text(it.say("compare.back", n=0))
    expect(it.rows.first.locator(".network-left")).to_contain_text("100%")
    it.distance.press("End")
    expect(it.distance).to_have_value(str(int(it.distance.get_attribute("max") or 0)))


def test_pointing_at_a_cell_lights_it_in_every_row(page: Page) -> None:
    it, traces = opened(page, THREE)
    T = len(traces[0]["loss"]["per_step"])
    canvas = it.rows.first.locator("canvas").bounding_box()
    assert canvas is not None
    t, k = T - 1, 3
    cell = canvas["width"] / T
    it.page.mouse.move(canvas["x"] + (k - 0.5) * cell, canvas["y"] + (t - 0.5) * cell)
    expect(it.page.locator(".network-where")).to_have_text(it.say("compare.pair", t=t, k=k))
    expect(it.page.locator(".small-marks rect")).to_have_count(2 * it.rows.count())
    for text, trace in zip(it.norms(), traces, strict=True):
        credit = trace["credit"]
        triangle = credit["dcell_norm"] or credit["dh_norm"]
        assert agrees(text, triangle[t - 1][k - 1])
    it.page.mouse.move(5, 5)
    expect(it.page.locator(".small-marks rect")).to_have_count(0)


def test_a_row_opens_in_the_instrument(page: Page) -> None:
    it, _ = opened(page, THREE + "&seed=5")
    link = it.rows.nth(5).get_by_role("link", name=it.say("compare.openName", name="LSTM"))
    with page.expect_response("**/api/v1/bptt") as response:
        link.click()
    body: Any = response.value.request.post_data_json
    assert body["network"]["cell"] == "lstm"
    assert body["network"]["init"]["seed"] == 5
    assert body["data"]["text"] == "hello world,"
    show(page)
    page.go_back()
    assert ready(page).names[5] == "LSTM"


def test_the_instrument_leads_here(page: Page) -> None:
    page.goto("/?text=hello+there&cell=lstm&forgetBias=2&H=5")
    instrument = show(page)
    with page.expect_response(COMPARE) as response:
        page.get_by_role("link", name=instrument.words["controls.compare"]).click()
    body: Any = response.value.request.post_data_json
    assert body["data"]["text"] == "hello there"
    assert body["networks"][0]["cell"] == "lstm"
    assert body["networks"][0]["init"]["forget_bias"] == 2
    assert {one["hidden_size"] for one in body["networks"]} == {5}
    assert ready(page).names[0] == "LSTM"


def test_batch_normalization_of_one_sequence_offers_to_cut_the_text(page: Page) -> None:
    it, traces = opened(page, "/compare?sequences=1&n=tanh&n=tanh+normalization+batch")
    assert len(traces) == 1
    expect(it.rows.nth(1)).to_contain_text(it.words["compare.batch"])
    with it.compared() as answer:
        it.rows.nth(1).get_by_role("button", name=it.words["compare.batch.cut"]).click()
    assert len(answer["body"]["data"]["text"]) > 1
    assert answer["body"]["networks"][1]["normalization"] == "batch"
    expect(it.rows.nth(1).locator(".network-norm")).to_be_visible()
    expect(it.page.get_by_text(it.words["compare.batch"])).to_have_count(0)


def test_networks_are_added_changed_and_removed(page: Page) -> None:
    it, _ = opened(page, THREE + "&n=tanh&n=gru")
    with it.compared() as answer:
        it.button("compare.add").click()
    assert len(answer["traces"]) == 3
    row = it.rows.nth(2)
    with it.compared() as answer:
        row.get_by_role("combobox", name=it.words["controls.cell"]).select_option("lstm")
    assert answer["body"]["networks"][2]["cell"] == "lstm"
    with it.compared() as answer:
        row.get_by_role("spinbutton", name=it.words["controls.forgetBias"]).fill("3")
    assert answer["body"]["networks"][2]["init"]["forget_bias"] == 3
    assert it.names == ["tanh", "GRU", "LSTM"]
    page.wait_for_function("() => location.search.includes('forgetBias+3')")
    it.rows.nth(0).get_by_role("button", name=it.say("compare.editName", name="tanh")).click()
    with it.compared():
        it.rows.nth(0).get_by_role("button", name=it.words["compare.remove"]).click()
    assert it.names == ["GRU", "LSTM"]
    page.wait_for_function("() => !location.search.includes('n=tanh')")
    page.reload()
    assert ready(page).names == ["GRU", "LSTM"]


def test_no_more_than_eight(page: Page) -> None:
    it, _ = opened(page, THREE)
    it.button("compare.add").click()
    expect(it.rows).to_have_count(8)
    expect(it.button("compare.add")).to_be_disabled()
    expect(it.rows.nth(7).locator(".network-norm")).to_be_visible()


def test_the_data_changes_for_all(page: Page) -> None:
    it, _ = opened(page, THREE + "&n=tanh&n=lstm")
    it.button("compare.data").click()
    with it.compared() as answer:
        it.text.fill("abcabcabcabc")
    assert answer["body"]["data"]["text"] == ["abcabc", "abcabc"]
    it.text.fill("a")
    expect(it.fault).to_have_text(it.say("fault.text.short", n=1))
    expect(it.page.locator("#rows")).to_have_class(re.compile("stale"))
    with it.compared() as answer:
        it.choose("controls.kind", "compare.task")
    assert answer["body"]["data"]["name"] == "adding"
    expect(it.page.locator("#rows")).not_to_have_class(re.compile("stale"))


def test_the_remedies_on_the_adding_task(page: Page) -> None:
    it, _ = opened(page, ADDING)
    sigmoid, tanh, lstm = (horizon_steps(row) for row in it.rows.all()[:3])
    assert sigmoid < tanh < lstm
    flat = it.rows.nth(3).locator(".network-fade")
    expect(flat).to_contain_text(it.words["compare.nearly"])


def test_the_address_makes_the_same_picture(page: Page) -> None:
    it, _ = opened(page, ADDING)
    norms = it.norms()
    address = page.url
    page.reload()
    assert ready(page).norms() == norms
    assert page.url == address
    query = parse_qs(urlsplit(address).query)
    assert query["n"][2] == "lstm"


def test_a_failure_leaves_the_picture_and_is_tried_again(page: Page, watch: Watch) -> None:
    it, _ = opened(page, THREE + "&n=tanh")
    watch.allow("503|Failed to load")
    page.route(COMPARE, lambda route: route.fulfill(status=503, body="{}"))
    norms = it.norms()
    it.button("compare.data").click()
    it.spin("controls.seed").fill("9")
    expect(it.page.locator("#problem")).to_contain_text(it.words["problem.busy"])
    assert it.norms() == norms
    expect(it.page.locator("#rows")).to_have_class(re.compile("stale"))
    page.unroute(COMPARE)
    with it.compared() as answer:
        it.button("problem.retry").click()
    assert answer["body"]["networks"][0]["init"]["seed"] == 9
    expect(it.page.locator("#problem")).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_accessible_and_within_a_phone(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], theme: str, locale: str
) -> None:
    page = open_page("/compare", color_scheme=theme, locale=locale, viewport=PHONE)
    it = ready(page, locale[:2])
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]
    it.button("compare.data").click()
    name = it.say("compare.editName", name="LSTM")
    it.page.get_by_role("button", name=name).click()
    assert axe(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]
    chart = page.locator("#chart").bounding_box()
    last = it.rows.last.bounding_box()
    assert chart is not None
    assert last is not None
    assert last["y"] + last["height"] <= chart["y"]


def test_accessible_on_a_desktop(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    it = ready(open_page("/compare"))
    it.page.locator(".network canvas").first.hover()
    assert axe(it.page) == []
