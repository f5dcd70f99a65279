"""Figures: the loss, the decision boundary, the confusion, images, and the colours of all.

Every function draws onto a matplotlib `ax` (a new one if None), returns it, and leaves its inputs
as they were. Blue stands for positive, vermilion for negative. Examples are columns.
"""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.ticker import MaxNLocator

from backprop._check import check_count, check_matrix, check_texts
from backprop._expects import Examples, Instance, Matrix, Rule, Targets, expects, real, whole
from backprop.activations import softmax
from backprop.network import Network, predict

STYLE = Path(__file__).with_name("backprop.mplstyle")
_CYCLE = matplotlib.rc_params_from_file(STYLE, use_default_template=False)["axes.prop_cycle"]
PALETTE = tuple(f"#{color.lstrip('#')}" for color in _CYCLE.by_key()["color"])
POSITIVE, NEGATIVE, DELTA, INK = PALETTE[:4]
LINESTYLES = ("-", "--", ":", "-.")
MARKERS = "osD^vPX*<>"
MINUS = "\N{MINUS SIGN}"


def use_style():
    """Set the course's figure style for the session; the first cell of each chapter calls it."""
    plt.style.use(STYLE)


def tint(color, strength):
    """`color` on white, from 0 (white) to 1 (the colour); strength (...) -> rgb (..., 3)."""
    return 1 - np.asarray(strength)[..., None] * (1 - np.array(to_rgb(color)))


def check_ax(ax, **figure):
    """`ax` itself, or the one of a new figure."""
    if ax is None:
        return plt.subplots(**figure)[1]
    if not isinstance(ax, Axes):
        raise TypeError(f"ax: expected a matplotlib Axes or None, got {type(ax).__name__}")
    return ax


def plot_loss(history, *, ax=None):
    """Draw the loss over the epochs, each line named at its end; epoch 0 is before training.

    history: what `train` returned, or one sequence of losses from epoch 0 on, or a dict from
             labels to such sequences. The axis is logarithmic if they span over two decades.

    Raises ValueError or TypeError for what is none of these, or has no finite loss.
    """
    lines = _checked_losses(history)
    ax = check_ax(ax)
    finite = np.concatenate([losses[np.isfinite(losses)] for losses in lines.values()])
    if finite.min() > 0 and finite.max() > 100 * finite.min():
        ax.set_yscale("log")
    epochs = max(len(losses) for losses in lines.values())
    for k, (label, losses) in enumerate(lines.items()):
        first = epochs - len(losses) if hasattr(history, "loss") else 0
        style = {"color": _class_color(k), "linestyle": LINESTYLES[k % len(LINESTYLES)]}
        ax.plot(first + np.arange(len(losses)), losses, label=label, **style)
    ax.set(xlabel="epoch", ylabel=r"loss $\mathcal{L}$")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    ax.margins(x=0.02)
    if "" not in lines:
        _name_line_ends(ax, ax.lines[-len(lines) :])
    return ax


def _checked_losses(history):
    """{label: losses} of any form that plot_loss takes."""
    lines = {"": history}
    if isinstance(history, Mapping):
        lines = dict(history)
    elif hasattr(history, "loss"):
        lines = {"training": [*np.atleast_1d(getattr(history, "initial_loss", [])), *history.loss]}
        if history.val_loss:
            lines["validation"] = history.val_loss
    if not lines:
        raise ValueError("history: expected at least one line, got an empty dict")
    for label, losses in lines.items():
        name = f"history[{label!r}]" if label else "history"
        try:
            lines[label] = np.array([float(loss) for loss in losses])
        except (TypeError, ValueError):
            expected = "a History, a sequence of losses, or a dict of sequences"
            raise TypeError(f"{name}: expected {expected}, got {losses!r}") from None
        if not np.isfinite(lines[label]).any():
            raise ValueError(f"{name}: expected finite losses, one an epoch, got {losses!r}")
    return lines


