"""Numerical checks of the displayed equations, one file for each chapter.

    @checks("eq-delta-output")
    def output_delta():
        ...  # asserts that both sides give the same numbers

A chapter's file chNN.py also says why an equation is not checked: NOT_CHECKED by label, UNLABELLED
by the beginning of the LaTeX, both as {equation: reason}. An equation without a label that is worked
out in numbers needs neither: arithmetic.py works it out again. WAITS = True stands there until every
equation of the chapter is in one of the three places. test_equations.py runs all of them, and
`make equations` prints which equation is checked where. What `close`, `equal` and `all_close` compared
is kept in COMPARED, which proofs.py empties and reads: the site shows it behind the equation's number.
"""

import importlib
import pkgutil
import sys
from typing import NamedTuple

import numpy as np
from helpers import arrays_of

CHECKS = {}  # label: the function that checks it
COMPARED = []  # by the check that runs


class Compared(NamedTuple):
    file: str
    line: int  # of the call
    one: np.ndarray
    other: np.ndarray


def close(one, other, **tolerance):
    """`np.testing.assert_allclose`, and kept."""
    np.testing.assert_allclose(one, other, **tolerance)
    keep(one, other, sys._getframe(1))


def equal(one, other):
    np.testing.assert_array_equal(one, other)
    keep(one, other, sys._getframe(1))


def all_close(one, other):
    """Every array of a network, of gradients, of a list."""
    for a, b in zip(arrays_of(one), arrays_of(other), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)
        keep(a, b, sys._getframe(1))


def keep(one, other, caller):
    numbers = np.broadcast_arrays(np.asarray(one, float), np.asarray(other, float))
    COMPARED.append(Compared(caller.f_code.co_filename, caller.f_lineno, *numbers))


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
