"""The equations of chapter 2: losses, their derivatives, and the gradient as a direction."""

import autograd.numpy as anp
import numpy as np
from autograd import elementwise_grad, grad
from helpers import autograd_gradients, problem

from backprop import BINARY_CROSS_ENTROPY, SQUARED_ERROR, numerical_gradients
from backprop.explorables.loss_surface import loss_and_gradient
from equations import checks, close

RNG = np.random.default_rng(2)
A = RNG.uniform(0.05, 0.95, size=(3, 4))  # (n_L, m)
Y = RNG.uniform(size=(3, 4))
M = 4

UNLABELLED = {
    r"\frac{\partial \mathcal{L}}{\partial \hat{y}^{(k)}_i}": "a way of writing, nothing is claimed",
    r"p^{(1)} \cdot p^{(2)}": "a definition: the probability of the batch",
    r"\begin{aligned} &-\frac{1}{m} \ln": "eq-loss-mean of -ln p; the cell of eq-bce prints both sides",
}


@checks("eq-squared-error", "eq-loss-mean")
def squared_error_of_one_and_the_mean():
    each = [sum((A[i, k] - Y[i, k]) ** 2 for i in range(3)) / 2 for k in range(M)]
    close(SQUARED_ERROR.value(A, Y), sum(each) / M)


@checks("eq-quotient", "eq-derivative")
def the_quotient_settles_at_the_difference():
    for y_hat, y in zip(A[0], Y[0]):
        r = y_hat - y
        for h in (0.3, -0.1, 1e-3):
            rise = (y_hat + h - y) ** 2 / 2 - r**2 / 2
            close(rise / h, r + h / 2, rtol=1e-9, atol=1e-12)
        close(grad(lambda p, y=y: (p - y) ** 2 / 2)(y_hat), r)


@checks("eq-squared-error-partial", "eq-squared-error-grad")
def gradient_of_the_squared_error():
    by_autograd = grad(lambda a: anp.sum((a - Y) ** 2) / (2 * M))(A)
    close(by_autograd, (A - Y) / M)
    close(SQUARED_ERROR.grad(A, Y), by_autograd)


@checks("eq-central-difference")
def central_differences_come_near():
    h = 1e-5
    for loss in (SQUARED_ERROR, BINARY_CROSS_ENTROPY):
        for index in np.ndindex(A.shape):
            step = np.zeros_like(A)
            step[index] = h
            slope = (loss.value(A + step, Y) - loss.value(A - step, Y)) / (2 * h)
            close(slope, loss.grad(A, Y)[index], rtol=1e-6, atol=1e-8)
        example = *problem(loss, ("sigmoid",)), loss
        by_nudging, by_autograd = numerical_gradients(*example), autograd_gradients(*example)
        close(by_nudging.W[1], by_autograd[0][0], rtol=1e-6, atol=1e-8)


@checks("eq-bce", "eq-bce-derivative")
def binary_cross_entropy():
    def each(p):
        return -Y * anp.log(p) - (1 - Y) * anp.log(1 - p)

    close(BINARY_CROSS_ENTROPY.value(A, Y), each(A).sum() / M)
    slopes = elementwise_grad(each)(A)
    close(slopes, -Y / A + (1 - Y) / (1 - A))
    close(slopes, (A - Y) / (A * (1 - A)))
    close(BINARY_CROSS_ENTROPY.grad(A, Y), slopes / M)


@checks("eq-first-order")
def the_first_order_comes_near():
    """What the promise leaves over shrinks with the square of the move."""
    u, v = 0.9, 1.1
    loss, gradient = loss_and_gradient(u, v)
    for way in RNG.normal(size=(5, 2)):
        left = [
            loss_and_gradient(u + h * way[0], v + h * way[1])[0] - loss - h * gradient @ way
            for h in (1e-3, 5e-4)
        ]
        close(left[1] / left[0], 0.25, atol=0.02)


@checks("eq-lagrange", "eq-steepest")
def no_direction_beats_the_gradient():
    for gradient, move in RNG.normal(size=(20, 2, 2)):
        (g, k), (h, i) = gradient, move
        close((g * h + k * i) ** 2 + (g * i - k * h) ** 2, (g**2 + k**2) * (h**2 + i**2))
        product, lengths = gradient @ move, np.linalg.norm(gradient) * np.linalg.norm(move)
        assert -lengths <= product <= lengths
        along = gradient * np.linalg.norm(move) / np.linalg.norm(gradient)
        close([gradient @ along, gradient @ -along], [lengths, -lengths])
