"""Problems of chapters 6 to 9: the softmax, many layers, costs, gradient reports, planted faults."""

from fractions import Fraction
from types import SimpleNamespace

import numpy as np

from backprop.activations import softmax as module_softmax
from backprop.backward import gradients, output_delta
from backprop.experiments.cost import multiplications, numbers_kept, parameters
from backprop.losses import SOFTMAX_CROSS_ENTROPY, SQUARED_ERROR
from backprop.network import Network, forward
from backprop.practice.making import Ask, Draft, display, shown, typical
from backprop.practice.numbers import decimals_of

# The softmax --------------------------------------------------------------------------------------

SUMS = (4, 5, 8, 10, 20)  # of the exponentials, so that the probabilities end


def _delta(n, delta, slips, why):
    wrong = [("The sign is wrong: it is probability minus target.", -delta)]
    slips = ["you took the softmax entry by entry", "you multiplied p - Y by", *slips]
    wrong += typical(n, "delta L", 1, *slips)
    return Ask(r"\boldsymbol{\delta}^L", delta, wrong, why, digits=3)


def softmax(draw, level):
    return with_logits(draw) if level == 3 else with_exponentials(draw, level)


def with_exponentials(draw, level):
    m, K = level, 3
    columns = []
    for _ in range(m):
        total = draw.one_of(SUMS)
        one, two = draw.whole(1, total), draw.whole(1, total)
        columns.append([one, two, total - one - two])
    if any(len(set(column)) < K or min(column) < 1 for column in columns):
        return None
    powers = np.array([[Fraction(x) for x in row] for row in zip(*columns)], dtype=object)
    if m > 1 and list(powers[:, 0]) == list(powers[:, 1]):
        return None
    classes = [draw.below(K) for _ in range(m)]
    Y = np.array([[Fraction(int(k == c)) for c in classes] for k in range(K)], dtype=object)
    p = powers / powers.sum(axis=0)
    delta = (p - Y) / m
    n = SimpleNamespace(p=p, Y=Y, m=m, L=1, delta=[None, delta])
    wrong = [
        ("You did not divide by the sum.", powers),
        ("You divided by the number of classes: the softmax divides by the sum.", powers / K),
    ]
    if m > 1:
        wrong.append(
            (
                "You divided by the sum over the examples, not over the classes.",
                powers / powers.sum(axis=1, keepdims=True),
            )
        )
    asks = [
        Ask(
            r"\mathbf{p}",
            p,
            wrong,
            "each exponential divided by the sum of its column.",
            digits=3,
        ),
        _delta(
            n,
            delta,
            ["you left out 1/m"] if m > 1 else [],
            "probability minus target, divided by the number of examples.",
        ),
    ]
    count = "One example" if m == 1 else f"{m} examples, the columns"
    text = (
        f"{count}, {K} classes. The exponentials $e^{{z}}$ of the logits, and the targets:\n\n"
        + display(rf"e^{{\mathbf{{z}}}} &= {shown(powers)}", rf"\mathbf{{Y}} &= {shown(Y)}")
        + "\n\nWork out the probabilities, and delta for softmax with cross-entropy, to 3 decimals."
    )
    return Draft(text, asks, softmax_solution(powers.sum(axis=0), p, delta, m))


def softmax_solution(sums, p, delta, m):
    said = " and ".join(f"${shown(one)}$" for one in sums)
    mean = rf"\tfrac{{1}}{{{m}}} " if m > 1 else ""
    return [
        f"The exponentials add up to {said}. Divide by that: "
        + display(rf"\mathbf{{p}} &= {shown(p)}"),
        "Softmax and cross-entropy together give probability minus target: "
        + display(
            rf"\boldsymbol{{\delta}}^L &= {mean}(\mathbf{{p}} - \mathbf{{Y}}) = {shown(delta)}"
        ),
    ]


