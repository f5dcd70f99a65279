"""The first wrong number of a calculation, and the typical mistake that would give it.

MISTAKES has, for each kind of step, sentences with the number that each mistake gives. A mistake is
told from the right numbers that go into the step, so only the step itself can be at fault.
"""

from typing import NamedTuple

import numpy as np

from backprop._check import check_count
from backprop.practice.worked import Solution

# Each takes the `Pass` n and the layer l. What can't be computed, since the shapes don't fit, or does
# not exist in layer l, is no candidate.


def _slope_at_a(n, l):
    return n.df(l, n.a[l])


def _reached(n, l):
    """(W^{l+1})^T delta^{l+1}, what reaches layer l from above."""
    return n.W[l + 1].T @ n.delta[l + 1]


def _target_difference(n, l):
    return n.a[n.L] - n.Y


MISTAKES = {
    "z": {
        "you left out the bias": lambda n, l: n.W[l] @ n.a[l - 1],
        "you subtracted the bias": lambda n, l: n.W[l] @ n.a[l - 1] - n.b[l],
        "you used the transpose of the weights": lambda n, l: n.W[l].T @ n.a[l - 1] + n.b[l],
        "you took z of the layer below where its activation a belongs": lambda n, l: (
            n.W[l] @ n.z[l - 1] + n.b[l]
        ),
        "you added one bias for each example in place of one for each unit": lambda n, l: (
            n.W[l] @ n.a[l - 1] + n.b[l].T
        ),
        "you applied the activation already": lambda n, l: n.f(l, n.z[l]),
    },
    "a": {
        "you left out the activation function: that is z": lambda n, l: n.z[l],
        "you took the slope of the activation in place of its value": lambda n, l: n.df(l, n.z[l]),
        "you applied the activation twice": lambda n, l: n.f(l, n.a[l]),
        "you dropped the signs of the negative sums": lambda n, l: abs(n.z[l]),
    },
    "p": {
        "you took the sigmoid of each logit: the softmax divides by the sum over all classes": (
            lambda n, l: 1 / (1 + np.exp(-n.a[l]))
        ),
        "you did not divide by the sum": lambda n, l: np.exp(n.a[l]),
        "you divided the logits themselves by their sum, without the exponential": lambda n, l: (
            n.a[l] / n.a[l].sum(axis=0)
        ),
        "you divided by the sum over the examples, not over the classes": lambda n, l: (
            np.exp(n.a[l]) / np.exp(n.a[l]).sum(axis=1, keepdims=True)
        ),
    },
    "loss": {
        "you took the sum over the examples: the mean has 1/m": lambda n, l: n.per_example.sum(),
        "you left out the 1/2 of the squared error": lambda n, l: (
            2 * n.per_example.mean()
            if n.dloss_da is not None and n.loss.name == "squared_error"
            else None
        ),
        "you divided by the number of outputs as well": lambda n, l: (
            n.per_example.mean() / n.Y.shape[0]
        ),
        "the sign is wrong: a cross-entropy is minus a logarithm": lambda n, l: (
            -n.per_example.mean() if n.loss.name != "squared_error" else None
        ),
        "you forgot to square the differences": lambda n, l: (
            abs(_target_difference(n, l)).sum() / (2 * n.m)
            if n.loss.name == "squared_error"
            else None
        ),
    },
    "dL/da": {
        "you left out 1/m": lambda n, l: n.dloss_da * n.m,
        "the sign is wrong: it is a - Y": lambda n, l: -n.dloss_da,
        "you kept a factor 2 that the 1/2 cancels": lambda n, l: 2 * n.dloss_da,
        "you took a - Y, which leaves out the denominator a (1 - a)": lambda n, l: (
            _target_difference(n, l) / n.m if n.loss.name != "squared_error" else None
        ),
        "you took the outputs without the targets": lambda n, l: n.a[n.L] / n.m,
    },
    "delta L": {
        "you left out the slope of the activation": lambda n, l: n.dloss_da,
        "you took the slope at a: it belongs at z": lambda n, l: n.dloss_da * _slope_at_a(n, l),
        "you multiplied by the activation in place of its slope": lambda n, l: n.dloss_da * n.a[l],
        "you left out 1/m": lambda n, l: n.delta[l] * n.m,
        "the sign is wrong: the derivative is that of a - Y": lambda n, l: -n.delta[l],
        "you took the softmax entry by entry, with p (1 - p)": lambda n, l: (
            -n.Y * (1 - n.p) / n.m if n.p is not None else None
        ),
        "you multiplied p - Y by p (1 - p) again: that is in it already": lambda n, l: (
            (n.p - n.Y) * n.p * (1 - n.p) / n.m if n.p is not None else None
        ),
        "you took the logits where the probabilities belong": lambda n, l: (
            (n.a[l] - n.Y) / n.m if n.p is not None else None
        ),
    },
    "delta": {
        "you left out the slope of the activation": lambda n, l: _reached(n, l),
        "you took the slope at a: it belongs at z": lambda n, l: _reached(n, l) * _slope_at_a(n, l),
        "you did not transpose the weights": lambda n, l: (
            (n.W[l + 1] @ n.delta[l + 1]) * n.df(l, n.z[l])
        ),
        "you took the weights of this layer: the way back leads through those of the layer above": (
            lambda n, l: (n.W[l].T @ n.delta[l + 1]) * n.df(l, n.z[l])
        ),
        "you used weights that the update had moved already": lambda n, l: (
            (n.W_new[l + 1].T @ n.delta[l + 1]) * n.df(l, n.z[l])
        ),
        "you multiplied by the activation in place of its slope": lambda n, l: (
            _reached(n, l) * n.a[l]
        ),
        "you divided by m once more: 1/m is in the delta above": lambda n, l: n.delta[l] / n.m,
        "you took the slope of the layer above": lambda n, l: (
            n.W[l + 1].T @ (n.delta[l + 1] * n.df(l + 1, n.z[l + 1])) * n.df(l, n.z[l])
        ),
        "the sign is wrong": lambda n, l: -n.delta[l],
    },
    "dL/dW": {
        "that is its transpose: row i belongs to unit i": lambda n, l: n.dW[l].T,
        "you took this layer's activation: the weight multiplied that of the layer below": (
            lambda n, l: n.delta[l] @ n.a[l].T
        ),
        "you took z of the layer below where its activation a belongs": lambda n, l: (
            n.delta[l] @ n.z[l - 1].T
        ),
        "you divided by m once more: 1/m is in the delta": lambda n, l: n.dW[l] / n.m,
        "you took the first example alone": lambda n, l: n.delta[l][:, :1] @ n.a[l - 1][:, :1].T,
        "you left out 1/m": lambda n, l: n.dW[l] * n.m,
        "you multiplied by the weights in place of the activations below": lambda n, l: (
            n.delta[l].sum(axis=1, keepdims=True) * n.W[l]
        ),
        "the sign is wrong": lambda n, l: -n.dW[l],
    },
    "dL/db": {
        "you took the mean over the examples: 1/m is in the delta, so it is the sum": (
            lambda n, l: n.db[l] / n.m
        ),
        "you took the first example alone": lambda n, l: n.delta[l][:, :1],
        "you left the examples apart: the bias's derivative is their sum": lambda n, l: n.delta[l],
        "you added over the units in place of the examples": lambda n, l: n.delta[l].sum(
            axis=0, keepdims=True
        ),
        "you multiplied by the bias": lambda n, l: n.db[l] * n.b[l],
        "you left out 1/m": lambda n, l: n.db[l] * n.m,
        "the sign is wrong": lambda n, l: -n.db[l],
    },
    "W new": {
        "you added the step: it goes against the gradient": lambda n, l: n.W[l] + n.eta * n.dW[l],
        "you left out the learning rate": lambda n, l: n.W[l] - n.dW[l],
        "that is the step alone: subtract it from the weights": lambda n, l: n.eta * n.dW[l],
        "you divided the step by m once more": lambda n, l: n.W[l] - n.eta * n.dW[l] / n.m,
        "you multiplied the weights by the learning rate as well": lambda n, l: (
            n.eta * (n.W[l] - n.dW[l])
        ),
    },
    "b new": {
        "you added the step: it goes against the gradient": lambda n, l: n.b[l] + n.eta * n.db[l],
        "you left out the learning rate": lambda n, l: n.b[l] - n.db[l],
        "that is the step alone: subtract it from the bias": lambda n, l: n.eta * n.db[l],
        "you divided the step by m once more": lambda n, l: n.b[l] - n.eta * n.db[l] / n.m,
        "you left the bias as it was": lambda n, l: n.b[l],
    },
    "loss new": {
        "that is the loss before the step": lambda n, l: n.per_example.mean(),
        "you moved the weights and kept the biases": lambda n, l: n.losses(
            n.outputs(n.W_new, n.b)
        ).mean(),
        "you took the sum over the examples: the mean has 1/m": lambda n, l: n.loss_after * n.m,
        "you went up the gradient": lambda n, l: n.losses(
            n.outputs(
                [None, *(2 * old - new for old, new in zip(n.W[1:], n.W_new[1:]))],
                [None, *(2 * old - new for old, new in zip(n.b[1:], n.b_new[1:]))],
            )
        ).mean(),
    },
}


