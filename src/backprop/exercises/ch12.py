"""The checkers of the playground's exercises."""

import functools

import numpy as np

from backprop.exercises.checkers import Choice, Values
from backprop.experiments.playground import Experiment, Settings


@functools.cache
def dead_units():
    """How many units of layer 2 have gradients of 0 after 60 epochs with relu and the rate 3."""
    experiment = Experiment(Settings(activation="relu", learning_rate=3.0))
    while experiment.epochs < 60:
        experiment.step()
    return np.sum(np.all(experiment.gradients().W[2] == 0, axis=1))


CHECKERS = {
    "playground-1": Values(
        lambda: 3 / 4,
        "a line can cut off one cloud of the four, so three are on the right side and one is not.",
        "Draw four corners, colour the two diagonals, and try to part the colours with a ruler.",
        {
            "that is what guessing gives: a line can do better, it can cut off one corner.": 0.5,
            "no line parts the two diagonals: wherever it runs, a corner is on the wrong side.": 1,
            "a share between 0 and 1 is asked for, not a number of clouds.": 3,
            "a share between 0 and 1 is asked for: no per cent, please.": 75,
        },
    ),
    "playground-2": Choice(
        "stripes",
        "the unit sees the point only through one weighted sum, so nothing changes along the lines "
        "on which that sum is the same: straight stripes.",
        {
            "curves": "curves come in from layer 2 on. A unit of layer 1 bends one weighted sum of "
            "x₁ and x₂, and a weighted sum is constant along straight lines.",
            "islands": "an island needs several units added up, so look at layer 2. A unit of layer 1 "
            "has one weighted sum and cannot close a ring.",
        },
    ),
    "playground-3": Values(
        dead_units,
        "each of them is off for every point, so its slope is 0 and so is every δ that has to pass: "
        "no step can bring these units back.",
        "Go through the units of layer 2 after the run: whose bars of gradients have no length?",
        {
            "look again at the bars of the gradients, with relu and the rate 3: do they have any "
            "length?": 0,
            "wait for 60 epochs, then count all units of layer 2 that are crossed out.": 1,
        },
    ),
}
