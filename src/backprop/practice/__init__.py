"""Practice: a training step worked out in full, one's own numbers checked, problems without end.

    worked      a network's whole training step as a written solution
    mistakes    which typical mistake gives a wrong number
    skills      what can be practised, and a problem from a seed and a level
    derivations derivations to put in order
    exam        the final examination, and what to read again after it
    judging     what a problem consists of, and what is said to an answer

Everything follows from the four equations and their neighbours (chapters 1 to 9).

May import: the root's mathematics, and experiments for costs and planted faults.
"""

from backprop.practice.derivations import DERIVATIONS, Derivation, check_order
from backprop.practice.exam import Exam, derivation_problem, examination, read_again
from backprop.practice.judging import Field, Problem, Verdict, Wrong, judge
from backprop.practice.mistakes import check_steps
from backprop.practice.skills import SKILLS, Skill, problem
from backprop.practice.worked import Solution, Step, work_out

__all__ = [
    "DERIVATIONS",
    "SKILLS",
    "Derivation",
    "Exam",
    "Field",
    "Problem",
    "Skill",
    "Solution",
    "Step",
    "Verdict",
    "Wrong",
    "check_order",
    "check_steps",
    "derivation_problem",
    "examination",
    "judge",
    "problem",
    "read_again",
    "work_out",
]
