"""The two explorables of chapter 2: their numbers are the module's, their words agree with them."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from helpers import every_frame, numbers_in, some_between

from backprop import SQUARED_ERROR, predict, softmax
from backprop.examples import worked_example
from backprop.experiments.loss_curve import logit
from backprop.explorables import loss_curve, loss_surface
from backprop.plotting import STYLE


@pytest.fixture(autouse=True)
def course_style():
    with plt.style.context(STYLE):
        yield
    plt.close("all")


def expected_loss(prediction, target, loss):
    """The loss and its derivative on paper; for the softmax by the logit of class 1 of 3."""
    if loss == "squared error":
        return (prediction - target) ** 2 / 2, prediction - target
    if loss == "cross-entropy":
        given = prediction if target else 1 - prediction
        return -np.log(given), (-1 if target else 1) / given
    given = prediction if target else (1 - prediction) / 2
    return -np.log(given), prediction - target


def test_every_frame_of_the_loss_says_and_draws_value_tangent_and_derivative():
    between = [
        (v, loss_curve.draw(**v), loss_curve.describe(**v)) for v in some_between(loss_curve, 9)
    ]
    frames = [*every_frame(loss_curve), *between]
    assert len(frames) == 42 + 9
    for values, figure, words in frames:
        value, slope = expected_loss(**values)
        said = numbers_in(words.split("the loss is ")[1])
        assert said[:2] == pytest.approx([value, slope], abs=6e-5)
        assert said[-1] == pytest.approx(0.001 * slope, abs=6e-7)
        assert f"To lower the loss, {'lower' if slope > 0 else 'raise'} the" in words
        (ax,) = figure.axes
        assert numbers_in(ax.get_title(loc="left")) == pytest.approx([value, slope], abs=6e-5)
        curve, tangent, _, point = ax.lines
        (x,), (y,) = point.get_data()
        assert y == pytest.approx(value)
        (x_0, x_1), (y_0, y_1) = tangent.get_data()
        assert (y_1 - y_0) / (x_1 - x_0) == pytest.approx(slope)
        assert (y_0 + y_1) / 2 == pytest.approx(value) and (x_0 + x_1) / 2 == pytest.approx(x)
        assert ax.get_ylim()[0] < value < ax.get_ylim()[1]
        assert ax.get_xlim()[0] < x < ax.get_xlim()[1]
        rise = np.interp([x - 0.01, x + 0.01], *curve.get_data())
        if abs(slope) < 5:  # elsewhere the drawn curve bends between its points
            assert (rise[1] - rise[0]) / 0.02 == pytest.approx(slope, abs=0.2)
        assert figure.get_size_inches() == pytest.approx((4.6, 3.7))


def test_the_logit_gives_class_1_its_probability():
    for p in (0.02, 0.5, 0.98):
        assert softmax(np.array([[logit(p)], [0.0], [0.0]]))[0, 0] == pytest.approx(p)


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"prediction": 0.0}, ValueError, "prediction: expected a number greater than 0, got 0"),
        ({"prediction": 1}, ValueError, "prediction: expected less than 1, got 1"),
        ({"prediction": "0.5"}, TypeError, "prediction: expected a number"),
        ({"target": 2}, ValueError, "target: expected 0 or 1, got 2"),
        ({"loss": "huber"}, ValueError, "loss: expected one of squared error"),
    ],
)
def test_the_loss_refuses(values, error, message):
    values = {"prediction": 0.5, "target": 1, "loss": "squared error"} | values
    for function in (loss_curve.draw, loss_curve.describe):
        with pytest.raises(error, match=message):
            function(**values)
    assert not plt.get_fignums()


def loss_at(u, v):
    network, X, Y = worked_example()
    network.W[2][0, 0], network.W[3][0, 0] = u, v
    return SQUARED_ERROR.value(predict(network, X), Y)


def slopes_at(u, v, h=1e-5):
    by_u = (loss_at(u + h, v) - loss_at(u - h, v)) / (2 * h)
    by_v = (loss_at(u, v + h) - loss_at(u, v - h)) / (2 * h)
    return np.array([by_u, by_v])


def test_every_frame_of_the_surface_steps_against_the_measured_gradient():
    between = [
        (v, loss_surface.draw(**v), loss_surface.describe(**v))
        for v in some_between(loss_surface, 9)
    ]
    worst = {"lower": 0, "no lower": 0}
    for values, figure, words in [*every_frame(loss_surface), *between]:
        u, v, eta = values["u"], values["v"], values["eta"]
        gradient = slopes_at(u, v)
        first = np.array([u, v]) - eta * gradient
        said = numbers_in(words)
        promised = loss_at(u, v) - eta * gradient @ gradient
        assert said[2:5] == pytest.approx([loss_at(u, v), *gradient], abs=6e-5)
        assert said[6:8] == pytest.approx([promised, loss_at(*first)], abs=6e-5)
        which = "lower" if loss_at(*first) < loss_at(u, v) else "no lower"
        assert f", which is {which}" in words
        worst[which] += 1
        (ax,) = figure.axes
        points = ax.lines[1].get_xydata()
        assert len(points) == loss_surface.STEPS + 1
        assert points[:2] == pytest.approx(np.array([[u, v], first]), abs=1e-6)
        assert f"loss is {loss_at(*points[-1]):.4f}" in words
        (arrow,) = ax.texts
        way = np.array(arrow.xy) - [u, v]
        assert way == pytest.approx(loss_surface.ARROW * gradient / np.hypot(*gradient), abs=1e-6)
        inside = (ax.get_xlim()[0] < arrow.xy[0] < ax.get_xlim()[1]) and (
            ax.get_ylim()[0] < arrow.xy[1] < ax.get_ylim()[1]
        )
        assert inside, "the arrow is on the map"
        assert figure.get_size_inches() == pytest.approx(loss_surface.SIZE)
    assert min(worst.values()) > 5, "steps that are too long are part of the lesson"


def test_the_map_is_the_loss_and_lies_where_the_frames_are():
    u, v, surface = loss_surface.surface(5)
    assert surface == pytest.approx(np.array([[loss_at(p, q) for p in u] for q in v]))
    behind, frame = loss_surface.backdrop(), loss_surface.draw(0.9, 1.1, 20.0)
    assert behind.get_size_inches() == pytest.approx(frame.get_size_inches())
    places = [figure.axes[0].get_position().bounds for figure in (behind, frame)]
    assert places[0] == pytest.approx(places[1])
    limits = [(ax.get_xlim(), ax.get_ylim()) for ax in (behind.axes[0], frame.axes[0])]
    assert limits[0] == limits[1]
    assert frame.patch.get_alpha() == 0


def test_where_it_is_flat_no_arrow_is_drawn():
    figure = loss_surface.draw(0.9, 0.0, 1.0)
    assert len(figure.axes[0].texts) == 1  # by v it still slopes
    flat = loss_surface.loss_and_gradient(0.0, 0.0)[1]
    assert flat[0] == 0 and flat[1] != 0


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"u": float("inf")}, ValueError, "u: expected a finite number"),
        ({"v": None}, TypeError, "v: expected a number"),
        ({"eta": 0.0}, ValueError, "eta: expected a number greater than 0, got 0"),
        ({"eta": -1}, ValueError, "eta: expected a number greater than 0"),
    ],
)
def test_the_surface_refuses(values, error, message):
    values = {"u": 0.9, "v": 1.1, "eta": 20.0} | values
    for function in (loss_surface.draw, loss_surface.describe):
        with pytest.raises(error, match=message):
            function(**values)
    assert not plt.get_fignums()