def with_logits(draw):
    K = 3
    z = np.array([[draw.whole(-2, 2)] for _ in range(K)], dtype=object)
    if len(set(z.flat)) < K or z.sum() == 0:
        return None
    c = draw.below(K)
    Y = np.array([[int(k == c)] for k in range(K)], dtype=object)
    logits, targets = z.astype(float), Y.astype(float)
    p = module_softmax(logits)
    value = SOFTMAX_CROSS_ENTROPY.value(logits, targets)
    delta = SOFTMAX_CROSS_ENTROPY.grad(logits, targets)
    n = SimpleNamespace(a=[None, logits], p=p, Y=targets, m=1, L=1, delta=[None, delta])
    asks = [
        Ask(
            r"\mathbf{p}",
            p,
            typical(
                n,
                "p",
                1,
                "you took the sigmoid",
                "you did not divide",
                "you divided the logits themselves",
            ),
            "each exponential divided by the sum of all three.",
            digits=3,
        ),
        Ask(
            r"\mathcal{L}",
            value,
            [
                ("The sign is wrong: a cross-entropy is minus a logarithm.", -value),
                ("Take the logarithm of the probability given to the right class.", 1 - p[c, 0]),
                ("That is minus the logit: the softmax comes before the logarithm.",
                 -float(z[c, 0]) if z[c, 0] else 1.0),
            ],
            "minus the logarithm of the probability given to the right class, before you round it.",
            digits=3,
        ),
        _delta(n, delta, ["you took the logits where"], "probability minus target."),
    ]  # fmt: skip
    if z[c, 0] == 0:
        del asks[1].wrong[2]
    text = (
        f"One example, {K} classes. The logits and the target:\n\n"
        + display(rf"\mathbf{{z}} &= {shown(logits, 0)}", rf"\mathbf{{Y}} &= {shown(targets, 0)}")
        + "\n\nWork out the probabilities, the cross-entropy and delta, to 3 decimals. Carry six on the way."
    )
    powers = np.exp(logits)
    solution = softmax_solution(powers.sum(axis=0), p, delta, 1)
    solution.insert(
        1,
        "The right class got "
        + display(rf"\mathcal{{L}} &= -\ln {shown(p[c, 0], 6)} = {shown(value)}"),
    )
    return Draft(text, asks, solution)


# A factor over many layers ------------------------------------------------------------------------

WEIGHTS = [Fraction(k, 2) for k in (-10, -8, -6, -4, -3, -2, -1, 1, 2, 3, 4, 6, 8, 10, 20)]
SLOPES = [Fraction(1, 4), Fraction(1, 5), Fraction(1, 2), Fraction(1, 10), Fraction(2, 5)]


def many_layers(draw, level):
    return [equal_steps, unequal_steps, mean_squares][level - 1](draw)


def equal_steps(draw):
    L, w, s = draw.whole(4, 6), draw.one_of(WEIGHTS), draw.one_of(SLOPES)
    factor = w * s
    if abs(factor) == 1 or w == 1:
        return None
    ratio = factor ** (L - 1)
    asks = [
        Ask(
            r"f",
            factor,
            [
                ("You left out the slope.", w),
                ("You left out the weight.", s),
                ("The two are multiplied: they lie on one path.", w + s),
            ],
            "each step back multiplies by a weight and by a slope.",
            label="f, the factor of one step back",
        ),
        Ask(
            r"\frac{\delta^1}{\delta^L}",
            ratio,
            [
                (f"From layer {L} to layer 1 there are {L - 1} steps, not {L}.", factor**L),
                (f"From layer {L} to layer 1 there are {L - 1} steps.", factor ** (L - 2)),
                ("The factors are multiplied, not added.", factor * (L - 1)),
            ],
            "the factor of one step, as often as there are steps.",
        ),
    ]
    text = (
        f"A network of $L = {L}$ layers, each one unit wide. Every weight is ${shown(w)}$, and every "
        f"slope is ${shown(s)}$. By which factor $f$ does each step back multiply delta, and what is "
        r"$\frac{\delta^1}{\delta^L}$?"
    )
    bracketed = f"({shown(factor)})" if factor < 0 else shown(factor)
    solution = [
        f"One step multiplies by the weight and the slope: $f = {shown(w)} \\cdot {shown(s)} = "
        f"{shown(factor)}$.",
        f"There are {L - 1} steps: "
        rf"$\frac{{\delta^1}}{{\delta^L}} = {bracketed}^{L - 1} = {shown(ratio)}$.",
    ]
    return Draft(text, asks, solution)


