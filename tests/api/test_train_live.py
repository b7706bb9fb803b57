"""Trainings of a real server in a process of its own: clients that leave, and signals to stop."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.streams import TRAIN, Event, body, data_of, events_of, history, train

ROOT = Path(__file__).parents[2]
WAIT = 20  # seconds, for what takes a fraction of one
LONG = body(
    {"network": {"cell": "lstm", "hidden_size": 16}},
    data={"kind": "task", "name": "adding", "length": 40, "batch": 16},
    steps=100_000,
    trace_every=100_000,
)


class Server:
    """A server under way."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process, self.port, self.log = process, port, log
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=WAIT)

    def stop(self, number: signal.Signals) -> int:
        """Send a signal; return the status that the process ends with."""
        self.process.send_signal(number)
        return self.process.wait(WAIT)


@contextmanager
def serving(log: Path, *command: str, **settings: str) -> Iterator[Server]:
    """Start a server as a user does; no traceback may be in its log."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("UNROLLED_")}
    environment |= {f"UNROLLED_{name.upper()}": value for name, value in settings.items()}
    words = [sys.executable, "-m", *command, "--port", str(port)]
    with (
        log.open("wb") as out,
        subprocess.Popen(words, cwd=ROOT, env=environment, stdout=out, stderr=out) as process,
    ):
        server = Server(process, port, log)
        try:
            wait_until_healthy(server)
            yield server
        finally:
            server.client.close()
            process.kill()
    assert "Traceback" not in log.read_text(), log.read_text()[-4000:]


def wait_until_healthy(server: Server) -> None:
    end = time.monotonic() + WAIT
    while time.monotonic() < end and server.process.poll() is None:
        try:
            if server.client.get("/healthz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    pytest.fail(f"the server did not start:\n{server.log.read_text()[-4000:]}")


UVICORN = ("uvicorn", "app.main:app")


class Reader:
    """Reads a training's events as they come."""

    def __init__(self, response: httpx.Response) -> None:
        self.events: list[Event] = []
        self._blocks = self._split(response.iter_text())

    def until(self, name: str, count: int = 1) -> list[Event]:
        """Read on until so many more events of this name have come; return all so far."""
        while count:
            (event,) = events_of(next(self._blocks))
            self.events.append(event)
            count -= event.name == name
        return self.events

    def rest(self) -> list[Event]:
        """Read to the end."""
        for block in self._blocks:
            self.events += events_of(block)
        return self.events

    def _split(self, parts: Iterator[str]) -> Iterator[str]:
        buffer = ""
        for part in parts:
            *blocks, buffer = (buffer + part).split("\n\n")
            yield from blocks
        assert buffer == "", "the last event has come whole"


@contextmanager
def reading(server: Server, request: dict[str, Any] = LONG) -> Iterator[Reader]:
    with server.client.stream("POST", TRAIN, json=request) as response:
        assert response.status_code == 200
        yield Reader(response)


def test_two_trainings_at_once_leave_the_server_prompt(tmp_path):
    with (
        serving(tmp_path / "log", *UVICORN) as server,
        reading(server) as one,
        reading(server) as other,
    ):
        one.until("steps", 3)
        other.until("steps", 3)
        for _ in range(20):
            assert server.client.get("/healthz").json()["status"] == "ok"
        answer = server.client.post("/api/v1/bptt", json={"data": LONG["data"]})
        assert answer.status_code == 200
        assert server.client.get("/").status_code == 200
        for reader in (one, other):
            told = history(reader.until("steps", 3))
            assert [step for step, *_ in told] == list(range(1, len(told) + 1))
        shortest = min(len(history(reader.events)) for reader in (one, other))
        assert history(one.events)[:shortest] == history(other.events)[:shortest]


def test_a_client_that_leaves_makes_room_for_the_next(tmp_path):
    with serving(tmp_path / "log", *UVICORN, streams="1") as server:
        with reading(server) as reader:
            reader.until("steps")
            full = server.client.post(TRAIN, json=LONG)
            assert full.status_code == 503
            assert full.headers["retry-after"]
        end = time.monotonic() + WAIT
        while (status := server.client.post(TRAIN, json=body(steps=1)).status_code) != 200:
            assert status == 503
            assert time.monotonic() < end, "the place of a client that left is not free"
            time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("command", [UVICORN, ("app",)])
def test_a_signal_ends_streams_with_a_checkpoint_and_the_process(client, tmp_path, command, number):
    with serving(tmp_path / "log", *command) as server:
        with reading(server) as one, reading(server) as other:
            one.until("steps")
            other.until("steps")
            server.process.send_signal(number)
            ends = [one.rest(), other.rest()]
        status = server.process.wait(WAIT)
    assert status == (-signal.SIGTERM if command == UVICORN and number == signal.SIGTERM else 0)
    for events in ends:
        assert [event.name for event in events[-2:]] == ["checkpoint", "error"]
        assert events[-1].data["type"] == "/problems/stopping"
        step = events[-2].data["step"]
        assert [n for n, *_ in history(events)] == list(range(1, step + 1))
    resume = ends[0][-2].data
    rest = train(client, {**LONG, "steps": resume["step"] + 2, "resume": resume})
    assert [n for n, *_ in history(rest)] == [resume["step"] + 1, resume["step"] + 2]
    assert data_of(rest, "start")[0]["step"] == resume["step"]


def test_a_reader_who_has_stopped_reading_does_not_hold_the_process(tmp_path):
    content = json.dumps({**LONG, "trace_every": 1, "include": ["credit", "credit_vectors"]})
    head = f"POST {TRAIN} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with (
        serving(tmp_path / "log", "app") as server,
        socket.create_connection(("127.0.0.1", server.port)) as connection,
    ):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n{content}".encode())
        assert connection.recv(12) == b"HTTP/1.1 200"
        time.sleep(1.5)  # until the server's buffer is full as well
        assert server.client.get("/healthz").status_code == 200
        assert server.stop(signal.SIGTERM) == 0
