"""Every kind of bad input at every public entry point: it works as documented, or one clear error.

An error is a ValueError or a TypeError that starts with the argument's name; by then nothing has
changed, no generator has been used, and NumPy has not warned. What works gives what the plain
input gives. `make fuzz-table` prints what is tried and what comes of it.
"""

from __future__ import annotations

import atexit
import fractions
import inspect
import re
import shutil
import signal
import sys
import tempfile
import tracemalloc
import types
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from helpers import arrays_of, problem

import backprop
from backprop import (
    ACTIVATIONS,
    LOSSES,
    SIGMOID,
    SQUARED_ERROR,
    TANH,
    Activation,
    DivergenceError,
    Gradients,
    Loss,
    Network,
    Trace,
    data,
)
from backprop.backward import backward
from backprop.experiments import batch_noise, cheap_gradient, checkpoints, cost, handwriting

SECONDS = 20  # after which a call counts as hanging
MEMORY = 2**26  # bytes that a refusal may take
WORKS = "works"


# What is tried: label -> (made from the good value, is it expected to work)


class Frame:
    """What matters of a pandas frame: it has `shape`, `T` and `__array__`, and is no array."""

    def __init__(self, values):
        self.values = np.asarray(values)
        self.shape = self.values.shape

    @property
    def T(self):
        return Frame(self.values.T)

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype=dtype)


def spoilt(value):
    def make(good):
        array = np.array(good, dtype=float)
        array.flat[-1] = value
        return array

    return make


def read_only(array):
    array = np.array(array)
    array.flags.writeable = False
    return array


def spaced(array):
    return np.repeat(np.repeat(array, 2, axis=0), 3, axis=1)[::2, ::3]


def matrix_type(array):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.matrix(array)