def unequal_steps(draw):
    L = 4
    w = [None, *(draw.one_of(WEIGHTS) for _ in range(L))]
    s = [None, *(draw.one_of(SLOPES[:3]) for _ in range(L))]
    if abs(w[1]) == 1:
        return None
    weights, slopes = np.prod(w[2:]), np.prod(s[1:L])
    ratio = weights * slopes
    asks = [
        Ask(
            r"\frac{\delta^1}{\delta^4}",
            ratio,
            [
                ("The weight of layer 1 lies below $z^1$: the way back does not pass it.",
                 ratio * w[1]),
                ("The slope of layer 4 is in $\\delta^4$ already.", ratio * s[L]),
                ("You left out the slopes.", weights),
                ("You left out the weights.", slopes),
                ("You took the weights and slopes of layers 2 to 4. The slope belongs to the layer "
                 "that the step arrives at.", weights * np.prod(s[2:])),
            ],
            "the weights of layers 2 to 4 and the slopes of layers 1 to 3.",
        )
    ]  # fmt: skip
    if s[1] == s[4]:
        return None
    text = (
        "A network of 4 layers, each one unit wide:\n\n"
        + display(
            *(
                rf"w^{l} &= {shown(w[l])}, \quad \sigma'(z^{l}) = {shown(s[l])}"
                for l in range(1, L + 1)
            )
        )
        + "\n\nWhat is "
        + r"$\frac{\delta^1}{\delta^4}$?"
    )
    factors = r" \cdot ".join(
        f"({shown(number)})" if number < 0 else shown(number)
        for l in range(L - 1, 0, -1)
        for number in (w[l + 1], s[l])
    )
    solution = [
        "Each step from layer $l + 1$ to $l$ multiplies by $w^{l+1}$ and by the slope at $z^l$: "
        + display(rf"\frac{{\delta^1}}{{\delta^4}} &= {factors} = {shown(ratio)}")
    ]
    return Draft(text, asks, solution)


def mean_squares(draw):
    n = draw.one_of([10, 20, 25, 40, 50, 80, 100, 200])
    factor = draw.one_of([Fraction(k, 20) for k in (2, 4, 5, 10, 30, 40, 60, 80, 100)])
    v = 2 * factor / n
    if decimals_of(v) > 4:
        return None
    steps = draw.whole(2, 4)
    asks = [
        Ask(
            r"f",
            factor,
            [
                ("A relu lets half of the squares through: you left out the half.", 2 * factor),
                ("Each unit hears from all $n$ units above it: you left out n.", v / 2),
                ("The half is a factor, not a divisor: relu makes it smaller.", 4 * factor),
            ],
            "the width times the variance times the half that the relu lets through.",
            digits=3,
            label="f, the factor of one step back for the mean of the squares",
        ),
        Ask(
            r"f_{\text{all}}",
            factor**steps,
            [
                ("The factors are multiplied, not added.", factor * steps),
                ("That is one step more than there are.", factor ** (steps + 1)),
                ("That is one step less than there are.", factor ** (steps - 1)),
            ],
            "the factor of one step, as often as there are steps.",
            label=f"f_all, the factor of {steps} steps",
        ),
        Ask(
            r"v_{\text{kept}}",
            Fraction(2, n),
            [
                ("That would do without the relu, which lets half of the squares through.",
                 Fraction(1, n)),
                ("The relu halves, so the variance has to be larger, not smaller.",
                 Fraction(1, 2 * n)),
            ],
            "the variance with which the factor is 1.",
            digits=3,
            label="v_kept, the variance that keeps the size",
        ),
    ]  # fmt: skip
    text = (
        f"A deep network of relu layers, each $n = {n}$ units wide. Its weights are drawn with mean 0 "
        f"and variance $v = {shown(v)}$, and half of the units are on. By which factor $f$ does one "
        f"step back multiply the mean of the squares of delta? By which $f_{{\\text{{all}}}}$ do "
        f"{steps} steps? With which variance would it stay the same?"
    )
    solution = [
        f"Each unit adds up $n$ terms, and half are let through: "
        rf"$f = \frac{{1}}{{2}} n v = \frac{{1}}{{2}} \cdot {n} \cdot {shown(v)} = {shown(factor)}$.",
        f"{steps} steps multiply: ${shown(factor)}^{steps} = {shown(factor**steps)}$.",
        rf"It stays the same when $\frac{{1}}{{2}} n v = 1$: $v = \frac{{2}}{{{n}}} = "
        f"{shown(Fraction(2, n))}$, the rule of He.",
    ]
    return Draft(text, asks, solution)


