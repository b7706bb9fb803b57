"""What is brought is what the API is asked for, is said before it is shown, and is in the link."""

import io
import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.exchange import bring, drop, export_sheet, opened, said, saved, show_it
from tests.browser.instrument import BPTT, Instrument, show
from tests.browser.test_links import assert_same_picture, picture

CSV = "day,temp,rain,note\nmon,1.5,0,a\ntue,2.5,1,b\nwed,0.5,2,c\nthu,3.5,1,d\nfri,2,0,e\n"


def found(it: Instrument, key: str, **params: object) -> None:
    """Wait until the dialog says so."""
    expect(said(it)).to_have_text(it.like(key, **params))


def pasted(it: Instrument, text: str) -> None:
    """Put a text into the dialog's field."""
    if not it.page.get_by_role("dialog").is_visible():
        it.button("header.open").click()
    it.page.get_by_role("textbox", name=it.words["open.paste"], exact=True).fill(text)


def weights(
    cell: str = "rnn", inputs: int = 3, hidden: int = 4, layers: int = 1, both: bool = False
) -> bytes:
    """Return an npz as PyTorch names its arrays."""
    rows = {"rnn": 1, "lstm": 4, "gru": 3}[cell] * hidden
    draw = np.random.default_rng(0).normal
    arrays: dict[str, Any] = {"step": np.zeros(2)}
    for n in range(layers):
        arrays[f"rnn.weight_ih_l{n}"] = draw(size=(rows, inputs if n == 0 else hidden))
        arrays[f"rnn.weight_hh_l{n}"] = draw(size=(rows, hidden))
        arrays[f"rnn.bias_ih_l{n}"] = draw(size=rows)
        arrays[f"rnn.bias_hh_l{n}"] = draw(size=rows)
    if both:
        arrays |= {f"{k}_reverse": v for k, v in arrays.items() if k.startswith("rnn.")}
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def test_columns_of_a_table_become_a_sequence(page: Page) -> None:
    it = opened(page)
    bring(it, "weather.csv", CSV.encode())
    found(it, "open.found.table", rows=5, columns=4)
    expect(page.get_by_text(it.say("open.steps", T=4, I=1, O=1))).to_be_visible()
    inputs = page.get_by_role("group", name=it.words["open.inputs"])
    inputs.get_by_label("rain").check()
    page.get_by_label(it.words["open.standardise"]).uncheck()
    page.get_by_role("combobox", name=it.words["open.aim"]).select_option("own")
    targets = page.get_by_role("group", name=it.words["open.targets"])
    targets.get_by_label("rain").uncheck()
    expect(page.get_by_text(it.words["fault.table.noTarget"])).to_be_visible()
    expect(it.button("open.show")).to_be_disabled()
    targets.get_by_label("temp").check()
    answer = show_it(it)
    temp, rain = [1.5, 2.5, 0.5, 3.5, 2.0], [0.0, 1.0, 2.0, 1.0, 0.0]
    assert answer["body"]["data"]["x"] == [list(row) for row in zip(temp, rain, strict=True)]
    assert answer["body"]["data"]["y"] == [[v] for v in temp]
    it.shows(T=5, H=8)
    expect(page.locator(".own-note:visible")).to_contain_text("weather.csv")
    it.button("open.backData").click()
    it.shows(T=10, H=8)


def test_one_column_and_its_next_row_are_the_pages_own_numbers(page: Page) -> None:
    it = opened(page)
    pasted(it, "1;2,5;3\n2;3,5;3\n4;1,5;3")
    found(it, "open.found.tableBare", rows=3, columns=3)
    show_it(it)
    expect(page).to_have_url(re.compile(r"kind=numbers&numbers=1\+2\+4$"))


