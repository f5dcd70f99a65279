"""The built site in a browser: no foreign request, no error, mathematics set, widgets alive.

Each page is opened by itself, served from a local port.
"""

from __future__ import annotations

import pytest

from conftest import DESKTOP, PHONE, toc_pages

PAGES = toc_pages()

# Text as a reader sees it, code left out: raw TeX must not be in it.
PROSE = """() => {
  const article = document.querySelector('article').cloneNode(true);
  article.querySelectorAll('pre, code, script, style, mjx-container').forEach((e) => e.remove());
  return article.textContent;
}"""

# What a widget shows: the pictures and texts in it that have a size on the screen.
SHOWN = """(area) => {
  const seen = (e) => e.getClientRects().length > 0;
  const parts = [...area.querySelectorAll('img')].filter(seen).map((e) => e.src);
  const text = '.widget-html-content, .widget-htmlmath-content, .jupyter-widgets.widget-label, pre';
  const texts = [...area.querySelectorAll(text)].filter(seen).map((e) => e.textContent);
  return [...parts, ...texts].join('\\n');
}"""

# Pictures from blob: addresses get a new address whenever they are drawn: compare what is in them.
PIXELS = """async (area) => {
  const images = [...area.querySelectorAll('img')].filter((e) => e.getClientRects().length > 0);
  const hashes = await Promise.all(images.map(async (image) => {
    const bytes = await (await fetch(image.src)).arrayBuffer();
    let hash = 5381;
    for (const byte of new Uint8Array(bytes)) hash = ((hash * 33) ^ byte) >>> 0;
    return `${bytes.byteLength}:${hash}`;
  }));
  return hashes.join(' ');
}"""


@pytest.mark.parametrize("name", PAGES)
def test_page_is_whole(open_page, name):
    page, watch = open_page(name)
    prose = page.evaluate(PROSE)
    for raw in ("$$", "\\frac", "\\mathbf", "\\(", "\\[", "\\begin{"):
        assert raw not in prose, f"raw TeX {raw!r}: ...{prose[prose.index(raw) - 60 :][:160]!r}"
    places = page.locator("article .math").count()
    set_ = page.locator("article .math mjx-container").count()
    assert set_ >= places, f"{places - set_} of {places} formulas are not set"
    assert page.locator("mjx-container mjx-assistive-mml").count() >= set_
    assert page.locator("mjx-merror, [data-mjx-error]").count() == 0, "TeX that MathJax refuses"
    assert not watch.faults, "\n".join(watch.faults)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_no_sideways_scrolling_on_a_phone(open_page, name, scheme):
    page, watch = open_page(name, PHONE, scheme)
    width = page.evaluate("document.documentElement.scrollWidth")
    wide = page.evaluate(
        """(limit) => [...document.querySelectorAll('article *')]
             .filter((e) => e.getBoundingClientRect().right > limit + 1)
             .slice(0, 5).map((e) => e.tagName + '.' + e.className)""",
        PHONE["width"],
    )
    assert width <= PHONE["width"], f"the page is {width} px wide: {wide}"
    hidden = page.evaluate(
        """() => [...document.querySelectorAll(
               'article :is(div.math mjx-container, pre, .pst-scrollable-table-container)')]
             .filter((e) => e.scrollWidth > e.clientWidth + 1 && e.tabIndex < 0)
             .map((e) => e.textContent.slice(0, 60))"""
    )
    assert not hidden, f"scrolls, but not with the keyboard: {hidden}"
    assert not watch.faults, "\n".join(watch.faults)


@pytest.mark.parametrize("name", PAGES)
def test_pictures_suit_the_dark_theme(open_page, name):
    page, _ = open_page(name, DESKTOP, "dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    pictures = page.locator("article img:not(.no-invert)")
    for index in range(pictures.count()):
        style = pictures.nth(index).evaluate(
            "(e) => { const s = getComputedStyle(e); return [s.filter, s.backgroundColor]; }"
        )
        assert style[0].startswith("invert("), f"picture {index}: {style}"
        assert style[1] == "rgba(0, 0, 0, 0)", f"picture {index}: {style}"


def controls(page):
    """Every control of the page's widgets that a reader sees: its element, its area, its kind."""
    areas = page.locator(".widget-subarea")
    for number in range(areas.count()):
        area = areas.nth(number)
        for kind, selector in {
            "slider": "[role=slider]",
            "dropdown": "select",
            "buttons": ".widget-toggle-buttons",
            "checkbox": "input[type=checkbox]",
            "radio": ".widget-radio-box",
        }.items():
            found = area.locator(selector)
            for index in range(found.count()):
                if found.nth(index).is_visible():
                    yield f"widget {number + 1}, {kind} {index + 1}", found.nth(index), area, kind


def move(page, control, kind: str, back: bool) -> None:
    """One step of a control by the keyboard alone."""
    if kind == "buttons":
        states = [
            "mod-active" in (button.get_attribute("class") or "")
            for button in control.locator("button").all()
        ]
        target = (states.index(True) + (-1 if back else 1)) % len(states)
        control.locator("button").nth(target).press("Enter")
    elif kind == "checkbox":
        control.press("Space")
    elif kind == "radio":
        control.locator("input:checked").press("ArrowUp" if back else "ArrowDown")
    elif kind == "slider":
        control.press("ArrowLeft" if back else "ArrowRight")
    else:
        control.press("ArrowUp" if back else "ArrowDown")


def shows(area) -> tuple[list[str], str]:
    """The texts and the pictures that a widget shows now; equal bytes are the same picture."""
    lines = area.evaluate(SHOWN).splitlines()
    return [line for line in lines if not line.startswith(("blob:", "data:"))], area.evaluate(
        PIXELS
    )


def changes(page, area, before, patience: int = 20) -> bool:
    """Whether the widget comes to show something else, in a second at most."""
    for _ in range(patience):
        if shows(area) != before:
            return True
        page.wait_for_timeout(50)
    return False


@pytest.mark.parametrize("name", PAGES)
def test_every_control_moves_its_widget(open_page, name):
    page, watch = open_page(name)
    areas = set()
    for label, control, area, kind in controls(page):
        changed = []
        for back in (False, True):
            before = shows(area)
            move(page, control, kind, back)
            changed.append(changes(page, area, before))
        assert any(changed), f"{label} changes nothing that can be seen"
        areas.add(label.partition(",")[0])
    assert len(areas) == page.locator(".widget-subarea").count(), f"only {areas} have controls"
    assert not watch.faults, "\n".join(watch.faults)


def test_search_finds_a_word(open_page, base):
    page, watch = open_page(PAGES[0])
    page.goto(f"{base}search.html?q=layer", wait_until="networkidle")
    page.wait_for_selector("#search-results li a", timeout=10_000)
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
