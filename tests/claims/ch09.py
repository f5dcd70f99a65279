"""Chapter 9: what the loss of each specimen does, over networks and data of other seeds."""

import numpy as np

from backprop import (
    SOFTMAX_CROSS_ENTROPY,
    Loss,
    check_gradients,
    init_network,
    predict,
    train,
)
from backprop.data import moons
from backprop.faults import FAULTS, Fault, faulty_training
from claims import claim, spread

SEEDS = range(10, 18)
LN2 = np.log(2)


def losses(specimen, learning_rate=0.3):
    """[the losses of a run] for each seed, all as in the chapter."""
    runs = []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        X, Y = moons(200, rng=rng, noise=0.15)
        network = init_network((2, 8, 8, 2), ("relu", "tanh", "identity"), rng=rng)
        for b in network.b[1:]:
            b[:] = rng.uniform(-0.3, 0.3, size=b.shape)
        runs.append(
            faulty_training(
                FAULTS.get(specimen, Fault("healthy", "", "")),
                network,
                X,
                Y,
                SOFTMAX_CROSS_ENTROPY,
                learning_rate=learning_rate,
                epochs=30,
                batch_size=20,
                rng=rng,
            )
        )
    return runs


def last(runs):
    return np.array([run[-1] for run in runs])


@claim("09", "- **Believing a falling loss.** B and E fall like the healthy run.")
def b_and_e_fall():
    healthy, b, e = (last(losses(name)) for name in ("healthy", "B", "E"))
    for ratio in (b / healthy, e / healthy):
        assert 0.8 < np.median(ratio) < 1.2 and ratio.max() < 1.6
    return f"last loss over the healthy one: B {spread(b / healthy)}, E {spread(e / healthy)}"


@claim("09", "The loss of this network stops far above the healthy one.")
def f_gets_stuck():
    ratio = last(losses("F")) / last(losses("healthy"))
    assert np.sum(ratio > 1.5) >= 7 and np.median(ratio) > 3
    return f"{spread(ratio)} times the healthy one, over 1.5 in {np.sum(ratio > 1.5)}"


@claim(
    "09",
    "in 30 epochs at $\\eta = 0.3$ to about $\\ln 2 \\approx 0.693$",
    "and at $\\eta = 1$ beyond it.",
)
def g_rises_again():
    slow, fast = losses("G"), losses("G", 1.0)
    assert all(min(run) < 0.9 * run[-1] for run in slow), "falls first"
    assert np.all(np.abs(last(slow) - LN2) < 0.08)
    assert np.all(last(fast) > LN2)
    return f"eta 0.3: {spread(last(slow))}; eta 1: {spread(last(fast))}"


@claim("09", "H: the loss rises at once and gets out of hand")
def h_rises():
    runs = losses("H")
    assert all(run[0] < run[1] < run[2] and run[-1] > 10 * run[0] for run in runs)
    return f"last loss {spread(last(runs))}"


@claim("09", "J: the loss stays near ln 2, at both learning rates")
def j_stays():
    ends = np.concatenate([last(losses("J", rate)) for rate in (0.3, 1.0)])
    assert np.all(np.abs(ends - LN2) < 0.1)
    return f"{ends.min():.2f} to {ends.max():.2f}, two rates, {len(SEEDS)} seeds"


@claim("09", "K: the loss starts at ln 2 and hardly leaves it")
def k_hardly_moves():
    runs = [*losses("K"), *losses("K", 1.0)]
    assert all(np.max(np.abs(run - LN2)) < 0.1 for run in map(np.asarray, runs))
    return f"at most {max(np.max(np.abs(np.asarray(run) - LN2)) for run in runs):.3f} away"


@claim("09", "with other first weights it can fall as far as the healthy one.")
def a_learns():
    ratio = last(losses("A")) / last(losses("healthy"))
    assert ratio.min() < 1 < np.median(ratio)
    return f"last loss over the healthy one: {spread(ratio)}"


@claim(
    "09",
    "(In other draws A, B, D and the healthy program itself now and then end higher, and C, E, G, H and I"
    " mostly do.)",
)
def which_get_worse_at_the_larger_rate():
    ends = {
        name: (last(losses(name)), last(losses(name, 1.0))) for name in ["healthy", *"ABCDEFGHIJK"]
    }
    higher = {name: np.sum(fast > slow) for name, (slow, fast) in ends.items()}
    assert all(1 <= higher[name] <= len(SEEDS) / 2 for name in ("healthy", *"ABD"))
    assert all(higher[name] >= len(SEEDS) - 1 for name in "CEGHI")
    assert all(0.85 < np.median(ends[n][1] / ends[n][0]) < 1.15 for n in "FJK")
    return "end higher: " + ", ".join(f"{name} {count}" for name, count in higher.items()) + " of 8"


@claim("09", "This one can't, since each epoch pairs them anew.")
def j_cannot_learn_twenty_by_heart():
    ends = {"J": [], "healthy": []}
    for seed in SEEDS:
        X, Y = moons(20, rng=np.random.default_rng(seed), noise=0.15)
        for name, of_seeds in ends.items():
            network = init_network(
                (2, 8, 8, 2), ("relu", "tanh", "identity"), rng=np.random.default_rng(seed)
            )
            run = faulty_training(
                FAULTS.get(name, Fault("healthy", "", "")),
                network,
                X,
                Y,
                SOFTMAX_CROSS_ENTROPY,
                learning_rate=0.5,
                epochs=600,
                batch_size=20,
                rng=np.random.default_rng(1),
            )
            of_seeds.append(run[-1])
    assert min(ends["J"]) > 0.4 and np.median(ends["healthy"]) < 0.02
    assert max(ends["healthy"]) < 0.3
    return f"J {spread(ends['J'])}, healthy {spread(ends['healthy'])}"


@claim("09", "It ends at half the variance of the targets,")
def broadcast_errors_end_at_the_variance():
    def errors(a, y):
        return a - y.reshape(-1, 1)

    loss = Loss(
        "broadcast",
        lambda a, y: np.mean(0.5 * errors(a, y) ** 2),
        lambda a, y: errors(a, y).mean(axis=0, keepdims=True) / a.shape[1],
    )
    ratios = []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x = rng.uniform(-1, 1, size=(1, 20))
        y = x + rng.normal(0, 0.1, size=(1, 20))
        network = init_network((1, 8, 1), ("tanh", "identity"), rng=rng)
        assert check_gradients(network, x, y, loss).passed
        train(network, x, y, loss, learning_rate=0.3, epochs=500, batch_size=20, rng=rng)
        ratios.append(loss.value(predict(network, x), y) / (np.var(y) / 2))
    assert max(ratios) < 1.001
    return f"{spread(ratios, '{:.4f}')} of half the variance"
