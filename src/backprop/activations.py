"""Activation functions, each next to its derivative (chapter 1, used backwards in chapter 4).

An elementwise activation sigma turns z^l into a^l = sigma(z^l). The backward pass needs only
sigma'(z^l). Both keep the shape and the dtype of z, so float32 stays float32.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backprop._check import Checked, KeptShape


@dataclass(frozen=True)
class Activation:
    """An elementwise function `f` and its derivative `df`, both functions of z.

    name:  what `ACTIVATIONS`, plots and saved files call it.
    f:     z (n_l, m) -> a (n_l, m)
    df:    z (n_l, m) -> sigma'(z) (n_l, m)
    kinks: the values of z where f has no derivative. There df gives the slope to the left. The
           gradient check needs no such list: it finds kinks from the numbers.

    What f and df return is looked at each time: a number stands for every entry, another shape
    than that of z is refused, and the dtype becomes that of z. Two are equal if their parts are.
    Python pickles functions by name, so for a pool of processes write f and df with `def` in a
    file, not as lambdas.
    """

    name: str
    f: Callable
    df: Callable
    kinks: tuple[float, ...] = ()

    _expected = "an Activation such as SIGMOID, got {0!r}"

    def __post_init__(self):
        if not isinstance(self.name, str):
            raise TypeError(f"name: expected a text, got {self.name!r}")
        for part in ("f", "df"):
            function = getattr(self, part)
            if not callable(function):
                raise TypeError(f"{part}: expected a function of z, got {function!r}")
            ours = getattr(function, "__module__", None) == __name__
            if not (ours or isinstance(function, Checked)):
                checked = KeptShape(function, f"activation {self.name!r}: {part}(z)")
                object.__setattr__(self, part, checked)

    def __repr__(self):
        return f"Activation({self.name!r})"

    def __reduce__(self):  # for pickle and copy: those of the module by name, your own by its parts
        if ACTIVATIONS.get(self.name) is self:
            return self.name.upper()
        return Activation, (self.name, self.f, self.df, self.kinks)


def _real(z):
    z = np.asarray(z)
    if z.dtype.kind not in "fiu":
        raise TypeError(f"z: expected real numbers, got dtype {z.dtype}")
    return z if z.dtype.kind == "f" else z.astype(np.float64)


@np.errstate(under="ignore")
def _sigmoid(z):
    z = _real(z)
    e = np.exp(-np.abs(z))  # at most 1, so nothing overflows
    return np.where(z >= 0, 1, e) / (1 + e)


def _sigmoid_df(z):
    a = _sigmoid(z)
    return a * (1 - a)


def _tanh(z):
    return np.tanh(_real(z))


def _tanh_df(z):
    return 1 - _tanh(z) ** 2


def _relu(z):
    return np.maximum(_real(z), 0)


def _relu_df(z):
    z = _real(z)
    return (z > 0).astype(z.dtype)


SLOPE = 0.01


def _leaky_relu(z):
    z = _real(z)
    return np.where(z > 0, z, SLOPE * z)


def _leaky_relu_df(z):
    z = _real(z)
    return np.where(z > 0, 1, SLOPE).astype(z.dtype)


def _identity(z):
    return _real(z).copy()


def _identity_df(z):
    return np.ones_like(_real(z))


SIGMOID = Activation("sigmoid", _sigmoid, _sigmoid_df)
TANH = Activation("tanh", _tanh, _tanh_df)
RELU = Activation("relu", _relu, _relu_df, kinks=(0.0,))
LEAKY_RELU = Activation("leaky_relu", _leaky_relu, _leaky_relu_df, kinks=(0.0,))
IDENTITY = Activation("identity", _identity, _identity_df)

ACTIVATIONS = {
    activation.name: activation for activation in (SIGMOID, TANH, RELU, LEAKY_RELU, IDENTITY)
}


@np.errstate(under="ignore", over="ignore", invalid="ignore")
def softmax(z):
    """Probabilities from logits, column by column: p_k = exp(z_k) / sum_j exp(z_j).

    z (K, m) -> p (K, m); each column is non-negative and sums to 1. Subtracting a column's
    largest logit changes nothing in p, and no exponential overflows. It mixes the entries of a
    column, so it is no `Activation`: see `losses.SOFTMAX_CROSS_ENTROPY`.
    """
    z = _real(z)
    if z.size == 0 or z.ndim == 0:
        raise ValueError(f"z: expected logits (K, m), got shape {z.shape}")
    e = np.exp(z - z.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)
