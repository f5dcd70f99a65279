"""What to compare a formula with where a difference can't tell right from wrong: at a kink, and
where rounding drowns it.
"""

import numpy as np

EPS = np.finfo(np.float64).eps
NEARER = 100  # a second look, where the first is in doubt, is taken at a hundredth of the step


def judge(nudge, parameter, index, formula, step, tol):
    """(the number to compare with, its rounding, 1 if the entry is at a kink and else 0)"""
    sides = nudge.both_sides(parameter, index, step)
    left, central, right = nudge.slopes(sides, step)
    rounding, gap, steep = nudge.rounding / step, abs(right - left), max(abs(left), abs(right))
    off = abs(formula - central)
    if off <= max(tol * abs(central), rounding) and gap <= max(1e-3 * steep, rounding):
        return central, rounding, 0

    nearer, near_step = NEARER * rounding, step / NEARER
    near_sides = nudge.both_sides(parameter, index, near_step)
    left, near, right = nudge.slopes(near_sides, near_step)
    if not np.isfinite(left + right):
        return near, nearer, 1
    kink, on_the_way = _seen(nudge, sides, near_sides)
    if kink:
        end, steep = np.clip(formula, *sorted((left, right))), max(abs(left), abs(right))
        return end, nearer, int(not abs(formula - end) > steep + nearer)
    if abs(near - central) > (nearer / 10 if on_the_way else gap / 4 + nearer):
        return near, nearer, 0
    return central, rounding, 0


def _seen(nudge, sides, near_sides):
    """(whether the loss or a unit has a kink here, whether one has some within the step)

    At a hundredth of the step a curve bends a hundredth as much, a kink as sharply, and a line
    between two kinks not at all.
    """
    on_the_way = False
    for k in range(nudge.network.L + 1):
        (bend, _), (near_bend, blur) = _bend(nudge, k, sides), _bend(nudge, k, near_sides)
        if np.any(near_bend > 3 * bend / NEARER + blur):
            return True, False
        on_the_way |= bool(np.any(near_bend + blur < bend / (3 * NEARER)))
    return False, on_the_way


def _bend(nudge, k, sides):
    """|slope to the right - slope to the left|, and what rounding alone can make of it."""
    (z, a), (z_down, a_down), (z_up, a_up) = (
        (arguments[k], values[k]) for arguments, values in (nudge.here, *sides)
    )
    with np.errstate(all="ignore"):  # what the parameter does not move gives nan
        right, left = (a_up - a) / (z_up - z), (a - a_down) / (z - z_down)
        blur = 100 * EPS * (1 + abs(a) + abs(z)) / np.minimum(abs(z_up - z), abs(z - z_down))
    return abs(right - left), blur
