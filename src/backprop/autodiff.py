"""Reverse-mode automatic differentiation of single numbers, small enough to read (chapter 10).

    L.backward()  ->  v.grad = dL/dv for every number v that L was computed from

It knows no layers: any formula of +, -, *, /, powers, exp, log, tanh and relu will do. NumPy
multiplies and adds object arrays of it, so a layer is `W @ a + b` here too.
"""

import math
from numbers import Real

from backprop._operators import Graph, Operators, depth_over, of_numbers


class Value(Operators, Graph):
    """A number that remembers what it was computed from.

    data:  the number
    rates: pairs (source, local derivative), one for each use of a number that went into it
    grad:  d(output)/d(this number), once `backward` was called on the output
    depth: how many operations lead to it, at most
    """

    def __init__(self, data, rates=()):
        if not isinstance(data, Real):
            raise TypeError(f"data: expected a number, got {data!r}")
        self.data, self.rates, self.grad = float(data), rates, 0.0
        self.depth = depth_over(rates)

    @of_numbers
    def __add__(self, other):
        return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])

    @of_numbers
    def __mul__(self, other):
        return Value(self.data * other.data, [(self, other.data), (other, self.data)])

    def __pow__(self, k):
        x = self.data
        if isinstance(k, Value):
            return (k * self.log()).exp()  # x^k = e^(k ln x)
        if not isinstance(k, Real):
            return NotImplemented
        if (x < 0 and k % 1) or (x == 0 and k < 1 and k != 0):
            raise ValueError(f"x**{k:g}: expected an x where it has a slope, got {x:g}")
        return Value(x**k, [(self, k * x ** (k - 1) if k else 0.0)])

    def exp(self):
        return Value(math.exp(self.data), [(self, math.exp(self.data))])

    def log(self):
        if self.data <= 0:
            raise ValueError(f"log: expected a number greater than 0, got {self.data:g}")
        return Value(math.log(self.data), [(self, 1 / self.data)])

    def tanh(self):
        return Value(math.tanh(self.data), [(self, 1 - math.tanh(self.data) ** 2)])

    def relu(self):
        return Value(max(self.data, 0.0), [(self, float(self.data > 0))])

    def backward(self):
        """Set the `grad` of this number to 1, and of all below it to the sum over the paths."""
        order = in_order(self)
        for value in order:
            value.grad = 0.0
        self.grad = 1.0
        for value in reversed(order):
            for source, rate in value.rates:
                source.grad += value.grad * rate  # eq-reverse-mode

    def __repr__(self):
        return f"Value({self.data:g}, grad={self.grad:g})"


def as_value(number):
    """The number as a Value; a Value is returned as it is."""
    return number if isinstance(number, Value) else Value(number)


def in_order(output):
    """All Values that `output` was computed from, each after its sources, `output` last."""
    order, seen, stack = [], set(), [(output, False)]
    while stack:
        value, done = stack.pop()
        if done:
            order.append(value)
        elif id(value) not in seen:
            seen.add(id(value))
            stack.append((value, True))
            stack.extend((source, False) for source, _ in value.rates)
    return order
