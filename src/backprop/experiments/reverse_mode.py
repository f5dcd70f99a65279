"""The shares that the gates of r = w tanh(w x + b) hand back, one gate after the other (chapter 10)."""

from backprop._check import check_count
from backprop.activations import TANH
from backprop.experiments.circuits import (
    ADD,
    MULTIPLY,
    activation_gate,
    circuit_values,
    local_derivatives,
)

CIRCUIT = {
    "p": (MULTIPLY, "w", "x"),
    "z": (ADD, "p", "b"),
    "a": (activation_gate(TANH), "z"),
    "r": (MULTIPLY, "a", "w"),
}
X, B = 0.7, -0.3
GATES = tuple(reversed(CIRCUIT))  # the order in which they hand out shares
USES = {"w": 2, "x": 1, "b": 1, "p": 1, "z": 1, "a": 1}


def shares(step, w):
    """After `step` gates: the values of all numbers, and the shares {name: [part, ...]} so far."""
    if check_count("step", step, least=0) > len(GATES):
        raise ValueError(f"step: expected 0 to {len(GATES)}, got {step}")
    values = circuit_values(CIRCUIT, {"w": w, "x": X, "b": B})
    rates, parts = local_derivatives(CIRCUIT, values), {"r": [1.0]}
    for gate in GATES[:step]:
        arrived = sum(parts[gate])
        for source, rate in zip(CIRCUIT[gate][1:], rates[gate], strict=True):
            parts.setdefault(source, []).append(arrived * rate)
    return values, parts


def complete(parts):
    """{name: derivative} of the numbers whose shares are all in."""
    return {name: sum(of) for name, of in parts.items() if len(of) == USES.get(name, 1)}
