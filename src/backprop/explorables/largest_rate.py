"""Chapter 7, a game: what is the largest learning rate that still converges, for depth 1 to 10?

A network of L layers without activations learns a linear rule in 50 steps of full-batch descent. Its
output is linear in the input, whatever its depth, but its loss bends more strongly in the weights
the deeper it is.
"""

from functools import lru_cache

import matplotlib.pyplot as plt
import numpy as np

from backprop._check import check_count
from backprop.explore import Control, explore, see_through
from backprop.figures.plotting import INK, NEGATIVE, POSITIVE
from backprop.losses import SQUARED_ERROR
from backprop.network import init_network, predict
from backprop.sgd import DivergenceError, train

STEPS = 50
M, N_IN, WIDTH = 64, 4, 10  # examples, inputs, units of a hidden layer
CONVERGED = 0.02  # of the loss at the start
RATES = (0.0001, 0.0003, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
CONTROLS = [
    Control("depth", "Depth", tuple(range(1, 11)), start=3),
    Control("learning_rate", "Learning rate", RATES, start=0.005),
]

SIZE = (5.4, 3.3)  # of the figure, in inches
AXES = (0.2, 0.19, 0.77, 0.66)
SHARES = (1e-4, 30.0)  # of the chart's axis
OFF_THE_CHART = 1e4
COLORS = {"converged": POSITIVE, "too slow": INK, "diverged": NEGATIVE}


@lru_cache(maxsize=256)
def shares(depth, learning_rate):
    """The loss before training and after each step, as shares of the first; it ends where the last
    finite one is."""
    check_count("depth", depth)
    rng = np.random.default_rng(2)
    X = rng.normal(size=(N_IN, M))
    Y = rng.normal(size=(1, N_IN)) @ X  # (1, M)
    sizes = [N_IN, *[WIDTH] * (depth - 1), 1]
    network = init_network(sizes, "identity", rng=rng, scheme="he_normal")
    first = SQUARED_ERROR.value(predict(network, X), Y)
    how = {"learning_rate": learning_rate, "epochs": STEPS, "batch_size": M, "rng": rng}
    try:
        history = train(network, X, Y, SQUARED_ERROR, **how)
    except DivergenceError as error:
        history = error.history
    return np.array([first, *history.loss]) / first


def outcome(depth, learning_rate):
    """ "converged", "too slow" or "diverged"."""
    of_start = shares(depth, learning_rate)
    if len(of_start) <= STEPS or of_start[-1] >= 1:
        return "diverged"
    return "converged" if of_start[-1] < CONVERGED else "too slow"


def largest(depth, rates=RATES):
    """The largest of the rates with which this depth converges, or None."""
    return max((rate for rate in rates if outcome(depth, rate) == "converged"), default=None)


def ground(*, fig=None):
    """What never changes: the axes and the line to get below."""
    fig = fig or plt.figure(figsize=SIZE, layout="none")
    ax = _axes(fig)
    ax.set_axis_on()
    ax.axhline(CONVERGED, color="0.4", linewidth=1.4, linestyle=(0, (4, 3)))
    ax.text(STEPS, 1.25 * CONVERGED, "get below this line", ha="right", fontsize=12.5, color="0.35")
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
    """The verdict and its number; game.js reads its first sentence."""
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
