"""What does each unit of a 2-h-1 network compute? (Chapter 1)

The diagram carries every z and a; below it stands the chosen unit's equation with the numbers in.
"""
# shows eq-layer, eq-z, eq-a

import matplotlib.pyplot as plt
import numpy as np

from backprop.experiments.forward_pass import UNITS, X_1, computed
from backprop.explore import Control, explore
from backprop.figures.diagram import plot_network
from backprop.figures.plotting import MINUS

LINE = 38  # letters in a line of the equation


def equation(net, trace, l, i):
    """The equation of unit i of layer l with its numbers: the terms of z, z, sigma's name, a.

    Before z and a stands "=", or "≈" where a number that is shown is rounded.
    """
    w, inputs, b = net.W[l][i - 1], trace.a[l - 1][:, 0], net.b[l][i - 1, 0]
    terms = []
    for weight, value in zip(w, inputs):
        sign = MINUS if weight < 0 else "+"
        terms.append(f"{sign} {shown(abs(weight))} \u00b7 {bracketed(value)}")
    terms[0] = terms[0].removeprefix("+ ").replace(f"{MINUS} ", MINUS)
    terms.append(f"{MINUS if b < 0 else '+'} {shown(abs(b))}")
    z, a = trace.z[l][i - 1, 0], trace.a[l][i - 1, 0]
    return terms, given((*inputs, z), z), net.activations[l].name, given((z, a), a)


def given(numbers, result):
    """What the numbers give: "= 0.73", or "≈ 0.7404" where one of them or the result is rounded."""
    exact = np.allclose(numbers, np.round(numbers, 4), rtol=0, atol=1e-12)
    return f"{'=' if exact else '≈'} {shown(result)}"


def shown(number):
    """Four decimals at most, no zeros at the end: 1, 0.7404, \u22121.5."""
    return f"{round(float(number), 4) + 0.0:.4f}".rstrip("0").rstrip(".").replace("-", MINUS)


def bracketed(number):
    return f"({shown(number)})" if number < 0 else shown(number)


def stage():
    """The places of the diagram and of the equation."""
    whole = {"left": 0, "right": 1, "bottom": 0, "top": 1, "hspace": 0}
    fig, (_, bottom) = plt.subplots(
        2, figsize=(4.2, 5.7), height_ratios=(4.2, 1.5), layout="none", gridspec_kw=whole
    )
    bottom.set(xlim=(0, 4.2), ylim=(0, 1.5))
    bottom.set_axis_off()
    return fig


def draw(x1, hidden, activation, unit, *, fig=None):
    """The diagram with the unit lit, and its equation below. See `CONTROLS`."""
    net, trace, (l, i) = computed(x1, hidden, activation, unit)
    fig = fig or stage()
    top, bottom = fig.axes
    plot_network(net, trace=trace, sums=True, unit=(l, i), ax=top)
    terms, z, name, a = equation(net, trace, l, i)
    lines = ["="]
    for term in (*terms, z):
        if len(lines[-1]) + len(term) > LINE:
            lines.append("")
        lines[-1] = f"{lines[-1]} {term}".strip()
    lines.append(f"= {name}({z[2:]}) {a}")
    for k, line in enumerate(lines):
        y = 1.3 - 0.32 * k
        bottom.text(0.5, y, line, fontsize=12.5, va="center")
    for symbol, k in (("z", 0), ("a", len(lines) - 1)):
        y = 1.3 - 0.32 * k
        bottom.text(0.42, y, f"${symbol}^{l}_{i}$", fontsize=13, ha="right", va="center")
    return fig


def describe(x1, hidden, activation, unit):
    """The unit's equation in words, and what comes out of the network. See `CONTROLS`."""
    net, trace, (l, i) = computed(x1, hidden, activation, unit)
    terms, z, name, a = equation(net, trace, l, i)
    which = "The output unit" if l == 2 else f"Hidden unit {i} of {hidden}"
    if unit not in ("output", f"hidden {i}"):
        which = f"There is no {unit.replace(' ', ' unit ')} here, so this is the last one, {i}"
    words = f"{which}: z = {' '.join(terms)} {z}, a = {name}({z[2:]}) {a}."
    if l == 1 and name == "relu" and trace.a[1][i - 1, 0] == 0:
        words += " The unit is off."
    return f"{words} The network answers {shown(trace.a[2][0, 0])}."


CONTROLS = [
    Control("x1", "input x₁", (-1.5, X_1), start=X_1),
    Control("hidden", "hidden units", (1, 2, 3, 4), start=3),
    Control("activation", "activation", ("relu", "tanh", "sigmoid"), kind="menu"),
    Control("unit", "unit", UNITS, kind="menu"),
]


def explorable(*, page=None):
    """The widget."""
    return explore(
        draw, describe, CONTROLS, name="forward_pass", page=page, vector=True, stage=stage
    )