@pytest.mark.parametrize(
    ("text", "fault", "params"),
    [
        ("a,b\n1,2\n3\n", "fault.table.width", {"line": 3, "n": 1, "wanted": 2}),
        ("x\n1\nn/a\n3\n", "fault.table.item", {"line": 3, "column": "x", "item": "n/a"}),
        ('x,y\n"1",2\n,4\n5,6', "fault.table.empty", {"line": 3, "column": "x"}),
        ('{"x": [[1],\n [2,', "fault.open.json", {"line": 2}),
        ('{"z": 1}', "fault.open.unknownJson", {}),
        ('{"x": [[[1]]], "y": [[[1]]]}', "fault.own.batch", {}),
        ('{"x": [[1], ["a"]], "y": [[1], [2]]}', "fault.own.shape", {"where": "data.x"}),
        ('{"x": [[1], [2]], "y": [[1]]}', "fault.own.shape", {"where": "data.y"}),
        ("a", "fault.text.short", {"n": 1}),
        ('{"unrolled": "state", "version": 9}', "fault.own.version", {}),
        ('{"data": {"kind": "task", "name": "copy"}}', "fault.open.kind", {"kind": "task"}),
    ],
)
def test_what_cannot_be_is_said_where(
    page: Page, text: str, fault: str, params: dict[str, Any]
) -> None:
    it = opened(page)
    pasted(it, text)
    if fault.startswith("fault.table.") and fault != "fault.table.width":
        boxes = page.get_by_role("group", name=it.words["open.inputs"]).get_by_role("checkbox")
        boxes.first.check()
        faults = page.locator(".found .is-fault")
    else:
        faults = said(it)
    expect(faults).to_have_text(it.say(fault, **params))
    expect(it.button("open.show")).to_be_disabled()
    it.page.keyboard.press("Escape")
    it.shows(T=10, H=8)


def test_a_long_table_says_what_is_left_out(page: Page) -> None:
    it = opened(page)
    bring(it, "long.csv", "\n".join(f"{i},{i * i}" for i in range(500)).encode())
    words = it.say("open.stepsOf", T=200, I=1, O=1, most=200, left=299)
    expect(page.get_by_text(words)).to_be_visible()
    page.get_by_label(it.words["open.from"]).fill("101")
    assert show_it(it)["body"]["data"]["values"][:2] == [100, 101]
    it.shows(T=200, H=8)


def test_text_and_numbers_are_taken_for_what_they_are(page: Page) -> None:
    it = opened(page)
    bring(it, "confucius.txt", "学而时习之，不亦说乎？\n".encode())
    found(it, "open.found.text", n=11)
    assert show_it(it)["body"]["data"]["text"] == "学而时习之，不亦说乎？"
    pasted(it, "[1, 2, 3.5]")
    found(it, "open.found.numbers", n=3)
    assert show_it(it)["body"]["data"]["values"] == [1, 2, 3.5]


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_weights_are_read_reported_and_shown(page: Page, cell: str) -> None:
    it = opened(page)
    bring(it, "mine.npz", weights(cell))
    found(it, "open.found.weightsImpulse")
    report = page.locator(".report")
    expect(report).to_contain_text("rnn.weight_ih_l0 → U")
    expect(report).to_contain_text("step: ")
    answer = show_it(it)
    asked = answer["body"]["network"]
    assert asked["cell"] == cell
    expected = np.load(io.BytesIO(weights(cell)))
    np.testing.assert_allclose(asked["parameters"]["U"], expected["rnn.weight_ih_l0"])
    assert answer["json"]["network"]["parameters"] == asked["parameters"] | {
        name: answer["json"]["network"]["parameters"][name]
        for name in set(answer["json"]["network"]["parameters"]) - set(asked["parameters"])
    }
    it.shows(T=20, H=4)
    expect(page.locator(".own-note").nth(1)).to_contain_text("mine.npz")
    expect(it.slide("controls.H")).to_be_hidden()
    it.button("open.backWeights").click()
    it.shows(T=10, H=4)


