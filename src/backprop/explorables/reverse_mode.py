"""In which order do the derivatives come back, and who must wait for whom? (chapter 10)

The circuit r = w tanh(w x + b) uses w twice. Step by step each gate hands its sources their shares;
a derivative is shown once all its shares are in.
"""
# shows eq-reverse-mode

import matplotlib.pyplot as plt

from backprop.experiments.reverse_mode import CIRCUIT, GATES, USES, complete, shares
from backprop.explore import Control, explore
from backprop.figures.circuits import plot_circuit

# The gate tanh is as wide as its name: more room on both sides of it.
PLACES = {"w": (0, 0), "x": (0, 1), "b": (0, 2)}
PLACES |= {"p": (1, 1), "z": (2, 1), "a": (3.2, 1), "r": (4.4, 1)}
CONTROLS = [
    Control("step", "step", tuple(range(len(GATES) + 1)), kind="play"),
    Control("w", "weight w", (-1.3, 0.5, 1.7), start=1.7),
]


def stage():
    """The circuit's place."""
    fig = plt.figure(figsize=(5.9, 3.6), layout="none")
    fig.add_axes((0, 0, 1, 1))
    return fig


def draw(step, w, *, fig=None):
    """The circuit with all values, and the derivatives that are complete after the step."""
    values, parts = shares(step, w)
    fig = fig or stage()
    (ax,) = fig.axes
    plot_circuit(CIRCUIT, PLACES, values=values, derivatives=complete(parts), decimals=2, ax=ax)
    return fig


def describe(step, w):
    """The same in words: who has handed out what, and who still waits."""
    values, parts = shares(step, w)
    if step == 0:
        start = f"w = {w:.3g}: the values are computed, r = {values['r']:.4g}. "
        return (start + "The way back starts with dr/dr = 1. All others wait.").replace("-", "−")
    gate = GATES[step - 1]
    sources = CIRCUIT[gate][1:]
    given = " and ".join(f"{parts[source][-1]:.4g} to {source}" for source in sources)
    words = (
        f"w = {w:.3g}, step {step} of {len(GATES)}: {gate} = {values[gate]:.4g} hands on {given}."
    )
    waiting = [name for name in parts if len(parts[name]) < USES.get(name, 1)]
    for name in waiting:
        words += f" {name} has {len(parts[name])} of {USES[name]} shares and waits."
    if not waiting and "w" in parts:
        one, two = parts["w"]
        words += f" w adds up: {one:.4g} + {two:.4g} = {one + two:.4g}.".replace("+ -", "− ")
    return words.replace("-", "−")


def explorable(*, page=None):
    """The widget: step through the way back, for any weight w."""
    return explore(
        draw, describe, CONTROLS, name="reverse_mode", page=page, vector=True, stage=stage
    )
