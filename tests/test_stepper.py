"""The stepper of chapter 4: its numbers are the module's, its pictures show what it says."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from backprop.backward import backward, gradients
from backprop.examples import worked_example
from backprop.losses import SQUARED_ERROR
from backprop.network import forward
from backprop.stepper import algorithm_steps, describe_step, draw_step


@pytest.fixture
def pass_of_one():
    network, X, Y = worked_example()
    return network, X[:, :1], Y[:, :1]


def test_the_steps_are_the_algorithm_in_order(pass_of_one):
    assert list(algorithm_steps(*pass_of_one)) == [
        *("z¹", "a¹", "z²", "a²", "z³", "a³", "loss"),
        *("δ³", "δ²", "δ¹", "dW³", "dW²", "dW¹"),
    ]


def test_every_result_is_the_modules(pass_of_one):
    network, x, y = pass_of_one
    steps = algorithm_steps(network, x, y)
    trace = forward(network, x)
    delta = backward(network, trace, y, SQUARED_ERROR)
    grads = gradients(trace, delta)
    for l, up in ((1, "¹"), (2, "²"), (3, "³")):
        for name, expected in (
            ("z", trace.z[l]),
            ("a", trace.a[l]),
            ("δ", delta[l]),
            ("dW", grads.W[l]),
        ):
            np.testing.assert_array_equal(steps[f"{name}{up}"].terms[0], expected)
    assert steps["loss"].terms[0] == "0.2741"  # 1/2 * 0.7404^2


def test_the_matrices_put_in_give_the_result(pass_of_one):
    steps = algorithm_steps(*pass_of_one)
    z, _, W, a, _, b = steps["z²"].terms
    np.testing.assert_allclose(z, W @ a + b, atol=1e-15)
    delta, _, _, W_T, delta_above, _, _, slope = steps["δ¹"].terms
    np.testing.assert_allclose(delta, (W_T @ delta_above) * slope, atol=1e-15)
    dW, _, delta, a_T = steps["dW¹"].terms
    np.testing.assert_allclose(dW, delta @ a_T, atol=1e-15)


def test_the_words_give_the_numbers_and_the_shape(pass_of_one):
    steps = algorithm_steps(*pass_of_one)
    assert "a¹ = (1; 0.1; 0), 3 × 1" in describe_step("a¹", steps["a¹"])
    assert "δ² = (0.0958; −0.1274), 2 × 1" in describe_step("δ²", steps["δ²"])
    assert describe_step("loss", steps["loss"]).endswith("is one number, 0.2741.")


def test_the_picture_hides_what_is_not_computed_yet(pass_of_one):
    network, x, y = pass_of_one
    steps = algorithm_steps(network, x, y)
    unknown = {}
    for name in ("z¹", "a²", "δ³"):
        figure = draw_step(network, x, y, steps[name])
        diagram, equation = figure.axes
        unknown[name] = sum(text.get_text() == "?" for text in diagram.texts)
        assert steps[name].equation in [text.get_text() for text in equation.texts]
        plt.close(figure)
    # After z^1 the 2 units of layer 2 and the 1 of layer 3 are open; after a^2 the last; then none.
    assert unknown == {"z¹": 3, "a²": 1, "δ³": 0}
