"""The circuits of chapter 3: hand-worked numbers, sums over paths, pictures, refusals."""

import math
from io import BytesIO

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

import matplotlib.pyplot as plt

from backprop.activations import ACTIVATIONS, SIGMOID, TANH
from backprop.backward import backward, gradients
from backprop.circuits import (
    ADD,
    MULTIPLY,
    SQUARED_ERROR_GATE,
    Gate,
    activation_gate,
    circuit_derivatives,
    circuit_paths,
    circuit_values,
    local_derivatives,
    plot_circuit,
    plot_paths,
)
from backprop.examples import worked_example
from backprop.losses import SQUARED_ERROR
from backprop.network import forward
from backprop.plotting import use_style

UNIT = {
    "p1": (MULTIPLY, "w1", "a1"),
    "p2": (MULTIPLY, "w2", "a2"),
    "z": (ADD, "p1", "p2", "b"),
    "a": (activation_gate(SIGMOID), "z"),
    "loss": (SQUARED_ERROR_GATE, "a", "y"),
}
UNIT_AT = {
    "w1": (0, 0),
    "a1": (0, 1),
    "w2": (0, 2),
    "a2": (0, 3),
    "b": (0, 4),
    "y": (3, 4),
    "p1": (1, 0.5),
    "p2": (1, 2.5),
    "z": (2, 2.5),
    "a": (3, 2.5),
    "loss": (4, 2.5),
}
# x is used twice: f = x (w x + b)
BRANCHED = {"q": (MULTIPLY, "w", "x"), "s": (ADD, "q", "b"), "f": (MULTIPLY, "x", "s")}
BRANCHED_INPUTS = {"w": -0.7, "x": 1.5, "b": 0.3}
BRANCHED_AT = {"x": (0, 0), "w": (0, 1), "b": (0, 2), "q": (1, 1), "s": (2, 1), "f": (3, 1)}


@pytest.fixture(autouse=True)
def style():
    with plt.rc_context():
        use_style()
        yield
    plt.close("all")


def last_unit():
    """The last unit of the worked example with its first example, and the network's gradients."""
    network, X, Y = worked_example()
    x, y = X[:, :1], Y[:, :1]
    trace = forward(network, x)
    delta = backward(network, trace, y, SQUARED_ERROR)
    inputs = {
        "w1": network.W[3][0, 0],
        "a1": trace.a[2][0, 0],
        "w2": network.W[3][0, 1],
        "a2": trace.a[2][1, 0],
        "b": network.b[3][0, 0],
        "y": y[0, 0],
    }
    return inputs, delta, gradients(trace, delta)


def texts(ax):
    return [text.get_text() for text in ax.texts]


# Values and derivatives


def test_last_unit_by_hand():
    inputs, _, _ = last_unit()
    values = circuit_values(UNIT, inputs)
    derivatives = circuit_derivatives(UNIT, values)
    by_hand = {"p1": 0.6854, "p2": 0.0629, "z": 1.0483, "a": 0.7404, "loss": 0.2741}
    assert {name: round(values[name], 4) for name in by_hand} == by_hand
    by_hand = {"w1": 0.0887, "a1": 0.1565, "w2": -0.0099, "a2": -0.1281, "b": 0.1423}
    by_hand |= {"p1": 0.1423, "p2": 0.1423, "z": 0.1423, "a": 0.7404, "y": -0.7404, "loss": 1.0}
    assert {name: round(derivatives[name], 4) for name in by_hand} == by_hand


def test_last_unit_is_the_networks_own_gradient():
    inputs, delta, grads = last_unit()
    derivatives = circuit_derivatives(UNIT, circuit_values(UNIT, inputs))
    assert derivatives["z"] == pytest.approx(delta[3].item(), rel=1e-12)
    assert derivatives["w1"] == pytest.approx(grads.W[3][0, 0], rel=1e-12)
    assert derivatives["w2"] == pytest.approx(grads.W[3][0, 1], rel=1e-12)
    assert derivatives["b"] == pytest.approx(grads.b[3].item(), rel=1e-12)


def test_branches_add_up():
    values = circuit_values(BRANCHED, BRANCHED_INPUTS)
    assert values == pytest.approx(BRANCHED_INPUTS | {"q": -1.05, "s": -0.75, "f": -1.125})
    derivatives = circuit_derivatives(BRANCHED, values)
    expected = {"w": 2.25, "x": -1.8, "b": 1.5, "q": 1.5, "s": 1.5, "f": 1.0}
    assert derivatives == pytest.approx(expected)


def test_one_name_twice_at_one_gate():
    square = {"f": (MULTIPLY, "x", "x")}
    values = circuit_values(square, {"x": 1.5})
    assert circuit_derivatives(square, values) == {"x": 3.0, "f": 1.0}
    assert len(circuit_paths(square, values, "x")) == 2


