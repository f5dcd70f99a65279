r"""Derivations to put in order: the four equations of chapter 4, and softmax with cross-entropy.

Each has its lines in the right order, two lines that are wrong, and some lines with a hole.
"""

from dataclasses import asdict, dataclass
from typing import NamedTuple

from backprop.practice.spoken import spoken_maths

HOLE = r"\boxed{?}"


class Line(NamedTuple):
    """A line, and why it follows from the one above; of a wrong line, why it is wrong."""

    tex: str
    why: str


class Gap(NamedTuple):
    """A line with a hole.

    line:    its place among the right lines, counted from 0
    tex:     the line, with `HOLE` for what is missing
    options: TeX; right: the right one
    reasons: for each of the other options, in their order, why it is wrong; for the right one, ""
    """

    line: int
    tex: str
    options: tuple
    right: str
    reasons: tuple


@dataclass(frozen=True)
class Derivation:
    """One derivation.

    key, title:     what it is called; equation: the label of what it derives; chapter: a file stem
    lines:          the right `Line`s in their order; wrong: two that are wrong
    gaps:           `Gap`s
    """

    key: str
    title: str
    equation: str
    chapter: str
    lines: tuple
    wrong: tuple
    gaps: tuple

    @property
    def all_lines(self):
        """The right lines, then the wrong ones: what the places in an order count."""
        return self.lines + self.wrong

    def as_dict(self):
        """All of it as what JSON knows, with `alt`, the plain words, beside each TeX."""

        def line(one):
            return {"tex": one.tex, "alt": spoken_maths(one.tex), "why": one.why}

        whole = asdict(self) | {
            "lines": [line(one) for one in self.lines],
            "wrong": [line(one) for one in self.wrong],
        }
        whole["gaps"] = [
            gap._asdict()
            | {
                "alt": spoken_maths(gap.tex),
                "options": list(gap.options),
                "options_alt": [spoken_maths(option) for option in gap.options],
                "reasons": list(gap.reasons),
            }
            for gap in self.gaps
        ]
        return whole


class OrderVerdict(NamedTuple):
    """What `check_order` found.

    right: whether all lines stand in order and none is wrong
    place: the first that does not follow, counted from 1; None if there is none
    say:   in words, and why
    """

    right: bool
    place: int | None
    say: str


def check_order(derivation, order):
    """The first step of an order that does not follow from the line above, and why.

    order: places in `derivation.all_lines`, counted from 0
    """
    if not isinstance(derivation, Derivation):
        raise TypeError(f"derivation: expected one of DERIVATIONS, got {type(derivation).__name__}")
    count = len(derivation.all_lines)
    order = list(order)
    for place in order:
        if isinstance(place, bool) or not isinstance(place, int) or not 0 <= place < count:
            raise ValueError(f"order: expected places from 0 to {count - 1}, got {place!r}")
    for position, place in enumerate(order):
        if position == place and place < len(derivation.lines):
            continue
        return OrderVerdict(False, position + 1, _why_not(derivation, order, position))
    missing = len(derivation.lines) - len(order)
    if missing:
        lines = "lines are" if missing > 1 else "line is"
        return OrderVerdict(False, None, f"Right so far; {missing} {lines} missing.")
    return OrderVerdict(True, None, "Right: every line follows from the one above.")


def _why_not(derivation, order, position):
    place, lines = order[position], derivation.lines
    line = derivation.all_lines[place]
    if place >= len(lines):
        return f"Line {position + 1} is wrong. {line.why}"
    if place in order[:position]:
        return f"Line {position + 1} stands above already."
    if place == 0:
        return f"Line {position + 1} is where the derivation starts. {line.why}"
    above = spoken_maths(lines[place - 1].tex)
    return f"Line {position + 1} does not follow from the one above: it follows from {above}. {line.why}"


def _d(by, what=r"\mathcal{L}"):
    return rf"\frac{{\partial {what}}}{{\partial {by}}}"


