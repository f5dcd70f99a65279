"""The cells of a page: run, changed, stopped where they stand, with what they need; explorables live."""

from __future__ import annotations

import copy
import json
import re

import axe
import nbformat
import pytest
from bs4 import BeautifulSoup
from test_live import alike, failure, move, start, texts

from book._tools.commands import notebooks
from book._tools.toc import pages as toc_pages
from conftest import PATIENCE, PHONE, ROOT, Watch

CHAPTERS = [page for page in toc_pages() if (ROOT / f"{page}.ipynb").exists()]
FIRST = CHAPTERS[0]


def code_cells(name):
    own = notebooks.own_cells(nbformat.read(ROOT / f"{name}.ipynb", as_version=4))
    return [cell for cell in own if cell.cell_type == "code"]


def numbers(*starts):
    """The numbers of the first chapter's cells that begin with these words."""
    sources = [cell.source for cell in code_cells(FIRST)]
    return [next(n for n, s in enumerate(sources, 1) if s.startswith(start)) for start in starts]


IMPORTS, DRAWN, TERMS, LAYER, RELU = numbers("import ", "network, X, Y", "x = ", "W1 = ", "a1 = ")
SECOND, HIDDEN, NEURON = numbers("W2 = ", "W_hidden = ", "neuron.explorable()")
FIRST_CHECK, SECOND_CHECK = numbers("z2_new = ...", "parameters = ...")


class Cells:
    """A page with cells, in a browser."""

    def __init__(self, page, name):
        self.page, self.name = page, name.rpartition("/")[2]

    def __getitem__(self, number):
        return self.page.locator(f'[data-cell="{self.name}-{number}"]')

    def live(self):
        self.page.locator(".live-all").click()
        self.page.locator(".live-status", has_text="Python runs").wait_for()

    def edit(self):
        """Editors; Python, which starts too, is not waited for."""
        self.page.locator(".live-all").click()
        self.page.locator(".live-restart").wait_for()

    def state(self, number):
        return self[number].get_attribute("data-state")

    def wait(self, number, *states):
        self.page.wait_for_function(
            "([name, states]) => states.includes("
            "document.querySelector(`[data-cell='${name}']`).dataset.state)",
            arg=[f"{self.name}-{number}", states],
        )

    def write(self, number, source):
        self[number].locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(source)

    def run(self, number, source=None, key="Shift+Enter"):
        """Run a cell, changed to `source`; returns the text of its output."""
        if source is None:
            self[number].locator(".cell-run").click()
        else:
            self.write(number, source)
            self.page.keyboard.press(key)
        self.wait(number, "done", "error")
        return self.output(number)

    def output(self, number):
        return self[number].locator(".cell-output").inner_text()

    def forget(self):
        """All variables away, by the page's Restart."""
        status = self.page.locator(".live-status")
        status.evaluate("e => { e.textContent = ''; }")
        self.page.locator(".live-restart").click()
        status.filter(has_text="All variables are forgotten").wait_for()

    def reset(self):
        """All cells and outputs as in the book, nothing run, by the page's own buttons."""
        self.forget()
        self.page.locator(".cell-reset:not([hidden])").evaluate_all(
            "all => all.forEach((e) => e.click())"
        )
        self.run(IMPORTS)  # now Python knows of it, and the page what is older
        if (update := self.page.locator(".live-update")).is_visible():
            update.click()
            update.wait_for(state="hidden")
        self.forget()
        states = self.page.locator("[data-cell]").evaluate_all(
            "all => all.map(({dataset: {state, changed}}) => changed ?? state ?? 'ready')"
        )
        assert {*states} == {"ready"}, states


@pytest.fixture
def open_cells(site, base, new_page):
    """open_cells(chapter) -> Cells, at rest; what goes wrong on the page fails the test."""
    watches = []

    def open_one(name=FIRST):
        page, watch = new_page(), Watch(base)
        watch.attach(page)
        watches.append(watch)
        page.goto(f"{base}{name}.html", wait_until="load")
        return Cells(page, name)

    yield open_one
    for watch in watches:
        watch.detach()
    assert not [fault for watch in watches for fault in watch.faults]


