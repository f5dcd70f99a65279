"""`train` against the chapters' functions: the same numbers, in buffers that are made once."""

import tracemalloc

import numpy as np
import pytest
from helpers import DTYPES, arrays_of, bytes_of, case_id, problem, rng, targets

from backprop import (
    ACTIVATIONS,
    BINARY_CROSS_ENTROPY,
    LOSSES,
    SOFTMAX_CROSS_ENTROPY,
    SQUARED_ERROR,
    Activation,
    DivergenceError,
    Loss,
    Network,
    forward,
    gradients,
    init_network,
    minibatches,
    predict,
    sgd_step,
    train,
)
from backprop._fast import AT_ONCE, CACHE, Descent
from backprop.backward import backward

pytestmark = pytest.mark.filterwarnings("error")

# How far two trainings may be apart after some dozen steps, in units of the last place of the
# largest parameter (or of 1): they add the same numbers in another order.
ULP = 16

OWN_ACTIVATION = Activation("own", lambda z: z * z / 10, lambda z: z / 5)
OWN_LOSS = Loss(
    "own",
    lambda a, Y: np.sum((a - Y) ** 4) / 100 / a.shape[1],
    lambda a, Y: (a - Y) ** 3 / 25 / a.shape[1],
)
ENDS = [
    (SQUARED_ERROR, "tanh"),
    (SQUARED_ERROR, "leaky_relu"),
    (SQUARED_ERROR, "identity"),
    (SQUARED_ERROR, OWN_ACTIVATION),
    (BINARY_CROSS_ENTROPY, "sigmoid"),
    (SOFTMAX_CROSS_ENTROPY, "identity"),
    (OWN_LOSS, "identity"),
]


def by_the_chapters(network, X, Y, loss, *, learning_rate, epochs, batch_size, rng):
    for _ in range(epochs):
        for x, y in minibatches(X, Y, batch_size, rng=rng):
            trace = forward(network, x)
            grads = gradients(trace, backward(network, trace, y, loss))
            sgd_step(network, grads, learning_rate)


def distance(network, other):
    """In units of the last place of the largest parameter of each array, or of 1."""
    eps = np.finfo(network.dtype).eps
    return max(
        np.abs(p - q).max() / max(np.abs(p).max(), 1) / eps
        for p, q in zip(arrays_of(network), arrays_of(other), strict=True)
    )


def a_problem(sizes, activations, loss, m, *, dtype=np.float64, order="C", seed=0):
    generator = rng(seed)
    network = init_network(sizes, activations, rng=generator, dtype=dtype)
    for b in network.b[1:]:
        b[:] = generator.uniform(-0.5, 0.5, size=b.shape)
    X = generator.normal(size=(sizes[0], m))
    Y = targets(SOFTMAX_CROSS_ENTROPY if loss is OWN_LOSS else loss, sizes[-1], m, generator)
    return network, *(np.asarray(part, dtype, order=order) for part in (X, Y))


@pytest.mark.parametrize("hidden", [*ACTIVATIONS.values(), OWN_ACTIVATION], ids=lambda a: a.name)
@pytest.mark.parametrize(("loss", "output"), ENDS, ids=case_id)
@pytest.mark.parametrize("dtype", DTYPES)
def test_the_numbers_are_those_of_the_chapters(loss, output, hidden, dtype):
    for layers in ((), (5,), (6, 3, 5)):
        for m, batch_size in ((1, 1), (7, 3), (5, 1), (7, 99), (33, 32)):
            for order in "CF":
                activations = (hidden,) * len(layers) + (output,)
                network, X, Y = a_problem(
                    (4, *layers, 3), activations, loss, m, dtype=dtype, order=order
                )
                expected, start = network.copy(), bytes_of(network)
                settings = {"learning_rate": 0.03, "epochs": 2, "batch_size": batch_size}
                by_the_chapters(expected, X, Y, loss, rng=rng(3), **settings)
                history = train(network, X, Y, loss, rng=rng(3), **settings)
                assert distance(network, expected) <= ULP, (layers, m, batch_size, order)
                assert not set(bytes_of(network)) & set(start)
                value = loss.value(predict(network, X), Y)
                assert history.loss[-1] == pytest.approx(value, rel=64 * float(np.finfo(dtype).eps))


