"""Statements of experience, measured: what the book says happens, over seeds or with its interval.

    @claim("07", "Depth 10 bears about a ten-thousandth of what depth 1 does.")
    def largest_rates():
        ...  # asserts what the words say, and returns what was measured, in a few words
        return "1.2e-4 of it, 0.9e-4 to 2.1e-4 over 8 seeds"

The words stand in the chapter (or appendix) that the first argument numbers, letter by letter but for
line breaks: who changes them comes here. test_claims.py runs all of them, `make claims` prints the table.
"""

import importlib
import pkgutil
from typing import NamedTuple

CLAIMS = {}  # (page, words): the function that measures


class Claim(NamedTuple):
    page: str
    words: str


def claim(page, *words):
    """Registers a function without arguments as the measurement behind one or more statements."""

    def register(function):
        for each in words:
            if (page, each) in CLAIMS:
                raise ValueError(f"{each!r} is measured twice")
            CLAIMS[Claim(page, each)] = function
        return function

    return register


def chapter_modules():
    names = sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name.startswith("ch"))
    return {name: importlib.import_module(f"{__name__}.{name}") for name in names}


def spread(values, form="{:.3g}"):
    """ "0.12 to 0.34 over 8 seeds" """
    low, high = (form.format(bound) for bound in (min(values), max(values)))
    return f"{low} to {high} over {len(values)} seeds"
