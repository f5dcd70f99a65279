"""Practice: a training step worked out in full, one's own numbers checked, problems without end.

    worked    a network's whole training step as a written solution
    mistakes  which typical mistake gives a wrong number

Everything follows from the four equations and their neighbours (chapters 1 to 6).

May import: the root's mathematics.
"""

from backprop.practice.mistakes import check_steps
from backprop.practice.worked import Solution, Step, work_out

__all__ = ["Solution", "Step", "check_steps", "work_out"]
