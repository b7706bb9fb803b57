"""Health."""

from app.main import create_app
from app.settings import Settings


def test_healthz_says_ok_and_the_version(client):
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "version": Settings().version, "commit": None}


def test_the_commit_is_shown_where_known():
    app = create_app(Settings(commit="1a2b3c4"))
    assert b'"commit":"1a2b3c4"' in app.state.catalog
