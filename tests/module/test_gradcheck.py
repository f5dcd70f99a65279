"""The gradient check: it passes what is right, and fails each of the classic faults by name."""

import numpy as np
import pytest
from helpers import (
    DTYPES,
    arrays_of,
    assert_close,
    bytes_of,
    central_differences,
    frozen,
    module_gradients,
    problem,
    rng,
)

from backprop import (
    ACTIVATIONS,
    BINARY_CROSS_ENTROPY,
    SQUARED_ERROR,
    Activation,
    GradientReport,
    Gradients,
    Loss,
    Network,
    check_gradients,
    forward,
    gradients,
    init_network,
    numerical_gradients,
)
from backprop.backward import backward
from backprop.gradcheck import ParameterCheck

# Central differences


def test_numerical_gradients_by_hand():
    # z = 2x + .5 = (6.5, -1.5), a - y = (5.5, -1.5); the mean over m = 2:
    # dL/dW = (5.5 x 3 + (-1.5) x (-1)) / 2 = 18 / 2 = 9, dL/db = (5.5 - 1.5) / 2 = 2
    network = Network([None, [[2.0]]], [None, [[0.5]]], "identity")
    numeric = numerical_gradients(network, [[3, -1]], [[1, 0]], SQUARED_ERROR)
    assert isinstance(numeric, Gradients)
    assert numeric.W[0] is numeric.b[0] is None
    assert numeric.W[1] == pytest.approx(np.array([[9.0]]), abs=1e-8)
    assert numeric.b[1] == pytest.approx(np.array([[2.0]]), abs=1e-8)


def test_the_differences_are_central_with_the_step_that_was_asked_for():
    # L = w^3, so (L(w + h) - L(w - h)) / 2h = 3 w^2 + h^2; forward differences would add 3 w h
    cube = Activation("cube", lambda z: z**3, lambda z: 3 * z**2)
    output = Loss("output", lambda a, Y: float(a.mean()), lambda a, Y: np.ones_like(a) / a.size)
    network = Network([None, [[2.0]]], [None, [[0.0]]], cube)
    numeric = numerical_gradients(network, [[1.0]], [[0.0]], output, step=0.5)
    assert numeric.W[1].tolist() == [[12.25]]
    numeric = numerical_gradients(network, [[1.0]], [[0.0]], output)
    assert numeric.W[1] == pytest.approx(np.array([[12.0]]), abs=1e-8)


def test_numerical_gradients_do_not_come_from_the_formulas():
    network, X, Y = problem()
    for l, activation in enumerate(network.activations[1:], start=1):
        network.activations[l] = Activation(activation.name, activation.f, _unused)
    no_formula = Loss("squared_error", SQUARED_ERROR.value, _unused)
    numeric = numerical_gradients(network, X, Y, no_formula)
    assert_close(numeric, central_differences(network, X, Y, SQUARED_ERROR), rtol=1e-6, atol=1e-9)


def _unused(*arguments):
    raise AssertionError("a derivative was called")


# The report of what is right


def test_a_report_has_a_row_for_each_parameter_and_is_truthy():
    network, X, Y = problem(activations=("tanh", "sigmoid", "identity"))  # 5-4-3-2
    report = check_gradients(network, X, Y, SQUARED_ERROR)
    assert isinstance(report, GradientReport)
    assert bool(report) is True and report.passed
    assert [(row.name, row.layer, row.shape) for row in report.rows] == [
        ("W", 1, (4, 5)), ("b", 1, (4, 1)),
        ("W", 2, (3, 4)), ("b", 2, (3, 1)),
        ("W", 3, (2, 3)), ("b", 3, (2, 1)),
    ]  # fmt: skip
    assert all(row.compared == np.prod(row.shape) and row.left_out == 0 for row in report.rows)
    assert 0 < report.max_error == max(row.error for row in report.rows) < 1e-6
    assert report.tol == 1e-6
    lines = str(report).splitlines()
    assert lines[0].split(maxsplit=1)[0] == "gradient"
    assert lines[0].endswith("formula     difference")
    names = [line.split()[:2] for line in lines[1:-1]]
    assert names == [["ok", f"d{kind}^{l}"] for l in (1, 2, 3) for kind in "Wb"]
    assert lines[-1] == f"passed: largest relative error {report.max_error:.1e}, allowed 1e-06"
    assert "WRONG" not in str(report)
    assert repr(report) == str(report)