@pytest.fixture(scope="module")
def waiting(tabs, base):
    """The live page that waits for its next test: (Cells, Watch), or nothing."""
    pages = []
    yield pages
    for cells, watch in pages:
        watch.detach()
        tabs.give(cells.page, base)


@pytest.fixture
def live_cells(base, tabs, waiting):
    """The first chapter's cells, live, as in the book and not run. A page serves many tests, one
    after the other."""
    if not waiting:
        page, watch = tabs.take(), Watch(base)
        watch.attach(page)
        page.goto(f"{base}{FIRST}.html", wait_until="load")
        waiting.append((Cells(page, FIRST), watch))
        waiting[0][0].live()
    cells, watch = waiting.pop()
    yield cells
    try:
        cells.reset()
        assert not watch.faults
    except BaseException:
        cells.page.context.close()
        raise
    waiting.append((cells, watch))


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_comes_to_life(open_cells, name):
    """Every explorable moves, every cell gives its stored output."""
    cells = open_cells(name)
    cells.live()
    for place in cells.page.locator(".live").all():
        runs_live(cells.page, place)
    every_cell_gives_its_stored_output(cells, code_cells(name))


SHOWN = """cell => [...cell.querySelectorAll('.cell-output > .output')].map((output) => {
  if (!output.matches('.text_html')) return output.querySelector('pre')?.textContent ?? '';
  const nodes = document.createTreeWalker(output, NodeFilter.SHOW_TEXT);
  const words = [];
  while (nodes.nextNode()) words.push(...nodes.currentNode.data.split(/\\s+/).filter(Boolean));
  return words.join(' ');
}).join('')"""


def shown(cell) -> str:
    """The text of a cell's stored output; of HTML its words."""
    cell = copy.deepcopy(cell)
    for output in cell.outputs:
        if html := output.get("data", {}).get("text/html"):
            words = BeautifulSoup(html, "html.parser").get_text(" ").split()
            output.data = {"text/plain": " ".join(words)}
    return "".join(texts(cell))


def alt_text(cell) -> str | None:
    """What the book says of a cell's picture."""
    return cell.metadata.get("mystnb", {}).get("image", {}).get("alt")


def every_cell_gives_its_stored_output(cells, stored):
    assert cells.page.locator("[data-cell]").count() == len(stored)
    cells.page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    cells.page.locator(".live-run-all").click()
    cells.wait(len(stored), "done", "error")
    faults, rounded = [], []
    for number, cell in enumerate(stored, 1):
        assert cells.state(number) == "done", f"cell {number}: {cells.output(number)}"
        was, now = shown(cell), cells[number].evaluate(SHOWN)
        pictures = sum("image/png" in output.get("data", {}) for output in cell.outputs)
        images = cells[number].locator(".cell-output > img")
        assert images.count() == pictures, f"cell {number}"
        if pictures and (words := alt_text(cell)):
            assert images.first.get_attribute("alt") == words
        if "nbval-ignore-output" in cell.metadata.get("tags", ()):
            widget = cells[number].locator(".jupyter-widgets, .playground, .digit-canvas")
            assert widget.count(), f"cell {number}"
        elif was.strip() != now.strip():
            (rounded if alike(was, now) else faults).append((number, was, now))
    print(
        f"{cells.name}: {len(rounded)} cells differ by rounding: {[number for number, *_ in rounded]}"
    )
    assert not faults, "\n\n".join(f"cell {n}: stored {a}\nin the page {b}" for n, a, b in faults)


