"""A gradient with less of the trace in memory: forgotten layers are computed anew (chapter 8).

Kept is a^l for some layers; the others come back when the backward pass needs them. The operations
are those of `forward` and `backward`, in the same order on the same numbers, so the gradient is
theirs to the last bit.
"""

from typing import NamedTuple

from backprop._expects import equation, whole
from backprop.backward import Gradients, hidden_delta, output_delta
from backprop.gradcheck import MEASURED


class Run(NamedTuple):
    """A gradient and what it took.

    grads:    a `Gradients`
    kept:     for how many layers, layer 0 with them, an activation was in memory at once, at most
    computed: how many times a layer was computed
    """

    grads: Gradients
    kept: int
    computed: int


@equation(**MEASURED, returns=Run)
def whole_trace(network, X, Y, loss):
    """Every layer is kept, as by `forward`: the stretch is the whole network."""
    return plain_checkpoints(network, X, Y, loss, network.L)


@equation(**MEASURED, every=whole(), returns=Run)
def plain_checkpoints(network, X, Y, loss, every):
    """Keep each layer that `every` divides; go back by stretches, each but the topmost computed once more."""
    going = _Going(network, X, Y, loss)
    starts = range(0, network.L, every)
    for start in starts[:-1]:
        going.keep(start + every, *going.advance(start, start + every))
    for start in reversed(starts):
        for l in range(start + 1, min(start + every, network.L) + 1):
            going.keep(l, *going.layer(l))
        for l in range(min(start + every, network.L), start, -1):
            going.back(l)
            going.forget(l)
    return going.run()


@equation(**MEASURED, returns=Run)
def recursive_checkpoints(network, X, Y, loss):
    """Keep the layer half-way, go back through the upper half, then the lower, each in this way."""
    going = _Going(network, X, Y, loss)

    def back(low, high):
        if high - low == 1:
            going.keep(high, *going.layer(high))
            going.back(high)
            going.forget(high)
            return
        middle = (low + high) // 2
        going.keep(middle, *going.advance(low, middle))
        back(middle, high)
        going.forget(middle)
        back(low, middle)

    back(0, network.L)
    return going.run()


class _Going:
    """On the way back: what is in memory, and the gradients so far."""

    def __init__(self, network, X, Y, loss):
        self.network, self.Y, self.loss = network, Y, loss
        self.z, self.a = {}, {0: X}
        self.delta, self.most, self.computed = None, 1, 0
        self.dW, self.db = [None] * (network.L + 1), [None] * (network.L + 1)

    def layer(self, l, below=None):
        """z^l and a^l, from a^{l-1}."""
        self.computed += 1
        below = self.a[l - 1] if below is None else below
        z = self.network.W[l] @ below + self.network.b[l]
        return z, self.network.activations[l].f(z)

    def advance(self, low, high):
        """z and a of layer `high` from a kept layer `low`; those between are forgotten."""
        z, a = None, self.a[low]
        for l in range(low + 1, high + 1):
            z, a = self.layer(l, a)
        return z, a

    def keep(self, l, z, a):
        self.z[l], self.a[l] = z, a
        self.most = max(self.most, len(self.a))

    def forget(self, l):
        del self.z[l], self.a[l]

    def back(self, l):
        """delta^l and the gradients of layer l, from z^l, a^{l-1} and delta^{l+1}."""
        network, z, activation = self.network, self.z[l], self.network.activations[l]
        if l == network.L:
            self.delta = output_delta(self.loss.grad(self.a[l], self.Y), z, activation)
        else:
            self.delta = hidden_delta(network.W[l + 1], self.delta, z, activation)
        self.dW[l] = self.delta @ self.a[l - 1].T
        self.db[l] = self.delta.sum(axis=1, keepdims=True)

    def run(self):
        return Run(Gradients(self.dW, self.db), self.most, self.computed)
