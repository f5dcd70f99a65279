"""Which learning rates still converge, for depth 1 to 10 (chapter 7).

A network of L layers without activations learns a linear rule in 50 steps of full-batch descent. Its
output is linear in the input, whatever its depth, but its loss bends more strongly in the weights
the deeper it is.
"""

from functools import lru_cache

import numpy as np

from backprop._check import check_count
from backprop.losses import SQUARED_ERROR
from backprop.network import init_network, predict
from backprop.sgd import DivergenceError, train

STEPS = 50
M, N_IN, WIDTH = 64, 4, 10  # examples, inputs, units of a hidden layer
CONVERGED = 0.02  # of the loss at the start
RATES = (0.0001, 0.0003, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


@lru_cache(maxsize=256)
def shares(depth, learning_rate):
    """The loss before training and after each step, as shares of the first; it ends where the last
    finite one is."""
    check_count("depth", depth)
    rng = np.random.default_rng(2)
    X = rng.normal(size=(N_IN, M))
    Y = rng.normal(size=(1, N_IN)) @ X  # (1, M)
    sizes = [N_IN, *[WIDTH] * (depth - 1), 1]
    network = init_network(sizes, "identity", rng=rng, scheme="he_normal")
    first = SQUARED_ERROR.value(predict(network, X), Y)
    how = {"learning_rate": learning_rate, "epochs": STEPS, "batch_size": M, "rng": rng}
    try:
        history = train(network, X, Y, SQUARED_ERROR, **how)
    except DivergenceError as error:
        history = error.history
    return np.array([first, *history.loss]) / first


def outcome(depth, learning_rate):
    """ "converged", "too slow" or "diverged"."""
    of_start = shares(depth, learning_rate)
    if len(of_start) <= STEPS or of_start[-1] >= 1:
        return "diverged"
    return "converged" if of_start[-1] < CONVERGED else "too slow"


def largest(depth, rates=RATES):
    """The largest of the rates with which this depth converges, or None."""
    return max((rate for rate in rates if outcome(depth, rate) == "converged"), default=None)
