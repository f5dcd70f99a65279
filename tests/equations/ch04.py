"""The equations of chapter 4."""

from helpers import autograd_gradients, problem

from backprop import SQUARED_ERROR, Trace, forward, gradients, hidden_delta
from backprop import output_delta as base_case
from backprop.backward import backward
from backprop.exercises.checkers import gradient_of
from equations import all_close, checks, close


@checks("eq-delta-output")
def output_delta():
    network, X, Y = problem()
    trace = forward(network, X)
    delta = backward(network, trace, Y, SQUARED_ERROR)
    a, z = trace.a[-1], trace.z[-1]
    close(delta[-1], SQUARED_ERROR.grad(a, Y) * network.activations[-1].df(z), rtol=1e-12)


@checks("eq-delta", "eq-delta-entry", "eq-one-weight")
def entries_by_central_differences():
    """delta^l is dL/dz^l by nudging z^l; its entry j is a sum over the units above."""
    network, X, Y = problem(activations=("tanh", "sigmoid", "tanh"))
    trace = forward(network, X)
    delta = backward(network, trace, Y, SQUARED_ERROR)

    def from_layer(z, l):
        for k in range(l, network.L + 1):
            a = network.activations[k].f(z)
            if k < network.L:
                z = network.W[k + 1] @ a + network.b[k + 1]
        return SQUARED_ERROR.value(a, Y)

    for l in range(1, network.L + 1):
        close(gradient_of(from_layer)(trace.z[l], l), delta[l], atol=1e-9)
        if l < network.L:
            W, slope = network.W[l + 1], network.activations[l].df(trace.z[l])
            for j in range(W.shape[1]):
                total = sum(W[i, j] * delta[l + 1][i] for i in range(W.shape[0]))
                close(total * slope[j], delta[l][j])

    x, y = X[:, :1], Y[:, :1]
    trace = forward(network, x)
    delta = backward(network, trace, y, SQUARED_ERROR)
    (dW, *_), _ = autograd_gradients(network, x, y, SQUARED_ERROR)
    close(dW[1, 2], delta[1][1, 0] * trace.a[0][2, 0])


@checks("eq-delta-hidden", "eq-grad-w", "eq-grad-b")
def recursion_and_gradients():
    """The module's recursion, from layer L down, gives what autograd finds by its own way."""
    network, X, Y = problem(activations=("tanh", "relu", "sigmoid"))
    (z, a), W, sigma, L = forward(network, X), network.W, network.activations, network.L
    delta = [None] * L + [base_case(SQUARED_ERROR.grad(a[L], Y), z[L], sigma[L])]
    for l in range(L - 1, 0, -1):
        delta[l] = hidden_delta(W[l + 1], delta[l + 1], z[l], sigma[l])
    all_close(gradients(Trace(z, a), delta), autograd_gradients(network, X, Y, SQUARED_ERROR))


UNLABELLED = {
    r"z^l_i = W^l_{i1}\, a^{l-1}_1": "chapter 1's sums again, checked as eq-z",
    r"\frac{\partial\mathcal{L}}{\partial z^L_i}": "a step towards eq-delta-output, checked there",
    r"\begin{aligned} \sum_i W^{l+1}_{ij}": "eq-delta-entry as a product, checked as eq-delta-hidden",
    r"\delta^{l\,(k)}_i": "the column of one example; checked as eq-delta, for a batch",
    r"\begin{aligned} \frac{\partial\mathcal{L}}{\partial W^l_{ij}} &= \sum_{k=1}": "checked as eq-grad-w",
    r"\begin{aligned} \text{sigmoid:}": "test_activations.py checks every slope three ways",
    r"\frac{\partial\mathcal{L}}{\partial\mathbf{b}^l} = \boldsymbol{\delta}^l \qquad": "eq-grad-b for m = 1",
}
