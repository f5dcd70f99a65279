"""Circuits drawn: numbers on the wires, or the paths along which a derivative comes (chapter 3)."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse, FancyBboxPatch, PathPatch
from matplotlib.path import Path

from backprop.experiments.circuits import (
    check_circuit,
    input_names,
    local_derivatives,
    output_of,
)
from backprop.figures.plotting import DELTA, INK, PALETTE, POSITIVE, tint

GREEN = PALETTE[4]
RADIUS = 0.19  # of a gate, in inches, like all lengths below
ROW = 0.78
BEND = 0.12
OUT = 0.95  # the wire behind the last gate
FONT = 13


def plot_circuit(
    circuit,
    at,
    *,
    values=None,
    derivatives=None,
    labels=None,
    key=("value, forward \u2192", "derivative, \u2190 backward"),
    signed=False,
    only=None,
    decimals=4,
    ax=None,
):
    """Draw the circuit: above each wire its value in blue, below it its derivative in purple.

    at:          {name: (column, row)} for every input and gate, rows counted downwards. A wire
                 enters its gate from the left if both are in one row, else from above or below.
    values:      {name: number}, as far as they are to be shown
    derivatives: {name: number}, as far as they are to be shown. Where a wire forks, each upright
                 branch also shows the part that comes back through it.
    labels:      {name: TeX} where a name is not its own TeX
    key:         what the two kinds of numbers are called
    signed:      write + before a positive value too, for values that are changes
    only:        the names to draw, such as those along one path; all if None
    """
    check_circuit(circuit)
    values, derivatives, labels = values or {}, derivatives or {}, labels or {}
    wires = _drawn_wires(circuit, only)
    _check_places(at, wires)
    ax = ax or _new_axes(ROW * max(at[name][1] for name in wires) + 1.5)
    x, y, step = grid(ax, at, wires)

    for name in wires:
        gate = circuit[name][0] if name in circuit else None
        start = x[name] + (_half_width(gate) if gate else 0.22)
        end = start + OUT if name == output_of(circuit) else x[name] + step - RADIUS - 0.04
        middle = (start + end) / 2
        label = f"${labels.get(name, name)}$"
        ax.text(middle if gate else x[name], y[name] + (0.46 if gate else 0), label, **_text(15))
        if gate:
            _draw_gate(ax, x[name], y[name], gate)
        _draw_wires(ax, circuit, name, start, end, x, y)
        if name in values:
            text = _number(values[name], decimals, sign="+" if signed else "-")
            _pill(ax, middle, y[name] + 0.19, text, POSITIVE)
        if name in derivatives:
            _pill(ax, middle, y[name] - 0.19, _number(derivatives[name], decimals, "+"), DELTA)
    for source, target, part in _fork_parts(circuit, values, derivatives):
        if source in y and target in y and abs(y[source] - y[target]) > 2 * RADIUS:
            height = (y[source] + y[target]) / 2
            _pill(ax, x[target], height, _number(part, decimals, "+"), DELTA)
    _draw_key(ax, [(POSITIVE, key[0])] * bool(values) + [(DELTA, key[1])] * bool(derivatives))
    return ax


def plot_paths(paths, at, *, labels=None, decimals=4, ax=None):
    """Draw what `circuit_paths` found: each path in its own hue, the local derivative on each wire.

    Below the picture stands the product along each path, and the sum of the products.
    at: {name: (column, row)}, labels: {name: TeX}, as for `plot_circuit`.
    """
    labels = labels or {}
    if not paths or not all(paths):
        raise ValueError("paths: expected at least one path of at least one wire, got none")
    if len(paths) > 2:
        raise ValueError(f"paths: expected one or two to tell apart, got {len(paths)}")
    places = list(dict.fromkeys(name for path in paths for wire in path for name in wire[:2]))
    _check_places(at, places)
    rows = max(at[name][1] for name in places)
    foot = 0.34 * (len(paths) + (len(paths) > 1)) + 0.1
    ax = ax or _new_axes(ROW * rows + 0.9 + foot)
    x, y, _ = grid(ax, at, places, left=0.4, right=0.4, bottom=foot + 0.45, top=0.45)

    shared = [set(path) for path in paths]
    hues, styles = (POSITIVE, GREEN), ("-", (0, (2.6, 1.3)))
    for k, path in enumerate(paths):
        for wire in path:
            together = len(paths) > 1 and all(wire in wires for wires in shared)
            shift = (0.045, -0.045)[k] if together else 0.0
            (x_0, y_0), (x_1, y_1) = ((x[name], y[name] + shift) for name in wire[:2])
            ax.plot([x_0, x_1], [y_0, y_1], color=hues[k], ls=styles[k], lw=3, zorder=1)
            if not (together and k):
                middle = (x_0 + x_1) / 2, (y_0 + y_1) / 2 - shift
                _pill(ax, *middle, _number(wire[2], decimals), INK if together else hues[k])
    for name in places:
        style = {"facecolor": "white", "edgecolor": INK, "linewidth": 1.6, "zorder": 4}
        ax.add_patch(Ellipse((x[name], y[name]), 0.5, 0.5, **style))
        ax.text(x[name], y[name], f"${labels.get(name, name)}$", **_text(15))

    products = [float(np.prod([rate for *_, rate in path])) for path in paths]
    for k, (path, product) in enumerate(zip(paths, products, strict=True)):
        factors = " \u00d7 ".join(_bracketed(rate, decimals) for *_, rate in path)
        line = f"{factors} = {_number(product, decimals)}"
        height = foot - 0.34 * k - 0.1
        ax.plot([0.15, 0.6], [height] * 2, color=hues[k], ls=styles[k], lw=3)
        ax.text(0.75, height, line, **_text(13) | {"ha": "left"})
    if len(paths) > 1:
        line = f"sum over the paths = {_number(sum(products), decimals)}"
        ax.text(0.75, foot - 0.34 * len(paths) - 0.1, line, **_text(13, "bold") | {"ha": "left"})
    return ax


def _drawn_wires(circuit, only):
    wires = [*input_names(circuit), *circuit]
    unknown = [name for name in only or () if name not in wires]
    if unknown:
        raise ValueError(f"only: expected some of {', '.join(wires)}, got {unknown[0]!r}")
    return [name for name in wires if only is None or name in only]


def _check_places(at, names):
    if not isinstance(at, dict):
        raise TypeError(f"at: expected a dict {{name: (column, row)}}, got {at!r}")
    missing = [name for name in names if name not in at]
    if missing:
        raise ValueError(f"at: expected (column, row) for every name, {missing[0]!r} has none")


def _new_axes(height):
    edge_to_edge = {"left": 0, "right": 1, "bottom": 0, "top": 1}
    figure, ax = plt.subplots(figsize=(6.4, height), gridspec_kw=edge_to_edge)
    figure.set_layout_engine("none")
    return ax


def grid(ax, at, names, left=0.25, right=RADIUS + OUT + 0.1, bottom=0.85, top=0.6):
    """Make the ax's units inches; x and y for each name, and the distance of two columns."""
    box = ax.get_position()
    figure_width, figure_height = ax.figure.get_size_inches()
    width, height = box.width * figure_width, box.height * figure_height
    ax.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    ax.set_axis_off()
    columns, rows = zip(*(at[name] for name in names), strict=True)
    step = (width - left - right) / max(*columns, 1)
    row = (height - top - bottom) / max(*rows, 1)
    middle = 0 if max(rows) else (height - top - bottom) / 2
    x = {name: left + at[name][0] * step for name in names}
    y = {name: height - top - middle - at[name][1] * row for name in names}
    return x, y, step


