"""Chapter 10: what a framework draws by default."""

import numpy as np

from backprop import SOFTMAX_CROSS_ENTROPY, forward, init_network
from backprop.backward import backward
from backprop.data import digits
from claims import claim, spread


@claim(
    "10",
    "in its ten-layer relu network so drawn, $\\boldsymbol{\\delta}^1$ is less than a thousandth of"
    " $\\boldsymbol{\\delta}^{10}$ in size.",
)
def the_default_of_linear_layers():
    data, ratios = digits(), []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        activations = ["relu"] * 9 + ["identity"]
        network = init_network([64] + [32] * 9 + [10], activations, rng=rng)
        for W, b in zip(network.W[1:], network.b[1:]):
            bound = 1 / np.sqrt(W.shape[1])
            W[:], b[:] = (rng.uniform(-bound, bound, size=p.shape) for p in (W, b))
        trace = forward(network, data.X_train)
        delta = backward(network, trace, data.Y_train, SOFTMAX_CROSS_ENTROPY)
        ratios.append(np.sqrt(np.mean(delta[1] ** 2) / np.mean(delta[10] ** 2)))
    assert max(ratios) < 1e-3
    return spread(ratios)
