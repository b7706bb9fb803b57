"""The documents read well: no overflow, no violations, in both themes and both languages."""

import pytest


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("/docs/api?lang=en", {}),
        ("/docs/api?lang=zh", {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}),
        ("/docs/mathematics?lang=zh", {"color_scheme": "dark"}),
        ("/docs/weights?lang=en", {"viewport": {"width": 390, "height": 844}}),
    ],
)
def test_a_document_is_readable(open_page, axe, path, options):
    page = open_page(path, **options)
    assert page.locator("article h2").count() > 3
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0
    assert axe(page) == []


def test_the_reference_leads_to_the_guide_and_back(open_page):
    page = open_page("/docs")
    page.get_by_role("link", name="Guide").click()
    page.wait_for_url("**/docs/api")
    page.get_by_role("link", name="A training, live").click()
    heading = page.get_by_role("heading", name="A training, live")
    assert heading.evaluate("e => e.getBoundingClientRect().top < innerHeight")
    page.get_by_role("link", name="Every field of the API").click()
    page.wait_for_url("**/docs")
