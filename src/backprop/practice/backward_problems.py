"""Problems of chapters 4 and 5: deltas, gradients, the update, a whole training step.

Sigmoid and tanh layers are given with their activations, short decimals; the slope a (1 - a) or
1 - a^2 is then exact.
"""

from fractions import Fraction
from types import SimpleNamespace

import numpy as np

from backprop.activations import ACTIVATIONS
from backprop.losses import SQUARED_ERROR
from backprop.network import Network
from backprop.practice.making import (
    Ask,
    Draft,
    display,
    exactly,
    in_layers,
    sentence,
    shown,
    typical,
)
from backprop.practice.mistakes import candidates, kind_of
from backprop.practice.worked import work_out

CHAPTERS = {  # to read again, by what a step is called
    "z": "01-forward-propagation",
    "a": "01-forward-propagation",
    "loss": "02-the-loss",
    "dL/da": "02-the-loss",
    "W new": "05-stochastic-gradient-descent",
    "b new": "05-stochastic-gradient-descent",
    "loss new": "05-stochastic-gradient-descent",
}
DELTAS = "04-the-delta-recursion"

SIGMOIDS = [Fraction(k, 10) for k in (1, 2, 3, 4, 6, 7, 8, 9)]
TANHS = [Fraction(k, 10) for k in (-8, -6, -5, -4, -2, 2, 4, 5, 6, 8)]
SLOPES = {  # from the activation
    "sigmoid": (SIGMOIDS, lambda a: a * (1 - a), r"\mathbf{a} \odot (1 - \mathbf{a})"),
    "tanh": (TANHS, lambda a: 1 - a**2, r"1 - (\mathbf{a} \odot \mathbf{a})"),
}
DECIMALS = "Give 3 decimals, and carry more on the way."
LEFT_OUT, AT_A = "you left out the slope", "you took the slope at a"
FOR_SLOPE = "you multiplied by the activation"


def drawn(draw, choices, rows, columns):
    array = np.empty((rows, columns), dtype=object)
    for place in np.ndindex(rows, columns):
        array[place] = draw.one_of(choices)
    return array


def at_their_activations(name, **numbers):
    """What MISTAKES look at, for layers of a sigmoid or a tanh whose activations are given.

    The slope at z is the exact one; at a, as one finds with a calculator.
    """
    a = numbers["a"]
    exact = {id(z): SLOPES[name][1](a[l]) for l, z in enumerate(numbers["z"]) if z is not None}

    def df(l, x):
        return exact[id(x)] if id(x) in exact else ACTIVATIONS[name].df(x.astype(float))

    return SimpleNamespace(df=df, p=None, **numbers)


# Delta of the output layer ------------------------------------------------------------------------


def output_delta(draw, level):
    return [relu_output, sigmoid_output, two_losses][level - 1](draw)


def relu_output(draw):
    z, Y = draw.numbers(3, 1, 1), draw.numbers(3, 1, 1)
    a = exactly("relu", z)
    dloss_da = a - Y
    delta = dloss_da * exactly("relu", z, 1)
    if len({number > 0 for number in z.flat}) == 1 or not all(dloss_da.flat):
        return None
    n = in_layers(
        "relu", a=[None, a], z=[None, z], Y=Y, L=1, m=1, dloss_da=dloss_da, delta=[0, delta]
    )
    asks = [
        Ask(
            r"\frac{\partial\mathcal{L}}{\partial\mathbf{a}^L}",
            dloss_da,
            typical(n, "dL/da", 1, "the sign is wrong", "you kept a factor 2"),
            "for the squared error of one example it is output minus target.",
            chapter="02-the-loss",
        ),
        Ask(
            r"\boldsymbol{\delta}^L",
            delta,
            typical(n, "delta L", 1, LEFT_OUT, FOR_SLOPE, "the sign is wrong"),
            "the derivative by the outputs times the slope at z: 1 where z is above 0, else 0.",
        ),
    ]
    text = (
        "An output layer with relu, one example, the squared error. Its sums, its outputs and the "
        "targets:\n\n"
        + display(
            rf"\mathbf{{z}}^L &= {shown(z)}",
            rf"\mathbf{{a}}^L &= {shown(a)}",
            rf"\mathbf{{Y}} &= {shown(Y)}",
        )
        + "\n\nWork out the derivative by the outputs, and delta."
    )
    return Draft(text, asks, output_solution(dloss_da, exactly("relu", z, 1), delta, 1))


