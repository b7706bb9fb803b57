"""The harness of the browser tests: the real server, a real Chromium, a watch on both.

A test asks for ``page`` (a blank one, of a desktop's size, in English) or for
``open_page("/?lang=zh", viewport=…)``, which takes Playwright's context options.
Either fails its test on a console error, an uncaught exception, a request to
another host or an answer of 500 and above; ``watch.allow(pattern)`` excuses the
ones that a test provokes.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
START_SECONDS = 30
PATIENCE = 20_000  # milliseconds until what does not come counts as missing, on a busy machine too
DESKTOP = {"width": 1440, "height": 900}
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-gpu-compositing",  # there is no GPU: what stands in for one is slower than none
    "--disable-gpu-rasterization",
    "--disable-software-rasterizer",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser last: it is slow, and Playwright keeps an event loop in this thread.

    Its largest files come first, so that of two processes neither waits long for the other.
    """
    here = Path(__file__).parent
    sizes = Counter(item.path for item in items)

    def place(item: pytest.Item) -> tuple[bool, int, Path]:
        ours = item.path.is_relative_to(here)
        return (ours, -sizes[item.path], item.path) if ours else (ours, 0, Path())

    items.sort(key=place)


def free_port() -> int:
    """Return a port of the loopback interface on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until_healthy(base_url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when ``/healthz`` answers; fail with the server's log if it ends or stays silent."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{base_url}/healthz", timeout=1):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.05)
    pytest.fail(f"the server did not start:\n{log.read_text()[-4000:]}")


@pytest.fixture(scope="session")
def server_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server of ``base_url`` writes what it would print."""
    return tmp_path_factory.mktemp("server") / "server.log"


@pytest.fixture(scope="session")
def base_url(server_log: Path) -> Iterator[str]:
    """Address of the real server, started as a user starts it; no traceback may be in its log."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "app.main:app", "--port", str(port)]
    settings = {k: v for k, v in os.environ.items() if not k.startswith("UNROLLED_")}
    with (
        server_log.open("wb") as log,
        subprocess.Popen(command, cwd=ROOT, env=settings, stdout=log, stderr=log) as process,
    ):
        try:
            wait_until_healthy(f"http://127.0.0.1:{port}", process, server_log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
    assert "Traceback" not in server_log.read_text(), server_log.read_text()[-8000:]


def program(name: str) -> str:
    """Return the path of a program that must be there."""
    path = shutil.which(name)
    if path is None:
        pytest.fail(f"there is no {name} on the PATH: make test says what to install")
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium on the PATH."""
    # Playwright's own node wants a library that a slim Debian lacks.
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", program("node"))
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program("chromium"), args=list(CHROMIUM_ARGUMENTS)
        )
        yield browser
        browser.close()


@dataclass
class Watch:
    """What went wrong in a context, as lines; ``allow`` excuses lines that match a pattern."""

    host: str
    problems: list[str] = field(default_factory=list)
    allowed: list[re.Pattern[str]] = field(default_factory=list)

    def allow(self, pattern: str) -> None:
        """Excuse problems in which the regular expression is found."""
        self.allowed.append(re.compile(pattern))

    def on(self, context: BrowserContext) -> None:
        """Listen to every page of the context."""
        context.on("console", self._console)
        context.on("weberror", lambda e: self._add("exception", str(e.error)))
        context.on("request", self._request)
        context.on("response", self._response)

    def remaining(self) -> list[str]:
        """Return the problems that nothing excuses."""
        return [p for p in self.problems if not any(a.search(p) for a in self.allowed)]

    def _add(self, kind: str, what: str) -> None:
        self.problems.append(f"{kind}: {what}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._add("console", message.text)

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob", "about") and address.netloc != self.host:
            self._add("request to another host", request.url)

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self._add(f"status {response.status}", response.url)


@pytest.fixture
def watch(base_url: str) -> Watch:
    """What this test's pages did wrong so far."""
    return Watch(urlsplit(base_url).netloc)


@pytest.fixture
def new_context(
    browser: Browser, base_url: str, watch: Watch
) -> Iterator[Callable[..., BrowserContext]]:
    """Make watched browser contexts; options as Playwright's ``new_context`` takes them."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        usual = {"viewport": DESKTOP, "locale": "en", "reduced_motion": "no-preference"}
        context = browser.new_context(**{"base_url": base_url, **usual, **options})
        context.set_default_timeout(PATIENCE)
        watch.on(context)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    remaining = watch.remaining()
    assert not remaining, "the page did what it must not:\n" + "\n".join(remaining)


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """A blank page on a desktop in English; ``page.goto("/")`` opens the instrument."""
    return new_context().new_page()


@pytest.fixture
def open_page(new_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Open a path of the site in a context of its own: ``open_page("/", color_scheme="dark")``."""

    def open_(path: str = "/", **options: Any) -> Page:
        page = new_context(**options).new_page()
        page.goto(path)
        return page

    return open_


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """Return the serious and critical accessibility violations of a page, one a line."""
    source = AXE.read_text(encoding="utf-8")

    def violations(page: Page) -> list[str]:
        page.evaluate(source)  # evaluated, not added as a script: the page's policy forbids that
        found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{v['id']}: {v['help']}: {', '.join(str(n['target']) for n in v['nodes'][:5])}"
            for v in found["violations"]
            if v["impact"] in ("serious", "critical")
        ]

    return violations
