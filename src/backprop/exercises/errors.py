"""What helps with an error that NumPy or Python raised in a learner's own line.

    words_for(error)   "W1 has shape (3, 2), X has (2, 5): ..." or "" where nothing is known

The line is read, not run again: only its names are looked up, in the frame where it stopped.
"""

import ast
import builtins
import difflib
import itertools
import linecache
import re
from types import ModuleType

import numpy as np

import backprop

NOT_THE_LEARNERS = {"backprop", "numpy", "pagekernel", "IPython", "ipykernel", "pytest", "_pytest"}
UNKNOWN = object()


class Line:
    """The expression that stopped, what its names stand for there, and what it is an operand of."""

    def __init__(self, node, space, outer=None):
        self.node, self.space, self.outer = node, space, outer

    @property
    def operands(self):
        """The two sides, or the arguments of a call."""
        node = self.node
        if isinstance(node, ast.BinOp):
            return [node.left, node.right]
        if isinstance(node, ast.AugAssign):
            return [node.target, node.value]
        if isinstance(node, ast.Compare):
            return [node.left, *node.comparators]
        if isinstance(node, ast.Call):
            listed = [a.elts if isinstance(a, (ast.List, ast.Tuple)) else [a] for a in node.args]
            return [*itertools.chain(*listed)]
        if isinstance(node, ast.UnaryOp):
            return [node.operand]
        if isinstance(node, (ast.Subscript, ast.Attribute)):
            return [node.value]
        return []

    @property
    def product(self):
        """Whether a product of matrices is asked for."""
        if isinstance(self.node, ast.Call):
            return ast.unparse(self.node.func).endswith((".dot", ".matmul"))
        return isinstance(getattr(self.node, "op", None), ast.MatMult)

    def value(self, node):
        """What a name, an attribute of an array or an entry stands for; else UNKNOWN."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return self.space.get(node.id, UNKNOWN)
        if isinstance(node, ast.Attribute):
            owner = self.value(node.value)
            known = isinstance(owner, (np.ndarray, ModuleType, backprop.Network))
            return getattr(owner, node.attr, UNKNOWN) if known else UNKNOWN
        if isinstance(node, ast.Subscript):
            owner, index = self.value(node.value), self.value(node.slice)
            if isinstance(owner, (list, tuple, np.ndarray)) and isinstance(index, int):
                return owner[index] if -len(owner) <= index < len(owner) else UNKNOWN
        return UNKNOWN

    def shape(self, node):
        """The shape of a value, also of a product or a sum of what is known; else None."""
        value = self.value(node)
        if value is not UNKNOWN:
            return value.shape if isinstance(value, (np.ndarray, np.generic)) else None
        if isinstance(node, ast.UnaryOp):
            return self.shape(node.operand)
        if isinstance(node, ast.Attribute) and node.attr == "T":
            inner = self.shape(node.value)
            return inner and inner[::-1]
        if isinstance(node, ast.BinOp):
            left, right = self.shape(node.left), self.shape(node.right)
            if isinstance(self.value(node.left), (int, float)):
                return right
            if isinstance(self.value(node.right), (int, float)):
                return left
            if left and right and isinstance(node.op, ast.MatMult):
                return _product(left, right)
            if left and right:
                return _broadcast(left, right)
        return None


def words_for(error):
    """What helps with `error`, in a sentence or two; "" where nothing is known."""
    try:
        if _module([*_frames(error.__traceback__)][-1][0]) == "backprop":
            return ""  # the module has words of its own
        line = _stopped_at(error)
        message = str(error)
        for kind, pattern, help_with in HELP:
            found = re.search(pattern, message)
            if isinstance(error, kind) and found:
                if isinstance(help_with, str):
                    said = help_with.format(*map(_written, found.groups()))
                else:
                    said = help_with(line, found)
                if said:
                    return said if said.endswith((".", "?")) else f"{said}."
    except Exception:  # an error of its own would hide the learner's
        pass
    return ""


def _stopped_at(error):
    """The learner's innermost line: its node may be None where the Python is too old to say."""
    frames = [
        (frame, position)
        for frame, position in _frames(error.__traceback__)
        if _module(frame) not in NOT_THE_LEARNERS
    ]
    if not frames:
        return Line(None, {})
    frame, position = frames[-1]
    space = {**frame.f_globals, **frame.f_locals}
    tree = ast.parse("".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals)))
    for node in ast.walk(tree):
        if isinstance(node, (ast.expr, ast.AugAssign)) and position == (
            node.lineno,
            node.end_lineno,
            node.col_offset,
            node.end_col_offset,
        ):
            around = (each for each in ast.walk(tree) if node in ast.iter_child_nodes(each))
            return Line(node, space, next(around, None))
    return Line(None, space)