def test_of_several_layers_the_top_one_is_shown(page: Page) -> None:
    it = opened(page)
    content = weights("gru", layers=3)
    bring(it, "deep.npz", content)
    expect(said(it)).to_have_text(re.compile(re.escape(it.say("open.found.weightsTop", n=3))))
    answer = show_it(it)
    asked = answer["body"]
    arrays = np.load(io.BytesIO(content))
    expected = arrays["rnn.weight_hh_l2"]
    np.testing.assert_allclose(asked["network"]["parameters"]["W"], expected)
    whole = page.request.post(
        "/api/v1/weights",
        multipart={"file": {"name": "w", "mimeType": "a/b", "buffer": content}},
    ).json()["network"]
    impulse = [[float(t == 0)] * 3 for t in range(20)]
    body = {"network": whole, "data": {"kind": "arrays", "x": impulse}}
    forward = page.request.post("/api/v1/forward", data=body).json()["forward"]
    np.testing.assert_allclose(answer["json"]["forward"]["h"], forward["h"], rtol=1e-12)
    it.shows(T=20, H=4)


def test_weights_that_fit_stay_on_the_sequence(page: Page) -> None:
    it = opened(page, "/?text=abca")
    network = {
        "U": [[0.5, 0, 1]] * 2,
        "W": [[0, 1], [-1, 0]],
        "b": [0, 0],
        "V": [[1, 0]] * 3,
        "c": [0] * 3,
    }
    pasted(
        it,
        json.dumps({"network": {"parameters": network}, "data": {"kind": "text", "text": "abca"}}),
    )
    body = show_it(it)["body"]
    assert body["network"]["output"] == "softmax"
    assert body["data"]["kind"] == "text"
    it.shows(T=3, H=2)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (weights("rnn", both=True), "fault.own.directions"),
        (weights("rnn", hidden=65), "fault.own.wide"),
        (b"PK\x03\x04 cut off", None),
        (b"\x80\x02}q\x00.", None),
    ],
    ids=["directions", "wide", "truncated", "pickled"],
)
def test_weights_that_the_page_cannot_show(
    page: Page, watch: Any, content: bytes, key: str | None
) -> None:
    watch.allow("status of 422")
    it = opened(page)
    bring(it, "mine.npz" if key else "mine.pt", content)
    expect(said(it)).to_have_class(re.compile("is-fault"))
    if key:
        expect(said(it)).to_have_text(it.like(key))
    expect(it.button("open.show")).to_be_disabled()


def test_a_link_carries_what_was_brought(open_page: Callable[..., Page]) -> None:
    it = opened(open_page("about:blank", permissions=["clipboard-read", "clipboard-write"]))
    bring(it, "mine.npz", weights("gru"))
    body = show_it(it)["body"]
    expect(it.page).to_have_url(re.compile(r"#own=1\.[\w-]+$"))
    it.button("header.copy").click()
    expect(it.page.locator("#copy-status")).to_have_text(it.words["header.copied"])
    link = it.page.evaluate("() => navigator.clipboard.readText()")
    assert link == it.page.url
    page = open_page("about:blank")
    with page.expect_request(BPTT) as request:
        page.goto(link)
    assert request.value.post_data_json == body
    other = show(page)
    assert_same_picture(other, picture(it))
    href = page.locator("a[data-language]").first
    href.hover()
    assert "#own=1." in str(href.get_attribute("href"))


