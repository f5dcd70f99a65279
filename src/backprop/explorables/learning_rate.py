"""Chapter 5: how large a step does a bowl bear, and what does a valley or a small batch change?

The walk of descent on the surface of a linear unit's loss, and the learning rate on a scale with its
bound 2 / lambda_max.
"""
# shows eq-sgd-factor, eq-sgd-batch

import numpy as np

from backprop.experiments.learning_rate import STEPS, SURFACES, M, diverges, surfaces, walk
from backprop.explore import Control, explore, see_through
from backprop.figures.plotting import INK, NEGATIVE, POSITIVE, tint

CONTROLS = [
    Control("surface", "Surface", SURFACES, start="valley", kind="menu"),
    Control("learning_rate", "Learning rate", (0.03, 0.1, 0.3, 0.9, 1.1, 1.9, 2.2), start=0.9),
    Control("batch_size", "Batch size", (1, 5, M), start=M),
]

SIZE = (5.4, 4.0)  # of the figure, in inches
PLANE = (0.135, 0.37, 0.45, 0.56)
CHART = (0.695, 0.37, 0.275, 0.56)
SCALE = (0.135, 0.095, 0.835, 0.075)
HALF = (2.6, 2.3)  # of the plane's width and height, about the minimum
LOSSES = (0.02, 20.0)  # of the chart's axis
RATES = (0.02, 8.0)  # of the scale
FAR = 100.0  # from the minimum nothing is drawn, and no higher loss


def _axes(fig, at):
    """The plane, the chart and the scale, with nothing but room."""
    plane, chart, scale = (fig.add_axes(place) for place in (PLANE, CHART, SCALE))
    plane.set(xlim=at.lowest[0] + np.array([-HALF[0], HALF[0]]))
    plane.set(ylim=at.lowest[1] + np.array([-HALF[1], HALF[1]]))
    chart.set(xlim=(0, STEPS), yscale="log", ylim=LOSSES)
    scale.set(xlim=RATES, xscale="log", ylim=(0, 1))
    for ax in (plane, chart, scale):
        ax.patch.set_visible(False)
    return plane, chart, scale


def ground(surface, *, fig=None):
    """The contours, the axes, and the rates with the bound on them."""
    fig = fig or see_through(figsize=SIZE)
    fig.patch.set_visible(True)
    at = surfaces(surface)
    plane, chart, scale = _axes(fig, at)
    w, b = (np.linspace(*limits, 60) for limits in (plane.get_xlim(), plane.get_ylim()))
    levels = at.least + np.geomspace(0.02, 12, 8)
    plane.contour(w, b, at.losses(w, b), levels=levels, colors="0.72", linewidths=1)
    plane.plot(*at.lowest, marker="*", color=INK, markersize=13, markeredgecolor="white")
    plane.set(xlabel="weight $w$", ylabel="bias $b$")
    plane.grid(False)
    chart.axhline(at.least, color="0.5", linewidth=1, linestyle=(0, (4, 3)))
    chart.set(xlabel="step")
    chart.set_title("loss", pad=6)
    chart.set_xticks([0, STEPS // 2, STEPS])
    chart.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
    scale.axvspan(at.bound, RATES[1], color=tint(NEGATIVE, 0.35), zorder=0)
    scale.axvline(at.bound, color=INK, linewidth=1.6)
    rest = {"va": "bottom", "fontsize": 12.5, "transform": scale.get_xaxis_transform()}
    scale.text(at.bound, 1.15, rf"$2/\lambda_{{\max}}$ = {at.bound:.2f}", ha="right", **rest)
    scale.text(RATES[0], 1.15, r"learning rate $\eta$", ha="left", **rest)
    scale.text(0.99 * RATES[1], 0.14, "diverges", ha="right", **rest)
    scale.set_xticks([0.03, 0.1, 0.3, 1, 3], ["0.03", "0.1", "0.3", "1", "3"])
    scale.set_yticks([])
    scale.grid(False)
    for ax in (chart, scale):
        ax.minorticks_off()
    return fig


def path(surface, learning_rate, batch_size, *, fig=None):
    """The walk over the plane, its loss, and the rate on its scale."""
    fig = fig or see_through(figsize=SIZE)
    at = surfaces(surface)
    plane, chart, scale = _axes(fig, at)
    places, losses = walk(surface, learning_rate, batch_size)
    away = places - at.lowest
    distance = np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-9)
    near = at.lowest + away * np.minimum(1, FAR / distance)
    color = NEGATIVE if diverges(surface, learning_rate, batch_size) else POSITIVE
    look = {"color": color, "linewidth": 1.6, "marker": "o", "markersize": 3.5}
    plane.plot(*near.T, **look)
    plane.plot(*near[0], marker="o", markersize=9, color=INK, markeredgecolor="white")
    chart.plot(losses.clip(None, FAR), color=color, linewidth=2)
    scale.plot(
        learning_rate,
        0.5,
        marker="o",
        markersize=11,
        color=color,
        markeredgecolor="white",
        clip_on=False,
    )
    for ax in (plane, chart, scale):
        ax.set_axis_off()
    return fig


def draw(surface, learning_rate, batch_size):
    """Both layers in one figure."""
    return path(surface, learning_rate, batch_size, fig=ground(surface))


def describe(surface, learning_rate, batch_size):
    """The bound, the factor of a full-batch step, and where the walk ends."""
    at = surfaces(surface)
    losses = walk(surface, learning_rate, batch_size)[1]
    factor = 1 - learning_rate * at.curvatures[-1]
    every = "all 20 points" if batch_size == M else f"{batch_size} of 20 points"
    after = f"{losses[-1]:.3f}" if losses[-1] < 100 else f"{losses[-1]:.1e}"
    ends = "It diverges. " if diverges(surface, learning_rate, batch_size) else ""
    return (
        (
            f"{surface.capitalize()}, {every} a step, learning rate {learning_rate:.3g}. "
            f"λ_max is {at.curvatures[-1]:.2f}, so the full batch bears rates below "
            f"{at.bound:.2f}; along the strongest bend its step multiplies the distance by {factor:.2f}. "
            f"After {STEPS} steps the loss goes from {losses[0]:.3f} to {after}; the least is "
            f"{at.least:.3f}. {ends}"
        )
        .strip()
        .replace("by -", "by \N{MINUS SIGN}")
    )


def explorable(*, page=None):
    """Descent on a bowl and in a valley, against the learning rate and the batch size."""
    return explore((ground, path), describe, CONTROLS, name="learning_rate", page=page, vector=True)
