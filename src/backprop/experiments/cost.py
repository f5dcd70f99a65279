"""What a gradient costs: multiplications counted, times measured, numbers kept (chapter 8).

    python -m backprop.cost

measures forward passes, backpropagation and nudging on growing networks, which takes a minute or
two, and keeps the times with their date in `cost.json` beside this file; `measured()` reads it.
Times are processor seconds of one thread.
"""

import json
import platform
import time
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import numpy as np

from backprop._check import check_count
from backprop._expects import check_sizes, equation, real
from backprop.backward import backward, gradients
from backprop.gradcheck import MEASURED
from backprop.losses import SQUARED_ERROR, formulas
from backprop.network import forward, init_network

RESULT = "cost.json"
WIDTHS = (8, 16, 32, 64, 128, 256)  # of networks n-n-n
M = 64


class Cost(NamedTuple):
    """Multiplications for one gradient on m examples, without the few of the activations.

    forward:   the forward pass; nudging: P + 1 of them
    deltas:    (W^{l+1})^T delta^{l+1} for l = L-1..1
    gradients: delta^l (a^{l-1})^T for l = 1..L
    """

    forward: int
    deltas: int
    gradients: int
    nudging: int

    @property
    def backward(self):
        return self.deltas + self.gradients  # eq-cost-backward

    @property
    def backprop(self):
        return self.forward + self.backward  # eq-cost-backprop


def multiplications(sizes, m=1):
    """The `Cost` of a network of these sizes (n_0, ..., n_L) on m examples."""
    sizes = check_sizes("sizes", sizes)
    m = check_count("m", m)
    weights = [n * n_below for n_below, n in zip(sizes, sizes[1:])]
    forward = m * sum(weights)  # eq-cost-forward
    return Cost(
        forward=forward,
        deltas=m * sum(weights[1:]),
        gradients=forward,
        nudging=(parameters(sizes) + 1) * forward,  # eq-cost-nudging
    )


def parameters(sizes):
    """P: the weights and biases of a network of these sizes."""
    sizes = check_sizes("sizes", sizes)
    return sum(n * n_below + n for n_below, n in zip(sizes, sizes[1:]))


def numbers_kept(sizes, m=1):
    """How many numbers the trace of a forward pass keeps: every a^l and every z^l."""
    sizes = check_sizes("sizes", sizes)
    return check_count("m", m) * (sizes[0] + 2 * sum(sizes[1:]))  # eq-memory


@equation(**MEASURED, step=real(above=0))
def nudged(network, X, Y, loss, *, step=1e-6):
    """The P slopes of the loss, each by moving one parameter: W^1 row by row, ..., W^L, b^1, ..., b^L.

    P + 1 forward passes. Each parameter is put back.
    """

    def value():
        return loss.value(forward.bare(network, X).a[-1], Y)

    before, slopes = value(), []
    for parameter in network.W[1:] + network.b[1:]:
        flat = parameter.flat  # a view: what it changes, the network sees
        for k in range(parameter.size):
            kept = flat[k]
            try:
                flat[k] = kept + step
                slopes.append((value() - before) / step)
            finally:
                flat[k] = kept
    return np.array(slopes)


def measure(width, m, rng):
    """Processor seconds of a forward pass, of backpropagation and of nudging, for width-width-width."""
    network = init_network((width,) * 3, ("tanh", "identity"), rng=rng)
    X, Y = rng.normal(size=(2, width, m))
    loss = formulas(SQUARED_ERROR)

    def forward_pass():
        return loss.value(forward.bare(network, X).a[-1], Y)

    def backprop():
        trace = forward.bare(network, X)
        return gradients.bare(trace, backward.bare(network, trace, Y, loss))

    def nudging():
        return nudged.bare(network, X, Y, loss)

    return {
        "sizes": [width] * 3,
        "parameters": network.n_parameters,
        "forward": _seconds(forward_pass),
        "backprop": _seconds(backprop),
        "nudging": _seconds(nudging),
    }


def _seconds(work, least=1.0):
    """The best time of one call: single calls if they are long, else loops of some hundredths."""
    times, total, calls = [], 0.0, 1
    while total < least or len(times) < 2:
        start = time.process_time()
        for _ in range(calls):
            work()
        spent = time.process_time() - start
        times.append(spent / calls)
        total += spent
        if spent < 0.02:
            calls *= 2
            times.clear()
        if spent > 5 * least:
            break
    return float(f"{min(times):.3g}")


def measured():
    """The kept measurement: {"date", "python", "numpy", "m", "rows": a list of times by network}."""
    return json.loads((files(__package__) / RESULT).read_text(encoding="utf-8"))


def main():
    """Measure and keep the result."""
    rng = np.random.default_rng(0)
    rows = []
    for width in WIDTHS:
        rows.append(measure(width, M, rng))
        print(rows[-1], flush=True)
    result = {
        "date": time.strftime("%Y-%m-%d"),
        "command": "python -m backprop.cost",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "m": M,
        "rows": rows,
    }
    Path(__file__).with_name(RESULT).write_text(
        json.dumps(result, indent=1) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