MATRIX = {
    "a list of lists": (lambda M: M.tolist(), True),
    "a tuple of tuples": (lambda M: tuple(map(tuple, M.tolist())), True),
    "Fortran order": (np.asfortranarray, True),
    "not contiguous": (spaced, True),
    "negative strides": (lambda M: M[::-1, ::-1].copy()[::-1, ::-1], True),
    "read-only": (read_only, True),
    "the other byte order": (lambda M: M.astype(M.dtype.newbyteorder()), True),
    "like a pandas frame": (Frame, True),
    "a memoryview": (lambda M: memoryview(np.ascontiguousarray(M)), True),
    "np.matrix": (matrix_type, True),
    "None": (lambda M: None, False),
    "a number": (lambda M: 1.5, False),
    "a text": (lambda M: "X", False),
    "a dict": (lambda M: {"X": 1}, False),
    "a set": (lambda M: {1.0, 2.0}, False),
    "a generator": (lambda M: (row for row in M), False),
    "texts": (lambda M: np.full(M.shape, "1.5"), False),
    "objects": (lambda M: M.astype(object), False),
    "a frame of objects": (lambda M: Frame(M.astype(object)), False),
    "None inside": (lambda M: [[None] * M.shape[1]] * M.shape[0], False),
    "complex": (lambda M: M + 0j, False),
    "booleans": (lambda M: M > 0, False),
    "dates": (lambda M: np.zeros(M.shape, "datetime64[D]"), False),
    "a record array": (lambda M: np.zeros(M.shape, [("a", float)]), False),
    "long double": (lambda M: M.astype(np.longdouble), False),
    "masked": (lambda M: np.ma.masked_array(M, M > 0), False),
    "whole numbers too large for any float": (lambda M: [[10**400] * M.shape[1]] * len(M), False),
    "rows of unequal length": (lambda M: [*M[:-1].tolist(), [*M[-1].tolist(), 0.0]], False),
    "a vector": (lambda M: M[:, 0], False),
    "an empty list": (lambda M: [], False),
    "three dimensions": (lambda M: M[None], False),
    "no columns": (lambda M: M[:, :0], False),
    "no rows": (lambda M: M[:0], False),
    "turned": (lambda M: M.T, False),
    "a row more": (lambda M: np.vstack([M, M[:1]]), False),
}
COLUMNS = {"a column more": (lambda M: np.hstack([M, M[:, :1]]), False)}
FINITE = {
    "NaN": (spoilt(np.nan), False),
    "infinite": (spoilt(np.inf), False),
    "minus infinite": (spoilt(-np.inf), False),
}
NUMBER = {
    "None": (lambda n: None, False),
    "a text": (str, False),
    "a list": (lambda n: [n], False),
    "an array": (lambda n: np.array([n]), False),
    "complex": (lambda n: n + 0j, False),
    "True": (lambda n: True, False),
    "NaN": (lambda n: np.nan, False),
    "infinite": (lambda n: np.inf, False),
    "minus infinite": (lambda n: -np.inf, False),
    "0": (lambda n: 0, False),
    "negative": (lambda n: -n, False),
}
COUNT = NUMBER | {
    "NumPy's own": (np.int16, True),
    "a float": (float, False),
    "a fraction": (lambda n: n + 0.5, False),
    "hugely negative": (lambda n: -(10**30), False),
}
REAL = NUMBER | {
    "NumPy's own": (np.float64, True),
    "a Fraction": (fractions.Fraction, True),
    "a whole number too large for any float": (lambda n: 10**400, False),
}
HUGE = {"huge": (lambda n: 10**30, False), "10^12": (lambda n: 10**12, False)}
RNG = {
    "None": (lambda r: None, False),
    "a seed": (lambda r: 0, False),
    "np.random": (lambda r: np.random, False),
    "a RandomState": (lambda r: np.random.RandomState(0), False),
    "a bit generator": (lambda r: np.random.PCG64(0), False),
}
DTYPE = {
    "None": (lambda d: None, False),
    "int": (lambda d: int, False),
    "float16": (lambda d: "float16", False),
    "complex": (lambda d: complex, False),
    "object": (lambda d: object, False),
    "no dtype at all": (lambda d: "float sixty-four", False),
    "a number": (lambda d: 64, False),
    "its name": (lambda d: "float64", True),
}
LABELS = {
    "a list": (lambda y: y.tolist(), True),
    "a tuple": (lambda y: tuple(y.tolist()), True),
    "read-only": (read_only, True),
    "unsigned": (lambda y: y.astype(np.uint8), True),
    "like a pandas frame": (Frame, True),
    "None": (lambda y: None, False),
    "a number": (lambda y: 1, False),
    "a text": (lambda y: "012", False),
    "floats": (lambda y: y.astype(float), False),
    "texts": (lambda y: y.astype(str), False),
    "objects": (lambda y: y.astype(object), False),
    "booleans": (lambda y: y > 0, False),
    "a row": (lambda y: y[None], False),
    "none at all": (lambda y: y[:0], False),
    "rows of unequal length": (lambda y: [[0], [1, 2]], False),
    "negative": (lambda y: y - 1, False),
    "out of range": (lambda y: y + 1, False),
    "far out of range": (lambda y: y + 10**15, False),
}


def changed(**parts):
    """A copy of a network of which a part is replaced: W1=..., b2=..., activations=..."""

    def make(network):
        network = network.copy()
        for name, value in parts.items():
            if name[-1].isdigit():
                value = (
                    value(getattr(network, name[0])[int(name[1:])]) if callable(value) else value
                )
                getattr(network, name[0])[int(name[1:])] = value
            else:
                setattr(network, name, value)
        return network

    return make


NETWORK = {
    "None": (lambda n: None, False),
    "a text": (lambda n: "network", False),
    "its W": (lambda n: n.W, False),
    "the class": (lambda n: Network, False),
    "W^1 turned": (changed(W1=np.transpose), False),
    "W^1 a list": (changed(W1=np.ndarray.tolist), False),
    "W^1 None": (changed(W1=None), False),
    "W^1 whole numbers": (changed(W1=lambda W: W.astype(int)), False),
    "W^1 of another dtype": (changed(W1=lambda W: W.astype(np.float32)), False),
    "b^1 a vector": (changed(b1=np.ravel), False),
    "b^1 a row": (changed(b1=np.transpose), False),
    "b^2 too long": (changed(b2=lambda b: np.vstack([b, b])), False),
    "W without layers": (changed(W=[None]), False),
    "W an array": (changed(W=np.ones((2, 2))), False),
    "b too short": (changed(b=[None, np.zeros((3, 1))]), False),
    "activations given by name": (changed(activations=[None, "tanh", "sigmoid"]), False),
    "activations too short": (changed(activations=[None, TANH]), False),
    "activations None": (changed(activations=None), False),
}
TO_CHANGE = {"read-only parameters": (changed(W2=read_only), False)}
TO_TRAIN = TO_CHANGE | {
    "a parameter NaN": (changed(W1=spoilt(np.nan)), False),
    "a parameter infinite": (changed(b2=spoilt(np.inf)), False),
}


