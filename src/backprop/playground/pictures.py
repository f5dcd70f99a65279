"""What is seen of an experiment: the plane, the losses, and any unit from the inside."""

import base64
import html
from io import BytesIO

import matplotlib
import numpy as np
from matplotlib import rc_context
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from backprop.experiments.playground import classes_of
from backprop.figures.plotting import (
    INK,
    MARKERS,
    MINUS,
    NEGATIVE,
    POSITIVE,
    STYLE,
    plot_decision_boundary,
    plot_loss,
)
from backprop.figures.raster import pixels

RC = matplotlib.rc_params_from_file(STYLE, use_default_template=False) | {
    "figure.constrained_layout.use": False  # every ax has its place
}
SIZE = (4.0, 3.8)  # of each picture, in inches
SHOWN_DPI, DRAWN_DPI = 100, 150  # fewer than on a page: it is drawn several times a second
RESOLUTION = 90  # points on a side of a plane
MARGIN = 0.15  # around the examples, as a share of their range
SIGNS = LinearSegmentedColormap.from_list("signs", [NEGATIVE, "white", POSITIVE])
RAISED, LOWERED = "⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉"


def symbol(letter, l, i):
    """a²₁ for ("a", 2, 1)."""
    return letter + RAISED[l] + "".join(LOWERED[int(digit)] for digit in str(i))


@rc_context(RC)
def draw_plane(experiment):
    """The classes that the network gives, and the training examples."""
    fig = Figure(figsize=SIZE)
    ax = fig.add_axes((0.2, 0.18, 0.77, 0.71))
    with np.errstate(all="ignore"):
        plot_decision_boundary(
            experiment.network, experiment.X, experiment.Y, ax=ax, resolution=RESOLUTION
        )
    ax.set_aspect("auto")
    _few_ticks(ax)
    return fig


@rc_context(RC)
def draw_losses(experiment):
    """The losses before the first epoch, at 0, and after each."""
    fig = Figure(figsize=SIZE)
    history = experiment.history
    training = [history.initial_loss, *history.loss]
    ax = fig.add_axes((0.21, 0.18, 0.46, 0.71))
    plot_loss({"training": training, "validation": history.val_loss}, ax=ax)
    if len(training) == 1:  # a line of one point can't be seen
        for line in ax.lines:
            line.set(marker="o", clip_on=False)
    ax.set_xlim(0, max(1, experiment.epochs))
    ax.xaxis.set_major_locator(MaxNLocator(3, integer=True))
    return fig


def describe(experiment):
    """Epochs, steps, losses and accuracies in words."""
    history = experiment.history
    losses = [history.initial_loss, *history.loss][-1], history.val_loss[-1]
    parts = [
        f"{name} loss {loss:.4g}, {share:.0%} right"
        for name, loss, share in zip(("training", "validation"), losses, experiment.accuracies())
    ]
    done = f"{_counted(experiment.epochs, 'epoch')}, {_counted(experiment.steps, 'step')}"
    return f"{done}: {'; '.join(parts)}."


def _counted(number, what):
    return f"{number:,} {what}{'' if number == 1 else 's'}"


@rc_context(RC)
def draw_unit(experiment, l, i):
    """The activation a^l_i over the plane: blue where positive, vermilion where negative."""
    X, labels = experiment.X, classes_of(experiment.Y)
    low, high = X.min(axis=1), X.max(axis=1)
    margin = MARGIN * ((high - low).max() or 1.0)
    x1, x2 = np.linspace(low - margin, high + margin, RESOLUTION).T
    plane = np.stack([x.ravel() for x in np.meshgrid(x1, x2)])  # (2, RESOLUTION^2)
    activation = experiment.activations(plane)[l][i - 1]
    activation = np.nan_to_num(activation).reshape(RESOLUTION, RESOLUTION)
    largest = np.abs(activation).max() or 1.0

    fig = Figure(figsize=SIZE)
    ax = fig.add_axes((0.2, 0.18, 0.58, 0.71))
    extent = (x1[0], x1[-1], x2[0], x2[-1])
    look = {"cmap": SIGNS, "vmin": -largest, "vmax": largest, "interpolation": "bilinear"}
    image = ax.imshow(activation, origin="lower", extent=extent, **look)
    for k in range(labels.max() + 1):
        look = {"marker": MARKERS[k % len(MARKERS)], "facecolor": "white", "edgecolor": INK}
        ax.scatter(*X[:, labels == k], s=16, linewidth=0.8, alpha=0.7, **look)
    ax.grid(False)
    title = f"activation $a^{l}_{{{i}}}$"
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xlim=extent[:2], ylim=extent[2:], title=title)
    ax.set_aspect("auto")
    _few_ticks(ax)
    bar = fig.colorbar(image, cax=fig.add_axes((0.81, 0.18, 0.035, 0.71)))
    bar.set_ticks([-largest, 0, largest], labels=[_short(-largest), "0", _short(largest)])
    bar.outline.set_visible(False)
    return fig


