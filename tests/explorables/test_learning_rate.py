"""The explorable of the learning rate: the bound is the curvature's, the walk is the module's."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from helpers import every_frame, numbers_in

from backprop import SQUARED_ERROR, Network, predict, train
from backprop.explorables import learning_rate as explorable
from backprop.plotting import STYLE


@pytest.fixture(autouse=True)
def course_style():
    with plt.style.context(STYLE):
        yield
    plt.close("all")


def loss_at(place, at):
    w, b = place
    return np.mean((w * at.X + b - at.Y) ** 2) / 2


@pytest.mark.parametrize("surface", ["bowl", "valley"])
def test_the_curvatures_are_those_of_the_loss(surface):
    at = explorable.surfaces(surface)
    h, directions = 0.1, np.eye(2)
    hessian = np.array(
        [
            [
                loss_at(at.lowest + h * (p + q), at)
                - loss_at(at.lowest + h * (p - q), at)
                - loss_at(at.lowest - h * (p - q), at)
                + loss_at(at.lowest - h * (p + q), at)
                for q in directions
            ]
            for p in directions
        ]
    ) / (4 * h**2)
    np.testing.assert_allclose(np.linalg.eigvalsh(hessian), at.curvatures, rtol=1e-8)
    assert at.bound == pytest.approx(2 / at.curvatures[-1])
    assert at.least == pytest.approx(loss_at(at.lowest, at))
    assert all(loss_at(at.lowest + 0.01 * d, at) > at.least for d in (*directions, *-directions))


@pytest.mark.parametrize("batch_size", [1, 5, 20])
def test_the_walk_is_what_train_does(batch_size):
    at = explorable.surfaces("valley")
    places, losses = explorable.walk("valley", 0.3, batch_size)
    w, b = places[0]
    network = Network([None, [[w]]], [None, [[b]]], "identity")
    epochs = explorable.STEPS * batch_size // explorable.M
    train(
        network, at.X, at.Y, SQUARED_ERROR, learning_rate=0.3, epochs=epochs,
        batch_size=batch_size, rng=np.random.default_rng(1),
    )  # fmt: skip
    assert places[-1] == pytest.approx([network.W[1][0, 0], network.b[1][0, 0]])
    assert losses[-1] == pytest.approx(SQUARED_ERROR.value(predict(network, at.X), at.Y))


@pytest.mark.parametrize("surface", ["bowl", "valley"])
def test_the_bound_parts_the_rates_of_the_full_batch(surface):
    at = explorable.surfaces(surface)
    assert not explorable.diverges(surface, 0.98 * at.bound, explorable.M)
    assert explorable.diverges(surface, 1.02 * at.bound, explorable.M)
    places, _ = explorable.walk(surface, 0.9 * at.bound, explorable.M)
    away = places - at.lowest
    factor = 1 - 0.9 * at.bound * at.curvatures[-1]
    assert factor == pytest.approx(-0.8)
    rows = np.concatenate([at.X, np.ones_like(at.X)])
    direction = np.linalg.eigh(rows @ rows.T / explorable.M)[1][:, -1]
    np.testing.assert_allclose(away[1:9] @ direction, factor * (away[:8] @ direction), atol=1e-9)


def test_a_small_batch_bears_less_than_the_full_one():
    assert not explorable.diverges("bowl", 1.9, 20)
    assert explorable.diverges("bowl", 1.9, 5) and explorable.diverges("bowl", 1.9, 1)


def test_every_frame_says_and_draws_the_same():
    seen = set()
    for values, figure, words in every_frame(explorable):
        at = explorable.surfaces(values["surface"])
        losses = explorable.walk(**values)[1]
        lost = explorable.diverges(**values)
        seen.add(lost)
        assert words.endswith("It diverges.") is lost
        said = numbers_in(words.split("λ_max is ")[1])
        assert said[1] == pytest.approx(at.bound, abs=0.006)
        assert f"from {losses[0]:.3f} to " in words and f"least is {at.least:.3f}" in words
        assert f"learning rate {values['learning_rate']:g}" in words
        assert np.isfinite(losses).all()
        assert figure.get_size_inches() == pytest.approx(explorable.SIZE)
        (dot,) = [line for line in figure.axes[-1].lines if len(line.get_xdata()) == 1]
        assert dot.get_xdata()[0] == values["learning_rate"]
        chart = figure.axes[-2].lines[-1]
        np.testing.assert_array_equal(chart.get_ydata(), losses.clip(None, explorable.FAR))
    assert seen == {True, False}


def test_an_unknown_surface_is_refused_by_name():
    with pytest.raises(ValueError, match="surface: expected one of bowl, valley"):
        explorable.surfaces("hill")
