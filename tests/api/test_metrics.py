"""Metrics and readiness: what the server says of itself while it works and when it stops."""

import logging
import re

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from app.main import create_app
from app.settings import Settings

TEXT = {"data": {"kind": "text", "text": "hello"}}


def samples(client: TestClient) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Return every number of /metrics, by name and labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def count(numbers: dict, method: str, route: str, status: str) -> float:
    labels = (("method", method), ("route", route), ("status", status))
    return numbers.get(("unrolled_requests_total", labels), 0)


def test_requests_are_counted_by_route_and_status(client: TestClient) -> None:
    before = samples(client)
    assert client.post("/api/v1/bptt", json=TEXT).status_code == 200
    assert client.post("/api/v1/bptt", json={}).status_code == 422
    assert client.get("/problems/validation").status_code == 200
    assert client.get("/static/js/main.js").status_code == 200
    for name in ("one", "two"):
        assert client.get(f"/nowhere/{name}").status_code == 404
    after = samples(client)
    for route, status, method in (
        ("/api/v1/bptt", "200", "POST"),
        ("/api/v1/bptt", "422", "POST"),
        ("/problems/{kind}", "200", "GET"),
        ("/static", "200", "GET"),
    ):
        assert count(after, method, route, status) == count(before, method, route, status) + 1
    assert count(after, "GET", "none", "404") == count(before, "GET", "none", "404") + 2
    timed = ("unrolled_request_seconds_count", (("route", "/api/v1/bptt"),))
    assert after[timed] == before.get(timed, 0) + 2


def test_gauges_show_what_is_under_way() -> None:
    app = create_app(Settings(version="9.9.9", commit="abc"))
    client = TestClient(app)
    numbers = samples(client)
    assert numbers["unrolled_build_info", (("commit", "abc"), ("version", "9.9.9"))] == 1
    assert numbers["unrolled_streams_open", ()] == numbers["unrolled_gate_taken", ()] == 0
    app.state.turns.enter()
    assert samples(client)["unrolled_streams_open", ()] == 1
    app.state.turns.leave()


def test_a_failure_is_counted_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(Settings())
    client = TestClient(app, raise_server_exceptions=False)

    def fail() -> bytes:
        raise RuntimeError("a secret")

    with monkeypatch.context() as patch:
        patch.setattr(app.state.metrics, "text", fail)
        assert client.get("/metrics").status_code == 500
    assert count(samples(client), "GET", "/metrics", "500") == 1


def test_a_server_that_stops_is_alive_but_not_ready() -> None:
    app = create_app(Settings())
    client = TestClient(app)
    assert client.get("/readyz").json() == client.get("/healthz").json()
    app.state.stopping.set()
    assert client.get("/healthz").status_code == 200
    refused = client.get("/readyz")
    assert (refused.status_code, refused.json()["type"]) == (503, "/problems/stopping")


def test_every_request_is_a_line_of_the_log(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="unrolled.access"):
        client.get("/healthz", headers={"x-request-id": "mine"})
    (record,) = [r for r in caplog.records if r.name == "unrolled.access"]
    assert re.fullmatch(r"GET /healthz 200 [\d.]+ ms mine", record.getMessage())
