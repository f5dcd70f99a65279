"""The loop inside `train`: the equations of `network`, `backward` and `sgd`, in buffers made once.

A step is written down before the first one as a list of NumPy calls, each of which knows what it
reads and where it writes. Training runs down the list, so no array is made on the way. Three things
are done otherwise than the equations read. Each is the same by algebra, so the numbers are those of
`forward`, `backward`, `gradients` and `sgd_step` up to rounding, which tests/module/test_fast.py checks.

    [W^l b^l] [a^{l-1}; 1]    the bias is one more column of the weights, and a row of ones stands
                              below the activations: one product adds the bias, one gives dL/db
    eta dL/da^L               the recursion is linear in delta, so the learning rate comes in at its
                              start, and what comes out is the step itself
    theta' = theta - step     goes to a second set of parameters: the last one is still there if the
                              loss turns out not to be finite
"""

from functools import partial as call
from math import isfinite

import numpy as np

from backprop.activations import IDENTITY, LEAKY_RELU, RELU, SIGMOID, SLOPE, TANH
from backprop.losses import (
    BINARY_CROSS_ENTROPY,
    LOSSES,
    SOFTMAX_CROSS_ENTROPY,
    SQUARED_ERROR,
    formulas,
)
from backprop.network import forward

CACHE = 2**20  # bytes: examples up to this size are gathered from the rows of X as they lie
AT_ONCE = 256  # the least number of examples whose loss is measured in one go


class Descent:
    """Gradient descent on a network, for arguments that have been checked.

    X (n_0, m) and Y (n_L, m) are in the network's dtype. The parameters live here while it trains:
    `load` takes them from the network's own arrays, `store` writes them back.
    """

    def __init__(self, network, X, Y, loss, learning_rate, batch_size):
        self.network, self.X, self.Y, self.loss = network, X, Y, loss
        self.learning_rate = learning_rate
        # another activation of your own may leave the domain of a built-in loss: then look each step
        in_domain = loss != BINARY_CROSS_ENTROPY or network.activations[-1] == SIGMOID
        self.own_loss = not in_domain or LOSSES.get(loss.name) != loss
        self.bare_loss = loss if self.own_loss else formulas(loss)
        self.constant = call(np.array, dtype=network.dtype)
        self.m = X.shape[1]
        self.batch_size = k = min(batch_size, self.m)
        lies_by_column = X.flags.f_contiguous and not X.flags.c_contiguous
        self.by_column = lies_by_column or X.nbytes > CACHE
        if k < self.m:
            self.examples = np.ascontiguousarray(X.T if self.by_column else X)
            self.targets = np.ascontiguousarray(Y.T)  # (m, n_L)

        first, second, self.step = (np.empty(network.n_parameters, network.dtype) for _ in range(3))
        self.thetas = first, second
        self.layers = [self.as_layers(theta) for theta in self.thetas]
        self.now = 0  # which of the two holds what the last step made
        memory = _memory(network.sizes, k, network.dtype)
        self.batches = {n: _Batch(self, n, memory) for n in {k, self.m % k} - {0}}
        self.laid_out = None
        self.measure = _Measure(self)
        self.load()

    def as_layers(self, theta):
        """A vector of all parameters as [None, (W^1, b^1, [W^1 b^1]), ...], views of it."""
        layers, start, sizes = [None], 0, self.network.sizes
        for l, (n_in, n) in enumerate(zip(sizes, sizes[1:]), start=1):
            part = theta[start : start + n * (n_in + 1)]
            start += part.size
            if l == 1 and self.by_column:  # examples that lie by column have no row of ones
                layers.append((part[: n * n_in].reshape(n, n_in), part[n * n_in :, None], None))
            else:
                both = part.reshape(n, n_in + 1)
                layers.append((both[:, :-1], both[:, -1:], both))
        return layers

    def load(self):
        """Take the network's parameters."""
        for layers in self.layers:
            for l, (W, b, _) in enumerate(layers[1:], start=1):
                np.copyto(W, self.network.W[l])
                np.copyto(b, self.network.b[l])

    def store(self):
        """Give the network the parameters that the last whole step made."""
        for l, (W, b, _) in enumerate(self.layers[self.now][1:], start=1):
            np.copyto(self.network.W[l], W)
            np.copyto(self.network.b[l], b)

    def epoch(self, order):
        """A step for each batch of the examples in `order`, a permutation of 0..m-1.

        False if loss or parameters came out not finite; then it has stopped at the last that were.
        """
        k = self.batch_size
        with np.errstate(all="ignore"):
            for start in range(0, self.m, k):
                chosen = order[start : start + k]
                batch = self.batches[len(chosen)]
                if batch is not self.laid_out:
                    batch.lay_out()
                    self.laid_out = batch
                if k < self.m:
                    batch.gather(chosen)
                for operation in batch.forward[self.now]:
                    operation()
                if not isfinite(batch.check) and not self._finite(batch):
                    self.back()
                    return False
                for operation in batch.backward[self.now]:
                    operation()
                self.now = 1 - self.now
        return True

    def back(self):
        """Undo the last step."""
        self.now = 1 - self.now

    def _finite(self, batch):
        """Whether loss and parameters are finite, by definition: `check` may overflow before."""
        self.store()
        if not self.parameters_finite():
            return False
        outputs = forward.bare(self.network, batch.X).a[-1]
        return isfinite(self.bare_loss.value(outputs, batch.Y))

    def parameters_finite(self):
        theta = self.thetas[self.now]
        with np.errstate(all="ignore"):
            return isfinite(np.vdot(theta, theta)) or bool(np.isfinite(theta).all())

    def mean_loss(self, X, Y):
        """The loss over all columns of X."""
        with np.errstate(all="ignore"):
            return self.measure(X, Y, self.bare_loss)


