"""Explorables: both forms show the right picture and the right words for every setting."""

import asyncio
import base64
import html
import itertools
import json
import random
import re
import threading
from io import BytesIO
from urllib.parse import unquote
from xml.etree import ElementTree

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
import pytest
from bs4 import BeautifulSoup
from helpers import until
from matplotlib.figure import Figure
from PIL import Image
from traitlets import TraitError

from backprop.explore import Control, Drawing, Explorable, Words, explore, grid, see_through
from backprop.plotting import use_style

CONTROLS = [
    Control("eta", "learning rate", (0.1, 0.3, 1.0), start=0.3),
    Control("name", "activation", ("relu", "tanh"), kind="menu"),
    Control("sizes", "layers", ((2, 4, 1), (2, 8, 8, 1)), start=(2, 8, 8, 1)),
]
COMBINATIONS = list(itertools.product(*(control.values for control in CONTROLS)))
IMG = re.compile(
    r'<img src="data:image/webp;base64,([A-Za-z0-9+/=]+)" alt="([^"]*)" '
    r'width="(\d+)" height="(\d+)">'
    r'<p class="explorable-text" style="line-height: 1.5" aria-hidden="true">([^<>]*)</p>'
)


def gray(eta, name, sizes):
    """Another gray for every combination."""
    return COMBINATIONS.index((eta, name, sizes)) / len(COMBINATIONS)


def draw(**values):
    figure = plt.figure(figsize=(0.4, 0.2), dpi=100)
    figure.add_axes((0, 0, 1, 1), facecolor=str(gray(**values)))
    return figure


def describe(eta, name, sizes):
    return f'eta = {eta} with "{name}" & {sizes}: it\'s 1 < 2 > <b>0</b>'


def assert_shows(shown, values):
    """The HTML holds the picture and the escaped words of `values`, and nothing else."""
    source, alt, width, height, text = IMG.fullmatch(shown).groups()
    assert html.unescape(alt) == html.unescape(text) == describe(**values)
    picture = Image.open(BytesIO(base64.b64decode(source)))
    assert picture.format == "WEBP"
    assert (int(width), int(height)) == (40, 20)
    assert picture.size == (80, 40), "two pixels drawn for each one shown"
    value = np.asarray(picture.convert("L"))[20, 40] / 255
    assert value == pytest.approx(gray(**values), abs=0.4 / len(COMBINATIONS))


def values_of(explorable):
    return {name: control.value for name, control in explorable.controls.items()}


@pytest.fixture
def links():
    """The links that are made, in order."""
    made = []

    def note(widget):
        if isinstance(widget, widgets.widget_link.DirectionalLink | widgets.widget_link.Link):
            made.append(widget)

    widgets.Widget.on_widget_constructed(note)
    yield made
    widgets.Widget.on_widget_constructed(None)


def join(links):
    """Do in Python what the links do in the browser."""
    for link in links:
        (source, of_source), (target, of_target) = link.source, link.target
        setattr(target, of_target, getattr(source, of_source))

        for one, of_one, other, of_other in (
            (source, of_source, target, of_target),
            (target, of_target, source, of_source),
        ):

            def follow(change, other=other, of_other=of_other):
                setattr(other, of_other, change.new)

            one.observe(follow, names=of_one)


def frame_of(explorable):
    """The HTML that is to be seen: through the stacks along what each has selected."""
    shown = explorable.children[-1]
    while isinstance(shown, widgets.Stack):
        shown = shown.children[shown.selected_index]
    assert isinstance(shown, widgets.HTML)
    return shown.value


def settings():
    """Every combination in order, then twenty at random."""
    chance = random.Random(0)
    return [*COMBINATIONS, *(chance.choice(COMBINATIONS) for _ in range(20))]


# Both forms


@pytest.mark.parametrize("page", [False, True])
def test_it_starts_where_the_controls_say(page):
    explorable = explore(draw, describe, CONTROLS, page=page)
    assert isinstance(explorable, Explorable)
    start = {"eta": 0.3, "name": "relu", "sizes": (2, 8, 8, 1)}
    assert values_of(explorable) == start
    assert_shows(frame_of(explorable), start)
    assert list(explorable.children[:-1]) == list(explorable.controls.values())


