"""A layered network and its forward pass (chapter 1).

Layer l = 1..L computes z^l = W^l a^{l-1} + b^l and a^l = sigma^l(z^l), starting from a^0 = X.
List index l is the article's layer l; index 0 of the parameters is None.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from backprop._advice import hint_at
from backprop._expects import DTYPE, RNG, SIZES, Examples, among, equation, expects
from backprop._layers import Choices, Layers, Parameters, fits_the_network
from backprop.activations import ACTIVATIONS, Activation


@expects(
    W=Layers("(n_l, n_{l-1})", "W", finite=True),
    b=Layers("(n_l, 1)", "b", finite=True),
    activations=Choices(Activation, ACTIVATIONS, "sigma", hint_at),
)
@dataclass(eq=False, repr=False)
class Network(Parameters):
    """The parameters of a network with layers 1..L.

    activations are names from `ACTIVATIONS` or your own `Activation`s, one for each of the layers;
    a single one serves every layer. The arrays are copied, so a network owns its parameters. All
    are float32 or all float64 (whole numbers and lists become float64). Raises ValueError or
    TypeError for shapes that do not chain, mixed dtypes, or numbers that are not finite.
    """

    W: list
    b: list
    activations: list

    _expected = "a Network, got {1}"

    @property
    def L(self):
        """The number of layers; layer L is the output layer, layers 1..L-1 are hidden."""
        return len(self.W) - 1

    @property
    def sizes(self):
        """(n_0, n_1, ..., n_L)"""
        return (self.W[1].shape[1], *(W.shape[0] for W in self.W[1:]))

    @property
    def dtype(self):
        """float32 or float64, the same for all parameters."""
        return self.W[1].dtype

    @property
    def n_parameters(self):
        """How many numbers W and b hold together."""
        return sum(array.size for array in self.W[1:] + self.b[1:])

    def copy(self):
        """A network with the same parameters that can be trained apart."""
        return Network(self.W, self.b, self.activations)

    @expects(dtype=DTYPE)
    def astype(self, dtype):
        """A copy whose parameters are float32 or float64."""
        with np.errstate(over="ignore"):
            W = [None, *(W.astype(dtype) for W in self.W[1:])]
            b = [None, *(b.astype(dtype) for b in self.b[1:])]
        return Network(W, b, self.activations)

    def __repr__(self):
        sizes = "-".join(str(n) for n in self.sizes)
        names = "-".join(activation.name for activation in self.activations[1:])
        return f"Network({sizes}, {names}, {self.n_parameters} parameters, {self.dtype})"


@expects(
    a=Layers("(n_l, m)", "a", by="forward", first="X"), z=Layers("(n_l, m)", "z", by="forward")
)
class Trace(NamedTuple):
    """What a forward pass leaves behind for the backward pass: z^l is z[l] and a^l is a[l]."""

    z: list
    a: list

    _expected = "the Trace that forward(network, X) returns, got {1}"
    _fits = fits_the_network


def _glorot_uniform(n, n_below, rng):
    limit = np.sqrt(6 / (n_below + n))  # eq-glorot-uniform
    return rng.uniform(-limit, limit, size=(n, n_below))


def _he_normal(n, n_below, rng):
    return rng.normal(0, np.sqrt(2 / n_below), size=(n, n_below))  # eq-he


SCHEMES = {"glorot_uniform": _glorot_uniform, "he_normal": _he_normal}


@expects(
    sizes=SIZES,
    activations=Network._parts["activations"],
    rng=RNG,
    scheme=among(SCHEMES),
    dtype=DTYPE,
    returns=Network,
)
def init_network(sizes, activations, *, rng, scheme="glorot_uniform", dtype=np.float64):
    """A network with random weights and zero biases; the same seed gives the same network.

    "glorot_uniform" draws W^l uniform in +-sqrt(6 / (n_{l-1} + n_l)), "he_normal" normal with
    standard deviation sqrt(2 / n_{l-1}). float32 parameters are the float64 ones rounded.
    """
    draw, layers = SCHEMES[scheme], list(zip(sizes, sizes[1:]))
    W = [None, *(draw(n, n_below, rng).astype(dtype) for n_below, n in layers)]
    b = [None, *(np.zeros((n, 1), dtype) for _, n in layers)]
    return Network(W, b, activations)


@equation(network=Network, X=Examples("(n_0, m)"), returns=Trace)
def forward(network, X):
    """The forward pass, z^l = W^l a^{l-1} + b^l and a^l = sigma^l(z^l), with all it computed.

    X is converted to the network's dtype and never changed.
    """
    W, b, sigma = network.W, network.b, network.activations
    z, a = [None], [X]  # eq-input
    for l in range(1, network.L + 1):
        z.append(W[l] @ a[l - 1] + b[l])  # eq-z: (n_l, n_{l-1}) @ (n_{l-1}, m)
        a.append(sigma[l].f(z[l]))  # eq-a
    return Trace(z, a)


@equation(network=Network, X=Examples("(n_0, m)"), returns="(n_L, m)")
def predict(network, X):
    """The output a^L of the forward pass."""
    return forward.bare(network, X).a[-1]
