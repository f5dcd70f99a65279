"""Numerical checks of the displayed equations, one file for each chapter.

    @checks("eq-delta-output")
    def output_delta():
        ...  # asserts that both sides give the same numbers

A chapter's file chNN.py also says why an equation is not checked: NOT_CHECKED by label, UNLABELLED
by the beginning of the LaTeX, both as {equation: reason}. An equation without a label that is worked
out in numbers needs neither: arithmetic.py works it out again. WAITS = True stands there until every
equation of the chapter is in one of the three places. test_equations.py runs all of them, and
`make equations` prints which equation is checked where.
"""

import importlib
import pkgutil

CHECKS = {}  # label: the function that checks it


def checks(*labels):
    """Registers a function without arguments as the check of one or more labelled equations."""

    def register(function):
        for label in labels:
            if label in CHECKS:
                raise ValueError(f"{label} is checked twice")
            CHECKS[label] = function
        return function

    return register


def chapter_modules():
    names = sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name.startswith("ch"))
    return {name: importlib.import_module(f"{__name__}.{name}") for name in names}
