"""A 2-h-1 network and its sums, for one example (chapter 1)."""

import numpy as np

from backprop._check import check_choice, check_count, check_real
from backprop.activations import ACTIVATIONS, Activation
from backprop.network import Network, forward

UNITS = ("hidden 1", "hidden 2", "hidden 3", "hidden 4", "output")
X_1, X_2 = 1.5, -0.5  # the first example of the worked network
# Rows 1 to 3 of the hidden layer are layer 1 of the course's worked network.
W_1 = np.array([[0.5, -0.3], [0.7, 0.9], [-1.1, 0.3], [-0.9, 1.3]])
B_1 = np.array([[0.1], [-0.5], [0.3], [1.7]])
W_2 = np.array([[1.1, -0.9, 0.7, 1.3]])
B_2 = np.array([[-0.3]])


def network(hidden, activation):
    """The 2-h-1 network with h = `hidden` units of that activation and a sigmoid output."""
    h = check_count("hidden", hidden)
    if h > len(W_1):
        raise ValueError(f"hidden: expected 1 to {len(W_1)} units, got {h}")
    sigma = check_choice("activation", activation, ACTIVATIONS, Activation)
    W, b = [None, W_1[:h], W_2[:, :h]], [None, B_1[:h], B_2]
    return Network(W, b, [sigma, "sigmoid"])


def chosen(hidden, unit):
    """(l, i) of the unit; where there are fewer hidden units, the last of them."""
    if unit not in UNITS:
        raise ValueError(f"unit: expected one of {', '.join(UNITS)}, got {unit!r}")
    return (2, 1) if unit == "output" else (1, min(hidden, UNITS.index(unit) + 1))


def computed(x1, hidden, activation, unit):
    """The network, its trace for the one example (x1, -0.5), and (l, i) of the unit."""
    net = network(hidden, activation)
    X = np.array([[check_real("x1", x1)], [X_2]])
    return net, forward(net, X), chosen(hidden, unit)
