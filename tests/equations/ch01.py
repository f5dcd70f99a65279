"""The equations of chapter 1: one neuron, a layer, many examples, all layers."""

import numpy as np

from backprop import ACTIVATIONS, Network, forward, init_network
from backprop.examples import worked_example
from equations import checks, close, equal

RNG = np.random.default_rng(1)
NETWORK = init_network((3, 4, 2), ["tanh", "sigmoid"], rng=RNG)
for b in NETWORK.b[1:]:
    b[:] = RNG.normal(size=b.shape)
X = RNG.normal(size=(3, 5))
TRACE = forward(NETWORK, X)


@checks("eq-neuron-z", "eq-neuron-a")
def one_neuron():
    for name, sigma in ACTIVATIONS.items():
        w, x, b = RNG.normal(size=(1, 4)), RNG.normal(size=(4, 1)), RNG.normal()
        z = sum(w[0, j] * x[j, 0] for j in range(4)) + b
        trace = forward(Network([None, w], [None, [[b]]], name), x)
        close(trace.z[1], [[z]])
        close(trace.a[1], sigma.f(np.array([[z]])))


@checks("eq-layer")
def a_row_for_each_neuron():
    network, X, _ = worked_example()
    W, b, x = network.W[1], network.b[1], X[:, 0]
    z = [W[i, 0] * x[0] + W[i, 1] * x[1] + b[i, 0] for i in range(3)]
    close(forward(network, X).z[1][:, 0], z)


@checks("eq-collapse")
def two_linear_layers_are_one():
    W1, W2, b1, b2 = NETWORK.W[1], NETWORK.W[2], NETWORK.b[1], NETWORK.b[2]
    one = Network([None, W2 @ W1], [None, W2 @ b1 + b2], "identity")
    two = Network(NETWORK.W, NETWORK.b, "identity")
    close(forward(two, X).z[2], forward(one, X).z[1])


@checks("eq-columns", "eq-batch")
def each_column_by_itself():
    columns = [X[:, [k]] for k in range(5)]
    close(np.hstack(columns), X)
    close(np.hstack([NETWORK.W[1] @ x for x in columns]), NETWORK.W[1] @ X)


@checks("eq-input", "eq-z", "eq-a")
def the_forward_pass():
    equal(TRACE.a[0], X)
    for l, n in ((1, 4), (2, 2)):
        z = NETWORK.W[l] @ TRACE.a[l - 1] + NETWORK.b[l]
        assert z.shape == TRACE.a[l].shape == (n, 5)
        close(TRACE.z[l], z)
        close(TRACE.a[l], NETWORK.activations[l].f(z))
