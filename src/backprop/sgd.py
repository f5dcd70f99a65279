"""Stochastic gradient descent (chapter 5): W^l <- W^l - eta dL/dW^l, b^l <- b^l - eta dL/db^l."""

import sys
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
from tqdm.auto import tqdm

from backprop._check import check_count, check_matrix, check_real, check_rng
from backprop._fast import Descent
from backprop.activations import IDENTITY
from backprop.backward import Gradients, backpropagate, check_loss
from backprop.losses import SQUARED_ERROR, check_output, formulas
from backprop.network import (
    check_finite,
    check_inputs,
    check_network,
    check_targets,
    propagate,
)

if sys.platform == "emscripten":  # Python in a browser has no threads for tqdm to watch it with
    tqdm.monitor_interval = 0


@dataclass
class History:
    """What `train` measured.

    initial_loss: the loss over all of X before the first step
    loss:         the loss over all of X after each epoch
    val_loss:     the same over X_val, or None where there was none
    """

    initial_loss: float
    loss: list = field(default_factory=list)
    val_loss: list | None = None

    def __repr__(self):
        last = f", last {self.loss[-1]:.6g}" if self.loss else ""
        return f"History({len(self.loss)} epochs, loss first {self.initial_loss:.6g}{last})"


class DivergenceError(FloatingPointError):
    """The loss is no longer a finite number.

    epoch, learning_rate: where it happened
    history:              the epochs before
    The network holds the parameters of the last step whose loss was finite.
    """

    def __init__(self, epoch, learning_rate, history, hint=""):
        self.epoch, self.learning_rate, self.history = epoch, learning_rate, history
        self._parts = epoch, learning_rate, history, hint
        if epoch == 0:
            super().__init__(
                "the loss is not finite in epoch 0, before the first step: expected inputs and first weights "
                f"of a smaller scale (learning_rate={learning_rate:g} has not been used)"
            )
            return
        super().__init__(
            f"the loss is not finite in epoch {epoch} with learning_rate={learning_rate:g}. "
            f"Try a smaller learning rate, such as {learning_rate / 10:g}, or inputs and first "
            "weights of a smaller scale. The network keeps the parameters of the last step whose "
            f"loss was finite.{hint}"
        )

    def __reduce__(self):  # for pickle: a pool of processes sends an error back to where it began
        return type(self), self._parts, self.__dict__


def sgd_step(network, grads, learning_rate):
    """One step down the gradient: W^l -= eta dL/dW^l and b^l -= eta dL/db^l.

    Changes the network's own parameters in place and returns None. grads is what `gradients`
    returned. Raises ValueError or TypeError, with nothing changed, if grads has other shapes or a
    number that is not finite, or if learning_rate is not a finite number greater than 0.
    """
    check_network(network, to_change=True)
    grads = check_gradients_fit(network, grads)
    learning_rate = check_real("learning_rate", learning_rate, above=0)
    descend(network, grads, learning_rate)


def descend(network, grads, learning_rate):
    """`sgd_step` without the checks, for loops that have checked already."""
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for l in range(1, network.L + 1):
            network.W[l] -= learning_rate * grads.W[l]
            network.b[l] -= learning_rate * grads.b[l]


def check_gradients_fit(network, grads):
    """Refuse gradients that are not shaped like the network's parameters, or not finite."""
    if not isinstance(grads, Gradients):
        raise TypeError(
            f"grads: expected the Gradients that gradients(trace, delta) returns, "
            f"got {type(grads).__name__}"
        )
    checked = Gradients([None], [None])
    for name, of_layers, parameters in (
        ("W", grads.W, network.W),
        ("b", grads.b, network.b),
    ):
        if not isinstance(of_layers, (list, tuple)):
            raise TypeError(
                f"grads.{name}: expected a list [None, dL/d{name}^1, ...], "
                f"got {type(of_layers).__name__}"
            )
        if len(of_layers) != len(parameters):
            raise ValueError(
                f"grads.{name}: expected {network.L} layers after index 0, got {len(of_layers) - 1}"
            )
        for l in range(1, network.L + 1):
            rows, columns = parameters[l].shape
            shape = f"(n_{l}, n_{l - 1})" if name == "W" else f"(n_{l}, 1)"
            getattr(checked, name).append(
                check_matrix(
                    f"grads.{name}[{l}]", of_layers[l], shape=shape, rows=rows, columns=columns
                )
            )
    return checked


def minibatches(X, Y, batch_size, *, rng):
    """Pass once over the examples in a new random order, batch_size columns at a time.

    X (n_0, m) and Y (n_L, m) -> an iterator of pairs (n_0, k) and (n_L, k) with k = batch_size.
    The last pair holds what is left, so it may be smaller; every example comes exactly once.
    Raises ValueError or TypeError at the call, before rng is used.
    """
    X = check_matrix("X", X, shape="(n_0, m)")
    Y = check_matrix("Y", Y, shape="(n_L, m)", columns=X.shape[1])
    batch_size = check_count("batch_size", batch_size)
    return shuffled_batches(X, Y, batch_size, check_rng(rng))


