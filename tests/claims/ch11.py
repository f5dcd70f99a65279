"""Chapter 11: single changes of the network for small digits, over draws."""

import numpy as np

from backprop import SOFTMAX_CROSS_ENTROPY, SQUARED_ERROR, init_network, predict, train
from backprop.data import digits
from claims import claim, spread

CHANGES = {
    "nothing": {},
    "the loss": {"activations": ("sigmoid", "identity"), "loss": SOFTMAX_CROSS_ENTROPY},
    "batches of 10": {"batch_size": 10},
    "batches of 10, ten times the rate": {"batch_size": 10, "rate": 1.0},
}


def share_right(
    seed, *, activations=("sigmoid", "sigmoid"), loss=SQUARED_ERROR, rate=0.1, batch_size=1
):
    """On a fifth of the training images, drawn at random, after training on the others."""
    data = digits()
    order = np.random.default_rng(100 + seed).permutation(data.X_train.shape[1])
    kept, apart = np.split(order, [4 * len(order) // 5])
    rng = np.random.default_rng(seed)
    network = init_network((64, 128, 10), activations, rng=rng)
    how = {"learning_rate": rate, "epochs": 10, "batch_size": batch_size, "rng": rng}
    train(network, data.X_train[:, kept], data.Y_train[:, kept], loss, **how)
    answers = predict(network, data.X_train[:, apart]).argmax(axis=0)
    return np.mean(answers == data.Y_train[:, apart].argmax(axis=0))


@claim(
    "11",
    "The loss helps, if not in every draw",
    "Batches of 10 cost much: as many epochs are then a tenth of the steps, at the same learning rate.",
)
def one_change_at_a_time():
    shares = {
        name: np.array([share_right(seed, **change) for seed in range(8)])
        for name, change in CHANGES.items()
    }
    gains = {name: 100 * (of_seeds - shares["nothing"]) for name, of_seeds in shares.items()}
    by_loss, slow, faster = list(gains.values())[1:]
    assert by_loss.mean() > 2 * by_loss.std(ddof=1) / np.sqrt(8) and by_loss.min() <= 0
    assert slow.max() < -10 and abs(faster.mean()) < 1
    return (
        f"points gained by the loss {spread(by_loss, '{:.1f}')}, by batches of 10"
        f" {spread(slow, '{:.0f}')}, with ten times the rate {spread(faster, '{:.1f}')}"
    )
