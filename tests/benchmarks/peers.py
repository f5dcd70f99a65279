"""The same steps of gradient descent by `backprop` and by what one might use instead.

A competitor takes a `Work` and has

    run(order, epochs=1)  a step for each batch of examples in `order`, `epochs` times over
    parameters()          [W^1, ..., W^L, b^1, ..., b^L] as NumPy arrays, b^l as columns
    loss()                the loss over all examples; only some have it

Peers that can't be imported are left out.
"""

import warnings
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

import backprop
from backprop._fast import Descent
from backprop.backward import backward


@dataclass(frozen=True)
class Work:
    """A network, examples as columns, and how to train on them."""

    network: backprop.Network
    X: np.ndarray
    Y: np.ndarray
    loss: backprop.Loss
    batch_size: int
    learning_rate: float = 0.01

    @property
    def m(self):
        return self.X.shape[1]

    @property
    def hidden(self):
        return self.network.activations[1].name

    @cached_property
    def rows(self):
        """Examples as rows, one after the other in memory, as the peers take them."""
        return np.ascontiguousarray(self.X.T), np.ascontiguousarray(self.Y.T)

    def part(self, m):
        return replace(self, X=self.X[:, :m], Y=self.Y[:, :m])

    def batches(self, order, epochs):
        for _ in range(epochs):
            for start in range(0, len(order), self.batch_size):
                yield order[start : start + self.batch_size]


class Products:
    """The matrix products of a step and nothing else: three for each layer, but two for the first."""

    name = "bare products"

    def __init__(self, work):
        self.work, network, k, L = work, work.network, work.batch_size, work.network.L
        dtype, rng = network.dtype, np.random.default_rng(0)
        W = network.W
        a = [work.rows[0][:k].T if work.X.flags.f_contiguous else work.X[:, :k].copy()]
        a += [rng.normal(size=(n, k)).astype(dtype) for n in network.sizes[1:]]
        delta = [None, *(rng.normal(size=(n, k)).astype(dtype) for n in network.sizes[1:])]
        out = [None, *(np.empty((n, k), dtype) for n in network.sizes[1:])]
        dW = [None, *(np.empty_like(w) for w in W[1:])]
        outer = np.multiply if k == 1 else np.matmul  # for one example the faster of the two
        self.products = [(np.matmul, W[l], a[l - 1], out[l]) for l in range(1, L + 1)]
        self.products += [(np.matmul, W[l].T, delta[l], out[l - 1]) for l in range(L, 1, -1)]
        self.products += [(outer, delta[l], a[l - 1].T, dW[l]) for l in range(1, L + 1)]

    def run(self, order, epochs=1):
        for _ in self.work.batches(order, epochs):
            for product, left, right, out in self.products:
                product(left, right, out)


class Train:
    name = "backprop.train"

    def __init__(self, work):
        self.work, self.network = work, work.network.copy()
        self.descent = Descent(
            self.network, work.X, work.Y, work.loss, work.learning_rate, work.batch_size
        )

    def run(self, order, epochs=1):
        for _ in range(epochs):
            if not self.descent.epoch(order):
                raise FloatingPointError("the benchmark's loss is not finite")

    def parameters(self):
        self.descent.store()
        return self.network.W[1:] + self.network.b[1:]

    def loss(self):
        return self.descent.mean_loss(self.work.X, self.work.Y)


class Readable:
    """The functions of the chapters, one after the other, with all their checks."""

    name = "chapters' functions"

    def __init__(self, work):
        self.work, self.network = work, work.network.copy()

    def run(self, order, epochs=1):
        work, network = self.work, self.network
        for chosen in work.batches(order, epochs):
            trace = backprop.forward(network, work.X[:, chosen])
            delta = backward(network, trace, work.Y[:, chosen], work.loss)
            backprop.sgd_step(network, backprop.gradients(trace, delta), work.learning_rate)

    def parameters(self):
        return self.network.W[1:] + self.network.b[1:]


