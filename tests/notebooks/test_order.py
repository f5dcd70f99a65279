"""Nothing comes before it is explained: the glossary's words, the notation page's symbols, NumPy's names."""

import ast
import re

import numpy as np
import pytest

import chapters
from conftest import BOOK

NUMBERS = {int(path.stem[:2]): path for path in chapters.CHAPTERS}
GLOSSARY = (BOOK / "92-glossary.md").read_text(encoding="utf-8")
NOTATION = (BOOK / "90-notation.md").read_text(encoding="utf-8")
ENTRY = re.compile(r"^(?P<term>\S[^\n]*)\n(?P<text>(?:  [^\n]*\n)+)", re.M)

# (term, chapter that uses it first): why it may
EARLIER = {
    ("backpropagation", 3): "the name of what the next chapter assembles, said so there",
    ("chain rule", 2): "announced for the next chapter",
    ("delta", 3): "announced for the next chapter",
    ("forward mode", 3): "explained where it stands, in a solution",
    ("reverse mode", 3): "explained where it stands, in a solution",
    ("gradient descent", 4): "in the name of the chapter that a link leads to",
    ("stochastic gradient descent", 4): "in the name of the chapter that a link leads to",
    ("learning rate", 2): "explained where it stands, with the chapter",
    ("learning rate", 4): "explained where it stands, as the factor of the update",
    ("softmax", 4): "explained in the box where it stands",
    ("delta", 1): "in the name of the chapter that a link leads to",
    ("loss", 1): "says where the chapters lead",
    ("softmax", 3): "explained where it stands, as an activation that is not elementwise",
    ("target", 1): "explained where it stands",
}

# the sign of a symbol in LaTeX: the chapter that explains it
EXPLAINED = {
    r"\\eta\b": 2,
    r"\\odot\b": 3,
    r"\\operatorname\{diag\}": 3,
    r"\\mathcal\{O\}": 3,
    r"\\boldsymbol\{\\delta\}": 3,  # announced at its end
    r"\\varepsilon\b": 4,
    r"\\Delta\\mathcal\{L\}": 5,
    r"\\lambda_": 5,
    r"\\l?vert B\\r?vert|\|B\|": 5,
    r"\\mathbf\{p\}": 6,
    r"\\mathbf\{J\}": 3,
    r"\\langle\b": 7,
    r"\\dot\b": 8,
    r"\\bar\b": 10,
    r"\\mathbf\{H\}": 10,
    r"\\nabla\b": 10,
}

SIGN = re.compile(r"\\(?:mathbf|boldsymbol|mathcal)\{(?:[^{}]|\{[^}]*\})*\}|\\[a-zA-Z]+|[A-Za-z]")
LAYOUT = (
    r"big Big Bigl Bigr bigl bigr left right underbrace boxed quad qquad cdots dots vdots ddots "
)
LAYOUT += (
    "text frac dfrac tfrac times cdot to in ne neq le approx ast top prime colon ln log lim min "
)
LAYOUT += "sum prod sqrt infty partial"
# not on the notation page, though it stands in a displayed equation, and why
UNLISTED = {"\\" + name: "layout, or a sign of school mathematics" for name in LAYOUT.split()}
UNLISTED |= {
    "r": "a difference (2), rows of a Jacobian (3) and half an interval (7), said beside the equation",
    "c": "columns of a Jacobian (3), a shift (6), a bound (7), a count (11), said beside the equation",
    "s": "an index (3, 8), a step (2), a deviation (11), a path's number (10), said beside it",
    "t": "the number along a direction in chapter 8's exercise, and letters of words",
    "g": "the two entries of a gradient in chapter 2, said beside the equation",
    "f": "a circuit's output in chapter 3's exercise",
    "q": "a circuit's number in chapter 3's exercise",
}


# NumPy's names that need no words
MATHEMATICS = ["abs", "cos", "exp", "log", "mean", "pi", "sin", "sqrt", "sum", "tanh"]
HIDDEN = {"remove-input", "remove-cell", "hide-input", "hide-cell"}
MODULES_OF_NUMPY = {"random", "linalg"}
OF_OTHERS = {*dir(list), *dir(str), *dir(dict)}
METHODS = {*dir(np.ndarray), *dir(np.random.Generator)} - OF_OTHERS


