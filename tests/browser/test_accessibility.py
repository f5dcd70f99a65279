"""What a keyboard, a screen reader and a reader who wants no motion need, on one page.

Every page with axe-core: test_every_page.
"""

from __future__ import annotations

from axe import obstacles

from conftest import PHONE, toc_pages

PAGES = toc_pages()


def test_axe_finds_no_obstacle_on_a_phone(open_page):
    found = obstacles(open_page(PAGES[1], PHONE)[0])
    assert not found, "\n".join(found[:20])


def test_axe_would_find_an_obstacle(open_page):
    page, _ = open_page("404")
    page.evaluate(
        "document.querySelector('article').insertAdjacentHTML('beforeend', '<img src=x>')"
    )
    assert any(fault.startswith("image-alt") for fault in obstacles(page))


def test_what_the_keyboard_reaches_is_seen(open_page):
    page, _ = open_page(PAGES[1])
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        state = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
                 return [e.tagName, (e.textContent || e.getAttribute('aria-label') || '').trim().slice(0, 40),
                   s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== 'none',
                   e.getClientRects().length > 0]; }"""
        )
        reached.add((state[0], state[1]))
        assert state[3], f"the focus is on something hidden: {state}"
        assert state[2], f"the focus is not seen: {state}"
    assert len(reached) > 20


def test_reduced_motion_is_respected(open_page):
    page, _ = open_page(PAGES[1], reduced_motion="reduce")
    moving = page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter((e) => {
             const s = getComputedStyle(e);
             const long = (list) => list.split(',').some((time) => parseFloat(time) > 0.01);
             return long(s.transitionDuration) || s.animationName !== 'none' && long(s.animationDuration);
           }).slice(0, 5).map((e) => e.outerHTML.slice(0, 100))"""
    )
    assert not moving, moving
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_mathematics_can_be_heard(open_page):
    page, _ = open_page(PAGES[1])
    formulas = page.locator("article mjx-container")
    assert formulas.count() > 20
    unheard = page.evaluate(
        """() => [...document.querySelectorAll('article mjx-container')].filter((e) =>
             !e.querySelector('mjx-assistive-mml math') || e.closest('[aria-hidden=true]') ||
             e.querySelector('mjx-math')?.getAttribute('aria-hidden') !== 'true').length"""
    )
    assert unheard == 0
