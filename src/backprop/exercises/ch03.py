"""The checkers of chapter 3, the chain rule."""

import numpy as np

from backprop.examples import worked_example
from backprop.exercises.blanks import Blank, FillIn
from backprop.exercises.checkers import Function, Values
from backprop.experiments.circuits import ADD, MAX, MULTIPLY, circuit_derivatives, circuit_values
from backprop.network import forward, init_network

BRANCHED = {"q": (MULTIPLY, "w", "x"), "s": (ADD, "q", "b"), "f": (MULTIPLY, "x", "s")}
AT = {"w": -0.7, "x": 1.5, "b": 0.3}
HALF_FILLED = {
    "q": (MULTIPLY, "u", "v"),
    "s": (ADD, "v", "c"),
    "r": (MAX, "q", "s"),
    "f": (MULTIPLY, "r", "v"),
}
GIVEN = {"u": 0.5, "v": 3.0, "c": -1.0}
NETWORK, X, _ = worked_example()
TRACE = forward(NETWORK, X[:, :1])


def _branched():
    derivatives = circuit_derivatives(BRANCHED, circuit_values(BRANCHED, AT))
    return [derivatives[name] for name in ("w", "x", "b")]


def _passes():
    return init_network((64, 32, 10), "tanh", rng=np.random.default_rng(0)).n_parameters + 1


def _back(W, dl_dz, slopes):
    """dl/dz^l (n_l, 1) from W^{l+1} (n_{l+1}, n_l), dl/dz^{l+1} and sigma'(z^l)."""
    return (W.T @ dl_dz) * slopes


def _layers():
    tanh = NETWORK.activations[2].df(TRACE.z[2])
    return {
        "the worked network": (NETWORK.W[3], np.array([[0.1423]]), tanh),
        "two units above three": (
            NETWORK.W[2],
            np.array([[0.0958], [-0.1274]]),
            np.array([[1.0], [0.5], [-2.0]]),
        ),
        "a square matrix": (
            np.array([[1.0, 2.0], [3.0, 4.0]]),
            np.array([[0.5], [-1.0]]),
            np.array([[0.2], [0.3]]),
        ),
        "a unit that is off": (NETWORK.W[3], np.array([[2.0]]), np.array([[1.0], [0.0]])),
    }


def _random_layer(rng):
    n_next, n = rng.integers(1, 6, size=2)
    return rng.normal(size=(n_next, n)), rng.normal(size=(n_next, 1)), rng.normal(size=(n, 1))


def _jacobian():
    return NETWORK.activations[2].df(TRACE.z[2]) * NETWORK.W[2]


