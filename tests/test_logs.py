"""The log's lines, as text and as JSON."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from app.logs import configure
from app.settings import Settings


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """What the server's log writes; the loggers are put back."""
    ours, access = logging.getLogger("unrolled"), logging.getLogger("uvicorn.access")
    before = (ours.handlers[:], ours.level, access.handlers[:], access.propagate)
    stream = io.StringIO()
    ours.handlers = [logging.StreamHandler(stream)]
    yield stream
    ours.handlers, ours.level, access.handlers, access.propagate = before


SAID = {"status": 200, "request_id": "mine"}


def test_json_lines_hold_every_field(out: io.StringIO) -> None:
    configure(Settings(log_format="json"))
    logging.getLogger("unrolled.access").info("GET /", extra=SAID)
    try:
        raise RuntimeError("line one\nline two")
    except RuntimeError:
        logging.getLogger("unrolled").exception("failed")
    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert first | {"time": ""} == {
        "time": "",
        "level": "INFO",
        "logger": "unrolled.access",
        "message": "GET /",
        **SAID,
    }
    assert "line two" in second["exc_info"]


def test_text_lines_and_the_lowest_level(out: io.StringIO) -> None:
    configure(Settings(log_level="warning"))
    logging.getLogger("unrolled").info("quiet")
    logging.getLogger("unrolled").warning("loud")
    assert out.getvalue().endswith("WARNING loud\n")
    assert "quiet" not in out.getvalue()


def test_uvicorn_does_not_log_requests_twice(out: io.StringIO) -> None:
    access = logging.getLogger("uvicorn.access")
    access.addHandler(logging.StreamHandler(out))
    configure(Settings())
    configure(Settings())
    assert not access.hasHandlers()
    assert len(logging.getLogger("unrolled").handlers) == 1
