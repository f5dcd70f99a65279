"""What the figures really show: counts, texts, colours and widths, read back from the ax."""

import io
from itertools import combinations

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from helpers import is_hue, net21, network_of, png, texts
from matplotlib.colors import to_rgb

from backprop import Network, forward
from backprop.diagram import plot_network
from backprop.figures.plotting import (
    DELTA,
    INK,
    NEGATIVE,
    PALETTE,
    POSITIVE,
    _ink,
    plot_confusion,
    plot_decision_boundary,
    plot_images,
    plot_loss,
    tint,
    use_style,
)
from backprop.sgd import History


@pytest.fixture(autouse=True)
def course_style():
    with matplotlib.rc_context():
        use_style()
        yield
    plt.close("all")


# Colours ----------------------------------------------------------------------------------------

# Machado, Oliveira and Fernandes (2009), severity 1, on linear rgb.
EYES = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
RGB_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def linear(rgb):
    rgb = np.asarray(rgb)
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def cielab(linear_rgb):
    t = RGB_TO_XYZ @ linear_rgb / RGB_TO_XYZ.sum(axis=1)
    f = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def light_theme(color):
    return np.array(to_rgb(color))


def dark_theme(color):
    """The site's CSS, invert(.9) hue-rotate(180deg), as the Filter Effects specification has it."""
    inverted = 0.9 - 0.8 * light_theme(color)
    rotation = np.array([[-0.574, 1.43, 0.144], [0.426, 0.43, 0.144], [0.426, 1.43, -0.856]])
    return np.clip(rotation @ inverted, 0, 1)


THEMES = {"light": light_theme, "dark": dark_theme}


