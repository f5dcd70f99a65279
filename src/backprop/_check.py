"""What every entry point checks, once, before anything is computed or changed."""

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from numbers import Integral, Real

import numpy as np

FLOATS = (np.dtype(np.float64), np.dtype(np.float32))
MOST = 2**28  # numbers in what is made from sizes: 2 GB in float64
COUNTED = {"n_0": "input", "n_L": "output"}  # what a row is


def check_matrix(name, value, *, shape, rows=None, columns=None, dtype=None, finite=True):
    """Return `value` as a non-empty real matrix, or say what was expected and what came.

    `shape` is the expected shape in the article's notation, such as "(n_0, m)".
    `rows` and `columns` fix its two sizes where they are known.
    `dtype` converts; without it float32 and float64 are kept and whole numbers become float64.
    A matrix that needs no conversion is returned as it is, not copied.
    """
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name}: expected a matrix {shape}, got rows of unequal length"
        ) from error
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name}: expected a plain array {shape}, got a masked one")
    if array.dtype.kind not in "fiu" or array.dtype.itemsize > 8:
        hint = f"; use np.asarray({name}).astype(float)" if array.dtype.kind in "bf" else ""
        raise TypeError(f"{name}: expected real numbers {shape}, got dtype {array.dtype}{hint}")
    if array.ndim != 2:
        raise ValueError(
            f"{name}: expected a matrix {shape}, got {array.ndim} dimension(s), shape {array.shape}"
            + _reshaped(name, array.shape, rows, columns)
        )
    if array.size == 0:
        raise ValueError(f"{name}: expected at least one row and column, got shape {array.shape}")
    wanted = (rows or array.shape[0], columns or array.shape[1])
    if array.shape != wanted:
        symbols = shape.strip("()").split(", ")
        sizes = ", ".join(str(known or s) for known, s in zip((rows, columns), symbols))
        turned = array.shape[::-1]
        fits_turned = (rows or turned[0], columns or turned[1]) == turned
        hint = ""
        if fits_turned and symbols[1][0] == "m":
            if symbols[0] in COUNTED:
                counts = zip(array.shape, (COUNTED[symbols[0]], "example"))
                hint = ": " + ", ".join(f"{n} {what}{'s' * (n != 1)}" for n, what in counts)
            hint += f"; examples are columns: did you mean {name}.T?"
        elif fits_turned:
            hint = f"; did you mean {name}.T?"
        raise ValueError(f"{name}: expected shape {shape} = ({sizes}), got {array.shape}{hint}")
    if dtype is None:
        dtype = array.dtype if array.dtype in FLOATS else np.dtype(np.float64)
    with np.errstate(over="ignore"):
        array = array.astype(dtype, copy=False)
    if finite and not np.isfinite(array).all():
        row, column = np.argwhere(~np.isfinite(array))[0]
        raise ValueError(
            f"{name}: expected finite {dtype} numbers, got {array[row, column]} at [{row}, {column}]"
        )
    return array


def _reshaped(name, shape, rows, columns):
    """Which reshape makes the expected matrix of it."""
    if len(shape) == 1:
        n = shape[0]
        as_row = rows in (None, 1) and columns in (None, n)
        as_column = rows in (None, n) and columns in (None, 1)
        if as_row and as_column and n != 1:
            return f"; use np.reshape({name}, (1, -1)) for a row, (-1, 1) for a column"
        if as_row or as_column:
            return f"; use np.reshape({name}, {'(-1, 1)' if as_column else '(1, -1)'})"
    elif len(shape) > 2 and math.prod(shape[1:]) == rows and columns in (None, shape[0]):
        return f"; examples are columns: use np.reshape({name}, ({shape[0]}, -1)).T"
    return ""


@dataclass(frozen=True)
class Checked:
    """A `function` whose result is looked at each time; equal, and pickled, like the function.

    It gets its arguments to read, not to write: they are those of a trace, or the caller's own.
    """

    function: Callable
    what: str  # how an error calls the result

    def __hash__(self):
        return hash(self.what)

    def result(self, arguments):
        try:
            return np.asarray(self.function(*map(to_read, arguments)))
        except ValueError as error:
            if "read-only" not in str(error):
                raise
            raise ValueError(
                f"{self.what}: expected its arguments as they were, but it writes into one; "
                "work on a copy, or without +=, *= and out="
            ) from error


def to_read(array):
    """A view that can't be written to; what is no array is given as it is."""
    if not isinstance(array, np.ndarray):
        return array
    view = array.view()
    view.flags.writeable = False
    return view


