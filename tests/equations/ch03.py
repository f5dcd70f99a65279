"""The equations of chapter 3: rates, paths, Jacobians, and where the transpose comes from."""

import autograd.numpy as anp
import numpy as np
from autograd import grad, jacobian
from helpers import reference_loss

from backprop import SIGMOID, SQUARED_ERROR, forward, gradients
from backprop.backward import backward
from backprop.examples import worked_example
from backprop.exercises.checkers import gradient_of
from equations import checks

NETWORK, X, Y = worked_example()
x, y = X[:, :1], Y[:, :1]
TRACE = forward(NETWORK, x)
GRADS = gradients(TRACE, backward(NETWORK, TRACE, y, SQUARED_ERROR))
close = np.testing.assert_allclose


def loss_with(l, W):
    """The loss of the worked example with other weights in layer l."""
    pairs = [(W if k == l else NETWORK.W[k], NETWORK.b[k]) for k in range(1, NETWORK.L + 1)]
    return reference_loss(pairs, NETWORK, x, y, SQUARED_ERROR)


def from_layer(l, z):
    """The loss as a function of z^l alone."""
    for k in range(l, NETWORK.L + 1):
        a = NETWORK.activations[k].f(z)
        if k < NETWORK.L:
            z = NETWORK.W[k + 1] @ a + NETWORK.b[k + 1]
    return SQUARED_ERROR.value(a, y)


def from_activation(l, a):
    """The loss as a function of a^l alone."""
    if l == NETWORK.L:
        return SQUARED_ERROR.value(a, y)
    return from_layer(l + 1, NETWORK.W[l + 1] @ a + NETWORK.b[l + 1])


def by_z(l):
    return gradient_of(lambda z: from_layer(l, z))(TRACE.z[l])


def by_a(l):
    return gradient_of(lambda a: from_activation(l, a))(TRACE.a[l])


@checks("eq-partial", "eq-goal", "eq-nudge")
def nudges_settle_at_the_gradient():
    for l in range(1, NETWORK.L + 1):
        errors = []
        for h in (1e-2, 1e-4):
            slopes = np.empty_like(NETWORK.W[l])
            for index in np.ndindex(slopes.shape):
                W = NETWORK.W[l].copy()
                W[index] += h
                slopes[index] = (loss_with(l, W) - loss_with(l, NETWORK.W[l])) / h
            assert slopes.shape == NETWORK.W[l].shape
            errors.append(np.abs(slopes - GRADS.W[l]).max())
        assert errors[1] < errors[0] / 50 and errors[1] < 1e-4


@checks("eq-chain", "eq-sigmoid-slope")
def rates_multiply():
    for z in (-2.0, 0.3, 1.0483):
        a = 1 / (1 + np.exp(-z))
        u = 1 + np.exp(-z)
        close(-1 / u**2 * -np.exp(-z), a * (1 - a))
        close(grad(lambda z: 1 / (1 + anp.exp(-z)))(z), a * (1 - a))
        close(SIGMOID.df(z), a * (1 - a))
        close(grad(lambda z: (1 / (1 + anp.exp(-z)) - 0.2) ** 2 / 2)(z), (a - 0.2) * a * (1 - a))


@checks("eq-linear")
def a_small_change_is_rate_times_nudge():
    for h, allowed in ((1e-2, 1e-2), (1e-4, 1e-4)):
        z = TRACE.z[3]
        true = from_layer(3, z + h) - from_layer(3, z)
        close(true, by_z(3).item() * h, rtol=allowed)


@checks("eq-paths", "eq-down-the-column", "eq-jacobian-chain", "eq-jacobian")
def paths_add_up():
    rng = np.random.default_rng(3)
    A, u = rng.normal(size=(4, 3)), rng.normal(size=3)

    def v(u):
        return anp.tanh(anp.dot(A, u))

    def loss(v):
        return anp.sum(v**3)

    J, dv = jacobian(v)(u), grad(loss)(v(u))
    assert J.shape == (4, 3)
    close(J, gradient_of(v)(u), rtol=1e-7)
    close(J, (1 - v(u) ** 2)[:, None] * A)
    whole = grad(lambda u: loss(v(u)))(u)
    close(J.T @ dv, whole)
    close([sum(J[i, j] * dv[i] for i in range(4)) for j in range(3)], whole)


@checks("eq-three-factors")
def three_factors():
    """dL/da times the Jacobian da/dz times dz/dW, which has three indices."""
    for l in range(1, NETWORK.L + 1):
        a_below, n = TRACE.a[l - 1][:, 0], len(TRACE.z[l])
        dz_dW = np.einsum("si,j->sij", np.eye(n), a_below)
        da_dz = np.diag(NETWORK.activations[l].df(TRACE.z[l])[:, 0])
        close(np.einsum("s,st,tij->ij", by_a(l)[:, 0], da_dz, dz_dW), GRADS.W[l], atol=1e-8)


@checks("eq-jacobian-activation", "eq-hadamard")
def a_diagonal_jacobian_is_a_hadamard_product():
    for l in range(1, NETWORK.L + 1):
        sigma, z = NETWORK.activations[l], TRACE.z[l]
        J = np.diag(sigma.df(z)[:, 0])
        close(gradient_of(lambda z, f=sigma.f: f(z))(z[:, 0]), J, atol=1e-8)
        close(J @ by_a(l), by_a(l) * sigma.df(z))
        close(by_a(l) * sigma.df(z), by_z(l), atol=1e-8)


@checks("eq-jacobian-sum", "eq-transpose")
def back_through_the_sums():
    for l in range(1, NETWORK.L):
        W, b = NETWORK.W[l + 1], NETWORK.b[l + 1]
        J = gradient_of(lambda a, W=W, b=b: W @ a + b[:, 0])(TRACE.a[l][:, 0])
        close(J, W, atol=1e-8)
        close(W.T @ by_z(l + 1), by_a(l), atol=1e-8)


@checks("eq-jacobian-weights", "eq-weight-entry", "eq-outer")
def weights():
    for l in range(1, NETWORK.L + 1):
        W, a = NETWORK.W[l], TRACE.a[l - 1]
        b = NETWORK.b[l][:, 0]
        J = jacobian(lambda W, a=a, b=b: anp.dot(W, a[:, 0]) + b)(W)
        for s, i, j in np.ndindex(J.shape):
            close(J[s, i, j], a[j, 0] if s == i else 0)
        outer = by_z(l) @ a.T
        close(outer, gradient_of(lambda W, l=l: loss_with(l, W))(W), atol=1e-8)
        close(outer, GRADS.W[l], atol=1e-8)
        close(outer[0, -1], by_z(l)[0, 0] * a[-1, 0])


UNLABELLED = {
    r"\begin{gathered} p_1=w_1a_1": "names the stages; the cell after it prints every value",
    r"z^{l+1}_i=\sum_j W^{l+1}_{ij}": "chapter 1's sums again, checked as eq-z",
    r"\frac{\partial z^{l+1}_i}{\partial a^l_j}=W": "one entry of eq-jacobian-sum, checked there",
    r"\begin{aligned} \mathbf{W}^2&=\begin{pmatrix}": "numbers that the cell after it prints",
    r"\begin{aligned} \frac{\partial\ell}{\partial\mathbf{W}^2}": "numbers printed by the cell",
}