def _module(frame):
    return frame.f_globals.get("__name__", "").partition(".")[0]


def _frames(tb):
    """(frame, (line, last line, column, last column)) from the outermost call to the innermost."""
    while tb is not None:
        code = tb.tb_frame.f_code
        places = list(code.co_positions()) if hasattr(code, "co_positions") else None
        yield tb.tb_frame, places and places[tb.tb_lasti // 2]
        tb = tb.tb_next


# Shapes


def _product(left, right):
    """The shape of left @ right, or None."""
    if not left or not right or max(len(left), len(right)) > 2:
        return None
    return (*left[:-1], *right[1:]) if left[-1] == right[0] else None


def _broadcast(left, right):
    try:
        return np.broadcast_shapes(left, right)
    except ValueError:
        return None


def _count(size, what):
    return f"{size} {what}{'' if int(size) == 1 else 's'}"


def _written(shape):
    """ "(3, 5)" for NumPy's "(3,5)"."""
    return shape.replace(",", ", ").replace(", )", ",)")


SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.MatMult: "@"}


def _sign(node):
    return SIGNS.get(type(getattr(node, "op", None)), "and")


def _texts(nodes):
    return [ast.unparse(node) for node in nodes]


def _operand(node):
    """Its text as it can stand beside any sign: A + B needs its parentheses."""
    loose = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Lambda)
    return f"({ast.unparse(node)})" if isinstance(node, loose) else ast.unparse(node)


def _turned(text):
    """`X.T` for `X`, and `X` for `X.T`."""
    if text.endswith(".T"):
        return text[:-2]
    return f"{text}.T" if re.fullmatch(r"[\w.\[\]]+|.*\)", text) else f"({text}).T"


def _sides(line, sign):
    """ "`W1 @ X`: W1 has shape (3, 2), X has (2, 5)" and the texts and shapes; None if not known."""
    if len(line.operands) != 2:
        return None
    texts, shapes = [*map(_operand, line.operands)], [*map(line.shape, line.operands)]
    if None in shapes:
        return None
    has = (f"{ast.unparse(node)} has shape {shape}" for node, shape in zip(line.operands, shapes))
    return f"{f' {sign} '.join(texts)}: {', '.join(has)}", texts, shapes


def _regrouped(line):
    """What the same signs give in the other order, where that fits: A * B @ C is (A * B) @ C."""
    for outer in (line.node, line.outer):
        for inner in (outer.left, outer.right) if isinstance(outer, ast.BinOp) else ():
            if {_sign(outer), _sign(inner)} != {"*", "@"}:
                continue
            if inner is outer.left:
                right = ast.BinOp(inner.right, outer.op, outer.right)
                node = ast.BinOp(inner.left, inner.op, right)
            else:
                left = ast.BinOp(outer.left, outer.op, inner.left)
                node = ast.BinOp(left, inner.op, inner.right)
            if line.shape(node):
                text = f"{_operand(node.left)} {_sign(node)} {_operand(node.right)}"
                return [(text, line.shape(node))]
    return []


