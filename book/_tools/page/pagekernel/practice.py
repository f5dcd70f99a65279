"""What the practice pages call. Arguments and results are what JSON can say; faults are the module's own
errors, which name the argument."""

from __future__ import annotations

import numpy as np

from backprop.losses import LOSSES
from backprop.network import Network
from backprop.practice import check_steps, work_out

# What a drawn parameter may be: no zero and no one, so that no slip stays hidden.
DRAWN = [-2, -1.5, -1.2, -0.8, -0.6, -0.5, -0.4, -0.3, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9, 1.5, 2]


def solved(W, b, activations, loss, X, Y, rate, digits):
    """The `Solution` of a network that comes as lists, layer 1 first."""
    arrays = [[None, *(np.array(each, dtype=float) for each in of)] for of in (W, b)]
    network = Network(*arrays, [None, *activations])
    X, Y = np.array(X, dtype=float), np.array(Y, dtype=float)
    return work_out(network, X, Y, LOSSES[loss], rate, digits=digits)


def worked(**values) -> dict:
    """All steps of a training step, and the whole as text and as LaTeX."""
    solution = solved(**values)
    return {
        "steps": [
            {
                "name": step.name,
                "tex": solution.display(step),
                "why": step.why,
                "shape": step.shape,
                "rows": np.atleast_2d(np.asarray(step.value, dtype=float)).shape[0],
                "columns": np.atleast_2d(np.asarray(step.value, dtype=float)).shape[1],
            }
            for step in solution.steps
        ],
        "latex": solution.latex(),
        "text": str(solution),
    }


def checked(values: dict, answers: dict, digits: int) -> dict:
    """What is first wrong in a reader's own numbers: {name of a step: rows}."""
    finding = check_steps(solved(**values), answers, digits=digits)
    return {"name": finding.name, "right": finding.checked, "text": finding.text}


def drawn(sizes: list[int], loss: str, examples: int, seed: int) -> dict:
    """Parameters, inputs and targets, drawn by a seed."""
    rng = np.random.default_rng(seed)

    def numbers(*shape):
        return rng.choice(DRAWN, size=shape).tolist()

    layers = list(zip(sizes, sizes[1:]))
    values = {
        "W": [numbers(n, n_below) for n_below, n in layers],
        "b": [numbers(n, 1) for _, n in layers],
        "X": numbers(sizes[0], examples),
    }
    K = sizes[-1]
    if loss == "softmax_cross_entropy":
        Y = np.eye(K)[:, rng.integers(K, size=examples)]
    elif loss == "binary_cross_entropy":
        Y = rng.integers(2, size=(K, examples))
    else:
        Y = rng.choice([-1, 0, 0.5, 1], size=(K, examples))
    return {**values, "Y": Y.tolist()}


METHODS = {"worked": worked, "checked": checked, "drawn": drawn}
