"""Chapter 7: sizes of activations, deltas and gradients, over draws of the first weights."""

import numpy as np

from backprop import (
    SOFTMAX_CROSS_ENTROPY,
    SQUARED_ERROR,
    TANH,
    DivergenceError,
    forward,
    gradients,
    init_network,
    predict,
    softmax,
    train,
)
from backprop.backward import backward
from backprop.data import digits
from backprop.experiments.largest_rate import CONVERGED, N_IN, STEPS, WIDTH, M
from claims import claim, spread
from claims.ch07_depth import SCHEMES, first_sizes

SEEDS = range(8)
LAYERS = 10


def size(array):
    return np.sqrt(np.mean(array**2))


def deep_network(seed, gain=1.0, hidden="relu"):
    rng = np.random.default_rng(seed)
    activations = [hidden] * (LAYERS - 1) + ["identity"]
    sizes = [64] + [32] * (LAYERS - 1) + [10]
    network = init_network(sizes, activations, rng=rng, scheme="he_normal")
    for W in network.W[1:]:
        W *= gain
    return network


def passes(network):
    data = digits()
    trace = forward(network, data.X_train)
    delta = backward(network, trace, data.Y_train, SOFTMAX_CROSS_ENTROPY)
    return trace, delta, gradients(trace, delta).W


@claim(
    "07",
    "With the sigmoid the activations keep their size and the deltas shrink on the way back.",
    "With the halved relu weights the gradients are tiny in *all* layers alike",
)
def where_the_gradient_is_lost():
    ratios = {"relu": [], "sigmoid": []}
    for hidden, gain in (("relu", 0.5), ("sigmoid", 1.0)):
        for seed in SEEDS:
            trace, delta, dW = passes(deep_network(seed, gain, hidden))
            ratios[hidden].append(size(dW[1]) / size(dW[LAYERS]))
            assert size(delta[1]) < 0.01 * size(delta[LAYERS])
            if hidden == "sigmoid":
                assert 0.5 < size(trace.a[LAYERS - 1]) / size(trace.a[0]) < 2
            else:
                assert max(map(size, dW[1:])) < 1e-3
    assert min(ratios["relu"]) > 0.1 and max(ratios["relu"]) < 10
    assert max(ratios["sigmoid"]) < 1e-3
    return f"dW^1 over dW^10: relu {spread(ratios['relu'])}; sigmoid {spread(ratios['sigmoid'])}"


@claim(
    "07",
    "the slopes that shrink the deltas on the way back have shrunk the differences between images"
    " on the way forward.",
    "So after six epochs such a network gives every image one answer, about a tenth for each digit,"
    " and its loss has come down to $\\ln 10$ and no further.",
)
def a_deep_sigmoid_answers_all_alike():
    data, apart, losses = digits(), [], []
    for seed in SEEDS:
        network = deep_network(seed, hidden="sigmoid")
        a = forward(network, data.X_train).a[LAYERS - 1]
        apart.append(np.max(a.std(axis=1)))
        first = network.W[LAYERS].copy()
        settings = {"learning_rate": 0.02, "epochs": 6, "batch_size": 32}
        rng = np.random.default_rng(seed)
        history = train(
            network, data.X_train, data.Y_train, SOFTMAX_CROSS_ENTROPY, rng=rng, **settings
        )
        assert size(network.W[LAYERS] - first) > 0.01
        shares = softmax(predict(network, data.X_train))
        assert np.max(shares.std(axis=1)) < 1e-3 and np.max(np.abs(shares - 0.1)) < 0.01
        losses.append(history.loss[-1])
    assert max(apart) < 3e-5 and all(abs(loss - np.log(10)) < 0.003 for loss in losses)
    return f"a^9 differs between images by {spread(apart)}; loss {spread(losses, '{:.3f}')}"


@claim(
    "07",
    "Over other draws it is mostly between a thousandth and a ten-thousandth.",
)
def the_rate_that_depth_bears():
    shares = []
    for seed in SEEDS:
        largest = {}
        for depth, rates in ((1, np.geomspace(0.5, 3, 7)), (10, np.geomspace(3e-5, 1e-2, 15))):
            largest[depth] = max(rate for rate in rates if converges(depth, rate, seed))
        shares.append(largest[10] / largest[1])
    assert sum(1 / 10_000 < share < 1 / 1000 for share in shares) >= 6
    assert min(shares) > 1 / 20_000 and max(shares) < 1 / 500
    return spread(shares)


@claim("07", "With half the variance, $1/n_{l-1}$, depth 10 bears at least ten times the rate.")
def the_rate_that_depth_bears_with_smaller_weights():
    more = []
    for seed in SEEDS:
        rates = np.geomspace(3e-5, 1, 25)
        full, half = (
            max(rate for rate in rates if converges(10, rate, seed, variance))
            for variance in (1.0, 0.5)
        )
        more.append(half / full)
    assert min(more) >= 10
    return f"{spread(more, '{:.0f}')} times"


