"""What one page of the built site shows for all: the search, a solution that opens."""

from __future__ import annotations

import re

import pytest

from conftest import PHONE, toc_pages

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


def test_the_contents_say_how_much_of_a_chapter_is_done_and_no_other_link_does(open_page, base):
    page, _ = open_page("book/07-vanishing-and-exploding-gradients")
    page.locator(".quiz-right > summary").first.click()
    done = page.locator(".done-part")
    done.first.wait_for(state="attached")
    assert re.fullmatch(r"1 of \d+ done", done.first.text_content())
    assert not page.locator("main .done-part").count()  # its table links an equation of its own
    page.goto(f"{base}book/00-index.html")
    page.locator("main td .done-part").wait_for()


def test_on_a_phone_figures_boxes_and_widgets_are_as_wide_as_the_window(open_page):
    page, _ = open_page("book/03-the-chain-rule", PHONE)
    for wide in (".cell_output > img", ".exercise", ".solution", ".widget-subarea"):
        box = page.locator(f"article {wide}").first.bounding_box()
        assert (box["x"], box["width"]) == (0, PHONE["width"]), wide
    inside, outside = (
        page.locator(f"article {words}").first.bounding_box()
        for words in (".exercise section > p", "section > p:not(.time-to-read)")
    )
    assert abs(inside["x"] - outside["x"]) < 1 and abs(inside["width"] - outside["width"]) < 1