def contrast(one, other):
    low, high = sorted(linear(c) @ RGB_TO_XYZ[1] for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def test_cielab_of_known_colours():
    assert np.allclose(cielab(linear([1, 1, 1])), [100, 0, 0], atol=0.01)
    assert np.allclose(cielab(linear([1, 0, 0])), [53.24, 80.09, 67.20], atol=0.01)
    assert np.allclose(dark_theme("white"), 0.1) and np.allclose(dark_theme("black"), 0.9)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("eye", EYES)
def test_colours_used_together_stay_apart(theme, eye):
    together = {"white": "white", "+": POSITIVE, "-": NEGATIVE, "delta": DELTA, "ink": INK}
    lab = {
        name: cielab(np.clip(EYES[eye] @ linear(THEMES[theme](color)), 0, 1))
        for name, color in together.items()
    }
    distances = {(a, b): np.linalg.norm(lab[a] - lab[b]) for a, b in combinations(together, 2)}
    assert min(distances.values()) > 20, distances
    assert distances["+", "-"] > 75


@pytest.mark.parametrize("theme", THEMES)
def test_lines_and_numbers_can_be_read_in_both_themes(theme):
    seen = THEMES[theme]
    for color in PALETTE[:4]:
        assert contrast(seen(color), seen("white")) > 3
    for color in (POSITIVE, NEGATIVE):
        assert contrast(seen(INK), seen(tint(color, 0.5))) > 3.5  # the deepest circle
        for depth in np.linspace(0, 1, 51):
            cell = tint(color, depth)
            assert contrast(seen(_ink(cell)), seen(cell)) > 2.7
    assert contrast(seen(tint(INK, 0.65)), seen("white")) > 4.5  # a zero of the confusion


def test_the_palette_is_the_style_s_cycle_without_yellow():
    assert [c.lower() for c in PALETTE[:2]] == ["#0072b2", "#d55e00"]
    cycle = plt.rcParams["axes.prop_cycle"].by_key()["color"]
    assert [to_rgb(c) for c in cycle] == [to_rgb(c) for c in PALETTE]
    assert "#f0e442" not in [c.lower() for c in PALETTE]
    assert len(set(PALETTE)) == len(PALETTE)


# The style --------------------------------------------------------------------------------------


def test_a_figure_is_crisp_white_and_the_same_each_time():
    ax = plt.subplots()[1]
    ax.plot([1, 2, 3])
    pixels = plt.imread(io.BytesIO(png(ax, dpi="figure")))
    assert pixels.shape == (800, 1280, 4)
    assert (pixels[..., 3] == 1).all() and (pixels[0, 0] == 1).all()
    assert png(ax) == png(ax)
    svgs = [io.BytesIO(), io.BytesIO()]
    for file in svgs:
        ax.figure.savefig(file, format="svg", metadata={"Date": None})
    assert svgs[0].getvalue() == svgs[1].getvalue()


def test_texts_are_at_least_12_points():
    for ax in (
        plot_network(network_of(2, 3, 2, 1)),
        plot_loss([3.0, 2.0]),
        plot_decision_boundary(network_of(2, 1), np.eye(2), [[0, 1]], resolution=5),
        plot_confusion(np.eye(3), np.eye(3)),
        plot_images(np.eye(4), titles=list("abcd")),
    ):
        shown = [text for text in ax.findobj(matplotlib.text.Text) if text.get_text()]
        assert shown and min(text.get_fontsize() for text in shown) >= 12


# plot_loss --------------------------------------------------------------------------------------


def lines_of(ax):
    return {line.get_label(): line.get_xydata().tolist() for line in ax.lines}


def test_a_history_with_validation():
    ax = plot_loss(History(4.0, [3.0, 2.0], [3.5, 2.5]))
    assert lines_of(ax) == {
        "training": [[0, 4.0], [1, 3.0], [2, 2.0]],
        "validation": [[1, 3.5], [2, 2.5]],
    }
    assert texts(ax) == ["training", "validation"]
    for text, line in zip(ax.texts, ax.lines, strict=True):
        assert text.get_color() == line.get_color()
    assert len({line.get_color() for line in ax.lines}) == 2
    assert len({line.get_linestyle() for line in ax.lines}) == 2
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", r"loss $\mathcal{L}$")
    assert all(tick == int(tick) for tick in ax.get_xticks())


def test_a_history_without_validation_a_sequence_and_a_dict():
    assert lines_of(plot_loss(History(4.0, [3.0]))) == {"training": [[0, 4.0], [1, 3.0]]}
    assert lines_of(plot_loss(History(4.0, [], []))) == {"training": [[0, 4.0]]}
    ax = plot_loss(np.array([4.0, 3.0]))
    assert [line.get_ydata().tolist() for line in ax.lines] == [[4, 3]] and not any(texts(ax))
    ax = plot_loss({"small": [4, 3], "large": [4, 2, 9]})
    assert lines_of(ax) == {"small": [[0, 4], [1, 3]], "large": [[0, 4], [1, 2], [2, 9]]}


@pytest.mark.parametrize(
    ("losses", "scale"),
    [
        ([1.0, 0.011], "linear"),
        ([1.0, 0.009], "log"),
        ([1.0, 0.0], "linear"),
        ([1.0, -5.0, 500.0], "linear"),
        ([np.inf, 1.0, 0.5, np.nan], "linear"),
    ],
)
def test_the_loss_axis_is_logarithmic_over_two_decades(losses, scale):
    ax = plot_loss(losses)
    assert ax.get_yscale() == scale
    png(ax)


@pytest.mark.parametrize("ends", [(1, 1, 1), (1, 1.01, 1.02), (0, 0.5, 10), (1e-6, 2e-6, 1)])
def test_labels_of_lines_do_not_overlap(ends):
    ax = plot_loss({name: [2, 5, end] for name, end in zip("abc", ends, strict=True)})
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert len(boxes) == 3 and not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    heights = {text.get_text(): text.get_position()[1] for text in ax.texts}
    assert sorted(heights, key=heights.get) == ["a", "b", "c"]
    assert min(box.x0 for box in boxes) > ax.get_window_extent().x1


@pytest.mark.parametrize(
    ("history", "error", "message"),
    [
        ([], ValueError, "history: expected finite losses"),
        ([np.nan], ValueError, "history: expected finite losses"),
        ([[1.0, 2.0]], TypeError, "history: expected a History"),
        (3.0, TypeError, "history: expected a History"),
        ({}, ValueError, "history: expected at least one line"),
        ({"a": [1], "b": []}, ValueError, "history\\['b'\\]"),
        ("loss", TypeError, "history: expected a History, a sequence of losses, or a dict"),
        ([1, [2]], TypeError, "history: expected a History"),
        (None, TypeError, "history: expected a History"),
    ],
)
def test_plot_loss_refuses(history, error, message):
    with pytest.raises(error, match=message):
        plot_loss(history)
    assert not plt.get_fignums()


# plot_decision_boundary -------------------------------------------------------------------------

SQUARE = np.array([[-1.0, 1.0, -1.0, 1.0], [-1.0, -1.0, 1.0, 1.0]])  # (2, 4)


def color_at(ax, x1, x2):
    (image,) = ax.images
    left, right, bottom, top = image.get_extent()
    picture = image.get_array()
    assert image.origin == "lower"
    row = int((x2 - bottom) / (top - bottom) * picture.shape[0])
    column = int((x1 - left) / (right - left) * picture.shape[1])
    return picture[row, column]


def contour_points(ax):
    paths = [
        path.vertices for c in ax.collections if hasattr(c, "levels") for path in c.get_paths()
    ]
    return np.concatenate([vertices for vertices in paths if len(vertices)])


def point_sets(ax):
    return [c for c in ax.collections if not hasattr(c, "levels")]


def test_one_output_colours_by_the_half():
    network = Network([None, [[4.0, 0.0]]], [None, [[-2.0]]], "sigmoid")  # class 1 from x_1 = 0.5
    Y = [[0, 1, 1, 1]]
    ax = plot_decision_boundary(network, SQUARE, Y)
    assert is_hue(color_at(ax, 0.3, 0.9), PALETTE[0]) and is_hue(color_at(ax, -1, -1), PALETTE[0])
    assert is_hue(color_at(ax, 0.7, 0.9), PALETTE[1]) and is_hue(color_at(ax, 1, -1), PALETTE[1])
    assert color_at(ax, -1, 0)[0] < color_at(ax, 0.3, 0)[0]  # surer, deeper
    assert color_at(ax, -1, 0).min() > 0.5  # and still pale
    line = contour_points(ax)
    assert np.allclose(line[:, 0], 0.5, atol=1e-3) and np.ptp(line[:, 1]) > 2
    zeros, ones = point_sets(ax)
    assert np.allclose(zeros.get_offsets(), SQUARE[:, :1].T)
    assert np.allclose(ones.get_offsets(), SQUARE[:, 1:].T)
    assert zeros.get_facecolor()[0][:3] == pytest.approx(to_rgb(PALETTE[0]))
    assert ones.get_facecolor()[0][:3] == pytest.approx(to_rgb(PALETTE[1]))
    shapes = [points.get_paths()[0].vertices.shape for points in (zeros, ones)]
    assert shapes[0] != shapes[1]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_aspect()) == ("$x_1$", "$x_2$", 1)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["class 0", "class 1"]


