"""The stepper of chapter 4: its numbers are the module's, its pictures show what it says."""

import re
from io import StringIO

import matplotlib.pyplot as plt
import numpy as np
import pytest
from helpers import bytes_of

from backprop import SQUARED_ERROR, forward, gradients, sgd_step
from backprop.backward import backward
from backprop.examples import worked_example
from backprop.experiments.training_step import LEARNING_RATE, training_steps
from backprop.explorables import training_step
from backprop.explorables.training_step import (
    SIZE,
    STEPS,
    describe,
    draw,
    short,
)
from backprop.plotting import STYLE

LAYERS = ((1, "¹"), (2, "²"), (3, "³"))


@pytest.fixture
def one_example():
    network, X, Y = worked_example()
    return network, X[:, :1], Y[:, :1]


@pytest.fixture
def drawn():
    with plt.style.context(STYLE):
        yield draw
    plt.close("all")


def test_the_steps_are_one_training_step_in_order():
    assert list(STEPS) == [
        *("z¹", "a¹", "z²", "a²", "z³", "a³", "loss", "δ³", "δ²", "δ¹"),
        *("dW³", "db³", "dW²", "db²", "dW¹", "db¹"),
        *("new W³", "new b³", "new W²", "new b²", "new W¹", "new b¹", "new loss"),
    ]
    phases = [step.phase for step in STEPS.values()]
    assert list(dict.fromkeys(phases)) == ["forward", "loss", "backward", "gradients", "update"]
    assert phases == sorted(phases, key=phases.index), "no phase comes twice"
    assert training_step.CONTROLS[0].values == tuple(STEPS)


def test_every_result_is_the_modules(one_example):
    network, x, y = one_example
    trace = forward(network, x)
    delta = backward(network, trace, y, SQUARED_ERROR)
    grads = gradients(trace, delta)
    after = network.copy()
    sgd_step(after, grads, LEARNING_RATE)
    for l, up in LAYERS:
        for name, expected in (
            ("z", trace.z[l]),
            ("a", trace.a[l]),
            ("δ", delta[l]),
            ("dW", grads.W[l]),
            ("db", grads.b[l]),
            ("new W", after.W[l]),
            ("new b", after.b[l]),
        ):
            np.testing.assert_array_equal(STEPS[f"{name}{up}"].terms[0], expected)
    for name, at in (("loss", network), ("new loss", after)):
        value = SQUARED_ERROR.value(forward(at, x).a[-1], y)
        assert STEPS[name].terms[0] == f"{value:.4f}"


def test_the_numbers_are_those_of_chapters_4_and_5():
    for name, expected in {
        "z¹": [[1.0], [0.1], [-1.5]],
        "a²": [[0.6231], [-0.0699]],
        "δ³": [[0.1423]],
        "δ²": [[0.0958], [-0.1274]],
        "δ¹": [[0.1499], [-0.2327], [0]],
        "dW²": [[0.0958, 0.0096, 0], [-0.1274, -0.0127, 0]],
        "db³": [[0.1423]],
        "new W³": [[1.0557, -0.8950]],
        "new W¹": [[0.3876, -0.2625], [0.8745, 0.8418], [-1.1, 0.3]],
    }.items():
        np.testing.assert_allclose(STEPS[name].terms[0], expected, atol=5.1e-5)
    assert (STEPS["loss"].terms[0], STEPS["new loss"].terms[0]) == ("0.2741", "0.1030")


def test_the_matrices_put_in_give_the_result():
    for l, up in LAYERS:
        z, _, W, a, _, b = STEPS[f"z{up}"].terms
        np.testing.assert_allclose(z, W @ a + b, atol=1e-15)
        dW, _, delta, a_T = STEPS[f"dW{up}"].terms
        np.testing.assert_allclose(dW, delta @ a_T, atol=1e-15)
        np.testing.assert_array_equal(STEPS[f"db{up}"].terms[0], STEPS[f"db{up}"].terms[2])
        for name in ("W", "b"):
            new, _, old, _, eta, gradient = STEPS[f"new {name}{up}"].terms
            np.testing.assert_allclose(new, old - float(eta) * gradient, atol=1e-15)
        if l < 3:
            delta, _, _, W_T, above, _, _, slope = STEPS[f"δ{up}"].terms
            np.testing.assert_allclose(delta, (W_T @ above) * slope, atol=1e-15)
    delta, _, by_a, _, slope = STEPS["δ³"].terms
    np.testing.assert_allclose(delta, by_a * slope, atol=1e-15)
    value, _, _, _, a, _, y, _ = STEPS["loss"].terms
    assert float(value) == pytest.approx(0.5 * np.sum((a - y) ** 2), abs=5.1e-5)


