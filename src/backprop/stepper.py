"""The algorithm of chapter 4, one line a step, drawn on the network's diagram."""

from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.textpath import TextPath

from backprop.backward import backward, gradients
from backprop.diagram import plot_network
from backprop.losses import SQUARED_ERROR
from backprop.network import Trace, forward
from backprop.plotting import INK

RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"


class Step(NamedTuple):
    """One line of the algorithm: what lights up, the equation, the numbers in it, and words.

    terms: arrays, drawn as matrices, and the signs between them; the result comes first
    known: the activations a^0..a^known have been computed
    """

    lit: set
    equation: str
    terms: list
    words: str
    known: int


def algorithm_steps(network, X, Y):
    """{name: Step} for the forward pass, the squared error, the backward pass and the gradients.

    X (n_0, m) and Y (n_L, m); the names are those of the symbols: z¹, a¹, ..., loss, δ³, ..., dW¹.
    """
    L, W, b, sigma = network.L, network.W, network.b, network.activations
    trace = forward(network, X)
    z, a = trace
    delta = backward(network, trace, Y, SQUARED_ERROR)
    dW, _ = gradients(trace, delta)
    steps = {}
    for l, up in zip(range(1, L + 1), RAISED[1:]):
        below = RAISED[l - 1]
        steps[f"z{up}"] = Step(
            {("a", l - 1), ("W", l), ("z", l)},
            rf"$\mathbf{{z}}^{l} = \mathbf{{W}}^{l}\,\mathbf{{a}}^{l - 1} + \mathbf{{b}}^{l}$",
            [z[l], "=", W[l], a[l - 1], "+", b[l]],
            f"the weights and biases of layer {l} turn a{below} into z{up}",
            l - 1,
        )
        steps[f"a{up}"] = Step(
            {("a", l)},
            rf"$\mathbf{{a}}^{l} = \sigma^{l}(\mathbf{{z}}^{l})$",
            [a[l], "=", sigma[l].name, z[l]],
            f"the {sigma[l].name} works on z{up} entry by entry",
            l,
        )
    steps["loss"] = Step(
        {("a", L)},
        rf"$\mathcal{{L}} = \frac{{1}}{{2m}}\,\sum\,(\mathbf{{a}}^{L} - \mathbf{{Y}})^2$",
        [
            f"{SQUARED_ERROR.value(a[L], Y):.4f}",
            "=",
            rf"$\frac{{1}}{{{2 * X.shape[1]}}}$",
            "(",
            a[L],
            "−",
            Y,
            "$)^2$",
        ],
        f"the squared error of a{RAISED[L]} against Y is one number",
        L,
    )
    steps[f"δ{RAISED[L]}"] = Step(
        {("delta", L)},
        rf"$\boldsymbol{{\delta}}^{L} = \partial\mathcal{{L}}/\partial\mathbf{{a}}^{L}"
        rf" \odot \sigma^{{{L}\prime}}(\mathbf{{z}}^{L})$",
        [delta[L], "=", SQUARED_ERROR.grad(a[L], Y), r"$\odot$", sigma[L].df(z[L])],
        f"the derivative of the loss by a{RAISED[L]}, times the slope of the {sigma[L].name}",
        L,
    )
    for l in range(L - 1, 0, -1):
        up, above = RAISED[l], RAISED[l + 1]
        steps[f"δ{up}"] = Step(
            {("delta", l + 1), ("W", l + 1), ("delta", l)},
            rf"$\boldsymbol{{\delta}}^{l} = ((\mathbf{{W}}^{l + 1})^\top \boldsymbol{{\delta}}^{l + 1})"
            rf" \odot \sigma^{{{l}\prime}}(\mathbf{{z}}^{l})$",
            [
                delta[l],
                "=",
                "(",
                W[l + 1].T,
                delta[l + 1],
                ")",
                r"$\odot$",
                sigma[l].df(z[l]),
            ],
            f"δ{above} goes back along the weights W{above}, times the slope of the {sigma[l].name}",
            L,
        )
    for l in range(L, 0, -1):
        up, below = RAISED[l], RAISED[l - 1]
        steps[f"dW{up}"] = Step(
            {("a", l - 1), ("W", l), ("delta", l)},
            rf"$\partial\mathcal{{L}}/\partial\mathbf{{W}}^{l} ="
            rf" \boldsymbol{{\delta}}^{l}\,(\mathbf{{a}}^{l - 1})^\top$"
            rf"   and   $\partial\mathcal{{L}}/\partial\mathbf{{b}}^{l} = \boldsymbol{{\delta}}^{l}$",
            [dW[l], "=", delta[l], a[l - 1].T],
            f"δ{up} times a{below} as a row is dW{up}, and δ{up} itself is db{up}",
            L,
        )
    return steps


