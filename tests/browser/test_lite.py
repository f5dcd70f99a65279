"""JupyterLite as its readers meet it: opened as a file, with a copy that they saved, with links."""

from __future__ import annotations

import json
import re
import shutil
import threading

import pytest

from book._tools import server as serve
from book._tools.extension import live
from conftest import missing

NAME = "book/09-a-bug-zoo"
COPY = "book/09-a-bug-zoo (my copy).ipynb"
MINE = "print('what I wrote')"
OPEN = """(path) => {
  const widget = window.jupyterapp?.shell?.currentWidget;
  return widget?.context?.isReady && widget.context.path === path;
}"""
SOURCE = "jupyterapp.shell.currentWidget.content.model.cells.get(0).sharedModel.getSource()"


@pytest.fixture
def lite(site, tmp_path):
    """A copy of JupyterLite, whose chapters may change, and the address of a server for it."""
    if not json.loads((site / "lite" / "live.json").read_text("utf-8"))["available"]:
        missing("Pyodide")
    for part in ("lite", "book", "_static"):
        shutil.copytree(site / part, tmp_path / part)
    server = serve.open_server(tmp_path, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield tmp_path, f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def correct(folder) -> str:
    """A chapter is corrected on the site; returns its new first cell."""
    path = folder / "lite" / "files" / f"{NAME}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][0]["source"] = "# Corrected"
    notebook["metadata"]["shipped"] = "another version"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return "# Corrected"


def visit(page, base, path=f"{NAME}.ipynb"):
    page.goto(f"{base}lite/notebooks/index.html?path={path}")
    page.wait_for_function(OPEN, arg=path)


def save_a_copy(page):
    page.evaluate(
        "source => { const { context, content } = jupyterapp.shell.currentWidget;"
        " content.model.cells.get(0).sharedModel.setSource(source); return context.save(); }",
        MINE,
    )


def test_each_chapter_names_the_version_that_it_is(site):
    for path in (site / "lite" / "files").rglob("*.ipynb"):
        metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
        assert re.fullmatch(r"[0-9a-f]{16}", metadata["shipped"]), path


def test_the_version_changes_with_the_chapter_only(tmp_path):
    text = (live.TOOLS.parent / f"{NAME.removeprefix('book/')}.ipynb").read_text(encoding="utf-8")
    shipped = []
    for version in (text, text, text.replace("shapes", "forms")):
        (tmp_path / "a.ipynb").write_text(version, encoding="utf-8")
        shipped.append(json.loads(live.cleared(tmp_path / "a.ipynb"))["metadata"]["shipped"])
    assert shipped[0] == shipped[1] != shipped[2]


def test_an_old_copy_is_told_of_and_both_are_offered(lite, new_context):
    folder, base = lite
    page = new_context().new_page()
    visit(page, base)
    save_a_copy(page)
    visit(page, base)
    assert page.evaluate(SOURCE) == MINE
    assert page.locator("#site-notice").count() == 0  # the chapter is as it was

    corrected = correct(folder)
    visit(page, base)
    notice = page.locator("#site-notice")
    notice.get_by_text("has been corrected since you saved your copy").wait_for()
    assert page.evaluate(SOURCE) == MINE
    notice.get_by_role("button", name="Show the corrected chapter").click()
    kept = page.locator("#site-notice a")
    kept.wait_for()
    page.wait_for_function(OPEN, arg=f"{NAME}.ipynb")
    assert page.evaluate(SOURCE) == corrected
    assert kept.text_content() == COPY.removeprefix("book/")
    visit(page, base, COPY)
    assert page.evaluate(SOURCE) == MINE
    visit(page, base)
    assert page.evaluate(SOURCE) == corrected and page.locator("#site-notice").count() == 0


def test_a_reader_may_go_on_with_the_copy(lite, new_context):
    folder, base = lite
    page = new_context().new_page()
    visit(page, base)
    save_a_copy(page)
    correct(folder)
    visit(page, base)
    page.get_by_role("button", name="Go on with mine").click()
    page.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")
    page.wait_for_function(
        "jupyterapp.serviceManager.contents"
        ".get(jupyterapp.shell.currentWidget.context.path, { content: true })"
        ".then((saved) => saved.content.metadata.shipped === 'another version')"
    )
    visit(page, base)
    assert page.evaluate(SOURCE) == MINE and page.locator("#site-notice").count() == 0


def test_a_copy_saved_before_versions_were_named_is_told_of(lite, new_context):
    _, base = lite
    page = new_context().new_page()
    visit(page, base)
    page.evaluate(
        "jupyterapp.shell.currentWidget.context.model.deleteMetadata('shipped');"
        "jupyterapp.shell.currentWidget.context.save().then(() => true)"
    )
    visit(page, base)
    page.get_by_role("button", name="Go on with mine").wait_for()


def test_a_reference_to_another_chapter_reads_as_words_and_leads_to_the_page(lite, new_context):
    _, base = lite
    page = new_context().new_page()
    visit(page, base)
    link = page.get_by_role("link", name="Equation (2.7)").first
    link.wait_for()
    shown = page.locator(".jp-MarkdownOutput").all_inner_texts()
    assert not [text for text in shown if "eq-central-difference" in text]
    with page.context.expect_page() as opened:
        link.click()
    opened.value.wait_for_url(f"{base}book/02-the-loss.html#equation-eq-central-difference")


@pytest.mark.parametrize("place", ["notebooks/index.html", "tree/index.html", "index.html"])
def test_opened_as_a_file_it_says_why_and_what_to_do(site, new_context, place):
    page = new_context().new_page()
    folder = site / "lite"
    page.goto(f"{(folder / place).as_uri()}?path={NAME}.ipynb")
    page.wait_for_function("document.querySelector('h1')?.textContent.includes('from a file')")
    said = page.locator("body").inner_text()
    assert f'cd "{site}"\npython3 -m http.server' in said
    address = f"http://localhost:8000/lite/{place}?path={NAME}.ipynb"
    assert page.get_by_role("link", name=address).get_attribute("href") == address
    page.get_by_role("link", name="back to the chapter").click()
    page.wait_for_url(f"{site.as_uri()}/{NAME}.html")


def test_run_it_live_says_what_to_do_on_a_page_opened_as_a_file(site, new_context):
    page = new_context().new_page()
    page.goto((site / f"{NAME}.html").as_uri())
    page.locator(".live-all").click()
    said = page.locator(".live-said").first
    said.get_by_text("opened as a file").wait_for()
    assert f'python3 -m http.server --directory "{site}/"' in said.inner_text()
    assert f"http://localhost:8000/{NAME}.html" in said.inner_text()