CHECKERS = {
    "the-chain-rule-1": Values(
        _branched,
        why="x has two ways to f, and what comes back along them adds up.",
        hint="Multiply gates swap, add gates distribute, and x collects from both of its wires.",
        mistakes={
            "x feeds two gates; this is only what comes back through the first of them.": [
                2.25,
                -1.05,
                1.5,
            ],
            "x feeds two gates; this is only what comes back through the last of them.": [
                2.25,
                -0.75,
                1.5,
            ],
            "a multiply gate swaps: what arrives goes on times the value of the other input.": [
                -1.05,
                -1.8,
                1.5,
            ],
            "the right numbers in another order: asked for are w, x, b.": lambda r: r[[1, 0, 2]],
            "the add gate hands on what arrives at it, which is 1.5 and not 1.": [1.5, -1.45, 1.0],
        },
    ),
    "the-chain-rule-2": Values(
        _passes,
        why="and each of them is as long as the whole forward pass.",
        hint="Count the weights and the biases; then one pass for each, and one more.",
        mistakes={
            "one more: the loss without any nudge is needed too.": lambda r: r - 1,
            "that is two passes for each, for central differences; the question nudges once.": (
                lambda r: 2 * (r - 1)
            ),
            "the biases are parameters as well.": 2369,
            "the biases of layer 2 are missing.": lambda r: r - 10,
            "the biases of layer 1 are missing.": lambda r: r - 32,
            "these are the weights; the biases are missing, and the pass without a nudge.": 2368,
        },
    ),
    "the-chain-rule-3": Function(
        _back,
        _layers,
        _random_layer,
        why="called layer after layer, this line is the backward pass.",
        hint="First back through the weights, by the transpose; then entry by entry through sigma.",
        mistakes={
            "that stops at dl/da^l: it still has to go back through sigma, times the slopes.": (
                lambda W, d, s: W.T @ d
            ),
            "the slopes multiply, they are not added.": lambda W, d, s: W.T @ d + s,
            "the slopes multiply once, not twice.": lambda W, d, s: W.T @ d * s**2,
            "the sign: nothing is subtracted on the way back.": lambda W, d, s: -(W.T @ d) * s,
        },
    ),
    "the-chain-rule-4": Values(
        _jacobian,
        digits=4,
        why="row i of the weights, times the slope of unit i.",
        hint="A nudge goes through the weights first, then through the slopes: diag times W.",
        mistakes={
            "that is W^2: the slopes of tanh are missing.": lambda _: NETWORK.W[2],
            "these are W^2 times the activations; it is the slopes that multiply.": lambda _: (
                TRACE.a[2] * NETWORK.W[2]
            ),
            "the slope of tanh is 1 - a^2 at its own sum; you have it without the square.": (
                lambda _: (1 - TRACE.a[2]) * NETWORK.W[2]
            ),
        },
    ),
    "the-chain-rule-5": Values(
        lambda: [10 * 128 + 128 * 784, 10 * 128 * 784 + 10 * 784],
        why="backward is about ten times cheaper here, as there are ten outputs and one loss.",
        hint="A product of r x s and s x c costs r times s times c multiplications.",
        mistakes={
            "the other way round: first the order that begins at the loss.": lambda r: r[::-1],
            "each order has two products, and this is the dearer of the two alone.": [
                128 * 784,
                10 * 128 * 784,
            ],
            "these are the first products alone; a second one follows in each order.": [
                10 * 128,
                10 * 128 * 784,
            ],
            "the second order has a second product as well, 1 x 10 times 10 x 784.": lambda r: (
                r - [0, 10 * 784]
            ),
            "the first order has two products: 1 x 10 times 10 x 128, then 1 x 128 times 128 x 784.": (
                lambda r: r - [10 * 128, 0]
            ),
        },
    ),
}


STOPPED = "max sends everything to the larger of its inputs, and q is the smaller."
FORK = "v feeds three gates, and what comes back through the wires adds up."


def _half_filled():
    values = circuit_values(HALF_FILLED, GIVEN)
    derivatives = circuit_derivatives(HALF_FILLED, values)
    swap = "multiply swaps: times the value of the other input."
    start = "1 is what arrives at f; the gate's own rate multiplies it."
    own = "1 is the gate's own rate; what arrives from above multiplies it."
    mistakes = {
        "r": {values["r"]: swap, 1.0: start},
        "q": {derivatives["r"]: STOPPED},
        "s": {0.0: "s is the larger of the two: the router sends it everything.", 1.0: own},
        "c": {0.0: "s is the larger of the two, and an add gate hands on what arrives.", 1.0: own},
        "u": {derivatives["r"] * GIVEN["v"]: STOPPED, GIVEN["v"]: STOPPED},
        "v": {
            values["r"]: FORK,
            derivatives["s"]: FORK,
            derivatives["v"] + derivatives["r"] * GIVEN["u"]: STOPPED,
        },
    }
    forward = [Blank(f"value of <i>{name}</i>", values[name], {}) for name in ("s", "r", "f")]
    backward = [
        Blank(f"\u2202<i>f</i>/\u2202<i>{name}</i>", derivatives[name], mistakes[name])
        for name in mistakes
    ]
    return FillIn((*forward, *backward))


FILL_IN = {"the-chain-rule-circuit": _half_filled()}