class Finding(NamedTuple):
    """What `check_steps` found.

    name:     the first step with a wrong number, None if there is none
    place:    (row, column) of its first wrong entry, counted from 1, None where the shape is wrong
    mistakes: the sentences of all mistakes that give just these numbers
    checked:  the names of the steps that were right before it
    text:     all of it in words
    """

    name: str | None
    place: tuple | None
    mistakes: tuple
    checked: tuple
    text: str

    def __str__(self):
        return self.text


def kind_of(name, L):
    """The key of MISTAKES for a step's name, and its layer: "delta^2" -> ("delta", 2)."""
    if name == "dL/da":
        return name, L
    head, _, tail = name.partition("^")
    if not tail:
        return head, L
    number, _, new = tail.partition(" ")
    layer = int(number)
    if head == "delta" and layer == L:
        return "delta L", layer
    return f"{head} {new}".strip(), layer


def candidates(solution, name, digits=6):
    """[(sentence, the wrong array)] of each mistake at this step that shows at so many decimals.

    What is right once it is rounded does not show: nobody can tell it from the right numbers.
    """
    kind, layer = kind_of(name, solution.numbers.L)
    right = np.asarray(solution[name].value, dtype=np.float64)
    found = []
    for sentence, wrong in MISTAKES[kind].items():
        try:
            with np.errstate(all="ignore"):
                value = wrong(solution.numbers, layer)
        except (ValueError, TypeError, AttributeError):  # shapes that do not fit, no such step
            continue
        if value is None:
            continue
        value = np.asarray(value, dtype=np.float64)
        if np.all(np.isfinite(value)) and not _same(np.round(value, digits), right, digits):
            found.append((sentence, value))
    return found


