"""One training step of the worked network, a line at a time (chapter 4)."""

from functools import partial
from typing import NamedTuple

import numpy as np

from backprop._expects import expects, real
from backprop.backward import backward, gradients
from backprop.examples import worked_example
from backprop.losses import SQUARED_ERROR
from backprop.network import Network, Trace, forward
from backprop.sgd import sgd_step

LEARNING_RATE = 0.5
RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"


class Step(NamedTuple):
    """One line of the training step.

    phase:    forward, loss, backward, gradients or update
    lit:      what lights up in the diagram, as `plot_network` takes it
    equation: TeX
    terms:    arrays, drawn as matrices, and the signs between them; the result comes first
    words:    what happens, in a clause
    network:  the network as it is when the line is done
    trace:    the activations as they are known then, nan where they are not
    delta:    what `backward` returned
    """

    phase: str
    lit: set
    equation: str
    terms: list
    words: str
    network: Network
    trace: Trace
    delta: list


@expects(network=Network, x="(n_0, 1)", y="(n_L, 1)", learning_rate=real(above=0))
def training_steps(network, x, y, learning_rate):
    """{name: Step}: z¹, a¹, ..., loss, δ³, ..., dW³, db³, ..., new W³, new b³, ..., new loss.

    One example, x (n_0, 1) and y (n_L, 1), the squared error, a learning rate greater than 0. The
    network is not changed.
    """
    trace = forward(network, x)
    delta = backward(network, trace, y, SQUARED_ERROR)
    grads = gradients(trace, delta)
    return {
        **_forward_steps(network, trace, delta),
        "loss": _loss_step("loss", network, trace, delta, y),
        **_backward_steps(network, trace, delta, y),
        **_gradient_steps(network, trace, delta, grads),
        **_update_steps(network, trace, delta, grads, learning_rate, y),
    }


def _forward_steps(network, trace, delta):
    W, b, sigma, (z, a) = network.W, network.b, network.activations, trace
    steps = {}
    for l in range(1, network.L + 1):
        up, below = RAISED[l], RAISED[l - 1]
        steps[f"z{up}"] = Step(
            "forward",
            {("a", l - 1), ("W", l), ("z", l)},
            rf"$\mathbf{{z}}^{l} = \mathbf{{W}}^{l}\,\mathbf{{a}}^{l - 1} + \mathbf{{b}}^{l}$",
            [z[l], "=", W[l], a[l - 1], "+", b[l]],
            f"the weights and biases of layer {l} turn a{below} into z{up}",
            network,
            _known(trace, l - 1),
            delta,
        )
        steps[f"a{up}"] = Step(
            "forward",
            {("a", l)},
            rf"$\mathbf{{a}}^{l} = \sigma^{l}(\mathbf{{z}}^{l})$",
            [a[l], "=", sigma[l].name, z[l]],
            f"the {sigma[l].name} works on z{up} entry by entry",
            network,
            _known(trace, l),
            delta,
        )
    return steps


def _known(trace, last):
    """The trace with a^0..a^last, and nan in the layers after."""
    return Trace(trace.z, [a if l <= last else a * np.nan for l, a in enumerate(trace.a)])


def _loss_step(phase, network, trace, delta, y):
    L, a = network.L, trace.a[-1]
    value = f"{SQUARED_ERROR.value(a, y):.4f}"
    return Step(
        phase,
        {("a", L)},
        rf"$ℒ = \frac{{1}}{{2}}\,\sum\,(\mathbf{{a}}^{L} - \mathbf{{y}})^2$",
        [value, "=", r"$\frac{1}{2}$", "(", a, "−", y, "$)^2$"],
        f"the squared error of a{RAISED[L]} against the target is one number, {value}",
        network,
        trace,
        delta,
    )


