"""Nothing of a page is cut off, at any width, on the screen and on paper, its closed boxes opened.

By geometry (cut.js), whatever the reason: the widths are tried within one visit of the page.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import toc_pages

PAGES = [*toc_pages(), "search", "genindex", "py-modindex", "404"]
WIDTHS = (280, 320, 360, 390, 480, 600, 768, 992, 1024, 1280, 1440, 1920)
DARK = (280, 390, 1280)
SCRIPT = (Path(__file__).parent / "cut.js").read_text(encoding="utf-8")
OPEN = """() => {
  document.querySelectorAll('details').forEach((e) => { e.open = true; });
  document.querySelectorAll('img').forEach((e) => { e.loading = 'eager'; });
}"""
PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def cut(page, width: int, media: str = "screen", scheme: str = "light") -> dict[str, None]:
    """What is cut off at a width, each thing once."""
    page.emulate_media(media=media, color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(PAINTED)
    found = page.evaluate(SCRIPT)
    assert found["seen"] > 0, "nothing was looked at"
    return dict.fromkeys(f"{width} px, {scheme} {media}: {fault}" for fault in found["faults"])


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_cut_off(open_page, name):
    page, _ = open_page(name, reduced_motion="reduce")
    page.evaluate(OPEN)
    page.wait_for_load_state("networkidle")
    faults = {}
    for width in WIDTHS:
        faults |= cut(page, width)
        faults |= cut(page, width, "print")
    for width in DARK:
        faults |= cut(page, width, scheme="dark")
    assert not faults, f"{len(faults)} faults\n" + "\n".join(list(faults)[:30])


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
def test_what_is_cut_off_would_be_found(open_page, what):
    page, _ = open_page("404", reduced_motion="reduce")
    assert not cut(page, 390)
    page.evaluate("html => { document.querySelector('article').innerHTML = html; }", FAULTY[what])
    assert cut(page, 390)


def test_a_box_that_shows_that_it_scrolls_is_right(open_page):
    page, _ = open_page("404", reduced_motion="reduce")
    page.evaluate(
        "html => { document.querySelector('article').innerHTML = html; }", f"<pre>{'x' * 999}</pre>"
    )
    assert not cut(page, 390)
    assert cut(page, 390, "print") == {}


@pytest.mark.parametrize("width", [280, 390])
@pytest.mark.parametrize("side", ["primary", "secondary"])
def test_nothing_of_the_lists_at_the_sides_is_cut_off(open_page, side, width):
    """On a phone they are drawn over the page, when they are asked for."""
    page, _ = open_page(PAGES[4], {"width": width, "height": 900}, reduced_motion="reduce")
    page.locator(f".{side}-toggle:visible").first.click()
    page.locator(f".bd-sidebar-{side}").filter(visible=True).wait_for()
    assert not cut(page, width)