# Counting multiplications -------------------------------------------------------------------------


def cost(draw, level):
    L = {1: 2, 2: 3, 3: 2}[level]
    sizes = [draw.whole(2, 9) for _ in range(L + 1)]
    m = 1 if level == 1 else draw.whole(2, 9)
    if len(set(sizes)) < len(sizes):
        return None
    counted, one = multiplications(sizes, m), multiplications(sizes, 1)
    P = parameters(sizes)
    first = m * sizes[0] * sizes[1]
    asks = [
        Ask(
            r"C_{\text{forward}}",
            counted.forward,
            [
                ("A bias is added, not multiplied.", m * P),
                ("Each weight multiplies once: you added the widths.", m * sum(sizes)),
                *([(f"That is for one example; there are {m}.", one.forward)] if m > 1 else []),
            ],
            "each weight multiplies once, for each example.",
            digits=0,
            label="C forward, the multiplications of the forward pass",
        )
    ]
    if level < 3:
        asks.append(
            Ask(
                r"C_{\text{backward}}",
                counted.backward,
                [
                    ("Layer 1 has no layer below to serve: one product is saved.",
                     2 * counted.forward),
                    ("That is the gradients alone. The deltas are carried down as well.",
                     counted.gradients),
                    ("That is the deltas alone. The gradients are products as well.",
                     counted.deltas),
                ],
                "for each layer the gradient, and for each but the first the delta below it.",
                digits=0,
                label="C backward, the multiplications of the backward pass",
            )
        )  # fmt: skip
    if level == 2:
        asks.append(
            Ask(
                r"C_{\text{backprop}}",
                counted.backprop,
                [
                    ("Three forward passes, less the product that layer 1 saves.",
                     3 * counted.forward),
                    ("That is the backward pass alone.", counted.backward),
                ],
                "the forward and the backward pass together.",
                digits=0,
                label="C backprop, both passes together",
            )
        )  # fmt: skip
    if level == 3:
        N = numbers_kept(sizes, m)
        asks += [
            Ask(
                "P",
                P,
                [
                    ("You left out the biases.", P - sum(sizes[1:])),
                    ("The inputs have no biases.", P + sizes[0]),
                ],
                "the weights of each layer, and a bias for each unit above the inputs.",
                digits=0,
                label="P, the number of parameters",
            ),
            Ask(
                r"C_{\text{nudging}}",
                counted.nudging,
                [
                    ("One pass more is needed, without any nudge.", P * counted.forward),
                    ("That is two passes for each parameter, as central differences need.",
                     2 * P * counted.forward),
                ],
                "a forward pass for each parameter, and one more.",
                digits=0,
                label="C nudging, the multiplications of nudging each parameter once",
            ),
            Ask(
                "N",
                N,
                [
                    ("Both z and a are kept in each layer.", m * sum(sizes)),
                    ("The inputs have no z.", 2 * m * sum(sizes)),
                    ("That leaves out the inputs, which are kept too.", 2 * m * sum(sizes[1:])),
                ],
                "the inputs once, and z and a of each layer, for each example.",
                digits=0,
                label="N, the numbers that the trace of a forward pass keeps",
            ),
        ]  # fmt: skip
    chain = "-".join(map(str, sizes))
    batch = "one example" if m == 1 else f"{m} examples"
    wanted = {
        1: "How many multiplications do the forward pass and the backward pass take?",
        2: "How many multiplications do the forward pass and the backward pass take, and both?",
        3: "How many multiplications does a forward pass take, how many parameters are there, how many "
        "multiplications does nudging every parameter take (one pass without a nudge, one for each), "
        "and how many numbers does the trace of a forward pass keep?",
    }[level]
    text = f"A network of {chain} units and {batch}. {wanted} Leave out those of the activations."
    products = " + ".join(rf"{n} \cdot {below}" for below, n in zip(sizes, sizes[1:]))
    times_m = rf"{m} \cdot " if m > 1 else ""
    solution = [
        f"Each weight multiplies once: $C_{{\\text{{forward}}}} = {times_m}({products}) = "
        f"{counted.forward}$."
    ]
    if level < 3:
        solution.append(
            f"The gradients take as many again, and the deltas as many without layer 1's {first}: "
            rf"$C_{{\text{{backward}}}} = {counted.gradients} + {counted.deltas} = "
            f"{counted.backward}$."
        )
    if level == 2:
        solution.append(f"Together: ${counted.forward} + {counted.backward} = {counted.backprop}$.")
    if level == 3:
        solution += [
            f"The weights and a bias for each unit: $P = {products} + {sum(sizes[1:])} = {P}$.",
            rf"Nudging: $C_{{\text{{nudging}}}} = ({P} + 1) \cdot {counted.forward} = "
            f"{counted.nudging}$.",
            rf"The trace: $N = {m} \cdot ({sizes[0]} + 2 \cdot {sum(sizes[1:])}) = {N}$.",
        ]
    return Draft(text, asks, solution)


