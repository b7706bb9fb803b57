"""The live training as a test sees it."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, Request, expect

from tests.browser.instrument import Instrument

TRAIN = "**/api/v1/train"
PATIENCE = 60_000  # milliseconds: a training shares the machine
SMALL = "/train?task=parity&length=6&batch=2&r=tanh+H+4&r=tanh+H+4+clipBy+norm"


class Training(Instrument):
    """One open page of the training."""

    def __init__(self, page: Page, language: str = "en") -> None:
        super().__init__(page, language)
        self.asked: list[Any] = []
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if request.url.endswith("/api/v1/train"):
            self.asked.append(request.post_data_json)

    def ready(self) -> "Training":
        """Wait for the look before the first step."""
        super().ready()
        return self

    def open(self, path: str) -> "Training":
        """Open a path and wait for the look before the first step."""
        self.page.goto(path)
        return self.ready()

    def status(self, *names: str) -> None:
        """Wait until the training is in one of these states."""
        pattern = re.compile(f"^({'|'.join(names)})$")
        body = self.page.locator("body")
        expect(body).to_have_attribute("data-training", pattern, timeout=PATIENCE)

    @property
    def step(self) -> int:
        """How many steps are done, as the page says."""
        text = self.page.locator(".train-count").inner_text().replace("\u202f", "")
        return int(re.findall(r"\d+", text)[0])

    def wait(self, holds: Callable[[int], bool]) -> int:
        """Wait until the number of steps is such, and return it."""
        for _ in range(PATIENCE // 50):
            step = self.step
            if holds(step):
                return step
            self.page.wait_for_timeout(50)
        raise AssertionError(f"it is still at step {self.step}")

    def like_part(self, key: str) -> re.Pattern[str]:
        """Return a pattern for a message that stands among others."""
        return re.compile(self.like(key).pattern.strip("^$"))

    def press(self, name: str) -> None:
        """Press Train, Pause, One step or Back to the initial weights."""
        self.button(f"train.{name}").click()

    def run_until(self, step: int) -> int:
        """Train until a step is done, then pause; return where it rests."""
        self.press("train")
        self.wait(lambda now: now >= step)
        self.press("pause")
        self.status("paused")
        return self.step

    @property
    def offer(self) -> Locator:
        """The way back to a training that was left."""
        return self.page.locator("#offer:visible")

    def card(self, index: int) -> Locator:
        """Return a run's card."""
        return self.page.locator(".train-run").nth(index)

    def edit(self, index: int) -> Locator:
        """Open a run's fields, and return them."""
        self.card(index).locator(".train-run-head").click()
        return self.card(index).locator(".train-run-body")


def training(page: Page, path: str = SMALL, language: str = "en") -> Training:
    """Return the open page of a training."""
    return Training(page, language).open(path)
