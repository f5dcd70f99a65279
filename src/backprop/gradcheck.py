"""Gradients checked against central differences (end of chapter 4).

    dL/dp ~ (L(p + h) - L(p - h)) / (2 h)

Two forward passes for each parameter: slow, but it shares nothing with the backward pass.
"""

from dataclasses import dataclass

import numpy as np

from backprop._check import check_real
from backprop.backward import (
    Gradients,
    backpropagate,
    check_loss,
    parameter_gradients,
)
from backprop.network import check_inputs, check_network, check_targets, propagate
from backprop.sgd import check_gradients_fit


@dataclass(frozen=True)
class ParameterCheck:
    """How one parameter array's gradient compares.

    name:      "W" or "b"; layer: its l; shape: its shape
    error:     the largest relative error over its entries
    worst:     the index of that entry (of several within 0.1 %, the one with the largest numbers);
               formula, difference: the two numbers there
    compared:  how many entries were compared; left_out: how many have a kink between p - h and p + h
    """

    name: str
    layer: int
    shape: tuple
    error: float
    worst: tuple | None
    formula: float
    difference: float
    compared: int
    left_out: int


@dataclass(frozen=True)
class GradientReport:
    """The result of `check_gradients`: truthy when it passed, and prints as a table.

    rows:      a `ParameterCheck` for each W^l and b^l
    max_error: the largest relative error of all
    """

    rows: tuple
    tol: float

    @property
    def max_error(self):
        return max(row.error for row in self.rows)

    @property
    def passed(self):
        return all(row.error <= self.tol for row in self.rows) and any(
            row.compared for row in self.rows
        )

    def __bool__(self):
        return self.passed

    def __str__(self):
        lines = [
            f"{'':<7}{'gradient':<9}{'rel. error':>11}   "
            f"{'worst entry':<13}{'formula':>15}{'difference':>15}"
        ]
        for row in self.rows:
            verdict = "ok" if row.error <= self.tol else "WRONG"
            line = f"{verdict:<7}{f'd{row.name}^{row.layer}':<9}{row.error:>11.1e}   "
            if row.worst is None:
                line += "nothing to compare"
            else:
                where = f"{row.name}[{row.layer}]{list(row.worst)}"
                line += f"{where:<13}{row.formula:>15.8g}{row.difference:>15.8g}"
            lines.append(line)
            if row.left_out:
                entries = row.compared + row.left_out
                lines.append(f"{'':<7}{row.left_out} of {entries} entries left out: at a kink")
        verdict = "passed" if self.passed else "FAILED"
        lines.append(
            f"{verdict}: largest relative error {self.max_error:.1e}, allowed {self.tol:.0e}"
        )
        return "\n".join(lines)

    __repr__ = __str__


def numerical_gradients(network, X, Y, loss, *, step=1e-5):
    """The gradients by central differences: 2 forward passes for each parameter.

    X (n_0, m), Y (n_L, m), loss: a `Loss`; step: h, greater than 0. Returns `Gradients` in
    float64: a float32 network is measured as a float64 copy, as differences in float32 would be
    mostly rounding. The network is not changed.
    """
    network, X, Y = _measured_copy(network, X, Y, loss)
    step = check_real("step", step, above=0)
    return _differences(network, X, Y, loss, step)[0]


def check_gradients(network, X, Y, loss, *, tol=1e-6, step=1e-5, grads=None):
    """Compare the backward pass with central differences and return a `GradientReport`.

    An entry's relative error is |formula - difference| / max(|formula|, |difference|, floor).
    The floor, 10 eps max(|L|, 1) / (step tol), is where the rounding of the differences alone would reach
    the tolerance. Entries for which an activation has a kink between p - h and p + h are left out.

    grads: gradients of your own to check in place of the backward pass's.
    A float32 network is checked as a float64 copy: it is the formulas that are checked.
    """
    tol = check_real("tol", tol, above=0)
    step = check_real("step", step, least=1e-8)  # below, rounding would hide any fault
    copy, X, Y = _measured_copy(network, X, Y, loss)
    if grads is None:
        trace = propagate(copy, X)
        grads = parameter_gradients(trace, backpropagate(copy, trace, Y, loss))
    else:
        grads = check_gradients_fit(network, grads)
    numeric, smooth = _differences(copy, X, Y, loss, step)
    value = abs(loss.value(propagate(copy, X).a[-1], Y))
    floor = 10 * np.finfo(np.float64).eps * max(value, 1) / (step * tol)
    rows = []
    for l in range(1, copy.L + 1):
        for name in ("W", "b"):
            formula = getattr(grads, name)[l].astype(np.float64)
            rows.append(
                _compare(
                    name, l, formula, getattr(numeric, name)[l], getattr(smooth, name)[l], floor
                )
            )
    return GradientReport(tuple(rows), tol)


def _compare(name, layer, formula, difference, smooth, floor):
    size = np.maximum(np.maximum(np.abs(formula), np.abs(difference)), floor)
    errors = np.where(smooth, np.abs(formula - difference) / size, -1.0)
    near = errors >= 0.999 * errors.max()  # a wrong factor gives one error to all: rounding decides
    worst = np.unravel_index(np.argmax(np.where(near, size, 0)), errors.shape)
    compared = int(smooth.sum())
    return ParameterCheck(
        name=name,
        layer=layer,
        shape=formula.shape,
        error=max(float(errors.max()), 0.0),
        worst=tuple(int(i) for i in worst) if compared else None,
        formula=float(formula[worst]),
        difference=float(difference[worst]),
        compared=compared,
        left_out=int(smooth.size - compared),
    )


def _measured_copy(network, X, Y, loss):
    check_network(network)
    check_loss(loss)
    X = check_inputs(network, X)
    Y = check_targets(network, Y, X.shape[1])
    return network.astype(np.float64), X.astype(np.float64), Y.astype(np.float64)


def _differences(network, X, Y, loss, step):
    """Central differences, and for each entry whether no kink lies between its two passes."""
    results, smooth = [], []
    for parameters in (network.W, network.b):
        of_layers, smooth_layers = [None], [None]
        for parameter in parameters[1:]:
            slope, same_side = np.empty_like(parameter), np.empty(parameter.shape, dtype=bool)
            for index in np.ndindex(parameter.shape):
                kept = parameter[index]
                parameter[index] = kept + step
                up = propagate(network, X)
                parameter[index] = kept - step
                down = propagate(network, X)
                parameter[index] = kept
                slope[index] = (loss.value(up.a[-1], Y) - loss.value(down.a[-1], Y)) / (2 * step)
                same_side[index] = _no_kink_between(network, up, down)
            of_layers.append(slope)
            smooth_layers.append(same_side)
        results.append(of_layers)
        smooth.append(smooth_layers)
    return Gradients(*results), Gradients(*smooth)


def _no_kink_between(network, up, down):
    return not any(
        np.any(
            (np.minimum(z_up, z_down) <= kink)
            & (kink <= np.maximum(z_up, z_down))
            & (z_up != z_down)
        )
        for activation, z_up, z_down in zip(network.activations[1:], up.z[1:], down.z[1:])
        for kink in activation.kinks
    )