# Reading a gradient report ------------------------------------------------------------------------

M = 4  # examples of the reported batch
NOTHING = "nothing: the gradients are right, the fault lies elsewhere"
BIASES = "the biases' gradients: a mean in the place of the sum"
FACTOR = "the factor $1/m$: the sum in the place of the mean"
AGREE = 0.02  # relative; a wrong row is off by more than twice as much


def start(L):
    return rf"the start, $\boldsymbol{{\delta}}^{L}$"


def back(l):
    return rf"the step from $\boldsymbol{{\delta}}^{l + 1}$ to $\boldsymbol{{\delta}}^{l}$"


def weights(l):
    return f"the gradient by the weights of layer {l}, after its delta"


def symptoms(L):
    """{what is at fault: what the report shows then}"""
    found = {
        start(L): "the rows of all layers are wrong, by no common factor",
        FACTOR: f"in every row the formula is {M} times the difference",
    }
    for l in range(L - 1, 0, -1):
        layers = f"layers 1 to {l}" if l > 1 else "layer 1"
        found[back(l)] = f"both rows of {layers} are wrong, and those above right"
    for l in range(L, 0, -1):
        found[weights(l)] = f"the row dW^{l} alone is wrong"
    found[BIASES] = (
        f"the rows of the biases are wrong, 1/{M} of the difference, and the others right"
    )
    found[NOTHING] = "formula and difference agree in every row"
    return found


def gradient_report(draw, level):
    L = 2 if level == 1 else 3
    network = Network(
        [None, *(_floats(draw, 2, 2) for _ in range(L))],
        [None, *(_floats(draw, 2, 1) for _ in range(L))],
        ["tanh"] * (L - 1) + ["identity"],
    )
    X, Y = _floats(draw, 2, M), _floats(draw, 2, M)
    wrong_at = draw.one_of(symptoms(L))
    right, faulty = true_and_faulty(network, X, Y, wrong_at)
    rows = [_worst(right, faulty, letter, l) for l in range(L, 0, -1) for letter in "Wb"]
    if _seen(rows, L) != [wrong_at]:
        return None
    lines = [f"{'':6}{'formula':>8}{'difference':>13}"]
    for name, formula, difference in rows:
        off = abs(formula - difference) > AGREE * abs(difference)
        verdict = "" if level == 3 else ("  WRONG" if off else "  ok")
        lines.append(f"{name}  {formula:8.4f}{difference:13.4f}{verdict}")
    table = symptoms(L)
    options = list(table) if level == 1 else draw.shuffled(table)
    asks = [
        Ask(
            r"\text{fault}",
            wrong_at,
            [
                (f"Not with this report. In that case {table[other]}.", other)
                for other in options
                if other != wrong_at
            ],
            "see which rows are wrong, and whether there is a common factor.",
            kind="choice",
            label="Where is the fault?",
            options=options,
        )
    ]
    text = (
        f"A network of {'-'.join(['2'] * (L + 1))} units (tanh, identity at the output, squared error) "
        f"and {M} examples. A gradient check compares the program's formula with a central difference, "
        "at the worst entry of each gradient. Where is the fault?\n\n```\n"
        + "\n".join(lines)
        + "\n```"
    )
    return Draft(text, asks, [f"It is {wrong_at}. In that case {table[wrong_at]}, as here."])