def output_solution(dloss_da, slope, delta, m):
    mean = rf"\tfrac{{1}}{{{m}}} " if m > 1 else ""
    return [
        "The derivative of the squared error by the outputs: "
        + display(
            r"\frac{\partial\mathcal{L}}{\partial\mathbf{a}^L} &= "
            + rf"{mean}(\mathbf{{a}}^L - \mathbf{{Y}}) = {shown(dloss_da)}"
        ),
        "Times the slope at the sums, entry by entry: "
        + display(
            rf"\boldsymbol{{\delta}}^L &= {shown(dloss_da)} \odot {shown(slope)}",
            rf"&= {shown(delta)}",
        ),
    ]


def sigmoid_output(draw):
    name = draw.one_of(SLOPES)
    choices, slope_of, in_tex = SLOPES[name]
    m = 2
    a = drawn(draw, choices, 2, m)
    Y = drawn(draw, [Fraction(0), Fraction(1)], 2, m)
    dloss_da, slope = (a - Y) / m, slope_of(a)
    delta = dloss_da * slope
    n = at_their_activations(
        name, a=[None, a], z=[None, object()], Y=Y, L=1, m=m, dloss_da=dloss_da, delta=[0, delta]
    )
    asks = [
        Ask(
            r"\frac{\partial\mathcal{L}}{\partial\mathbf{a}^L}",
            dloss_da,
            typical(n, "dL/da", 1, "the sign is wrong", "you left out 1/m"),
            "for the squared error it is output minus target, divided by the number of examples.",
            chapter="02-the-loss",
        ),
        Ask(
            r"\boldsymbol{\delta}^L",
            delta,
            typical(n, "delta L", 1, LEFT_OUT, AT_A, FOR_SLOPE, "you left out 1/m", "the sign"),
            "the derivative by the outputs times the slope, which the activation itself tells you.",
            digits=3,
        ),
    ]
    text = (
        f"An output layer with {name}, {m} examples, the squared error. Its outputs and the targets:\n\n"
        + display(rf"\mathbf{{a}}^L &= {shown(a)}", rf"\mathbf{{Y}} &= {shown(Y)}")
        + "\n\nWork out the derivative by the outputs, and delta, to 3 decimals. You can do without the "
        f"sums: the slope of a {name} is ${in_tex}$."
    )
    return Draft(text, asks, output_solution(dloss_da, slope, delta, m))


def two_losses(draw):
    m = 2
    a = drawn(draw, SIGMOIDS, 2, m)
    Y = drawn(draw, [Fraction(0), Fraction(1)], 2, m)
    difference = (a - Y) / m
    slope = a * (1 - a)
    squared = difference * slope
    asks = [
        Ask(
            r"\boldsymbol{\delta}^L_{\text{squared}}",
            squared,
            [
                ("You left out the slope $a (1 - a)$ of the sigmoid.", difference),
                ("You left out 1/m.", squared * m),
                ("The sign is wrong: it is output minus target.", -squared),
                ("You multiplied by the activation in place of its slope.", difference * a),
            ],
            "output minus target, divided by m, times the slope $a (1 - a)$.",
            digits=3,
            label="delta^L with the squared error",
        ),
        Ask(
            r"\boldsymbol{\delta}^L_{\text{cross}}",
            difference,
            [
                ("The slope cancels here against the loss's denominator $a (1 - a)$.", squared),
                ("You left out 1/m.", difference * m),
                ("The sign is wrong: it is output minus target.", -difference),
                (
                    "That is the derivative by the outputs. Delta has the slope as well, and the two "
                    "cancel.",
                    difference / slope,
                ),
            ],
            "the loss's denominator $a (1 - a)$ cancels against the slope.",
            digits=3,
            label="delta^L with the binary cross-entropy",
        ),
    ]
    text = (
        f"An output layer with sigmoid and {m} examples. Its outputs and the targets:\n\n"
        + display(rf"\mathbf{{a}}^L &= {shown(a)}", rf"\mathbf{{Y}} &= {shown(Y)}")
        + "\n\nWork out delta for the squared error, and for the binary cross-entropy, to 3 decimals."
    )
    solution = [
        "With the squared error the slope stays: "
        + display(
            r"\boldsymbol{\delta}^L &= \tfrac{1}{2} (\mathbf{a}^L - \mathbf{Y}) \odot \mathbf{a}^L"
            r" \odot (1 - \mathbf{a}^L)",
            rf"&= {shown(difference)} \odot {shown(slope)}",
            rf"&= {shown(squared)}",
        ),
        "With the binary cross-entropy it cancels: "
        + display(
            rf"\boldsymbol{{\delta}}^L &= \tfrac{{1}}{{2}} (\mathbf{{a}}^L - \mathbf{{Y}})"
            rf" = {shown(difference)}"
        ),
    ]
    return Draft(text, asks, solution)


