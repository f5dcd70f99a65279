"""Chapter 7: what depth does to delta, over draws of the first weights."""

import numpy as np

from backprop import SQUARED_ERROR, forward, init_network
from backprop.backward import backward
from backprop.experiments.depth import (
    HOLDS,
    WAYS_OUT,
    both_sizes,
    drawn_sizes,
    passes,
    relative_sizes,
)
from backprop.explorables.depth import CONTROLS
from claims import claim, spread

SEEDS = range(12)
SCHEMES = ("glorot_uniform", "he_normal")
(DEPTHS,) = (control.values for control in CONTROLS if control.name == "depth")


def first_sizes(depth, activation, scheme, way="none", seeds=SEEDS):
    """The size of delta^1 over that of delta^L for each seed."""
    draws = map(np.random.default_rng, seeds)
    return [relative_sizes(depth, activation, scheme, way, rng=draw)[0] for draw in draws]


def with_larger_weights(depth, gain=2.0):
    """The size of delta^1 over that of delta^L, relu and that many times the weights of he_normal."""
    sizes = []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        activations = ["relu"] * (depth - 1) + ["identity"]
        network = init_network([30] * (depth + 1), activations, rng=rng, scheme="he_normal")
        for W in network.W[1:]:
            W *= gain
        X, Y = rng.normal(size=(2, 30, 64))
        delta = backward(network, forward(network, X), Y, SQUARED_ERROR)
        sizes.append(np.sqrt(np.mean(delta[1] ** 2) / np.mean(delta[depth] ** 2)))
    return sizes


@claim(
    "07",
    "With twice the weights of `he_normal` relu explodes from 4 layers on, at 20 layers with a fifth more.",
)
def larger_weights_explode():
    for depth in (4, 5, 8):
        assert min(with_larger_weights(depth)) > HOLDS
    assert min(with_larger_weights(3)) < HOLDS < min(with_larger_weights(20, 1.2))
    cases = {"3 layers": (3,), "4 layers": (4,), "20 layers, a fifth more": (20, 1.2)}
    return "; ".join(
        f"{name}: {spread(with_larger_weights(*case))}" for name, case in cases.items()
    )


@claim(
    "07",
    "with it the sigmoid's delta holds at every depth.",
    "the two cancel, and delta holds again.",
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
    "With Glorot's weights the sums of a sigmoid layer that has one below it have a deviation of about a"
    " fifth, and its slopes are about a fifth",
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
    "The dotted line still falls, at 20 layers to less than a hundredth: the activations grow from layer to"
    " layer, and become more alike from example to example, so that what the examples add to a gradient has"
    " one sign.",
)
def the_detour_leaves_small_gradients():
    sizes, grown, added = [], [], []
    for scheme in SCHEMES:
        for seed in SEEDS:
            rng = np.random.default_rng(seed)
            sizes.append(both_sizes(20, "sigmoid", scheme, "residual", rng=rng)[1][0])
            a, delta = sent_through("residual", "sigmoid", seed, scheme)
            grown.append(size(a[19]) / size(a[0]))
            one_sign = [64 * size(delta[l]) * size(a[l - 1]) for l in (1, 20)]  # what dW^l would be
            added.append([size(delta[l] @ a[l - 1].T) / one for l, one in zip((1, 20), one_sign)])
    first, last = np.transpose(added)
    assert max(sizes) < 0.01 and min(grown) > 5 and max(first) < 0.3 and min(last) > 0.8
    return (
        f"dW^1 {spread(sizes)} of dW^20; activations grow {spread(grown, '{:.0f}')} times; of the sum of"
        f" sizes {spread(first, '{:.2f}')} are left in layer 1, {spread(last, '{:.2f}')} in layer 20"
    )


def sent_through(way, activation, seed, scheme="he_normal", gain=1.0):
    """The a^l and delta^l of 20 layers of 30 units, the weights `gain` times those of the scheme."""
    rng = np.random.default_rng(seed)
    activations = [activation] * 19 + ["identity"]
    network = init_network([30] * 21, activations, rng=rng, scheme=scheme)
    for W in network.W[1:]:
        W *= gain
    return passes(WAYS_OUT[way], network, *rng.normal(size=(2, 30, 64)))


def size(array):
    return np.sqrt(np.mean(array**2))


@claim(
    "07",
    "at 20 layers delta explodes with either scheme.",
    "With a tenth of He's weights it does not.",
    "relu explodes at 20 layers here as well, whatever the size of the first weights",
    "each layer multiplies delta by about 1.2.",
)
def ways_out_that_explode():
    def first(way, scheme="he_normal", gain=1.0):
        passed = (sent_through(way, "relu", seed, scheme, gain)[1] for seed in SEEDS)
        return np.array([size(delta[1]) / size(delta[20]) for delta in passed])

    residual = np.concatenate([first("residual", s) for s in SCHEMES])
    small = first("residual", gain=0.1)
    normalised = np.concatenate([first("normalised", gain=gain) for gain in (0.1, 1, 10)])
    assert min(residual) > 100 and max(small) < HOLDS and min(normalised) > HOLDS
    each = normalised ** (1 / 19)
    assert min(each) > 1.1 and max(each) < 1.3
    return (
        f"20 layers, relu: {spread(residual)} residual, {spread(small)} with a tenth of the weights,"
        f" {spread(normalised)} normalised"
    )


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


@claim(
    "07",
    "(At 8 layers with Glorot's weights, where this one is at the band's edge, most other draws explode.)",
)
def a_detour_that_just_holds():
    of_frame = drawn_sizes(8, "relu", "glorot_uniform", "residual")[0][0]
    sizes = np.array(first_sizes(8, "relu", "glorot_uniform", "residual", seeds=range(60)))
    assert 8 < of_frame < HOLDS and np.mean(sizes > HOLDS) > 0.5
    return f"the frame {of_frame:.1f}, of 60 draws {np.mean(sizes > HOLDS):.0%} above ten"


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
    "Without a way out, at 3 layers with the sigmoid and `he_normal`, at 8 with relu and the smaller"
    " weights, and now and then at 16 and 20 with relu and the larger, another draw can fall on the other"
    " side of the band's"
    " edge.",
)
def where_the_draw_decides():
    measured = []
    for case in ((3, "sigmoid", "he_normal"), (8, "relu", "glorot_uniform")):
        sizes = first_sizes(*case)
        assert min(sizes) < 1 / HOLDS < max(sizes)
        measured.append(spread(sizes))
    for depth in (16, 20):
        sizes = np.array(first_sizes(depth, "relu", "he_normal", seeds=range(100)))
        assert 0 < np.mean(sizes > HOLDS) < 0.1
        measured.append(f"{depth} layers: {np.mean(sizes > HOLDS):.0%} of 100 explode")
    return "; ".join(measured)