def test_the_numbers_in_a_row_are_those_of_the_two_gradients():
    network, X, Y = problem(activations=("tanh", "sigmoid", "identity"))
    report = check_gradients(network, X, Y, SQUARED_ERROR)
    grads = module_gradients(network, X, Y, SQUARED_ERROR)
    numeric = numerical_gradients(network, X, Y, SQUARED_ERROR)
    for row in report.rows:
        assert row.formula == getattr(grads, row.name)[row.layer][row.worst]
        assert row.difference == getattr(numeric, row.name)[row.layer][row.worst]


def row(name, layer, shape, error, worst, formula, difference, *, left_out=0):
    compared = int(np.prod(shape)) - left_out
    return ParameterCheck(name, layer, shape, error, worst, formula, difference, compared, left_out)


RIGHT = row("W", 1, (2, 3), 1e-6, (1, 2), 0.25, -1.5, left_out=2)  # an error of just tol
AT_KINKS = row("b", 1, (2, 1), 0.0, None, 0.0, 0.0, left_out=2)
WRONG = row("W", 2, (1, 2), 2 / 3, (0, 1), 1e-3, -12345678.9)


def test_a_report_in_full():
    assert str(GradientReport((RIGHT, AT_KINKS, WRONG), 1e-6)).splitlines() == [
        "       gradient  rel. error   worst entry          formula     difference",
        "ok     dW^1         1.0e-06   W[1][1, 2]              0.25           -1.5",
        "       2 of 6 entries left out: at a kink",
        "ok     db^1         0.0e+00   nothing to compare",
        "       2 of 2 entries left out: at a kink",
        "WRONG  dW^2         6.7e-01   W[2][0, 1]             0.001      -12345679",
        "FAILED: largest relative error 6.7e-01, allowed 1e-06",
    ]
    right = GradientReport((RIGHT, AT_KINKS), 1e-6)
    assert right
    assert str(right).endswith("\npassed: largest relative error 1.0e-06, allowed 1e-06")


@pytest.mark.parametrize(("loss", "scale"), [(0.25, 1), (-0.5, 1), (8, 8), (-8, 8)])
def test_the_floor_grows_with_a_loss_above_one(loss, scale):
    # differences of a constant are 0, so the error is |g - 0| / max(|g|, 0, floor)
    # with floor = 10 eps max(|L|, 1) / (step tol), some 2e-4 max(|L|, 1)
    flat = Loss("flat", lambda a, Y: loss, lambda a, Y: np.zeros_like(a))
    network, g = Network([None, [[2.0]]], [None, [[0.5]]], "identity"), 1e-6
    grads = Gradients([None, [[g]]], [None, [[-g]]])
    report = check_gradients(network, [[1.0]], [[0.0]], flat, grads=grads)
    floor = 10 * 2.0**-52 * scale / (1e-5 * 1e-6)
    assert [row.error for row in report.rows] == pytest.approx([g / floor] * 2, rel=1e-12)


def test_where_nothing_is_wrong_the_largest_entry_is_named():
    network, X, Y = problem()
    exact = numerical_gradients(network, X, Y, SQUARED_ERROR)
    for row in check_gradients(network, X, Y, SQUARED_ERROR, grads=exact).rows:
        largest = np.abs(getattr(exact, row.name)[row.layer]).argmax()
        assert (row.error, row.worst) == (0, np.unravel_index(largest, row.shape))


