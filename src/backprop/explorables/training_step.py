"""Chapter 4: which numbers does each line of a training step need, and which does it make?

One step of gradient descent on the worked 2-3-2-1 network and its first example: forward, loss,
backward, gradients, update. Every line is shown as an equation, as the same equation with the
matrices put in, and on the network's diagram.
"""

from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.textpath import TextPath

from backprop.backward import backward, gradients
from backprop.diagram import plot_network
from backprop.examples import worked_example
from backprop.explore import Control, explore
from backprop.losses import SQUARED_ERROR
from backprop.network import Network, Trace, forward
from backprop.plotting import INK
from backprop.sgd import sgd_step

LEARNING_RATE = 0.5
RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
SIZE = (5.6, 5.3)  # of the figure, in inches
BELOW = 2.2  # of its height for the equation and its matrices
WIDEST = 5.56  # of a line of matrices
ROW, BETWEEN, GAP = 0.27, 0.36, 0.06  # of matrices: a row, two lines of them, two side by side
GREY = "0.35"


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
    up = RAISED[L]
    steps = {
        f"δ{up}": Step(
            "backward",
            {("delta", L)},
            rf"$\boldsymbol{{\delta}}^{L} = \partialℒ/\partial\mathbf{{a}}^{L}"
            rf" \odot \sigma^{{{L}′}}(\mathbf{{z}}^{L})$",
            [delta[L], "=", SQUARED_ERROR.grad(a[L], y), r"$\odot$", sigma[L].df(z[L])],
            f"the derivative of the loss by a{up}, times the slope of the {sigma[L].name}",
            network,
            trace,
            delta,
        )
    }
    for l in range(L - 1, 0, -1):
        up, above = RAISED[l], RAISED[l + 1]
        slope = sigma[l].df(z[l])
        steps[f"δ{up}"] = Step(
            "backward",
            {("delta", l + 1), ("W", l + 1), ("delta", l)},
            rf"$\boldsymbol{{\delta}}^{l} = ((\mathbf{{W}}^{l + 1})^\top \boldsymbol{{\delta}}^{l + 1})"
            rf" \odot \sigma^{{{l}′}}(\mathbf{{z}}^{l})$",
            [delta[l], "=", "(", W[l + 1].T, delta[l + 1], ")", r"$\odot$", slope],
            f"δ{above} goes back along the weights W{above}, times the slope of the {sigma[l].name}",
            network,
            trace,
            delta,
        )
    return steps


def _gradient_steps(network, trace, delta, grads):
    steps = {}
    for l in range(network.L, 0, -1):
        up, below = RAISED[l], RAISED[l - 1]
        symbol = r"\partialℒ/\partial\mathbf"
        steps[f"dW{up}"] = Step(
            "gradients",
            {("a", l - 1), ("W", l), ("delta", l)},
            rf"${symbol}{{W}}^{l} = \boldsymbol{{\delta}}^{l}\,(\mathbf{{a}}^{l - 1})^\top$",
            [grads.W[l], "=", delta[l], trace.a[l - 1].T],
            f"δ{up} times a{below} as a row has one number for each weight",
            network,
            trace,
            delta,
        )
        steps[f"db{up}"] = Step(
            "gradients",
            {("delta", l)},
            rf"${symbol}{{b}}^{l} = \boldsymbol{{\delta}}^{l}$, its columns added",
            [grads.b[l], "=", delta[l]],
            f"each bias of layer {l} gets the δ of its unit; one example is one column",
            network,
            trace,
            delta,
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


def short(number):
    """Four decimals at most, no zeros at the end: 1, −0.07, 0.6231."""
    text = f"{number:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")


def write_terms(ax, terms, middle):
    """Matrices in brackets with their shapes below, and the signs between, on an ax in inches."""
    lines = _lines([(term, *_measured(term)) for term in terms])
    heights = [max(ROW * _rows(term) for term, *_ in line) for line in lines]
    top = middle + (sum(heights) + BETWEEN * (len(lines) - 1)) / 2
    for line, height in zip(lines, heights):
        _write_line(ax, line, top - height / 2)
        top -= height + BETWEEN


def _rows(term):
    return 1 if isinstance(term, str) else len(term)


