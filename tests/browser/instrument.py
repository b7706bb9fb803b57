"""The instrument as a test sees it: by role and name, and by the pixels of its canvases."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, Request, expect

LOCALES = Path(__file__).resolve().parents[2] / "app/pages/locales"
BPTT = "**/api/v1/bptt"
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")

# Coloured pixels of one column of a band: greys, outlines and ink do not count.
COLOURED = """([band, t, T]) => {
  const canvas = document.querySelector(`#band-${band} canvas`);
  const plot = canvas.closest(".band").querySelector(".band-plot").getBoundingClientRect();
  const box = canvas.getBoundingClientRect();
  const density = canvas.width / box.width;
  const column = plot.width / T;
  const left = plot.left - box.left + (t - 1) * column;
  const inside = band === "stage" ? 0.3 * column : 2;  // a neighbour's ribbons end in the gap
  const x = Math.round((left + inside) * density);
  const width = Math.max(1, Math.round((column - 2 * inside) * density));
  const { data } = canvas.getContext("2d").getImageData(x, 0, width, canvas.height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    const [r, g, b, a] = data.subarray(i, i + 4);
    if (a > 60 && Math.max(r, g, b) - Math.min(r, g, b) > 24) count += 1;
  }
  return count;
}"""

PIXEL = """([band, x, y]) => {
  const canvas = document.querySelector(`#band-${band} canvas`);
  const density = canvas.width / canvas.getBoundingClientRect().width;
  const at = [Math.round(x * density), Math.round(y * density), 1, 1];
  return [...canvas.getContext("2d").getImageData(...at).data];
}"""


class Instrument:
    """One open page of the instrument."""

    def __init__(self, page: Page, language: str = "en") -> None:
        self.page = page
        catalogue = (LOCALES / f"{language}.json").read_text(encoding="utf-8")
        self.words: dict[str, str] = json.loads(catalogue)

    def say(self, key: str, **params: object) -> str:
        """Return the message of a key, its placeholders filled."""
        return re.sub(r"\{(\w+)\}", lambda found: str(params[found[1]]), self.words[key])

    def like(self, key: str, **params: object) -> re.Pattern[str]:
        """Return a pattern for a message; placeholders that are not given match anything."""
        parts = re.split(r"\{(\w+)\}", self.words[key])
        known = {name: re.escape(str(value)) for name, value in params.items()}
        filled = (known.get(p, "(.+)") if i % 2 else re.escape(p) for i, p in enumerate(parts))
        return re.compile(f"^{''.join(filled)}$")

    @property
    def trend(self) -> re.Pattern[str]:
        """What is said at the end of a backward pass: how a gradient fares on its way back."""
        kinds = ("halves", "keeps", "doubles", "multiplies", "unsteady")
        return re.compile("|".join(self.like(f"narration.{kind}").pattern for kind in kinds))

    def button(self, key: str) -> Locator:
        """Return the button of that name."""
        return self.page.get_by_role("button", name=self.words[key], exact=True)

    def radio(self, group: str, key: str) -> Locator:
        """Return a choice of a row of choices; it is pressed through its label."""
        row = self.page.get_by_role("radiogroup", name=self.words[group], exact=True)
        return row.get_by_role("radio", name=self.words[key], exact=True)

    def choose(self, group: str, key: str) -> None:
        """Press a choice of a row of choices."""
        row = self.page.get_by_role("radiogroup", name=self.words[group], exact=True)
        row.get_by_text(self.words[key], exact=True).click()

    def speed(self, times: str) -> None:
        """Play so many times as fast."""
        row = self.page.get_by_role("radiogroup", name=self.words["transport.speed"])
        row.get_by_text(times, exact=True).click()

    @property
    def title(self) -> Locator:
        """The stage's sentence."""
        return self.page.get_by_role("heading", level=1)

    @property
    def time(self) -> Locator:
        """The slider that is the time axis."""
        return self.page.get_by_role("slider", name=self.words["transport.step"])

    @property
    def text(self) -> Locator:
        """The field of the sentence."""
        return self.page.get_by_role("textbox", name=self.words["controls.text"], exact=True)

    @property
    def bands(self) -> Locator:
        """Stage and strips."""
        return self.page.locator("#bands")

    @property
    def triangle(self) -> Locator:
        """The credit triangle, as it takes keys."""
        return self.page.get_by_role("group", name=self.words["triangle.keys"])

    @property
    def fault(self) -> Locator:
        """The sentence at a field that cannot be asked for."""
        return self.page.locator(".field-fault:visible")

    @property
    def tooltip(self) -> Locator:
        """What the pointer is told."""
        return self.page.locator(".tooltip:visible")

    def spoken(self, key: str) -> str:
        """Return a control's name as it is read aloud."""
        return self.say(key, U="U", V="V", W="W", H="H", T="T", L="L", phi="φ")

    def spin(self, key: str) -> Locator:
        """Return the field of a number."""
        return self.page.get_by_role("spinbutton", name=self.spoken(key), exact=True)

    def slide(self, key: str) -> Locator:
        """Return the slider of a number."""
        return self.page.get_by_role("slider", name=self.spoken(key), exact=True)

    def select(self, key: str) -> Locator:
        """Return a list of choices."""
        return self.page.get_by_role("combobox", name=self.spoken(key), exact=True)

    def switch(self, key: str) -> None:
        """Turn a number that can be off on, or off."""
        name = self.say("controls.set", what=self.spoken(key))
        self.page.get_by_role("switch", name=name, exact=True).click()

    def shows(self, T: int, H: int) -> None:
        """Wait until the picture is of T steps and H units."""
        name = self.say("stage.label", T=T, H=H)
        expect(self.page.get_by_role("img", name=name)).to_be_visible()
        expect(self.time).to_have_attribute("max", str(T))

    def ready(self) -> "Instrument":
        """Wait for the first picture."""
        expect(self.page.locator("body")).to_have_attribute("data-state", "ready")
        expect(self.title).not_to_be_empty()
        return self

    @contextmanager
    def answer(self) -> Iterator[dict[str, Any]]:
        """Collect the question that the block asks and its answer: ``body`` and ``json``."""
        found: dict[str, Any] = {}
        asked: list[Request] = []

        def note(request: Request) -> None:
            if request.url.endswith("/api/v1/bptt"):
                asked.append(request)

        self.page.on("request", note)
        with self.page.expect_request(BPTT):  # not an answer: one to an earlier question may come
            yield found
        response = asked[-1].response()
        self.page.remove_listener("request", note)
        assert response is not None, "the question was given up"
        found["body"] = asked[-1].post_data_json
        found["json"] = response.json()

    def coloured(self, band: str, t: int, T: int) -> int:
        """Return how many pixels of column t of a band have a colour."""
        return self.page.evaluate(COLOURED, [band, t, T])

    def column_centre(self, t: int, band: str = "stage") -> tuple[float, float]:
        """Return the middle of column t, and the top of the band's plot, in the window."""
        plot = self.page.locator(f"#band-{band} .band-plot").bounding_box()
        T = int(self.time.get_attribute("max") or 0)
        assert plot is not None
        return plot["x"] + (t - 0.5) * plot["width"] / T, plot["y"]

    def cell(self, t: int, k: int) -> tuple[float, float]:
        """Return where in the window the triangle's cell of loss t and step k is."""
        x, top = self.column_centre(k, "triangle")
        T = int(self.time.get_attribute("max") or 0)
        canvas = self.page.locator("#band-triangle canvas").first.bounding_box()
        assert canvas is not None
        return x, top + (t - 0.5) * canvas["height"] / T

    def cell_pixel(self, t: int, k: int) -> list[int]:
        """Return the colour in the middle of the triangle's cell."""
        canvas = self.page.locator("#band-triangle canvas").first.bounding_box()
        assert canvas is not None
        x, y = self.cell(t, k)
        return self.page.evaluate(PIXEL, ["triangle", x - canvas["x"], y - canvas["y"]])

    def focused(self) -> str:
        """Return what the focused element is called."""
        return self.page.evaluate(
            "() => document.activeElement.getAttribute('aria-label')"
            " ?? document.activeElement.textContent.trim()"
        )


def show(page: Page, language: str = "en") -> Instrument:
    """Return the instrument of an open page once its first picture stands."""
    return Instrument(page, language).ready()


def number(text: str) -> tuple[float, float]:
    """Return a written number, as the page writes it, and half a unit of its last digit."""
    plain = text.strip().replace("−", "-").replace("\u202f", "").lstrip("×")
    mantissa, _, power = plain.partition("×10")
    factor = Decimal(10) ** int(power.translate(RAISED)) if power else Decimal(1)
    value = Decimal(mantissa)
    last = Decimal(10) ** int(value.as_tuple().exponent)
    return float(value * factor), float(last * factor / 2)


def agrees(text: str, value: float) -> bool:
    """Is this number what the text says, to its last digit?"""
    written, half = number(text)
    return abs(written - value) <= half * (1 + 1e-9)
