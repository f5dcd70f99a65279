"""Arithmetic in displayed equations: "0.75 + 0.15 + 0.1 = 1.0" is worked out and compared.

A display is cut at = and at \\approx. Neighbouring pieces that hold numbers only must have the same
value, as far as they are printed; pieces with a symbol in them are passed over. A matrix of numbers
is compared entry by entry, after a factor before it or the product of two.
"""

import math
import re

import numpy as np

NUMERIC = re.compile(r"(?:[-+*/().,\s\d]|exp|log|sqrt)+")
NAMES = {"exp": math.exp, "log": math.log, "sqrt": math.sqrt}
BRACES = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
MATRIX = re.compile(r"\\begin\{pmatrix\}(.*?)\\end\{pmatrix\}", re.S)
ROW_END = re.compile(r"\\\\(?:\[[^\]]*\])?")
SPACES = (
    r"\\(?:quad|qquad|left(?!arrow)|right(?!arrow)|bigl|bigr|Bigl|Bigr|displaystyle|[,;:!])|&|~"
)


def comparisons(latex):
    """[(piece, its value, next piece, its value, whether they agree)] of a displayed equation."""
    chains, found = [], []
    latex = re.sub(r"\\(?:begin|end)\{aligned\}", "", MATRIX.sub(_brackets, latex))
    for row in ROW_END.split(latex):
        row = re.sub(SPACES, " ", row).strip()
        if chains and re.match(r"[=+]|-(?!.*=)|\\(?:approx|cdot)", row):
            chains[-1] += " " + row
        else:
            chains.append(row)
    for chain in chains:
        pieces = [piece.strip(" .,") for piece in re.split(r"=|\\approx|\\leftarrow", chain)]
        for one, two in zip(pieces, pieces[1:]):
            values = number(one), number(two)
            if values[0] is not None and values[1] is not None:
                same = np.shape(values[0]) == np.shape(values[1])
                agree = same and np.all(abs(values[0] - values[1]) <= slack(one) + slack(two))
                found.append((one, values[0], two, values[1], bool(agree)))
    return found


def _brackets(matrix):
    """A matrix as [1, 2; 3, 4]."""
    return "[" + ROW_END.sub(";", matrix[1]).replace("&", ",") + "]"


def number(piece):
    """The value of a piece of LaTeX, or None if something other than numbers is in it."""
    piece = re.sub(r"\\mathbf\{(-?[\d.]+)\}", r"\1", piece)
    if "[" in piece:
        return _matrix(piece)
    code = re.sub(r"\\underbrace" + BRACES + r"_" + BRACES, r"(\1)", piece)
    code = re.sub(r"\\[td]?frac(\d)(\d)", r"(\1/\2)", code)
    for _ in range(4):  # fractions within fractions
        code = re.sub(r"\\[td]?frac\s*" + BRACES + r"\s*" + BRACES, r"((\1)/(\2))", code)
        code = re.sub(r"\be\^" + BRACES, r"exp(\1)", code)
    code = re.sub(r"\\sqrt\s*" + BRACES, r"sqrt(\1)", code)
    code = re.sub(r"\\sqrt\s*(\d)", r"sqrt(\1)", code)
    code = re.sub(r"\\ln\s*([\d.]+)", r"log(\1)", code)
    code = re.sub(r"\\ln\s*\(", "log(", code)
    code = re.sub(r"\^" + BRACES, r"**(\1)", code)
    code = re.sub(r"\^(\d)", r"**\1", code)
    code = re.sub(r"\\cdot|\\times", "*", code)
    code = re.sub(r"\)\s*\(", ")*(", code)
    if not code.strip() or not NUMERIC.fullmatch(code) or not re.search(r"\d", code):
        return None
    try:
        return float(eval(code, {"__builtins__": {}}, NAMES))
    except (SyntaxError, TypeError, ZeroDivisionError):
        return None


def _matrix(piece):
    """The value of "2 [1, 2; 3, 4]", or of the product of two matrices."""
    parts = re.fullmatch(r"([^\[\]]*)\[([^\]]*)\]\s*(?:\[([^\]]*)\])?", piece)
    if parts is None:
        return None
    values = [number(parts[1]) if parts[1].strip() else 1.0]
    for matrix in filter(None, parts.groups()[1:]):
        entries = [[number(entry) for entry in row.split(",")] for row in matrix.split(";")]
        values.append(None if any(None in row for row in entries) else np.array(entries))
    if any(value is None for value in values):
        return None
    factor, first, *second = values
    return factor * (first @ second[0] if second else first)


def slack(piece):
    """How far a piece may be off: a number alone by half of its last digit, an expression by one
    unit of the last digit of each number in it that has 4 decimals or more, so may be rounded."""
    if piece.startswith("[") and piece.count("[") == 1:
        return max(slack(entry.strip()) for entry in re.split("[,;]", piece.strip("[] ")))
    piece = re.sub(r"\\mathbf\{(-?[\d.]+)\}", r"\1", piece)
    alone = re.fullmatch(r"-?\d+(?:\.(\d+))?", piece)
    if alone:
        return 0.501 * 10.0 ** -len(alone[1]) if alone[1] else 1e-9
    rounded = re.findall(r"\.(\d{4,})", piece)
    return 1e-9 + sum(10.0 ** -len(decimals) for decimals in rounded)
