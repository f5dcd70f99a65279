"""Blanks that check themselves: their right numbers by another way. What they say: test_browser_fill_in."""

import re

import pytest

from backprop.exercises import fill_in
from backprop.exercises.ch03 import GIVEN, HALF_FILLED
from backprop.experiments.circuits import circuit_values

BLANKS = fill_in("the-chain-rule-circuit").blanks


def f_with(**moved):
    """f of the half-filled circuit by its formula, with inner values moved as well."""
    u, v, c = (GIVEN[name] + moved.get(name, 0) for name in "uvc")
    q, s = u * v + moved.get("q", 0), v + c + moved.get("s", 0)
    return (max(q, s) + moved.get("r", 0)) * v


def test_every_blank_is_what_the_circuit_gives():
    values = circuit_values(HALF_FILLED, GIVEN)
    names = [re.findall(r"<i>(\w)</i>", blank.label)[-1] for blank in BLANKS]
    assert names == [*"srf", *"rqscuv"]
    for name, blank in zip(names, BLANKS, strict=True):
        if "value" in blank.label:
            assert blank.right == values[name]
        else:
            slope = (f_with(**{name: 1e-5}) - f_with(**{name: -1e-5})) / 2e-5
            assert blank.right == pytest.approx(slope, abs=1e-6)
        assert blank.right not in blank.mistakes, f"{name}: a mistake that is right"


def test_an_unknown_name_is_refused():
    with pytest.raises(
        KeyError, match=r"name: expected one of the-chain-rule-circuit, got 'other'"
    ):
        fill_in("other")
