"""Rich outputs, as IPython has them; `install` stands in for the names that are taken from IPython.

IPython itself would cost a second and more of every start, and three megabytes.
"""

from __future__ import annotations

import base64
import pprint
import sys
import types
from contextlib import contextmanager

METHODS = {
    "text/html": "_repr_html_",
    "text/markdown": "_repr_markdown_",
    "text/latex": "_repr_latex_",
    "image/svg+xml": "_repr_svg_",
    "image/png": "_repr_png_",
    "image/jpeg": "_repr_jpeg_",
}
CONTAINERS = (dict, list, tuple, set, frozenset)

_sinks = []  # who gets the outputs: the innermost one


def flush_streams() -> None:
    """Hand on what has been printed so far."""
    for stream in (sys.stdout, sys.stderr):
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


def bundle(value) -> dict[str, str]:
    """{MIME type: data} of a value; pictures in base64."""
    mimes = getattr(value, "_repr_mimebundle_", None)
    if mimes and not isinstance(value, type):
        data = mimes()
        data = dict(data[0] if isinstance(data, tuple) else data or {})
    else:
        data = {"text/plain": plain(value)}
        for mime, name in METHODS.items():
            method = None if isinstance(value, type) else getattr(value, name, None)
            made = method() if method else None
            if isinstance(made, tuple):
                made = made[0]
            if made is not None:
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

        return figures.content(value)
    return {"data": bundle(value)}


def plain(value) -> str:
    if type(value) in CONTAINERS:
        return pprint.pformat(value, width=79, sort_dicts=False, compact=False)
    return repr(value)


def display(*values, clear=False, raw=False, **options) -> None:
    """Show values under the cell that runs; with `raw` they are {MIME type: data} themselves."""
    if clear:
        clear_output()
    for value in values:
        emit("display", **({"data": value} if raw else content(value)))


def clear_output(wait=False) -> None:
    emit("clear", wait=wait)


class Shown:
    """Text of one kind."""

    mime = "text/plain"

    def __init__(self, data=None, **options):
        self.data = data

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


class Image(Shown):
    """A picture: bytes of a PNG or JPEG."""

    def __init__(self, data=None, format="png", **options):
        self.data = data
        self.mime = f"image/{format}"


def install() -> None:
    """Give the names of IPython that ipywidgets, tqdm and notebooks import."""

    def nothing(*arguments, **keywords):
        return None

    shown = (HTML, Markdown, Latex, Math, SVG, Pretty, Javascript, Image)
    names = {
        "IPython": {"get_ipython": nothing, "__version__": "8.23.0", "version_info": (8, 23, 0)},
        "IPython.core": {},
        "IPython.core.interactiveshell": {"InteractiveShell": object},
        "IPython.core.getipython": {"get_ipython": nothing},
        "IPython.display": {"display": display, "clear_output": clear_output}
        | {one.__name__: one for one in shown},
        "IPython.utils": {},
        "IPython.utils.capture": {"capture_output": nothing},
    }
    for name, members in names.items():
        module = types.ModuleType(name)
        module.__path__ = []
        vars(module).update(members)
        sys.modules[name] = module
    sys.modules["IPython"].display = sys.modules["IPython.display"]
