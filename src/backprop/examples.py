"""The worked example that runs through chapters 1 to 5: a 2-3-2-1 network and two examples.

Small odd numbers, so that few zeros and ones hide a slip. Layer 1 is exact by hand; in each example
one of its units is off.
"""

import numpy as np

from backprop.network import Network


def worked_example():
    """The network (relu, tanh, sigmoid), its inputs X (2, 2) and its targets Y (1, 2)."""
    W1 = np.array([[0.5, -0.3], [0.7, 0.9], [-1.1, 0.3]])
    b1 = np.array([[0.1], [-0.5], [0.3]])
    W2 = np.array([[0.9, -0.7, 0.3], [-0.5, 1.3, 0.7]])
    b2 = np.array([[-0.1], [0.3]])
    W3 = np.array([[1.1, -0.9]])
    b3 = np.array([[0.3]])
    network = Network([None, W1, W2, W3], [None, b1, b2, b3], [None, "relu", "tanh", "sigmoid"])
    X = np.array([[1.5, -0.3], [-0.5, 1.1]])
    Y = np.array([[0.0, 1.0]])
    return network, X, Y