def _name_line_ends(ax, lines, apart=0.085):
    """Write each label at the height of its line's end, `apart` of the ax from the next label."""
    ax.autoscale_view()
    to_ax = ax.transScale + ax.transLimits
    ends = []
    for line in lines:
        x, y = (data[np.isfinite(line.get_ydata())][-1] for data in line.get_data())
        ends.append([to_ax.transform((x, y))[1], line])
    ends.sort(key=lambda end: end[0])
    for _ in ends:
        for below, above in pairwise(ends):
            overlap = max(0, apart - (above[0] - below[0])) / 2
            below[0], above[0] = below[0] - overlap, above[0] + overlap
    for y, line in ends:
        style = {"color": line.get_color(), "fontweight": "bold", "va": "center"}
        ax.text(1.01, y, line.get_label(), transform=ax.transAxes, **style)


def _two_inputs(name, network, known):
    Instance(Network)(name, network, known)
    if network.sizes[0] != 2:
        raise ValueError(f"{name}: expected n_0 = 2 inputs, got n_0 = {network.sizes[0]}")
    return network


@expects(
    network=Rule("Network with n_0 = 2", _two_inputs),
    X=Examples("(n_0, m)"),
    Y=Targets("(n_L, m)"),
    resolution=whole(2),
    padding=real(above=0),
)
def plot_decision_boundary(network, X, Y, *, ax=None, resolution=200, padding=0.15):
    """Colour the plane of two inputs by the class the network gives, and draw the examples on it.

    X (2, m); Y (1, m), class 1 where Y >= 0.5, or Y (K, m) one-hot. A single output is class 1
    from 0.5 on; of K outputs the largest wins. The colour deepens with the winner's lead (that of
    the softmax, where the output layer is the identity); the line is where two classes draw.

    resolution: points on a side of the grid
    padding:    the margin around the examples, as a share of their range

    Raises ValueError or TypeError that names the argument.
    """
    classes = (Y[0] >= 0.5).astype(int) if len(Y) == 1 else _one_hot_classes("Y", Y)  # (m,)

    low, high = X.min(axis=1), X.max(axis=1)
    margin = padding * ((high - low).max() or 1.0)
    x1, x2 = np.linspace(low - margin, high + margin, resolution).T
    grid = np.stack([x.ravel() for x in np.meshgrid(x1, x2)])  # (2, resolution^2)
    leads = _leads(predict(network, grid), network.activations[-1].name)
    leads = leads.reshape(-1, resolution, resolution)  # (K, resolution, resolution)
    tints = [tint(_class_color(k), 0.1 + 0.3 * lead.clip(0, 1)) for k, lead in enumerate(leads)]
    winner = leads.argmax(axis=0)[None, ..., None]
    picture = np.take_along_axis(np.array(tints), winner, axis=0)[0]

    ax = check_ax(ax, figsize=(6.4, 5.6))
    (dx1, dx2), style = ((x[1] - x[0]) / 2 for x in (x1, x2)), {"origin": "lower", "zorder": 0}
    extent = (x1[0] - dx1, x1[-1] + dx1, x2[0] - dx2, x2[-1] + dx2)
    ax.imshow(picture, extent=extent, interpolation="bilinear", aspect="equal", **style)
    for lead in leads[:-1]:
        if lead.min() < 0 < lead.max():
            ax.contour(x1, x2, lead, levels=[0], colors=[INK], linewidths=1.4)
    for k in range(len(leads)):
        style = {"color": _class_color(k), "marker": MARKERS[k % len(MARKERS)], "zorder": 3}
        points = X[:, classes == k]
        ax.scatter(*points, s=42, edgecolor="white", linewidth=0.8, label=f"class {k}", **style)
    ax.grid(False)
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xlim=(x1[0], x1[-1]), ylim=(x2[0], x2[-1]))
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=min(len(leads), 4), handlelength=1)
    return ax


def _leads(scores, activation):
    """How far each class is ahead of the best other one: (n_L, m) -> (K, m)."""
    if len(scores) == 1:
        scores = np.concatenate([1 - scores, scores])  # (2, m)
    elif activation == "identity":
        scores = softmax(scores)
    second, best = np.sort(scores, axis=0)[-2:]
    return scores - np.where(scores == best, second, best)


def _class_color(k):
    return PALETTE[k % len(PALETTE)]


def _one_hot_classes(name, Y):
    """The class of each column, (K, m) -> (m,)."""
    if not (np.isin(Y, (0, 1)).all() and (Y.sum(axis=0) == 1).all()):
        raise ValueError(f"{name}: expected one-hot columns, a single 1 in each and else 0")
    return Y.argmax(axis=0)


