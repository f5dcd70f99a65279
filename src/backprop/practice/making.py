"""How a problem is drawn: numbers for hands, and a draft that is drawn again until it hides no mistake.

What is drawn comes from the bits of PCG64 alone, whose stream NumPy keeps for ever; numbers are
fractions. So a seed gives the same problem on every machine.
"""

from dataclasses import dataclass
from fractions import Fraction
from types import SimpleNamespace

import numpy as np

from backprop.practice.judging import EXACTLY, HALF_A_UNIT, Field, Problem, Wrong, entries
from backprop.practice.mistakes import MISTAKES
from backprop.practice.numbers import decimals_of, tex
from backprop.practice.spoken import spoken_maths
from backprop.practice.worked import EXACT

LEVELS = {1: "to begin with", 2: "as in the chapter", 3: "as in an examination"}
DRAFTS = 2000  # drawn at most for a problem
MOST_DECIMALS = 4  # asked for where a number ends; else
DECIMALS = 3
STORED = 3  # decimals more than asked for, of a number that does not end
LARGEST = {1: 50, 2: 100, 3: 1000}  # an answer, by level, in a problem of multiplying and adding


class Draw:
    """Draws from a Generator by whole numbers only."""

    def __init__(self, rng):
        self._bits = rng.bit_generator.random_raw

    def below(self, n):
        """A whole number from 0 to n - 1."""
        return int(self._bits()) % n

    def whole(self, least, most):
        """A whole number from least to most, both included."""
        return least + self.below(most - least + 1)

    def one_of(self, things):
        things = list(things)
        return things[self.below(len(things))]

    def shuffled(self, things):
        rest, order = list(things), []
        while rest:
            order.append(rest.pop(self.below(len(rest))))
        return order

    def number(self, level):
        """A number that is not 0: whole to 3, halves to 3, tenths to 2."""
        unit, most = {1: (1, 3), 2: (2, 6), 3: (10, 20)}[level]
        return Fraction(self.one_of([-1, 1]) * self.whole(1, most), unit)

    def numbers(self, rows, columns, level):
        """(rows, columns) of them, as an array of Fraction."""
        array = np.empty((rows, columns), dtype=object)
        for place in np.ndindex(rows, columns):
            array[place] = self.number(level)
        return array


@dataclass
class Ask:
    """One field of a draft.

    name:  TeX
    value: a number, an array (2-D), the right option, or the places of an order
    wrong: [(what to say, the wrong value)]
    """

    name: str
    value: object
    wrong: list
    hint: str = ""
    kind: str = "numbers"
    digits: int | None = None
    label: str = ""
    chapter: str = ""  # to read again, where it is not the skill's
    options: tuple = ()


@dataclass
class Draft:
    """Everything of a problem before its numbers have been looked at."""

    text: str
    asks: list
    solution: list


def exactly(name, z, which=0):
    """An activation of `EXACT` (which=0) or its slope (which=1) of an array of Fraction."""
    return np.vectorize(EXACT[name][which], otypes=[object])(z)


def in_layers(name, **numbers):
    """What MISTAKES look at, for layers with one activation of `EXACT`."""
    return SimpleNamespace(
        f=lambda l, z: exactly(name, z), df=lambda l, z: exactly(name, z, 1), p=None, **numbers
    )


def sentence(words):
    """What MISTAKES or a hint says, as a sentence."""
    return f"{words[0].upper()}{words[1:].rstrip('.')}."


def typical(n, kind, layer, *starts):
    """[(what to say, the wrong array)] of those MISTAKES of a kind that start with these words.

    n: what has the numbers that they look at, as in a `Pass`
    """
    found = []
    for start in starts:
        (words,) = [words for words in MISTAKES[kind] if words.startswith(start)]
        with np.errstate(all="ignore"):
            found.append((sentence(words), MISTAKES[kind][words](n, layer)))
    return found


def made(skill, seed, level, draft, chapter):
    """The `Problem` of a draft, or None if it hides a mistake or is not for hands at this level.

    What two mistakes would both give is said as such.
    """
    if draft is None:
        return None
    fields, wrong = [], []
    for place, ask in enumerate(draft.asks):
        field = FIELDS[ask.kind](ask, level, ask.chapter or chapter)
        if field is None:
            return None
        said = {}
        for say, value in ask.wrong:
            said.setdefault(_as_answer(ask, field, value), []).append(say)
        if ask.kind == "numbers" and not _apart([field.answer, *said], field):
            return None
        values = [Wrong(place, value, " Or: ".join(say)) for value, say in said.items()]
        fields.append(field)
        wrong += values
    return Problem(
        skill, seed, level, draft.text, tuple(fields), tuple(wrong), tuple(draft.solution)
    )


def _number_field(ask, level, chapter):
    array = np.atleast_2d(np.asarray(ask.value, dtype=object))
    digits = ask.digits
    if digits is None:
        digits = _decimals(array)
        if digits is None or any(abs(number) > LARGEST[level] for number in array.flat):
            return None
    if not any(array.flat):
        return None
    shape = np.shape(ask.value)
    answer = _strings(ask.value, digits)
    label = ask.label or spoken_maths(ask.name)
    return Field(ask.name, label, "numbers", shape, answer, digits, (), sentence(ask.hint), chapter)


def _decimals(array):
    """How many are asked for: all of them if that is few, else three if they never end."""
    counts = [decimals_of(Fraction(number)) for number in array.flat]
    if None in counts:
        return DECIMALS
    return max(counts) if max(counts) <= MOST_DECIMALS else None


def _other_field(ask, level, chapter):
    return Field(
        ask.name, ask.label or spoken_maths(ask.name), ask.kind, (), ask.value, 0,
        tuple(ask.options), sentence(ask.hint), chapter,
    )  # fmt: skip


FIELDS = {"numbers": _number_field, "choice": _other_field, "order": _other_field}


def _as_answer(ask, field, value):
    return _strings(value, field.digits) if ask.kind == "numbers" else value


def _strings(value, digits):
    if np.ndim(value):
        return tuple(tuple(_string(number, digits) for number in row) for row in value)
    return _string(value, digits)


def _string(number, digits):
    """Exact if it ends within what is stored, else rounded there."""
    if isinstance(number, (np.generic, np.ndarray)):
        number = number.item()
    number = Fraction(number)
    text = f"{float(round(number, digits + STORED)):.{digits + STORED}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _apart(values, field):
    """Whether all have the field's shape, and no two are the same once rounded as asked."""
    units = [
        {place: float(x) * 10.0**field.digits for place, x in entries(value).items()}
        for value in values
    ]
    if any(one.keys() != units[0].keys() for one in units):
        return False
    return all(
        any(_differ(one[place], other[place]) for place in one)
        for i, one in enumerate(units)
        for other in units[:i]
    )


def _differ(one, other):
    """Of two numbers in units of the last decimal; those that end there are never rounded."""
    ends = max(abs(x - round(x)) for x in (one, other)) < EXACTLY
    return abs(one - other) > (0.999 if ends else 2.01 * HALF_A_UNIT)


def shown(array, digits=DECIMALS):
    """An array or number in TeX."""
    return tex(array, digits)


def display(*lines):
    """One displayed equation of a few aligned lines."""
    if len(lines) == 1:
        return f"$${lines[0].replace('&=', '=', 1)}$$"
    return "$$\\begin{aligned}" + r" \\ ".join(lines) + "\\end{aligned}$$"
