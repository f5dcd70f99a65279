"""Every module of backprop.explorables, found by itself: live as in a notebook, with real ipywidgets.

What a module's numbers are is the matter of its own tests. Here: the widget says what `describe` says
for what its controls show, takes any value of their ranges and refuses others.
"""

import html
import importlib
import pkgutil
import random
import re
import warnings

import ipywidgets as widgets
import matplotlib.pyplot as plt
import pytest
from traitlets import TraitError

import backprop.explorables
from backprop import explore
from backprop.explore import Control, Explorable
from backprop.plotting import STYLE

NAMES = [module.name for module in pkgutil.iter_modules(backprop.explorables.__path__)]
IMG = re.compile(r'<img src="([^"]+)" alt="([^"]*)" width="(\d+)" height="(\d+)">')
TEXT = re.compile(r'<p class="explorable-text"[^>]*>([^<>]*)</p>')
RANDOM = 6  # combinations of values for each


@pytest.fixture(autouse=True)
def drawn_coarsely(monkeypatch):
    """In the course's style; what it costs to draw is mostly the number of pixels."""
    monkeypatch.setattr(explore, "DRAWN_DPI", 30)
    with plt.style.context(STYLE), warnings.catch_warnings():
        warnings.simplefilter("error")
        yield
    assert plt.get_fignums() == [], "a figure is left open"


@pytest.fixture(params=NAMES)
def module(request):
    return importlib.import_module(f"backprop.explorables.{request.param}")


def name_of(module):
    return module.__name__.rpartition(".")[2]


def shown(explorable):
    """The alt text, the words, and the size of the frame that is to be seen."""
    picture = explorable.children[-1]
    layers = picture.children if isinstance(picture, widgets.GridBox) else [picture]
    (content,) = (layer.value for layer in layers if TEXT.search(layer.value))
    _, alt, width, height = IMG.match(content).groups()
    return html.unescape(alt), html.unescape(TEXT.search(content)[1]), (width, height)


def is_same(values, others):
    """Equal but for rounding."""
    return values.keys() == others.keys() and all(
        value == (pytest.approx(others[name]) if isinstance(value, float) else others[name])
        for name, value in values.items()
    )


def any_value(widget, chance):
    """A value that the control can take: anywhere in a slider's range."""
    if isinstance(widget, widgets.FloatLogSlider):
        return widget.base ** chance.uniform(widget.min, widget.max)
    if isinstance(widget, widgets.FloatSlider):
        return chance.uniform(widget.min, widget.max)
    if isinstance(widget, widgets.IntSlider):
        return chance.randint(widget.min, widget.max)
    return chance.choice([value for _, value in widget.options])


def settings(module, explorable):
    """The start, each control through all its values, then combinations of values at random."""
    start = {control.name: control.start for control in module.CONTROLS}
    yield start
    for control in module.CONTROLS:
        for value in control.values:
            yield start | {control.name: value}
    chance = random.Random(0)
    for _ in range(RANDOM):
        yield {name: any_value(w, chance) for name, w in explorable.controls.items()}


def test_there_are_explorables():
    assert len(NAMES) >= 8


def test_the_module_has_what_the_page_needs(module):
    assert len(module.__doc__.split()) > 8, "the docstring says which question it answers"
    assert all(isinstance(control, Control) for control in module.CONTROLS)
    first, second = module.explorable(page=False), module.explorable(page=False)
    assert isinstance(first, Explorable)
    assert list(first.controls) == [control.name for control in module.CONTROLS]
    assert all(widget.description for widget in first.controls.values()), "a control has no name"
    assert f"explorable-{name_of(module)}" in first._dom_classes
    assert repr(first) == repr(second) and len(repr(first)) < 120


def test_every_setting_is_described_and_drawn(module):
    explorable = module.explorable(page=False)
    sizes, seen = set(), {}
    for values in settings(module, explorable):
        for name, value in values.items():
            explorable.controls[name].value = value
        took = explorable.values
        assert is_same(took, values)
        alt, words, size = shown(explorable)
        assert alt == words == module.describe(**took) == explorable.text
        assert not re.search(r"\bnan\b", words, re.I), words
        assert len(words) <= 420, f"too long for a phone: {words}"
        sizes.add(size)
        seen[words] = None
    assert len(sizes) == 1, f"frames of different sizes: {sizes}"
    assert len(seen) >= sum(len(control.values) - 1 for control in module.CONTROLS) / 2


def test_words_are_the_same_when_asked_again(module):
    """No state between calls: the order in which a reader moves the controls does not matter."""
    explorable = module.explorable(page=False)
    chance = random.Random(1)
    combinations = [
        {name: any_value(w, chance) for name, w in explorable.controls.items()} for _ in range(4)
    ]
    first = [module.describe(**values) for values in combinations]
    again = [module.describe(**values) for values in reversed(combinations)]
    assert first == again[::-1]


def test_what_is_no_value_is_refused(module):
    explorable = module.explorable(page=False)
    before = explorable.values
    for name, widget in explorable.controls.items():
        for bad in (float("nan"), "no such value", object()):
            with pytest.raises(TraitError):
                widget.value = bad
        if isinstance(widget, widgets.IntSlider | widgets.FloatSlider):
            widget.value = widget.max + 1  # held at the end of the range
            assert widget.value == widget.max
            widget.value = before[name]
    assert is_same(explorable.values, before)
    assert shown(explorable)[1] == module.describe(**explorable.values)


def test_a_frame_on_a_used_stage_is_the_one_on_a_new_stage(module):
    if not hasattr(module, "stage"):
        assert callable(getattr(module, "ground", getattr(module, "field", None))), "layers"
        return
    values = list(explore.grid(module.CONTROLS))
    random.Random(4).shuffle(values)

    def frame(chosen, **on):
        return explore._frame(module.draw(**chosen, **on), "", vector=True)

    for chosen in values[:8]:
        kept = frame(chosen, fig=explore.kept_stage(module.stage).bare())
        assert kept == frame(chosen), chosen
