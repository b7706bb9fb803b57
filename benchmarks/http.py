"""Where the time of a /bptt request goes: engine, validation, encoding, framework, wire.

Usage: python -m benchmarks.http [--rounds N]

Each row is a median over rounds in which all rows take turns, so that a busy machine disturbs
them alike; the parts run in a request's own order, one after the other.
The whole request is driven in this process through ASGI, and over loopback through uvicorn.
Prints a table and writes build/bench/http.json.
"""

import argparse
import asyncio
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import orjson

from app.api import answers, serving
from app.api.resolve import plan_bptt
from app.api.schemas.requests import BpttRequest
from app.engine import trace
from app.main import create_app
from app.settings import Settings

T, H, I, O = 25, 16, 8, 8  # noqa: E741  the chapter's letters
ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "build" / "bench" / "http.json"
WARM_UP = 20  # rounds that are not counted
WHOLE, WIRE = "whole request, in process", "whole request, uvicorn"
BPTT = "/api/v1/bptt"
JSON = {"content-type": "application/json"}
START_SECONDS = 20


def arrays_body(include: list[str]) -> bytes:
    """Return a request with its own numbers and weights: the most there is to validate."""
    rng = np.random.default_rng(0)
    request = {
        "network": {
            "parameters": {
                "U": rng.normal(size=(H, I)) / I**0.5,
                "W": rng.normal(size=(H, H)) / H**0.5,
                "b": np.zeros(H),
                "V": rng.normal(size=(O, H)) / H**0.5,
                "c": np.zeros(O),
            }
        },
        "data": {"kind": "arrays", "x": rng.normal(size=(T, I)), "y": rng.integers(0, O, T)},
        "include": include,
    }
    return orjson.dumps(request, option=orjson.OPT_SERIALIZE_NUMPY)


def text_body(include: list[str]) -> bytes:
    """Return what the page sends: a text, the weights to be drawn."""
    data = {"kind": "text", "text": ("abcdefgh" * T)[: T + 1]}
    return orjson.dumps({"network": {"hidden_size": H}, "data": data, "include": include})


CASES: dict[str, bytes] = {
    "arrays, default blocks": arrays_body(["credit", "jacobians"]),
    "arrays, gradients only": arrays_body([]),
    "text, default blocks": text_body(["credit", "jacobians"]),
}


class InProcess:
    """Sends requests to the application through ASGI, without a socket."""

    def __init__(self) -> None:
        self.app = create_app(Settings())
        self.loop = asyncio.new_event_loop()

    def send(self, method: str, path: str, body: bytes = b"") -> bytes:
        return self.loop.run_until_complete(self._send(method, path, body))

    async def _send(self, method: str, path: str, body: bytes) -> bytes:
        headers = [(b"content-type", b"application/json"), (b"host", b"localhost")]
        headers.append((b"content-length", str(len(body)).encode()))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": headers,
            "server": ("localhost", 8000),
            "client": ("localhost", 50000),
        }
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        if sent[0]["status"] != 200:
            raise RuntimeError(f"{path} answered {sent[0]['status']}: {sent[1]['body'][:300]!r}")
        return sent[1]["body"]


class Loopback:
    """Sends requests over one kept-alive connection."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def send(self, method: str, path: str, body: bytes = b"") -> bytes:
        self.connection.request(method, path, body or None, JSON)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}: {content[:300]!r}")
        return content


@contextmanager
def uvicorn_server():
    """Run the real server on a free port of loopback; yield the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "app.main:app", "--port", str(port)]
    server = subprocess.Popen([*command, "--log-level", "warning", "--no-access-log"], cwd=ROOT)
    try:
        _wait_until_it_answers(port)
        yield port
    finally:
        server.terminate()
        server.wait(START_SECONDS)


def _wait_until_it_answers(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            Loopback(port).send("GET", "/healthz")
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not answer within {START_SECONDS} s")


def one_by_one(body: bytes, settings: Settings) -> dict[str, float]:
    """Do what a request does, in its order, and return the seconds of each part."""
    start = time.perf_counter()
    request = serving.parse(body, BpttRequest)
    parsed = time.perf_counter()
    plan = plan_bptt(request, settings)
    planned = time.perf_counter()
    result = trace.bptt_trace(plan.network, plan.sequence, include=frozenset(request.include))
    computed = time.perf_counter()
    answers.bptt_bytes(plan, result)
    encoded = time.perf_counter()
    return {
        "validation": parsed - start,
        "sizes, price, weights": planned - parsed,
        "engine": computed - planned,
        "encoding": encoded - computed,
    }


def seconds_of(call: Callable[[], object]) -> float:
    """Return how long one call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def measure_case(body: bytes, inside: InProcess, outside: Loopback, rounds: int) -> dict[str, Any]:
    """Return median microseconds of a request, its parts, and an endpoint that computes nothing."""
    settings = Settings()
    wholes = {
        WHOLE: lambda: inside.send("POST", BPTT, body),
        "bare endpoint, in process": lambda: inside.send("GET", "/healthz"),
        WIRE: lambda: outside.send("POST", BPTT, body),
        "bare endpoint, uvicorn": lambda: outside.send("GET", "/healthz"),
    }
    samples: dict[str, list[float]] = {}
    for number in range(-WARM_UP, rounds):
        times = one_by_one(body, settings) | {n: seconds_of(call) for n, call in wholes.items()}
        for name, seconds in times.items():
            if number >= 0:
                samples.setdefault(name, []).append(seconds * 1e6)
    medians = {name: statistics.median(found) for name, found in samples.items()}
    sizes = {"request_bytes": len(body), "answer_bytes": len(inside.send("POST", BPTT, body))}
    return sizes | {"microseconds": medians}


def table(name: str, case: dict[str, Any]) -> str:
    """Return the case as text, each row with its part of the whole request in process."""
    times = case["microseconds"]
    whole = times[WHOLE]
    head = f"{name}: {case['request_bytes']:,} bytes in, {case['answer_bytes']:,} bytes out"
    rows = [f"  {row:28} {value:9.0f} µs {value / whole:7.0%}" for row, value in times.items()]
    rate = 1e6 / times[WIRE]
    return "\n".join([head, *rows, f"  {'one client over loopback':28} {rate:9.0f} requests/s"])


def main() -> None:
    parser = argparse.ArgumentParser(description="Where the time of a /bptt request goes")
    parser.add_argument("--rounds", type=int, default=300, help="requests of each kind (300)")
    rounds = max(parser.parse_args().rounds, 1)
    inside = InProcess()
    print(f"/bptt at T={T}, H={H}, I={I}, O={O}; medians of {rounds} rounds")
    with uvicorn_server() as port:
        outside = Loopback(port)
        cases = {n: measure_case(body, inside, outside, rounds) for n, body in CASES.items()}
    for name, case in cases.items():
        print(table(name, case))
    coretype = os.environ.get("OPENBLAS_CORETYPE", "as detected")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps({"openblas_coretype": coretype, "cases": cases}, indent=2) + "\n")
    print(f"written to {RESULT.relative_to(ROOT)}; OpenBLAS core type {coretype}")


if __name__ == "__main__":
    main()
