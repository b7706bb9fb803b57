"""Which files a page loads: the built ones while they are those of the sources, else the modules.

``scripts/bundle.mjs`` builds static/build from static/pages.json and all that is in static. Its
manifest holds a digest of these sources; a page loads built files only while that is their digest
now, so it is never stale and never half of each.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

STATIC = Path(__file__).resolve().parents[2] / "static"
BUILT = "build"
LOOK_AGAIN = 1.0  # seconds
LISTS = ("styles", "fonts", "preloads")


class Head(NamedTuple):
    """What a page's head names, as addresses below /static; ``modules``: it needs an import map."""

    script: str
    modules: bool
    styles: list[str]
    fonts: list[str]
    preloads: list[str]


class Files:
    """The files of one moment: those of the manifest, or the sources themselves."""

    def __init__(self, static: Path, manifest: dict[str, Any] | None) -> None:
        self._static = static
        self._manifest = manifest

    def head(self, page: str) -> Head:
        """Return what a page of static/pages.json loads; one of its ``each`` is "lesson/tour".

        Raises:
            KeyError: no such page.
        """
        if self._manifest is None:
            pages = json.loads((self._static / "pages.json").read_bytes())["pages"]
            return _plain(pages[page.partition("/")[0]])
        built = self._manifest["pages"][page]
        lists = {key: [f"{BUILT}/{name}" for name in built[key]] for key in LISTS}
        return Head(script=f"{BUILT}/{built['script']}", modules=False, **lists)

    def file(self, name: str) -> str:
        """Return where below /static a file of pages.json's ``files`` is."""
        return name if self._manifest is None else f"{BUILT}/{self._manifest['files'][name]}"


class Assets:
    """The files of the pages, looked at again at most once a second."""

    def __init__(self, static: Path = STATIC) -> None:
        self._static = static
        self._looked = -LOOK_AGAIN
        self._stamp: object = None
        self._files = Files(static, None)

    def now(self) -> Files:
        """Return the built files if they are those of the sources as they are, else these."""
        now = time.monotonic()
        if now - self._looked >= LOOK_AGAIN:
            self._looked = now
            self._look()
        return self._files

    def _look(self) -> None:
        try:
            stamp = _stamp(self._static)
            if stamp != self._stamp:
                self._files = Files(self._static, current_manifest(self._static))
        except FileNotFoundError:  # something is being written or removed at this moment
            stamp, self._files = None, Files(self._static, None)
        self._stamp = stamp


def current_manifest(static: Path) -> dict[str, Any] | None:
    """Return what static/build/manifest.json says if all it names is there and made of static."""
    path = static / BUILT / "manifest.json"
    if not path.exists():
        return None
    manifest = json.loads(path.read_bytes())
    whole = all((static / BUILT / name).is_file() for name in manifest["all"])
    return manifest if whole and manifest["sources"] == digest(static) else None


def digest(static: Path) -> str:
    """Return one digest of all sources, as scripts/bundle.mjs makes it."""
    total = hashlib.sha256()
    for name, entry in sorted(_files(static), key=lambda pair: pair[0]):
        total.update(f"{name}\0".encode())
        total.update(Path(entry.path).read_bytes())
    return total.hexdigest()


def _files(folder: Path | str, within: str = "") -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield every source, by its path below static."""
    with os.scandir(folder) as entries:
        for entry in entries:
            name = within + entry.name
            if entry.is_file():
                yield name, entry
            elif name != BUILT:
                yield from _files(entry.path, f"{name}/")


def _stamp(static: Path) -> dict[str, int]:
    """Return what differs once a source or the manifest was written, added or removed."""
    written = {name: entry.stat().st_mtime_ns for name, entry in _files(static)}
    manifest = static / BUILT / "manifest.json"
    return written | ({BUILT: manifest.stat().st_mtime_ns} if manifest.exists() else {})


def _plain(page: dict[str, Any]) -> Head:
    styles = [f"{sheet}.css" for sheet in page["styles"]]
    fonts = [f"vendor/fonts/{name}.woff2" for name in page["fonts"]]
    return Head(f"js/{page['script']}.js", True, styles, fonts, [])
