"""Chapter 8: what does one gradient cost, by backpropagation and by nudging, and what is kept for it?

Bars on a logarithmic scale for the multiplications of a forward pass, of backpropagation and of
nudging each parameter, for a network of equal layers, and for the numbers kept in memory.
"""
# shows eq-cost-forward, eq-cost-backprop, eq-cost-nudging, eq-memory

import matplotlib.pyplot as plt
import numpy as np

from backprop.experiments.cost import multiplications, numbers_kept, parameters
from backprop.explore import Control, explore
from backprop.figures.plotting import DELTA, INK, NEGATIVE, POSITIVE

CONTROLS = [
    Control("width", "units in each layer", (10, 100, 1000), start=100),
    Control("layers", "layers", (2, 5, 20, 50), start=5),
    Control("m", "examples", (1, 32, 256), start=32),
]
POWERS = (1, 19)  # the scale of every frame: 10 to 10^19
SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def state(width, layers, m):
    """[(what it is, how many, its colour)] for the five bars."""
    sizes = (width,) * (layers + 1)
    cost = multiplications(sizes, m)
    return [
        ("forward pass", cost.forward, INK),
        ("backpropagation", cost.backprop, POSITIVE),
        ("nudging", cost.nudging, NEGATIVE),
        ("parameters", parameters(sizes), DELTA),
        ("kept by the trace", numbers_kept(sizes, m), DELTA),
    ]


def short(count):
    """32; 4,096; 1.6 × 10⁵ for what is larger."""
    if count < 1e4:
        return f"{count:,}"
    mantissa, power = f"{count:.1e}".split("e")
    return f"{mantissa} × 10{str(int(power)).translate(SUPERSCRIPT)}"


def stage():
    """The scale and the two headings."""
    fig = plt.figure(figsize=(5.4, 4.2), layout="none")
    ax = fig.add_axes((0.03, 0.11, 0.94, 0.82))
    ax.set(xlim=POWERS, ylim=(6.7, 0.3), yticks=[])
    ax.set_xticks(range(3, POWERS[1], 5), [f"$10^{{{p}}}$" for p in range(3, POWERS[1], 5)])
    ax.spines[["left", "bottom"]].set_visible(False)
    heads = {0.55: "multiplications for one gradient", 4.55: "numbers in memory"}
    for y, head in heads.items():
        ax.text(POWERS[0], y, head, fontsize=14, weight="bold", va="center")
    return fig


def draw(width, layers, m, *, fig=None):
    """Three bars of multiplications, two of numbers kept, all on one logarithmic scale."""
    fig = fig or stage()
    (ax,) = fig.axes
    places = (1.25, 2.2, 3.15, 5.25, 6.2)
    for y, (name, count, color) in zip(places, state(width, layers, m), strict=True):
        ax.barh(y + 0.22, np.log10(count) - POWERS[0], left=POWERS[0], height=0.3, color=color)
        ax.text(POWERS[0], y - 0.2, f"{name}: {short(count)}", fontsize=14, va="center")
    return fig


def describe(width, layers, m):
    """The same in words."""
    counts = {name: count for name, count, _ in state(width, layers, m)}
    ratio = counts["nudging"] / counts["backpropagation"]
    more = counts["backpropagation"] / counts["forward pass"]
    return (
        f"{layers} layers of {width} units, {m} example{'s' * (m > 1)}: backpropagation costs "
        f"{more:.2f} forward passes, nudging {short(round(ratio))} times as much. The trace keeps "
        f"{counts['kept by the trace'] / counts['parameters']:.2g} numbers for each parameter."
    )


def explorable(*, page=None):
    """Multiplications and memory against width, depth and batch."""
    return explore(draw, describe, CONTROLS, name="cost", page=page, vector=True, stage=stage)
