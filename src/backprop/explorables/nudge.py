"""How far can you trust a rate? (Chapter 3)

The last unit of the worked network as a circuit: the value above each wire, the derivative of the
loss below it. One input is nudged by h; the change that its derivative predicts stands beside the
true one, and their difference beside h^2.
"""
# shows eq-nudge, eq-linear

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Circle

from backprop.experiments.circuits import (
    circuit_derivatives,
    circuit_values,
)
from backprop.experiments.nudge import CIRCUIT, INPUTS, changes, inputs, nudge
from backprop.explore import Control, explore
from backprop.figures.circuits import grid, plot_circuit
from backprop.figures.plotting import DELTA, INK, MINUS, POSITIVE

LABELS = {"w1": "w_1", "a1": "a_1", "w2": "w_2", "a2": "a_2", "p1": "p_1", "p2": "p_2"}
LABELS["loss"] = r"\ell"
AT = {"w1": (0, 0), "a1": (0, 1), "w2": (0, 2), "a2": (0, 3), "b": (0, 4), "y": (3, 4)}
AT |= {"p1": (1, 0.5), "p2": (1, 2.5), "z": (2, 2.5), "a": (3, 2.5), "loss": (4, 2.5)}
LOW, HIGH = -1.0, 2.0  # of the nudge
CHANGE = (-0.29, 0.35)  # of the loss: one axis for all inputs, so that steep looks steep
SIZE = (5.4, 6.3)
SHARE = 2.15 / SIZE[1]  # of the height, for the two plots


def backdrop():
    """The circuit, which no nudge changes."""
    fig, ax = new_figure()
    values = circuit_values(CIRCUIT, inputs())
    derivatives = circuit_derivatives(CIRCUIT, values)
    del derivatives["y"]  # data: nobody moves it
    plot_circuit(
        CIRCUIT, AT, values=values, derivatives=derivatives, labels=LABELS, decimals=2, ax=ax
    )
    return fig


def new_figure():
    """A figure with the place of the circuit, in inches."""
    fig = plt.figure(figsize=SIZE, layout="none")
    ax = fig.add_axes([0, SHARE, 1, 1 - SHARE])
    ax.set_axis_off()
    return fig, ax


def stage():
    """The places of the ring, of the changes over h and of their difference over |h|."""
    fig, _ = new_figure()
    fig.patch.set_alpha(0)
    left = fig.add_axes([0.15, 0.085, 0.34, SHARE - 0.14])
    left.axhline(0, color=INK, lw=0.8)
    left.set(xlim=(LOW - 0.1, HIGH + 0.1), xticks=(-1, 0, 1, 2), ylim=CHANGE)
    left.locator_params(axis="y", nbins=4)
    left.set_ylabel(r"change of $\ell$", fontsize=12, labelpad=2)
    left.set_xlabel("nudge $h$", fontsize=12, labelpad=2)
    right = fig.add_axes([0.65, 0.085, 0.33, SHARE - 0.14])
    right.set(xscale="log", yscale="log")
    right.set_xticks([0.0625, 0.25, 1], ["1/16", "1/4", "1"])
    right.minorticks_off()
    right.set_title("their difference", fontsize=12, pad=5)
    right.set_xlabel("size of $h$, dotted: $h^2$", fontsize=12, labelpad=2)
    return fig


def draw(name, h, *, fig=None):
    """What changes: the ring, the two changes over h, their difference over |h|. See `CONTROLS`."""
    predicted, true = nudge(name, h)
    fig = fig or stage()
    ax, left, right = fig.axes
    x, y, _ = grid(ax, AT, [*INPUTS, "y", *CIRCUIT])
    ax.add_patch(Circle((x[name], y[name]), 0.2, fill=False, edgecolor=INK, lw=2.2))
    draw_changes(left, name, h, predicted, true)
    draw_difference(right, name, h, true - predicted)
    right.relim()  # as high as what is drawn this time
    right.autoscale_view()
    return fig


def draw_changes(ax, name, h, predicted, true):
    steps = np.linspace(LOW, HIGH, 25)
    line, curve = changes(name, steps)
    at_h = {"markevery": [0], "ms": 9, "mec": "white"}
    ax.plot(steps, curve, color=POSITIVE, lw=2.6)
    ax.plot(steps, line, color=DELTA, lw=2.2, ls="--")
    ax.plot([h, h], [true, predicted], color=INK, lw=2)
    ax.plot([h], [true], "o-", color=POSITIVE, label="true", **at_h)
    ax.plot([h], [predicted], "D--", color=DELTA, label="predicted", **at_h)
    key = {"loc": "lower left", "bbox_to_anchor": (-0.2, 0.97), "ncols": 2, "columnspacing": 0.8}
    ax.legend(fontsize=11.5, handlelength=1.2, handletextpad=0.4, **key)


def draw_difference(ax, name, h, difference):
    sizes = np.geomspace(1 / 32, 2, 13)
    sign = -1 if h < 0 else 1
    predicted, true = changes(name, sign * sizes)
    gaps = np.abs(true - predicted)
    ax.plot(sizes, gaps, color=INK, lw=2.4)
    ax.plot(sizes, gaps[0] * (sizes / sizes[0]) ** 2, color=INK, lw=1.4, ls=":")
    if h:
        ax.plot(abs(h), abs(difference), "s", color=INK, ms=8, mec="white")


def describe(name, h):
    """Both changes, their difference, and what it is in h^2. See `CONTROLS`."""
    predicted, true = nudge(name, h)
    rate = circuit_derivatives(CIRCUIT, circuit_values(CIRCUIT, inputs()))[name]
    if h == 0:
        return f"{name} is not nudged, so nothing changes. Its derivative is {rate:+.4f}."
    difference = true - predicted
    words = (
        f"Nudge {name} by h = {h:+g}. Predicted: {rate:+.4f} \u00b7 h ≈ {predicted:+.5f}. "
        f"True change of the loss: {true:+.5f}. The difference is {difference:+.6f}, "
        f"{difference / h**2:+.5f} h\u00b2."
    )
    return words.replace("-", MINUS)


CONTROLS = [
    Control("name", "input", INPUTS, kind="menu"),
    Control("h", "nudge h", (LOW, -0.5, -0.25, 0.25, 0.5, 1.0, HIGH), start=HIGH),
]


def explorable(*, page=None):
    """The widget."""
    return explore(
        draw, describe, CONTROLS, name="nudge", page=page, backdrop=backdrop, stage=stage
    )