def _floats(draw, rows, columns):
    return draw.numbers(rows, columns, 3).astype(float) / 2


def true_and_faulty(network, X, Y, wrong_at):
    """The gradients, and what a program with this fault computes."""
    L, trace = network.L, forward.bare(network, X)
    right = gradients.bare(trace, _deltas(network, trace, Y, None))
    faulty = gradients.bare(trace, _deltas(network, trace, Y, wrong_at))
    for l in range(1, L + 1):
        if wrong_at == BIASES:
            faulty.b[l][:] /= M
        if wrong_at == weights(l):
            faulty.W[l][:] = faulty.W[l].T
    return right, faulty


def _deltas(network, trace, Y, wrong_at):
    L, sigma = network.L, network.activations
    delta = [None] * (L + 1)
    delta[L] = output_delta.bare(SQUARED_ERROR.grad(trace.a[L], Y), trace.z[L], sigma[L])
    if wrong_at == start(L):
        delta[L] = delta[L] * trace.z[L]
    if wrong_at == FACTOR:
        delta[L] = delta[L] * M
    for l in range(L - 1, 0, -1):
        at = trace.a[l] if wrong_at == back(l) else trace.z[l]
        delta[l] = (network.W[l + 1].T @ delta[l + 1]) * sigma[l].df(at)
    return delta


def _worst(right, faulty, letter, l):
    """(name, formula, difference) of a row."""
    true, came = (getattr(grads, letter)[l] for grads in (right, faulty))
    place = np.unravel_index(np.argmax(abs(came - true) / abs(true)), true.shape)
    if np.allclose(came, true):
        place = np.unravel_index(np.argmax(abs(true)), true.shape)
    return f"d{letter}^{l}", came[place], true[place]


def _seen(rows, L):
    """The faults that a report fits; [] where its numbers are too small, or a row is in doubt."""
    off, ratios = {}, []
    for name, formula, difference in rows:
        if not 0.01 < abs(difference) < 50 or abs(formula) > 100:
            return []
        error = abs(formula - difference) / abs(difference)
        if AGREE / 10 < error < 2 * AGREE:
            return []
        off[name] = error > AGREE
        ratios.append(formula / difference)
    wrong = {name for name, is_off in off.items() if is_off}
    everything = set(off)
    if not wrong:
        return [NOTHING]
    if wrong == everything:
        common = np.allclose(ratios, ratios[0], rtol=0.02)
        return [FACTOR] if common else [start(L)]
    found = [weights(l) for l in range(1, L + 1) if wrong == {f"dW^{l}"}]
    found += [
        back(l)
        for l in range(1, L)
        if wrong == {f"d{letter}^{k}" for letter in "Wb" for k in range(1, l + 1)}
    ]
    found += [BIASES] if wrong == {f"db^{l}" for l in range(1, L + 1)} else []
    return found


# Finding the planted fault ------------------------------------------------------------------------

