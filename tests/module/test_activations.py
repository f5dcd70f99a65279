"""Activations: their values, their derivatives, and what they keep."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from helpers import DTYPES, frozen, rng

import backprop
from backprop import (
    ACTIVATIONS,
    IDENTITY,
    LEAKY_RELU,
    RELU,
    SIGMOID,
    TANH,
    Activation,
    init_network,
    softmax,
)
from backprop._advice import NOT_HERE

ALL = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)

# By hand, at z = -1, 0, 1/2 and 2:
#   sigmoid   1/(1+e) = 0.2689414..., 1/2, 1/(1+e^-.5) = 0.6224593..., 1/(1+e^-2) = 0.8807970...
#     slope   a(1-a): .2689414 x .7310586 = .1966119, 1/4, .6224593 x .3775407 = .2350037,
#             .8807970 x .1192030 = .1049936
#   tanh      -0.7615942, 0, 0.4621172, 0.9640276;  slope 1 - a^2: 1 - .5800257 = .4199743, 1,
#             1 - .2135523 = .7864477, 1 - .9293492 = .0706508
BY_HAND = [
    (SIGMOID, [0.26894142, 0.5, 0.6224593, 0.8807971], [0.19661193, 0.25, 0.23500371, 0.10499359]),
    (TANH, [-0.76159416, 0.0, 0.46211716, 0.96402758], [0.41997434, 1.0, 0.78644773, 0.07065082]),
    (RELU, [0, 0, 0.5, 2], [0, 0, 1, 1]),
    (LEAKY_RELU, [-0.01, 0, 0.5, 2], [0.01, 0.01, 1, 1]),
    (IDENTITY, [-1, 0, 0.5, 2], [1, 1, 1, 1]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("activation", "a", "slope"), BY_HAND, ids=lambda v: getattr(v, "name", "")
)
def test_value_and_slope_by_hand(activation, a, slope):
    z = np.array([[-1.0, 0.0], [0.5, 2.0]])
    np.testing.assert_allclose(activation.f(z), np.reshape(a, (2, 2)), rtol=0, atol=5e-8)
    np.testing.assert_allclose(activation.df(z), np.reshape(slope, (2, 2)), rtol=0, atol=1e-8)


def test_the_table_holds_those_by_hand_and_each_is_public():
    assert list(ACTIVATIONS.values()) == [activation for activation, *_ in BY_HAND]
    for name, activation in ACTIVATIONS.items():
        assert name == activation.name and getattr(backprop, name.upper()) is activation
        assert name.upper() in backprop.__all__
    assert repr(LEAKY_RELU) == "Activation('leaky_relu')"


@ALL
def test_df_is_the_slope_of_f(activation):
    z = rng().uniform(-4, 4, size=(3, 50))
    h = 1e-6
    assert np.abs(z).min() > h  # no step over the kink
    slope = (activation.f(z + h) - activation.f(z - h)) / (2 * h)
    np.testing.assert_allclose(activation.df(z), slope, rtol=1e-6, atol=1e-9)


@ALL
def test_kinks_are_where_the_slopes_left_and_right_differ(activation):
    h = 1e-6
    left = (activation.f(0.0) - activation.f(-h)) / h
    right = (activation.f(h) - activation.f(0.0)) / h
    assert (abs(left - right) > 0.5) == (activation.kinks == (0.0,))
    np.testing.assert_allclose(activation.df(np.zeros((1, 1))), left, rtol=0, atol=1e-6)


@ALL
@pytest.mark.parametrize("dtype", DTYPES)
def test_shape_and_dtype_are_kept_and_z_is_not_changed(activation, dtype):
    (z,) = frozen(rng().normal(size=(3, 4)).astype(dtype))
    before = z.tobytes()
    for result in (activation.f(z), activation.df(z)):
        assert result.shape == (3, 4)
        assert result.dtype == dtype
        assert not np.shares_memory(result, z)
    assert z.tobytes() == before


@ALL
def test_whole_numbers_become_float64(activation):
    z = np.array([[-2, 0, 3]])
    for function in (activation.f, activation.df):
        assert function(z).dtype == np.float64
        np.testing.assert_array_equal(function(z), function(z.astype(np.float64)))
        np.testing.assert_array_equal(function([[-2, 0, 3]]), function(z))


@ALL
@pytest.mark.parametrize("dtype", DTYPES)
def test_nothing_overflows_or_warns_at_large_z(activation, dtype):
    z = np.array([[-1e4, -800.0, -100.0, 100.0, 800.0, 1e4]], dtype)
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isfinite(activation.f(z)).all()
        assert np.isfinite(activation.df(z)).all()


def test_sigmoid_is_exact_at_both_ends():
    np.testing.assert_array_equal(SIGMOID.f([[-1e4, 0.0, 1e4]]), [[0, 0.5, 1]])
    # e^-700 = 9.86e-305: small, and not rounded to zero
    np.testing.assert_allclose(SIGMOID.f([[-700.0]]), np.exp([[-700.0]]), rtol=1e-12)
    z = rng().normal(scale=5, size=(1, 100))
    np.testing.assert_allclose(SIGMOID.f(-z), 1 - SIGMOID.f(z), rtol=1e-12, atol=1e-16)


def test_an_activation_is_frozen_and_may_be_your_own():
    square = Activation("square", lambda z: z**2, lambda z: 2 * z)
    assert square.kinks == ()
    with pytest.raises(AttributeError):
        square.name = "cube"


@pytest.mark.parametrize("part", ["f", "df"])
@pytest.mark.parametrize(
    ("result", "error", "message"),
    [
        (np.ones((2, 1)), ValueError, r"expected the shape \(2, 3\) of z, got \(2, 1\)$"),
        (np.ones((3, 2)), ValueError, r"expected the shape \(2, 3\) of z, got \(3, 2\)$"),
        ("z", TypeError, "expected real numbers, got dtype <U1$"),
        (None, TypeError, "expected real numbers, got dtype object$"),
    ],
)
def test_what_your_own_functions_return_is_looked_at(part, result, error, message):
    functions = {"f": np.tanh, "df": np.cosh} | {part: lambda z: result}
    own = Activation("own", **functions)
    with pytest.raises(error, match=rf"^activation 'own': {part}\(z\): {message}"):
        getattr(own, part)(np.ones((2, 3)))


@pytest.mark.parametrize("part", ["f", "df"])
@pytest.mark.parametrize(
    "into_z",
    [lambda z: np.multiply(z, 2, out=z), lambda z: z.__imul__(2), lambda z: z.sort() or z],
)
def test_what_writes_into_z_is_refused(part, into_z):
    z = np.array([[3.0, 1.0, 2.0]])
    own = Activation("own", **{"f": np.tanh, "df": np.cosh} | {part: into_z})
    with pytest.raises(
        ValueError, match=rf"^activation 'own': {part}\(z\): expected its arguments as they were"
    ):
        getattr(own, part)(z)
    np.testing.assert_array_equal(z, [[3.0, 1.0, 2.0]])


def test_what_gives_z_back_gives_a_copy():
    z = np.array([[3.0, 1.0, 2.0]])
    for same in (lambda z: z, lambda z: z[:], lambda z: z.T.T):
        a = Activation("same", same, lambda z: 1).f(z)
        np.testing.assert_array_equal(a, z)
        assert a.flags.writeable and not np.shares_memory(a, z)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_number_or_booleans_from_your_own_function_become_entries(dtype):
    z = np.array([[-1.0, 2.0]], dtype)
    own = Activation("own", lambda z: z > 0, lambda z: 1)
    for function, expected in ((own.f, [[0, 1]]), (own.df, [[1, 1]])):
        np.testing.assert_array_equal(function(z), expected)
        assert function(z).dtype == dtype


def test_a_function_without_a_module_will_do_and_a_copy_looks_at_nothing_twice():
    twice = np.array(2.0).__mul__
    assert not hasattr(twice, "__module__")
    own = Activation("twice", twice, lambda z: 2)
    assert own.f(np.array([[3.0]])) == 6
    copy = replace(own, name="copy")
    assert (copy.f, copy.df) == (own.f, own.df)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (("own", None, np.tanh), "^f: expected a function of z, got None$"),
        (("own", np.tanh, 3), "^df: expected a function of z, got 3$"),
        ((3, np.tanh, np.tanh), "^name: expected a text, got 3$"),
    ],
)
def test_an_activation_of_what_is_no_function_is_refused(parts, message):
    with pytest.raises(TypeError, match=message):
        Activation(*parts)


MIXING = {
    "softmax": softmax,
    "along the rows": lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
    "less the mean": lambda z: z - z.mean(),
    "the largest": lambda z: z * (z == z.max(axis=0)),
    "running sum": lambda z: np.cumsum(z, axis=0),
    "sorted": lambda z: np.sort(z, axis=0),
    "turned": lambda z: np.roll(z, 1, axis=0),
    "of length 1": lambda z: z / np.linalg.norm(z, axis=0),
}


@pytest.mark.parametrize("name", MIXING)
def test_what_mixes_units_is_no_activation(name):
    for part in ("f", "df"):
        with pytest.raises(
            ValueError, match=rf"^activation 'own': {part}\(z\): expected each entry"
        ):
            Activation("own", **{"f": np.tanh, "df": np.cosh} | {part: MIXING[name]})


def test_what_counts_its_calls_or_draws_at_random_may_be_an_activation():
    generator = rng()
    Activation("noisy", lambda z: z + generator.normal(size=z.shape), np.ones_like)


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("softmax", "SOFTMAX_CROSS_ENTROPY"), ("Softmax", "SOFTMAX_CROSS_ENTROPY"),
        ("log_softmax", "SOFTMAX_CROSS_ENTROPY"), (softmax, "SOFTMAX_CROSS_ENTROPY"),
        ("linear", "use 'identity'"), (None, "use 'identity'"), ("none", "use 'identity'"),
        ("ReLU", "use 'relu'"), ("Sigmoid", "use 'sigmoid'"), ("logistic", "use 'sigmoid'"),
        ("LeakyReLU", "use 'leaky_relu'"), ("leaky relu", "use 'leaky_relu'"), (" TANH ", "use 'tanh'"),
        (np.tanh, "use 'tanh'"), ("tahn", "did you mean 'tanh'"), ("sigmiod", "did you mean 'sigmoid'"),
        *((name, "write Activation(name, f, df)")
          for name in (*sorted(set(NOT_HERE.split()) - set(ACTIVATIONS)), "zigzag", "", np.sin)),
        (3, "got 3"),
    ],
)  # fmt: skip
def test_another_name_gets_the_right_one(value, hint):
    for activations in (["tanh", value], [value, "tanh"])[: 1 + (value is not None)]:
        with pytest.raises((ValueError, TypeError)) as caught:
            init_network((2, 3, 2), activations, rng=rng())
        assert str(caught.value).startswith("activations[") and hint in str(caught.value)


# softmax


def test_softmax_by_hand():
    # e^1, e^2, e^-1 = 2.718282, 7.389056, 0.367879, sum 10.475217
    #   -> 0.259496, 0.705385, 0.035119; equal logits give thirds
    p = softmax([[1.0, 5.0], [2.0, 5.0], [-1.0, 5.0]])
    np.testing.assert_allclose(
        p, [[0.2594964603, 1 / 3], [0.7053845127, 1 / 3], [0.0351190270, 1 / 3]], atol=1e-10
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("scale", [0.1, 10, 1e4])
def test_softmax_columns_sum_to_one_without_a_warning(dtype, scale):
    (z,) = frozen((scale * rng().normal(size=(6, 40))).astype(dtype))
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        p = softmax(z)
    assert p.dtype == dtype
    assert (p >= 0).all()
    np.testing.assert_allclose(p.sum(axis=0), 1, rtol=0, atol=8 * np.finfo(dtype).eps)
    np.testing.assert_array_equal(p.argmax(axis=0), z.argmax(axis=0))


def test_softmax_ignores_a_shift_of_a_column_and_keeps_columns_apart():
    z = rng().normal(size=(4, 3))
    p = softmax(z)
    np.testing.assert_allclose(softmax(z + np.array([[100.0, -7.0, 0.0]])), p, rtol=1e-12)
    for column in range(3):
        np.testing.assert_array_equal(softmax(z[:, [column]])[:, 0], p[:, column])


def test_softmax_is_certain_at_a_gap_of_1e4():
    np.testing.assert_array_equal(softmax([[1e4, -1e4], [-1e4, 1e4]]), np.eye(2))


@pytest.mark.parametrize(
    ("z", "error", "message"),
    [
        ("z", TypeError, "z: expected real numbers, got dtype <U1"),
        (None, TypeError, "z: expected real numbers, got dtype object"),
        ([[1j]], TypeError, "z: expected real numbers, got dtype complex128"),
    ],
)
def test_what_is_no_number_is_refused(z, error, message):
    for function in (softmax, *(f for act in ACTIVATIONS.values() for f in (act.f, act.df))):
        with pytest.raises(error, match=message):
            function(z)


@pytest.mark.parametrize("z", [np.zeros((0, 3)), 1.0])
def test_softmax_refuses_what_has_no_logits(z):
    with pytest.raises(ValueError, match=r"z: expected logits \(K, m\), got shape"):
        softmax(z)
