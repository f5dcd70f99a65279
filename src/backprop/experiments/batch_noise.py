"""How far the mean of a few examples lies from the mean of all (chapter 5)."""

import numpy as np


def batch_means(values, size, *, draws, rng):
    """The means of `size` of the values (m,), drawn anew for each of them: (draws,)."""
    shuffled = rng.permuted(np.tile(values, (draws, 1)), axis=1)  # (draws, m)
    return shuffled[:, :size].mean(axis=1)


def noise(values, size):
    """The root of the mean square of (mean of `size` of the m values - mean of all), over all batches."""
    m = len(values)
    return values.std() / np.sqrt(size) * np.sqrt((m - size) / (m - 1))  # eq-sgd-noise