# Delta of a hidden layer --------------------------------------------------------------------------


def hidden_delta(draw, level):
    m = {1: 1, 2: 2, 3: 1}[level]
    name = "relu" if level == 1 else draw.one_of(SLOPES)
    W = [None, *(draw.numbers(2, 2, min(level, 2)) for _ in range(3))]
    top = 3 if level == 3 else 2
    delta = [None] * top + [draw.numbers(2, m, min(level, 2))]
    if level == 1:
        z = draw.numbers(2, m, 1)
        a = exactly("relu", z)
        slopes = [None, exactly("relu", z, 1)]
        if len({number > 0 for number in z.flat}) == 1:
            return None
        n = in_layers(name, W=W, z=[None, z, None], a=[None, a, None], delta=delta, m=m, L=top)
    else:
        a = [None, *(drawn(draw, SLOPES[name][0], 2, m) for _ in range(top - 1))]
        slopes = [None, *(SLOPES[name][1](one) for one in a[1:])]
        z = [None, *(object() for _ in a[1:])]
        n = at_their_activations(name, W=W, z=z, a=a, delta=delta, m=m, L=top)
    reached = [None] * top
    for l in range(top - 1, 0, -1):
        reached[l] = W[l + 1].T @ delta[l + 1]
        delta[l] = reached[l] * slopes[l]
        if not all(reached[l].flat):
            return None
    asks = []
    for l in range(top - 1, 0, -1):
        slips = [
            LEFT_OUT,
            FOR_SLOPE,
            "you did not transpose the weights",
            "you took the weights of this",
        ]
        if level > 1:
            slips.append(AT_A)
        if m > 1:
            slips.append("you divided by m once more")
        asks.append(
            Ask(
                rf"\boldsymbol{{\delta}}^{l}",
                delta[l],
                typical(n, "delta", l, *slips),
                f"the transposed weights of layer {l + 1} times the delta of layer {l + 1}, then times "
                "the slope, entry by entry.",
                digits=None if level == 1 else 3,
            )
        )
    known = [rf"\mathbf{{W}}^{l} &= {shown(W[l])}" for l in range(1, top + 1)]
    known.append(rf"\boldsymbol{{\delta}}^{top} &= {shown(delta[top])}")
    if level == 1:
        known.append(rf"\mathbf{{z}}^1 &= {shown(z)}")
        more = "The hidden layer has relu."
    else:
        known += [rf"\mathbf{{a}}^{l} &= {shown(a[l])}" for l in range(1, top)]
        layers = "layers have" if top == 3 else "layer has"
        more = f"The hidden {layers} {name}, whose slope is ${SLOPES[name][2]}$. {DECIMALS}"
    if m > 1:
        more += f" The columns of $\\boldsymbol{{\\delta}}$ and $\\mathbf{{a}}$ are {m} examples."
    wanted = " and ".join(rf"$\boldsymbol{{\delta}}^{l}$" for l in range(top - 1, 0, -1))
    text = f"Work out {wanted}. {more}\n\n" + display(*known)
    solution = [
        "Each unit hears from the units above it, through the weights that it sent on, times its own "
        "slope: "
        + display(
            rf"\boldsymbol{{\delta}}^{l} &= \left( (\mathbf{{W}}^{l + 1})^\top"
            rf" \boldsymbol{{\delta}}^{l + 1} \right) \odot \sigma^{{{l}\prime}}(\mathbf{{z}}^{l})",
            rf"&= \left( {shown(W[l + 1].T)} {shown(delta[l + 1])} \right) \odot {shown(slopes[l])}",
            rf"&= {shown(delta[l])}",
        )
        for l in range(top - 1, 0, -1)
    ]
    return Draft(text, asks, solution)


