"""The widgets of the pages, drawn while the pages are read.

A cell whose last line is `<module>.explorable()`, `play()` or `draw_digit()`, shows something that
needs a kernel. For the page it is called once more here, all frames of its grid are drawn, by as
many processes as there are cores, and what a browser needs to move it is kept in a file, so that
only what has changed is drawn again.
"""

from __future__ import annotations

import ast
import functools
import importlib
import json
import os
import platform
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path
from threading import Thread

from book._tools import stale, times

MADE_WITH = ("numpy", "matplotlib", "pillow", "ipywidgets")
SHOWS = {"explorable", "play", "draw_digit"}
PLACE = "frame {}"  # stands in a widget's HTML until the frame is drawn
FENCE = re.compile(r"^```\{code-cell\}[^\n]*\n(?::[^\n]*\n|\n)*(?P<code>.*?)^```$", re.M | re.S)
CHUNK = 6  # frames that a process draws before it is asked for more


class DrawingError(RuntimeError):
    """A widget of a page can't be made; says which and why."""


@dataclass(frozen=True)
class Shown:
    """A widget that a cell shows: a call of `function` of `module` with these arguments as written."""

    module: str
    function: str
    arguments: tuple[tuple[str, str], ...] = ()

    @functools.cached_property
    def seen(self) -> bytes:
        """All that its pictures and words depend on."""
        modules = sorted(stale.reach([self.module]))
        versions = [f"{name} {metadata.version(name)}" for name in MADE_WITH]
        parts = [self, sys.version, platform.machine(), *versions, *map(stale.hash_of, modules)]
        return "\n".join(map(repr, parts)).encode()

    @property
    def name(self) -> str:
        return self.module.rpartition(".")[2]

    def made(self, page):
        """The widget, or what stands in its place on a page; `page`: see `explore`."""
        function = getattr(importlib.import_module(self.module), self.function)
        arguments = {name: ast.literal_eval(written) for name, written in self.arguments}
        return function(**arguments, page=page)


def shown_by(cell: str, cells: Iterable[str]) -> Shown | None:
    """The widget that a cell of a notebook shows, None if it shows none.

    Raises DrawingError where it can't be found out without running the notebook.
    """
    try:
        last = ast.parse(cell).body[-1:]
    except SyntaxError:
        return None
    call = last[0].value if last and isinstance(last[0], ast.Expr) else None
    if not isinstance(call, ast.Call):
        return None
    called = ast.unparse(call.func)
    first, _, rest = called.partition(".")
    if (rest or first) not in SHOWS:
        return None
    names = {known: name for each in cells for name, known in stale.imported(each)}
    try:
        for each in (*call.args, *call.keywords):
            ast.literal_eval(getattr(each, "value", each))
        arguments = tuple((each.arg, ast.unparse(each.value)) for each in call.keywords)
        name = names[first]
    except (KeyError, ValueError):
        raise DrawingError(
            f"{ast.unparse(call)}: expected an explorable of the module `backprop`, imported in "
            "this notebook, and plain values: the page is made without running the notebook"
        ) from None
    module, function = (name, rest) if rest else name.rsplit(".", 1)
    return Shown(module, function, arguments)


def cells_of(path: Path) -> list[str]:
    """The code cells of a notebook, or of a page in Markdown that has some."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return [match["code"] for match in FENCE.finditer(text)]


def shown_on(path: Path) -> dict[str, Shown]:
    """The widgets of a page: {code of the cell: what it shows}."""
    cells = cells_of(path)
    try:
        found = {cell: shown_by(cell, cells) for cell in cells}
    except DrawingError as error:
        raise DrawingError(f"{path.name}: {error}") from None
    return {cell: shown for cell, shown in found.items() if shown}


def prepare_process(environment: dict[str, str]) -> None:
    os.environ.update(environment)
    from backprop.figures.plotting import use_style

    use_style()


def draw(drawing, chunk: list[tuple[int, dict]]) -> list[tuple[int, str]]:
    """Some frames, each with its number."""
    frames = []
    for number, values in chunk:
        try:
            frames.append((number, drawing(values)))
        except Exception as error:
            raise DrawingError(f"{values}: {type(error).__name__}: {error}") from None
    return frames


def in_parts(shown: Shown) -> tuple[object, list[tuple[object, dict]]]:
    """What the page shows, and the drawings and values of the frames that are still to be drawn."""
    frames: list[tuple[object, dict]] = []

    def later(drawing):
        def note(values):
            frames.append((drawing, values))
            return PLACE.format(len(frames) - 1)

        return note

    return shown.made(later), frames


def state_of(widget) -> dict:
    """What a browser needs of the widget, and the widget's own name in it."""
    from ipywidgets import Widget, embed

    view, state = widget.model_id, embed.embed_data([widget], drop_defaults=False)["manager_state"]
    Widget.close_all()
    return {"view": view, "state": state["state"]}