@pytest.mark.parametrize("activation", ["identity", "sigmoid"])
def test_of_many_outputs_the_largest_wins(activation):
    # One class to the right, one to the left, one at the top.
    W = [[6.0, 0.0], [-6.0, 0.0], [0.0, 6.0]]
    network = Network([None, W], [None, np.zeros((3, 1))], activation)
    Y = np.eye(3)[:, [1, 0, 2, 2]]
    ax = plot_decision_boundary(network, SQUARE, Y, resolution=101)
    for k, point in enumerate([(1, 0), (-1, 0), (0, 1)]):
        assert is_hue(color_at(ax, *point), PALETTE[k])
    for x1, x2 in contour_points(ax):
        scores = np.sort(np.array(W) @ [x1, x2])
        assert scores[-1] - scores[-2] < 0.3  # two classes draw
    assert [len(points.get_offsets()) for points in point_sets(ax)] == [1, 1, 2]


def test_the_depth_is_the_lead_of_the_softmax():
    network = Network([None, [[0.5, 0.0], [-0.5, 0.0]]], [None, np.zeros((2, 1))], "identity")
    ax = plot_decision_boundary(network, SQUARE, np.eye(2)[:, [1, 0, 1, 0]], padding=0.5)
    p = 1 / (1 + np.exp(-2))  # softmax of (1, -1), at the right, x_1 = 2
    depth = 0.1 + 0.3 * (p - (1 - p))
    assert np.allclose(ax.images[0].get_array()[:, -1], tint(PALETTE[0], depth))
    assert np.allclose(ax.images[0].get_array()[:, 0], tint(PALETTE[1], depth))


def test_each_pixel_is_around_its_grid_point():
    ax = plot_decision_boundary(net21(), [[0, 10], [0, 1]], [[0, 1]], resolution=7, padding=0.1)
    assert (ax.get_xlim(), ax.get_ylim()) == ((-1, 11), (-1, 2))
    assert ax.images[0].get_extent() == pytest.approx((-2, 12, -1.25, 2.25))


