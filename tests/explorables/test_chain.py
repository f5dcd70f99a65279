"""The explorable of chapter 3: its changes are the network's, its difference shrinks like h^2."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from helpers import every_frame, numbers_in, some_between
from matplotlib.patches import Circle

from backprop import forward
from backprop.examples import worked_example
from backprop.explorables import nudge
from backprop.plotting import STYLE


@pytest.fixture(autouse=True)
def course_style():
    with plt.style.context(STYLE):
        yield
    plt.close("all")


def loss(**moved):
    """The loss of the last unit, written out, with some of its inputs moved."""
    network, X, Y = worked_example()
    below = forward(network, X[:, :1]).a[2][:, 0]
    at = {"w1": 1.1, "w2": -0.9, "b": 0.3, "a1": below[0], "a2": below[1]}
    for name, h in moved.items():
        at[name] += h
    z = at["w1"] * at["a1"] + at["w2"] * at["a2"] + at["b"]
    return (1 / (1 + np.exp(-z)) - Y[0, 0]) ** 2 / 2


def rate(name, h=1e-5):
    return (loss(**{name: h}) - loss(**{name: -h})) / (2 * h)


def test_every_frame_says_and_marks_the_true_and_the_predicted_change():
    between = [(v, nudge.draw(**v), nudge.describe(**v)) for v in some_between(nudge, 9)]
    for values, figure, words in [*every_frame(nudge), *between]:
        name, h = values["name"], values["h"]
        true, predicted = loss(**{name: h}) - loss(), rate(name) * h
        said = numbers_in(words.split(" by h = ")[1])[1:]
        assert said[0] == pytest.approx(rate(name), abs=6e-5)
        assert said[1:3] == pytest.approx([predicted, true], abs=6e-6)
        assert said[3] == pytest.approx(true - predicted, abs=6e-7)
        assert said[4] == pytest.approx((true - predicted) / h**2, abs=2e-5)
        ring, changes, gaps = figure.axes
        marks = [line.get_xydata()[0] for line in changes.lines[-2:]]
        assert np.array(marks) == pytest.approx(np.array([[h, true], [h, predicted]]), abs=1e-8)
        assert gaps.lines[-1].get_xydata()[0] == pytest.approx([abs(h), abs(true - predicted)])
        assert sum(isinstance(patch, Circle) for patch in ring.patches) == 1
        assert figure.get_size_inches() == pytest.approx(nudge.SIZE)


@pytest.mark.parametrize("name", nudge.INPUTS)
@pytest.mark.parametrize("sign", [-1, 1])
def test_half_the_nudge_leaves_a_quarter_of_the_difference(name, sign):
    gaps = []
    for h in (2.0**-6, 2.0**-7):
        predicted, true = nudge.nudge(name, sign * h)
        gaps.append(true - predicted)
    assert gaps[1] / gaps[0] == pytest.approx(0.25, abs=0.01)


def test_the_ring_stands_round_the_name_on_the_circuit_behind_it():
    behind = nudge.backdrop()
    names = {text.get_text(): text.get_position() for text in behind.axes[0].texts}
    for name in nudge.INPUTS:
        frame = nudge.draw(name, 0.5)
        (ring,) = (p for p in frame.axes[0].patches if isinstance(p, Circle))
        assert ring.center == pytest.approx(names[f"${nudge.LABELS.get(name, name)}$"])
        assert frame.axes[0].get_position().bounds == behind.axes[0].get_position().bounds
        assert frame.axes[0].get_xlim() == behind.axes[0].get_xlim()
    assert behind.get_size_inches() == pytest.approx(nudge.SIZE)


def test_the_circuit_behind_shows_each_value_and_each_derivative():
    shown = [numbers_in(text.get_text()) for text in nudge.backdrop().axes[0].texts]
    shown = [numbers[0] for numbers in shown if numbers]
    expected = [round(rate(name), 2) for name in nudge.INPUTS]
    for number in (*expected, 1.1, -0.9, 0.3, round(loss(), 2)):
        assert any(abs(number - s) < 1e-9 for s in shown), number


def test_no_nudge_draws_and_says_so():
    nudge.draw("w1", 0.0).canvas.draw()
    assert nudge.describe("w1", 0.0).startswith("w1 is not nudged, so nothing changes.")


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"name": "y"}, ValueError, "name: expected one of w1, a1, w2, a2, b, got 'y'"),
        ({"h": float("nan")}, ValueError, "h: expected a finite number"),
        ({"h": "1"}, TypeError, "h: expected a number"),
    ],
)
def test_bad_values_are_refused(values, error, message):
    for function in (nudge.draw, nudge.describe):
        with pytest.raises(error, match=message):
            function(**({"name": "w1", "h": 1.0} | values))
    assert not plt.get_fignums()
