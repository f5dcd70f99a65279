"""What is given layer by layer: lists [None, x^1, ..., x^L], and what owns such lists."""

from functools import cache

import numpy as np

from backprop._check import FLOATS, check_choice
from backprop._expects import Matrix, parts


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
        if known.setdefault(name, list(value)) != value:
            raise ValueError(f"{name}: expected {known[name]}, as before, got {value}")


class Parameters:
    """Owns W and b. They are copied when it is made, and looked at again wherever it is an argument:
    they may have been changed since.
    """

    def __post_init__(self):
        known = {}
        for name, rule in self._parts.items():
            setattr(self, name, rule(name, getattr(self, name), known))
        self.W, self.b = ([None, *(array.copy() for array in of[1:])] for of in (self.W, self.b))
        dtypes = {array.dtype for array in self.W[1:] + self.b[1:]}
        if len(dtypes) > 1:
            names = " and ".join(sorted(map(str, dtypes)))
            raise ValueError(f"W, b: expected one dtype throughout, got {names}")

    def _fits(self, name, known, **asked):
        for part, rule in self._parts.items():
            rule.as_made(f"{name}.{part}", getattr(self, part), known, **asked)
        known.update(n_L=len(self.W[-1]), network=self)
        return self


def fits_the_network(trace, name, known):
    """A trace whose layers are those of the network before it, if there is one."""
    own = {}
    checked = parts(name, trace, own)
    sizes = tuple(own[f"n_{l}"] for l in range(len(trace.a)))
    expected = known["network"].sizes if "network" in known else sizes
    if sizes != expected:
        raise ValueError(
            f"{name}: expected layers of {expected} units as in the network, got {sizes}"
        )
    known.update(own | known)
    return checked
