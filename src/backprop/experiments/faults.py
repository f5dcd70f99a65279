"""Planted faults, for the bug zoo of chapter 9: a training step with one line gone wrong.

A `Fault` replaces one piece of the healthy step below and leaves the rest alone. What the pieces do
is chapter 4 and 5; which of them is wrong is for the reader to find.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from backprop._expects import RNG, Examples, Targets, equation, real, whole
from backprop.activations import softmax
from backprop.backward import Gradients
from backprop.losses import Loss, formulas
from backprop.network import Network, forward
from backprop.sgd import minibatches

# The pieces, as they should be --------------------------------------------------------------------


def start(loss, sigma, z, a, Y):
    """delta^L = dL/da^L o sigma^L'(z^L)"""
    return loss.grad(a, Y) * sigma.df(z)


def back(W_next, delta_next, a, learning_rate):
    """(W^{l+1})^T delta^{l+1}; a is a^l"""
    return W_next.T @ delta_next


def slope(sigma, z, a):
    """sigma^l'(z^l)"""
    return sigma.df(z)


def for_weights(delta, a_below):
    """dL/dW^l"""
    return delta @ a_below.T


def for_biases(delta):
    """dL/db^l"""
    return delta.sum(axis=1, keepdims=True)


def update(network, grads, learning_rate, before):
    """One step down; `before` holds the gradients of the step before, or None. Returns the used ones."""
    for l in range(1, network.L + 1):
        network.W[l] -= learning_rate * grads.W[l]
        network.b[l] -= learning_rate * grads.b[l]
    return grads


def batches(X, Y, batch_size, rng):
    """The examples in a random order, each beside its target."""
    return minibatches.bare(X, Y, batch_size, rng=rng)


def prepare(network):
    """The first weights stay as they were drawn."""


HEALTHY = {
    piece.__name__: piece
    for piece in (start, back, slope, for_weights, for_biases, update, batches, prepare)
}


@dataclass(frozen=True)
class Fault:
    """One specimen of the zoo.

    name:   what it is called once it has been found
    wrong:  the line as it was written; right: as it should be
    pieces: the replaced functions, by the name of the piece
    """

    name: str
    wrong: str
    right: str
    pieces: dict = field(default_factory=dict)

    _expected = "a Fault such as FAULTS['A'], got {0!r}"

    def piece(self, name) -> Callable:
        return self.pieces.get(name, HEALTHY[name])

    def __repr__(self):
        return f"Fault({self.name!r})"


# The pieces, gone wrong ---------------------------------------------------------------------------


def _softmax_entry_by_entry(loss, sigma, z, a, Y):
    p, m = softmax(z), z.shape[1]
    return -Y / p / m * (p * (1 - p))


def _sum_for_mean(loss, sigma, z, a, Y):
    return start(loss, sigma, z, a, Y) * Y.shape[1]


def _slope_at_a(sigma, z, a):
    return sigma.df(a)


def _mask_of_a(sigma, z, a):
    return (a >= 0).astype(a.dtype) if sigma.name == "relu" else sigma.df(z)


def _mean_over_columns(delta):
    return delta.mean(axis=1, keepdims=True)


def _transpose_if_it_must_be(W_next, delta_next, a, learning_rate):
    n, n_below = W_next.shape
    return (W_next if n == n_below else W_next.T) @ delta_next


def _update_first(W_next, delta_next, a, learning_rate):
    moved = W_next - learning_rate * (delta_next @ a.T)
    return moved.T @ delta_next


def _update_up(network, grads, learning_rate, before):
    return update(network, grads, -learning_rate, before)


def _update_piling_up(network, grads, learning_rate, before):
    if before is not None:
        grads = Gradients(
            *([None, *map(np.add, new[1:], old[1:])] for new, old in zip(grads, before))
        )
    return update(network, grads, learning_rate, before)


def _batches_apart(X, Y, batch_size, rng):
    return minibatches.bare(X[:, rng.permutation(X.shape[1])], Y, batch_size, rng=rng)


def _all_zero(network):
    for parameter in network.W[1:] + network.b[1:]:
        parameter[:] = 0


