"""The equations of chapter 3: rates multiply, paths add, Jacobians."""

import autograd.numpy as anp
import numpy as np
from autograd import grad, jacobian
from helpers import problem

from backprop import SIGMOID, SQUARED_ERROR, forward, gradients
from backprop.backward import backward
from backprop.circuits import circuit_derivatives, circuit_paths, circuit_values
from backprop.examples import worked_example
from backprop.explorables.nudge import CIRCUIT, inputs
from backprop.explorables.nudge import nudge as changes
from equations import checks, close

RNG = np.random.default_rng(3)
NETWORK, X, Y = problem(activations=("tanh", "sigmoid", "tanh"), m=1)
TRACE = forward(NETWORK, X)
DELTA = backward(NETWORK, TRACE, Y, SQUARED_ERROR)
GRADS = gradients(TRACE, DELTA)

UNLABELLED = {
    r"\begin{gathered} p_1=w_1a_1": "names the gates; the circuit's values are tested",
    r"\begin{aligned} \mathbf{W}^2&=\begin{pmatrix}\boxed": "a matrix and its transpose, shown",
}


def loss_of(network):
    return SQUARED_ERROR.value(forward(network, X).a[-1], Y)


def quotient(l, index, h):
    moved = NETWORK.copy()
    moved.W[l][index] += h
    return (loss_of(moved) - loss_of(NETWORK)) / h


@checks("eq-partial", "eq-goal", "eq-nudge")
def each_quotient_settles_at_its_entry():
    for l in range(1, NETWORK.L + 1):
        assert GRADS.W[l].shape == NETWORK.W[l].shape
        for index in np.ndindex(NETWORK.W[l].shape):
            entry = GRADS.W[l][index]
            close(quotient(l, index, 1e-5), entry, rtol=0, atol=1e-4)
            far, near = (abs(quotient(l, index, h) - entry) for h in (1e-2, 1e-5))
            assert near <= far + 1e-8


@checks("eq-chain", "eq-sigmoid-slope")
def one_variable():
    for z, y in RNG.normal(size=(9, 2)):
        a = 1 / (1 + np.exp(-z))
        slope = grad(lambda z: 1 / (1 + anp.exp(-z)))(z)
        close([slope, SIGMOID.df(np.array(z))], a * (1 - a))
        whole = grad(lambda z, y=y: (1 / (1 + anp.exp(-z)) - y) ** 2 / 2)(z)
        close(whole, (a - y) * slope)


@checks("eq-linear")
def the_difference_is_of_second_order():
    for name in ("w1", "a1", "w2", "a2", "b"):
        gaps = [np.subtract(*changes(name, h)) for h in (1e-2, 5e-3)]
        close(gaps[1] / gaps[0], 0.25, atol=0.02)


@checks("eq-paths")
def the_paths_add_up():
    values = circuit_values(CIRCUIT, inputs())
    derivatives = circuit_derivatives(CIRCUIT, values)
    for name in values:
        paths = circuit_paths(CIRCUIT, values, name)
        close(derivatives[name], sum(np.prod([rate for *_, rate in path]) for path in paths))

    def through_two(u):  # one value that feeds two
        return anp.sin(u) * anp.exp(u**2)

    u = 0.7
    close(
        grad(through_two)(u),
        np.exp(u**2) * np.cos(u) + np.sin(u) * 2 * u * np.exp(u**2),
    )


@checks("eq-jacobian", "eq-down-the-column", "eq-jacobian-chain")
def back_through_any_step():
    A, target = RNG.normal(size=(4, 3)), RNG.normal(size=4)

    def v(u):
        return anp.sin(A @ u) + (A @ u) ** 2

    u = RNG.normal(size=3)
    J, by_v = jacobian(v)(u), grad(lambda v: anp.sum((v - target) ** 2))(v(u))
    assert J.shape == (4, 3)
    for i in range(4):
        close(J[i], grad(lambda u, i=i: v(u)[i])(u))
    by_u = grad(lambda u: anp.sum((v(u) - target) ** 2))(u)
    close(by_u, [sum(J[i, j] * by_v[i] for i in range(4)) for j in range(3)])
    close(by_u, J.T @ by_v)


@checks("eq-jacobian-activation", "eq-hadamard")
def elementwise_is_diagonal():
    z, by_a = TRACE.z[2], RNG.normal(size=TRACE.z[2].shape)
    J = jacobian(lambda z: 1 / (1 + anp.exp(-z)))(z.ravel())
    slopes = NETWORK.activations[2].df(z)
    close(J, np.diag(slopes.ravel()))
    close(J.T @ by_a, by_a * slopes)


@checks("eq-sum-entry", "eq-sum-rate", "eq-jacobian-sum", "eq-transpose")
def back_through_the_weights():
    W, b, a = NETWORK.W[2], NETWORK.b[2], TRACE.a[1]
    z = [sum(W[i, j] * a[j, 0] for j in range(len(a))) + b[i, 0] for i in range(len(W))]
    close(TRACE.z[2].ravel(), z)
    close(jacobian(lambda a: W @ a + b.ravel())(a.ravel()), W)
    by_a = W.T @ DELTA[2]
    for j in range(len(a)):
        step = np.zeros_like(a)
        step[j] = 1e-5
        ends = []
        for moved in (a + step, a - step):
            for l in (2, 3):
                moved = NETWORK.activations[l].f(NETWORK.W[l] @ moved + NETWORK.b[l])
            ends.append(SQUARED_ERROR.value(moved, Y))
        close(by_a[j, 0], (ends[0] - ends[1]) / 2e-5, rtol=1e-6, atol=1e-9)


@checks("eq-three-factors", "eq-jacobian-weights", "eq-weight-entry", "eq-outer")
def back_to_the_weights():
    W, a = NETWORK.W[2], TRACE.a[1].ravel()
    block = jacobian(lambda W: W @ a)(W)  # (n, n, n_below)
    for s, i, j in np.ndindex(block.shape):
        close(block[s, i, j], a[j] if s == i else 0)
    by_a = NETWORK.W[3].T @ DELTA[3]
    by_z = np.diag(NETWORK.activations[2].df(TRACE.z[2]).ravel()).T @ by_a
    close(by_z, DELTA[2])
    through_the_block = np.einsum("s,sij->ij", by_z.ravel(), block)
    close(through_the_block, by_z @ TRACE.a[1].T)
    close(GRADS.W[2], through_the_block)


@checks("eq-outer-worked")
def the_worked_outer_product():
    network, X, Y = worked_example()
    trace = forward(network, X[:, :1])
    grads = gradients(trace, backward(network, trace, Y[:, :1], SQUARED_ERROR))
    close(grads.W[2], [[0.0958, 0.0096, 0], [-0.1274, -0.0127, 0]], atol=5e-5)
    close(grads.b[2], [[0.0958], [-0.1274]], atol=5e-5)
    close(trace.a[1].T, [[1, 0.1, 0]], atol=1e-12)


@checks("eq-jacobians-in-a-row")
def the_order_does_not_matter():
    """As numbers; what the two orders cost is the exercise."""
    J = [np.diag(NETWORK.activations[l].df(TRACE.z[l]).ravel()) @ NETWORK.W[l] for l in (1, 2, 3)]
    last = SQUARED_ERROR.grad(TRACE.a[3], Y).T
    close((last @ J[2]) @ J[1], last @ (J[2] @ J[1]))
    close(last @ J[2] @ J[1], (NETWORK.W[2].T @ DELTA[2]).T)
