"""What do the gradient check and the loss curve say about a planted fault? (chapter 9)

Eleven specimens, named by letters, and a healthy program beside them.
"""
# shows eq-bias-is-a-sum

import matplotlib.pyplot as plt
import numpy as np

from backprop.experiments.bug_zoo import EPOCHS, HEALTHY, SPECIMENS, examine
from backprop.experiments.bug_zoo import problem as problem
from backprop.explore import Control, explore
from backprop.figures.plotting import INK, NEGATIVE, POSITIVE

ERROR_LIMITS = (1e-10, 10.0)  # of the picture's axes
LOSS_LIMITS = (0.001, 10_000.0)
CONTROLS = [
    Control("specimen", "specimen", tuple(SPECIMENS), start="B", kind="menu"),
    Control("learning_rate", "learning rate η", (0.3, 1.0)),
]


def stage():
    """The axes, and the error that is allowed."""
    fig = plt.figure(figsize=(5.4, 5.2), layout="none")
    top = fig.add_axes((0.17, 0.63, 0.8, 0.28))
    bottom = fig.add_axes((0.17, 0.12, 0.8, 0.33))
    report, _ = examine(HEALTHY, CONTROLS[1].start)
    names = [rf"$d{row.name}^{row.layer}$" for row in report.rows]
    top.set_xticks(range(len(names)), names)
    top.axhline(report.tol, color=INK, lw=1.4, ls=(0, (4, 3)))
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    top.text(5.4, 4 * report.tol, "allowed", fontsize=12, ha="right", va="bottom", bbox=box)
    top.set(yscale="log", ylim=ERROR_LIMITS, yticks=[1e-9, 1e-6, 1e-3, 1], ylabel="relative error")
    top.grid(axis="x", visible=False)
    bottom.set(yscale="log", ylim=LOSS_LIMITS, xlim=(0, EPOCHS), xlabel="epoch")
    bottom.set_ylabel("loss ℒ")
    for ax in (top, bottom):
        ax.minorticks_off()
    return fig


def draw(specimen, learning_rate, *, fig=None):
    """The relative error of each gradient, and the loss beside that of the healthy program."""
    report, losses = examine(specimen, learning_rate)
    _, healthy = examine(HEALTHY, learning_rate)
    fig = fig or stage()
    top, bottom = fig.axes

    errors = np.array([row.error for row in report.rows]).clip(*ERROR_LIMITS)
    wrong = errors > report.tol
    colors = [NEGATIVE if bad else POSITIVE for bad in wrong]
    top.bar(range(len(errors)), errors, color=colors, width=0.6)
    top.set_title(f"gradient check, {report.verdict}", y=1)

    epochs = np.arange(EPOCHS + 1)
    style = {"color": POSITIVE, "ls": "--", "lw": 2, "zorder": 3}
    bottom.plot(epochs, healthy.clip(*LOSS_LIMITS), label="healthy", **style)
    shown = np.nan_to_num(losses, nan=np.inf, posinf=np.inf).clip(*LOSS_LIMITS)
    bottom.plot(epochs, shown, color=INK, lw=3, label=_name(specimen))
    bottom.set_title(rf"training, $\eta$ = {learning_rate:.3g}", y=1)
    bottom.legend(loc="upper right", fontsize=12)
    return fig


def describe(specimen, learning_rate):
    """The same in words, without the fault's name."""
    report, losses = examine(specimen, learning_rate)
    _, healthy = examine(HEALTHY, learning_rate)
    wrong = [f"d{row.name}^{row.layer}" for row in report.rows if row.verdict == "WRONG"]
    if wrong:
        right = [f"d{row.name}^{row.layer}" for row in report.rows if row.verdict == "ok"]
        check = f"The check accuses {', '.join(wrong)}"
        check += f" and clears {', '.join(right)}." if right else ", all there are."
    else:
        check = f"The check passes: largest relative error {report.max_error:.0e}."
    first, last = _short(losses[0]), _short(losses[-1])
    run = f"{_name(specimen)}, η = {learning_rate:.3g}: the loss goes from {first} to {last}"
    if specimen != HEALTHY:
        run += f" (healthy: {_short(healthy[-1])})"
    return f"{check} {run[0].upper() + run[1:]} in {EPOCHS} epochs."


def _name(specimen):
    return "this program" if specimen == HEALTHY else f"specimen {specimen}"


def _short(loss):
    return f"{loss:.3g}" if np.isfinite(loss) else "no finite number"


def explorable(*, page=None):
    """The widget: choose a specimen and a learning rate, and diagnose."""
    return explore(draw, describe, CONTROLS, name="bug_zoo", page=page, vector=True, stage=stage)
