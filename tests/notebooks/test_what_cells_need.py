"""Cells that run by themselves: each, with only what it needs, gives its stored output, whatever the
processor. (That all of them in order do so in a kernel, on this processor, is tested by nbval.)
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest

import chapters
from book._tools.commands import notebooks
from conftest import BOOK, ROOT
from pagekernel import needs
from pagekernel.notebook import Notebook

CHAPTERS = sorted(BOOK.glob("[01][0-9]-*.ipynb"))


def code_cells(path):
    return [
        c for c in notebooks.own_cells(nbformat.read(path, as_version=4)) if c.cell_type == "code"
    ]


def seen(output) -> str:
    """What a reader has of an output: its text, its picture, its error."""
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}"
    return output.get("text") or output.data.get("image/png") or output.data["text/plain"]


def as_stored(kind: str, content: dict) -> nbformat.NotebookNode:
    """An output of the page's Python, in a notebook's form."""
    if kind == "stream":
        return nbformat.v4.new_output("stream", name=content["name"], text=content["text"])
    if kind == "error":
        error = {"ename": content["name"], "evalue": content["message"]}
        return nbformat.v4.new_output("error", **error)
    return nbformat.v4.new_output("display_data", data=content["data"])


@pytest.fixture(scope="module")
def alone():
    """alone(path): for each code cell, its outputs on an older processor when only what it needs ran."""
    processor = np.show_config(mode="dicts")["SIMD Extensions"]["found"]
    older = {"NPY_DISABLE_CPU_FEATURES": " ".join(processor), "OPENBLAS_CORETYPE": "Nehalem"}
    places = [str(ROOT), str(BOOK / "_tools" / "page"), os.environ.get("PYTHONPATH", "")]
    older["PYTHONPATH"] = os.pathsep.join(filter(None, places))
    with subprocess.Popen(
        [sys.executable, Path(__file__).with_name("alone.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | notebooks.KERNEL_ENVIRONMENT | older,
    ) as process:

        def outputs(path):
            process.stdin.write(f"{path.name}\n".encode())
            process.stdin.flush()
            found = pickle.load(process.stdout)
            return [
                notebooks.normal_outputs(
                    [as_stored(*one) for one in found[index]], f"{path.name}, code cell {index}"
                )
                for index in range(len(found))
            ]

        yield outputs
        process.stdin.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that can fork")
@pytest.mark.parametrize("path", notebooks.notebook_paths(), ids=lambda path: path.stem)
def test_a_cell_with_only_its_needs_gives_its_stored_output_on_an_older_processor(path, alone):
    faults = []
    for index, (cell, outputs) in enumerate(zip(code_cells(path), alone(path), strict=True)):
        if len(cell.outputs) != len(outputs):
            faults.append(f"code cell {index}: {len(cell.outputs)} outputs, alone {len(outputs)}")
        for was, now in zip(cell.outputs, outputs):
            same = seen(was) == seen(now) or notebooks.same_picture_as_far_as_known(was, now)
            if not same:
                faults.append(f"code cell {index}: {notebooks.describe(was, now)}")
    advice = "run `make notebooks`; what it leaves hangs on the last bit of a number, or on a cell "
    assert not faults, advice + "that `needs` has not found:\n" + "\n".join(faults)


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
