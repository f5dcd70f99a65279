"""What the worker calls: `start` once, then `call` for each message of the page."""

from __future__ import annotations

import asyncio
import base64
import importlib
import inspect
import json
import os
import sys
import warnings
from io import BytesIO

from pagekernel import display

os.environ["MPLBACKEND"] = "module://pagekernel.figures"
display.install()

from pagekernel import comms, practice, runner  # noqa: E402
from pagekernel.notebook import Notebook  # noqa: E402

post = None  # post(event, content, buffers): to the page
book: Notebook | None = None
at = None  # the cell whose outputs come now
shown = {}  # model id of an explorable: the widgets that were made for it


def start(send) -> None:
    """Connect to the page by send(event, json, buffers), import what every cell uses."""
    global post

    def post_json(event, content, buffers=()):
        send(event, json.dumps(content), list(buffers))

    post = post_json
    warnings.filterwarnings(
        "ignore", message="Unable to import Axes3D"
    )  # left out: nothing uses it
    importlib.import_module("tqdm").tqdm.monitor_interval = 0  # it would be a thread
    comms.connect(post)
    asyncio.get_event_loop().set_exception_handler(failed)
    display._sinks.append(output)
    sys.stdout, sys.stderr = runner.Stream("stdout"), runner.Stream("stderr")
    explore = importlib.import_module("backprop.explore")
    importlib.import_module("backprop.figures.plotting").use_style()
    numpy = importlib.import_module("numpy")
    names = [name for name in dir(numpy) if name != "f2py"]  # left out: help(numpy) looks at each
    numpy.__dir__ = lambda: names
    explore._webp_source = lambda figure: png_source(explore, figure)
    comms.mend_output_widget()


def png_source(explore, figure) -> str:
    """An explorable's frame, made to be quick, not to be small."""
    drawn = BytesIO()
    dpi = figure.dpi if figure.dpi < explore.SHOWN_DPI else explore.DRAWN_DPI
    figure.savefig(drawn, format="png", dpi=dpi)
    return f"data:image/png;base64,{base64.b64encode(drawn.getvalue()).decode('ascii')}"


def failed(loop, context) -> None:
    """What goes wrong in a callback or a task, after its cell has ended."""
    error = context.get("exception") or RuntimeError(context["message"])
    post("broken", runner.described(error, ""))


def output(kind: str, content: dict) -> None:
    post("output", {"cell": at, "kind": kind, **content})


# What the page may call


def open_cells(sources: list[str], edits: dict[str, str]) -> dict:
    """The cells of the page and the reader's own versions of some."""
    global book
    book = Notebook(sources)
    sys.modules["__main__"] = book.main  # for pickle
    for index, source in edits.items():
        book.edit(int(index), source)
    return {"stale": book.stale()}


def edit(cell: int, source: str) -> dict:
    book.edit(cell, source)
    return {"stale": book.stale()}


def plan(cell: int, follow: bool = False) -> list[int]:
    """The cells to run for one, it among them; with `follow` also for those that depend on it."""
    return book.plan(cell, *(book.following(cell) if follow else ()))


def run(cell: int, label: str):
    """Run one cell; its outputs come as events. Whether it went well, and what is stale now; of a
    cell that awaits, a coroutine that gives that."""
    global at
    at = cell
    book.began(cell)
    well = runner.run(book.sources[cell], label, book.namespace, book.where_is)
    return ended_later(cell, well) if inspect.iscoroutine(well) else ended(cell, well)


def ended(cell: int, well: bool) -> dict:
    book.ended(cell, well=well)
    return {"well": well, "stale": book.stale()}


async def ended_later(cell: int, well) -> dict:
    return ended(cell, await well)


def forget() -> dict:
    """All variables, as after a start."""
    book.forget()
    sys.modules["__main__"] = book.main
    return {}


def complete(source: str, position: int) -> dict:
    """Names that may stand at a position: {"from": where the word starts, "names": [...]}."""
    import re

    word = re.search(r"[\w.]*$", source[:position])[0]
    base, dot, part = word.rpartition(".")
    start = position - len(part)
    if dot:
        try:
            value = value_of(base)
        except Exception:
            return {"from": start, "names": []}
        names = {name: kind_of(value, name) for name in dir(value)}
    else:
        import keyword

        names = dict.fromkeys(keyword.kwlist, "keyword")
        names |= dict.fromkeys(book.namespace["__builtins__"], "function")
        names |= {name: kind_of(None, name) for name in book.namespace}
    found = [
        {"label": name, "type": kind}
        for name, kind in sorted(names.items())
        if name.startswith(part) and (part.startswith("_") or not name.startswith("_"))
    ]
    return {"from": start, "names": found[:200]}


def value_of(dotted: str):
    """The value of `a.b.c`, without running anything but attribute access."""
    first, *rest = dotted.split(".")
    space = book.namespace
    value = space[first] if first in space else space["__builtins__"][first]
    for name in rest:
        value = getattr(value, name)
    return value


def kind_of(owner, name: str) -> str:
    try:
        value = book.namespace[name] if owner is None else inspect.getattr_static(owner, name)
    except (AttributeError, KeyError):
        return "variable"
    if inspect.ismodule(value):
        return "namespace"
    if inspect.isclass(value):
        return "class"
    return "function" if callable(value) else "variable"


def inspect_name(dotted: str) -> dict:
    """Signature and docstring, or the value, of a name."""
    try:
        value = value_of(dotted)
    except Exception:
        return {"head": "", "text": ""}
    if callable(value) or inspect.ismodule(value):
        try:
            head = f"{dotted}{inspect.signature(value)}" if callable(value) else dotted
        except (TypeError, ValueError):
            head = f"{dotted}(...)"
        return {"head": head, "text": inspect.getdoc(value) or ""}
    shape = getattr(value, "shape", None)
    kind = type(value).__name__ + (f" {shape}" if isinstance(shape, tuple) else "")
    text = repr(value)
    return {"head": f"{dotted}: {kind}", "text": text[:600] + ("..." if len(text) > 600 else "")}


def show(name: str) -> str:
    """Make the explorable `name`, or what a function "module.function" makes; its widget's model id."""
    from ipywidgets.widgets.widget import _instances as alive

    before = set(alive)
    module, _, function = name.rpartition(".")
    if not module:
        module, function = f"backprop.explorables.{name}", "explorable"
    widget = getattr(importlib.import_module(module), function)(page=False)
    shown[widget.model_id] = [one for key, one in alive.items() if key not in before]
    return widget.model_id


def hide(model: str) -> None:
    """Close the widgets that `show` made."""
    for widget in shown.pop(model, ()):
        widget.close()


METHODS = {
    "open": open_cells,
    "edit": edit,
    "plan": plan,
    "run": run,
    "forget": forget,
    "complete": complete,
    "inspect": inspect_name,
    "show": show,
    "hide": hide,
    **practice.METHODS,
}


def call(method: str, arguments: str):
    """Call one of METHODS: named arguments in, {"value": result} or {"fault": words} out, both as JSON;
    of what takes its time, a coroutine that gives that.

    Faults are put in words here: a Pyodide that starts from a snapshot has none for an error that leaves it.
    """
    try:
        value = METHODS[method](**json.loads(arguments))
        return answer_later(value) if inspect.iscoroutine(value) else json.dumps({"value": value})
    except Exception as error:
        return fault(error)


async def answer_later(value) -> str:
    try:
        return json.dumps({"value": await value})
    except Exception as error:
        return fault(error)


def fault(error: Exception) -> str:
    return json.dumps({"fault": f"{type(error).__name__}: {error}"})
