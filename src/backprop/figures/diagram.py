"""The network diagram: layers as columns of circles, weights as lines between them (chapter 1).

`plot_network` draws onto a matplotlib `ax` (a new one if None), returns it, and leaves its inputs
as they were. Blue stands for positive, vermilion and dashes for negative.
"""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Circle

from backprop._check import check_count, check_matrix, check_texts
from backprop._expects import Instance
from backprop.figures.plotting import DELTA, INK, MINUS, NEGATIVE, POSITIVE, check_ax, tint
from backprop.network import Network

DASH, GAP = 2.6, 1.3  # of a negative weight, in line widths
RADIUS = 0.29  # of a unit, in inches
COLUMN = 1.2  # from one layer to the next, in inches
MAX_UNITS = 8  # a wider layer is cut short
BOLD = {"z": r"\mathbf{z}", "a": r"\mathbf{a}", "delta": r"\boldsymbol{\delta}"}
ITALIC = {"z": "z", "a": "a", "delta": r"\delta"}


def plot_network(
    network,
    *,
    trace=None,
    delta=None,
    example=0,
    values=True,
    sums=False,
    layer=None,
    unit=None,
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
    sums:        write each z^l_i above its circle; needs a trace
    layer:       l in 1..L, short for the highlight {("a", l-1), ("W", l), ("a", l)}
    unit:        (l, i) as in a^l_i, with 1 <= l <= L and 1 <= i <= n_l: lights that one unit, its
                 weights and what it reads; all else is dimmed
    highlight:   set of ("W", l), ("z", l), ("a", l), ("delta", l); all else is dimmed. A lit
                 delta^l or z^l stands in its column in the place of a^l.
    input_names: n_0 texts, written at the left of the input column

    Raises ValueError or TypeError that names the argument.
    """
    sizes, L = Instance(Network)("network", network, {}).sizes, network.L
    columns = _checked_columns(sizes, trace, delta, example)
    if sums and trace is None:
        raise ValueError("sums: expected a trace, to take each z^l from")
    lit = _checked_highlight(highlight, layer, unit, sizes)
    names = check_texts("input_names", input_names, "n_0", sizes[0])
    w_max = np.max([np.abs(W).max() for W in network.W[1:]]) or 1.0
    if not np.isfinite(w_max):
        raise ValueError(f"network: expected finite weights, got a largest size of {w_max}")

    units = [_drawn_units(n) for n in sizes]
    left = 0.7 if names is None else 1.25
    rows, step = max(len(column) for column in units), 0.86 if sums else 0.66
    width = left + 0.7 + COLUMN * L
    shrink = min(1.0, 6.4 / width)
    size = (max(4.4, shrink * width), shrink * (1.52 + step * rows))
    whole = {"left": 0, "right": 1, "bottom": 0, "top": 1}
    ax = check_ax(ax, figsize=size, layout="none", gridspec_kw=whole)
    xs, ys, top, scale = _place(ax, units, left, step, 1.1 if sums else 1.2)
    small, big = 13 * scale, 15 * scale

    def dimmed(kind, l, i):
        return lit is not None and not {(kind, l), (kind, l, i)} & lit

    for l in range(1, L + 1):
        between = (xs[l - 1], ys[l - 1], xs[l], ys[l])
        dim = np.array([dimmed("W", l, i) for i in range(sizes[l])])
        ax.add_collection(_edges(network.W[l], w_max, *between, dim, scale))
        middle = (xs[l - 1] + xs[l]) / 2
        _write(ax, middle, top, rf"$\mathbf{{W}}^{{{l}}}$", big, dim.all())
    for l in range(L + 1):
        kind = next((kind for kind in ("delta", "a", "z") if (kind, l) in (lit or ())), "a")
        color = DELTA if kind == "delta" else INK
        column = columns.get((kind, l))  # (n_l,) or None
        dims = [dimmed(kind, l, i) for i in range(sizes[l])]
        _circles(ax, column, xs[l], ys[l], dims, lit is not None, color, scale)
        for i, y in ys[l].items():
            dim = all(dims) if i is None else dims[i]
            text = _unit_text(kind, l, i, column, values)
            _write(ax, xs[l], y, text, small * _fit(text), dim)
            if l == 0 and names is not None and i is not None:
                _write(ax, xs[0] - 1.3 * RADIUS, y, names[i], small, dim, ha="right")
            if sums and l > 0 and i is not None:
                text = f"$z$ = {short_number(columns['z', l][i])}"
                _write(ax, xs[l], y + RADIUS + 0.13, text, 12 * scale, dim, backed=True)
        dim = all(dims)
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


def _checked_highlight(highlight, layer, unit, sizes):
    """The set of lit (kind, l) and (kind, l, i), or None where nothing is dimmed."""
    L = len(sizes) - 1
    if layer is None and unit is None and highlight is None:
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
    if unit is not None:
        l, i = _checked_unit(unit, sizes)
        lit |= {("a", l - 1), ("W", l, i - 1), ("a", l, i - 1)}
    return lit


def _checked_unit(unit, sizes):
    if not isinstance(unit, (tuple, list)) or len(unit) != 2:
        raise TypeError(f"unit: expected (l, i) as in a^l_i, got {unit!r}")
    l, i = (check_count("unit", number) for number in unit)
    if l >= len(sizes):
        raise ValueError(f"unit: expected (l, i) with 1 <= l <= L = {len(sizes) - 1}, got {unit}")
    if i > sizes[l]:
        raise ValueError(f"unit: expected (l, i) with 1 <= i <= n_{l} = {sizes[l]}, got {unit}")
    return l, i


def _drawn_units(n):
    """The units of a layer from top to bottom; None where a wide one has its ellipsis."""
    return list(range(n)) if n <= MAX_UNITS else [0, 1, 2, None, n - 3, n - 2, n - 1]


def _place(ax, units, left, step, foot):
    """Lay out the ax: x and {unit: y} of each layer, the y above them, and the scale of the text.

    A data unit is an inch, or less where the ax is too small for that; the text follows.
    """
    ax.set_axis_off()
    if ax.figure.get_layout_engine() is not None:
        ax.figure.draw_without_rendering()  # only now it moves the ax
    ax.apply_aspect()
    width, height = ax.get_window_extent().size / ax.figure.dpi
    rows, gaps = max(len(column) for column in units), len(units) - 1
    needed = left + 0.7 + COLUMN * gaps, 1.52 + (step - 0.04) * rows
    scale = min(1.0, width / needed[0], height / needed[1])
    width, height = width / scale, height / scale
    step = min(step + 0.06, (height - 1.52) / rows)
    spare = (height - 1.52 - step * rows) / 2
    ax.set(xlim=(0, width), ylim=(-spare, height - spare), aspect="equal")
    middle = foot + step * rows / 2
    ys = [
        {i: middle + ((len(column) - 1) / 2 - k) * step for k, i in enumerate(column)}
        for column in units
    ]
    return np.linspace(left, width - 0.7, gaps + 1), ys, 1.32 + step * rows, scale


def _edges(W, w_max, x_below, ys_below, x, ys, dim, scale):
    """The weights W^l (n_l, n_{l-1}) from rim to rim of the drawn units, the largest on top.

    dim (n_l,) says of which units they are pale.
    """
    pairs = [(i, j) for i in ys for j in ys_below if i is not None and j is not None]
    pairs.sort(key=lambda pair: (not dim[pair[0]], abs(W[pair])))
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
    deep = np.where([dim[i] for i, _ in pairs], 0.15, 0.45 + 0.55 * strength)
    return LineCollection(
        np.stack([starts + rim, ends - rim], axis=1),
        colors=np.where(weights[:, None] >= 0, tint(POSITIVE, deep), tint(NEGATIVE, deep)),
        linewidths=width * scale,
        linestyles=[
            "solid" if w >= 0 else (0, (DASH * s, GAP * s))
            for w, s in zip(weights, stretch, strict=True)
        ],
        capstyle="butt",
        clip_on=False,
        zorder=1 if dim.all() else 2,
    )


def _circles(ax, column, x, ys, dims, lit, color, scale):
    """One circle for each drawn unit, filled by the sign and the size of its number, if any."""
    numbers = np.zeros(len(dims)) if column is None else np.nan_to_num(column)
    depth = np.abs(numbers) / max(1.0, np.abs(numbers).max())
    for i, y in ys.items():
        if i is None:
            continue
        hue = POSITIVE if numbers[i] >= 0 else NEGATIVE
        style = {
            "facecolor": tint(hue, (0.12 if dims[i] else 0.5) * depth[i]),
            "edgecolor": tint(INK, 0.3) if dims[i] else color,
            "linewidth": (3 if lit and not dims[i] else 1.4) * scale,
            "zorder": 3,
            "clip_on": False,
        }
        ax.add_patch(Circle((x, y), RADIUS, **style))


def _unit_text(kind, l, i, column, values):
    """What stands in a circle: its number as short as it goes, or its symbol."""
    if i is None:
        return r"$\boldsymbol{\vdots}$"
    if column is None:
        return rf"${ITALIC[kind]}^{{{l}}}_{{{i + 1}}}$"
    return short_number(column[i]) if values else ""


def short_number(number):
    """A number in at most three digits, as short as it goes: 0.74, \u22120.070, 12.3, 1e5."""
    number = float(number) or 0.0  # no minus in front of a zero
    size = abs(number)
    digits = 0 if size >= 99.95 else 1 if size >= 9.995 else 2 if size >= 0.0995 else 3
    form = ".0e" if size >= 9999.5 or 0 < size < 0.0005 else f".{digits if size else 0}f"
    return f"{number:{form}}".replace("e+0", "e").replace("e-0", "e-").replace("-", MINUS)


def _fit(text):
    """The share of the font size at which a number stays inside its circle."""
    digits = len(text) - 0.5 * text.count(".") + 0.3 * text.count(MINUS)  # its width
    return 1.0 if "$" in text else min(1.0, 4.5 / max(digits, 1))


def _layer_text(kind, l, L):
    """The layer's vector in the notation, a^0 = X at the left and a^L = yhat at the right."""
    ends = {("a", 0): r" = \mathbf{X}", ("a", L): r" = \hat{\mathbf{y}}"}
    return f"${BOLD[kind]}^{{{l}}}{ends.get((kind, l), '')}$"


def _write(ax, x, y, text, size, dim, ha="center", backed=False):
    style = {"fontsize": size, "color": tint(INK, 0.4) if dim else INK, "zorder": 4}
    if backed:
        style["bbox"] = {"boxstyle": "square,pad=0.05", "facecolor": "white", "edgecolor": "none"}
    ax.text(x, y, text, ha=ha, va="center", **style)
