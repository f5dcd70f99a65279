"""One thing has one name: strays from the course's terms, symbols and code names, page by page."""

import re

import pytest

import chapters
from conftest import BOOK

PROSE = {
    r"\bcost functions?\b": "loss",
    r"\berror functions?\b": "loss",
    r"\bminibatch": "mini-batch",
    r"\bdatasets?\b": "data set",
    r"\bReLU\b|\brelu's\b(?= of)": "relu",
    r"\bone hot\b": "one-hot",
    r"\bcross entropy\b": "cross-entropy",
    r"\binitializ": "initialis...",
    r"\b(?:behavior|colors?|center|gray|analyz\w+|optimiz\w+)\b": "British spelling",
    r"\bback-propagat": "backpropagation",
    r"\bsoft-max\b": "softmax",
    r"\bhidden neurons?\b": "hidden unit",
    r"\b(?:obvious(?:ly)?|simpl[ey]|trivial(?:ly)?|of course|just(?! as))\b": "no such words here",
}
SYMBOLS = {
    r"\\delta_\{?[lL]\b": r"the layer stands above: \delta^l",
    r"\\(?:math|bold)\w*\{[WbzaWZA]\}_\{?[lL]\b": r"the layer stands above: \mathbf{W}^l",
    r"\^\{?[\[(][lL][\])]": "the layer stands above without brackets",
    r"\\mathbf\{\\delta\}": r"\boldsymbol{\delta}",
    r"\\circ\b|\\otimes\b": r"the Hadamard product is \odot",
    r"\^T\b|\^\{T\}|\^\\intercal": r"the transpose is ^\top",
    r"\\alpha\b": r"the learning rate is \eta",
    r"\\nabla_": r"\partial\mathcal{L}/\partial...",
    r"\bJ\(\\theta|\\mathcal\{J\}|\\mathcal\{C\}": r"the loss is \mathcal{L}",
}
CODE = {
    r"\blr\b|\blearn_rate\b": "learning_rate, or eta for a number of the text",
    r"\by_hat\b|\by_pred\b": "a[L], predict(network, X)",
    r"\bnp\.random\.(?!default_rng|Generator)": "a numpy.random.Generator",
    r"\brandom_state\b": "rng",
    r"\bgrad_W\b": "dW, db, or grads.W",
    r"\bdelta_l\b|\bW_l\b": "delta[l], W[l]",
}
QUOTES = "91-reading-the-article"  # quotes what the article writes


def prose(path):
    """The words of a page without formulas, code, links and quotations."""
    text = chapters.text(path)
    for left_out in (
        r"^```.*?^```$",
        r"\$\$.*?\$\$",
        r"\$[^$]*\$",
        r"`[^`]*`",
        r"\]\([^)]*\)",
        r'"[^"\n]*"',
        r"\*[^*\n]+\*",
    ):
        text = re.sub(left_out, " ", text, flags=re.M | re.S)
    return text


def symbols(path):
    return "\n".join(re.findall(r"\$\$.*?\$\$|\$[^$\n]+\$", chapters.text(path), re.S))


def code(path):
    if path.suffix == ".md":
        return ""
    return "\n".join(cell.source for cell in chapters.cells(path) if cell.cell_type == "code")


def strays(text, names):
    return [
        f"{match.group(0)!r} in {text[max(match.start() - 30, 0) : match.end() + 30]!r}: {instead}"
        for pattern, instead in names.items()
        for match in re.finditer(pattern, text)
    ]


@pytest.mark.parametrize("path", chapters.PAGES, ids=lambda path: path.stem)
def test_no_strays(path):
    found = strays(prose(path), PROSE) + strays(code(path), CODE)
    if path.stem != QUOTES:
        found += strays(symbols(path), SYMBOLS)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("the cost function of a dataset", PROSE),
        ("this is obvious", PROSE),
        (r"$\boldsymbol{\delta}_l$ and $W^T$", SYMBOLS),
        (r"$\delta_{l}$", SYMBOLS),
        ("train(network, lr=0.1)", CODE),
        ("np.random.normal(size=3)", CODE),
    ],
)
def test_a_stray_is_found(text, names):
    assert strays(text, names)


def test_every_symbol_of_the_four_equations_is_on_the_notation_page():
    notation = (BOOK / "90-notation.md").read_text(encoding="utf-8")
    for symbol in (
        r"\boldsymbol{\delta}^l",
        r"\mathbf{W}^l",
        r"\mathbf{a}^l",
        r"\mathbf{z}^l",
        r"\mathbf{b}^l",
        r"\odot",
        r"\eta",
        r"\sigma^l",
        r"\mathcal{L}",
    ):
        assert symbol in notation, symbol
