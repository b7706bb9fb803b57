"""The documents of docs/ as pages of the site."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from app.pages.documents import FOLDER, NAMES, anchor, link_of, read, to_html
from scripts.links import anchors

LANGUAGES = ("en", "zh")


class Article(HTMLParser):
    """The article of a page: its links, its ids, its text outside code; tags must nest."""

    def __init__(self, html: str):
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.words = ""
        self.feed(html[html.index("<article") : html.index("</article>") + 10])
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.links += [value for name, value in attrs if name == "href" and value]
        self.ids += [value for name, value in attrs if name == "id" and value]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "code" not in self.open:
            self.words += data


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_a_page(client, name, language):
    page = client.get(f"/docs/{name}?lang={language}")
    assert page.status_code == 200
    document, article = read(name, language), Article(page.text)
    assert f"<title>{document.title} · Unrolled</title>" in page.text
    assert f'<article lang="{document.language}">' in page.text
    assert not re.search(r"\*\*|`|\]\(|^[#|]", article.words, re.M)
    assert len(article.ids) == len(set(article.ids)) == len(anchors(fenceless(document.text)))
    assert set(article.ids) == anchors(fenceless(document.text))
    for link in article.links:
        if link.startswith("#"):
            assert unquote(link[1:]) in article.ids
        else:
            assert client.get(link.partition("#")[0]).status_code == 200, link


def fenceless(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)


def test_every_document_of_the_folder_is_served_and_leads_to_the_others(client):
    assert set(NAMES) == {path.name.split(".")[0] for path in FOLDER.glob("*.md")}
    page = client.get("/docs/api").text
    for name in NAMES:
        assert f'href="/docs/{name}"' in page
    assert 'href="/docs/api"' in client.get("/docs").text


def test_a_link_keeps_the_language_it_was_opened_in(client):
    assert 'href="/docs/mathematics?lang=zh"' in client.get("/docs/api?lang=zh").text
    assert 'href="/docs/mathematics"' in client.get("/docs/api").text


def test_what_there_is_in_one_language_only_is_shown_in_it(monkeypatch, tmp_path):
    monkeypatch.setattr("app.pages.documents.FOLDER", tmp_path)
    (tmp_path / "api.md").write_text("# Only here\n")
    read.cache_clear()
    assert read("api", "zh") == ("Only here", "# Only here\n", "en")
    read.cache_clear()


@pytest.mark.parametrize(
    "path", ["/docs/nothing", "/docs/..%2fREADME", "/docs/api.md", "/docs/api/"]
)
def test_any_other_document_is_missing(client, path):
    assert client.get(path, follow_redirects=False).status_code in (404, 307)
    assert client.get("/docs/nothing", headers={"accept": "text/html"}).status_code == 404


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# A *b* `c`", '<h1 id="a-b-c">A <em>b</em> <code>c</code></h1>'),
        ("- a\n  b\n- c", "<ul>\n<li>a\nb</li>\n<li>c</li>\n</ul>"),
        (
            "```js\na < b\n\n# no heading\n```",
            '<pre tabindex="0" class="js"><code>a &lt; b\n\n# no heading\n</code></pre>',
        ),
        ("a <b> & `*x*`", "<p>a &lt;b&gt; &amp; <code>*x*</code></p>"),
        ("[`x`](api.md#y)", '<p><a href="/r/docs/api?lang=zh#y"><code>x</code></a></p>'),
        ("[x](api.zh.md)", '<p><a href="/r/docs/api?lang=zh">x</a></p>'),
        ("[x](../tests/y.py)", "<p>x</p>"),
        ("[z](javascript:1)", "<p>[z](javascript:1)</p>"),
        ('[x](https://a.b/"onclick)', '<p><a href="https://a.b/%22onclick">x</a></p>'),
        ("检验*您的*梯度", "<p>检验<em>您的</em>梯度</p>"),
    ],
)  # fmt: skip
def test_markdown_becomes_html(text, html):
    assert to_html(text, link_of("/r", "?lang=zh")) == f"{html}\n"


def test_a_wide_table_scrolls_by_itself_and_takes_keys():
    table = to_html("| a | b |\n|---|---|\n| 1 | `x\\|y` |", link_of("", ""))
    assert table.startswith('<div class="wide" tabindex="0"><table>')
    assert table.endswith("</table></div>\n")
    assert "<td><code>x|y</code></td>" in table


def test_anchors_are_those_of_the_documents_own_check():
    heading = "One sequence, `forward` and back!"
    assert {anchor(heading)} == anchors(f"## {heading}")