HIDDEN = {  # activation: its line, its slope
    "tanh": ("np.tanh(z1)", "(1 - a1**2)"),
    "sigmoid": ("sigmoid(z1)", "a1 * (1 - a1)"),
    "relu": ("np.maximum(z1, 0)", "(z1 > 0)"),
}
MIXED_UP = "The slope is worked out from the wrong one of z and a."
AT_WRONG = {  # a wrong slope, and why
    "tanh": ("(1 - z1**2)", MIXED_UP),
    "sigmoid": ("z1 * (1 - z1)", MIXED_UP),
    "relu": (
        "(a1 >= 0)",
        "a1 is never below 0, so that is 1 also for units that are off: it is > 0.",
    ),
}
OUTPUT = {
    "softmax with the cross-entropy": "softmax(z2)",
    "the identity with the squared error": "z2",
}

ALL, FIRST, NONE = "all four gradients", "those of layer 1", "none, only the step"
ALONE = {name: f"{name} alone" for name in ("dW2", "db2", "dW1", "db1")}

WHY_RIGHT = {
    "z1": "It is the sum of layer 1: weights times inputs, plus the bias.",
    "a1": "It is the activation of layer 1.",
    "z2": "It is the sum of layer 2.",
    "delta2": "It is output minus target, with the one factor 1/m.",
    "delta1": "It takes the transposed weights, delta from above, and the slope at z1.",
    "dW2": "It is delta times the transposed activation below.",
    "db2": "It adds the columns of delta.",
    "dW1": "It is delta times the transposed inputs.",
    "db1": "It adds the columns of delta.",
    "W2": "It steps against the gradient.",
    "b2": "It steps against the gradient.",
    "W1": "It steps against the gradient.",
    "b1": "It steps against the gradient.",
}


def program(hidden, output, written):
    """{what a line computes: the line}, right; written: 1 where it is written in an unusual way."""
    f, slope = HIDDEN[hidden]
    y = OUTPUT[output]
    return {
        "z1": "z1 = W1 @ X + b1",
        "a1": f"a1 = {f}",
        "z2": ["z2 = W2 @ a1 + b2", "z2 = b2 + W2 @ a1"][written],
        "delta2": [f"delta2 = ({y} - Y) / m", f"delta2 = -(Y - {y}) / m"][written],
        "delta1": [
            f"delta1 = (W2.T @ delta2) * {slope}", f"delta1 = {slope} * (delta2.T @ W2).T"
        ][written],
        "dW2": ["dW2 = delta2 @ a1.T", "dW2 = (a1 @ delta2.T).T"][written],
        "db2": [
            "db2 = delta2.sum(axis=1, keepdims=True)", "db2 = delta2 @ np.ones((m, 1))"
        ][written],
        "dW1": ["dW1 = delta1 @ X.T", "dW1 = (X @ delta1.T).T"][written],
        "db1": [
            "db1 = delta1.sum(axis=1, keepdims=True)", "db1 = delta1 @ np.ones((m, 1))"
        ][written],
        "W2": "W2 -= eta * dW2",
        "b2": "b2 -= eta * db2",
        "W1": ["W1 -= eta * dW1", "W1 += -eta * dW1"][written],
        "b1": "b1 -= eta * db1",
    }  # fmt: skip


