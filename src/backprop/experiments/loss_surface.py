"""The loss of the worked network over two of its weights (chapter 2).

The two are u = W^2_11 and v = W^3_11.
"""

from functools import cache

import numpy as np

from backprop._check import check_count, check_real
from backprop.backward import backward, gradients
from backprop.examples import worked_example
from backprop.losses import SQUARED_ERROR
from backprop.network import forward

SIDE_U, SIDE_V = (-2.2, 2.2), (-2.0, 2.4)  # what the map shows
STEPS = 6


def loss_and_gradient(u, v):
    """The loss with W^2_11 = u and W^3_11 = v, and its gradient (2,) by u and v."""
    network, X, Y = worked_example()
    network.W[2][0, 0] = check_real("u", u)
    network.W[3][0, 0] = check_real("v", v)
    trace = forward(network, X)
    grads = gradients(trace, backward(network, trace, Y, SQUARED_ERROR))
    loss = SQUARED_ERROR.value(trace.a[-1], Y)
    return loss, np.array([grads.W[2][0, 0], grads.W[3][0, 0]])


def descend(u, v, eta, steps=STEPS):
    """The points (steps + 1, 2) of steepest descent from (u, v), and the loss at each."""
    eta = check_real("eta", eta, above=0)
    point, points, losses = np.array([u, v]), [], []
    for _ in range(check_count("steps", steps) + 1):
        loss, gradient = loss_and_gradient(*point)
        points.append(point)
        losses.append(loss)
        point = point - eta * gradient
    return np.array(points), np.array(losses)


@cache
def surface(n=61):
    """u (n,), v (n,) and the loss (n, n) on the map, a row for each v."""
    sides = np.linspace(*SIDE_U, n), np.linspace(*SIDE_V, n)
    return *sides, np.array([[loss_and_gradient(u, v)[0] for u in sides[0]] for v in sides[1]])
