"""What is taken away is what was there: numbers to the last digit, pictures with ink on them."""

import csv
import io
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.exchange import bring, export_sheet, inked, opened, saved, show_it
from tests.browser.instrument import BPTT, Instrument, show
from tests.browser.test_links import assert_same_picture, picture

SVG = "{http://www.w3.org/2000/svg}"
PLAIN = ("all", "stage", "hidden", "gradient", "triangle", "opened")


def answered(page: Page, path: str = "/") -> tuple[Instrument, dict[str, Any]]:
    """Open an address; return it with what the API answered."""
    page.goto("about:blank")
    with page.expect_response(BPTT) as response:
        page.goto(path)
    return show(page), response.value.json()


def choose(it: Instrument, key: str, value: str) -> None:
    """Pick one of a list in the dialog."""
    dialog = it.page.get_by_role("dialog")
    dialog.get_by_role("combobox", name=it.words[key], exact=True).select_option(value)


def test_tables_are_the_trace_to_the_last_digit(page: Page) -> None:
    it, answer = answered(page, "/?cell=lstm&text=hello")
    export_sheet(it, "numbers")
    T, forward, backward = 4, answer["forward"], answer["backward"]
    triangle = [row + [None] * (T - len(row)) for row in answer["credit"]["dh_norm"]]
    wanted = {
        "hidden": forward["h"],
        "cell": forward["cell"],
        "losses": [[v] for v in answer["loss"]["per_step"]],
        "inputs": answer["data"]["x"],
        "predictions": forward["y_hat"],
        "triangle": triangle,
    }
    for name, rows in wanted.items():
        choose(it, "export.table", name)
        filename, content = saved(it, "export.csv")
        assert filename == f"unrolled-{name}.csv"
        header, *body = csv.reader(io.StringIO(content.decode("utf-8")))
        assert header[0] == "t"
        assert [row[0] for row in body] == [str(t + 1) for t in range(T)]
        assert [[float(v) if v else None for v in row[1:]] for row in body] == rows, name
        assert len(header) == len(body[0])
    choose(it, "export.table", "norms")
    rows = list(csv.DictReader(io.StringIO(saved(it, "export.csv")[1].decode())))
    norms = [sum(v * v for v in row) ** 0.5 for row in backward["dh"]]
    assert [float(row["dh_norm"]) for row in rows] == pytest.approx(norms)
    choose(it, "export.table", "gates")
    assert len(saved(it, "export.csv")[1].splitlines()) == T + 1


def test_the_trace_is_the_apis_answer_and_opens_again(open_page: Callable[..., Page]) -> None:
    it, answer = answered(open_page("about:blank"), "/?seed=5&H=6&activation=sigmoid&lossAt=last")
    export_sheet(it, "numbers")
    name, content = saved(it, "export.json")
    assert json.loads(content) == answer
    it.button("panel.close").first.click()
    other = opened(open_page("about:blank"))
    bring(other, name, content)
    again = show_it(other)["json"]
    assert again["forward"] == answer["forward"]
    assert again["credit"] == answer["credit"]
    assert_same_picture(other, picture(it))


@pytest.mark.parametrize("view", PLAIN)
def test_a_view_as_svg_needs_nothing_else(page: Page, view: str) -> None:
    it = opened(page, "/?path=9,3")
    export_sheet(it, "picture")
    choose(it, "export.view", view)
    name, content = saved(it, "export.svg")
    assert name == f"unrolled-{view}.svg"
    root = ET.fromstring(content)
    assert root.tag == f"{SVG}svg"
    assert not root.findall(f".//{SVG}foreignObject")
    assert not root.findall(f".//{SVG}script")
    images = root.findall(f".//{SVG}image")
    assert images
    assert all(image.get("href", "").startswith("data:image/png;base64,") for image in images)
    assert not re.search(rb"(href|src)=\"(?!data:|#)|url\((?!data:|#)", content)
    words = "".join(root.itertext())
    if view == "all":
        assert it.title.inner_text() in words
    drawn = inked(page, content, "image/svg+xml")
    assert drawn["coloured"] > 2000, drawn


def test_a_view_as_png_is_fine_enough_to_print(page: Page) -> None:
    it = opened(page, "/?cell=gru&theme=dark")
    export_sheet(it, "picture")
    for view in ("all", "gates"):
        choose(it, "export.view", view)
        drawn = inked(page, saved(it, "export.png")[1], "image/png")
        assert drawn["width"] == 3000
        assert drawn["inked"] > 20_000
        assert drawn["inked"] < 0.6 * drawn["width"] * drawn["height"], "white, not the page's dark"
    choose(it, "export.view", "all")
    choose(it, "export.ground", "theme")
    drawn = inked(page, saved(it, "export.png")[1], "image/png")
    assert drawn["inked"] > 0.6 * drawn["width"] * drawn["height"]
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator(".paper")).to_have_count(0)


def test_a_long_sequence_is_exported_whole(page: Page) -> None:
    it = opened(page, f"/?text={'abcdefgh' * 25}&H=32")
    export_sheet(it, "picture")
    drawn = inked(page, saved(it, "export.svg")[1], "image/svg+xml")
    assert drawn["width"] > 2300
    assert drawn["coloured"] > 20_000


