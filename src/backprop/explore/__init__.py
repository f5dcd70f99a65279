"""Explorables: a figure, its description in words, and controls that move both.

One declaration serves two places. In a running notebook a frame is drawn when a control moves, for
any value in the control's range. For a page every frame of a grid is drawn, and the controls are
joined to the frames in the browser, so that the page needs no kernel.

May import: figures, and the widgets' libraries.
"""

import asyncio
import base64
import html
import itertools
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from inspect import signature
from io import BytesIO
from numbers import Integral, Real

import ipywidgets as widgets
import matplotlib
import matplotlib.pyplot as plt
from ipywidgets.widgets.widget_string import HTMLStyle
from matplotlib.figure import Figure
from PIL import Image
from traitlets import TraitError, validate

from backprop.figures.raster import pixels
from backprop.figures.vector import small_svg

SHOWN_DPI = 100  # a figure 6 inches wide is 600 px wide on the page
DRAWN_DPI = 200  # and drawn with twice as many, for screens of high density
COLORS = 32  # of a picture that is kept without loss
PAUSE = 0.03  # seconds in which further moves of a control are gathered before one drawing
PLAY_STEP = 600  # milliseconds for which playing shows each value
PLAY_ALL = 15_000  # for the whole of a longer range in a notebook,
PLAY_LEAST = 100  # but not less than this for a value
WIDTH = "32rem"  # of a control, at most
HIDDEN = {"display": "none"}
TOUCH = {"width": "2.75rem", "height": "2.75rem"}  # 44 px: what a finger can hit


@dataclass(frozen=True)
class Control:
    """One thing to vary.

    name:   the keyword that `draw` and `describe` take
    label:  what stands before the control
    values: the values it takes on the page, at least two; between the first and the last of
            ascending numbers a running notebook takes any value
    start:  the value it starts with (the first if None)
    kind:   "slider" for what has an order, "menu" for what has none and takes only `values`,
            "play" for what passes (epochs, layers, steps): a slider with buttons to play, to go
            back to the start and to go one step back or on; it takes `values`, or any whole number
            between the first and the last of whole numbers
    """

    name: str
    label: str
    values: tuple
    start: object = None
    kind: str = "slider"

    def __post_init__(self):
        values = tuple(self.values)
        if any(isinstance(value, float) and not math.isfinite(value) for value in values):
            raise ValueError(f"{self.name}: expected finite values, got {values}")
        if len(values) < 2 or any(a == b for a, b in itertools.combinations(values, 2)):
            raise ValueError(f"{self.name}: expected at least two different values, got {values}")
        if self.start is not None and self.start not in values:
            raise ValueError(f"{self.name}: expected a start among {values}, got {self.start!r}")
        if self.kind not in KINDS:
            raise ValueError(f"kind: expected one of {', '.join(KINDS)}, got {self.kind!r}")
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "start", values[0] if self.start is None else self.start)

    def widget(self, *, page):
        """The widget to move: over `values` on the page, over their whole range in a notebook."""
        whole = all(isinstance(value, Integral) for value in self.values)
        ranges = self.kind == "slider" or (self.kind == "play" and whole)
        if not page and ranges and _ascend(self.values):
            return _range_slider(self.values, value=self.start, **self._look())
        options = [(_shown(value), value) for value in self.values]
        return KINDS[self.kind](options=options, value=self.start, **self._look())

    def row(self, widget):
        """What stands in the explorable for the `widget`: itself, or with buttons that play."""
        return _with_buttons(widget) if self.kind == "play" else widget

    def _look(self):
        return {
            "description": self.label,
            "style": {"description_width": "auto"},
            "layout": {"width": "100%", "max_width": WIDTH},
        }


KINDS = {
    "slider": widgets.SelectionSlider,
    "menu": widgets.Dropdown,
    "play": widgets.SelectionSlider,
}


def _with_buttons(slider):
    """The slider with play, back to the start, and a step back and on.

    Play and slider are joined in the browser. The step buttons call Python in a notebook; on a page
    widgets.js finds them by their classes.
    """
    place = "index" if isinstance(slider, widgets.SelectionSlider) else "value"
    low, high = (0, len(slider.options) - 1) if place == "index" else (slider.min, slider.max)
    play = widgets.Play(
        value=getattr(slider, place),
        min=low,
        max=high,
        interval=round(min(PLAY_STEP, max(PLAY_ALL / (high - low), PLAY_LEAST))),
        show_repeat=False,
        layout={"width": "auto", "height": "auto"},
    )
    widgets.jslink((play, "value"), (slider, place))

    def button(name, by, icon, tip):
        def move(_):
            setattr(slider, place, min(max(getattr(slider, place) + by, low), high))

        made = widgets.Button(icon=icon, tooltip=tip, layout=TOUCH)
        made.add_class(f"explorable-{name}")
        made.on_click(move)
        return made

    label = slider.description
    back = button("back", -1, "step-backward", f"{label}: one step back")
    on = button("on", 1, "step-forward", f"{label}: one step on")
    row = widgets.HBox([slider, play, back, on])
    row.layout = {"flex_flow": "row wrap", "align_items": "center", "max_width": WIDTH}
    row.add_class("explorable-play")
    return row