@pytest.mark.parametrize("page", [False, True])
@pytest.mark.parametrize("by", ["value", "index"])
def test_every_setting_shows_its_own_frame(page, by, links):
    explorable = explore(draw, describe, CONTROLS, page=page)
    join(links)
    for setting in settings():
        for control, value in zip(CONTROLS, setting, strict=True):
            widget = explorable.controls[control.name]
            if by == "index" and not hasattr(widget, "index"):
                continue  # the notebook's sliders have values only
            to = value if by == "value" else control.values.index(value)
            setattr(widget, by, to)
            assert_shows(frame_of(explorable), values_of(explorable))
        if by == "value" or page:
            assert tuple(values_of(explorable).values()) == setting
            assert explorable.text == describe(*setting)


@pytest.mark.parametrize("page", [False, True])
def test_the_words_are_escaped(page):
    shown = frame_of(explore(draw, describe, CONTROLS, page=page))
    assert "<b>" not in shown
    assert "&quot;relu&quot; &amp; (2, 8, 8, 1): it&#x27;s 1 &lt; 2 &gt; &lt;b&gt;0" in shown


@pytest.mark.parametrize("page", [False, True])
def test_the_repr_is_short_and_the_same_every_time(page):
    first, second = (repr(explore(draw, describe, CONTROLS, page=page)) for _ in range(2))
    assert first == second == "Explorable(eta, name, sizes)"


@pytest.mark.parametrize("page", [False, True])
def test_figures_are_closed(page):
    plt.close("all")
    explorable = explore(draw, describe, CONTROLS, page=page)
    explorable.controls["name"].value = "tanh"
    assert plt.get_fignums() == []


def blank(**_):
    return plt.figure(figsize=(0.2, 0.2))


@pytest.mark.parametrize("page", [False, True])
@pytest.mark.parametrize("kind", ["slider", "menu"])
def test_one_control_will_do(page, kind, links):
    control = Control("n", "n", range(3), kind=kind)
    explorable = explore(blank, lambda n: f"n = {n}", [control], page=page)
    join(links)
    for n in (2, 0, 1):
        explorable.controls["n"].value = n
        assert f'alt="n = {n}"' in frame_of(explorable)


@pytest.mark.parametrize("size", [(6.4, 4.8), (3.3, 2.35), (5.75, 1.15)])
def test_two_pixels_are_drawn_for_each_one_shown(size):
    with plt.rc_context():
        use_style()
        explorable = explore(lambda n: plt.subplots(figsize=size)[0], lambda n: f"{n}", [N])
    source, _, width, height, _ = IMG.fullmatch(frame_of(explorable)).groups()
    assert (int(width), int(height)) == tuple(round(100 * inches) for inches in size)
    drawn = Image.open(BytesIO(base64.b64decode(source))).size
    assert drawn == pytest.approx((2 * int(width), 2 * int(height)), abs=1)


# The two forms


def test_the_page_form_draws_every_frame_once_at_the_start_and_needs_no_python_after():
    drawn = []

    def note(**values):
        drawn.append(tuple(values.values()))
        return draw(**values)

    explorable = explore(note, describe, CONTROLS, page=True)
    assert drawn == COMBINATIONS
    for setting in settings():
        for control, value in zip(CONTROLS, setting, strict=True):
            explorable.controls[control.name].value = value
    assert len(drawn) == len(COMBINATIONS)


def test_the_live_form_draws_when_a_control_moves():
    drawn = []

    def note(**values):
        drawn.append(values)
        return draw(**values)

    explorable = explore(note, describe, CONTROLS, page=False)
    assert len(drawn) == 1
    explorable.controls["eta"].value = 1.0
    assert len(drawn) == 2
    assert drawn[-1] == {"eta": 1.0, "name": "relu", "sizes": (2, 8, 8, 1)}


def test_the_page_form_joins_controls_and_stacks_in_the_browser(links):
    explorable = explore(draw, describe, CONTROLS, page=True)
    assert len(links) == 1 + 3 + 3 * 2  # one for each stack
    assert {link.source for link in links} == {
        (control, "index") for control in explorable.controls.values()
    }
    assert len({link.target for link in links}) == len(links)
    assert {name for _, name in (link.target for link in links)} == {"selected_index"}


