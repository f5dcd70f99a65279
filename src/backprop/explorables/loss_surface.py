"""Which way is down, and how far may a step go? (Chapter 2)

The loss of the worked network over two of its weights, u = W^2_11 and v = W^3_11. At the chosen
point stand the gradient and a few steps of steepest descent.
"""
# shows eq-first-order, eq-steepest

import matplotlib.pyplot as plt
import numpy as np

from backprop.experiments.loss_surface import (
    SIDE_U,
    SIDE_V,
    STEPS,
    descend,
    loss_and_gradient,
    surface,
)
from backprop.explore import Control, explore
from backprop.figures.plotting import INK, MINUS, NEGATIVE, POSITIVE

ARROW = 0.8  # how long the gradient is drawn, whatever its size
SIZE = (4.6, 4.9)
LEVELS = np.arange(0.10, 0.36, 0.02)


def new_map():
    """A figure with the axes of the map; every frame and the backdrop have the same."""
    place = {"left": 0.13, "right": 0.98, "bottom": 0.12, "top": 0.92}
    fig, ax = plt.subplots(figsize=SIZE, layout="none", gridspec_kw=place)
    ax.set(xlim=SIDE_U, ylim=SIDE_V, xticks=range(-2, 3), yticks=range(-2, 3))
    ax.grid(False)
    return fig, ax


def backdrop():
    """The map itself: contour lines, the higher the darker."""
    fig, ax = new_map()
    ax.contourf(*surface(), LEVELS, cmap="Greys", vmin=0.09, vmax=0.5, extend="both")
    lines = ax.contour(*surface(), LEVELS, colors=INK, linewidths=0.7)
    labelled = [(-1.3, 0.06), (1.5, 0.6), (1.7, 1.2), (1.7, 2.05), (-0.65, 1.35)]
    labelled += [(1.0, -0.9), (1.4, 0), (-0.6, -0.8), (-0.5, -1.75)]
    ax.clabel(lines, manual=labelled, fmt="%.2f", fontsize=11)
    ax.set_xlabel("$u = W^2_{11}$", labelpad=1)
    ax.set_ylabel("$v = W^3_{11}$", labelpad=-4)
    return fig


def stage():
    """The key, and the map's place."""
    fig, ax = new_map()
    fig.patch.set_alpha(0)
    ax.set_axis_off()
    key = {"va": "center", "fontsize": 12.5, "fontweight": "bold"}
    fig.text(0.13, 0.96, "\u2192 gradient", color=POSITIVE, **key)
    fig.text(0.45, 0.96, f"- - steps of {MINUS}\u03b7 \u00b7 gradient", color=NEGATIVE, **key)
    return fig


def draw(u, v, eta, *, fig=None):
    """What lies on the map: the point, the gradient, the steps. See `CONTROLS`."""
    points, _ = descend(u, v, eta)
    _, gradient = loss_and_gradient(u, v)
    fig = fig or stage()
    (ax,) = fig.axes
    ax.plot(*points.T, "-", color="white", lw=5, solid_joinstyle="round")
    ax.plot(*points.T, "--", color=NEGATIVE, lw=2.4)
    ax.plot(*points[1:].T, "o", color=NEGATIVE, mec="white", ms=9)
    size = np.linalg.norm(gradient)
    if size > 0:
        top = points[0] + ARROW * gradient / size
        arrow = {"arrowstyle": "-|>", "color": POSITIVE, "lw": 3, "mutation_scale": 20}
        ax.annotate("", top, points[0], arrowprops=arrow | {"shrinkA": 0, "shrinkB": 0})
    ax.plot(*points[0], "o", color=INK, mec="white", ms=12, zorder=5)
    return fig


def shown(number):
    return f"{number:.4f}".replace("-", MINUS)


def describe(u, v, eta):
    """The loss, the gradient, and what the steps reach. See `CONTROLS`."""
    points, losses = descend(u, v, eta)
    loss, gradient = loss_and_gradient(u, v)
    promised = loss - eta * gradient @ gradient
    words = (
        f"At u = {u:g}, v = {v:g} the loss is {loss:.4f} and the gradient "
        f"({shown(gradient[0])}, {shown(gradient[1])}). "
        f"A step against it with \u03b7 = {eta:g} promises {shown(promised)} and gives {losses[1]:.4f}"
    )
    kept = abs(losses[1] - promised) < 0.1 * abs(loss - promised)
    lower = "lower, as promised" if kept else "lower, but not by what was promised"
    verdict = lower if losses[1] < loss else "no lower: the step is too long"
    words += f", which is {verdict}. After {STEPS} steps the loss is {losses[-1]:.4f}"
    outside = ~((points >= (SIDE_U[0], SIDE_V[0])) & (points <= (SIDE_U[1], SIDE_V[1]))).all(axis=1)
    if outside.any():
        words += f"; step {outside.argmax()} leaves the map"
    return f"{words.replace('-', MINUS)}."


CONTROLS = [
    Control("u", "weight u", (-1.3, -0.6, 0.4, 0.9, 1.3), start=0.9),
    Control("v", "weight v", (-1.1, -0.5, 0.0, 1.1, 1.5), start=1.1),
    Control("eta", "step size \u03b7", (1.0, 20.0, 50.0, 100.0), start=20.0),
]


def explorable(*, page=None):
    """The widget."""
    return explore(
        draw, describe, CONTROLS, name="loss_surface", page=page, backdrop=backdrop, stage=stage
    )
