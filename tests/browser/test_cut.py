"""What is cut off would be found, whatever cuts it, and at whatever width. Every page: test_every_page."""

from __future__ import annotations

import pytest
from cut import cut, cut_anywhere, open_boxes

from conftest import toc_pages

PAGES = toc_pages()


def put(page, html: str) -> None:
    page.evaluate("html => { document.querySelector('article').innerHTML = html; }", html)


@pytest.fixture(scope="module")
def lost(base, tabs):
    """An open page that tests put something else into."""
    page = tabs.take(reduced_motion="reduce")
    page.goto(f"{base}404.html")
    yield page
    tabs.give(page, base)


FAULTY = {
    "a formula that is hidden where its box ends": (
        "<span style='display:inline-block;width:5em;overflow:hidden;white-space:nowrap'>"
        "0.1250 - 1.3120 = -0.1870</span>"
    ),
    "a line that goes on under a clip": "<p style='overflow:clip;white-space:nowrap'>" + "x " * 999,
    "a box too low for its lines": "<p style='overflow:hidden;height:2em'>" + "word " * 300,
    "a box that scrolls and does not show it": "<div style='overflow:auto'><pre style='overflow:visible;"
    "display:inline-block;background:none;white-space:pre'>" + "x" * 999,
    "a word wider than the window": "<p style='overflow-wrap:normal'>" + "x" * 999,
    "what stands left of the window": "<p style='margin-left:-999px;width:500px'>words",
    "a picture under a clip": (
        "<div style='overflow:hidden;width:9px'>"
        "<img style='max-width:none;width:99px;height:9px' src=a.png>"
    ),
}


@pytest.mark.parametrize("what", FAULTY)
def test_what_is_cut_off_would_be_found(lost, what):
    put(lost, "<p>words")
    assert not cut(lost, 390)
    put(lost, FAULTY[what])
    assert cut(lost, 390)


def test_a_box_that_shows_that_it_scrolls_is_right(lost):
    put(lost, f"<pre>{'x' * 999}</pre>")
    assert not cut(lost, 390)
    lost.emulate_media(media="print")
    assert cut(lost, 390) == {}
    lost.emulate_media(media="screen")


# A rule that cuts in the middle of the widths that are tried, one that hangs on a box, and columns.
CLIPS = "p { width: 30px; overflow: hidden !important; white-space: nowrap !important }"
RULES = {
    "(min-width: 1100px) and (max-width: 1110px)": CLIPS,
    "print and (max-width: 700px)": CLIPS,
    "(min-width: 0)": "div { display: grid; grid-template-columns: repeat(auto-fill, minmax(99px, 1fr)) }"
    "p { min-width: 130px } div { overflow: hidden }",
}


@pytest.mark.parametrize("where", RULES)
def test_a_rule_for_some_widths_alone_is_found(lost, where):
    put(lost, f"<style>@media {where} {{ {RULES[where]} }}</style><div><p>{'x' * 15}</p></div>")
    media = "print" if "print" in where else "screen"
    assert cut_anywhere(lost, media)
    put(lost, f"<div><p>{'x' * 15}</p></div>")
    assert not cut_anywhere(lost, media)


@pytest.mark.parametrize("width", [280, 390])
@pytest.mark.parametrize("side", ["primary", "secondary"])
def test_nothing_of_the_lists_at_the_sides_is_cut_off(open_page, side, width):
    """On a phone they are drawn over the page, when they are asked for."""
    page, _ = open_page(PAGES[1], {"width": width, "height": 900}, reduced_motion="reduce")
    page.locator(f".{side}-toggle:visible").first.click()
    page.locator(f".bd-sidebar-{side}").filter(visible=True).wait_for()
    assert not cut(page, width)


def test_what_is_closed_is_looked_at_as_well(lost):
    put(lost, "<details><summary>s</summary><p style='overflow:hidden;width:9px'>words</details>")
    assert not cut(lost, 390)
    open_boxes(lost)
    assert cut(lost, 390)