def test_the_pictures_of_a_page_may_be_drawn_elsewhere():
    asked = []

    def elsewhere(drawing):
        assert drawing == Drawing(draw, describe, vector=False)

        def note(values):
            asked.append(tuple(values.values()))
            return f"frame {len(asked)}"

        return note

    explorable = explore(draw, describe, CONTROLS, page=elsewhere)
    assert asked == COMBINATIONS
    start = tuple(values_of(explorable).values())
    assert frame_of(explorable) == f"frame {1 + COMBINATIONS.index(start)}"


# Controls


def test_a_control_starts_with_its_first_value_as_a_slider():
    control = Control("n", "units", [3, 5, 7])
    assert (control.values, control.start, control.kind) == ((3, 5, 7), 3, "slider")
    widget = control.widget(page=True)
    assert isinstance(widget, widgets.SelectionSlider)
    assert (widget.value, widget.index, widget.description) == (3, 0, "units")


@pytest.mark.parametrize(
    ("values", "kind", "between"),
    [
        ((1, 3, 8), widgets.IntSlider, 5),
        ((0.1, 1.0, 2.5), widgets.FloatSlider, 0.77),
        ((-1, 0.5, 2), widgets.FloatSlider, 0.0),
        ((0.001, 0.1, 3.0), widgets.FloatLogSlider, 0.02),
    ],
)
def test_a_notebook_takes_any_value_in_the_range(values, kind, between):
    explorable = explore(blank, lambda n: f"n = {n:g}", [Control("n", "n", values)], page=False)
    widget = explorable.controls["n"]
    assert isinstance(widget, kind)
    for value in (between, values[-1], values[0]):
        widget.value = value
        assert widget.value == pytest.approx(value)
        assert f'alt="n = {widget.value:g}"' in frame_of(explorable)
    widget.value = values[-1] * 100  # beyond the range: held at its end
    assert widget.value == pytest.approx(values[-1])


PLAYED = [
    # the control's values, by page or not, what the slider shows at a place, and the last place
    (("z", "a", "loss"), True, "index", 2),
    (("z", "a", "loss"), False, "index", 2),
    ((0, 5, 20), True, "index", 2),
    ((0, 5, 20), False, "value", 20),
    ((0.1, 0.2, 0.7), False, "index", 2),
]


@pytest.mark.parametrize(("values", "page", "place", "last"), PLAYED)
def test_what_passes_has_buttons_that_play(values, page, place, last, links):
    control = Control("t", "time", values, start=values[1], kind="play")
    explorable = explore(blank, lambda t: f"t = {t}", [control], page=page)
    join(links)
    row = explorable.children[0]
    slider, play, back, on = row.children
    assert slider is explorable.controls["t"]
    assert "explorable-play" in row._dom_classes
    assert "explorable-back" in back._dom_classes and "explorable-on" in on._dom_classes
    assert (back.tooltip, on.tooltip) == ("time: one step back", "time: one step on")
    assert explorable.values == {"t": values[1]}
    assert (play.min, play.max, play.step) == (0, last, 1)
    assert play.value == getattr(slider, place)

    for at in range(last + 1):  # what playing does, in the browser
        play.value = at
        assert getattr(slider, place) == at
        assert explorable.text == f"t = {slider.value}"
        assert f'alt="t = {slider.value}"' in frame_of(explorable)

    on.click()
    assert getattr(slider, place) == last, "there is nothing after the last"
    back.click()
    assert getattr(slider, place) == last - 1 == play.value
    on.click()
    assert getattr(slider, place) == last == play.value
    play.value = 0
    back.click()
    assert getattr(slider, place) == 0, "there is nothing before the first"


@pytest.mark.parametrize(("last", "pace"), [(10, 600), (60, 250), (100, 150), (1000, 100)])
def test_a_long_range_is_played_faster_but_not_too_fast_to_see(last, pace):
    control = Control("t", "t", (0, last), kind="play")
    explorable = explore(blank, lambda t: f"{t}", [control], page=False)
    assert explorable.children[0].children[1].interval == pace


@pytest.mark.parametrize("values", [(1, 3, 8), (0.1, 1.0, 2.5), (0.001, 0.1, 3.0)])
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf"), "far", None, [1]])
def test_a_slider_refuses_what_is_no_number_and_stays(values, bad):
    control = Control("n", "n", values)
    explorable = explore(blank, lambda n: f"n = {n:g}", [control], page=False)
    with pytest.raises(TraitError):
        explorable.controls["n"].value = bad
    assert explorable.values == {"n": pytest.approx(values[0])}
    assert f'alt="n = {values[0]:g}"' in frame_of(explorable)
    explorable.controls["n"].value = values[1]
    assert explorable.values == {"n": pytest.approx(values[1])}