def test_padding_and_resolution():
    ax = plot_decision_boundary(net21(), SQUARE, [[0, 0, 1, 1]], resolution=31, padding=0.5)
    assert ax.images[0].get_array().shape == (31, 31, 3)
    assert ax.get_xlim() == ax.get_ylim() == (-2, 2)


def test_one_class_everywhere_and_one_example():
    network = Network([None, [[0.0, 0.0]]], [None, [[-5.0]]], "sigmoid")
    ax = plot_decision_boundary(network.astype(np.float32), [[1.0], [2.0]], [[1]], resolution=20)
    assert not any(hasattr(c, "levels") for c in ax.collections)
    assert ax.get_xlim() == pytest.approx((0.85, 1.15))
    png(ax)


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"network": None}, TypeError, "network: expected a Network"),
        ({"network": network_of(3, 1)}, ValueError, "network: expected n_0 = 2 .* n_0 = 3"),
        ({"X": SQUARE.T}, ValueError, r"X: expected shape \(n_0, m\)"),
        ({"Y": [[0, 1]]}, ValueError, "Y"),
        ({"network": network_of(2, 2), "Y": np.full((2, 4), 0.5)}, ValueError, "Y: .*one-hot"),
        ({"network": network_of(2, 2), "Y": np.ones((2, 4))}, ValueError, "Y: .*one-hot"),
        ({"resolution": 1}, ValueError, "resolution"),
        ({"resolution": 10.0}, TypeError, "resolution"),
        ({"padding": 0}, ValueError, "padding"),
        ({"ax": 1}, TypeError, "ax"),
    ],
)
def test_plot_decision_boundary_refuses(kwargs, error, message):
    with pytest.raises(error, match=message):
        plot_decision_boundary(**({"network": net21(), "X": SQUARE, "Y": [[0, 0, 1, 1]]} | kwargs))
    assert not plt.get_fignums()


# plot_confusion ---------------------------------------------------------------------------------


def test_the_confusion_counts_rows_as_true_and_columns_as_predicted():
    true = [0, 0, 0, 0, 1, 1, 2]
    taken = [0, 0, 0, 1, 1, 2, 2]
    scores = 0.25 * np.eye(3)[:, taken] - 3.0  # scores need be no probabilities
    ax = plot_confusion(scores, np.eye(3)[:, true], labels=["ant", "bee", "cat"])
    cells = {tuple(text.get_position()): text for text in ax.texts}
    counts = [[int(cells[j, k].get_text()) for j in range(3)] for k in range(3)]
    assert counts == [[3, 1, 0], [0, 1, 1], [0, 0, 1]]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted", "true")
    assert ax.get_title(loc="left") == "accuracy 71.4% (5 of 7)"
    for axis in (ax.xaxis, ax.yaxis):
        assert [label.get_text() for label in axis.get_ticklabels()] == ["ant", "bee", "cat"]
    picture = ax.images[0].get_array()
    assert is_hue(picture[0, 0], POSITIVE) and is_hue(picture[0, 1], NEGATIVE)
    assert (picture[1, 0] == 1).all()
    assert np.allclose(picture[2, 2], to_rgb(POSITIVE))
    assert picture[1, 2][2] < picture[0, 1][2]  # 1 of 2 is worse than 1 of 4
    assert cells[2, 2].get_color() == "white" and cells[1, 0].get_color() == INK
    ylim = ax.get_ylim()
    assert ylim[0] > ylim[1]  # the first class is at the top


def test_ten_classes_and_a_class_without_examples():
    Y = np.eye(10)[:, :9]
    ax = plot_confusion(Y, Y)
    assert len(ax.texts) == 100 and texts(ax).count("1") == 9
    assert ax.get_title(loc="left") == "accuracy 100.0% (9 of 9)"
    assert [label.get_text() for label in ax.get_xticklabels()] == [str(k) for k in range(10)]
    png(ax)


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"target": np.ones((1, 3))}, ValueError, r"target: expected K >= 2 .*\(1, 3\)"),
        ({"target": np.ones(3)}, ValueError, "target"),
        ({"target": np.ones((3, 3))}, ValueError, "target: .*one-hot"),
        ({"predicted": np.ones((3, 4))}, ValueError, r"predicted: expected shape \(K, m\)"),
        ({"predicted": np.full((3, 3), np.nan)}, ValueError, "predicted"),
        ({"labels": ["a", "b"]}, ValueError, "labels: expected K = 3 texts, got 2"),
        ({"labels": 3}, TypeError, "labels"),
        ({"ax": 1}, TypeError, "ax"),
    ],
)
def test_plot_confusion_refuses(kwargs, error, message):
    with pytest.raises(error, match=message):
        plot_confusion(**({"predicted": np.eye(3), "target": np.eye(3)} | kwargs))
    assert not plt.get_fignums()


