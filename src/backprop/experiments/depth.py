"""How large delta and the gradient of the weights are in each layer (chapter 7).

The size of delta^l is the root of the mean of its squares. It is seen relative to that of delta^L,
and called to hold if delta^1 stays within a factor of ten of 1.
"""

from dataclasses import dataclass

import numpy as np

from backprop._check import check_choice, check_count
from backprop.losses import SQUARED_ERROR
from backprop.network import init_network

SEED, WIDTH, M = 4, 30, 64  # of the networks that are drawn
HOLDS = 10.0  # the factor up and down within which delta^1 is said to hold


def relative_sizes(*network, **more):
    """The first of `both_sizes`: those of delta."""
    return both_sizes(*network, **more)[0]


def both_sizes(depth, activation, scheme, way="none", *, rng, width=30, m=64):
    """The sizes of delta^l and of dL/dW^l for l = 1..L, divided by those for L: two arrays (L,).

    A network of L = `depth` layers of `width` units before any training: `activation` in the hidden
    layers, the identity in the last, weights drawn by `scheme` of `init_network`. Its m examples and
    their targets are drawn from the normal distribution, the loss is the squared error.

    way: "residual", a hidden layer adds to its input, a^l = a^{l-1} + sigma(z^l); "normalised", each
    unit's sums have mean 0 and size 1 over the batch, a^l = sigma((z^l - mean) / deviation); or "none"

    Raises ValueError or TypeError that names the argument.
    """
    for name, count in (("depth", depth), ("width", width), ("m", m)):
        check_count(name, count)
    activations = [activation] * (depth - 1) + ["identity"]
    network = init_network([width] * (depth + 1), activations, rng=rng, scheme=scheme)
    X, Y = rng.normal(size=(2, width, m))
    a, delta = passes(check_choice("way", way, WAYS_OUT, WayOut), network, X, Y)
    dW = [delta[l] @ a[l - 1].T for l in range(1, depth + 1)]
    sizes = (np.array([np.sqrt(np.mean(one**2)) for one in part]) for part in (delta[1:], dW))
    return tuple(size / size[-1] for size in sizes)


@dataclass(frozen=True)
class WayOut:
    """What a hidden layer does besides: whether it adds its input, whether it normalises its sums."""

    adds: bool = False
    normalises: bool = False


WAYS_OUT = {
    "none": WayOut(),
    "residual": WayOut(adds=True),
    "normalised": WayOut(normalises=True),
}


def passes(way, network, X, Y):
    """Every a^l and every delta^l = dL/dz^l, where the hidden layers have a `WayOut`."""
    L, a, u, deviation = network.L, [X], [None], [None]  # u^l: what sigma is taken of
    for l in range(1, L + 1):
        z, hidden = network.W[l] @ a[-1] + network.b[l], l < L
        normal = way.normalises and hidden
        deviation.append(z.std(axis=1, keepdims=True) if normal else 1.0)
        u.append((z - z.mean(axis=1, keepdims=True)) / deviation[l] if normal else z)
        out = network.activations[l].f(u[l])
        a.append(a[-1] + out if way.adds and hidden else out)
    dloss_da, delta = SQUARED_ERROR.grad(a[L], Y), [None] * (L + 1)
    for l in range(L, 0, -1):
        hidden = l < L
        delta[l] = dloss_da * network.activations[l].df(u[l])
        if way.normalises and hidden:  # the mean and the deviation depend on every z of the row
            along = np.mean(delta[l] * u[l], axis=1, keepdims=True)
            of_mean = delta[l].mean(axis=1, keepdims=True)
            delta[l] = (delta[l] - of_mean - u[l] * along) / deviation[l]
        through = network.W[l].T @ delta[l]
        dloss_da = dloss_da + through if way.adds and hidden else through  # eq-residual
    return a, delta


def verdict(relative):
    """What delta does on its way to layer 1: "vanishes", "holds" or "explodes"."""
    if relative[0] < 1 / HOLDS:
        return "vanishes"
    return "holds" if relative[0] <= HOLDS else "explodes"


def drawn_sizes(depth, activation, scheme, way="none"):
    """`both_sizes` of the networks that are drawn."""
    return both_sizes(
        depth, activation, scheme, way, rng=np.random.default_rng(SEED), width=WIDTH, m=M
    )