class KeptShape(Checked):
    """Checked to give the shape and dtype of the first argument, which the error calls `like`."""

    like = "z"

    def __call__(self, like, *others):
        result = self.result((like, *others))
        if result.dtype.kind not in "biuf":
            raise TypeError(f"{self.what}: expected real numbers, got dtype {result.dtype}")
        shape = np.shape(like)
        if result.shape != shape:
            if result.ndim:
                raise ValueError(
                    f"{self.what}: expected the shape {shape} of {self.like}, got {result.shape}"
                )
            result = np.full(shape, result)
        dtype = getattr(like, "dtype", None)
        given_back = not result.flags.writeable  # a view of what it was given to read
        return result.astype(dtype, copy=given_back) if dtype in FLOATS else result


class KeptShapeOfA(KeptShape):
    like = "a"


class OneNumber(Checked):
    """Checked to give one number, which becomes a float."""

    def __call__(self, *arguments):
        result = self.result(arguments)
        if result.dtype.kind not in "biuf" or result.ndim:
            raise TypeError(
                f"{self.what}: expected a number, got dtype {result.dtype} and shape {result.shape}"
            )
        return float(result)


class Named:
    """What has a name and functions. One's own functions are looked at each time they are called;
    copies and pickles of what the module itself holds are made by name, others by their parts.

    _checks: {part: how its result is checked}; _arguments: what the functions are functions of
    """

    def __post_init__(self):
        if not isinstance(self.name, str):
            raise TypeError(f"name: expected a text, got {self.name!r}")
        for part, checked in self._checks.items():
            function = getattr(self, part)
            if not callable(function):
                arguments = " and ".join(self._arguments)
                raise TypeError(f"{part}: expected a function of {arguments}, got {function!r}")
            if not (isinstance(function, Checked) or hasattr(function, "bare")):
                kind, arguments = type(self).__name__.lower(), ", ".join(self._arguments)
                what = f"{kind} {self.name!r}: {part}({arguments})"
                object.__setattr__(self, part, checked(function, what))

    def __repr__(self):
        return f"{type(self).__name__}({self.name!r})"

    def __reduce__(self):
        if getattr(sys.modules[type(self).__module__], self.name.upper(), None) is self:
            return self.name.upper()
        return type(self), tuple(getattr(self, field.name) for field in fields(self))


def check_dtype(dtype):
    """Return float32 or float64 as a numpy dtype."""
    try:
        result = np.dtype(dtype)
    except TypeError as error:
        raise TypeError(f"dtype: expected float32 or float64, got {dtype!r}") from error
    if dtype is None or result not in FLOATS:
        raise ValueError(f"dtype: expected float32 or float64, got {dtype!r}")
    return result


def check_rng(rng):
    """Randomness comes only through a generator that the caller hands in."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            "rng: expected a numpy.random.Generator such as np.random.default_rng(0), "
            f"got {type(rng).__name__}"
        )
    return rng


def check_count(name, value, *, least=1):
    """Return `value` as an int of at least `least`; a bool or a float is a mistake."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral):
        raise TypeError(f"{name}: expected a whole number, got {value!r}")
    if value < least:
        raise ValueError(f"{name}: expected at least {least}, got {value}")
    return int(value)


def check_size(name, n):
    """Refuse to make an array of more numbers than a course needs and a laptop holds."""
    if n > MOST:
        raise ValueError(f"{name}: expected at most {MOST:,} numbers in all, got {n:,}")


def check_real(name, value, *, above=None, least=None):
    """Return `value` as a finite float, greater than `above` or at least `least`."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(f"{name}: expected a number, got {value!r}")
    try:
        number = float(value)
    except OverflowError:
        number = float("inf")
    if not np.isfinite(number):
        raise ValueError(f"{name}: expected a finite number, got {number}")
    if above is not None and not number > above:
        raise ValueError(f"{name}: expected a number greater than {above:g}, got {number:g}")
    if least is not None and number < least:
        raise ValueError(f"{name}: expected a number of at least {least:g}, got {number:g}")
    return number


def check_choice(name, value, table, kind, hint=lambda value, table: ""):
    """Return `value` if it is a `kind`, or the entry of `table` with that name.

    hint: what to say of a value that is neither, from it and the table
    """
    if isinstance(value, kind):
        return value
    if isinstance(value, str) and value in table:
        return table[value]
    names = ", ".join(sorted(table))
    wrong = ValueError if isinstance(value, str) else TypeError
    raise wrong(
        f"{name}: expected one of {names} or your own {kind.__name__}, got {value!r}{hint(value, table)}"
    )


def check_texts(name, texts, symbol, n):
    """The n texts as a list, or None."""
    if texts is None:
        return None
    if isinstance(texts, str) or not np.iterable(texts):
        raise TypeError(f"{name}: expected a list of {symbol} = {n} texts, got {texts!r}")
    if len(texts := list(texts)) != n:
        raise ValueError(f"{name}: expected {symbol} = {n} texts, got {len(texts)}")
    return texts
