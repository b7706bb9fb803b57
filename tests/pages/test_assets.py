"""What the pages load: built files that are those of the sources, else the modules."""

import gzip
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from app.main import create_app
from app.pages import assets
from app.pages.assets import STATIC, Assets, current_manifest, digest
from app.pages.lessons import LESSONS
from app.pages.serving import Fingerprinted, accepts
from app.settings import Settings

ROOT = STATIC.parent
LISTED = json.loads((STATIC / "pages.json").read_text(encoding="utf-8"))
ADDRESSES = {
    "/": "instrument",
    "/compare": "compare",
    "/train": "train",
    "/lessons": "lessons",
    "/glossary": "glossary",
    "/docs/api": "document",
    **{f"/lessons/{stem}": f"lesson/{stem}" for stem in LESSONS},
}
MOST_SCRIPT = 80_000  # bytes of the instrument's own modules as gzip: what every browser takes


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of static with its build; made here where ``make`` has not."""
    folder = tmp_path_factory.mktemp("built")
    current = current_manifest(STATIC) is not None
    leave = shutil.ignore_patterns() if current else shutil.ignore_patterns("build")
    shutil.copytree(STATIC, folder / "static", ignore=leave)
    if not current:
        (folder / "node_modules").symlink_to((ROOT / "node_modules").resolve())
        command = ["node", str(ROOT / "scripts/bundle.mjs")]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return folder / "static"


@pytest.fixture(scope="session")
def manifest(built: Path) -> dict[str, Any]:
    found = current_manifest(built)
    assert found is not None, "the digest of scripts/bundle.mjs is not that of app/pages/assets.py"
    return found


@pytest.fixture(scope="session")
def pages(built: Path, settings: Settings) -> Iterator[TestClient]:
    """A client of an app whose pages load the built files."""
    app = create_app(settings)
    app.state.assets = Assets(built)
    with TestClient(app) as client:
        yield client


@pytest.fixture(scope="session")
def files(built: Path) -> TestClient:
    """A client of the built files alone."""
    serving = Fingerprinted(directory=built / "build")
    return TestClient(Starlette(routes=[Mount("/static/build", serving)]))


def addresses(html: str) -> list[str]:
    """Return what the tags of a page's head load."""
    head = html.partition("</head>")[0]
    return re.findall(r'<(?:link|script)[^>]* (?:href|src)="([^"]+)"', head)


def script_bytes(manifest: dict[str, Any], page: str, built: Path, ending: str = ".gz") -> int:
    """Return the size of a page's own modules: all it needs before its first picture but KaTeX."""
    files = manifest["pages"][page]
    own = [n for n in [files["script"], *files["preloads"]] if not n.startswith("katex-")]
    return sum((built / "build" / f"{name}{ending}").stat().st_size for name in own)


def test_every_template_of_a_page_has_its_files() -> None:
    paths = (ROOT / "templates").glob("*.html")
    pages = {p.stem for p in paths if '{% extends "base.html" %}' in p.read_text("utf-8")}
    assert set(LISTED["pages"]) == pages


@pytest.mark.parametrize(("path", "page"), ADDRESSES.items())
def test_a_page_loads_built_files_and_nothing_inline(
    pages: TestClient, files: TestClient, manifest: dict[str, Any], path: str, page: str
) -> None:
    answer = pages.get(path)
    loaded = addresses(answer.text)
    assert f"/static/build/{manifest['pages'][page]['script']}" in loaded
    assert all(address.startswith("/static/build/") for address in loaded)
    assert [a for a in loaded if files.get(a).status_code != 200] == []
    assert "importmap" not in answer.text
    assert "sha256" not in answer.headers["content-security-policy"]
    scripts = [address for address in loaded if address.endswith(".js")]
    assert len(scripts) <= 4, "theme, own script, a part of it, KaTeX"


def test_the_reference_of_the_api_loads_built_files(pages: TestClient, files: TestClient) -> None:
    html = pages.get("/docs").text
    loaded = re.findall(r'<(?:link|script)[^>]* (?:href|src)="([^"]+)"', html)
    assert len(loaded) == 4
    assert all(files.get(address).status_code == 200 for address in loaded)


def test_the_first_scripts_are_small(manifest: dict[str, Any], built: Path) -> None:
    assert script_bytes(manifest, "instrument", built) <= MOST_SCRIPT
    for page in manifest["pages"]:
        assert script_bytes(manifest, page, built) <= 1.5 * MOST_SCRIPT, page


