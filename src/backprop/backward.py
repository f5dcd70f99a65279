"""The backward pass: from the loss to every gradient (chapter 4).

    delta^L = dL/da^L o sigma^L'(z^L)                      output_delta
    delta^l = ((W^{l+1})^T delta^{l+1}) o sigma^l'(z^l)    hidden_delta
    dL/dW^l = delta^l (a^{l-1})^T                          gradients
    dL/db^l = delta^l summed over the columns              gradients

`o` multiplies entry by entry. The factor 1/m comes in once, with dL/da^L from the loss.
"""

from typing import NamedTuple

import numpy as np

from backprop._check import check_matrix
from backprop.activations import Activation
from backprop.losses import Loss
from backprop.network import Trace, check_network, check_targets


class Gradients(NamedTuple):
    """The derivatives of the loss by the parameters, shaped like the parameters.

    W: [None, dL/dW^1, ..., dL/dW^L], entry l of shape (n_l, n_{l-1})
    b: [None, dL/db^1, ..., dL/db^L], entry l of shape (n_l, 1)
    """

    W: list
    b: list


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def output_delta(dloss_da, z, activation):
    """delta^L = dL/da^L o sigma^L'(z^L), the base case.

    dloss_da (n_L, m), z = z^L (n_L, m), activation = sigma^L -> delta^L (n_L, m)
    """
    _check_activation(activation)
    z = check_matrix("z", z, shape="(n_L, m)", finite=False)
    dloss_da = check_matrix(
        "dloss_da", dloss_da, shape="(n_L, m)", rows=z.shape[0], columns=z.shape[1], finite=False
    )
    return dloss_da * activation.df(z)


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def hidden_delta(W_next, delta_next, z, activation):
    """delta^l = ((W^{l+1})^T delta^{l+1}) o sigma^l'(z^l), the recursion.

    W_next = W^{l+1} (n_{l+1}, n_l), delta_next = delta^{l+1} (n_{l+1}, m), z = z^l (n_l, m),
    activation = sigma^l -> delta^l (n_l, m)
    """
    _check_activation(activation)
    z = check_matrix("z", z, shape="(n_l, m)", finite=False)
    W_next = check_matrix(
        "W_next", W_next, shape="(n_{l+1}, n_l)", columns=z.shape[0], finite=False
    )
    delta_next = check_matrix(
        "delta_next",
        delta_next,
        shape="(n_{l+1}, m)",
        rows=W_next.shape[0],
        columns=z.shape[1],
        finite=False,
    )
    return (W_next.T @ delta_next) * activation.df(z)


def backward(network, trace, Y, loss):
    """Every delta^l = dL/dz^l, from layer L down to layer 1.

    trace: what `forward(network, X)` returned
    Y:     the targets (n_L, m)
    loss:  a `Loss`, from `LOSSES` or your own

    Returns [None, delta^1, ..., delta^L], delta^l of shape (n_l, m).
    Raises ValueError or TypeError for arguments that don't fit together.
    """
    check_network(network)
    trace = check_trace(trace, network)
    check_loss(loss)
    m = trace.a[0].shape[1]
    return backpropagate(network, trace, check_targets(network, Y, m), loss)


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def backpropagate(network, trace, Y, loss):
    """`backward` without the checks, for loops that have checked already."""
    L = network.L
    W, z, a, activations = network.W, trace.z, trace.a, network.activations

    delta = [None] * (L + 1)
    delta[L] = loss.grad(a[L], Y) * activations[L].df(z[L])  # (n_L, m)
    for l in range(L - 1, 0, -1):
        delta[l] = (W[l + 1].T @ delta[l + 1]) * activations[l].df(z[l])  # (n_l, m)
    return delta


def gradients(trace, delta):
    """dL/dW^l = delta^l (a^{l-1})^T and dL/db^l = delta^l summed over the m columns.

    The matrix product sums over the columns as well: both are gradients for the whole batch.
    Raises ValueError or TypeError if trace and delta are not of the same pass.
    """
    trace = check_trace(trace)
    expected = f"a list [None, delta^1, ..., delta^{len(trace.a) - 1}], as `backward` returns it"
    if not isinstance(delta, (list, tuple)):
        raise TypeError(f"delta: expected {expected}, got {type(delta).__name__}")
    if len(delta) != len(trace.a) or delta[0] is not None:
        came = ", ".join(type(entry).__name__ for entry in delta)
        raise ValueError(f"delta: expected {expected}, got [{came}]")
    checked = [None]
    for l in range(1, len(delta)):
        rows, columns = trace.z[l].shape
        checked.append(
            check_matrix(
                f"delta[{l}]",
                delta[l],
                shape=f"(n_{l}, m)",
                rows=rows,
                columns=columns,
                finite=False,
            )
        )
    return parameter_gradients(trace, checked)


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def parameter_gradients(trace, delta):
    """`gradients` without the checks, for loops that have checked already."""
    a = trace.a
    L = len(a) - 1
    dW = [None, *(delta[l] @ a[l - 1].T for l in range(1, L + 1))]  # (n_l, m) @ (m, n_{l-1})
    db = [None, *(delta[l].sum(axis=1, keepdims=True) for l in range(1, L + 1))]  # (n_l, 1)
    return Gradients(dW, db)


def check_loss(loss):
    """Refuse a loss given by name or as a bare function."""
    if not isinstance(loss, Loss):
        raise TypeError(f"loss: expected a Loss such as SQUARED_ERROR, got {loss!r}")
    return loss


def check_trace(trace, network=None):
    """Return the trace as `forward` made it, or refuse it: another's, or for another network."""
    if not isinstance(trace, Trace):
        raise TypeError(
            f"trace: expected the Trace that forward(network, X) returns, got {type(trace).__name__}"
        )
    for name, of_layers in (("z", trace.z), ("a", trace.a)):
        if not isinstance(of_layers, (list, tuple)) or len(of_layers) < 2:
            raise TypeError(
                f"trace.{name}: expected the list of layers 0..L that forward returns, "
                f"got {of_layers!r}"
            )
    if len(trace.z) != len(trace.a):
        raise ValueError(
            f"trace: expected as many z as a, got {len(trace.z) - 1} and {len(trace.a) - 1} layers"
        )
    checked = Trace([None], [])
    for l, a in enumerate(trace.a):
        m = checked.a[0].shape[1] if l else None
        checked.a.append(
            check_matrix(f"trace.a[{l}]", a, shape=f"(n_{l}, m)", columns=m, finite=False)
        )
        if l:
            rows, m = checked.a[l].shape
            z = check_matrix(
                f"trace.z[{l}]", trace.z[l], shape=f"(n_{l}, m)", rows=rows, columns=m, finite=False
            )
            checked.z.append(z)
    sizes = tuple(a.shape[0] for a in checked.a)
    if network is not None and sizes != network.sizes:
        raise ValueError(
            f"trace: expected layers of {network.sizes} units as in the network, got {sizes}"
        )
    return checked


def _check_activation(activation):
    if not isinstance(activation, Activation):
        raise TypeError(f"activation: expected an Activation such as SIGMOID, got {activation!r}")
