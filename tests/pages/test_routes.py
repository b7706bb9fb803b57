"""The pages as a browser gets them."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from app.pages.assets import Assets
from app.pages.i18n import CATALOGUES

STATIC = Path(__file__).resolve().parents[2] / "static"
VENDOR = STATIC / "vendor"
IDS = [
    "top",
    "instrument",
    "controls",
    "controls-content",
    "inspector",
    "inspector-content",
    "main",
    "headline",
    "problem",
    "bands",
    "band-stage",
    "band-time",
    "band-hidden",
    "band-cell",
    "band-gates",
    "cell-view",
    "band-gradient",
    "band-triangle",
    "cursor-column",
    "peek",
    "transport",
    "messages",
    "catalog",
    "header-mode",
    "copy-button",
    "theme-button",
    "menu-button",
    "controls-button",
]
COMPARE_IDS = [
    "top",
    "main",
    "networks",
    "compare-head",
    "compare-title",
    "compare-subtitle",
    "data-button",
    "add-network",
    "data",
    "problem",
    "rows",
    "chart-subtitle",
    "chart",
    "findings",
    "messages",
    "catalog",
    "copy-button",
    "theme-button",
    "menu-button",
]
TRAIN_IDS = [
    "top",
    "instrument",
    "controls",
    "controls-content",
    "inspector",
    "main",
    "headline",
    "problem",
    "offer",
    "train-scroll",
    "train-loss",
    "train-gradient",
    "train-scrubber",
    "train-moments",
    "train-evaluation",
    "train-samples",
    "train-cliff",
    "train-status",
    "peek",
    "transport",
    "scrim",
    "messages",
    "catalog",
    "copy-button",
    "theme-button",
    "menu-button",
    "controls-button",
]
PAGES = {"/": IDS, "/compare": COMPARE_IDS, "/train": TRAIN_IDS}


class Page(HTMLParser):
    """The parts of a page that the tests ask about."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[tuple[str, dict[str, str | None]]] = []
        self.inline: list[tuple[dict[str, str | None], str]] = []
        self.styled: list[str] = []
        self.script: dict[str, str | None] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if attributes.get("id"):
            self.ids.append(attributes["id"] or "")
        if "style" in attributes or any(name.startswith("on") for name in attributes):
            self.styled.append(tag)
        if attributes.get("href") or attributes.get("src"):
            self.links.append((tag, attributes))
        if tag == "script":
            self.script = attributes

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self.script = None

    def handle_data(self, data: str) -> None:
        if self.script is not None:
            self.inline.append((self.script, data))

    def data(self, name: str):
        """Return the JSON of a data block."""
        return json.loads(next(text for at, text in self.inline if at.get("id") == name))


@pytest.fixture
def modules(client, tmp_path: Path) -> Iterator[None]:
    """Let the pages load the modules, whatever is built."""
    (tmp_path / "pages.json").write_bytes((STATIC / "pages.json").read_bytes())
    usual, client.app.state.assets = client.app.state.assets, Assets(tmp_path)
    yield
    client.app.state.assets = usual


def get(client, path: str = "/", **headers: str):
    client.cookies.clear()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(path, headers=names)


@pytest.mark.parametrize("path", PAGES)
def test_the_page_has_the_parts_that_the_views_fill(client, path: str) -> None:
    page = Page(get(client, path).text)
    assert set(PAGES[path]) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.usefixtures("modules")
