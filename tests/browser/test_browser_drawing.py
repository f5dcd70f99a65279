"""The field to draw a digit in, alive on the page: by mouse, by keys, by finger."""

import json

from axe import obstacles

from conftest import PHONE, Watch, missing

CHAPTER = "book/11-reading-mnist"
ONE = [(0.52, 0.15), (0.5, 0.5), (0.48, 0.85)]
SEVEN = "ArrowLeft*4 Space ArrowRight*8 " + "ArrowDown*3 ArrowLeft " * 4 + "Space"
# A machine so slow that a widget's script never comes in the time that anywidget gives it.
NO_TIME = """AbortSignal.timeout = () => {
  const over = new AbortController();
  queueMicrotask(() => over.abort());
  return over.signal;
}"""
SPOKEN = """(said) => {
  window.spoken = [];
  new MutationObserver(() => window.spoken.push(said.textContent)).observe(said, {childList: true});
}"""


def alive(page, base, site):
    """The field of the page after one press, with all that was said since kept in `spoken`."""
    if not json.loads((site / "lite" / "live.json").read_text(encoding="utf-8"))["available"]:
        missing("Pyodide")
    page.goto(f"{base}{CHAPTER}.html", wait_until="networkidle")
    still = page.locator(".prepared.digit-field")
    assert "An example. Reads 7" in still.inner_text()
    place = page.locator('.live[data-live="backprop.drawing.draw_digit"]')
    place.locator(".live-start").click()
    place.locator(".live-ready, .live-failed").wait_for()
    assert place.locator(".live-failed").count() == 0, place.inner_text()
    assert not still.is_visible()
    widget = place.locator(".digit-field")
    widget.locator(".digit-said").evaluate(SPOKEN)
    return widget


def presses(keys):
    """ "Space ArrowUp*2" is three keys."""
    for word in keys.split():
        key, _, times = word.partition("*")
        yield from [key] * int(times or 1)


def reads(widget, start):
    """Wait until the words begin so."""
    widget.page.wait_for_function(
        "([e, start]) => e.textContent.startsWith(start)",
        arg=[widget.locator(".digit-words").element_handle(), start],
    )


def points(canvas, shares):
    box = canvas.bounding_box()
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in shares]


def test_a_digit_is_drawn_and_read(site, base, new_context):
    page = new_context(has_touch=True).new_page()
    page.add_init_script(NO_TIME)
    watch = Watch(base)
    watch.attach(page)
    widget = alive(page, base, site)
    field = widget.locator(".digit-draw canvas")
    page.wait_for_function("e => e === document.activeElement", arg=field.element_handle())
    reads(widget, "Nothing is drawn yet.")

    # By mouse
    field.scroll_into_view_if_needed()
    first, *others = points(field, ONE)
    page.mouse.move(*first)
    page.mouse.down()
    for point in others:
        page.mouse.move(*point, steps=8)
    reads(widget, "Reads 1, ")  # while the pen is down
    page.mouse.up()
    page.wait_for_function("window.spoken.length > 0")
    assert page.evaluate("window.spoken").pop().startswith("Reads 1, ")
    assert widget.locator(".digit-first b").inner_text() == "1"
    assert len(page.evaluate("window.spoken")) == 1, "said more than once"

    # Another target, by keys
    widget.locator("select").focus()
    page.keyboard.press("8")
    page.wait_for_function(
        "e => e.textContent.includes('loss against 8')",
        arg=widget.locator(".digit-words").element_handle(),
    )
    page.wait_for_function(
        "window.spoken.some((text) => text.includes('More of an 8: ink at row'))"
    )

    # One number of a picture
    widget.locator(".digit-slope canvas").focus()
    page.keyboard.press("ArrowUp")
    assert widget.locator(".digit-value").inner_text().startswith("Row 13, column 14: X = ")

    described = f"#{field.get_attribute('aria-describedby')}"
    assert widget.locator(described).inner_text().startswith("Reads 1, ")

    widget.locator(".digit-undo").click()
    reads(widget, "Nothing is drawn yet.")
    page.wait_for_function("e => e === document.activeElement", arg=field.element_handle())
    assert widget.locator(".digit-undo").is_disabled()

    # By keys
    field.focus()
    for key in presses(SEVEN):
        page.keyboard.press(key)
    reads(widget, "Reads 7, ")
    page.wait_for_function("window.spoken.at(-1).startsWith('Pen up, ')")
    page.keyboard.press("Backspace")
    reads(widget, "Nothing is drawn yet.")
    page.keyboard.press("Tab")
    assert field.evaluate("e => e !== document.activeElement"), "the keyboard is caught"

    # By finger, on a phone
    page.set_viewport_size(PHONE)
    field.scroll_into_view_if_needed()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert field.evaluate("e => getComputedStyle(e).touchAction") == "none"
    assert widget.evaluate("e => getComputedStyle(e).touchAction") == "auto"
    finger, was = page.context.new_cdp_session(page), page.evaluate("scrollY")
    kinds = ["touchStart", "touchMove", "touchMove"]
    for kind, (x, y) in zip(kinds, points(field, ONE)):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    reads(widget, "Reads 1, ")
    assert page.evaluate("scrollY") == was, "the page went along with the finger"

    assert not obstacles(page)
    assert not watch.faults, "\n".join(watch.faults)
