"""The backward pass: from the loss to every gradient (chapter 4).

`o` in the equations multiplies entry by entry. The factor 1/m comes in once, with dL/da^L from the
loss.
"""

from typing import NamedTuple

from backprop._expects import Targets, equation, expects
from backprop._layers import Layers
from backprop.activations import Activation
from backprop.losses import Loss
from backprop.network import Network, Trace


@expects(
    W=Layers("(n_l, n_{l-1})", "dL/dW", finite=True), b=Layers("(n_l, 1)", "dL/db", finite=True)
)
class Gradients(NamedTuple):
    """The derivatives of the loss by the parameters: dL/dW^l is W[l], dL/db^l is b[l]."""

    W: list
    b: list

    _expected = "the Gradients that gradients(trace, delta) returns, got {1}"


@equation(activation=Activation, z="(n_L, m)", dloss_da="(n_L, m)", returns="(n_L, m)")
def output_delta(dloss_da, z, activation):
    """delta^L = dL/da^L o sigma^L'(z^L), the base case."""
    return dloss_da * activation.df(z)  # eq-delta-output


@equation(
    activation=Activation, z="(n_l, m)", W_next="(n_{l+1}, n_l)", delta_next="(n_{l+1}, m)",
    returns="(n_l, m)",
)  # fmt: skip
def hidden_delta(W_next, delta_next, z, activation):
    """delta^l = ((W^{l+1})^T delta^{l+1}) o sigma^l'(z^l), the recursion."""
    return (W_next.T @ delta_next) * activation.df(z)  # eq-delta-hidden


DELTA = Layers("(n_l, m)", "delta", by="backward")


@equation(network=Network, trace=Trace, loss=Loss, Y=Targets("(n_L, m)"), returns=DELTA)
def backward(network, trace, Y, loss):
    """Every delta^l = dL/dz^l, from layer L down to layer 1, for the trace of `forward`."""
    L, W, sigma, (z, a) = network.L, network.W, network.activations, trace
    delta = [None] * (L + 1)
    delta[L] = output_delta.bare(loss.grad(a[L], Y), z[L], sigma[L])
    for l in range(L - 1, 0, -1):
        delta[l] = hidden_delta.bare(W[l + 1], delta[l + 1], z[l], sigma[l])
    return delta


@equation(trace=Trace, delta=DELTA, returns=Gradients)
def gradients(trace, delta):
    """dL/dW^l = delta^l (a^{l-1})^T and dL/db^l = delta^l summed over the m columns.

    The matrix product sums over the columns as well: both are gradients for the whole batch.
    """
    a, layers = trace.a, range(1, len(delta))
    dW = [None, *(delta[l] @ a[l - 1].T for l in layers)]  # eq-grad-w
    db = [None, *(delta[l].sum(axis=1, keepdims=True) for l in layers)]  # eq-grad-b
    return Gradients(dW, db)
