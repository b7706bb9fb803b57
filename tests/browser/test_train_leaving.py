"""Who closes the tab takes the server's work with them: its processor comes to rest."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import ROOT, free_port, wait_until_healthy
from tests.browser.training import SMALL, training

WINDOW = 0.5  # seconds
PATIENCE = 60
REST = 0.1  # share of a processor: an idle server takes none


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """Address and process of a server that nobody else asks."""
    port, log = free_port(), tmp_path / "server.log"
    command = [sys.executable, "-m", "uvicorn", "app.main:app", "--port", str(port)]
    settings = {k: v for k, v in os.environ.items() if not k.startswith("UNROLLED_")}
    with (
        log.open("wb") as out,
        subprocess.Popen(command, cwd=ROOT, env=settings, stdout=out, stderr=out) as process,
    ):
        try:
            wait_until_healthy(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()
            process.wait(timeout=10)
    assert "Traceback" not in log.read_text()


def processor_seconds(pid: int) -> float:
    """Return the processor time that a process has taken so far, all threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def share(pid: int) -> float:
    """Return the share of a processor that a process takes at present."""
    before = processor_seconds(pid)
    time.sleep(WINDOW)
    return (processor_seconds(pid) - before) / WINDOW


def wait_for(pid: int, busy: bool) -> None:
    """Wait until the process works, or rests."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if (share(pid) > REST) == busy:
            return
    pytest.fail(f"the server {'does nothing' if busy else 'goes on'}")


@pytest.mark.parametrize("leave", ["close", "navigate", "pause"])
def test_the_server_rests_when_nobody_looks(
    browser: Browser, server: tuple[str, int], leave: str
) -> None:
    address, pid = server
    context = browser.new_context(base_url=address, locale="en")
    page = context.new_page()
    it = training(page, f"{SMALL.replace('batch=2', 'batch=64')}&until=100000")
    wait_for(pid, busy=False)
    it.press("train")
    it.wait(lambda step: step > 0)
    wait_for(pid, busy=True)
    if leave == "close":
        page.close()
    elif leave == "navigate":
        page.goto("/docs")
    else:
        it.press("pause")
    wait_for(pid, busy=False)
    context.close()
