"""Figures: the network diagram, the loss, the decision boundary, the confusion, images.

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
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Circle
from matplotlib.ticker import MaxNLocator

from backprop._check import check_count, check_matrix, check_real
from backprop.activations import softmax
from backprop.network import check_inputs, check_network, check_targets, predict

STYLE = Path(__file__).with_name("backprop.mplstyle")
_CYCLE = matplotlib.rc_params_from_file(STYLE, use_default_template=False)["axes.prop_cycle"]
PALETTE = tuple(f"#{color.lstrip('#')}" for color in _CYCLE.by_key()["color"])
POSITIVE, NEGATIVE, DELTA, INK = PALETTE[:4]
DASH, GAP = 2.6, 1.3  # of a negative weight, in line widths
RADIUS = 0.29  # of a unit, in inches
LINESTYLES = ("-", "--", ":", "-.")
MARKERS = "osD^vPX*<>"
MAX_UNITS = 8  # plot_network cuts a wider layer short
BOLD = {"z": r"\mathbf{z}", "a": r"\mathbf{a}", "delta": r"\boldsymbol{\delta}"}
MINUS = "\N{MINUS SIGN}"
ITALIC = {"z": "z", "a": "a", "delta": r"\delta"}


def use_style():
    """Set the course's figure style for the session; the first cell of each chapter calls it."""
    plt.style.use(STYLE)


def plot_network(
    network,
    *,
    trace=None,
    delta=None,
    example=0,
    values=True,
    layer=None,
    highlight=None,
    input_names=None,
    ax=None,
):
    """Draw the layers as columns of circles and the weights as lines between them.

    A positive weight is a solid blue line, a negative one dashed vermilion; the width grows with
    |W^l_ij|, on one scale for the whole network. A layer of more than 8 units is cut short.

    trace:       what `forward` returned for X (n_0, m). Column `example` of each a^l fills the
                 circles, as colour on a scale per layer and, if `values`, as numbers. Without it
                 the circles hold the symbols a^l_i.
    delta:       what `backward` returned, delta[l] (n_l, m), the numbers of a lit ("delta", l)
    layer:       l in 1..L, short for the highlight {("a", l-1), ("W", l), ("a", l)}
    highlight:   set of ("W", l), ("z", l), ("a", l), ("delta", l); all else is dimmed. A lit
                 delta^l or z^l stands in its column in the place of a^l.
    input_names: n_0 texts, written at the left of the input column

    Raises ValueError or TypeError that names the argument.
    """
    sizes, L = check_network(network).sizes, network.L
    columns = _checked_columns(sizes, trace, delta, example)
    lit = _checked_highlight(highlight, layer, L)
    names = _checked_texts("input_names", input_names, "n_0", sizes[0])
    w_max = np.max([np.abs(W).max() for W in network.W[1:]]) or 1.0
    if not np.isfinite(w_max):
        raise ValueError(f"network: expected finite weights, got a largest size of {w_max}")

    units = [_drawn_units(n) for n in sizes]
    left = 0.7 if names is None else 1.25
    height = 1.52 + 0.66 * max(len(column) for column in units)
    size = (6.4, height * min(1.0, 6.4 / (left + 0.7 + 1.2 * L)))
    whole = {"left": 0, "right": 1, "bottom": 0, "top": 1}
    ax = _checked_ax(ax, figsize=size, layout="none", gridspec_kw=whole)
    xs, ys, top, scale = _place(ax, units, left)
    small, big = 12 * scale, 15 * scale

    for l in range(1, L + 1):
        dim = lit is not None and ("W", l) not in lit
        between = (xs[l - 1], ys[l - 1], xs[l], ys[l])
        ax.add_collection(_edges(network.W[l], w_max, *between, dim, scale))
        _write(ax, (xs[l - 1] + xs[l]) / 2, top, rf"$\mathbf{{W}}^{{{l}}}$", big, dim)
    for l in range(L + 1):
        kind = next((kind for kind in ("delta", "a", "z") if (kind, l) in (lit or ())), "a")
        dim, bold = (False, False) if lit is None else ((kind, l) not in lit, (kind, l) in lit)
        color = _tint(INK, 0.3) if dim else DELTA if kind == "delta" else INK
        column = columns.get((kind, l))  # (n_l,) or None
        _circles(ax, column, xs[l], ys[l], dim, color, (3 if bold else 1.4) * scale)
        for i, y in ys[l].items():
            text = _unit_text(kind, l, i, column, values)
            _write(ax, xs[l], y, text, small * _fit(text), dim)
            if l == 0 and names is not None and i is not None:
                _write(ax, xs[0] - 1.3 * RADIUS, y, names[i], small, dim, ha="right")
        _write(ax, xs[l], 0.95, _layer_text(kind, l, L), big, dim)
        _write(ax, xs[l], 0.69, f"$n_{{{l}}} = {sizes[l]}$", small, dim)
        if l > 0:
            name = network.activations[l].name
            _write(ax, xs[l], 0.45, rf"$\sigma^{{{l}}}$ {name}", small, dim)

    positive = Line2D([], [], color=POSITIVE, linewidth=2.6 * scale, label="weight > 0")
    negative = Line2D([], [], color=NEGATIVE, linewidth=2.6 * scale, label="weight < 0")
    negative.set_linestyle((0, (DASH, GAP)))
    where = {"loc": "center", "bbox_to_anchor": (ax.get_xlim()[1] / 2, 0.16)}
    style = {"bbox_transform": ax.transData, "fontsize": small, "handlelength": 2.25}
    ax.legend(handles=[positive, negative], ncols=2, **where, **style)
    return ax


