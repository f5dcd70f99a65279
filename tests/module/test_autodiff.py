"""The scalar engine of chapter 10, against autograd and central differences."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from helpers import problem, rng

from backprop import SQUARED_ERROR, forward, gradients
from backprop.autodiff import Value, as_value, in_order
from backprop.backward import backward

VALUES = np.vectorize(Value, otypes=[object])
GRADS = np.vectorize(lambda value: value.grad)
FORMULAS = {
    "sum": (lambda u, v: u + v + 2.0, lambda u, v: u + v + 2.0),
    "difference": (lambda u, v: 3 - u - v, lambda u, v: 3 - u - v),
    "product": (lambda u, v: u * v * u, lambda u, v: u * v * u),
    "quotient": (lambda u, v: 1 / u + u / v, lambda u, v: 1 / u + u / v),
    "power": (lambda u, v: u**3 + v**-2, lambda u, v: u**3 + v**-2),
    "exp and log": (lambda u, v: (u.exp() + v.exp()).log(), lambda u, v: anp.log(anp.exp(u) + anp.exp(v))),
    "tanh": (lambda u, v: (u * v).tanh() * u, lambda u, v: anp.tanh(u * v) * u),
    "relu": (lambda u, v: (u - v).relu() * u, lambda u, v: anp.maximum(u - v, 0) * u),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMULAS)
def test_each_operation_three_ways(name):
    ours, theirs = FORMULAS[name]
    for point in rng().uniform(0.5, 2, size=(5, 2)):
        u, v = map(Value, point)
        out = ours(u, v)
        out.backward()
        np.testing.assert_allclose(out.data, theirs(*point), rtol=1e-12)
        h = 1e-5
        for number, index in ((u, 0), (v, 1)):
            step = h * np.eye(2)[index]
            slope = (theirs(*(point + step)) - theirs(*(point - step))) / (2 * h)
            np.testing.assert_allclose(number.grad, grad(theirs, index)(*point), rtol=1e-12)
            np.testing.assert_allclose(number.grad, slope, rtol=1e-8, atol=1e-9)


def test_the_same_gradients_as_the_backward_pass():
    network, X, Y = problem(activations=("tanh", "relu"))
    W, b = ([None, *map(VALUES, of[1:])] for of in (network.W, network.b))
    a1 = np.vectorize(Value.tanh, otypes=[object])(W[1] @ X + b[1])
    a2 = np.vectorize(Value.relu, otypes=[object])(W[2] @ a1 + b[2])
    (((a2 - Y) ** 2).sum() / (2 * X.shape[1])).backward()
    trace = forward(network, X)
    grads = gradients(trace, backward(network, trace, Y, SQUARED_ERROR))
    for l in (1, 2):
        np.testing.assert_allclose(GRADS(W[l]), grads.W[l], rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(GRADS(b[l]), grads.b[l], rtol=1e-12, atol=1e-15)


def test_a_second_call_starts_from_zero():
    v = Value(3)
    out = v * v
    out.backward()
    out.backward()
    assert v.grad == 6


def test_a_later_use_is_counted_once():
    v = Value(2)
    s = v * v
    out = s * (s + v)  # v^4 + v^3
    out.backward()
    assert v.grad == 4 * 2**3 + 3 * 2**2
    assert len(in_order(out)) == 4


def test_every_number_stands_behind_its_sources():
    v = Value(2)
    out = (v * v + v).tanh() * (v + 1)
    order = in_order(out)
    for place, number in enumerate(order):
        assert all(source in order[:place] for source, _ in number.rates)
    assert order[-1] is out


def test_a_long_chain_needs_no_deep_stack():
    v = Value(1)
    out = v
    for _ in range(5000):
        out = out + 1
    out.backward()
    assert v.grad == 1


NUMBERS = [2, 2.0, np.float64(2), np.float32(2), np.int64(2), True, Value(2), np.array(2.0)]
SIGNS = {
    "+": lambda u, v: u + v, "-": lambda u, v: u - v, "*": lambda u, v: u * v,
    "/": lambda u, v: u / v, "**": lambda u, v: u**v,
}  # fmt: skip


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("number", NUMBERS, ids=lambda n: type(n).__name__)
def test_every_sign_with_every_kind_of_number_on_both_sides(sign, number):
    v, n = Value(3), 1.0 if number is True else 2.0
    for ours, theirs in (
        (SIGNS[sign](v, number), lambda x: SIGNS[sign](x, n)),
        (SIGNS[sign](number, v), lambda x: SIGNS[sign](n, x)),
    ):
        assert isinstance(ours, Value)
        ours.backward()
        np.testing.assert_allclose(ours.data, theirs(3.0), rtol=1e-14)
        np.testing.assert_allclose(v.grad, grad(theirs)(3.0), rtol=1e-14)


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize(
    "array", [np.array([[1.0, 2.0]]), np.array([1, 2, 3])], ids=["2-d", "ints"]
)
def test_every_sign_with_an_array_on_both_sides(sign, array):
    v = Value(3)
    for ours, theirs in (
        (SIGNS[sign](v, array), SIGNS[sign](3.0, array)),
        (SIGNS[sign](array, v), SIGNS[sign](array.astype(float), 3.0)),
        (SIGNS[sign](v, VALUES(array)), SIGNS[sign](3.0, array)),
    ):
        assert ours.shape == array.shape
        np.testing.assert_allclose(np.vectorize(lambda w: w.data)(ours), theirs, rtol=1e-14)
        ours.sum().backward()
        assert v.grad != 0


def test_a_value_to_the_power_of_a_value():
    # x^k: by x, k x^(k-1) = 3 x 4 = 12; by k, x^k ln x = 8 ln 2
    x, k = Value(2), Value(3)
    (x**k).backward()
    np.testing.assert_allclose((x.grad, k.grad), (12, 8 * np.log(2)), rtol=1e-14)


@pytest.mark.parametrize("x", [0, 0.5, -2])
@pytest.mark.parametrize("k", [0, 0.0, 1, 2, 3, np.int64(2)])
def test_powers_of_zero_and_of_negative_numbers(x, k):
    v = Value(x)
    (v**k).backward()
    expected = {0: 0, 1: 1, 2: 2 * x, 3: 3 * x * x}[int(k)]
    assert ((v**k).data, v.grad) == (float(x) ** int(k), expected)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        (lambda: Value(0) ** 0.5, r"^x\*\*0.5: expected an x where it has a slope, got 0$"),
        (lambda: Value(0) ** -1, r"^x\*\*-1: expected an x where it has a slope, got 0$"),
        (lambda: 1 / Value(0), r"^x\*\*-1: expected an x where it has a slope, got 0$"),
        (lambda: Value(1) / 0, r"^x\*\*-1: expected an x where it has a slope, got 0$"),
        (lambda: Value(-2) ** 0.5, r"^x\*\*0.5: expected an x where it has a slope, got -2$"),
        (lambda: Value(-2) ** Value(2), "^log: expected a number greater than 0, got -2$"),
        (lambda: Value(0).log(), "^log: expected a number greater than 0, got 0$"),
    ],
)
def test_where_there_is_no_slope_it_says_so(formula, message):
    with pytest.raises(ValueError, match=message):
        formula()


def test_comparisons_are_those_of_the_numbers():
    u, v = Value(1), Value(2)
    assert u < v and u <= v and v > u and v >= u and u < 1.5 and v < 3 and u <= 1 and u >= 1
    assert not (u > v or v < u or u >= 2 or v <= 1)
    assert max(u, v) is v and sorted([v, u]) == [u, v]
    assert np.maximum(VALUES([-1.0, 2.0]), 0)[1].data == 2


def test_in_place_signs_make_a_new_value():
    u = v = Value(3)
    v += 2
    v *= u
    v -= 1
    v /= 2
    v **= 2
    v.backward()
    # ((3 + 2) 3 - 1) / 2 = 7; d/du ((u + 2) u - 1)^2 / 4 = 7 (2u + 2) = 56
    assert (u.data, v.data, u.grad) == (3, 49, 56)


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("other", ["1", None, 1j, [1.0], {}])
def test_signs_with_what_is_no_number_are_pythons_type_errors(sign, other):
    for pair in ((Value(1), other), (other, Value(1))):
        with pytest.raises(TypeError):
            SIGNS[sign](*pair)


@pytest.mark.parametrize("wrong", ["1", None, [1.0], 1j, np.zeros(2)])
def test_what_is_no_number_is_refused(wrong):
    with pytest.raises(TypeError, match="data: expected a number, got"):
        as_value(wrong)


def test_repr_shows_both_numbers():
    assert repr(Value(2)) == "Value(2, grad=0)"
