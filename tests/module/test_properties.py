"""What must hold for any network: gradients three ways, and what must make no difference.

Hypothesis draws the networks; it is told to draw the same ones each time.
"""

import tempfile
from pathlib import Path

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from helpers import (
    DTYPES,
    arrays_of,
    assert_close,
    autograd_gradients,
    bytes_of,
    module_gradients,
    reference_loss,
    targets,
)
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from backprop import (
    ACTIVATIONS,
    BINARY_CROSS_ENTROPY,
    LOSSES,
    SOFTMAX_CROSS_ENTROPY,
    SQUARED_ERROR,
    Loss,
    Network,
    check_gradients,
    forward,
    load,
    minibatches,
    numerical_gradients,
    predict,
    save,
    sgd_step,
    softmax,
    train,
)
from backprop.backward import backward
from backprop.data import one_hot

settings.register_profile(
    "same each time",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=60,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
settings.load_profile("same each time")

pytestmark = pytest.mark.filterwarnings("error")

OUTPUTS = {
    SQUARED_ERROR: list(ACTIVATIONS),
    BINARY_CROSS_ENTROPY: ["sigmoid"],
    SOFTMAX_CROSS_ENTROPY: ["identity"],
}


@st.composite
def cases(draw, dtypes=DTYPES, most_layers=4, most_examples=6):
    """(network, X, Y, loss): any depth, widths, activations, loss, number of examples and dtype."""
    loss = draw(st.sampled_from(list(LOSSES.values())))
    sizes = draw(st.lists(st.integers(1, 5), min_size=2, max_size=most_layers + 1))
    hidden = draw(
        st.lists(
            st.sampled_from(list(ACTIVATIONS)), min_size=len(sizes) - 2, max_size=len(sizes) - 2
        )
    )
    activations = [*hidden, draw(st.sampled_from(OUTPUTS[loss]))]
    m = draw(st.integers(1, most_examples))
    dtype = draw(st.sampled_from(dtypes))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    W = [None, *(generator.normal(size=(n, n_in)) for n_in, n in zip(sizes, sizes[1:]))]
    b = [None, *(generator.normal(size=(n, 1)) for n in sizes[1:])]
    X = generator.normal(size=(sizes[0], m))
    Y = targets(loss, sizes[-1], m, generator)
    return Network(W, b, activations).astype(dtype), X.astype(dtype), Y.astype(dtype), loss


def well_placed(network, X, loss, distance=1e-3):
    """Central differences and a rounding error may not step over a kink, and a probability may
    not be so close to 1 that 1 - a is mostly rounding."""
    trace = forward(network, X)
    if loss is BINARY_CROSS_ENTROPY and np.abs(trace.z[-1]).max() > 6:
        return False
    return all(
        np.abs(z - kink).min() > distance
        for activation, z in zip(network.activations[1:], trace.z[1:])
        for kink in activation.kinks
    )


# Gradients three ways


@given(cases())
@settings(max_examples=200)
def test_the_backward_pass_agrees_with_autograd(case):
    network, X, Y, loss = case
    assume(well_placed(network, X, loss))
    exact = autograd_gradients(network.astype(np.float64), *map(np.float64, (X, Y)), loss)
    largest = max(1, *(np.abs(array).max() for array in arrays_of(exact)))
    close = {"rtol": 1e-9, "atol": 1e-12 * largest}
    if network.dtype == np.float32:
        close = {"rtol": 1e-3, "atol": 1e-4 * largest}
    assert_close(module_gradients(network, X, Y, loss), exact, **close)


@given(cases(dtypes=[np.float64], most_layers=3, most_examples=3))
@settings(max_examples=60)
def test_the_backward_pass_agrees_with_central_differences(case):
    network, X, Y, loss = case
    assume(well_placed(network, X, loss))
    differences = numerical_gradients(network, X, Y, loss)
    assert_close(module_gradients(network, X, Y, loss), differences, rtol=1e-5, atol=1e-8)
    report = check_gradients(network, X, Y, loss)
    # the softmax of one class has no slope at all, a saturated tanh next to none
    assert all(row.verdict == "ok" or (row.too_small and not row.wrong) for row in report.rows)


@given(cases(dtypes=[np.float64], most_layers=3, most_examples=3), st.data())
@settings(max_examples=60)
def test_the_gradient_check_finds_one_wrong_entry(case, data):
    network, X, Y, loss = case
    assume(well_placed(network, X, loss))
    grads = module_gradients(network, X, Y, loss)
    arrays = arrays_of(grads)
    array = arrays[data.draw(st.integers(0, len(arrays) - 1))]
    i = data.draw(st.integers(0, array.size - 1))
    array.flat[i] += 1e-3 * max(1, abs(array.flat[i]))
    assert not check_gradients(network, X, Y, loss, grads=grads)


@given(cases(dtypes=[np.float64], most_layers=3))
@settings(max_examples=100)
def test_the_gradient_by_the_inputs_is_W1_transposed_times_delta_1(case):
    network, X, Y, loss = case
    assume(well_placed(network, X, loss))
    delta = backward(network, forward(network, X), Y, loss)
    pairs = list(zip(network.W[1:], network.b[1:]))
    by_inputs = grad(lambda x: reference_loss(pairs, network, x, anp.array(Y), loss))(X)
    np.testing.assert_allclose(network.W[1].T @ delta[1], by_inputs, rtol=1e-9, atol=1e-12)


# What must make no difference


@given(cases(dtypes=[np.float64]), st.randoms(use_true_random=False))
def test_the_order_of_the_examples(case, random):
    network, X, Y, loss = case
    order = list(range(X.shape[1]))
    random.shuffle(order)
    assert loss.value(predict(network, X), Y) == pytest.approx(
        loss.value(predict(network, X[:, order]), Y[:, order]), rel=1e-12, abs=1e-15
    )
    assert_close(
        module_gradients(network, X[:, order], Y[:, order], loss),
        module_gradients(network, X, Y, loss),
    )


@given(cases(dtypes=[np.float64]), st.data())
def test_a_batch_in_two_parts_each_with_its_share_of_the_mean(case, data):
    network, X, Y, loss = case
    m = X.shape[1]
    assume(m > 1)
    cut = data.draw(st.integers(1, m - 1))
    parts = [
        arrays_of(module_gradients(network, X[:, part], Y[:, part], loss))
        for part in (slice(0, cut), slice(cut, m))
    ]
    mean = [(cut * p + (m - cut) * q) / m for p, q in zip(*parts)]
    assert_close([mean, []], [arrays_of(module_gradients(network, X, Y, loss)), []])


@given(cases(dtypes=[np.float64]), st.integers(2, 4))
def test_every_example_more_than_once(case, times):
    network, X, Y, loss = case
    assert_close(
        module_gradients(network, np.tile(X, times), np.tile(Y, times), loss),
        module_gradients(network, X, Y, loss),
    )


@given(cases(dtypes=[np.float64]), st.floats(1e-3, 1e3))
def test_a_loss_times_a_number_has_gradients_times_that_number(case, factor):
    network, X, Y, loss = case
    scaled = Loss(
        "scaled", lambda a, Y: factor * loss.value(a, Y), lambda a, Y: factor * loss.grad(a, Y)
    )
    expected = [factor * array for array in arrays_of(module_gradients(network, X, Y, loss))]
    assert_close([arrays_of(module_gradients(network, X, Y, scaled)), []], [expected, []])


@given(cases(dtypes=[np.float64]), st.data())
def test_the_order_of_the_hidden_units(case, data):
    network, X, Y, loss = case
    assume(network.L > 1)
    l = data.draw(st.integers(1, network.L - 1))
    order = data.draw(st.permutations(range(network.sizes[l])))
    other = network.copy()
    other.W[l], other.b[l] = network.W[l][order], network.b[l][order]
    other.W[l + 1] = network.W[l + 1][:, order]
    np.testing.assert_allclose(predict(other, X), predict(network, X), rtol=1e-12, atol=1e-12)
    grads = module_gradients(network, X, Y, loss)
    grads.W[l], grads.b[l] = grads.W[l][order], grads.b[l][order]
    grads.W[l + 1] = grads.W[l + 1][:, order]
    assert_close(module_gradients(other, X, Y, loss), grads)


@given(cases(), st.integers(1, 8), st.integers(0, 2**32 - 1))
@settings(max_examples=100)
def test_train_is_a_step_for_each_batch(case, batch_size, seed):
    network, X, Y, loss = case
    assume(well_placed(network, X, loss))
    by_hand = network.copy()
    for x, y in minibatches(X, Y, batch_size, rng=np.random.default_rng(seed)):
        sgd_step(by_hand, module_gradients(by_hand, x, y, loss), 1e-3)
    train(
        network, X, Y, loss, learning_rate=1e-3, epochs=1, batch_size=batch_size,
        rng=np.random.default_rng(seed),
    )  # fmt: skip
    eps = float(np.finfo(network.dtype).eps)
    assert_close(network, by_hand, rtol=32 * eps, atol=32 * eps)


@given(cases())
def test_a_small_step_down_the_gradient_does_not_raise_the_loss(case):
    network, X, Y, loss = case
    network, X, Y = network.astype(np.float64), X.astype(float), Y.astype(float)
    assume(well_placed(network, X, loss))
    grads = module_gradients(network, X, Y, loss)
    slope = sum((array**2).sum() for array in arrays_of(grads))
    before = loss.value(predict(network, X), Y)
    eta = 1e-5 / (1 + slope)
    sgd_step(network, grads, eta)
    after = loss.value(predict(network, X), Y)
    assert after <= before + 1e-12 * (1 + abs(before))
    if slope > 1e-3 and slope < 1e3:  # and to first order it falls by eta times the square
        assert before - after == pytest.approx(eta * slope, rel=0.1)


# Kept exactly


@given(cases())
def test_save_and_load_bit_for_bit(case):
    network, X, _, _ = case
    with tempfile.TemporaryDirectory() as folder:
        save(network, Path(folder) / "net.npz")
        loaded = load(Path(folder) / "net.npz")
    assert bytes_of(loaded) == bytes_of(network)
    assert loaded.activations == network.activations
    assert predict(loaded, X).tobytes() == predict(network, X).tobytes()


@given(cases())
def test_dtype_shapes_and_arguments_are_kept(case):
    network, X, Y, loss = case
    before = [*bytes_of(network), X.tobytes(), Y.tobytes()]
    grads = module_gradients(network, X, Y, loss)
    assert [g.shape for g in arrays_of(grads)] == [p.shape for p in arrays_of(network)]
    assert {g.dtype for g in arrays_of(grads)} == {network.dtype}
    assert [*bytes_of(network), X.tobytes(), Y.tobytes()] == before


finite = st.floats(-1e4, 1e4, width=32)


@given(hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2), elements=finite))
def test_softmax_columns_are_probabilities_and_ignore_a_shift(z):
    p = softmax(z)
    assert (p >= 0).all()
    np.testing.assert_allclose(p.sum(axis=0), 1, rtol=1e-12)
    np.testing.assert_allclose(softmax(z + 3.0), p, rtol=1e-9, atol=1e-12)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=20))
def test_one_hot_and_back(labels):
    Y = one_hot(labels, 7)
    assert Y.argmax(axis=0).tolist() == labels
    np.testing.assert_array_equal(np.sort(Y, axis=0), np.eye(7)[:, [6] * len(labels)])