def _ascend(values):
    numbers = all(isinstance(v, Real) and not isinstance(v, bool) for v in values)
    return numbers and all(low < high for low, high in itertools.pairwise(values))


class _FiniteSlider(widgets.FloatSlider):
    """The stock slider, which by itself takes nan for a value between its ends."""

    @validate("value")
    def _validate_value(self, proposal):
        return super()._validate_value(_finite(proposal))


class _FiniteLogSlider(widgets.FloatLogSlider):
    @validate("value")
    def _validate_value(self, proposal):
        return super()._validate_value(_finite(proposal))


def _finite(proposal):
    if not math.isfinite(proposal.value):
        raise TraitError(f"value: expected a finite number, got {proposal.value}")
    return proposal


def _range_slider(values, **look):
    """A slider over [values[0], values[-1]]: whole numbers, powers of ten, or evenly."""
    low, high = values[0], values[-1]
    if all(isinstance(v, Integral) for v in values):
        return widgets.IntSlider(min=low, max=high, **look)
    if low > 0 and high / low >= 30:
        ends = {"min": math.log10(low), "max": math.log10(high)}
        return _FiniteLogSlider(base=10, step=0.01, readout_format=".3g", **ends, **look)
    step = (high - low) / 100
    return _FiniteSlider(min=low, max=high, step=step, readout_format=".3g", **look)


