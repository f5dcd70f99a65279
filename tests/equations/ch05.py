"""The equations of chapter 5: the update, what it promises, and mini-batches."""

import numpy as np
from helpers import arrays_of, module_gradients, problem

from backprop import SOFTMAX_CROSS_ENTROPY, SQUARED_ERROR, forward, sgd_step, softmax
from backprop.exercises.checkers import gradient_of
from equations import checks

close = np.testing.assert_allclose


def loss_of(network, X, Y, loss=SQUARED_ERROR):
    return loss.value(forward(network, X).a[-1], Y)


@checks("eq-sgd-w", "eq-sgd-b")
def the_update():
    network, X, Y = problem()
    grads = module_gradients(network, X, Y, SQUARED_ERROR)
    before = [array.copy() for array in arrays_of(network)]
    sgd_step(network, grads, 0.3)
    for new, old, slope in zip(arrays_of(network), before, arrays_of(grads), strict=True):
        close(new, old - 0.3 * slope)


@checks("eq-sgd-first-order")
def what_a_small_step_promises():
    network, X, Y = problem()
    grads = module_gradients(network, X, Y, SQUARED_ERROR)
    squares = sum(np.sum(slope**2) for slope in arrays_of(grads))
    before, errors = loss_of(network, X, Y), []
    for eta in (1e-2, 1e-4):
        moved = network.copy()
        sgd_step(moved, grads, eta)
        change = loss_of(moved, X, Y) - before
        errors.append(abs(change / (-eta * squares) - 1))
    assert errors[0] < 0.1 and errors[1] < errors[0] / 50


@checks("eq-sgd-factor")
def one_weight_one_example():
    x, y = 1.5, 0.6
    best = y / x
    for eta in (0.1, 0.8, 1.1):
        for w in (-1.0, 0.7):
            new = w - eta * gradient_of(lambda w: (w * x - y) ** 2 / 2)(np.array(w))
            close(new - best, (1 - eta * x**2) * (w - best), atol=1e-8)


@checks("eq-sgd-batch")
def a_batch_is_the_mean_of_its_examples():
    network, X, Y = problem(m=9)
    B = [1, 4, 5, 8]
    of_batch = module_gradients(network, X[:, B], Y[:, B], SQUARED_ERROR).W[1:]
    of_each = [module_gradients(network, X[:, [k]], Y[:, [k]], SQUARED_ERROR).W[1:] for k in B]
    for l, dW in enumerate(of_batch):
        close(dW, sum(slopes[l] for slopes in of_each) / len(B), atol=1e-15)


@checks("eq-sgd-softmax", "eq-sgd-softmax-delta")
def softmax_and_its_delta():
    """The whole derivation is chapter 6's."""
    rng = np.random.default_rng(5)
    z, y = rng.normal(size=(4, 1)), np.eye(4)[:, [2]]
    p = np.exp(z) / np.exp(z).sum()
    close(softmax(z), p)
    close(gradient_of(SOFTMAX_CROSS_ENTROPY.value)(z, y), p - y, atol=1e-9)


UNLABELLED = {
    r"\begin{aligned} \mathbf{z}^1 &= (1.0": "chapter 1's values; a cell of chapter 1 prints them",
    r"\begin{aligned} \mathcal{L} &= \tfrac12": "the line's loss and its slope, checked as eq-sgd-factor",
}
