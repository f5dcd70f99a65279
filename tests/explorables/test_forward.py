"""The two explorables of chapter 1: their numbers are the module's, their words agree with them."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from helpers import every_frame, numbers_in, some_between
from matplotlib.patches import Circle

from backprop import ACTIVATIONS, predict
from backprop.examples import worked_example
from backprop.experiments import forward_pass as experiment
from backprop.explorables import forward_pass, neuron
from backprop.plotting import MINUS, STYLE


@pytest.fixture(autouse=True)
def course_style():
    with plt.style.context(STYLE):
        yield
    plt.close("all")


def by_hand(x1, hidden, activation):
    """z^1, a^1, z^2, a^2 of the network for (x1, -0.5), term by term."""
    f, x = ACTIVATIONS[activation].f, (x1, -0.5)
    rows = zip(experiment.W_1[:hidden], experiment.B_1[:hidden, 0])
    z_1 = [sum(w * x_j for w, x_j in zip(row, x)) + b for row, b in rows]
    a_1 = [float(f(np.array(z))) for z in z_1]
    z_2 = sum(w * a for w, a in zip(experiment.W_2[0], a_1)) + experiment.B_2[0, 0]
    return z_1, a_1, z_2, 1 / (1 + np.exp(-z_2))


def test_every_frame_of_the_forward_pass_says_what_the_sums_give():
    seen = 0
    for values, figure, words in every_frame(forward_pass):
        hidden, unit = values["hidden"], values["unit"]
        z_1, a_1, z_2, a_2 = by_hand(values["x1"], hidden, values["activation"])
        i = hidden if unit == "output" else min(int(unit[-1]), hidden)
        z, a = (z_2, a_2) if unit == "output" else (z_1[i - 1], a_1[i - 1])
        numbers = numbers_in(words.split(": z = ")[1])
        assert numbers[-3:] == pytest.approx([z, a, a_2], abs=5e-5)
        assert numbers[-4] == pytest.approx(z, abs=5e-5)  # in the brackets of sigma
        exists = unit == "output" or int(unit[-1]) <= hidden
        assert words.startswith("There is no") == (not exists)
        off = unit != "output" and values["activation"] == "relu" and z < 0
        assert ("is off" in words) == off
        top, bottom = figure.axes
        assert sum(isinstance(p, Circle) for p in top.patches) == 2 + hidden + 1
        assert sum(t.get_text().startswith("$z$ = ") for t in top.texts) == hidden + 1
        drawn = " ".join(text.get_text() for text in bottom.texts)
        assert all(re.search(f"[=≈] {forward_pass.shown(number)}", drawn) for number in (z, a))
        for said in re.findall(r"z = ([^≈=,]+) = ([^ ,]+),", words):  # = where it is exact
            terms, result = (part.replace(MINUS, "-").replace("·", "*") for part in said)
            assert eval(terms) == pytest.approx(float(result), abs=1e-9), words
        assert "≈" not in words or values["activation"] != "relu" or unit == "output"
        right = bottom.get_window_extent().x1
        assert all(text.get_window_extent().x1 < right for text in bottom.texts)
        assert figure.get_size_inches() == pytest.approx((4.2, 5.7))
        seen += 1
    assert seen == 24 * len(ACTIVATIONS)


def test_the_equation_is_the_sum_that_gives_z():
    for hidden in (1, 2, 3, 4):
        net, trace, _ = forward_pass.computed(1.5, hidden, "tanh", "output")
        terms, z, name, a = forward_pass.equation(net, trace, 2, 1)
        assert len(terms) == hidden + 1 and name == "sigmoid"
        text = " ".join(terms).replace(MINUS, "-").replace("·", "*")
        assert eval(text) == pytest.approx(trace.z[2].item(), abs=5e-4)
        assert float(z[2:].replace(MINUS, "-")) == pytest.approx(trace.z[2].item(), abs=5e-5)
        assert float(a[2:]) == pytest.approx(trace.a[2].item(), abs=5e-5)


def test_the_hidden_units_are_those_of_the_worked_network():
    network, X, _ = worked_example()
    net = experiment.network(3, "relu")
    assert np.array_equal(net.W[1], network.W[1]) and np.array_equal(net.b[1], network.b[1])
    assert np.array_equal([[experiment.X_1], [experiment.X_2]], X[:, :1])
    assert predict(net, X[:, :1]).shape == (1, 1)


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"x1": float("inf")}, ValueError, "x1: expected a finite number"),
        ({"hidden": 0}, ValueError, "hidden: expected at least 1, got 0"),
        ({"hidden": 5}, ValueError, "hidden: expected 1 to 4 units, got 5"),
        ({"hidden": 2.0}, TypeError, "hidden: expected a whole number"),
        ({"activation": "sine"}, ValueError, "activation: expected one of"),
        ({"unit": "hidden 5"}, ValueError, "unit: expected one of hidden 1, .* got 'hidden 5'"),
    ],
)
def test_the_forward_pass_refuses(values, error, message):
    values = {"x1": 1.5, "hidden": 3, "activation": "relu", "unit": "output"} | values
    for function in (forward_pass.draw, forward_pass.describe):
        with pytest.raises(error, match=message):
            function(**values)
    assert not plt.get_fignums()


def test_one_neuron_says_and_marks_its_sum_and_its_activation():
    between = [(v, neuron.draw(**v), neuron.describe(**v)) for v in some_between(neuron, 8)]
    for values, figure, words in [*every_frame(neuron), *between]:
        z = values["w"] * 1.5 + 0.5
        a = float(ACTIVATIONS[values["activation"]].f(np.array(z)))
        numbers = numbers_in(words.split(": ")[1])
        assert numbers[:3] == pytest.approx([1.5, z, a], abs=5e-5)
        if values["w"]:
            assert numbers[-1] == pytest.approx(-0.5 / values["w"], rel=1e-4)
        for line, height in zip(figure.axes[0].lines[-2:], (a, z)):
            (place,) = line.get_markevery()
            assert line.get_xydata()[place] == pytest.approx([1.5, height])


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"w": float("nan")}, ValueError, "w: expected a finite number"),
        ({"w": "1"}, TypeError, "w: expected a number"),
        ({"activation": "sine"}, ValueError, "activation: expected one of"),
    ],
)
def test_one_neuron_refuses(values, error, message):
    with pytest.raises(error, match=message):
        neuron.describe(**({"w": 1.0, "activation": "relu"} | values))
    with pytest.raises(error, match=message):
        neuron.draw(**({"w": 1.0, "activation": "relu"} | values))
    assert not plt.get_fignums()
