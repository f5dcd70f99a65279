"""Losses: values by hand, derivatives, the ends of the range, and what is refused."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from helpers import DTYPES, frozen, rng, targets

from backprop import (
    BINARY_CROSS_ENTROPY,
    LOSSES,
    SIGMOID,
    SOFTMAX_CROSS_ENTROPY,
    SQUARED_ERROR,
    Loss,
    softmax,
)
from backprop.losses import formulas

ALL = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)


def outputs(loss, K, m, generator):
    """Outputs (K, m) in the loss's domain."""
    z = generator.normal(size=(K, m))
    return SIGMOID.f(z) if loss is BINARY_CROSS_ENTROPY else z


def test_squared_error_by_hand():
    # columns: a - Y = (1, -2) and (0, 3); half squares: (1 + 4)/2 = 2.5 and 9/2 = 4.5
    # mean: (2.5 + 4.5)/2 = 3.5; derivative (a - Y)/m with m = 2
    a, Y = np.array([[3.0, 5.0], [-1.0, 4.0]]), np.array([[2.0, 5.0], [1.0, 1.0]])
    assert SQUARED_ERROR.value(a, Y) == 3.5
    np.testing.assert_array_equal(SQUARED_ERROR.grad(a, Y), [[0.5, 0.0], [-1.0, 1.5]])


def test_binary_cross_entropy_by_hand():
    # -ln 0.8 = 0.2231436, -ln(1 - 0.7) = 1.2039728; mean 0.7135582
    # derivative: -(1/0.8)/2 = -0.625 and (1/0.3)/2 = 1.6666667
    a, Y = np.array([[0.8, 0.7]]), np.array([[1.0, 0.0]])
    assert BINARY_CROSS_ENTROPY.value(a, Y) == pytest.approx(0.7135581778, abs=1e-10)
    np.testing.assert_allclose(
        BINARY_CROSS_ENTROPY.grad(a, Y), [[-0.625, 1.6666666667]], atol=1e-10
    )
    # two outputs in one example add up: -ln 0.8 - ln 0.9 = 0.3285041; m = 1
    assert BINARY_CROSS_ENTROPY.value([[0.8], [0.1]], [[1], [0]]) == pytest.approx(
        0.3285040670, abs=1e-10
    )


def test_softmax_cross_entropy_by_hand():
    # column 1: p = (0.2594965, 0.7053845, 0.0351190), class 0: -ln 0.2594965 = 1.3490122
    # column 2: three equal logits, class 2: -ln(1/3) = ln 3 = 1.0986123; mean 1.2238123
    # derivative (p - Y)/2
    z = np.array([[1.0, 5.0], [2.0, 5.0], [-1.0, 5.0]])
    Y = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]])
    assert SOFTMAX_CROSS_ENTROPY.value(z, Y) == pytest.approx(1.2238122527, abs=1e-10)
    np.testing.assert_allclose(
        SOFTMAX_CROSS_ENTROPY.grad(z, Y),
        [[-0.3702517698, 1 / 6], [0.3526922563, 1 / 6], [0.0175595135, -1 / 3]],
        atol=1e-10,
    )


def test_a_first_guess_among_ten_classes_costs_ln_10():
    assert SOFTMAX_CROSS_ENTROPY.value(np.zeros((10, 7)), np.eye(10)[:, :7]) == pytest.approx(
        np.log(10), rel=1e-14
    )


def test_the_table_holds_the_three_by_their_names():
    assert LOSSES == {
        "squared_error": SQUARED_ERROR,
        "binary_cross_entropy": BINARY_CROSS_ENTROPY,
        "softmax_cross_entropy": SOFTMAX_CROSS_ENTROPY,
    }
    assert repr(SQUARED_ERROR) == "Loss('squared_error')"