class Nielsen:
    """The way of Nielsen's network.py: one example at a time, gradients added up in lists."""

    name = "Nielsen's loop"

    def __init__(self, work):
        self.work = work
        self.W = [w.copy() for w in work.network.W[1:]]
        self.b = [b.copy() for b in work.network.b[1:]]
        self.pairs = list(zip(work.rows[0][:, :, None], work.rows[1][:, :, None]))

    def run(self, order, epochs=1):
        for chosen in self.work.batches(order, epochs):
            dW, db = [np.zeros_like(w) for w in self.W], [np.zeros_like(b) for b in self.b]
            for x, y in (self.pairs[i] for i in chosen):
                of_one = self.backprop(x, y)
                dW = [old + new for old, new in zip(dW, of_one[0])]
                db = [old + new for old, new in zip(db, of_one[1])]
            eta = self.work.learning_rate / len(chosen)
            self.W = [w - eta * d for w, d in zip(self.W, dW)]
            self.b = [b - eta * d for b, d in zip(self.b, db)]

    def backprop(self, x, y):
        f, slope = NIELSEN[self.work.hidden]
        a, zs = [x], []
        for w, b in zip(self.W, self.b):
            zs.append(np.dot(w, a[-1]) + b)
            a.append(f(zs[-1]) if len(zs) < len(self.W) else zs[-1])
        out = a[-1]
        if self.work.loss is backprop.SOFTMAX_CROSS_ENTROPY:
            out = np.exp(out - out.max())
            out /= out.sum()
        delta = out - y
        dW, db = [None] * len(self.W), [None] * len(self.W)
        dW[-1], db[-1] = np.dot(delta, a[-2].T), delta
        for l in range(2, len(self.W) + 1):
            delta = np.dot(self.W[-l + 1].T, delta) * slope(zs[-l])
            dW[-l], db[-l] = np.dot(delta, a[-l - 1].T), delta
        return dW, db

    def parameters(self):
        return self.W + self.b


def _logistic(z):
    return 1 / (1 + np.exp(-z))


