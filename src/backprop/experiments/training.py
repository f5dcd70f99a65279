"""Runs of a hundred epochs, kept epoch by epoch: XOR in chapter 5, moons on the front page.

A run is trained once, and keeps the network of each epoch.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from backprop import data as datasets
from backprop.losses import SQUARED_ERROR
from backprop.network import Network, init_network, predict
from backprop.sgd import DivergenceError, History, train

EPOCHS = 100
BATCH_SIZE = 20
NOISE = {"xor": 0.25, "moons": 0.15}  # the deviation of a point from its corner or its arm
M = 120  # points to train on, and as many to validate with
VIEWS = {"xor": (1.85, 1.85), "moons": (1.95, 1.5)}  # half of the width and height in sight


@lru_cache(maxsize=8)
def points(data):
    """X and Y to train on, X and Y to validate with: (2, M) each, the classes one-hot."""
    rng = np.random.default_rng(3)
    draw = datasets.moons if data == "moons" else clouds
    return *draw(M, rng=rng, noise=NOISE[data]), *draw(M, rng=rng, noise=NOISE[data])


def clouds(m, *, rng, noise):
    """XOR with its corners at -1 and 1 spread into clouds: X (2, m) and one-hot Y (2, m)."""
    corners, differ = datasets.xor(m, rng=rng)
    X = 2 * corners - 1 + rng.normal(0, noise, size=corners.shape)  # (2, m)
    return X, datasets.one_hot(differ[0].astype(int), 2)


@dataclass(frozen=True)
class Run:
    """The network after each epoch that had a finite loss, from epoch 0 on, and what went wrong."""

    networks: list[Network]
    history: History
    error: DivergenceError | None


@lru_cache(maxsize=64)
def run(data, learning_rate, sizes):
    """Train tanh layers of these sizes with the squared error, from the same first weights."""
    X, Y, X_val, Y_val = points(data)
    rng = np.random.default_rng(6)
    network = init_network(sizes, [*["tanh"] * (len(sizes) - 2), "identity"], rng=rng)
    networks = [network.copy()]
    try:
        history, error = (
            train(
                network,
                X,
                Y,
                SQUARED_ERROR,
                learning_rate=learning_rate,
                epochs=EPOCHS,
                batch_size=BATCH_SIZE,
                rng=rng,
                X_val=X_val,
                Y_val=Y_val,
                callback=lambda epoch, network, history: networks.append(network.copy()),
            ),
            None,
        )
    except DivergenceError as diverged:
        history, error = diverged.history, diverged
    return Run(networks, history, error)


def accuracy(outputs, Y):
    """The share of the columns whose largest output is in the row of the 1."""
    return np.mean(outputs.argmax(axis=0) == Y.argmax(axis=0))


def measured(data, learning_rate, sizes, epoch):
    """(loss, accuracy) on the training points and on the validation points, or None after the end."""
    networks = run(data, learning_rate, sizes).networks
    if epoch >= len(networks):
        return None
    X, Y, X_val, Y_val = points(data)
    pairs = []
    for inputs, targets in ((X, Y), (X_val, Y_val)):
        outputs = predict(networks[epoch], inputs)
        pairs.append((SQUARED_ERROR.value(outputs, targets), accuracy(outputs, targets)))
    return pairs


def lead(data, learning_rate, sizes, epoch, resolution=100):
    """The places x_1 and x_2 of a grid, and how far output 2 is ahead of output 1 there."""
    x_1, x_2 = (np.linspace(-half, half, resolution) for half in VIEWS[data])
    grid = np.stack([x.ravel() for x in np.meshgrid(x_1, x_2)])  # (2, resolution^2)
    outputs = predict(run(data, learning_rate, sizes).networks[epoch], grid)
    with np.errstate(over="ignore", invalid="ignore"):
        ahead = np.nan_to_num(outputs[1] - outputs[0])
    return x_1, x_2, ahead.reshape(resolution, resolution)
