"""How a static file is answered: revalidated at each use, or kept for good by its fingerprint."""

import os
from pathlib import PurePosixPath

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

# What was fetched is kept, but asked for again each time: a 304 costs nothing, a stale page does.
REVALIDATE = {"cache-control": "no-cache"}
# The name of a built file says what is in it.
IMMUTABLE = {"cache-control": "public, max-age=31536000, immutable"}
ENCODINGS = {"br": ".br", "gzip": ".gz"}  # the smallest first


class Revalidated(StaticFiles):
    """Static files with an ETag, revalidated at each use."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file, or 304 where the browser's copy is still good."""
        response = await super().get_response(path, scope)
        response.headers.update(REVALIDATE)
        return response


class Fingerprinted(StaticFiles):
    """The built files, each in the smallest form that the browser takes."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file, compressed where there is such a copy.

        Raises:
            HTTPException: 404, no such file; a compressed copy is none by itself.
        """
        if PurePosixPath(path).suffix in {*ENCODINGS.values(), ".json"}:
            raise HTTPException(404)
        encoding = self._encoding(path, Headers(scope=scope).get("accept-encoding", ""))
        response = await super().get_response(path + ENCODINGS.get(encoding, ""), scope)
        response.headers.update(IMMUTABLE | {"vary": "accept-encoding"})
        if encoding:
            response.headers["content-encoding"] = encoding
        return response

    def _encoding(self, path: str, accepted: str) -> str:
        """Return the encoding to answer in, "" for none."""
        for encoding, ending in ENCODINGS.items():
            if accepts(accepted, encoding) and self._is_file(path + ending):
                return encoding
        return ""

    def _is_file(self, path: str) -> bool:
        full, found = self.lookup_path(path)
        return found is not None and os.path.isfile(full)


def accepts(header: str, encoding: str) -> bool:
    """Return whether an Accept-Encoding header takes an encoding by its name, not with q=0."""
    for item in header.lower().split(","):
        name, _, parameter = item.partition(";")
        if name.strip() == encoding:
            return parameter.replace(" ", "").rstrip("0.") != "q="
    return False