def shuffled_batches(X, Y, batch_size, rng):
    """`minibatches` without the checks, for loops that have checked already."""
    m = X.shape[1]
    order = rng.permutation(m)
    for start in range(0, m, batch_size):
        chosen = order[start : start + batch_size]
        yield X[:, chosen], Y[:, chosen]


def train(
    network,
    X,
    Y,
    loss,
    *,
    learning_rate,
    epochs,
    batch_size,
    rng,
    X_val=None,
    Y_val=None,
    callback=None,
    progress=False,
):
    """Train the network in place by mini-batch gradient descent and return a `History`.

    An epoch is this, done in buffers that are made once (`_fast`), with the same numbers up to
    rounding:

        for x, y in minibatches(X, Y, batch_size, rng=rng):
            trace = forward(network, x)
            delta = backward(network, trace, y, loss)
            sgd_step(network, gradients(trace, delta), learning_rate)

    A batch of all examples takes them as they lie: their order makes no difference to the sums.

    X (n_0, m), Y (n_L, m): the training examples; X_val, Y_val: others to measure the loss on
    loss:          a `Loss`, from `LOSSES` or your own
    learning_rate: eta, a finite number greater than 0
    epochs:        how often to pass over all examples
    batch_size:    the number of examples a step: 1 is SGD in the narrow sense, m full batch
    rng:           a numpy.random.Generator, for the order of the examples
    callback:      called as callback(epoch, network, history) after each epoch, from epoch 1
    progress:      show a bar

    Raises ValueError or TypeError with nothing changed for arguments that don't fit, and
    `DivergenceError` once the loss is not finite; then the network holds the parameters of the
    last step whose loss was finite. Whatever ends it early, a KeyboardInterrupt or what the callback
    raises, the network holds the parameters of the last whole step, and the exception has the
    losses so far as its attribute `history`.
    """
    check_finite(check_network(network, to_change=True))
    check_loss(loss)
    check_output(loss, network.activations[-1], network.sizes[-1])
    X = check_inputs(network, X)
    Y = check_targets(network, Y, X.shape[1])
    if (X_val is None) != (Y_val is None):
        raise ValueError("X_val, Y_val: expected both or neither")
    if X_val is not None:
        X_val = check_inputs(network, X_val, "X_val")
        Y_val = check_targets(network, Y_val, X_val.shape[1], "Y_val")
    learning_rate = check_real("learning_rate", learning_rate, above=0)
    epochs = check_count("epochs", epochs)
    batch_size = check_count("batch_size", batch_size)
    check_rng(rng)
    if callback is not None and not callable(callback):
        raise TypeError(f"callback: expected a function, got {callback!r}")

    few = slice(len(Y) + 1)  # columns: what is your own and returns another shape shows now
    backpropagate(network, propagate(network, X[:, few]), Y[:, few], formulas(loss))
    descent = Descent(network, X, Y, loss, learning_rate, batch_size)
    if X_val is not None:
        descent.mean_loss(X_val, Y_val, check="Y_val")  # refuses targets that the loss can't take
    initial_loss = descent.mean_loss(X, Y, check="Y")
    history = History(initial_loss, val_loss=None if X_val is None else [])
    if not np.isfinite(initial_loss):
        raise DivergenceError(0, learning_rate, history)
    try:
        for epoch in tqdm(range(1, epochs + 1), disable=not progress, unit="epoch"):
            try:
                finite = descent.epoch(rng.permutation(X.shape[1]))
                losses = [descent.mean_loss(X, Y) if finite else np.nan]
                if finite and not (np.isfinite(losses[0]) and descent.parameters_finite()):
                    descent.back()
                    finite = False
                if X_val is not None and finite:
                    losses.append(descent.mean_loss(X_val, Y_val))
            finally:
                descent.store()
            if not finite:
                raise DivergenceError(epoch, learning_rate, history, _hint(network, Y, loss))
            for measured, loss_now in zip((history.loss, history.val_loss), losses):
                measured.append(loss_now)
            if callback is not None:
                callback(epoch, network, history)
                descent.load()
    except BaseException as error:
        with suppress(AttributeError):
            error.history = history
        if isinstance(error, KeyboardInterrupt) and not error.args:
            error.args = (
                f"stopped in epoch {epoch} of {epochs}; the network keeps what it has learned, and "
                "the losses so far are in the attribute `history` of this error "
                "(in a notebook: sys.last_value.history)",
            )
        raise
    return history


def _hint(network, Y, loss):
    """What a learner may have meant who takes the squared error of logits."""
    one_hot = len(Y) > 1 and np.isin(Y, (0, 1)).all() and (Y.sum(axis=0) == 1).all()
    if loss == SQUARED_ERROR and network.activations[-1] == IDENTITY and one_hot:
        return " For one-hot targets and an identity output, SOFTMAX_CROSS_ENTROPY is the loss that fits."
    return ""
