"""A multipart form's fields, in memory: nothing is written to disk, for the server may not write.

The form is read whole within a limit and parsed afterwards, off the event loop.
"""

from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from app.api.errors import FieldError, Problem
from app.api.work import read_body

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MOST_PARTS = 20
ENVELOPE_BYTES = 64 * 1024  # room for boundaries, headers and the small fields beside a file


async def read_form_body(request: Request, limit: int) -> tuple[bytes, bytes]:
    """Return the boundary and the body of a multipart form.

    limit: bytes of its largest field.

    Raises:
        Problem: unsupported-media-type, malformed-form, or too-large before the rest is read.
    """
    declared = request.headers.get("content-type", "")
    kind, options = parse_options_header(declared)
    if kind != b"multipart/form-data":
        what = f"declared as {declared}" if declared else "not declared"
        raise Problem("unsupported-media-type", f"The body is {what}; send multipart/form-data.")
    boundary = options.get(b"boundary", b"")
    if not boundary or len(boundary) > 256:
        raise Problem("malformed-form", "The content-type has no boundary, or too long a one.")
    return boundary, await read_body(request, limit + ENVELOPE_BYTES)


def parse_form(boundary: bytes, body: bytes, known: tuple[str, ...]) -> dict[str, bytes]:
    """Return the fields by name.

    Raises:
        Problem: malformed-form; validation for a field that is unknown or given twice.
    """
    reader = _Reader()
    parser = MultipartParser(boundary, reader.callbacks())
    try:
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise Problem("malformed-form", f"The form is damaged: {str(error)[:200]}") from None
    if not reader.ended:
        raise Problem("malformed-form", "The form ends before its last boundary.")
    fields: dict[str, bytes] = {}
    for name, content in reader.parts:
        if name not in known or name in fields:
            what = "is given twice" if name in fields else "is not a known field"
            raise refused(name[:60], what, ", ".join(known))
        fields[name] = content
    return fields


def refused(field: str, message: str, expected: str, was: str | None = None) -> Problem:
    """Return the refusal of one field of a form."""
    error = FieldError(field=field, message=message, expected=expected)
    if was is not None:
        error["was"] = was
    return Problem("validation", f"{field} {message}", [error])


class _Reader:
    """Gathers what the parser calls out: headers of a part, then its data."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, bytes]] = []
        self.ended = False
        self._header, self._value = b"", b""
        self._disposition = b""
        self._chunks: list[bytes] = []

    def callbacks(self) -> "MultipartCallbacks":
        """Return the parser's callbacks."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._grow("_header", data[start:end]),
            "on_header_value": lambda data, start, end: self._grow("_value", data[start:end]),
            "on_header_end": self._end_header,
            "on_part_data": lambda data, start, end: self._chunks.append(data[start:end]),
            "on_part_end": self._end_part,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        if len(self.parts) == MOST_PARTS:
            raise Problem("malformed-form", f"The form has more than {MOST_PARTS} parts.")
        self._chunks, self._disposition = [], b""

    def _grow(self, name: str, piece: bytes) -> None:
        setattr(self, name, getattr(self, name) + piece)

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header, self._value = b"", b""

    def _end_part(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"name", b"").decode("utf-8", "replace")
        self.parts.append((name, b"".join(self._chunks)))

    def _end(self) -> None:
        self.ended = True
