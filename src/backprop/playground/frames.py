"""What is sent to the script that draws, and the same in words."""

import numpy as np

KINDS = ("float32", "int8", "uint8")  # of the numbers in a frame, in this order


def packed(arrays):
    """Arrays as bytes, and where each is in them: [[name, kind, shape], ...]."""
    kinds = {name: array.dtype.name for name, array in arrays.items()}
    kinds = {name: kind if kind in KINDS else "float32" for name, kind in kinds.items()}
    order = sorted(arrays, key=lambda name: KINDS.index(kinds[name]))
    layout = [[name, kinds[name], [*arrays[name].shape]] for name in order]
    with np.errstate(over="ignore"):
        data = b"".join(arrays[name].astype(kinds[name]).tobytes() for name in order)
    return layout, data


def describe(experiment):
    """Epochs, steps, losses and accuracies in words, and the units that are dead."""
    losses = experiment.losses_now()
    parts = [
        f"{name} loss {loss:.4g}, {share:.0%} right"
        for name, loss, share in zip(("training", "validation"), losses, experiment.accuracies())
    ]
    done = f"{_counted(experiment.epochs, 'epoch')}, {_counted(experiment.steps, 'step')}"
    dead, hidden = experiment.dead_units(), sum(experiment.network.sizes[1:-1])
    gone = f" Dead units: {sum(dead)} of {hidden}." if hidden else ""
    return f"{done}: {'; '.join(parts)}.{gone}"


def named(experiment):
    sizes = "-".join(str(n) for n in experiment.network.sizes)
    return f"Playground({experiment.settings.data}, {sizes})"


def _counted(number, what):
    return f"{number:,} {what}{'' if number == 1 else 's'}"
