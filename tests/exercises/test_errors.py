"""What is said of errors that NumPy and Python raise in a learner's own lines."""

import linecache
import math
import re
import sys

import numpy as np
import pytest

import backprop
from backprop.autodiff import Value
from backprop.exercises import verdict
from backprop.exercises.errors import words_for

# A learner's cell: W1 (3, 2), X (2, 5), delta (3, 5), v (3,), two layers, numbers of other kinds.
GIVEN = {
    "np": np,
    "W1": np.ones((3, 2)),
    "X": np.ones((2, 5)),
    "delta": np.ones((3, 5)),
    "v": np.ones(3),
    "W": [None, np.ones((3, 2)), np.ones((1, 3))],
    "whole": np.array([1, 2]),
    "parts": [np.ones(3), np.ones(3)],
    "sure": np.ones(5) > 0,
    "math": math,
    "z": Value(2.0),
    "listed": [1, 2],
    "forgot": lambda z: None,
    "RELU": backprop.RELU,
}
KNOWN = {
    # shapes
    "X @ W1": "X has shape (2, 5), W1 has shape (3, 2)",
    "X@W1": "Did you mean W1 @ X, of shape (3, 5)?",
    "delta @ X": "Did you mean delta @ X.T, of shape (3, 2)?",
    "W1 @ X.T": "Did you mean W1 @ X, of shape (3, 5)?",
    "row = v.reshape(1, 3)\nv @ row": "v is flat; a column has shape (3, 1): v.reshape(-1, 1).",
    "W1 @ v": "rows (3). Did you mean W1.T @ v, of shape (2,)? Or v @ W1, of shape (2,)?",
    "X.T @ v": "has rows (3).",
    "np.dot(X, W1)": "the left side needs as many columns (5) as the right side has rows (3)",
    "np.matmul(X, W1)": "Did you mean W1 @ X",
    "W1 @ X @ X": "(W1 @ X) @ X: W1 @ X has shape (3, 5)",
    "np.exp(X) @ W1": "the left side has 5 columns, the right one 3 rows",
    "W1 @= X": "Their product has shape (3, 5)",
    "W1 * X": "Did you mean W1 @ X, of shape (3, 5)?",
    "delta - X": "delta has shape (3, 5), X has shape (2, 5)",
    "delta += X": "delta += X: delta has shape (3, 5)",
    "W1 + W1.T @ delta": "W1.T @ delta has shape (2, 5)",
    "np.exp(W1) + X": "shapes (3, 2) and (2, 5) do not fit each other",
    "delta - W1.T": "delta has shape (3, 5), W1.T has shape (2, 3)",
    "W1 + v": "v is flat; a column has shape (3, 1): v.reshape(-1, 1).",
    "W1 -= v": "v is flat; a column has shape (3, 1): v.reshape(-1, 1).",
    "b = v.reshape(3, 1)\ndelta.T - b": "Did you mean delta.T - b.T, of shape (5, 3)?",
    "X.T + v": "a size of 1 where they differ.",
    "delta -= W1.T @ W1": "a size of 1 where they differ.",
    "b, db = W1[:, :1], X[:, :1]\nb -= 0.5 * db": "a size of 1 where they differ.",
    "W1 *= X": "a size of 1 where they differ.",
    "g = W1.copy()\ng -= W1.T": "Did you mean g -= W1, of shape (3, 2)?",
    "np.where(delta > 0, delta, X)": "shapes (3, 5) and (2, 5) do not fit each other",
    "np.clip(delta, 0, X)": "shapes (3, 5) and (2, 5) do not fit each other",
    # with the parentheses that it needs
    "W1 @ (X + X).T": "W1 @ (X + X).T: W1 has shape (3, 2), (X + X).T has shape (5, 2)",
    "(X + X) @ W1": "(X + X) @ W1: X + X has shape (2, 5)",
    "X @ (W1 + W1)": "Did you mean (W1 + W1) @ X, of shape (3, 5)?",
    "s, d = W1[:2, :1], W1[:1, :1]\ns @ (d * s)": "Did you mean (s @ d) * s, of shape (2, 1)?",
    "s = v.reshape(3, 1)\ns.T.T @ (s * s)": "s.T @ (s * s), of shape (1, 1)?",
    "delta.T * X.T @ W1.T": "Did you mean delta.T * (X.T @ W1.T), of shape (5, 3)?",
    "w, d, s = W[2], W[2][:, :1], v.reshape(3, 1)\nw @ d * s": "Did you mean w.T @ d, of shape (3, 1)? "
    "Or w @ (d * s), of shape (1, 1)?",
    "b = v.reshape(3, 1)\nX @ W1 + b": "(3). Did you mean W1 @ X, of shape (3, 5)?",
    "2 * delta.T * X.T @ W1.T": "Did you mean (2 * delta.T) * (X.T @ W1.T), of shape (5, 3)?",
    "(W1 @ X) * delta.T": "Did you mean (W1 @ X) * delta, of shape (3, 5)?",
    "np.exp(delta) @ (W1 * W1)": "in np.exp(delta) @ (W1 * W1) the left side",
    "(X > 0) @ W1": "in (X > 0) @ W1 the left side",
    "(X if sure[0] else X) @ W1": "in (X if sure[0] else X) @ W1 the left side",
    "(sure[0] and X) @ W1": "in (sure[0] and X) @ W1 the left side",
    "(-delta) ** X": "(-delta) ** X: -delta has shape (3, 5)",
    "delta[:] = X": "shape (2, 5) can't be written into a place of shape (3, 5)",
    "W1.reshape(4, 2)": "6 entries, and shape (4, 2) has 8",
    "W1.reshape(())": "6 entries, and shape () has 1",
    "W1.reshape(-1, 4)": "the array has 6 entries, no multiple of 4: -1 finds no size.",
    "W1.reshape(4, -1)": "6 entries, no multiple of 4",
    "np.reshape(W1, (-1, 2, 2))": "6 entries, no multiple of 4",
    "np.hstack([W1, X])": "W1 has shape (3, 2); X has shape (2, 5)",
    # nothing where numbers belong
    "W[0] @ X": "layers count from 1, so W[0] is empty and W[1] belongs to layer 1",
    "for l in range(3): W[l] @ X": "W[l] with l = 0 is None",
    "W[0] + 1": "layers count from 1",
    "W[0][1]": "layers count from 1",
    "W[0].shape": "layers count from 1",
    "outs = [forgot(k) for k in range(2)]\nouts[0] + 1": "outs[0] is None where numbers are needed",
    "pair = (None, X)\npair[0] * 2": "pair[0] is None where numbers are needed",
    "dW = [None, X, None]\ndW[2] * 2": "dW[2] is None where numbers are needed",
    "a = ...\na * 2": "a is still the three dots",
    "W1 @ ...": "three dots still stand",
    "np.exp(...)": "three dots still stand",
    "np.exp(None)": "None stands here where numbers are needed",
    "forgot(X) + 1": "forgot(X) gave None: does the function end with a return?",
    "z = forgot(X)\nz @ X": "z is None where numbers are needed",
    "X @ 3": "3 is one number",
    # lists, whole numbers
    "listed * 0.5": "np.array(listed)",
    "W * 0.5": "go through the layers, with W[l]",
    "X + W": "go through the layers, with W[l]",
    "parts * listed": "parts is a list of arrays: go through it, with parts[k].",
    "parts @ listed": "parts is a list of arrays",
    "np.exp(W)": "W is a list with an array for each layer: go through the layers, with W[l].",
    "np.sum(W[1:])": "W is a list with an array for each layer: go through the layers, with W[l].",
    "listed[1:] * 0.5": "np.array(listed[1:])",
    "rows = [[1, 2], [3]]\nnp.array(rows)": "unequal lengths",
    "pair = [None, 2.0]\npair * 0.5": "np.array(pair)",
    "X[sure]": "X[sure] chooses rows, and sure has 5 entries, one for each column: X[:, sure]",
    "math.exp(z)": "The number of a Value is its .data",
    "whole -= 0.5": "dtype=float",
    "np.array([[1, 2], [3]])": "unequal lengths",
    # places
    "W[3]": "W has 3 entries, W[0] to W[2]; the first is None",
    "pair = [None, 2.0]\npair[2]": "pair[0] to pair[1].",
    "W1[3]": "W1 has 3 rows, counted from 0 to 2",
    "W1[0, 5]": "W1 has 2 columns",
    "v[7]": "v has 3 entries",
    "X.sum(axis=2)": "axis 2 is none of them",
    # names and calls
    "relu(X)": "from backprop import RELU (RELU.f(z) and RELU.df(z))",
    "dleta + 1": "Did you mean 'delta'?",
    "np.maxium(0, X)": "Did you mean 'maximum'?",
    "np.sigmoid(X)": "from backprop import SIGMOID",
    "W1.t()": "The transpose is W1.T",
    "(W1 @ X)(X)": "entries stand in square brackets, (W1 @ X)[...]",
    "(X * 2)[sure]": "(X * 2)[:, sure] chooses columns",
    "W1(X)": "W1 is an array and no function",
    "eta = 0.5\neta(delta)": "eta is a number and no function: a product needs its *.",
    "m = 2\n1 / m(delta)": "m is a number and no function: a product needs its *.",
    "m = X.sum()\nm(delta)": "m is a number and no function: a product needs its *.",
    "X.shape()": "X.shape stands without parentheses",
    "RELU(X)": "RELU.f(z) and its derivative RELU.df(z)",
    "np.zeros(3, 2)": "np.zeros((rows, columns))",
    "np.full(3, 2, 1)": "np.full((rows, columns), number)",
    "np.array(1.0, 2.0)": "the numbers are one argument, a list: np.array([..., ...]).",
    "np.array([1, 2], [3, 4])": "the numbers are one argument",
    "np.array(X, v)": "the numbers are one argument",
    "X ^ 2": "a power is written **",
    "if X > 0: pass": "np.where(condition, this, that)",
    "np.max(0, X)": "np.maximum(0, z) compares two, entry by entry.",
    "max(0, X)": "np.maximum(0, z) compares two",
    "max(X)": "np.max(X) is the largest entry, np.max(X, axis=0, keepdims=True) that of each column.",
    "min(np.abs(X - 1))": "np.min(np.abs(X - 1)) is the smallest entry",
    "max([X, X])": "np.maximum(0, z) compares two",
    "np.min(0.0, X)": "np.minimum(0, z) compares two",
    "float(X)": "an array of shape (2, 5)",
}
UNKNOWN = [
    "X[sure, 0]",
    "X.sum(0, 1)",
    "v[sure]",
    "1 / 0",
    "int('a')",
    "raise ValueError('mine')",
    "nothing_like_it",
    "len(3)",
]


