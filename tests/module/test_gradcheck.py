"""The gradient check: it passes what is right, and fails each of the classic faults by name."""

import re

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
from backprop.report import ParameterCheck

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
    assert all(row.compared == np.prod(row.shape) and not row.unjudged for row in report.rows)
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


def row(*parts, wrong=0, at_kink=0, too_small=0):
    return ParameterCheck(*parts, wrong, at_kink, too_small)


RIGHT = row("W", 1, (2, 3), 1e-6, (1, 2), 0.25, -1.5)  # an error of just tol
SOME = row("W", 1, (2, 3), 1e-6, (1, 2), 0.25, -1.5, at_kink=2, too_small=3)
NONE = row("b", 1, (2, 1), 0.0, None, 0.0, 0.0, at_kink=2)
WRONG = row("W", 2, (1, 2), 2 / 3, (0, 1), 1e-3, -12345678.9, wrong=1, too_small=1)


def test_a_report_in_full():
    report = GradientReport((RIGHT, SOME, NONE, WRONG), 1e-6)
    assert (report.verdict, bool(report)) == ("FAILED", False)
    assert [row.compared for row in report.rows] == [6, 1, 0, 1]
    assert str(report).splitlines() == [
        "       gradient  rel. error   worst entry          formula     difference",
        "ok     dW^1         1.0e-06   W[1][1, 2]              0.25           -1.5",
        "unsure dW^1         1.0e-06   W[1][1, 2]              0.25           -1.5",
        "       2 of 6 can't be judged: at a kink",
        "       3 of 6 can't be judged: 0 or lost in rounding",
        "unsure db^1     nothing to compare",
        "       2 of 2 can't be judged: at a kink",
        "WRONG  dW^2         6.7e-01   W[2][0, 1]             0.001      -12345679",
        "       1 of 2 can't be judged: 0 or lost in rounding",
        "FAILED: largest relative error 6.7e-01, allowed 1e-06",
        "at a kink: add small random numbers to X, or draw the biases at random",
        "0 or lost in rounding: other inputs, larger weights, or without relu step=0.01, tol=0.001",
    ]
    html = report._repr_html_()
    printed = "verdict " + str(report)  # a word for the first column, and all that is printed
    assert sorted(re.sub("<[^>]*>", " ", html).split()) == sorted(printed.split())
    assert "<td>ok<br>dW^1</td><td>W[1][1, 2]<br>1.0e-06</td><td>0.25<br>-1.5</td>" in html
    unsure = GradientReport((RIGHT, NONE), 1e-6)
    assert (unsure.verdict, unsure.passed, bool(unsure)) == ("UNSURE", False, False)
    assert str(unsure).splitlines()[-2:] == [
        "UNSURE: largest relative error 1.0e-06, allowed 1e-06",
        "at a kink: add small random numbers to X, or draw the biases at random",
    ]
    right = GradientReport((RIGHT,), 1e-6)
    assert (right.verdict, right.passed, bool(right)) == ("passed", True, True)
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


# What can't be judged: kinks

XOR = np.array([[0.0, 0, 1, 1], [0, 1, 0, 1]]), np.array([[0.0, 1, 1, 0]])


def without_kinks(name):
    """The same function, as a learner would write it."""
    return Activation(f"own {name}", ACTIVATIONS[name].f, ACTIVATIONS[name].df)


RELUS = pytest.mark.parametrize(
    "relu", ["relu", without_kinks("relu")], ids=["the module's", "one's own"]
)


def kink_network(name="relu", z=0.0):
    """z^1 = (1, z) for the only example x = 0.5, and one identity output."""
    network = Network(
        [None, [[1.0], [2.0]], [[3.0, -1.0]]], [None, [[0.5], [z - 1.0]], [[0.25]]],
        [name, "identity"],
    )  # fmt: skip
    return network, np.array([[0.5]]), np.array([[1.0]])


def counts(report):
    return [(row.compared, row.at_kink, row.too_small) for row in report.rows]


@RELUS
def test_a_relu_at_its_kink_is_neither_accused_nor_passed_in_silence(relu):
    # with zero biases the input (0, 0) puts every unit of layer 1 at 0
    network = init_network((2, 3, 1), (relu, "sigmoid"), rng=np.random.default_rng(0))
    report = check_gradients(network, *XOR, SQUARED_ERROR)
    assert [row.verdict for row in report.rows] == ["ok", "unsure", "ok", "ok"]
    assert (report.verdict, bool(report)) == ("UNSURE", False)
    assert counts(report)[1] == (0, 3, 0)
    assert "3 of 3 can't be judged: at a kink" in str(report)