def test_gradients_of_your_own_are_checked_in_place_of_the_backward_pass():
    network, X, Y = problem()
    grads = module_gradients(network, X, Y, SQUARED_ERROR)
    own = check_gradients(network, X, Y, SQUARED_ERROR, grads=grads)
    assert own
    assert str(own) == str(check_gradients(network, X, Y, SQUARED_ERROR))
    as_lists = Gradients(*([None, *(g.tolist() for g in of[1:])] for of in grads))
    assert str(check_gradients(network, X, Y, SQUARED_ERROR, grads=as_lists)) == str(own)


# Planted faults


def _flip_a_bias(network, X, Y):
    grads = module_gradients(network, X, Y, SQUARED_ERROR)
    grads.b[2] = -grads.b[2]
    return grads


def _forget_the_mean(network, X, Y):
    grads = module_gradients(network, X, Y, SQUARED_ERROR)
    return Gradients(*([None, *(X.shape[1] * g for g in of[1:])] for of in grads))


def _mean_twice(network, X, Y):
    grads = module_gradients(network, X, Y, SQUARED_ERROR)
    return Gradients(*([None, *(g / X.shape[1] for g in of[1:])] for of in grads))


def _with_slope(network, X, Y, l, df):
    broken = network.copy()
    broken.activations[l] = Activation("broken", network.activations[l].f, df)
    return module_gradients(broken, X, Y, SQUARED_ERROR)


def _forget_the_hidden_slope(network, X, Y):
    return _with_slope(network, X, Y, 1, np.ones_like)


def _forget_the_output_slope(network, X, Y):
    return _with_slope(network, X, Y, 2, np.ones_like)


def _mask_clipped_values(network, X, Y):
    return _with_slope(network, X, Y, 1, lambda z: (np.maximum(z, 0) >= 0).astype(z.dtype))


def _use_updated_weights(network, X, Y):
    trace = forward(network, X)
    right = backward(network, trace, Y, SQUARED_ERROR)
    updated = network.copy()
    updated.W[2] -= 0.1 * gradients(trace, right).W[2]
    return gradients(trace, backward(updated, trace, Y, SQUARED_ERROR))


def _sum_biases_over_one_column_only(network, X, Y):
    trace = forward(network, X)
    delta = backward(network, trace, Y, SQUARED_ERROR)
    grads = gradients(trace, delta)
    grads.b[1] = delta[1][:, :1]
    return grads


EVERYWHERE = ["dW^1", "db^1", "dW^2", "db^2"]


