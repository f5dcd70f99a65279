"""A learner on a phone: answers, errors, what is kept until another day; axe in every state, both themes."""

import json

import axe
import pytest
from test_cells import (
    DRAWN,
    FIRST,
    FIRST_CHECK,
    HIDDEN,
    LAYER,
    NEURON,
    RELU,
    SECOND,
    SECOND_CHECK,
    TERMS,
    Cells,
)

from book._tools.extension.cells import MEGABYTES
from book._tools.toc import pages as toc_pages
from conftest import ROOT, Watch

PHONE = {"width": 390, "height": 844}
# From the last line of the code to the first of what is said.
GAP = """cell => cell.querySelector('.cell-output').getBoundingClientRect().top
  - cell.querySelector('.cm-editor').getBoundingClientRect().bottom"""
KEPT = """keep.change((all) => {
  all.practice = {
    skills: {
      shapes: { row: 2, title: 'Shapes' },
      forward: { row: 3, yours: 1, due: 9e15, title: 'A layer forward' },
    },
    derivations: { 'delta-output': { title: 'Delta of the output layer', order: true } },
  };
})"""


@pytest.fixture
def phone(base, new_context):
    page = new_context(viewport=PHONE, has_touch=True, is_mobile=True).new_page()
    watch = Watch(base)
    watch.attach(page)
    page.goto(f"{base}{FIRST}.html", wait_until="load")
    yield Cells(page, FIRST)
    assert not watch.faults, watch.faults


def mark(cells, number):
    return (
        cells.page.locator(".exercise", has=cells[number]).locator(".exercise-mark").text_content()
    )


def status(cells, number):
    return cells[number].locator(".cell-status").text_content()


def test_answers_errors_and_what_is_kept(phone, base):
    cells, page = phone, phone.page
    stops = SECOND_CHECK + 2  # the exercise whose answer is a function
    cells.live()

    # The verdict stands at the answer.
    said = cells.run(FIRST_CHECK, 'check("forward-propagation-1", [0.8, 0.52])')
    assert "Not quite:" in said and mark(cells, FIRST_CHECK) == "Not yet"
    assert cells[FIRST_CHECK].evaluate(GAP) < 80
    assert "Right:" in cells.run(SECOND_CHECK, 'check("forward-propagation-2", 101770)')
    assert mark(cells, SECOND_CHECK) == "✓ Solved"

    # What NumPy says is said in the learner's names; its own words are folded away.
    source = "def layer(W, b, a):\n    return W.T @ a + b\ncheck('forward-propagation-3', layer)"
    said = cells.run(stops, source)
    assert "W.T has shape (2, 3), a has shape (2, 2)" in said and "gufunc" not in said
    fold = cells[stops].locator(".cell-error-whole")
    fold.locator("summary").click()
    assert "gufunc" in cells.output(stops)
    cells.run(SECOND)
    said = cells.run(TERMS, "np.ones((3, 2)) @ np.ones((3, 2))\nzeta")
    assert "the left side has 2 columns, the right one 3 rows" in said and "gufunc" not in said
    cells[TERMS].locator(".cell-error-whole summary").click()
    assert "gufunc" in cells.output(TERMS)
    cells[TERMS].locator(".cell-difference").click()
    cells.wait(SECOND, "stale")
    assert "Cell 5 makes a1" in cells.run(LAYER, "a1")

    # Every state at once: ready, done, error, stale, running, waiting, wrong, right, hint open.
    page.locator("details.hint > summary").first.click()
    cells.run(NEURON)
    cells.write(HIDDEN, "while True:\n    print(1)")
    cells[HIDDEN].locator(".cell-run").click()
    cells.wait(HIDDEN, "running")
    cells[DRAWN].locator(".cell-run").click()
    states = {cells.state(n) for n in (DRAWN, SECOND, TERMS, HIDDEN, NEURON)}
    assert states == {"waiting", "stale", "error", "running", "done"}
    found = axe.obstacles_in_both(page)
    cells[HIDDEN].locator(".cell-stop").click()
    cells.wait(HIDDEN, "error")
    cells.wait(DRAWN, "done")

    # Stopped; a docstring and a list of completions are open.
    cells.write(RELU, "np.linspace")
    page.keyboard.press("F1")
    page.locator(".cell-doc").wait_for()
    cells.write(SECOND, "np.lins")
    page.keyboard.press("Control+Space")
    page.locator(".cm-tooltip-autocomplete li", has_text="linspace").wait_for()
    found += axe.obstacles_in_both(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    # Another day: what stands under a changed cell belongs to it, or says to what.
    cells[SECOND].locator(".cell-status", has_text="Older than a change").wait_for()
    page.reload()
    assert mark(cells, SECOND_CHECK) == "✓ Solved"
    page.locator(".live-all").click()
    cells[TERMS].locator(".cm-content").wait_for()
    assert "The output is the book's: yours has not run yet" in status(cells, TERMS)
    assert "with what was said to it then" in status(cells, SECOND_CHECK)
    assert "Right:" in cells.output(SECOND_CHECK) and "Not quite:" in cells.output(FIRST_CHECK)
    assert (mark(cells, SECOND_CHECK), mark(cells, FIRST_CHECK)) == ("✓ Solved", "Not yet")
    found += axe.obstacles_in_both(page)

    page.evaluate(KEPT)
    page.goto(f"{base}kept.html")
    page.locator(".kept details > summary").first.click()
    page.locator(".kept-forget").click()
    for words in ("1 exercise solved: 2.", "Shapes: 2 right in a row", "A layer forward: ✓ yours"):
        assert words in page.inner_text(".kept")
    found += axe.obstacles_in_both(page)
    assert not found, "\n".join(found)


def test_the_size_of_python_is_said_before_a_press_fetches_it(site):
    live = json.loads((site / "lite" / "live.json").read_text("utf-8"))
    if live["available"]:
        fetched = sum(file["bytes"] for files in live["files"].values() for file in files)
        assert round(fetched / 1e6) == MEGABYTES
    words = f"{MEGABYTES} MB"
    for name in toc_pages():
        html = (site / f"{name}.html").read_text("utf-8")
        if "live-all" in html:
            assert words in html, name
    for script in ("practice.js", "network.js"):
        assert words in (ROOT / "book" / "_tools" / "page" / script).read_text("utf-8"), script
