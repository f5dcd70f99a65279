"""The checkers of chapter 5, stochastic gradient descent."""

import numpy as np

from backprop.backward import backward, gradients
from backprop.exercises.checkers import Function, Values
from backprop.losses import SQUARED_ERROR
from backprop.network import Network, forward, predict
from backprop.sgd import minibatches, sgd_step

W, X, Y, RATE = 0.5, 2.0, 3.0, 0.1  # the one weight, its example, and the learning rate


def _one_step():
    """The weight after one step, and its loss."""
    x, y = np.array([[X]]), np.array([[Y]])
    network = Network([None, [[W]]], [None, [[0.0]]], "identity")
    trace = forward(network, x)
    grads = gradients(trace, backward(network, trace, y, SQUARED_ERROR))
    network.W[1] -= RATE * grads.W[1]
    return [network.W[1][0, 0], SQUARED_ERROR.value(predict(network, x), y)]


def _steps():
    """The steps of an epoch over 1200 examples, with batches of 32 and of 16."""
    some, rng = np.zeros((1, 1200)), np.random.default_rng(0)
    return [len(list(minibatches(some, some, size, rng=rng))) for size in (32, 16)]


def line_step(w, b, x, y, eta):
    """(w, b) after one full-batch step of the unit w x + b, for x and y of shape (m,)."""
    network = Network([None, [[w]]], [None, [[b]]], "identity")
    inputs, targets = x.reshape(1, -1), y.reshape(1, -1)  # (1, m)
    trace = forward(network, inputs)
    delta = backward(network, trace, targets, SQUARED_ERROR)
    sgd_step(network, gradients(trace, delta), eta)
    return np.array([network.W[1][0, 0], network.b[1][0, 0]])


def _lines():
    return {
        "five points": (0.5, -0.2, np.array([-1.0, 0.0, 0.5, 1.0, 2.0]), np.arange(5.0), 0.1),
        "one point": (1.0, 0.3, np.array([2.0]), np.array([-1.0]), 0.3),
        "points on the line already": (
            2.0,
            1.0,
            np.array([0.0, 1.0, 3.0]),
            np.array([1.0, 3.0, 7.0]),
            0.5,
        ),
    }


def _random_line(rng):
    m = rng.integers(1, 20)
    return (
        *rng.normal(size=2).tolist(),
        rng.normal(size=m),
        rng.normal(size=m),
        rng.uniform(0.01, 1),
    )


def _moved(w, b, x, y, eta, *, by=1.0, mean=np.mean):
    d = w * x + b - y
    return np.array([w - by * eta * mean(d * x), b - by * eta * mean(d)])


def _b_first(w, b, x, y, eta):
    b = b - eta * np.mean(w * x + b - y)
    return np.array([w - eta * np.mean((w * x + b - y) * x), b])


def _without_x(w, b, x, y, eta):
    d = np.mean(w * x + b - y)
    return np.array([w - eta * d, b - eta * d])


def _w_first(w, b, x, y, eta):
    w = w - eta * np.mean((w * x + b - y) * x)
    return np.array([w, b - eta * np.mean(w * x + b - y)])


CHECKERS = {
    "stochastic-gradient-descent-1": Values(
        _one_step,
        why="one step took the loss from 2 to 0.72.",
        hint="The derivative is (w x - y) x; the weight moves by -eta times that.",
        mistakes={
            "the step went up the slope: the update subtracts eta times the derivative.": (
                [0.1, 3.92]
            ),
            "the factor x is missing: the derivative of w x - y by w is x.": [0.7, 1.28],
            "the loss is half of the square.": [0.9, 1.44],
            "the half in the loss takes away the factor 2 of the square: the derivative is -4.": (
                [1.3, 0.08]
            ),
            "that is the loss before the step; compute it again with the new weight.": [0.9, 2.0],
        },
    ),
    "stochastic-gradient-descent-2": Values(
        _steps,
        why="the last batch of 32 has only 16 examples, and still makes a step.",
        hint="Divide the examples by the batch size and round up.",
        mistakes={
            "37 batches of 32 leave 16 examples over, which make a step of their own.": [37, 75],
            "a number of steps is whole: round up.": [37.5, 75],
            "these are in the other order.": [75, 38],
        },
    ),
    "stochastic-gradient-descent-3": Values(
        lambda: [1 / X**2, 2 / X**2],
        why="twice the rate that arrives at once is the first that no longer arrives.",
        hint="Each step multiplies the distance from the best weight by 1 - eta x^2.",
        mistakes={
            "the square is missing: the factor is 1 - eta x^2.": [1 / X, 2 / X],
            "these are in the other order.": [2 / X**2, 1 / X**2],
            "at the second one the factor is 0; it has to reach -1.": [1 / X**2, 1 / X**2],
        },
    ),
    "stochastic-gradient-descent-4": Function(
        line_step,
        _lines,
        _random_line,
        why="two gradients at the old place, then two updates: a full-batch step.",
        hint="With d = w x + b - y, the derivatives are mean(d x) and mean(d).",
        mistakes={
            "this adds the gradient; the update subtracts it.": lambda *a: _moved(*a, by=-1.0),
            "this sums over the examples; the loss is their mean, and so is its gradient.": (
                lambda *a: _moved(*a, mean=np.sum)
            ),
            "the factor 2 of the square is taken away by the half in the loss.": (
                lambda *a: _moved(*a, by=2.0)
            ),
            "w has moved before b's derivative is taken: both belong to the old place.": _w_first,
            "b has moved before w's derivative is taken: both belong to the old place.": _b_first,
            "the factor x is missing: the derivative of w x + b - y by w is x.": _without_x,
        },
    ),
}