def _checked_columns(sizes, trace, delta, example):
    """{(kind, l): the column (n_l,) of the example} for every z^l, a^l, delta^l that is given."""
    check_count("example", example, least=0)
    columns = {}
    for kind, name, arrays in (
        ("z", "trace.z", getattr(trace, "z", None)),
        ("a", "trace.a", getattr(trace, "a", None)),
        ("delta", "delta", delta),
    ):
        if arrays is None and (kind == "delta" or trace is None):
            continue
        if not isinstance(arrays, (list, tuple)) or len(arrays) != len(sizes):
            raise ValueError(f"{name}: expected a list of L + 1 = {len(sizes)}, got {arrays!r}")
        for l in range(0 if kind == "a" else 1, len(sizes)):
            array = check_matrix(
                f"{name}[{l}]", arrays[l], shape=f"(n_{l}, m)", rows=sizes[l], finite=False
            )
            if example >= array.shape[1]:
                raise ValueError(f"example: expected less than m = {array.shape[1]}, got {example}")
            columns[kind, l] = array[:, example]
    return columns


def _checked_highlight(highlight, layer, L):
    """The set of lit (kind, l), or None where nothing is dimmed."""
    if layer is None and highlight is None:
        return None
    if not isinstance(highlight, (set, frozenset, list, tuple, type(None))):
        raise TypeError(f'highlight: expected a set such as {{("W", 1)}}, got {highlight!r}')
    lit = set(highlight or ())
    if layer is not None:
        if check_count("layer", layer) > L:
            raise ValueError(f"layer: expected 1 <= layer <= L = {L}, got {layer}")
        lit |= {("a", layer - 1), ("W", layer), ("a", layer)}
    known = {("a", 0), *((kind, l) for kind in ("W", *BOLD) for l in range(1, L + 1))}
    if not lit <= known:
        kinds = '("W", "z", "a" or "delta", l) with 1 <= l <= L, or ("a", 0)'
        raise ValueError(f"highlight: expected {kinds}, L = {L}, got {lit - known}")
    return lit


def _drawn_units(n):
    """The units of a layer from top to bottom; None where a wide one has its ellipsis."""
    return list(range(n)) if n <= MAX_UNITS else [0, 1, 2, None, n - 3, n - 2, n - 1]


def _place(ax, units, left):
    """Lay out the ax: x and {unit: y} of each layer, the y above them, and the scale of the text.

    A data unit is an inch, or less where the ax is too small for that; the text follows.
    """
    ax.set_axis_off()
    ax.figure.canvas.figure.draw_without_rendering()  # a layout engine moves the ax only now
    width, height = ax.get_window_extent().size / ax.figure.dpi
    rows, gaps = max(len(column) for column in units), len(units) - 1
    scale = min(1.0, width / (left + 0.7 + 1.2 * gaps), height / (1.52 + 0.62 * rows))
    width, height = width / scale, height / scale
    step = min(0.72, (height - 1.52) / rows)
    spare = (height - 1.52 - step * rows) / 2
    ax.set(xlim=(0, width), ylim=(-spare, height - spare), aspect="equal")
    middle = 1.2 + step * rows / 2
    ys = [
        {i: middle + ((len(column) - 1) / 2 - k) * step for k, i in enumerate(column)}
        for column in units
    ]
    return np.linspace(left, width - 0.7, gaps + 1), ys, 1.32 + step * rows, scale