def _backward_steps(network, trace, delta, y):
    L, W, sigma, (z, a) = network.L, network.W, network.activations, trace
    step, up = partial(Step, network=network, trace=trace, delta=delta), RAISED[L]
    steps = {
        f"δ{up}": step(
            "backward",
            {("delta", L)},
            rf"$\boldsymbol{{\delta}}^{L} = \partialℒ/\partial\mathbf{{a}}^{L}"
            rf" \odot \sigma^{{{L}′}}(\mathbf{{z}}^{L})$",
            [delta[L], "=", SQUARED_ERROR.grad(a[L], y), r"$\odot$", sigma[L].df(z[L])],
            f"the derivative of the loss by a{up}, times the slope of the {sigma[L].name}",
        )
    }
    for l in range(L - 1, 0, -1):
        up, above = RAISED[l], RAISED[l + 1]
        slope = sigma[l].df(z[l])
        steps[f"δ{up}"] = step(
            "backward",
            {("delta", l + 1), ("W", l + 1), ("delta", l)},
            rf"$\boldsymbol{{\delta}}^{l} = ((\mathbf{{W}}^{l + 1})^\top \boldsymbol{{\delta}}^{l + 1})"
            rf" \odot \sigma^{{{l}′}}(\mathbf{{z}}^{l})$",
            [delta[l], "=", "(", W[l + 1].T, delta[l + 1], ")", r"$\odot$", slope],
            f"δ{above} goes back along the weights W{above}, times the slope of the {sigma[l].name}",
        )
    return steps


def _gradient_steps(network, trace, delta, grads):
    step, steps = partial(Step, network=network, trace=trace, delta=delta), {}
    for l in range(network.L, 0, -1):
        up, below = RAISED[l], RAISED[l - 1]
        symbol = r"\partialℒ/\partial\mathbf"
        steps[f"dW{up}"] = step(
            "gradients",
            {("a", l - 1), ("W", l), ("delta", l)},
            rf"${symbol}{{W}}^{l} = \boldsymbol{{\delta}}^{l}\,(\mathbf{{a}}^{l - 1})^\top$",
            [grads.W[l], "=", delta[l], trace.a[l - 1].T],
            f"δ{up} times a{below} as a row has one number for each weight",
        )
        steps[f"db{up}"] = step(
            "gradients",
            {("delta", l)},
            rf"${symbol}{{b}}^{l} = \boldsymbol{{\delta}}^{l}$, its columns added",
            [grads.b[l], "=", delta[l]],
            f"each bias of layer {l} gets the δ of its unit; one example is one column",
        )
    return steps


def _update_steps(network, trace, delta, grads, learning_rate, y):
    """One parameter after the other moves; the gradients are those from before the first move."""
    after, eta = network.copy(), f"{learning_rate:g}"
    sgd_step(after, grads, learning_rate)
    steps, moved = {}, network.copy()
    for l in range(network.L, 0, -1):
        for name, lit in (("W", ("W", l)), ("b", ("delta", l))):
            old, new, gradient = (getattr(owner, name)[l] for owner in (network, after, grads))
            getattr(moved, name)[l][:] = new
            symbol, letter = rf"\mathbf{{{name}}}^{l}", f"{name}{RAISED[l]}"
            steps[f"new {letter}"] = Step(
                "update",
                {lit},
                rf"${symbol} \leftarrow {symbol} - \eta\,\partialℒ/\partial{symbol}$",
                [new, "=", old, "−", eta, gradient],
                f"{letter} moves against its gradient, with the learning rate η = {eta}",
                moved.copy(),
                trace,
                delta,
            )
    before = SQUARED_ERROR.value(trace.a[-1], y)
    last = _loss_step("update", after, forward(after, trace.a[0]), delta, y)
    words = (
        "forward again with the new weights and biases: "
        f"the loss was {before:.4f}, and now it is {last.terms[0]}"
    )
    return {**steps, "new loss": last._replace(words=words)}


def worked_steps():
    network, X, Y = worked_example()
    return training_steps(network, X[:, :1], Y[:, :1], LEARNING_RATE)
