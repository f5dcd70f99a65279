"""A reading in words."""

import numpy as np

SMALL = 0.001  # below that a loss and its derivatives are not told


def percent(p):
    """97 %, and no certainty that is none: "over 99 %" and "under 1 %"."""
    if p >= 0.995:
        return "over 99\u00a0%"
    return "under 1\u00a0%" if p < 0.005 else f"{p:.0%}".replace("%", "\u00a0%")


def brief(p):
    """The same in a table."""
    return percent(p).replace("over ", ">").replace("under ", "<")


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
    if max(reading.loss, np.abs(reading.dX).max()) < SMALL:
        return (
            f"The loss against {target} is under {SMALL}, and so is each of its derivatives: "
            f"to the network this is {named(target)} already."
        )
    return (
        f"The loss against {target} is {reading.loss:.3g}. More of {named(target)}: ink at row "
        f"{most[0]}, column {most[1]} (derivative {minus(reading.dX[most], '+.2g')}). Less: ink at "
        f"row {least[0]}, column {least[1]} (derivative {minus(reading.dX[least], '+.2g')})."
    )


def named(digit):
    """a 3, an 8"""
    return f"{'an' if digit == 8 else 'a'} {digit}"


def minus(value, how=".1f"):
    """The number with a minus sign, as mathematics has it, in the place of a hyphen."""
    return f"{value:{how}}".replace("-", "−")
