"""The checkers of chapter 6, softmax and cross-entropy."""

import numpy as np

from backprop.activations import softmax
from backprop.exercises.checkers import Function, Values, gradient_of
from backprop.losses import SOFTMAX_CROSS_ENTROPY

Z_1 = np.array([[0.2], [-0.5], [1.1]])  # exercise 1
Z_2 = np.array([[0.2, 2.0], [-0.5, 0.0], [1.1, -1.0]])  # exercise 2: (K, m) = (3, 2)
Y_2 = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])


def log_softmax(z):
    """ln p from logits z (K, m), with no overflow and no ln 0."""
    shifted = z - z.max(axis=0, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))


def _columns():
    return {
        "one column of logits": (Z_1,),
        "two columns": (Z_2,),
        "logits as large as 1000": (np.array([[1000.0, 0.0], [0.0, -1000.0], [-1000.0, 3.0]]),),
        "equal logits": (np.zeros((4, 1)),),
    }


def _vectors():
    return {
        "z = (1.3, 0.4, -0.7)": (np.array([1.3, 0.4, -0.7]),),
        "two equal logits": (np.zeros(2),),
        "one logit far above the others": (np.array([30.0, 0.0, 1.0, -2.0]),),
        "logits as large as 1000": (np.array([1000.0, 0.0, -1000.0]),),
    }


def _loss_at(T, z, y):
    return SOFTMAX_CROSS_ENTROPY.value(z.reshape(-1, 1) / T, y.reshape(-1, 1))


def _temperatures():
    z, y = np.array([1.3, 0.4, -0.7]), np.array([0.0, 1.0, 0.0])
    return {
        "T = 1": (np.array(1.0), z, y),
        "T = 0.5": (np.array(0.5), z, y),
        "T = 3 and class 1 right": (np.array(3.0), z, np.array([1.0, 0.0, 0.0])),
        "equal logits": (np.array(2.0), np.ones(3), y),
    }


def _random_temperature(rng):
    K = rng.integers(2, 7)
    return np.array(rng.uniform(0.3, 4)), rng.normal(scale=2, size=K), np.eye(K)[rng.integers(K)]


def _by_temperature(power):
    def slope(T, z, y):
        return -np.sum((softmax(z / T) - y) * z) / T**power

    return slope


CHECKERS = {
    "softmax-and-cross-entropy-1-p": Values(
        lambda: softmax(Z_1)[:, 0],
        digits=4,
        why="each number is above 0 and together they are 1, so they can pass for probabilities.",
        hint="Take e to the power of each logit, then divide each by the sum of the three.",
        mistakes={
            "these are the powers themselves: divide each by their sum.": lambda _: np.exp(Z_1),
            "you divided the logits by their sum: the exponential comes first.": lambda _: (
                Z_1 / Z_1.sum()
            ),
        },
    ),
    "softmax-and-cross-entropy-1-loss": Values(
        lambda: -np.log(softmax(Z_1)[0, 0]),
        digits=4,
        why="it is the price of having given class 1, which was right, only a quarter.",
        hint="Only one of the three probabilities counts: that of the class that is right.",
        mistakes={
            "that is the loss if class 2 were right; class 1 is.": -np.log(softmax(Z_1)[1, 0]),
            "that is the loss if class 3 were right; class 1 is.": -np.log(softmax(Z_1)[2, 0]),
            "the minus sign is missing: the logarithm of a probability is below 0.": lambda r: -r,
            "that is the logarithm to the base 10; use the natural one, ln.": lambda r: (
                r / np.log(10)
            ),
            "1 - p is not the loss: it is minus the logarithm of p.": 1 - softmax(Z_1)[0, 0],
        },
    ),
    "softmax-and-cross-entropy-2": Values(
        lambda: SOFTMAX_CROSS_ENTROPY.grad(Z_2, Y_2),
        digits=4,
        why="each column adds up to 0: what one logit is pushed up, the others are pushed down.",
        hint="It is the probability minus the target, and the mean over the batch is in it too.",
        mistakes={
            "off by the factor m = 2: the loss is a mean, so delta has 1/m in it.": lambda r: 2 * r,
            "the sign: delta is p - Y. Training subtracts it afterwards.": lambda r: -r,
            "both the sign and the factor 1/m: delta is (p - Y) / m.": lambda r: -2 * r,
            "these are the probabilities over m: subtract the targets first.": lambda _: (
                softmax(Z_2) / 2
            ),
            "that is dL/dp, one stage before: go on through the softmax.": lambda _: (
                -Y_2 / softmax(Z_2) / 2
            ),
            "the softmax ran along the rows: each column is an example, so axis=0.": lambda _: (
                (softmax(Z_2.T).T - Y_2) / 2
            ),
        },
    ),
    "softmax-and-cross-entropy-3": Function(
        gradient_of(softmax),
        _vectors,
        lambda rng: (rng.normal(scale=2, size=rng.integers(2, 7)),),
        why="it agrees with central differences, off the diagonal too.",
        hint="Entry (i, j) is p_i times (1 if i = j else 0, minus p_j).",
        mistakes={
            "only the diagonal is there: raising one logit also lowers the others' shares.": lambda z: (
                np.diag(softmax(z) * (1 - softmax(z)))
            ),
            "that is p (1 - p) as a vector: every output depends on every logit, so K x K.": lambda z: (
                softmax(z) * (1 - softmax(z))
            ),
            "the sign: the diagonal is positive, for a logit raises its own share.": lambda z: (
                np.outer(softmax(z), softmax(z)) - np.diag(softmax(z))
            ),
            "the diagonal of p is missing: outer(p, p) is only what is subtracted.": lambda z: (
                -np.outer(softmax(z), softmax(z))
            ),
        },
    ),
    "softmax-and-cross-entropy-4": Function(
        log_softmax,
        _columns,
        lambda rng: (rng.normal(scale=3, size=rng.integers(1, 7, size=2)),),
        why="it is finite wherever the differences of the logits are, which is what a loss needs.",
        hint="Subtract the column's largest logit first, and take one logarithm, of the sum.",
        mistakes={
            "right for small logits, but where p rounds to 0 its logarithm is -inf: don't form p.": (
                lambda z: np.log(softmax(z))
            ),
            "e to the power of 1000 overflows: subtract the column's largest logit first.": lambda z: (
                z - np.log(np.exp(z).sum(axis=0, keepdims=True))
            ),
            "the sum runs along the rows: each column is an example, so axis=0.": lambda z: (
                log_softmax(z.T).T
            ),
            "these are the probabilities: their logarithm is asked for.": softmax,
            "the sign: the logarithm of a probability is at most 0.": lambda z: -log_softmax(z),
        },
    ),
    "softmax-and-cross-entropy-5": Function(
        gradient_of(_loss_at),
        _temperatures,
        _random_temperature,
        why="so a temperature can be learned like a weight: it is one more number with a slope.",
        hint="The chain rule: the slope by z / T is p - y, and the slope of z_k / T by T follows.",
        mistakes={
            "the sign: a larger T makes z / T smaller for a positive z.": lambda T, z, y: (
                -_by_temperature(2)(T, z, y)
            ),
            "the slope of z_k / T by T has the factor z_k.": lambda T, z, y: np.float64(0),
            "the slope of 1/T is -1/T^2, with a square.": _by_temperature(1),
            "right at T = 1 only: the slope of 1/T is -1/T^2.": _by_temperature(0),
            "p is the softmax of z / T, not of z.": lambda T, z, y: (
                -np.sum((softmax(z) - y) * z) / T**2
            ),
        },
    ),
}