class _Batch:
    """The step for k examples: forward[i] and backward[i] are its operations on parameters i.

    z^1..z^L lie one below the other and then dL/da^L, so that one product of all these numbers
    with themselves shows whether one is not finite. `memory` is shared with the other batch size.
    """

    @np.errstate(over="ignore")  # a learning rate too large for float32 is infinite
    def __init__(self, descent, k, memory):
        network, loss = descent.network, descent.loss
        sizes, sigma, L = network.sizes, network.activations, network.L
        constant = descent.constant
        of_X, of_Y, of_a, of_z = memory

        self.descent, self.whole = descent, k == descent.m
        if descent.by_column:
            self.buffer_X = of_X[: k * sizes[0]].reshape(k, sizes[0])
            X, X_and_ones = descent.X if self.whole else self.buffer_X.T, None
        else:
            X_and_ones = of_X[: (sizes[0] + 1) * k].reshape(sizes[0] + 1, k)
            self.buffer_X = X = X_and_ones[:-1]
        self.buffer_Y = of_Y[: k * sizes[-1]].reshape(k, sizes[-1])
        self.X, self.Y = X, descent.Y if self.whole else self.buffer_Y.T

        a_and_ones, a = _stack(of_a, k, sizes[1:])
        z_and_unused, z = _stack(of_z, k, sizes[1:])
        a_and_ones[0], a[0] = X_and_ones, X
        if sigma[L] == IDENTITY:
            a[L] = z[L]
        delta, end = [None] * (L + 1), sum(rows.size for rows in z_and_unused[1:])
        looked_at = of_z[: end + z[L].size]
        for l in range(L, 0, -1):
            delta[l] = of_z[end : end + z[l].size].reshape(z[l].shape)
            end += z[l].size
        self.check = np.zeros((), network.dtype)
        self.ones = [rows[-1] for rows in a_and_ones[:L] if rows is not None]
        self.unused = [rows[-1] for rows in z_and_unused[1:L]]

        forward_end = [call(_own_gradient, loss, a[L], self.Y, delta[L])]
        if not descent.own_loss:
            forward_end = _loss_gradient(loss, a[L], self.Y, delta[L], constant)
        forward_end.append(call(np.dot, looked_at, looked_at, self.check))

        # the slope of a built-in activation takes the place of its z; alike ones are done at once
        pairs = [(sigma[l], a[l], z[l]) for l in range(1, L + 1)]
        if len(set(sigma[1:L])) == 1:
            hidden = sum(rows.size for rows in a_and_ones[1:L])
            pairs[:-1] = [(sigma[1], of_a[:hidden], of_z[:hidden])]
        backward_start = []
        for activation, of_pair, slope in pairs:
            if activation in SLOPES:
                backward_start += SLOPES[activation](of_pair, slope, constant)
        eta = descent.learning_rate if descent.own_loss else descent.learning_rate / k
        backward_start.append(call(np.multiply, delta[L], constant(eta), delta[L]))

        ones, outer = np.ones((k, 1), network.dtype), np.multiply if k == 1 else np.matmul
        gradients = []
        for l, (dW, db, both) in enumerate(descent.as_layers(descent.step)[1:], start=1):
            if both is None:
                gradients.append(call(outer, delta[l], a[l - 1].T, dW))
                gradients.append(call(np.matmul, delta[l], ones, db))
            else:
                gradients.append(call(outer, delta[l], a_and_ones[l - 1].T, both))

        self.forward, self.backward = [], []
        for i, layers in enumerate(descent.layers):
            forward, recursion = [], _times_slope(sigma[L], z[L], delta[L])
            for l in range(1, L + 1):
                forward += _product(layers[l], a[l - 1], a_and_ones[l - 1], z[l])
                forward += _activate(sigma[l], z[l], a[l], constant)
            for l in range(L - 1, 0, -1):
                recursion.append(call(np.matmul, layers[l + 1][0].T, delta[l + 1], delta[l]))
                recursion += _times_slope(sigma[l], z[l], delta[l])
            update = call(np.subtract, descent.thetas[i], descent.step, descent.thetas[1 - i])
            self.forward.append(forward + forward_end)
            self.backward.append([*backward_start, *recursion, *gradients, update])

    def lay_out(self):
        """Write what the operations only read; the other batch size has used the memory."""
        for row in self.ones:
            row.fill(1)
        for row in self.unused:
            row.fill(0)
        if self.whole and not self.descent.by_column:
            np.copyto(self.X, self.descent.X)

    def gather(self, chosen):
        """Take the examples of one step."""
        descent = self.descent
        descent.examples.take(chosen, 0 if descent.by_column else 1, self.buffer_X, "clip")
        descent.targets.take(chosen, 0, self.buffer_Y, "clip")


