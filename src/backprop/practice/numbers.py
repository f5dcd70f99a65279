"""Numbers as one writes them by hand: fractions where they are exact, else decimals."""

from fractions import Fraction

import numpy as np

MOST_DECIMALS = 6  # of a number that is taken as exact: 0.125, but not 0.1234567


def as_fractions(array):
    """The array (any shape) with a Fraction for each decimal number, or None if one has too many
    decimals."""
    exact = np.empty(np.shape(array), dtype=object)
    for index, number in np.ndenumerate(np.asarray(array, dtype=np.float64)):
        exact[index] = Fraction(repr(round(float(number), MOST_DECIMALS)))
        if float(exact[index]) != number:
            return None
    return exact


def decimals_of(fraction):
    """How many decimals the fraction has, None if they never end."""
    rest, twos, fives = fraction.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


def written(number, digits, *, tex=False):
    """One number in text or TeX: exactly if it is a Fraction that allows it, else to `digits` decimals."""
    if isinstance(number, Fraction):
        places = decimals_of(number)
        if places is not None and places <= max(digits, MOST_DECIMALS):
            return f"{float(number):.{places}f}"
        if number.denominator < 1000:
            sign, top, bottom = "-" * (number < 0), abs(number.numerator), number.denominator
            return rf"{sign}\tfrac{{{top}}}{{{bottom}}}" if tex else f"{sign}{top}/{bottom}"
    text = f"{float(number):.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text


def tex(array, digits):
    """A matrix in TeX; a single number stands without brackets."""
    array = np.atleast_2d(array)
    rows = [[written(number, digits, tex=True) for number in row] for row in array]
    if array.size == 1:
        return rows[0][0]
    body = r" \\ ".join(" & ".join(row) for row in rows)
    return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"


def lines(array, digits):
    """A matrix as lines of text, all of one width."""
    array = np.atleast_2d(array)
    rows = [[written(number, digits) for number in row] for row in array]
    if array.size == 1:
        return [rows[0][0]]
    widths = [max(map(len, column)) for column in zip(*rows)]
    inner = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths)) for row in rows]
    return [f"[ {line} ]" for line in inner]


def beside(*parts):
    """Pieces of text, each a string or a list of lines, set beside each other, centred."""
    blocks = [[part] if isinstance(part, str) else part for part in parts]
    height = max(map(len, blocks))
    columns = []
    for block in blocks:
        width = max(map(len, block))
        above = (height - len(block)) // 2
        padded = [""] * above + block + [""] * (height - len(block) - above)
        columns.append([line.ljust(width) for line in padded])
    return [" ".join(row).rstrip() for row in zip(*columns)]
