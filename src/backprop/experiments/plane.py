"""Points in the plane that a learner brings: by a function of x1 and x2, or as a table of numbers."""

import ast
import math
import operator

import numpy as np

REACH = 1.5  # the points of a function lie in the square from -REACH to REACH
LONGEST = 200  # characters of an expression
MOST_POINTS, MOST_CLASSES = 1000, 5
LARGEST = 1e6  # of a coordinate
NAMED = 3  # bad lines that are told of

CONSTANTS = {"pi": math.pi, "e": math.e}
FUNCTIONS = {
    **{f.__name__: f for f in (np.arctan, np.cos, np.cosh, np.exp, np.floor, np.log, np.sign)},
    **{f.__name__: f for f in (np.sin, np.sinh, np.sqrt, np.tan, np.tanh)},
    **{"abs": np.abs, "max": np.maximum, "min": np.minimum},
}
OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: np.true_divide,
    ast.Mod: np.mod,
    ast.Pow: np.power,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.And: np.logical_and,
    ast.Or: np.logical_or,
    ast.Not: np.logical_not,
}


def value_of(expression, x1, x2):
    """The expression's values (m,) for x1 and x2 (m,): numbers, arithmetic, comparisons, FUNCTIONS.

    It is read, never run as Python. Raises ValueError that names what it cannot be.
    """
    if not isinstance(expression, str):
        raise TypeError(f"function: expected an expression, got {expression!r}")
    text = expression.strip()
    if not text or len(text) > LONGEST:
        raise ValueError(
            f"function: expected an expression of at most {LONGEST} characters in x1 and x2, "
            f"such as x1**2 + x2**2 - 1, got {len(text)}"
        )
    try:
        tree = ast.parse(text.replace("^", "**").replace("\N{MINUS SIGN}", "-"), mode="eval").body
        with np.errstate(all="ignore"):
            value = _value(tree, {"x1": x1, "x2": x2, **CONSTANTS})
    except (SyntaxError, RecursionError, MemoryError) as error:
        where = f" at character {error.offset}" if getattr(error, "offset", None) else ""
        raise ValueError(f"function: expected an expression, got {text!r}{where}") from None
    value = np.broadcast_to(np.asarray(value, float), x1.shape)
    if not np.isfinite(value).all():
        k = np.argmin(np.isfinite(value))
        raise ValueError(
            f"function: expected a finite value everywhere, got {value[k]} at x1 = {x1[k]:.2f}, "
            f"x2 = {x2[k]:.2f}"
        )
    return value


def _value(node, names):
    match node:
        case ast.Constant(value=bool() | int() | float() as number):
            return np.float64(number)
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.BinOp(left, op, right) if type(op) in OPERATORS:
            return OPERATORS[type(op)](_value(left, names), _value(right, names))
        case ast.UnaryOp(op, operand) if type(op) in OPERATORS:
            return 1.0 * OPERATORS[type(op)](_value(operand, names))
        case ast.BoolOp(op, values):
            first, *others = (_value(each, names) for each in values)
            for other in others:
                first = OPERATORS[type(op)](first, other)
            return 1.0 * first
        case ast.Compare(left, [op], [right]) if type(op) in OPERATORS:
            return 1.0 * OPERATORS[type(op)](_value(left, names), _value(right, names))
        case ast.Call(ast.Name(id=name), arguments, []) if name in FUNCTIONS:
            function = FUNCTIONS[name]
            if len(arguments) != function.nin:
                raise ValueError(
                    f"function: expected {function.nin} argument{'s' * (function.nin > 1)} of "
                    f"{name}, got {len(arguments)}"
                )
            return function(*(_value(each, names) for each in arguments))
    raise ValueError(
        f"function: expected numbers, x1, x2, + - * / % **, comparisons, and, or, not and "
        f"{', '.join(sorted({*FUNCTIONS, *CONSTANTS}))}, got {ast.unparse(node)!r}"
    )


def by_function(expression, m, *, rng):
    """m points of the square, class 1 where the expression is greater than 0: X (2, m), labels (m,)."""
    X = rng.uniform(-REACH, REACH, size=(2, m))
    labels = (value_of(expression, *X) > 0).astype(int)
    if len({*labels}) < 2:
        raise ValueError(
            f"function: expected values on both sides of 0, got {'only' if labels[0] else 'none'} "
            f"greater than 0 among {m} points"
        )
    return X, labels


def in_table(text):
    """The points of a table, a line each: x1, x2 and the class 0, 1, ...: X (2, m), labels (m,).

    Commas, semicolons, tabs or blanks part the columns; a first line of words names them. Raises
    ValueError that names the bad lines.
    """
    rows, bad = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        words = _words(line)
        try:
            x1, x2, label = map(float, words)
            good = math.isfinite(x1) and math.isfinite(x2) and label in range(MOST_CLASSES)
        except (ValueError, OverflowError):
            if not rows and not bad and not any(_is_number(word) for word in words):
                continue  # the names of the columns
            good = False
        if good:
            rows.append((x1, x2, int(label)))
        else:
            bad.append(f"line {number}, got {line.strip()[:40]!r}")
    if bad:
        more = f" and {len(bad) - NAMED} more" if len(bad) > NAMED else ""
        raise ValueError(
            f"points: expected x1, x2 and a class from 0 to {MOST_CLASSES - 1} in each line; "
            f"{'; '.join(bad[:NAMED])}{more}"
        )
    return checked_points(rows)


def checked_points(rows):
    """X (2, m) and labels (m,) of rows (x1, x2, class). Raises ValueError where they are no data."""
    if not 6 <= len(rows) <= MOST_POINTS:
        raise ValueError(f"points: expected 6 to {MOST_POINTS} of them, got {len(rows)}")
    try:
        table = np.array(rows, dtype=np.float64)
        good = table.shape == (len(rows), 3) and np.abs(table).max() <= LARGEST
    except (TypeError, ValueError):
        good = False
    if not good:
        raise ValueError("points: expected x1, x2 and a class for each, numbers up to a million")
    labels = table[:, 2].astype(int)
    if (labels != table[:, 2]).any() or labels.min() < 0 or labels.max() >= MOST_CLASSES:
        raise ValueError(f"points: expected classes from 0 to {MOST_CLASSES - 1}")
    if len({*labels.tolist()}) < 2:
        raise ValueError(f"points: expected at least two classes, got only class {labels[0]}")
    return table[:, :2].T.copy(), labels


def _words(line):
    for mark in (";", "\t", ","):
        if mark in line:
            return [word.strip() for word in line.split(mark)]
    return line.split()


def _is_number(word):
    try:
        float(word)
    except ValueError:
        return False
    return True
