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
from functools import cache, wraps
from inspect import Parameter, isclass, signature

import numpy as np

from backprop._check import (
    FLOATS,
    check_choice,
    check_count,
    check_dtype,
    check_matrix,
    check_real,
    check_rng,
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
    """A function of z alone, an array of real numbers of any shape."""

    @wraps(function)
    def checked(z):
        return function(real_numbers(z))

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


class Layers:
    """A list [None, x^1, ..., x^L] of matrices, entry l of a shape such as "(n_l, n_{l-1})".

    x: what an entry is called; by: the function that returns such a list
    first: what stands at index 0, if that is a matrix of layer 0; finite: refuse inf and nan
    """

    def __init__(self, shape, x, *, by=None, first=None, finite=False):
        self.shape, self.x, self.by, self.first, self.finite = shape, x, by, first, finite

    def __repr__(self):
        start = ["None"] * (not self.first)
        ends = [self.layer(l).shape for l in (1 - bool(self.first), "L")]
        return f"[{', '.join([*start, ends[0], '...', ends[1]])}]"

    def __call__(self, name, value, known):
        value = listed(name, value, known, self.x, by=self.by, first=self.first)
        checked = [] if self.first else [None]
        for l in range(len(checked), len(value)):
            rule, entry = self.layer(l), value[l]
            fits = rule.accepts(entry, known)
            checked.append(entry if fits else rule(f"{name}[{l}]", entry, known))
        known["n_L"] = known.get(f"n_{known['L']}")
        return checked

    def as_made(self, name, value, known, *, to_change=False, finite=False):
        """Refuse a list that is not as this rule made it, arrays of one dtype: it was changed since.

        to_change: refuse arrays that can't be written to; finite: refuse inf and nan
        """
        listed(name, value, known, self.x, kinds=list)
        known["1"] = 1
        for l in range(1, len(value)):
            array, rule = value[l], at_layer(self.shape, l, finite)
            if not rule.accepts(array, known):
                real = isinstance(array, np.ndarray) and array.dtype in FLOATS
                if not real or array.ndim != 2:
                    raise TypeError(
                        f"{name}[{l}]: expected a float32 or float64 array of shape {rule}, "
                        f"got {array!r}"
                    )
                rule(f"{name}[{l}]", array, known)
            if array.dtype != known.setdefault("dtype", array.dtype):
                whole = name.partition(".")[0]
                raise ValueError(
                    f"{whole}: expected {known['dtype']} throughout, layer {l} differs"
                )
            if to_change and not array.flags.writeable:
                raise ValueError(f"{name}[{l}]: expected an array to write to, got a read-only one")

    def layer(self, l):
        """The rule for one entry: (n_2, n_1) for layer 2 of (n_l, n_{l-1})."""
        return at_layer(self.shape, l, self.finite)


@cache
def at_layer(shape, l, finite):
    below = "{L-1}" if l == "L" else str(l - 1)
    return Matrix(shape.replace("{l-1}", below).replace("_l", f"_{l}"), finite=finite)


def listed(name, value, known, x, *, by=None, first=None, kinds=(list, tuple)):
    """Refuse what is no list [None, x^1, ..., x^L], where L is what is known of it."""
    L = known.get("L")
    headed = first or (isinstance(value, kinds) and value and value[0] is None)
    if isinstance(value, kinds) and headed and len(value) == (L + 1 if L else max(len(value), 2)):
        known["L"] = len(value) - 1
        return value
    last = {None: ", ...", 1: ""}.get(L, f", ..., {x}^{L}")
    expected = f"a list [{first}, {x}^1{last}]" + (f", as `{by}` returns it" if by else "")
    if not isinstance(value, kinds):
        raise TypeError(f"{name}: expected {expected}, got {type(value).__name__}")
    came = ", ".join(type(entry).__name__ for entry in value)
    hint = "" if headed else " with index 0 None"
    raise ValueError(f"{name}: expected {expected}{hint}, got [{came}]")


class Choices:
    """A list [None, x^1, ..., x^L] of instances of a class, made from them and names in a table;
    a single one serves every layer.

    hint: what to say at the end of an error about a value that is none
    """

    def __init__(self, cls, table, x, hint):
        self.cls, self.table, self.x, self.hint = cls, table, x, hint

    def __repr__(self):
        return f"names or {self.cls.__name__}s, one a layer"

    def __call__(self, name, value, known):
        L = known["L"]
        value = [value] * L if isinstance(value, (str, self.cls)) else value
        if not isinstance(value, (list, tuple)):
            raise TypeError(f"{name}: expected a list, one a layer, got {type(value).__name__}")
        chosen = [None, *(value[1:] if value and value[0] is None else value)]
        if len(chosen) != L + 1:
            raise ValueError(
                f"{name}: expected {L}, one for each of the layers 1..{L}, got {len(chosen) - 1}"
            )
        for l in range(1, L + 1):
            chosen[l] = check_choice(f"{name}[{l}]", chosen[l], self.table, self.cls, self.hint)
        return chosen

    def as_made(self, name, value, known, **asked):
        listed(name, value, known, self.x, kinds=list)
        for l in range(1, len(value)):
            if not isinstance(value[l], self.cls):
                raise TypeError(
                    f"{name}[{l}]: expected an {self.cls.__name__} such as "
                    f"ACTIVATIONS['tanh'], got {value[l]!r}"
                )


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


RNG = Rule("numpy.random.Generator", lambda name, value, _: check_rng(value))
DTYPE = Rule("float32 or float64", lambda name, value, _: check_dtype(value))
