"""The last unit of the worked network as a circuit, one input nudged by h (chapter 3)."""

import numpy as np

from backprop._check import check_real
from backprop.activations import SIGMOID
from backprop.examples import worked_example
from backprop.experiments.circuits import (
    ADD,
    MULTIPLY,
    SQUARED_ERROR_GATE,
    activation_gate,
    circuit_derivatives,
    circuit_values,
)
from backprop.network import forward

CIRCUIT = {
    "p1": (MULTIPLY, "w1", "a1"),
    "p2": (MULTIPLY, "w2", "a2"),
    "z": (ADD, "p1", "p2", "b"),
    "a": (activation_gate(SIGMOID), "z"),
    "loss": (SQUARED_ERROR_GATE, "a", "y"),
}
INPUTS = ("w1", "a1", "w2", "a2", "b")


def inputs():
    """The numbers on the circuit's inputs: those of the worked network's first example."""
    network, X, Y = worked_example()
    below = forward(network, X[:, :1]).a[2][:, 0]
    (w1, w2), b = network.W[3][0], network.b[3][0, 0]
    return {"w1": w1, "a1": below[0], "w2": w2, "a2": below[1], "b": b, "y": Y[0, 0]}


def nudge(name, h):
    """The predicted and the true change of the loss when the input is raised by h."""
    if name not in INPUTS:
        raise ValueError(f"name: expected one of {', '.join(INPUTS)}, got {name!r}")
    h, start = check_real("h", h), inputs()
    before = circuit_values(CIRCUIT, start)
    after = circuit_values(CIRCUIT, start | {name: start[name] + h})
    predicted = circuit_derivatives(CIRCUIT, before)[name] * h
    return predicted, after["loss"] - before["loss"]


def changes(name, steps):
    """`nudge` for each of the steps: two arrays."""
    return np.array([nudge(name, h) for h in steps]).T