def test_nothing_that_is_shown_is_changed_by_a_later_step(one_example):
    network, x, y = one_example
    before = bytes_of(network)
    steps = training_steps(network, x, y, 3.0)
    assert bytes_of(network) == before
    assert bytes_of(steps["a³"].network) == before
    # Layer 3 moves first and layer 1 last, though all gradients are from before.
    moved = steps["new W²"].network
    assert not np.array_equal(moved.W[3], network.W[3])
    np.testing.assert_array_equal(moved.W[1], network.W[1])
    assert bytes_of(steps["new loss"].network) == bytes_of(steps["new b¹"].network)


def test_what_a_step_touches_lights_up():
    assert STEPS["z²"].lit == {("a", 1), ("W", 2), ("z", 2)}
    assert STEPS["δ¹"].lit == {("delta", 2), ("W", 2), ("delta", 1)}
    assert STEPS["dW²"].lit == {("a", 1), ("W", 2), ("delta", 2)}
    assert STEPS["db²"].lit == STEPS["new b²"].lit == {("delta", 2)}
    assert STEPS["new W²"].lit == {("W", 2)}


def test_the_words_give_place_phase_numbers_and_shape():
    assert describe("a¹").startswith("Step 2 of 23, forward. a¹: the relu works on z¹")
    assert describe("a¹").endswith("a¹ = (1; 0.1; 0), 3 × 1.")
    assert "backward. δ²" in describe("δ²")
    assert describe("δ²").endswith("δ² = (0.0958; −0.1274), 2 × 1.")
    assert describe("loss").endswith("is one number, 0.2741.")
    assert describe("new W³").endswith("new W³ = (1.0557, −0.895), 1 × 2.")
    assert describe("new loss").endswith("the loss was 0.2741, and now it is 0.1030.")


@pytest.mark.parametrize("name", STEPS)
def test_every_number_of_an_equation_is_on_the_figure_and_inside_it(name, drawn):
    figure = drawn(name)
    assert tuple(figure.get_size_inches()) == SIZE
    equation = figure.axes[1]
    written = [text.get_text() for text in equation.texts]
    assert written[0] == STEPS[name].equation
    for term in STEPS[name].terms:
        for text in [term] if isinstance(term, str) else map(short, term.ravel()):
            assert text in written
            written.remove(text)
    renderer = figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in equation.texts]
    frame = figure.bbox.padded(1)
    assert all(frame.contains(*corner) for box in boxes for corner in (box.min, box.max))
    apart = [(a, b) for k, a in enumerate(boxes) for b in boxes[:k] if a.overlaps(b)]
    assert not apart, "two texts lie on each other"


def test_the_picture_hides_what_is_not_computed_yet(drawn):
    unknown = {}
    for name in ("z¹", "a²", "δ³", "new W³", "new loss"):
        diagram, _ = drawn(name).axes
        unknown[name] = sum(text.get_text() == "?" for text in diagram.texts)
    # After z^1 the 2 units of layer 2 and the 1 of layer 3 are open; after a^2 the last; then none.
    assert unknown == {"z¹": 3, "a²": 1, "δ³": 0, "new W³": 0, "new loss": 0}


@pytest.mark.parametrize(
    ("number", "text"),
    [(1.0, "1"), (-0.07, "−0.07"), (0.62306, "0.6231"), (-0.0, "0"), (-0.00001, "0"), (20.0, "20")],
)
def test_short_numbers(number, text):
    assert short(number) == text


def test_the_explorable_shows_the_step_that_is_chosen(drawn):
    explorable = training_step.explorable(page=False)
    assert explorable.text == describe("z¹")
    for name in ("δ²", "new loss"):
        explorable.controls["step"].value = name
        assert explorable.text == describe(name)
        assert describe(name) in explorable.children[-1].value


@pytest.mark.parametrize("name", ["loss", "δ³", "δ¹", "dW¹", "new W¹"])
def test_the_words_of_a_frame_are_in_letters_that_every_reader_has(name, drawn):
    """An SVG names its fonts; those of mathcal and prime come with TeX only."""
    file = StringIO()
    with plt.rc_context({"svg.fonttype": "none"}):
        drawn(name).savefig(file, format="svg")
    fonts = set(re.findall(r"font-family: ('[^']*')", file.getvalue()))
    assert fonts and all(font.startswith("'DejaVu Sans") for font in fonts), fonts