class _Measure:
    """The loss over any number of examples, some at a time, with the parameters of the last step."""

    def __init__(self, descent):
        self.descent = descent
        widest, n_parameters = max(descent.network.sizes[1:]), descent.network.n_parameters
        self.at_once = min(max(AT_ONCE, n_parameters // (2 * widest)), descent.m)
        self.memory = [np.empty(widest * self.at_once, descent.network.dtype) for _ in range(2)]

    def __call__(self, X, Y, loss):
        m = X.shape[1]
        parts = [slice(start, start + self.at_once) for start in range(0, m, self.at_once)]
        if len(parts) == 1:
            return float(loss.value(self._outputs(X), Y))
        if self.descent.own_loss:  # it may do more than take a mean
            return float(loss.value(np.hstack([self._outputs(X[:, p]).copy() for p in parts]), Y))
        sums = (loss.value(self._outputs(X[:, p]), Y[:, p]) * X[:, p].shape[1] for p in parts)
        return float(sum(sums) / m)

    def _outputs(self, X):
        a, k, network = X, X.shape[1], self.descent.network
        for l, (W, b, _) in enumerate(self.descent.layers[self.descent.now][1:], start=1):
            z, next_a = (part[: len(W) * k].reshape(-1, k) for part in self.memory)
            np.matmul(W, a, z)
            np.add(z, b, z)
            a = z if network.activations[l] == IDENTITY else next_a
            for operation in _activate(network.activations[l], z, a, self.descent.constant):
                operation()
            if a is z:
                self.memory.reverse()
        return a


def _memory(sizes, k, dtype):
    """Flat memory for up to k examples: for X, Y, all a, and all z followed by all delta."""
    stacked = sum(sizes[1:]) + len(sizes) - 2
    rows = sizes[0] + 1, sizes[-1], stacked, stacked + sum(sizes[1:])
    return [np.zeros(n * k, dtype) for n in rows]


def _stack(memory, k, sizes):
    """Matrices of k columns, one below the other: [None, (n_1 + 1, k), ..., (n_L, k)] and, without
    the hidden layers' row more, [None, (n_1, k), ..., (n_L, k)]."""
    taller, start = [None], 0
    for l, n in enumerate(sizes, start=1):
        height = n + (l < len(sizes))
        taller.append(memory[start : start + height * k].reshape(height, k))
        start += height * k
    return taller, [None, *(rows[:n] for rows, n in zip(taller[1:], sizes))]


def _product(layer, a, a_and_ones, z):
    """z^l = W^l a^{l-1} + b^l"""
    W, b, both = layer
    if a_and_ones is None:
        return [call(np.matmul, W, a, z), call(np.add, z, b, z)]
    return [call(np.matmul, both, a_and_ones, z)]


def _activate(activation, z, a, constant):
    """a^l = sigma^l(z^l); a may be z for the identity only"""
    if activation in IN_PLACE:
        return IN_PLACE[activation](z, a, constant)
    return [call(_own_values, activation, z, a)]


def _own_values(activation, z, a):
    np.copyto(a, activation.f(z))


def _times_slope(activation, z, delta):
    """delta o sigma'(z); the slope of a built-in activation is in z already"""
    if activation == IDENTITY:
        return []
    if activation in SLOPES:
        return [call(np.multiply, delta, z, delta)]
    return [call(_times_own_slope, activation, z, delta)]


def _times_own_slope(activation, z, delta):
    np.multiply(delta, activation.df(z), delta)


def _sigmoid(z, a, constant):
    return [
        call(np.negative, z, a),
        call(np.exp, a, a),
        call(np.add, a, constant(1), a),
        call(np.reciprocal, a, a),
    ]


def _leaky_relu(z, a, constant):
    return [call(np.multiply, z, constant(SLOPE), a), call(np.maximum, z, a, out=a)]


# (z, a, constant) -> operations that write sigma(z) to a
IN_PLACE = {
    SIGMOID: _sigmoid,
    TANH: lambda z, a, constant: [call(np.tanh, z, a)],
    RELU: lambda z, a, constant: [call(np.maximum, z, constant(0), out=a)],
    LEAKY_RELU: _leaky_relu,
    IDENTITY: lambda z, a, constant: [] if a is z else [call(np.copyto, a, z)],
}

# (a, s, constant) -> operations that write sigma'(z) to s, from a = sigma(z)
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


def _loss_gradient(loss, a, Y, delta, constant):
    """m dL/da^L of a built-in loss"""
    if loss == SQUARED_ERROR:
        return [call(np.subtract, a, Y, delta)]
    if loss == SOFTMAX_CROSS_ENTROPY:
        row = np.empty((1, a.shape[1]), a.dtype)
        return [
            call(np.maximum.reduce, a, 0, None, row, True),
            call(np.subtract, a, row, delta),
            call(np.exp, delta, delta),
            call(np.add.reduce, delta, 0, None, row, True),
            call(np.divide, delta, row, delta),
            call(np.subtract, delta, Y, delta),
        ]
    eps, one, u, v = (
        constant(np.finfo(a.dtype).eps),
        constant(1),
        np.empty_like(a),
        np.empty_like(a),
    )
    return [
        call(np.subtract, one, Y, u),
        call(np.subtract, one, a, v),
        call(np.maximum, v, eps, out=v),
        call(np.divide, u, v, u),  # (1 - Y) / (1 - a)
        call(np.maximum, a, eps, out=v),
        call(np.divide, Y, v, v),  # Y / a
        call(np.subtract, u, v, delta),
    ]


def _own_gradient(loss, a, Y, delta):
    """dL/da^L, not finite if the loss isn't"""
    np.copyto(delta, loss.grad(a, Y))
    if not isfinite(loss.value(a, Y)):
        delta[0, 0] = np.nan
