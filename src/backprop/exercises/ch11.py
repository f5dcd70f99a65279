"""Checkers of chapter 11, Reading MNIST."""

import numpy as np

from backprop.exercises.checkers import Function, Values


def accuracy_if_sure(a, Y):
    sure = a.max(axis=0) >= 0.5
    if not sure.any():
        return 1.0
    return np.mean(a[:, sure].argmax(axis=0) == Y[:, sure].argmax(axis=0))


def accuracy_of_all(a, Y):
    return np.mean(a.argmax(axis=0) == Y.argmax(axis=0))


def refused_as_wrong(a, Y):
    sure = a.max(axis=0) >= 0.5
    return np.mean(sure & (a.argmax(axis=0) == Y.argmax(axis=0)))


def cases():
    rng = np.random.default_rng(11)
    a, Y = rng.uniform(0, 0.8, size=(10, 40)), np.eye(10)[:, rng.integers(0, 10, 40)]
    a[Y == 1] += 0.1
    a[:, ::3] *= 0.6
    return {
        "40 images": (a, Y),
        "one image, right and sure": (0.9 * Y[:, :1], Y[:, :1]),
        "one image, misread with an output of 0.5 exactly": (
            0.5 * np.roll(Y[:, :1], 1, axis=0),
            Y[:, :1],
        ),
        "images that are all refused": (0.4 * Y, Y),
    }


def random_case(rng):
    K, m = rng.integers(2, 12), rng.integers(1, 60)
    Y = np.eye(K)[:, rng.integers(0, K, m)]
    return rng.uniform(0, 0.6, size=(K, m)) + 0.2 * Y, Y


CHECKERS = {
    "reading-mnist-1": Values(
        lambda: 784 * 128 + 128 + 128 * 10 + 10,
        why="nearly all of them are in the first layer.",
        hint="Each layer has n_l n_{l-1} weights and n_l biases.",
        mistakes={
            "these are the weights alone: each unit has a bias too.": 784 * 128 + 128 * 10,
            "the inputs have no biases: only layers 1 and 2 have some.": lambda right: right + 784,
        },
    ),
    "reading-mnist-2": Function(
        accuracy_if_sure,
        cases,
        random_case,
        why="it says what refusing buys: how much more often the network is right about the rest.",
        hint="Choose the columns whose largest output is at least 0.5, and take the accuracy among those.",
        mistakes={
            "you have the accuracy of all images; leave out the refused ones.": accuracy_of_all,
            "a refused image is not a wrong one: divide by the number that was not refused.": (
                refused_as_wrong
            ),
        },
    ),
    "reading-mnist-3": Values(
        lambda: 4 * 0.02 / 0.005**2,
        why="and with half the gain it takes four times as many: small gains need large test sets.",
        hint="Gained less lost is 0.005 m, and its deviation is the root of 0.02 m.",
        mistakes={
            "that is for one deviation: two are asked for.": 0.02 / 0.005**2,
            "that is for one network's accuracy: here those images count that only one of the two reads.": (
                4 * 0.5 * 0.5 / 0.005**2
            ),
            "two deviations are 2 times the root, so it is 4 after squaring.": 2 * 0.02 / 0.005**2,
            "you divided by 0.005 without its square.": 4 * 0.02 / 0.005,
        },
    ),
}
