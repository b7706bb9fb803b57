"""Lesson 6.7 in the browser: two trainings started by hand, the cliff, a gradient clipped."""

import math

from playwright.sync_api import Page, expect

from tests.browser.instrument import agrees
from tests.browser.lesson import read_lesson
from tests.lessons.test_jumps import LOOSE, RATE, THRESHOLD, TIGHT, unit


def test_two_trainings_run_when_asked_and_pause(page: Page) -> None:
    it = read_lesson(page, "jumps").open()
    assert agrees(it.value("guess").inner_text(), math.log(4))
    expect(it.figure.get_by_text("0 of 400 steps")).to_be_visible()
    assert not [request for request in it.asked if request.url.endswith("/train")]
    it.act("train")
    pause = it.figure.get_by_role("button", name="Pause", exact=True)
    expect(it.figure.get_by_text("0 of 400 steps")).to_be_hidden()
    pause.click()
    expect(it.figure.locator(".lesson-twins")).to_have_attribute("data-training", "paused")
    (asked,) = [request for request in it.asked if request.url.endswith("/train")]
    body = asked.post_data_json or {}
    whole, cut = body["runs"]
    assert (whole.pop("clip"), cut.pop("clip")) == (None, {"by": "norm", "threshold": THRESHOLD})
    assert whole == cut
    href = page.locator("#figure-link").get_attribute("href") or ""
    assert href.startswith("/train?until=400")

    it.step("jump")
    done = int(it.value("steps").inner_text())
    expect(it.figure.get_by_text(f"{done} of 400 steps")).to_be_visible()
    assert 0 <= int(it.value("cut-steps").inner_text()) <= done
    slider = it.figure.locator('[data-control="threshold"]').get_by_role("slider")
    slider.press("ArrowRight")
    expect(it.value("threshold")).not_to_have_text(str(int(THRESHOLD)))


def test_the_cliff_and_both_ways_of_clipping_are_the_apis(page: Page) -> None:
    it = read_lesson(page, "jumps").open("cliff")
    asked = it.answered("surface")
    answer, request = asked["json"], asked["body"]["request"]
    wanted = unit(TIGHT)
    assert request["network"]["parameters"] == wanted["network"]["parameters"]
    assert {name: request["data"][name] for name in ("x", "h0", "loss_at")} == {
        name: wanted["data"][name] for name in ("x", "h0", "loss_at")
    }
    assert asked["body"]["learning_rate"] == RATE
    middle = len(answer["loss"]) // 2
    assert agrees(it.value("cliff-here").inner_text(), answer["loss"][middle][middle])
    assert agrees(it.value("cliff-norm").inner_text(), answer["gradient_norm"])
    assert agrees(it.value("cliff-length").inner_text(), math.hypot(*answer["step"]["unclipped"]))
    expect(it.figure.get_by_text("clipped", exact=True)).to_have_count(0)

    it.step("threshold")
    expect(it.figure.get_by_text("clipped", exact=True)).to_have_count(1)
    for name, threshold in (("loose", LOOSE), ("tight", TIGHT)):
        it.act(name)
        answer = it.answered(
            "surface", lambda b, t=threshold: b["request"]["clip"]["threshold"] == t
        )
        expect(it.value("cliff-threshold")).to_have_text(f"{threshold:g}")
        length = math.hypot(*answer["json"]["step"]["clipped"])
        assert agrees(it.value("cliff-cut-length").inner_text(), length)
    other = it.follow()
    expect(other.get_by_role("heading", level=1)).to_be_visible()
    expect(other.get_by_role("alert")).to_have_count(0)

    for name, value in (("norm", "norm-after"), ("value", "value-after")):
        it.step(name)
        clip = it.answered("bptt", lambda b, by=name: b["clip"]["by"] == by)["json"]["clipped"]
        expect(it.figure.get_by_role("radio", name=f"By {name}")).to_be_checked()
        assert agrees(it.value(value).inner_text(), clip["norm_after"])
    expect(it.value("norm-angle")).to_have_text("0°")
    expect(it.value("value-angle")).to_have_text(it.figure.locator(".total td").last.inner_text())
    it.act("matrix")
    expect(it.figure.get_by_role("radio", name="By matrix")).to_be_checked()
    expect(it.value("value-angle")).not_to_have_text("0°")  # still what by value does