NIELSEN = {
    "sigmoid": (_logistic, lambda z: _logistic(z) * (1 - _logistic(z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
}


def _torch(work):
    import torch
    from torch import nn

    class Torch:
        """The loop of PyTorch's tutorials: modules, autograd, torch.optim.SGD."""

        name = "PyTorch, eager"

        def __init__(self):
            layers, hidden = [], {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh}[work.hidden]
            for W, b in zip(work.network.W[1:], work.network.b[1:]):
                linear = nn.Linear(*W.shape[::-1])
                linear.weight.data = torch.from_numpy(W.copy())
                linear.bias.data = torch.from_numpy(b[:, 0].copy())
                layers += [linear, hidden()]
            self.model = nn.Sequential(*layers[:-1])
            self.X, self.Y = (torch.from_numpy(part.copy()) for part in work.rows)
            if work.loss is backprop.SOFTMAX_CROSS_ENTROPY:
                self.Y, self.of = self.Y.argmax(1), nn.CrossEntropyLoss()
            else:
                self.of = lambda a, Y: ((a - Y) ** 2).sum() / (2 * len(a))
            self.optimiser = torch.optim.SGD(self.model.parameters(), lr=work.learning_rate)

        def run(self, order, epochs=1):
            for chosen in torch.from_numpy(order).split(work.batch_size) * epochs:
                loss = self.of(self.model(self.X[chosen]), self.Y[chosen])
                self.optimiser.zero_grad()
                loss.backward()
                self.optimiser.step()

        def loss(self):
            with torch.no_grad():
                return float(self.of(self.model(self.X), self.Y))

        def parameters(self):
            linear = [layer for layer in self.model if isinstance(layer, nn.Linear)]
            return [layer.weight.detach().numpy() for layer in linear] + [
                layer.bias.detach().numpy()[:, None] for layer in linear
            ]

    return Torch()


def _jax(work):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    f = {"sigmoid": jax.nn.sigmoid, "tanh": jnp.tanh}[work.hidden]
    k, eta = work.batch_size, work.learning_rate

    def mean_loss(parameters, X, Y):
        a = X
        for l, (W, b) in enumerate(parameters, start=1):
            z = a @ W.T + b
            a = f(z) if l < len(parameters) else z
        if work.loss is backprop.SOFTMAX_CROSS_ENTROPY:
            return -(Y * jax.nn.log_softmax(a)).sum() / len(X)
        return ((a - Y) ** 2).sum() / (2 * len(X))

    @jax.jit
    def epoch(parameters, X, Y, batches):
        def step(parameters, chosen):
            slopes = jax.grad(mean_loss)(parameters, X[chosen], Y[chosen])
            return jax.tree.map(lambda p, slope: p - eta * slope, parameters, slopes), None

        return jax.lax.scan(step, parameters, batches)[0]

    class Jax:
        """All steps compiled to one program, jax.jit of jax.lax.scan."""

        name = "JAX, compiled"

        def __init__(self):
            self.X, self.Y = (jnp.asarray(part) for part in work.rows)
            self.of = [
                (jnp.asarray(W), jnp.asarray(b[:, 0]))
                for W, b in zip(work.network.W[1:], work.network.b[1:])
            ]
            self.mean_loss = jax.jit(mean_loss)

        def run(self, order, epochs=1):
            batches = np.tile(order[: len(order) // k * k].reshape(-1, k), (epochs, 1))
            self.of = jax.block_until_ready(epoch(self.of, self.X, self.Y, batches))

        def loss(self):
            return float(self.mean_loss(self.of, self.X, self.Y))

        def parameters(self):
            return [np.asarray(W) for W, _ in self.of] + [
                np.asarray(b)[:, None] for _, b in self.of
            ]

    return Jax()


def _sklearn(work):
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    class Sklearn:
        """partial_fit of MLPClassifier or MLPRegressor, one epoch; it also adds up the loss."""

        name = "scikit-learn"

        def __init__(self):
            X, Y = work.rows
            classes = work.loss is backprop.SOFTMAX_CROSS_ENTROPY
            self.Y = Y.argmax(axis=1) if classes else Y[:, 0]
            self.model = (MLPClassifier if classes else MLPRegressor)(
                hidden_layer_sizes=work.network.sizes[1:-1],
                activation={"sigmoid": "logistic"}.get(work.hidden, work.hidden),
                solver="sgd",
                alpha=0,
                momentum=0,
                nesterovs_momentum=False,
                batch_size=work.batch_size,
                learning_rate_init=work.learning_rate,
                shuffle=False,
            )
            all_classes = {"classes": np.arange(Y.shape[1])} if classes else {}
            self.fit(X, self.Y, **all_classes)  # makes its attributes
            self.model.coefs_ = [W.T.copy() for W in work.network.W[1:]]
            self.model.intercepts_ = [b[:, 0].copy() for b in work.network.b[1:]]

        def fit(self, X, Y, **classes):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a batch size above the number of examples
                self.model.partial_fit(X, Y, **classes)

        def run(self, order, epochs=1):
            X, Y = work.rows[0][order], self.Y[order]
            for _ in range(epochs):
                self.fit(X, Y)

        def parameters(self):
            return [W.T for W in self.model.coefs_] + [b[:, None] for b in self.model.intercepts_]

    return Sklearn()


PEERS = {
    "backprop": Train,
    "chapters": Readable,
    "pytorch": _torch,
    "jax": _jax,
    "sklearn": _sklearn,
    "nielsen": Nielsen,
}


def competitors(work, names=tuple(PEERS)):
    """Those that can be imported, each made anew from the work's first weights."""
    made = []
    for name in names:
        try:
            made.append(PEERS[name](work))
        except ModuleNotFoundError as error:
            warnings.warn(f"left out: {name} ({error})", stacklevel=2)
    return made
