"""Three kinds of checker: for numbers, for a choice, and for a function of the learner's."""

import copy
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass
from decimal import Decimal
from numbers import Number, Real

import numpy as np

from backprop.exercises.errors import words_for

OWN_WORDS = "In Python's words:"  # what follows is for who wants it: the page folds it away
WAITS = {
    "three dots": "Not answered yet: replace the three dots.",
    "None": "Not answered yet: there is None where the answer should be. Does the function that it "
    "comes from end with a return?",
}
PATIENCE = 10  # s that a learner's function may compute for all its inputs together
# What others do on this machine does not count; a page knows no such clock.
CLOCK = time.perf_counter if sys.platform == "emscripten" else time.process_time
N_RANDOM = 20  # of them, beside those that an exercise chooses
TOO_LONG = (
    f"your function was stopped after {PATIENCE} seconds of computing. "
    "Does each of its loops come to an end?"
)
WAITS_FUNCTION = "Not answered yet: the function returns nothing."
FACTORS = {
    10: "10 times what it should be",
    2: "twice what it should be",
    0.5: "half of what it should be",
    0.1: "a tenth of what it should be",
    100: "100 times what it should be",
}


@dataclass(frozen=True)
class Values:
    """The answer is a number, or an array of numbers.

    right:    () -> the right answer, computed by the module
    why:      what the right answer is told: why it matters
    hint:     what is added where no mistake is recognised: where to look
    mistakes: {message: right -> what that mistake gives}, or the value itself, of any shape
    digits:   how many decimals are asked for; without it nearly all must be right, and whole numbers
              exactly
    """

    right: Callable
    why: str
    hint: str
    mistakes: dict = field(default_factory=dict)
    digits: int | None = None

    def verdict(self, answer):
        if gap := _gap(answer):
            return WAITS[gap]
        right = np.asarray(self.right(), dtype=np.float64)
        came, wrong = _numbers(answer, right, self._close, flat=True)
        if came is not None and (wrong or not self._close(came, right)):
            wrong = self._known(came, right) or wrong or self._fewer(came, right)
            if not wrong and np.ndim(answer) == 1:  # places as the learner counts them
                came, right = came.ravel(), right.ravel()
            wrong = wrong or difference(came, right, self._close)
            wrong = wrong if wrong.endswith((".", "?")) else f"{wrong}. {self.hint}"
        return f"Not quite: {wrong}" if wrong else f"Right: {self.why}"

    def _known(self, came, right):
        for message, mistake in self.mistakes.items():
            value = np.asarray(mistake(right) if callable(mistake) else mistake, dtype=np.float64)
            same = value.size == came.size
            if same and self._close(came, value.reshape(came.shape), units=1.6):
                return message

    def _fewer(self, came, right):
        """What an answer is told that is right to fewer decimals than are asked for."""
        digits = _rounded(came, right)
        if digits:
            more = "carry more" if self.digits is None else f"{self.digits} are asked for"
            return f"right, but rounded to {_decimals(digits)}: {more}."

    def _close(self, came, right, units=0.501):
        """To within so many units of the last decimal: a sum of what was rounded is off by more."""
        if self.digits is not None:
            return np.allclose(came, right, rtol=0, atol=units * 10.0**-self.digits)
        rtol, atol = (0, 1e-6) if _whole(right) else (1e-6, 1e-9)
        return np.allclose(came, right, rtol=rtol, atol=atol)


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
        if gap := _gap(answer):
            return WAITS[gap]
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

    It may compute for 10 seconds for them all: one that does not end is stopped and told so.

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
            f"random input {number} ({', '.join(map(_size, given))})": given
            for number, given in enumerate(drawn, 1)
        }

    def verdict(self, answer):
        if gap := _gap(answer):
            return WAITS[gap]
        if not callable(answer):
            names = [each.name for each in fields(answer)] if is_dataclass(answer) else []
            parts = [name for name in names if callable(getattr(answer, name))]
            give = (
                f"one of its functions, {' or '.join(parts)}"
                if parts
                else "its name, without a call"
            )
            return f"Not quite: expected a function, got {_shown(answer)}: give {give}."
        end = CLOCK() + PATIENCE
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
        given = copy.deepcopy(arguments)
        right = np.asarray(self.right(*arguments))
        try:
            came = function(*given)
        except (Exception, SystemExit) as error:
            words = f"{type(error).__name__}: {error}".splitlines()[0]
            said = words_for(error)
            if not said:
                return f"your function stops with {words.rstrip(': .')}. {self.hint}"
            return f"your function stops. {said} {OWN_WORDS} {words}"
        if came is None or came is Ellipsis:
            return WAITS_FUNCTION
        if gap := _gap(came):
            return f"your function's result holds {gap} where a number should be."
        if any(not np.array_equal(a, b) for a, b in zip(given, arguments)):
            return "your function changes its own argument; work on a copy, or without +=, *=."
        came, wrong = _numbers(came, right, _nearly)
        if wrong or _nearly(came, right):
            return wrong
        digits = came.size > 1 and not _whole(came) and _rounded(came, right)
        if digits:
            return f"your function rounds its result to {_decimals(digits)}: return it as it is."
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
    """Raise TooLong in the learner's own lines after the time `end` by CLOCK.

    Python calls what is set here before each line, in Jupyter and in a page alike; the module's
    and NumPy's lines are left alone, so that they are as fast as ever.
    """

    def at_line(frame, event, argument):
        if CLOCK() > end:
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
    if came.size == 1:  # without a place
        came, right = came.reshape(()), right.reshape(())
    if not np.isfinite(came).all():
        where = np.argwhere(~np.isfinite(came))[0]
        return (
            f"there is {came[tuple(where)]}{_at(where)}, of an overflow, a division by 0, or a root or "
            "logarithm of what has none"
        )
    came = np.where(np.abs(came) > 1e-12 * np.abs(right).max(), came, 0.0)  # but for rounding
    if close(came, -right):
        return "the sign is wrong, the size is right"
    if came.ndim == 2 and came.shape[0] == came.shape[1] and close(came, right.T):
        return "rows and columns are swapped: you have the transpose."
    factor = _factor(came, right, close)
    if factor is not None:
        return factor
    if not _whole(right) and np.all(np.abs(came - right) <= 0.02 * np.abs(right)):
        worst = np.max(np.abs(came - right) / np.maximum(np.abs(right), 1e-300))
        digit = max(int(np.floor(-np.log10(worst))) + 1, 2)
        ordinal = {2: "2nd", 3: "3rd"}.get(digit, f"{digit}th")
        advice = " (rounded on the way?)" if by_hand else ""
        return f"close, but off near the {ordinal} digit{advice}"
    if came.size > 2 and close(came, right + (came - right).mean()):  # of two, it may be chance
        return f"every number is off by the same {np.mean(came - right):.4g}"
    if came.size > 1 and close(np.sort(came, axis=None), np.sort(right, axis=None)):
        return "these are the right numbers, but in another order"
    off = [index for index in np.ndindex(came.shape) if not close(came[index], right[index])]
    value, target = came[off[0]], right[off[0]]
    if value * target < 0:
        how = "has the wrong sign"
    elif abs(value) > abs(target):
        below = "is too far below 0" if target else "should not be below 0"
        how = "is too large" if value > 0 else below
    else:
        how = "is too small" if target > 0 else "is not far enough below 0"
    if came.ndim == 0:
        return f"{value:.8g} {how}"
    count = f"{came.size - len(off)} of {came.size} numbers are right; "
    return f"{count}{value:.8g}{_at(off[0])} {how}"


