"""Where is a unit on, and what does a second layer make of three such units? (Chapter 1)

The plane of two inputs. Unit 1 is moved: its line, the side on which it is on, its weights as an
arrow. Two more join it, and then a unit of layer 2 that each of the three speaks against.
"""

import matplotlib.pyplot as plt
import numpy as np

from backprop.experiments.half_plane import EXAMPLE, SIDE, computed, region, share, side
from backprop.explore import Control, explore
from backprop.figures.plotting import INK, MINUS, POSITIVE

SIZE = (4.4, 4.2)
VIEWS = ("unit 1", "three units", "a unit of layer 2")


def new_plane():
    """A figure with the axes of the two inputs; every frame and the backdrop have the same."""
    place = {"left": 0.13, "right": 0.97, "bottom": 0.14, "top": 0.97}
    fig, ax = plt.subplots(figsize=SIZE, layout="none", gridspec_kw=place)
    ax.set(xlim=SIDE, ylim=SIDE, xticks=range(-2, 3), yticks=range(-2, 3), aspect="equal")
    return fig, ax


def backdrop():
    """The plane itself, with both axes and the example."""
    fig, ax = new_plane()
    ax.axhline(0, color=INK, lw=0.8)
    ax.axvline(0, color=INK, lw=0.8)
    ax.plot(*EXAMPLE, "o", color=INK, ms=10)
    ax.set_xlabel("input $x_1$", labelpad=1)
    ax.set_ylabel("input $x_2$", labelpad=-4)
    return fig


def stage():
    """The place of the plane."""
    fig, ax = new_plane()
    fig.patch.set_alpha(0)
    ax.set_axis_off()
    return fig


def draw(w1, w2, b, view, *, fig=None):
    """Lines, sides and arrows; in the last view the region of the unit of layer 2. See `CONTROLS`."""
    W, biases, _, _ = computed(w1, w2, b)
    fig = fig or stage()
    (ax,) = fig.axes
    shown = 1 if view == VIEWS[0] else 3
    for unit, (w, bias) in enumerate(zip(W[:shown], biases[:shown], strict=True), start=1):
        color = POSITIVE if unit == 1 else INK
        size = np.linalg.norm(w)
        if view != VIEWS[2]:
            _fill(ax, side(w, bias), 0.25 if shown == 1 else 0.18)
        if size == 0:
            continue
        foot, along = -bias * w / size**2, 3 * SIDE[1] * np.array([-w[1], w[0]]) / size
        ax.plot(*np.transpose([foot - along, foot + along]), color=color, lw=2.5)
        tip = foot + (w if shown == 1 else 0.35 * w / size)
        if np.abs(tip).max() < SIDE[1]:
            arrow = {"arrowstyle": "-|>", "color": color, "lw": 2.5, "mutation_scale": 18}
            ax.annotate("", tip, foot, arrowprops=arrow | {"shrinkA": 0, "shrinkB": 0})
            name = {"color": color, "fontsize": 13}
            ax.text(*(tip + 0.16 * w / size), str(unit), ha="center", va="center", **name)
    if view == VIEWS[2]:
        _fill(ax, region(W, biases), 0.5)
    return fig


def _fill(ax, corners, strength):
    if len(corners):
        ax.fill(*corners.T, color=POSITIVE, alpha=strength, lw=0)


def describe(w1, w2, b, view):
    """The sums and activations at the marked example, and where the line is. See `CONTROLS`."""
    W, biases, a, z2 = computed(w1, w2, b)
    at = f"({EXAMPLE[0]:g}, {EXAMPLE[1]:g})"
    if view == VIEWS[0]:
        z, size = W[0] @ EXAMPLE + biases[0], np.linalg.norm(W[0])
        line = (
            f"The line where it is 0 lies {abs(b) / size:.2f} from the origin"
            if size
            else "No line"
        )
        words = f"The sum is {w1:.3g} x\u2081 + {w2:.3g} x\u2082 + {b:.3g}. {line}. "
        words += f"At {at} the sum is {z:.3g} and relu gives {a[0]:.3g}."
    elif view == VIEWS[1]:
        on = [str(unit) for unit in (1, 2, 3) if a[unit - 1] > 0]
        which = f"on: {', '.join(on)}" if on else "on: none"
        words = f"The darker, the more units are on. At {at} units that are {which}."
        words += f" The three activations: {', '.join(f'{value:.3g}' for value in a)}."
    else:
        covered = share(region(W, biases))
        words = (
            "Layer 2 adds up: 0.5 less the three activations. At "
            f"{at} that is 0.5 \u2212 {a.sum():.3g} = {z2:.3g}, so its unit is "
            f"{'on' if z2 > 0 else 'off'}. It is on in the coloured {covered:.0%} of the picture."
        )
    return words.replace("+ -", "\u2212 ").replace("-", MINUS)


WEIGHTS = (-1.0, -0.5, 0.0, 0.5, 1.0)
CONTROLS = [
    Control("w1", "weight w\u2081", WEIGHTS, start=1.0),
    Control("w2", "weight w\u2082", WEIGHTS, start=0.5),
    Control("b", "bias b", (-0.5, 0.0, 0.5), start=-0.5),
    Control("view", "show", VIEWS, kind="menu"),
]


def explorable(*, page=None):
    """The widget."""
    return explore(
        draw, describe, CONTROLS, name="half_plane", page=page, backdrop=backdrop, stage=stage
    )
