"""The skills, in the course's order, and `problem`, which makes one from a seed and a level."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backprop._check import check_count
from backprop.practice import backward_problems as bw
from backprop.practice import forward_problems as fw
from backprop.practice import further_problems as further
from backprop.practice.making import DRAFTS, LEVELS, Draw, made

MOST_SEED = 2**53 - 1  # the largest whole number that JavaScript holds exactly


@dataclass(frozen=True)
class Skill:
    """Something to be practised until it is yours.

    key, title: what it is called; chapter: the file stem of the chapter that it belongs to
    minutes:    for one problem of level 2
    can:        what you can do then, one sentence
    make:       (draw, level) -> a `Draft`
    """

    key: str
    title: str
    chapter: str
    minutes: int
    can: str
    make: Callable

    def as_dict(self):
        return {name: getattr(self, name) for name in ("key", "title", "chapter", "minutes", "can")}


SKILLS = {
    skill.key: skill
    for skill in (
        Skill(
            "shapes",
            "Shapes",
            "01-forward-propagation",
            2,
            "You can say the shape of every matrix of a network before you compute it.",
            fw.shapes,
        ),
        Skill(
            "forward",
            "A layer forward: z and a",
            "01-forward-propagation",
            4,
            "You can take examples through a layer by hand.",
            fw.forward,
        ),
        Skill(
            "loss",
            "The loss and its derivative",
            "02-the-loss",
            4,
            "You can work out a loss and the derivative that the way back starts with.",
            fw.loss,
        ),
        Skill(
            "circuit",
            "Paths in a circuit",
            "03-the-chain-rule",
            4,
            "You can run a circuit forward and backward, and add up over its paths.",
            fw.circuit,
        ),
        Skill(
            "output-delta",
            "Delta of the output layer",
            "04-the-delta-recursion",
            4,
            "You can start the way back, with each loss and each activation.",
            bw.output_delta,
        ),
        Skill(
            "hidden-delta",
            "Delta of a hidden layer",
            "04-the-delta-recursion",
            4,
            "You can take delta one layer back, and so through any number of layers.",
            bw.hidden_delta,
        ),
        Skill(
            "gradients-one",
            "Gradients for one example",
            "04-the-delta-recursion",
            3,
            "You can turn delta into the gradients of weights and biases.",
            bw.gradients_one,
        ),
        Skill(
            "gradients-batch",
            "Gradients for a batch",
            "04-the-delta-recursion",
            5,
            "You can add up gradients over a batch, with 1/m taken once.",
            bw.gradients_batch,
        ),
        Skill(
            "update",
            "The update",
            "05-stochastic-gradient-descent",
            3,
            "You can take a step of gradient descent, and the next one.",
            bw.update,
        ),
        Skill(
            "training-step",
            "A whole training step",
            "05-stochastic-gradient-descent",
            12,
            "You can work out a network's training step from the inputs to the new weights.",
            bw.training_step,
        ),
        Skill(
            "softmax",
            "Softmax and its delta",
            "06-softmax-and-cross-entropy",
            4,
            "You can turn logits into probabilities, and say their delta at a glance.",
            further.softmax,
        ),
        Skill(
            "many-layers",
            "A factor over many layers",
            "07-vanishing-and-exploding-gradients",
            3,
            "You can say from weights and slopes whether delta vanishes or explodes.",
            further.many_layers,
        ),
        Skill(
            "cost",
            "Counting multiplications",
            "08-what-backprop-costs",
            4,
            "You can count what a pass costs, and what it keeps.",
            further.cost,
        ),
        Skill(
            "gradient-report",
            "Reading a gradient report",
            "09-a-bug-zoo",
            3,
            "You can read from a gradient check where a fault sits.",
            further.gradient_report,
        ),
        Skill(
            "planted-fault",
            "Finding the planted fault",
            "09-a-bug-zoo",
            3,
            "You can find the wrong line of a training step, and say what it spoils.",
            further.planted_fault,
        ),
    )
}


def problem(skill, seed, level=2):
    """The problem of a skill that this seed and level make: the same on every machine.

    skill: a key of `SKILLS`; seed: a whole number from 0; level: 1, 2 or 3, see `LEVELS`
    """
    check_skill(skill)
    check_seed(seed)
    check_level(level)
    chosen = SKILLS[skill]
    draw = Draw(np.random.default_rng([int(seed), int(level), zlib.crc32(skill.encode())]))
    for _ in range(DRAFTS):
        drafted = made(skill, int(seed), int(level), chosen.make(draw, level), chosen.chapter)
        if drafted is not None:
            return drafted
    raise RuntimeError(f"skill: expected {skill!r} to give a problem within {DRAFTS} drafts")


def check_skill(skill, more=()):
    if not isinstance(skill, str) or skill not in SKILLS:
        raise ValueError(f"skill: expected one of {', '.join([*SKILLS, *more])}, got {skill!r}")


def check_seed(seed):
    check_count("seed", seed, least=0)
    if seed > MOST_SEED:
        raise ValueError(f"seed: expected at most {MOST_SEED}, got {seed}")


def check_level(level):
    check_count("level", level)
    if level not in LEVELS:
        raise ValueError(f"level: expected one of {', '.join(map(str, LEVELS))}, got {level}")