def runs_live(page, place):
    """An explorable starts, has the focus, follows a key, and goes at Escape."""
    explorable = place.get_attribute("data-live")
    start(place)
    area = place.locator(".live-area")
    control = area.locator("[role=slider], select").first
    control.wait_for()
    if explorable == "training":
        page.wait_for_function("e => e === document.activeElement", arg=control.element_handle())
    move(page, area, control)
    control.press("Escape")
    assert place.locator(".live-panel").count() == 0, f"{explorable}: Escape does not close"
    assert place.locator(".live-start").evaluate("e => e === document.activeElement")


def test_a_run_brings_what_the_cell_needs_and_says_so(live_cells):
    cells = live_cells
    before = cells.page.evaluate("document.body.scrollHeight")
    assert "two layers [[ 0.28 -1.12]]" in cells.run(SECOND)
    assert cells[SECOND].locator(".cell-status").text_content() == "Ran after cells 1, 3 and 4"
    assert [cells.state(n) for n in (IMPORTS, DRAWN, TERMS, LAYER, RELU)] == [
        "done",
        "ready",
        "done",
        "done",
        "ready",
    ]
    assert cells.page.evaluate("document.body.scrollHeight") < before + 300


def test_what_depends_on_a_change_is_older_until_it_is_brought_up_to_date(live_cells):
    cells = live_cells
    cells.run(SECOND)
    source = cells[TERMS].locator(".cm-content").inner_text().replace("[-0.5]]", "[0.5]]")
    cells.write(TERMS, source)
    cells.wait(SECOND, "stale")
    assert (
        cells.state(TERMS) == cells.state(RELU) == "stale"
    )  # RELU has not run: its stored output is older too
    assert cells.state(HIDDEN) == "ready"
    before = cells.output(SECOND)
    cells.page.locator(".live-update").click()
    cells.wait(SECOND, "done")
    assert cells.output(SECOND) != before
    cells.page.wait_for_function("document.querySelector('.live-update').hidden")
    cells[TERMS].locator(".cell-reset").click()
    cells.wait(SECOND, "stale")
    assert "terms [[0.75 0.15]]" in cells.run(TERMS)
    assert cells.run(SECOND) == before
    assert not cells[TERMS].locator(".cell-reset").is_visible()


def test_what_changes_in_place_is_not_changed_twice(live_cells):
    cells = live_cells
    assert cells.run(LAYER, "counted = [1]") == ""
    cells.run(RELU, "counted.append(2)\nprint(counted)")
    assert "[1, 2]" in cells.run(RELU)
    assert "[1, 2]" in cells.run(RELU)


WORDS = {
    "x = = 3": ("SyntaxError", "line 1:  x = = 3\n" + " " * 13 + "^", "none of it ran"),
    "import torch": ("No module named 'torch'", "In the page there are NumPy"),
    "n = input('how many?')": ("input() has nobody to ask", "Write the value into the cell"),
    "import numpy as np\nbig = np.ones(1_250_000_000)": ("too big", "at most 2 GB"),
    "kept = []\nwhile True:\n    kept.append(' ' * 100_000_000)": ("MemoryError", "at most 2 GB"),
    "def f():\n    return f()\nf()": ("RecursionError", "when should it stop"),
    "1 / 0": ("ZeroDivisionError", "line 1:  1 / 0"),
    "raise SystemExit": ("SystemExit",),
}


def test_errors_say_what_helps_and_the_page_goes_on(live_cells):
    cells = live_cells
    for source, words in WORDS.items():
        said = cells.run(TERMS, source)
        assert cells.state(TERMS) == "error"
        for part in words:
            assert part in said, f"{source}: {said}"
        assert not cells[TERMS].locator(".cell-error-whole pre").is_visible()
        assert cells.run(TERMS, "print('still here')").strip() == "still here"


