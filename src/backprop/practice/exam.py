"""The final examination: an hour on paper, different for each seed.

A training step from forward to update, a batch, a derivation to put in order, three diagnoses; and
from the answers, which chapters to read again.
"""

import zlib
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from backprop.practice.derivations import DERIVATIONS
from backprop.practice.judging import Field, Problem, Wrong, judge
from backprop.practice.making import Draw
from backprop.practice.skills import MOST_SEED, check_seed, problem
from backprop.practice.spoken import spoken_maths

LEVEL = 3
PLAN = (  # title, minutes, skill
    ("A training step, from the inputs to the new weights", 22, "training-step"),
    ("A batch", 10, "gradients-batch"),
    ("A derivation, in order", 10, "derivation"),
    ("A diagnosis: a gradient report", 5, "gradient-report"),
    ("A diagnosis: a program", 6, "planted-fault"),
    ("A diagnosis: another program", 6, "planted-fault"),
)


class Part(NamedTuple):
    """A part of an examination: its title, the minutes it should take, its `Problem`."""

    title: str
    minutes: int
    problem: Problem


@dataclass(frozen=True)
class Exam:
    """An examination: the seed and its parts."""

    seed: int
    parts: tuple

    @property
    def minutes(self):
        """How long all parts take together."""
        return sum(part.minutes for part in self.parts)

    def as_dict(self):
        """All of it as what JSON knows."""
        parts = [part._asdict() | {"problem": part.problem.as_dict()} for part in self.parts]
        return {"seed": self.seed, "minutes": self.minutes, "parts": parts}


class Again(NamedTuple):
    """A chapter to read again.

    chapter: its file stem; link: its page
    because: the labels of the fields that were not right
    skills:  what to practise
    """

    chapter: str
    link: str
    because: tuple
    skills: tuple


def sub_seeds(name, seed):
    """Seeds without end for the problems of an examination or a sheet, the same on every machine."""
    draw = Draw(np.random.default_rng([seed, zlib.crc32(name.encode())]))
    while True:
        yield draw.below(MOST_SEED)


def derivation_problem(key, seed):
    """A derivation as a `Problem`: its lines shuffled with the two wrong ones, to be put in order."""
    check_seed(seed)
    if key not in DERIVATIONS:
        raise ValueError(f"key: expected one of {', '.join(DERIVATIONS)}, got {key!r}")
    derivation = DERIVATIONS[key]
    lines, count = derivation.all_lines, len(derivation.lines)
    draw = Draw(np.random.default_rng([seed, zlib.crc32(key.encode())]))
    shuffled = draw.shuffled(range(len(lines)))
    wrong = []
    for place, line in enumerate(shuffled):
        say = lines[line].why
        if 0 < line < count:
            say = f"It follows from {spoken_maths(lines[line - 1].tex)}. {say}"
        wrong.append(Wrong(0, place, say))
    field = Field(
        name=r"\text{order}",
        label="The lines in order",
        kind="order",
        answer=tuple(shuffled.index(line) for line in range(count)),
        options=tuple(f"${lines[line].tex}$" for line in shuffled),
        hint="Start with what is looked for, and change one thing in each line.",
        chapter=derivation.chapter,
    )
    text = (
        f"{derivation.title}: put the lines in order, so that each follows from the one above. Two of "
        "them are wrong and belong nowhere."
    )
    solution = tuple(f"${line.tex}$ {line.why}" for line in derivation.lines)
    return Problem(f"derivation:{key}", seed, LEVEL, text, (field,), tuple(wrong), solution)


def examination(seed):
    """The `Exam` of a seed."""
    check_seed(seed)
    parts, seeds = [], sub_seeds("examination", seed)
    asked = set()
    for title, minutes, skill in PLAN:
        own = next(seeds)
        if skill == "derivation":
            keys = list(DERIVATIONS)
            part = derivation_problem(keys[own % len(keys)], own)
        else:
            part = problem(skill, own, LEVEL)
            while (skill, part.fields[0].answer) in asked:  # two programs, two different lines
                part = problem(skill, next(seeds), LEVEL)
            asked.add((skill, part.fields[0].answer))
        parts.append(Part(title, minutes, part))
    return Exam(int(seed), tuple(parts))


def read_again(exam, answers):
    """The chapters to read again, an `Again` for each in the course's order; [] if all is right.

    answers: for each part what `judge` takes
    """
    if not isinstance(exam, Exam):
        raise TypeError(f"exam: expected what examination() returns, got {type(exam).__name__}")
    answers = list(answers)
    if len(answers) != len(exam.parts):
        raise ValueError(
            f"answers: expected {len(exam.parts)}, one for each part, got {len(answers)}"
        )
    found = {}
    for part, given in zip(exam.parts, answers):
        for field, verdict in zip(part.problem.fields, judge(part.problem, given)):
            if verdict.state != "right":
                labels, skills = found.setdefault(field.chapter, ([], []))
                labels.append(field.label)
                if part.problem.skill not in skills:
                    skills.append(part.problem.skill)
    return [
        Again(chapter, f"{chapter}.html", tuple(labels), tuple(skills))
        for chapter, (labels, skills) in sorted(found.items())
    ]
