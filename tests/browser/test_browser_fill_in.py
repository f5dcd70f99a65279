"""The front page in one screen; the blanks of chapter 3, filled in rightly and wrongly without a kernel."""

from __future__ import annotations

import pytest

from backprop.exercises import fill_in
from conftest import PHONE

LAPTOP = {"width": 1280, "height": 800}
WIDE = {"width": 1920, "height": 1080}


@pytest.mark.parametrize("screen", [LAPTOP, PHONE, WIDE])
def test_the_front_page_says_in_one_screen_how_to_begin(base, new_page, screen):
    page = new_page(viewport=screen)
    page.goto(f"{base}book/00-index.html", wait_until="load")
    begin = page.locator(".begin a")
    box = begin.bounding_box()
    assert box["y"] + box["height"] < screen["height"]
    if screen is not PHONE:
        picture = page.locator(".front + .cell").bounding_box()
        assert picture["x"] > screen["width"] * 0.45 and picture["y"] < 200
        assert picture["x"] + picture["width"] > screen["width"] * 0.8
    begin.click()
    page.wait_for_url("**/01-forward-propagation.html")


def test_each_blank_says_what_it_thinks_of_a_number(base, new_page):
    page = new_page(viewport=PHONE)
    page.goto(f"{base}book/03-the-chain-rule.html", wait_until="load")
    rows = page.locator(".fill-in p").all()
    blanks = fill_in("the-chain-rule-circuit").blanks
    assert len(rows) == len(blanks)
    for row, blank in zip(rows, blanks, strict=True):
        field, said = row.get_by_role("textbox"), row.get_by_role("status")
        written = f"{blank.right:g}"
        for text, words in (
            *((f"{mistake:g}", f"Not quite: {hint}") for mistake, hint in blank.mistakes.items()),
            (f"{blank.right + 0.01:g}", "Not quite."),
            (f"\N{MINUS SIGN}{blank.right + 1:g}", "Not quite."),
            ("three", "A number, please."),
            ("", ""),
            (f" {written.replace('.', ',')} ", "Right."),
        ):
            field.fill(text)
            assert said.inner_text() == words, (blank.label, text)