def test_a_menu_takes_only_its_values():
    widget = Control("n", "n", (1, 3, 8), kind="menu").widget(page=False)
    assert [value for _, value in widget.options] == [1, 3, 8]
    with pytest.raises(TraitError):
        widget.value = 2


def test_a_drag_in_a_running_kernel_draws_the_latest_value_and_queues_nothing():
    drawn = []

    def note(n):
        drawn.append(n)
        return blank()

    async def drag():
        explorable = explore(note, lambda n: str(n), [Control("n", "n", range(100))], page=False)
        for n in range(1, 60):
            explorable.controls["n"].value = n
        assert drawn == [0], "a move waits for the ones that come at once"
        await until(lambda: drawn == [0, 59])
        explorable.controls["n"].value = 7
        await until(lambda: drawn == [0, 59, 7])
        assert 'alt="7"' in frame_of(explorable)

    asyncio.run(drag())


def test_what_other_threads_move_is_drawn_where_the_widget_was_made():
    """JupyterLab hands a kernel's threads the moves of controls; two must never draw at once."""
    threads, shown_by_jupyter = [], []

    def note(n):
        threads.append(threading.current_thread())
        shown_by_jupyter.append(plt.isinteractive())
        return blank()

    async def move():
        plt.ion()
        explorable = explore(note, lambda n: str(n), [Control("n", "n", range(9))], page=False)
        for n in (1, 2):
            mover = threading.Thread(target=setattr, args=(explorable.controls["n"], "value", n))
            mover.start()
            mover.join()
            await until(lambda n=n: f'alt="{n}"' in frame_of(explorable))

    asyncio.run(move())
    assert threads == [threading.current_thread()] * 3
    assert shown_by_jupyter == [False] * 3, "another thread's message would show and close it"
    plt.ioff()


def test_words_and_picture_are_those_of_the_same_values_while_controls_move():
    """Each frame is of values that were set together, though others come in while it is drawn."""
    drawn, described = [], []

    def note(n, m):
        drawn.append((n, m))
        return blank()

    def words(n, m):
        described.append((n, m))
        return f"{n}, {m}"

    async def drag():
        controls = [Control(name, name, range(100)) for name in ("n", "m")]
        explorable = explore(note, words, controls, page=False)
        for k in range(1, 40):
            explorable.controls["n"].value = k
            explorable.controls["m"].value = 2 * k
            if k % 10 == 0:
                await asyncio.sleep(0.05)
        await until(lambda: 'alt="39, 78"' in frame_of(explorable))
        assert explorable.text == "39, 78"

    asyncio.run(drag())
    assert drawn == described[: len(drawn)]
    assert all(m == 2 * n for n, m in drawn)
    assert len(drawn) < 10


def test_frames_of_different_sizes_are_refused_on_a_page():
    def growing(n):
        return plt.figure(figsize=(0.2, 0.1 * n))

    with pytest.raises(ValueError, match="expected figures of one size"):
        explore(growing, lambda n: str(n), [N], page=True)
    plt.close("all")


def test_a_menu_is_a_dropdown():
    widget = Control("name", "activation", ("relu", "tanh"), start="tanh", kind="menu").widget(
        page=False
    )
    assert isinstance(widget, widgets.Dropdown)
    assert (widget.value, widget.index) == ("tanh", 1)


def test_what_a_control_shows_of_its_values():
    control = Control("v", "v", (1.0, 0.25, 1e-7, 3, "relu", (2, 8, 1), [0.5, 2]))
    labels = [label for label, _ in control.widget(page=True).options]
    assert labels == ["1", "0.25", "1e-07", "3", "relu", "2-8-1", "0.5-2"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"values": (1,)}, r"n: expected at least two different values, got \(1,\)"),
        ({"values": ()}, r"n: expected at least two different values, got \(\)"),
        ({"values": (1, 2, 1)}, r"n: expected at least two different values, got \(1, 2, 1\)"),
        ({"values": (1, float("nan"))}, r"n: expected finite values, got \(1, nan\)"),
        ({"values": (1, float("inf"))}, r"n: expected finite values, got \(1, inf\)"),
        ({"start": 3}, r"n: expected a start among \(1, 2\), got 3"),
        ({"kind": "dial"}, "kind: expected one of slider, menu, play, got 'dial'"),
    ],
)
def test_a_control_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        Control(**{"name": "n", "label": "n", "values": (1, 2)} | arguments)


