"""Handing files to the page and taking them from it."""

import base64
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.instrument import Instrument, show

# How many pixels of an image are neither white nor open, and its size.
INKED = """async (url) => {
  const image = Object.assign(new Image(), { src: url });
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
  let [inked, coloured] = [0, 0];
  for (let i = 0; i < data.length; i += 4) {
    const [r, g, b, a] = data.subarray(i, i + 4);
    if (a > 60 && Math.min(r, g, b) < 200) inked += 1;
    if (a > 60 && Math.max(r, g, b) - Math.min(r, g, b) > 24) coloured += 1;
  }
  return { width: image.width, height: image.height, inked, coloured };
}"""

DROP = """([name, text]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], name));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    const event = new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true });
    document.querySelector("#bands").dispatchEvent(event);
  }
}"""


def export_sheet(it: Instrument, sheet: str) -> Locator:
    """Open the export dialog at one of its sheets."""
    it.button("header.export").click()
    tab = it.page.get_by_role("tab", name=it.words[f"export.tab.{sheet}"], exact=True)
    tab.click()
    expect(tab).to_have_attribute("aria-selected", "true")
    return it.page.get_by_role("dialog")


def saved(it: Instrument, key: str) -> tuple[str, bytes]:
    """Press a button; return name and content of the file that comes."""
    with it.page.expect_download() as download:
        it.button(key).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def inked(page: Page, content: bytes, kind: str) -> dict[str, Any]:
    """Return the size of an image and how much is drawn in it."""
    return page.evaluate(INKED, f"data:{kind};base64,{base64.b64encode(content).decode()}")


def bring(it: Instrument, name: str, content: bytes) -> Locator:
    """Choose a file in the dialog that opens files; return the dialog."""
    if not it.page.get_by_role("dialog").is_visible():
        it.button("header.open").click()
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    it.page.locator("dialog.bring input[type=file]").set_input_files([file])  # type: ignore[list-item]
    return it.page.get_by_role("dialog")


def said(it: Instrument) -> Locator:
    """What the dialog says about what was brought."""
    return it.page.locator("dialog.bring > .dialog-body > .dialog-status")


def show_it(it: Instrument) -> dict[str, Any]:
    """Show what was brought; return question and answer."""
    with it.answer() as answer:
        it.button("open.show").click()
    expect(it.page.locator("body")).to_have_attribute("data-state", "ready")
    expect(it.page.get_by_role("dialog")).to_have_count(0)
    return answer


def drop(it: Instrument, name: str, text: str) -> None:
    """Drop a file onto the picture."""
    it.page.evaluate(DROP, [name, text])


def opened(page: Page, path: str = "/") -> Instrument:
    """Open an address."""
    page.goto(path)
    return show(page)
