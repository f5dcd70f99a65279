"""How does the loss of one example answer its prediction, and how steeply? (Chapter 2)

The loss as a curve over the prediction, with its value, its tangent and its derivative there, for
the three losses.
"""
# shows eq-squared-error, eq-derivative, eq-bce, eq-bce-derivative

import matplotlib.pyplot as plt
import numpy as np

from backprop.experiments.loss_curve import LOSSES, at, curve
from backprop.explore import Control, explore
from backprop.figures.plotting import INK, MINUS, NEGATIVE, POSITIVE, tint

TOPS = {"squared error": 0.6, "cross-entropy": 4.5, "softmax cross-entropy": 5.5}
PLACES = {  # of the axes, in shares of the figure
    "squared error": (0.137643, 0.152941, 0.853299, 0.76118),
    "cross-entropy": (0.103075, 0.152941, 0.887866, 0.76118),
    "softmax cross-entropy": (0.103075, 0.144533, 0.887866, 0.769588),
}
LOGITS = (-5.0, 5.0)  # of the softmax's picture


def stage():
    """The axes, which each loss scales its own way."""
    fig = plt.figure(figsize=(4.6, 3.7), layout="none")
    fig.add_subplot().set_ylabel(r"loss $\ell$")
    return fig


def draw(prediction, target, loss, *, fig=None):
    """The curve, the point, the tangent. See `CONTROLS`."""
    place, height, slope = at(loss, prediction, target)
    top, softmax = TOPS[loss], loss == "softmax cross-entropy"
    low, high = LOGITS if softmax else (0.0, 1.0)
    places = np.linspace(low, high, 61) if softmax else np.linspace(0.005, 0.995, 67)
    heights, _ = curve(loss, places, target)

    fig = fig or stage()
    (ax,) = fig.axes
    ax.set_position(PLACES[loss])
    ax.plot(places, heights, color=POSITIVE, lw=3)
    reach = 0.3 * (high - low) / np.hypot(1, slope * (high - low) / top) * np.array([-1, 1])
    ax.plot(place + reach, height + slope * reach, color=NEGATIVE, lw=2.4, ls="--")
    ax.plot([low, place, place], [height, height, 0], color=tint(INK, 0.5), lw=1, ls=":")
    ax.plot(place, height, "o", ms=11, color=POSITIVE, mec="white", zorder=4)
    ax.set_title(f"loss {height:.4f},  derivative {signed(slope)}", fontsize=13)
    if softmax:
        ax.set_xlabel(f"logit $z_1$   (probability {prediction:.2f})")
        ax.set_xticks(range(-4, 5, 2), [f"{MINUS}4", f"{MINUS}2", "0", "2", "4"])
    else:
        ax.set_xlabel(r"prediction $\hat{y}$")
        ax.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    ax.set_ylim(-0.06 * top, top)
    ax.set_xlim(low - 0.02 * (high - low), high + 0.02 * (high - low))
    return fig


def signed(number):
    return f"{number:+.4f}".replace("-", MINUS)


def describe(prediction, target, loss):
    """The loss, its derivative, and what a small move does. See `CONTROLS`."""
    place, height, slope = at(loss, prediction, target)
    what = "prediction"
    where = f"Target {target}, prediction {prediction:g}"
    if loss == "softmax cross-entropy":
        what = "logit"
        right = "right" if target else "wrong"
        where = f"Class 1 is {right}, its logit {place:.4f}, its probability {prediction:g}"
    words = (
        f"{where}, {loss}: the loss is {height:.4f}, its derivative {slope:.4f}. Raising the {what} "
        f"by 0.001 changes the loss by about {0.001 * slope:.6f}. To lower the loss, "
        f"{'lower' if slope > 0 else 'raise'} the {what}."
    )
    return words.replace(" -", f" {MINUS}")


CONTROLS = [
    Control("prediction", "prediction", (0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98), start=0.7),
    Control("target", "target", (0, 1), start=1, kind="menu"),
    Control("loss", "loss", tuple(LOSSES), kind="menu"),
]


def explorable(*, page=None):
    """The widget."""
    return explore(draw, describe, CONTROLS, name="loss_curve", page=page, vector=True, stage=stage)
