"""Explorables: a figure, its description in words, and controls that move both.

One declaration serves two places. In a running notebook a frame is drawn when a control moves.
While the book is built (environment variable BACKPROP_PAGE=1) every frame of the grid is drawn,
and the controls are joined to the frames in the browser, so that the page needs no kernel.
"""

import base64
import html
import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import ipywidgets as widgets
import matplotlib.pyplot as plt
from matplotlib.figure import Figure


@dataclass(frozen=True)
class Control:
    """One thing to vary.

    name:   the keyword that `draw` and `describe` take
    label:  what stands before the control
    values: the values it takes, at least two
    start:  the value it starts with (the first if None)
    kind:   "slider" for what has an order, "menu" for what has none
    """

    name: str
    label: str
    values: tuple
    start: object = None
    kind: str = "slider"

    def __post_init__(self):
        values = tuple(self.values)
        if len(values) < 2 or any(values.count(value) > 1 for value in values):
            raise ValueError(f"{self.name}: expected at least two different values, got {values}")
        if self.start is not None and self.start not in values:
            raise ValueError(f"{self.name}: expected a start among {values}, got {self.start!r}")
        if self.kind not in KINDS:
            raise ValueError(f"kind: expected one of {', '.join(KINDS)}, got {self.kind!r}")
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "start", values[0] if self.start is None else self.start)

    def widget(self):
        options = [(_shown(value), value) for value in self.values]
        return KINDS[self.kind](
            options=options,
            value=self.start,
            description=self.label,
            style={"description_width": "auto"},
            layout={"width": "100%", "max_width": "32rem"},
        )


KINDS = {"slider": widgets.SelectionSlider, "menu": widgets.Dropdown}


def _shown(value):
    if isinstance(value, (tuple, list)):
        return "-".join(_shown(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


class Explorable(widgets.VBox):
    """The widget that `explore` makes: `controls[name]` are its controls, `text` its words."""

    def __init__(self, controls, shown, text):
        self.controls = controls
        self._text = text
        super().__init__([*controls.values(), shown])
        self.add_class("explorable")

    @property
    def text(self):
        """What the present frame shows, in words."""
        return self._text(**{name: control.value for name, control in self.controls.items()})

    def __repr__(self):
        return f"Explorable({', '.join(self.controls)})"


def explore(draw: Callable, describe: Callable, controls, *, page=None):
    """A widget that shows `draw(**values)` and `describe(**values)` for the controls' values.

    draw:     returns a matplotlib Figure, which is closed here
    describe: returns the same in words, with the numbers; it is also the picture's alt text
    controls: a list of `Control`
    page:     True draws the whole grid at once and needs no kernel afterwards, False draws on
              demand; None asks the environment variable BACKPROP_PAGE
    """
    if page is None:
        page = os.environ.get("BACKPROP_PAGE") == "1"
    if not isinstance(controls, (list, tuple)) or not all(
        isinstance(control, Control) for control in controls
    ):
        raise TypeError(f"controls: expected a list of Control, got {controls!r}")
    made = {control.name: control.widget() for control in controls}
    if len(made) < len(controls) or not controls:
        raise ValueError("controls: expected at least one, each with a name of its own")

    def frame(values):
        text = describe(**values)
        return _frame(draw(**values), text)

    build = _grid if page else _on_demand
    return Explorable(made, build(controls, made, frame), describe)


def _on_demand(controls, made, frame):
    def values():
        return {name: control.value for name, control in made.items()}

    shown = widgets.HTML(frame(values()))

    def redraw(_change):
        shown.value = frame(values())

    for control in made.values():
        control.observe(redraw, names="value")
    return shown


def _grid(controls, made, frame, chosen=None):
    """Stacks within stacks: the first control picks among the stacks of the others."""
    chosen = chosen or {}
    if not controls:
        return widgets.HTML(frame(chosen))
    first, *others = controls
    stack = widgets.Stack(
        [_grid(others, made, frame, chosen | {first.name: value}) for value in first.values],
        selected_index=first.values.index(first.start),
    )
    widgets.jslink((made[first.name], "index"), (stack, "selected_index"))
    return stack


def _frame(figure, text):
    """The figure as a WebP picture with its text equivalent, in HTML."""
    if not isinstance(figure, Figure) or not isinstance(text, str):
        raise TypeError(
            "draw, describe: expected a matplotlib Figure and a str, "
            f"got {type(figure).__name__} and {type(text).__name__}"
        )
    data = BytesIO()
    try:
        figure.savefig(data, format="webp", pil_kwargs={"quality": 80, "method": 6})
    finally:
        plt.close(figure)
    width, height = (figure.get_size_inches() * figure.dpi).astype(int)
    source = base64.b64encode(data.getvalue()).decode("ascii")
    text = html.escape(text)
    return (
        f'<img src="data:image/webp;base64,{source}" alt="{text}" width="{width}" height="{height}">'
        f'<p class="explorable-text" aria-live="polite">{text}</p>'
    )


def grid(controls):
    """Every combination of the controls' values, as keyword dictionaries."""
    names = [control.name for control in controls]
    for values in itertools.product(*(control.values for control in controls)):
        yield dict(zip(names, values, strict=True))
