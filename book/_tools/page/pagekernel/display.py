"""Rich outputs, as IPython has them; `install` stands in for the names that are taken from IPython.

IPython itself would cost a second and more of every start, and three megabytes.
"""

from __future__ import annotations

import base64
import itertools
import json
import pprint
import sys
import types
from contextlib import contextmanager
from html import escape
from pathlib import Path

METHODS = {
    "text/html": "_repr_html_",
    "text/markdown": "_repr_markdown_",
    "text/latex": "_repr_latex_",
    "image/svg+xml": "_repr_svg_",
    "image/png": "_repr_png_",
    "image/jpeg": "_repr_jpeg_",
}
# How a picture begins: its kind; of others PNG.
PICTURES = {b"\xff\xd8": "image/jpeg", b"GIF8": "image/gif", b"<": "image/svg+xml"}
CONTAINERS = (dict, list, tuple, set, frozenset)

_sinks = []  # who gets the outputs: the innermost one
_updates = []  # who hears that what has been displayed is another thing now
_numbers = itertools.count(1)  # of displays that can be updated


def flush_streams() -> None:
    """Hand on what has been printed so far, also to a stream of an earlier cell."""
    from pagekernel.runner import Stream

    for stream in filter(None, (Stream.writing, sys.stdout, sys.stderr)):
        stream.flush()


def emit(kind: str, **content) -> None:
    """Give an output (stream, display, error, clear) to whoever collects them now, after what has
    been printed before it."""
    if kind != "stream":
        flush_streams()
    if _sinks:
        _sinks[-1](kind, content)


@contextmanager
def collected_by(sink):
    _sinks.append(sink)
    try:
        yield
    finally:
        _sinks.remove(sink)


def method_of(value, name: str):
    """A method by which a value shows itself, or None. An object that has every name that it is asked
    for has none of them."""
    try:
        if isinstance(value, type) or hasattr(value, "_ipython_canary_method_should_not_exist_"):
            return None
        method = getattr(value, name, None)
    except Exception:
        return None
    return method if callable(method) else None


def made_by(method, **options):
    """What a method of a value gives, without the metadata. If it raises, the error is shown, and the
    value in its other forms."""
    from pagekernel import runner

    try:
        made = method(**options) if method else None
    except Exception as error:
        emit("error", **runner.described(error, ""))
        return None
    return made[0] if isinstance(made, tuple) else made


def bundle(value) -> dict[str, str]:
    """{MIME type: data} of a value; pictures in base64."""
    mimes = method_of(value, "_repr_mimebundle_")
    data = dict(made_by(mimes, include=None, exclude=None) or {})
    if "text/plain" not in data:
        data["text/plain"] = plain(value)
    for mime, name in METHODS.items():
        if mime not in data and (made := made_by(method_of(value, name))) is not None:
            data[mime] = made
    return {
        mime: base64.b64encode(made).decode("ascii") if isinstance(made, bytes) else made
        for mime, made in data.items()
    }


def content(value) -> dict:
    """A value as an output: its bundle; a figure with words."""
    figure = getattr(sys.modules.get("matplotlib.figure"), "Figure", ())
    if isinstance(value, figure):
        from pagekernel import figures

        if figures.drawn_on(value):
            return figures.content(value)
    width = {"width": value.width} if isinstance(value, Image) and value.width else {}
    return {"data": bundle(value), **width}


def show(value, **more) -> None:
    """A value as an output, or what it shows of itself."""
    if itself := method_of(value, "_ipython_display_"):
        itself()
    else:
        emit("display", **content(value), **more)


def plain(value) -> str:
    if type(value) in CONTAINERS:
        return pprint.pformat(value, width=79, sort_dicts=False, compact=False)
    return repr(value)


class DisplayHandle:
    """What has been displayed, to show something else in its place later."""

    def __init__(self, display_id=None):
        self.display_id = f"display-{next(_numbers)}" if display_id is None else str(display_id)

    def display(self, value, **options) -> None:
        display(value, display_id=self.display_id, **options)

    def update(self, value, **options) -> None:
        update_display(value, display_id=self.display_id, **options)

    def __repr__(self) -> str:
        return f"<DisplayHandle display_id={self.display_id}>"


def display(*values, clear=False, raw=False, display_id=None, **options) -> DisplayHandle | None:
    """Show values under the cell that runs; with `raw` they are {MIME type: data} themselves. With a
    display_id, or True for a new one, they can be updated by the handle that comes back."""
    if clear:
        clear_output()
    handle = DisplayHandle(None if display_id is True else display_id) if display_id else None
    more = {"id": handle.display_id} if handle else {}
    for value in values:
        if raw:
            emit("display", data=value, **more)
        else:
            show(value, **more)
    return handle


