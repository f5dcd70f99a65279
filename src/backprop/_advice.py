"""What is said at once of an activation that is none, that mixes units, or has another's slope."""

import warnings
from difflib import get_close_matches

import numpy as np

OTHER_NAMES = {  # of activations that go by more than one
    "identity": "linear none id",
    "sigmoid": "logistic sigmoidal expit logsig",
    "tanh": "hyperbolictangent tansig",
    "relu": "rectifier rectifiedlinear reluactivation",
    "leaky_relu": "lrelu leakyrectifier",
}
NOT_HERE = "elu gelu selu celu prelu silu swish mish softplus softsign hardsigmoid hardtanh"


def hint_at(value, table):
    """What somebody may have meant by an activation not in the table: for the end of an error."""
    name = value if isinstance(value, str) else getattr(value, "__name__", str(value))
    short = "".join(letter for letter in name.lower() if letter.isalnum())
    if "softmax" in short:
        return (
            "; a softmax mixes the units of a layer, so it is no activation: give the output layer "
            "the 'identity' and train with SOFTMAX_CROSS_ENTROPY, which applies it"
        )
    for known in table:
        if short in (known.replace("_", ""), *OTHER_NAMES.get(known, "").split()):
            return f"; use {known!r}"
    close = get_close_matches(short, table, n=1, cutoff=0.7)
    if close and short not in NOT_HERE.split():
        return f"; did you mean {close[0]!r}?"
    if isinstance(value, str) or callable(value):
        return "; write Activation(name, f, df) with the function f of z and its derivative df"
    return ""


def refuse_mixing(activation):
    """Refuse functions of your own that give a unit another value if only another's z moves."""
    for part in ("f", "df"):
        _refuse_mixing(activation, part)


def _refuse_mixing(activation, part):
    function = getattr(activation, part)
    z = np.array([[0.1, 0.4], [0.3, 0.2], [0.5, 0.6]])
    moved = np.array([[5.0, 0.4], [0.3, 0.2], [0.5, 0.6]])
    first, second, third = (_tried(function, case) for case in (z, z, moved))
    if first is None or third is None or not np.array_equal(first, second, equal_nan=True):
        return  # what is wrong there shows where it is used; what is random is nobody's value
    others = ~np.isclose(first, third, rtol=1e-6, atol=0, equal_nan=True)
    others[0, 0] = False
    if others.any():
        i, k = np.argwhere(others)[0]
        raise ValueError(
            f"activation {activation.name!r}: {part}(z): expected each entry to depend on its own z "
            f"alone, but [{i}, {k}] moves with z[0, 0]; a function that mixes units is no "
            "activation (for a softmax give the output layer the 'identity' and train with "
            "SOFTMAX_CROSS_ENTROPY)"
        )


def refuse_other_slope(activation, name):
    """Refuse a df of your own that is not the derivative of f, by differences away from kinks."""
    z = np.linspace(-4.03, 3.97, 41)[None]
    f, slope = (_tried(function, z) for function in (activation.f, activation.df))
    steps = [(h, _tried(activation.f, z + h), _tried(activation.f, z - h)) for h in (2e-3, 1e-3)]
    again = _tried(activation.f, z)
    if any(part is None for part in (f, slope, again, *sum(steps, ()))):
        return
    with np.errstate(all="ignore"):
        wide, near = ((up - down) / (2 * h) for h, up, down in steps)
        left, right = ((f - steps[1][2]) / 1e-3, (steps[1][1] - f) / 1e-3)
        size = 0.01 * np.maximum(np.abs(near), np.nanmax(np.abs(near), initial=1e-9) / 100)
        smooth = (np.abs(wide - near) < size / 3) & (np.abs(left - right) < 10 * size)
        wrong = smooth & (np.abs(slope - near) > size)
    if wrong.sum() > 1 and np.array_equal(f, again):
        k = np.argmax(np.where(wrong, np.abs(slope - near), 0))
        raise ValueError(
            f"{name}: expected a df that is the derivative of f, but at z = {z[0, k]:.2f} "
            f"{activation.name!r} has df = {slope[0, k]:.4g} and f rises by {near[0, k]:.4g} for 1"
        )


def _tried(function, z):
    """function(z), if it gives numbers of z's shape."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = np.array(function(z.copy()), dtype=np.float64)
    except Exception:
        return None
    return result if result.shape == z.shape else None