def test_a_film_is_recorded(page: Page) -> None:
    it = opened(page, "/?text=abc&mode=forward")
    export_sheet(it, "picture")
    record = page.get_by_role("button", name=it.say("export.record", kind="WebM"))
    with page.expect_download(timeout=40_000) as download:
        record.click()
    film = Path(download.value.path()).read_bytes()
    assert download.value.suggested_filename == "unrolled.webm"
    assert film[:4] == b"\x1a\x45\xdf\xa3"
    assert len(film) > 20_000
    expect(record).to_be_focused()
    expect(page.locator(".paper")).to_have_count(0)


def test_a_film_can_be_given_up(page: Page) -> None:
    it = opened(page, "/?text=to+be+or+not+to+be")
    export_sheet(it, "picture")
    page.get_by_role("button", name=it.say("export.record", kind="WebM")).click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    it.button("export.cancel").click()
    expect(page.get_by_text(it.words["export.cancelled"])).to_be_visible()
    expect(page.locator(".paper")).to_have_count(0)


@pytest.mark.parametrize("language", ["numpy", "pytorch"])
def test_code_prints_the_loss_of_the_picture(page: Page, tmp_path: Path, language: str) -> None:
    it, answer = answered(page, "/?cell=gru&text=abcab&H=3")
    export_sheet(it, "code")
    choose(it, "export.language", language)
    expect(page.locator(".code-text")).to_contain_text("torch" if language == "pytorch" else "np.")
    name, content = saved(it, "export.saveCode")
    assert name.endswith(".py")
    program = tmp_path / "program.py"
    program.write_bytes(content)
    ran = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=True)
    loss = re.search(r"^loss (\S+)", ran.stdout, re.MULTILINE)
    assert loss
    assert float(loss[1]) == pytest.approx(answer["loss"]["total"], rel=1e-10)


def test_code_for_curl_asks_this_server(page: Page, base_url: str) -> None:
    it, answer = answered(page)
    export_sheet(it, "code")
    choose(it, "export.language", "curl")
    expect(page.locator(".code-text")).to_contain_text(f"{base_url}/api/v1/bptt")
    script = page.locator(".code-text").text_content()
    assert script
    ran = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert f"loss {answer['loss']['total']}" in ran.stdout


def test_a_state_file_and_a_frame_show_the_same_picture(open_page: Callable[..., Page]) -> None:
    it = opened(
        open_page("about:blank"), "/?activation=relu&seed=4&truncate=3&step=6&pass=backward"
    )
    export_sheet(it, "sharing")
    name, content = saved(it, "export.saveFile")
    snippet = it.page.get_by_label(it.words["export.snippet"], exact=True).input_value()
    link = it.page.get_by_label(it.words["export.link"], exact=True).input_value()
    assert sorted(link.split("?")[1].split("&")) == [
        "activation=relu",
        "pass=backward",
        "seed=4",
        "step=6",
        "truncate=3",
    ]
    it.button("panel.close").first.click()
    other = opened(open_page("about:blank"))
    bring(other, name, content)
    show_it(other)
    expect(other.page).to_have_url(re.compile("truncate=3"))
    address = ET.fromstring(snippet).get("src", "")
    framed = open_page("about:blank")
    framed.route("**/lesson", lambda r: r.fulfill(body=snippet, content_type="text/html"))
    framed.goto("/lesson")
    frame = framed.frame_locator("iframe")
    expect(frame.locator("body")).to_have_attribute("data-state", "ready")
    expect(frame.locator("#controls")).to_be_hidden()
    expect(frame.get_by_role("heading", level=1)).to_have_text(it.title.inner_text())
    assert "hide=controls%2Cinspector%2Cheader" in address


@pytest.mark.parametrize(
    "variant",
    [
        {"locale": "en"},
        {"locale": "zh-CN", "color_scheme": "dark"},
        {"locale": "zh-CN", "viewport": {"width": 390, "height": 844}, "has_touch": True},
    ],
    ids=["en", "zh-dark", "phone"],
)
def test_the_dialog_is_accessible_in_every_sheet(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], variant: dict[str, Any]
) -> None:
    it = show(open_page("/", **variant), variant["locale"][:2])
    if "viewport" in variant:
        it.button("header.menu").click()
    it.button("header.export").click()
    dialog = it.page.get_by_role("dialog", name=it.words["export.title"])
    for tab in dialog.get_by_role("tab").all():
        tab.click()
        assert axe(it.page) == []
        box = dialog.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= it.page.evaluate("innerWidth") + 0.5
        assert dialog.evaluate("d => d.scrollWidth <= d.clientWidth + 1")
    it.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_keys_of_the_page_rest_while_the_dialog_is_open(page: Page) -> None:
    it = opened(page)
    export_sheet(it, "picture")
    tab = page.get_by_role("tab", name=it.words["export.tab.picture"])
    tab.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name=it.words["export.tab.numbers"])).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("Escape")
    expect(it.button("header.export")).to_be_focused()
    expect(it.time).to_have_value("1")
    expect(it.button("transport.play")).to_be_visible()