N = Control("n", "n", (1, 2))


@pytest.mark.parametrize("page", [False, True])
@pytest.mark.parametrize(
    ("controls", "error", "message"),
    [
        ([], ValueError, "controls: expected at least one, each with a name of its own"),
        ([N, N], ValueError, "controls: expected at least one, each with a name of its own"),
        ([N, Control("n", "other", (3, 4))], ValueError, "each with a name of its own"),
        (N, TypeError, "controls: expected a list of Control, got Control"),
        ([N, "n"], TypeError, "controls: expected a list of Control, got"),
        ({"n": N}, TypeError, "controls: expected a list of Control, got"),
    ],
)
def test_explore_refuses_controls_before_it_draws(page, controls, error, message):
    drawn = []
    with pytest.raises(error, match=message):
        explore(lambda **values: drawn.append(values), str, controls, page=page)
    assert drawn == []


@pytest.mark.parametrize("page", [False, True])
@pytest.mark.parametrize(
    ("draw", "describe", "got"),
    [
        (lambda n: None, lambda n: "text", "NoneType and str"),
        (lambda n: plt.figure().add_subplot(), lambda n: "text", "Axes and str"),
        (lambda n: Figure(), lambda n: None, "Figure and NoneType"),
    ],
)
def test_explore_refuses_what_is_no_figure_or_no_text(draw, describe, got, page):
    with pytest.raises(TypeError, match=f"expected a matplotlib Figure and a str, got {got}"):
        explore(draw, describe, [N], page=page)
    plt.close("all")


def test_a_figure_that_cannot_be_drawn_is_closed_too():
    def broken(n):
        figure = plt.figure()
        figure.text(0, 0, r"$\nonsense$")
        return figure

    plt.close("all")
    with pytest.raises(ValueError, match="nonsense"):
        explore(broken, lambda n: "text", [N])
    assert plt.get_fignums() == []


def test_grid_is_every_combination():
    assert [tuple(values.values()) for values in grid(CONTROLS)] == COMBINATIONS
    assert {tuple(values) for values in grid(CONTROLS)} == {("eta", "name", "sizes")}


def test_frames_as_svg_hold_the_figure_and_the_same_words():
    def draw(n):
        figure = plt.figure(figsize=(3, 2))
        figure.text(0.5, 0.5, f"{n} < 100%")
        return figure

    for page in (True, False):
        explorable = explore(draw, lambda n: f'"{n}" & more', [N], page=page, vector=True)
        found = BeautifulSoup(frame_of(explorable), "html.parser").img
        kind, _, data = found["src"].partition(",")
        assert kind == "data:image/svg+xml"
        assert "1 < 100%" in "".join(ElementTree.fromstring(unquote(data)).itertext())
        assert (found["alt"], found["width"], found["height"]) == ('"1" & more', "300", "200")
    assert plt.get_fignums() == []


def test_a_backdrop_is_kept_once_behind_every_frame():
    drawn = []

    def behind():
        drawn.append(1)
        return plt.figure(figsize=(1, 1))

    explorable = explore(blank, lambda n: "n", [N], name="some", page=True, backdrop=behind)
    shown = [w.value for w in explorable.children if isinstance(w, widgets.HTML)]
    (style,) = (text for text in shown if "<style>" in text)
    assert style.startswith("<style>.explorable-some img {") and "data:image/webp" in style
    assert len(drawn) == 1
    assert "data:image/svg+xml" in frame_of(explorable)
    with pytest.raises(ValueError, match="backdrop: expected a name as well"):
        explore(blank, lambda n: "n", [N], backdrop=behind)
    with pytest.raises(TypeError, match="backdrop: expected a matplotlib Figure, got int"):
        explore(blank, lambda n: "n", [N], name="some", backdrop=lambda: 1)
    assert plt.get_fignums() == []


def ground(n):
    figure = plt.figure(figsize=(1, 1), dpi=60)
    figure.add_axes((0, 0, 1, 1)).imshow([[n, 1]])
    return figure


def always():
    return see_through(figsize=(1, 1))