# Gradients ----------------------------------------------------------------------------------------


def gradients_one(draw, level):
    return gradients_of(draw, level, m=1, with_delta=level > 1)


def gradients_batch(draw, level):
    return gradients_of(draw, level, m={1: 2, 2: 2, 3: 4}[level], with_delta=level > 1)


def gradients_of(draw, level, *, m, with_delta):
    """dL/dW and dL/db of a layer from its delta; with_delta: delta has to be worked out first."""
    small = min(level, 2)
    a_below = draw.numbers(2, m, small)
    a, Y = draw.numbers(2, m, small), draw.numbers(2, m, small)
    z = a if with_delta and level == 2 else None
    if with_delta and level == 3:
        z = draw.numbers(2, m, small)
        a = exactly("relu", z)
        if len({number > 0 for number in z.flat}) == 1:
            return None
    name = "relu" if level == 3 else "identity"
    if with_delta:
        dloss_da = (a - Y) / m
        if not all(dloss_da.flat):
            return None
        delta = dloss_da * exactly(name, z, 1)
    else:
        delta = draw.numbers(2, m, small)
    dW, db = delta @ a_below.T, delta.sum(axis=1, keepdims=True)
    off = name == "relu" and m == 1  # then a unit that is off has no gradient, as it should be
    if not off and not all([*dW.flat, *db.flat]):
        return None
    numbers = {
        "a": [a_below, a], "z": [None, z], "delta": [None, delta], "dW": [None, dW], "db": [None, db],
        "m": m, "L": 1, "Y": Y, "b": [None, draw.numbers(2, 1, small)],
    }  # fmt: skip
    if with_delta:
        numbers["dloss_da"] = dloss_da
    n = in_layers(name, **numbers)
    slips_w = ["that is its transpose", "you took this layer's activation"]
    slips_b = []
    if m > 1:
        slips_w += ["you divided by m once more", "you took the first example alone"]
        slips_b += ["you took the mean over the examples", "you took the first example alone"]
    asks = []
    if with_delta:
        slips = ["the sign is wrong"]
        if m > 1:
            slips.append("you left out 1/m")
        if name == "relu":
            slips += [LEFT_OUT, FOR_SLOPE]
        asks.append(
            Ask(
                r"\boldsymbol{\delta}^1",
                delta,
                [
                    *typical(n, "delta L", 1, *slips),
                    ("You left out the targets.", a / m * exactly(name, z, 1)),
                ],
                "output minus target, divided by m, times the slope at the sums.",
            )
        )
    times_an_input = [
        ("A bias has an input that is always 1, so it is delta.", delta * a),
        ("The activation below belongs to the weights' gradient.", delta * a_below),
    ]
    asks += [
        Ask(
            r"\frac{\partial\mathcal{L}}{\partial\mathbf{W}^1}",
            dW,
            typical(n, "dL/dW", 1, *slips_w),
            "the delta of the unit that the weight leads to, times the activation that it multiplied"
            + (", added up over the examples." if m > 1 else "."),
        ),
        Ask(
            r"\frac{\partial\mathcal{L}}{\partial\mathbf{b}^1}",
            db,
            typical(n, "dL/db", 1, *slips_b) + (times_an_input if m == 1 else []),
            "the sum of the columns of delta." if m > 1 else "with one example it is delta itself.",
        ),
    ]
    known = [rf"\mathbf{{a}}^0 &= {shown(a_below)}"]
    if level == 3:
        known.append(rf"\mathbf{{z}}^1 &= {shown(z)}")
    known.append(rf"\mathbf{{a}}^1 &= {shown(a)}")
    if with_delta:
        known.append(rf"\mathbf{{Y}} &= {shown(Y)}")
        before = (
            f"A single layer with {name} and the squared error, "
            f"{'one example' if m == 1 else f'{m} examples'}. Work out its delta, then both gradients."
        )
    else:
        known.append(rf"\boldsymbol{{\delta}}^1 &= {shown(delta)}")
        count = (
            "one example" if m == 1 else f"{m} examples, the columns; delta has its $1/m$ already"
        )
        before = f"Work out both gradients of layer 1 ({count})."
    solution = []
    if with_delta:
        mean = rf"\tfrac{{1}}{{{m}}} " if m > 1 else ""
        slope = rf" \odot {shown(exactly(name, z, 1))}" if name == "relu" else ""
        solution.append(
            "The loss's derivative, then the slope: "
            + display(
                rf"\boldsymbol{{\delta}}^1 &= {mean}(\mathbf{{a}}^1 - \mathbf{{Y}})"
                r" \odot \sigma^{1\prime}(\mathbf{z}^1)",
                *([rf"&= {shown(dloss_da)}{slope}"] if slope else []),
                rf"&= {shown(delta)}",
            )
        )
    solution += [
        "A row for each unit, a column for each input: "
        + display(
            r"\frac{\partial\mathcal{L}}{\partial\mathbf{W}^1} &="
            r" \boldsymbol{\delta}^1 (\mathbf{a}^0)^\top",
            rf"&= {shown(delta)} {shown(a_below.T)}",
            rf"&= {shown(dW)}",
        ),
        ("The columns of delta, added up: " if m > 1 else "The bias is added as it is: ")
        + display(rf"\frac{{\partial\mathcal{{L}}}}{{\partial\mathbf{{b}}^1}} &= {shown(db)}"),
    ]
    return Draft(f"{before}\n\n" + display(*known), asks, solution)