def _half_width(gate):
    return max(RADIUS, 0.07 * len(gate.symbol) + 0.06)


def _draw_wires(ax, circuit, name, start, end, x, y):
    """The wire from `name` to each gate it feeds: straight, or along its row and round a corner."""
    style = {"color": INK, "lw": 1.6, "zorder": 1}
    targets = [t for t, (_, *sources) in circuit.items() if name in sources and t in x]
    for target in targets:
        x_1, y_0, y_1 = x[target], y[name], y[target]
        if np.isclose(y_0, y_1):
            ax.plot([start, x_1], [y_0, y_0], **style)
            continue
        bend = np.sign(y_1 - y_0) * min(BEND, abs(y_1 - y_0) / 2)
        points = [(start, y_0), (x_1 - BEND, y_0), (x_1, y_0), (x_1, y_0 + bend), (x_1, y_1)]
        codes = [Path.MOVETO, Path.LINETO, Path.CURVE3, Path.CURVE3, Path.LINETO]
        ax.add_patch(PathPatch(Path(points, codes), fill=False, **style))
    for target in sorted(targets, key=x.get)[:-1]:
        ax.plot(x[target] - BEND, y[name], "o", color=INK, ms=6, zorder=2)
    if name == output_of(circuit):
        ax.plot([start, end], [y[name]] * 2, **style)


