"""The bug zoo: what the gradient check and a training run make of each planted fault (chapter 9).

Eleven specimens, named by letters, and a healthy program beside them. The network has layers of
2-8-8-2 units (relu, tanh, identity), the loss is the softmax cross-entropy, the data are two moons.
"""

from functools import lru_cache

import numpy as np

from backprop._check import check_real
from backprop.data import moons
from backprop.experiments.faults import FAULTS, Fault, faulty_gradients, faulty_training
from backprop.gradcheck import check_gradients
from backprop.losses import SOFTMAX_CROSS_ENTROPY
from backprop.network import init_network

HEALTHY = "healthy"
SPECIMENS = {HEALTHY: Fault(HEALTHY, "", ""), **FAULTS}
EPOCHS, BATCH_SIZE, LOSS = 30, 20, SOFTMAX_CROSS_ENTROPY


@lru_cache(maxsize=1)
def problem():
    """The network (2, 8, 8, 2), X (2, 200) and Y (2, 200) that every specimen gets."""
    rng = np.random.default_rng(3)
    X, Y = moons(200, rng=rng, noise=0.15)
    network = init_network((2, 8, 8, 2), ("relu", "tanh", "identity"), rng=rng)
    for b in network.b[1:]:
        b[:] = rng.uniform(-0.3, 0.3, size=b.shape)
    return network, X, Y


@lru_cache(maxsize=64)
def examine(specimen, learning_rate):
    """(the `GradientReport` for one batch, the losses of a training run) of a specimen."""
    if specimen not in SPECIMENS:
        raise ValueError(f"specimen: expected one of {', '.join(SPECIMENS)}, got {specimen!r}")
    check_real("learning_rate", learning_rate, above=0)
    fault = SPECIMENS[specimen]
    report = check(specimen, learning_rate if "back" in fault.pieces else 1.0)
    training = {"epochs": EPOCHS, "batch_size": BATCH_SIZE, "rng": np.random.default_rng(1)}
    losses = faulty_training(fault, *problem(), LOSS, learning_rate=learning_rate, **training)
    return report, losses


@lru_cache(maxsize=64)
def check(specimen, learning_rate):
    """The report for one batch; the learning rate matters only where it stands in the way back."""
    network, X, Y = problem()
    batch = X[:, :BATCH_SIZE], Y[:, :BATCH_SIZE]
    given = network, *batch, LOSS
    grads = faulty_gradients(SPECIMENS[specimen], *given, learning_rate=learning_rate)
    return check_gradients(*given, grads=grads)
