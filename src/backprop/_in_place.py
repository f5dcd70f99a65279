"""Activations and losses as lists of NumPy calls that write into arrays made before: for `_fast`.

Each table has the module's own, and what is not in it is called as it is. `constant` makes a number
an array of the network's dtype: NumPy takes that quicker than a number of Python's.
"""

from functools import partial as call
from math import isfinite

import numpy as np

from backprop.activations import IDENTITY, LEAKY_RELU, RELU, SIGMOID, SLOPE, TANH
from backprop.losses import BINARY_CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY, SQUARED_ERROR


def activate(activation, z, a, constant):
    """a^l = sigma^l(z^l); a may be z for the identity only"""
    if activation in VALUES:
        return VALUES[activation](z, a, constant)
    return [call(_own_values, activation, z, a)]


def slope(activation, a, z, constant):
    """z becomes sigma'(z), from a = sigma(z); not for an activation of your own, nor the identity"""
    return SLOPES[activation](a, z, constant) if activation in SLOPES else []


def times_slope(activation, z, delta):
    """delta o sigma'(z), after `slope`"""
    if activation == IDENTITY:
        return []
    if activation in SLOPES:
        return [call(np.multiply, delta, z, delta)]
    return [call(_times_own_slope, activation, z, delta)]


def loss_gradient(loss, a, Y, delta, constant):
    """m dL/da^L of one of the module's losses"""
    return GRADIENTS[loss](a, Y, delta, constant)


def own_gradient(loss, a, Y, delta):
    """dL/da^L of a loss of your own, not finite if the loss isn't"""
    np.copyto(delta, loss.grad(a, Y))
    if not isfinite(loss.value(a, Y)):
        delta[0, 0] = np.nan


def _own_values(activation, z, a):
    np.copyto(a, activation.f(z))


def _times_own_slope(activation, z, delta):
    np.multiply(delta, activation.df(z), delta)


# (z, a, constant) -> calls that write sigma(z) to a
VALUES = {
    SIGMOID: lambda z, a, constant: [
        call(np.negative, z, a),
        call(np.exp, a, a),
        call(np.add, a, constant(1), a),
        call(np.reciprocal, a, a),
    ],
    TANH: lambda z, a, constant: [call(np.tanh, z, a)],
    RELU: lambda z, a, constant: [call(np.maximum, z, constant(0), out=a)],
    LEAKY_RELU: lambda z, a, constant: [
        call(np.multiply, z, constant(SLOPE), a),
        call(np.maximum, z, a, out=a),
    ],
    IDENTITY: lambda z, a, constant: [] if a is z else [call(np.copyto, a, z)],
}

# (a, s, constant) -> calls that write sigma'(z) to s, from a = sigma(z)
SLOPES = {
    SIGMOID: lambda a, s, constant: [
        call(np.subtract, constant(1), a, s),
        call(np.multiply, a, s, s),
    ],
    TANH: lambda a, s, constant: [
        call(np.multiply, a, a, s),
        call(np.subtract, constant(1), s, s),
    ],
    RELU: lambda a, s, constant: [call(np.sign, a, s)],
    LEAKY_RELU: lambda a, s, constant: [
        call(np.sign, a, s),
        call(np.maximum, s, constant(SLOPE), out=s),
    ],
}


def _softmax_minus_targets(a, Y, delta, constant):
    row = np.empty((1, a.shape[1]), a.dtype)
    return [
        call(np.maximum.reduce, a, 0, None, row, True),
        call(np.subtract, a, row, delta),
        call(np.exp, delta, delta),
        call(np.add.reduce, delta, 0, None, row, True),
        call(np.divide, delta, row, delta),
        call(np.subtract, delta, Y, delta),
    ]


def _binary_cross_entropy_grad(a, Y, delta, constant):
    eps, one = constant(np.finfo(a.dtype).eps), constant(1)
    u, v = np.empty_like(a), np.empty_like(a)
    return [
        call(np.subtract, one, Y, u),
        call(np.subtract, one, a, v),
        call(np.maximum, v, eps, out=v),
        call(np.divide, u, v, u),  # (1 - Y) / (1 - a)
        call(np.maximum, a, eps, out=v),
        call(np.divide, Y, v, v),  # Y / a
        call(np.subtract, u, v, delta),
    ]


# (a, Y, delta, constant) -> calls that write m dL/da to delta
GRADIENTS = {
    SQUARED_ERROR: lambda a, Y, delta, constant: [call(np.subtract, a, Y, delta)],
    BINARY_CROSS_ENTROPY: _binary_cross_entropy_grad,
    SOFTMAX_CROSS_ENTROPY: _softmax_minus_targets,
}
