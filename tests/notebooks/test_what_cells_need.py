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
from coverage import Coverage

import chapters
from book._tools.commands import notebooks
from conftest import BOOK
from pagekernel import display, figures, needs, runner
from pagekernel.notebook import Notebook

CHAPTERS = sorted(BOOK.glob("[01][0-9]-*.ipynb"))


def code_cells(path):
    return [
        c for c in notebooks.own_cells(nbformat.read(path, as_version=4)) if c.cell_type == "code"
    ]


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
    os.environ.update(notebooks.KERNEL_ENVIRONMENT)
    if measured := Coverage.current():
        measured.stop()  # of a process that ends here nothing is kept
    import matplotlib.pyplot as plt

    plt.switch_backend(figures.NAME)
    runner.Stream.wraps = False  # as what is stored was printed: the page breaks lines by itself
    namespace = Notebook([]).namespace
    found: dict[int, tuple[str, int]] = {}

    def walk(way: tuple) -> dict:
        here = {}
        for index in sorted(
            {w[len(way)] for w in ways if w[: len(way)] == way and len(w) > len(way)}
        ):
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


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_no_cell_outside_a_solution_needs_one(path):
    """Who leaves the solutions shut can run all the rest."""
    cells = code_cells(path)
    solved = {cell.id for exercise in chapters.exercises(path).values() for cell in exercise.solved}
    needed = needs.needs([cell.source for cell in cells])
    faults = [
        f"{cell.id} needs {cells[other].id}"
        for cell, others in zip(cells, needed, strict=True)
        for other in others
        if cells[other].id in solved and cell.id not in solved
    ]
    assert solved and not faults


# What a cell needs: small notebooks, the numbers of the cells that the last one needs


@pytest.mark.parametrize(
    ("sources", "needed"),
    [
        (["a = 1", "b = 2", "print(a)"], [0]),
        (["a = 1", "a = 2", "print(a)"], [1]),
        (["a = [1]", "a.append(2)", "print(a)"], [0, 1]),
        (["a = [1]", "a.copy()", "print(a)"], [0]),
        (["a = [1]", "a[0] = 2", "print(a)"], [0, 1]),
        (["a = 1", "a += 2", "print(a)"], [0, 1]),
        (["a = 1", "a = a + 2", "print(a)"], [0, 1]),
        (["a = {}", "b = a", "b['c'] = 1", "print(a)"], [0, 1, 2]),
        (["a = f()", "W, b = a.W, a.b", "W[1] -= 1", "print(a)"], [0, 1, 2]),
        (["a = f()", "for W in a.W: W -= 1", "print(a)"], [0, 1]),
        (["a = f()", "g = Network(a.W, a.b)", "g.W[1][0] = 1", "print(a)"], [0, 1, 2]),
        (["rng = g(0)", "rng.normal()", "x = 1", "print(rng.normal())"], [0, 1]),
        (["rng = g(0)", "n = init_network((2, 1), rng=rng)", "print(rng.normal())"], [0, 1]),
        (["n = f()", "train(n, X, Y)", "print(n)"], [0, 1]),
        (["def f(n):\n    n.W[1] -= 1", "n = g()", "f(n)", "print(n)"], [0, 1, 2]),
        (["def f(n):\n    W = n.W\n    W[1] -= 1", "n = g()", "f(n)", "print(n)"], [0, 1, 2]),
        (["k = 1", "def f():\n    return k", "k = 2", "print(f())"], [1, 2]),
        (["k = 1", "def f(k):\n    return k", "print(f(2))"], [1]),
        (["k = 1", "f = lambda: k", "k = 2", "print(f())"], [0, 1, 2]),
        (["i = 1", "print([i for i in range(3)])"], []),
        (["i = 1", "for i in range(3): print(i)"], []),
        (["i = 1", "if x: i = 2", "print(i)"], [0, 1]),
        (["i = 1", "if x: i = 2\nelse: i = 3", "print(i)"], [1]),
        (["import numpy as np", "np.set_printoptions(4)", "print(np.pi)"], [0, 1]),
        (["import numpy as np", "np.exp(1)", "print(np.pi)"], [0]),
        (["a = 1", "a = = 2", "print(a)"], [0]),
        (["a = 1", "class C:\n    b = a", "print(C.b)"], [0, 1]),
        (["a = 1", "def f(x=a):\n    pass", "f()"], [0, 1]),
        (["a = [1]", "with open(a) as b: pass", "print(b)"], [0, 1]),
        (["e = 1", "try: f()\nexcept ValueError as e: print(e)", "print(e)"], [0]),
        (["a = 1", "print(f'{a:.2f}')"], [0]),
        (["a = [3]", "(b := a).append(1)", "print(a)"], [0, 1]),
    ],
)
def test_needs(sources, needed):
    assert needs.needs(sources)[-1] == needed


def test_a_plan_runs_what_has_not_run_or_has_changed():
    book = Notebook(["a = [1]", "a.append(2)", "b = 3", "print(a)"])

    def run(target):
        plan = book.plan(target)
        for index in plan:
            book.began(index)
            exec(book.sources[index], book.namespace)
            book.ended(index, well=True)
        return plan

    assert run(3) == [0, 1, 3]
    assert run(3) == [3]  # nothing it needs has changed
    assert run(1) == [0, 1]  # appending once more needs the list afresh
    assert book.namespace["a"] == [1, 2]
    assert run(3) == [3]
    assert book.stale() == []
    book.edit(0, "a = [0]")
    assert book.stale() == [0, 1, 3]
    assert book.plan(2) == [2]
    assert run(3) == [0, 1, 3]
    assert book.stale() == [] and book.namespace["a"] == [0, 2]
    assert book.following(0) == [1, 3]
    book.edit(2, "b = = 3")
    assert book.stale() == [2]
    book.forget()
    assert book.plan(3) == [0, 1, 3]


def test_a_cell_that_fails_is_run_again_and_so_is_what_it_spoilt():
    book = Notebook(["a = [1]", "a.append(2); 1 / 0", "print(a)"])
    book.began(0), book.ended(0, well=True)
    book.began(1), book.ended(1, well=False)
    assert book.plan(1) == [0, 1]
    book.edit(1, "a.append(3)")
    assert book.plan(2) == [0, 1, 2]
