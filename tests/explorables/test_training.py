"""The explorable of training: its words, marks and lines are what the module computes."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from helpers import every_frame, some_between

from backprop import SQUARED_ERROR, DivergenceError, init_network, predict, train
from backprop.experiments.training import BATCH_SIZE
from backprop.explorables import training
from backprop.plotting import DELTA, INK, STYLE

GOOD = {"learning_rate": 0.3, "sizes": (2, 16, 16, 2), "epoch": 100}
LOST = GOOD | {"learning_rate": 3.0}


@pytest.fixture(autouse=True)
def course_style():
    with plt.style.context(STYLE):
        yield
    plt.close("all")


def trained_anew(data, learning_rate, sizes, epoch):
    """The network after `epoch` epochs, trained for so many and no more."""
    rng = np.random.default_rng(6)
    X, Y, *_ = training.points(data)
    network = init_network(sizes, ["tanh"] * (len(sizes) - 2) + ["identity"], rng=rng)
    if epoch:
        train(
            network, X, Y, SQUARED_ERROR, learning_rate=learning_rate, epochs=epoch,
            batch_size=BATCH_SIZE, rng=rng,
        )  # fmt: skip
    return network


def said(loss, share):
    return f"loss {f'{loss:.3f}' if loss < 100 else f'{loss:.1e}'}, {share:.1%} correct"


def test_the_points_are_nearly_balanced_and_the_two_parts_differ():
    for data, balance in (("moons", [60, 60]), ("xor", [62, 58])):
        X, Y, X_val, Y_val = training.points(data)
        assert X.shape == X_val.shape == (2, 120)
        assert Y.sum(axis=1).tolist() == balance and sorted(Y_val.sum(axis=1)) == sorted(balance)
        assert not np.isin(X, X_val).any()
        assert (np.abs(X) < np.array(training.VIEWS[data])[:, None]).all()


@pytest.mark.parametrize("epoch", [0, 1, 20])
@pytest.mark.parametrize("data", training.NAMES)
def test_the_words_are_those_of_a_network_trained_anew(data, epoch):
    values = {"data": data, "learning_rate": 0.05, "sizes": (2, 4, 2), "epoch": epoch}
    network = trained_anew(**values)
    X, Y, X_val, Y_val = training.points(data)
    parts = []
    for inputs, targets in ((X, Y), (X_val, Y_val)):
        outputs = predict(network, inputs)
        right = (outputs.argmax(axis=0) == targets.argmax(axis=0)).mean()
        parts.append(said(np.sum((outputs - targets) ** 2) / 2 / 120, right))
    words = training.describe(**values)
    assert f"training {parts[0]}; validation {parts[1]}. " in words
    assert words.endswith("Not trained yet.") is (epoch == 0)
    for part in (training.NAMES[data], "layers 2-4-2", "learning rate 0.05", f"epoch {epoch}"):
        assert part in words


def test_every_frame_draws_what_it_says_and_no_state_fails():
    for values, figure, words in every_frame(training):
        ran = training.run("xor", values["learning_rate"], values["sizes"])
        pane, chart = figure.axes
        texts = [text.get_text() for text in (*figure.texts, *pane.texts)]
        assert figure.get_size_inches() == pytest.approx(training.SIZE)
        marks = [line for line in chart.lines if line.get_marker() in ("o", "^")]
        if values["epoch"] >= len(ran.networks):
            assert f"diverged in epoch {ran.error.epoch}" in texts and not marks
            assert "the run has diverged" in words and f"epoch {ran.error.epoch} " in words
            continue
        assert (ran.error is not None) is ("The run diverges" in words)
        for mark, word in zip(marks, ("training loss ", "validation loss "), strict=True):
            loss = float(words.split(word)[1].split(", ")[0])
            (x,), (y,) = mark.get_data()
            assert x == values["epoch"]
            top = training.LOSSES[1]
            assert y == pytest.approx(loss, abs=6e-4) if loss <= top else y == top
            assert (mark.get_marker() == "^") is (loss > top)
        shares = [round(float(part.rsplit(" ", 1)[-1])) for part in words.split("% correct")[:2]]
        drawn = [int(text.removesuffix(" %")) for text in texts if text.endswith(" %")]
        assert all(abs(a - b) <= 1 for a, b in zip(shares, drawn, strict=True))


@pytest.mark.parametrize("data", training.NAMES)
@pytest.mark.parametrize("sizes", [(2, 4, 2), (2, 16, 16, 2)])
def test_one_rate_crawls_one_is_right_and_one_diverges(data, sizes):
    crawls, slow, right, diverges = (
        training.run(data, rate, sizes) for rate in training.CONTROLS[0].values
    )
    assert [ran.error is None for ran in (crawls, slow, right, diverges)] == [True] * 3 + [False]
    last = [ran.history.loss[-1] for ran in (crawls, slow, right)]
    assert last[0] > last[1] > last[2] and last[0] > 1.5 * last[2]
    assert sum(np.diff(crawls.history.loss) > 0) <= 10  # it goes down steadily, and slowly


def test_the_curves_are_the_history_and_leave_the_chart_upwards():
    for values in (GOOD, LOST):
        chart = training.draw(**values).axes[1]
        ran = training.run("xor", values["learning_rate"], values["sizes"])
        curves = {line.get_color(): line for line in chart.lines if line.get_marker() == "None"}
        losses = curves[INK].get_ydata()[: len(ran.networks)]
        expected = [ran.history.initial_loss, *ran.history.loss]
        np.testing.assert_array_equal(losses, np.minimum(expected, training.OFF_THE_CHART))
        val_losses = curves[DELTA].get_ydata()[1 : len(ran.networks)]
        np.testing.assert_array_equal(
            val_losses, np.minimum(ran.history.val_loss, training.OFF_THE_CHART)
        )
        if values is LOST:
            assert isinstance(ran.error, DivergenceError)
            assert curves[INK].get_ydata()[-1] > chart.get_ylim()[1]


def test_on_the_line_the_outputs_are_equal():
    pane = training.draw(**GOOD).axes[0]
    network = trained_anew("xor", **GOOD)
    lines = [line.get_xydata().T for line in pane.lines]
    outputs = predict(network, np.concatenate(lines, axis=1))
    half_way = np.abs(outputs[1] - outputs[0])
    assert np.mean(half_way) < 0.01 and half_way.max() < 0.1
    X, Y, *_ = training.points("xor")
    field = pane.images[0]
    x_1, x_2, ahead = training.lead("xor", 0.3, GOOD["sizes"], 100)
    np.testing.assert_array_equal(field.get_array(), ahead)
    near = [ahead[np.abs(x_2 - y).argmin(), np.abs(x_1 - x).argmin()] for x, y in X.T]
    assert np.mean((np.array(near) > 0) == Y[1]) > 0.95


def test_the_straight_line_stays_straight_and_more_units_bend_it():
    for sizes, straight in (((2, 2), True), ((2, 16, 16, 2), False)):
        (line,) = training.draw(**(GOOD | {"sizes": sizes}), data="moons").axes[0].lines
        x, y = line.get_data()
        off = np.abs(y - np.polyval(np.polyfit(x, y, 1), x)).max()
        assert bool(off < 0.01) is straight


def test_a_notebook_takes_any_epoch_and_rate_between():
    for values in some_between(training, 4):
        values["epoch"] = 33
        training.draw(**values).canvas.draw()
        assert training.describe(**values)


def test_the_layers_make_the_same_picture_and_the_page_has_each_once():
    explorable = training.explorable(page=False)
    layers = explorable.children[-1].children
    assert len(layers) == len(training.LAYERS)
    shown = [layer.value for layer in layers]
    assert [value.count("explorable-text") for value in shown] == [1, 0, 0, 0]
    assert "image/webp" in shown[0] and all("image/svg+xml" in value for value in shown[1:])
    explorable.controls["epoch"].value = 7
    moved = [layer.value for layer in layers]
    assert [a == b for a, b in zip(shown, moved, strict=True)] == [False, True, False, True]
    assert explorable.text == training.describe(**explorable.values)
    assert "epoch 7" in explorable.text


def test_the_front_page_has_its_own_smaller_set():
    front = training.explorable(front=True, page=False)
    assert list(front.controls) == ["learning_rate", "sizes", "epoch"]
    assert front.text.startswith("Moons, layers 2-16-16-2, learning rate 0.3, epoch 20")
    for control in training.FRONT:
        whole = next(c for c in training.CONTROLS if c.name == control.name)
        assert set(control.values) <= set(whole.values)
