"""Advice in an error message is followed: doing what it says works.

Where the advice is code, it is taken out of the message and run as it stands. The advice of the
gradient check's report is followed in test_gradcheck.py, that of a wrong df in test_sgd.py.
"""

import re

import numpy as np
import pytest
from helpers import module_gradients, problem, rng

import backprop
from backprop import (
    ACTIVATIONS,
    BINARY_CROSS_ENTROPY,
    LOSSES,
    SOFTMAX_CROSS_ENTROPY,
    SQUARED_ERROR,
    Activation,
    DivergenceError,
    Network,
    data,
    forward,
    init_network,
    minibatches,
    predict,
    save,
    train,
)
from backprop.data import one_hot


def said(call):
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    return str(caught.value)


def code_in(message):
    """The advice, where it is Python: what stands behind "use", "did you mean" or "wants"."""
    (code,) = re.findall(r"(?:[;:,] use |did you mean |columns: (?=backprop))(.+?)\??$", message)
    return code


def followed(value, call, *, name):
    """Follow the advice on `value` until there is none; the value that works in the end."""
    for _ in range(5):
        try:
            return call(value)
        except (ValueError, TypeError) as error:
            names = {"np": np, "backprop": backprop, name: value, "labels": value}
            value = eval(code_in(str(error)), names)
    raise AssertionError("the advice goes round in circles")


WAVE = np.linspace(-3, 3, 50)
PICTURES = rng().uniform(size=(7, 28, 28))


@pytest.mark.parametrize(
    ("n_0", "X", "m"),
    [
        (1, WAVE, 50), (1, list(WAVE), 50), (1, WAVE.reshape(-1, 1), 50), (1, [0.5], 1),
        (3, np.ones(3), 1), (3, np.ones((5, 3)), 5), (784, PICTURES, 7), (784, PICTURES[0].ravel(), 1),
        (2, np.ones((2, 5), bool), 5), (2, [[True, False]] * 2, 2), (2, np.ones((5, 2), bool), 5),
        (784, PICTURES > 0.5, 7), (2, np.ones((2, 3), np.longdouble), 3),
    ],
)  # fmt: skip
def test_inputs(n_0, X, m):
    network = init_network((n_0, 4, 1), ("tanh", "identity"), rng=rng())
    assert followed(X, lambda X: predict(network, X), name="X").shape == (1, m)
    history = followed(
        X, lambda X: train(network, X, np.zeros((1, m)), SQUARED_ERROR, learning_rate=0.01,
                           epochs=1, batch_size=2, rng=rng()), name="X"
    )  # fmt: skip
    assert np.isfinite(history.loss).all()


@pytest.mark.parametrize(
    ("n_L", "Y"),
    [
        (1, np.ones(6)), (1, [1, 0, 1, 0, 1, 0]), (1, np.ones((6, 1))), (1, np.ones((1, 6), bool)),
        (1, np.ones(6, bool)), (1, [True, False] * 3), (3, np.eye(3)[:, [0, 1, 2] * 2] > 0),
        (3, np.eye(3)[[0, 1, 2] * 2]), (3, [0, 1, 2] * 2), (3, [0.0, 1.0, 2.0] * 2),
        (3, [[0, 1, 2] * 2]), (3, np.array([[0, 1, 2] * 2]).T), (3, [1, 2, 3] * 2),
        (3, np.array([1.0, 2, 3] * 2)), (3, [[1, 2, 3, 1, 2, 3]]), (3, np.array([[3.0, 2, 1] * 2]).T),
    ],
)  # fmt: skip
def test_targets(n_L, Y):
    network, X = (
        init_network((2, 4, n_L), ("tanh", "identity"), rng=rng()),
        rng().normal(size=(2, 6)),
    )
    loss = SOFTMAX_CROSS_ENTROPY if n_L > 1 else SQUARED_ERROR

    def run(Y):
        return train(network, X, Y, loss, learning_rate=0.01, epochs=1, batch_size=2, rng=rng())

    assert np.isfinite(followed(Y, run, name="Y").loss).all()


@pytest.mark.parametrize(
    "labels",
    [[0.0, 1.0, 2.0], np.array([True, False]), [[0, 1, 2]], np.array([[0], [1]]), [1, 2, 3, 1],
     np.array([[1.0, 3.0]])],
)  # fmt: skip
def test_labels(labels):
    Y = followed(labels, lambda labels: one_hot(labels, 3), name="labels")
    came = np.ravel(labels).astype(int)
    assert Y.argmax(axis=0).tolist() == (came - (came.max() == 3)).tolist()


@pytest.mark.parametrize("parts", [{"W": [None, [[1.0], [2.0]], [[3.0, 4.0]]], "b": [None, [0.0, 0], [0.0]]},
                                   {"W": [None, [1.0], [2.0]], "b": [None, [[0.0]], [[0.0]]]}])  # fmt: skip
def test_vectors_for_weights_and_biases(parts):
    for _ in range(4):
        try:
            network = Network(parts["W"], parts["b"], "tanh")
            break
        except ValueError as error:
            which, l = re.match(r"(\w)\[(\d)\]", str(error)).groups()
            code = code_in(str(error)).replace(f"{which}[{l}]", "entry")
            code = re.sub(r" for a row.*", "", code)
            parts[which][int(l)] = eval(code, {"np": np, "entry": parts[which][int(l)]})
    assert predict(network, [[1.0]]).shape == (1, 1)


