"""The playground: its training is the module's, its form refuses well, its run can be stopped."""

import asyncio
import html
import re
import threading

import ipywidgets as widgets
import numpy as np
import pytest
from helpers import assert_close, bytes_of, until

from backprop import ACTIVATIONS, LOSSES, DivergenceError, check_gradients, train
from backprop.experiments.playground import DATA
from backprop.network import SCHEMES, init_network
from backprop.playground import Experiment, Playground, Settings, form, pictures, play
from backprop.playground.form import sizes_in

HUGE = {"activation": "relu", "loss": "softmax_cross_entropy", "learning_rate": 1e300}


@pytest.fixture(autouse=True)
def small_pictures(monkeypatch):
    """The same pictures with fewer pixels, which takes less time."""
    monkeypatch.setattr(pictures, "DRAWN_DPI", 30)


def trained(epochs, **settings):
    experiment = Experiment(Settings(**settings))
    while experiment.epochs < epochs:
        experiment.step()
    return experiment


def shapes(m=12, classes=3):
    rng = np.random.default_rng(1)
    labels = np.arange(m) % classes
    return rng.normal(size=(2, m)), np.eye(classes)[labels].T


def words_of(playground):
    return html.unescape(re.sub("<[^>]*>", "", playground._words.value))


def said(playground):
    return html.unescape(re.sub("<[^>]*>", "", playground.message.value))


def alts(playground):
    shown = playground._plane.value + playground._unit.value
    return [html.unescape(alt) for alt in re.findall(r' alt="([^"]*)"', shown)]


# The training


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_combination_learns_with_right_gradients(data, loss, activation):
    experiment = Experiment(Settings(data=data, loss=loss, activation=activation, hidden=(3, 2)))
    assert experiment.X.shape[1] + experiment.X_val.shape[1] == 210
    X, Y = experiment.X[:, :20], experiment.Y[:, :20]
    assert check_gradients(experiment.network, X, Y, experiment.loss, tol=1e-5)
    for _ in range(14):
        experiment.step()
    assert (experiment.epochs, experiment.steps) == (1, 14)
    assert np.isfinite(experiment.history.loss[0])


def test_an_epoch_is_that_of_train():
    experiment, other = Experiment(Settings()), Experiment(Settings())
    history = train(
        other.network,
        other.X,
        other.Y,
        other.loss,
        learning_rate=0.3,
        epochs=2,
        batch_size=10,
        rng=other.rng,
        X_val=other.X_val,
        Y_val=other.Y_val,
    )
    while experiment.epochs < 2:
        experiment.step()
    assert_close(experiment.network, other.network)
    np.testing.assert_allclose(experiment.history.loss, history.loss)
    np.testing.assert_allclose(experiment.history.val_loss[1:], history.val_loss)


def test_the_same_seed_is_the_same_experiment():
    assert bytes_of(trained(1, seed=3).network) == bytes_of(trained(1, seed=3).network)
    assert bytes_of(trained(1, seed=3).network) != bytes_of(trained(1, seed=4).network)


def test_divergence_keeps_the_last_finite_network():
    experiment = Experiment(Settings(**HUGE))
    experiment.step()
    with pytest.raises(DivergenceError, match="not finite in epoch 1"):
        experiment.step()
    assert all(np.isfinite(array).all() for array in experiment.network.W[1:])
    pictures.describe(experiment)
    for draw in (pictures.draw_plane, pictures.draw_losses):
        pictures.picture(draw(experiment), "drawn without a warning")
    for draw in (pictures.draw_unit, pictures.draw_parameters):
        pictures.picture(draw(experiment, 1, 1), "drawn without a warning")


def test_a_batch_size_counts_from_the_next_epoch():
    experiment = Experiment(Settings(batch_size=70))
    experiment.step()
    experiment.batch_size = 140
    experiment.step()
    assert (experiment.epochs, experiment.steps) == (1, 2)
    experiment.step()
    assert (experiment.epochs, experiment.steps) == (2, 3)


@pytest.mark.parametrize("classes", [2, 3])
def test_own_points(classes):
    X, Y = shapes(12, classes)
    experiment = Experiment(Settings(data="own", hidden=()), own=(X, Y))
    together = np.concatenate([experiment.X, experiment.X_val], axis=1)
    assert sorted(map(tuple, together.T)) == sorted(map(tuple, X.T))
    assert len(experiment.Y) == (1 if classes == 2 else 3)


