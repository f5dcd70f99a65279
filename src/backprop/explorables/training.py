"""Chapter 5: what do the learning rate and the hidden layers make of the same hundred epochs?

A network is trained on points of two classes. The colour of a place is how far one output is ahead
of the other there, the line is where they are equal.
"""

from functools import partial

import matplotlib.pyplot as plt
import numpy as np
from contourpy import contour_generator
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from backprop.experiments.training import EPOCHS, VIEWS, lead, measured, points, run
from backprop.explore import Control, explore, see_through
from backprop.figures.plotting import DELTA, INK, MARKERS, PALETTE, tint

CONTROLS = [
    Control("learning_rate", "Learning rate", (0.003, 0.03, 0.3, 3.0), start=0.3),
    Control(
        "sizes", "Layers", ((2, 2), (2, 4, 2), (2, 16, 16, 2)), start=(2, 16, 16, 2), kind="menu"
    ),
    Control("epoch", "Epoch", (0, 1, 2, 5, 10, 20, 40, 70, EPOCHS), start=20, kind="play"),
]
DATA, FRONT_DATA = "xor", "moons"  # of the chapter, of the front page
NAMES = {"xor": "XOR", "moons": "Moons"}
FRONT = [  # what the front page shows
    Control("learning_rate", "Learning rate", (0.003, 0.3, 3.0), start=0.3),
    Control("sizes", "Layers", ((2, 2), (2, 16, 16, 2)), start=(2, 16, 16, 2), kind="menu"),
    Control("epoch", "Epoch", (0, 1, 5, 20, EPOCHS), start=20, kind="play"),
]

SIZE = (5.4, 3.3)  # of the figure, in inches
LOSSES = (0.002, 2.0)  # of the chart's axis
OFF_THE_CHART = 1e3
PANE = (0, 0, 0.594, 1)
EDGE = PANE[2] - 0.01  # the field is soft where it ends
CHART = (0.715, 0.46, 0.255, 0.43)
KEY_X, LABELS_X, NUMBERS_X, ROWS_Y = (0.62, 0.67), 0.682, 0.995, (0.135, 0.04)
COLORS = LinearSegmentedColormap.from_list(
    "lead",
    [tint(PALETTE[k], strength) for k, strength in ((0, 0.5), (0, 0.06), (1, 0.06), (1, 0.5))],
)


def _part(fig, name, place, **settings):
    """The axes of that name, without spines and ticks; new if the figure has none."""
    for ax in fig.axes:
        if ax.get_label() == name:
            return ax
    ax = fig.add_axes(place, label=name)
    ax.set(**settings)
    ax.set_axis_off()
    return ax


def _pane(fig, data):
    x_1, x_2 = VIEWS[data]
    return _part(fig, "pane", PANE, xlim=(-x_1, x_1), ylim=(-x_2, x_2))


def _chart(fig):
    return _part(fig, "chart", CHART, xlim=(0, EPOCHS), yscale="log", ylim=LOSSES)


def field(learning_rate, sizes, epoch, data=DATA, *, fig=None):
    """The ground: the colours of the plane. Soft, so few pixels are enough."""
    fig = fig or plt.figure(figsize=SIZE, dpi=60, layout="none")
    ax = _pane(fig, data)
    (x_1, x_2), lost = VIEWS[data], measured(data, learning_rate, sizes, epoch) is None
    ahead = np.zeros((2, 2)) if lost else lead(data, learning_rate, sizes, epoch)[2]
    look = (
        {"cmap": "Greys", "vmin": 0, "vmax": 12}
        if lost
        else {"cmap": COLORS, "vmin": -1, "vmax": 1}
    )
    ax.imshow(
        ahead + lost,
        extent=(-x_1, x_1, -x_2, x_2),
        origin="lower",
        interpolation="bicubic",
        aspect="auto",
        **look,
    )
    return fig


def curves(learning_rate, sizes, data=DATA, *, fig=None):
    """Both losses over all epochs; where they leave the chart, they leave it upwards."""
    fig = fig or see_through(figsize=SIZE)
    fig.add_artist(
        Rectangle((EDGE, 0), 1 - EDGE, 1, facecolor="white", transform=fig.transFigure, zorder=-1)
    )
    ax = _chart(fig)
    ran = run(data, learning_rate, sizes)
    _, (first, _) = measured(data, learning_rate, sizes, 0)
    for losses, color, style in (
        ([ran.history.initial_loss, *ran.history.loss], INK, "-"),
        ([first, *ran.history.val_loss], DELTA, (0, (3, 1.5))),
    ):
        losses = np.nan_to_num(losses, nan=OFF_THE_CHART).clip(None, OFF_THE_CHART)
        if ran.error is not None:
            losses = np.append(losses, OFF_THE_CHART)
        ax.plot(losses, color=color, linestyle=style, linewidth=1.8)
    if ran.error is not None:
        ax.text(EPOCHS / 2, 0.2, "diverges", ha="center", va="center", fontsize=15, weight="bold")
    return fig


