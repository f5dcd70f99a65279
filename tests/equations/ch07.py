"""The equations of chapter 7: sizes on the average over random weights, so with some tolerance."""

import autograd.numpy as anp
import numpy as np
from autograd import grad

from backprop import SQUARED_ERROR, forward, init_network
from backprop.backward import backward
from backprop.exercises.checkers import gradient_of
from backprop.experiments.depth import WAYS_OUT, passes
from equations import checks, close


def mean_square(array):
    return np.mean(np.asarray(array) ** 2)


@checks("eq-chain-product")
def one_unit_wide():
    rng = np.random.default_rng(0)
    network = init_network([1] * 6, "sigmoid", rng=rng)
    trace = forward(network, rng.normal(size=(1, 1)))
    delta = backward(network, trace, np.ones((1, 1)), SQUARED_ERROR)
    factors = [
        network.W[l + 1] * network.activations[l].df(trace.z[l]) for l in range(1, network.L)
    ]
    close(delta[1], delta[network.L] * np.prod(factors))


@checks("eq-forward-variance")
def sums_grow_with_the_width_below():
    rng = np.random.default_rng(1)
    for n_in, v in ((20, 0.3), (80, 0.01)):
        a = rng.exponential(size=(n_in, 1))  # any a, all of one sign here
        W = rng.uniform(-np.sqrt(3 * v), np.sqrt(3 * v), size=(200_000, n_in))
        close(mean_square(W @ a), n_in * v * mean_square(a), rtol=0.02)


@checks("eq-backward-variance")
def deltas_grow_with_the_width_above():
    rng = np.random.default_rng(2)
    for n_out, v in ((20, 0.3), (80, 0.01)):
        W = rng.normal(0, np.sqrt(v), size=(n_out, 20_000))
        delta, slope = rng.normal(size=(n_out, 5)), rng.uniform(size=(20_000, 1))
        came = mean_square((W.T @ delta) * slope)
        close(came, n_out * v * mean_square(slope) * mean_square(delta), rtol=0.05)


@checks("eq-glorot", "eq-glorot-uniform")
def glorot():
    """The scheme has that variance, and a near-linear layer of equal widths keeps the size with it."""
    for n_in, n_out in ((300, 500), (400, 400)):
        W = init_network((n_in, n_out), "tanh", rng=np.random.default_rng(3)).W[1]
        close(np.var(W), 2 / (n_in + n_out), rtol=0.02)
        limit = np.sqrt(6 / (n_in + n_out))
        close(np.abs(W).max(), limit, rtol=1e-3)
        close(limit**2 / 3, 2 / (n_in + n_out))
    small = 0.01 * np.random.default_rng(4).normal(size=(400, 200))
    close(mean_square(np.tanh(W @ small)), mean_square(small), rtol=0.05)


@checks("eq-relu-half")
def relu_keeps_half():
    z = np.random.default_rng(5).normal(size=200_000)
    close(mean_square(np.maximum(z, 0)), mean_square(z) / 2, rtol=0.02)
    close(mean_square(z > 0), 0.5, rtol=0.02)


@checks("eq-he")
def he():
    rng = np.random.default_rng(6)
    network = init_network((100, 3000, 3000), "relu", rng=rng, scheme="he_normal")
    close(np.var(network.W[2]), 2 / 3000, rtol=0.01)
    trace = forward(network, rng.normal(size=(100, 20)))
    close(mean_square(trace.a[2]), mean_square(trace.a[1]), rtol=0.1)


@checks("eq-leaky")
def leaky():
    rng = np.random.default_rng(7)
    for s in (0.0, 0.3, 1.0):
        z = rng.normal(size=(400, 50))
        a = np.where(z > 0, z, s * z)
        v = 2 / ((1 + s**2) * 400)
        W = rng.normal(0, np.sqrt(v), size=(4000, 400))
        close(mean_square(W @ a), mean_square(z), rtol=0.05)


@checks("eq-residual")
def detour_three_ways():
    """delta^1 of a residual network: what comes back past layer 2, and through it."""
    rng = np.random.default_rng(8)
    network = init_network((4, 4, 4, 4), ("tanh", "tanh", "identity"), rng=rng)
    X, Y = rng.normal(size=(2, 4, 3))
    _, delta = passes(WAYS_OUT["residual"], network, X, Y)

    def loss(z):  # by the sums of layer 1; all b are 0
        a = X + anp.tanh(z)
        a = a + anp.tanh(anp.dot(network.W[2], a))
        return anp.sum((anp.dot(network.W[3], a) - Y) ** 2) / 2 / 3

    z = network.W[1] @ X
    close(delta[1], grad(loss)(z))
    close(delta[1], gradient_of(loss)(z), rtol=1e-7, atol=1e-9)


@checks("eq-telescope")
def only_two_widths_are_left():
    rng = np.random.default_rng(9)
    widths = (10, 30, 50, 20, 12)
    ratios = []
    for _ in range(400):
        network = init_network(widths, "relu", rng=rng, scheme="he_normal")
        trace = forward(network, rng.normal(size=(10, 20)))
        delta = first = rng.normal(size=(12, 20))
        for l in (3, 2, 1):
            delta = (network.W[l + 1].T @ delta) * network.activations[l].df(trace.z[l])
        ratios.append(mean_square(delta) / mean_square(first))
    close(np.mean(ratios), 12 / 30, rtol=0.15)


@checks("eq-clipping")
def a_clipped_gradient_keeps_its_direction():
    g = np.random.default_rng(2).normal(size=50)
    length = np.sqrt(np.sum(g**2))
    for c in (0.1, 2 * length):
        clipped = min(1, c / length) * g
        close(np.sqrt(np.sum(clipped**2)), min(c, length))
        close(clipped @ g, np.sqrt(np.sum(clipped**2)) * length)