def filled(kept: dict, frames: dict[int, str]) -> dict:
    """The state with the drawn frames in their places."""
    from backprop.explore import check_sizes

    check_sizes(frames.values())
    places = {PLACE.format(number): frame for number, frame in frames.items()}
    for model in kept.get("state", {}).values():
        value = model["state"].get("value")
        if isinstance(value, str):
            model["state"]["value"] = places.get(value, value)
    return kept


class Drawn:
    """The widgets' files, made in the background.

    kept:        where they are
    environment: of the processes that draw
    tell:        takes a line for each widget that was made
    """

    def __init__(self, wanted: Iterable[Shown], kept: stale.Kept, environment: dict, tell=print):
        self.kept, self.environment, self.tell = kept, environment, tell
        self.files = {each: kept.path(f"{each.name}.json", each.seen) for each in wanted}
        self.missing = [each for each, path in self.files.items() if not path.exists()]
        self.futures = {each: Future() for each in self.missing}
        if self.missing:
            Thread(target=self._make, daemon=True).start()

    def get(self, shown: Shown) -> dict:
        """What a browser needs of the widget; waits until it is drawn. Raises DrawingError."""
        if shown in self.futures:
            self.futures[shown].result()
        return json.loads(self.files[shown].read_text(encoding="utf-8"))

    def _make(self) -> None:
        try:
            with times.taken("beside all that: drawing"):
                self._draw()
        except Exception as error:
            for future in self.futures.values():
                if not future.done():
                    future.set_exception(error)

    def _draw(self) -> None:
        import matplotlib

        began = time.perf_counter()
        context = get_context("spawn")
        start = prepare_process, (self.environment,)
        with ProcessPoolExecutor(os.cpu_count() or 1, context, *start) as pool:
            asked, states = {}, {}
            with matplotlib.rc_context():
                prepare_process(self.environment)
                for shown in self.missing:
                    made, parts = in_parts(shown)
                    if parts:
                        states[shown] = state_of(made)
                        asked |= {pool.submit(draw, *part): shown for part in in_chunks(parts)}
                    else:
                        self._finish(shown, {"html": made._repr_html_()})
            frames = {shown: {} for shown in states}
            waiting = Counter(asked.values())
            try:
                for count, future in enumerate(as_completed(asked), start=1):
                    shown = asked[future]
                    frames[shown] |= future.result()
                    waiting[shown] -= 1
                    if not waiting[shown]:
                        self._finish(shown, filled(states[shown], frames[shown]))
                        self.tell(f"{shown.name}: {len(frames[shown])} frames drawn")
                    left = (time.perf_counter() - began) * (len(asked) / count - 1)
                    line = f"drawing frames: {100 * count // len(asked)}%, {left:.0f} s left"
                    progress(line, last=count == len(asked))
            except Exception as error:
                pool.shutdown(wait=False, cancel_futures=True)
                raise DrawingError(f"{shown.name}: {error}") from error

    def _finish(self, shown: Shown, content: dict) -> None:
        stale.write(self.files[shown], json.dumps(content).encode())
        self.futures[shown].set_result(None)


def in_chunks(parts: list[tuple[object, dict]]) -> Iterator[tuple[object, list[tuple[int, dict]]]]:
    """The frames of one drawing that a process draws before it is asked for more, numbered."""
    by_drawing: dict = {}
    for number, (drawing, values) in enumerate(parts):
        by_drawing.setdefault(drawing, []).append((number, values))
    for drawing, numbered in by_drawing.items():
        for start in range(0, len(numbered), CHUNK):
            yield drawing, numbered[start : start + CHUNK]


def progress(line: str, last: bool) -> None:
    """One line on the terminal, if there is one, written over the one before."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{line}", end="\n" if last else "", file=sys.stderr, flush=True)
