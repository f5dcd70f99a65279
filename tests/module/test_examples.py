"""The worked example of the chapters: what its own description promises."""

import numpy as np
import pytest
from helpers import arrays_of, bytes_of

from backprop import BINARY_CROSS_ENTROPY, SQUARED_ERROR, forward, predict
from backprop.examples import worked_example


def test_the_worked_example_is_a_2_3_2_1_network_and_two_examples():
    network, X, Y = worked_example()
    assert network.sizes == (2, 3, 2, 1)
    assert [activation.name for activation in network.activations[1:]] == [
        "relu",
        "tanh",
        "sigmoid",
    ]
    assert (X.shape, Y.shape) == ((2, 2), (1, 2))
    assert {array.dtype for array in [*arrays_of(network), X, Y]} == {np.dtype(np.float64)}


def test_no_zero_or_one_hides_a_slip():
    network, X, _ = worked_example()
    for array in [*arrays_of(network), X]:
        assert not np.isin(np.abs(array), [0, 1]).any()


def test_in_each_example_one_unit_of_layer_1_is_off():
    network, X, _ = worked_example()
    off = forward(network, X).a[1] == 0
    np.testing.assert_array_equal(off, [[False, True], [False, False], [True, False]])


def test_its_losses_by_hand():
    network, X, Y = worked_example()
    a = predict(network, X)
    # ((.7404423969 - 0)^2 + (.3793196083 - 1)^2) / 2 / 2 = (.548254943 + .385244149) / 4
    assert SQUARED_ERROR.value(a, Y) == pytest.approx(0.2333747730, abs=1e-9)
    # -(log(1 - .7404423969) + log(.3793196083)) / 2 = (1.348776599 + .969376042) / 2
    assert BINARY_CROSS_ENTROPY.value(a, Y) == pytest.approx(1.1590763, abs=1e-6)


def test_each_call_makes_a_new_one():
    network, X, Y = worked_example()
    before = bytes_of(network), X.tobytes(), Y.tobytes()
    for array in [*arrays_of(network), X, Y]:
        array += 1
    network, X, Y = worked_example()
    assert (bytes_of(network), X.tobytes(), Y.tobytes()) == before