def test_what_does_not_reach_the_output_has_derivative_zero():
    circuit = {"unused": (MULTIPLY, "u", "v"), "f": (ADD, "u", "w")}
    values = circuit_values(circuit, {"u": 0.3, "v": 0.7, "w": 1.1})
    derivatives = circuit_derivatives(circuit, values)
    assert derivatives["unused"] == derivatives["v"] == 0.0
    assert derivatives["u"] == 1.0
    assert circuit_paths(circuit, values, "v") == []


GATES = {
    "add": (ADD, (0.3, -0.7, 1.1)),
    "multiply": (MULTIPLY, (0.3, -0.7)),
    "squared error": (SQUARED_ERROR_GATE, (0.3, 1.1)),
    **{name: (activation_gate(activation), (0.7,)) for name, activation in ACTIVATIONS.items()},
    **{f"{name}, left": (activation_gate(a), (-0.7,)) for name, a in ACTIVATIONS.items()},
}


@pytest.mark.parametrize("name", GATES)
def test_local_derivatives_against_differences(name):
    gate, inputs = GATES[name]
    h = 1e-6
    rates = gate.df(*inputs)
    assert len(rates) == len(inputs)
    for k, rate in enumerate(rates):
        up, down = ([u + sign * h * (j == k) for j, u in enumerate(inputs)] for sign in (1, -1))
        assert rate == pytest.approx((gate.f(*up) - gate.f(*down)) / (2 * h), abs=1e-8)


@pytest.mark.parametrize(
    ("circuit", "inputs"), [(UNIT, last_unit()[0]), (BRANCHED, BRANCHED_INPUTS)]
)
def test_derivatives_are_sums_over_paths_and_central_differences(circuit, inputs):
    values = circuit_values(circuit, inputs)
    derivatives = circuit_derivatives(circuit, values)
    output, h = list(circuit)[-1], 1e-6
    for name in values:
        paths = circuit_paths(circuit, values, name)
        products = [math.prod(rate for *_, rate in path) for path in paths]
        assert sum(products) == pytest.approx(derivatives[name], rel=1e-12)
    for name in inputs:
        up = circuit_values(circuit, inputs | {name: inputs[name] + h})[output]
        down = circuit_values(circuit, inputs | {name: inputs[name] - h})[output]
        assert derivatives[name] == pytest.approx((up - down) / (2 * h), abs=1e-8)


def test_paths_name_their_wires():
    values = circuit_values(BRANCHED, BRANCHED_INPUTS)
    long, short = circuit_paths(BRANCHED, values, "x")
    assert [wire[:2] for wire in long] == [("x", "q"), ("q", "s"), ("s", "f")]
    assert [wire[2] for wire in long] == pytest.approx([-0.7, 1.0, 1.5])
    assert short == [("x", "f", pytest.approx(-0.75))]
    assert circuit_paths(BRANCHED, values, "f") == [[]]


def test_local_derivatives_are_listed_for_every_gate():
    values = circuit_values(BRANCHED, BRANCHED_INPUTS)
    expected = {"q": (1.5, -0.7), "s": (1.0, 1.0), "f": (-0.75, 1.5)}
    rates = local_derivatives(BRANCHED, values)
    assert {name: pytest.approx(rate) for name, rate in rates.items()} == expected


def test_nothing_handed_in_is_changed():
    inputs, circuit = dict(BRANCHED_INPUTS), dict(BRANCHED)
    values = circuit_values(circuit, inputs)
    kept = dict(values)
    circuit_derivatives(circuit, values)
    plot_circuit(circuit, BRANCHED_AT, values=values, derivatives={"x": -1.8})
    assert (inputs, circuit, values) == (BRANCHED_INPUTS, BRANCHED, kept)


def test_a_gate_shows_its_symbol():
    assert repr(MULTIPLY) == "Gate('\u00d7')"
    assert activation_gate(SIGMOID).symbol == "\u03c3"
    assert activation_gate(TANH).symbol == "tanh"


# Refusals


@pytest.mark.parametrize(
    ("circuit", "error", "message"),
    [
        ([], TypeError, r"circuit: expected a dict"),
        ({}, TypeError, r"circuit: expected a dict .*, got \{\}"),
        ({"f": MULTIPLY}, TypeError, r"circuit\['f'\]: expected \(gate, \*sources\)"),
        ({"f": ("+", "u", "v")}, TypeError, r"circuit\['f'\]: expected \(gate, \*sources\)"),
        ({"f": (ADD,)}, TypeError, r"circuit\['f'\]: expected \(gate, \*sources\)"),
        ({"f": (MULTIPLY, "u")}, ValueError, r"circuit\['f'\]: expected 2 source\(s\).*got 1"),
        ({"f": (ADD, "f", "u")}, ValueError, r"circuit\['f'\]: .*further up, got 'f'"),
        (
            {"f": (ADD, "g", "u"), "g": (ADD, "u", "v")},
            ValueError,
            r"circuit\['f'\]: .*further up, got 'g'",
        ),
    ],
)
def test_circuits_that_are_none_are_refused(circuit, error, message):
    with pytest.raises(error, match=message):
        circuit_values(circuit, {"u": 0.3, "v": 0.7})


