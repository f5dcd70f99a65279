"""The widgets of the pages, drawn before the pages are read.

A cell whose last line is `<module>.explorable()`, or `play()`, shows something that needs a kernel.
For the page it is called once more here, all frames of its grid are drawn, by as many processes as
there are cores, and what a browser needs to move it is kept in a file. The file's name has a hash
of all that the widget can see, so that only what has changed is drawn again.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib
import json
import os
import platform
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path

import stale

MADE_WITH = ("numpy", "matplotlib", "pillow", "ipywidgets")
SHOWS = {"explorable", "play"}
PLACE = "frame {}"  # stands in a widget's HTML until the frame is drawn
FENCE = re.compile(r"^```\{code-cell\}[^\n]*\n(?::[^\n]*\n|\n)*(?P<code>.*?)^```$", re.M | re.S)
CHUNK = 6  # frames that a process draws before it is asked for more


class DrawingError(RuntimeError):
    """A widget of a page can't be made; says which and why."""


@dataclass(frozen=True)
class Shown:
    """A widget that a cell shows: a call of `function` of `module` with these arguments."""

    module: str
    function: str
    arguments: tuple[tuple[str, object], ...] = ()

    @functools.cached_property
    def key(self) -> str:
        """Its name on the page and of its file: another one when anything it can see has changed."""
        seen = sorted(stale.reach([self.module]))
        versions = [f"{name} {metadata.version(name)}" for name in MADE_WITH]
        parts = [self, sys.version, platform.machine(), *versions, *map(stale.hash_of, seen)]
        digest = hashlib.sha256("\n".join(map(repr, parts)).encode()).hexdigest()
        return f"{self.name}-{digest[:16]}"

    @property
    def name(self) -> str:
        return self.module.rpartition(".")[2]

    def made(self, page):
        """The widget, or what stands in its place on a page; `page`: see `explore`."""
        function = getattr(importlib.import_module(self.module), self.function)
        return function(**dict(self.arguments), page=page)


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
        arguments = tuple((each.arg, ast.literal_eval(each.value)) for each in call.keywords)
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


def make(wanted: Iterable[Shown], folder: Path, environment: dict[str, str], tell=print) -> None:
    """Make the file of each widget that is not there yet.

    folder:      where they are kept, `<key>.json`
    environment: of the processes that draw
    tell:        takes a line for each widget that was made
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = {each.key: each for each in wanted if not (folder / f"{each.key}.json").exists()}
    if not missing:
        return
    import matplotlib

    context = get_context("spawn")
    workers = os.cpu_count() or 1
    began = time.perf_counter()
    with ProcessPoolExecutor(workers, context, prepare_process, (environment,)) as pool:
        asked, kept, frames = {}, {}, {key: {} for key in missing}
        with matplotlib.rc_context():
            prepare_process(environment)
            for key, shown in missing.items():
                made, parts = in_parts(shown)
                kept[key] = state_of(made) if parts else {"html": made._repr_html_()}
                asked |= {pool.submit(draw, *part): key for part in in_chunks(parts)}
        waiting = Counter(asked.values())
        done = as_completed(asked)
        try:
            for key in missing.keys() - waiting.keys():
                put(folder / f"{key}.json", kept[key])
            for count, future in enumerate(done, start=1):
                key = asked[future]
                frames[key] |= future.result()
                waiting[key] -= 1
                if not waiting[key]:
                    put(folder / f"{key}.json", filled(kept[key], frames[key]))
                    tell(f"{missing[key].name}: {len(frames[key])} frames drawn")
                left = (time.perf_counter() - began) * (len(asked) / count - 1)
                line = f"drawing frames: {100 * count // len(asked)}%, {left:.0f} s left"
                progress(line, last=count == len(asked))
        except Exception as error:
            pool.shutdown(wait=False, cancel_futures=True)
            raise DrawingError(f"{missing[key].name}: {error}") from error


def in_chunks(parts: list[tuple[object, dict]]) -> Iterator[tuple[object, list[tuple[int, dict]]]]:
    """The frames of one drawing that a process draws before it is asked for more, numbered."""
    by_drawing: dict = {}
    for number, (drawing, values) in enumerate(parts):
        by_drawing.setdefault(drawing, []).append((number, values))
    for drawing, numbered in by_drawing.items():
        for start in range(0, len(numbered), CHUNK):
            yield drawing, numbered[start : start + CHUNK]


def put(path: Path, content: dict) -> None:
    """All of the file or nothing."""
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.write_text(json.dumps(content), encoding="utf-8")
    unfinished.replace(path)


def progress(line: str, last: bool) -> None:
    """One line on the terminal, if there is one, written over the one before."""
    if sys.stderr.isatty():
        print(f"\r  {line:<40}", end="\n" if last else "", file=sys.stderr, flush=True)


def drop_others(wanted: Iterable[Shown], folder: Path) -> None:
    """Remove what no page shows any more."""
    names = {f"{each.key}.json" for each in wanted}
    for path in folder.glob("*"):
        if path.name not in names:
            path.unlink()
