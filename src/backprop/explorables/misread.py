"""Does a network that is wrong know that it is in doubt? (chapter 11)

The network of the article's program, 64-128-10 sigmoid units, on the digits of the package: one
test image, and the ten outputs that it gets, after few and after many epochs.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import PolyCollection

from backprop.experiments.misread import reading
from backprop.explore import Control, explore
from backprop.figures.plotting import INK, NEGATIVE, POSITIVE

SHOWN = (0, 5, 9, 27, 55, 108, 170, 216, 317, 355)  # two that are read, eight that are misread
CONTROLS = [
    Control("image", "test image", SHOWN, start=9),
    Control("epoch", "epoch", (1, 3, 10), start=10),
]


def stage():
    """The image's cells, and the axes of the outputs with their bars."""
    fig = plt.figure(figsize=(5.4, 3.4), layout="none")
    left = fig.add_axes((0.02, 0.2, 0.36, 0.6))
    right = fig.add_axes((0.5, 0.17, 0.47, 0.7))
    left.add_collection(PolyCollection(cells(), cmap="Greys", clim=(0, 1), lw=0))
    left.set(xlim=(0, 8), ylim=(8, 0), aspect="equal")
    left.set_axis_off()
    right.axvline(0.5, color=INK, lw=1.2, ls=(0, (4, 3)))
    right.set(xlim=(0, 1), ylim=(9.6, -0.6), xlabel=r"output $a^L_i$", yticks=range(10))
    right.set_xticks([0, 0.5, 1])
    right.grid(axis="y", visible=False)
    right.barh(range(10), 0)
    return fig


def cells():
    """The corners of the 8 x 8 cells, row by row; each reaches below the next, so that no gap is seen."""
    y, x = np.divmod(np.arange(64), 8)
    right, below = np.minimum(x + 1.1, 8), np.minimum(y + 1.1, 8)
    return np.stack([[x, right, right, x], [y, y, below, below]]).T


def draw(image, epoch, *, fig=None):
    """The image beside its ten outputs; blue for the true digit, vermilion for a wrong winner."""
    pixels, true, a = reading(image, epoch)
    fig = fig or stage()
    left, right = fig.axes
    left.collections[0].set_array(pixels.ravel())
    left.set_title(_a(true), loc="center", y=1)
    taken = int(a.argmax())
    colors = dict.fromkeys(range(10), "0.65") | {taken: NEGATIVE} | {true: POSITIVE}
    for i, bar in enumerate(right.patches):
        bar.set(width=a[i], facecolor=colors[i])
    right.set_title("read correctly" if taken == true else f"taken for {_a(taken)}", y=1)
    return fig


def describe(image, epoch):
    """The same in words, with the outputs that matter."""
    _, true, a = reading(image, epoch)
    taken = int(a.argmax())
    start = f"Test image {image} is {_a(true)}. After {epoch} epoch{'s' * (epoch > 1)} "
    if taken == true:
        second = int(np.argsort(a)[-2])
        words = (
            f"it is read correctly: output {a[true]:.2f}, the next is {a[second]:.2f} for {second}."
        )
    else:
        words = f"it is taken for {_a(taken)}: output {a[taken]:.2f}, and {a[true]:.2f} for {true}."
    doubt = " No output reaches 0.5." if a.max() < 0.5 else ""
    return start + words + doubt


def _a(digit):
    return f"{'an' if digit == 8 else 'a'} {digit}"


def explorable(*, page=None):
    """The widget: choose an image and an epoch."""
    return explore(draw, describe, CONTROLS, name="misread", page=page, vector=True, stage=stage)
