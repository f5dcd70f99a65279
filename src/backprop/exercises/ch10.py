"""Checkers of chapter 10, From here to automatic differentiation."""

import math

import numpy as np

from backprop.autodiff import Value
from backprop.exercises.checkers import Function, Values


def shares_of_square_plus_three():
    """(how many shares v = 4 collects, dr/dv) of r = v v + 3 v."""
    v = Value(4)
    r = v * v + 3 * v
    r.backward()
    return [3, v.grad]


def softplus(z):
    e = math.exp(-abs(z.data))
    slope = 1 / (1 + e) if z.data >= 0 else e / (1 + e)
    return Value(max(z.data, 0.0) + math.log1p(e), [(z, slope)])


def softplus_twice_derived(z):
    good = softplus(z)
    slope = good.rates[0][1]
    return Value(good.data, [(z, slope * (1 - slope))])


class ByValue(Function):
    """A learner's operation on a `Value`, compared by its number and its local derivative."""

    def verdict(self, answer):
        if answer is Ellipsis or not callable(answer):
            return super().verdict(answer)
        return super().verdict(lambda z: _number_and_rate(answer, z))


def _number_and_rate(operation, z):
    """(number, derivative) at z; what is no Value comes back as it is, to be complained of."""
    source = z if isinstance(z, Value) else Value(float(z))
    result = operation(source)
    if not isinstance(result, Value):
        return result
    result.backward()
    return np.array([result.data, source.grad])


CHECKERS = {
    "automatic-differentiation-1": Values(
        shares_of_square_plus_three,
        why="a share for each use, also for the two uses in one product.",
        hint="Count each use of v in v * v + 3 * v, and let each hand v its share.",
        mistakes={
            "v * v uses v twice, so it hands it two shares, of 4 each.": [2, 11],
            "you counted the shares but gave r itself; the shares add up to dr/dv.": [3, 28],
        },
    ),
    "automatic-differentiation-2": ByValue(
        lambda z: _number_and_rate(softplus, z),
        lambda: {
            "z = 0.5": (0.5,),
            "z = 0": (0.0,),
            "z = -3": (-3.0,),
            "z = 1000": (1000.0,),
            "z = -1000": (-1000.0,),
        },
        why="the number and its local derivative, the sigmoid, side by side: that is all an engine needs.",
        hint="The first is ln(1 + e^z), the second its derivative, the sigmoid of z.",
        mistakes={
            "your local derivative is that of the sigmoid, one derivative too many.": lambda z: (
                _number_and_rate(softplus_twice_derived, z)
            ),
        },
    ),
    "automatic-differentiation-3": Function(
        lambda u, v: np.array([u[0] * v[0], u[1] * v[0] + u[0] * v[1]]),
        lambda: {
            "u = (3, 1), v = (-2, 0)": ((3.0, 1.0), (-2.0, 0.0)),
            "u = (0.5, 2), v = (4, -1)": ((0.5, 2.0), (4.0, -1.0)),
            "u = (0, 1), v = (0, 1)": ((0.0, 1.0), (0.0, 1.0)),
        },
        why="forward mode is the product rule, carried along with the numbers.",
        hint="The first entry is u v, the second follows from the product rule.",
        mistakes={
            "the derivative of a product is not the product of the derivatives.": lambda u, v: (
                np.array([u[0] * v[0], u[1] * v[1]])
            ),
            "you have one half of the product rule: v changes too.": lambda u, v: np.array(
                [u[0] * v[0], u[1] * v[0]]
            ),
        },
    ),
}