def error_of(source):
    linecache.cache["<cell>"] = (len(source), None, source.splitlines(True), "<cell>")
    space = {"__name__": "__main__", **GIVEN}
    for name in ("W1", "X", "delta", "v", "whole"):
        space[name] = GIVEN[name].copy()
    try:
        exec(compile(source, "<cell>", "exec"), space)
    except Exception as error:
        return error
    raise AssertionError(f"no error: {source}")


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python says where in a line from 3.11 on")
@pytest.mark.parametrize("source", KNOWN)
def test_what_is_known_is_said_in_the_learners_names(source):
    said = words_for(error_of(source))
    assert KNOWN[source] in said
    assert said.endswith((".", "?")) and "gufunc" not in said


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python says where in a line from 3.11 on")
@pytest.mark.parametrize("source", [each for each in KNOWN if "stack" not in each])
def test_what_is_quoted_fails_so_and_what_is_proposed_works(source):
    error = error_of(source)
    said, space = words_for(error), {**GIVEN}
    exec("".join(source.splitlines(True)[:-1]), space)
    for text, shape in re.findall(r"(?:Did you mean|Or) ([^?]+), of shape (\([^)]*\))\?", said):
        line = text if "= " in text else f"made = {text}"
        exec(line, space)
        assert str(space[line.split()[0]].shape) == shape, text
    for text in re.findall(r"np\.m\w+\([^:]*?\)(?= is the| that of)", said):
        assert np.size(eval(text, space)) in (1, 5), text
    for text, column in re.findall(r"(\w+) is flat; .*: (.*)\.$", said):
        exec(
            re.sub(rf"\b{text}\b", column, source.splitlines()[-1]),
            {**space, "W1": np.ones((3, 2))},
        )
    quoted, _, sides = said.partition(": ")
    for text, shape in re.findall(
        r"(\S.*?) has shape (\([^)]*\))[,.] ?", sides.partition(". ")[0] + "."
    ):
        assert str(eval(text, space).shape) == shape, text
    if " has shape " in sides and "=" not in quoted and "dot" not in source:
        with pytest.raises(ValueError, match=re.escape(str(error))):
            eval(quoted, space)