def own_loss(value=lambda a, Y: 0.0, grad=lambda a, Y: a - Y):
    return lambda good: Loss("own", value, grad)


LOSS = {
    "None": (lambda loss: None, False),
    "its name": (lambda loss: loss.name, False),
    "a function": (lambda loss: loss.value, False),
    "the class": (lambda loss: Loss, False),
}
OWN_LOSS = {
    "your own": (own_loss(SQUARED_ERROR.value, SQUARED_ERROR.grad), True),
    "its derivative one column": (own_loss(grad=lambda a, Y: (a - Y)[:, :1]), False),
    "its derivative turned": (own_loss(grad=lambda a, Y: (a - Y).T), False),
    "its derivative a text": (own_loss(grad=lambda a, Y: "a - Y"), False),
    "its derivative None": (own_loss(grad=lambda a, Y: None), False),
}
OWN_VALUE = {
    "its value a vector": (own_loss(value=lambda a, Y: (a - Y)[0]), False),
    "its value complex": (own_loss(value=lambda a, Y: 1j), False),
    "its value None": (own_loss(value=lambda a, Y: None), False),
}
ACTIVATION = {
    "None": (lambda s: None, False),
    "its name": (lambda s: s.name, False),
    "a function": (lambda s: s.f, False),
}
LAYERS = {  # of [None, array, ...]
    "None": (lambda layers: None, False),
    "an array": (lambda layers: layers[1], False),
    "without the None": (lambda layers: layers[1:], False),
    "a layer less": (lambda layers: layers[:-1], False),
    "a layer more": (lambda layers: [*layers, layers[-1]], False),
    "a layer None": (lambda layers: [*layers[:-1], None], False),
    "a layer of texts": (lambda layers: [*layers[:-1], layers[-1].astype(str)], False),
    "a layer turned": (lambda layers: [None, layers[1].T, *layers[2:]], False),
    "a layer a vector": (lambda layers: [None, layers[1].ravel(), *layers[2:]], False),
    "lists for arrays": (lambda layers: [None, *(a.tolist() for a in layers[1:])], True),
}
TRACE = {
    "None": (lambda t: None, False),
    "a pair of lists": (tuple, False),
    "without z": (lambda t: Trace(None, t.a), False),
    "z a layer short": (lambda t: Trace(t.z[:-1], t.a), False),
    "no layers": (lambda t: Trace([None], t.a[:1]), False),
    "an array for the list": (lambda t: Trace(t.z, t.a[1]), False),
    "a of other examples": (lambda t: Trace(t.z, [t.a[0], t.a[1][:, :1], *t.a[2:]]), False),
    "z of other units": (lambda t: Trace([None, t.z[1][:2], *t.z[2:]], t.a), False),
    "X a text": (lambda t: Trace(t.z, ["X", *t.a[1:]]), False),
    "a layer None": (lambda t: Trace([None, None, *t.z[2:]], t.a), False),
}
GRADS = {
    "None": (lambda g: None, False),
    "a pair of lists": (tuple, False),
    **{
        f"W {label}": (lambda g, make=make: Gradients(make(g.W), g.b), works)
        for label, (make, works) in LAYERS.items()
        if label != "without the None"
    },
    "b a row": (lambda g: Gradients(g.W, [None, g.b[1].T, *g.b[2:]]), False),
    "W NaN": (lambda g: Gradients([None, spoilt(np.nan)(g.W[1]), *g.W[2:]], g.b), False),
    "b infinite": (lambda g: Gradients(g.W, [None, spoilt(np.inf)(g.b[1]), *g.b[2:]]), False),
}
TEXT = {"None": (lambda t: None, False), "a number": (lambda t: 3, False)}
FUNCTION = {
    "None": (lambda f: None, False),
    "a text": (lambda f: "f", False),
    "its value": (lambda f: 1.5, False),
}
CALLBACK = {
    "a number": (lambda f: 3, False),
    "a text": (lambda f: "print", False),
    "a list of functions": (lambda f: [print], False),
}
PATH = {
    "None": (lambda p: None, False),
    "a number": (lambda p: 3, False),
    "bytes": (lambda p: bytes(p), False),
    "a text": (str, True),
}
CHOICES = {
    "None": (lambda a: None, False),
    "a number": (lambda a: 3, False),
    "an unknown name": (lambda a: "zigzag", False),
    "one too few": (lambda a: a[:-1], False),
    "one too many": (lambda a: [*a, "tanh"], False),
    "an unknown name inside": (lambda a: ["zigzag", *a[1:]], False),
    "a function inside": (lambda a: [np.tanh, *a[1:]], False),
    "a tuple": (tuple, True),
    "Activations": (lambda a: [ACTIVATIONS[name] for name in a], True),
}
SIZES = {
    "None": (lambda s: None, False),
    "a number": (lambda s: 3, False),
    "a text": (lambda s: "321", False),
    "empty": (lambda s: [], False),
    "one": (lambda s: s[:1], False),
    "a zero": (lambda s: [3, 0, 2], False),
    "negative": (lambda s: [3, -4, 2], False),
    "a float": (lambda s: [3, 4.0, 2], False),
    "a boolean": (lambda s: [3, True, 2], False),
    "a text inside": (lambda s: [3, "4", 2], False),
    "NaN": (lambda s: [3, np.nan, 2], False),
    "10^9 units": (lambda s: [3, 10**9, 2], False),
    "10^6 by 10^6": (lambda s: [10**6, 10**6, 2], False),
    "10^30 units": (lambda s: [3, 10**30, 2], False),
    "an array": (np.array, True),
    "a generator": (lambda s: (n for n in s), True),
}


