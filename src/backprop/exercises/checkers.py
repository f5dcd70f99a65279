"""Three kinds of checker: for numbers, for a choice, and for a function of the learner's."""

import sys
import time
import warnings
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from numbers import Number

import numpy as np

from backprop.exercises.errors import words_for

OWN_WORDS = "In Python's words:"  # what follows is for who wants it: the page folds it away
WAITS = "Not answered yet: replace the three dots."
PATIENCE = 10  # s that a learner's function has for all its inputs together
N_RANDOM = 20  # of them, beside those that an exercise chooses
TOO_LONG = (
    f"your function was stopped after {PATIENCE} seconds. Does each of its loops come to an end?"
)
WAITS_FUNCTION = "Not answered yet: the function returns nothing."
FACTORS = {
    10: "10 times too large",
    2: "twice as large as it should be",
    0.5: "half of what it should be",
}
FACTORS |= {0.1: "a tenth of what it should be", 100: "100 times too large: no per cent, please"}


@dataclass(frozen=True)
class Values:
    """The answer is a number, or an array of numbers.

    right:    () -> the right answer, computed by the module
    why:      what the right answer is told: why it matters
    hint:     what is added where no mistake is recognised: where to look
    mistakes: {message: right -> what that mistake gives}, or the value itself
    digits:   how many decimals are asked for; without it nearly all must be right
    """

    right: Callable
    why: str
    hint: str
    mistakes: dict = field(default_factory=dict)
    digits: int | None = None

    def verdict(self, answer):
        if _waits(answer):
            return WAITS
        right = np.asarray(self.right(), dtype=np.float64)
        came, wrong = _numbers(answer, right, flat=True)
        if wrong is None and not self._close(came, right):
            wrong = self._known(came, right) or self._rounded(came, right)
            if not wrong and np.ndim(answer) == 1:  # places as the learner counts them
                came, right = came.ravel(), right.ravel()
            wrong = wrong or difference(came, right, self._close)
            wrong = wrong if wrong.endswith((".", "?")) else f"{wrong}. {self.hint}"
        return f"Not quite: {wrong}" if wrong else f"Right: {self.why}"

    def _known(self, came, right):
        for message, mistake in self.mistakes.items():
            value = np.asarray(mistake(right) if callable(mistake) else mistake, dtype=np.float64)
            if value.shape == came.shape and self._close(came, value):
                return message

    def _rounded(self, came, right):
        """What an answer is told that is right to fewer decimals than are asked for."""
        for digits in range(1, 9):
            unit = 10.0**-digits
            near = np.abs(came - right) <= (0.5 + 1e-9) * unit
            some = np.any(np.abs(right) > unit / 2)  # of its digits are left
            if some and near.all() and np.allclose(came / unit, np.round(came / unit)):
                more = "carry more" if self.digits is None else f"{self.digits} are asked for"
                decimals = f"{digits} decimal{'s' if digits > 1 else ''}"
                return f"right, but rounded to {decimals}: {more}."

    def _close(self, came, right):
        if self.digits is None:
            return np.allclose(came, right, rtol=1e-6, atol=1e-9)
        return np.allclose(came, right, rtol=0, atol=0.501 * 10.0**-self.digits)


@dataclass(frozen=True)
class Choice:
    """The answer is one of a few: a word, a whole number, True or False.

    right: the right one
    why:   what the right answer is told: why it matters
    wrong: {each of the others: why it is not right}
    """

    right: object
    why: str
    wrong: dict

    def verdict(self, answer):
        if _waits(answer):
            return WAITS
        if isinstance(answer, np.generic):
            answer = answer.item()
        said = _word(answer)
        if said == _word(self.right):
            return f"Right: {self.why}"
        for other, reason in self.wrong.items():
            if said == _word(other):
                return f"Not quite: {reason}"
        choices = ", ".join(sorted(repr(choice) for choice in (self.right, *self.wrong)))
        return f"Not quite: the answer is one of {choices}, and you gave {_shown(answer)}."