def numpy_names(code):
    """The names of NumPy in a cell, and of its arrays and generators: {"np.linspace", "ravel"}."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        name = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        dotted = re.match(r"np\.(?:(?:random|linalg)\.)?\w+$", name)
        if dotted and name.removeprefix("np.") not in MODULES_OF_NUMPY:
            found.add(name)
        elif name and not dotted and node.attr in METHODS:
            found.add(node.attr)
    return found


def explained(text):
    """The last parts of the names in inline code, such as `np.linspace(a, b)` or `linspace`."""
    return set(re.findall(r"[A-Za-z_]\w*", " ".join(re.findall(r"`([^`\n]+)`", text))))


@pytest.mark.parametrize("path", chapters.CHAPTERS, ids=lambda path: path.stem)
def test_no_name_of_numpy_comes_unexplained(path):
    """The page says what it does, or an earlier one, or the table on the notation page."""
    before = [other for other in chapters.CHAPTERS if other <= path]
    words = explained(" ".join([NOTATION, GLOSSARY, *map(chapters.text, before)]))
    left = {}
    for cell in chapters.cells(path):
        if cell.cell_type != "code" or HIDDEN & set(cell.metadata.get("tags", ())):
            continue
        for name in numpy_names(cell.source):
            if name.rpartition(".")[2] not in words | set(MATHEMATICS):
                left[name] = cell.source.splitlines()[0]
    assert not left, f"say what it does, here or under NumPy names on the notation page: {left}"


def test_an_unexplained_name_of_numpy_is_found():
    code = "u = np.linalg.norm(np.einsum('i,i', v, v)) + np.random.default_rng(0).normal()"
    assert numpy_names(code) == {"np.linalg.norm", "np.einsum", "np.random.default_rng", "normal"}
    assert numpy_names("words.split().copy(); v.tolist()") == {"tolist"}
    words = explained("`np.linalg.norm` is the length, `default_rng(seed)` makes a generator")
    assert {"norm", "default_rng"} <= words and "einsum" not in words
    assert "einsum" not in explained(NOTATION + GLOSSARY)


def symbols(equation):
    """The signs of a displayed equation, without environments, words and plain numbers."""
    equation = re.sub(r"\\(?:begin|end|text|label|operatorname)\s*\{[^}]*\}", " ", equation)
    equation = re.sub(r"_\{\\text\{[^}]*\}\}|_\{[a-z]{2,}\}", " ", equation)
    return {s for s in SIGN.findall(equation) if not re.fullmatch(r"\\mathbf\{-?[\d.]+\}", s)}


def before(text, number, term):
    return re.search(rf"\b{re.escape(term)}s?\b", text, re.I) and (term, number)


def words(path):
    text = re.sub(r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`", " ", chapters.text(path), flags=re.S)
    return re.sub(r"\]\([^)]*\)|\{eq\}", " ", text)


def used_before():
    """(term, chapter) of each word of the glossary that a chapter uses before the entry's own."""
    entries = ENTRY.findall(GLOSSARY[GLOSSARY.index("```{glossary}") :])
    assert len(entries) > 40
    found = set()
    for term, text in entries:
        first = min(int(number) for number in re.findall(r"\((\d\d)-", text))
        earlier = [n for n in NUMBERS if n < first]
        found |= {hit for n in earlier if (hit := before(words(NUMBERS[n]), n, term))}
    return found


def test_no_word_of_the_glossary_comes_before_its_chapter():
    found = used_before()
    assert not found - set(EARLIER), "used before the chapter that the glossary names"
    assert not set(EARLIER) - found, "listed as an exception and not needed any more"


@pytest.mark.parametrize("sign", EXPLAINED)
def test_no_symbol_comes_before_its_chapter(sign):
    uses = [n for n, path in NUMBERS.items() if re.search(sign, chapters.text(path))]
    assert uses, "the pattern finds nothing"
    assert min(uses) >= EXPLAINED[sign], f"used in chapter {min(uses)}"


@pytest.mark.parametrize("path", chapters.CHAPTERS, ids=lambda path: path.stem)
def test_every_symbol_of_a_displayed_equation_is_on_the_notation_page(path):
    listed = symbols(" ".join(re.findall(r"\$[^$]+\$", NOTATION)))
    missing = {}
    for equation in re.findall(r"\$\$(.*?)\$\$", chapters.text(path), re.S):
        for sign in symbols(equation) - listed - set(UNLISTED):
            missing.setdefault(sign, equation.strip()[:80])
    assert not missing, missing


def test_what_is_missing_is_found():
    assert symbols(
        r"\boldsymbol{\theta} + \mathbf{0.1} \leftarrow \text{word} \bar{\mathbf{Z}}"
    ) == {
        r"\boldsymbol{\theta}",
        r"\leftarrow",
        r"\bar",
        r"\mathbf{Z}",
    }
    assert before("the logits of", 1, "logit") and not before("the logistic", 1, "logit")