def update_display(value, *, display_id, raw=False, **options) -> None:
    """Show a value in the place of what was displayed with this display_id, wherever it stands."""
    flush_streams()
    made = {"id": str(display_id), **({"data": value} if raw else content(value))}
    for hear in _updates:
        hear(made)
    if _sinks:
        _sinks[0]("update", made)


def clear_output(wait=False) -> None:
    emit("clear", wait=wait)


class Shown:
    """Text of one kind: the text itself, or the file that it is read from."""

    mime = "text/plain"

    def __init__(self, data=None, url=None, filename=None, **options):
        if url is not None:
            raise ValueError(f"a page asks no other host for anything: not for {url}")
        self.data = data if filename is None else self.read(Path(filename))

    def read(self, path):
        return path.read_text(encoding="utf-8")

    def _repr_mimebundle_(self, **options):
        return {self.mime: self.data, "text/plain": f"<{type(self).__name__}>"}


class HTML(Shown):
    mime = "text/html"


class Markdown(Shown):
    mime = "text/markdown"


class Latex(Shown):
    mime = "text/latex"


class Math(Latex):
    def __init__(self, data=None, **options):
        self.data = f"$\\displaystyle {data.strip('$')}$"


class SVG(Shown):
    mime = "image/svg+xml"


class Pretty(Shown):
    pass


class Javascript(Shown):
    mime = "application/javascript"


class JSON(Shown):
    def _repr_mimebundle_(self, **options):
        return {"text/plain": json.dumps(self.data, indent=1)}


class Code(Shown):
    def _repr_mimebundle_(self, **options):
        return {"text/html": f"<pre>{escape(self.data)}</pre>", "text/plain": self.data}


class Image(Shown):
    """A picture: the bytes of a PNG, JPEG, GIF or SVG, or the name of a file of that kind."""

    def __init__(self, data=None, url=None, filename=None, width=None, **options):
        if isinstance(data, (str, Path)):
            data, url, filename = None, *((data, None) if "://" in str(data) else (None, data))
        super().__init__(data, url, filename)
        kinds = (kind for start, kind in PICTURES.items() if self.data.startswith(start))
        self.mime, self.width = next(kinds, "image/png"), width
        if self.mime == "image/svg+xml":
            self.data = self.data.decode()

    def read(self, path):
        return path.read_bytes()


class NotInThePage(RuntimeError):
    """IPython was asked for what a page does not have."""


class Shell:
    """What get_ipython() gives the learner's code: figures are shown as after %matplotlib inline, and
    of everything else it says that it is not there."""

    def run_line_magic(self, name, line="", *rest):
        if name != "matplotlib":
            raise NotInThePage(f"%{name} {line}".strip())

    magic = run_cell_magic = run_line_magic

    def system(self, command):
        raise NotInThePage(f"!{command}")

    getoutput = system

    def showtraceback(self, *arguments, **options):
        from pagekernel import runner

        emit("error", **runner.described(sys.exc_info()[1], ""))

    def __getattr__(self, name):
        if name == "config":
            return {}
        raise AttributeError(f"get_ipython() has no {name} in a page: here there is Python alone")


def get_ipython():
    """For a cell the Shell. Libraries hear that there is no IPython."""
    cell = sys._getframe(1).f_code.co_filename.startswith("<cell ")
    return Shell() if cell else None


def install() -> None:
    """Give the names of IPython that ipywidgets, tqdm and notebooks import."""

    def nothing(*arguments, **keywords):
        return None

    shown = (HTML, Markdown, Latex, Math, SVG, Pretty, Javascript, JSON, Code, Image)
    shown += (DisplayHandle, display, update_display, clear_output)
    display_names = {one.__name__: one for one in shown}
    names = {
        "IPython": {"get_ipython": get_ipython, "__version__": "8.23.0"}
        | {"version_info": (8, 23, 0)},
        "IPython.core": {},
        "IPython.core.display": display_names,  # where old notebooks take them from
        "IPython.core.interactiveshell": {"InteractiveShell": object},
        "IPython.core.getipython": {"get_ipython": get_ipython},
        "IPython.display": display_names,
        "IPython.utils": {},
        "IPython.utils.capture": {"capture_output": nothing},
    }
    for name, members in names.items():
        module = types.ModuleType(name)
        module.__path__ = []
        vars(module).update(members)
        sys.modules[name] = module
    sys.modules["IPython"].display = sys.modules["IPython.display"]