def _factor(came, right, close):
    if not np.any(right) or not np.any(came):
        return "it is 0 throughout" if np.any(right) else None

    def times(factor):  # rounded after it, or before
        return close(came, factor * right) or close(came / factor, right)

    if right.size == 1:
        return next((words for factor, words in FACTORS.items() if times(factor)), None)
    ratio = float(np.vdot(came, right) / np.vdot(right, right))
    for factor in (float(f"{ratio:.2g}"), ratio):  # the first where the answer is rounded
        if factor != 0 and abs(factor - 1) > 0.02 and times(factor):
            return f"every number is {factor:.4g} times what it should be"


def _rounded(came, right):
    """To how many decimals the right numbers are rounded in what came, or None."""
    for digits in range(1, 9):
        unit = 10.0**-digits
        near = np.abs(came - right) <= (0.5 + 1e-9) * unit
        some = np.max(np.abs(right)) >= 10 * unit  # one digit says too little
        if some and near.all() and _whole(came / unit):
            return digits


def _decimals(digits):
    return f"{digits} decimal{'s' if digits > 1 else ''}"


def _whole(numbers):
    return np.allclose(numbers, np.round(numbers), rtol=1e-12, atol=0)


def _numbers(answer, right, close, *, flat=False):
    """The answer as floats in the right shape, and what is wrong with it or None.

    With `flat` all numbers in one row, a list or an array, are an answer of any shape. What comes in
    a wrong shape is given as it came, and None for what is no numbers.
    """
    parts = answer if isinstance(answer, (list, tuple)) else ()
    if any(isinstance(part, np.ndarray) for part in parts) and all(np.size(p) == 1 for p in parts):
        answer = [np.asarray(part).item() for part in parts]  # [W, loss] with W (1, 1)
    try:
        came = np.asarray(answer)
    except ValueError:
        return None, "the rows of your array have unequal lengths."
    if came.dtype == object and all(isinstance(each, (Real, Decimal)) for each in came.flat):
        try:
            came = came.astype(np.float64)  # fractions
        except OverflowError:
            return None, "a number is too large: a float ends near 1.8e308."
    several = f"{right.size} numbers" if right.ndim == 1 else f"an array of shape {right.shape}"
    expected = several if right.ndim else "one number"
    if came.dtype.kind == "b":
        return None, "expected numbers, got True or False."
    if came.dtype.kind not in "fiu":
        return None, f"expected {expected}, got {_shown(answer)}."
    came = came.astype(np.float64)
    if came.shape == right.shape:
        return came, None
    if came.size == 1 and right.size == 1:
        return came.reshape(right.shape), None
    if right.ndim == 1 and came.shape in ((right.size, 1), (1, right.size)):  # a column, or a row
        return came.ravel(), None
    if came.ndim == 1 and came.size == right.size:
        shaped = came.reshape(right.shape)
        if flat:
            return shaped, None
        if close(shaped, right):
            advice = f"use .reshape{right.shape}"
            return came, f"shape {came.shape} is flat; expected {right.shape}: {advice}."
    if came.ndim == 2 and came.shape == right.shape[::-1] and close(came.T, right):
        return came, f"shape {came.shape}, expected {right.shape}: you have the transpose."
    form = f"has shape {came.shape}" if came.ndim else "is one number"
    return came, f"the answer {form}, expected {expected}."