@pytest.mark.parametrize("page", [False, True])
def test_layers_lie_in_one_place_and_each_follows_its_own_controls(page, links):
    drawn = []

    def above(name):
        drawn.append(name)
        figure = see_through(figsize=(1, 1))
        figure.text(0.5, 0.5, name)
        return figure

    def both(n, name):
        return ground(n)

    controls = [N, Control("name", "name", ("one", "two"), kind="menu")]
    words = lambda n, name: f"{n} {name}"  # noqa: E731
    explorable = explore((both, above, always), words, controls, page=page, vector=True)
    join(links)
    picture = explorable.children[-1]
    assert isinstance(picture, widgets.GridBox)
    assert {layer.layout.grid_area for layer in picture.children} == {"1 / 1"}
    assert drawn == (["one", "two"] if page else ["one"])

    def shown():
        frames = []
        for layer in picture.children:
            while isinstance(layer, widgets.Stack):
                layer = layer.children[layer.selected_index]
            frames.append(layer.value)
        return frames

    first = shown()
    assert [frame.count("explorable-text") for frame in first] == [1, 0, 0]
    assert [frame.count("image/svg+xml") for frame in first] == [0, 1, 1]
    assert [frame.count('alt=""') for frame in first] == [0, 1, 1]
    explorable.controls["name"].value = "two"
    second = shown()
    assert [a == b for a, b in zip(first, second, strict=True)] == [False, False, True]
    assert f'alt="{N.start} two"' in second[0] and "two" in second[1]
    assert plt.get_fignums() == []


def test_a_coarse_figure_stays_coarse():
    explorable = explore(ground, lambda n: str(n), [N], page=False)
    source = re.search('base64,([^"]+)', frame_of(explorable))[1]
    assert Image.open(BytesIO(base64.b64decode(source))).size == (60, 60)


def test_layers_of_which_none_follows_every_control_are_refused():
    with pytest.raises(ValueError, match="draw: expected a layer that takes every control"):
        explore((always,), str, [N])


def test_what_a_frame_draws_on_the_stage_is_off_before_the_next():
    made = []

    def stage():
        made.append(plt.figure(figsize=(1, 1), layout="none"))
        made[-1].add_axes((0, 0, 1, 1)).axhline(0)
        return made[-1]

    def draw(x, fig):
        (ax,) = fig.axes
        assert (len(ax.lines), len(ax.texts), len(fig.texts)) == (1, 0, 0)
        ax.plot([0, x])
        ax.text(0, 0, "a")
        ax.legend(["b"])
        fig.text(0, 0, "c")
        fig.add_axes((0, 0, 0.1, 0.1))
        return fig

    controls = [Control("x", "x", (1, 2, 3))]
    explore(draw, lambda x: str(x), controls, stage=stage, vector=True, page=True)
    assert len(made) == 1 and not plt.get_fignums()
    with plt.rc_context({"font.size": 20}):
        explore(draw, lambda x: str(x), controls, stage=stage, vector=True, page=False)
    assert len(made) == 2, "other settings, another stage"


@pytest.mark.parametrize(
    ("draw", "stage", "error", "message"),
    [
        (lambda x, fig: fig, lambda: "no figure", TypeError, "stage: .* Figure, got str"),
        ((lambda x: plt.figure(),), plt.figure, ValueError, "stage: .* layers"),
    ],
)
def test_a_stage_is_a_figure_for_one_layer(draw, stage, error, message):
    with pytest.raises(error, match=message):
        explore(draw, lambda x: str(x), [Control("x", "x", (1, 2))], stage=stage)
    plt.close("all")


def test_words_may_have_facts_for_a_script_of_the_page():
    def describe(n):
        return Words(f"n < {n + 1}", n=n, name="a & b")

    def blank(n):
        return plt.figure(figsize=(0.4, 0.2))

    shown = explore(blank, describe, [Control("n", "n", (1, 2))], page=True)
    (stack,) = [child for child in shown.children if isinstance(child, widgets.Stack)]
    for n, frame in zip((1, 2), stack.children, strict=True):
        facts = re.search(r'<p [^>]*data-facts="([^"]*)">', frame.value)[1]
        assert json.loads(html.unescape(facts)) == {"n": n, "name": "a & b"}
        assert f"n &lt; {n + 1}</p>" in frame.value
