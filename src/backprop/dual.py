"""Forward-mode automatic differentiation of whole arrays (chapter 10).

f(Dual(x, dx)).dx  ->  the rate at which f moves while x moves at the rate dx
"""

from functools import partial

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

# For each operation the rate of its result, from its operands and their rates. The k of a power is a
# constant, and a^0 does not move.
RATES = {
    np.add: lambda a, b, da, db: da + db,
    np.subtract: lambda a, b, da, db: da - db,
    np.multiply: lambda a, b, da, db: da * b + a * db,
    np.true_divide: lambda a, b, da, db: da / b - a * db / b**2,
    np.matmul: lambda a, b, da, db: da @ b + a @ db,
    np.maximum: lambda a, b, da, db: (a > b) * da + (b > a) * db,
    np.power: lambda a, k, da, _: k * a ** (k - (k != 0)) * da,
    np.negative: lambda a, da: -da,
    np.exp: lambda a, da: np.exp(a) * da,
    np.log: lambda a, da: da / a,
    np.tanh: lambda a, da: (1 - np.tanh(a) ** 2) * da,
}


class Overloads(NDArrayOperatorsMixin):
    """NumPy's signs; its functions beside them would compute with the object as with one number."""

    def __array_function__(self, function, types, operands, keywords):
        if function in (np.ndim, np.shape):
            return getattr(operands[0], function.__name__)
        if function is np.sum:
            return operands[0].sum(*operands[1:], **keywords)
        raise TypeError(f"no derivative of {function.__name__} here: write it in signs, @ and sums")


class Dual(Overloads):
    """Numbers x that move at the rates dx: x + dx e, where e^2 = 0.

    x, dx: arrays of one shape, any shape
    Raises TypeError for what are no real numbers, and ValueError if the shapes differ.
    """

    def __init__(self, x, dx):
        self.x, self.dx = floats("x", x), floats("dx", dx)
        if self.dx.shape != self.x.shape:
            raise ValueError(f"dx: expected the shape of x, {self.x.shape}, got {self.dx.shape}")

    shape = property(lambda self: self.x.shape)
    ndim = property(lambda self: self.x.ndim)
    T = property(lambda self: Dual(self.x.T, self.dx.T))

    def __array_ufunc__(self, ufunc, method, *operands, **keywords):
        x = [o.x if isinstance(o, Dual) else o for o in operands]
        if ufunc is np.greater:
            return ufunc(*x)
        rate = row(RATES, ufunc, method, operands, keywords, Dual)
        result = ufunc(*x)
        still = partial(np.zeros, dtype=result.dtype)  # the rates of a constant
        dx = [o.dx if isinstance(o, Dual) else still(np.shape(o)) for o in operands]
        return Dual(result, rate(*x, *dx))

    def sum(self, axis=None, keepdims=False):
        """The sum moves at the sum of the rates."""
        return Dual(*(each.sum(axis=axis, keepdims=keepdims) for each in (self.x, self.dx)))

    def reshape(self, shape):
        return Dual(self.x.reshape(shape), self.dx.reshape(shape))

    def __repr__(self):
        return f"Dual({self.x!r}, {self.dx!r})"


def row(table, ufunc, method, operands, keywords, kind):
    """The row of the table for NumPy's call; TypeError for one that the table does not cover."""
    if ufunc not in table or method != "__call__" or keywords:
        call = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
        call += " in place" if "out" in keywords else ""
        known = ", ".join(operation.__name__ for operation in table)
        raise TypeError(f"no derivative of {call} here: expected one of {known}, or the method sum")
    if ufunc is np.power and isinstance(operands[1], kind):
        raise TypeError("a power: expected a constant exponent; write exp(k * log(a)) for a**k")
    if ufunc is np.matmul and any(np.ndim(o) != 2 for o in operands):
        raise ValueError("a matrix product: expected two matrices; write a vector as one column")
    return table[ufunc]


def floats(name, numbers):
    """Real numbers as an array of floating-point numbers; float32 and float64 stay what they are."""
    array = np.asarray(numbers)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name}: expected an array of real numbers, got {array.dtype}")
    return array if array.dtype.kind == "f" else array.astype(float)
