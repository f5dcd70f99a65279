"""The checkers of chapter 1, forward propagation."""

import numpy as np

from backprop.activations import LEAKY_RELU, RELU
from backprop.examples import worked_example
from backprop.exercises.checkers import Function, Values
from backprop.network import Network, forward, init_network, predict

NETWORK, X, _ = worked_example()
W, B = NETWORK.W, NETWORK.b
THIRD = np.array([[-0.2], [-0.4]])  # an example that is not on the page, (2, 1)
SQUARE = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])  # the four points of XOR
XOR = np.array([[0.0, 1.0, 1.0, 0.0]])


def relu_layer(W, b, a):
    """The activations (n, m) of a relu layer with W (n, n_below) and b (n, 1)."""
    return RELU.f(W @ a + b)


def _layers():
    return {
        "the worked network's layer 1": (W[1], B[1], X),
        "one example": (W[2], B[2], np.array([[1.0], [0.1], [0.0]])),
        "one unit and three examples": (W[3], B[3], np.array([[1.0, -2.0, 0.5], [0.5, 1.0, 3.0]])),
        "no unit on": (-np.eye(2), np.full((2, 1), -0.5), np.array([[1.0, 2.0], [3.0, 0.5]])),
    }


def _random_layer(rng):
    n, n_below, m = rng.integers(1, 6, size=3)
    return rng.normal(size=(n, n_below)), rng.normal(size=(n, 1)), rng.normal(size=(n_below, m))


def _linear():
    """A (1, 2) and c (1, 1) of the worked network without activations."""
    linear = Network(W, B, ["identity"] * NETWORK.L)
    c = predict(linear, np.zeros((2, 1)))  # (1, 1)
    return predict(linear, np.eye(2)) - c, c


def _xor():
    """v_1, v_2, c that turn the two hidden units of the exercise into XOR."""
    hidden = forward(Network([None, np.ones((2, 2))], [None, [[0.0], [-1.0]]], ["relu"]), SQUARE)
    rows = np.vstack([hidden.a[1], np.ones((1, 4))])  # (3, 4)
    return np.linalg.lstsq(rows.T, XOR[0], rcond=None)[0].round(12) + 0.0


CHECKERS = {
    "forward-propagation-1": Values(
        lambda: forward(NETWORK, THIRD).z[2][:, 0],
        why="unit 2 is off this time, where unit 3 was for the first example.",
        hint="W^1 times the column, plus b^1, then relu; W^2 times that, plus b^2.",
        mistakes={
            "relu is missing: it sets the negative sum of layer 1 to 0.": lambda _: (
                W[2] @ (W[1] @ THIRD + B[1]) + B[2]
            ),
            "that is the first example, the one on the page; take the new one.": lambda _: forward(
                NETWORK, X
            ).z[2][:, [0]],
            "the biases of layer 1 are missing.": lambda _: W[2] @ RELU.f(W[1] @ THIRD) + B[2],
            "the biases of layer 2 are missing.": lambda right: right - B[2][:, 0],
            "these are the activations of layer 1; go on through W^2.": [0.12, 0.0, 0.4],
            "these are the sums of layer 1; go on through relu and W^2.": [0.12, -1.0, 0.4],
            "these are the activations of layer 2; its sums are asked for, before tanh.": np.tanh,
        },
    ),
    "forward-propagation-2": Values(
        lambda: init_network((784, 128, 10), "relu", rng=np.random.default_rng(0)).n_parameters,
        why="nearly all of them, 100,480, sit in the first layer.",
        hint="Layer l has n_l times n_{l-1} weights, and one bias for each of its n_l units.",
        mistakes={
            "these are the weights; each unit of layers 1 and 2 has a bias as well.": 101_632,
            "the inputs compute nothing, so they have no biases.": 102_554,
            "the biases of layer 2 are missing.": 101_760,
            "the biases of layer 1 are missing.": 101_642,
            "that is layer 1; layer 2 has weights and biases of its own.": 100_480,
            "these are the biases; now add the weights.": 138,
            "these are the units; a layer has a weight for each pair of units.": 922,
        },
    ),
    "forward-propagation-3": Function(
        relu_layer,
        _layers,
        _random_layer,
        why="three such lines, one for each layer, are a forward pass.",
        hint="The sum is W @ a + b, and relu is np.maximum(0, ...).",
        mistakes={
            "the bias is missing from the sum.": lambda W, b, a: RELU.f(W @ a),
            "these are the sums: relu is still to come.": lambda W, b, a: W @ a + b,
            "the bias belongs inside relu: first the whole sum, then the activation.": (
                lambda W, b, a: RELU.f(W @ a) + b
            ),
            "that is the leaky relu: relu sets a negative sum to 0.": (
                lambda W, b, a: LEAKY_RELU.f(W @ a + b)
            ),
            "np.max takes the largest entry of each column; np.maximum(0, z) goes entry by entry.": (
                lambda W, b, a: np.max(W @ a + b, axis=0)
            ),
            "relu sets a negative sum to 0; it does not turn its sign.": lambda W, b, a: np.abs(
                W @ a + b
            ),
            "the bias is added, not subtracted.": lambda W, b, a: RELU.f(W @ a - b),
        },
    ),
    "forward-propagation-4-matrix": Values(
        lambda: _linear()[0],
        why="two weights now do what fourteen did.",
        hint="Start from the identity matrix and multiply by each W^l from the left.",
    ),
    "forward-propagation-4-column": Values(
        lambda: _linear()[1],
        why="every layer above has turned the biases of the layers below into its own.",
        hint="Each layer does to c what it does to an activation: c becomes W^l c + b^l.",
        mistakes={
            "that is b^3 alone: the biases below come through W^3 as well.": lambda _: B[3],
            "the biases of layer 1 are missing.": lambda _: W[3] @ B[2] + B[3],
            "b^3 is missing at the end.": lambda r: r - B[3],
        },
    ),
    "forward-propagation-5": Values(
        _xor,
        why="past its bend the second unit takes back twice as fast as the first one gives.",
        hint="Write the two hidden activations under each of the four points, and read off v and c.",
        mistakes={
            "that is OR: for (1, 1) it gives 1, and XOR is 0 there.": [1.0, -1.0, 0.0],
            "that is the sum of the inputs: for (1, 1) it gives 2.": [1.0, 0.0, 0.0],
            "for (1, 1) that gives -1: the first unit holds 2 there, the second only 1.": (
                [1.0, -3.0, 0.0]
            ),
        },
    ),
}
