"""What the network of the article's program answers to each test digit, epoch by epoch (chapter 11)."""

from functools import lru_cache

import numpy as np

from backprop._check import check_count
from backprop.data import digits
from backprop.experiments.handwriting import EPOCHS, read_digits
from backprop.network import predict


@lru_cache(maxsize=1)
def outputs():
    """Test images X, their digits, and the outputs a^L (10, 360) after 1, 2, ..., 10 epochs."""
    data = digits()
    found = []

    def keep(epoch, network, history):
        found.append(predict(network, data.X_test))

    read_digits(data, rng=np.random.default_rng(0), callback=keep)
    return data.X_test, data.Y_test.argmax(axis=0), found


def reading(image, epoch):
    """(pixels (8, 8), the true digit, the ten outputs) of one test image after an epoch."""
    X, truth, found = outputs()
    if check_count("image", image, least=0) >= len(truth):
        raise ValueError(f"image: expected 0 to {len(truth) - 1}, got {image}")
    if check_count("epoch", epoch) > EPOCHS:
        raise ValueError(f"epoch: expected 1 to {EPOCHS}, got {epoch}")
    return X[:, image].reshape(8, 8), int(truth[image]), found[epoch - 1][:, image]
