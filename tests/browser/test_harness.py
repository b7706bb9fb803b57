"""The watch must see what it is there for; otherwise every other browser test proves less."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route

BLANK = '<!doctype html><html lang="en"><title>blank</title><link rel="icon" href="data:,">'


def answer_with(status: int, body: str = "") -> Callable[[Route], None]:
    def answer(route: Route) -> None:
        headers = {"access-control-allow-origin": "*", "content-type": "text/html"}
        route.fulfill(status=status, body=body, headers=headers)

    return answer


@pytest.fixture
def blank(new_context: Callable[..., BrowserContext]) -> Page:
    """A page of the site's own host without the site's content and policy."""
    page = new_context().new_page()
    page.route("**/blank", answer_with(200, BLANK))
    page.route("**/broken", answer_with(500))
    page.route("https://elsewhere.example/**", answer_with(200))
    page.goto("/blank")
    return page


def wait_for_problem(page: Page, watch: Any, pattern: str) -> None:
    for _ in range(100):
        if any(re.search(pattern, problem) for problem in watch.problems):
            return
        page.wait_for_timeout(20)
    pytest.fail(f"{pattern!r} is not among {watch.problems}")


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("console.error('spoken')", "^console: spoken$"),
        ("setTimeout(() => { throw new Error('thrown') }, 0)", "^exception: .*thrown"),
        ("Promise.reject(new Error('refused'))", "^exception: .*refused"),
        ("fetch('https://elsewhere.example/x')", "^request to another host: https://elsewhere"),
        ("fetch('/broken')", "^status 500: http://127.0.0.1.*/broken$"),
    ],
)
def test_the_watch_sees(blank: Page, watch: Any, script: str, problem: str) -> None:
    blank.evaluate(f"() => {{ {script} }}")
    wait_for_problem(blank, watch, problem)
    watch.allow(problem)
    watch.allow("^console: .*status of 500")
    assert watch.remaining() == []


def test_the_watch_excuses_only_what_matches(blank: Page, watch: Any) -> None:
    blank.evaluate("() => { console.error('one'); console.error('two') }")
    wait_for_problem(blank, watch, "two")
    watch.allow("one")
    assert watch.remaining() == ["console: two"]
    watch.allow("two")


def test_axe_finds_an_unnamed_button(blank: Page, axe: Callable[[Page], list[str]]) -> None:
    blank.evaluate("() => document.body.append(document.createElement('button'))")
    assert [violation.split(":")[0] for violation in axe(blank)] == ["button-name"]