def _same(given, right, digits):
    """Whether the numbers agree to `digits` decimals, one unit of the last being allowed."""
    allowed = 1.01 * 10.0**-digits * np.maximum(1, np.abs(right))
    return given.shape == right.shape and bool(np.all(np.abs(given - right) <= allowed))


def check_steps(solution, answers, *, digits=3):
    """Find the first wrong number in a calculation, and name the mistake that gives it.

    solution: what `work_out` returned
    answers:  {name of a step: your numbers}, such as {"z^1": [[0.5], [-1]], "loss": 0.27}; any steps,
              in any order. A column may be given as a plain list.
    digits:   to how many decimals yours are rounded

    Returns a `Finding`; printed, it says all in words. Raises KeyError for a name that the solution
    does not have, and ValueError or TypeError for numbers that are none.
    """
    if not isinstance(solution, Solution):
        raise TypeError(f"solution: expected what work_out returns, got {type(solution).__name__}")
    if not isinstance(answers, dict):
        raise TypeError(f"answers: expected {{name of a step: numbers}}, got {answers!r}")
    digits = check_count("digits", digits)
    given = {name: _numbers(name, solution[name], value) for name, value in answers.items()}
    right = []
    for step in solution.steps:
        if step.name not in given:
            continue
        answer, expected = given[step.name], np.asarray(step.value, dtype=np.float64)
        if _same(answer, expected, digits):
            right.append(step.name)
            continue
        named = tuple(
            sentence
            for sentence, wrong in candidates(solution, step.name)
            if _same(answer, wrong, digits)
        )
        return _finding(step, answer, expected, named, tuple(right), digits)
    text = f"All {len(right)} are right." if len(right) != 1 else "That is right."
    return Finding(None, None, (), tuple(right), text)


def _numbers(name, step, value):
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"{name}: expected numbers of shape {step.shape}, got {value!r}") from None
    if not np.all(np.isfinite(array)):
        raise ValueError(f"{name}: expected finite numbers, got {value!r}")
    expected = np.shape(step.value)
    if array.ndim < len(expected):
        column = len(expected) == 2 and expected[1] == 1
        array = array.reshape(-1, 1) if column and array.ndim == 1 else np.atleast_2d(array)
    elif len(expected) == 0 and array.size == 1:
        array = array.reshape(())
    return array


def _finding(step, answer, expected, named, right, digits):
    before = f"{', '.join(right)}: right. " if right else ""
    if named:
        said = " or ".join(named) if len(named) == 1 else "; or ".join(named)
        more = "" if len(named) == 1 else f" ({len(named)} mistakes give these numbers)"
        reason = f"{said[0].upper()}{said[1:]}{more}."
    else:
        reason = f"Look at the step again: {step.why[0].lower()}{step.why[1:]}"
    if answer.shape != expected.shape:
        text = f"{before}{step.name}: expected shape {expected.shape}, got {answer.shape}. {reason}"
        return Finding(step.name, None, named, right, text)
    off = ~np.isclose(
        answer, expected, rtol=0, atol=1.01 * 10.0**-digits * np.maximum(1, abs(expected))
    )
    place = tuple(int(i) + 1 for i in np.argwhere(off)[0])
    where = f" (row {place[0]}, column {place[1]})" if len(place) == 2 and off.size > 1 else ""
    text = f"{before}{step.name} is the first that is not right{where}. {reason}"
    return Finding(step.name, place or None, named, right, text)