def _nearly(came, right):
    scale = max(1.0, float(np.max(np.abs(right), initial=0)))
    return np.allclose(came, right, rtol=1e-5, atol=1e-7 * scale)


def _same(function, other, arguments):
    results = []
    for f in (function, other):
        try:
            results.append(np.asarray(f(*copy.deepcopy(arguments)), dtype=np.float64))
        except (Exception, SystemExit) as error:
            results.append(type(error))
    one, two = results
    if isinstance(one, type) or isinstance(two, type):  # what stops in the same way is the same
        return one is two
    return one.shape == two.shape and np.allclose(one, two, rtol=1e-6, atol=1e-9, equal_nan=True)


def _gap(answer):
    """What stands in an answer, or in a list of them, in the place of a number: a key of WAITS."""
    parts = answer if isinstance(answer, (list, tuple)) else [answer]
    if any(part is Ellipsis for part in parts):
        return "three dots"
    return "None" if any(part is None for part in parts) else None


def _at(index):
    return f" at [{', '.join(str(i) for i in index)}]" if len(index) else ""


def _word(value):
    """What makes two choices the same: "Layer 2 " and "layer 2", 2 and 2.0, but not 1 and True."""
    if isinstance(value, str):
        return value.strip().lower()
    if isinstance(value, bool) or not isinstance(value, Number):
        return (type(value).__name__, _shown(value))
    return value


def _size(argument):
    """The shape of an argument, or its numbers where they are few."""
    if np.size(argument) > 4:
        return f"shape {np.shape(argument)}"
    return str(np.round(argument, 4).tolist())


def _shown(value):
    kind = type(value).__name__
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # Python prints no whole number of more than 4300 digits
        text = "too long to be shown"
    text = text if text.startswith(kind) else f"{kind} {text}"
    return f"{text[:50]}{'...' if len(text) > 50 else ''}"
