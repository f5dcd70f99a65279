"""Problems of chapters 1 to 3: shapes, a layer forward, the loss, paths in a circuit."""

from types import SimpleNamespace

import numpy as np

from backprop.practice.making import Ask, Draft, display, shown, typical
from backprop.practice.worked import EXACT, FUNCTIONS

RELU = "relu"


def of(name, which):
    """A function of `EXACT` (0: the activation, 1: its slope) for arrays of Fraction."""
    return np.vectorize(EXACT[name][which], otypes=[object])


def layer(name, **numbers):
    """What MISTAKES look at, for layers of one activation with exact numbers."""
    return SimpleNamespace(f=lambda l, z: of(name, 0)(z), df=lambda l, z: of(name, 1)(z), **numbers)


# Shapes -------------------------------------------------------------------------------------------


def shapes(draw, level):
    L = {1: 2, 2: 3, 3: 3}[level]
    widths = draw.shuffled(range(2, 8))
    sizes, m = widths[: L + 1], widths[-1]
    if level == 3:
        sizes = [size * 10 + draw.below(10) for size in sizes]
    l = draw.whole(2, L)
    n, below = sizes[l], sizes[l - 1]

    def ask(name, rows, columns, wrong, hint):
        return Ask(name, np.array([[rows, columns]], dtype=object), wrong, hint)

    def pair(rows, columns):
        return np.array([[rows, columns]], dtype=object)

    asks = [
        ask(
            rf"\text{{shape of }}\mathbf{{W}}^{l}",
            n,
            below,
            [
                ("That is the transpose: row $i$ holds the weights into unit $i$.", pair(below, n)),
                (
                    f"The layer's inputs are the {below} activations below it, not the examples.",
                    pair(n, m),
                ),
            ],
            "a row for each unit of the layer, a column for each unit of the layer below.",
        ),
        ask(
            rf"\text{{shape of }}\mathbf{{a}}^{l}",
            n,
            m,
            [
                ("Examples are columns: a row for each unit.", pair(m, n)),
                ("That is one example. There is a column for each of them.", pair(n, 1)),
                ("That is the layer below.", pair(below, m)),
            ],
            "a row for each unit of the layer, a column for each example.",
        ),
    ]
    if level > 1:
        asks.append(
            ask(
                rf"\text{{shape of }}\boldsymbol{{\delta}}^{l - 1}",
                below,
                m,
                [
                    ("Delta has a column for each example, as $\\mathbf{z}$ has.", pair(below, 1)),
                    (f"That is the shape of delta in layer {l}.", pair(n, m)),
                    ("Examples are columns: a row for each unit.", pair(m, below)),
                ],
                "delta is the derivative by $\\mathbf{z}$ and has its shape.",
            )
        )
    weights = sum(a * b for a, b in zip(sizes, sizes[1:]))
    P = weights + sum(sizes[1:])
    if level == 3:
        asks.append(
            Ask(
                "P",
                P,
                [
                    ("You left out the biases: one for each unit above the input.", weights),
                    ("The inputs have no biases.", P + sizes[0]),
                    ("The number of examples changes no parameter.", weights * m + sum(sizes[1:])),
                ],
                "the weights of each layer are its units times those below, plus a bias each.",
                digits=0,
                label="P, how many weights and biases there are",
            )
        )
    chain = "-".join(map(str, sizes))
    counted = ", and $P$, the number of all weights and biases" if level == 3 else ""
    text = (
        f"A network has layers of {chain} units (the first number is $n_0$, the inputs). It gets "
        f"a batch of {m} examples. Give the shapes, rows and then columns{counted}."
    )
    solution = [
        f"$\\mathbf{{W}}^{l}$ has a row for each of the $n_{l} = {n}$ units and a column for each of "
        f"the $n_{l - 1} = {below}$ units below: ${n} \\times {below}$.",
        f"$\\mathbf{{a}}^{l}$ has a row for each unit and a column for each example: "
        f"${n} \\times {m}$.",
    ]
    if level > 1:
        solution.append(
            f"$\\boldsymbol{{\\delta}}^{l - 1}$ has the shape of $\\mathbf{{z}}^{l - 1}$: "
            f"${below} \\times {m}$."
        )
    if level == 3:
        terms = " + ".join(rf"{a} \cdot {b} + {a}" for b, a in zip(sizes, sizes[1:]))
        solution.append(f"$P = {terms} = {P}$.")
    return Draft(text, asks, solution)


# A layer forward ----------------------------------------------------------------------------------


def forward(draw, level):
    name = {1: RELU, 2: RELU, 3: "leaky_relu"}[level]
    n, below, m = {1: (2, 2, 1), 2: (2, 2, 2), 3: (2, 3, 2)}[level]
    W, b = draw.numbers(n, below, level), draw.numbers(n, 1, level)
    a_below = draw.numbers(below, m, level)
    z = W @ a_below + b
    a = of(name, 0)(z)
    # Both kinds of unit are there: one that is on, one whose sum is negative.
    if not all(z.flat) or len({number > 0 for number in z.flat}) == 1:
        return None
    n_ = layer(name, W=[None, W], b=[None, b], a=[a_below, a], z=[None, z])
    slips = ["you left out the bias", "you subtracted the bias"]
    if n == below:
        slips.append("you used the transpose of the weights")
    if m == n:
        slips.append("you added one bias for each example")
    asks = [
        Ask(
            r"\mathbf{z}^1",
            z,
            typical(n_, "z", 1, *slips),
            "each unit multiplies its row of weights with what comes in, adds up, adds its bias.",
        ),
        Ask(
            r"\mathbf{a}^1",
            a,
            typical(n_, "a", 1, "you left out the activation", "you took the slope", "you dropped"),
            "the activation function takes each sum by itself.",
        ),
    ]
    what = {
        RELU: r"relu: $\sigma(z) = z$ where $z > 0$, else $0$",
        "leaky_relu": r"leaky relu: $\sigma(z) = z$ where $z > 0$, else $0.01\,z$",
    }[name]
    text = (
        f"A layer has the activation {what}. Work out its sums and its activations.\n\n"
        + display(
            rf"\mathbf{{W}}^1 &= {shown(W)}",
            rf"\mathbf{{b}}^1 &= {shown(b)}",
            rf"\mathbf{{a}}^0 &= {shown(a_below)}",
        )
    )
    solution = [
        "Each unit multiplies its row of weights with what comes in, and adds its bias. "
        + display(
            r"\mathbf{z}^1 &= \mathbf{W}^1 \mathbf{a}^0 + \mathbf{b}^1",
            f"&= {shown(W)} {shown(a_below)} + {shown(b)}",
            f"&= {shown(z)}",
        ),
        "The activation function takes each sum by itself. "
        + display(rf"\mathbf{{a}}^1 &= {FUNCTIONS[name]}{shown(z)}", f"&= {shown(a)}"),
    ]
    return Draft(text, asks, solution)
