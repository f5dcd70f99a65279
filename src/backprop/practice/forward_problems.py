"""Problems of chapters 1 to 3: shapes, a layer forward, the loss, paths in a circuit."""

from fractions import Fraction
from types import SimpleNamespace

import numpy as np

from backprop.losses import BINARY_CROSS_ENTROPY, SQUARED_ERROR
from backprop.practice.making import Ask, Draft, display, exactly, in_layers, shown, typical
from backprop.practice.worked import in_tex

RELU = "relu"


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
    a = exactly(name, z)
    # Both kinds of unit are there: one that is on, one whose sum is negative.
    if not all(z.flat) or len({number > 0 for number in z.flat}) == 1:
        return None
    n_of = in_layers(name, W=[None, W], b=[None, b], a=[a_below, a], z=[None, z])
    slips = ["you left out the bias", "you subtracted the bias"]
    if n == below:
        slips.append("you used the transpose of the weights")
    if m == n:
        slips.append("you added one bias for each example")
    asks = [
        Ask(
            r"\mathbf{z}^1",
            z,
            typical(n_of, "z", 1, *slips),
            "each unit multiplies its row of weights with what comes in, adds up, adds its bias.",
        ),
        Ask(
            r"\mathbf{a}^1",
            a,
            typical(
                n_of, "a", 1, "you left out the activation", "you took the slope", "you dropped"
            ),
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
        + display(rf"\mathbf{{a}}^1 &= {in_tex(name)}{shown(z)}", f"&= {shown(a)}"),
    ]
    return Draft(text, asks, solution)


# The loss -----------------------------------------------------------------------------------------


def loss(draw, level):
    return cross_entropy(draw) if level == 3 else squared_error(draw, level)


def squared_error(draw, level):
    m = level
    a, Y = draw.numbers(2, m, level), draw.numbers(2, m, level)
    difference = a - Y
    if not all(difference.flat):
        return None
    per_example = (difference**2).sum(axis=0) / 2
    value, slope = sum(per_example) / m, difference / m
    n = SimpleNamespace(
        per_example=per_example, m=m, a=[None, a], L=1, Y=Y, loss=SQUARED_ERROR, dloss_da=slope
    )
    batch = m > 1
    asks = [
        Ask(
            r"\mathcal{L}",
            value,
            typical(
                n,
                "loss",
                1,
                "you left out the 1/2",
                "you divided by the number of outputs",
                "you forgot to square",
                *(["you took the sum over the examples"] if batch else []),
            ),
            "half the squares of the differences, added up over the outputs, then the mean over the "
            "examples.",
        ),
        Ask(
            r"\frac{\partial\mathcal{L}}{\partial\mathbf{a}^L}",
            slope,
            typical(
                n,
                "dL/da",
                1,
                "the sign is wrong",
                "you kept a factor 2",
                "you took the outputs without",
                *(["you left out 1/m"] if batch else []),
            ),
            "the difference between output and target, divided by the number of examples.",
        ),
    ]
    examples = f"{m} examples, the columns" if batch else "one example"
    text = (
        f"The outputs for {examples}, and the targets. The loss is the squared error. Work out the "
        "loss and its derivative by the outputs.\n\n"
        + display(rf"\mathbf{{a}}^L &= {shown(a)}", rf"\mathbf{{Y}} &= {shown(Y)}")
    )
    terms = " + ".join(rf"({shown(number)})^2" for number in difference.T.flat)
    mean = rf"\tfrac{{1}}{{{m}}} \cdot " if batch else ""
    solution = [
        "The differences are " + display(rf"\mathbf{{a}}^L - \mathbf{{Y}} &= {shown(difference)}"),
        "Half their squares, the mean over the examples: "
        + display(
            rf"\mathcal{{L}} &= {mean}\tfrac{{1}}{{2}} \left( {terms} \right) = {shown(value)}"
        ),
        "The 1/2 cancels the 2 of the square"
        + (", and $1/m$ stays: " if batch else ": ")
        + display(
            r"\frac{\partial\mathcal{L}}{\partial\mathbf{a}^L} &= "
            + (rf"\tfrac{{1}}{{{m}}} " if batch else "")
            + rf"(\mathbf{{a}}^L - \mathbf{{Y}}) = {shown(slope)}"
        ),
    ]
    return Draft(text, asks, solution)


def cross_entropy(draw):
    choices = [Fraction(k, 20) for k in (2, 4, 5, 8, 12, 15, 16, 18)]
    m = 2
    a = np.array([[draw.one_of(choices) for _ in range(m)]], dtype=object)
    Y = np.array([draw.shuffled([Fraction(0), Fraction(1)])], dtype=object)
    per_example = np.array(
        [
            BINARY_CROSS_ENTROPY.value(*(np.array([[float(x[0, k])]]) for x in (a, Y)))
            for k in range(m)
        ]
    )
    slope = (a - Y) / (a * (1 - a)) / m
    n = SimpleNamespace(
        per_example=per_example,
        m=m,
        a=[None, a],
        L=1,
        Y=Y,
        loss=BINARY_CROSS_ENTROPY,
        dloss_da=slope,
    )
    asks = [
        Ask(
            r"\mathcal{L}",
            per_example.mean(),
            [
                *typical(n, "loss", 1, "the sign is wrong", "you took the sum over the examples"),
                (
                    "You took the logarithm of the output for the target 0 too: there it is that of "
                    "$1 - a$.",
                    -np.log(a.astype(float)).mean(),
                ),
            ],
            "minus the logarithm of the probability that was given to what came, the mean over the "
            "examples.",
            digits=3,
        ),
        Ask(
            r"\frac{\partial\mathcal{L}}{\partial\mathbf{a}^L}",
            slope,
            typical(
                n,
                "dL/da",
                1,
                "the sign is wrong",
                "you left out 1/m",
                "you took a - Y",
            ),
            "the difference divided by $a (1 - a)$, and by the number of examples.",
            digits=3,
        ),
    ]
    text = (
        f"A sigmoid output for {m} examples, the columns, and the targets. The loss is the binary "
        "cross-entropy. Work out the loss and its derivative by the outputs, to 3 decimals.\n\n"
        + display(rf"\mathbf{{a}}^L &= {shown(a)}", rf"\mathbf{{Y}} &= {shown(Y)}")
    )
    logs = " + ".join(rf"\ln {shown(a[0, k] if Y[0, k] else 1 - a[0, k])}" for k in range(m))
    solution = [
        "The logarithm of the probability given to what came: of $a$ for the target 1, of $1 - a$ for "
        "the target 0. "
        + display(
            rf"\mathcal{{L}} &= -\tfrac{{1}}{{{m}}} \left( {logs} \right) = "
            f"{shown(per_example.mean())}"
        ),
        "Its derivative is $-1/a$ for the target 1 and $1/(1 - a)$ for the target 0, over $m$: "
        + display(rf"\frac{{\partial\mathcal{{L}}}}{{\partial\mathbf{{a}}^L}} &= {shown(slope)}"),
    ]
    return Draft(text, asks, solution)


# Paths in a circuit -------------------------------------------------------------------------------

ADD, MULTIPLY = "+", r"\cdot"

# (gate, its two inputs) in the order of computing; the letters that occur first are the inputs.
CIRCUITS = {
    1: (("p", "w", "x"), ("q", "p", "b"), ("l", "q", "y")),
    2: (("p", "w", "x"), ("q", "x", "b"), ("l", "p", "q")),
    3: (("p", "w", "x"), ("q", "p", "b"), ("r", "p", "x"), ("l", "q", "r")),
}
INPUTS = {1: "wxby", 2: "wxb", 3: "wxb"}
ASKED = {1: "wb", 2: "xw", 3: "px"}  # by which the loss is differentiated
LOSS = r"\ell"


def local(gate, value, swapped=False):
    """(the gate's value, its two local derivatives); swapped: as one who keeps a factor's own value."""
    kind, one, other = gate
    u, v = value[one], value[other]
    if kind == ADD:
        return u + v, (Fraction(1), Fraction(1))
    return u * v, ((u, v) if swapped else (v, u))


def path_products(circuit, value, source, swapped=False):
    """The product of the local derivatives along each path from a value to the loss."""
    if source == "l":
        return [Fraction(1)]
    found = []
    for name, gate in circuit.items():
        for place, rate in zip((1, 2), local(gate, value, swapped)[1]):
            if gate[place] == source:
                found += [rate * rest for rest in path_products(circuit, value, name, swapped)]
    return found


def circuit(draw, level):
    kinds = draw.shuffled([ADD, MULTIPLY, draw.one_of([ADD, MULTIPLY])])
    wiring = CIRCUITS[level]
    kinds = [*kinds[: len(wiring) - 1], MULTIPLY] if level > 1 else kinds
    gates = {name: (kind, one, other) for kind, (name, one, other) in zip(kinds, wiring)}
    given = {name: draw.number(min(level, 2)) for name in INPUTS[level]}
    value = dict(given)
    for name, gate in gates.items():
        value[name] = local(gate, value)[0]
    if not all(value.values()):
        return None
    last, (kind, *inputs) = list(gates)[-2], gates["l"]
    does, other = ("adds", MULTIPLY) if kind == ADD else ("multiplies", ADD)
    turned = (other, *inputs)
    asks = [
        Ask(
            LOSS,
            value["l"],
            [
                (f"That is ${last}$: the last gate is missing.", value[last]),
                (f"The last gate {does}: you took the other.", local(turned, value)[0]),
            ],
            "forward, gate by gate: each from the values of its two inputs.",
        )
    ]
    solution = [
        "Forward: "
        + display(
            *(
                rf"{LOSS if name == 'l' else name} &= {one} {kind} {other} = {shown(value[name])}"
                for name, (kind, one, other) in gates.items()
            )
        )
    ]
    for source in ASKED[level]:
        products = path_products(gates, value, source)
        right = sum(products)
        wrong = [
            (
                "A multiply gate hands to each input the value of the other one. You kept its own.",
                sum(path_products(gates, value, source, swapped=True)),
            )
        ]
        if len(products) > 1:
            wrong += [
                ("You followed one path only. Add over all paths to the loss.", products[0]),
                (
                    "You multiplied the paths. Along a path one multiplies, over paths one adds.",
                    np.prod(products),
                ),
            ]
        else:
            first = next(gate for gate in gates.values() if source in gate[1:])
            place = first[1:].index(source)
            wrong.append(
                (
                    "That is the first gate's derivative. Go on to the loss, and multiply.",
                    local(first, value)[1][place],
                )
            )
        if not right or any(answer == right for _, answer in wrong):
            return None
        asks.append(
            Ask(
                rf"\frac{{\partial\ell}}{{\partial {source}}}",
                right,
                wrong,
                "multiply the local derivatives along each path to the loss, add over the paths.",
            )
        )
        terms = " + ".join(f"({shown(product)})" for product in products)
        count = f"{len(products)} paths" if len(products) > 1 else "one path"
        solution.append(
            f"From ${source}$ to the loss there {'are' if len(products) > 1 else 'is'} {count}: "
            + display(
                rf"\frac{{\partial\ell}}{{\partial {source}}} &= "
                + (f"{terms} = " if len(products) > 1 else "")
                + shown(right)
            )
        )
    lines = [
        rf"{LOSS if name == 'l' else name} &= {one} {kind} {other}"
        for name, (kind, one, other) in gates.items()
    ]
    values = ", ".join(f"${name} = {shown(number)}$" for name, number in given.items())
    text = (
        f"A circuit with the inputs {values}. Work out $\\ell$ forward, then its derivatives "
        "backward.\n\n" + display(*lines)
    )
    return Draft(text, asks, solution)