def test_own_targets_in_a_row_are_the_one_hot_ones():
    X, Y = shapes(12, 2)
    by_row, one_hot = (Experiment(Settings(data="own"), own=(X, y)) for y in (Y[1:], Y))
    np.testing.assert_array_equal(by_row.Y, one_hot.Y)
    np.testing.assert_array_equal(by_row.X, one_hot.X)


@pytest.mark.parametrize(
    ("settings", "own", "error", "message"),
    [
        ({"learning_rate": 0}, None, ValueError, "learning_rate: expected a number greater than 0"),
        ({"batch_size": 0}, None, ValueError, "batch_size: expected at least 1"),
        ({"seed": -1}, None, ValueError, "seed: expected at least 0"),
        ({"hidden": (0,)}, None, ValueError, r"sizes\[1\]: expected at least 1, got 0"),
        ({"hidden": (17,)}, None, ValueError, "hidden layers: expected at most 6 of at most 16"),
        ({"hidden": (2,) * 7}, None, ValueError, "hidden layers: expected at most 6 of at most 16"),
        ({"loss": "hinge"}, None, ValueError, "loss: expected one of squared_error"),
        ({"activation": "sine"}, None, ValueError, "expected one of identity"),
        ({"data": "cats"}, None, ValueError, "data: expected one of moons, spirals, xor or own"),
        ({"data": "own"}, None, TypeError, r"own: expected a pair \(X, Y\)"),
        ({"data": "own"}, (np.ones((3, 9)), np.ones((1, 9))), ValueError, "X: expected shape"),
        ({"data": "own"}, (np.ones((2, 5)), np.ones((1, 5))), ValueError, "at least 6 examples"),
        ({"data": "own"}, (np.ones((2, 9)), np.full((1, 9), 0.5)), ValueError, "row of 0 and 1"),
        ({"data": "own"}, (np.ones((2, 9)), np.ones((2, 9))), ValueError, "one-hot columns"),
    ],
)
def test_an_experiment_refuses(settings, own, error, message):
    with pytest.raises(error, match=message):
        Experiment(Settings(**settings), own)


@pytest.mark.parametrize(
    ("text", "sizes"), [("8, 4", (8, 4)), ("", ()), ("  ", ()), ("3", (3,)), ("2 2,2", (2, 2, 2))]
)
def test_sizes_are_read(text, sizes):
    assert sizes_in(text) == sizes


@pytest.mark.parametrize("text", ["8, x", "2.5", "8;4", ","])
def test_sizes_that_are_none_are_named(text):
    with pytest.raises(ValueError, match="hidden layers: expected whole numbers such as 8, 8, got"):
        sizes_in(text)


# The pictures


def test_the_unit_shown_is_the_one_asked_for():
    experiment = trained(1, hidden=(3, 2))
    names, parameters, slopes = pictures._parameters(experiment, 2, 1)
    assert names == ["a¹₁", "a¹₂", "a¹₃", "bias"]
    np.testing.assert_array_equal(parameters[:3], experiment.network.W[2][0])
    assert parameters[3] == experiment.network.b[2][0, 0]
    np.testing.assert_array_equal(slopes[:3], experiment.gradients().W[2][0])
    words = pictures.describe_unit(experiment, 2, 1)
    assert words.startswith("Unit 1 of layer 2, a²₁. weight from a¹₁ ")
    assert f"{parameters[0]:.3g}, gradient {slopes[0]:.2g};" in words
    figure = pictures.draw_parameters(experiment, 2, 1)
    widths = [bar.get_width() for bar in figure.axes[0].patches]
    np.testing.assert_array_equal(widths, parameters)


def test_the_activation_over_the_plane_is_that_of_the_unit():
    experiment = trained(1, hidden=(3, 2))
    figure = pictures.draw_unit(experiment, 1, 2)
    image = figure.axes[0].images[0]
    x1, _, x2, _ = image.get_extent()
    z = experiment.network.W[1][1] @ [x1, x2] + experiment.network.b[1][1, 0]
    assert image.get_array()[0, 0] == pytest.approx(np.tanh(z))
    low, high = image.get_clim()
    assert -low == high == np.abs(image.get_array()).max(), "0 is white"


def test_the_words_have_the_numbers():
    experiment = trained(1)
    words = pictures.describe(experiment)
    share, val_share = experiment.accuracies()
    assert words == (
        f"1 epoch, 14 steps: training loss {experiment.history.loss[-1]:.4g}, {share:.0%} right; "
        f"validation loss {experiment.history.val_loss[-1]:.4g}, {val_share:.0%} right."
    )


# The form


