"""Chapter 7, a game: what is the largest learning rate that still converges, for depth 1 to 10?

The loss by step, against the line to get below.
"""

import matplotlib.pyplot as plt
import numpy as np

from backprop.experiments.largest_rate import CONVERGED, RATES, STEPS, outcome, shares
from backprop.explore import Control, Words, explore, see_through
from backprop.figures.plotting import INK, NEGATIVE, POSITIVE

CONTROLS = [
    Control("depth", "Depth", tuple(range(1, 11)), start=3),
    Control("learning_rate", "Learning rate", RATES, start=0.005),
]

SIZE = (5.4, 3.3)  # of the figure, in inches
AXES = (0.2, 0.19, 0.77, 0.66)
SHARES = (1e-4, 30.0)  # of the chart's axis
OFF_THE_CHART = 1e4
COLORS = {"converged": POSITIVE, "too slow": INK, "diverged": NEGATIVE}


def ground(*, fig=None):
    """What never changes: the axes and the line to get below."""
    fig = fig or plt.figure(figsize=SIZE, layout="none")
    ax = _axes(fig)
    ax.set_axis_on()
    ax.axhline(CONVERGED, color="0.4", linewidth=1.4, linestyle=(0, (4, 3)))
    label = {"ha": "right", "va": "bottom", "fontsize": 12.5, "color": "0.35"}
    ax.text(STEPS, 1.25 * CONVERGED, "get below this line", **label)
    ax.set(xlabel="step", ylabel="loss (start = 1)")
    ax.set_xticks(range(0, STEPS + 1, 10))
    ax.set_yticks([1e-4, 0.01, 1], ["0.0001", "0.01", "1"])
    ax.minorticks_off()
    return fig


def curve(depth, learning_rate, *, fig=None):
    """The loss by step, and the verdict."""
    fig = fig or see_through(figsize=SIZE)
    ax = _axes(fig)
    verdict, of_start = outcome(depth, learning_rate), shares(depth, learning_rate)
    drawn = of_start.clip(SHARES[0] / 10, OFF_THE_CHART)
    if len(of_start) <= STEPS:
        drawn = np.append(drawn, OFF_THE_CHART)
    ax.plot(drawn, color=COLORS[verdict], linewidth=2.6)
    style = {"fontsize": 16, "weight": "bold", "color": COLORS[verdict]}
    fig.text(AXES[0], 0.9, f"{verdict.capitalize()}", **style)
    return fig


def _axes(fig):
    for ax in fig.axes:
        return ax
    ax = fig.add_axes(AXES)
    ax.set(xlim=(0, STEPS), yscale="log", ylim=SHARES)
    ax.patch.set_visible(False)
    ax.set_axis_off()
    return ax


def draw(depth, learning_rate):
    """Both layers in one figure."""
    return curve(depth, learning_rate, fig=ground())


def describe(depth, learning_rate):
    """The verdict and its number; game.js reads the facts."""
    return Words(
        _told(depth, learning_rate),
        depth=depth,
        rate=learning_rate,
        outcome=outcome(depth, learning_rate),
    )


def _told(depth, learning_rate):
    verdict, of_start = outcome(depth, learning_rate), shares(depth, learning_rate)
    start = f"Depth {depth}, learning rate {learning_rate:.3g}: {verdict}. "
    if len(of_start) <= STEPS:
        return start + f"In step {len(of_start)} the loss was no longer a finite number."
    last = of_start[-1]
    share = f"{100 * last:.2g}% of" if last < 100 else f"{last:.1e} times"
    if verdict == "diverged":
        return start + f"After {STEPS} steps the loss is {share} that at the start: it has grown."
    below = "below" if verdict == "converged" else "not yet below"
    return (
        start
        + f"After {STEPS} steps the loss is {share} that at the start, {below} {CONVERGED:.0%}."
    )


def explorable(*, page=None):
    """Depth against the learning rate; on the page, game.js keeps the points that were tried."""
    layers = (ground, curve)
    return explore(layers, describe, CONTROLS, name="largest_rate", page=page, vector=True)
