"""A real server, for the client and for the guide's examples."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30


@pytest.fixture(scope="session")
def live_url() -> Iterator[str]:
    """The address of a server of its own process."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "app.main:app", "--port", str(port)]
    with subprocess.Popen(
        [*command, "--log-level", "warning"], cwd=ROOT, stderr=subprocess.PIPE
    ) as server:
        url = f"http://127.0.0.1:{port}"
        try:
            _await(url, server)
            yield url
        finally:
            server.terminate()


def _await(url: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            return httpx.get(f"{url}/healthz").raise_for_status() and None
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")