@dataclass(frozen=True)
class Function:
    """The answer is a function, tried on more arguments than the exercise shows.

    It has 10 seconds for them all: one that does not end is stopped and told so.

    right:    the module's function, or one made by `slope_of` or `gradient_of`
    cases:    () -> {what a case is called: its arguments}: the odd ones (0, large, one column)
    random:   rng -> the arguments of one case more, of any size; 20 are drawn, the same each time
    why:      what the right answer is told: why it matters
    hint:     what is added where no mistake is recognised: where to look
    mistakes: {message: the function with that mistake}
    """

    right: Callable
    cases: Callable
    random: Callable
    why: str
    hint: str
    mistakes: dict = field(default_factory=dict)

    def tried(self):
        """All that an answer is tried on: {what a case is called: its arguments}."""
        rng = np.random.default_rng(0)
        drawn = [self.random(rng) for _ in range(N_RANDOM)]
        return self.cases() | {
            f"random input {number}, {', '.join(map(_size, given))}": given
            for number, given in enumerate(drawn, 1)
        }

    def verdict(self, answer):
        if _waits(answer):
            return WAITS
        if not callable(answer):
            return (
                f"Not quite: expected your function itself, without a call, got {_shown(answer)}."
            )
        end = time.perf_counter() + PATIENCE
        for case, arguments in self.tried().items():
            try:
                with _until(end):
                    wrong = self._try(answer, arguments)
                    known = self._known(answer) if wrong and wrong != WAITS_FUNCTION else None
            except TooLong:
                return f"Not quite: with {case}, {TOO_LONG}"
            if wrong == WAITS_FUNCTION:
                return wrong
            if wrong:
                return f"Not quite: {known}" if known else f"Not quite: with {case}, {wrong}"
        return f"Right: {self.why}"

    def _try(self, function, arguments):
        """What is wrong with one call, or None."""
        given = [np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments]
        right = np.asarray(self.right(*arguments))
        try:
            came = _quietly(function, given)
        except Exception as error:
            words = f"{type(error).__name__}: {error}".splitlines()[0]
            said = words_for(error)
            return (
                f"your function stops. {said} {OWN_WORDS} {words}"
                if said
                else f"your function stops with {words}"
            )
        if _waits(came):
            return WAITS_FUNCTION
        if any(not np.array_equal(a, b) for a, b in zip(given, arguments)):
            return "your function changes its own argument; work on a copy, or without +=, *=."
        came, wrong = _numbers(came, right)
        if wrong or _nearly(came, right):
            return wrong
        wrong = difference(came, right, _nearly, by_hand=False)
        return wrong if wrong.endswith((".", "?")) else f"{wrong}. {self.hint}"

    def _known(self, function):
        """The mistake whose function gives the same as the learner's in every case."""
        for message, mistake in self.mistakes.items():
            if all(_same(function, mistake, given) for given in self.tried().values()):
                return message


class TooLong(BaseException):
    """A learner's function has had its time. No Exception: the function must not catch it."""


@contextmanager
def _until(end):
    """Raise TooLong in the learner's own lines after the time `end`.

    Python calls what is set here before each line, in Jupyter and in a page alike; the module's
    and NumPy's lines are left alone, so that they are as fast as ever.
    """

    def at_line(frame, event, argument):
        if time.perf_counter() > end:
            raise TooLong
        return at_line

    def at_call(frame, event, argument):
        name = frame.f_globals.get("__name__", "")
        return None if name.partition(".")[0] in {"backprop", "numpy"} else at_line

    before = sys.gettrace()
    sys.settrace(at_call)
    try:
        yield
    finally:
        sys.settrace(before)


def slope_of(f, *, step=1e-5):
    """The derivative of an elementwise f by central differences: what a learner's df must give."""
    return lambda z: (f(z + step) - f(z - step)) / (2 * step)


def gradient_of(f, *, step=1e-5):
    """The derivatives of a function f of one array by its entries, by central differences.

    f(x, *others) -> a number gives an array shaped like x; f -> a vector gives the Jacobian, a row
    for each entry of f and a column for each entry of x.
    """

    def gradient(x, *others):
        x = np.asarray(x, dtype=np.float64)
        columns = []
        for index in np.ndindex(x.shape):
            nudge = np.zeros_like(x)
            nudge[index] = step
            columns.append((f(x + nudge, *others) - f(x - nudge, *others)) / (2 * step))
        slopes = np.array(columns)
        return slopes.reshape(x.shape) if slopes.ndim == 1 else np.stack(columns, axis=-1)

    return gradient


