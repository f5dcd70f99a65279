"""The equations of chapter 5: the update, what it promises, and mini-batches."""

from itertools import combinations

import numpy as np
from helpers import arrays_of, module_gradients, problem

from backprop import SQUARED_ERROR, forward, sgd_step
from backprop.exercises.checkers import gradient_of
from backprop.experiments.batch_noise import batch_means, noise
from equations import checks, close


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
        close(change, -eta * squares, rtol=10 * eta)
        errors.append(abs(change / (-eta * squares) - 1))
    assert errors[1] < errors[0] / 50


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


@checks("eq-sgd-noise")
def a_batch_is_right_on_average():
    """Over all batches of a size: none is left out, and none is drawn twice."""
    network, X, Y = problem(m=7)
    of_each = np.array(
        [
            module_gradients(network, X[:, [k]], Y[:, [k]], SQUARED_ERROR).W[2][0, 1]
            for k in range(7)
        ]
    )
    of_all = module_gradients(network, X, Y, SQUARED_ERROR).W[2][0, 1]
    s = np.sqrt(np.mean((of_each - of_all) ** 2))
    for size in range(1, 8):
        of_batches = np.array([of_each[list(B)].mean() for B in combinations(range(7), size)])
        close(of_batches.mean(), of_all)
        off = np.sqrt(np.mean((of_batches - of_all) ** 2))
        close(off, s / np.sqrt(size) * np.sqrt((7 - size) / 6), atol=1e-15)
        close(noise(of_each, size), off, atol=1e-15)
        drawn = batch_means(of_each, size, draws=2000, rng=np.random.default_rng(size))
        close(drawn.std(), off, rtol=0.1, atol=1e-15)


UNLABELLED = {
    r"\begin{aligned} \mathbf{z}^1 &= (1.0": "chapter 1's values; a cell of chapter 1 prints them",
    r"\begin{aligned} \mathcal{L} &= \tfrac12": "the line's loss and its slope, checked as eq-sgd-factor",
}
