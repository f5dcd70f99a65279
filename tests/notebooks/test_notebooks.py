"""The notebooks as files: in normal form, complete, with a description for every picture.

That their stored outputs are what the code prints is tested by nbval, cell by cell, and what it draws
by test_what_cells_need.py.
"""

from __future__ import annotations

import base64
import io
import itertools
import json
import re
from pathlib import Path

import matplotlib
import nbformat
import pytest
from markdown_it import MarkdownIt
from PIL import Image

import chapters
from backprop import plotting
from book._tools.commands import notebooks
from book._tools.toc import pages as toc_pages
from conftest import BOOK, ROOT

PATHS = notebooks.notebook_paths()
ALT_LENGTH = 20
STYLE = matplotlib.rc_params_from_file(plotting.STYLE, use_default_template=False)


def code_cells(path: Path) -> list[tuple[int, nbformat.NotebookNode]]:
    cells = notebooks.own_cells(nbformat.read(path, as_version=4))
    return [(index, cell) for index, cell in enumerate(cells) if cell.cell_type == "code"]


def has_picture(cell: nbformat.NotebookNode) -> bool:
    return any(
        kind.startswith("image/") for output in cell.outputs for kind in output.get("data", {})
    )


def pictures(cell: nbformat.NotebookNode) -> list[Image.Image]:
    found = [output.get("data", {}).get("image/png") for output in cell.outputs]
    return [Image.open(io.BytesIO(base64.b64decode(png))) for png in found if png]


def test_every_notebook_is_in_the_toc():
    named = {ROOT / f"{page}.ipynb" for page in toc_pages()}
    assert PATHS, f"no notebook in {BOOK}"
    assert set(PATHS) <= named


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
class TestNotebook:
    def test_it_is_in_normal_form(self, path):
        notebook = notebooks.read(path)
        normal = notebooks.dumps(notebooks.normalise(notebook, path.name))
        changes = notebooks.differences(path.read_text(encoding="utf-8"), normal)
        assert not changes, "run `make notebooks`:\n" + "\n".join(changes)

    def test_no_code_cell_is_empty_or_not_run(self, path):
        for index, cell in code_cells(path):
            assert cell.source.strip(), f"cell {index} is empty"
            assert cell.execution_count, f"cell {index} was not run"

    def test_every_picture_says_what_it_shows(self, path):
        for index, cell in code_cells(path):
            if has_picture(cell):
                alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
                assert len(alt) >= ALT_LENGTH, f"cell {index}: mystnb.image.alt is {alt!r}"

    def test_letters_of_a_picture_are_legible_on_a_phone(self, path):
        """At 360 px, which a picture fills: the style's smallest letters, and what a cell asks for."""
        for index, cell in code_cells(path):
            sizes = [float(size) for size in re.findall(r"fontsize=([\d.]+)", cell.source)]
            points = min([*sizes, STYLE["xtick.labelsize"]])
            for png in pictures(cell):
                width = 72 * png.width / STYLE["figure.dpi"]  # in points
                assert 360 * points / width >= 9, f"cell {index}: letters of {points} in {width}"

    def test_widgets_leave_nothing_but_a_word_behind(self, path):
        assert "widgets" not in nbformat.read(path, as_version=4).metadata
        assert notebooks.WIDGET_VIEW not in path.read_text(encoding="utf-8")


def out_of_their_lists(text: str) -> list[str]:
    """What belongs to an item of a list and has left it: it is not indented as its item is."""
    lines, left = text.splitlines(), []
    for before, token in itertools.pairwise(MarkdownIt().parse(text)):
        if token.type == "paragraph_open" and not token.level:
            *above, first = lines[: token.map[0] + 1]
            item = "\n".join(above).strip() if before.type.endswith("list_close") else ""
            if first.startswith(" ") or (first == "$$" and item.endswith(":")):
                left.append(first.strip())
    return left


@pytest.mark.parametrize("path", chapters.PAGES, ids=lambda path: path.stem)
def test_what_a_list_holds_stays_in_it(path):
    assert not out_of_their_lists(chapters.text(path))


def test_what_has_left_its_list_is_found():
    item, display = "- It adds up:\n\n", "$$\na + b\n$$\n"
    indented = "  " + display.replace("\n", "\n  ").rstrip(" ")
    assert not out_of_their_lists(item + indented + "\n  And more.\n")
    assert out_of_their_lists(item + display + "\n  And more.\n") == ["$$", "And more."]


def notebook(*cells) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=list(cells))


def code(source: str, *outputs, **metadata) -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(source, outputs=list(outputs), metadata=metadata)


def stream(text: str, name: str = "stdout") -> nbformat.NotebookNode:
    return nbformat.v4.new_output("stream", name=name, text=text)


def png(software: str) -> str:
    body = b"Software\0" + software.encode()
    chunk = len(body).to_bytes(4, "big") + b"tEXt" + body + b"\0\0\0\0"
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + chunk).decode()