VALUES = {
    "a list": (lambda v: v.tolist(), True),
    "read-only": (read_only, True),
    "None": (lambda v: None, False),
    "a number": (lambda v: 1.5, False),
    "a text": (lambda v: "12", False),
    "a matrix": (lambda v: v[None], False),
    "one": (lambda v: v[:1], False),
    "empty": (lambda v: v[:0], False),
    "objects": (lambda v: v.astype(object), False),
    "texts": (lambda v: v.astype(str), False),
    "complex": (lambda v: v + 0j, False),
    "booleans": (lambda v: v > 0, False),
    "rows of unequal length": (lambda v: [[0], [1, 2]], False),
    "NaN": (spoilt(np.nan), False),
}


FOLDERS = tempfile.mkdtemp(prefix="fuzz")
atexit.register(shutil.rmtree, FOLDERS, ignore_errors=True)


def good_arguments():
    """The arguments that work, made anew for each trial: nothing one trial does reaches another."""
    generator = np.random.default_rng(0)
    network, X, Y = problem(activations=("tanh", "sigmoid"), m=5)  # sizes (4, 3, 2)
    trace = backprop.forward(network, X)
    delta = backward(network, trace, Y, SQUARED_ERROR)
    return types.SimpleNamespace(
        network=network, X=X, Y=Y, rng=generator, trace=trace, delta=delta,
        grads=backprop.gradients(trace, delta),
        a=SIGMOID.f(trace.z[2]), one_hot=np.eye(2)[:, [0, 1, 1, 0, 1]],
        labels=np.array([0, 2, 1, 2]), folder=Path(tempfile.mkdtemp(dir=FOLDERS)),
    )  # fmt: skip


