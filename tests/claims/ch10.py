"""Chapter 10: what a framework draws by default."""

import numpy as np

from claims import claim, spread
from claims.ch07 import LAYERS, deep_network, passes, size


@claim(
    "10",
    "in its ten-layer relu network so drawn, $\\boldsymbol{\\delta}^1$ is less than a thousandth of"
    " $\\boldsymbol{\\delta}^{10}$ in size.",
)
def the_default_of_linear_layers():
    ratios = []
    for seed in range(8):
        network, rng = deep_network(seed), np.random.default_rng(seed)
        for W, b in zip(network.W[1:], network.b[1:]):
            bound = 1 / np.sqrt(W.shape[1])
            W[:], b[:] = (rng.uniform(-bound, bound, size=p.shape) for p in (W, b))
        _, delta, _ = passes(network)
        ratios.append(size(delta[1]) / size(delta[LAYERS]))
    assert max(ratios) < 1e-3
    return spread(ratios)
