"""Descent of a linear unit on a bowl and in a valley (chapter 5).

A linear unit with one weight and one bias learns twenty points near a line. Its squared error is a
quadratic surface over (w, b). With the inputs as they come the surface is a valley; with inputs of
mean 0 and variance 1 it is a round bowl. The largest curvature lambda_max of the surface bounds the
learning rate of full-batch descent: 2 / lambda_max.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from backprop._check import check_choice
from backprop.backward import backward, gradients
from backprop.losses import SQUARED_ERROR
from backprop.network import Network, forward, predict
from backprop.sgd import minibatches, sgd_step

SURFACES = ("bowl", "valley")
M = 20  # points
STEPS = 40
OFFSET = np.array([1.7, -0.9])  # from the minimum to the start


@dataclass(frozen=True)
class Surface:
    """The points X and Y (1, M), the lowest place (w, b), its loss, and the curvatures, small first."""

    X: np.ndarray
    Y: np.ndarray
    lowest: np.ndarray
    least: float
    curvatures: np.ndarray

    @property
    def bound(self):
        return 2 / self.curvatures[-1]

    def losses(self, w, b):
        """The loss at each place of a grid, a row for each b."""
        w_grid, b_grid = np.meshgrid(w, b)
        outputs = w_grid[..., None] * self.X[0] + b_grid[..., None]  # (rows, columns, M)
        return np.mean((outputs - self.Y[0]) ** 2, axis=-1) / 2


def _surface(surface):
    rng = np.random.default_rng(3)
    X = rng.normal(1, 0.35, size=(1, M))
    Y = 1.3 * X - 0.7 + rng.normal(0, 0.3, size=(1, M))
    if surface == "bowl":
        X = (X - X.mean()) / X.std()
    rows = np.concatenate([X, np.ones((1, M))])  # (2, M)
    lowest = np.linalg.lstsq(rows.T, Y[0], rcond=None)[0]
    curvatures = np.linalg.eigvalsh(rows @ rows.T / M)
    return Surface(X, Y, lowest, _loss(lowest, X, Y), curvatures)


def _unit(place):
    """The linear unit with the weight and the bias (w, b)."""
    w, b = place
    return Network([None, [[w]]], [None, [[b]]], "identity")


def _loss(place, X, Y):
    return SQUARED_ERROR.value(predict(_unit(place), X), Y)


@lru_cache(maxsize=2)
def surfaces(surface):
    """The `Surface` "bowl" or "valley"."""
    known = {name: name for name in SURFACES}
    return _surface(check_choice("surface", surface, known, tuple))


@lru_cache(maxsize=128)
def walk(surface, learning_rate, batch_size):
    """The places (STEPS + 1, 2) that descent passes, and the loss over all points at each."""
    at = surfaces(surface)
    unit, rng = _unit(at.lowest + OFFSET), np.random.default_rng(1)
    places = [at.lowest + OFFSET]
    while len(places) <= STEPS:
        for X_batch, Y_batch in minibatches(at.X, at.Y, batch_size, rng=rng):
            trace = forward(unit, X_batch)
            grads = gradients(trace, backward(unit, trace, Y_batch, SQUARED_ERROR))
            sgd_step(unit, grads, learning_rate)
            places.append(np.array([unit.W[1][0, 0], unit.b[1][0, 0]]))
    places = np.array(places[: STEPS + 1])
    return places, np.array([_loss(place, at.X, at.Y) for place in places])


def diverges(surface, learning_rate, batch_size):
    """Whether the walk ends higher than it began."""
    losses = walk(surface, learning_rate, batch_size)[1]
    return bool(losses[-1] > losses[0])
