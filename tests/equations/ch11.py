"""The equation of chapter 11."""

import numpy as np
from helpers import rng

from equations import checks


@checks("eq-accuracy-deviation")
def the_deviation_of_many_runs():
    p, m, runs = 0.9, 400, 20_000
    accuracies = rng().binomial(m, p, size=runs) / m
    np.testing.assert_allclose(accuracies.std(), np.sqrt(p * (1 - p) / m), rtol=0.02)
