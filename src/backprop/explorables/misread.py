"""Does a network that is wrong know that it is in doubt? (chapter 11)

The article's network, 64-128-10 sigmoid units, on the digits of the package: one test image, and the
ten outputs that it gets, after few and after many epochs.
"""

from functools import lru_cache

import matplotlib.pyplot as plt
import numpy as np

from backprop._check import check_count
from backprop.data import digits
from backprop.explore import Control, explore
from backprop.handwriting import EPOCHS, read_digits
from backprop.network import predict
from backprop.plotting import INK, NEGATIVE, POSITIVE

SHOWN = (0, 5, 9, 27, 55, 108, 170, 216, 317, 355)  # two that are read, eight that are misread
CONTROLS = [
    Control("image", "test image", SHOWN, start=9),
    Control("epoch", "epoch", (1, 3, 10), start=10),
]


@lru_cache(maxsize=1)
def outputs():
    """The outputs a^L (10, 360) for all test images, after 0, 1, ..., 10 epochs."""
    data = digits()
    found = []

    def keep(epoch, network, history):
        found.append(predict(network, data.X_test))

    read_digits(data, rng=np.random.default_rng(0), callback=keep)
    return data.X_test, data.Y_test.argmax(axis=0), found


def reading(image, epoch):
    """(pixels (8, 8), the true digit, the ten outputs) of one test image after an epoch."""
    X, truth, found = outputs()
    if check_count("image", image, least=0) >= len(truth):
        raise ValueError(f"image: expected 0 to {len(truth) - 1}, got {image}")
    if check_count("epoch", epoch) > EPOCHS:
        raise ValueError(f"epoch: expected 1 to {EPOCHS}, got {epoch}")
    return X[:, image].reshape(8, 8), int(truth[image]), found[epoch - 1][:, image]


def stage():
    """The image's place, and the axes of the outputs."""
    fig = plt.figure(figsize=(5.4, 3.4), layout="none")
    left = fig.add_axes((0.02, 0.2, 0.36, 0.6))
    right = fig.add_axes((0.5, 0.17, 0.47, 0.7))
    left.set_axis_off()
    right.axvline(0.5, color=INK, lw=1.2, ls=(0, (4, 3)))
    right.set(xlim=(0, 1), ylim=(9.6, -0.6), xlabel=r"output $a^L_i$", yticks=range(10))
    right.set_xticks([0, 0.5, 1])
    right.grid(axis="y", visible=False)
    return fig


def draw(image, epoch, *, fig=None):
    """The image beside its ten outputs; blue for the true digit, vermilion for a wrong winner."""
    pixels, true, a = reading(image, epoch)
    fig = fig or stage()
    left, right = fig.axes
    left.imshow(pixels, cmap="Greys", vmin=0, vmax=1)
    left.set_title(_a(true), loc="center")
    taken = int(a.argmax())
    colors = ["0.65"] * len(a)
    colors[taken] = NEGATIVE
    colors[true] = POSITIVE
    right.barh(range(len(a)), a, color=colors)
    right.set_title("read correctly" if taken == true else f"taken for {_a(taken)}")
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
        words = f"it is taken for {_a(taken)}: output {a[taken]:.2f}, and only {a[true]:.2f} for {true}."
    doubt = " No output reaches 0.5." if a.max() < 0.5 else ""
    return start + words + doubt


def _a(digit):
    return f"{'an' if digit == 8 else 'a'} {digit}"


def explorable(*, page=None):
    """The widget: choose an image and an epoch."""
    return explore(draw, describe, CONTROLS, name="misread", page=page, stage=stage)
