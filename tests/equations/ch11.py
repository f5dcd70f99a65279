"""The equations of chapter 11."""

import numpy as np
from helpers import rng

from backprop import SOFTMAX_CROSS_ENTROPY, forward
from backprop.backward import backward
from backprop.data import one_hot
from backprop.drawing import like_mnist, paint, read, reader, write
from equations import checks, close


@checks("eq-accuracy-deviation")
def the_deviation_of_many_runs():
    p, m, runs = 0.9, 400, 20_000
    accuracies = rng().binomial(m, p, size=runs) / m
    close(accuracies.std(), np.sqrt(p * (1 - p) / m), rtol=0.02)


@checks("eq-paired")
def the_surplus_of_many_coins():
    b = rng().binomial(15, 0.5, size=20_000)  # of 15 images that only one network reads
    close((b - (15 - b)).std(), np.sqrt(15), rtol=0.02)


@checks("eq-input-gradient")
def the_pixels_of_a_drawing():
    image, target, h = like_mnist(paint(write(5, rng=rng()))), 3, 1e-5
    dX = read(image, target).dX
    for pixel in np.ndindex(28, 28):
        if (pixel[0] + 3 * pixel[1]) % 17:
            continue
        step = np.zeros((28, 28))
        step[pixel] = h
        up, down = (read(image + side * step, target).loss for side in (1, -1))
        close(dX[pixel], (up - down) / (2 * h), rtol=1e-5, atol=1e-8)
    network = reader()
    trace = forward(network, image.reshape(-1, 1))
    delta = backward(network, trace, one_hot([target], 10), SOFTMAX_CROSS_ENTROPY)
    by_hand = [sum(w * d for w, d in zip(column, delta[1][:, 0])) for column in network.W[1].T]
    close(dX.ravel(), by_hand)
