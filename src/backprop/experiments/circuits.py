"""Circuits of numbers: values run forward, derivatives run backward (chapter 3).

A circuit is a dict in the order of evaluation, name -> (gate, *sources). A source is an input or a
name further up; the last name is the output. For z = w x + b:

    circuit = {
        "p": (MULTIPLY, "w", "x"),
        "z": (ADD, "p", "b"),
    }
    values = circuit_values(circuit, {"w": 1.1, "x": 0.7, "b": 0.3})
    derivatives = circuit_derivatives(circuit, values)  # dz/dw, dz/dx, dz/db, dz/dp, dz/dz

One number a wire, to be read and drawn. The network's own backward pass is in `backward`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from backprop._check import check_real
from backprop.activations import Activation


@dataclass(frozen=True)
class Gate:
    """An operation on numbers next to its local derivatives.

    symbol:   what stands in the picture
    f:        the inputs, one number each -> the output
    df:       the same inputs -> a tuple, the derivative of the output by each of them
    n_inputs: how many inputs it takes, None for any number
    """

    symbol: str
    f: Callable
    df: Callable
    n_inputs: int | None

    def __repr__(self):
        return f"Gate({self.symbol!r})"


def _sum(*u):
    return sum(u)


def _ones(*u):
    return (1.0,) * len(u)


def _product(u, v):
    return u * v


def _swapped(u, v):
    return v, u


def _routed(u, v):
    """All to the larger; of two equal numbers to the first."""
    return (1.0, 0.0) if u >= v else (0.0, 1.0)


def _half_square(a, y):
    return (a - y) ** 2 / 2


def _differences(a, y):
    return a - y, y - a


def _of_one_unit(activation, z):
    return float(activation.f(z))


def _slope_of_one_unit(activation, z):
    return (float(activation.df(z)),)


ADD = Gate("+", _sum, _ones, None)
MULTIPLY = Gate("\u00d7", _product, _swapped, 2)
MAX = Gate("max", max, _routed, 2)
SQUARED_ERROR_GATE = Gate("\u2113", _half_square, _differences, 2)


def activation_gate(activation):
    """The gate of one unit's activation: sigma next to sigma', from an `Activation`."""
    if not isinstance(activation, Activation):
        raise TypeError(f"activation: expected an Activation such as SIGMOID, got {activation!r}")
    symbol = "\u03c3" if activation.name == "sigmoid" else activation.name
    parts = partial(_of_one_unit, activation), partial(_slope_of_one_unit, activation)
    return Gate(symbol, *parts, 1)


def circuit_values(circuit, inputs):
    """The value on every wire, inputs first: {name: number}.

    inputs: {name: number} for every input of the circuit.
    Raises ValueError or TypeError for a circuit or inputs that don't fit.
    """
    check_circuit(circuit)
    if set(inputs) != set(input_names(circuit)):
        expected, got = ", ".join(input_names(circuit)), ", ".join(map(str, inputs))
        raise ValueError(f"inputs: expected numbers for {expected}, got them for {got or 'none'}")
    values = {name: check_real(f"inputs[{name!r}]", value) for name, value in inputs.items()}
    for name, (gate, *sources) in circuit.items():
        values[name] = gate.f(*(values[source] for source in sources))
    return values


def local_derivatives(circuit, values):
    """For every gate the derivatives of its output by its own inputs: {name: (number, ...)}."""
    _check_values(circuit, values)
    return {
        name: gate.df(*(values[source] for source in sources))
        for name, (gate, *sources) in circuit.items()
    }


def circuit_derivatives(circuit, values):
    """The derivative of the output by the value on every wire: {name: number}.

    From the output, where it is 1, back to the inputs: what arrives at a gate, times the gate's
    local derivative, goes on to its source. Where a wire forks, the parts add up.
    """
    local = local_derivatives(circuit, values)
    derivatives = dict.fromkeys(values, 0.0)
    derivatives[output_of(circuit)] = 1.0
    for name, (_, *sources) in reversed(circuit.items()):
        for source, rate in zip(sources, local[name], strict=True):
            derivatives[source] += derivatives[name] * rate
    return derivatives


def circuit_paths(circuit, values, source):
    """Every path from `source` to the output, each a list of wires (from, to, local derivative).

    The derivative of the output by `source` is the sum over the paths of the product of their
    local derivatives. The number of paths multiplies from fork to fork: this is for small circuits.
    """
    local = local_derivatives(circuit, values)
    if source not in values:
        raise ValueError(f"source: expected one of {', '.join(values)}, got {source!r}")

    def onwards(start):
        if start == output_of(circuit):
            return [[]]
        return [
            [(start, name, rate), *rest]
            for name, (_, *sources) in circuit.items()
            for from_, rate in zip(sources, local[name], strict=True)
            if from_ == start
            for rest in onwards(name)
        ]

    return onwards(source)


def output_of(circuit):
    return next(reversed(circuit))


def input_names(circuit):
    """The sources that no gate computes, in the order of their first use."""
    used = (source for _, *sources in circuit.values() for source in sources)
    return [name for name in dict.fromkeys(used) if name not in circuit]


def check_circuit(circuit):
    if not isinstance(circuit, Mapping) or not circuit:
        raise TypeError(f"circuit: expected a dict {{name: (gate, *sources)}}, got {circuit!r}")
    to_come = set(circuit)
    for name, entry in circuit.items():
        if not isinstance(entry, tuple) or len(entry) < 2 or not isinstance(entry[0], Gate):
            raise TypeError(f"circuit[{name!r}]: expected (gate, *sources), got {entry!r}")
        gate, *sources = entry
        if gate.n_inputs not in (None, len(sources)):
            raise ValueError(
                f"circuit[{name!r}]: expected {gate.n_inputs} source(s) for {gate}, "
                f"got {len(sources)}"
            )
        too_early = [source for source in sources if source in to_come]
        if too_early:
            raise ValueError(
                f"circuit[{name!r}]: expected inputs and names further up, got {too_early[0]!r}"
            )
        to_come.remove(name)


def _check_values(circuit, values):
    check_circuit(circuit)
    missing = [name for name in (*input_names(circuit), *circuit) if name not in values]
    if missing:
        raise ValueError(f"values: expected a number for every wire, {missing[0]!r} has none")
