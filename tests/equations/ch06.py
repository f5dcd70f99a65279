"""The equations of chapter 6: softmax, cross-entropy, and their derivatives."""

import autograd.numpy as anp
import numpy as np
from autograd import grad, jacobian

from backprop import SOFTMAX_CROSS_ENTROPY, softmax
from backprop.exercises.checkers import gradient_of
from equations import checks, close

RNG = np.random.default_rng(6)
Z = RNG.normal(size=(5, 7))  # (K, m)
Y = RNG.dirichlet(np.ones(5), size=7).T  # (K, m), soft targets
COLUMNS = list(zip(Z.T, Y.T, strict=True))


def by_definition(z):
    return anp.exp(z) / anp.sum(anp.exp(z))


def loss_of_z(z, y):
    return -anp.sum(y * anp.log(by_definition(z)))


@checks("eq-softmax")
def softmax_is_the_modules():
    for z, p in zip(Z.T, softmax(Z).T, strict=True):
        close(by_definition(z), p)
        close(p.sum(), 1)


@checks("eq-softmax-shift")
def a_shift_cancels():
    for c in (-300.0, 1.7, 80.0):
        close(by_definition(Z[:, 0] + c), by_definition(Z[:, 0]))
        close(softmax(Z + c), softmax(Z))
    close(softmax(Z + 1000.0), softmax(Z))  # whose exponentials overflow


@checks("eq-cross-entropy")
def cross_entropy_is_the_modules():
    losses = [-np.sum(y * np.log(by_definition(z))) for z, y in COLUMNS]
    close(np.mean(losses), SOFTMAX_CROSS_ENTROPY.value(Z, Y))


@checks("eq-stage-loss", "eq-stage-sum", "eq-stage-power", "eq-stage-logit")
def each_stage():
    """Every stage's derivative against autograd and central differences, started at that stage."""
    for z, y in COLUMNS:
        e = np.exp(z)
        S, p = e.sum(), e / e.sum()

        def from_p(p, y=y):
            return -anp.sum(y * anp.log(p))

        def from_S(S, e=e):
            return from_p(e / S)

        def from_e(e):
            return from_p(e / anp.sum(e))

        dp = -y / p
        dS = -np.sum(dp * e / S**2)
        de = dp / S + dS
        dz = de * e
        for f, x, slope in (
            (from_p, p, dp),
            (from_S, np.array(S), dS),
            (from_e, e, de),
            (lambda z: from_e(anp.exp(z)), z, dz),
        ):
            close(grad(f)(x), slope, atol=1e-12)
            close(gradient_of(f)(x), slope, rtol=1e-6, atol=1e-9)


@checks("eq-softmax-own", "eq-softmax-other", "eq-softmax-jacobian")
def the_jacobian_three_ways():
    for z in Z.T:
        e, S, p = np.exp(z), np.exp(z).sum(), softmax(z)
        J = np.diag(p) - np.outer(p, p)
        close(jacobian(by_definition)(z), J, atol=1e-12)
        close(gradient_of(softmax)(z), J, atol=1e-9)
        close(np.diag(J), e / S - e * e / S**2)
        close(J[1, 3], -e[1] * e[3] / S**2)
        close(J, J.T)
        close(J.sum(axis=0), 0, atol=1e-12)


@checks("eq-softmax-back", "eq-collapsed")
def back_through_the_jacobian():
    for z, y in COLUMNS:
        p = softmax(z)
        J = np.diag(p) - np.outer(p, p)
        close(J.T @ (-y / p), p - y, atol=1e-12)
        close(grad(loss_of_z)(z, y), p - y, atol=1e-12)
        close(gradient_of(loss_of_z)(z, y), p - y, atol=1e-9)


@checks("eq-softmax-delta")
def delta_of_the_batch():
    def mean_loss(Z):
        return anp.mean(anp.array([loss_of_z(Z[:, k], Y[:, k]) for k in range(Z.shape[1])]))

    delta = (softmax(Z) - Y) / Z.shape[1]
    close(grad(mean_loss)(Z), delta, atol=1e-12)
    close(gradient_of(SOFTMAX_CROSS_ENTROPY.value)(Z, Y), delta, atol=1e-9)
    close(SOFTMAX_CROSS_ENTROPY.grad(Z, Y), delta)


@checks("eq-log-softmax")
def log_softmax():
    """The loss with all of the target on one class is -ln p of that class."""
    for z in Z.T:
        log_p = [-SOFTMAX_CROSS_ENTROPY.value(z[:, None], y[:, None]) for y in np.eye(len(z))]
        close(log_p, np.log(by_definition(z)))


@checks("eq-lse")
def log_sum_exp():
    losses = [np.log(np.exp(z).sum()) - y @ z for z, y in COLUMNS]
    close(losses, [loss_of_z(z, y) for z, y in COLUMNS])


@checks("eq-temperature")
def slope_by_temperature():
    for z, y in COLUMNS:
        for T in (0.5, 1.0, 3.0):

            def loss(T, z=z, y=y):
                return loss_of_z(z / T, y)

            slope = -np.sum((softmax(z / T) - y) * z) / T**2
            close(grad(loss)(T), slope, atol=1e-12)
            close(gradient_of(loss)(np.array(T)), slope, rtol=1e-6, atol=1e-9)


@checks("eq-two-classes")
def two_classes():
    for a, b in Z[:2].T:
        close(softmax(np.array([a, b]))[0], 1 / (1 + np.exp(-(a - b))))


@checks("eq-log-odds")
def differences_of_logits_are_log_ratios():
    p = softmax(Z)
    for i, j in ((0, 1), (3, 2), (4, 0)):
        close(np.log(p[i] / p[j]), Z[i] - Z[j])