def difference(came, right, close, *, by_hand=True):
    """In words, how `came` differs from the right numbers of the same shape.

    A text that ends with a full stop or a question mark needs no hint after it. What is worked out by
    hand may be rounded on the way; what a function returns is not.
    """
    if not np.isfinite(came).all():
        where = np.argwhere(~np.isfinite(came))[0]
        return (
            f"there is {came[tuple(where)]}{_at(where)}: something overflowed, or was divided by 0"
        )
    if close(came, -right):
        return "the sign is wrong, the size is right"
    if came.ndim == 2 and came.shape[0] == came.shape[1] and close(came, right.T):
        return "rows and columns are swapped: you have the transpose."
    factor = _factor(came, right, close)
    if factor is not None:
        return factor
    whole = all(np.all(numbers == np.round(numbers)) for numbers in (came, right))  # not rounded
    if not whole and np.all(np.abs(came - right) <= 0.02 * np.abs(right)):
        worst = np.max(np.abs(came - right) / np.maximum(np.abs(right), 1e-300))
        digit = max(int(np.floor(-np.log10(worst))) + 1, 2)
        ordinal = {2: "2nd", 3: "3rd"}.get(digit, f"{digit}th")
        advice = ": carry more digits and round at the end." if by_hand else ""
        return f"close, but off near the {ordinal} digit{advice}"
    if came.size > 1 and close(came, right + (came - right).mean()):
        return f"every number is off by the same {np.mean(came - right):.4g}"
    if came.size > 1 and close(np.sort(came, axis=None), np.sort(right, axis=None)):
        return "these are the right numbers, but in another order"
    off = [index for index in np.ndindex(came.shape) if not close(came[index], right[index])]
    value, target = came[off[0]], right[off[0]]
    if value * target < 0:
        how = "has the wrong sign"
    elif abs(value) > abs(target):
        how = "is too large" if target >= 0 else "is too far below 0"
    else:
        how = "is too small" if target >= 0 else "is not far enough below 0"
    if came.ndim == 0:
        return f"{value:.6g} {how}"
    count = f"{came.size - len(off)} of {came.size} numbers are right; "
    return f"{count}{value:.6g}{_at(off[0])} {how}"


def _factor(came, right, close):
    nonzero = np.abs(right) > 1e-12
    if not nonzero.any() or not np.any(came):
        return None if np.any(came) or not nonzero.any() else "it is 0 throughout"
    ratio = float(np.median(came[nonzero] / right[nonzero]))
    if right.size == 1:
        for factor, words in FACTORS.items():
            if close(came, factor * right):
                return words
        return None
    if ratio != 0 and abs(ratio - 1) > 0.02 and close(came / ratio, right):
        return f"every number is {ratio:.4g} times what it should be"


def _numbers(answer, right, *, flat=False):
    """The answer as floats in the right shape, and what is wrong with it or None.

    With `flat` all numbers in one row, a list or an array, are an answer of any shape.
    """
    parts = answer if isinstance(answer, (list, tuple)) else ()
    if any(isinstance(part, np.ndarray) for part in parts) and all(np.size(p) == 1 for p in parts):
        answer = [np.asarray(part).item() for part in parts]  # [W, loss] with W (1, 1)
    try:
        came = np.asarray(answer)
    except ValueError:
        return None, "the rows of your array have unequal lengths."
    if came.dtype.kind not in "fiu":
        expected = f"an array of shape {right.shape}" if right.ndim else "a number"
        return None, f"expected {expected}, got {_shown(answer)}."
    came = came.astype(np.float64)
    if came.shape == right.shape:
        return came, None
    if came.size == 1 and right.size == 1:
        return came.reshape(right.shape), None
    if right.ndim == 1 and came.shape in ((right.size, 1), (1, right.size)):  # a column, or a row
        return came.ravel(), None
    if came.ndim == 1 and came.size == right.size:
        if flat:
            return came.reshape(right.shape), None
        return (
            None,
            f"shape {came.shape} is flat; expected {right.shape}: use .reshape{right.shape}.",
        )
    if came.ndim == 2 and came.shape == right.shape[::-1]:
        return None, f"shape {came.shape}, expected {right.shape}: you have the transpose."
    expected = f"expected {right.shape}" if right.ndim else "expected one number"
    return None, f"the answer has shape {came.shape}, {expected}."


def _nearly(came, right):
    scale = max(1.0, float(np.max(np.abs(right), initial=0)))
    return np.allclose(came, right, rtol=1e-5, atol=1e-7 * scale)


def _same(function, other, arguments):
    results = []
    for f in (function, other):
        given = [np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments]
        try:
            results.append(np.asarray(_quietly(f, given), dtype=np.float64))
        except Exception:
            return False
    one, two = results
    return one.shape == two.shape and np.allclose(one, two, rtol=1e-6, atol=1e-9, equal_nan=True)


def _quietly(function, arguments):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return function(*arguments)


def _waits(answer):
    parts = answer if isinstance(answer, (list, tuple)) else [answer]
    return any(part is Ellipsis or part is None for part in parts)


def _at(index):
    return f" at [{', '.join(str(i) for i in index)}]" if len(index) else ""


def _word(value):
    """What makes two choices the same: "Layer 2 " and "layer 2", 2 and 2.0, but not 1 and True."""
    if isinstance(value, str):
        return value.strip().lower()
    if isinstance(value, bool) or not isinstance(value, Number):
        return (type(value).__name__, repr(value))
    return complex(value)


def _size(argument):
    """The shape of an argument, or its numbers where they are few."""
    if np.size(argument) > 4:
        return f"shape {np.shape(argument)}"
    return str(np.round(argument, 4).tolist())


def _shown(value):
    text = repr(value).split("\n")[0]
    return f"{type(value).__name__} {text[:40]}{'...' if len(text) > 40 else ''}"
