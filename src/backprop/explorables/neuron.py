"""What do the weight, the bias and the activation of one neuron do? (Chapter 1)

One neuron with one input: its sum z = w x + b as a dashed line, its activation as a thick curve.
"""
# shows eq-neuron-z, eq-neuron-a

import matplotlib.pyplot as plt
import numpy as np

from backprop._check import check_choice, check_real
from backprop.activations import ACTIVATIONS, Activation
from backprop.explore import Control, explore
from backprop.figures.plotting import INK, MINUS, NEGATIVE, POSITIVE

X_MARKED, BIAS = 1.5, 0.5


def neuron(activation, w):
    """sigma, the sum z and the activation a at the marked input."""
    sigma = check_choice("activation", activation, ACTIVATIONS, Activation)
    z = check_real("w", w) * X_MARKED + BIAS
    return sigma.f, z, float(sigma.f(np.array(z)))


def stage():
    """The axes, with the marked input."""
    fig = plt.figure(figsize=(4.6, 3.5), layout="none")
    ax = fig.add_axes((0.07304005, 0.15279175, 0.90637498, 0.725775))
    ax.axhline(0, color=INK, lw=1)
    ax.axvline(X_MARKED, color=INK, lw=1.5, ls=":")
    ax.set_xlabel(f"input $x$, marked at {X_MARKED:g}")
    ax.set(xlim=(-3, 3), ylim=(-4, 4), yticks=range(-4, 5, 2))
    return fig


def draw(activation, w, *, fig=None):
    """Both curves, marked at one input. See `CONTROLS`."""
    sigma, z, a = neuron(activation, w)
    fig = fig or stage()
    (ax,) = fig.axes
    x = np.linspace(-3, 3, 49)  # holds the marked input
    marked = {"markevery": [np.abs(x - X_MARKED).argmin()], "mec": "white"}
    labels = (f"${symbol} = {number:.4f}$" for symbol, number in (("a", a), ("z", z)))
    style = {"color": POSITIVE, "lw": 4, "ms": 12, "label": next(labels)}
    ax.plot(x, sigma(w * x + BIAS), "o-", **style, **marked)
    style = {"color": NEGATIVE, "lw": 1.8, "ms": 8, "label": next(labels)}
    ax.plot(x, w * x + BIAS, "s--", **style, **marked)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, reverse=True)
    return fig


def describe(activation, w):
    """The sum, the activation, and where the sum is 0. See `CONTROLS`."""
    _, z, a = neuron(activation, w)
    zero = "never 0" if w == 0 else f"0 at x = {-BIAS / w:g}"
    words = (
        f"{activation} with w = {w:g}: at x = {X_MARKED:g} the sum is "
        f"z = {z:.4f} and the activation a = {a:.4f}. The sum is {zero}."
    )
    return words.replace("-", MINUS)


CONTROLS = [
    Control("activation", "activation", ("sigmoid", "tanh", "relu", "leaky_relu"), kind="menu"),
    Control("w", "weight w", (-2.0, -1.0, 0.0, 1.0, 2.0), start=1.0),
]


def explorable(*, page=None):
    """The widget."""
    return explore(draw, describe, CONTROLS, name="neuron", page=page, vector=True, stage=stage)