def test_it_shows_itself_shortly_and_says_what_every_picture_shows():
    playground = play(page=False)
    assert repr(playground) == "Playground(moons, 2-8-8-1)"
    assert len(alts(playground)) == 4 and all(len(alt) > 20 for alt in alts(playground))
    assert words_of(playground).startswith("0 epochs, 0 steps: ")


def test_every_control_has_a_name():
    playground = Playground(hidden=(2,))
    named = (*playground.fields.values(), playground.unit_menu)
    assert all(widget.description for widget in named)
    buttons = [playground.run_button, *playground.unit_buttons.values()]
    assert all(button.description and button.tooltip for button in buttons)


def test_every_value_of_every_menu():
    playground = Playground(hidden=(2,))
    for name in ("data", "activation", "loss", "scheme"):
        menu = playground.fields[name]
        for option in [value[1] if isinstance(value, tuple) else value for value in menu.options]:
            menu.value = option
            playground.reset_button.click()
            assert said(playground) == ""
            assert getattr(playground.experiment.settings, name) == option
            playground.step_button.click()
            assert playground.experiment.steps == 1
    assert list(SCHEMES) == list(playground.fields["scheme"].options)


def test_one_step_is_one_step_and_reset_begins_anew():
    playground = Playground(hidden=(3,))
    start = bytes_of(playground.experiment.network)
    before = alts(playground)
    playground.step_button.click()
    assert words_of(playground).startswith("0 epochs, 1 step: ")
    assert bytes_of(playground.experiment.network) != start
    assert alts(playground) != before
    playground.reset_button.click()
    assert bytes_of(playground.experiment.network) == start
    assert alts(playground) == before


@pytest.mark.parametrize(
    ("name", "bad", "message"),
    [
        ("hidden", "8, x", "hidden layers: expected whole numbers such as 8, 8, got 'x'."),
        ("hidden", "8, 0", "sizes[2]: expected at least 1, got 0."),
        ("hidden", "99", "hidden layers: expected at most 6 of at most 16 units, got 99."),
        ("learning_rate", 0.0, "learning_rate: expected a number greater than 0, got 0."),
        ("learning_rate", float("nan"), "learning_rate: expected a finite number, got nan."),
        ("batch_size", -1, "batch_size: expected at least 1, got -1."),
        ("seed", -1, "seed: expected at least 0, got -1."),
    ],
)
def test_bad_input_is_answered_and_nothing_is_lost(name, bad, message):
    playground = Playground(hidden=(3,))
    for _ in range(3):
        playground.step_button.click()
    kept, good = bytes_of(playground.experiment.network), playground.fields[name].value
    playground.fields[name].value = bad
    assert said(playground).startswith(message)
    assert playground.experiment.steps == 3
    assert bytes_of(playground.experiment.network) == kept
    playground.step_button.click()
    assert playground.experiment.steps == 4
    playground.fields[name].value = good
    assert said(playground) == ""


def test_rate_and_batch_size_change_the_run_and_not_the_network():
    playground = Playground(hidden=(3,))
    playground.step_button.click()
    kept = playground.experiment
    playground.fields["learning_rate"].value = 0.7
    playground.fields["batch_size"].value = 35
    assert playground.experiment is kept
    assert (kept.learning_rate, kept.batch_size) == (0.7, 35)


def test_menu_and_buttons_choose_the_same_unit():
    playground = Playground(hidden=(3, 2))
    playground.unit_buttons[2, 2].click()
    assert playground.unit_menu.value == (2, 2)
    assert alts(playground)[-1].startswith("Unit 2 of layer 2, a²₂.")
    playground.unit_menu.value = (3, 1)
    assert alts(playground)[-1].startswith("Unit 1 of layer 3, a³₁.")
    chosen = [u for u, button in playground.unit_buttons.items() if button.button_style]
    assert chosen == [(3, 1)]
    playground.fields["hidden"].value = "2"
    assert playground.unit_menu.value == (1, 1), "layer 3 is gone"
    assert list(playground.unit_buttons) == [(1, 1), (1, 2), (2, 1)]


def test_divergence_stops_with_a_sentence():
    playground = Playground(**HUGE)
    for _ in range(50):
        playground.step_button.click()
        if said(playground):
            break
    assert said(playground).startswith("Diverged: the loss is not finite in epoch 1 ")
    assert said(playground).endswith("Then press Reset.")


def test_a_loss_far_above_the_first_stops_the_run():
    async def run():
        playground = Playground(learning_rate=100.0)
        playground.run_button.click()
        await until(lambda: not playground.running)
        return playground

    playground = asyncio.run(run())
    assert not playground.running
    assert re.match(r"Stopped: the loss is [\d.]+ times what it was", said(playground))
    assert "smaller learning rate" in said(playground)


