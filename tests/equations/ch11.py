"""The equation of chapter 11."""

import numpy as np
from helpers import rng

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