# The update ---------------------------------------------------------------------------------------


def update(draw, level):
    return two_steps(draw) if level == 3 else one_step(draw, level)


def one_step(draw, level):
    eta = draw.one_of([Fraction(1, 10), Fraction(1, 2), Fraction(1, 5)])
    W, b = draw.numbers(2, 2, level), draw.numbers(2, 1, level)
    m = 2
    a_below = draw.numbers(2, m, level)
    delta = draw.numbers(2, m, level)
    dW = delta @ a_below.T if level == 2 else draw.numbers(2, 2, 1)
    db = delta.sum(axis=1, keepdims=True) if level == 2 else draw.numbers(2, 1, 1)
    W_new, b_new = W - eta * dW, b - eta * db
    if not all([*dW.flat, *db.flat, *W_new.flat, *b_new.flat]):
        return None
    n = SimpleNamespace(W=[0, W], b=[0, b], dW=[0, dW], db=[0, db], eta=eta, m=m, b_new=[0, b_new])
    slips = ["you added the step", "you left out the learning rate", "that is the step alone"]
    asks = [
        Ask(
            r"\mathbf{W}^1_{\text{new}}",
            W_new,
            typical(n, "W new", 1, *slips, *(["you divided the step by m"] if level == 2 else [])),
            "the old weights minus the learning rate times the gradient.",
            label="W^1 new",
        ),
        Ask(
            r"\mathbf{b}^1_{\text{new}}",
            b_new,
            typical(n, "b new", 1, *slips, "you left the bias as it was"),
            "the old bias minus the learning rate times its gradient.",
            label="b^1 new",
        ),
    ]
    known = [rf"\mathbf{{W}}^1 &= {shown(W)}", rf"\mathbf{{b}}^1 &= {shown(b)}"]
    if level == 2:
        known += [
            rf"\boldsymbol{{\delta}}^1 &= {shown(delta)}",
            rf"\mathbf{{a}}^0 &= {shown(a_below)}",
        ]
        how = f" A batch of {m} examples gave delta, with its $1/m$; work out the gradients first."
    else:
        known += [
            rf"\frac{{\partial\mathcal{{L}}}}{{\partial\mathbf{{W}}^1}} &= {shown(dW)}",
            rf"\frac{{\partial\mathcal{{L}}}}{{\partial\mathbf{{b}}^1}} &= {shown(db)}",
        ]
        how = ""
    text = (
        rf"Take one step of gradient descent with the learning rate $\eta = {shown(eta)}$.{how}"
        "\n\n" + display(*known)
    )
    solution = []
    if level == 2:
        solution.append(
            "The gradients: "
            + display(
                r"\frac{\partial\mathcal{L}}{\partial\mathbf{W}^1} &= "
                rf"\boldsymbol{{\delta}}^1 (\mathbf{{a}}^0)^\top = {shown(dW)}",
                rf"\frac{{\partial\mathcal{{L}}}}{{\partial\mathbf{{b}}^1}} &= {shown(db)}",
            )
        )
    solution.append(
        "A step against the gradient: "
        + display(
            rf"\mathbf{{W}}^1_{{\text{{new}}}} &= {shown(W)} - {shown(eta)} {shown(dW)}"
            rf" = {shown(W_new)}",
            rf"\mathbf{{b}}^1_{{\text{{new}}}} &= {shown(b)} - {shown(eta)} {shown(db)}"
            rf" = {shown(b_new)}",
        )
    )
    return Draft(text, asks, solution)