def _flat(texts, shapes, fit):
    """What is said of an operand that is neither row nor column, where a column fits."""
    for k, (text, shape) in enumerate(zip(texts, shapes)):
        if len(shape) == 1 and fit(*shapes[:k], (*shape, 1), *shapes[k + 1 :]):
            return f" {text} is flat; a column has shape {(*shape, 1)}: {text}.reshape(-1, 1)."
    return ""


def _orders(texts, shapes):
    """The products of two matrices, or of their transposes, that fit: [(text, shape)]."""
    (one, other), (p, q) = texts, shapes
    tried = [
        (f"{one} @ {_turned(other)}", p, q[::-1]),
        (f"{_turned(one)} @ {other}", p[::-1], q),
        (f"{other} @ {one}", q, p),
    ]
    return [(text, _product(*pair)) for text, *pair in tried if _product(*pair)]


def _did_you_mean(orders):
    return "".join(
        f" {'Did you mean' if number == 0 else 'Or'} {text}, of shape {shape}?"
        for number, (text, shape) in enumerate(orders[:2])
    )


def matrix_product(line, found):
    sides = _sides(line, "@=" if isinstance(line.node, ast.AugAssign) else "@")
    if sides is None:
        sizes = re.search(r"size (\d+) is different from (\d+)", found.string)
        if not sizes:
            return ""
        where = f"in {' @ '.join(map(_operand, line.operands))} " if line.operands else ""
        return (
            f"{where}the left side has {_count(sizes[2], 'column')}, the right one "
            f"{_count(sizes[1], 'row')}: for @ they have to be as many. "
            "Look at both shapes, and whether one side lacks a .T."
        )
    said, texts, shapes = sides
    made = _product(*shapes)
    if made:  # by @=
        return f"{said}. Their product has shape {made}, so it can't take the place of {texts[0]}"
    outer, orders = Line(line.outer, line.space), _orders(texts, shapes)
    beside = [] if outer.product else [each for each in map(line.shape, outer.operands) if each]
    fitting = [o for o in orders if o[1] in [_broadcast(o[1], each) for each in beside]]
    hint = _flat(texts, shapes, _product) or _did_you_mean(fitting + _regrouped(line) or orders)
    return (
        f"{said}. For @ the left side needs as many columns ({shapes[0][-1]}) as the right side has "
        f"rows ({shapes[1][0]}).{hint}"
    )


def entry_by_entry(line, found):
    sign = f"{_sign(line.node)}{'=' if isinstance(line.node, ast.AugAssign) else ''}"
    sides = _sides(line, sign)
    rule = "Entry by entry, both need the same shape, or a size of 1 where they differ."
    if sides is None:
        shapes = map(ast.literal_eval, re.findall(r"\((?:\d+,?)*\)", found.string))
        for one, other in itertools.combinations(shapes, 2):
            if _broadcast(one, other) is None:
                return f"shapes {one} and {other} do not fit each other. {rule}"
        return ""
    said, texts, shapes = sides
    kept = shapes[:1] if isinstance(line.node, ast.AugAssign) else shapes
    fits, over = _product(*shapes), _broadcast(shapes[0], shapes[1][::-1])
    turned = [(f"{texts[0]} {sign} {_turned(texts[1])}", over)] if over in kept else []
    orders = _regrouped(line)
    if shapes[0] == shapes[1][::-1]:
        orders = turned + orders
    elif not orders and sign == "*":
        orders = [(" @ ".join(texts), fits)] if fits else _orders(texts, shapes)
    column = _flat(texts, shapes, lambda *pair: _broadcast(*pair) in kept)
    return f"{said}. {rule}{column or _did_you_mean(orders or turned)}"


def new_shape(line, found):
    size, shape = found.groups()
    entries = int(np.prod([int(n) for n in re.findall(r"-?\d+", shape)]))
    if entries < 0:
        return ""
    if re.search(r"\(\d+\)|newaxis", shape) or "-1" in _texts(line.operands):
        return f"the array has {size} entries, no multiple of {entries}: -1 finds no size"
    return f"the array has {size} entries, and shape {_written(shape)} has {entries}"


