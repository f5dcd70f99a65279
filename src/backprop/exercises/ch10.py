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
    """(number, derivative) at z; None and three dots come back as they are."""
    source = z if isinstance(z, Value) else Value(float(z))
    result = operation(source)
    if result is None or result is Ellipsis:
        return result
    if not isinstance(result, Value):
        raise TypeError(f"expected a Value, such as Value(number, [(z, rate)]), got {result!r}")
    if any(isinstance(rate, Value) for _, rate in result.rates):
        raise TypeError(
            "expected a number as the local derivative, got a Value: compute it by math"
        )
    result.backward()
    return np.array([result.data, source.grad])


def quotient(u, v):
    q = u[0] / v[0]
    return np.array([q, (u[1] - q * v[1]) / v[0]])


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
        lambda rng: (rng.normal(scale=5),),
        why="the number and its local derivative, the sigmoid, side by side: that is all an engine needs.",
        hint="Value(number, [(z, slope)]): the number is ln(1 + e^x) for x = z.data, the slope its "
        "derivative, the sigmoid of x.",
        mistakes={
            "your local derivative is that of the sigmoid, one derivative too many.": lambda z: (
                _number_and_rate(softplus_twice_derived, z)
            ),
        },
    ),
    "automatic-differentiation-3": Function(
        quotient,
        lambda: {
            "u = (1, 0), v = (2, 1)": ((1.0, 0.0), (2.0, 1.0)),
            "u = (0.5, 2), v = (4, -1)": ((0.5, 2.0), (4.0, -1.0)),
            "u = (3, 1), v = (-2, 0)": ((3.0, 1.0), (-2.0, 0.0)),
        },
        lambda rng: tuple(map(tuple, rng.normal(size=(2, 2)).tolist())),
        why="each rule of forward mode follows from those you have.",
        hint="With q = u/v, the product rule for u = q v says what the rate of q must be.",
        mistakes={
            "the rate of a quotient is not the quotient of the rates.": lambda u, v: np.array(
                [u[0] / v[0], u[1] / v[1]]
            ),
            "you left out that v moves.": lambda u, v: np.array([u[0] / v[0], u[1] / v[0]]),
            "the part that comes from v counts with a minus.": lambda u, v: np.array(
                [u[0] / v[0], (u[1] + u[0] / v[0] * v[1]) / v[0]]
            ),
        },
    ),
}
