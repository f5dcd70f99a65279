"""The equations of chapter 4."""

import numpy as np
from helpers import assert_close, autograd_gradients, problem

from backprop import SQUARED_ERROR, forward, gradients
from backprop.backward import backward
from equations import checks

WAITS = True  # until every displayed equation of the chapter is checked or excused


@checks("eq-delta-output")
def output_delta():
    network, X, Y = problem()
    trace = forward(network, X)
    delta = backward(network, trace, Y, SQUARED_ERROR)
    a, z = trace.a[-1], trace.z[-1]
    np.testing.assert_allclose(
        delta[-1], SQUARED_ERROR.grad(a, Y) * network.activations[-1].df(z), rtol=1e-12
    )


@checks("eq-delta-hidden", "eq-grad-w", "eq-grad-b")
def recursion_and_gradients():
    """The recursion written out gives what autograd finds by its own way."""
    network, X, Y = problem(activations=("tanh", "relu", "sigmoid"))
    trace = forward(network, X)
    L, delta = network.L, [None] * (network.L + 1)
    delta[L] = SQUARED_ERROR.grad(trace.a[L], Y) * network.activations[L].df(trace.z[L])
    for l in range(L - 1, 0, -1):
        delta[l] = network.W[l + 1].T @ delta[l + 1] * network.activations[l].df(trace.z[l])
    assert_close(gradients(trace, delta), autograd_gradients(network, X, Y, SQUARED_ERROR))