def _measured(term):
    """The width of a term and the widths of its columns, in inches."""
    if isinstance(term, str):
        extents = TextPath((0, 0), term, size=_font_size(term)).get_extents()
        return extents.width / 72 + 0.06, []
    columns = [0.11 + 0.106 * max(len(short(v)) for v in column) for column in term.T]
    return max(0.6, sum(columns) + 0.08), columns


def _font_size(sign):
    return 12 if sign[0].isalnum() or " " in sign else 15


def _lines(terms):
    """The terms on as few lines as they need; a new line begins with the sign after a matrix."""
    lines, start = [[]], 0
    for k, (term, *_) in enumerate(terms):
        ends = k + 1 == len(terms) or (
            not isinstance(term, str) and isinstance(terms[k + 1][0], str)
        )
        if ends:
            group = terms[start : k + 1]
            if lines[-1] and _width(lines[-1] + group) > WIDEST:
                lines.append([])
            lines[-1] += group
            start = k + 1
    return lines


def _width(line):
    return sum(width for _, width, _ in line) + GAP * (len(line) - 1)


def _write_line(ax, line, middle):
    x = (SIZE[0] - _width(line)) / 2
    for term, width, columns in line:
        if columns:
            _write_matrix(ax, term, x, width, columns, middle)
        else:
            _write(ax, x + width / 2, middle, term, _font_size(term))
        x += width + GAP


def _write_matrix(ax, matrix, x, width, columns, middle):
    half = ROW * len(matrix) / 2
    for side, tick in ((x, 0.06), (x + width, -0.06)):
        corners = middle + half * np.array([1, 1, -1, -1])
        ax.plot([side + tick, side, side, side + tick], corners, color=INK, lw=1.4)
    edges = x + (width - sum(columns)) / 2 + np.cumsum([0, *columns])
    for (i, j), value in np.ndenumerate(matrix):
        y = middle + half - ROW * (i + 0.5)
        _write(ax, (edges[j] + edges[j + 1]) / 2, y, short(value), 12)
    _write(ax, x + width / 2, middle - half - 0.16, _shape(matrix), 12, color=GREY)


def _shape(matrix):
    return " × ".join(str(n) for n in matrix.shape)


def _write(ax, x, y, text, size, **style):
    ax.text(x, y, text, fontsize=size, ha="center", va="center", **style)


def stage():
    """The places of the diagram and of the equation, the lower one in inches."""
    fig = plt.figure(figsize=SIZE, layout="none")
    share = BELOW / SIZE[1]
    fig.add_axes((0, share, 1, 1 - share))
    bottom = fig.add_axes((0, 0, 1, share))
    bottom.set(xlim=(0, SIZE[0]), ylim=(0, BELOW))
    bottom.set_axis_off()
    return fig


def draw_step(step, *, fig=None):
    """The diagram with what the step touches lit up, and its equation with the numbers put in."""
    fig = fig or stage()
    top, bottom = fig.axes
    plot_network(step.network, trace=step.trace, delta=step.delta, highlight=step.lit, ax=top)
    top.get_legend().remove()
    for text in top.texts:
        text.set_text(text.get_text().replace("nan", "?"))
    bottom.text(SIZE[0] / 2, BELOW - 0.15, step.equation, fontsize=15, ha="center", va="center")
    write_terms(bottom, step.terms, middle=(BELOW - 0.32 + 0.3) / 2)
    return fig


def describe_step(name, step):
    """The step in words, with the numbers of its result."""
    result = step.terms[0]
    if isinstance(result, str):
        return f"{name}: {step.words}."
    numbers = "; ".join(", ".join(short(v) for v in row) for row in result)
    return f"{name}: {step.words}. {name} = ({numbers}), {_shape(result)}."


def _worked_steps():
    network, X, Y = worked_example()
    return training_steps(network, X[:, :1], Y[:, :1], LEARNING_RATE)


STEPS = _worked_steps()
CONTROLS = [Control("step", "step", tuple(STEPS), kind="play")]


def draw(step, *, fig=None):
    """The line of the training step that `STEPS` has by this name."""
    return draw_step(STEPS[step], fig=fig)


def describe(step):
    """The same in words, with its number and its phase."""
    place = f"Step {list(STEPS).index(step) + 1} of {len(STEPS)}, {STEPS[step].phase}."
    return f"{place} {describe_step(step, STEPS[step])}"


def explorable(*, page=None):
    """The stepper, from the first z to the loss after the update."""
    return explore(
        draw, describe, CONTROLS, name="training_step", page=page, vector=True, stage=stage
    )