def _draw_gate(ax, x, y, gate):
    style = {"facecolor": "white", "edgecolor": INK, "linewidth": 1.6, "zorder": 4}
    ax.add_patch(Ellipse((x, y), 2 * _half_width(gate), 2 * RADIUS, **style))
    ax.text(x, y, gate.symbol, **_text(15))


def _fork_parts(circuit, values, derivatives):
    """(source, gate's name, part): what comes back to a forked source through each gate."""
    if any(name not in values for name in (*input_names(circuit), *circuit)):
        return []
    parts = {}
    for name, rates in local_derivatives(circuit, values).items():
        for source, rate in zip(circuit[name][1:], rates, strict=True):
            if name in derivatives and source in derivatives:
                of_source = parts.setdefault(source, {})
                of_source[name] = of_source.get(name, 0.0) + derivatives[name] * rate
    return [
        (source, name, part)
        for source, of_source in parts.items()
        if len(of_source) > 1
        for name, part in of_source.items()
    ]


def _number(number, decimals, sign="-"):
    """A number without trailing zeros and with a true minus sign: 1.1, +0.0887, \u22120.0099, 0."""
    text = f"{round(float(number), decimals) + 0.0:{sign}.{decimals}f}".rstrip("0").rstrip(".")
    return text.replace("-", "\N{MINUS SIGN}")


def _bracketed(number, decimals):
    text = _number(number, decimals)
    return f"({text})" if number < 0 else text


def _text(size, weight="normal"):
    return {
        "fontsize": size,
        "fontweight": weight,
        "color": INK,
        "ha": "center",
        "va": "center",
        "zorder": 5,
    }


def _pill(ax, x, y, text, hue):
    """A number in a rounded box: the hue tells the kind, dark text keeps it legible."""
    half_width, half_height = max(0.0555 * len(text) + 0.05, 0.17), 0.13
    ax.add_patch(
        FancyBboxPatch(
            (x - half_width, y - half_height),
            2 * half_width,
            2 * half_height,
            boxstyle=f"round,pad=0,rounding_size={half_height}",
            facecolor=tint(hue, 0.22),
            edgecolor=hue,
            linewidth=1.2,
            zorder=3,
        )
    )
    ax.text(x, y - 0.009, text, **_text(FONT))


def _draw_key(ax, kinds):
    handles = [
        Line2D([], [], color=tint(hue, 0.22), marker="o", ls="", ms=12, mec=hue, label=label)
        for hue, label in kinds
    ]
    if handles:
        ax.legend(
            handles=handles,
            loc="lower center",
            ncols=2,
            fontsize=FONT,
            handlelength=1,
            frameon=False,
            borderaxespad=0.1,
        )
