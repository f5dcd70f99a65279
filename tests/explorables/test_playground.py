"""The playground: its training is the module's, it refuses well, it can be shared, its run can be stopped."""

import asyncio
import base64
import html
import json
import re
import threading
import zlib

import ipywidgets as widgets
import numpy as np
import pytest
from helpers import assert_close, bytes_of, until

from backprop import ACTIVATIONS, LOSSES, DivergenceError, check_gradients, load, train
from backprop.experiments.plane import by_function, in_table
from backprop.experiments.playground import DATA
from backprop.network import SCHEMES, forward, init_network
from backprop.playground import Experiment, Playground, Settings, play, still, wording
from backprop.playground import widget as made
from backprop.playground.frames import describe, packed
from backprop.playground.wording import sizes_in

HUGE = {"activation": "relu", "loss": "softmax_cross_entropy", "learning_rate": 1e300}


@pytest.fixture(autouse=True)
def few_points(monkeypatch):
    """The same numbers for a coarser plane, which takes less time."""
    monkeypatch.setattr(made, "SIDE", 6)


def trained(epochs, **settings):
    experiment = Experiment(Settings(**settings))
    while experiment.epochs < epochs:
        experiment.step()
    return experiment


def shapes(m=12, classes=3):
    rng = np.random.default_rng(1)
    labels = np.arange(m) % classes
    return rng.normal(size=(2, m)), np.eye(classes)[labels].T


def unpacked(layout, data):
    """What the script makes of a frame."""
    arrays, at = {}, 0
    for name, kind, shape in layout:
        size = int(np.prod(shape)) * np.dtype(kind).itemsize
        arrays[name] = np.frombuffer(data[at : at + size], kind).reshape(shape)
        at += size
    assert at == len(data)
    return arrays


def frame(playground):
    return unpacked(playground.layout_of_frame, playground.frame)


def press(playground, what, buffers=(), **more):
    """What a press in the browser sends."""
    playground._handle_custom_msg({"do": what, **more}, list(buffers))


def fill(playground, **fields):
    playground.form = {**playground.form, **fields}


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
    packed(experiment.numbers(6)[1])
    assert "nan" not in describe(experiment)


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
        (
            {"hidden": (0,)},
            None,
            ValueError,
            "hidden layers: expected at most 6 of 1 to 16 units, got 0",
        ),
        ({"hidden": (17,)}, None, ValueError, "hidden layers: expected at most 6 of 1 to 16"),
        ({"hidden": (2,) * 7}, None, ValueError, "hidden layers: expected at most 6 of 1 to 16"),
        ({"loss": "hinge"}, None, ValueError, "loss: expected one of squared_error"),
        ({"activation": "sine"}, None, ValueError, "expected one of identity"),
        (
            {"data": "cats"},
            None,
            ValueError,
            "data: expected one of moons, spirals, xor, function or own",
        ),
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


# The numbers


def test_a_frame_has_the_numbers_of_the_module():
    playground = Playground(hidden=(3, 2), activation="sigmoid")
    playground.step()
    experiment, seen = playground.experiment, frame(playground)
    network, grads = experiment.network, experiment.gradients()
    for name, of in (("W", network.W), ("b", network.b), ("dW", grads.W), ("db", grads.b)):
        expected = np.concatenate([array.ravel() for array in of[1:]])
        np.testing.assert_allclose(seen[name], expected, rtol=1e-6)
    trace = forward(network, experiment.X)
    delta = [*experiment.deltas()[1:]]
    for row, of in zip(
        seen["deltas"] * seen["delta_reaches"][:, None] / 127, np.concatenate(delta)
    ):
        np.testing.assert_allclose(row, of, atol=np.abs(of).max() / 200)
    np.testing.assert_allclose(
        seen["delta_sums"], np.abs(np.concatenate(delta)).sum(axis=1), rtol=1e-6
    )
    np.testing.assert_allclose(grads.b[1], delta[0].sum(axis=1, keepdims=True))
    assert trace.a[-1].shape == (1, 140) and seen["deltas"].shape == (6, 140)