def _shown(value):
    if isinstance(value, (tuple, list)):
        return "-".join(_shown(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


class Explorable(widgets.VBox):
    """The widget that `explore` makes: `controls[name]` are its controls, `text` its words."""

    def __init__(self, controls, rows, shown, describe, name=None):
        self.controls = controls
        self._describe = describe
        super().__init__([*rows, shown])
        self.add_class("explorable")
        if name is not None:
            self.add_class(f"explorable-{name}")

    @property
    def values(self):
        """What the controls are set to."""
        return {name: control.value for name, control in self.controls.items()}

    @property
    def text(self):
        """What the frame for these values shows, in words."""
        return self._describe(**self.values)

    def __repr__(self):
        return f"Explorable({', '.join(self.controls)})"


def explore(
    draw,
    describe: Callable,
    controls,
    *,
    name=None,
    page=None,
    vector=False,
    backdrop=None,
    stage=None,
):
    """A widget that shows `draw(**values)` and `describe(**values)` for the controls' values.

    draw:     returns a matplotlib Figure, always of the same size; it is closed here. Or a tuple of
              such functions, the layers of the picture from the ground up. Each takes by name the
              controls that change it, at least one of them all, and the page keeps each of a
              layer's pictures once. `see_through` makes a figure for an upper layer.
    describe: returns the same in words, with the numbers; it is also the picture's alt text. `Words`
              have facts for a script of the page
    controls: a list of `Control`
    name:     the module of `backprop.explorables` that makes it, if one does
    vector:   True keeps the frames as SVG: less data for lines and few words, sharp at every size.
              A layer that holds an image is kept as WebP all the same
    backdrop: a function of nothing, for what lies behind every frame and never changes: a Figure of
              the frames' size, kept once. The frames are then SVG without a ground; needs a name
    stage:    a function of nothing, for what every frame begins with: a Figure with its axes and all
              that no control changes. It is called once; `draw` gets the figure as `fig`, adds what
              the controls change and gives it back, and before the next frame that is taken off.
              What `draw` sets on the axes, a title or a limit, it sets in every frame
    page:     True draws the whole grid at once and needs no kernel afterwards, else frames are drawn
              on demand. A function has the whole grid as well, and draws it elsewhere: it takes a
              `Drawing` and gives what takes its place

    Raises TypeError where one of them gives something else, ValueError for no controls, for two of
    one name, for frames of different sizes, for a backdrop without a name, and for layers on a stage.
    """
    listed = isinstance(controls, (list, tuple))
    if not listed or not all(isinstance(control, Control) for control in controls):
        raise TypeError(f"controls: expected a list of Control, got {controls!r}")
    if not controls or len({control.name for control in controls}) < len(controls):
        raise ValueError("controls: expected at least one, each with a name of its own")
    if backdrop is not None and name is None:
        raise ValueError("backdrop: expected a name as well, to be found by")
    made = {control.name: control.widget(page=page) for control in controls}

    look = {"page": page, "vector": vector or backdrop is not None}
    if callable(draw):
        shown = _shown_by(draw, describe, controls, made, stage=stage, **look)
    elif stage is not None:
        raise ValueError("stage: expected none for a picture of layers")
    else:
        shown = _shown_by_layers(draw, describe, controls, made, **look)
    rows = [control.row(made[control.name]) for control in controls]
    if backdrop is not None:
        rows.append(_behind(name, backdrop()))
    return Explorable(made, rows, shown, describe, name)


@dataclass(frozen=True)
class Drawing:
    """A picture with its words: the HTML of a frame, for a dict of the controls' values."""

    draw: Callable
    describe: Callable
    vector: bool
    stage: Callable | None = None

    def __call__(self, values):
        on = {} if self.stage is None else {"fig": kept_stage(self.stage).bare()}
        return _frame(self.draw(**values, **on), self.describe(**values), self.vector)


def _shown_by(draw, describe, controls, made, *, page, vector, stage=None):
    """What shows the frames of `controls`: a widget for each of the grid, or one that redraws."""
    frame = Drawing(draw, describe, vector, stage)
    if page:
        return _all_frames(controls, made, page(frame) if callable(page) else frame)
    return _on_demand({control.name: made[control.name] for control in controls}, frame)


def _shown_by_layers(layers, describe, controls, made, **look):
    """The layers in one cell of a grid; the first that follows every control has the words."""
    follows = [
        [control for control in controls if control.name in signature(layer).parameters]
        for layer in layers
    ]
    if list(controls) not in follows:
        raise ValueError("draw: expected a layer that takes every control")
    speaks = follows.index(list(controls))
    shown = []
    for k, (layer, own) in enumerate(zip(layers, follows, strict=True)):
        words = describe if k == speaks else _say_nothing
        shown.append(_shown_by(layer, words, own, made, **look))
        shown[-1].layout = {"grid_area": "1 / 1", "align_self": "flex-start", "width": "100%"}
    return widgets.GridBox(shown)


class Words(str):
    """What a frame says, with facts that a script of the page reads: a dict that JSON can hold."""

    def __new__(cls, text, **facts):
        made = super().__new__(cls, text)
        made.facts = facts
        return made


def _say_nothing(**_values):
    return ""


class Stage:
    """A figure that is made once, and anew when matplotlib's settings are others."""

    def __init__(self, make):
        self.make = make
        self.settings = None

    def bare(self):
        """The figure, without what was drawn on it since it was made."""
        if self.settings != matplotlib.rcParams:
            self.figure = self.make()
            if not isinstance(self.figure, Figure):
                came = type(self.figure).__name__
                raise TypeError(f"stage: expected a matplotlib Figure, got {came}")
            self.settings = matplotlib.rcParams.copy()
            self.parts = [self.figure, *self.figure.axes]
            self.fixed = {artist for part in self.parts for artist in part.get_children()}
        for part in self.parts:
            for artist in part.get_children():
                if artist not in self.fixed:
                    artist.remove()
        return self.figure


kept_stage = lru_cache(maxsize=16)(Stage)  # one for each function that makes a figure


def see_through(**settings):
    """A new matplotlib Figure without a ground, through which the layers below are seen."""
    figure = plt.figure(layout="none", **settings)
    figure.patch.set_visible(False)
    return figure


def _behind(name, figure):
    """A rule of style that puts the figure behind every picture of the explorable."""
    if not isinstance(figure, Figure):
        raise TypeError(f"backdrop: expected a matplotlib Figure, got {type(figure).__name__}")
    try:
        picture = _pixels(figure)
    finally:
        plt.close(figure)
    source = _webp_address(min(_exact(picture), _near(picture), key=len))
    rule = f'background-image: url("{source}") !important; background-size: 100% 100% !important'
    return widgets.HTML(f"<style>.explorable-{name} img {{ {rule} }}</style>", layout=HIDDEN)


def _on_demand(made, frame):
    """One frame, drawn anew for the latest values: a drag never queues up drawings."""
    shown = widgets.HTML()

    def redraw():
        with (
            plt.ioff()
        ):  # else Jupyter shows and closes the figure after any other thread's message
            shown.value = frame({name: control.value for name, control in made.items()})

    latest = Latest(redraw)
    for control in made.values():
        control.observe(latest.ask, names="value")
    redraw()
    return shown


def running_loop():
    """The event loop of this thread, or None: a script or a test."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class Home:
    """The event loop that a widget is made in: all that it draws or trains is done there.

    JupyterLab hands what a reader does to several threads of the kernel (`loop` is the main one's),
    and Matplotlib bears one thread only.
    """

    def __init__(self):
        self.loop = running_loop()

    def now(self):
        """Where work is to be done at this moment: a loop, or None for at once and here."""
        return self.loop if self.loop is not None and self.loop.is_running() else running_loop()

    def do(self, work):
        """Do it here if this is home, else soon, over there."""
        loop = self.now()
        if loop is running_loop():
            work()
        else:
            loop.call_soon_threadsafe(work)


class Latest:
    """Does some work soon after it is asked for; what is asked meanwhile is done with it.

    While the work runs, the moves of a drag wait in the kernel's queue. They come in during the
    pause before the next drawing, which then shows the last of them.
    """

    def __init__(self, work):
        self.work = work
        self.waits = False
        self.home = Home()

    def ask(self, _change):
        loop = self.home.now()
        if loop is None:
            self.work()
        elif not self.waits:
            self.waits = True
            loop.call_soon_threadsafe(loop.call_later, PAUSE, self.go)

    def go(self):
        self.waits = False
        self.work()


def _all_frames(controls, made, frame):
    """Every frame of the grid, in stacks within stacks that follow the controls in the browser."""
    look = {"layout": widgets.Layout(), "style": HTMLStyle()}  # one for all the frames
    frames = []

    def stacked(chosen, following):
        if not following:
            frames.append(frame(chosen))
            return widgets.HTML(frames[-1], **look)
        first, *others = following
        stack = widgets.Stack(
            [stacked(chosen | {first.name: value}, others) for value in first.values],
            selected_index=first.values.index(first.start),
            layout=look["layout"],
        )
        widgets.jslink((made[first.name], "index"), (stack, "selected_index"))
        return stack

    shown = stacked({}, controls)
    check_sizes(frames)
    return shown


def check_sizes(frames):
    """Raise ValueError unless the pictures in these frames have one size."""
    sizes = {frame.partition(' width="')[2].partition(">")[0] for frame in frames}
    if len(sizes) > 1:
        raise ValueError(f"draw: expected figures of one size, got {' and '.join(sorted(sizes))}")


def _frame(figure, text, vector=False):
    """The figure as a WebP or SVG picture with its text equivalent, in HTML."""
    if not isinstance(figure, Figure) or not isinstance(text, str):
        came = f"{type(figure).__name__} and {type(text).__name__}"
        raise TypeError(f"draw, describe: expected a matplotlib Figure and a str, got {came}")
    has_image = any(ax.images for ax in figure.axes)
    try:
        source = _svg_source(figure) if vector and not has_image else _webp_source(figure)
    finally:
        plt.close(figure)
    width, height = (round(inches * SHOWN_DPI) for inches in figure.get_size_inches())
    facts = f' data-facts="{html.escape(json.dumps(text.facts))}"' if hasattr(text, "facts") else ""
    text = html.escape(text)
    picture = f'<img src="{source}" alt="{text}" width="{width}" height="{height}">'
    words = (
        f'<p class="explorable-text" style="line-height: 1.5" aria-hidden="true"{facts}>{text}</p>'
    )
    return picture + words if text else picture


def _webp_source(figure):
    """With some loss what is soft, which is drawn with less than SHOWN_DPI and not flat; else without."""
    picture = _pixels(figure)
    soft = figure.dpi < SHOWN_DPI and picture.getcolors(2) is None
    return _webp_address(_near(picture) if soft else _exact(picture))


def _webp_address(data):
    return f"data:image/webp;base64,{base64.b64encode(data).decode('ascii')}"


def _pixels(figure):
    """The figure as an image of DRAWN_DPI, or as coarse as it is."""
    return pixels(figure, figure.dpi if figure.dpi < SHOWN_DPI else DRAWN_DPI)


def _exact(picture):
    """As WebP without loss, in COLORS colours."""
    few = picture.quantize(COLORS, dither=Image.Dither.NONE).convert("RGB")
    return _encoded(few, lossless=True, quality=60)


def _near(picture):
    return _encoded(picture, quality=60)


def _encoded(picture, **settings):
    data = BytesIO()
    picture.save(data, format="webp", method=4, **settings)
    return data.getvalue()


def _svg_source(figure):
    """Written out, not as base64: only what an address or an attribute can't hold is escaped."""
    text = small_svg(figure)
    for sign, escaped in (("%", "%25"), ("#", "%23"), ("&", "&amp;"), ('"', "%22")):
        text = text.replace(sign, escaped)
    return f"data:image/svg+xml,{text}"


def grid(controls):
    """Every combination of the controls' values, as keyword dictionaries."""
    names = [control.name for control in controls]
    for values in itertools.product(*(control.values for control in controls)):
        yield dict(zip(names, values, strict=True))