@pytest.mark.parametrize("path", PAGES)
def test_nothing_inline_but_the_hashed_import_map(client, path: str) -> None:
    response = get(client, path)
    page = Page(response.text)
    assert page.styled == []
    code = [text for at, text in page.inline if at.get("type") != "application/json"]
    assert len(code) == 1
    digest = base64.b64encode(hashlib.sha256(code[0].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in response.headers["content-security-policy"]
    for address in json.loads(code[0])["imports"].values():
        assert address.startswith("/static/vendor/")


@pytest.mark.parametrize("path", PAGES)
def test_all_that_the_page_loads_is_here(client, path: str) -> None:
    page = Page(get(client, path).text)
    loaded = [at.get("src") or at["href"] for tag, at in page.links if tag in ("link", "script")]
    assert all(address and address.startswith("/static/") for address in loaded)
    built = VENDOR.is_dir()
    for address in loaded:
        if built or "/vendor/" not in str(address):
            assert client.get(address).status_code == 200, address


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_link_to_each_other_and_mark_where_one_is(client, path: str) -> None:
    links = [at for tag, at in Page(get(client, path).text).links if tag == "a"]
    assert set(PAGES) <= {at["href"] for at in links}
    assert [at["href"] for at in links if "aria-current" in at] == [path]


@pytest.mark.parametrize("path", PAGES)
def test_messages_and_catalogue_are_in_the_page(client, path: str) -> None:
    page = Page(get(client, path, accept_language="zh-CN").text)
    assert page.data("messages") == CATALOGUES["zh"]
    assert page.data("catalog") == client.get("/api/v1/catalog").json()


@pytest.mark.parametrize(("wish", "language"), [("zh-TW,zh;q=0.9", "zh"), ("de,en", "en")])
def test_the_language_of_the_browser(client, wish: str, language: str) -> None:
    response = get(client, accept_language=wish)
    assert f'<html lang="{language}"' in response.text
    assert response.headers["content-language"] == language
    assert "accept-language" in response.headers["vary"]
    assert "set-cookie" not in response.headers


def test_the_language_of_a_link_is_kept_within_but_not_remembered(client) -> None:
    response = get(client, "/?lang=zh-HK", accept_language="en")
    assert '<html lang="zh"' in response.text
    assert "set-cookie" not in response.headers
    homes = [at["href"] for tag, at in Page(response.text).links if tag == "a" and at.get("href")]
    assert homes.count("/?lang=zh") == 2
    assert "/" not in homes
    assert '<html lang="en"' in get(client, accept_language="en").text


def test_the_language_that_was_switched_to_is_remembered(client) -> None:
    assert '<html lang="zh"' in get(client, cookie="lang=zh", accept_language="en").text
    link = get(client, "/?lang=en", cookie="lang=zh", accept_language="zh")
    assert '<html lang="en"' in link.text


def test_the_language_switch_keeps_the_state(client) -> None:
    page = Page(get(client, "/?text=%E4%BD%A0%E5%A5%BD%26&seed=7&lang=en").text)
    switch = next(at for _, at in page.links if at.get("data-language") == "zh")
    assert switch["href"] == "?text=%E4%BD%A0%E5%A5%BD%26&seed=7&lang=zh"


def test_a_hostile_query_stays_text(client) -> None:
    attack = "/?text=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&hide=%22%3E%3Cb%3E&lang=%3Cb%3E"
    response = get(client, attack)
    assert "<script>alert" not in response.text
    assert "<b>" not in response.text
    assert 'href="/?lang=en"' in response.text


@pytest.mark.parametrize(
    ("query", "hidden"), [("", ""), ("?hide=header,controls,x", "controls header")]
)
def test_the_link_hides_sections_before_any_script(client, query: str, hidden: str) -> None:
    assert f'data-hide="{hidden}"' in get(client, f"/{query}").text


def test_the_page_revalidates(client) -> None:
    first = get(client)
    assert first.headers["cache-control"] == "no-cache"
    second = get(client, if_none_match=first.headers["etag"])
    assert second.status_code == 304
    assert second.content == b""
    assert get(client, accept_language="zh", if_none_match=first.headers["etag"]).status_code == 200


def test_static_files_revalidate(client) -> None:
    first = client.get("/static/js/state.js")
    assert first.headers["content-type"].startswith("text/javascript")
    assert first.headers["cache-control"] == "no-cache"
    again = client.get("/static/js/state.js", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/static/../app/main.py", "/static/%2e%2e/pyproject.toml", "/static/js/"]
)
def test_static_files_are_only_those(client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_head_is_answered(client) -> None:
    response = client.head("/")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")


def test_a_reader_gets_a_page_at_an_unknown_address(client) -> None:
    response = get(client, "/nowhere", accept="text/html,*/*;q=0.8", accept_language="zh")
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert CATALOGUES["zh"]["missing.title"] in response.text
    assert Page(response.text).styled == []


@pytest.mark.parametrize(
    ("path", "accept"),
    [("/nowhere", "*/*"), ("/api/v1/nowhere", "text/html"), ("/static/none.js", "text/html")],
)
def test_a_program_gets_a_problem(client, path: str, accept: str) -> None:
    response = get(client, path, accept=accept)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_the_page_works_under_a_prefix(settings) -> None:
    from starlette.testclient import TestClient

    from app.main import create_app

    with TestClient(create_app(settings), root_path="/rnn") as client:
        response = client.get("/rnn/?lang=zh")
    page = Page(response.text)
    loaded = [at.get("src") or at["href"] for tag, at in page.links if tag in ("link", "script")]
    assert all(str(address).startswith("/rnn/static/") for address in loaded)
    assert 'data-root="/rnn"' in response.text
    assert 'href="/rnn/?lang=zh"' in response.text


def test_every_link_of_the_head_leads_somewhere(client) -> None:
    page = Page(get(client).text)
    pages = {str(at["href"]) for tag, at in page.links if tag == "a"} - {"#main"}
    assert {"/", "/docs"} <= pages
    for address in pages:
        assert client.get(address if address.startswith("/") else f"/{address}").status_code == 200


def test_the_settings_of_a_first_visit_are_the_preset_hello(client) -> None:
    """state.js names the defaults; the catalogue names the preset: they must stay one."""
    text = (STATIC / "js/state.js").read_text(encoding="utf-8")
    catalog = client.get("/api/v1/catalog").json()
    hello = next(preset for preset in catalog["presets"] if preset["id"] == "hello")
    network, init = hello["request"]["network"], hello["request"]["network"]["init"]

    def default(call: str) -> str:
        found = re.search(call, text)
        assert found, call
        return found[1]

    assert default(r'words\("text", "([^"]*)"') == hello["request"]["data"]["text"]
    assert default(r'choice\("activation", \["(\w+)"') == network["activation"]
    assert default(r'choice\("scheme", \["(\w+)"') == init["scheme"]
    assert int(default(r'integer\("H", (\d+)')) == network["hidden_size"]
    assert float(default(r'real\("gain", ([\d.]+)')) == init["gain"]
    assert float(default(r'real\("radius".*?\), ([\d.]+)\)')) == init["spectral_radius"]
    assert int(default(r'integer\("seed", (\d+)')) == init["seed"]
    assert json.loads(default(r'name: "scale", default: (\[[^\]]*\])')) == hello["scale"]