def test_rich_outputs_and_long_ones(live_cells):
    cells = live_cells
    cells.run(
        3,
        "from IPython.display import HTML, Latex, Markdown, display\n"
        "display(HTML('<b class=own>bold</b>'), Markdown('*one* and $x^2$'), Latex('$$a^2$$'))\n"
        "{'a': 1}",
    )
    output = cells[TERMS].locator(".cell-output")
    assert output.locator("b.own").count() == 1 and output.locator("em").text_content() == "one"
    assert output.locator("mjx-container").count() == 2
    assert "{'a': 1}" in output.inner_text()
    assert len(cells.run(TERMS, "for i in range(5000): print(i)").split()) < 200
    output.locator(".cell-more").click()
    assert len(cells.output(TERMS).split()) == 5000
    awaits = "import asyncio\nawait asyncio.sleep(0.01)\nprint('slept')\ndisplay('awake')"
    assert cells.run(TERMS, awaits).split() == ["slept", "'awake'"]
    bars = "from tqdm.auto import tqdm\nfor i in tqdm(range(30)): pass\nprint('end')"
    assert cells.run(TERMS, bars).count("%|") == 1


def test_interact_moves(live_cells):
    cells = live_cells
    cells.run(
        3, "from ipywidgets import interact\n@interact(x=(0, 9))\ndef f(x=4):\n    print('x is', x)"
    )
    words = cells[TERMS].locator(".output-widget", has_text="x is 4")
    words.wait_for()
    cells[TERMS].locator("[role=slider]").press("ArrowRight")
    cells[TERMS].locator(".output-widget", has_text="x is 5").wait_for()


def test_an_endless_loop_is_stopped_and_the_variables_stay(live_cells):
    cells = live_cells
    assert cells.page.evaluate("crossOriginIsolated")
    cells.write(TERMS, "n = 7\nwhile True:\n    n += 1")
    cells.page.keyboard.press("Control+Enter")
    cells[HIDDEN].locator(".cell-run").click()
    cells.wait(HIDDEN, "waiting")
    cells[HIDDEN].locator(".cell-stop").click()  # taken back
    assert cells.state(HIDDEN) == "ready"
    cells[TERMS].locator(".cell-stop").focus()
    cells.page.keyboard.press("Enter")
    cells.wait(TERMS, "error")
    run = cells[TERMS].locator(".cell-run")
    assert run.evaluate("e => e === document.activeElement"), "the keyboard has lost its place"
    assert cells.state(HIDDEN) == "ready"
    assert "stopped" in cells.output(TERMS)
    assert "True" in cells.run(TERMS, "print(n > 7)")


AWAITS = "import asyncio\nn = 7\nawait asyncio.sleep(1e6)"


def is_stopped_and_keeps_its_variables(cells, number):
    """A cell that awaits."""
    cells.write(number, AWAITS)
    cells.page.keyboard.press("Control+Enter")
    cells.wait(number, "running")
    cells[number].locator(".cell-stop").click()
    cells.wait(number, "error")
    said = cells[number].locator(".cell-status").text_content()
    assert said == "Stopped: the variables are kept"
    assert cells.run(number, "print(n)").strip() == "7"


def test_a_cell_that_awaits_is_stopped_and_the_variables_stay(live_cells):
    is_stopped_and_keeps_its_variables(live_cells, TERMS)


def test_without_shared_memory_a_stop_starts_python_anew_and_runs_again_what_had_run(
    open_cells,
):
    cells = open_cells()
    cells.page.evaluate("Object.defineProperty(window, 'crossOriginIsolated', {value: false})")
    cells.run(LAYER)
    cells.write(HIDDEN, "while True:\n    pass")
    cells.page.keyboard.press("Shift+Enter")
    cells[HIDDEN].locator(".cell-stop").click()
    cells[HIDDEN].locator(".cell-status", has_text=re.compile("Python is new")).wait_for()
    assert "3 cells ran again" in cells[HIDDEN].locator(".cell-status").text_content()
    assert cells.run(RELU).split() == ["[[1.", "]", "[0.1]", "[0.", "]]"]
    assert cells[RELU].locator(".cell-status").text_content() == ""  # nothing had to run before it
    is_stopped_and_keeps_its_variables(cells, TERMS)  # one that awaits can be asked


