"""Gradients checked against central differences (end of chapter 4).

    dL/dp ~ (L(p + h) - L(p - h)) / (2 h)

Two forward passes for each parameter: slow, but it shares nothing with the backward pass. Where a
difference can't tell right from wrong, the check says so: at a kink, and where rounding drowns it.
"""

from functools import partial

import numpy as np

from backprop._expects import Examples, Targets, equation, real
from backprop._kinks import EPS, judge
from backprop.backward import Gradients, backward, gradients
from backprop.losses import Loss
from backprop.network import Network, forward
from backprop.report import GradientReport, ParameterCheck

VISIBLE = 10  # times the rounding of its difference: below, an entry can't be judged

MEASURED = {
    "network": Network,
    "loss": Loss,
    "X": Examples("(n_0, m)"),
    "Y": Targets("(n_L, m)"),
}


@equation(**MEASURED, step=real(above=0), returns=Gradients)
def numerical_gradients(network, X, Y, loss, *, step=1e-5):
    """The gradients by central differences: 2 forward passes for each parameter.

    step is h. A float32 network is measured as a float64 copy, as differences in float32 would be
    mostly rounding. The network is not changed.
    """
    nudge = _Nudge(network, X, Y, loss)
    return Gradients(
        *(
            [None, *(_each_entry(parameter, nudge.central, step) for parameter in parameters[1:])]
            for parameters in (nudge.network.W, nudge.network.b)
        )
    )


@equation(
    **MEASURED,
    tol=real(above=0),
    step=real(least=1e-8),  # below, rounding would hide any fault
    grads=Gradients,
    returns=GradientReport,
)
def check_gradients(network, X, Y, loss, *, tol=1e-6, step=1e-5, grads=None):
    """Compare the backward pass with central differences.

    An entry's relative error is |formula - difference| / max(|formula|, |difference|, floor).
    The floor, 10 eps max(|L|, 1) / (step tol), is where the rounding of the differences alone would
    reach the tolerance. Two kinds of entry can't be judged, and then the report is not truthy:

    at a kink: the slopes to the left and to the right of the parameter, or of a unit that it moves,
               differ, and no less so at a hundredth of the step. The formula may be either or lie
               between; far outside of them it is wrong.
    too small: they agree, but both are below ten times the rounding, where a fault can hide. A 0
               that is exact in both counts as right if the array has a number above that.

    grads: gradients of your own to check in place of the backward pass's.
    A float32 network is checked as a float64 copy: it is the formulas that are checked.
    """
    nudge = _Nudge(network, X, Y, loss)
    if grads is None:
        copy, trace = nudge.network, nudge.trace()
        grads = gradients.bare(trace, backward.bare(copy, trace, nudge.Y, loss))
    rows = [
        _compare(nudge, name, l, getattr(grads, name)[l].astype(np.float64), step, tol)
        for l in range(1, network.L + 1)
        for name in ("W", "b")
    ]
    return GradientReport(tuple(rows), tol)


def _compare(nudge, name, layer, formula, step, tol):
    parameter = getattr(nudge.network, name)[layer]
    judged = _each_entry(parameter, partial(judge, nudge), formula, step, tol)
    difference, rounding, kink = np.moveaxis(judged, -1, 0)
    at_kink, size = kink == 1, np.maximum(np.abs(formula), np.abs(difference))
    errors = np.abs(formula - difference) / np.maximum(size, rounding / tol)
    small = ~at_kink & (errors <= tol) & (size < VISIBLE * rounding)
    if not (at_kink | small).all():
        small &= size > 0
    known = ~(at_kink | small)
    errors = np.where(known, errors, -1.0)
    near = errors >= 0.999 * errors.max()  # a wrong factor gives one error to all: rounding decides
    worst = np.unravel_index(np.argmax(np.where(near, size, 0)), errors.shape)
    return ParameterCheck(
        name=name,
        layer=layer,
        shape=formula.shape,
        error=max(float(errors.max()), 0.0),
        worst=tuple(int(i) for i in worst) if known.any() else None,
        formula=float(formula[worst]),
        difference=float(difference[worst]),
        wrong=int((~(errors <= tol)).sum()),
        at_kink=int(at_kink.sum()),
        too_small=int(small.sum()),
    )


def _each_entry(parameter, function, *others):
    """function(parameter, index, ...) for every index; an array among the others goes by entry."""
    results = [
        function(parameter, index, *(o[index] if np.ndim(o) else o for o in others))
        for index in np.ndindex(parameter.shape)
    ]
    return np.reshape(results, (*parameter.shape, *np.shape(results[0])))


class _Nudge:
    """Moves one parameter of a float64 copy at a time by +-step, and looks at what comes of it."""

    def __init__(self, network, X, Y, loss):
        self.network, self.X, self.Y = (part.astype(np.float64) for part in (network, X, Y))
        self.loss = loss
        self.here = self.measure(0.0)
        self.rounding = 10 * EPS * max(abs(self.here[1][-1]), 1)  # of a difference of two losses

    def trace(self):
        return forward.bare(self.network, self.X)

    def measure(self, p):
        """All that may have a kink, as arguments and values: z^l and a^l, and p and the loss."""
        trace = self.trace()
        return [*trace.z[1:], p], [*trace.a[1:], self.loss.value(trace.a[-1], self.Y)]

    def both_sides(self, parameter, index, step):
        kept, measured = parameter[index], []
        for p in (-step, step):
            parameter[index] = kept + p
            measured.append(self.measure(p))
        parameter[index] = kept
        return measured

    def slopes(self, sides, step):
        """Of the loss by the parameter: to the left, central, to the right."""
        here, (down, up) = self.here[1][-1], (values[-1] for _, values in sides)
        central = (up - down) / (2 * step)  # eq-central-difference
        return (here - down) / step, central, (up - here) / step

    def central(self, parameter, index, step):
        return self.slopes(self.both_sides(parameter, index, step), step)[1]