def _edges(W, w_max, x_below, ys_below, x, ys, dim, scale):
    """The weights W^l (n_l, n_{l-1}) from rim to rim of the drawn units, the largest on top."""
    pairs = [(i, j) for i in ys for j in ys_below if i is not None and j is not None]
    pairs.sort(key=lambda pair: abs(W[pair]))
    weights = np.array([W[pair] for pair in pairs])
    strength = np.abs(weights) / w_max  # 0..1
    width = 0.7 + 3.3 * strength  # in points
    starts = np.array([(x_below, ys_below[j]) for _, j in pairs])
    ends = np.array([(x, ys[i]) for i, _ in pairs])
    length = np.hypot(*(ends - starts).T)
    rim = (ends - starts) * (RADIUS / length)[:, None]
    whole = 72 * (length - 2 * RADIUS) / width  # from rim to rim, in line widths
    dashes = np.maximum(1, np.round((whole + GAP) / (DASH + GAP)))
    stretch = whole / (dashes * (DASH + GAP) - GAP)  # so that a dash begins and a dash ends it
    tint = np.full_like(strength, 0.15) if dim else 0.45 + 0.55 * strength
    return LineCollection(
        np.stack([starts + rim, ends - rim], axis=1),
        colors=np.where(weights[:, None] >= 0, _tint(POSITIVE, tint), _tint(NEGATIVE, tint)),
        linewidths=width * scale,
        linestyles=[
            "solid" if w >= 0 else (0, (DASH * s, GAP * s))
            for w, s in zip(weights, stretch, strict=True)
        ],
        capstyle="butt",
        zorder=1 if dim else 2,
    )


def _circles(ax, column, x, ys, dim, color, linewidth):
    """One circle for each drawn unit, filled by the sign and the size of its number, if any."""
    numbers = np.zeros(max(i or 0 for i in ys) + 1) if column is None else np.nan_to_num(column)
    depth = (0.12 if dim else 0.5) * np.abs(numbers) / max(1.0, np.abs(numbers).max())
    for i, y in ys.items():
        if i is not None:
            face = _tint(POSITIVE if numbers[i] >= 0 else NEGATIVE, depth[i])
            style = {"facecolor": face, "edgecolor": color, "linewidth": linewidth, "zorder": 3}
            ax.add_patch(Circle((x, y), RADIUS, **style))


def _unit_text(kind, l, i, column, values):
    """What stands in a circle: its number as short as it goes, or its symbol."""
    if i is None:
        return r"$\boldsymbol{\vdots}$"
    if column is None:
        return rf"${ITALIC[kind]}^{{{l}}}_{{{i + 1}}}$"
    number = column[i] or 0.0  # no minus in front of a zero
    size = abs(number)
    digits = 0 if size >= 99.95 else 1 if size >= 9.995 else 2 if size >= 0.0995 else 3
    form = ".0e" if size >= 9999.5 or 0 < size < 0.0005 else f".{digits if size else 0}f"
    text = f"{number:{form}}".replace("e+0", "e").replace("e-0", "e-").replace("-", MINUS)
    return text if values else ""


def _fit(text):
    """The share of the font size at which a number stays inside its circle."""
    digits = len(text) - 0.5 * text.count(".") + 0.3 * text.count(MINUS)  # its width
    return 1.0 if "$" in text else min(1.0, 4.8 / max(digits, 1))


def _layer_text(kind, l, L):
    """The layer's vector in the notation, a^0 = X at the left and a^L = yhat at the right."""
    ends = {("a", 0): r" = \mathbf{X}", ("a", L): r" = \hat{\mathbf{y}}"}
    return f"${BOLD[kind]}^{{{l}}}{ends.get((kind, l), '')}$"


def _write(ax, x, y, text, size, dim, ha="center"):
    color = _tint(INK, 0.4) if dim else INK
    ax.text(x, y, text, fontsize=size, color=color, ha=ha, va="center", zorder=4)


def _tint(color, strength):
    """`color` on white, from 0 (white) to 1 (the colour); strength (...) -> rgb (..., 3)."""
    return 1 - np.asarray(strength)[..., None] * (1 - np.array(to_rgb(color)))


def plot_loss(history, *, ax=None):
    """Draw the loss over the epochs, each line named at its end; epoch 0 is before training.

    history: what `train` returned, or one sequence of losses from epoch 0 on, or a dict from
             labels to such sequences. The axis is logarithmic if they span over two decades.

    Raises ValueError or TypeError for what is none of these, or has no finite loss.
    """
    lines = _checked_losses(history)
    ax = _checked_ax(ax)
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