_LOSS_BY_A = _d(r"a^L_i")
_LOSS_BY_ALL_A = _d(r"\mathbf{a}^L")
_ALL_W, _ALL_B = _d(r"\mathbf{W}^l"), _d(r"\mathbf{b}^l")
_ABOVE = r"\delta^{l+1}_i"
_DZ_DZ = _d("z^l_j", "z^{l+1}_i")
_Z_K, _DELTA_K = r"z^{l\,(k)}_i", r"\delta^{l\,(k)}_i"
_W, _B = _d("W^l_{ij}"), _d("b^l_i")
_SLOPE = r"\sigma^{l\prime}(z^l_j)"

DERIVATIONS = {
    derivation.key: derivation
    for derivation in (
        Derivation(
            "delta-output",
            "Delta of the output layer",
            "eq-delta-output",
            "04-the-delta-recursion",
            (
                Line(
                    rf"\delta^L_i = {_d('z^L_i')}",
                    "It is the definition: delta is the derivative of the loss by the sum z.",
                ),
                Line(
                    rf"\delta^L_i = {_LOSS_BY_A} \cdot {_d('z^L_i', 'a^L_i')}",
                    "An output unit's sum reaches the loss through its own activation and no other "
                    "way: one path, two factors.",
                ),
                Line(
                    rf"\delta^L_i = {_LOSS_BY_A} \cdot \sigma^{{L\prime}}(z^L_i)",
                    "The activation is the function of the sum, so its derivative is the slope, taken "
                    "at the sum.",
                ),
                Line(
                    rf"\boldsymbol{{\delta}}^L = {_LOSS_BY_ALL_A}"
                    r" \odot \sigma^{L\prime}(\mathbf{z}^L)",
                    "It holds for each entry by itself, and a product entry by entry is the Hadamard "
                    "product.",
                ),
            ),
            (
                Line(
                    rf"\delta^L_i = {_LOSS_BY_A} \cdot \sigma^{{L\prime}}(a^L_i)",
                    "The slope belongs where the function was taken: at the sum z, not at its "
                    "result a.",
                ),
                Line(
                    rf"\boldsymbol{{\delta}}^L = \left({_LOSS_BY_ALL_A}\right)^\top"
                    r" \sigma^{L\prime}(\mathbf{z}^L)",
                    "A matrix product adds up over the units and mixes them. Each sum has a path "
                    "through its own unit only, so the product is entry by entry.",
                ),
            ),
            (
                Gap(
                    1,
                    rf"\delta^L_i = {HOLE} \cdot {_d('z^L_i', 'a^L_i')}",
                    (_LOSS_BY_A, r"\mathcal{L}", _d("z^L_i")),
                    _LOSS_BY_A,
                    (
                        "",
                        "Along a path derivatives are multiplied, not values.",
                        "That is delta itself, what you are after: the path goes through a first.",
                    ),
                ),
                Gap(
                    2,
                    rf"\delta^L_i = {_LOSS_BY_A} \cdot {HOLE}",
                    (
                        r"\sigma^{L\prime}(a^L_i)",
                        r"\sigma^{L\prime}(z^L_i)",
                        r"\sigma^L(z^L_i)",
                    ),
                    r"\sigma^{L\prime}(z^L_i)",
                    (
                        "The slope is taken where the function was: at z.",
                        "",
                        "That is the activation's value; its derivative is the slope.",
                    ),
                ),
            ),
        ),
        Derivation(
            "delta-hidden",
            "Delta of a hidden layer",
            "eq-delta-hidden",
            "04-the-delta-recursion",
            (
                Line(
                    rf"\delta^l_j = {_d('z^l_j')}",
                    "It is the definition: delta is the derivative of the loss by the sum z.",
                ),
                Line(
                    rf"\delta^l_j = \sum_{{i}} {_d('z^{l+1}_i')} \cdot {_DZ_DZ}",
                    "The sum of unit j reaches the loss through every sum of the layer above: "
                    "multiply along each path, add over the paths.",
                ),
                Line(
                    rf"\delta^l_j = \sum_{{i}} {_ABOVE} \cdot {_DZ_DZ}",
                    "The first factor is by definition the delta of unit i in the layer above.",
                ),
                Line(
                    rf"\delta^l_j = \sum_{{i}} {_ABOVE} \cdot {_d('a^l_j', 'z^{l+1}_i')}"
                    rf" \cdot {_d('z^l_j', 'a^l_j')}",
                    "From the one sum to the other the path leads through the activation of unit j.",
                ),
                Line(
                    rf"\delta^l_j = \sum_{{i}} {_ABOVE} \cdot W^{{l+1}}_{{ij}} \cdot {_SLOPE}",
                    "The sum above is linear in the activation, with the weight as its factor; the "
                    "activation's derivative is its slope at z.",
                ),
                Line(
                    rf"\delta^l_j = \left( \sum_{{i}} W^{{l+1}}_{{ij}} {_ABOVE} \right) {_SLOPE}",
                    "The slope does not depend on i, so it can be taken out of the sum.",
                ),
                Line(
                    r"\boldsymbol{\delta}^l = \left( (\mathbf{W}^{l+1})^\top"
                    r" \boldsymbol{\delta}^{l+1} \right) \odot \sigma^{l\prime}(\mathbf{z}^l)",
                    "The sum runs over the first index of the weights, and a matrix product runs over "
                    "the second: so the weights are transposed.",
                ),
            ),
            (
                Line(
                    r"\boldsymbol{\delta}^l = \left( \mathbf{W}^{l+1}"
                    r" \boldsymbol{\delta}^{l+1} \right) \odot \sigma^{l\prime}(\mathbf{z}^l)",
                    "This product runs over the second index of the weights. The sum runs over the "
                    "first, over the units above, so the weights have to be transposed.",
                ),
                Line(
                    rf"\delta^l_j = \sum_{{i}} {_ABOVE} \cdot W^{{l+1}}_{{ij}}"
                    r" \cdot \sigma^{l+1\prime}(z^{l+1}_i)",
                    "The slope above is in the delta of the layer above already. The one that is "
                    "missing is that of unit j, in layer l.",
                ),
            ),
            (
                Gap(
                    2,
                    rf"\delta^l_j = \sum_{{i}} {HOLE} \cdot {_DZ_DZ}",
                    (_ABOVE, r"\delta^l_j", "a^{l+1}_i"),
                    _ABOVE,
                    (
                        "",
                        "That is what you are after. The path continues in the layer above.",
                        "Along a path derivatives are multiplied, not values.",
                    ),
                ),
                Gap(
                    4,
                    rf"\delta^l_j = \sum_{{i}} {_ABOVE} \cdot {HOLE} \cdot {_SLOPE}",
                    ("W^l_{ij}", "W^{l+1}_{ji}", "W^{l+1}_{ij}"),
                    "W^{l+1}_{ij}",
                    (
                        "The weights of layer l lie below its sums. The way up leads through those of "
                        "layer l+1.",
                        "The first index is the unit that the weight leads to: unit i, above.",
                        "",
                    ),
                ),
                Gap(
                    6,
                    rf"\boldsymbol{{\delta}}^l = \left( {HOLE} \boldsymbol{{\delta}}^{{l+1}} \right)"
                    r" \odot \sigma^{l\prime}(\mathbf{z}^l)",
                    (r"\mathbf{W}^{l+1}", r"(\mathbf{W}^{l+1})^\top", r"(\mathbf{W}^l)^\top"),
                    r"(\mathbf{W}^{l+1})^\top",
                    (
                        "The sum runs over the first index: it takes the transpose.",
                        "",
                        "Delta comes from above, through the weights of the layer above.",
                    ),
                ),
            ),
        ),
        Derivation(
            "grad-w",
            "The gradient by the weights",
            "eq-grad-w",
            "04-the-delta-recursion",
            (
                Line(
                    rf"{_W} = \sum_{{k}} {_d(_Z_K)} \cdot {_d('W^l_{ij}', _Z_K)}",
                    "The weight is used once for each example k, in the sum of the unit that it leads "
                    "to: one path for each example.",
                ),
                Line(
                    rf"{_W} = \sum_{{k}} {_DELTA_K} \cdot {_d('W^l_{ij}', _Z_K)}",
                    "The first factor is by definition the delta of unit i for example k.",
                ),
                Line(
                    rf"{_W} = \sum_{{k}} {_DELTA_K} \cdot a^{{l-1\,(k)}}_j",
                    "In the sum the weight multiplies the activation of unit j in the layer below, so "
                    "that is the derivative.",
                ),
                Line(
                    rf"{_W} = \sum_{{k}} (\boldsymbol{{\delta}}^l)_{{ik}}"
                    r" \left((\mathbf{a}^{l-1})^\top\right)_{kj}",
                    "The examples are the columns of both; turned over, the second has them as rows.",
                ),
                Line(
                    rf"{_ALL_W} = \boldsymbol{{\delta}}^l (\mathbf{{a}}^{{l-1}})^\top",
                    "A sum over the inner index, for every i and j, is a matrix product.",
                ),
            ),
            (
                Line(
                    rf"{_W} = \sum_{{k}} {_DELTA_K} \cdot a^{{l\,(k)}}_i",
                    "The weight multiplied the activation of the layer below, where it comes from, not "
                    "that of the unit that it leads to.",
                ),
                Line(
                    rf"{_ALL_W} = \frac{{1}}{{m}} \boldsymbol{{\delta}}^l"
                    r" (\mathbf{a}^{l-1})^\top",
                    "The mean over the examples is taken in the loss, so every delta has its 1/m "
                    "already. Here it would be divided twice.",
                ),
            ),
            (
                Gap(
                    2,
                    rf"{_W} = \sum_{{k}} {_DELTA_K} \cdot {HOLE}",
                    (r"z^{l-1\,(k)}_j", r"a^{l\,(k)}_i", r"a^{l-1\,(k)}_j"),
                    r"a^{l-1\,(k)}_j",
                    (
                        "What comes into the layer is the activation of the layer below, not its sum.",
                        "That comes after the weight. It multiplied what lies before it.",
                        "",
                    ),
                ),
                Gap(
                    4,
                    rf"{_ALL_W} = {HOLE} (\mathbf{{a}}^{{l-1}})^\top",
                    (
                        r"\boldsymbol{\delta}^l",
                        r"\boldsymbol{\delta}^{l+1}",
                        r"\frac{1}{m} \boldsymbol{\delta}^l",
                    ),
                    r"\boldsymbol{\delta}^l",
                    (
                        "",
                        "The weight leads into layer l, so it is the delta of layer l.",
                        "Delta has its 1/m already, from the loss.",
                    ),
                ),
            ),
        ),
        Derivation(
            "grad-b",
            "The gradient by the biases",
            "eq-grad-b",
            "04-the-delta-recursion",
            (
                Line(
                    rf"{_B} = \sum_{{k}} {_d(_Z_K)} \cdot {_d('b^l_i', _Z_K)}",
                    "The bias is added once for each example k: one path for each example.",
                ),
                Line(
                    rf"{_B} = \sum_{{k}} {_DELTA_K} \cdot {_d('b^l_i', _Z_K)}",
                    "The first factor is by definition the delta of unit i for example k.",
                ),
                Line(
                    rf"{_B} = \sum_{{k}} {_DELTA_K}",
                    "The bias is added to the sum as it is, so the sum changes one for one with it.",
                ),
                Line(
                    rf"{_ALL_B} = \sum_{{k}} \boldsymbol{{\delta}}^{{l\,(k)}}",
                    "For all units at once: add the columns of delta.",
                ),
            ),
            (
                Line(
                    rf"{_B} = \sum_{{k}} {_DELTA_K} \cdot b^l_i",
                    "The derivative of the sum by its bias is 1, not the bias.",
                ),
                Line(
                    rf"{_ALL_B} = \frac{{1}}{{m}} \sum_{{k}}"
                    r" \boldsymbol{\delta}^{l\,(k)}",
                    "The mean over the examples is taken in the loss, so every delta has its 1/m "
                    "already. Here it would be divided twice.",
                ),
            ),
            (
                Gap(
                    1,
                    rf"{_B} = \sum_{{k}} {HOLE} \cdot {_d('b^l_i', _Z_K)}",
                    (r"a^{l\,(k)}_i", _DELTA_K, r"\delta^{l-1\,(k)}_i"),
                    _DELTA_K,
                    (
                        "Along a path derivatives are multiplied, not values.",
                        "",
                        "The bias enters the sum of layer l.",
                    ),
                ),
                Gap(
                    3,
                    rf"{_ALL_B} = {HOLE} \boldsymbol{{\delta}}^{{l\,(k)}}",
                    (r"\sum_{k}", r"\frac{1}{m} \sum_{k}", r"\sum_{i}"),
                    r"\sum_{k}",
                    (
                        "",
                        "Delta has its 1/m already, from the loss.",
                        "The units keep apart, each has its own bias. What is added up are the "
                        "examples.",
                    ),
                ),
            ),
        ),
        Derivation(
            "softmax",
            "Softmax and cross-entropy together",
            "eq-softmax-delta",
            "06-softmax-and-cross-entropy",
            (
                Line(
                    r"\ell = -\sum_{k} y_k \ln p_k",
                    "It is the definition of the cross-entropy of one example.",
                ),
                Line(
                    r"\ell = -\sum_{k} y_k \left( z_k - \ln \sum_{j} e^{z_j} \right)",
                    "The softmax divides e to the logit by the sum over all classes, and the logarithm "
                    "of a quotient is a difference.",
                ),
                Line(
                    r"\ell = -\sum_{k} y_k z_k + \ln \sum_{j} e^{z_j}",
                    "The second term is the same for every k, and the targets add up to 1.",
                ),
                Line(
                    r"\frac{\partial \ell}{\partial z_i} = -y_i"
                    r" + \frac{1}{\sum_{j} e^{z_j}} \cdot \frac{\partial}{\partial z_i} \sum_{j} e^{z_j}",
                    "Now the derivative: of the first sum one term is left, and the logarithm's "
                    "derivative is 1 divided by what is in it, times that one's own derivative.",
                ),
                Line(
                    r"\frac{\partial \ell}{\partial z_i} = -y_i + \frac{e^{z_i}}{\sum_{j} e^{z_j}}",
                    "Only the term with j = i depends on this logit, and the exponential is its own "
                    "derivative.",
                ),
                Line(
                    r"\frac{\partial \ell}{\partial z_i} = p_i - y_i",
                    "The quotient is the softmax again.",
                ),
                Line(
                    r"\boldsymbol{\delta}^L = \frac{1}{m} (\mathbf{p} - \mathbf{Y})",
                    "For a batch the loss is the mean over m examples, so each column gets its 1/m.",
                ),
            ),
            (
                Line(
                    r"\frac{\partial \ell}{\partial z_i} = -\frac{y_i}{p_i} \cdot p_i (1 - p_i)",
                    "This takes the softmax entry by entry. Every probability depends on this logit, "
                    "through the sum below the line.",
                ),
                Line(
                    r"\ell = -\sum_{k} y_k z_k + \sum_{j} z_j",
                    "The logarithm of a sum is not the sum of the logarithms.",
                ),
            ),
            (
                Gap(
                    1,
                    rf"\ell = -\sum_{{k}} y_k \left( z_k - {HOLE} \right)",
                    (r"\sum_{j} z_j", r"\ln \sum_{j} e^{z_j}", r"\ln e^{z_k}"),
                    r"\ln \sum_{j} e^{z_j}",
                    (
                        "The logarithm of a sum is not the sum of the logarithms.",
                        "",
                        "The softmax divides by the sum over all classes.",
                    ),
                ),
                Gap(
                    4,
                    rf"\frac{{\partial \ell}}{{\partial z_i}} = -y_i + {HOLE}",
                    (
                        r"\frac{e^{z_i}}{\sum_{j} e^{z_j}}",
                        r"\frac{1}{\sum_{j} e^{z_j}}",
                        "1",
                    ),
                    r"\frac{e^{z_i}}{\sum_{j} e^{z_j}}",
                    (
                        "",
                        "The derivative of the sum itself is missing: e to this logit.",
                        "All terms but one do not depend on this logit: their derivatives are 0.",
                    ),
                ),
                Gap(
                    6,
                    rf"\boldsymbol{{\delta}}^L = {HOLE} (\mathbf{{p}} - \mathbf{{Y}})",
                    ("1", r"\frac{1}{m}", r"\frac{1}{n_L}"),
                    r"\frac{1}{m}",
                    (
                        "The loss of a batch is a mean over its examples.",
                        "",
                        "The classes are added up in the loss. The mean is over the examples.",
                    ),
                ),
            ),
        ),
    )
}
