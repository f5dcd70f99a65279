"""The checkers of chapter 2, the loss."""

import numpy as np

from backprop.exercises.checkers import Function, Values, gradient_of
from backprop.losses import BINARY_CROSS_ENTROPY, SQUARED_ERROR

PREDICTIONS, TARGETS = np.array([[0.9, 0.3, 0.7]]), np.array([[1.0, 0.0, 0.0]])  # exercise 1
CHANCES, ANSWERS = np.array([[0.8, 0.3, 0.5]]), np.array([[1.0, 0.0, 1.0]])  # exercise 2
GRADIENT = np.array([3.0, -4.0])  # exercise 3
YES_NO = np.array([[1.0, 0.0, 0.0, 0.0, 1.0, 0.0]])  # exercise 5
THRESHOLD = 0.5  # of the Huber loss


def huber(a, Y, c=THRESHOLD):
    """The mean of the Huber losses of a (n_L, m) against Y (n_L, m)."""
    d = np.abs(a - Y)
    return np.sum(np.where(d <= c, d**2 / 2, c * (d - c / 2))) / a.shape[1]


def _clipped(a, Y, c=THRESHOLD):
    return np.clip(a - Y, -c, c)


def _pairs():
    return {
        "the worked example": (np.array([[0.7404, 0.3793]]), np.array([[0.0, 1.0]])),
        "answers close to the targets": (np.array([[0.5, 0.3, 0.1]]), np.array([[0.3, 0.2, 0.4]])),
        "two outputs": (np.array([[2.0, -1.0], [0.2, 0.1]]), np.array([[0.0, 0.3], [0.0, 0.0]])),
    }


def _random_pair(rng):
    shape = rng.integers(1, 6, size=2)
    return rng.normal(size=shape), rng.normal(size=shape)


def _best_constant():
    """Where the mean cross-entropy of one prediction for all is lowest, by bisection."""
    low, high = 0.01, 0.99
    for _ in range(60):
        middle = (low + high) / 2
        slope = BINARY_CROSS_ENTROPY.grad(np.full_like(YES_NO, middle), YES_NO).sum()
        low, high = (low, middle) if slope > 0 else (middle, high)
    return middle


def _cross_entropy():
    return BINARY_CROSS_ENTROPY.value(CHANCES, ANSWERS)


CHECKERS = {
    "the-loss-1": Values(
        lambda: SQUARED_ERROR.grad(PREDICTIONS, TARGETS)[0],
        digits=4,
        why="the third is the most urgent, and it is positive: that prediction has to come down.",
        hint="Each entry is the difference, prediction minus target, over m.",
        mistakes={
            "these are the differences: the mean puts 1/m in front.": lambda r: 3 * r,
            "target minus prediction points down the loss; the derivative points up.": lambda r: -r,
            "these are the losses of the examples; their derivatives are asked for.": (
                (PREDICTIONS - TARGETS) ** 2 / 2
            ),
            "the half cancels the 2 of the derivative: there is no half left.": lambda r: r / 2,
        },
    ),
    "the-loss-2": Values(
        _cross_entropy,
        digits=4,
        why="the unsure third answer costs more than the two others together.",
        hint="For each example, minus the logarithm of what was given to the truth; then the mean.",
        mistakes={
            "that is the sum of the three; the loss is their mean.": lambda r: 3 * r,
            "for the target 0 the truth was given 1 minus the prediction.": lambda _: (
                -np.mean(np.log(CHANCES))
            ),
            "that is the squared error; the cross-entropy takes logarithms.": lambda _: (
                SQUARED_ERROR.value(CHANCES, ANSWERS)
            ),
            "that is the logarithm to the base 10; use the natural one, ln.": lambda r: (
                r / np.log(10)
            ),
        },
    ),
    "the-loss-3-direction": Values(
        lambda: -GRADIENT / np.linalg.norm(GRADIENT),
        why="it is the gradient turned round and cut to the length 1.",
        hint="Turn the gradient round, then divide by its length.",
        mistakes={
            "that way the loss rises most; it falls most the other way.": lambda r: -r,
            "the direction is right, but it should be 1 long.": -GRADIENT,
            "that is at right angles to the gradient: to first order the loss stays as it is.": (
                [0.8, 0.6]
            ),
            "that is at right angles to the gradient, too: the loss stays as it is, to first order.": (
                [-0.8, -0.6]
            ),
            "the two are swapped: first the weight with the derivative 3.": [-0.8, 0.6],
            "divide by the length of the gradient, the root of the sum of squares, which is 5.": (
                -GRADIENT / 7
            ),
        },
    ),
    "the-loss-3-change": Values(
        lambda: -0.01 * np.linalg.norm(GRADIENT),
        why="the length of the gradient is the rate of the steepest change.",
        hint="Each weight adds its rate times its move, and the move is 0.01 times the direction.",
        mistakes={
            "the loss falls that way, so the change is negative.": lambda r: -r,
            "that is the change per unit; the move is 0.01 long.": lambda r: 100 * r,
            "that is the whole gradient as a step; the move is only 0.01 long.": -25.0,
        },
    ),
    "the-loss-4": Function(
        gradient_of(huber),
        _pairs,
        _random_pair,
        why="a wild target now pulls no harder than one that is 0.5 off.",
        hint="It is the difference, but never more than c and never less than -c, over m.",
        mistakes={
            "the 1/m of the mean is missing.": _clipped,
            "that is the squared error: beyond c the slope stays at c.": lambda a, Y: (
                (a - Y) / a.shape[1]
            ),
            "the sign: it is prediction minus target.": lambda a, Y: -_clipped(a, Y) / a.shape[1],
            "divide by the number of examples m, the columns, not by all entries.": lambda a, Y: (
                _clipped(a, Y) / a.size
            ),
            "beyond c the slope is c with the sign of the difference.": lambda a, Y: (
                np.minimum(a - Y, THRESHOLD) / a.shape[1]
            ),
        },
    ),
    "the-loss-5": Values(
        _best_constant,
        digits=3,
        why="it is the share of the ones, so the best constant is an honest probability.",
        hint="Set the sum of the derivatives to 0: two terms are -1/p, four are 1/(1 - p).",
        mistakes={
            "that is the most frequent answer: being sure and wrong twice costs without limit.": 0.0,
            "that is the share of the zeros.": lambda r: 1 - r,
            "half and half would be best for as many ones as zeros.": 0.5,
            "a probability lies between 0 and 1: no per cent, please.": lambda r: 100 * r,
        },
    ),
}