@pytest.mark.parametrize(
    ("inputs", "error", "message"),
    [
        ({"w": 1.1, "x": 0.3}, ValueError, "inputs: expected numbers for w, x, b, got .* w, x$"),
        ({}, ValueError, "inputs: .*got them for none"),
        (BRANCHED_INPUTS | {"u": 1.0}, ValueError, "inputs: .*got them for w, x, b, u"),
        (BRANCHED_INPUTS | {"x": float("nan")}, ValueError, r"inputs\['x'\]: .*finite"),
        (BRANCHED_INPUTS | {"x": "1.5"}, TypeError, r"inputs\['x'\]: expected a number"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(inputs, error, message):
    with pytest.raises(error, match=message):
        circuit_values(BRANCHED, inputs)


def test_values_without_a_wire_are_refused():
    with pytest.raises(ValueError, match=r"values: .*'q' has none"):
        circuit_derivatives(BRANCHED, BRANCHED_INPUTS)


def test_other_refusals():
    values = circuit_values(BRANCHED, BRANCHED_INPUTS)
    paths = circuit_paths(BRANCHED, values, "x")
    with pytest.raises(ValueError, match="source: expected one of w, x, b, q, s, f, got 'u'"):
        circuit_paths(BRANCHED, values, "u")
    with pytest.raises(TypeError, match=r"activation: expected an Activation .* got 'sigmoid'"):
        activation_gate("sigmoid")
    with pytest.raises(ValueError, match=r"at: .*'x' has none"):
        plot_circuit(BRANCHED, {"w": (0, 0)})
    with pytest.raises(TypeError, match="^at: expected a dict .*, got None$"):
        plot_circuit(BRANCHED, None)
    with pytest.raises(ValueError, match=r"at: .*'s' has none"):
        plot_paths(paths, {"x": (0, 0), "q": (1, 0)})
    with pytest.raises(ValueError, match=r"only: .*got 'u'"):
        plot_circuit(BRANCHED, BRANCHED_AT, only=["x", "u"])
    with pytest.raises(ValueError, match="paths: expected at least one"):
        plot_paths([], BRANCHED_AT)
    with pytest.raises(ValueError, match="paths: expected one or two to tell apart, got 3"):
        plot_paths([*paths, paths[0]], BRANCHED_AT)


# Pictures


def test_plot_circuit_writes_values_above_and_derivatives_below():
    inputs, _, _ = last_unit()
    values = circuit_values(UNIT, inputs)
    derivatives = circuit_derivatives(UNIT, values)
    labels = {"w1": "w_1", "loss": r"\ell"}
    ax = plot_circuit(UNIT, UNIT_AT, values=values, derivatives=derivatives, labels=labels)
    placed = {text.get_text(): text.get_position() for text in ax.texts}
    assert {"1.0483", "+0.0887", "\N{MINUS SIGN}0.0099", "+1", "$w_1$", r"$\ell$"} <= set(placed)
    (x_above, above), (x_below, below) = placed["0.2741"], placed["+1"]
    assert x_above == x_below
    assert above > below
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "value, forward \u2192",
        "derivative, \u2190 backward",
    ]


@pytest.mark.filterwarnings("error")
def test_plot_circuit_keeps_everything_inside_the_picture():
    inputs, _, _ = last_unit()
    values = circuit_values(UNIT, inputs)
    ax = plot_circuit(UNIT, UNIT_AT, values=values, derivatives=circuit_derivatives(UNIT, values))
    for _ in range(2):
        ax.figure.savefig(BytesIO(), format="png")
        assert ax.get_position().bounds == pytest.approx((0, 0, 1, 1), abs=1e-9)
        picture = ax.figure.bbox
        for artist in [*ax.texts, *ax.patches, ax.get_legend()]:
            box = artist.get_window_extent()
            assert picture.x0 <= box.x0 <= box.x1 <= picture.x1
            assert picture.y0 <= box.y0 <= box.y1 <= picture.y1


def test_no_two_numbers_overlap():
    inputs, _, _ = last_unit()
    values = circuit_values(UNIT, inputs)
    ax = plot_circuit(UNIT, UNIT_AT, values=values, derivatives=circuit_derivatives(UNIT, values))
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    for k, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:k]), ax.texts[k].get_text()


