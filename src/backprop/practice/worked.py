"""One training step of a small network, written out: forward, loss, deltas, gradients, update.

Each step is an equation of chapters 1 to 6, the same with the numbers put in, and the result.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from backprop._expects import Examples, Instance, Targets, expects, real, whole
from backprop._outputs import LOSS_FOR_OUTPUT
from backprop.activations import ACTIVATIONS, SLOPE, softmax
from backprop.losses import LOSSES, SOFTMAX_CROSS_ENTROPY, SQUARED_ERROR
from backprop.network import Network
from backprop.practice.numbers import as_fractions, beside, lines, tex

MOST_UNITS, MOST_LAYERS, MOST_EXAMPLES = 6, 4, 4

# Functions of a single Fraction, for networks whose numbers stay exact.
EXACT = {
    "relu": (lambda z: max(z, Fraction(0)), lambda z: Fraction(int(z > 0))),
    "leaky_relu": (
        lambda z: z if z > 0 else z * Fraction(repr(SLOPE)),
        lambda z: Fraction(1) if z > 0 else Fraction(repr(SLOPE)),
    ),
    "identity": (lambda z: z, lambda z: Fraction(1)),
}


class Step(NamedTuple):
    """One line of a solution.

    name:     what it is called in `check_steps`: "z^1", "delta^2", "dL/dW^1", "W^1 new", "loss"
    equation: its equation, in TeX
    filled:   the same with the numbers put in, in TeX, without the result
    text:     the same as lines of plain text
    value:    the result, an array
    shape:    its shape in letters, "(n_1, m)"
    why:      one sentence
    """

    name: str
    equation: str
    filled: str
    text: list
    value: np.ndarray
    shape: str
    why: str


class Pass:
    """Every number of the training step, as arrays of Fraction where that is possible.

    W, b, z, a, delta, dW, db, W_new, b_new are lists by layer; p are the probabilities of a softmax,
    dloss_da is dL/da^L; both are None where there is no such step.
    """

    def __init__(self, network, X, Y, loss, learning_rate):
        given = [*network.W[1:], *network.b[1:], X, Y, np.array([[learning_rate]])]
        exact = [as_fractions(array) for array in given]
        names = [activation.name for activation in network.activations[1:]]
        self.exact = (
            loss == SQUARED_ERROR
            and all(name in EXACT for name in names)
            and all(array is not None for array in exact)
        )
        arrays = exact if self.exact else [np.asarray(a, dtype=np.float64) for a in given]
        L = self.L = network.L
        self.W, self.b = [None, *arrays[:L]], [None, *arrays[L : 2 * L]]
        X, self.Y, eta = arrays[2 * L :]
        self.eta, self.m, self.loss = eta.item(), X.shape[1], loss
        self.activations = network.activations

        self.z, self.a = [None], [X]
        for l in range(1, L + 1):
            self.z.append(self.W[l] @ self.a[l - 1] + self.b[l])
            self.a.append(self.f(l, self.z[l]))
        self.p = softmax(self.a[L]) if loss == SOFTMAX_CROSS_ENTROPY else None
        self.per_example = self.losses(self.a[L])
        self.dloss_da = None if self.p is not None else self.slope_of_loss(self.a[L])
        self.delta = [None] * (L + 1)
        self.delta[L] = (
            (self.p - self.Y) / self.m
            if self.p is not None
            else self.dloss_da * self.df(L, self.z[L])
        )
        for l in range(L - 1, 0, -1):
            self.delta[l] = (self.W[l + 1].T @ self.delta[l + 1]) * self.df(l, self.z[l])
        self.dW = [None, *(self.delta[l] @ self.a[l - 1].T for l in range(1, L + 1))]
        self.db = [None, *(self.delta[l].sum(axis=1, keepdims=True) for l in range(1, L + 1))]
        self.W_new = [None, *(self.W[l] - self.eta * self.dW[l] for l in range(1, L + 1))]
        self.b_new = [None, *(self.b[l] - self.eta * self.db[l] for l in range(1, L + 1))]
        self.loss_after = np.mean(self.losses(self.outputs(self.W_new, self.b_new)))

    def outputs(self, W, b):
        """a^L for other parameters."""
        a = self.a[0]
        for l in range(1, self.L + 1):
            a = self.f(l, W[l] @ a + b[l])
        return a

    def f(self, l, z):
        return self._of(l, 0, z)

    def df(self, l, z):
        return self._of(l, 1, z)

    def _of(self, l, which, z):
        activation = self.activations[l]
        if self.exact:
            function = np.vectorize(EXACT[activation.name][which], otypes=[object])
        else:
            function = (activation.f, activation.df)[which]
        return function(z)

    def losses(self, a):
        """The loss of each example (m,)."""
        if self.loss == SQUARED_ERROR:
            half = Fraction(1, 2) if self.exact else 0.5
            return half * ((a - self.Y) ** 2).sum(axis=0)
        columns = [(a[:, [k]], self.Y[:, [k]]) for k in range(self.m)]
        return np.array([self.loss.value(*column) for column in columns])

    def slope_of_loss(self, a):
        """dL/da^L (n_L, m)"""
        return (a - self.Y) / self.m if self.exact else self.loss.grad(a, self.Y)


@dataclass(frozen=True, repr=False)
class Solution:
    """A training step worked out; shows itself as mathematics in a notebook and as text elsewhere.

    steps:  the `Step`s in order
    digits: decimals of numbers that are not exact
    numbers: the `Pass` that they come from
    """

    steps: tuple
    digits: int
    numbers: Pass

    def __getitem__(self, name):
        """The step of that name, such as "delta^2"."""
        for step in self.steps:
            if step.name == name:
                return step
        names = ", ".join(step.name for step in self.steps)
        raise KeyError(f"{name!r}: expected one of {names}")

    def latex(self):
        """All steps in TeX, one display for each."""
        return "\n\n".join(f"{step.why}\n{self.display(step)}" for step in self.steps)

    def display(self, step):
        """One of the steps in TeX: its equation, the same with the numbers, the result."""
        result = tex(step.value, self.digits)
        shown = [rf"{step.equation} \\", rf"&= {step.filled} \\", rf"&= {result}"]
        if step.filled == result:
            del shown[1]
        return "\\[\n\\begin{aligned}\n" + "\n".join(shown) + "\n\\end{aligned}\n\\]"

    def _repr_markdown_(self):
        parts = []
        for number, step in enumerate(self.steps, 1):
            display = self.display(step).replace("\\[", "$$").replace("\\]", "$$")
            shape = "A number" if step.shape == "()" else f"Shape ${step.shape}$"
            parts.append(f"**{number}.** {step.why} {shape}.\n\n{display}")
        return "\n\n".join(parts)

    def __str__(self):
        parts = []
        for number, step in enumerate(self.steps, 1):
            result = lines(step.value, self.digits)
            rows = beside("  ", step.text, *(() if step.text == result else ("=", result)))
            parts.append("\n".join([f"{number}. {step.name}, {step.shape}: {step.why}", *rows]))
        return "\n\n".join(parts)

    __repr__ = __str__


@expects(
    network=Instance(Network, finite=True),
    loss=LOSS_FOR_OUTPUT,
    X=Examples("(n_0, m)"),
    Y=Targets("(n_L, m)"),
    learning_rate=real(above=0),
    digits=whole(),
    returns=Solution,
)
def work_out(network, X, Y, loss, learning_rate, *, digits=4):
    """One training step of a small network, written out as a `Solution`.

    network: up to 6 units in a layer, up to 4 layers; X (n_0, m), Y (n_L, m), up to 4 examples
    loss:    one of `LOSSES`; learning_rate: eta, greater than 0
    digits:  decimals shown where the numbers are not exact; they are exact (fractions) with relu,
             leaky relu or identity, squared error, and parameters of up to 6 decimals

    The network is not changed. Raises ValueError or TypeError that names the argument.
    """
    if loss not in LOSSES.values():
        raise ValueError(f"loss: expected one of the module's three, got {loss!r}")
    for activation in network.activations[1:]:
        if activation not in ACTIVATIONS.values():
            raise ValueError(
                f"network: expected activations of the module ({', '.join(ACTIVATIONS)}), "
                f"got {activation.name!r}"
            )
    for name, size, most, things in (
        ("network", max(network.sizes), MOST_UNITS, "units in a layer"),
        ("network", network.L, MOST_LAYERS, "layers"),
        ("X", X.shape[1], MOST_EXAMPLES, "examples"),
    ):
        if size > most:
            raise ValueError(
                f"{name}: expected at most {most} {things}, got {size}: more can't be read on a page"
            )
    numbers = Pass(network, X, Y, loss, learning_rate)
    return Solution(tuple(_steps(numbers, digits)), digits, numbers)


def in_brackets(number):
    """A single negative number in TeX in brackets, to stand behind a sign."""
    return rf"({number})" if number.startswith("-") else number


def times(number):
    r"""What follows a factor in TeX: a single number needs a \cdot before it."""
    return number if number.startswith(r"\begin") else rf"\cdot {in_brackets(number)}"


def signed(block):
    """The same for lines of text: a single negative number gets brackets."""
    return [[f"({block[0]})"]] if len(block) == 1 and block[0].startswith("-") else [block]


def in_tex(name):
    """How an activation function is written in TeX, before what it takes."""
    name = name.replace("_", r"\ ")
    return "" if name == "identity" else rf"\operatorname{{{name}}}"


def _steps(n, digits):
    """The steps of the `Pass` n, in the order in which one computes them."""

    def t(array):
        return tex(array, digits)

    def s(array):
        return lines(array, digits)

    L, m = n.L, n.m
    for l in range(1, L + 1):
        yield Step(
            f"z^{l}",
            rf"\mathbf{{z}}^{l} &= \mathbf{{W}}^{l} \mathbf{{a}}^{l - 1} + \mathbf{{b}}^{l}",
            f"{t(n.W[l])} {times(t(n.a[l - 1]))} + {in_brackets(t(n.b[l]))}",
            beside(s(n.W[l]), "@", s(n.a[l - 1]), "+", *signed(s(n.b[l]))),
            n.z[l],
            f"(n_{l}, m)",
            "Each unit multiplies what comes in by its row of weights, and adds up with its bias.",
        )
        name = n.activations[l].name
        yield Step(
            f"a^{l}",
            rf"\mathbf{{a}}^{l} &= \sigma^{l}(\mathbf{{z}}^{l})",
            rf"{in_tex(name)}{t(n.z[l])}",
            beside(name, s(n.z[l])),
            n.a[l],
            f"(n_{l}, m)",
            f"The activation function ({name.replace('_', ' ')}) takes each sum by itself.",
        )
    if n.p is not None:
        yield Step(
            "p",
            rf"\mathbf{{p}} &= \operatorname{{softmax}}(\mathbf{{a}}^{L})",
            rf"\operatorname{{softmax}} {t(n.a[L])}",
            beside("softmax", s(n.a[L])),
            n.p,
            f"(n_{L}, m)",
            "Each column of logits becomes probabilities that add up to 1.",
        )
    yield Step(
        "loss",
        r"\mathcal{L} &= \frac{1}{m} \sum_{k=1}^{m} \ell^{(k)}",
        rf"\tfrac{{1}}{{{m}}} \left( {' + '.join(t(one) for one in n.per_example)} \right)",
        [f"1/{m} ({' + '.join(s(one)[0] for one in n.per_example)})"],
        np.mean(n.per_example),
        "()",
        f"The loss of each example ({n.loss.name.replace('_', ' ')}), then the mean over the batch.",
    )
    yield from _backward_steps(n, t, s)
    for l in range(1, L + 1):
        for letter, old, by, new in (("W", n.W, n.dW, n.W_new), ("b", n.b, n.db, n.b_new)):
            bold = rf"\mathbf{{{letter}}}^{l}"
            yield Step(
                f"{letter}^{l} new",
                rf"{bold}_{{\text{{new}}}} &= {bold}"
                rf" - \eta\, \frac{{\partial\mathcal{{L}}}}{{\partial{bold}}}",
                rf"{t(old[l])} - {t(n.eta)} {times(t(by[l]))}",
                beside(s(old[l]), "-", s(n.eta)[0], *signed(s(by[l]))),
                new[l],
                f"(n_{l}, n_{l - 1})" if letter == "W" else f"(n_{l}, 1)",
                "A step against the gradient, once all gradients are known.",
            )
    yield Step(
        "loss new",
        r"\mathcal{L}_{\text{new}} &= \mathcal{L}(\mathbf{X}, \mathbf{Y})"
        r"\text{ with the new parameters}",
        t(n.loss_after),
        s(n.loss_after),
        n.loss_after,
        "()",
        "Another forward pass says what the step was worth.",
    )


def _backward_steps(n, t, s):
    L, m = n.L, n.m
    if n.p is not None:
        yield Step(
            f"delta^{L}",
            rf"\boldsymbol{{\delta}}^{L} &= \frac{{1}}{{m}} (\mathbf{{p}} - \mathbf{{Y}})",
            rf"\tfrac{{1}}{{{m}}} \left( {t(n.p)} - {t(n.Y)} \right)",
            beside(f"1/{m} (", s(n.p), "-", s(n.Y), ")"),
            n.delta[L],
            f"(n_{L}, m)",
            "Softmax and cross-entropy together: probability minus target.",
        )
    else:
        squared = n.loss == SQUARED_ERROR
        difference = rf"\left( {t(n.a[L])} - {in_brackets(t(n.Y))} \right)"
        outputs = rf"\mathbf{{a}}^{L}"
        slope = rf"({outputs} - \mathbf{{Y}})"
        if not squared:
            slope += rf" \oslash \left( {outputs} \odot (1 - {outputs}) \right)"
            difference += rf" \oslash {t(n.a[L] * (1 - n.a[L]))}"
        text = beside(f"1/{m} (", s(n.a[L]), "-", *signed(s(n.Y)), ")")
        yield Step(
            "dL/da",
            rf"\frac{{\partial\mathcal{{L}}}}{{\partial\mathbf{{a}}^{L}}} &= \frac{{1}}{{m}} {slope}",
            rf"\tfrac{{1}}{{{m}}} {difference}",
            text if squared else beside(text, "/", s(n.a[L] * (1 - n.a[L]))),
            n.dloss_da,
            f"(n_{L}, m)",
            "The derivative of the loss by the outputs, with the one factor 1/m.",
        )
        yield Step(
            f"delta^{L}",
            rf"\boldsymbol{{\delta}}^{L} &= \frac{{\partial\mathcal{{L}}}}{{\partial\mathbf{{a}}^{L}}}"
            rf" \odot \sigma^{{{L}\prime}}(\mathbf{{z}}^{L})",
            rf"{t(n.dloss_da)} \odot {t(n.df(L, n.z[L]))}",
            beside(s(n.dloss_da), "o", s(n.df(L, n.z[L]))),
            n.delta[L],
            f"(n_{L}, m)",
            "Back through the output layer's activation: times its slope, taken at the sums.",
        )
    for l in range(L - 1, 0, -1):
        yield Step(
            f"delta^{l}",
            rf"\boldsymbol{{\delta}}^{l} &= \left( (\mathbf{{W}}^{l + 1})^\top"
            rf" \boldsymbol{{\delta}}^{l + 1} \right) \odot \sigma^{{{l}\prime}}(\mathbf{{z}}^{l})",
            rf"\left( {t(n.W[l + 1].T)} {times(t(n.delta[l + 1]))} \right) \odot {t(n.df(l, n.z[l]))}",
            beside(
                "(", s(n.W[l + 1].T), "@", *signed(s(n.delta[l + 1])), ") o", s(n.df(l, n.z[l]))
            ),
            n.delta[l],
            f"(n_{l}, m)",
            "Each unit hears from all units above it, through the weights it sent on, times its slope.",
        )
    for l in range(1, L + 1):
        yield Step(
            f"dL/dW^{l}",
            rf"\frac{{\partial\mathcal{{L}}}}{{\partial\mathbf{{W}}^{l}}} &="
            rf" \boldsymbol{{\delta}}^{l} (\mathbf{{a}}^{l - 1})^\top",
            f"{t(n.delta[l])} {times(t(n.a[l - 1].T))}",
            beside(s(n.delta[l]), "@", *signed(s(n.a[l - 1].T))),
            n.dW[l],
            f"(n_{l}, n_{l - 1})",
            "The delta of the unit times the activation that the weight multiplied, over all examples.",
        )
        yield Step(
            f"dL/db^{l}",
            rf"\frac{{\partial\mathcal{{L}}}}{{\partial\mathbf{{b}}^{l}}} &="
            rf" \sum_{{k=1}}^{{m}} \boldsymbol{{\delta}}^{{{l}(k)}}",
            " + ".join(in_brackets(t(n.delta[l][:, [k]])) for k in range(m)),
            beside(*[p for k in range(m) for p in ("+", *signed(s(n.delta[l][:, [k]])))][1:]),
            n.db[l],
            f"(n_{l}, 1)",
            "The bias is added in every column, so its derivative is the sum of the columns of delta.",
        )
