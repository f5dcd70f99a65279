"""A problem, its fields and typical wrong answers; and `judge`, which compares an answer with them.

One rule decides everywhere, here and on the page. Where the right number ends at the last decimal asked
for, or before it, a number has to be that one. Where it goes on, a number counts as the right one if it
is off by at most half a unit of that decimal (and a thousandth of a unit more, for rounding).
"""

import math
import re
from dataclasses import asdict, dataclass
from typing import NamedTuple

from backprop.practice.spoken import spoken

HALF_A_UNIT = 0.501  # of the last decimal asked for
EXACTLY = 1e-6  # of it
DECIMAL = r"(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?"
NUMBER = re.compile(rf"([+-]?{DECIMAL})(?:/([+-]?{DECIMAL}))?")


@dataclass(frozen=True)
class Field:
    """One thing to fill in.

    name:    its TeX, such as r"\\mathbf{z}^1"; label: the same in plain words
    kind:    "numbers"; "choice", one of `options`; "order", some of `options` in the right order
    shape:   (rows, columns) of numbers, () for a single one
    answer:  "numbers": a string, or rows of strings; "choice": the right option; "order": the
             places in `options`, counted from 0, of the right lines in their order
    digits:  how many decimals are asked for
    options: Markdown
    hint:    where to look, for a wrong answer that no known mistake explains
    chapter: the file stem of the chapter to read again
    """

    name: str
    label: str
    kind: str = "numbers"
    shape: tuple = ()
    answer: object = ""
    digits: int = 0
    options: tuple = ()
    hint: str = ""
    chapter: str = ""


@dataclass(frozen=True)
class Wrong:
    """A typical wrong answer: field is its place in `Problem.fields`, value is shaped like an answer."""

    field: int
    value: object
    say: str


@dataclass(frozen=True)
class Problem:
    """A problem to be done by hand.

    skill, seed, level: what it was made from
    text:     Markdown, mathematics between $ and $$
    fields:   `Field`s; wrong: `Wrong` answers to them
    solution: lines of Markdown
    """

    skill: str
    seed: int
    level: int
    text: str
    fields: tuple
    wrong: tuple
    solution: tuple

    @property
    def alt(self):
        """The text in plain words, for a screen reader."""
        return spoken(self.text)

    @property
    def solution_alt(self):
        """The solution in plain words."""
        return tuple(spoken(line) for line in self.solution)

    def as_dict(self):
        """All of it as what JSON knows; tuples become lists."""
        whole = asdict(self) | {"alt": self.alt, "solution_alt": self.solution_alt}
        for field in whole["fields"]:
            field["options_alt"] = [spoken(option) for option in field["options"]]
        return _listed(whole)

    def _repr_markdown_(self):
        asked = []
        for field in self.fields:
            asked.append(f"- ${field.name}$" if field.kind == "numbers" else f"- {field.label}")
            asked += [f"    - {option}" for option in field.options]
        return "\n".join([self.text, "", *asked])

    def __str__(self):
        return self.alt


class Verdict(NamedTuple):
    """What `judge` says of one field.

    state: "right", "wrong", "unreadable" or "empty"
    say:   why; what was expected
    place: (row, column), counted from 1, of the first number that is not right
    """

    state: str
    say: str
    place: tuple | None = None


def judge(problem, answers):
    """A `Verdict` for each field of a problem.

    answers: one for each field, in their order; None or "" where there is none. For numbers a number,
             a string such as "0.5", "0,5" or "1/3", or rows of them; for a choice the option; for an
             order the places in `options`
    """
    if not isinstance(problem, Problem):
        raise TypeError(f"problem: expected what problem() returns, got {type(problem).__name__}")
    if isinstance(answers, (str, dict)) or not hasattr(answers, "__iter__"):
        raise TypeError(f"answers: expected a list, one for each field, got {answers!r}")
    answers = list(answers)
    if len(answers) != len(problem.fields):
        raise ValueError(
            f"answers: expected {len(problem.fields)}, one for each field, got {len(answers)}"
        )
    return [
        JUDGES[field.kind](
            field, [w for w in problem.wrong if w.field == place], _plain(answer), problem
        )
        for place, (field, answer) in enumerate(zip(problem.fields, answers))
    ]