@pytest.mark.parametrize(
    ("fault", "wrong"),
    [
        (_flip_a_bias, ["db^2"]),
        (_forget_the_mean, EVERYWHERE),
        (_mean_twice, EVERYWHERE),
        (_forget_the_hidden_slope, ["dW^1", "db^1"]),
        (_forget_the_output_slope, EVERYWHERE),
        (_mask_clipped_values, ["dW^1", "db^1"]),
        (_use_updated_weights, ["dW^1", "db^1"]),
        (_sum_biases_over_one_column_only, ["db^1"]),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else "-".join(value),
)
def test_a_fault_is_found_where_it_is(fault, wrong):
    network, X, Y = problem(activations=("relu", "sigmoid"), seed=1)
    z = forward(network, X).z[1]
    assert (z < 0).any() and (z > 0).any()
    assert check_gradients(network, X, Y, SQUARED_ERROR)
    report = check_gradients(network, X, Y, SQUARED_ERROR, grads=fault(network, X, Y))
    assert bool(report) is False and not report.passed
    assert report.max_error > 1e-3
    lines = [line.split() for line in str(report).splitlines()]
    assert [line[1] for line in lines if line[0] == "WRONG"] == wrong
    assert [line[1] for line in lines if line[0] == "ok"] == [
        name for name in EVERYWHERE if name not in wrong
    ]
    assert lines[-1][0] == "FAILED:"


def test_of_entries_that_are_off_by_one_factor_the_largest_is_named():
    # relative error 1/2 everywhere; |dL/dW^2| is largest where the name must point
    network, X, Y = problem()
    grads = module_gradients(network, X, Y, SQUARED_ERROR)
    doubled = Gradients(*([None] + [2 * g for g in of[1:]] for of in (grads.W, grads.b)))
    for row in check_gradients(network, X, Y, SQUARED_ERROR, grads=doubled).rows:
        largest = np.abs(getattr(grads, row.name)[row.layer])
        assert row.worst == np.unravel_index(largest.argmax(), largest.shape)
        assert row.error == pytest.approx(0.5)


def test_the_report_names_the_worst_entry_with_both_numbers():
    network, X, Y = problem()
    grads = module_gradients(network, X, Y, SQUARED_ERROR)
    right = grads.W[2][1, 0]
    grads.W[2][1, 0] = 2 * right
    grads.W[2][0, 2] *= 1.001
    report = check_gradients(network, X, Y, SQUARED_ERROR, grads=grads)
    row = report.rows[2]
    assert (row.name, row.layer, row.worst) == ("W", 2, (1, 0))
    # |2g - g| / |2g| = 1/2
    assert row.error == pytest.approx(0.5, rel=1e-6)
    assert row.formula == 2 * right
    assert row.difference == pytest.approx(right, rel=1e-6)
    assert report.max_error == row.error
    (line,) = (line for line in str(report).splitlines() if line.startswith("WRONG"))
    assert line.split() == [
        "WRONG", "dW^2", "5.0e-01", "W[2][1,", "0]", f"{2 * right:.8g}", f"{row.difference:.8g}"
    ]  # fmt: skip
    assert str(report).endswith("FAILED: largest relative error 5.0e-01, allowed 1e-06")


def test_a_flipped_sign_is_an_error_of_two_and_a_forgotten_mean_of_three_quarters():
    network, X, Y = problem(m=4)
    # |-g - g| / |g| = 2
    flipped = check_gradients(network, X, Y, SQUARED_ERROR, grads=_flip_a_bias(network, X, Y))
    assert flipped.max_error == pytest.approx(2, rel=1e-6)
    # |4g - g| / |4g| = 3/4
    forgotten = check_gradients(network, X, Y, SQUARED_ERROR, grads=_forget_the_mean(network, X, Y))
    assert [row.error for row in forgotten.rows] == pytest.approx([0.75] * 4, rel=1e-5)


def test_a_wrong_derivative_of_an_activation_is_found_in_the_backward_pass():
    network, X, Y = problem()
    network.activations[1] = Activation("broken", np.tanh, lambda z: 1 - np.tanh(z))
    report = check_gradients(network, X, Y, SQUARED_ERROR)
    assert [row.error > 1e-3 for row in report.rows] == [True, True, False, False]
    assert not report


def test_a_wrong_derivative_of_a_loss_is_found_in_the_backward_pass():
    network, X, Y = problem(m=4)
    forgot_mean = Loss("broken", SQUARED_ERROR.value, lambda a, Y: a - Y)
    report = check_gradients(network, X, Y, forgot_mean)
    assert not report
    assert all(row.error > 0.7 for row in report.rows)


@pytest.mark.parametrize("factor", [0, 0.5, 1.01, 2, -1])
@pytest.mark.parametrize("scale", [1e-3, 1e-5])
def test_tiny_gradients_wrong_by_a_factor_still_fail(scale, factor):
    network, X, Y = problem()
    X = scale * X
    grads = module_gradients(network, X, Y, SQUARED_ERROR)
    assert 0 < np.abs(grads.W[1]).max() < 0.1 * scale
    assert check_gradients(network, X, Y, SQUARED_ERROR)
    grads.W[1] = factor * grads.W[1]
    report = check_gradients(network, X, Y, SQUARED_ERROR, grads=grads)
    assert [row.error > report.tol for row in report.rows] == [True, False, False, False]
    assert not report


# Kinks


def kink_network(name="relu", z=0.0):
    """z^1 = (1, z) for the only example x = 0.5, and one identity output."""
    network = Network(
        [None, [[1.0], [2.0]], [[3.0, -1.0]]], [None, [[0.5], [z - 1.0]], [[0.25]]],
        [name, "identity"],
    )  # fmt: skip
    return network, np.array([[0.5]]), np.array([[1.0]])


@pytest.mark.parametrize("name", ["relu", "leaky_relu"])
def test_entries_at_a_kink_are_left_out_and_counted(name):
    network, X, Y = kink_network(name)
    assert forward(network, X).z[1].tolist() == [[1], [0]]
    report = check_gradients(network, X, Y, SQUARED_ERROR)
    assert report, report
    # only W[1][1, 0] and b[1][1, 0] move z^1_2 = 0
    assert [(row.compared, row.left_out) for row in report.rows] == [(1, 1), (1, 1), (2, 0), (1, 0)]
    assert [row.worst for row in report.rows[:2]] == [(0, 0), (0, 0)]
    assert str(report).count("1 of 2 entries left out: at a kink") == 2


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if not ACTIVATIONS[name].kinks])
def test_smooth_activations_leave_nothing_out(name):
    network, X, Y = kink_network(name)
    report = check_gradients(network, X, Y, SQUARED_ERROR)
    assert report, report
    assert sum(row.compared for row in report.rows) == network.n_parameters
    assert "left out" not in str(report)