def test_the_activation_over_the_plane_is_that_of_the_unit():
    experiment = trained(1, hidden=(3, 2))
    facts, arrays = experiment.numbers(6)
    x1_low, x1_high, x2_low, x2_high = facts["extent"]
    shown = arrays["fields"] * arrays["reaches"][:, None] / 127
    for k, corner in ((0, (x1_low, x2_low)), (5, (x1_high, x2_low)), (30, (x1_low, x2_high))):
        a = forward(experiment.network, np.array([corner]).T).a
        np.testing.assert_allclose(shown[:, k], np.concatenate(a[1:])[:, 0], atol=0.01)
        assert arrays["winner"][k] == (a[-1][0, 0] >= 0.5)


def test_dead_units_are_counted():
    experiment = trained(60, activation="relu", learning_rate=3.0)
    assert experiment.dead_units()[1] == 8
    assert "Dead units: " in describe(experiment)
    facts, arrays = experiment.numbers(3)
    assert facts["dead"] == experiment.dead_units()
    assert arrays["dead"].sum() == sum(facts["dead"])
    assert np.all(experiment.gradients().W[2] == 0)
    assert trained(1).dead_units() == [0, 0]
    assert Experiment(Settings(hidden=())).dead_units() == []


def test_the_words_have_the_numbers():
    experiment = trained(1)
    share, val_share = experiment.accuracies()
    assert describe(experiment) == (
        f"1 epoch, 14 steps: training loss {experiment.history.loss[-1]:.4g}, {share:.0%} right; "
        f"validation loss {experiment.history.val_loss[-1]:.4g}, {val_share:.0%} right. "
        "Dead units: 0 of 16."
    )


def test_long_runs_send_few_losses():
    experiment = Experiment(Settings(hidden=(2,)))
    experiment.history.loss += [0.5] * 5000
    experiment.history.val_loss += [0.4] * 5000
    losses = experiment.numbers(3)[1]["losses"]
    assert losses.shape == (3, 200)
    assert losses[:, -1].tolist() == [5000, 0.5, 0.4]


# Own data


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("x1**2 + x2**2 - 1", lambda x1, x2: x1**2 + x2**2 - 1),
        ("x1^2 - 2*x2", lambda x1, x2: x1**2 - 2 * x2),
        ("sin(pi * x1) > x2", lambda x1, x2: np.sin(np.pi * x1) > x2),
        ("x1 > 0 and not x2 > 0", lambda x1, x2: (x1 > 0) & (x2 <= 0)),
        ("-(x1 < 0 or x2 < 0) + 0.5", lambda x1, x2: 0.5 - ((x1 < 0) | (x2 < 0))),
        ("max(abs(x1), abs(x2)) - 0.8", lambda x1, x2: np.maximum(abs(x1), abs(x2)) - 0.8),
    ],
)
def test_a_function_gives_the_classes(expression, value):
    X, labels = by_function(expression, 50, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(labels, value(*X) > 0)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("", "expected an expression of at most 200 characters"),
        ("x1 + " * 60 + "x1", "expected an expression of at most 200 characters"),
        ("x1 +", "expected an expression, got 'x1 \\+'"),
        ("x3", "expected numbers, x1, x2, .*, got 'x3'"),
        ("x1.real", "got 'x1.real'"),
        ("__import__('os').system('true')", "got"),
        ("(lambda: 1)()", "got"),
        ("[x1 for x1 in (1,)]", "got"),
        ("'a' * x1", "got \"'a'\""),
        ("sin(x1, x2)", "expected 1 argument of sin, got 2"),
        ("min(x1)", "expected 2 arguments of min, got 1"),
        ("9**9**9**9**9 + x1", "expected a finite value everywhere, got inf"),
        ("log(x1)", "expected a finite value everywhere, got nan at x1 = -"),
        ("x1 / 0", "expected a finite value everywhere"),
        ("x1 < x2 < 1", "got 'x1 < x2 < 1'"),
        ("x1**2 + 1", "both sides of 0, got only greater than 0"),
        ("-1", "both sides of 0, got none greater than 0"),
        ("(" * 99 + "x1" + ")" * 99, "both sides|expected"),
        ("x1\x00", "expected an expression"),
    ],
)
def test_a_function_that_is_none_is_refused(expression, message):
    if expression.startswith("(((("):
        by_function(expression, 50, rng=np.random.default_rng(0))
        return
    with pytest.raises(ValueError, match=f"^function: .*{message}"):
        by_function(expression, 50, rng=np.random.default_rng(0))


