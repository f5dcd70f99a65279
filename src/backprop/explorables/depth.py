"""Chapter 7: what becomes of delta on its way back through many layers?

The sizes of delta^l and dL/dW^l by layer, relative to layer L, and the band in which delta^1 holds.
"""
# shows eq-chain-product, eq-backward-variance, eq-residual

import matplotlib.pyplot as plt
import numpy as np

from backprop.experiments.depth import HOLDS, WAYS_OUT, drawn_sizes, verdict
from backprop.explore import Control, explore
from backprop.figures.plotting import DELTA, INK

LIMITS = (1e-15, 1e3)  # of the picture's axis, the same for every network
DEEPEST = 20
OF_DELTA = {"color": DELTA, "ls": "-", "marker": "o", "lw": 2.8, "ms": 5}
OF_WEIGHTS = {"color": INK, "ls": (0, (1, 1.2)), "lw": 2.2}
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
CONTROLS = [
    Control("depth", "layers", (2, 3, 5, 8, 10, 12, 16, DEEPEST), start=10),
    Control("activation", "activation", ("sigmoid", "tanh", "relu"), start="relu", kind="menu"),
    Control("scheme", "weights", ("glorot_uniform", "he_normal"), start="he_normal", kind="menu"),
    Control("way", "way out", tuple(WAYS_OUT), kind="menu"),
]


def stage():
    """A new figure with the axes for a network of up to 20 layers."""
    fig = plt.figure(figsize=(5.4, 4.0), layout="none")
    ax = fig.add_axes((0.18, 0.15, 0.615, 0.75))
    ax.axhspan(1 / HOLDS, HOLDS, color="0.93", zorder=0)
    ax.axhline(1, color="0.6", lw=1.2, ls=(0, (4, 3)), zorder=1)
    ax.set(yscale="log", ylim=LIMITS, xlim=(0.2, DEEPEST + 0.8), xlabel="layer $l$")
    ax.set_xticks([1, 5, 10, 15, DEEPEST])
    ax.set_yticks([10.0**power for power in range(-15, 4, 3)])
    ax.minorticks_off()
    ax.tick_params(labelsize=13)
    ax.set_ylabel("size in layer $l$, with layer $L$ as 1")
    keys = [plt.Line2D([], [], **style) for style in (OF_DELTA, OF_WEIGHTS)]
    names = (r"$\boldsymbol{\delta}^l$", r"d$\mathbf{W}^l$")
    ax.legend(keys, names, loc="lower right", fontsize=13, handlelength=1.6)
    return fig


def draw_sizes(relative, title, *, of_weights=(), fig=None):
    """A figure of the sizes of delta (L,) against the layer, with the number of layer 1.

    of_weights: the sizes of the weights' gradients (L,), beside them

    The axes are the same for all networks of up to 20 layers; `fig` is a `stage()`, new if None.
    """
    fig = fig or stage()
    (ax,) = fig.axes
    for word, power in (("explodes", 2.1), ("holds", 0), ("vanishes", -2.1)):
        chosen = word == verdict(relative)
        style = {"color": INK, "weight": "bold"} if chosen else {"color": "0.45"}
        place = {"va": "center", "transform": ax.get_yaxis_transform()}
        ax.text(1.015, 10**power, word, fontsize=13, **place, **style)

    layers = np.arange(1, len(relative) + 1)
    ax.plot(layers, relative, **OF_DELTA)
    ax.plot(layers[: len(of_weights)], of_weights, **OF_WEIGHTS)
    ax.plot(1, relative[0], "o", ms=11, mfc=DELTA, mec=INK, mew=1.8)
    ax.annotate(
        number(relative[0]),
        (1, np.clip(relative[0], *LIMITS)),
        (7, -27),
        textcoords="offset points",
        va="center",
        fontsize=15,
    )
    ax.set_title(title)
    return fig


def describe_sizes(relative):
    """What `draw_sizes` shows, in words, for L >= 2."""
    steps = len(relative) - 1
    last = f"δ{steps + 1}".translate(SUPERSCRIPT)
    rate = relative[0] ** (1 / steps)
    each = f"each of the {steps} steps" if steps > 1 else "the one step"
    words = {
        "vanishes": "it vanishes",
        "holds": "it holds, within a factor of ten",
        "explodes": "it explodes",
    }
    return (
        f"The size of δ¹ is {number(relative[0])} times that of {last}: {words[verdict(relative)]}. "
        f"That is as if {each} back had multiplied it by {rate:.2f}."
    )


def number(value):
    """Two digits: 0.29, 5.2, and 2.0 × 10⁻⁶ for what is small or large."""
    mantissa, exponent = f"{value:.1e}".split("e")
    power = int(exponent)
    if value == 0 or -2 <= power <= 1:
        return f"{float(f'{value:.1e}'):.{max(1 - power, 0)}f}"
    return f"{mantissa} × 10{str(power).translate(SUPERSCRIPT)}"


def draw(depth, activation, scheme, way="none", *, fig=None):
    """The sizes in a network of `depth` layers of 30 units, for a batch of 64 examples."""
    of_delta, of_weights = drawn_sizes(depth, activation, scheme, way)
    title = ", ".join([activation, *_named(way), f"{depth} layers"])
    return draw_sizes(of_delta, title, of_weights=of_weights, fig=fig)


def describe(depth, activation, scheme, way="none"):
    """The same in words."""
    start = ", ".join([f"{depth} layers", activation, scheme, *_named(way)])
    of_delta, of_weights = drawn_sizes(depth, activation, scheme, way)
    return (
        f"{start}. {describe_sizes(of_delta)} The gradient of W¹ is "
        f"{number(of_weights[0])} times that of {f'W{depth}'.translate(SUPERSCRIPT)} in size."
    )


def _named(way):
    return [] if way == "none" else [way]


def explorable(*, page=None):
    """The size of delta by layer, against depth, activation, first weights and a way out."""
    return explore(draw, describe, CONTROLS, name="depth", page=page, vector=True, stage=stage)
