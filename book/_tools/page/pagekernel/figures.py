"""Matplotlib's backend of the page: a figure that is shown, or open when a cell ends, is an output."""

from __future__ import annotations

import base64
from io import BytesIO

from matplotlib import get_backend
from matplotlib._pylab_helpers import Gcf
from matplotlib.backends.backend_agg import FigureCanvasAgg as FigureCanvas
from matplotlib.backends.backend_agg import new_figure_manager_given_figure  # noqa: F401

from pagekernel import SHOWN_DPI
from pagekernel.display import emit

NAME = f"module://{__name__}"

__all__ = ["NAME", "FigureCanvas", "flush", "show"]


def png(figure) -> bytes:
    drawn = BytesIO()
    face = figure.get_facecolor()
    figure.savefig(drawn, format="png", bbox_inches="tight", facecolor=face)
    return drawn.getvalue()


def words_of(figure) -> str:
    """What a screen reader says of a figure of the learner's own."""
    said = []
    for ax in figure.axes:
        title, across, up = ax.get_title(), ax.get_xlabel(), ax.get_ylabel()
        what = " against ".join(part for part in (up, across) if part)
        said += [": ".join(part for part in (title, what) if part)]
    return "; ".join(part for part in said if part) or "A figure drawn by this cell"


def show(*arguments, **keywords) -> None:
    """Output all open figures, and close them."""
    show_all()


def show_all() -> list:
    """Output all open figures, and close them; returns them."""
    shown = [manager.canvas.figure for manager in Gcf.get_all_fig_managers()]
    shown = [figure for figure in shown if drawn_on(figure)]
    for figure in shown:
        emit("display", **content(figure))
    Gcf.destroy_all()
    return shown


def drawn_on(figure) -> bool:
    return bool(figure.axes or figure.texts or figure.images or figure.patches)


def content(figure) -> dict:
    """A figure as an output."""
    drawn = png(figure)
    return {
        "data": {"image/png": base64.b64encode(drawn).decode("ascii")},
        "words": words_of(figure),
        "width": round(int.from_bytes(drawn[16:20], "big") * SHOWN_DPI / figure.dpi),
    }


def flush() -> list:
    """At the end of a cell."""
    return show_all() if get_backend() == NAME else []
