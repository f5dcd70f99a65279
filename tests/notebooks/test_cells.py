"""Cells that run by themselves: each, with only what it needs, gives its stored output.

The cells that have the same needs share a run: a process forks where their ways part.
"""

from __future__ import annotations

import os
import pickle
import re
import sys
import traceback

import nbformat
import pytest

import notebooks
from conftest import BOOK
from pagekernel import display, figures, needs, runner
from pagekernel.notebook import Notebook

CHAPTERS = sorted(BOOK.glob("[01][0-9]-*.ipynb"))


def code_cells(path):
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]


def excuse(cell) -> str | None:
    return cell.metadata.get("alone")


def stored(cell) -> tuple[str, int]:
    """The text of a cell's output and the number of its pictures."""
    text, pictures = "", 0
    for output in cell.outputs:
        if output.output_type == "stream":
            text += output.text
        elif output.output_type == "error":
            text += f"{output.ename}: {output.evalue}"
        elif "image/png" in output.data:
            pictures += 1
        else:
            text += output.data["text/plain"]
    return text.strip(), pictures


def ran(source: str, label: str, namespace: dict) -> tuple[str, int]:
    """The same of a run now."""
    found = []
    with display.collected_by(lambda kind, content: found.append((kind, content))):
        runner.run(source, label, namespace)
    text, pictures = "", 0
    for kind, content in found:
        if kind == "stream":
            text += content["text"]
        elif kind == "error":
            text += f"{content['name']}: {content['message']}"
        elif "image/png" in content["data"]:
            pictures += 1
        else:
            text += content["data"]["text/plain"]
    return text.strip(), pictures


def alone(path) -> dict[int, tuple[str, int]]:
    """{cell: what it gives when only what it needs has run}."""
    cells = code_cells(path)
    sources = [cell.source for cell in cells]
    ways = {(*needed, index) for index, needed in enumerate(needs.needs(sources))}
    os.chdir(BOOK)
    notebooks.quiet_environment()
    import matplotlib.pyplot as plt

    plt.switch_backend(figures.NAME)
    namespace = {"__name__": "__main__", "__builtins__": dict(vars(__import__("builtins")))}
    found: dict[int, tuple[str, int]] = {}

    def walk(way: tuple) -> dict:
        here = {}
        for index in sorted({w[len(way)] for w in ways if w[: len(way)] == way and len(w) > len(way)}):
            here |= in_child(lambda index=index: step((*way, index)))
        return here

    def step(way: tuple) -> dict:
        got = ran(sources[way[-1]], str(way[-1] + 1), namespace)
        return walk(way) | ({way[-1]: got} if way in ways else {})

    found |= walk(())
    return found


def in_child(work):
    """What `work` returns in a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        code = 1
        try:
            data = pickle.dumps(work())
            with os.fdopen(writing, "wb") as out:
                out.write(data)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        data = answer.read()
    _, status = os.waitpid(child, 0)
    assert status == 0, "a cell ended its process"
    return pickle.loads(data)


def short(text: str) -> str:
    """A widget's repr without its children, as in the stored notebook."""
    return re.sub(r"^(\w+)\(.*\)$", r"\1(...)", text, flags=re.S) if len(text) > 120 else text


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that can fork")
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_cell_with_only_its_needs_gives_its_stored_output(path):
    cells = code_cells(path)
    got = in_child(lambda: alone(path))
    faults = []
    for index, cell in enumerate(cells):
        was, now = stored(cell), got[index]
        if "nbval-ignore-output" in cell.metadata.get("tags", ()):
            was, now = (short(was[0]), was[1]), (short(now[0]), now[1])
        if (was == now) == bool(excuse(cell)):
            faults.append(f"cell {index + 1}: stored {was}\nalone {now}\nexcuse {excuse(cell)}")
    assert not faults, "\n\n".join(faults)
