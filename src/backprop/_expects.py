"""What a function expects, declared above it: the check, the message, the line in the reference.

    @expects(z="(n_l, m)", W_next="(n_{l+1}, n_l)", delta_next="(n_{l+1}, m)", activation=Activation)

The arguments are looked at in this order before the function runs, and a symbol that comes twice
must have one size. What is declared is also the signature that `help` and the API reference show.
The function without its checks is `function.bare`, for loops that have checked already.

A rule is called with an argument's name, its value and what is known so far, such as {"n_0": 2,
"dtype": float32}. It returns the value, converted where need be, or raises ValueError or TypeError.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from inspect import Parameter, isclass, signature

import numpy as np

from backprop._check import (
    FLOATS,
    check_count,
    check_dtype,
    check_matrix,
    check_real,
    check_rng,
    check_size,
)

QUIET = {"over": "ignore", "invalid": "ignore", "under": "ignore"}


def expects(*, returns=Parameter.empty, _quiet=False, **expected):
    """Check a function's arguments by these rules; of a class, declare the parts.

    A shape stands for a `Matrix`, a class for its instances. What is left at its default is not
    looked at. `returns` is shown; as float it also makes the result one.
    """
    rules = {name: rule_for(what) for name, what in expected.items()}

    def declare(function):
        plain = signature(function)
        parameters = [
            p.replace(annotation=rules.get(name, Parameter.empty))
            for name, p in plain.parameters.items()
        ]
        declared = plain.replace(parameters=parameters, return_annotation=rule_for(returns))
        if isclass(function):
            function._parts, function.__signature__ = rules, declared
            return function
        defaults = {name: plain.parameters[name].default for name in rules}
        positional = [p.name for p in parameters if p.kind is Parameter.POSITIONAL_OR_KEYWORD]

        @wraps(function)
        def checked(*args, **kwargs):
            given = dict(zip(positional, args), **kwargs)
            if len(given) != len(args) + len(kwargs):
                return function(*args, **kwargs)  # Python says what is wrong
            known = {}
            for name, rule in rules.items():
                if name in given and given[name] is not defaults[name]:
                    given[name] = rule(name, given[name], known)
            with np.errstate(**QUIET if _quiet else {}):
                result = function(**given)
            return float(result) if returns is float else result

        checked.bare, checked.rules, checked.__signature__ = function, rules, declared
        return checked

    return declare


def equation(**expected):
    """`expects`; numbers too large for the dtype come out as inf or nan, without a warning."""
    return expects(**expected, _quiet=True)


def real_numbers(z):
    """z as an array of floats, of any shape; whole numbers become float64."""
    z = np.asarray(z)
    if z.dtype.kind not in "fiu":
        raise TypeError(f"z: expected real numbers, got dtype {z.dtype}")
    return z if z.dtype.kind == "f" else z.astype(np.float64)


def elementwise(function):
    """A function of z alone, an array of real numbers of any shape; what underflows is 0."""

    @wraps(function)
    def checked(z):
        with np.errstate(under="ignore"):
            return function(real_numbers(z))

    checked.bare = function
    return checked


def columnwise(function):
    """A function of z alone, real numbers in columns of at least one."""

    @wraps(function)
    def checked(z):
        z = real_numbers(z)
        if z.size == 0 or z.ndim == 0:
            raise ValueError(f"z: expected logits (K, m), got shape {z.shape}")
        return function(z)

    checked.bare = function
    return checked


def rule_for(what):
    if isinstance(what, str):
        return Matrix(what)
    return Instance(what) if hasattr(what, "_expected") else what


class Instance:
    """An instance of a class that says in `_expected` what that is, with parts that fit.

    asked: what the class's own `_fits` should ask beyond that
    """

    def __init__(self, cls, **asked):
        self.cls, self.asked = cls, asked

    def __repr__(self):
        return self.cls.__name__

    def __call__(self, name, value, known):
        if not isinstance(value, self.cls):
            came = self.cls._expected.format(value, type(value).__name__)
            raise TypeError(f"{name}: expected {came}")
        if hasattr(value, "_fits"):
            return value._fits(name, known, **self.asked)
        return parts(name, value, known) if hasattr(value, "_parts") else value


def parts(name, value, known):
    """A tuple of lists, each by its own rule."""
    rules = type(value)._parts.items()
    checked = {part: rule(f"{name}.{part}", getattr(value, part), known) for part, rule in rules}
    return type(value)(**checked)


class Matrix:
    """A real matrix of a shape in the article's notation, such as "(n_l, m)".

    finite: refuse inf and nan; domain: a function of name and array that refuses other numbers
    """

    def __init__(self, shape, *, finite=False, domain=None):
        self.shape, self.finite, self.domain = shape, finite, domain
        self.symbols = shape.strip("()").split(", ")
        self.numbers = {s: int(s) for s in self.symbols if s.isdigit()}

    def __repr__(self):
        return self.shape

    def __call__(self, name, value, known):
        array = self.fitting(name, value, known)
        known.setdefault("dtype", array.dtype)
        return array

    def accepts(self, value, known, dtype=None):
        """Whether it is such a matrix as it stands; then its sizes are known."""
        if type(value) is not np.ndarray or value.ndim != 2 or not value.size:
            return False
        if value.dtype not in (FLOATS if dtype is None else (dtype,)):
            return False
        (n, m), (rows, columns) = self.symbols, value.shape
        if known.get(n, rows) != rows or known.get(m, columns) != columns:
            return False
        if self.finite and not np.isfinite(value).all():
            return False
        known[n], known[m] = rows, columns
        return True

    def fitting(self, name, value, known, dtype=None):
        known.update(self.numbers)
        fits = self.accepts(value, known, dtype)
        array = value if fits else self.converted(name, value, known, dtype)
        if self.domain:
            self.domain(name, array)
        return array

    def converted(self, name, value, known, dtype):
        """What stands for such a matrix, such as a list of lists, as one; or what is wrong."""
        rows, columns = map(known.get, self.symbols)
        array = check_matrix(
            name, value, shape=self.shape, rows=rows, columns=columns, dtype=dtype,
            finite=self.finite,
        )  # fmt: skip
        known.update(zip(self.symbols, array.shape))
        return array


def probabilities(name, p):
    """The domain of numbers in [0, 1]."""
    outside = (p < 0) | (p > 1)
    if outside.any():
        raise ValueError(
            f"{name}: expected probabilities in [0, 1], got {p[outside][0]:g}"
            + ("; give the output layer a sigmoid" if name == "a" else "")
        )


def distributions(name, p):
    """The domain of columns of probabilities that sum to 1."""
    probabilities(name, p)
    sums = p.sum(axis=0)
    wrong = np.abs(sums - 1) > 1e-5
    if wrong.any():
        raise ValueError(
            f"{name}: expected columns that each sum to 1, such as one-hot targets, "
            f"got a column that sums to {sums[wrong][0]:g}"
        )


class Examples(Matrix):
    """Inputs: finite, in the dtype of the network or of the outputs before them."""

    def __init__(self, shape, *, domain=None):
        super().__init__(shape, finite=True, domain=domain)

    def __call__(self, name, value, known):
        return self.fitting(name, value, known, known.get("dtype"))


class Targets(Examples):
    """Targets: what the loss before them, if there is one, can take."""

    def __call__(self, name, value, known):
        try:
            array = super().__call__(name, value, known)
        except ValueError as error:
            K, m = map(known.get, self.symbols)
            if K and K > 1 and (labels := _as_labels(value, K, m)):
                raise ValueError(
                    f"{error}. Are these labels? An output for each class wants one-hot columns: "
                    f"backprop.data.one_hot({labels}, {K})"
                ) from None
            raise
        if domain := known.get("domain"):
            domain(name, array)
        return array


def _as_labels(Y, K, m):
    """What to give one_hot, if Y holds m labels 0..K-1 or 1..K in a vector, one row or one column."""
    try:
        Y = np.asarray(Y)
        if Y.size != m or m != max(Y.shape, default=0) or not np.isin(Y, np.arange(K + 1)).all():
            return None
    except (TypeError, ValueError):
        return None
    if Y.max() == K and not Y.min():
        return None
    plain, from_0 = Y.ndim == 1 and Y.dtype.kind in "iu", Y.max() < K
    if plain and from_0:
        return "labels"
    return "np.ravel(labels).astype(int)" + " - 1" * (not from_0)


@dataclass(frozen=True)
class Rule:
    """What is no matrix: how the reference says it, and its check."""

    says: str
    check: Callable

    def __repr__(self):
        return self.says

    def __call__(self, name, value, known):
        return self.check(name, value, known)


def whole(least=1):
    says = f"whole number >= {least}"
    return Rule(says, lambda name, value, _: check_count(name, value, least=least))


def real(*, above=None, least=None):
    limit = f" > {above:g}" if above is not None else "" if least is None else f" >= {least:g}"
    return Rule(
        f"number{limit}", lambda name, value, _: check_real(name, value, above=above, least=least)
    )


def among(table):
    def check(name, value, _):
        if not isinstance(value, str) or value not in table:
            raise ValueError(f"{name}: expected one of {', '.join(table)}, got {value!r}")
        return value

    return Rule(" or ".join(map(repr, table)), check)


def _function(name, value, known):
    if not callable(value):
        raise TypeError(f"{name}: expected a function, got {value!r}")
    return value


def check_sizes(name, value):
    """Return (n_0, n_1, ..., n_L) as a list of whole numbers."""
    if isinstance(value, (str, bytes)) or not np.iterable(value):
        raise TypeError(f"{name}: expected (n_0, n_1, ..., n_L), got {value!r}")
    sizes = [check_count(f"{name}[{l}]", n) for l, n in enumerate(value)]
    if len(sizes) < 2:
        raise ValueError(f"{name}: expected at least (n_0, n_1), got {tuple(sizes)}")
    return sizes


def _sizes(name, value, known):
    sizes = check_sizes(name, value)
    check_size(name, sum(n * (n_below + 1) for n_below, n in zip(sizes, sizes[1:])))
    known["L"] = len(sizes) - 1
    return sizes


SIZES = Rule("(n_0, n_1, ..., n_L)", _sizes)
FUNCTION = Rule("function", _function)
RNG = Rule("numpy.random.Generator", lambda name, value, _: check_rng(value))
DTYPE = Rule("float32 or float64", lambda name, value, _: check_dtype(value))
