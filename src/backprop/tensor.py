"""Reverse-mode automatic differentiation of whole arrays, small enough to read (chapter 10).

    L.backward()  ->  t.grad = dL/dt, of t's shape, for every Tensor t that L was computed from

It overloads NumPy: what is made of the operations below is written as for arrays. With a `Dual` as
its data the two modes compose, and `grad.dx` is the Hessian times `data.dx`.
"""

from functools import partial
from operator import attrgetter

import numpy as np

from backprop._operators import Graph, depth_over
from backprop.autodiff import in_order
from backprop.dual import Dual, Overloads, floats, row

# For each operation a vector-Jacobian product by each operand: what the operand gets back when g,
# the derivative by the result, comes back. The k of a power is a constant, and a^0 has no slope.
VJPS = {
    np.add: (lambda g, a, b: g, lambda g, a, b: g),
    np.subtract: (lambda g, a, b: g, lambda g, a, b: -g),
    np.multiply: (lambda g, a, b: g * b, lambda g, a, b: g * a),
    np.true_divide: (lambda g, a, b: g / b, lambda g, a, b: -g * a / b**2),
    np.matmul: (lambda g, a, b: g @ b.T, lambda g, a, b: a.T @ g),  # eq-matmul-vjp
    np.maximum: (lambda g, a, b: g * (a > b), lambda g, a, b: g * (b > a)),
    np.power: (lambda g, a, k: g * k * a ** (k - (k != 0)), None),
    np.negative: (lambda g, a: -g,),
    np.exp: (lambda g, a: g * np.exp(a),),
    np.log: (lambda g, a: g / a,),
    np.tanh: (lambda g, a: g * (1 - np.tanh(a) ** 2),),
}


class Tensor(Graph, Overloads):
    """An array that remembers what it was computed from.

    data:  the array, or a Dual
    rates: pairs (source, function from the derivative by this array to that by the source)
    grad:  d(output)/d(this array), once `backward` was called on the output

    Raises TypeError for what are no real numbers, and for an operation without a row above.
    """

    def __init__(self, data, rates=()):
        self.data = data if isinstance(data, Dual) else floats("data", data)
        self.rates, self.grad, self.depth = rates, None, depth_over(rates)

    shape = property(lambda self: self.data.shape)
    ndim = property(lambda self: self.data.ndim)
    T = property(lambda self: Tensor(self.data.T, [(self, attrgetter("T"))]))

    def __array_ufunc__(self, ufunc, method, *operands, **keywords):
        data = [o.data if isinstance(o, Tensor) else o for o in operands]
        if ufunc is np.greater:
            return ufunc(*data)
        row(VJPS, ufunc, method, operands, keywords, Tensor)
        sources = [(o, i) for i, o in enumerate(operands) if isinstance(o, Tensor)]
        return Tensor(ufunc(*data), [(o, partial(back, ufunc, i, data)) for o, i in sources])

    def sum(self, axis=None, keepdims=False):
        """The sum; each term gets the whole derivative back."""
        kept = self.data.sum(axis=axis, keepdims=True).shape
        repeat = partial(spread, kept, 0 * self.data + 1)
        return Tensor(self.data.sum(axis=axis, keepdims=keepdims), [(self, repeat)])

    def backward(self):
        """Set the `grad` of this array to 1, and of all below it to the sum over the paths.

        Raises ValueError if this is not a single number.
        """
        if self.shape != ():
            raise ValueError(f"backward: expected a loss, one number, got shape {self.shape}")
        order = in_order(self)
        for tensor in order:
            tensor.grad = 0 * tensor.data
        self.grad = self.grad + 1
        for tensor in reversed(order):
            for source, vjp in tensor.rates:
                source.grad = source.grad + fold(vjp(tensor.grad), source.shape)

    def __repr__(self):
        return f"Tensor({self.data!r})"


def back(ufunc, i, data, g):
    """What operand i of ufunc(*data) gets back."""
    return VJPS[ufunc][i](g, *data)


def spread(kept, ones, g):
    """The derivative g by a sum, given to each of its terms."""
    return g.reshape(kept) * ones


def fold(g, shape):
    """g, summed over the axes along which an operand of `shape` was repeated to fit the other."""
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    return g.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)
