"""The equations of chapter 10."""

import numpy as np
from helpers import rng

from backprop.autodiff import Value
from backprop.dual import Dual
from backprop.tensor import Tensor
from equations import checks, close, equal

NOT_CHECKED = {"eq-modes": "a definition in words"}


@checks("eq-autodiff-by-hand")
def the_neuron_by_hand():
    w, x, b = Value(3), Value(-2), Value(1)
    p = w * x
    z = p + b
    (z**2).backward()
    equal([v.grad for v in (z, p, b, w, x)], [-10, -10, -10, 20, -30])


@checks("eq-reverse-mode")
def the_sum_over_all_uses():
    """Each use as a number of its own, nudged alone: the derivatives of all uses add up."""
    v, h = 0.7, 1e-5

    def out(one, two, three):
        return one * np.exp(two) + three**2

    number = Value(v)
    (number * number.exp() + number**2).backward()
    parts = [
        (out(*(v + h * (k == i) for i in range(3))) - out(*(v - h * (k == i) for i in range(3))))
        / (2 * h)
        for k in range(3)
    ]
    close(number.grad, sum(parts), rtol=1e-8)


@checks("eq-matmul-vjp")
def both_rules_of_the_matrix_product():
    generator = rng()
    W, A = generator.normal(size=(3, 4)), generator.normal(size=(4, 5))
    Z_bar = generator.normal(size=(3, 5))
    values = np.vectorize(Value, otypes=[object])
    whole, by_numbers = (Tensor(W), Tensor(A)), (values(W), values(A))
    for W_v, A_v in (whole, by_numbers):
        ((W_v @ A_v) * Z_bar).sum().backward()
    for tensor, numbers in zip(whole, by_numbers):
        close(tensor.grad, [[value.grad for value in row] for row in numbers], rtol=1e-12)


@checks("eq-dual")
def the_product_of_two_dual_numbers():
    """A square matrix whose square is 0 stands for epsilon."""
    eps, one = np.array([[0.0, 1.0], [0.0, 0.0]]), np.eye(2)
    u, du, v, dv = rng().normal(size=4)
    product = (u * one + du * eps) @ (v * one + dv * eps)
    close(product, u * v * one + (du * v + u * dv) * eps)


@checks("eq-hessian-vector")
def the_rate_of_the_gradient():
    A = rng().normal(size=(4, 4))
    p, v = rng(1).normal(size=(2, 4, 1))
    moving = Tensor(Dual(p, v))
    (np.tanh(A @ moving) ** 2).sum().backward()

    def gradient(s):
        moved = Tensor(p + s * v)
        (np.tanh(A @ moved) ** 2).sum().backward()
        return moved.grad

    difference = (gradient(1e-5) - gradient(-1e-5)) / 2e-5
    close(moving.grad.dx, difference, rtol=1e-6, atol=1e-8)