def two_steps(draw):
    """A linear neuron with one weight and one example: the second step needs the new gradient."""
    x, y, w, b = (draw.number(2) for _ in range(4))
    eta = draw.one_of([Fraction(1, 10), Fraction(1, 5)])

    def step(w, b):
        delta = w * x + b - y
        return delta, w - eta * delta * x, b - eta * delta

    d0, w1, b1 = step(w, b)
    d1, w2, b2 = step(w1, b1)
    if not all([d0, d1, w1, b1, w2, b2]):
        return None
    asks = [
        Ask(
            r"w_1",
            w1,
            [
                ("You added the step: it goes against the gradient.", w + eta * d0 * x),
                ("You left out the learning rate.", w - d0 * x),
                ("The weight's gradient is delta times its input.", w - eta * d0),
            ],
            "the old weight minus the learning rate times delta times the input.",
            digits=3,
            label="w after the first step",
        ),
        Ask(
            r"w_2",
            w2,
            [
                ("You took the gradient of the first step again. The weights have moved, so it has "
                 "changed.", w1 - eta * d0 * x),
                ("You kept the old bias. Both move in each step.",
                 w1 - eta * (w1 * x + b - y) * x),
                ("You started from the first weight again.", w - eta * d1 * x),
            ],
            "go forward with the new weight and the new bias, then take the step.",
            digits=3,
            label="w after the second step",
        ),
        Ask(
            r"b_2",
            b2,
            [
                ("You took the gradient of the first step again. It has changed.", b1 - eta * d0),
                ("That is the bias after the first step.", b1),
                ("The bias's gradient is delta, without the input.", b1 - eta * d1 * x),
            ],
            "the bias after the first step minus the learning rate times the new delta.",
            digits=3,
            label="b after the second step",
        ),
    ]  # fmt: skip
    text = (
        rf"A single linear neuron computes $a = w x + b$. Its one example is $x = {shown(x)}$, "
        rf"$y = {shown(y)}$, its loss the squared error $\frac{{1}}{{2}} (a - y)^2$. It starts at "
        rf"$w_0 = {shown(w)}$, $b_0 = {shown(b)}$. Take two steps of gradient descent with "
        rf"$\eta = {shown(eta)}$. {DECIMALS}"
    )
    solution = [
        f"{which}: "
        + display(
            rf"\delta &= w_{i} x + b_{i} - y = {shown(delta)}",
            rf"w_{i + 1} &= w_{i} - \eta \delta x = {shown(w_new)}",
            rf"b_{i + 1} &= b_{i} - \eta \delta = {shown(b_new)}",
        )
        for i, (which, delta, w_new, b_new) in enumerate(
            [("The first step", d0, w1, b1), ("The second, with the new numbers", d1, w2, b2)]
        )
    ]
    return Draft(text, asks, solution)