def of_experiments(X, Y):
    """Those that chapters use; the others are called by explorables and commands alone."""
    measured = {"network": NETWORK, "X": X, "Y": Y}
    a_pass = {"every": COUNT}
    drawn = {"values": VALUES, "size": COUNT | HUGE}
    curve = {
        "a float": (float, None),
        "a fraction": (lambda n: n + 0.5, None),
        "a list": (lambda n: [n], None),
        "an array": (lambda n: np.array([n]), None),
    }
    table = {
        "batch_noise.noise": (
            batch_noise.noise,
            lambda g: {"values": g.X[0], "size": 2},
            drawn | {"size": COUNT | HUGE | curve},
        ),
        "batch_noise.batch_means": (
            batch_noise.batch_means,
            lambda g: {"values": g.X[0], "size": 2, "draws": 3, "rng": g.rng},
            drawn | {"draws": COUNT, "rng": RNG},
        ),
        "cost.nudged": (
            cost.nudged,
            lambda g: {"network": g.network, "X": g.X, "Y": g.Y, "loss": SQUARED_ERROR, "step": 1e-6},
            measured | {"loss": LOSS, "step": REAL},
        ),
        "cheap_gradient.at_random": (
            cheap_gradient.at_random, lambda g: {"n": 3, "gates": 4, "rng": g.rng},
            {"n": COUNT, "gates": COUNT, "rng": RNG},
        ),
    }  # fmt: skip
    for name in ("accuracy", "confusion"):
        table[f"handwriting.{name}"] = (
            getattr(handwriting, name),
            lambda g: {"network": g.network, "X": g.X, "Y": g.one_hot},
            measured,
        )
    for name, more in (
        ("whole_trace", {}),
        ("plain_checkpoints", a_pass),
        ("recursive_checkpoints", {}),
    ):
        table[f"checkpoints.{name}"] = (
            getattr(checkpoints, name),
            lambda g, more=more: (
                {"network": g.network, "X": g.X, "Y": g.Y, "loss": SQUARED_ERROR}
                | dict.fromkeys(more, 2)
            ),
            measured | {"loss": LOSS} | more,
        )
    for name in ("multiplications", "parameters", "numbers_kept"):
        at_most = {k: v for k, v in SIZES.items() if not k.startswith("10^")}
        table[f"cost.{name}"] = (
            getattr(cost, name),
            lambda g: {"sizes": [3, 4, 2]},
            {"sizes": at_most},
        )
    for name in ("product", "polynomial"):
        table[f"cheap_gradient.{name}"] = (
            getattr(cheap_gradient, name), lambda g: {"n": 3}, {"n": COUNT},
        )  # fmt: skip
    return table