@RELUS
@pytest.mark.parametrize("number", [123, -123, 1, 0.1])
def test_far_outside_of_both_slopes_is_wrong_at_a_kink_too(relu, number):
    network = init_network((2, 3, 1), (relu, "sigmoid"), rng=np.random.default_rng(0))
    grads = module_gradients(network, *XOR, SQUARED_ERROR)
    grads.b[1][:] = number
    report = check_gradients(network, *XOR, SQUARED_ERROR, grads=grads)
    assert [row.verdict for row in report.rows] == ["ok", "WRONG", "ok", "ok"]
    assert (report.verdict, bool(report)) == ("FAILED", False)
    assert report.rows[1].formula == number


@RELUS
@pytest.mark.parametrize("remedy", ["inputs", "biases"])
def test_the_remedies_for_a_kink(relu, remedy):
    """They are what the report says, and there the check tells right from wrong."""
    network = init_network((2, 3, 1), (relu, "sigmoid"), rng=np.random.default_rng(0))
    X, Y = XOR
    said = str(check_gradients(network, X, Y, SQUARED_ERROR))
    assert "\nat a kink: add small random numbers to X, or draw the biases at random" in said
    if remedy == "inputs":
        X = X + rng().normal(size=X.shape) / 100
    else:
        network.b[1][:] = rng().normal(size=(3, 1))
    report = check_gradients(network, X, Y, SQUARED_ERROR)
    assert report, report
    grads = module_gradients(network, X, Y, SQUARED_ERROR)
    grads.b[1][0] *= 1.001
    report = check_gradients(network, X, Y, SQUARED_ERROR, grads=grads)
    assert [row.verdict for row in report.rows] == ["ok", "WRONG", "ok", "ok"]


BENT = [
    ACTIVATIONS["relu"],
    ACTIVATIONS["leaky_relu"],
    without_kinks("relu"),
    without_kinks("leaky_relu"),
    Activation("slope 1 at 0", lambda z: np.maximum(z, 0), lambda z: z >= 0),
    Activation("slope 1/2 at 0", lambda z: np.maximum(z, 0), lambda z: np.heaviside(z, 0.5)),
    Activation("abs", np.abs, np.sign),
    Activation("small", lambda z: 1e-4 * np.maximum(z, 0), lambda z: 1e-4 * (z > 0)),
    Activation("step", lambda z: z > 0, np.zeros_like),
    Activation("hard tanh", lambda z: np.clip(z + 1, -1, 1), lambda z: np.abs(z + 1) < 1),
]


@pytest.mark.parametrize("activation", BENT, ids=lambda a: a.name)
def test_kinks_are_found_from_the_numbers(activation):
    network, X, Y = kink_network(activation)
    assert forward(network, X).z[1].tolist() == [[1], [0]]
    report = check_gradients(network, X, Y, SQUARED_ERROR)
    # only W[1][1, 0] and b[1][1, 0] move z^1_2 = 0
    assert [row.at_kink for row in report.rows] == [1, 1, 0, 0]
    assert report.verdict == "UNSURE", report


CURVED = [
    *(ACTIVATIONS[name] for name in ("sigmoid", "tanh", "identity")),
    Activation("square", np.square, lambda z: 2 * z),
    Activation("cube", lambda z: z**3, lambda z: 3 * z**2),
    Activation("softplus", lambda z: np.logaddexp(0, z), ACTIVATIONS["sigmoid"].f),
    Activation(
        "elu", lambda z: np.where(z > 0, z, np.expm1(z)), lambda z: np.exp(np.minimum(z, 0))
    ),
    Activation("sin", np.sin, np.cos),
    Activation("cos", np.cos, lambda z: -np.sin(z)),
    Activation("steep", lambda z: np.tanh(100 * z), lambda z: 100 / np.cosh(100 * z) ** 2),
]


@pytest.mark.parametrize("step", [1e-6, 1e-5])
@pytest.mark.parametrize("activation", CURVED, ids=lambda a: a.name)
def test_a_curve_is_no_kink(activation, step):
    network, X, Y = kink_network(activation)
    steep = activation.name == "steep"  # only how far a difference may be off grows with h^2
    report = check_gradients(network, X, Y, SQUARED_ERROR, step=step, tol=1e-4 if steep else 1e-6)
    assert not any(row.at_kink for row in report.rows), report
    assert not any(row.wrong for row in report.rows), report


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("distance", [1e-6, 2e-6, 3.3e-6, 5e-6, 9e-6])
@RELUS
def test_a_kink_within_the_step_is_got_round(relu, distance, sign):
    network, X, Y = kink_network(relu, z=sign * distance)
    report = check_gradients(network, X, Y, SQUARED_ERROR)
    assert report, report
    grads = module_gradients(network, X, Y, SQUARED_ERROR)
    grads.b[1][1] += 0.01
    report = check_gradients(network, X, Y, SQUARED_ERROR, grads=grads)
    assert [row.verdict for row in report.rows] == ["ok", "WRONG", "ok", "ok"], report


