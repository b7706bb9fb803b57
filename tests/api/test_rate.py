"""The limit on one client's requests."""

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError

from app.main import create_app
from app.settings import Settings

CATALOG = "/api/v1/catalog"


def client_at(address: str, rate: str = "3/minute") -> TestClient:
    return TestClient(create_app(Settings(rate_limit=rate)), client=(address, 50000))


def test_beyond_its_rate_a_client_is_told_to_wait() -> None:
    client = client_at("203.0.113.7")
    assert [client.get(CATALOG).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = client.get(CATALOG)
    problem = refused.json()
    assert refused.headers["content-type"] == "application/problem+json"
    assert problem["type"] == "/problems/rate-limited"
    assert problem["request_id"] == refused.headers["x-request-id"]
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert client.get("/problems/rate-limited").json()["status"] == 429
    for free in ("/healthz", "/metrics", "/", "/static/favicon.svg"):
        assert client.get(free).status_code == 200


def test_each_client_has_a_rate_of_its_own() -> None:
    app = create_app(Settings(rate_limit="1/minute"))
    for address in ("203.0.113.1", "203.0.113.2"):
        client = TestClient(app, client=(address, 50000))
        assert [client.get(CATALOG).status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize(("address", "rate"), [("127.0.0.1", "1/minute"), ("203.0.113.7", "")])
def test_this_machine_and_a_server_without_the_setting_know_no_limit(
    address: str, rate: str
) -> None:
    client = client_at(address, rate)
    assert {client.get(CATALOG).status_code for _ in range(5)} == {200}


def test_a_rate_that_is_none_is_refused_at_start() -> None:
    with pytest.raises(ValidationError, match="rate_limit"):
        Settings(rate_limit="often")