def plot_decision_boundary(network, X, Y, *, ax=None, resolution=200, padding=0.15):
    """Colour the plane of two inputs by the class the network gives, and draw the examples on it.

    X (2, m); Y (1, m), class 1 where Y >= 0.5, or Y (K, m) one-hot. A single output is class 1
    from 0.5 on; of K outputs the largest wins. The colour deepens with the winner's lead (that of
    the softmax, where the output layer is the identity); the line is where two classes draw.

    resolution: points on a side of the grid
    padding:    the margin around the examples, as a share of their range

    Raises ValueError or TypeError that names the argument.
    """
    if check_network(network).sizes[0] != 2:
        raise ValueError(f"network: expected n_0 = 2 inputs, got n_0 = {network.sizes[0]}")
    X = check_inputs(network, X)
    Y = check_targets(network, Y, X.shape[1])
    resolution = check_count("resolution", resolution, least=2)
    padding = check_real("padding", padding, above=0)
    classes = (Y[0] >= 0.5).astype(int) if len(Y) == 1 else _one_hot_classes("Y", Y)  # (m,)

    low, high = X.min(axis=1), X.max(axis=1)
    margin = padding * ((high - low).max() or 1.0)
    x1, x2 = np.linspace(low - margin, high + margin, resolution).T
    grid = np.stack([x.ravel() for x in np.meshgrid(x1, x2)])  # (2, resolution^2)
    leads = _leads(predict(network, grid), network.activations[-1].name)
    leads = leads.reshape(-1, resolution, resolution)  # (K, resolution, resolution)
    tints = [_tint(_class_color(k), 0.1 + 0.3 * lead.clip(0, 1)) for k, lead in enumerate(leads)]
    winner = leads.argmax(axis=0)[None, ..., None]
    picture = np.take_along_axis(np.array(tints), winner, axis=0)[0]

    ax = _checked_ax(ax, figsize=(6.4, 5.6))
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


def plot_confusion(predicted, target, *, ax=None, labels=None):
    """Count how often the true class (row) was taken for each class (column).

    predicted (K, m) holds scores, the largest of a column is its class; target (K, m) is one-hot.
    labels are K names, 0..K-1 if None. Blue cells are right and vermilion ones wrong, the deeper
    the larger their share of the row (its square root, so that few mistakes show).

    Raises ValueError or TypeError that names the argument.
    """
    target = check_matrix("target", target, shape="(K, m)")
    K, m = target.shape
    if K < 2:
        raise ValueError(f"target: expected K >= 2 classes, got shape {target.shape}")
    predicted = check_matrix("predicted", predicted, shape="(K, m)", rows=K, columns=m)
    labels = _checked_texts("labels", labels, "K", K) or [str(k) for k in range(K)]
    counts = np.zeros((K, K), dtype=int)
    np.add.at(counts, (_one_hot_classes("target", target), predicted.argmax(axis=0)), 1)

    ax = _checked_ax(ax, figsize=(6.4, 6.4))
    depth = np.sqrt(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))  # (K, K)
    right = np.eye(K, dtype=bool)[..., None]
    cells = np.where(right, _tint(POSITIVE, depth), _tint(NEGATIVE, depth))  # (K, K, 3)
    ax.imshow(cells, interpolation="nearest")
    for k, j in np.ndindex(K, K):
        zero = {"color": _tint(INK, 0.65)}
        style = {"color": _ink(cells[k, j]), "fontweight": "bold"} if counts[k, j] else zero
        ax.text(j, k, counts[k, j], ha="center", va="center", fontsize=12, **style)
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
    titles = _checked_texts("titles", titles, "m", m)
    columns = check_count("columns", columns)
    rows = -(-m // columns)
    right, down = 1.12 * width, (1.12 if titles is None else 1.5) * height
    size = (6.4, 0.1 + 6.4 * rows * down / (columns * right))
    ax = _checked_ax(ax, figsize=size)
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


def _checked_ax(ax, **figure):
    """`ax` itself, or the one of a new figure."""
    if ax is None:
        return plt.subplots(**figure)[1]
    if not isinstance(ax, Axes):
        raise TypeError(f"ax: expected a matplotlib Axes or None, got {type(ax).__name__}")
    return ax


def _checked_texts(name, texts, symbol, n):
    """The n texts as a list, or None."""
    if texts is None:
        return None
    if isinstance(texts, str) or not np.iterable(texts):
        raise TypeError(f"{name}: expected a list of {symbol} = {n} texts, got {texts!r}")
    if len(texts := list(texts)) != n:
        raise ValueError(f"{name}: expected {symbol} = {n} texts, got {len(texts)}")
    return texts