def entries():
    """name -> (function, its good arguments from `good_arguments`, {argument: what to try})"""
    settings = {"learning_rate": 0.1, "epochs": 2, "batch_size": 2}
    X, Y = MATRIX | FINITE, MATRIX | COLUMNS | FINITE
    table = {
        "forward": (backprop.forward, lambda g: {"network": g.network, "X": g.X},
                    {"network": NETWORK, "X": X}),
        "predict": (backprop.predict, lambda g: {"network": g.network, "X": g.X},
                    {"network": NETWORK, "X": X}),
        "backward": (
            backward,
            lambda g: {"network": g.network, "trace": g.trace, "Y": g.Y, "loss": SQUARED_ERROR},
            {"network": NETWORK, "trace": TRACE, "Y": Y, "loss": LOSS | OWN_LOSS},
        ),
        "gradients": (backprop.gradients, lambda g: {"trace": g.trace, "delta": g.delta},
                      {"trace": TRACE, "delta": LAYERS}),
        "output_delta": (
            backprop.output_delta,
            lambda g: {"dloss_da": g.delta[2], "z": g.trace.z[2], "activation": TANH},
            {"dloss_da": MATRIX | COLUMNS, "z": no_partner(MATRIX), "activation": ACTIVATION},
        ),
        "hidden_delta": (
            backprop.hidden_delta,
            lambda g: {"W_next": g.network.W[2], "delta_next": g.delta[2], "z": g.trace.z[1],
                       "activation": TANH},
            {"W_next": no_partner(MATRIX) | COLUMNS, "delta_next": MATRIX | COLUMNS,
             "z": no_partner(MATRIX), "activation": ACTIVATION},
        ),
        "sgd_step": (
            backprop.sgd_step,
            lambda g: {"network": g.network, "grads": g.grads, "learning_rate": 0.1},
            {"network": NETWORK | TO_CHANGE, "grads": GRADS, "learning_rate": REAL},
        ),
        "minibatches": (
            lambda X, Y, batch_size, rng: list(backprop.minibatches(X, Y, batch_size, rng=rng)),
            lambda g: {"X": g.X, "Y": g.Y, "batch_size": 2, "rng": g.rng},
            {"X": no_partner(MATRIX) | FINITE, "Y": no_rows_known(MATRIX) | COLUMNS | FINITE,
             "batch_size": COUNT, "rng": RNG},
        ),
        "train": (
            backprop.train,
            lambda g: {"network": g.network, "X": g.X, "Y": g.Y, "loss": SQUARED_ERROR,
                       "rng": g.rng, "X_val": g.X + 1, "Y_val": g.Y, "callback": None, **settings},
            {"network": NETWORK | TO_TRAIN, "X": X, "Y": Y, "loss": LOSS | OWN_LOSS | OWN_VALUE,
             "learning_rate": REAL, "epochs": COUNT, "batch_size": COUNT, "rng": RNG,
             "X_val": X, "Y_val": Y, "callback": CALLBACK},
        ),
        "check_gradients": (
            backprop.check_gradients,
            lambda g: {"network": g.network, "X": g.X, "Y": g.Y, "loss": SQUARED_ERROR,
                       "tol": 1e-6, "step": 1e-5, "grads": g.grads},
            {"network": NETWORK, "X": X, "Y": Y, "loss": LOSS, "tol": REAL, "step": REAL,
             "grads": {k: v for k, v in GRADS.items() if k != "None"}},
        ),
        "numerical_gradients": (
            backprop.numerical_gradients,
            lambda g: {"network": g.network, "X": g.X, "Y": g.Y, "loss": SQUARED_ERROR,
                       "step": 1e-5},
            {"network": NETWORK, "X": X, "Y": Y, "loss": LOSS | OWN_VALUE, "step": REAL},
        ),
        "Network": (
            Network,
            lambda g: {"W": g.network.W, "b": g.network.b, "activations": ["tanh", "sigmoid"]},
            {"W": no_partner(LAYERS), "b": LAYERS, "activations": CHOICES},
        ),
        "Network.astype": (lambda dtype: good_arguments().network.astype(dtype),
                           lambda g: {"dtype": np.float64}, {"dtype": DTYPE}),
        "init_network": (
            backprop.init_network,
            lambda g: {"sizes": [3, 4, 2], "activations": ["tanh", "relu"], "rng": g.rng,
                       "scheme": "he_normal", "dtype": np.float64},
            {"sizes": SIZES, "activations": CHOICES, "rng": RNG, "dtype": DTYPE,
             "scheme": TEXT | {"an unknown name": (lambda s: "he_uniform", False)}},
        ),
        "softmax": (backprop.softmax, lambda g: {"z": g.trace.z[2]},
                    {"z": {k: v for k, v in MATRIX.items() if k in OF_ANY_SHAPE}}),
        "Activation": (
            Activation, lambda g: {"name": "own", "f": np.tanh, "df": np.cosh},
            {"name": TEXT, "f": FUNCTION, "df": FUNCTION},
        ),
        "Loss": (
            Loss, lambda g: {"name": "own", "value": SQUARED_ERROR.value, "grad": SQUARED_ERROR.grad},
            {"name": TEXT, "value": FUNCTION, "grad": FUNCTION},
        ),
        "data.one_hot": (
            data.one_hot, lambda g: {"labels": g.labels, "classes": 3, "dtype": np.float64},
            {"labels": LABELS, "classes": COUNT | HUGE, "dtype": DTYPE},
        ),
        "data.xor": (data.xor, lambda g: {"m": 6, "rng": g.rng}, {"m": COUNT | HUGE, "rng": RNG}),
        "data.digits": (data.digits, lambda g: {"dtype": np.float64}, {"dtype": DTYPE}),
        "data.mnist": (data.mnist, lambda g: {"folder": g.folder, "dtype": np.float64},
                       {"folder": {k: v for k, v in PATH.items() if not v[1]}, "dtype": {
                           k: v for k, v in DTYPE.items() if not v[1]}}),
        "save": (backprop.save, lambda g: {"network": g.network, "path": g.folder / "net.npz"},
                 {"network": NETWORK, "path": PATH | {"empty": (lambda p: "", False)}}),
        "load": (backprop.load, lambda g: {"path": saved(g)},
                 {"path": PATH | {"empty": (lambda p: "", False),
                                  "a folder": (lambda p: p.parent, False),
                                  "another file": (lambda p: Path(__file__), False)}}),
    }  # fmt: skip
    table |= of_experiments(X, Y)
    for name, noise in (("moons", {}), ("spirals", {"turns": 1.5})):
        zero_is_fine = {"0": (lambda n: 0, None)}
        table[f"data.{name}"] = (
            getattr(data, name),
            lambda g, noise=noise: {"m": 6, "rng": g.rng, "noise": 0.1, **noise},
            {"m": COUNT | HUGE, "rng": RNG, "noise": REAL | zero_is_fine}
            | dict.fromkeys(noise, REAL),
        )
    for name, loss in LOSSES.items():
        for part in ("value", "grad"):
            table[f"{name.upper()}.{part}"] = (
                getattr(loss, part),
                lambda g: {"a": g.a, "Y": g.one_hot},
                {"a": no_partner(MATRIX), "Y": MATRIX | COLUMNS},
            )
    for name, activation in ACTIVATIONS.items():
        for part in ("f", "df"):
            table[f"{name.upper()}.{part}"] = (
                getattr(activation, part),
                lambda g: {"z": g.trace.z[2]},
                {"z": {k: v for k, v in MATRIX.items() if k in OF_ANY_SHAPE}},
            )
    return table


