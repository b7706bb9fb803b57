"""Every answer carries its id and the policy."""

import pytest
from starlette.testclient import TestClient

from app.api.headers import content_security_policy
from app.main import create_app
from app.settings import Settings


@pytest.mark.parametrize("path", ["/healthz", "/docs", "/api/v1/catalog", "/nothing"])
def test_every_answer_has_the_headers(client, path):
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-request-id"]


def test_the_policy_allows_nothing_inline_and_embedding_by_all():
    policy = content_security_policy(())
    assert "unsafe" not in policy
    assert "frame-ancestors *" in policy
    assert "script-src 'self';" in policy


def test_hashes_of_inline_scripts_join_the_policy():
    app = create_app(Settings())
    app.state.csp_script_hashes.add("sha256-abc=")
    policy = TestClient(app).get("/healthz").headers["content-security-policy"]
    assert "'sha256-abc='" in policy.partition("script-src ")[2].partition(";")[0]


def test_each_request_has_its_own_id(client):
    ids = {client.get("/healthz").headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3


def test_a_plain_id_of_the_caller_is_kept_and_an_odd_one_is_not(client):
    def answered(given: str) -> str:
        return client.get("/healthz", headers={"x-request-id": given}).headers["x-request-id"]

    assert answered("trace-7") == "trace-7"
    assert answered("x" * 65) != "x" * 65
    assert answered("tab\there") != "tab\there"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("example.org", 200),
        ("EXAMPLE.org:8000", 200),
        ("a.example.net", 200),
        ("example.net", 400),
        ("evil.org", 400),
        ("[::1]:8000", 200),
    ],
)
def test_only_trusted_hosts_are_served(host, status):
    hosts = ("example.org", "*.example.net", "[::1]")
    client = TestClient(create_app(Settings(trusted_hosts=hosts)))
    response = client.get("/healthz", headers={"host": host})
    assert response.status_code == status
    if status == 400:
        assert response.json()["type"] == "/problems/bad-host"
        assert response.headers["content-type"] == "application/problem+json"