def side_by_side(line, found):
    said = "; ".join(
        f"{text} has shape {shape}"
        for text, shape in zip(_texts(line.operands), map(line.shape, line.operands))
        if shape
    )
    return (
        f"{said or found.string}. Arrays that are put together agree in every size but one: axis=0 "
        "puts them one above the other, axis=1 side by side."
    )


# What is no array


def _in_layers(value):
    """Whether it is a list such as W: None, then an array for each layer."""
    return isinstance(value, list) and [*map(type, value[:2])] == [type(None), np.ndarray]


def nothing(line, found):
    """An operand that is None or the three dots, where numbers are needed."""
    for node in [line.node, *line.operands] if line.node else []:
        value, text = line.value(node), ast.unparse(node)
        if value is Ellipsis:
            if text == "...":
                return "three dots still stand where your own lines belong"
            return f"{text} is still the three dots: it has no value yet"
        first = isinstance(node, ast.Subscript) and line.value(node.slice) == 0
        if value is None and first and _in_layers(line.value(node.value)):
            owner, index = _operand(node.value), ast.unparse(node.slice)
            zero = "" if index == "0" else f" with {index} = 0"
            return (
                f"{text}{zero} is None: layers count from 1, so {owner}[0] is empty and {owner}[1] "
                "belongs to layer 1"
            )
        if value is None:
            is_none = "None stands here" if text == "None" else f"{text} is None"
            return (
                f"{is_none} where numbers are needed. A function gives None if it has no return, and "
                "so does a method that works in place"
            )
    for node in line.operands:
        if isinstance(node, ast.Call) and "NoneType" in found.string:
            return f"{ast.unparse(node)} gave None: does the function end with a return?"
    if "NoneType" in found.string:
        return (
            "a value here is None: does a function end without return, or is it layer 0 of a list "
            "such as W?"
        )
    if "ellipsis" in found.string:
        return "three dots still stand for a value here"
    return ""


def a_number(line, found):
    """@ between an array and a number."""
    said = nothing(line, found)
    if said:
        return said
    for node in line.operands:
        if isinstance(line.value(node), (int, float)) or line.shape(node) == ():
            return (
                f"{ast.unparse(node)} is one number: between a number and an array stands *, and @ "
                "between two matrices"
            )
    return ""


def a_list(line, found):
    for node in line.operands:
        cut = isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice)
        parts, text = line.value(node.value if cut else node), ast.unparse(node)
        if _in_layers(parts):
            text = ast.unparse(node.value) if cut else text
            return f"{text} is a list with an array for each layer: go through the layers, with {text}[l]"
        if isinstance(parts, list) and any(isinstance(part, np.ndarray) for part in parts):
            return f"{text} is a list of arrays: go through it, with {text}[k]"
        if isinstance(parts, list) and "inhomogeneous" not in found.string:
            return f"{text} is a list: np.array({text}) makes numbers to compute with of it"
    return ""


def of_layers(line, found):
    """A list of arrays where an array belongs: NumPy speaks of rows of unequal length."""
    return (
        a_list(line, found)
        or "the rows of this array have unequal lengths: each needs as many numbers as the first"
    )


def out_of_list(line, found):
    if not isinstance(line.node, ast.Subscript):
        return ""
    owner, text = line.value(line.node.value), _operand(line.node.value)
    if not isinstance(owner, (list, tuple)) or not owner:
        return f"{text} is empty" if owner == [] else ""
    last = f"{text} has {len(owner)} entries, {text}[0] to {text}[{len(owner) - 1}]"
    return last + ("; the first is None, so that layer 1 is at 1" if _in_layers(owner) else "")