# A whole training step ----------------------------------------------------------------------------

STEPS = {
    1: ("z^1", "z^2", "loss", "delta^2", "delta^1", "dL/dW^1", "W^1 new"),
    2: ("z^1", "a^1", "z^2", "loss", "delta^2", "delta^1", "dL/dW^2", "dL/dW^1", "W^1 new"),
    3: (
        "z^1", "a^1", "z^2", "loss", "delta^2", "delta^1", "dL/dW^2", "dL/dW^1", "dL/db^1",
        "W^2 new", "W^1 new", "b^1 new",
    ),
}  # fmt: skip
AT_MOST = 4  # typical mistakes kept for each step


def single(array):
    """The number of an array of one."""
    return array if np.size(array) > 1 else np.asarray(array).item()


def training_step(draw, level):
    sizes = {1: (1, 2, 1), 2: (2, 2, 1), 3: (2, 2, 1)}[level]
    m = 2 if level == 3 else 1
    W = [None, draw.numbers(sizes[1], sizes[0], 1), draw.numbers(1, 2, 1)]
    b = [None, draw.numbers(sizes[1], 1, 1), draw.numbers(1, 1, 1)]
    X, Y = draw.numbers(sizes[0], m, 1), draw.numbers(1, m, 1)
    eta = Fraction(1, 10)
    z = W[1] @ X + b[1]
    difference = W[2] @ exactly("relu", z) + b[2] - Y
    # In each example one unit is on and one is off, and over the batch each is on once.
    if not all(z.flat) or not all(difference.flat) or np.any(abs(difference) > 6):
        return None
    if np.any((z > 0).sum(axis=0) != 1) or (m > 1 and np.any((z > 0).sum(axis=1) != 1)):
        return None
    network = Network(
        [None, *(one.astype(float) for one in W[1:])],
        [None, *(one.astype(float) for one in b[1:])],
        ["relu", "identity"],
    )
    solved = work_out(network, X.astype(float), Y.astype(float), SQUARED_ERROR, float(eta))
    asks = []
    for name in STEPS[level]:
        step = solved[name]
        kind = kind_of(name, 2)[0]
        wrong = [
            (sentence(words), single(array))
            for words, array in candidates(solved, name)
            if array.shape == np.shape(step.value)
        ]
        asks.append(
            Ask(
                step.equation.split("&=")[0].strip(),
                single(step.value),
                wrong[:AT_MOST],
                step.why,
                chapter=CHAPTERS.get(kind, DELTAS),
                label=name,
            )
        )
    text = (
        f"A network of {'-'.join(map(str, sizes))} units, relu in the hidden layer and the identity at "
        f"the output, the squared error, {'one example' if m == 1 else f'{m} examples'}, and the "
        rf"learning rate $\eta = {shown(eta)}$. Work out the training step."
        "\n\n"
        + display(
            rf"\mathbf{{W}}^1 &= {shown(W[1])}",
            rf"\mathbf{{b}}^1 &= {shown(b[1])}",
            rf"\mathbf{{W}}^2 &= {shown(W[2])}",
            rf"\mathbf{{b}}^2 &= {shown(b[2])}",
            rf"\mathbf{{X}} &= {shown(X)}",
            rf"\mathbf{{Y}} &= {shown(Y)}",
        )
    )
    solution = []
    for step in solved.steps[:-1]:
        rows = [step.equation, rf"&= {step.filled}"]
        result = rf"&= {shown(step.value)}"
        solution.append(f"{step.why} " + display(*rows, *([] if rows[1] == result else [result])))
    return Draft(text, asks, solution)
