"""Chapter 7: what depth does to delta, over draws of the first weights."""

import numpy as np

from backprop import SQUARED_ERROR, forward, init_network
from backprop.backward import backward
from backprop.experiments.depth import HOLDS, both_sizes, relative_sizes
from backprop.explorables.depth import CONTROLS
from claims import claim, spread

SEEDS = range(12)
SCHEMES = ("glorot_uniform", "he_normal")
(DEPTHS,) = (control.values for control in CONTROLS if control.name == "depth")


def first_sizes(depth, activation, scheme, way="none", seeds=SEEDS):
    """The size of delta^1 over that of delta^L for each seed."""
    draws = map(np.random.default_rng, seeds)
    return [relative_sizes(depth, activation, scheme, way, rng=draw)[0] for draw in draws]


def with_weights_doubled(depth):
    """The size of delta^1 over that of delta^L, relu and twice the weights of he_normal."""
    sizes = []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        activations = ["relu"] * (depth - 1) + ["identity"]
        network = init_network([30] * (depth + 1), activations, rng=rng, scheme="he_normal")
        for W in network.W[1:]:
            W *= 2
        X, Y = rng.normal(size=(2, 30, 64))
        delta = backward(network, forward(network, X), Y, SQUARED_ERROR)
        sizes.append(np.sqrt(np.mean(delta[1] ** 2) / np.mean(delta[depth] ** 2)))
    return sizes


@claim("07", "twice the weights of `he_normal` would make relu explode from 4 layers on.")
def doubled_weights_explode():
    for depth in (4, 5, 8):
        assert min(with_weights_doubled(depth)) > HOLDS
    assert min(with_weights_doubled(3)) < HOLDS
    return (
        f"4 layers: {spread(with_weights_doubled(4))}; 3 layers: {spread(with_weights_doubled(3))}"
    )


@claim(
    "07",
    "with it the sigmoid holds at every depth.",
    "With it the sigmoid holds too",
)
def two_ways_out_for_the_sigmoid():
    measured = []
    for way in ("residual", "normalised"):
        sizes = [
            size
            for depth in DEPTHS
            for scheme in SCHEMES
            for size in first_sizes(depth, "sigmoid", scheme, way)
        ]
        assert min(sizes) > 1 / HOLDS and max(sizes) < HOLDS
        measured.append(f"{way}: {min(sizes):.2g} to {max(sizes):.2g}")
    return f"{', '.join(measured)}, over all depths, schemes and {len(SEEDS)} seeds"


@claim(
    "07",
    "with Glorot's weights a sigmoid layer leaves the next one sums with a deviation of about a fifth,",
    "which makes up for slopes of about a fifth.",
)
def what_normalisation_divides_by():
    deviations, slopes = [], []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        network = init_network([30] * 11, "sigmoid", rng=rng)
        a = rng.normal(size=(30, 64))
        for l in range(1, 10):
            z, sigmoid = network.W[l] @ a, network.activations[l]
            deviation = z.std(axis=1, keepdims=True)
            normal = (z - z.mean(axis=1, keepdims=True)) / deviation
            a = sigmoid.f(normal)
            if l > 1:
                deviations.append(deviation.mean())
                slopes.append(sigmoid.df(normal).mean())
    assert min(deviations) > 0.15 and max(deviations) < 0.25 and np.ptp(slopes) < 0.01
    return f"deviation {min(deviations):.2f} to {max(deviations):.2f}, slope {np.mean(slopes):.3f}"


@claim(
    "07",
    "relu explodes at 20 layers with either way out",
    "a detour alone is no cure for large sums:",
)
def ways_out_that_explode():
    residual, normalised = (
        [size for scheme in SCHEMES for size in first_sizes(20, "relu", scheme, way)]
        for way in ("residual", "normalised")
    )
    assert min(residual) > 100 and min(normalised) > HOLDS
    return f"20 layers, relu: {spread(residual)} residual, {spread(normalised)} normalised"


@claim(
    "07",
    "with relu or tanh it stays in the band",
    "With the sigmoid it falls as delta does.",
)
def gradients_of_the_weights():
    def ends(activation, depth, scheme):
        draws = map(np.random.default_rng, SEEDS)
        pairs = [both_sizes(depth, activation, scheme, rng=draw) for draw in draws]
        return [(of_delta[0], of_weights[0]) for of_delta, of_weights in pairs]

    cases = [(depth, scheme) for depth in DEPTHS for scheme in SCHEMES]
    level = [dW for name in ("relu", "tanh") for case in cases for _, dW in ends(name, *case)]
    assert min(level) > 1 / HOLDS and max(level) < HOLDS
    apart = [dW / delta for case in cases for delta, dW in ends("sigmoid", *case)]
    assert min(apart) > 1 / HOLDS and max(apart) < HOLDS
    return (
        f"relu, tanh: {min(level):.2g} to {max(level):.2g}; sigmoid over that of delta:"
        f" {min(apart):.2g} to {max(apart):.2g}; all depths, schemes, {len(SEEDS)} seeds"
    )


@claim("07", "from 5 layers on it vanishes whatever the draw.")
def a_deep_sigmoid_vanishes():
    deep = [depth for depth in DEPTHS if depth >= 5]
    at_five = [first_sizes(5, "sigmoid", scheme) for scheme in SCHEMES]
    for depth in deep:
        for scheme in SCHEMES:
            assert max(first_sizes(depth, "sigmoid", scheme)) < 1 / HOLDS
    return f"5 layers: {spread(at_five[0])} (Glorot), {spread(at_five[1])} (He)"


@claim("07", "And with no way out chosen tanh holds in every frame.")
def tanh_holds():
    sizes = [
        size
        for depth in DEPTHS
        for scheme in SCHEMES
        for size in first_sizes(depth, "tanh", scheme)
    ]
    assert min(sizes) > 1 / HOLDS and max(sizes) < HOLDS
    return f"{min(sizes):.2g} to {max(sizes):.2g} over all depths, schemes and {len(SEEDS)} seeds"


@claim(
    "07",
    "At 3 layers with the sigmoid, and at 8 with relu and the smaller weights, another draw can fall"
    " on the other side of the band's edge.",
)
def where_the_draw_decides():
    measured = []
    for case in ((3, "sigmoid", "he_normal"), (8, "relu", "glorot_uniform")):
        sizes = first_sizes(*case)
        assert min(sizes) < 1 / HOLDS < max(sizes)
        measured.append(spread(sizes))
    return "; ".join(measured)
