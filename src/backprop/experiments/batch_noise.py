"""How far the mean of a few examples lies from the mean of all (chapter 5)."""

import numpy as np

from backprop._check import check_matrix
from backprop._expects import RNG, Rule, expects, whole


def _values(name, value, known):
    try:
        (known["m"],) = np.shape(value)
    except ValueError:
        came = getattr(value, "shape", type(value).__name__)
        raise ValueError(f"{name}: expected a vector of numbers (m,), got {came}") from None
    if known["m"] < 2:
        raise ValueError(f"{name}: expected at least two numbers, got {known['m']}")
    return check_matrix(name, [value], shape="(1, m)")[0]


def _size(name, value, known):
    value = whole()(name, value, known)
    _sizes(name, value, known)
    return value


def _sizes(name, value, known):
    """One size or an array of them, whole or between, for a curve."""
    sizes = np.asarray(value)
    if sizes.dtype.kind not in "fiu":
        raise TypeError(f"{name}: expected numbers, got {value!r}")
    if not ((sizes >= 1) & (sizes <= known["m"])).all():
        raise ValueError(f"{name}: expected 1 to m = {known['m']}, got {value}")
    return sizes.astype(np.float64)


VALUES = Rule("(m,)", _values)


@expects(values=VALUES, size=Rule("whole number from 1 to m", _size), draws=whole(), rng=RNG)
def batch_means(values, size, *, draws, rng):
    """The means of `size` of the values (m,), drawn anew for each of them: (draws,)."""
    shuffled = rng.permuted(np.tile(values, (draws, 1)), axis=1)  # (draws, m)
    return shuffled[:, :size].mean(axis=1)


@expects(values=VALUES, size=Rule("numbers from 1 to m", _sizes))
def noise(values, size):
    """The root of the mean square of (mean of `size` of the m values - mean of all), over all batches."""
    m = len(values)
    return values.std() / np.sqrt(size) * np.sqrt((m - size) / (m - 1))  # eq-sgd-noise