def out_of_array(line, found):
    axis, size = int(found[2]), int(found[3])
    text = _operand(line.node.value) if isinstance(line.node, ast.Subscript) else "the array"
    what = {0: "rows", 1: "columns"}.get(axis, f"entries along axis {axis}")
    shape = line.shape(line.node.value) if isinstance(line.node, ast.Subscript) else None
    if shape and len(shape) == 1:
        what = "entries"
    return f"{text} has {size} {what}, counted from 0 to {size - 1}; {found[1]} is outside"


def by_condition(line, found):
    """True and False for each column, put where rows are chosen."""
    (axis, size), shape = found.groups(), line.operands and line.shape(line.operands[0])
    if axis != "0" or not shape or len(shape) != 2 or shape[1] != int(size):
        return ""
    if isinstance(line.node.slice, ast.Tuple):
        return ""
    text, index = _operand(line.node.value), ast.unparse(line.node.slice)
    return (
        f"{text}[{index}] chooses rows, and {index} has {size} entries, one for each column: "
        f"{text}[:, {index}] chooses columns"
    )


def no_axis(line, found):
    dimensions = int(found[2])
    axes = (
        "axis 0 alone"
        if dimensions == 1
        else "axis 0, down the rows, and axis 1, along the columns"
    )
    return f"the array has {axes}; {found[1]} is none of them" if dimensions in (1, 2) else ""


def whole_numbers(line, found):
    text = f"{ast.unparse(line.operands[0])} " if line.operands else "the array "
    return (
        f"{text}holds whole numbers ({found[1]}), which can't take decimals: write its numbers with "
        "a point, as in 1.0, or use dtype=float"
    )


def called(line, found):
    kind, text = found[1], _operand(line.node.func) if isinstance(line.node, ast.Call) else "it"
    if re.fullmatch(r"(numpy\.)?(float|int)\d*", kind):
        return f"{text} is a number and no function: a product needs its *"
    if kind in ("numpy.ndarray", "list"):
        return (
            f"{text} is {'a list' if kind == 'list' else 'an array'} and no function: entries stand in "
            f"square brackets, {text}[...], and a product needs its * or @"
        )
    if kind == "tuple" and text.endswith("shape"):
        return f"{text} stands without parentheses"
    if kind == "Activation":
        return f"an activation has two functions: {text}.f(z) and its derivative {text}.df(z)"
    return ""


def one_number(line, found):
    shapes = [shape for shape in map(line.shape, line.operands) if shape]
    return f"one number is needed here, and this is an array{f' of shape {shapes[0]}' if shapes else ''}"


# Names


def no_such_name(line, found):
    name = found[1]
    public = {*backprop.__all__}
    for known in public:
        if name.lower() == known.lower():
            use = f" ({known}.f(z) and {known}.df(z))" if known in _activations() else ""
            return f"name {name!r} is not defined. The module has {known}: from backprop import {known}{use}"
    known = [each for each in [*line.space, *dir(builtins)] if not each.startswith("_")]
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
    return f"name {name!r} is not defined. Did you mean {close[0]!r}?" if close else ""


def _activations():
    return {name.upper() for name in backprop.ACTIVATIONS}


def no_such_part(line, found):
    owner = line.value(line.node.value) if isinstance(line.node, ast.Attribute) else UNKNOWN
    name = found[1]
    if isinstance(owner, np.ndarray) and name == "t":
        return f"an array has no {name!r}. The transpose is {_operand(line.node.value)}.T"
    if owner is np and name.upper() in _activations():
        known = name.upper()
        return (
            f"NumPy has no {name!r}. The module has {known}: from backprop import {known}, then "
            f"{known}.f(z)"
        )
    close = (
        difflib.get_close_matches(name, dir(owner), n=1, cutoff=0.7) if owner is not UNKNOWN else []
    )
    return f"{found.string}. Did you mean {close[0]!r}?" if close else ""