def short(number):
    """Four decimals at most, no zeros at the end: 1, −0.07, 0.6231."""
    return f"{number + 0.0:.4f}".rstrip("0").rstrip(".").replace("-", "−")


def write_terms(ax, terms, middle, row=0.27):
    """Matrices in brackets with their shapes below, and the signs between, on an ax in inches."""
    laid, right, gap = [], 0.0, 0.07
    for term in terms:
        if isinstance(term, str):
            size = 12 if term[0].isalnum() or " " in term else 15
            columns = []
            width = TextPath((0, 0), term, size=size).get_extents().width / 72 + 0.08
        else:
            size = 12
            columns = [0.13 + 0.106 * max(len(short(v)) for v in column) for column in term.T]
            width = max(0.6, sum(columns) + 0.08)
        laid.append((term, right, width, columns, size))
        right += width + gap
    left = (ax.get_xlim()[1] - right + gap) / 2
    centred = {"ha": "center", "va": "center"}
    for term, x, width, columns, size in laid:
        x += left
        if not columns:
            ax.text(x + width / 2, middle, term, fontsize=size, **centred)
            continue
        half = row * len(term) / 2
        for side, tick in ((x, 0.06), (x + width, -0.06)):
            corners = middle + half * np.array([1, 1, -1, -1])
            ax.plot([side + tick, side, side, side + tick], corners, color=INK, lw=1.4)
        edges = x + (width - sum(columns)) / 2 + np.cumsum([0, *columns])
        for (i, j), value in np.ndenumerate(term):
            y = middle + half - row * (i + 0.5)
            ax.text((edges[j] + edges[j + 1]) / 2, y, short(value), fontsize=size, **centred)
        shape = f"{len(term)} × {len(columns)}"
        ax.text(
            x + width / 2,
            middle - half - 0.17,
            shape,
            fontsize=12,
            color="0.35",
            **centred,
        )


def draw_step(network, X, Y, step):
    """The diagram with what the step touches lit up, and its equation with the numbers put in."""
    z, a = forward(network, X)
    delta = backward(network, Trace(z, a), Y, SQUARED_ERROR)
    shown = Trace(z, [v if l <= step.known else np.full_like(v, np.nan) for l, v in enumerate(a)])
    whole = {"left": 0, "right": 1, "bottom": 0, "top": 1, "hspace": 0}
    fig, (top, bottom) = plt.subplots(
        2,
        figsize=(5.4, 5.3),
        dpi=130,
        height_ratios=(3.5, 1.8),
        layout="none",
        gridspec_kw=whole,
    )
    plot_network(network, trace=shown, delta=delta, highlight=step.lit, ax=top)
    for text in top.texts:
        text.set_text(text.get_text().replace("nan", "?"))
    bottom.set(xlim=(0, 5.4), ylim=(0, 1.8))
    bottom.set_axis_off()
    bottom.text(2.7, 1.64, step.equation, fontsize=15, ha="center", va="center")
    write_terms(bottom, step.terms, middle=0.86)
    return fig


def describe_step(name, step):
    """The step in words, with the numbers of its result."""
    result = step.terms[0]
    if isinstance(result, str):
        return f"{name}: {step.words}, {result}."
    rows, columns = result.shape
    numbers = "; ".join(", ".join(short(v) for v in row) for row in result)
    return f"{name}: {step.words}. {name} = ({numbers}), {rows} × {columns}."
