"""What is asked while a slider is dragged, what becomes of late answers, what failure leaves."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.instrument import BPTT, Instrument, show

# Every number of units that was ever drawn, in order.
WATCH_UNITS = """() => {
  window.drawn = [];
  const canvas = document.querySelector("#band-hidden canvas");
  const note = () => window.drawn.push(Number(/(\\d+) units/.exec(canvas.ariaLabel)[1]));
  new MutationObserver(note).observe(canvas, { attributeFilter: ["aria-label"] });
}"""


@pytest.fixture
def it(page: Page) -> Instrument:
    page.goto("/")
    return show(page)


class Held:
    """Requests kept until the test lets them go on."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.routes: list[Route] = []
        page.route(BPTT, lambda route: self.routes.append(route))

    def units(self) -> list[int]:
        """Return the number of units that each request asks for."""
        bodies: list[Any] = [route.request.post_data_json for route in self.routes]
        return [body["network"]["hidden_size"] for body in bodies]

    def wait_for(self, count: int) -> None:
        """Return when so many requests are held."""
        for _ in range(200):
            if len(self.routes) >= count:
                return
            self.page.wait_for_timeout(25)
        pytest.fail(f"{len(self.routes)} of {count} requests were made")


def knob(it: Instrument) -> tuple[float, float, float]:
    """Return the left end, the width and the height in the window of the slider of units."""
    box = it.slide("controls.H").bounding_box()
    assert box is not None
    return box["x"], box["width"], box["y"] + box["height"] / 2


def test_while_dragging_one_question_is_open_and_only_the_newest_waits(it: Instrument) -> None:
    it.page.evaluate(WATCH_UNITS)
    held = Held(it.page)
    left, width, y = knob(it)
    it.page.mouse.move(left + 0.12 * width, y)
    it.page.mouse.down()
    for share in (0.3, 0.4, 0.5, 0.6, 0.7):
        it.page.mouse.move(left + share * width, y, steps=3)
    held.wait_for(1)
    assert len(held.routes) == 1
    reached = int(it.slide("controls.H").evaluate("knob => knob.value"))
    first = held.units()[0]
    held.routes[0].continue_()
    it.shows(T=10, H=first)
    held.wait_for(2)
    assert held.units() == [first, reached]
    held.routes[1].continue_()
    it.shows(T=10, H=reached)
    it.page.mouse.move(left + 0.9 * width, y)
    it.page.mouse.up()
    final = int(it.spin("controls.H").input_value())
    assert final > reached
    for _ in range(50):
        if held.units()[-1] == final:
            break
        it.page.wait_for_timeout(20)
    for route in held.routes[2:]:
        route.continue_()
    it.shows(T=10, H=final)
    drawn = it.page.evaluate("() => window.drawn")
    assert drawn == sorted(drawn)
    assert drawn[-1] == final


def test_an_overtaken_answer_is_never_drawn(it: Instrument) -> None:
    it.page.evaluate(WATCH_UNITS)
    held = Held(it.page)
    for i, units in enumerate(("20", "30", "40"), start=1):
        it.spin("controls.H").fill(units)
        held.wait_for(i)
    assert held.units() == [20, 30, 40]
    for route in reversed(held.routes):
        route.continue_()
    it.shows(T=10, H=40)
    it.page.unroute(BPTT)
    it.spin("controls.seed").fill("3")
    expect(it.page).to_have_url(re.compile("seed=3"))
    assert set(it.page.evaluate("() => window.drawn")) == {40}


def fail_with(status: int) -> Callable[[Route], None]:
    """Answer 500 and the like as a server in trouble does: without a problem document."""

    def answer(route: Route) -> None:
        route.fulfill(status=status, body="<h1>no</h1>", headers={"content-type": "text/html"})

    return answer


FAILURES: dict[str, Callable[[Route], None]] = {
    "problem.network": lambda route: route.abort(),
    "problem.server": fail_with(500),
    "problem.busy": fail_with(503),
    "problem.garbled": fail_with(200),
}


