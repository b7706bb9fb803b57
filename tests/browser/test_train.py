"""The live training: train, pause, adjust, rewind, resume, leave and come back."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.conftest import Watch
from tests.browser.training import SMALL, TRAIN, Training, training

LONG = f"{SMALL}&until=100000"
PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize(("locale", "language"), [("en", "en"), ("zh-CN", "zh")])
def test_nothing_streams_until_train_is_pressed(
    open_page: Callable[..., Page], locale: str, language: str
) -> None:
    it = Training(open_page("/train", locale=locale), language).ready()
    expect(it.title).to_have_text(it.words["train.title.untrained"])
    expect(it.page).to_have_title(f"{it.words['train.page']} · Unrolled")
    expect(it.button("train.train")).to_be_enabled()
    expect(it.button("train.rewind")).to_be_disabled()
    expect(it.page.locator(".train-run")).to_have_count(2)
    nav = it.page.get_by_role("navigation", name=it.words["header.nav"])
    expect(nav.locator("[aria-current=page]")).to_have_text(it.words["header.train"])
    assert it.step == 0
    assert it.asked == []


def test_trains_to_the_end(page: Page) -> None:
    it = training(page, f"{SMALL}&until=12")
    it.press("train")
    it.status("done")
    assert it.step == 12
    expect(it.title).to_contain_text("12")
    expect(it.button("train.train")).to_be_disabled()
    expect(it.page.locator("#train-status")).to_contain_text(it.words["train.done"])
    assert [body["steps"] for body in it.asked] == [12]


def test_a_pause_keeps_all_and_training_goes_on_from_there(page: Page) -> None:
    it = training(page, LONG)
    rest = it.run_until(50)
    expect(it.page.locator("#train-status")).to_contain_text(it.words["train.paused"])
    page.wait_for_timeout(300)
    assert it.step == rest
    it.press("train")
    it.wait(lambda step: step > rest)
    assert it.asked[0]["resume"] is None
    assert it.asked[1]["resume"]["step"] <= rest
    it.press("pause")


def test_one_step(page: Page) -> None:
    it = training(page, LONG)
    for step in (1, 2, 3):
        it.press("step")
        it.status("paused")
        it.wait(lambda now, step=step: now == step)
    assert [body["steps"] for body in it.asked] == [1, 2, 3]


def test_a_training_taken_apart_is_the_same_training(page: Page) -> None:
    losses = "() => document.querySelector('#train-loss .train-readout').innerText"
    it = training(page, f"{SMALL}&until=8")
    it.press("train")
    it.status("done")
    whole = page.evaluate(losses)
    it.press("rewind")
    it.status("untrained")
    assert it.step == 0
    for _ in range(3):
        it.press("step")
        it.status("paused")
    it.press("train")
    it.status("done")
    assert page.evaluate(losses) == whole
    assert it.asked[-1]["resume"]["step"] == 3


def test_rate_and_clipping_change_while_it_trains(page: Page) -> None:
    it = training(page, f"{SMALL}&until=2000")
    it.press("train")
    it.wait(lambda step: step > 80)  # and a checkpoint
    fields = it.edit(0)
    fields.get_by_role("spinbutton", name=it.words["train.learningRate"]).fill("0.002")
    fields.get_by_role("spinbutton", name=it.words["train.learningRate"]).press("Tab")
    it.wait(lambda _: len(it.asked) == 2)
    changed = it.asked[1]
    assert changed["runs"][0]["optimizer"]["learning_rate"] == 0.002
    assert changed["resume"]["step"] > 0
    it.status("running")
    fields.get_by_role("combobox", name=it.words["controls.clip"]).select_option("norm")
    it.wait(lambda _: len(it.asked) == 3)
    assert it.asked[2]["runs"][0]["clip"] == {"by": "norm", "threshold": 1}
    page.wait_for_function("() => location.search.includes('learningRate+0.002')")
    it.press("pause")
    it.status("paused")


def test_another_network_is_another_training_and_the_old_one_is_offered(page: Page) -> None:
    it = training(page, LONG)
    rest = it.run_until(30)
    units = it.edit(1).get_by_role("spinbutton", name=it.spoken("controls.H"))
    units.fill("5")
    it.status("untrained")
    assert it.step == 0
    units.fill("4")
    expect(it.offer).to_contain_text(it.say("train.kept.resume", step=rest))


def test_a_preset_begins_anew_whatever_ran(page: Page) -> None:
    it = training(page)
    name = it.words["train.preset.clipping.title"]
    preset = page.get_by_role("button", name=name, exact=True)
    preset.click()
    it.press("train")
    it.wait(lambda step: step > 0)
    fields = it.edit(0)
    fields.get_by_role("combobox", name=it.words["controls.clip"]).select_option("norm")
    it.wait(lambda _: len(it.asked) == 2)
    expect(preset).to_have_attribute("aria-pressed", "false")
    preset.click()
    it.status("untrained")
    expect(preset).to_have_attribute("aria-pressed", "true")
    assert it.step == 0


def test_who_leaves_and_comes_back_goes_on(page: Page) -> None:
    it = training(page, LONG)
    rest = it.run_until(30)
    page.goto("/")
    it.open(LONG)
    resume = it.say("train.kept.resume", step=rest)
    it.offer.get_by_role("button", name=resume, exact=True).click()
    it.wait(lambda step: step > rest)
    assert it.asked[-1]["resume"]["step"] <= rest
    expect(it.offer).to_have_count(0)
    page.go_back()  # while it trains
    page.go_forward()
    it.wait(lambda step: step > rest or it.offer.count() > 0)


def test_a_finished_training_is_shown_again(page: Page) -> None:
    path = f"{SMALL}&until=8"
    it = training(page, path)
    it.press("train")
    it.status("done")
    page.wait_for_timeout(200)  # written
    page.reload()
    it.offer.get_by_role("button", name=it.words["train.kept.show"], exact=True).click()
    it.status("done")
    assert it.step == 8
    assert len(it.asked) == 1


def test_rewound_the_old_training_can_be_had_back(page: Page) -> None:
    it = training(page, LONG)
    rest = it.run_until(30)
    it.press("rewind")
    it.status("untrained")
    expect(it.offer).to_contain_text(it.say("train.kept.resume", step=rest))


def test_more_steps_after_the_last(page: Page) -> None:
    it = training(page, f"{SMALL}&until=8")
    it.press("train")
    it.status("done")
    it.page.get_by_role("spinbutton", name=it.words["train.until"]).fill("12")
    it.status("paused")
    it.press("train")
    it.status("done")
    assert it.step == 12
    assert it.asked[1]["resume"]["step"] == 8


def test_a_lost_connection_is_tried_again_by_itself(page: Page, watch: Watch) -> None:
    watch.allow("Failed to load|ERR_")
    it = training(page, LONG)
    rest = it.run_until(30)
    page.route(TRAIN, lambda route: route.abort())
    it.press("train")
    it.status("waiting")
    expect(page.locator("#headline")).to_contain_text(it.like_part("train.lost"))
    assert it.step == rest
    page.unroute(TRAIN)
    it.wait(lambda step: step > rest)
    it.status("running")
    it.press("pause")


def test_a_busy_server_is_waited_for(page: Page, watch: Watch) -> None:
    watch.allow("503|Failed to load")
    it = training(page, f"{SMALL}&until=8")
    refused: list[Route] = []

    def once(route: Route) -> None:
        if refused:
            route.continue_()
            return
        refused.append(route)
        route.fulfill(status=503, headers={"retry-after": "1"}, body="{}")

    page.route(TRAIN, once)
    it.press("train")
    it.status("done")
    assert len(it.asked) == 2


def test_what_the_server_refuses_stands_at_its_field(page: Page, watch: Watch) -> None:
    watch.allow("422|Failed to load")
    it = training(page, LONG)
    problem = {
        "title": "Invalid request",
        "status": 422,
        "errors": [{"field": "runs.1.network.hidden_size", "message": "too many today"}],
    }
    page.route(TRAIN, lambda route: route.fulfill(status=422, json=problem))
    it.press("train")
    expect(page.locator("#problem")).to_contain_text("too many today")
    expect(it.edit(1).locator(".field-fault:visible")).to_contain_text("too many today")


def test_a_number_that_cannot_be_is_said_at_once(page: Page) -> None:
    it = training(page)
    steps = page.get_by_role("spinbutton", name=it.words["train.until"])
    steps.fill("0")
    expect(it.fault).to_have_count(1)
    expect(it.button("train.train")).to_be_disabled()
    steps.fill("7")
    expect(it.fault).to_have_count(0)
    it.press("train")
    it.status("done")
    assert it.step == 7


def test_the_address_is_the_training(page: Page) -> None:
    it = training(page)
    page.get_by_role("button", name=it.words["train.preset.text.title"], exact=True).click()
    it.text.fill("to be, or not to be, that is the question")
    page.wait_for_function("() => location.search.includes('question')")
    query = parse_qs(urlsplit(page.url).query)
    assert query["kind"] == ["text"]
    address = page.url
    page.reload()
    it.ready()
    expect(it.text).to_have_value("to be, or not to be, that is the question")
    it.press("train")
    it.wait(lambda step: step > 0)
    it.press("pause")
    assert it.asked[-1]["data"]["text"].startswith("to be")
    assert page.url == address


def test_runs_are_added_and_removed(page: Page) -> None:
    it = training(page)
    add = it.button("train.add")
    add.click()
    add.click()
    expect(page.locator(".train-run")).to_have_count(4)
    expect(add).to_be_disabled()
    it.card(3).get_by_role("button", name=it.words["train.remove"]).click()
    expect(page.locator(".train-run")).to_have_count(3)
    names = page.locator(".train-run strong").all_text_contents()
    assert len(set(names)) == 3


@pytest.mark.parametrize("preset", ["clipping", "adding", "recall", "text", "sunspots"])
def test_every_preset_trains(page: Page, preset: str) -> None:
    it = training(page)
    button = page.get_by_role("button", name=it.words[f"train.preset.{preset}.title"], exact=True)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".preset-note")).to_have_text(it.words[f"train.preset.{preset}.note"])
    it.press("step")
    it.status("paused")
    assert it.step == 1


@pytest.mark.parametrize("kind", ["text", "sunspots", "numbers"])
def test_whatever_is_chosen_can_be_trained(page: Page, kind: str) -> None:
    it = training(page)
    it.choose("controls.kind", f"controls.{kind}")
    it.press("step")
    it.status("paused")
    assert it.step == 1
    assert it.asked[0]["data"]["kind"] == ("text" if kind == "text" else "series")


def test_the_other_language_shows_the_same_training(page: Page) -> None:
    it = training(page, f"{SMALL}&until=9")
    page.locator("a[data-language=zh]").click()
    page.wait_for_url("**lang=zh**")
    other = Training(page, "zh").ready()
    expect(other.button("train.train")).to_be_enabled()
    expect(page.locator(".train-count")).to_have_text(other.say("train.count", step=0, steps=9))
    assert it.asked == []


def test_a_task_that_cannot_be_is_said_before_training(page: Page, watch: Watch) -> None:
    watch.allow("422|Failed to load")
    page.goto("/train?task=copy&length=3&r=tanh+H+4")
    it = Training(page)
    expect(page.locator("#problem")).to_be_visible()
    expect(it.fault).to_have_count(1)
    it.spin("compare.length").fill("30")
    expect(page.locator("#problem")).to_be_hidden()
    expect(it.fault).to_have_count(0)
    it.press("step")
    it.status("paused")


def test_keys(page: Page) -> None:
    it = training(page, f"{SMALL}&until=2000")
    page.locator("#main").focus()
    page.keyboard.press("Space")
    it.wait(lambda step: step > 100)  # looks at 0, 50 and 100 have come
    page.keyboard.press("Space")
    it.status("paused")
    newest = it.title.inner_text()
    page.keyboard.press("Home")
    expect(it.title).to_have_text(it.words["train.title.start"])
    page.keyboard.press("ArrowRight")
    expect(it.title).to_contain_text("Step 50:")
    page.keyboard.press("End")
    expect(it.title).to_have_text(newest)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_accessible_and_within_a_phone(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], theme: str, locale: str
) -> None:
    page = open_page("about:blank", color_scheme=theme, locale=locale, viewport=PHONE)
    it = training(page, f"{SMALL}&until=8", locale[:2])
    it.press("train")
    it.status("done")
    assert axe(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]
    box = it.button("train.train").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= PHONE["height"]
    it.button("header.settings").click()
    expect(page.get_by_role("dialog", name=it.words["panel.settings"])).to_be_visible()
    it.edit(0)
    assert axe(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name=it.words["train.evaluation"]).click()
    expect(page.get_by_role("dialog", name=it.words["train.evaluation"])).to_be_visible()
    assert axe(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_accessible_on_a_desktop(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], theme: str
) -> None:
    it = Training(open_page("/train", color_scheme=theme)).ready()
    it.edit(1)
    assert axe(it.page) == []
    it.press("step")
    it.status("paused")
    assert axe(it.page) == []


def test_two_tabs_train_at_once_and_the_server_answers(
    new_context: Callable[..., BrowserContext], base_url: str
) -> None:
    context = new_context()
    tabs = [training(context.new_page(), f"{LONG}&dataSeed={seed}") for seed in (1, 2)]
    for it in tabs:
        it.press("train")
    for it in tabs:
        it.wait(lambda step: step > 20)
    before = [it.step for it in tabs]
    answer = context.request.get(f"{base_url}/healthz")
    assert answer.json()["status"] == "ok"
    for it, step in zip(tabs, before, strict=True):
        it.wait(lambda now, step=step: now > step)