def test_kinks_to_both_sides_of_the_parameter_are_got_round():
    # layer 1 hands on x + b^1, and z^2 = (3e-6, -4e-6); their bends point opposite ways
    network = Network(
        [None, [[1.0]], [[1.0], [1.0]], [[1.0, -1.0]]],
        [None, [[0.0]], [[3e-6 - 1], [-4e-6 - 1]], [[0.5]]], ["identity", "relu", "identity"],
    )  # fmt: skip
    report = check_gradients(network, [[1.0]], [[0.0]], SQUARED_ERROR)
    assert report, report


def test_kinks_to_both_sides_that_bend_alike_are_got_round():
    # z^2 = (3e-6, -6e-6): between two kinks the loss is straighter than a curve
    network = Network(
        [None, [[1.0]], [[1.0], [1.0]], [[1.0, 1.0]]],
        [None, [[0.5]], [[3e-6 - 1.5], [-6e-6 - 1.5]], [[0.2]]], ["identity", "relu", "identity"],
    )  # fmt: skip
    report = check_gradients(network, [[1.0]], [[-1.0]], SQUARED_ERROR)
    assert report, report


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_many_kinks_in_a_deep_network_accuse_no_right_gradient(seed):
    rng = np.random.default_rng(seed)
    network = init_network([12] * 17, ["relu"] * 15 + ["identity"], rng=rng, scheme="he_normal")
    for W, b in zip(network.W[1:], network.b[1:]):
        W *= 0.5
        b += rng.normal(0, 1e-3, size=b.shape)
    report = check_gradients(network, *rng.normal(size=(2, 12, 5)), SQUARED_ERROR)
    assert sum(row.wrong for row in report.rows) == 0, report


ACROSS = [
    # up moves the example x = 1, down x = -1: the loss has one slope, which is not the formula's
    (Network([None, [[0.0]]], [None, [[0.0]]], "relu"), [[1.0, -1]], [[1.0, -1]]),
    (Network([None, [[0.0]]], [None, [[0.0]]], "relu"), [[1.0, -1]], [[1.0, -2]]),
    # relu(x) - relu(-x) = x
    (Network([None, [[1.0], [-1]], [[1.0, -1]]], [None, [[0.0], [0]], [[0.0]]],
             ["relu", "identity"]), [[0.0]], [[1.0]]),
    # two leaky bends that cancel: 0.01 to the left of 0 and to the right
    (Network([None, [[1.0]], [[-1.0]]], [None, [[0.0]], [[0.0]]], "leaky_relu"), [[0.0]], [[1.0]]),
]  # fmt: skip


@pytest.mark.parametrize(("network", "X", "Y"), ACROSS)
def test_bends_that_cancel_in_the_loss_are_found_in_the_units(network, X, Y):
    report = check_gradients(network, X, Y, SQUARED_ERROR)
    assert report.verdict == "UNSURE", report


def test_a_kink_of_the_loss_itself():
    distance = Loss("distance", lambda a, Y: np.abs(a - Y).sum(), lambda a, Y: np.sign(a - Y))
    network = Network([None, [[2.0]]], [None, [[1.0]]], "identity")
    report = check_gradients(network, [[1.0]], [[3.0]], distance)
    assert [row.at_kink for row in report.rows] == [1, 1]
    assert check_gradients(network, [[1.0]], [[2.9]], distance)


@pytest.mark.filterwarnings(
    "ignore:invalid value:RuntimeWarning", "ignore:divide by:RuntimeWarning"
)
def test_at_the_edge_of_a_domain_nothing_is_accused():
    root = Activation("root", np.sqrt, lambda z: 0.5 / np.sqrt(np.maximum(z, 1e-12)))
    network, X, Y = kink_network(root)
    report = check_gradients(network, X, Y, SQUARED_ERROR)
    assert report.verdict == "UNSURE", report


def test_what_can_not_be_judged_does_not_hide_a_fault_elsewhere():
    network, X, Y = kink_network()
    grads = module_gradients(network, X, Y, SQUARED_ERROR)
    elsewhere = Gradients([None, grads.W[1] + [[9], [0]], grads.W[2]], grads.b)
    report = check_gradients(network, X, Y, SQUARED_ERROR, grads=elsewhere)
    assert [row.verdict for row in report.rows] == ["WRONG", "unsure", "ok", "ok"]
    assert report.verdict == "FAILED"


# What can't be judged: numbers that rounding drowns


