"""A layered network and its forward pass (chapter 1).

Layer l = 1..L computes z^l = W^l a^{l-1} + b^l and a^l = sigma^l(z^l), starting from a^0 = X.
List index l is the article's layer l; index 0 of the parameters is None.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from backprop._check import (
    FLOATS,
    check_choice,
    check_count,
    check_dtype,
    check_matrix,
    check_rng,
    check_size,
)
from backprop.activations import ACTIVATIONS, Activation


@dataclass(eq=False, repr=False)
class Network:
    """The parameters of a network with layers 1..L.

    W:           [None, W^1, ..., W^L], W^l of shape (n_l, n_{l-1})
    b:           [None, b^1, ..., b^L], b^l of shape (n_l, 1)
    activations: [None, sigma^1, ..., sigma^L]: names from `ACTIVATIONS` or your own `Activation`;
                 the leading None may be left out

    The arrays are copied, so a network owns its parameters. All are float32 or all float64
    (whole numbers and lists become float64). Raises ValueError or TypeError for shapes that do
    not chain, mixed dtypes, or numbers that are not finite.
    """

    W: list
    b: list
    activations: list

    def __post_init__(self):
        W, b = _layers("W", self.W), _layers("b", self.b)
        if len(b) != len(W):
            raise ValueError(
                f"b: expected one for each of the {len(W) - 1} layers, got {len(b) - 1}"
            )
        for l in range(1, len(W)):
            n_below = None if l == 1 else W[l - 1].shape[0]
            W[l] = check_matrix(
                f"W[{l}]", W[l], shape=f"(n_{l}, n_{l - 1})", columns=n_below
            ).copy()
            b[l] = check_matrix(
                f"b[{l}]", b[l], shape=f"(n_{l}, 1)", rows=W[l].shape[0], columns=1
            ).copy()
        dtypes = {array.dtype for array in W[1:] + b[1:]}
        if len(dtypes) > 1:
            names = " and ".join(sorted(str(dtype) for dtype in dtypes))
            raise ValueError(f"W, b: expected one dtype throughout, got {names}")
        self.W, self.b = W, b
        self.activations = _activations(self.activations, len(W) - 1)

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

    def astype(self, dtype):
        """A copy whose parameters are float32 or float64."""
        dtype = check_dtype(dtype)
        with np.errstate(over="ignore"):
            W = [None, *(W.astype(dtype) for W in self.W[1:])]
            b = [None, *(b.astype(dtype) for b in self.b[1:])]
        return Network(W, b, self.activations)

    def __repr__(self):
        sizes = "-".join(str(n) for n in self.sizes)
        names = "-".join(activation.name for activation in self.activations[1:])
        return f"Network({sizes}, {names}, {self.n_parameters} parameters, {self.dtype})"


class Trace(NamedTuple):
    """What a forward pass leaves behind for the backward pass.

    z: [None, z^1, ..., z^L], z^l of shape (n_l, m)
    a: [X, a^1, ..., a^L], a^l of shape (n_l, m)
    """

    z: list
    a: list


def _layers(name, value):
    if not isinstance(value, (list, tuple)):
        raise TypeError(
            f"{name}: expected a list [None, {name}^1, ...], got {type(value).__name__}"
        )
    if len(value) < 2 or value[0] is not None:
        raise ValueError(f"{name}: expected a list [None, {name}^1, ...] with index 0 None")
    return list(value)


def _activations(value, L):
    if isinstance(value, (str, Activation)):
        value = [value] * L
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"activations: expected a list, one a layer, got {type(value).__name__}")
    chosen = list(value)[1:] if value and value[0] is None else list(value)
    if len(chosen) != L:
        raise ValueError(
            f"activations: expected {L}, one for each of the layers 1..{L}, got {len(chosen)}"
        )
    return [
        None,
        *(
            check_choice(f"activations[{l}]", activation, ACTIVATIONS, Activation)
            for l, activation in enumerate(chosen, start=1)
        ),
    ]


def _glorot_uniform(n_out, n_in, rng):
    limit = np.sqrt(6 / (n_in + n_out))
    return rng.uniform(-limit, limit, size=(n_out, n_in))


def _he_normal(n_out, n_in, rng):
    return rng.normal(0, np.sqrt(2 / n_in), size=(n_out, n_in))


SCHEMES = {"glorot_uniform": _glorot_uniform, "he_normal": _he_normal}


def init_network(sizes, activations, *, rng, scheme="glorot_uniform", dtype=np.float64):
    """A network with random weights and zero biases.

    sizes:       (n_0, n_1, ..., n_L), at least two of them
    activations: one for each of the layers 1..L, by name or as an `Activation`; a single one
                 serves every layer
    rng:         a numpy.random.Generator; the same seed gives the same network, and float32
                 parameters are the float64 ones rounded
    scheme:      "glorot_uniform", W^l uniform in +-sqrt(6 / (n_{l-1} + n_l)), or
                 "he_normal", W^l normal with standard deviation sqrt(2 / n_{l-1})

    Raises ValueError or TypeError that names the argument.
    """
    if isinstance(sizes, (str, bytes)) or not np.iterable(sizes):
        raise TypeError(f"sizes: expected (n_0, n_1, ..., n_L), got {sizes!r}")
    sizes = [check_count(f"sizes[{l}]", n) for l, n in enumerate(sizes)]
    if len(sizes) < 2:
        raise ValueError(f"sizes: expected at least (n_0, n_1), got {tuple(sizes)}")
    check_size("sizes", sum(n * (n_below + 1) for n_below, n in zip(sizes, sizes[1:])))
    activations = _activations(activations, len(sizes) - 1)
    check_rng(rng)
    if not isinstance(scheme, str) or scheme not in SCHEMES:
        raise ValueError(f"scheme: expected one of {', '.join(SCHEMES)}, got {scheme!r}")
    dtype = check_dtype(dtype)
    draw = SCHEMES[scheme]
    W = [None, *(draw(n, n_below, rng).astype(dtype) for n_below, n in zip(sizes, sizes[1:]))]
    b = [None, *(np.zeros((n, 1), dtype) for n in sizes[1:])]
    return Network(W, b, activations)


def check_network(network, *, to_change=False):
    """Refuse what is no Network, and one whose parts were replaced by others that don't fit.

    to_change: refuse parameters that can't be written to as well
    """
    if not isinstance(network, Network):
        raise TypeError(f"network: expected a Network, got {type(network).__name__}")
    layers = [_layers(f"network.{name}", getattr(network, name)) for name in ("W", "b")]
    sigma = network.activations
    if not isinstance(sigma, list) or len({len(sigma), *map(len, layers)}) > 1:
        raise ValueError(
            "network: expected lists W, b and activations of one length, a layer each after "
            f"index 0, got {[len(part) if isinstance(part, list) else part for part in (*layers, sigma)]}"
        )
    n_below = None
    for l in range(1, network.L + 1):
        for name, array, symbols in (
            ("W", network.W[l], f"(n_{l}, n_{l - 1})"),
            ("b", network.b[l], f"(n_{l}, 1)"),
        ):
            if not isinstance(array, np.ndarray) or array.ndim != 2 or array.dtype not in FLOATS:
                raise TypeError(
                    f"network.{name}[{l}]: expected a float32 or float64 array of shape {symbols}, "
                    f"got {array!r}"
                )
            if to_change and not array.flags.writeable:
                raise ValueError(
                    f"network.{name}[{l}]: expected an array to write to, got a read-only one"
                )
        if not isinstance(sigma[l], Activation):
            raise TypeError(
                f"network.activations[{l}]: expected an Activation such as ACTIVATIONS['tanh'], "
                f"got {sigma[l]!r}"
            )
        n, n_in = network.W[l].shape
        if n_below not in (None, n_in):
            raise ValueError(
                f"network.W[{l}]: expected {n_below} columns, one for each unit of layer {l - 1}, "
                f"got shape {(n, n_in)}"
            )
        if network.b[l].shape != (n, 1):
            raise ValueError(
                f"network.b[{l}]: expected shape (n_{l}, 1) = ({n}, 1), got {network.b[l].shape}"
            )
        if {network.W[l].dtype, network.b[l].dtype} != {network.dtype}:
            raise ValueError(f"network: expected {network.dtype} throughout, layer {l} differs")
        n_below = n
    return network


def check_finite(network):
    """Refuse parameters that are not finite."""
    for l in range(1, network.L + 1):
        check_matrix(f"network.W[{l}]", network.W[l], shape=f"(n_{l}, n_{l - 1})")
        check_matrix(f"network.b[{l}]", network.b[l], shape=f"(n_{l}, 1)")
    return network


def check_inputs(network, X, name="X"):
    """Return X (n_0, m) in the network's dtype."""
    return check_matrix(name, X, shape="(n_0, m)", rows=network.sizes[0], dtype=network.dtype)


