"""A lesson as a test sees it."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, Request, expect

from app.pages.lessons import Question, read
from tests.browser.instrument import Instrument

API = "/api/v1/"


class Reader(Instrument):
    """One open page of a lesson, and what it has asked the API."""

    def __init__(self, page: Page, stem: str, language: str = "en") -> None:
        super().__init__(page, language)
        self.stem = stem
        self.language = language
        self.asked: list[Request] = []
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if API in request.url and request.method == "POST":
            self.asked.append(request)

    def open(self, step: str | None = None, query: str = "") -> "Reader":
        """Open the lesson, at a step of its text if one is named."""
        at = f"at={step}" if step else ""
        self.page.goto(f"/lessons/{self.stem}?{'&'.join(filter(None, [at, query]))}")
        expect(self.page.locator("main")).to_have_attribute("data-state", "ready")
        return self

    @property
    def title(self) -> Locator:
        """The lesson's heading."""
        return self.page.get_by_role("heading", level=1)

    @property
    def figure(self) -> Locator:
        """What stands beside the text."""
        return self.page.locator("#figure")

    def step(self, name: str) -> Locator:
        """Read a step of the text, and return it."""
        step = self.page.locator(f"#step-{name}")
        step.locator("h2 a").click()
        expect(step).to_have_attribute("data-current", "")
        return step

    def act(self, name: str) -> None:
        """Press a button of the prose."""
        self.page.locator(f'[data-do="{name}"]').first.click()

    def value(self, name: str) -> Locator:
        """A live number of the prose."""
        return self.page.locator(f'[data-value="{name}"]').first

    def answered(self, path: str, holds: Callable[[Any], bool] = lambda _: True) -> dict[str, Any]:
        """Return the newest question to an endpoint whose body is such: ``body`` and ``json``.

        Waits until one has been asked and answered.
        """
        for _ in range(200):
            for request in reversed(self.asked):
                if not request.url.endswith(API + path) or not holds(request.post_data_json):
                    continue
                if request.failure is None and (response := request.response()) is not None:
                    return {"body": request.post_data_json, "json": response.json()}
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{path} was not asked; {[r.url for r in self.asked]}")

    def answers_all(self, question: Question) -> None:
        """Choose every answer of a question, and read what is said to it."""
        place = self.page.locator(f'[data-question="{question.id}"]')
        buttons = place.get_by_role("button")
        feedback = place.get_by_role("status")
        expect(buttons).to_have_count(len(question.choices))
        for i, choice in enumerate(question.choices):
            buttons.nth(i).click()
            verdict = self.words["lesson.right" if choice.right else "lesson.wrong"]
            expect(feedback).to_contain_text(verdict)
            assert len(feedback.inner_text()) > len(verdict) + 5
            expect(buttons.nth(i)).to_have_attribute("aria-pressed", "true")
        expect(place.locator('[aria-pressed="true"]')).to_have_count(1)

    def follow(self) -> Page:
        """Open what the link under the figure opens, and return its page."""
        href = self.page.locator("#figure-link").get_attribute("href")
        assert href is not None
        page = self.page.context.new_page()
        page.goto(href)
        return page


def read_lesson(page: Page, stem: str, language: str = "en") -> Reader:
    """Return the reader of a lesson that is not open yet."""
    return Reader(page, stem, language)


def steps_of(stem: str) -> list[str]:
    """Return the names of a lesson's steps."""
    return [step.id for step in read(stem).steps]


UNFILLED = re.compile("…")