def test_the_keyboard_alone(live_cells):
    cells = live_cells
    page = cells.page
    cells[TERMS].locator(".cm-content").focus()
    page.keyboard.press("Control+End")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement?.closest('.cm-editor')") is None
    cells[TERMS].locator(".cm-content").focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("\nhalf = 1 / 2")
    assert cells[TERMS].locator(".cm-line").last.text_content() == "half = 1 / 2"
    page.keyboard.type("\nnp.lins")
    cells.run(IMPORTS)
    cells[TERMS].locator(".cm-content").focus()
    page.keyboard.press("Control+Space")
    page.locator(".cm-tooltip-autocomplete li", has_text="linspace").wait_for()
    # CodeMirror takes no key for a list that has come within the last 75 ms.
    page.wait_for_function(
        "since => performance.now() - since > 75", arg=page.evaluate("performance.now()")
    )
    page.keyboard.press("Tab")
    page.keyboard.press("F1")
    page.locator(".cell-doc", has_text="evenly spaced").wait_for()


def test_what_a_cell_needs_is_said_to_the_eye_and_to_the_ear(live_cells):
    cells = live_cells
    needs, run = cells[SECOND].locator(".cell-needs"), cells[SECOND].locator(".cell-run")
    assert needs.text_content() == "Needs cells 1, 3 and 4"
    assert run.get_attribute("aria-describedby") == needs.get_attribute("id")
    assert needs.evaluate("e => getComputedStyle(e).opacity") == "0"
    cells[SECOND].locator(".cm-content").focus()
    cells.page.wait_for_function(
        "e => getComputedStyle(e).opacity === '1'", arg=needs.element_handle()
    )
    assert cells[IMPORTS].locator(".cell-needs").count() == 0


@pytest.fixture(scope="module")
def every_state(base, tabs):
    """A page with cells in every state and all that can be opened open, and what stood on its paper
    before."""
    page, watch = tabs.take(), Watch(base)
    watch.attach(page)
    page.goto(f"{base}{FIRST}.html", wait_until="load")
    cells = Cells(page, FIRST)
    page.wait_for_function("!document.querySelector('.explorable-still')")
    before = paper(page)
    cells.live()
    for number in (DRAWN, NEURON, FIRST_CHECK, SECOND):
        cells.run(number)
    cells.run(TERMS, "1 / 0  # changed")
    cells[TERMS].locator(".cell-difference").click()
    cells[TERMS].locator(".cell-error-whole summary").click()
    cells.wait(SECOND, "stale")
    page.locator(".live-start").last.click()
    page.locator(".live-area [role=slider]").last.wait_for()
    cells.write(HIDDEN, "print(1)\nwhile True:\n    pass")
    page.keyboard.press("Shift+Enter")
    cells.wait(HIDDEN, "running")
    cells[HIDDEN].locator(".cell-output > .stream").wait_for()
    states = page.locator("[data-cell]").evaluate_all("all => all.map((e) => e.dataset.state)")
    assert {"ready", "error", "stale", "running", "done"} <= {*states}
    yield page, before
    cells[HIDDEN].locator(".cell-stop").click()
    cells.wait(HIDDEN, "error")
    watch.detach()
    tabs.give(page, base)
    assert not watch.faults


def paper(page):
    """The text and the number of pictures that are printed."""
    page.emulate_media(media="print")
    text, pictures = page.inner_text("article"), page.locator("article img:visible").count()
    page.emulate_media(media="screen")
    return text, pictures


def test_on_paper_stands_the_book_whatever_has_been_run(every_state):
    page, before = every_state
    assert paper(page) == before


def test_axe_finds_no_obstacle_in_any_state(every_state):
    page, _ = every_state
    found = axe.obstacles_in_both(page)
    assert not found, "\n".join(found)