@pytest.mark.parametrize("mark", [",", ";", "\t", "  ", " , "])
def test_a_table_is_read(mark):
    rows = [(0.5 * k, -1.0, k % 3) for k in range(7)]
    lines = ["x1,x2,class", "", "# mine", *(mark.join(map(str, row)) for row in rows)]
    X, labels = in_table("\n".join(lines))
    np.testing.assert_array_equal(X, np.array(rows)[:, :2].T)
    assert labels.tolist() == [0, 1, 2, 0, 1, 2, 0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,2,0\n1,2\n1,2,1", "line 2, got '1,2'$"),
        ("1,2,0\n1,x,1", "line 2, got '1,x,1'"),
        ("1,2,0.5", "line 1, got"),
        ("1,2,-1", "line 1, got"),
        ("1,2,5", "a class from 0 to 4 in each line; line 1"),
        ("nan,2,0", "line 1, got"),
        ("1e400,2,0", "line 1, got"),
        ("1,2,0\na,b,c", "line 2, got 'a,b,c'"),
        ("1\n2\n3\n4\n5", "line 1, got '1'; line 2, got '2'; line 3, got '3' and 2 more"),
        ("", "expected 6 to 1000 of them, got 0"),
        ("1,2,0\n" * 5, "expected 6 to 1000 of them, got 5"),
        ("1,2,0\n" * 6, "at least two classes, got only class 0"),
        ("1,2,0\n" * 1001, "expected 6 to 1000 of them, got 1001"),
        ("1e9,2,0\n" * 6 + "1,2,1", "up to a million"),
    ],
)
def test_a_table_that_is_none_names_its_lines(text, message):
    with pytest.raises(ValueError, match=f"^points: .*{message}"):
        in_table(text)


# The widget


def test_it_shows_itself_shortly_and_sends_what_is_drawn():
    playground = play(page=False)
    assert isinstance(playground, widgets.DOMWidget)
    assert repr(playground) == "Playground(moons, 2-8-8-1)"
    assert playground.words.startswith("0 epochs, 0 steps: ")
    assert playground.facts["sizes"] == [2, 8, 8, 1] and len(playground.tables) == 3
    examples = unpacked(playground.layout_of_examples, playground.examples)
    assert examples["X"].shape == (2, 210) and set(examples["labels"]) == {0, 1}
    assert {"menus", "form", "frame", "_esm"} <= set(playground.get_state())


def test_every_value_of_every_menu():
    playground = Playground(hidden=(2,))
    assert playground.menus["scheme"] == [*SCHEMES]
    for name, options in playground.menus.items():
        for option in options:
            fill(playground, **{name: option})
            press(playground, "reset")
            assert playground.message == ""
            assert getattr(playground.experiment.settings, name) == option
            press(playground, "step")
            assert playground.experiment.steps == 1


def test_one_step_is_one_step_and_reset_begins_anew():
    playground = Playground(hidden=(3,))
    start, before = bytes_of(playground.experiment.network), playground.frame
    press(playground, "step")
    assert playground.words.startswith("0 epochs, 1 step: ")
    assert bytes_of(playground.experiment.network) != start
    assert playground.frame != before
    press(playground, "reset")
    assert bytes_of(playground.experiment.network) == start
    assert playground.frame == before