def one_argument(line, found):
    """A second number that NumPy took for the kind of number."""
    text = ast.unparse(line.node.func) if isinstance(line.node, ast.Call) else ""
    if text in ("np.array", "np.asarray"):
        return f"the numbers are one argument, a list: {text}([..., ...])"
    shape = "(rows, columns), number" if text == "np.full" else "(rows, columns)"
    said = f"the shape is one argument, in parentheses of its own: {text}({shape})"
    return said if text in ("np.zeros", "np.ones", "np.empty", "np.full") else ""


def larger_of_two(line, found):
    """max and np.max where each entry is to be compared."""
    text = ast.unparse(line.node.func) if isinstance(line.node, ast.Call) else ""
    name = text.removeprefix("np.")
    if name not in ("max", "min"):
        return ""
    which = {"max": "largest", "min": "smallest"}[name]
    if text == name and len(line.operands) == 1:
        of, known = f"np.{name}({ast.unparse(line.operands[0])}", line.shape(line.operands[0])
        if known or isinstance(line.operands[0], (ast.Call, ast.BinOp, ast.UnaryOp)):
            return (
                f"Python's {name} does not take a matrix: {of}) is the {which} entry, "
                f"{of}, axis=0, keepdims=True) that of each column"
            )
    return (
        f"{text} looks for the {which} of all it is given; np.{name}imum(0, z) compares two, entry "
        "by entry"
    )


SEVERAL = (
    "a comparison of arrays is an array of True and False, one for each entry: np.where(condition, "
    "this, that) chooses entry by entry, and .all() or .any() makes one answer of it"
)
NOTHING = "NoneType|ellipsis|does not have enough dimensions|only integers, slices"
# (kind of error, what its message holds, what is said: a text, with the shapes that the message holds,
# or a function of line and message). The first that knows something is taken.
HELP = (
    ((TypeError, ValueError, AttributeError), NOTHING, nothing),
    (ValueError, "does not have enough dimensions", a_number),
    (ValueError, "^matmul|not aligned", matrix_product),
    (ValueError, "could not be broadcast together", entry_by_entry),
    (
        ValueError,
        r"could not broadcast input array from shape (\S+) into shape (\S+)",
        "an array of shape {} can't be written into a place of shape {}",
    ),
    (ValueError, r"cannot reshape array of size (\d+) into shape (\S+)", new_shape),
    (ValueError, "all the input array dimensions|same number of dimensions", side_by_side),
    (ValueError, "inhomogeneous", of_layers),
    ((ValueError, TypeError), "truth value|only integer scalar arrays", larger_of_two),
    (ValueError, "truth value of an array", SEVERAL),
    (
        TypeError,
        "^can't multiply sequence|unsupported operand.*'list'|can only concatenate list",
        a_list,
    ),
    (TypeError, "^Cannot (interpret|construct) .*type|^Field elements must be", one_argument),
    (TypeError, r"^'([\w.]+)' object is not callable", called),
    (
        TypeError,
        r"bitwise_xor|unsupported operand type.* for \^",
        "in Python ^ works on bits; a power is written **, as in x**2",
    ),
    (
        TypeError,
        r"Cannot cast ufunc .* from dtype\('float\d+'\) to dtype\('(\w+)'\)",
        whole_numbers,
    ),
    (TypeError, "can be converted to Python scalars", one_number),
    (
        TypeError,
        "must be real number, not Value",
        "The number of a Value is its .data, as in z.data",
    ),
    (IndexError, "^(list|tuple) index out of range", out_of_list),
    (IndexError, r"^index (-?\d+) is out of bounds for axis (\d+) with size (\d+)", out_of_array),
    (
        IndexError,
        r"boolean index did not match .* axis (\d+);.* boolean axis is (\d+)",
        by_condition,
    ),
    (IndexError, r"^(axis -?\d+) is out of bounds for array of dimension (\d+)", no_axis),
    (NameError, r"^name '(\w+)' is not defined", no_such_name),
    (AttributeError, r"has no attribute '(\w+)'", no_such_part),
)