def test_a_row_or_a_column_where_both_would_do():
    message = said(lambda: minibatches(np.ones(4), np.ones((1, 4)), 2, rng=rng()))
    assert message.endswith("use np.reshape(X, (1, -1)) for a row, (-1, 1) for a column")
    assert next(minibatches(np.reshape(np.ones(4), (1, -1)), np.ones((1, 4)), 2, rng=rng()))


@pytest.mark.parametrize(
    "name", ["linear", None, "ReLU", "logistic", "leaky relu", "tahn", np.tanh]
)
def test_names_of_activations(name):
    message = said(lambda: init_network((2, 3, 1), ("tanh", name), rng=rng()))
    (better,) = re.findall(r"(?:use|mean) '(\w+)'\??$", message)
    assert init_network((2, 3, 1), ("tanh", better), rng=rng()).activations[2].name == better


def test_an_activation_to_write():
    message = said(lambda: init_network((2, 3, 1), ("zigzag", "tanh"), rng=rng()))
    assert message.endswith(
        "write Activation(name, f, df) with the function f of z and its derivative df"
    )
    own = Activation("my own", lambda z: np.logaddexp(0, z), ACTIVATIONS["sigmoid"].f)
    network = init_network((2, 3, 1), (own, "tanh"), rng=rng())
    X = rng().normal(size=(2, 5))
    assert train(
        network, X, X[:1], SQUARED_ERROR, learning_rate=0.1, epochs=3, batch_size=2, rng=rng()
    )


@pytest.mark.parametrize("loss", [SOFTMAX_CROSS_ENTROPY, BINARY_CROSS_ENTROPY], ids=repr)
@pytest.mark.parametrize("output", ACTIVATIONS)
def test_the_output_that_a_loss_wants(loss, output):
    network, X, Y = problem(loss, ("tanh", output))

    def run():
        return train(network, X, Y, loss, learning_rate=0.1, epochs=5, batch_size=2, rng=rng())

    wanted = {"softmax_cross_entropy": "identity"}.get(loss.name, "sigmoid")
    if output != wanted:
        assert re.findall(r"give the output layer (?:the|a) '(\w+)'", said(run)) == [wanted]
        network.activations[-1] = ACTIVATIONS[wanted]
    history = run()
    assert history.loss[-1] < history.initial_loss


def test_a_softmax_in_the_network():
    message = said(lambda: init_network((64, 32, 10), ("tanh", "softmax"), rng=rng()))
    assert "give the output layer the 'identity' and train with SOFTMAX_CROSS_ENTROPY" in message
    X, Y, X_test, Y_test = data.digits()
    network = init_network((64, 32, 10), ("tanh", "identity"), rng=rng())
    train(network, X, Y, LOSSES["softmax_cross_entropy"], learning_rate=0.3, epochs=10, batch_size=16,
          rng=rng())  # fmt: skip
    assert (predict(network, X_test).argmax(axis=0) == Y_test.argmax(axis=0)).mean() > 0.9


def test_a_learning_rate_that_diverges_and_the_smaller_one():
    def run(rate):
        network, X, Y = problem(activations=("relu", "identity"), m=5)
        return train(
            network, X, Y, SQUARED_ERROR, learning_rate=rate, epochs=30, batch_size=2, rng=rng()
        )

    rate = 1000.0
    for _ in range(12):
        try:
            history = run(rate)
            break
        except DivergenceError as error:
            (rate,) = map(float, re.findall(r"such as ([\d.e+-]+),", str(error)))
    assert rate < 1000 and np.isfinite(history.loss).all()


def test_a_network_that_save_does_not_take(tmp_path):
    own = Activation("cube", lambda z: z**3, lambda z: 3 * z**2)
    network = init_network((2, 3, 1), own, rng=rng())
    message = said(lambda: save(network, tmp_path / "net.npz"))
    (code,) = re.findall(r"(np.savez\(.*\)) keeps those", message)
    eval(code, {"np": np, "path": tmp_path / "own.npz", "network": network})
    with np.load(tmp_path / "own.npz") as kept:
        arrays = list(kept.values())
    again = Network([None, *arrays[: network.L]], [None, *arrays[network.L :]], own)
    X = rng().normal(size=(2, 4))
    assert predict(again, X).tobytes() == predict(network, X).tobytes()


def test_a_generator():
    message = said(lambda: init_network((2, 1), "tanh", rng=0))
    (code,) = re.findall(r"such as (np.random.default_rng\(0\)),", message)
    assert init_network((2, 1), "tanh", rng=eval(code, {"np": np}))


def test_what_a_call_names_as_an_example():
    network, X, Y = problem()
    trace = forward(network, X)
    for wrong, pattern, right in (
        (lambda: backprop.check_gradients(network, X, Y, "squared_error"), "such as SQUARED_ERROR",
         lambda: backprop.check_gradients(network, X, Y, SQUARED_ERROR)),
        (lambda: backprop.output_delta(Y, trace.z[-1], "sigmoid"), "such as SIGMOID",
         lambda: backprop.output_delta(Y, trace.z[-1], backprop.SIGMOID)),
        (lambda: backprop.sgd_step(network, [], 0.1), r"Gradients that gradients\(trace, delta\) returns",
         lambda: backprop.sgd_step(network, module_gradients(network, X, Y, SQUARED_ERROR), 0.1)),
    ):  # fmt: skip
        assert re.search(pattern, said(wrong))
        right()
