"""The pages and their static files."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.pages import documents, lessons
from app.pages.assets import BUILT, STATIC, Assets, Files
from app.pages.i18n import CATALOGUES, for_script, negotiate, others, translate
from app.pages.lessons import glossary, prose
from app.pages.serving import REVALIDATE, Fingerprinted, Revalidated
from app.settings import Settings

HERE = Path(__file__).resolve().parents[2]
LIBRARIES = ("culori", "d3-array", "d3-scale", "d3-selection", "d3-shape", "katex")
SECTIONS = ("controls", "inspector", "transport", "header")
LESSON_PARTS = ("header", "nav", "text", "questions", "link")
# What the template of a document is made with.
DOCUMENTS: dict[str, Any] = {
    "names": documents.NAMES,
    "read": documents.read,
    "to_html": documents.to_html,
    "link_of": documents.link_of,
}

templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def mount_pages(app: FastAPI, settings: Settings) -> None:
    """Serve the pages, ``/static`` and a readable 404.

    Args:
        app: its state holds ``catalog`` (bytes) and ``csp_script_hashes``, to which the hash of
            the pages' one inline script, the import map, is added where a page has it; it is
            given ``assets``.
        settings: the version shown in the page.
    """

    async def instrument(request: Request) -> Response:
        catalog = for_script(app.state.catalog)
        return render(request, "instrument.html", catalog=catalog, version=settings.version)

    async def compare(request: Request) -> Response:
        return render(request, "compare.html", catalog=for_script(app.state.catalog))

    async def train(request: Request) -> Response:
        return render(request, "train.html", catalog=for_script(app.state.catalog))

    async def document(request: Request, name: str) -> Response:
        if name not in documents.NAMES:
            raise HTTPException(404)
        return render(request, "document.html", name=name, **DOCUMENTS)

    async def lesson(request: Request, stem: str) -> Response:
        if stem not in lessons.LESSONS:
            raise HTTPException(404)
        catalog = for_script(app.state.catalog)
        about = _lesson(stem) | _left_out(request)
        return render(request, "lesson.html", catalog=catalog, **about)

    async def index(request: Request) -> Response:
        return render(request, "lessons.html", lessons=_lessons(), inline=prose.inline)

    async def terms(request: Request) -> Response:
        titles = {stem: lesson.title for stem, lesson in _lessons()}
        return render(request, "glossary.html", ordered=glossary.ordered, titles=titles)

    pages = {
        "/": instrument,
        "/compare": compare,
        "/train": train,
        "/lessons": index,
        "/lessons/{stem}": lesson,
        "/glossary": terms,
        "/docs/{name}": document,
    }
    for path, page in pages.items():
        app.add_api_route(path, page, methods=["GET", "HEAD"], include_in_schema=False)
    app.state.assets = Assets()
    app.mount(f"/static/{BUILT}", Fingerprinted(directory=STATIC / BUILT, check_dir=False))
    app.mount("/static", Revalidated(directory=STATIC), name="static")
    _explain_missing_pages(app)


def _lessons() -> list[tuple[str, lessons.Lesson]]:
    return [(stem, lessons.read(stem)) for stem in lessons.LESSONS]


def _lesson(stem: str) -> dict[str, Any]:
    """Return what the template of a lesson is made with."""
    before, after = (name and (name, lessons.read(name)) for name in lessons.around(stem))
    return {
        "stem": stem,
        "assets": f"lesson/{stem}",
        "lesson": lessons.read(stem),
        "lessons": _lessons(),
        "before": before,
        "after": after,
        "to_html": prose.to_html,
        "inline": prose.inline,
        "glossary": _definitions,
    }


def _definitions(lesson: lessons.Lesson, language: str) -> str:
    """Return the terms that a lesson links to, as JSON for its tooltips."""
    (other,) = others(language)
    ids = glossary.used(lesson, language)
    return for_script(glossary.for_tooltips(ids, language, other))


def _left_out(request: Request) -> dict[str, Any]:
    """Return what a teacher's link hides of a lesson; a frame has the figure alone."""
    wanted = request.query_params.get("hide", "").split(",")
    embedded = request.query_params.get("embed") == "1"
    hidden = [part for part in LESSON_PARTS if part in wanted]
    frame = ["header", "nav", "text", "embed"] if embedded else []
    return {"hidden": " ".join(dict.fromkeys([*hidden, *frame])), "embedded": embedded}


def render(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    """Return a page in the reader's language, or 304 where the browser's copy is the same."""
    wish = request.query_params.get("lang")
    language = negotiate(wish, request.cookies.get("lang"), request.headers.get("accept-language"))
    page = context.get("assets", template.removesuffix(".html"))  # as static/pages.json names it
    frame = _frame(request, language, page)
    html = templates.get_template(template).render(frame | context)
    if frame["imports"] in html:
        request.app.state.csp_script_hashes.add(_hash(frame["imports"]))
    headers = REVALIDATE | {
        "etag": f'"{hashlib.sha256(html.encode()).hexdigest()[:32]}"',
        "vary": "accept-language, cookie",  # the cookie is the language switch's own: header.js
        "content-language": language,
    }
    if status == 200 and headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return HTMLResponse(html, status, headers=headers)


def _frame(request: Request, language: str, page: str) -> dict[str, Any]:
    """Return what every page's template needs."""
    root = _root(request)
    files: Files = request.app.state.assets.now()
    hidden = request.query_params.get("hide", "").split(",")
    kept = (
        f"?lang={language}" if "lang" in request.query_params else ""
    )  # a link's language is for its pages alone
    return {
        "root": root,
        "home": f"{root}/{kept}",
        "compare": f"{root}/compare{kept}",
        "train": f"{root}/train{kept}",
        "lessons_page": f"{root}/lessons{kept}",
        "language": language,
        "kept": kept,
        "languages": [_switch(request, name) for name in others(language)],
        "t": lambda key, **params: translate(language, key, **params),
        "head": lambda: files.head(page),
        "file": lambda name: f"{root}/static/{files.file(name)}",
        "imports": _import_map(root),
        "messages": for_script(CATALOGUES[language]),
        "hidden": " ".join(name for name in SECTIONS if name in hidden),
    }


def _switch(request: Request, language: str) -> dict[str, str]:
    """Return a link to this very page in another language."""
    kept = [(k, v) for k, v in request.query_params.multi_items() if k != "lang"]
    query = urlencode([*kept, ("lang", language)])
    return {"code": language, "href": f"?{query}", "name": translate(language, "language.name")}


def _import_map(root: str) -> str:
    imports = {name: f"{root}/static/vendor/{name}.js" for name in LIBRARIES}
    return for_script(json.dumps({"imports": imports}).encode())


def _hash(script: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def _root(request: Request) -> str:
    """Return the prefix that a reverse proxy serves this application under, mostly ""."""
    return request.scope.get("root_path", "").rstrip("/")


def _explain_missing_pages(app: FastAPI) -> None:
    """Answer an unknown address with a page where a reader asks, else as the API does."""
    answer_program: Any = app.exception_handlers[HTTPException]

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 404 and _is_reader(request.url.path, request.headers):
            return render(request, "missing.html", status=404)
        return await answer_program(request, error)

    app.add_exception_handler(HTTPException, on_http)


def _is_reader(path: str, headers: Headers) -> bool:
    return "text/html" in headers.get("accept", "") and not path.startswith(("/api/", "/static/"))