def test_what_is_too_large_for_a_link_goes_into_a_file(open_page: Callable[..., Page]) -> None:
    it = opened(open_page("about:blank", permissions=["clipboard-read", "clipboard-write"]))
    bring(it, "large.npz", weights("lstm", inputs=8, hidden=24))
    body = show_it(it)["body"]
    expect(it.page).to_have_url(re.compile("#own=file$"))
    it.page.reload()
    it.ready()
    expect(it.page.locator(".own-note:visible").nth(1)).to_contain_text("large.npz")
    it.button("header.copy").click()
    expect(it.page.get_by_text(it.words["export.linkTooLong"])).to_be_visible()
    _, content = saved(it, "export.saveFile")
    link = it.page.evaluate("() => navigator.clipboard.readText()")
    other = opened(open_page("about:blank"), link)
    expect(other.page.locator(".notice")).to_have_text(other.words["fault.own.elsewhere"])
    other.shows(T=10, H=24)
    drop(other, "unrolled.json", content.decode())
    found(other, "open.found.state")
    assert show_it(other)["body"] == body


@pytest.mark.parametrize(
    ("fragment", "key"),
    [
        ("1.", "link"),
        ("1.!!!", "link"),
        ("1.AAAA", "link"),
        ("2.AAAA", "version"),
        ("", "version"),
        ("file", "elsewhere"),
        ("1.q1ZKSSxJVLKqVqpQsoqOra0FAA", "shape"),
    ],
)
def test_a_malformed_link_is_refused_with_words(page: Page, fragment: str, key: str) -> None:
    it = opened(page, f"/?seed=3#own={fragment}")
    notice = page.get_by_role("alert").filter(has_text=re.compile("."))
    expect(notice).to_have_text(it.like(f"fault.own.{key}"))
    it.shows(T=10, H=8)
    notice.get_by_role("button").click()
    expect(notice).to_have_count(0)


def test_back_and_forward_go_through_what_was_brought(page: Page) -> None:
    it = opened(page)
    pasted(it, '{"x": [[1, 0], [0, 1], [1, 1]], "y": [[1], [0], [1]]}')
    found(it, "open.found.arrays", T=3, I=2)
    show_it(it)
    it.shows(T=3, H=8)
    expect(page).to_have_url(re.compile("#own="))
    page.go_back()
    it.shows(T=10, H=8)
    expect(page.locator(".own-note:visible")).to_have_count(0)
    page.go_forward()
    it.shows(T=3, H=8)
    page.reload()
    it.ready()
    it.shows(T=3, H=8)


def test_a_preset_puts_what_was_brought_away(page: Page) -> None:
    it = opened(page)
    bring(it, "mine.npz", weights())
    show_it(it)
    page.get_by_role("button", name=it.words["preset.hello.title"]).click()
    it.shows(T=10, H=8)
    expect(page).not_to_have_url(re.compile("own="))


def test_paste_and_drop_open_the_dialog(page: Page) -> None:
    it = opened(page)
    page.evaluate(
        """() => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/plain", "3 1 4 1 5");
          const event = new ClipboardEvent("paste", { clipboardData, bubbles: true });
          document.body.dispatchEvent(event);
        }"""
    )
    found(it, "open.found.numbers", n=5)
    page.keyboard.press("Escape")
    drop(it, "words.txt", "to be or not")
    found(it, "open.found.text", n=12)
    show_it(it)
    it.shows(T=11, H=8)


@pytest.mark.parametrize(
    "variant",
    [
        {"locale": "en", "color_scheme": "dark"},
        {"locale": "zh-CN", "viewport": {"width": 390, "height": 844}, "has_touch": True},
    ],
    ids=["dark", "phone-zh"],
)
def test_the_dialog_is_accessible(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], variant: dict[str, Any]
) -> None:
    it = show(open_page("/", **variant), variant["locale"][:2])
    if "viewport" in variant:
        it.button("header.menu").click()
    for name, content in [("weather.csv", CSV.encode()), ("mine.npz", weights())]:
        dialog = bring(it, name, content)
        expect(it.button("open.show")).to_be_enabled()
        assert axe(it.page) == []
        assert dialog.evaluate("d => d.scrollWidth <= d.clientWidth + 1")
    show_it(it)
    assert axe(it.page) == []
    if "viewport" not in variant:
        export_sheet(it, "sharing")
        assert axe(it.page) == []
