"""What is said of a loss and an output layer that are not made for each other."""

import numpy as np

from backprop._expects import Instance
from backprop.activations import ACTIVATIONS, IDENTITY, SIGMOID, TANH
from backprop.losses import BINARY_CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY, SQUARED_ERROR, Loss


def check_output(loss, activation, K):
    """Refuse to train with an output layer of K units that is not made for the loss."""
    own = activation not in ACTIVATIONS.values()  # what it gives is looked at step by step
    if loss == BINARY_CROSS_ENTROPY and not own and _leaves_probabilities(activation):
        raise ValueError(
            "loss: BINARY_CROSS_ENTROPY takes the logarithm of probabilities, and a "
            f"{activation.name} output can leave [0, 1]; give the output layer a 'sigmoid'"
        )
    if (
        loss == SOFTMAX_CROSS_ENTROPY
        and activation not in (SIGMOID, TANH)
        and _flattens(activation)
    ):
        raise ValueError(
            "loss: SOFTMAX_CROSS_ENTROPY takes logits, any numbers, and applies the softmax itself; a "
            f"{activation.name} before it flattens some of them, and what it flattens learns next to "
            "nothing; give the output layer the 'identity' (one name for all layers is the output's too)"
        )
    if loss == SOFTMAX_CROSS_ENTROPY and activation in (SIGMOID, TANH):
        spread = np.exp(1 if activation == SIGMOID else 2)  # of the largest logit over the least
        raise ValueError(
            "loss: SOFTMAX_CROSS_ENTROPY takes logits and applies the softmax itself; a "
            f"{activation.name} before it keeps every probability below "
            f"{spread / (spread + K - 1):.2f} for {K} classes; give the output layer the 'identity'"
        )


SUMS = np.array([[-10.0, -1.0, 1.0, 10.0]])  # at which an activation is tried


def _leaves_probabilities(activation):
    """Whether it gives something below 0 or above 1."""
    a = activation.f(SUMS)
    return a.min() < 0 or a.max() > 1


def _flattens(activation):
    """Whether its slope is somewhere less than a tenth of what it is elsewhere."""
    with np.errstate(all="ignore"):
        slopes = np.abs(activation.df(SUMS))
    return slopes.min() < slopes.max() / 10


LOSS_FOR_OUTPUT = Instance(Loss, check_output=check_output)  # stands behind the network


def hint_at_logits(network, Y, loss):
    """What a learner may have meant who takes the squared error of logits."""
    one_hot = len(Y) > 1 and np.isin(Y, (0, 1)).all() and (Y.sum(axis=0) == 1).all()
    if loss == SQUARED_ERROR and network.activations[-1] == IDENTITY and one_hot:
        return " For one-hot targets and an identity output, SOFTMAX_CROSS_ENTROPY is the loss that fits."
    return ""
