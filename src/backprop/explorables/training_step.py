"""Chapter 4: which numbers does each line of a training step need, and which does it make?

One step of gradient descent on the worked 2-3-2-1 network and its first example: forward, loss,
backward, gradients, update. Every line is shown as an equation, as the same equation with the
matrices put in, and on the network's diagram.
"""
# shows eq-delta-output, eq-delta-hidden, eq-grad-w, eq-grad-b, eq-sgd-w, eq-sgd-b

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.textpath import TextPath

from backprop.experiments.training_step import worked_steps
from backprop.explore import Control, explore
from backprop.figures.diagram import plot_network
from backprop.figures.plotting import INK

SIZE = (5.6, 5.3)  # of the figure, in inches
BELOW = 2.2  # of its height for the equation and its matrices
WIDEST = 5.56  # of a line of matrices
ROW, BETWEEN, GAP = 0.27, 0.36, 0.06  # of matrices: a row, two lines of them, two side by side
GREY = "0.35"


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


STEPS = worked_steps()
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