@pytest.mark.parametrize(
    ("name", "bad", "message"),
    [
        ("hidden", "8, x", "hidden layers: expected whole numbers such as 8, 8, got 'x'."),
        ("hidden", "8, 0", "hidden layers: expected at most 6 of 1 to 16 units, got 8, 0."),
        ("hidden", "99", "hidden layers: expected at most 6 of 1 to 16 units, got 99."),
        ("learning_rate", "0", "learning_rate: expected a number greater than 0, got '0'."),
        ("learning_rate", "nan", "learning_rate: expected a number greater than 0, got 'nan'."),
        ("learning_rate", "", "learning_rate: expected a number greater than 0, got ''."),
        ("batch_size", "-1", "batch_size: expected a whole number of at least 1, got '-1'."),
        ("batch_size", "2.5", "batch_size: expected a whole number of at least 1, got '2.5'."),
        ("seed", "one", "seed: expected a whole number of at least 0, got 'one'."),
        ("data", "cats", "data: expected one of moons, spirals, xor, function, own, got 'cats'."),
        ("loss", "hinge", "loss: expected one of squared_error"),
    ],
)
def test_bad_input_is_answered_and_nothing_is_lost(name, bad, message):
    playground = Playground(hidden=(3,))
    for _ in range(3):
        press(playground, "step")
    kept, good = bytes_of(playground.experiment.network), playground.form[name]
    fill(playground, **{name: bad})
    assert playground.message.startswith(message)
    assert playground.form[name] == bad, "the field keeps what was typed"
    assert playground.experiment.steps == 3
    assert bytes_of(playground.experiment.network) == kept
    fill(playground, **{name: good})
    assert playground.message == ""
    press(playground, "step")
    assert playground.experiment.steps == 4


def test_a_bad_function_is_answered_and_nothing_is_lost():
    playground = Playground(data="function", function="x1 - x2", hidden=(2,))
    press(playground, "step")
    fill(playground, function="x1 - y")
    assert "got 'y'" in playground.message and playground.experiment.steps == 1
    fill(playground, function="x1 + x2")
    assert playground.message == "" and playground.experiment.steps == 0


def test_rate_and_batch_size_change_the_run_and_not_the_network():
    playground = Playground(hidden=(3,))
    press(playground, "step")
    kept = playground.experiment
    fill(playground, learning_rate="0,7")
    fill(playground, batch_size="35")
    assert playground.experiment is kept
    assert (kept.learning_rate, kept.batch_size) == (0.7, 35)
    assert "learning_rate=0.7&batch_size=35" in playground.address


def test_a_unit_that_is_gone_is_not_looked_at():
    playground = Playground(hidden=(3, 2))
    playground.unit = [3, 1]
    fill(playground, hidden="4")
    assert playground.unit == [1, 1]
    playground.unit = [1, 4]
    fill(playground, activation="relu")
    assert playground.unit == [1, 4]


def test_divergence_stops_with_a_sentence():
    playground = Playground(**HUGE)
    for _ in range(50):
        press(playground, "step")
        if playground.message:
            break
    assert playground.message.startswith("Diverged: the loss is not finite in epoch 1 ")
    assert playground.message.endswith("Then press Reset.")
    assert np.isfinite(frame(playground)["W"]).all()


# Own points, first weights, files, addresses


def test_painted_points_are_taken():
    playground = Playground(hidden=(2,))
    points = [[0.1 * k, 0.2, k % 3] for k in range(9)]
    playground.points = points[:5]
    assert playground.message.startswith("points: expected 6 to 1000 of them, got 5.")
    assert repr(playground) == "Playground(moons, 2-2-1)"
    playground.points = points
    assert playground.message == ""
    assert repr(playground) == "Playground(own, 2-2-3)" and playground.form["data"] == "own"
    X = playground.experiment.points()["X"]
    assert sorted(map(tuple, X.T.round(4))) == sorted((round(a, 4), b) for a, b, _ in points)
    for bad in (
        [],
        [[0, 0]] * 9,
        [["a", 0, 1]] * 9,
        [[0, 0, 7]] * 9,
        [[0, 0, 0]] * 9,
        [[None] * 3] * 9,
    ):
        playground.points = bad
        assert playground.message.startswith("points: expected")
        assert repr(playground) == "Playground(own, 2-2-3)"


def test_own_points_begin_with_those_that_are_seen():
    playground = Playground(data="xor", hidden=(2,))
    before = {tuple(x) for x in playground.experiment.points()["X"].T.round(4)}
    fill(playground, data="own")
    assert {tuple(x) for x in playground.experiment.points()["X"].T.round(4)} == before
    assert len(playground.points) == 210
    assert repr(Playground(own=shapes(), hidden=(2,))) == "Playground(own, 2-2-3)"


