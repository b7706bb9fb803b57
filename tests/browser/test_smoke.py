"""The page opens as it should, before anything is pressed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

LOCALES = Path(__file__).resolve().parents[2] / "app/pages/locales"
VARIANTS = [
    {"locale": "en"},
    {"locale": "zh-CN"},
    {"locale": "en", "color_scheme": "dark"},
    {"locale": "en", "viewport": {"width": 390, "height": 844}, "has_touch": True},
]


@pytest.mark.parametrize("variant", VARIANTS, ids=["en", "zh", "dark", "phone"])
def test_opens_with_a_picture_and_no_violation(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], variant: dict[str, str]
) -> None:
    page = open_page("/", **variant)
    words = json.loads((LOCALES / f"{variant['locale'][:2]}.json").read_text(encoding="utf-8"))
    expect(page).to_have_title(words["page.title"])
    expect(page.get_by_role("button", name=words["transport.play"], exact=True)).to_be_enabled()
    expect(page.locator("#band-stage").get_by_role("img").first).to_be_visible()
    assert axe(page) == []
