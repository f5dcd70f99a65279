"""What a function expects: declared once, shown, checked, and what it declares to return is true."""

import copy
import inspect
import pickle
import pydoc

import numpy as np
import pytest
from helpers import frozen, problem

from backprop import (
    IDENTITY,
    LOSSES,
    SIGMOID,
    SQUARED_ERROR,
    Gradients,
    Network,
    Trace,
    check_gradients,
    forward,
    gradients,
    hidden_delta,
    init_network,
    load,
    minibatches,
    numerical_gradients,
    output_delta,
    predict,
    save,
    sgd_step,
    train,
)
from backprop._expects import Examples, Matrix, equation, expects, real, rule_for, whole
from backprop._layers import Layers
from backprop.backward import backward

DECLARED = [
    forward, predict, init_network, backward, gradients, hidden_delta, output_delta, sgd_step,
    minibatches, train, check_gradients, numerical_gradients, save, load,
    *(getattr(loss, part) for loss in LOSSES.values() for part in ("value", "grad")),
]  # fmt: skip


@expects(A="(p, q)", B="(q, r)", n=whole(), returns="(p, r)")
def product(A, B, *, n=None):
    return A @ B


def test_a_symbol_that_comes_twice_has_one_size():
    np.testing.assert_array_equal(product([[1, 2]], [[3], [4]]), [[11]])
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        product(np.ones((2, 3)), np.ones((5, 3)))
    assert str(caught.value) == ("B: expected shape (q, r) = (3, r), got (5, 3); did you mean B.T?")


def test_the_order_of_the_checks_is_that_of_the_declaration():
    # z is what the forward pass made; of a W_next that fits neither, W_next is named
    with pytest.raises(ValueError, match="^W_next: "):
        hidden_delta(np.ones((3, 2)), np.ones((2, 5)), np.ones((3, 5)), SIGMOID)


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((), {}),
        (([[1]],), {}),
        (([[1]], [[1]], 1), {}),
        (([[1]], [[1]]), {"A": [[1]]}),
        (([[1]], [[1]]), {"m": 1}),
    ],
)
def test_of_arguments_that_are_missing_or_too_many_python_says_so(args, kwargs):
    with pytest.raises(TypeError) as expected:
        product.bare(*args, **kwargs)
    with pytest.raises(TypeError) as caught:
        product(*args, **kwargs)
    assert str(caught.value) == str(expected.value)


def test_what_is_left_at_its_default_is_not_looked_at():
    one = [[1.0]]
    assert product(one, one) == product(one, one, n=None) == product(one, one, n=1) == 1
    with pytest.raises(ValueError, match="^n: expected at least 1, got 0$"):
        product(one, one, n=0)


def test_the_bare_function_looks_at_nothing():
    with pytest.raises(TypeError, match="unsupported operand"):
        product.bare("A", "B")


def test_numbers_too_large_do_not_warn_in_an_equation_and_do_in_others():
    square = equation(a="(n, m)")(lambda a: a * a)
    plain = expects(a="(n, m)")(lambda a: a * a)
    with np.errstate(all="raise"):
        assert square([[1e200]]) == np.inf
        with pytest.raises(FloatingPointError):
            plain([[1e200]])


@pytest.mark.parametrize("function", DECLARED, ids=lambda f: f.__qualname__)
def test_every_argument_is_declared_and_shown(function):
    plain, shown = inspect.signature(function.bare), inspect.signature(function)
    assert [p.replace(annotation=p.empty) for p in shown.parameters.values()] == list(
        plain.parameters.values()
    )
    for name, parameter in shown.parameters.items():
        if name != "progress":
            assert parameter.annotation is function.rules[name]


def test_help_shows_the_shapes_of_the_article():
    assert "W_next: (n_{l+1}, n_l), delta_next: (n_{l+1}, m), z: (n_l, m)" in pydoc.plain(
        pydoc.render_doc(hidden_delta)
    )
    assert str(inspect.signature(Network)) == (
        "(W: [None, (n_1, n_0), ..., (n_L, n_{L-1})], b: [None, (n_1, 1), ..., (n_L, 1)], "
        "activations: names or Activations, one a layer)"
    )
    assert str(inspect.signature(Trace)).startswith("(z: [None, (n_1, m), ..., (n_L, m)], a: [(n_0")


