"""Activation functions, each next to its derivative (chapter 1, used backwards in chapter 4).

An elementwise activation sigma turns z^l into a^l = sigma(z^l). The backward pass needs only
sigma'(z^l). Both keep the shape and the dtype of z, so float32 stays float32.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backprop._advice import refuse_mixing
from backprop._check import KeptShape, Named
from backprop._expects import columnwise, elementwise


@dataclass(frozen=True, repr=False)
class Activation(Named):
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
    _checks, _arguments = {"f": KeptShape, "df": KeptShape}, ("z",)

    def __post_init__(self):
        super().__post_init__()
        refuse_mixing(self)


@elementwise
def _sigmoid(z):
    e = np.exp(-np.abs(z))  # at most 1, so nothing overflows
    return np.where(z >= 0, 1, e) / (1 + e)


@elementwise
def _sigmoid_df(z):
    a = _sigmoid(z)
    return a * (1 - a)  # eq-sigmoid-slope


@elementwise
def _tanh(z):
    return np.tanh(z)


@elementwise
def _tanh_df(z):
    return 1 - np.tanh(z) ** 2


@elementwise
def _relu(z):
    return np.maximum(z, 0)


@elementwise
def _relu_df(z):
    return (z > 0).astype(z.dtype)


SLOPE = 0.01


@elementwise
def _leaky_relu(z):
    return np.where(z > 0, z, SLOPE * z)


@elementwise
def _leaky_relu_df(z):
    return np.where(z > 0, 1, SLOPE).astype(z.dtype)


@elementwise
def _identity(z):
    return z.copy()


@elementwise
def _identity_df(z):
    return np.ones_like(z)


SIGMOID = Activation("sigmoid", _sigmoid, _sigmoid_df)
TANH = Activation("tanh", _tanh, _tanh_df)
RELU = Activation("relu", _relu, _relu_df, kinks=(0.0,))
LEAKY_RELU = Activation("leaky_relu", _leaky_relu, _leaky_relu_df, kinks=(0.0,))
IDENTITY = Activation("identity", _identity, _identity_df)

ACTIVATIONS = {sigma.name: sigma for sigma in (SIGMOID, TANH, RELU, LEAKY_RELU, IDENTITY)}


@columnwise
@np.errstate(under="ignore", over="ignore", invalid="ignore")
def softmax(z):
    """Probabilities from logits, column by column: p_k = exp(z_k) / sum_j exp(z_j).

    z (K, m) -> p (K, m); each column is non-negative and sums to 1. Subtracting a column's
    largest logit changes nothing in p, and no exponential overflows. It mixes the entries of a
    column, so it is no `Activation`: see `losses.SOFTMAX_CROSS_ENTROPY`.
    """
    e = np.exp(z - z.max(axis=0, keepdims=True))  # eq-softmax-shift
    return e / e.sum(axis=0, keepdims=True)  # eq-softmax
