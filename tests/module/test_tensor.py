"""The engines over arrays: against the module, the package autograd, and central differences."""

import copy
import pickle

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad, hessian
from helpers import DTYPES, problem, rng

from backprop import SOFTMAX_CROSS_ENTROPY, forward, gradients
from backprop.autodiff import in_order
from backprop.backward import backward
from backprop.dual import RATES, Dual
from backprop.tensor import VJPS, Tensor

# name: (a formula of two matrices, written for any NumPy that is handed in)
FORMULAS = {
    "sum and product": lambda np, a, b: ((a + b) * a - b * 2).sum(),
    "quotient": lambda np, a, b: (a / (b * b + 1) - 1 / (a * a + 2)).sum(),
    "powers": lambda np, a, b: ((a * a + 1) ** 0.5 + b**3 - (b * b + 1) ** -2).sum(),
    "matrix product": lambda np, a, b: (a @ b.T @ a).sum(),
    "functions": lambda np, a, b: (np.tanh(a) * np.exp(-b) + np.log(a * a + 1)).sum(),
    "relu": lambda np, a, b: (np.maximum(0, a) * np.maximum(b, 0.1)).sum(),
    "sums by axis": lambda np, a, b: (
        (a.sum(axis=0) * b).sum(axis=1, keepdims=True) * a.sum(axis=1, keepdims=True)
    ).sum(),
    "used twice": lambda np, a, b: (a * a.sum() + a.T.sum(axis=1) * b).sum(),
}


def matrices(dtype=np.float64):
    generator = rng(3)
    return [generator.normal(size=(3, 4)).astype(dtype) for _ in range(2)]


@pytest.mark.parametrize("name", FORMULAS)
def test_reverse_mode_agrees_with_autograd(name):
    arrays = matrices()
    tensors = [Tensor(array) for array in arrays]
    loss = FORMULAS[name](np, *tensors)
    loss.backward()
    expected = grad(lambda both: FORMULAS[name](anp, *both))(arrays)
    for tensor, other in zip(tensors, expected):
        np.testing.assert_allclose(tensor.grad, other, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", FORMULAS)
def test_forward_mode_agrees_with_reverse_mode(name):
    arrays, rates = matrices(), [rng(seed).normal(size=(3, 4)) for seed in (4, 5)]
    result = FORMULAS[name](np, *map(Dual, arrays, rates))
    slopes = grad(lambda both: FORMULAS[name](anp, *both))(arrays)
    along = sum(np.sum(slope * rate) for slope, rate in zip(slopes, rates))
    np.testing.assert_allclose(result.dx, along, rtol=1e-10)
    np.testing.assert_allclose(result.x, FORMULAS[name](np, *arrays))


@pytest.mark.parametrize("name", FORMULAS)
def test_both_together_give_the_hessian_times_a_direction(name):
    a, b = matrices()
    direction = rng(6).normal(size=a.shape)
    tensor = Tensor(Dual(a, direction))
    FORMULAS[name](np, tensor, Tensor(Dual(b, 0 * b))).backward()
    full = hessian(lambda a: FORMULAS[name](anp, a, b))(a)  # (3, 4, 3, 4)
    np.testing.assert_allclose(
        tensor.grad.dx, np.tensordot(full, direction, axes=2), rtol=1e-9, atol=1e-11
    )


def test_a_repeated_operand_gets_the_sum_of_its_copies():
    W, b = Tensor(rng().normal(size=(3, 4))), Tensor(np.zeros((3, 1)))
    (W * 1.0 + b).sum().backward()
    np.testing.assert_array_equal(b.grad, np.full((3, 1), 4.0))  # four columns, each with rate 1
    scalar = Tensor(2.0)
    (scalar * np.ones((3, 4))).sum().backward()
    assert scalar.grad == 12 and scalar.grad.shape == ()


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_network_agrees_with_the_module(dtype):
    network, X, Y = problem(SOFTMAX_CROSS_ENTROPY, ("tanh", "identity"), dtype=dtype)
    W, b = ([None, *map(Tensor, of_layers[1:])] for of_layers in (network.W, network.b))
    z = W[2] @ np.tanh(W[1] @ X + b[1]) + b[2]
    loss = (np.log(np.exp(z).sum(axis=0)) - (z * Y).sum(axis=0)).sum() / X.shape[1]
    loss.backward()
    trace = forward(network, X)
    grads = gradients(trace, backward(network, trace, Y, SOFTMAX_CROSS_ENTROPY))
    tolerance = 1e-5 if dtype is np.float32 else 1e-12
    for l in (1, 2):
        assert W[l].grad.dtype == dtype
        np.testing.assert_allclose(W[l].grad, grads.W[l], rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(b[l].grad, grads.b[l], rtol=tolerance, atol=tolerance)


def test_a_copy_and_a_pickle_go_back_as_well():
    a = Tensor(np.arange(6.0).reshape(2, 3))
    for copied in (copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))):
        loss = copied((np.tanh(a).T @ a).sum(axis=0).sum())
        loss.backward()
        leaf = min((t for t in in_order(loss) if not t.rates), key=id)
        (np.tanh(a).T @ a).sum().backward()
        np.testing.assert_allclose(leaf.grad, a.grad)


