"""Losses: each a value next to its derivative (chapter 2).

A loss compares the outputs a = a^L (n_L, m) with the targets Y (n_L, m). The mean over the batch,
1/m, is taken here and nowhere else, in the value and so also in the derivative. The recursion of
chapter 4 starts from `grad` and never asks which loss it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from backprop._check import Checked, KeptShapeOfA, OneNumber, check_matrix
from backprop.activations import IDENTITY, LEAKY_RELU, RELU, SIGMOID, TANH, softmax


@dataclass(frozen=True)
class Loss:
    """The mean over the m columns of a loss per example, and its derivative.

    name:  what `LOSSES` and plots call it.
    value: (a, Y), both (n_L, m) -> float
    grad:  (a, Y), both (n_L, m) -> dL/da (n_L, m), the factor 1/m included
    """

    name: str
    value: Callable
    grad: Callable

    def __post_init__(self):
        if not isinstance(self.name, str):
            raise TypeError(f"name: expected a text, got {self.name!r}")
        for part in ("value", "grad"):
            if not callable(getattr(self, part)):
                raise TypeError(
                    f"{part}: expected a function of a and Y, got {getattr(self, part)!r}"
                )
        for part, checked in (("value", OneNumber), ("grad", KeptShapeOfA)):
            function = getattr(self, part)
            if not isinstance(function, (Checked, _Formula)):
                what = f"loss {self.name!r}: {part}(a, Y)"
                object.__setattr__(self, part, checked(function, what))

    def __repr__(self):
        return f"Loss({self.name!r})"

    def __reduce__(self):  # for pickle and copy: those of the module by name, your own by its parts
        if LOSSES.get(self.name) is self:
            return self.name.upper()
        return Loss, (self.name, self.value, self.grad)


@dataclass(frozen=True)
class _Formula:
    """One of the formulas below, with a check of a and Y before it."""

    formula: Callable
    check: Callable
    convert: Callable  # of the result

    @np.errstate(over="ignore", invalid="ignore", under="ignore")
    def __call__(self, a, Y):
        a = check_matrix("a", a, shape="(n_L, m)", finite=False)
        Y = check_matrix(
            "Y", Y, shape="(n_L, m)", rows=a.shape[0], columns=a.shape[1], dtype=a.dtype
        )
        self.check(a, Y)
        return self.convert(self.formula(a, Y))


def _squared_error(a, Y):
    m = a.shape[1]
    return 0.5 * np.sum((a - Y) ** 2) / m


def _squared_error_grad(a, Y):
    m = a.shape[1]
    return (a - Y) / m


def _binary_cross_entropy(a, Y):
    m = a.shape[1]
    eps = np.finfo(a.dtype).eps  # keeps log(0) and 1/0 away
    log_a, log_not_a = np.log(np.maximum(a, eps)), np.log(np.maximum(1 - a, eps))
    return -np.sum(Y * log_a + (1 - Y) * log_not_a) / m


def _binary_cross_entropy_grad(a, Y):
    m = a.shape[1]
    eps = np.finfo(a.dtype).eps
    return ((1 - Y) / np.maximum(1 - a, eps) - Y / np.maximum(a, eps)) / m


def _softmax_cross_entropy(a, Y):
    m = a.shape[1]
    shifted = a - a.max(axis=0, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
    return -np.sum(Y * log_p) / m


def _softmax_cross_entropy_grad(a, Y):
    m = a.shape[1]
    return (softmax(a) - Y) / m


def _check_probabilities(name, p):
    outside = (p < 0) | (p > 1)
    if outside.any():
        raise ValueError(
            f"{name}: expected probabilities in [0, 1], got {p[outside][0]:g}"
            + ("; give the output layer a sigmoid" if name == "a" else "")
        )


def _check_nothing(a, Y):
    pass


def _check_binary(a, Y):
    _check_probabilities("Y", Y)
    _check_probabilities("a", a)


def _check_classes(a, Y):
    _check_probabilities("Y", Y)
    sums = Y.sum(axis=0)
    wrong = np.abs(sums - 1) > 1e-5
    if wrong.any():
        raise ValueError(
            "Y: expected columns that each sum to 1, such as one-hot targets, "
            f"got a column that sums to {sums[wrong][0]:g}"
        )


def _loss(name, value, grad, check):
    return Loss(name, _Formula(value, check, float), _Formula(grad, check, np.asarray))


def check_output(loss, activation, K):
    """Refuse to train with an output layer of K units that is not made for the loss."""
    if loss == BINARY_CROSS_ENTROPY and activation in (TANH, RELU, LEAKY_RELU, IDENTITY):
        raise ValueError(
            "loss: BINARY_CROSS_ENTROPY takes the logarithm of probabilities, and a "
            f"{activation.name} output can leave [0, 1]; give the output layer a 'sigmoid'"
        )
    if loss == SOFTMAX_CROSS_ENTROPY and activation in (SIGMOID, TANH):
        spread = np.exp(1 if activation == SIGMOID else 2)  # of the largest logit over the least
        raise ValueError(
            "loss: SOFTMAX_CROSS_ENTROPY takes logits and applies the softmax itself; a "
            f"{activation.name} before it keeps every probability below "
            f"{spread / (spread + K - 1):.2f} for {K} classes; give the output layer the 'identity'"
        )


class _Bare(NamedTuple):
    value: Callable
    grad: Callable


def formulas(loss):
    """One of `LOSSES` without its checks, for loops that have checked already; your own as it is."""
    if LOSSES.get(loss.name) != loss:
        return loss
    return _Bare(loss.value.formula, loss.grad.formula)


SQUARED_ERROR = _loss("squared_error", _squared_error, _squared_error_grad, _check_nothing)
BINARY_CROSS_ENTROPY = _loss(
    "binary_cross_entropy", _binary_cross_entropy, _binary_cross_entropy_grad, _check_binary
)
SOFTMAX_CROSS_ENTROPY = _loss(
    "softmax_cross_entropy", _softmax_cross_entropy, _softmax_cross_entropy_grad, _check_classes
)

LOSSES = {loss.name: loss for loss in (SQUARED_ERROR, BINARY_CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY)}