# plot_images ------------------------------------------------------------------------------------


def test_images_are_the_columns_in_reading_order():
    X = np.arange(24.0).reshape(6, 4)
    ax = plot_images(X, shape=(2, 3), columns=3, titles=["a", "b", "c", "d"])
    assert len(ax.images) == 4
    for k, image in enumerate(ax.images):
        assert image.get_array().tolist() == X[:, k].reshape(2, 3).tolist()
        assert image.get_clim() == (0, 23) and image.get_cmap().name == "Greys"
    corners = [(image.get_extent()[0], image.get_extent()[3]) for image in ax.images]
    assert corners[0][0] < corners[1][0] < corners[2][0] and corners[3][0] == corners[0][0]
    assert corners[0][1] == corners[2][1] < corners[3][1] and ax.yaxis_inverted()
    assert texts(ax) == ["a", "b", "c", "d"]
    for text, image in zip(ax.texts, ax.images, strict=True):
        left, right, _, top = image.get_extent()
        x, y = text.get_position()
        assert left < x < right and y < top
        assert ax.get_xlim()[0] <= left and right <= ax.get_xlim()[1]
        assert ax.get_ylim()[1] <= y and image.get_extent()[2] <= ax.get_ylim()[0]


def test_images_are_square_by_default():
    ax = plot_images(np.zeros((64, 12)))
    assert {image.get_array().shape for image in ax.images} == {(8, 8)}
    assert len({image.get_extent()[3] for image in ax.images}) == 2


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"X": np.zeros(4)}, ValueError, r"X: expected a matrix \(n_0, m\)"),
        ({"X": np.zeros((5, 1))}, ValueError, r"shape: .*n_0 = 5, got \(2, 2\)"),
        ({"shape": (3, 2)}, ValueError, "shape"),
        ({"shape": 4}, TypeError, "shape"),
        ({"shape": (2.0, 2.0)}, TypeError, "shape"),
        ({"titles": ["a"]}, ValueError, "titles: expected m = 2 texts, got 1"),
        ({"columns": 0}, ValueError, "columns"),
        ({"ax": 1}, TypeError, "ax"),
    ],
)
def test_plot_images_refuses(kwargs, error, message):
    with pytest.raises(error, match=message):
        plot_images(**({"X": np.zeros((4, 2))} | kwargs))
    assert not plt.get_fignums()


# All of them ------------------------------------------------------------------------------------


def frozen(*arrays):
    for array in arrays:
        array.flags.writeable = False
    return arrays


def test_each_draws_on_the_given_ax_and_changes_no_input():
    network = network_of(2, 3, 2)
    frozen(*network.W[1:], *network.b[1:])
    X, Y = frozen(SQUARE.copy(), np.eye(2)[:, [0, 1, 1, 0]])
    trace = forward(network, X)
    frozen(*trace.a, *trace.z[1:])
    highlight, losses, names = {("W", 1)}, [3.0, 2.0], ["a", "b"]
    history = History(4.0, losses, [3.5, 2.5])
    calls = [
        lambda ax: plot_network(network, trace=trace, highlight=highlight, layer=2, ax=ax),
        lambda ax: plot_network(network, input_names=names, ax=ax),
        lambda ax: plot_loss(history, ax=ax),
        lambda ax: plot_loss({"a": losses}, ax=ax),
        lambda ax: plot_decision_boundary(network, X, Y, resolution=9, ax=ax),
        lambda ax: plot_confusion(trace.a[-1], Y, labels=names, ax=ax),
        lambda ax: plot_images(X, shape=(2, 1), titles=list("abcd"), ax=ax),
    ]
    rc = dict(matplotlib.rcParams)
    for call in calls:
        ax = plt.subplots()[1]
        figures = plt.get_fignums()
        assert call(ax) is ax
        assert plt.get_fignums() == figures
        assert call(None) is not ax
        assert len(plt.get_fignums()) == len(figures) + 1
    assert dict(matplotlib.rcParams) == rc
    assert (highlight, losses, names) == ({("W", 1)}, [3.0, 2.0], ["a", "b"])
    assert (history.loss, history.val_loss) == ([3.0, 2.0], [3.5, 2.5])
