"""What the engine of chapter 10 needs beside its derivatives: Python's other signs, and copies.

Minus and division are made of +, * and powers, so they have no derivative of their own; comparisons
compare the numbers.
"""

from functools import wraps
from numbers import Real


def of_numbers(operation):
    """The operation on a Value and a Value or number; on an array NumPy does it entry by entry."""

    @wraps(operation)
    def checked(self, other):
        if isinstance(other, Real):
            other = type(self)(other)
        return operation(self, other) if isinstance(other, type(self)) else NotImplemented

    return checked


class Operators:
    """The signs that follow from +, * and powers, and comparisons of the numbers."""

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    @of_numbers
    def __rsub__(self, other):
        return other - self

    @of_numbers
    def __truediv__(self, other):
        return self * other**-1

    @of_numbers
    def __rtruediv__(self, other):
        return other / self

    @of_numbers
    def __rpow__(self, other):
        return other**self

    @of_numbers
    def __lt__(self, other):
        return self.data < other.data

    @of_numbers
    def __le__(self, other):
        return self.data <= other.data

    @of_numbers
    def __gt__(self, other):
        return self.data > other.data

    @of_numbers
    def __ge__(self, other):
        return self.data >= other.data


class Graph:
    """A node with `data`, `rates`, `grad` and `depth` that pickle and deepcopy take at any depth."""

    def __reduce__(self):
        from backprop.autodiff import in_order

        # every 50th layer first, from the bottom up: from one to the next the stack is not deep
        below = in_order(self)[:-1] if self.depth % 50 == 0 else []
        stretches = [node for node in below if node.depth % 50 == 0]
        return restored, (type(self), stretches, self.data, self.rates, self.grad)


def depth_over(rates):
    """How many operations lead to a node with these sources, at most."""
    return 1 + max((source.depth for source, _ in rates), default=-1)


def restored(kind, stretches, data, rates, grad):
    node = kind(data, rates)
    node.grad = grad
    return node
