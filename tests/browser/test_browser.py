"""What one page of the built site shows for all: the search, a solution that opens."""

from __future__ import annotations

import pytest

from conftest import toc_pages

PAGES = toc_pages()


def test_search_finds_a_word(open_page, base):
    page, watch = open_page(PAGES[0])
    page.goto(f"{base}search.html?q=layer", wait_until="networkidle")
    page.wait_for_selector("#search-results li a")
    assert page.locator("#search-results li a").count() > 0
    assert not watch.faults, "\n".join(watch.faults)


def test_a_solution_opens_by_the_keyboard(open_page):
    for name in PAGES:
        page, watch = open_page(name)
        boxes = page.locator(".solution.dropdown")
        if not boxes.count():
            continue
        box = boxes.first
        inside = box.locator(":scope > :not(summary)").last
        assert not inside.is_visible(), f"{name}: the solution is not hidden"
        box.locator("summary").first.press("Enter")
        inside.wait_for()
        assert not watch.faults, "\n".join(watch.faults)
        return
    pytest.fail("no page has a hidden solution")