def results():
    """(rule, sizes, result) of every function that declares the shape of what it returns."""
    network, X, Y = problem(m=4)  # sizes (4, 3, 2)
    trace = forward(network, X)
    delta = backward(network, trace, Y, SQUARED_ERROR)
    z, m = trace.z, {"m": 4}
    for function, sizes, arguments in (
        (predict, m | {"n_L": 2}, (network, X)),
        (output_delta, m | {"n_L": 2}, (delta[2], z[2], SIGMOID)),
        (hidden_delta, m | {"n_l": 3}, (network.W[2], delta[2], z[1], IDENTITY)),
        (backward, m | {"n_1": 3, "n_2": 2, "L": 2}, (network, trace, Y, SQUARED_ERROR)),
        (SQUARED_ERROR.grad, m | {"n_L": 2}, (trace.a[2], Y)),
        (forward, m, (network, X)),
        (gradients, {"n_0": 4, "n_1": 3, "n_2": 2, "L": 2}, (trace, delta)),
    ):
        yield pytest.param(function, sizes, arguments, id=function.__qualname__)


@pytest.mark.parametrize(("function", "sizes", "arguments"), results())
def test_what_is_declared_to_come_back_comes_back(function, sizes, arguments):
    rule = inspect.signature(function).return_annotation
    result = function(*arguments)
    checked = rule("result", result, dict(sizes))
    assert type(checked) is type(result)


def test_layers_are_shown_and_named_one_by_one():
    rule = Layers("(n_l, n_{l-1})", "W")
    assert repr(rule) == "[None, (n_1, n_0), ..., (n_L, n_{L-1})]"
    assert [repr(rule.layer(l)) for l in (1, 2, 10)] == ["(n_1, n_0)", "(n_2, n_1)", "(n_10, n_9)"]
    known = {}
    rule("W", [None, np.ones((3, 4)), np.ones((2, 3))], known)
    assert (known["L"], known["n_0"], known["n_1"], known["n_2"], known["n_L"]) == (2, 4, 3, 2, 2)
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        rule("V", [None, np.ones((3, 4)), np.ones((2, 9))], {})
    assert str(caught.value) == "V[2]: expected shape (n_2, n_1) = (n_2, 3), got (2, 9)"


def test_examples_take_the_dtype_of_what_comes_before_them():
    half, known = np.ones((1, 2), np.float32), {}
    Matrix("(n_L, m)")("a", half, known)
    assert Examples("(n_L, m)")("Y", [[1, 0]], known).dtype == np.float32
    assert Examples("(n_L, m)")("Y", [[1, 0]], {}).dtype == np.float64


def test_a_matrix_that_fits_is_not_copied():
    (a,) = frozen(np.ones((2, 3)))
    for rule in (Matrix("(n, m)", finite=True), Examples("(n, m)")):
        assert rule("a", a, {}) is a


@pytest.mark.parametrize("loss", [SQUARED_ERROR, LOSSES["softmax_cross_entropy"]])
def test_labels_get_the_hint_from_every_loss(loss):
    for function in (loss.value, loss.grad):
        with pytest.raises(ValueError, match=r"Are these labels\?.*one_hot\(labels, 3\)$"):
            function(np.ones((3, 4)), [0, 1, 2, 1])


def test_declared_functions_and_classes_are_copied_and_pickled():
    network, X, _ = problem()
    for what in (hidden_delta, train, Gradients, *LOSSES.values(), network, forward(network, X)):
        assert type(copy.deepcopy(what)) is type(pickle.loads(pickle.dumps(what))) is type(what)
    assert pickle.loads(pickle.dumps(hidden_delta)) is hidden_delta


def test_rules_for_numbers_say_their_limits():
    assert [repr(rule) for rule in (whole(), whole(2), real(above=0), real(least=0.5), real())] == [
        "whole number >= 1", "whole number >= 2", "number > 0", "number >= 0.5", "number",
    ]  # fmt: skip
    assert repr(rule_for(Network)) == "Network"
