"""Where units with two inputs are on, and what a second layer makes of three of them (chapter 1)."""

from itertools import product

import numpy as np

from backprop._check import check_real

SIDE = (-2.0, 2.0)  # of both inputs
SQUARE = np.array([[-2.0, -2.0], [2.0, -2.0], [2.0, 2.0], [-2.0, 2.0]])
EXAMPLE = np.array([1.5, -0.5])  # the first example of the worked network
W_OTHERS, B_OTHERS = ((-1.0, 0.5), (0.0, -1.0)), (-0.5, -0.75)
B_2 = 0.5  # the unit of layer 2 has the weight -1 for each of the three


def computed(w1, w2, b):
    """W^1 (3, 2) and b^1 (3,), unit 1 as given, and for the example a^1 (3,) and z^2."""
    W = np.array([[check_real("w1", w1), check_real("w2", w2)], *W_OTHERS])
    biases = np.array([check_real("b", b), *B_OTHERS])
    a = np.maximum(0, W @ EXAMPLE + biases)
    return W, biases, a, float(B_2 - a.sum())


def side(w, b, corners=SQUARE):
    """The part of a convex polygon, corners (n, 2), where w . x + b > 0: its corners, none if empty."""
    sums, kept = corners @ w + b, []
    if sums.max(initial=0) <= 0:
        return np.zeros((0, 2))
    for k, here in enumerate(corners):
        before, s, t = corners[k - 1], sums[k - 1], sums[k]
        if s * t < 0:
            kept.append(before + s / (s - t) * (here - before))
        if t >= 0:
            kept.append(here)
    return np.array(kept)


def region(W, b):
    """Where the unit of layer 2 is on, within the square: the corners of a polygon.

    It is on where the relus of layer 1 add up to less than B_2. The sum of relus is the largest
    sum over any choice of units, so each choice cuts off a half-plane.
    """
    corners = SQUARE
    for chosen in product((0.0, 1.0), repeat=len(W)):
        corners = side(-np.array(chosen) @ W, B_2 - np.array(chosen) @ b, corners)
    return corners


def share(corners):
    """The part of the square that a polygon covers, from 0 to 1."""
    x, y = corners.T
    return float(
        abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / (2 * (SIDE[1] - SIDE[0]) ** 2)
    )
