"""The equation of chapter 9."""

import numpy as np
from helpers import autograd_gradients, problem

from backprop import SQUARED_ERROR, forward
from backprop.backward import backward
from equations import checks, close


@checks("eq-bias-is-a-sum")
def the_bias_gradient_is_the_sum_and_not_the_mean():
    network, X, Y = problem(m=5)
    delta = backward(network, forward(network, X), Y, SQUARED_ERROR)
    _, by_autograd = autograd_gradients(network, X, Y, SQUARED_ERROR)
    for l in range(1, network.L + 1):
        columns = [delta[l][:, [k]] for k in range(5)]
        close(sum(columns), by_autograd[l - 1], rtol=1e-9)
        assert not np.allclose(sum(columns) / 5, by_autograd[l - 1])
