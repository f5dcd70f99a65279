"""Stochastic gradient descent (chapter 5): W^l <- W^l - eta dL/dW^l, b^l <- b^l - eta dL/db^l."""

import sys

import numpy as np
from tqdm.auto import tqdm

from backprop._advice import refuse_other_slope
from backprop._expects import (
    FUNCTION,
    RNG,
    Examples,
    Instance,
    Targets,
    equation,
    expects,
    real,
    whole,
)
from backprop._fast import Descent
from backprop._outputs import LOSS_FOR_OUTPUT, hint_at_logits
from backprop.activations import ACTIVATIONS
from backprop.backward import Gradients, backward
from backprop.losses import formulas
from backprop.network import Network, forward
from backprop.report import DivergenceError, History, keep_losses

if sys.platform == "emscripten":  # Python in a browser has no threads for tqdm to watch it with
    tqdm.monitor_interval = 0


TO_CHANGE = Instance(Network, to_change=True)


@equation(network=TO_CHANGE, grads=Gradients, learning_rate=real(above=0))
def sgd_step(network, grads, learning_rate):
    """One step down the gradient, in place: W^l -= eta dL/dW^l and b^l -= eta dL/db^l."""
    for l in range(1, network.L + 1):
        network.W[l] -= learning_rate * grads.W[l]  # eq-sgd-w
        network.b[l] -= learning_rate * grads.b[l]  # eq-sgd-b


@expects(X=Examples("(n_0, m)"), Y=Targets("(n_L, m)"), batch_size=whole(), rng=RNG)
def minibatches(X, Y, batch_size, *, rng):
    """Pass once over the examples in a new random order, batch_size columns at a time.

    Yields pairs (n_0, k) and (n_L, k) with k = batch_size. The last pair holds what is left, so it
    may be smaller; every example comes exactly once.
    """
    m = X.shape[1]
    order = rng.permutation(m)
    X_rows, Y_rows = map(np.ascontiguousarray, (X.T, Y.T))  # an example lies together
    for start in range(0, m, batch_size):
        chosen = order[start : start + batch_size]
        yield X_rows[chosen].T, Y_rows[chosen].T


@expects(
    network=Instance(Network, to_change=True, finite=True),
    loss=LOSS_FOR_OUTPUT,
    X=Examples("(n_0, m)"),
    Y=Targets("(n_L, m)"),
    X_val=Examples("(n_0, m_val)"),
    Y_val=Targets("(n_L, m_val)"),
    learning_rate=real(above=0),
    epochs=whole(),
    batch_size=whole(),
    rng=RNG,
    callback=FUNCTION,
    returns=History,
)
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
    """Train the network in place by mini-batch gradient descent.

    An epoch is this, done in buffers that are made once (`_fast`), with the same numbers up to
    rounding:

        for x, y in minibatches(X, Y, batch_size, rng=rng):
            trace = forward(network, x)
            delta = backward(network, trace, y, loss)
            sgd_step(network, gradients(trace, delta), learning_rate)

    A batch of all examples takes them as they lie: their order makes no difference to the sums.

    X_val, Y_val:  others to measure the loss on
    learning_rate: eta
    epochs:        how often to pass over all examples
    batch_size:    the number of examples a step: 1 is SGD in the narrow sense, m full batch
    callback:      called as callback(epoch, network, history) after each epoch, from epoch 1; it may
                   change the parameters, not their shapes or dtype
    progress:      show a bar

    Raises ValueError or TypeError with nothing changed for arguments that don't fit, and
    `DivergenceError` once the loss is not finite; then the network holds the parameters of the
    last step whose loss was finite. Whatever ends it early, a KeyboardInterrupt or what the callback
    raises, the network holds the parameters of the last whole step, and the exception has the
    losses so far as its attribute `history`.
    """
    if (X_val is None) != (Y_val is None):
        raise ValueError("X_val, Y_val: expected both or neither")
    _try_once(network, X, Y, loss)
    descent = Descent(network, X, Y, loss, learning_rate, batch_size)
    known = {}
    TO_CHANGE("network", network, known)  # what a callback has to leave as it is
    initial_loss = descent.mean_loss(X, Y)
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
                hint = hint_at_logits(network, Y, loss)
                raise DivergenceError(epoch, learning_rate, history, hint)
            for measured, loss_now in zip((history.loss, history.val_loss), losses):
                measured.append(loss_now)
            if callback is not None:
                callback(epoch, network, history)
                TO_CHANGE("network", network, known)
                descent.load()
    except BaseException as error:
        keep_losses(error, history, epoch, epochs)
        raise
    return history


def _try_once(network, X, Y, loss):
    """Refuse what is your own and gives no derivative, or another shape than that of its arguments."""
    for l, activation in enumerate(network.activations[1:], start=1):
        if activation not in ACTIVATIONS.values():
            refuse_other_slope(activation, f"network.activations[{l}]")
    few = slice(len(Y) + 1)  # columns, another number than that of rows
    with np.errstate(all="ignore"):
        backward.bare(network, forward.bare(network, X[:, few]), Y[:, few], formulas(loss))