def read_number(text):
    """The number that a string such as "-0.5", "0,5" or "1/3" stands for; None if it is none."""
    found = NUMBER.fullmatch(str(text).replace("\N{MINUS SIGN}", "-").replace(" ", ""))
    if not found:
        return None
    top, bottom = (part and float(part.replace(",", ".")) for part in found.groups())
    if bottom == 0:
        return None
    number = top / (1 if bottom is None else bottom)
    return number if math.isfinite(number) else None


def same_number(given, right, digits):
    """The one rule: whether a given number is the right one at so many decimals."""
    units = right * 10.0**digits
    ends = abs(units - round(units)) < EXACTLY
    return abs(given * 10.0**digits - units) <= (EXACTLY if ends else HALF_A_UNIT)


def entries(value):
    """{(row, column): entry} of an answer; a single one stands at (0, 0)."""
    if not isinstance(value, (list, tuple)):
        return {(0, 0): value}
    rows = [row if isinstance(row, (list, tuple)) else [row] for row in value]
    return {(i, j): entry for i, row in enumerate(rows) for j, entry in enumerate(row)}


def _judge_numbers(field, wrong, answer, problem):
    given = entries(answer)
    if all(entry is None or str(entry).strip() == "" for entry in given.values()):
        return Verdict("empty", "Nothing is filled in yet.")
    right = {place: float(entry) for place, entry in entries(field.answer).items()}
    if given.keys() != right.keys():
        return Verdict("unreadable", f"Expected {_shape(field.shape)}, got {len(given)} numbers.")
    read = {}
    for place, entry in given.items():
        read[place] = None if entry is None else read_number(entry)
        if read[place] is None:
            came = "nothing" if entry is None or not str(entry).strip() else repr(str(entry))
            say = f"Expected a number such as -0.5, 0,5 or 1/3, got {came}."
            return Verdict("unreadable", say, _place(field, place))

    def agrees(value):
        others = entries(value)
        return all(same_number(read[p], float(others[p]), field.digits) for p in read)

    if agrees(field.answer):
        return Verdict("right", "Right.")
    place = next(p for p in read if not same_number(read[p], right[p], field.digits))
    say = next((w.say for w in wrong if agrees(w.value)), field.hint)
    return Verdict("wrong", f"Not quite. {say}", _place(field, place))


def _judge_choice(field, wrong, answer, problem):
    if answer is None or answer == "":
        return Verdict("empty", "Nothing is chosen yet.")
    if answer == field.answer:
        return Verdict("right", "Right.")
    if answer not in field.options:
        return Verdict("unreadable", f"Expected one of the {len(field.options)} options.")
    say = next((w.say for w in wrong if w.value == answer), field.hint)
    return Verdict("wrong", f"Not quite. {say}")


def _judge_order(field, wrong, answer, problem):
    if not answer:
        return Verdict("empty", "No line stands in order yet.")
    places = range(len(field.options))
    if not isinstance(answer, list) or any(
        not isinstance(place, int) or place not in places for place in answer
    ):
        return Verdict(
            "unreadable", f"Expected places from 0 to {len(places) - 1}, got {answer!r}."
        )
    if answer == list(field.answer):
        return Verdict("right", "Right.")
    for position, place in enumerate(answer):
        if position < len(field.answer) and place == field.answer[position]:
            continue
        say = next((w.say for w in wrong if w.value == place), field.hint)
        return Verdict("wrong", f"Line {position + 1} does not follow. {say}", (position + 1, 1))
    return Verdict(
        "wrong", f"So far it is right; {len(field.answer) - len(answer)} lines are missing."
    )


JUDGES = {"numbers": _judge_numbers, "choice": _judge_choice, "order": _judge_order}


def _place(field, place):
    return (place[0] + 1, place[1] + 1) if field.shape else None


def _shape(shape):
    if not shape:
        return "one number"
    rows, columns = shape
    return f"{rows} row{'s' * (rows != 1)} of {columns} number{'s' * (columns != 1)}"


def _plain(answer):
    """NumPy's arrays and tuples as lists."""
    answer = answer.tolist() if hasattr(answer, "tolist") else answer
    return _listed(answer)


def _listed(value):
    if isinstance(value, dict):
        return {key: _listed(one) for key, one in value.items()}
    return [_listed(one) for one in value] if isinstance(value, (list, tuple)) else value
