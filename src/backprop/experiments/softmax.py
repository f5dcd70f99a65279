"""Three scores, their probabilities and delta, at a temperature (chapter 6)."""

import numpy as np

from backprop.activations import softmax
from backprop.losses import SOFTMAX_CROSS_ENTROPY

OTHERS = (0.4, -0.7)  # logits 2 and 3, as in the chapter's example
CLASSES = (1, 2, 3)


def state(logit, temperature, target):
    """The scaled logits, the probabilities, the loss and delta = dl/dz, arrays of shape (3,)."""
    z = np.array([[logit, *OTHERS]]).T / temperature  # (3, 1)
    Y = (target == np.array([CLASSES]).T).astype(float)  # (3, 1)
    loss = SOFTMAX_CROSS_ENTROPY.value(z, Y)
    delta = SOFTMAX_CROSS_ENTROPY.grad(z, Y) / temperature
    return z[:, 0], softmax(z)[:, 0], loss, delta[:, 0]