OF_ANY_SHAPE = {
    "a list of lists", "a tuple of tuples", "Fortran order", "not contiguous", "negative strides",
    "read-only", "like a pandas frame", "None", "a text", "a dict", "texts", "objects",
    "None inside", "complex", "dates", "a record array",
}  # fmt: skip


SETS_SHAPES = {"turned", "a row more", "a layer less", "a layer more", "a layer turned"}


def no_partner(table):
    """For a matrix that sets the shape of the others: the error may name one of them."""
    return {k: (make, "others" if k in SETS_SHAPES else w) for k, (make, w) in table.items()}


def no_rows_known(table):
    return {k: v for k, v in table.items() if k != "a row more"}


def saved(g):
    backprop.save(g.network, g.folder / "net.npz")
    return g.folder / "net.npz"


TRIALS = [
    (name, argument, label)
    for name, (_, _, arguments) in entries().items()
    for argument, table in arguments.items()
    for label in table
]


# What comes of it


def snapshot(arguments):
    """What a refusal must leave as it was."""
    seen = []
    for value in arguments.values():
        if isinstance(value, Network):
            seen += [array.tobytes() for array in arrays_of(value)]
        elif isinstance(value, np.random.Generator):
            seen.append(str(value.bit_generator.state))
        elif isinstance(value, np.ndarray) and value.dtype != object:
            seen.append(value.tobytes())
    return seen


def numbers_in(result):
    """All numbers in a result, to compare two."""
    if isinstance(result, Network):
        return numbers_in(arrays_of(result))
    if isinstance(result, backprop.GradientReport):
        return [row.error for row in result.rows]
    if isinstance(result, backprop.History):
        return [result.initial_loss, *result.loss, *(result.val_loss or [])]
    if isinstance(result, (list, tuple)):
        return [number for part in result if part is not None for number in numbers_in(part)]
    if isinstance(result, (np.ndarray, float, int)):
        return np.ravel(result).tolist()
    return []


def too_long(*_):
    raise TimeoutError(f"no answer after {SECONDS} seconds")


