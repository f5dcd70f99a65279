"""Chapter 6: a softmax in the network and another in the loss."""

import numpy as np

from backprop import SOFTMAX_CROSS_ENTROPY, Loss, init_network, predict, softmax, train
from backprop.data import digits
from claims import claim, spread


def twice_grad(z, Y):
    p = softmax(z)
    d = SOFTMAX_CROSS_ENTROPY.grad(p, Y)
    return p * (d - (p * d).sum(axis=0))  # the Jacobian of the first softmax, times d


TWICE = Loss("softmax twice", lambda z, Y: SOFTMAX_CROSS_ENTROPY.value(softmax(z), Y), twice_grad)


@claim(
    "06",
    "It still trains, at the same moderate rate more slowly, and the loss can't get near 0:",
)
def softmax_twice():
    data, early, late, losses = digits(), [], [], []
    for seed in range(8):
        right = {}
        for loss in (SOFTMAX_CROSS_ENTROPY, TWICE):
            rng = np.random.default_rng(seed)
            network = init_network((64, 32, 10), ["tanh", "identity"], rng=rng)
            for epochs in (1, 9):
                how = {"learning_rate": 0.5, "epochs": epochs, "batch_size": 32, "rng": rng}
                history = train(network, data.X_train, data.Y_train, loss, **how)
                answers = predict(network, data.X_test).argmax(axis=0)
                right[loss.name, epochs] = np.mean(answers == data.Y_test.argmax(axis=0))
        early.append(right[TWICE.name, 1] - right[SOFTMAX_CROSS_ENTROPY.name, 1])
        late.append(right[TWICE.name, 9])
        losses.append(history.loss[-1])
    assert max(early) < -0.1 and min(late) > 0.85 and min(losses) > 1.4612
    return (
        f"after 10 epochs {spread(late, '{:.1%}')} right at a loss of {spread(losses)};"
        f" after one {spread(early, '{:.0%}')} against a single softmax"
    )