@pytest.mark.parametrize("z", [-1e-6, 1e-6])
def test_a_kink_within_the_step_is_left_out_and_a_smaller_step_reaches_it(z):
    network, X, Y = kink_network(z=z)
    assert sum(r.left_out for r in check_gradients(network, X, Y, SQUARED_ERROR).rows) == 2
    near = check_gradients(network, X, Y, SQUARED_ERROR, step=1e-7, tol=1e-4)
    assert near, near
    assert sum(row.left_out for row in near.rows) == 0


@pytest.mark.parametrize("z", [-(2.0**-10), 2.0**-10])
def test_a_kink_that_the_step_just_reaches_is_left_out(z):
    # b^1_2 moves z by the step, 2^-10, and so to 0; W^1_2 by 0.5 x 2^-10
    network, X, Y = kink_network(z=z)
    rows = check_gradients(network, X, Y, SQUARED_ERROR, step=2.0**-10).rows
    assert [row.left_out for row in rows] == [0, 1, 0, 0]


def test_what_is_left_out_does_not_hide_a_fault_elsewhere():
    network, X, Y = kink_network()
    grads = module_gradients(network, X, Y, SQUARED_ERROR)
    at_kink = Gradients([None, grads.W[1] + [[0], [9]], grads.W[2]], grads.b)
    assert check_gradients(network, X, Y, SQUARED_ERROR, grads=at_kink)
    elsewhere = Gradients([None, grads.W[1] + [[9], [0]], grads.W[2]], grads.b)
    assert not check_gradients(network, X, Y, SQUARED_ERROR, grads=elsewhere)


def test_a_check_that_compared_nothing_has_not_passed():
    network = Network([None, [[0.0]]], [None, [[0.0]]], "relu")
    report = check_gradients(network, [[1.0]], [[1.0]], SQUARED_ERROR)
    assert not report
    assert [(row.compared, row.left_out, row.worst) for row in report.rows] == [(0, 1, None)] * 2
    assert str(report).count("nothing to compare") == 2
    assert str(report).splitlines()[-1].startswith("FAILED")


@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_inputs_that_are_all_zero(hidden):
    network = init_network((3, 4, 2), (hidden, "sigmoid"), rng=rng())
    X, Y = np.zeros((3, 5)), np.full((2, 5), 0.25)
    report = check_gradients(network, X, Y, BINARY_CROSS_ENTROPY)
    assert report, report
    assert report.rows[0].error == 0  # dL/dW^1 = delta^1 0 = 0
    # with zero biases z^1 = 0: every b^1 is at the kink, and no W^1 moves z^1
    left_out = 4 if ACTIVATIONS[hidden].kinks else 0
    assert [row.left_out for row in report.rows] == [0, left_out, 0, 0]
    grads = module_gradients(network, X, Y, BINARY_CROSS_ENTROPY)
    grads.W[1] = grads.W[1] + 1e-3
    assert not check_gradients(network, X, Y, BINARY_CROSS_ENTROPY, grads=grads)


