"""The checkers of chapter 7, when gradients vanish or explode."""

import numpy as np

from backprop.activations import TANH
from backprop.backward import backward, gradients
from backprop.data import digits
from backprop.exercises.checkers import Function, Values
from backprop.losses import SOFTMAX_CROSS_ENTROPY
from backprop.network import forward, init_network

WEIGHTS = np.array([1.3, -0.7, 1.1, 0.9])
SLOPES = np.array([0.9, 0.5, 0.8, 0.6])
N_IN, N_OUT = 784, 128


def _different_rows(same_out):
    """Of dL/dW^1 where all weights in are 0.1, and all weights out of a hidden unit those of the others."""
    data, rng = digits(), np.random.default_rng(0)
    network = init_network((64, 30, 10), ("tanh", "identity"), rng=rng)
    network.W[1][:] = 0.1
    if same_out:
        network.W[2][:] = rng.normal(size=(10, 1))
    trace = forward(network, data.X_train[:, :50])
    delta = backward(network, trace, data.Y_train[:, :50], SOFTMAX_CROSS_ENTROPY)
    return len(np.unique(gradients(trace, delta).W[1].round(12), axis=0))


def _leaky(n_in, s):
    return np.sqrt(2 / ((1 + s**2) * n_in))


def _detour(g, W, z):
    return g + W.T @ (g * TANH.df(z))


def _random_detour(rng, *sizes):
    n, m = sizes or rng.integers(1, 6, size=2)
    return rng.normal(size=(n, m)), rng.normal(size=(n, n)), rng.normal(size=(n, m))


def _layers():
    square = _random_detour(np.random.default_rng(0), 4, 3)
    return {
        "n = 4 and m = 3": square,
        "one column": tuple(array[:, :1] if array.shape == (4, 3) else array for array in square),
        "z = 0": (square[0], square[1], np.zeros((4, 3))),
        "sums as large as 50": (square[0], square[1], 50 * square[2]),
    }


CHECKERS = {
    "vanishing-and-exploding-gradients-1": Values(
        lambda: 0.4 * np.prod(WEIGHTS * SLOPES),
        digits=4,
        why="four factors, none of them extreme, have left less than a fifth of it.",
        hint="Multiply delta^5 by all four weights and by all four slopes.",
        mistakes={
            "the slopes are missing: each step back also multiplies by sigma'.": 0.4
            * np.prod(WEIGHTS),
            "the weights are missing: each step back also multiplies by w.": 0.4 * np.prod(SLOPES),
            "that is the product without delta^5.": np.prod(WEIGHTS * SLOPES),
            "the sign: one of the four weights is negative.": lambda right: -right,
            "the products of the four steps multiply, they don't add up.": 0.4
            * np.sum(WEIGHTS * SLOPES),
        },
    ),
    "vanishing-and-exploding-gradients-2-he": Values(
        lambda: np.sqrt(2 / N_IN),
        digits=4,
        why="with 784 terms in each sum, they give a relu layer activations of the size of its inputs,"
        " on average.",
        hint="The variance is 2 over the number of inputs, and the deviation is its root.",
        mistakes={
            "that is the variance, 2 / 784: the standard deviation is its root.": 2 / N_IN,
            "that is the root of 2 / 128: the sums run over the inputs, so 784 counts.": np.sqrt(
                2 / N_OUT
            ),
            "the 2 is missing: relu removes half of the squares, and the weights make up for it.": (
                np.sqrt(1 / N_IN)
            ),
            "that is Glorot's variance with a root; He's has the number of inputs alone.": np.sqrt(
                2 / (N_IN + N_OUT)
            ),
        },
    ),
    "vanishing-and-exploding-gradients-2-glorot": Values(
        lambda: np.sqrt(6 / (N_IN + N_OUT)),
        digits=4,
        why="weights spread evenly between minus and plus this have the variance 2 / (784 + 128).",
        hint="The variance of an even spread over -r to r is r^2 / 3, and it should be 2 / (784 + 128).",
        mistakes={
            "that is the standard deviation; the limit is larger, by the factor root of 3.": (
                np.sqrt(2 / (N_IN + N_OUT))
            ),
            "that is 6 / (784 + 128): take the root.": 6 / (N_IN + N_OUT),
            "only the inputs are in it: Glorot's rule has the sum of both widths.": np.sqrt(
                6 / N_IN
            ),
            "you put the mean of the widths under the 6: the rule has their sum there.": np.sqrt(
                12 / (N_IN + N_OUT)
            ),
        },
    ),
    "vanishing-and-exploding-gradients-3": Function(
        _leaky,
        lambda: {
            "s = 0, He's own case": (200, 0.0),
            "s = 1, which changes nothing": (50, 1.0),
            "s = 0.01": (784, 0.01),
            "one input": (1, 0.5),
        },
        lambda rng: (int(rng.integers(1, 1000)), rng.uniform(0, 2)),
        why="one formula holds He's rule and the rule for the identity as its two ends.",
        hint="Half of the squares are kept, the other half are multiplied by s^2.",
        mistakes={
            "that is the variance: the standard deviation is its root.": lambda n, s: (
                2 / ((1 + s**2) * n)
            ),
            "squares are counted, so the slope s comes in as s^2.": lambda n, s: np.sqrt(
                2 / ((1 + s) * n)
            ),
            "that is He's rule: the negative half is not lost here, only reduced.": lambda n, s: (
                np.sqrt(2 / n)
            ),
            "what the activation keeps has to be divided out, not multiplied in.": lambda n, s: (
                np.sqrt((1 + s**2) / (2 * n))
            ),
            "half of the sums are positive: the factor 2 is missing.": lambda n, s: np.sqrt(
                1 / ((1 + s**2) * n)
            ),
        },
    ),
    "vanishing-and-exploding-gradients-4": Values(
        lambda: [_different_rows(same_out=True), _different_rows(same_out=False)],
        why="thirty units that are alike in all their weights are one unit; weights out that differ"
        " are enough to part them.",
        hint="A row belongs to a unit. In what do the units of each version differ?",
        mistakes={
            "in B the activations are alike, but each unit hears its own delta, through its own column"
            " of W^2.": [1, 1],
            "in A nothing tells one unit from another, forwards or backwards: count the different"
            " rows.": [30, 30],
            "the other way round: A is the version in which the units are copies.": [30, 1],
            "those are columns; a row belongs to a unit of layer 1.": [64, 64],
        },
    ),
    "vanishing-and-exploding-gradients-5": Function(
        _detour,
        _layers,
        _random_detour,
        why="the direct path brings g back unchanged, whatever the weights are.",
        hint="Two paths add up: g itself, and what an ordinary layer sends back.",
        mistakes={
            "that is the ordinary layer alone: the direct path's g is missing.": lambda g, W, z: (
                W.T @ (g * TANH.df(z))
            ),
            "that is the direct path alone: the layer sends something back too.": lambda g, W, z: (
                g.copy()
            ),
            "the transpose is missing: backwards it is W^T.": lambda g, W, z: (
                g + W @ (g * TANH.df(z))
            ),
            "the slope of tanh is missing.": lambda g, W, z: g + W.T @ g,
            "the slope belongs to z^l, so it multiplies g before W^T does.": lambda g, W, z: (
                g + (W.T @ g) * TANH.df(z)
            ),
            "the slope is 1 - tanh(z)^2, not tanh(z).": lambda g, W, z: g + W.T @ (g * TANH.f(z)),
        },
    ),
}