def test_a_name_is_that_of_the_contents(manifest: dict[str, Any], built: Path) -> None:
    plain = [name for name in manifest["all"] if not name.endswith((".br", ".gz"))]
    assert all(re.fullmatch(r"[\w-]+-[0-9A-Z]{8}\.(js|css|svg|woff2)", name) for name in plain)
    for name in plain:
        packed = built / "build" / f"{name}.gz"
        if packed.exists():
            assert gzip.decompress(packed.read_bytes()) == (built / "build" / name).read_bytes()


@pytest.mark.parametrize(
    ("wish", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("identity", None),
        ("", None),
    ],
)
def test_a_built_file_is_kept_for_good_in_the_smallest_form(
    files: TestClient, manifest: dict[str, Any], wish: str, encoding: str | None
) -> None:
    address = f"/static/build/{manifest['pages']['document']['script']}"
    with files.stream("GET", address, headers={"accept-encoding": wish}) as answer:
        body = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert int(answer.headers["content-length"]) == len(body)
    plain = files.get(address, headers={"accept-encoding": "identity"})
    assert (len(body) < len(plain.content)) == (encoding is not None)
    again = {"accept-encoding": wish, "if-none-match": answer.headers["etag"]}
    assert files.get(address, headers=again).status_code == 304


def test_what_is_beside_a_file_is_not_served_by_itself(
    files: TestClient, manifest: dict[str, Any]
) -> None:
    script = manifest["pages"]["instrument"]["script"]
    for name in ("manifest.json", f"{script}.br", f"{script}.gz", "none.js", "../pages.json"):
        assert files.get(f"/static/build/{name}").status_code == 404, name


@pytest.mark.parametrize(
    ("header", "taken"),
    [("br", True), ("BR;q=1.0", True), ("br; q=0.000", False), ("*", False), ("brotli", False)],
)
def test_what_a_browser_takes(header: str, taken: bool) -> None:
    assert accepts(header, "br") is taken


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one page, with its build, looked at at each use."""
    monkeypatch.setattr(assets, "LOOK_AGAIN", 0)
    for name in ("js", "css", "build"):
        (tmp_path / name).mkdir()
    page = {"script": "main", "styles": ["css/base"], "fonts": []}
    (tmp_path / "pages.json").write_text(json.dumps({"pages": {"one": page}}))
    (tmp_path / "js/main.js").write_text("1")
    (tmp_path / "css/base.css").write_text("p{}")
    built = {"script": "main-A.js", "preloads": [], "styles": ["one-A.css"], "fonts": []}
    for name in ("main-A.js", "one-A.css"):
        (tmp_path / "build" / name).write_text("built")
    manifest = {"sources": digest(tmp_path), "pages": {"one": built}, "files": {}}
    manifest["all"] = ["main-A.js", "one-A.css"]
    (tmp_path / "build/manifest.json").write_text(json.dumps(manifest))
    return tmp_path


def spoil(small: Path, how: str) -> None:
    """Do what makes a build stale."""
    match how:
        case "a source edited":
            (small / "js/main.js").write_text("2")
        case "a source added":
            (small / "js/other.js").write_text("")
        case "a source gone":
            (small / "css/base.css").unlink()
        case "a source renamed":
            (small / "js/main.js").rename(small / "js/main2.js")
        case "a built file gone":
            (small / "build/one-A.css").unlink()
        case "no build":
            shutil.rmtree(small / "build")


STALE = ["a source edited", "a source added", "a source gone", "a source renamed"]


@pytest.mark.parametrize("how", [*STALE, "a built file gone", "no build"])
def test_a_build_that_is_not_of_the_sources_is_not_served(small: Path, how: str) -> None:
    head = Assets(small).now().head("one")
    assert (head.script, head.styles, head.modules) == (
        "build/main-A.js",
        ["build/one-A.css"],
        False,
    )
    spoil(small, how)
    plain = Assets(small).now().head("one")
    assert (plain.script, plain.styles, plain.modules) == ("js/main.js", ["css/base.css"], True)


@pytest.mark.parametrize("how", [*STALE, "no build"])
def test_a_running_server_sees_it_too(small: Path, how: str) -> None:
    running = Assets(small)
    assert not running.now().head("one").modules
    spoil(small, how)
    assert running.now().head("one").modules
