"""The checkers of chapter 4, the delta recursion."""

import numpy as np

from backprop.activations import SIGMOID
from backprop.backward import backward
from backprop.examples import worked_example
from backprop.exercises.checkers import Function, Values, slope_of
from backprop.losses import SQUARED_ERROR
from backprop.network import forward

NETWORK, X, Y = worked_example()
TARGETS = np.array([[Y[0, 0], 0.2]])  # exercise 1 gives the second example another


def _deltas(k, targets=TARGETS):
    """[None, delta^1, delta^2, delta^3] of example k alone."""
    return backward(NETWORK, forward(NETWORK, X[:, [k]]), targets[:, [k]], SQUARED_ERROR)


def _without_slope(k, l):
    """(W^{l+1})^T delta^{l+1} of example k: delta^l before the slope is taken."""
    return (NETWORK.W[l + 1].T @ _deltas(k)[l + 1])[:, 0]


def _from_difference(k):
    """delta^2 of example k with the difference a^3 - y in the place of delta^3."""
    trace = forward(NETWORK, X[:, [k]])
    difference = trace.a[3] - TARGETS[:, [k]]
    return ((NETWORK.W[3].T @ difference) * NETWORK.activations[2].df(trace.z[2]))[:, 0]


def _softplus(z):
    return np.logaddexp(0, z)


def _numbers():
    return {
        "z = 0.3": (np.array([[0.3]]),),
        "z = 0": (np.zeros((1, 1)),),
        "several z": (np.array([[-1.5, 0.1], [2.0, -0.3]]),),
        "large z": (np.array([[30.0, -30.0]]),),
    }


def _rows():
    rng = np.random.default_rng(0)
    return {
        f"{m} examples and {n} units before {n_next}": _random_rows(rng, m, n, n_next)
        for m, n, n_next in ((5, 3, 2), (1, 2, 4), (3, 3, 3))
    }


def _random_rows(rng, *sizes):
    m, n, n_next = sizes or rng.integers(1, 6, size=3)
    return rng.normal(size=(m, n_next)), rng.normal(size=(n, n_next)), rng.uniform(size=(m, n))


CHECKERS = {
    "the-delta-recursion-1": Values(
        lambda: _deltas(1)[2][:, 0],
        digits=4,
        why="δ³ is spread over the two units by their weights, and each takes its own slope.",
        hint="First δ³, which has the slope of the sigmoid in it; then times the weight of W³, then "
        "times 1 - a² of the unit's own a.",
        mistakes={
            "the slope of the tanh is missing: multiply by 1 - a² of each unit.": _without_slope(
                1, 2
            ),
            "you took the difference a³ - y for δ³; the slope of the sigmoid is missing.": (
                _from_difference(1)
            ),
            "that is for the target 1 of the worked example; here it is 0.2.": (
                _deltas(1, Y)[2][:, 0]
            ),
        },
    ),
    "the-delta-recursion-2": Values(
        lambda: [128, 32],
        why="a row for each unit of layer 1 and a column for each example, like z¹, so that the "
        "slope can be multiplied entry by entry.",
        hint="Write down the shapes of W², of its transpose, and of δ², then let the inner sizes "
        "meet.",
        mistakes={
            "examples are columns, so the number of examples comes second.": [32, 128],
            "that is the transpose of W² alone; it is still to be multiplied by δ².": [128, 10],
            "that is δ², before it goes back through the weights.": [10, 32],
            "that is for one example; there are 32 columns.": [128, 1],
            "that would be the inputs: one layer too far.": [784, 32],
        },
    ),
    "the-delta-recursion-3": Function(
        slope_of(_softplus),
        _numbers,
        lambda rng: (rng.normal(scale=5, size=rng.integers(1, 6, size=2)),),
        why="the slope of the softplus is the sigmoid, between 0 and 1 and never quite 0.",
        hint="The slope of ln u is 1/u, times the slope of u = 1 + e^z.",
        mistakes={
            "that is the slope of the sigmoid: one derivative too many.": SIGMOID.df,
            "that is the softplus itself; its slope is asked for.": _softplus,
            "that is the slope of relu, which the softplus rounds off.": lambda z: (z > 0) * 1.0,
        },
    ),
    "the-delta-recursion-4": Function(
        lambda delta_next, W_next, slope: (delta_next @ W_next.T) * slope,
        _rows,
        _random_rows,
        why="the same sums as with columns: everything is turned over, so the order turns round too.",
        hint="The result has a row for each example and a column for each unit of the layer, (m, n_l).",
        mistakes={
            "the slope is missing: multiply entry by entry at the end.": (
                lambda delta_next, W_next, slope: delta_next @ W_next.T
            ),
            "that is right for columns. Turn it back: the caller has a row for each example.": (
                lambda delta_next, W_next, slope: ((delta_next @ W_next.T) * slope).T
            ),
        },
    ),
    "the-delta-recursion-5": Values(
        lambda: (NETWORK.W[1].T @ _deltas(0)[1])[:, 0],
        digits=4,
        why="it is the recursion once more, without a slope, as no activation stands between the "
        "inputs and the weights.",
        hint="Each input reaches the loss through all three units of layer 1: add the paths, weight "
        "times δ¹.",
        mistakes={
            "the third unit is off: take δ¹ with its slope, not the sum before it.": (
                NETWORK.W[1].T @ _without_slope(0, 1)
            ),
            "that is for the batch of both, with its 1/m = 1/2; the first example is alone here.": (
                lambda r: r / 2
            ),
            "the signs: the loss falls as either input rises, so both are negative.": lambda r: -r,
        },
    ),
}
