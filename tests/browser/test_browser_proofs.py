"""The sign "checked" behind an equation: opened by the keyboard, read, and not printed."""

from axe import COLOURS, obstacles

from conftest import PHONE


def test_checked_opens_on_the_page(open_page):
    page, _ = open_page("book/04-the-delta-recursion", PHONE)
    sign = page.locator("#equation-eq-delta-hidden + details.proof > summary")
    height = "document.querySelector('.bd-article').offsetHeight"
    before = page.evaluate(height)
    assert sign.bounding_box()["height"] >= 24
    sign.focus()
    page.keyboard.press("Enter")
    body = page.locator("#equation-eq-delta-hidden + details.proof > .proof-body")
    body.wait_for(state="visible")
    assert page.evaluate(height) > before
    assert "(W_next.T @ delta_next) * activation.df(z)" in body.inner_text()
    assert "def recursion_and_gradients():" in body.inner_text()
    assert "47 numbers on each side" in body.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert not obstacles(page)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert not obstacles(page, COLOURS)
    page.emulate_media(media="print")
    assert not page.locator("details.proof").first.is_visible()
    page.emulate_media(media="screen")
    sign.focus()  # what is not shown loses it
    page.keyboard.press("Enter")
    body.wait_for(state="hidden")
    assert page.evaluate(height) == before