@rc_context(RC)
def draw_parameters(experiment, l, i):
    """The weights W^l_ij and the bias b^l_i of a unit, and the loss's derivatives by them."""
    names, parameters, slopes = _parameters(experiment, l, i)
    fig = Figure(figsize=SIZE)
    rows = np.arange(len(names))
    for left, numbers, title in ((0.16, parameters, "weights"), (0.6, slopes, "gradients")):
        ax = fig.add_axes((left, 0.12, 0.36, 0.77))
        ax.barh(rows, numbers, height=0.7, color=np.where(numbers >= 0, POSITIVE, NEGATIVE))
        ax.axvline(0, color=INK, lw=1)
        span = np.abs(numbers).max() or 1.0
        ax.set_xticks([-span, 0, span], [_short(-span), "0", _short(span)])
        ax.set_yticks(rows, names if title == "weights" else [])
        ax.set(xlim=(-1.25 * span, 1.25 * span), ylim=(max(len(rows), 5) - 0.4, -0.6), title=title)
        ax.grid(False)
        ax.spines["left"].set_visible(False)
    return fig


def describe_unit(experiment, l, i):
    """The weights, the bias and the derivatives of a unit in words."""
    names, parameters, slopes = _parameters(experiment, l, i)
    listed = "; ".join(
        f"{'bias' if name == 'bias' else f'weight from {name}'} {parameter:.3g}, gradient {slope:.2g}"
        for name, parameter, slope in zip(names, parameters, slopes)
    )
    return f"Unit {i} of layer {l}, {symbol('a', l, i)}. {listed}."


def _parameters(experiment, l, i):
    """What leads into a unit, the weights with the bias, and the loss's derivatives by them."""
    network, grads = experiment.network, experiment.gradients()
    below = [
        symbol("a", l - 1, j) if l > 1 else f"x{LOWERED[j]}"
        for j in range(1, network.sizes[l - 1] + 1)
    ]
    parameters = np.append(network.W[l][i - 1], network.b[l][i - 1])
    slopes = np.append(grads.W[l][i - 1], grads.b[l][i - 1])
    return [*below, "bias"], parameters, np.nan_to_num(slopes)


def _few_ticks(ax):
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(5))


def _short(number):
    return f"{number:.2g}".replace("-", MINUS)


@rc_context(RC)
def picture(figure, words):
    """An <img> with its alt text."""
    drawn = BytesIO()
    pixels(figure, DRAWN_DPI).save(drawn, format="png", compress_level=2)
    source = base64.b64encode(drawn.getvalue()).decode("ascii")
    width, height = (round(inches * SHOWN_DPI) for inches in SIZE)
    return (
        f'<img src="data:image/png;base64,{source}" alt="{html.escape(words)}" width="{width}" '
        f'height="{height}" style="flex: 1 1 17rem; min-width: 0; max-width: {width}px; height: auto">'
    )


def side_by_side(*drawn):
    """Pairs of a figure and its words as HTML: beside each other, or below where it is narrow."""
    return (
        '<div style="display: flex; flex-wrap: wrap; align-items: flex-start; gap: 0.5rem">'
        + "".join(picture(figure, words) for figure, words in drawn)
        + "</div>"
    )