@ALL
def test_a_formula_is_the_loss_without_its_checks(loss):
    bare, a, Y = formulas(loss), np.full((2, 3), 0.5), np.full((2, 3), 0.5)
    assert bare.value(a, Y) == loss.value(a, Y)
    np.testing.assert_array_equal(bare.grad(a, Y), loss.grad(a, Y))
    assert np.isnan(bare.value(a, np.nan * Y))
    with pytest.raises(ValueError, match="^Y: expected finite"):
        loss.value(a, np.nan * Y)


@ALL
@pytest.mark.parametrize("m", [1, 5])
def test_grad_is_the_slope_of_value(loss, m):
    generator = rng(3)
    a, Y = outputs(loss, 4, m, generator), targets(loss, 4, m, generator)
    slope, h = np.empty_like(a), 1e-6
    for index in np.ndindex(a.shape):
        bump = np.zeros_like(a)
        bump[index] = h
        slope[index] = (loss.value(a + bump, Y) - loss.value(a - bump, Y)) / (2 * h)
    np.testing.assert_allclose(loss.grad(a, Y), slope, rtol=1e-6, atol=1e-8)


@ALL
def test_a_batch_is_the_mean_of_its_columns(loss):
    generator = rng(4)
    a, Y = outputs(loss, 3, 5, generator), targets(loss, 3, 5, generator)
    columns = [(a[:, [i]], Y[:, [i]]) for i in range(5)]
    assert loss.value(a, Y) == pytest.approx(np.mean([loss.value(*c) for c in columns]), rel=1e-12)
    # each column's derivative carries the batch's 1/m
    alone = np.hstack([loss.grad(*c) for c in columns])
    np.testing.assert_allclose(loss.grad(a, Y), alone / 5, rtol=1e-12)


@ALL
@pytest.mark.parametrize("dtype", DTYPES)
def test_dtype_is_kept_and_nothing_handed_in_is_changed(loss, dtype):
    generator = rng(5)
    a, Y = frozen(
        outputs(loss, 3, 4, generator).astype(dtype), targets(loss, 3, 4, generator).astype(dtype)
    )
    before = a.tobytes(), Y.tobytes()
    value, derivative = loss.value(a, Y), loss.grad(a, Y)
    assert type(value) is float
    assert derivative.dtype == dtype
    assert derivative.shape == (3, 4)
    assert not np.shares_memory(derivative, a)
    assert (a.tobytes(), Y.tobytes()) == before
    # targets of another dtype follow the outputs
    assert loss.grad(a, Y.astype(np.float64)).dtype == dtype


@ALL
def test_whole_numbers_and_lists_will_do(loss):
    a, Y = [[1, 0], [0, 1]], [[1, 1], [0, 0]]
    as_floats = np.array(a, float), np.array(Y, float)
    assert loss.value(a, Y) == loss.value(*as_floats)
    np.testing.assert_array_equal(loss.grad(a, Y), loss.grad(*as_floats))


@pytest.mark.parametrize(
    ("part", "result", "error", "message"),
    [
        ("value", np.ones(3), TypeError, r"expected a number, got dtype float64 and shape \(3,\)$"),
        ("value", 1j, TypeError, r"expected a number, got dtype complex128 and shape \(\)$"),
        ("grad", np.ones((2, 1)), ValueError, r"expected the shape \(2, 3\) of a, got \(2, 1\)$"),
        ("grad", None, TypeError, "expected real numbers, got dtype object$"),
    ],
)
def test_what_your_own_loss_returns_is_looked_at(part, result, error, message):
    functions = {"value": SQUARED_ERROR.value, "grad": SQUARED_ERROR.grad}
    own = Loss("own", **functions | {part: lambda a, Y: result})
    with pytest.raises(error, match=rf"^loss 'own': {part}\(a, Y\): {message}"):
        getattr(own, part)(np.ones((2, 3)), np.ones((2, 3)))


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (("own", None, np.add), "^value: expected a function of a and Y, got None$"),
        (("own", np.add, 3), "^grad: expected a function of a and Y, got 3$"),
        ((3, np.add, np.add), "^name: expected a text, got 3$"),
    ],
)
def test_a_loss_of_what_is_no_function_is_refused(parts, message):
    with pytest.raises(TypeError, match=message):
        Loss(*parts)


