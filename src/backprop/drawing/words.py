"""A reading in words."""

import numpy as np


def percent(p):
    """97 %, and no certainty that is none: "over 99 %" and "under 1 %"."""
    if p >= 0.995:
        return "over 99 %"
    return "under 1 %" if p < 0.005 else f"{p:.0%}".replace("%", " %")


def verdict(reading, *, empty=False):
    """What the network takes the drawing for, and what comes next."""
    second, first = (int(digit) for digit in np.argsort(reading.p)[-2:])
    if empty:
        return (
            "Nothing is drawn yet. The network has no word for that: "
            f"it takes blank paper for {first}, {percent(reading.p[first])}."
        )
    return (
        f"Reads {first}, {percent(reading.p[first])}; next {second}, {percent(reading.p[second])}."
    )


def advice(reading, target):
    """The loss, and the pixels, counted from 0, where ink would change it most."""
    most, least = (
        np.unravel_index(pick(reading.dX), reading.dX.shape) for pick in (np.argmin, np.argmax)
    )
    return (
        f"The loss against {target} is {reading.loss:.3g}. More of a {target}: ink at row {most[0]}, "
        f"column {most[1]} (derivative {_signed(reading.dX[most])}). Less: ink at row {least[0]}, "
        f"column {least[1]} ({_signed(reading.dX[least])})."
    )


def _signed(value):
    return f"{value:+.2g}".replace("-", "−")
