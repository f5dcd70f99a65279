"""The game: its verdicts are those of training, deeper networks bear less, game.js gets its facts."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from helpers import every_frame

from backprop import SQUARED_ERROR, DivergenceError, init_network, predict, train
from backprop.experiments.largest_rate import largest
from backprop.explorables import largest_rate as game
from backprop.plotting import STYLE


@pytest.fixture(autouse=True)
def course_style():
    with plt.style.context(STYLE):
        yield
    plt.close("all")


@pytest.mark.parametrize(("depth", "rate"), [(1, 0.5), (4, 0.01), (6, 0.0001), (9, 0.1)])
def test_the_losses_are_those_of_training(depth, rate):
    rng = np.random.default_rng(2)
    X = rng.normal(size=(4, 64))
    Y = rng.normal(size=(1, 4)) @ X
    network = init_network([4, *[10] * (depth - 1), 1], "identity", rng=rng, scheme="he_normal")
    first = SQUARED_ERROR.value(predict(network, X), Y)
    end = 51
    try:
        train(network, X, Y, SQUARED_ERROR, learning_rate=rate, epochs=50, batch_size=64, rng=rng)
        share = SQUARED_ERROR.value(predict(network, X), Y) / first
        assert game.shares(depth, rate)[-1] == pytest.approx(share)
        expected = "converged" if share < 0.02 else "too slow" if share < 1 else "diverged"
    except DivergenceError as error:
        expected, end = "diverged", error.epoch
    assert game.outcome(depth, rate) == expected
    assert len(game.shares(depth, rate)) == end


def test_what_the_chapter_says_of_the_depths():
    best = [largest(depth) for depth in range(1, 11)]
    assert best == sorted(best, reverse=True)
    assert best[0] == 1.0 and best[-1] == 0.0001


def test_every_frame_has_its_verdict_in_words_and_as_facts_for_game_js():
    seen = set()
    for values, figure, words in every_frame(game):
        depth, rate, outcome = words.facts.values()
        assert list(words.facts) == ["depth", "rate", "outcome"]
        assert (depth, rate) == (values["depth"], values["learning_rate"])
        assert outcome == game.outcome(**values)
        assert words.startswith(f"Depth {depth}, learning rate {rate:.3g}: {outcome}.")
        assert outcome.capitalize() in [text.get_text() for text in figure.texts]
        seen.add(outcome)
        assert figure.get_size_inches() == pytest.approx(game.SIZE)
    assert seen == {"converged", "too slow", "diverged"}


def test_a_depth_that_is_none_is_refused_by_name():
    with pytest.raises(ValueError, match="depth: expected at least 1, got 0"):
        game.shares(0, 0.1)
