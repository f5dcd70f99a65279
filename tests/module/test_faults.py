"""The planted faults of chapter 9: each does the harm that the chapter says, and no other."""

import numpy as np
import pytest
from helpers import assert_close, problem, rng

from backprop import SOFTMAX_CROSS_ENTROPY, forward, gradients, train
from backprop.backward import backward
from backprop.explorables import bug_zoo
from backprop.faults import FAULTS, HEALTHY, Fault, faulty_gradients, faulty_training

NONE = Fault("none", "", "")
LOSS = SOFTMAX_CROSS_ENTROPY
ACCUSED = {  # by the gradient check
    "A": ["W1", "b1"],
    "B": ["W1", "b1", "W2", "b2"],
    "C": ["W1", "b1", "W2", "b2", "W3", "b3"],
    "D": ["b1", "b2", "b3"],
    "E": ["W1", "b1", "W2", "b2"],
    "F": ["W1", "b1"],
    "G": ["W1", "b1", "W2", "b2", "W3", "b3"],
    "H": [],
    "I": [],
    "J": [],
    "K": [],
}


def test_without_a_fault_it_is_the_backward_pass():
    network, X, Y = problem(LOSS, ("relu", "tanh", "identity"))
    trace = forward(network, X)
    right = gradients(trace, backward(network, trace, Y, LOSS))
    assert_close(faulty_gradients(NONE, network, X, Y, LOSS, learning_rate=0.1), right)


def test_without_a_fault_it_trains_as_train_does():
    network, X, Y = problem(LOSS, ("tanh", "identity"), m=12)
    settings = {"learning_rate": 0.1, "epochs": 3, "batch_size": 5}
    losses = faulty_training(NONE, network, X, Y, LOSS, rng=rng(1), **settings)
    history = train(network.copy(), X, Y, LOSS, rng=rng(1), **settings)
    np.testing.assert_allclose(losses, [history.initial_loss, *history.loss], rtol=1e-12)


@pytest.mark.parametrize("name", FAULTS)
def test_the_check_accuses_what_the_chapter_says(name):
    report, _ = bug_zoo.examine(name, 0.3)
    accused = [f"{row.name}{row.layer}" for row in report.rows if row.error > report.tol]
    assert accused == ACCUSED[name]


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_replaces_a_known_piece_and_shows(name):
    fault = FAULTS[name]
    assert len(fault.pieces) == 1 and set(fault.pieces) <= set(HEALTHY)
    assert fault.wrong and fault.right and fault.wrong != fault.right
    _, losses = bug_zoo.examine(name, 0.3)
    _, healthy = bug_zoo.examine(bug_zoo.HEALTHY, 0.3)
    assert len(losses) == bug_zoo.EPOCHS + 1
    assert not np.array_equal(losses, healthy)


def test_the_network_is_left_alone():
    network, X, Y = problem(LOSS, ("tanh", "identity"))
    before = [array.copy() for array in network.W[1:] + network.b[1:]]
    for fault in FAULTS.values():
        faulty_gradients(fault, network, X, Y, LOSS, learning_rate=0.1)
        faulty_training(
            fault, network, X, Y, LOSS, learning_rate=0.1, epochs=1, batch_size=2, rng=rng()
        )
    for array, kept in zip(network.W[1:] + network.b[1:], before):
        assert np.array_equal(array, kept)


def test_the_two_faults_that_learn_as_well_as_the_healthy_program():
    """The chapter says so of B and E: that is why nobody notices."""
    _, healthy = bug_zoo.examine(bug_zoo.HEALTHY, 0.3)
    for name in ("B", "E"):
        _, losses = bug_zoo.examine(name, 0.3)
        assert losses[-1] < 1.1 * healthy[-1]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"fault": "A"}, TypeError, "fault: expected a Fault"),
        ({"network": None}, TypeError, "network: expected a Network"),
        ({"loss": "mse"}, TypeError, "loss: expected a Loss"),
        ({"learning_rate": 0}, ValueError, "learning_rate: expected a number greater than 0"),
    ],
)
def test_bad_arguments_are_refused(change, error, message):
    network, X, Y = problem(LOSS, ("tanh", "identity"))
    right = {"fault": NONE, "network": network, "X": X, "Y": Y, "loss": LOSS, "learning_rate": 0.1}
    with pytest.raises(error, match=message):
        faulty_gradients(**(right | change))
    with pytest.raises(error, match=message):
        faulty_training(**(right | change), epochs=1, batch_size=1, rng=rng())


@pytest.mark.parametrize(
    ("specimen", "rate", "message"),
    [("Z", 0.3, "specimen: expected one of healthy, A"), ("A", -1, "learning_rate: expected")],
)
def test_the_explorable_refuses_what_it_does_not_know(specimen, rate, message):
    with pytest.raises(ValueError, match=message):
        bug_zoo.draw(specimen, rate)


def test_the_words_agree_with_the_numbers():
    said = bug_zoo.describe("D", 0.3)
    _, losses = bug_zoo.examine("D", 0.3)
    assert "accuses db^1, db^2, db^3 and clears dW^1, dW^2, dW^3" in said
    assert f"from {losses[0]:.3g} to {losses[-1]:.3g}" in said


@pytest.mark.parametrize(
    ("specimens", "least", "most"),
    [(["healthy", "A", "B", "D"], 0, 0.6), ("CEGHI", 1.2, np.inf), ("FJK", 0.9, 1.1)],
)
def test_what_a_larger_learning_rate_does_is_what_chapter_9_says(specimens, least, most):
    for specimen in specimens:
        small, large = (np.median(bug_zoo.examine(specimen, eta)[1][-10:]) for eta in (0.3, 1.0))
        assert least <= large / small <= most, specimen