def test_backward_starts_anew_each_time():
    a = Tensor([[1.0, 2.0]])
    loss = (a * a).sum()
    for _ in range(2):
        loss.backward()
        np.testing.assert_array_equal(a.grad, [[2.0, 4.0]])


def test_a_deep_circuit_needs_no_deep_stack():
    a = Tensor(1.0)
    b = a
    for _ in range(20_000):
        b = b + 0.5
    b.backward()
    assert a.grad == 1


def test_both_tables_cover_the_same_operations():
    assert set(VJPS) == set(RATES)


def one(kind):
    return Tensor([[1.0, 2.0]]) if kind is Tensor else Dual([[1.0, 2.0]], [[0.0, 1.0]])


@pytest.mark.parametrize("kind", [Tensor, Dual])
@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        (np.sin, TypeError, "no derivative of sin here: expected one of add, "),
        (lambda a: np.add.reduce(a), TypeError, "no derivative of add.reduce here"),
        (lambda a: np.exp(a, out=np.zeros((1, 2))), TypeError, "exp in place"),
        (np.mean, TypeError, "no derivative of mean here"),
        (lambda a: np.dot(a, a), TypeError, "no derivative of dot here"),
        (lambda a: np.where(True, a, 0), TypeError, "no derivative of where here"),
        (lambda a: np.stack([a, a]), TypeError, "no derivative of stack here"),
        (lambda a: 2**a, TypeError, "expected a constant exponent; write exp(k * log(a))"),
        (lambda a: a @ np.ones(2), ValueError, "expected two matrices"),
        (lambda a: a @ np.ones((3, 2)), ValueError, "matmul"),
        (lambda a: a + "b", TypeError, ""),
    ],
)
def test_what_has_no_derivative_is_refused(kind, wrong, error, words):
    with pytest.raises(error) as raised:
        wrong(one(kind))
    assert words in str(raised.value)


@pytest.mark.parametrize("kind", [Tensor, Dual])
def test_numpys_own_sum_is_the_method(kind):
    for axis in (None, 0):
        sums = np.sum(one(kind), axis=axis, keepdims=True), one(kind).sum(axis=axis, keepdims=True)
        assert repr(sums[0]) == repr(sums[1])


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_number_beside_an_array_leaves_its_dtype(dtype):
    x, dx = np.array([[1.0, 2.0]], dtype), np.ones((1, 2), dtype)
    for f in (
        lambda a: 2 * a + 1, lambda a: a / 3, lambda a: 0.5 - a, lambda a: a**2, lambda a: np.maximum(a, 0)
    ):  # fmt: skip
        moved = f(Dual(x, dx))
        assert moved.x.dtype == moved.dx.dtype == dtype
        source = Tensor(x)
        f(source).sum().backward()
        assert source.grad.dtype == dtype
        np.testing.assert_array_equal(source.grad, moved.dx)


def test_what_the_advice_for_a_power_says_works():
    a, k = Tensor(2.0), Tensor(3.0)
    power = np.exp(k * np.log(a))
    power.backward()
    np.testing.assert_allclose([power.data, a.grad, k.grad], [8, 12, 8 * np.log(2)])


def test_bad_arguments_are_named():
    with pytest.raises(TypeError, match="data: expected an array of real numbers, got complex128"):
        Tensor(1j)
    with pytest.raises(TypeError, match="x: expected an array of real numbers, got <U1"):
        Dual("a", 1.0)
    with pytest.raises(ValueError, match=r"dx: expected the shape of x, \(2,\), got \(3,\)"):
        Dual(np.ones(2), np.ones(3))
    with pytest.raises(ValueError, match=r"expected a loss, one number, got shape \(1, 2\)"):
        one(Tensor).backward()