def test_layers_of_different_activations():
    activations = ("relu", OWN_ACTIVATION, "sigmoid", "leaky_relu", "identity", "tanh")
    network, X, Y = a_problem((3, 5, 4, 6, 3, 4, 2), activations, SQUARED_ERROR, 11)
    expected = network.copy()
    settings = {"learning_rate": 0.2, "epochs": 5, "batch_size": 4}
    by_the_chapters(expected, X, Y, SQUARED_ERROR, rng=rng(), **settings)
    train(network, X, Y, SQUARED_ERROR, rng=rng(), **settings)
    assert distance(network, expected) <= ULP


@pytest.mark.parametrize("batch_size", [4, 11])
def test_an_output_wider_than_the_layers_before_it(batch_size):
    network, X, Y = a_problem((4, 2, 3, 5), "tanh", SQUARED_ERROR, 11)
    expected = network.copy()
    settings = {"learning_rate": 0.2, "epochs": 3, "batch_size": batch_size}
    by_the_chapters(expected, X, Y, SQUARED_ERROR, rng=rng(), **settings)
    train(network, X, Y, SQUARED_ERROR, rng=rng(), **settings)
    assert distance(network, expected) <= ULP


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("batch_size", [1, 3, 8])
def test_a_sigmoid_output_of_exactly_0_or_1_trains_as_in_the_chapters(batch_size, dtype):
    # z = 500 x_1 + x_2: a = 1 and 0 where x_1 = 2 and -2, with targets of both kinds
    network = Network(
        [None, np.array([[500, 1]], dtype)], [None, np.zeros((1, 1), dtype)], "sigmoid"
    )
    X = np.array([[2, 2, -2, -2, 0, 0, 0, 0], [0, 0, 0, 0, 0.5, -1, 1, 2]], dtype)
    Y = np.array([[0, 1, 0, 1, 1, 0, 0, 1]], dtype)
    assert predict(network, X)[0, :4].tolist() == [1, 1, 0, 0]
    expected, before = network.copy(), bytes_of(network)
    settings = {"learning_rate": 0.25, "epochs": 3, "batch_size": batch_size}
    by_the_chapters(expected, X, Y, BINARY_CROSS_ENTROPY, rng=rng(), **settings)
    train(network, X, Y, BINARY_CROSS_ENTROPY, rng=rng(), **settings)
    assert distance(network, expected) <= ULP
    assert bytes_of(network) != before


def test_a_loss_of_your_own_that_is_not_finite_ends_it_with_one_output_and_one_example():
    # x = 1, dL/da = 1, so w and b fall by .3 a step: a = w + b = 1, .4, and -.2, where L = inf
    barrier = Loss("barrier", lambda a, Y: a.sum() if a.min() > 0 else np.inf, lambda a, Y: 1)
    network = Network([None, [[1.0]]], [None, [[0.0]]], "identity")
    with pytest.raises(DivergenceError, match="epoch 1 with"):
        train(
            network, np.ones((1, 5)), np.zeros((1, 5)), barrier,
            learning_rate=0.3, epochs=1, batch_size=1, rng=rng(),
        )  # fmt: skip
    assert (network.W[1].item(), network.b[1].item()) == pytest.approx((0.7, -0.3))


