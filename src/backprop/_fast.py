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

Below: `Descent` runs the steps, `_Batch` writes one down, equation by equation, and `_Measure` takes
the loss. How an activation or a loss is computed in place is in the tables of `_in_place`.
"""

from functools import partial as call
from math import isfinite

import numpy as np

from backprop._in_place import activate, loss_gradient, own_gradient, slope, times_slope
from backprop.activations import IDENTITY, SIGMOID
from backprop.losses import BINARY_CROSS_ENTROPY, LOSSES, formulas
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
    """The step for k examples: forward[i] and backward[i] are its calls on parameters i.

    forward goes from the examples to dL/da^L, backward from there to the other set of parameters.
    z^1..z^L lie one below the other and then dL/da^L, so that one product of all these numbers
    with themselves shows whether one is not finite. `memory` is shared with the other batch size.
    """

    @np.errstate(over="ignore")  # a learning rate too large for float32 is infinite
    def __init__(self, descent, k, memory):
        self.descent, self.k, self.whole = descent, k, k == descent.m
        self.lay_matrices(*memory)
        self.check = np.zeros((), descent.network.dtype)
        loss_gradient, slopes = self.loss_gradient(), self.slopes()
        self.forward = [self.activations(layers) + loss_gradient for layers in descent.layers]
        self.backward = [
            [*slopes, *self.deltas(layers), *self.gradients(), self.update(i)]
            for i, layers in enumerate(descent.layers)
        ]

    def lay_matrices(self, of_X, of_Y, of_a, of_z):
        """X, Y, all a^l, all z^l and all delta^l, as views of the memory."""
        descent, k, sizes = self.descent, self.k, self.descent.network.sizes
        L = descent.network.L
        if descent.by_column:
            self.buffer_X = of_X[: k * sizes[0]].reshape(k, sizes[0])
            X, X_and_ones = descent.X if self.whole else self.buffer_X.T, None
        else:
            X_and_ones = of_X[: (sizes[0] + 1) * k].reshape(sizes[0] + 1, k)
            self.buffer_X = X = X_and_ones[:-1]
        self.buffer_Y = of_Y[: k * sizes[-1]].reshape(k, sizes[-1])
        self.X, self.Y = X, descent.Y if self.whole else self.buffer_Y.T

        self.a_and_ones, self.a = _stack(of_a, k, sizes[1:])
        z_and_unused, self.z = _stack(of_z, k, sizes[1:])
        self.a_and_ones[0], self.a[0] = X_and_ones, X
        if descent.network.activations[L] == IDENTITY:
            self.a[L] = self.z[L]
        self.delta, end = [None] * (L + 1), sum(rows.size for rows in z_and_unused[1:])
        self.looked_at = of_z[: end + self.z[L].size]
        for l in range(L, 0, -1):
            self.delta[l] = of_z[end : end + self.z[l].size].reshape(self.z[l].shape)
            end += self.z[l].size
        self.ones = [rows[-1] for rows in self.a_and_ones[:L] if rows is not None]
        self.unused = [rows[-1] for rows in z_and_unused[1:L]]
        hidden = sum(rows.size for rows in self.a_and_ones[1:L])
        self.hidden_a, self.hidden_z = of_a[:hidden], of_z[:hidden]

    def activations(self, layers):
        """z^l = W^l a^{l-1} + b^l and a^l = sigma^l(z^l)"""
        sigma, calls = self.descent.network.activations, []
        for l in range(1, len(self.a)):
            calls += _product(layers[l], self.a[l - 1], self.a_and_ones[l - 1], self.z[l])
            calls += activate(sigma[l], self.z[l], self.a[l], self.descent.constant)
        return calls

    def loss_gradient(self):
        """m dL/da^L where delta^L will be, or dL/da^L of a loss of your own; then the look at all"""
        descent, a, delta = self.descent, self.a[-1], self.delta[-1]
        if descent.own_loss:
            calls = [call(own_gradient, descent.loss, a, self.Y, delta)]
        else:
            calls = loss_gradient(descent.loss, a, self.Y, delta, descent.constant)
        return [*calls, call(np.dot, self.looked_at, self.looked_at, self.check)]

    def slopes(self):
        """Each z^l becomes sigma^l'(z^l), hidden layers that are alike all at once; then times eta"""
        descent, sigma = self.descent, self.descent.network.activations
        places = list(zip(sigma[1:], self.a[1:], self.z[1:]))
        if len(set(sigma[1:-1])) == 1:
            places[:-1] = [(sigma[1], self.hidden_a, self.hidden_z)]
        calls = [c for of, a, z in places for c in slope(of, a, z, descent.constant)]
        eta = descent.learning_rate if descent.own_loss else descent.learning_rate / self.k
        delta = self.delta[-1]
        return [*calls, call(np.multiply, delta, descent.constant(eta), delta)]

    def deltas(self, layers):
        """delta^L = dL/da^L o sigma^L'(z^L), delta^l = ((W^{l+1})^T delta^{l+1}) o sigma^l'(z^l)"""
        sigma, delta, z = self.descent.network.activations, self.delta, self.z
        calls = times_slope(sigma[-1], z[-1], delta[-1])
        for l in range(len(z) - 2, 0, -1):
            W_next = layers[l + 1][0]
            calls.append(call(np.matmul, W_next.T, delta[l + 1], delta[l]))
            calls += times_slope(sigma[l], z[l], delta[l])
        return calls

    def gradients(self):
        """[dL/dW^l dL/db^l] = delta^l [a^{l-1}; 1]^T, times eta: the step"""
        k, delta, calls = self.k, self.delta, []
        ones, outer = np.ones((k, 1), delta[-1].dtype), np.multiply if k == 1 else np.matmul
        for l, (dW, db, both) in enumerate(self.descent.as_layers(self.descent.step)[1:], start=1):
            if both is None:
                calls.append(call(outer, delta[l], self.a[l - 1].T, dW))
                calls.append(call(np.matmul, delta[l], ones, db))
            else:
                calls.append(call(outer, delta[l], self.a_and_ones[l - 1].T, both))
        return calls

    def update(self, i):
        """theta' = theta - step"""
        thetas = self.descent.thetas
        return call(np.subtract, thetas[i], self.descent.step, thetas[1 - i])

    def lay_out(self):
        """Write what the calls only read; the other batch size has used the memory."""
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
            for operation in activate(network.activations[l], z, a, self.descent.constant):
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
