"""Chapter 11: single changes of the network for small digits, over draws."""

import numpy as np

from backprop import SOFTMAX_CROSS_ENTROPY, SQUARED_ERROR, init_network, predict, train
from backprop.data import digits
from backprop.drawing import like_mnist, paint, read, write
from claims import claim, spread

SOFTMAX = {"activations": ("sigmoid", "identity"), "loss": SOFTMAX_CROSS_ENTROPY}
CHANGES = {
    "nothing": {},
    "the loss": SOFTMAX,
    "batches of 10": SOFTMAX | {"batch_size": 10},
    "batches of 10, ten times the rate": SOFTMAX | {"batch_size": 10, "rate": 1.0},
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
    "Batches of 10 lose at the same rate: as many epochs are a tenth of the steps.",
    "With ten times the rate they lose next to nothing.",
)
def one_change_at_a_time():
    shares = {
        name: np.array([share_right(seed, **change) for seed in range(8)])
        for name, change in CHANGES.items()
    }
    by_loss = 100 * (shares["the loss"] - shares["nothing"])
    slow, faster = (100 * (shares[name] - shares["the loss"]) for name in list(CHANGES)[2:])
    assert by_loss.mean() > 2 * by_loss.std(ddof=1) / np.sqrt(8) and by_loss.min() <= 0
    assert slow.mean() < -2 * slow.std(ddof=1) / np.sqrt(8) and abs(faster.mean()) < 1
    return (
        f"points gained by the loss {spread(by_loss, '{:.1f}')}, by batches of 10"
        f" {spread(slow, '{:.0f}')}, with ten times the rate {spread(faster, '{:.1f}')}"
    )


@claim("11", "(Not for every 7: of eight drawn so, seven are taken for a 3.)")
def sevens_taken_for_threes():
    answers = []
    for seed in range(8):
        seven = like_mnist(paint(write(7, rng=np.random.default_rng(seed))))
        moved = np.clip(seven - 0.1 * np.sign(read(seven, 3).dX), 0, 1)
        answers.append(int(read(moved, 3).p.argmax()))
    assert answers.count(3) == 7
    return f"read as {answers}"
