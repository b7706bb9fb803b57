"""The server's log: a line a request, as text or JSON, uvicorn's own lines in the same form."""

import logging

from pythonjsonlogger.orjson import OrjsonFormatter

from app.settings import Settings

TEXT = "%(asctime)s %(levelname)-7s %(message)s"
JSON = ("asctime", "levelname", "name", "message")
NAMES = {"asctime": "time", "levelname": "level", "name": "logger"}


def configure(settings: Settings) -> None:
    """Write the log to standard error in the form that the settings ask for; any number of times.

    uvicorn's line a request is left out: ours has the request id and the time it took.
    """
    formatter = _formatter(settings.log_format)
    ours = logging.getLogger("unrolled")
    ours.setLevel(settings.log_level.upper())
    if not ours.handlers:
        ours.addHandler(logging.StreamHandler())
    for handler in (*ours.handlers, *logging.getLogger("uvicorn").handlers):
        handler.setFormatter(formatter)
    access = logging.getLogger("uvicorn.access")
    access.handlers.clear()
    access.propagate = False


def _formatter(form: str) -> logging.Formatter:
    if form == "json":
        return OrjsonFormatter(JSON, rename_fields=NAMES)
    return logging.Formatter(TEXT)