@claim(
    "07",
    "(On paper for ever; on a computer rounding may part them, tens of epochs later.)",
)
def rounding_parts_the_copies():
    data, at_10, at_60 = digits(), [], []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        network = init_network((64, 30, 10), ("tanh", "identity"), rng=rng)
        for W in network.W[1:]:
            W[:] = 0.1
        for epochs, apart in ((10, at_10), (50, at_60)):
            settings = {"learning_rate": 0.3, "epochs": epochs, "batch_size": 20, "rng": rng}
            X, Y = data.X_train[:, :500], data.Y_train[:, :500]
            train(network, X, Y, SOFTMAX_CROSS_ENTROPY, **settings)
            apart.append(np.abs(network.W[1] - network.W[1][0]).max())
    assert max(at_10) < 1e-12 and min(at_60) > 0.1
    return f"rows of W^1 apart after 10 epochs {spread(at_10, '{:.0e}')}, after 60 {spread(at_60)}"


def converges(depth, rate, seed, variance=1.0):
    """The game of the chapter, with weights and data of another seed, of that part of the variance."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N_IN, M))
    Y = rng.normal(size=(1, N_IN)) @ X
    sizes = [N_IN, *[WIDTH] * (depth - 1), 1]
    network = init_network(sizes, "identity", rng=rng, scheme="he_normal")
    for W in network.W[1:]:
        W *= np.sqrt(variance)
    first = SQUARED_ERROR.value(predict(network, X), Y)
    try:
        history = train(
            network,
            X,
            Y,
            SQUARED_ERROR,
            learning_rate=rate,
            epochs=STEPS,
            batch_size=M,
            rng=rng,
        )
    except DivergenceError:
        return False
    return history.loss[-1] < CONVERGED * first


@claim(
    "07",
    "its first weights, those before any training, were half as large as they should have been",
)
def half_the_weights_learn_nothing():
    data, losses = digits(), []
    for seed in SEEDS:
        network = deep_network(seed, 0.5)
        settings = {"learning_rate": 0.02, "epochs": 6, "batch_size": 32}
        rng = np.random.default_rng(seed)
        history = train(
            network, data.X_train, data.Y_train, SOFTMAX_CROSS_ENTROPY, rng=rng, **settings
        )
        losses.append(history.loss[-1])
    assert all(abs(loss - np.log(10)) < 0.01 for loss in losses)
    return f"loss after 6 epochs {spread(losses, '{:.3f}')}, ln 10 = 2.303"


@claim(
    "07",
    "With twice the weights, in this draw and in most others, the first steps are so large that the"
    " numbers overflow.",
)
def twice_the_weights_overflow():
    data, failed = digits(), 0
    for seed in SEEDS:
        settings = {"learning_rate": 0.02, "epochs": 6, "batch_size": 32}
        rng = np.random.default_rng(seed)
        try:
            train(
                deep_network(seed, 2.0),
                data.X_train,
                data.Y_train,
                SOFTMAX_CROSS_ENTROPY,
                rng=rng,
                **settings,
            )
        except DivergenceError:
            failed += 1
    assert failed >= 7, failed
    return f"{failed} of {len(SEEDS)} seeds"


@claim("07", "Neither scheme saves the sigmoid")
def the_sigmoid_vanishes():
    sizes = [
        size
        for depth in (10, 20)
        for scheme in SCHEMES
        for size in first_sizes(depth, "sigmoid", scheme, seeds=SEEDS)
    ]
    assert max(sizes) < 1e-4
    return (
        f"delta^1 over delta^L at most {max(sizes):.1e}, 10 and 20 layers, {len(SEEDS)} seeds each"
    )


@claim("07", "Nineteen steps leave about a thousandth, by the rule $(1/\\sqrt{2})^{19} = 0.0014$.")
def relu_with_glorots_weights():
    sizes = first_sizes(20, "relu", "glorot_uniform", seeds=range(24))
    assert 1 / 3 < np.median(sizes) / 0.0014 < 3
    return f"{spread(sizes)}, median {np.median(sizes):.1e}"


@claim("07", "first with weights a tenth of Glorot's size, then with Glorot's own")
def the_detour():
    n, m, ends = 30, 64, {}
    for share in (0.1, 1):
        for seed in SEEDS:
            rng = np.random.default_rng(seed)
            with_detour = without = rng.normal(size=(n, m))
            for _ in range(50):
                W = rng.normal(0, share / np.sqrt(n), size=(n, n))
                slope = TANH.df(rng.normal(0, 0.1, size=(n, m)))
                with_detour = with_detour + W.T @ (with_detour * slope)
                without = W.T @ (without * slope)
            ends.setdefault(share, []).append((size(with_detour), size(without)))
    assert all(0.5 < w < 3 and without < 1e-40 for w, without in ends[0.1])
    assert all(w > 1e5 and without > 1e-4 for w, without in ends[1])
    ends_with, ends_without = zip(*ends[1])
    return f"Glorot's own: {spread(ends_with)} with the detour, {spread(ends_without)} without"


@claim("07", "of 100 layers of 20 units about two thirds have less than a hundredth of the size.")
def single_draws_stray():
    sizes = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        layers = ["relu"] * 99 + ["identity"]
        network = init_network([20] * 101, layers, rng=rng, scheme="he_normal")
        trace = forward(network, rng.normal(size=(20, 30)))
        delta = first = rng.normal(size=(20, 30))
        for l in range(99, 0, -1):
            delta = (network.W[l + 1].T @ delta) * network.activations[l].df(trace.z[l])
        sizes.append(size(delta) / size(first))
    share = np.mean(np.array(sizes) < 0.01)
    assert 0.6 < share < 0.75
    return f"{share:.0%}, median {np.median(sizes):.4f}, {spread(sizes)}"