def boundary(learning_rate, sizes, epoch, data=DATA, *, fig=None):
    """What an epoch changes: the line between the classes, the marks on the curves, the numbers."""
    fig = fig or see_through(figsize=SIZE)
    pane, chart = _pane(fig, data), _chart(fig)
    pairs = measured(data, learning_rate, sizes, epoch)
    if pairs is None:
        error = run(data, learning_rate, sizes).error
        style = {"ha": "center", "fontsize": 15, "weight": "bold", "transform": pane.transAxes}
        pane.text(0.5, 0.03, f"diverged in epoch {error.epoch}", **style)
        return fig
    chart.axvline(epoch, color="0.5", linewidth=1, zorder=0)
    plane = Rectangle((0, 0), EDGE, 1, transform=fig.transFigure)
    x_1, x_2, ahead = lead(data, learning_rate, sizes, epoch)
    for line in contour_generator(x_1, x_2, ahead / np.abs(ahead).max()).lines(0):
        pane.plot(*line.T, color=INK, linewidth=2.4, clip_path=plane)
    for (loss, share), y, color in zip(pairs, ROWS_Y, (INK, DELTA), strict=True):
        seen = np.isfinite(loss) and loss <= LOSSES[1]
        place = {"marker": "o", "ms": 8} if seen else {"marker": "^", "ms": 9}
        height = loss if seen else LOSSES[1]
        chart.plot(epoch, height, color=color, mec="white", mew=1.4, clip_on=False, **place)
        fig.text(NUMBERS_X, y, f"{100 * share:.0f} %", fontsize=15, weight="bold", ha="right")
    return fig


def examples(data=DATA, *, fig=None):
    """The training points, the chart's axes and the words that never change."""
    fig = fig or see_through(figsize=SIZE)
    pane, chart = _pane(fig, data), _chart(fig)
    X, Y, *_ = points(data)
    for k in range(2):
        style = {"color": PALETTE[k], "marker": MARKERS[k], "s": (30, 26)[k]}
        pane.scatter(*X[:, Y[k] == 1], edgecolor="white", linewidth=0.9, zorder=3, **style)
    chart.set_axis_on()
    chart.set_xticks([0, EPOCHS // 2, EPOCHS])
    chart.set_yticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
    chart.minorticks_off()
    chart.patch.set_visible(False)
    chart.set_xlabel("epoch", labelpad=2)
    chart.set_title("loss", pad=7)
    fig.text(NUMBERS_X, 0.235, "correct", ha="right", fontsize=13, color="0.35")
    for name, y, color, style in zip(
        ("training", "validation"), ROWS_Y, (INK, DELTA), ("-", (0, (3, 1.5))), strict=True
    ):
        line = plt.Line2D(KEY_X, [y + 0.02] * 2, color=color, linestyle=style, linewidth=2.2)
        fig.add_artist(line)
        fig.text(LABELS_X, y, name, fontsize=12.5)
    return fig


LAYERS = (field, curves, boundary, examples)


def draw(learning_rate, sizes, epoch, data=DATA):
    """All layers in one figure."""
    fig = plt.figure(figsize=SIZE, layout="none")
    field(learning_rate, sizes, epoch, data, fig=fig)
    curves(learning_rate, sizes, data, fig=fig)
    boundary(learning_rate, sizes, epoch, data, fig=fig)
    return examples(data, fig=fig)


def describe(learning_rate, sizes, epoch, data=DATA):
    """The losses and accuracies at the epoch, and whether the run is lost."""
    ran = run(data, learning_rate, sizes)
    start = f"{NAMES[data]}, layers {'-'.join(map(str, sizes))}, learning rate {learning_rate:.3g}"
    pairs = measured(data, learning_rate, sizes, epoch)
    if pairs is None:
        return (
            f"{start}: the run has diverged. In epoch {ran.error.epoch} the loss was no longer a "
            f"finite number, so there is no network to show at epoch {epoch}."
        )
    (loss, share), (val_loss, val_share) = pairs
    text = (
        f"{start}, epoch {epoch}: training loss {_short(loss)}, {share:.1%} correct; "
        f"validation loss {_short(val_loss)}, {val_share:.1%} correct. "
    )
    if ran.error is not None:
        return text + f"The run diverges: from epoch {ran.error.epoch} on no loss is finite."
    rises = np.sum(np.diff([ran.history.initial_loss, *ran.history.loss[:epoch]]) > 0)
    return text + (
        f"The training loss rose in {rises} of these epochs." if epoch else "Not trained yet."
    )


def _short(loss):
    return f"{loss:.3f}" if loss < 100 else f"{loss:.1e}"


def explorable(*, front=False, page=None):
    """The widget; `front` makes the smaller one of the front page."""
    controls, data = (FRONT, FRONT_DATA) if front else (CONTROLS, DATA)
    layers = [partial(layer, data=data) for layer in LAYERS]
    words = partial(describe, data=data)
    return explore(layers, words, controls, name="training", page=page, vector=True)
