"""Losses: each a value next to its derivative (chapter 2).

A loss compares the outputs a = a^L (n_L, m) with the targets Y (n_L, m). The mean over the batch,
1/m, is taken here and nowhere else, in the value and so also in the derivative. The recursion of
chapter 4 starts from `grad` and never asks which loss it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from backprop._check import KeptShapeOfA, Named, OneNumber
from backprop._expects import Matrix, Targets, distributions, equation, probabilities
from backprop.activations import softmax


@dataclass(frozen=True, repr=False)
class Loss(Named):
    """The mean over the m columns of a loss per example, and its derivative.

    name:  what `LOSSES` and plots call it.
    value: (a, Y), both (n_L, m) -> float
    grad:  (a, Y), both (n_L, m) -> dL/da (n_L, m), the factor 1/m included
    """

    name: str
    value: Callable
    grad: Callable

    _expected = "a Loss such as SQUARED_ERROR, got {0!r}"
    _checks, _arguments = {"value": OneNumber, "grad": KeptShapeOfA}, ("a", "Y")

    def _fits(self, name, known, *, check_output=None):
        if check_output:
            check_output(self, known["network"].activations[-1], known["n_L"])
        known["domain"] = getattr(getattr(self.value, "rules", {}).get("Y"), "domain", None)
        return self


SHAPE = "(n_L, m)"
NUMBERS = {"a": SHAPE, "Y": Targets(SHAPE)}
PROBABILITIES = {
    "a": Matrix(SHAPE, domain=probabilities),
    "Y": Targets(SHAPE, domain=probabilities),
}
CLASSES = {"a": SHAPE, "Y": Targets(SHAPE, domain=distributions)}


@equation(**NUMBERS, returns=float)
def _squared_error(a, Y):
    m = a.shape[1]
    return 0.5 * np.sum((a - Y) ** 2) / m  # eq-squared-error, eq-loss-mean


@equation(**NUMBERS, returns=SHAPE)
def _squared_error_grad(a, Y):
    m = a.shape[1]
    return (a - Y) / m  # eq-squared-error-grad


@equation(**PROBABILITIES, returns=float)
def _binary_cross_entropy(a, Y):
    m, eps = a.shape[1], np.finfo(a.dtype).eps  # keeps log(0) and 1/0 away
    log_a, log_not_a = np.log(np.maximum(a, eps)), np.log(np.maximum(1 - a, eps))
    return -np.sum(Y * log_a + (1 - Y) * log_not_a) / m  # eq-bce


@equation(**PROBABILITIES, returns=SHAPE)
def _binary_cross_entropy_grad(a, Y):
    m, eps = a.shape[1], np.finfo(a.dtype).eps
    return ((1 - Y) / np.maximum(1 - a, eps) - Y / np.maximum(a, eps)) / m  # eq-bce-derivative


@equation(**CLASSES, returns=float)
def _softmax_cross_entropy(a, Y):
    m = a.shape[1]
    shifted = a - a.max(axis=0, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))  # eq-log-softmax
    return -np.sum(Y * log_p) / m  # eq-cross-entropy


@equation(**CLASSES, returns=SHAPE)
def _softmax_cross_entropy_grad(a, Y):
    m = a.shape[1]
    return (softmax(a) - Y) / m  # eq-softmax-delta


SQUARED_ERROR = Loss("squared_error", _squared_error, _squared_error_grad)
BINARY_CROSS_ENTROPY = Loss(
    "binary_cross_entropy", _binary_cross_entropy, _binary_cross_entropy_grad
)
SOFTMAX_CROSS_ENTROPY = Loss(
    "softmax_cross_entropy", _softmax_cross_entropy, _softmax_cross_entropy_grad
)

LOSSES = {loss.name: loss for loss in (SQUARED_ERROR, BINARY_CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY)}


class _Bare(NamedTuple):
    value: Callable
    grad: Callable


def formulas(loss):
    """One of `LOSSES` without its checks, for loops that have checked already; your own as it is."""
    if LOSSES.get(loss.name) != loss:
        return loss
    return _Bare(loss.value.bare, loss.grad.bare)