def faults(hidden, output):
    """[(what the line computes, the wrong line, why, which gradients it spoils)]"""
    slope, y = HIDDEN[hidden][1], OUTPUT[output]
    at_wrong, why_wrong = AT_WRONG[hidden]
    return [
        ("delta2", f"delta2 = {y} - Y", "The loss is a mean, so 1/m belongs here.", ALL),
        ("delta2", f"delta2 = (Y - {y}) / m", "The sign is wrong: it is output minus target.", ALL),
        (
            "delta1",
            f"delta1 = (W2 @ delta2) * {slope}",
            "The weights have to be transposed.",
            FIRST,
        ),
        (
            "delta1",
            f"delta1 = (W2.T @ delta2) * {at_wrong}",
            why_wrong,
            FIRST,
        ),
        ("delta1", "delta1 = W2.T @ delta2", "The slope of the activation is missing.", FIRST),
        (
            "delta1",
            f"delta1 = (W1.T @ delta2) * {slope}",
            "The way back leads through the weights of the layer above, W2.",
            FIRST,
        ),
        ("dW2", "dW2 = delta2 @ z1.T", "The weight multiplied a1, not z1.", ALONE["dW2"]),
        ("dW2", "dW2 = a1 @ delta2.T", "That is the transpose.", ALONE["dW2"]),
        ("dW2", "dW2 = delta2 @ a1.T / m", "1/m is in delta already.", ALONE["dW2"]),
        (
            "db2",
            "db2 = delta2.mean(axis=1, keepdims=True)",
            "1/m is in delta already: it is the sum.",
            ALONE["db2"],
        ),
        ("dW1", "dW1 = delta1 @ a1.T", "The weight multiplied the input X.", ALONE["dW1"]),
        ("dW1", "dW1 = X @ delta1.T", "That is the transpose.", ALONE["dW1"]),
        ("dW1", "dW1 = delta2 @ X.T", "The weights of layer 1 lead into layer 1.", ALONE["dW1"]),
        ("db1", "db1 = delta1[:, :1]", "That is the first example alone.", ALONE["db1"]),
        (
            "db1",
            "db1 = delta1.mean(axis=1, keepdims=True)",
            "1/m is in delta already: it is the sum.",
            ALONE["db1"],
        ),
        ("W2", "W2 += eta * dW2", "The step goes against the gradient.", NONE),
        ("b2", "b2 -= db2", "The learning rate is missing.", NONE),
        ("W1", "W1 -= eta * dW2", "That is the gradient of the other layer.", NONE),
        ("b1", "b1 += eta * db1", "The step goes against the gradient.", NONE),
    ]


def early(lines):
    """The update of W2 moved up before delta1, which still needs W2."""
    order = [name for name in lines if name not in ("dW2", "W2")]
    at = order.index("delta1")
    return {name: lines[name] for name in [*order[:at], "dW2", "W2", *order[at:]]}


EARLY = "W2 is moved before delta1, which needs the weights of the forward pass."


def planted_fault(draw, level):
    hidden, output = draw.one_of(HIDDEN), draw.one_of(OUTPUT)
    lines = program(hidden, output, int(level == 3 and draw.below(2)))
    kinds = faults(hidden, output)
    chosen = draw.below(len(kinds) + (level == 3))
    if chosen < len(kinds):
        at, line, why, spoiled = kinds[chosen]
        lines[at] = line
    else:
        lines = early(lines)
        at, why, spoiled = "W2", EARLY, FIRST
    names = list(lines)
    numbered = [f"{place:2d}  {lines[name]}" for place, name in enumerate(names, 1)]
    options = [f"line {place}" for place in range(1, len(names) + 1)]
    right = options[names.index(at)]
    asks = [
        Ask(
            r"\text{line}",
            right,
            [
                (f"This line is right. {WHY_RIGHT[name]}", option)
                for name, option in zip(names, options)
                if option != right
            ],
            "take the lines one by one and say each equation.",
            kind="choice",
            label="Which line is wrong?",
            options=options,
        )
    ]
    if level > 1:
        effects = [ALL, FIRST, *ALONE.values(), NONE]
        asks.append(
            Ask(
                r"\text{effect}",
                spoiled,
                [(_not_spoiled(other, right), other) for other in effects if other != spoiled],
                "follow the wrong number down the lines that use it.",
                kind="choice",
                label="Which gradients does it spoil?",
                options=effects,
            )
        )
    text = (
        f"A program for one training step: {hidden} in the hidden layer, {output} at the output, and "
        "all layers of one width, so that every product fits. One line is wrong"
        + (", or stands in the wrong place" if level == 3 else "")
        + ".\n\n```\n"
        + "\n".join(numbered)
        + "\n```"
    )
    solution = [f"It is {right}. {why}", f"It spoils {spoiled}."]
    return Draft(text, asks, solution)


def _not_spoiled(other, line):
    reasons = {
        ALL: "Only what is wrong in delta2 reaches all four.",
        FIRST: "That is so where delta1 is wrong and delta2 is right.",
        NONE: "That is so where the gradients are right and the update is not.",
    }
    return reasons.get(
        other,
        f"See who uses the result of {line}: a gradient is spoiled alone if only its "
        "own line is wrong.",
    )
