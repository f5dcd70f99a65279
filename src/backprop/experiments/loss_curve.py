"""The three losses of one example over its prediction (chapter 2)."""

import numpy as np

from backprop._check import check_real
from backprop.losses import BINARY_CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY, SQUARED_ERROR

LOSSES = {
    "squared error": SQUARED_ERROR,
    "cross-entropy": BINARY_CROSS_ENTROPY,
    "softmax cross-entropy": SOFTMAX_CROSS_ENTROPY,
}


def logit(p):
    """The logit that softmax gives the probability p beside two logits of 0."""
    return np.log(2 * p / (1 - p))


def curve(loss, places, target):
    """The loss of one example and its derivative at each place, two arrays.

    For the squared error and the cross-entropy a place is the prediction itself. For the softmax
    it is the logit of class 1 of 3, the two others being 0; the target 1 says that class 1 is the
    right one, 0 that class 2 is.
    """
    if loss not in LOSSES:
        raise ValueError(f"loss: expected one of {', '.join(LOSSES)}, got {loss!r}")
    if target not in (0, 1):
        raise ValueError(f"target: expected 0 or 1, got {target!r}")
    pair, Y = LOSSES[loss], np.array([[float(target)]])
    rest = np.zeros((0, 1))
    if pair == SOFTMAX_CROSS_ENTROPY:
        Y, rest = np.array([[target], [1 - target], [0.0]]), np.zeros((2, 1))
    answers = [np.vstack([[[place]], rest]) for place in places]  # each (n_L, 1)
    heights = [pair.value(answer, Y) for answer in answers]
    slopes = [pair.grad(answer, Y)[0, 0] for answer in answers]
    return np.array(heights), np.array(slopes)


def at(loss, prediction, target):
    """The place on the axis that the prediction has, the loss there, and its derivative."""
    prediction = check_real("prediction", prediction, above=0)
    if prediction >= 1:
        raise ValueError(f"prediction: expected less than 1, got {prediction:g}")
    place = logit(prediction) if loss == "softmax cross-entropy" else prediction
    (height,), (slope,) = curve(loss, [place], target)
    return place, height, slope
