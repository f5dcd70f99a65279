"""How large delta is in each layer on its way back (chapters 4 and 7).

The size of delta^l is the root of the mean of its squares. It is seen relative to that of delta^L,
and called to hold if delta^1 stays within a factor of ten of 1.
"""

import numpy as np

from backprop._check import check_count
from backprop.backward import backward
from backprop.losses import SQUARED_ERROR
from backprop.network import forward, init_network

SEED, WIDTH, M = 4, 30, 64  # of the networks that are drawn
HOLDS = 10.0  # the factor up and down within which delta^1 is said to hold


def relative_sizes(depth, activation, scheme, *, rng, width=30, m=64):
    """The size of delta^l for l = 1..L, divided by that of delta^L: an array of shape (L,).

    A network of L = `depth` layers of `width` units before any training: `activation` in the hidden
    layers, the identity in the last, weights drawn by `scheme` of `init_network`. Its m examples and
    their targets are drawn from the normal distribution, the loss is the squared error.

    Raises ValueError or TypeError that names the argument.
    """
    for name, count in (("depth", depth), ("width", width), ("m", m)):
        check_count(name, count)
    activations = [activation] * (depth - 1) + ["identity"]
    network = init_network([width] * (depth + 1), activations, rng=rng, scheme=scheme)
    X, Y = rng.normal(size=(2, width, m))
    delta = backward(network, forward(network, X), Y, SQUARED_ERROR)
    size = np.array([np.sqrt(np.mean(d**2)) for d in delta[1:]])
    return size / size[-1]


def verdict(relative):
    """What delta does on its way to layer 1: "vanishes", "holds" or "explodes"."""
    if relative[0] < 1 / HOLDS:
        return "vanishes"
    return "holds" if relative[0] <= HOLDS else "explodes"


def drawn_sizes(depth, activation, scheme):
    return relative_sizes(
        depth, activation, scheme, rng=np.random.default_rng(SEED), width=WIDTH, m=M
    )