def test_a_table_with_bad_lines_changes_nothing():
    playground = Playground(hidden=(2,))
    press(playground, "table", text="1,2,0\n1,2")
    assert "line 2, got '1,2'" in playground.message and "moons" in repr(playground)
    press(playground, "table", text="".join(f"{k},{k % 2},{k % 2}\n" for k in range(8)))
    assert playground.message == "" and repr(playground) == "Playground(own, 2-2-1)"


def test_first_weights_are_set():
    playground = Playground(hidden=(2,))
    press(playground, "step")
    tables = ["1 2 | 3\n-4, 5; 0.5", "0.25 -1 | 0"]
    press(playground, "weights", tables=tables)
    assert playground.message == "" and playground.experiment.steps == 0
    assert playground.experiment.network.W[1].tolist() == [[1, 2], [-4, 5]]
    assert playground.experiment.network.b[1].tolist() == [[3], [0.5]]
    assert playground.tables == ["1 2 | 3\n-4 5 | 0.5", "0.25 -1 | 0"]
    press(playground, "step")
    press(playground, "reset")
    assert playground.tables[0].startswith("1 2 | 3"), "a reset goes back to them"
    fill(playground, activation="relu")
    assert playground.tables[0].startswith("1 2 | 3"), "they fit still"
    press(playground, "seed")
    assert not playground.tables[0].startswith("1 2 | 3")


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        (["1 2 | 3", "0.25 -1 | 0"], r"W^1: expected 2 rows, one for each unit, got 1."),
        (["1 2 | 3\n1 2", "1 1 | 0"], "W^1, row 2: expected 2 weights and a bias, got 2 numbers."),
        (["1 2 | 3\n1 2 | x", "1 1 | 0"], "W^1, row 2: expected finite numbers, got 'x'."),
        (["1 2 | 3\n1 2 | inf", "1 1 | 0"], "W^1, row 2: expected finite numbers, got 'inf'."),
        (["1 2 | 3\n1 2 | 0"], "first weights: expected 2 tables, got 1."),
        (["1 2 | 3\n1 2 | 0", ""], "W^2: expected 1 rows, one for each unit, got 0."),
    ],
)
def test_first_weights_of_another_shape_are_refused(tables, message):
    playground = Playground(hidden=(2,))
    press(playground, "step")
    press(playground, "weights", tables=tables)
    assert playground.message.startswith(message)
    assert playground.experiment.steps == 1


def test_a_network_is_saved_and_loaded(monkeypatch, tmp_path):
    playground = Playground(hidden=(3, 2), activation="relu", loss="softmax_cross_entropy")
    press(playground, "step")
    sent = []
    monkeypatch.setattr(playground, "send", lambda content, buffers: sent.append(buffers[0]))
    press(playground, "save")
    (tmp_path / "network.npz").write_bytes(sent[0])
    assert_close(load(tmp_path / "network.npz"), playground.experiment.network)
    other = Playground(hidden=(4,), data="xor")
    press(other, "load", [memoryview(sent[0])])
    assert other.message == "" and repr(other) == "Playground(xor, 2-3-2-2)"
    assert other.form["activation"] == "relu" and other.form["loss"] == "softmax_cross_entropy"
    assert_close(other.experiment.network, playground.experiment.network)
    for bad in (b"", b"nothing", sent[0][:100]):
        press(other, "load", [bad])
        assert other.message.startswith("file: expected a network that save wrote: ")
        assert repr(other) == "Playground(xor, 2-3-2-2)"