def deep(hidden, *, scale=1):
    network = init_network(
        (2,) + (4,) * hidden + (1,), "sigmoid", rng=np.random.default_rng(0)
    )  # fmt: skip
    for W in network.W[1:]:
        W *= scale
    generator = np.random.default_rng(1)
    return network, generator.normal(size=(2, 4)), generator.uniform(size=(1, 4))


@pytest.mark.parametrize("hidden", [5, 9, 11, 12, 14])
def test_a_gradient_below_the_rounding_is_never_passed(hidden):
    network, X, Y = deep(hidden)
    right = check_gradients(network, X, Y, SQUARED_ERROR)
    assert right.rows[0].verdict == ("ok" if hidden == 5 else "unsure"), right
    assert right.verdict == ("passed" if hidden == 5 else "UNSURE"), right
    for factor in (-1, 0, 2):
        grads = module_gradients(network, X, Y, SQUARED_ERROR)
        grads.W[1] = factor * grads.W[1]
        report = check_gradients(network, X, Y, SQUARED_ERROR, grads=grads)
        assert not report, report
        if hidden != 12:  # there some sign is still seen and some is not
            assert report.rows[0].verdict == ("WRONG" if hidden < 12 else "unsure"), report


@pytest.mark.parametrize("remedy", ["step", "weights"])
def test_the_remedies_for_small_numbers(remedy):
    """They are what the report says, and there the check tells right from wrong."""
    network, X, Y = deep(11)
    said = str(check_gradients(network, X, Y, SQUARED_ERROR))
    assert said.endswith(
        "\n0 or lost in rounding: other inputs, larger weights, or without relu step=0.01, tol=0.001"
    )
    settings = {"step": 0.01, "tol": 0.001} if remedy == "step" else {}
    network, X, Y = deep(11, scale=4 if remedy == "weights" else 1)
    report = check_gradients(network, X, Y, SQUARED_ERROR, **settings)
    assert report, report
    grads = module_gradients(network, X, Y, SQUARED_ERROR)
    grads.W[1] = -grads.W[1]
    report = check_gradients(network, X, Y, SQUARED_ERROR, grads=grads, **settings)
    assert report.rows[0].verdict == "WRONG", report


def test_small_entries_beside_large_ones_are_counted_and_zeros_are_right():
    # x = (1, 1e-9, 0): dL/dW^1 = delta x, with z = .5, a - y = -.5
    network = Network([None, [[0.5, 0.5, 0.5]]], [None, [[0.0]]], "identity")
    X, Y = np.array([[1.0], [1e-9], [0]]), np.array([[1.0]])
    report = check_gradients(network, X, Y, SQUARED_ERROR)
    assert counts(report) == [(2, 0, 1), (1, 0, 0)]
    assert [row.verdict for row in report.rows] == ["unsure", "ok"]
    grads = module_gradients(network, X, Y, SQUARED_ERROR)
    grads.W[1][0, 2] = 1e-4
    report = check_gradients(network, X, Y, SQUARED_ERROR, grads=grads)
    assert [row.verdict for row in report.rows] == ["WRONG", "ok"]


@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_inputs_that_are_all_zero_show_nothing_of_the_first_weights(hidden):
    network = init_network((3, 4, 2), (hidden, "sigmoid"), rng=rng())
    X, Y = np.zeros((3, 5)), np.full((2, 5), 0.25)
    report = check_gradients(network, X, Y, BINARY_CROSS_ENTROPY)
    assert report.verdict == "UNSURE", report
    assert report.rows[0].too_small == 12  # dL/dW^1 = delta^1 0 = 0
    # with zero biases z^1 = 0: every b^1 is at the kink, and no W^1 moves z^1
    assert report.rows[1].at_kink == (4 if ACTIVATIONS[hidden].kinks else 0)
    grads = module_gradients(network, X, Y, BINARY_CROSS_ENTROPY)
    grads.W[1] = grads.W[1] + 1e-3
    report = check_gradients(network, X, Y, BINARY_CROSS_ENTROPY, grads=grads)
    assert report.rows[0].verdict == "WRONG"


def test_a_check_that_compared_nothing_has_not_passed():
    network = Network([None, [[0.0]]], [None, [[0.0]]], "relu")
    report = check_gradients(network, [[1.0]], [[1.0]], SQUARED_ERROR)
    assert report.verdict == "UNSURE"
    assert [(row.compared, row.at_kink, row.worst) for row in report.rows] == [(0, 1, None)] * 2
    assert str(report).count("nothing to compare") == 2


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
         r"grads.W: expected a list \[None, dL/dW\^1, ..., dL/dW\^2\], got int"),
        (lambda grads: Gradients(grads.W, grads.b[:2]), ValueError,
         r"grads.b: expected a list \[None, dL/db\^1, ..., dL/db\^2\], got \[NoneType, ndarray\]$"),
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
