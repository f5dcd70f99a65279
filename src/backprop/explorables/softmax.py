"""What do three scores become, and which way is each of them pushed? (chapter 6)

One logit moves, the other two stay. The frame shows the logits divided by a temperature T, the
probabilities that the softmax makes of them, and delta, the derivative of the loss by each logit.
"""
# shows eq-softmax, eq-softmax-delta, eq-temperature, eq-collapsed

import matplotlib.pyplot as plt

from backprop.experiments.softmax import CLASSES, OTHERS, state
from backprop.explore import Control, explore
from backprop.figures.plotting import INK, MINUS, NEGATIVE, POSITIVE

CONTROLS = [
    Control("logit", "logit of class 1", (-4.0, -1.0, 1.3, 4.0), start=1.3),
    Control("temperature", "temperature T", (0.5, 1.0, 2.0, 4.0), start=1.0),
    Control("target", "right answer", CLASSES, start=2, kind="menu"),
]


def stage():
    """The heads of the columns."""
    fig = plt.figure(figsize=(5.4, 3.7), layout="none")
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, 5.4), ylim=(3.7, 0), xticks=[], yticks=[])
    ax.set_axis_off()
    heads = (
        (1.55, "z / T"),
        (2.9, "probability p"),
        (4.55, "δ = dℓ/dz"),
    )
    for x, head in heads:
        ax.text(x, 0.95, head, ha="center", va="center", fontsize=14)
    return fig


def draw(logit, temperature, target, *, fig=None):
    """For each class a row: the scaled logit, and bars for the probability and for delta."""
    z, p, loss, delta = state(logit, temperature, target)
    fig = fig or stage()
    (ax,) = fig.axes
    ax.text(0.1, 0.35, rf"loss $\ell = -\ln\,p_{target}$ = {loss:.4f}", va="center", fontsize=16)
    for row, values in enumerate(zip(CLASSES, z, p, delta, strict=True)):
        name, score, probability, push = values
        y = 1.42 + 0.85 * row
        chosen = name == target
        weight = "bold" if chosen else "normal"
        label = f"class {name}" + ("\nright" if chosen else "")
        ax.text(0.1, y, label, va="center", fontsize=14, weight=weight)
        ax.text(1.55, y, _signed(score, 2), ha="center", va="center", fontsize=14)
        bars = (
            (2.2, 1.4 * probability, INK),
            (4.55, 0.36 * push, POSITIVE if push > 0 else NEGATIVE),
        )
        for x, length, color in bars:
            ax.barh(y - 0.1, length, left=x, height=0.3, color=color)
            ax.vlines(x, y - 0.3, y + 0.1, color=INK, lw=1.4)
        ax.text(2.2, y + 0.28, f"{probability:.3f}", va="center", fontsize=14)
        ax.text(4.55, y + 0.28, _signed(push, 3), ha="center", va="center", fontsize=14)
    return fig


def _signed(value, decimals):
    return f"{value:.{decimals}f}".replace("-", MINUS)


def describe(logit, temperature, target):
    """The same in words."""
    _, p, loss, delta = state(logit, temperature, target)
    numbers = ", ".join(f"{value:.3f}" for value in p)
    pushes = ", ".join(f"{value:+.3f}" for value in delta)
    words = (
        f"Logits {logit:g}, {OTHERS[0]:g} and {OTHERS[1]:g} at T = {temperature:g} give the "
        f"probabilities {numbers}. Class {target} is right, so the loss is {loss:.4f}, "
        f"and δ is {pushes}: it adds up to 0."
    )
    return words.replace("-", MINUS)


def explorable(*, page=None):
    """The widget of chapter 6."""
    return explore(draw, describe, CONTROLS, name="softmax", page=page, vector=True, stage=stage)