@pytest.mark.parametrize(
    ("sizes", "activations", "message"),
    [
        ((3, 2, 1), ["tanh", "sigmoid"], "file: expected a network of 2 inputs, got 3."),
        ((2, 17, 1), ["tanh", "sigmoid"], "hidden layers: expected at most 6 of 1 to 16 units"),
        ((2, 2, 2, 1), ["tanh", "relu", "sigmoid"], "file: expected one activation in the hidden"),
        ((2, 2, 1), ["tanh", "tanh"], "file: expected one activation in the hidden layers, then"),
        (
            (2, 2, 7),
            ["tanh", "identity"],
            "start: expected a network of the sizes 2-2-2, got 2-2-7.",
        ),
    ],
)
def test_a_network_that_cannot_be_shown_is_refused(sizes, activations, message):
    network = init_network(sizes, activations, rng=np.random.default_rng(0))
    playground = Playground(hidden=(2,))
    press(playground, "load", [made.saved(network)])
    assert playground.message.startswith(message)
    assert repr(playground) == "Playground(moons, 2-2-1)"


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"data": "function", "function": "x1 + 1 > 1 and x2**2 % 1 > 0.5", "hidden": ()},
        {"data": "xor", "hidden": (16, 1), "activation": "relu", "loss": "softmax_cross_entropy"},
        {"own": shapes(20), "hidden": (2,), "learning_rate": 1e-5, "batch_size": 3, "seed": 7},
    ],
)
def test_an_address_holds_all_of_it(settings):
    playground = Playground(**settings)
    again = Playground()
    press(again, "open", address=playground.address)
    assert again.message == "" and again.form == playground.form
    np.testing.assert_array_equal(again.experiment.network.W[1], playground.experiment.network.W[1])
    np.testing.assert_allclose(again.experiment.X, playground.experiment.X, atol=1e-3)
    for _ in range(3):
        press(playground, "step")
    press(again, "open", address=playground.address)
    assert again.experiment.steps == 0
    for one, other in zip(again.experiment.network.W[1:], playground.experiment.network.W[1:]):
        np.testing.assert_allclose(one, other, rtol=1e-6)
    assert again.address == playground.address


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("data=cats", "data: expected one of moons, spirals, xor, function, own, got 'cats'"),
        ("hidden=4,-1", "hidden layers: expected at most 6 of 1 to 16 units, got 4, -1"),
        ("hidden=a", "hidden layers: expected whole numbers such as 8, 8, got 'a'"),
        ("learning_rate=0", "learning_rate: expected a number greater than 0, got '0'"),
        ("learning_rate=1e999", "learning_rate: expected a number greater than 0, got '1e999'"),
        ("seed=x", "seed: expected a whole number of at least 0, got 'x'"),
        ("colour=red", "colour: expected one of activation, batch_size"),
        ("data=own", "points: expected some for the data own, got none"),
        ("data=own&points=1,2", "points: expected x1,x2,class for each"),
        ("data=own&points=1,2,3", "points: expected 6 to 1000 of them, got 1"),
        ("weights=abc", "weights: expected 105 finite numbers for the sizes 2-8-8-1, got 0"),
        ("weights=%00", "weights: expected 105 finite numbers"),
    ],
)
def test_what_is_wrong_with_an_address_is_named(part, message):
    playground = Playground(hidden=(2,))
    press(playground, "open", address=f"{wording.BEGINS}batch_size=7&{part}")
    assert playground.message.startswith("In the address: ") and message in playground.message
    assert playground.message.endswith("The rest of it is taken.")
    assert playground.experiment.settings.batch_size == 7


def test_an_address_with_a_bad_function_keeps_what_is_there():
    playground = Playground(hidden=(2,))
    press(playground, "open", address=f"{wording.BEGINS}data=function&function=boom(x1)")
    assert "got 'boom(x1)'" in playground.message
    assert repr(playground) == "Playground(moons, 2-2-1)"


def test_unknown_messages_are_left_alone():
    playground = Playground(hidden=(2,))
    before = playground.frame
    press(playground, "dance")
    playground._handle_custom_msg({}, [])
    assert playground.frame == before


# The run


def test_a_loss_far_above_the_first_stops_the_run():
    async def run():
        playground = Playground(learning_rate=100.0)
        press(playground, "run")
        await until(lambda: not playground.running)
        return playground

    playground = asyncio.run(run())
    assert re.match(r"Stopped: the loss is [\d.]+ times what it was", playground.message)
    assert "smaller learning rate" in playground.message


def test_run_needs_a_kernel():
    playground = Playground(hidden=(2,))
    press(playground, "run")
    assert "kernel" in playground.message and not playground.running