# float32, step and tol


def test_a_float32_network_is_checked_as_a_float64_copy():
    network, X, Y = problem(dtype=np.float32)
    report = check_gradients(network, X, Y, SQUARED_ERROR)
    assert report, report
    wide = [array.astype(np.float64) for array in (X, Y)]
    assert str(report) == str(check_gradients(network.astype(np.float64), *wide, SQUARED_ERROR))
    numeric = numerical_gradients(network, X, Y, SQUARED_ERROR)
    assert {array.dtype for array in arrays_of(numeric)} == {np.dtype(np.float64)}
    grads = module_gradients(network, X, Y, SQUARED_ERROR)
    assert {array.dtype for array in arrays_of(grads)} == {np.dtype(np.float32)}
    assert check_gradients(network, X, Y, SQUARED_ERROR, grads=grads, tol=1e-4)
    grads.b[1] *= 1.01
    assert not check_gradients(network, X, Y, SQUARED_ERROR, grads=grads, tol=1e-4)


def test_tol_draws_the_line():
    network, X, Y = problem()
    grads = module_gradients(network, X, Y, SQUARED_ERROR)
    grads.W[1] = 1.001 * grads.W[1]  # |1.001 g - g| / 1.001 |g| = .000999
    strict, loose = (
        check_gradients(network, X, Y, SQUARED_ERROR, grads=grads, tol=tol)
        for tol in (9e-4, 1.1e-3)
    )
    assert not strict
    assert loose
    assert strict.rows[0].error == pytest.approx(0.000999, rel=1e-3)
    assert (strict.tol, loose.tol) == (9e-4, 1.1e-3)
    assert str(strict).endswith("allowed 9e-04")


def test_the_least_step_is_allowed():
    assert check_gradients(*problem(), SQUARED_ERROR, step=1e-8, tol=1e-3)


def test_a_coarse_step_shows_in_the_error():
    network, X, Y = problem()
    fine, coarse = (
        check_gradients(network, X, Y, SQUARED_ERROR, step=step).max_error for step in (1e-5, 0.5)
    )
    assert coarse > 1e-3 > 1e-6 > fine


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("check", [check_gradients, numerical_gradients])
def test_nothing_handed_in_is_changed(check, dtype):
    network, X, Y = problem(dtype=dtype)
    X, Y = frozen(X, Y)
    network.W, network.b = [None, *frozen(*network.W[1:])], [None, *frozen(*network.b[1:])]
    before = bytes_of(network, [[X, Y]])
    arrays = arrays_of(network)
    check(network, X, Y, SQUARED_ERROR)
    assert bytes_of(network, [[X, Y]]) == before
    assert all(now is then for now, then in zip(arrays_of(network), arrays, strict=True))


def test_gradients_handed_in_are_not_changed():
    network, X, Y = problem()
    grads = module_gradients(network, X, Y, SQUARED_ERROR)
    grads = Gradients(*([None, *frozen(*of[1:])] for of in grads))
    before = bytes_of(grads)
    check_gradients(network, X, Y, SQUARED_ERROR, grads=grads)
    assert bytes_of(grads) == before


# Refusals