@pytest.mark.parametrize("source", UNKNOWN)
def test_what_is_not_known_is_left_to_python(source):
    assert words_for(error_of(source)) == ""


def test_the_modules_own_words_stay():
    for source in ("backprop.forward(None, X)", "backprop.RELU.f(None)", "backprop.softmax(...)"):
        assert words_for(error_of(f"import backprop\n{source}")) == ""


def test_no_line_is_run_again():
    source = "ran = []\ndef once():\n    ran.append(1)\n    assert len(ran) == 1\n    return X\nonce() @ W1"
    assert "the left side has 5 columns" in words_for(error_of(source))


def test_without_a_place_in_the_line_the_message_alone_is_put_in_words(monkeypatch):
    monkeypatch.setattr("backprop.exercises.errors._frames", lambda tb: [(tb.tb_frame, None)])
    for source, said in {
        "X @ W1": "the left side has 5 columns, the right one 3 rows",
        "delta - X": "shapes (3, 5) and (2, 5) do not fit each other",
        "W[0] + 1": "a value here is None",
    }.items():
        assert said in words_for(error_of(source))


def test_a_checker_says_it_and_keeps_pythons_own_words():
    said = verdict("forward-propagation-3", lambda W, b, a: W.T @ a + b)
    assert said.startswith("Not quite: with ") and "your function stops. " in said
    assert "W.T has shape (2, 3), a has shape (2, 2)" in said or sys.version_info < (3, 11)
    assert "In Python's words: ValueError: matmul: Input operand 1" in said