def test_a_run_goes_on_beside_you_until_pause(monkeypatch):
    monkeypatch.setattr(made, "BURST", 0.0)

    async def run():
        playground = Playground(hidden=(3,))
        press(playground, "run")
        press(playground, "run")
        assert playground.experiment.steps == 0, "the press comes back at once"
        await until(lambda: playground.experiment.steps > 0)
        press(playground, "pause")
        press(playground, "run")
        playground.unit = [1, 2]
        fill(playground, learning_rate="0.1")
        fill(playground, hidden="2, 2")
        assert repr(playground) == "Playground(moons, 2-2-2-1)" and playground.running
        await until(lambda: playground.experiment.steps > 2)
        press(playground, "pause")
        await until(playground._task.done)
        assert playground._task.exception() is None
        assert f" {playground.experiment.steps:,} step" in playground.words
        assert playground.facts["steps"] == playground.experiment.steps

    asyncio.run(run())


def test_learning_waits_for_no_picture_and_none_is_sent_before_the_last_is_drawn(monkeypatch):
    monkeypatch.setattr(made, "BURST", 0.0)
    monkeypatch.setattr(made, "PATIENCE", 1e9)

    async def run():
        playground = Playground(hidden=(2,))
        sent = playground.facts["frame"]
        press(playground, "run")
        await until(lambda: playground.experiment.steps > 20)
        assert playground.facts["frame"] == sent, "nobody has drawn it"
        press(playground, "seen", frame=sent)
        await until(lambda: playground.facts["frame"] == sent + 1)
        monkeypatch.setattr(made, "PATIENCE", 0.0)
        await until(lambda: playground.facts["frame"] > sent + 1)
        press(playground, "pause")
        await until(playground._task.done)

    asyncio.run(run())


def test_what_other_threads_press_is_done_where_the_playground_was_made():
    threads = set()

    async def use():
        playground = Playground(hidden=(2,))
        playground._show = lambda: threads.add(threading.current_thread())

        async def from_elsewhere(act, *arguments):
            presser = threading.Thread(target=act, args=arguments)
            presser.start()
            presser.join()

        await from_elsewhere(press, playground, "step")
        await from_elsewhere(lambda: fill(playground, hidden="2, 2"))
        await from_elsewhere(press, playground, "run")
        await until(lambda: playground.experiment.steps >= 2)
        await until(lambda: repr(playground) == "Playground(moons, 2-2-2-1)")
        assert playground._task.get_loop() is asyncio.get_running_loop()
        await from_elsewhere(press, playground, "pause")
        await until(playground._task.done)

    asyncio.run(use())
    assert threads == {threading.current_thread()}


def test_a_forgotten_run_ends(monkeypatch):
    monkeypatch.setattr(made, "MOST_EPOCHS", 3)

    async def run():
        playground = Playground(hidden=(2,), batch_size=140)
        press(playground, "run")
        await until(lambda: not playground.running)
        return playground

    assert asyncio.run(run()).message == "Paused after 3 epochs. Press Run to go on."


# The page


def test_the_page_has_a_prepared_run_with_a_picture_for_those_without_scripts():
    shown = play(hidden=(2,), page=True)
    assert not isinstance(shown, widgets.Widget)
    assert repr(shown) == "Playground(moons, 2-2-1)"
    page = shown._repr_html_()
    run = json.loads(re.search(r'<script type="application/json">(.*?)</script>', page)[1])
    data = zlib.decompress(base64.b64decode(run["data"]))
    layout, length = run["examples"]
    assert unpacked(layout, data[:length])["X"].shape == (2, 210)
    for epochs, of in zip(still.EPOCHS, run["frames"], strict=True):
        arrays = unpacked(of["layout"], data[length : length + of["length"]])
        length += of["length"]
        assert of["facts"]["epochs"] == epochs == arrays["losses"][0, -1]
    assert length == len(data)
    last = html.unescape(re.search(r'<img [^>]*alt="([^"]*)"', page)[1])
    assert last == run["frames"][-1]["words"] == describe(shown.experiment)
    assert 'data-live="backprop.playground.play"' in page
    assert page == play(hidden=(2,), page=True)._repr_html_(), "the same at every build"


def test_first_weights_are_those_of_init_network():
    experiment = Experiment(Settings(hidden=(5,), scheme="he_normal"))
    rng = np.random.default_rng(0)
    DATA["moons"](210, rng=rng)
    expected = init_network((2, 5, 1), ["tanh", "sigmoid"], rng=rng, scheme="he_normal")
    assert_close(experiment.network, expected)