# The ends of the range


def test_softmax_cross_entropy_takes_each_column_by_itself():
    z, Y = np.array([[1e4, 0.0], [1e4, 0.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    assert SOFTMAX_CROSS_ENTROPY.value(z, Y) == pytest.approx(np.log(2), rel=1e-12)


@pytest.mark.parametrize("dtype", DTYPES)
def test_binary_cross_entropy_is_finite_at_0_and_1(dtype):
    certain = np.array([[0.0, 1.0]], dtype)
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        assert BINARY_CROSS_ENTROPY.value(certain, certain) == 0
        wrong = BINARY_CROSS_ENTROPY.value(certain, 1 - certain)
        derivative = BINARY_CROSS_ENTROPY.grad(certain, 1 - certain)
        assert np.isfinite(BINARY_CROSS_ENTROPY.grad(certain, certain)).all()
    assert 15 < wrong < 1000
    assert np.isfinite(derivative).all()
    assert derivative[0, 0] < -1e6  # a = 0, Y = 1: a should grow
    assert derivative[0, 1] > 1e6  # a = 1, Y = 0: a should shrink


@pytest.mark.parametrize("dtype", DTYPES)
def test_softmax_cross_entropy_is_exact_at_logits_of_1e4(dtype):
    z = np.array([[1e4, 1e4], [-1e4, -1e4]], dtype)
    Y = np.array([[1.0, 0.0], [0.0, 1.0]], dtype)
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        # a right certain answer costs 0, a wrong one the gap of 2e4
        assert SOFTMAX_CROSS_ENTROPY.value(z, Y) == (0 + 2e4) / 2
        np.testing.assert_array_equal(SOFTMAX_CROSS_ENTROPY.grad(z, Y), [[0, 0.5], [0, -0.5]])
        assert SOFTMAX_CROSS_ENTROPY.value(z[:, :1], Y[:, :1]) == 0


@ALL
def test_the_loss_is_least_at_the_targets(loss):
    Y = targets(loss, 3, 4, rng(6))
    Y = np.clip(Y, 1e-3, 1) / np.clip(Y, 1e-3, 1).sum(axis=0) if loss is not SQUARED_ERROR else Y
    best = np.log(Y) if loss is SOFTMAX_CROSS_ENTROPY else Y
    np.testing.assert_allclose(loss.grad(best, Y), 0, atol=1e-12)
    for shift in (-1e-3, 1e-3):
        bump = np.zeros_like(Y)
        bump[0] = shift / 2
        assert loss.value(best + bump, Y) > loss.value(best, Y)


def test_softmax_cross_entropy_takes_float32_soft_targets_of_many_classes():
    z = rng().normal(size=(1000, 50)).astype(np.float32)
    assert 6 < SOFTMAX_CROSS_ENTROPY.value(z, softmax(z)) < 7


@pytest.mark.parametrize(
    ("loss", "a"),
    [
        (SQUARED_ERROR, [[1e200], [np.inf]]),
        (SOFTMAX_CROSS_ENTROPY, [[np.inf], [0.0]]),
        (BINARY_CROSS_ENTROPY, [[np.nan], [0.5]]),
    ],
)
def test_outputs_that_are_not_finite_show_in_the_loss_without_a_warning(loss, a):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not np.isfinite(loss.value(a, [[1.0], [0.0]]))
        assert not np.isfinite(loss.grad(a, [[1.0], [0.0]])).all()


# Refusals

A = np.full((2, 3), 0.5)
ONE_HOT = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])


@ALL
@pytest.mark.parametrize("function", ["value", "grad"])
@pytest.mark.parametrize(
    ("a", "Y", "error", "message"),
    [
        (A, ONE_HOT[:1], ValueError, r"Y: expected shape \(n_L, m\) = \(2, 3\), got \(1, 3\)"),
        (A, ONE_HOT[:, :1], ValueError, r"Y: expected shape .* = \(2, 3\), got \(2, 1\)"),
        (A, ONE_HOT.T, ValueError,
         r"got \(3, 2\): 3 outputs, 2 examples; examples are columns: did you mean Y.T\?"),
        (A[0], ONE_HOT, ValueError, r"a: expected a matrix \(n_L, m\), got 1 dimension\(s\)"),
        (A, 1.0, ValueError, r"Y: expected a matrix \(n_L, m\), got 0 dimension\(s\), shape \(\)"),
        (A, ONE_HOT[None], ValueError, r"Y: .*got 3 dimension\(s\), shape \(1, 2, 3\)"),
        (A[:, :0], ONE_HOT, ValueError, r"a: expected at least one row and column, got .*\(2, 0\)"),
        ([[0.5], [0.5, 0.5]], ONE_HOT, ValueError, "a: .*got rows of unequal length"),
        (A, ONE_HOT > 0, TypeError, r"Y: expected real numbers \(n_L, m\), got dtype bool"),
        (A, None, TypeError, "Y: expected real numbers .*got dtype object"),
        ("a", ONE_HOT, TypeError, "a: expected real numbers .*got dtype <U1"),
        (A * 1j, ONE_HOT, TypeError, "a: expected real numbers .*got dtype complex128"),
        (A, np.ma.masked_array(ONE_HOT), TypeError, "Y: expected a plain array .*a masked one"),
        (A, np.where(ONE_HOT, np.nan, 0), ValueError, r"Y: expected finite .*got nan at \[0, 0\]"),
        (A, np.where(ONE_HOT, 0, np.inf), ValueError, r"Y: expected finite .*got inf at \[0, 1\]"),
    ],
)  # fmt: skip
def test_arguments_that_do_not_fit_are_refused(loss, function, a, Y, error, message):
    with pytest.raises(error, match=message):
        getattr(loss, function)(a, Y)


@pytest.mark.parametrize("function", ["value", "grad"])
@pytest.mark.parametrize(
    ("loss", "a", "Y", "message"),
    [
        (BINARY_CROSS_ENTROPY, [[1.2]], [[1]], "a: .* got 1.2; give the output layer a sigmoid"),
        (BINARY_CROSS_ENTROPY, [[-0.1]], [[1]], r"a: expected probabilities in \[0, 1\], got -0.1"),
        (BINARY_CROSS_ENTROPY, [[0.5]], [[2]], r"Y: expected probabilities in \[0, 1\], got 2$"),
        (BINARY_CROSS_ENTROPY, [[0.5]], [[-1]], r"Y: expected probabilities in \[0, 1\], got -1$"),
        (SOFTMAX_CROSS_ENTROPY, [[1.0], [2.0]], [[1], [1]], "Y: .* got a column that sums to 2"),
        (SOFTMAX_CROSS_ENTROPY, [[1.0], [2.0]], [[0], [0]], "Y: .*one-hot.* sums to 0"),
        (SOFTMAX_CROSS_ENTROPY, [[1.0], [2.0]], [[2], [-1]], r"Y: expected probabilities .*got 2"),
    ],
)  # fmt: skip
def test_numbers_outside_the_domain_are_refused(loss, function, a, Y, message):
    with pytest.raises(ValueError, match=message):
        getattr(loss, function)(a, Y)


def test_a_loss_may_be_your_own():
    absolute = Loss(
        "absolute",
        value=lambda a, Y: float(np.abs(a - Y).sum() / a.shape[1]),
        grad=lambda a, Y: np.sign(a - Y) / a.shape[1],
    )
    assert absolute.value(np.array([[1.0, 5.0]]), np.array([[0.0, 2.0]])) == 2
    with pytest.raises(AttributeError):
        absolute.name = "other"
    assert formulas(absolute) is absolute
    copy = replace(absolute, name="copy")
    assert (copy.value, copy.grad) == (absolute.value, absolute.grad)