def test_what_did_not_come_is_named_and_can_be_tried_again(site, base, new_context):
    """At an explorable and at a cell; on a phone, where nothing is wider than the page."""
    page = new_context(viewport=PHONE, has_touch=True, is_mobile=True).new_page()
    page.route("**/third-party/*/*.js", lambda route: route.abort())
    page.goto(f"{base}{FIRST}.html", wait_until="load")
    cells, place = Cells(page, FIRST), page.locator(".live").first
    cells[TERMS].locator(".cell-run").click()
    cells[TERMS].locator(".live-said", has_text="live.js did not come").wait_for()
    page.unroute("**/third-party/*/*.js")
    page.route("**/lite/live/*.zip", lambda route: route.abort())
    said = failure(page)
    assert re.search(r"packages-\w+\.zip did not come", said) and "offline" in said
    again = place.locator(".live-again")
    assert again.evaluate("e => e === document.activeElement")
    cells[TERMS].locator(".cell-run").click()
    cells[TERMS].locator(".cell-status", has_text="did not come").wait_for()
    assert "offline" in cells[TERMS].locator(".cell-status").text_content()
    page.unroute("**/lite/live/*.zip")
    assert "terms" in cells.run(TERMS)
    again.click()
    place.locator(".live-ready").wait_for()

    # The connection goes once Python is there: it runs on, and what does not come is named.
    page.route("**/third-party/page/*", lambda route: route.abort())
    assert "*a*" in cells.run(TERMS, "from IPython.display import Markdown\nMarkdown('*a*')")
    page.locator(".live-save").click()
    page.locator(".live-status", has_text="kept.js did not come").wait_for()

    cells.run(HIDDEN)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    size = (
        cells[HIDDEN]
        .locator(".cm-content")
        .evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    )
    assert size >= 16  # or a phone zooms in on focus


def test_from_a_folder_without_a_server_it_says_what_to_do(site, new_context):
    page = new_context().new_page()
    page.goto((site / f"{FIRST}.html").as_uri(), wait_until="load")
    cells = Cells(page, FIRST)
    cells[TERMS].locator(".cell-run").click()
    assert "python3 -m http.server --directory" in cells[TERMS].locator(".live-said").text_content(
        timeout=PATIENCE * 1000
    )


# Exercises, and what is kept


def test_an_exercise_is_answered_where_it_stands(live_cells):
    cells = live_cells
    page, check = cells.page, cells[FIRST_CHECK].locator(".cell-run")
    assert check.text_content() == "Check"
    assert "Not answered yet" in cells.run(FIRST_CHECK)
    page.wait_for_function("getSelection().toString() === '...'")  # the dots wait to be replaced
    page.keyboard.insert_text("[1, 0, 0]")
    mark = page.locator("#ex-forward-propagation-1 .exercise-mark")
    check.click()
    mark.get_by_text("Not yet").wait_for()
    assert "Not quite:" in cells.output(FIRST_CHECK)
    assert "Right:" in cells.run(
        24, 'z2_new = [0.128, 0.52]\ncheck("forward-propagation-1", z2_new)'
    )
    assert mark.text_content() == "✓ Solved"


ENDLESS = """from backprop.exercises import check, checkers
def f(*given):
    while True:
        pass
checkers.PATIENCE = 0.1
check("the-delta-recursion-3", f)
checkers.PATIENCE = 10"""


def test_an_answer_that_does_not_end_is_stopped(live_cells):
    assert "was stopped after" in live_cells.run(TERMS, ENDLESS)