@pytest.mark.parametrize(
    ("n_0", "m", "order", "by_column"),
    [
        (6, 9, "C", False), (6, 9, "F", True), (1, 9, "C", False), (6, 1, "F", False),
        (CACHE // 8 // 40 + 1, 40, "C", True),
    ],
)  # fmt: skip
def test_examples_are_gathered_along_the_way_they_lie(n_0, m, order, by_column):
    network, X, Y = a_problem((n_0, 2), "tanh", SQUARED_ERROR, m, order=order)
    assert Descent(network, X, Y, SQUARED_ERROR, 0.1, 4).by_column == by_column


@pytest.mark.parametrize("kind", ["large", "strided", "reversed", "read-only"])
def test_examples_may_lie_in_memory_as_they_like(kind):
    n_0 = CACHE // 8 // 40 + 1 if kind == "large" else 6
    network, X, Y = a_problem((n_0, 4, 2), "tanh", SQUARED_ERROR, 41)
    assert (X.nbytes > CACHE) == (kind == "large")
    plain, expected = X.copy(), network.copy()
    if kind == "strided":
        X = np.repeat(X, 2, axis=1)[:, ::2]
    elif kind == "reversed":
        X = np.ascontiguousarray(X[::-1, ::-1])[::-1, ::-1]
    X.flags.writeable = False
    settings = {"learning_rate": 0.01, "epochs": 2, "batch_size": 8}
    by_the_chapters(expected, plain, Y, SQUARED_ERROR, rng=rng(), **settings)
    train(network, X, Y, SQUARED_ERROR, rng=rng(), **settings)
    assert distance(network, expected) <= ULP
    np.testing.assert_array_equal(X, plain)


def test_digits_with_the_learning_rate_of_a_chapter_stay_together_for_an_epoch():
    from backprop.data import digits

    data = digits(dtype=np.float32)
    network = init_network((64, 32, 10), ("relu", "identity"), rng=rng(), dtype=np.float32)
    expected = network.copy()
    settings = {"learning_rate": 0.3, "epochs": 1, "batch_size": 32}
    arguments = data.X_train, data.Y_train, SOFTMAX_CROSS_ENTROPY
    by_the_chapters(expected, *arguments, rng=rng(1), **settings)
    train(network, *arguments, rng=rng(1), **settings)
    assert distance(network, expected) <= 100


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("m", [AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE + 5])
def test_the_loss_over_many_examples_is_measured_in_parts(loss, m):
    output = {SQUARED_ERROR: "leaky_relu", BINARY_CROSS_ENTROPY: "sigmoid"}.get(loss, "identity")
    network, X, Y = a_problem((3, 4, 5, 2), ("sigmoid", "identity", output), loss, m)
    descent = Descent(network, X, Y, loss, 0.1, 7)
    value = loss.value(predict(network, X), Y)
    assert descent.mean_loss(X, Y) == pytest.approx(value, rel=1e-13)
    few = slice(0, 10)
    value = loss.value(predict(network, X[:, few]), Y[:, few])
    assert descent.mean_loss(X[:, few], Y[:, few]) == pytest.approx(value, rel=1e-13)


def test_measuring_does_not_look_at_the_targets_again():
    network, X, Y = a_problem((3, 2), "identity", SOFTMAX_CROSS_ENTROPY, 5)
    descent = Descent(network, X, Y, SOFTMAX_CROSS_ENTROPY, 0.1, 5)
    # the loss is linear in Y
    assert descent.mean_loss(X, 2 * Y) == pytest.approx(2 * descent.mean_loss(X, Y))


def test_outputs_that_the_loss_cannot_take_are_not_called_targets():
    half = Activation("half", lambda z: z / 2 + 0.5, lambda z: np.full_like(z, 0.5))
    network, X, Y = a_problem((3, 2), half, BINARY_CROSS_ENTROPY, 5)
    descent = Descent(network, X, Y, BINARY_CROSS_ENTROPY, 0.1, 5)
    with pytest.raises(ValueError, match=r"^a: expected probabilities in \[0, 1\]"):
        descent.mean_loss(100 * X, Y)


def test_a_loss_of_your_own_sees_all_examples_at_once():
    seen = []

    def value(a, Y):
        seen.append(a.shape[1])
        return float(np.max(np.abs(a - Y)))  # no mean over the columns

    own = Loss("worst", value, lambda a, Y: np.sign(a - Y) / a.shape[1])
    m = 2 * AT_ONCE + 3
    network, X, Y = a_problem((3, 4, 2), "tanh", SQUARED_ERROR, m)
    history = train(network, X, Y, own, learning_rate=0.01, epochs=1, batch_size=m, rng=rng())
    assert set(seen) == {m}
    assert history.loss[0] == pytest.approx(value(predict(network, X), Y), rel=1e-13)


def test_numbers_whose_squares_overflow_are_no_divergence():
    # 1e200 squared is too large for float64; z = 1e200 is not, and tanh makes it 1
    network, X, Y = a_problem((1, 1, 1), ("tanh", "identity"), SQUARED_ERROR, 3)
    network.W[1][:] = 1e200
    expected = network.copy()
    settings = {"learning_rate": 0.1, "epochs": 3, "batch_size": 2}
    by_the_chapters(expected, X, Y, SQUARED_ERROR, rng=rng(), **settings)
    history = train(network, X, Y, SQUARED_ERROR, rng=rng(), **settings)
    assert len(history.loss) == 3
    assert network.W[1] == 1e200
    assert distance(network, expected) <= ULP


def test_what_a_callback_writes_to_the_network_is_trained_on():
    network, X, Y = problem()
    other, _, _ = problem(seed=9)

    def swap(epoch, network, history):
        if epoch == 1:
            for mine, its in zip(arrays_of(network), arrays_of(other)):
                np.copyto(mine, its)

    settings = {"learning_rate": 0.1, "batch_size": 4}
    train(network, X, Y, SQUARED_ERROR, epochs=2, rng=rng(), callback=swap, **settings)
    train(other, X, Y, SQUARED_ERROR, epochs=1, rng=rng(), **settings)
    assert distance(network, other) <= 4


# Memory


def wide(batch_size, dtype=np.float32):
    """A network with a megabyte of parameters, and examples that lie column by column."""
    return a_problem(
        (256, 512, 256, 10), ("tanh", "relu", "identity"), SOFTMAX_CROSS_ENTROPY,
        4 * batch_size + 3, dtype=dtype, order="F",
    )  # fmt: skip


@pytest.mark.parametrize("batch_size", [1, 512])
@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_a_step_allocates_nothing(loss, batch_size):
    network, X, Y = wide(batch_size)
    if loss is BINARY_CROSS_ENTROPY:
        network.activations[-1] = ACTIVATIONS["sigmoid"]
    descent = Descent(network, X, Y, loss, 0.01, batch_size)
    order = np.arange(X.shape[1])
    descent.epoch(order)
    tracemalloc.start()
    try:
        descent.epoch(order)
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        descent.epoch(order)
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 1000
    # For a sum of (n, k) and (n, 1) NumPy takes, and gives back, two work areas of its own.
    work_areas = 2 * np.getbufsize() * X.itemsize + 2000
    assert peak - before < work_areas < max(network.W[1].nbytes, X[:, :batch_size].nbytes) / 4


def test_the_loss_is_measured_without_an_array_for_a_layer():
    network, X, Y = a_problem((8, 600, 600, 600, 2), "tanh", SQUARED_ERROR, AT_ONCE)
    descent = Descent(network, X, Y, SQUARED_ERROR, 0.1, AT_ONCE)
    value = descent.mean_loss(X, Y)
    tracemalloc.start()
    try:
        assert descent.mean_loss(X, Y) == value
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 600 * AT_ONCE * 8 / 4


@pytest.mark.parametrize("batch_size", [1, 32, 512])
def test_the_peak_is_within_twice_parameters_activations_and_gradients(batch_size):
    network, X, Y = wide(batch_size)
    parameters = sum(array.nbytes for array in arrays_of(network))
    trace = forward(network, X[:, :batch_size])
    activations = sum(array.nbytes for array in arrays_of(trace))
    tracemalloc.start()
    try:
        train(
            network, X, Y, SOFTMAX_CROSS_ENTROPY,
            learning_rate=0.01, epochs=2, batch_size=batch_size, rng=rng(),
        )  # fmt: skip
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak <= 2 * (parameters + activations + parameters)