def test_a_failure_leaves_the_last_picture_and_a_way_to_try_again(
    it: Instrument, watch: Any
) -> None:
    watch.allow(r"^console: Failed to load resource")
    watch.allow(r"^status 50[03]")
    alert = it.page.get_by_role("alert")
    H = 8
    for key, how in FAILURES.items():
        title = it.title.inner_text()
        it.page.route(BPTT, how)
        it.spin("controls.H").fill(str(H + 1))
        expect(alert).to_contain_text(it.words[key])
        expect(alert).to_contain_text(f"“hello world” · tanh · H {H} · ")
        expect(it.bands).to_have_class("bands stale")
        it.shows(T=10, H=H)
        assert it.title.inner_text() == title
        it.page.unroute(BPTT)
        it.button("problem.retry").click()
        it.shows(T=10, H=H + 1)
        expect(alert).to_be_hidden()
        expect(it.bands).to_have_class("bands")
        H += 1


def test_what_is_still_shown_is_named_by_its_own_settings(it: Instrument, watch: Any) -> None:
    watch.allow(r"^console: Failed to load resource")
    held = Held(it.page)
    left, width, y = knob(it)
    it.page.mouse.move(left + 0.12 * width, y)
    it.page.mouse.down()
    it.page.mouse.move(left + 0.3 * width, y)
    it.page.mouse.move(left + 0.6 * width, y)
    held.wait_for(1)
    first = held.units()[0]
    held.routes[0].continue_()
    held.wait_for(2)
    assert held.units()[1] > first
    held.routes[1].abort()
    expect(it.page.get_by_role("alert")).to_contain_text(f" · H {first} · ")
    it.shows(T=10, H=first)


def test_a_refusal_stands_at_its_field(it: Instrument, watch: Any) -> None:
    watch.allow(r"^console: Failed to load resource")
    problem = {
        "title": "Unprocessable",
        "detail": "1 field is wrong",
        "errors": [{"field": "network.init.seed", "message": "is too lucky"}],
    }
    it.page.route(BPTT, lambda route: route.fulfill(status=422, json=problem))
    it.spin("controls.seed").fill("7")
    expect(it.page.get_by_role("alert")).to_contain_text(it.words["problem.refused"])
    expect(it.fault).to_have_text(it.say("fault.server", message="is too lucky"))
    expect(it.spin("controls.seed")).to_have_attribute("aria-invalid", "true")
    expect(it.button("problem.retry")).to_have_count(0)
    it.page.unroute(BPTT)
    it.spin("controls.seed").fill("8")
    expect(it.fault).to_have_count(0)
    expect(it.bands).to_have_class("bands")


def test_without_a_first_answer_there_is_a_sentence_and_a_way_to_try_again(
    page: Page, watch: Any
) -> None:
    watch.allow(r"^console: Failed to load resource")
    page.route(BPTT, lambda route: route.abort())
    page.goto("/")
    it = Instrument(page)
    expect(page.get_by_role("alert")).to_contain_text(it.words["problem.network"])
    page.unroute(BPTT)
    it.button("problem.retry").click()
    it.ready()
    it.shows(T=10, H=8)


def test_scrubbing_a_long_wide_sequence_follows_every_move(open_page: Callable[..., Page]) -> None:
    it = show(open_page("/?kind=sunspots&from=1749&steps=200&H=64"))
    it.shows(T=200, H=64)
    followed = it.page.evaluate(
        """async () => {
          const slider = document.querySelector("input.time-slider");
          const cursor = document.querySelector("#cursor-column");
          const bands = document.querySelector("#bands");
          const followed = [];
          for (let t = 141; t <= 200; t += 1) {
            slider.value = String(t);
            slider.dispatchEvent(new Event("input", { bubbles: true }));
            await new Promise(requestAnimationFrame);
            const [box, all] = [cursor.getBoundingClientRect(), bands.getBoundingClientRect()];
            const tick = slider.getBoundingClientRect();
            const column = (tick.width - 28) / 199;
            const wanted = tick.left + 14 + (t - 1) * column;
            followed.push({
              t, title: document.querySelector("h1").textContent, value: slider.valueAsNumber,
              near: Math.abs(box.left + box.width / 2 - wanted) < 1,
              inSight: box.left >= all.left && box.right <= all.right,
            });
          }
          return followed;
        }"""
    )
    assert [move["t"] for move in followed] == list(range(141, 201))
    for move in followed:
        assert move["title"] == it.say("narration.backward", step=move["t"])
        assert move["value"] == move["t"]
        assert move["near"], move
        assert move["inSight"], move
    for _ in range(10):
        it.time.press("ArrowLeft")
    expect(it.time).to_have_value("190")
    expect(it.title).to_have_text(it.say("narration.backward", step=190))
    assert it.coloured("triangle", 191, 200) > 0
    assert it.coloured("triangle", 188, 200) == 0
