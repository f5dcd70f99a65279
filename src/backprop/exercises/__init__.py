"""Checkers for the exercises: each says what is wrong with an answer, never only that it is.

    from backprop.exercises import check
    check("softmax-and-cross-entropy-2", answer)

The checkers of chapter 6 are the table CHECKERS of `ch06.py`, and so on: a new file chNN.py is
found by its name. A checker's name is the label of its exercise without "ex-", with a word
added where an exercise asks for more than one thing ("softmax-and-cross-entropy-1-loss").

May import: experiments and the root's mathematics, so that no checker loads a figure or a widget.
"""

import functools
import importlib
import pkgutil
import sys
import textwrap
import warnings

import numpy as np

from backprop.exercises.blanks import FillIn
from backprop.exercises.checkers import OWN_WORDS, Choice, Function, Values

__all__ = ["Choice", "FillIn", "Function", "Values", "check", "checkers", "fill_in", "verdict"]


WIDTH = 64  # of a printed line: it fits the box of an exercise on the page


@functools.cache
def checkers():
    """All checkers by name: {"forward-propagation-1": Values(...), ...}."""
    table = {}
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__)):
        if module.startswith("ch") and module[2:].isdigit():
            chapter = importlib.import_module(f"{__name__}.{module}").CHECKERS
            twice = table.keys() & chapter.keys()
            if twice:
                raise ValueError(
                    f"{module}.CHECKERS: {min(twice)!r} is the name of another checker"
                )
            table |= chapter
    return table


def verdict(name, answer):
    """What the checker `name` says to `answer`, in one line.

    It starts with "Right: ", "Not quite: " or, for the three dots of an exercise that waits,
    "Not answered yet: ". What a learner's function raises is put in words; an unknown name is a
    KeyError.
    """
    table = checkers()
    if name not in table:
        raise KeyError(f"name: expected one of {', '.join(table)}, got {name!r}")
    with warnings.catch_warnings(), np.errstate(all="ignore"):  # what overflows is told in words
        warnings.simplefilter("ignore")
        said = table[name].verdict(answer)
    return " ".join(said.split())


def check(name, answer):
    """Print what is right or wrong with the answer to the exercise `name`.

    The lines are broken, unless what they are printed to says that it does so itself (`wraps`).
    """
    said, *own_words = verdict(name, answer).partition(OWN_WORDS)
    wraps = getattr(sys.stdout, "wraps", False)
    for part in filter(None, (said.strip(), "".join(own_words))):
        lines = textwrap.wrap(part, WIDTH, break_long_words=False, break_on_hyphens=False)
        print(part if wraps else "\n".join(lines))


def fill_in(name):
    """Blanks of a chapter that check what is written into them, on the page and without a kernel.

    Gives a `FillIn`, an entry of `FILL_IN` of the chNN.py that the name belongs to; an unknown name
    is a KeyError.
    """
    table = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name.startswith("ch") and module.name[2:].isdigit():
            chapter = importlib.import_module(f"{__name__}.{module.name}")
            table |= getattr(chapter, "FILL_IN", {})
    if name not in table:
        raise KeyError(f"name: expected one of {', '.join(table)}, got {name!r}")
    return table[name]