def test_a_second_run_changes_no_byte():
    """One chapter as `make notebooks` runs it. Of all, each cell: nbval and test_what_cells_need.py."""
    before, after = notebooks.anew(BOOK / "06-softmax-and-cross-entropy.ipynb")
    assert not notebooks.differences(before, after)


def picture(data: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_output("display_data", data={"image/png": data})


class TestNormalForm:
    """book/_tools/commands/notebooks.py itself."""

    def test_noise_goes_and_meaning_stays(self):
        cell = code("1 + 1\n", tags=["hide-input"], execution={"shell.execute_reply": "now"})
        cell.execution_count = 7
        result = notebooks.normalise(notebook(cell), "x.ipynb")
        assert result.cells[0].metadata == {"tags": ["hide-input"]}
        assert result.cells[0].execution_count == 1
        assert result.cells[0].source == "1 + 1"
        assert result.cells[0].id == "cell-000"
        assert result.metadata == notebooks.METADATA

    def test_twice_is_once(self):
        first = notebooks.normalise(notebook(code("x", stream("a"), stream("b"))), "x.ipynb")
        assert notebooks.dumps(notebooks.normalise(first, "x.ipynb")) == notebooks.dumps(first)
        assert notebooks.dumps(first).endswith("}\n")

    def test_pieces_of_stdout_are_joined(self):
        result = notebooks.normalise(notebook(code("x", stream("a\n"), stream("b\n"))), "x.ipynb")
        assert [output.text for output in result.cells[0].outputs] == ["a\nb\n"]

    def test_stderr_is_refused(self):
        with pytest.raises(notebooks.NotebookError, match=r"x\.ipynb, cell 0 writes to stderr"):
            notebooks.normalise(notebook(code("x", stream("oh", "stderr"))), "x.ipynb")

    def test_widget_views_go(self):
        data = {notebooks.WIDGET_VIEW: {"model_id": "f00"}, "text/plain": f"VBox({'x' * 500})"}
        output = nbformat.v4.new_output("display_data", data=data)
        result = notebooks.normalise(notebook(code("x", output)), "x.ipynb")
        assert result.cells[0].outputs[0].data == {"text/plain": "VBox(...)"}

    def test_a_changed_output_is_named(self):
        one, two = (notebooks.dumps(notebook(code("x", stream(text)))) for text in "ab")
        assert "a fresh run prints 'b'" in "\n".join(notebooks.differences(one, two))
        assert notebooks.differences(one, one) == []

    @pytest.mark.parametrize(
        ("software", "excused"), [("Matplotlib 3.10", True), ("Matplotlib 3.11", False)]
    )
    def test_pictures_count_for_the_same_matplotlib_only(self, software, excused):
        old = notebook(code("x", picture(png("Matplotlib 3.11"))))
        new = notebook(code("x", picture(png(software) + "AAAA")))
        new.cells[0].id = old.cells[0].id
        changes = notebooks.differences(notebooks.dumps(old), notebooks.dumps(new))
        assert (changes == []) is excused

    def test_a_failing_cell_is_an_error(self, tmp_path):
        path = tmp_path / "bad.ipynb"
        nbformat.write(notebook(code("1 / 0")), path)
        with pytest.raises(notebooks.NotebookError, match="ZeroDivisionError"):
            notebooks.anew(path)


CELL = {"cell_type": "code", "source": "1", "metadata": {}, "outputs": [], "execution_count": None}
NOTEBOOK = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [CELL]}


class TestDamagedNotebooks:
    """Refused with the file's name before any of their code runs."""

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\x00\xff\xfe",
            b"not json",
            json.dumps(NOTEBOOK).encode()[:-20],
            b"[" * 100_000,
            b"[]",
            b"null",
            b'{"nbformat": 4}',
            json.dumps(NOTEBOOK | {"nbformat": 99}).encode(),
            json.dumps(NOTEBOOK | {"nbformat": "4"}).encode(),
            json.dumps(NOTEBOOK | {"cells": 3}).encode(),
            json.dumps(NOTEBOOK | {"cells": [CELL | {"cell_type": "shell"}]}).encode(),
            json.dumps(NOTEBOOK | {"cells": [CELL | {"source": 3}]}).encode(),
            json.dumps(NOTEBOOK | {"cells": [CELL | {"outputs": [{"output_type": "x"}]}]}).encode(),
        ],
        ids=lambda content: content[:24].decode("latin-1"),
    )
    def test_what_is_no_notebook(self, content, tmp_path, monkeypatch):
        monkeypatch.setattr(notebooks, "run", lambda *_: pytest.fail("its code ran"))
        path = tmp_path / "bad.ipynb"
        path.write_bytes(content)
        _, _, error = notebooks.job(path, check=False)
        assert error is not None and error.startswith("bad.ipynb: expected a Jupyter notebook: ")
        assert path.read_bytes() == content

    def test_what_is_too_large(self, tmp_path, monkeypatch):
        monkeypatch.setattr(notebooks, "MOST_BYTES", 100)
        path = tmp_path / "large.ipynb"
        path.write_bytes(b" " * 101)
        _, _, error = notebooks.job(path, check=False)
        assert error == "large.ipynb: expected at most 100 bytes, got 101"
