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


@pytest.mark.parametrize("wrong", ["1", None, [1.0], 1j, np.zeros(2)])
def test_what_is_no_number_is_refused(wrong):
    with pytest.raises(TypeError, match="data: expected a number, got"):
        as_value(wrong)


def test_repr_shows_both_numbers():
    assert repr(Value(2)) == "Value(2, grad=0)"