def test_run_needs_a_kernel():
    playground = Playground(hidden=(2,))
    playground.run_button.click()
    assert "kernel" in said(playground) and not playground.running


def test_a_run_goes_on_beside_you_until_pause(monkeypatch):
    monkeypatch.setattr(form, "BURST", 0.0)

    async def run():
        playground = Playground(hidden=(3,))
        playground.run_button.click()
        playground.run_button.click()
        assert playground.experiment.steps == 0, "the click comes back at once"
        await until(lambda: playground.experiment.steps > 0)
        playground.pause_button.click()
        playground.run_button.click()
        playground.unit_buttons[1, 2].click()
        playground.fields["learning_rate"].value = 0.1
        playground.fields["hidden"].value = "2, 2"
        await until(lambda: alts(playground)[-1].startswith("Unit 2 of layer 1"))
        await until(lambda: repr(playground) == "Playground(moons, 2-2-2-1)")
        assert playground.running
        playground.pause_button.click()
        await until(playground._task.done)
        assert playground._task.exception() is None
        assert f" {playground.experiment.steps:,} step" in words_of(playground)

    asyncio.run(run())


def test_what_other_threads_press_is_done_where_the_playground_was_made():
    threads = set()

    async def press():
        playground = Playground(hidden=(2,))
        playground._show = lambda: threads.add(threading.current_thread())

        async def from_elsewhere(act, *arguments):
            presser = threading.Thread(target=act, args=arguments)
            presser.start()
            presser.join()

        await from_elsewhere(playground.step_button.click)
        await from_elsewhere(setattr, playground.fields["hidden"], "value", "2, 2")
        await from_elsewhere(playground.run_button.click)
        await until(lambda: playground.experiment.steps >= 2)
        await until(lambda: repr(playground) == "Playground(moons, 2-2-2-1)")
        assert playground._task.get_loop() is asyncio.get_running_loop()
        await from_elsewhere(playground.pause_button.click)
        await until(playground._task.done)

    asyncio.run(press())
    assert threads == {threading.current_thread()}


def test_a_forgotten_run_ends(monkeypatch):
    monkeypatch.setattr(form, "MOST_EPOCHS", 3)

    async def run():
        playground = Playground(hidden=(2,), batch_size=140)
        playground.run_button.click()
        await until(lambda: not playground.running)
        return playground

    assert said(asyncio.run(run())) == "Paused after 3 epochs. Press Run to go on."


def test_own_points_are_in_the_menu_only_when_handed_in():
    assert "own" not in Playground(hidden=(2,)).fields["data"].options
    playground = Playground(own=shapes(), hidden=(2,))
    assert playground.fields["data"].value == "own"
    assert repr(playground) == "Playground(own, 2-2-3)"
    playground.fields["data"].value = "moons"
    assert repr(playground) == "Playground(moons, 2-2-1)"


# The page


def test_the_page_has_a_picture_and_no_dead_control():
    still = play(hidden=(2,), page=True)
    assert not isinstance(still, widgets.Widget)
    assert repr(still) == "Playground(moons, 2-2-1)"
    shown = still._repr_html_()
    assert shown.count("<img ") == 2 and "<button" not in shown and "<input" not in shown
    assert f"{form.STILL_EPOCHS} epochs" in shown
    assert shown == play(hidden=(2,), page=True)._repr_html_(), "the same at every build"


def test_first_weights_are_those_of_init_network():
    experiment = Experiment(Settings(hidden=(5,), scheme="he_normal"))
    rng = np.random.default_rng(0)
    DATA["moons"](210, rng=rng)
    expected = init_network((2, 5, 1), ["tanh", "sigmoid"], rng=rng, scheme="he_normal")
    assert_close(experiment.network, expected)


@pytest.mark.parametrize("epochs", [0, 60, 700])
def test_the_epochs_on_the_axis_leave_each_other_room(epochs):
    figure = pictures.draw_losses(trained(epochs, hidden=(2,), batch_size=200))
    figure.draw_without_rendering()
    low, high = figure.axes[0].get_xlim()
    marked = [t for t in figure.axes[0].get_xticklabels() if low <= t.get_position()[0] <= high]
    boxes = [t.get_window_extent() for t in marked]
    assert len(boxes) > 1
    assert all(left.x1 < right.x0 for left, right in zip(boxes, boxes[1:]))