FAULTS = {
    "A": Fault(
        "the transpose forgotten where the weights are square",
        "delta[l] = (W[l + 1] @ delta[l + 1]) * sigma[l].df(z[l])",
        "delta[l] = (W[l + 1].T @ delta[l + 1]) * sigma[l].df(z[l])",
        {"back": _transpose_if_it_must_be},
    ),
    "B": Fault(
        "the slope taken at a",
        "delta[l] = (W[l + 1].T @ delta[l + 1]) * sigma[l].df(a[l])",
        "delta[l] = (W[l + 1].T @ delta[l + 1]) * sigma[l].df(z[l])",
        {"slope": _slope_at_a},
    ),
    "C": Fault(
        "the sum in the place of the mean",
        "delta[L] = softmax(a[L]) - Y",
        "delta[L] = (softmax(a[L]) - Y) / m",
        {"start": _sum_for_mean},
    ),
    "D": Fault(
        "the bias averaged",
        "db[l] = delta[l].mean(axis=1, keepdims=True)",
        "db[l] = delta[l].sum(axis=1, keepdims=True)",
        {"for_biases": _mean_over_columns},
    ),
    "E": Fault(
        "the weights updated too early",
        "W[l + 1] -= eta * dW[l + 1], and only then W[l + 1].T @ delta[l + 1]",
        "every delta first, then every update",
        {"back": _update_first},
    ),
    "F": Fault(
        "the relu's mask taken from what the relu had clipped",
        "slope = (a[l] >= 0)",
        "slope = (z[l] > 0)",
        {"slope": _mask_of_a},
    ),
    "G": Fault(
        "the softmax taken entry by entry",
        "delta[L] = -Y / p / m * p * (1 - p)",
        "delta[L] = (p - Y) / m",
        {"start": _softmax_entry_by_entry},
    ),
    "H": Fault(
        "a step up the gradient",
        "W[l] += eta * dW[l]",
        "W[l] -= eta * dW[l]",
        {"update": _update_up},
    ),
    "I": Fault(
        "the gradients of all steps piled up",
        "dW[l] += delta[l] @ a[l - 1].T",
        "dW[l] = delta[l] @ a[l - 1].T",
        {"update": _update_piling_up},
    ),
    "J": Fault(
        "inputs and targets shuffled apart",
        "X = X[:, rng.permutation(m)]",
        "order = rng.permutation(m); X, Y = X[:, order], Y[:, order]",
        {"batches": _batches_apart},
    ),
    "K": Fault(
        "all first weights zero",
        "W[l] = np.zeros((n[l], n[l - 1]))",
        "W[l] = rng.uniform(-limit, limit, size=(n[l], n[l - 1]))",
        {"prepare": _all_zero},
    ),
}


WITH_A_FAULT = {
    "fault": Fault,
    "network": Network,
    "loss": Loss,
    "X": Examples("(n_0, m)"),
    "Y": Targets("(n_L, m)"),
    "learning_rate": real(above=0),
}


@equation(**WITH_A_FAULT, returns=Gradients)
def faulty_gradients(fault, network, X, Y, loss, *, learning_rate):
    """The gradients that a program with this fault computes.

    learning_rate: eta; only a fault that mixes up update and backward pass looks at it
    Raises ValueError where the fault's own shapes do not fit together.
    """
    L, W, sigma = network.L, network.W, network.activations
    z, a = forward.bare(network, X)
    delta = [None] * (L + 1)
    delta[L] = fault.piece("start")(loss, sigma[L], z[L], a[L], Y)
    for l in range(L - 1, 0, -1):
        reached = fault.piece("back")(W[l + 1], delta[l + 1], a[l], learning_rate)
        delta[l] = reached * fault.piece("slope")(sigma[l], z[l], a[l])
    dW = [None, *(fault.piece("for_weights")(delta[l], a[l - 1]) for l in range(1, L + 1))]
    db = [None, *(fault.piece("for_biases")(delta[l]) for l in range(1, L + 1))]
    return Gradients(dW, db)


@equation(**WITH_A_FAULT, epochs=whole(), batch_size=whole(), rng=RNG)
def faulty_training(fault, network, X, Y, loss, *, learning_rate, epochs, batch_size, rng):
    """Train a copy of the network with the fault at work; learning_rate to rng are as in `train`.

    Returns the losses over all of X, before training and after each epoch: epochs + 1 of them, nan
    or inf once the run has diverged.
    """
    network, before, loss = network.copy(), None, formulas(loss)
    fault.piece("prepare")(network)
    losses = [loss.value(forward.bare(network, X).a[-1], Y)]
    with np.errstate(divide="ignore"):
        for _ in range(epochs):
            for x, y in fault.piece("batches")(X, Y, batch_size, rng):
                grads = faulty_gradients.bare(
                    fault, network, x, y, loss, learning_rate=learning_rate
                )
                before = fault.piece("update")(network, grads, learning_rate, before)
            losses.append(loss.value(forward.bare(network, X).a[-1], Y))
    return np.array(losses)
