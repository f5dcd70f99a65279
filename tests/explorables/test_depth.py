"""The sizes of delta of chapter 4: they are the module's, and words and picture agree with them."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from backprop.backward import backward, gradients
from backprop.experiments.depth import WAYS_OUT, both_sizes, passes, relative_sizes, verdict
from backprop.explorables import depth
from backprop.explorables.depth import (
    LIMITS,
    describe_sizes,
    draw_sizes,
    number,
)
from backprop.explore import grid
from backprop.losses import SQUARED_ERROR
from backprop.network import forward, init_network
from backprop.plotting import STYLE

SIGMOID_DEEP = (20, "sigmoid", "glorot_uniform")


def sizes(depth, activation, scheme, way="none", **more):
    return relative_sizes(depth, activation, scheme, way, rng=np.random.default_rng(4), **more)


@pytest.fixture
def drawn():
    figures = []

    def draw(relative, title="title"):
        with plt.style.context(STYLE):
            figures.append(draw_sizes(np.asarray(relative), title))
        figures[-1].canvas.draw()
        return figures[-1].axes[0]

    yield draw
    for figure in figures:
        plt.close(figure)


def test_the_sizes_are_the_root_mean_squares_of_the_modules_deltas():
    rng = np.random.default_rng(4)
    network = init_network([6] * 4, ["tanh", "tanh", "identity"], rng=rng, scheme="he_normal")
    X, Y = rng.normal(size=(2, 6, 5))
    delta = backward(network, forward(network, X), Y, SQUARED_ERROR)
    norms = np.array([np.linalg.norm(d) for d in delta[1:]])
    came = sizes(3, "tanh", "he_normal", width=6, m=5)
    np.testing.assert_allclose(came, norms / norms[-1])
    _, of_weights = both_sizes(3, "tanh", "he_normal", rng=np.random.default_rng(4), width=6, m=5)
    grads = gradients(forward(network, X), delta)
    norms = np.array([np.linalg.norm(dW) for dW in grads.W[1:]])
    np.testing.assert_allclose(of_weights, norms / norms[-1])


@pytest.mark.parametrize("way", WAYS_OUT)
def test_the_deltas_of_a_way_out_are_the_slopes_of_its_loss(way):
    """Each z moved by itself through b would move a whole row, so a shift is added to z^l."""
    rng = np.random.default_rng(5)
    network = init_network([4] * 4, ["tanh", "sigmoid", "identity"], rng=rng)
    X, Y = rng.normal(size=(2, 4, 5))

    def loss(shift, at):
        a = X
        for l in range(1, 4):
            z = network.W[l] @ a + network.b[l] + (shift if l == at else 0)
            if way == "normalised" and l < 3:
                z = (z - z.mean(axis=1, keepdims=True)) / z.std(axis=1, keepdims=True)
            out = network.activations[l].f(z)
            a = a + out if way == "residual" and l < 3 else out
        return SQUARED_ERROR.value(a, Y)

    a, delta = passes(WAYS_OUT[way], network, X, Y)
    np.testing.assert_allclose(SQUARED_ERROR.value(a[-1], Y), loss(0, 1))
    for l in (1, 2, 3):
        for i, k in np.ndindex(4, 5):
            nudge = np.zeros((4, 5))
            nudge[i, k] = 1e-6
            slope = (loss(nudge, l) - loss(-nudge, l)) / 2e-6
            assert delta[l][i, k] == pytest.approx(slope, abs=1e-8)


def test_a_way_that_is_none_is_refused_by_name():
    with pytest.raises(ValueError, match="way"):
        sizes(3, "relu", "he_normal", "resnet")


@pytest.mark.parametrize(
    ("activation", "scheme", "printed"),
    [
        ("relu", "he_normal", "5.2e+00"),
        ("tanh", "glorot_uniform", "2.9e-01"),
        ("sigmoid", "glorot_uniform", "2.0e-06"),
    ],
)
def test_ten_layers_give_what_the_chapter_prints(activation, scheme, printed):
    relative = sizes(10, activation, scheme)
    assert relative.shape == (10,) and relative[-1] == 1
    assert f"{relative[0]:.1e}" == printed


@pytest.mark.parametrize("depth", range(2, 21))
def test_what_the_chapter_says_holds_at_every_depth(depth):
    schemes = ("glorot_uniform", "he_normal")
    sigmoid, tanh, relu = (
        [sizes(depth, name, scheme) for scheme in schemes] for name in ("sigmoid", "tanh", "relu")
    )
    assert all(verdict(relative) == "holds" for relative in (*tanh, relu[1]))
    for relative in sigmoid:
        assert np.all(relative[:-1] / relative[1:] < 0.5)
        assert verdict(relative) == ("holds" if depth == 2 else "vanishes")
    assert verdict(relu[0]) == ("holds" if depth <= 7 else "vanishes")


@pytest.mark.parametrize("depth", range(5, 21))
def test_twice_the_weights_of_he_normal_make_relu_explode(depth):
    rng = np.random.default_rng(4)
    activations = ["relu"] * (depth - 1) + ["identity"]
    network = init_network([30] * (depth + 1), activations, rng=rng, scheme="he_normal")
    X, Y = rng.normal(size=(2, 30, 64))
    slopes = [np.mean(z > 0) for z in forward(network, X).z[1:-1]]
    assert 0.4 < np.mean(slopes) < 0.6  # "about half of its slopes are 0"
    for W in network.W[1:]:
        W *= 2
    size = [np.linalg.norm(d) for d in backward(network, forward(network, X), Y, SQUARED_ERROR)[1:]]
    assert verdict(np.array(size) / size[-1]) == "explodes"


def test_a_depth_that_is_none_is_refused_by_name():
    with pytest.raises(TypeError, match="depth"):
        sizes(2.5, "relu", "he_normal")
    with pytest.raises(ValueError, match="depth"):
        sizes(0, "relu", "he_normal")


@pytest.mark.parametrize(
    ("first", "word"),
    [
        *((0.0, "vanishes"), (0.099, "vanishes"), (0.1, "holds")),
        *((10.0, "holds"), (10.1, "explodes"), (1e5, "explodes")),
    ],
)
def test_words_and_picture_give_the_verdict(first, word, drawn):
    relative = np.array([first, 1.0, 1.0])
    assert verdict(relative) == word
    assert f": it {word}" in describe_sizes(relative)
    bold = [text.get_text() for text in drawn(relative).texts if text.get_weight() == "bold"]
    assert bold == [word]


def test_the_words_give_size_and_rate():
    assert describe_sizes(np.array([2e-6, 1e-2, 1e-1, 1.0])) == (
        "The size of δ¹ is 2.0 × 10⁻⁶ times that of δ⁴: it vanishes. "
        "That is as if each of the 3 steps back had multiplied it by 0.01."
    )
    assert describe_sizes(np.array([0.5, 1.0])).endswith(
        "the one step back had multiplied it by 0.50."
    )


def test_the_picture_shows_every_layer_and_the_number_of_the_first(drawn):
    relative = sizes(*SIGMOID_DEEP)
    ax = drawn(relative, "twenty")
    lines = [line for line in ax.lines if len(line.get_xdata()) == 20]
    np.testing.assert_array_equal(lines[0].get_xdata(), np.arange(1, 21))
    np.testing.assert_array_equal(lines[0].get_ydata(), relative)
    assert number(relative[0]) in [text.get_text() for text in ax.texts]
    assert number(relative[0]) in describe_sizes(relative)
    assert ax.get_title(loc="left") == "twenty"


def test_all_pictures_have_the_same_axes_and_size(drawn):
    axes = [drawn(sizes(2, "relu", "he_normal")), drawn(sizes(*SIGMOID_DEEP)), drawn([0.0, 1e9, 1])]
    assert len({(ax.get_xlim(), ax.get_ylim(), *ax.figure.get_size_inches()) for ax in axes}) == 1
    assert axes[0].get_ylim() == LIMITS


def test_nothing_is_cut_off(drawn):
    for relative in (sizes(*SIGMOID_DEEP), sizes(10, "relu", "he_normal")):
        ax = drawn(relative)
        width, height = ax.figure.canvas.get_width_height()
        for text in (*ax.texts, ax.title, ax.yaxis.label, ax.xaxis.label):
            box = text.get_window_extent()
            assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((0.0, "0.0"), (0.0404, "0.040"), (0.996, "1.0"), (5.23, "5.2"), (12.3, "12")),
        *((7.8e-4, "7.8 × 10⁻⁴"), (9.4e-13, "9.4 × 10⁻¹³"), (123.0, "1.2 × 10²")),
    ],
)
def test_numbers_have_two_digits(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    "values", list(grid(depth.CONTROLS)), ids=lambda v: "-".join(map(str, v.values()))
)
def test_every_frame_says_what_it_shows(values):
    relative = sizes(**values)
    with plt.style.context(STYLE):
        figure = depth.draw(**values)
    assert tuple(figure.get_size_inches()) == (5.4, 4.0)
    text = depth.describe(**values)
    start = f"{values['depth']} layers, {values['activation']}, {values['scheme']}"
    way = "" if values["way"] == "none" else f", {values['way']}"
    assert text.startswith(f"{start}{way}. ")
    assert describe_sizes(relative) in text
    _, of_weights = both_sizes(**values, rng=np.random.default_rng(4))
    assert f"{number(of_weights[0])} times that of W" in text.split("gradient of")[1]
    drawn = [line for line in figure.axes[0].lines if len(line.get_xdata()) == values["depth"]]
    for line, expected in zip(drawn[-2:], (relative, of_weights), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), expected)
    assert number(relative[0]) in [text.get_text() for text in figure.axes[0].texts]
    plt.close(figure)


def test_a_notebook_takes_every_depth():
    with plt.style.context(STYLE):
        explorable = depth.explorable(page=False)
        for layers in (2, 13, 20):
            explorable.controls["depth"].value = layers
            assert explorable.text.startswith(f"{layers} layers, relu, he_normal.")