def _two_classes(name, target):
    if len(target) < 2:
        raise ValueError(f"{name}: expected K >= 2 classes, got shape {target.shape}")


@expects(
    target=Matrix("(K, m)", finite=True, domain=_two_classes),
    predicted=Matrix("(K, m)", finite=True),
)
def plot_confusion(predicted, target, *, ax=None, labels=None):
    """Count how often the true class (row) was taken for each class (column).

    predicted (K, m) holds scores, the largest of a column is its class; target (K, m) is one-hot.
    labels are K names, 0..K-1 if None. Blue cells are right and vermilion ones wrong, the deeper
    the larger their share of the row (its square root, so that few mistakes show).

    Raises ValueError or TypeError that names the argument.
    """
    K, m = target.shape
    labels = check_texts("labels", labels, "K", K) or [str(k) for k in range(K)]
    counts = np.zeros((K, K), dtype=int)
    np.add.at(counts, (_one_hot_classes("target", target), predicted.argmax(axis=0)), 1)

    ax = check_ax(ax, figsize=(6.4, 6.4))
    depth = np.sqrt(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))  # (K, K)
    right = np.eye(K, dtype=bool)[..., None]
    cells = np.where(right, tint(POSITIVE, depth), tint(NEGATIVE, depth))  # (K, K, 3)
    ax.imshow(cells, interpolation="nearest")
    for k, j in np.ndindex(K, K):
        zero = {"color": tint(INK, 0.65)}
        style = {"color": _ink(cells[k, j]), "fontweight": "bold"} if counts[k, j] else zero
        ax.text(j, k, counts[k, j], ha="center", va="center", fontsize=13, **style)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks(range(K), labels)
        axis.set_ticks(np.arange(K - 1) + 0.5, minor=True)
    ax.grid(False)
    ax.grid(which="minor", color="white", linewidth=2)
    ax.spines[:].set_visible(False)
    hits = np.trace(counts)
    ax.set(xlabel="predicted", ylabel="true", title=f"accuracy {hits / m:.1%} ({hits} of {m})")
    return ax


def _ink(rgb):
    """White ink or dark, whichever can be read on a cell both as it is and in the dark theme."""
    return "white" if rgb**2.2 @ (0.2126, 0.7152, 0.0722) < 0.33 else INK


def plot_images(X, *, titles=None, shape=None, columns=10, ax=None):
    """Draw each column of X (n_0, m) as a small picture, large numbers dark, `columns` in a row.

    shape is (height, width) of a picture with height width = n_0, square if None; titles are m
    texts, one above each picture.

    Raises ValueError or TypeError that names the argument.
    """
    X = check_matrix("X", X, shape="(n_0, m)")
    n_0, m = X.shape
    if shape is None:
        shape = (round(n_0**0.5),) * 2
    if not isinstance(shape, (tuple, list)) or len(shape) != 2:
        raise TypeError(f"shape: expected (height, width) or None, got {shape!r}")
    height, width = (check_count("shape", side) for side in shape)
    if height * width != n_0:
        raise ValueError(f"shape: expected height * width = n_0 = {n_0}, got {shape}")
    titles = check_texts("titles", titles, "m", m)
    columns = check_count("columns", columns)
    rows = -(-m // columns)
    right, down = 1.12 * width, (1.3 if titles is None else 1.5) * height
    size = (6.4, 0.1 + 6.4 * rows * down / (columns * right))
    ax = check_ax(ax, figsize=size)
    for k, pixels in enumerate(X.T):
        x, y = k % columns * right, k // columns * down
        picture = pixels.reshape(shape)  # (height, width)
        style = {"extent": (x, x + width, y + height, y), "vmin": X.min(), "vmax": X.max()}
        ax.imshow(picture, cmap="Greys", interpolation="nearest", **style)
        if titles is not None:
            ax.text(x + width / 2, y - 0.1 * height, titles[k], ha="center", fontsize=12)
    ax.set(xlim=(0, columns * right), ylim=((rows - 1) * down + height, height - down))
    ax.set_axis_off()
    return ax
