"""Runs each cell of a notebook with only what it needs. A process of its own: paths of notebooks come
in, a line each; for each a pickle of {cell: its outputs} goes out.

The cells that have the same needs share a run: a process forks where their ways part.
"""

from __future__ import annotations

import os
import pickle
import sys
import traceback
from functools import partial

import matplotlib.pyplot as plt

from book._tools.commands import notebooks
from pagekernel import display, figures, needs, runner
from pagekernel.notebook import Notebook


def ran(source: str, label: str, namespace: dict) -> list[tuple[str, dict]]:
    """The outputs of a cell: (kind, content)."""
    found = []
    with display.collected_by(lambda kind, content: found.append((kind, content))):
        runner.run(source, label, namespace)
    return found


def alone(path: str) -> dict[int, list]:
    """{cell: what it gives when only what it needs has run}."""
    cells = notebooks.own_cells(notebooks.read(notebooks.BOOK / path))
    sources = [cell.source for cell in cells if cell.cell_type == "code"]
    ways = {(*needed, index) for index, needed in enumerate(needs.needs(sources))}
    namespace = Notebook([]).namespace

    def walk(way: tuple) -> dict:
        here = {}
        *others, last = sorted({w[len(way)] for w in ways if w[: len(way)] == way != w}) or [None]
        for index in others:
            here |= in_child(lambda index=index: step((*way, index)))
        return here if last is None else here | step((*way, last))

    def step(way: tuple) -> dict:
        got = ran(sources[way[-1]], str(way[-1] + 1), namespace)
        return walk(way) | ({way[-1]: got} if way in ways else {})

    return walk(())


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


if __name__ == "__main__":
    os.chdir(notebooks.BOOK)
    plt.switch_backend(figures.NAME)
    runner.Stream.wraps = False  # as what is stored was printed: the page breaks lines by itself
    for line in sys.stdin:
        pickle.dump(in_child(partial(alone, line.strip())), sys.stdout.buffer)
        sys.stdout.flush()