def test_a_fork_shows_the_part_of_each_branch():
    values = circuit_values(BRANCHED, BRANCHED_INPUTS)
    derivatives = circuit_derivatives(BRANCHED, values)
    shown = texts(plot_circuit(BRANCHED, BRANCHED_AT, values=values, derivatives=derivatives))
    parts = ["\N{MINUS SIGN}1.05", "\N{MINUS SIGN}0.75", "\N{MINUS SIGN}1.8"]
    # 1.05 and 0.75 also stand as the values of q and s
    assert [shown.count(part) for part in parts] == [2, 2, 1]
    without = texts(plot_circuit(BRANCHED, BRANCHED_AT, values=values))
    assert [without.count(part) for part in parts] == [1, 1, 0]
    del derivatives["x"]
    partly = texts(plot_circuit(BRANCHED, BRANCHED_AT, values=values, derivatives=derivatives))
    assert [partly.count(part) for part in parts] == [1, 1, 0]


def test_plot_circuit_can_draw_a_part_onto_an_ax():
    ax = plt.figure().add_axes([0, 0.5, 1, 0.5])
    changes = {"b": 0.5, "s": 0.5, "f": 0.75}
    places = {name: (column, 0) for column, name in enumerate(changes)}
    drawn = plot_circuit(
        BRANCHED, places, values=changes, only=changes, signed=True, key=("change", ""), ax=ax
    )
    assert drawn is ax
    assert sorted(texts(ax)) == sorted(
        ["$b$", "$s$", "$f$", "+0.5", "+0.5", "+0.75", "+", "\u00d7"]
    )
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["change"]


def test_plot_circuit_without_numbers_has_no_key():
    ax = plot_circuit(BRANCHED, BRANCHED_AT)
    assert ax.get_legend() is None
    assert sorted(texts(ax)) == sorted(
        ["$x$", "$w$", "$b$", "$q$", "$s$", "$f$", "+", "\u00d7", "\u00d7"]
    )


def test_numbers_are_written_short_and_with_a_true_minus():
    double = {"f": (Gate("2x", lambda x: 2 * x, lambda x: (2.0,), 1), "x")}
    at = {"x": (0, 0), "f": (1, 0)}
    written = {}
    for number in (0.0, -0.00001, 1.5, 10.0, -0.0099, 1 / 3):
        ax = plot_circuit(double, at, values={"x": number})
        (written[number],) = set(texts(ax)) - {"$x$", "$f$", "2x"}
    assert list(written.values()) == [
        "0", "0", "1.5", "10", "\N{MINUS SIGN}0.0099", "0.3333"
    ]  # fmt: skip
    ax = plot_circuit(double, at, values={"x": 1 / 3}, decimals=2)
    assert "0.33" in texts(ax)


def test_plot_paths_writes_rates_products_and_their_sum():
    values = circuit_values(BRANCHED, BRANCHED_INPUTS)
    at = {"x": (0, 0), "q": (1, 1), "s": (2, 1), "f": (3, 0)}
    paths = circuit_paths(BRANCHED, values, "x")
    shown = texts(plot_paths(paths, at, labels={"x": "x_1"}))
    minus, times = "\N{MINUS SIGN}", "\u00d7"
    assert f"({minus}0.7) {times} 1 {times} 1.5 = {minus}1.05" in shown
    assert f"({minus}0.75) = {minus}0.75" in shown
    assert f"sum over the paths = {minus}1.8" in shown
    assert {"$x_1$", "$q$", "$s$", "$f$", "1", "1.5", f"{minus}0.7"} <= set(shown)


def test_plot_paths_writes_a_shared_wire_once():
    wires = [("u", "v", 0.9), ("v", "f", 1.1)], [("u", "w", -0.5), ("w", "f", 0.3)]
    paths = [[*path, ("f", "g", 0.7)] for path in wires]
    at = {"u": (0, 0.5), "v": (1, 0), "w": (1, 1), "f": (2, 0.5), "g": (3, 0.5)}
    ax = plot_paths(paths, at)
    assert texts(ax).count("0.7") == 1
    hues = {line.get_color() for line in ax.lines}
    assert len(hues) == len({line.get_linestyle() for line in ax.lines}) == 2


def test_plot_paths_draws_a_single_path_without_a_sum():
    ax = plot_paths([[("u", "v", 0.9)]], {"u": (0, 0), "v": (1, 0)})
    assert not any(text.startswith("sum") for text in texts(ax))
    assert "0.9 = 0.9" in texts(ax)
    assert np.allclose(
        [line.get_ydata() for line in ax.lines[:1]], ax.texts[0].get_position()[1], atol=0.05
    )