def outcome(name, argument, label):
    """("works" or the error, whether that is what is expected)"""
    function, good, tables = entries()[name]
    make, expected = tables[argument][label]
    plain = good(good_arguments())
    wanted = function(**plain) if expected is True else None
    arguments = good(good_arguments())
    arguments[argument] = make(arguments[argument])
    if argument == "grads" and name == "check_gradients":
        wanted = None  # a report about the gradients that were handed in
    others = {key: value for key, value in arguments.items() if key != argument}
    if isinstance(arguments[argument], (np.ndarray, np.random.Generator)):
        others[argument] = arguments[argument]
    before = snapshot(others)
    keywords = set(inspect.signature(function).parameters)
    assert set(arguments) <= keywords, f"{name} has no argument {set(arguments) - keywords}"
    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(SECONDS)
    tracemalloc.start()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            result = function(**arguments)
    except Exception as error:
        _, peak = tracemalloc.get_traced_memory()
        text = f"{type(error).__name__}: {error}"
        names = arguments if expected == "others" else [argument]
        head = str(error).split(": expected")[0].split(";")[0]
        named = any(re.match(rf"(\w+, )?{n}\b", head) for n in names)
        fine = (
            type(error) in (ValueError, TypeError)
            and named
            and snapshot(others) == before
            and peak < MEMORY
        )
        return text, fine and expected is not True
    finally:
        signal.alarm(0)
        tracemalloc.stop()
    if expected is True and wanted is not None:
        np.testing.assert_allclose(numbers_in(result), numbers_in(wanted), rtol=1e-12, atol=1e-15)
        if not numbers_in(wanted):
            assert type(result) is type(wanted)
    return WORKS, bool(expected is None or expected is True or expected == "others")


RAW = "broadcast", "operand", "matmul", "array element", "subscript"


@pytest.mark.parametrize("name", dict.fromkeys(name for name, _, _ in TRIALS))
def test_it_works_or_says_what_is_wrong(name):
    faults = []
    for _, argument, label in (trial for trial in TRIALS if trial[0] == name):
        try:
            came, as_expected = outcome(name, argument, label)
        except (AssertionError, Warning) as error:
            came, as_expected = str(error), False
        words = came.split(": expected")[0]
        if not as_expected or "\n" in words or any(raw in came for raw in RAW):
            faults.append(f"{argument}, {label}: {came}")
    assert not faults, "\n".join(faults)


def test_every_public_function_is_tried():
    public = {
        name for name in backprop.__all__
        if callable(getattr(backprop, name)) and name not in ACTIVATIONS
    } | {
        f"data.{name}" for name, value in vars(data).items()
        if inspect.isfunction(value) and not name.startswith("_") and value.__module__ == data.__name__
    }  # fmt: skip
    results = {"DivergenceError", "GradientReport", "Gradients", "History", "Trace"}
    assert public - results <= {name for name, _, _ in TRIALS}


@pytest.mark.parametrize("learning_rate", [1e-300, 1e30, 1e300, 1.7e308])
def test_a_huge_or_tiny_learning_rate_trains_or_diverges(learning_rate):
    network, X, Y = problem(activations=("relu", "identity"), m=5)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            backprop.train(
                network, X, Y, SQUARED_ERROR, learning_rate=learning_rate, epochs=20,
                batch_size=2, rng=np.random.default_rng(0),
            )  # fmt: skip
        said = ""
    except DivergenceError as error:
        said = str(error)
    assert not said or f"learning_rate={learning_rate:g}" in said
    assert all(np.isfinite(array).all() for array in arrays_of(network))


def test_a_batch_larger_than_anything_is_all_examples():
    trained = []
    for batch_size in (5, 10**30):
        network, X, Y = problem(m=5)
        backprop.train(
            network, X, Y, SQUARED_ERROR, learning_rate=0.1, epochs=2, batch_size=batch_size,
            rng=np.random.default_rng(0),
        )  # fmt: skip
        trained.append([array.tobytes() for array in arrays_of(network)])
    assert trained[0] == trained[1]


# The table


def print_table():
    totals, failed = Counter(), 0
    for name, argument, label in TRIALS:
        came, as_expected = outcome(name, argument, label)
        totals[came.split(":")[0]] += 1
        failed += not as_expected
        mark = "  " if as_expected else "! "
        print(f"{mark}{name:<28}{argument:<15}{label:<40}{came.splitlines()[0][:140]}")
    print(
        f"\n{len(TRIALS)} trials: " + ", ".join(f"{n} {what}" for what, n in totals.most_common())
    )
    print(f"{failed} not as documented")
    return failed


if __name__ == "__main__":
    sys.exit(bool(print_table()))