def test_what_a_reader_has_done_is_there_when_they_come_back(open_cells):
    cells = open_cells()
    page = cells.page
    cells.live()
    cells.run(TERMS, "print('mine')")
    cells.run(SECOND_CHECK, 'check("forward-propagation-2", 101770)')
    page.locator(".quiz-right > summary").first.click()
    page.locator(".done-part", has_text="2 of").first.wait_for()
    page.wait_for_load_state("networkidle")
    page.reload()
    assert page.locator("#ex-forward-propagation-2[data-solved]").count() == 1
    cells.edit()
    assert "print('mine')" in cells[TERMS].locator(".cm-content").inner_text()
    assert cells[TERMS].locator(".cell-status").text_content().startswith("As you left it")
    cells[TERMS].locator(".cell-difference").click()
    assert cells[TERMS].locator("ins").inner_text() == "+ print('mine')"
    with page.expect_download() as saved:
        page.locator(".live-save").click()
    notebook = nbformat.read(saved.value.path(), as_version=4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert code[2] == "print('mine')" and "W1 = np.array" in code[3]
    page.goto(f"{page.url.rpartition('/book/')[0]}/kept.html")
    assert "1 exercise solved: 2." in page.inner_text(".kept")
    assert f"2 cells changed: {TERMS}, {SECOND_CHECK}." in page.inner_text(".kept")
    with page.expect_download() as saved:
        page.locator(".kept-export").click()
    page.locator(".kept-forget").click()
    page.locator(".kept-forget", has_text="press once more").click()
    assert "Nothing is kept" in page.inner_text(".kept")
    page.locator("input[type=file]").set_input_files(saved.value.path())
    page.locator(".kept", has_text="1 exercise solved").wait_for()


ONE_CELL = {"chapters": {"01-a": {"cells": {"3": {"source": "mine", "book": "of old"}}}}}
NOT_KEPT = {
    "a piece": json.dumps(ONE_CELL)[:-9],
    "nothing": "null",
    "no chapters": '{"cells": []}',
    "its chapters": '{"chapters": []}',
    "chapter 01-a": '{"chapters": {"01-a": "x"}}',
    "cell 3 of 01-a": '{"chapters": {"01-a": {"cells": {"3": {"source": 7, "book": ""}}}}}',
    "its practice": '{"chapters": {}, "practice": {"skills": 3}}',
    "its last page": '{"chapters": {}, "last": {"title": "a", "page": "javascript:alert(1)"}}',
}


def test_a_file_is_imported_whole_or_not_at_all(base, new_page):
    page, watch = new_page(), Watch(base)
    watch.attach(page)
    page.goto(f"{base}kept.html", wait_until="load")
    said = page.locator(".kept [role=status]")

    def take(text):
        file = {"name": "a.json", "mimeType": "application/json", "buffer": text.encode()}
        said.evaluate("e => { e.textContent = ''; }")
        page.locator("input[type=file]").set_input_files(file)
        said.filter(has_text=".").wait_for()
        return said.text_content()

    for part, text in NOT_KEPT.items():
        words = take(text)
        assert words.startswith("This file was not exported here: it"), words
        assert words.endswith("Nothing has changed."), words
        assert not part.startswith(("its ", "chapter", "cell")) or part in words
        assert "Nothing is kept." in page.inner_text(".kept")
    assert take(json.dumps(ONE_CELL)) == "Imported: 1 chapter."
    assert "01-a (not in this version of the book)" in page.inner_text(".kept")
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full'); }; }")
    assert take(json.dumps({"chapters": {"02-b": {}}})).startswith("This browser keeps nothing")
    assert not watch.faults


def test_a_change_of_the_book_is_told_and_both_are_offered(open_cells):
    cells = open_cells()
    cells.page.wait_for_load_state("networkidle")
    cells.page.evaluate(
        "keep.changeChapter((kept) => { kept.cells[3] = { source: 'mine', book: 'of old' }; })"
    )
    cells.page.reload()
    cells.edit()
    assert "has changed since" in cells[TERMS].locator(".cell-status").text_content()
    assert cells[TERMS].locator(".cm-content").inner_text() == "mine"
    cells[TERMS].locator(".cell-reset").click()
    assert cells[TERMS].locator(".cm-content").inner_text().startswith("x = np.array")