def check_targets(network, Y, m, name="Y"):
    """Return Y (n_L, m) in the network's dtype."""
    K = network.sizes[-1]
    try:
        return check_matrix(name, Y, shape="(n_L, m)", rows=K, columns=m, dtype=network.dtype)
    except ValueError as error:
        if K > 1 and _are_labels(Y, K, m):
            raise ValueError(
                f"{error}. Are these labels? An output for each class wants one-hot columns: "
                f"backprop.data.one_hot(labels, {K})"
            ) from None
        raise


def _are_labels(Y, K, m):
    """Whether Y holds m whole numbers from 0 to K - 1, in one row or column or as a vector."""
    try:
        Y = np.asarray(Y)
        return Y.size == m == max(Y.shape, default=0) and bool(np.isin(Y, np.arange(K)).all())
    except (TypeError, ValueError):
        return False


def propagate(network, X):
    """`forward` without the checks, for loops that have checked already."""
    z, a = [None], [X]
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for l in range(1, network.L + 1):
            z.append(network.W[l] @ a[l - 1] + network.b[l])  # (n_l, n_{l-1}) @ (n_{l-1}, m)
            a.append(network.activations[l].f(z[l]))
    return Trace(z, a)


def forward(network, X):
    """The forward pass, z^l = W^l a^{l-1} + b^l and a^l = sigma^l(z^l), with all it computed.

    X (n_0, m) -> Trace(z, a). X is converted to the network's dtype and never changed. Numbers
    too large for the dtype show as inf or nan in the trace, without a warning.
    Raises ValueError or TypeError for an X of another shape, or one that is not finite.
    """
    return propagate(check_network(network), check_inputs(network, X))


def predict(network, X):
    """The output a^L (n_L, m) of the forward pass for X (n_0, m)."""
    return forward(network, X).a[-1]