@pytest.mark.parametrize("check", [check_gradients, numerical_gradients])
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"network": None}, TypeError, "network: expected a Network, got NoneType"),
        ({"loss": "squared_error"}, TypeError,
         "loss: expected a Loss such as SQUARED_ERROR, got 'squared_error'"),
        ({"X": np.ones((3, 4))}, ValueError,
         r"X: expected shape \(n_0, m\) = \(4, m\), got \(3, 4\): 3 inputs, 4 examples; .*mean X.T\?"),
        ({"X": np.full((4, 5), np.inf)}, ValueError, r"X: expected finite .*got inf at \[0, 0\]"),
        ({"Y": np.ones((2, 4))}, ValueError,
         r"Y: expected shape \(n_L, m\) = \(2, 5\), got \(2, 4\)"),
        ({"Y": np.ones((2, 5)) * 1j}, TypeError, "Y: expected real .*got dtype complex128"),
        ({"step": 0}, ValueError, "step: expected a number .*got 0"),
        ({"step": -1e-5}, ValueError, "step: expected a number .*got -1e-05"),
        ({"step": np.nan}, ValueError, "step: expected a finite number, got nan"),
        ({"step": np.inf}, ValueError, "step: expected a finite number, got inf"),
        ({"step": "small"}, TypeError, "step: expected a number, got 'small'"),
        ({"step": True}, TypeError, "step: expected a number, got True"),
        ({"step": None}, TypeError, "step: expected a number, got None"),
    ],
)  # fmt: skip
def test_both_refuse(check, change, error, message):
    network, X, Y = problem(m=5)
    before = bytes_of(network)
    arguments = {"network": network, "X": X, "Y": Y, "loss": SQUARED_ERROR} | change
    with pytest.raises(error, match=message):
        check(**arguments)
    assert bytes_of(network) == before


@pytest.mark.parametrize("check", [check_gradients, numerical_gradients])
def test_targets_that_a_loss_of_your_own_would_spread_are_refused(check):
    own = Loss("own", lambda a, Y: np.sum((a - Y) ** 2) / 2, lambda a, Y: a - Y)
    network, X, Y = problem(m=5)
    message = r"^Y: expected shape \(n_L, m\) = \(2, 5\), got \(2, 1\)"
    with pytest.raises(ValueError, match=message):
        check(network, X, Y[:, :1], own)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"step": 1e-9}, ValueError, "step: expected a number of at least 1e-08, got 1e-09"),
        ({"tol": 0}, ValueError, "tol: expected a number greater than 0, got 0"),
        ({"tol": -1}, ValueError, "tol: expected a number greater than 0, got -1"),
        ({"tol": np.nan}, ValueError, "tol: expected a finite number, got nan"),
        ({"tol": "1e-6"}, TypeError, "tol: expected a number, got '1e-6'"),
    ],
)  # fmt: skip
def test_check_gradients_refuses(change, error, message):
    network, X, Y = problem()
    with pytest.raises(error, match=message):
        check_gradients(network, X, Y, SQUARED_ERROR, **change)


def _with(name, l, array):
    def spoil(grads):
        getattr(grads, name)[l] = array
        return grads

    return spoil


@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (list, TypeError, r"grads: expected the Gradients that gradients\(.* returns, got list"),
        (lambda grads: Gradients(1, grads.b), TypeError,
         r"grads.W: expected a list \[None, dL/dW\^1, ...\], got int"),
        (lambda grads: Gradients(grads.W, grads.b[:2]), ValueError,
         "grads.b: expected 2 layers after index 0, got 1"),
        (_with("W", 1, np.ones((4, 3))), ValueError,
         r"grads.W\[1\]: expected shape \(n_1, n_0\) = \(3, 4\), got \(4, 3\)"),
        (_with("b", 2, np.ones(2)), ValueError, r"grads.b\[2\]: expected a matrix \(n_2, 1\)"),
        (_with("W", 2, [[0, 0, 0], [0, 0, np.nan]]), ValueError,
         r"grads.W\[2\]: expected finite float64 numbers, got nan at \[1, 2\]"),
        (_with("b", 1, [[0], [np.inf], [0]]), ValueError,
         r"grads.b\[1\]: expected finite .*got inf at \[1, 0\]"),
    ],
)  # fmt: skip
def test_gradients_that_do_not_fit_or_are_nan_are_refused(spoil, error, message):
    network, X, Y = problem()
    grads = spoil(module_gradients(network, X, Y, SQUARED_ERROR))
    with pytest.raises(error, match=message):
        check_gradients(network, X, Y, SQUARED_ERROR, grads=grads)


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_a_backward_pass_that_gives_nan_has_not_passed():
    network, X, Y = problem()
    broken = Loss("broken", SQUARED_ERROR.value, lambda a, Y: np.full_like(a, np.nan))
    report = check_gradients(network, X, Y, broken)
    assert not report
    assert str(report).count("WRONG") == 4
