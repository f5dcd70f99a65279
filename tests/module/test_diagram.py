"""What the network diagram really shows: circles, texts, colours and widths, read from the ax."""

from itertools import combinations

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from helpers import is_hue, net21, network_of, png, texts
from matplotlib.colors import to_rgb
from matplotlib.patches import Circle

from backprop import Network, forward, init_network
from backprop.diagram import plot_network
from backprop.plotting import DELTA, INK, MINUS, NEGATIVE, POSITIVE, use_style


@pytest.fixture(autouse=True)
def course_style():
    with matplotlib.rc_context():
        use_style()
        yield
    plt.close("all")


def circles(ax):
    return [patch for patch in ax.patches if isinstance(patch, Circle)]


def columns_of(ax):
    """The circles by column, each from top to bottom."""
    xs = sorted({round(circle.center[0], 6) for circle in circles(ax)})
    return [
        sorted((c for c in circles(ax) if round(c.center[0], 6) == x), key=lambda c: -c.center[1])
        for x in xs
    ]


def text_in(ax, circle):
    """The text that has the circle's centre."""
    (text,) = (t.get_text() for t in ax.texts if np.allclose(t.get_position(), circle.center))
    return text


def edges_of(ax, l):
    """{(i, j): (rgb, width, dashed)} of W^l, found by the circles each edge joins."""
    left, right = columns_of(ax)[l - 1 : l + 1]
    edges = ax.collections[l - 1]
    found = {}
    for segment, color, width, (_, dashes) in zip(
        edges.get_segments(),
        edges.get_colors(),
        edges.get_linewidths(),
        edges.get_linestyle(),
        strict=True,
    ):
        from_to = []
        for column, end in ((left, segment[0]), (right, segment[1])):
            off = [abs(np.hypot(*(end - circle.center)) - circle.radius) for circle in column]
            assert min(off) < 1e-9  # it ends at a circle's rim
            from_to.append(int(np.argmin(off)))
        if dashes is not None:
            dash, gap = dashes
            start, end = ax.transData.transform(segment) * 72 / ax.figure.dpi  # in points
            line = np.hypot(*(end - start))
            assert gap > 0 and line / (dash + gap) % 1 == pytest.approx(dash / (dash + gap))
        found[from_to[1], from_to[0]] = (tuple(color[:3]), width, dashes is not None)
    return found


@pytest.mark.parametrize("sizes", [(1, 1), (2, 3, 2, 1), (2, 4, 4, 1), (8, 8), (3,) * 12])
def test_a_circle_for_each_unit_and_an_edge_for_each_weight(sizes):
    network = network_of(*sizes)
    ax = plot_network(network)
    assert tuple(len(column) for column in columns_of(ax)) == sizes
    for l in range(1, len(sizes)):
        edges = edges_of(ax, l)
        assert set(edges) == set(np.ndindex(network.W[l].shape))
    png(ax)


def test_texts_of_a_small_network():
    network = init_network((2, 3, 1), ["tanh", "sigmoid"], rng=np.random.default_rng(0))
    ax = plot_network(network)
    assert sorted(texts(ax)) == sorted(
        [
            *(r"$\mathbf{W}^{1}$", r"$\mathbf{W}^{2}$", r"$\mathbf{a}^{0} = \mathbf{X}$"),
            *(r"$\mathbf{a}^{1}$", r"$\mathbf{a}^{2} = \hat{\mathbf{y}}$"),
            *("$n_{0} = 2$", "$n_{1} = 3$", "$n_{2} = 1$"),
            *(r"$\sigma^{1}$ tanh", r"$\sigma^{2}$ sigmoid", "$a^{0}_{1}$", "$a^{0}_{2}$"),
            *("$a^{1}_{1}$", "$a^{1}_{2}$", "$a^{1}_{3}$", "$a^{2}_{1}$"),
        ]
    )
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["weight > 0", "weight < 0"]
    assert [text_in(ax, c) for c in columns_of(ax)[1]] == [f"$a^{{1}}_{{{i}}}$" for i in (1, 2, 3)]


def test_edges_show_sign_by_colour_and_dashes_and_size_by_width():
    W1 = [[2.0, -0.5], [0.25, -1.0], [0.0, 1.5]]
    network = Network([None, W1, [[-4.0, 1.0, 3.0]]], [None, np.zeros((3, 1)), [[0.0]]], "tanh")
    ax = plot_network(network)
    edges = {(l, *ij): edge for l in (1, 2) for ij, edge in edges_of(ax, l).items()}
    weights = {(l, i, j): network.W[l][i, j] for l, i, j in edges}
    assert len(weights) == 9
    for key, (rgb, _, dashed) in edges.items():
        assert is_hue(rgb, NEGATIVE if weights[key] < 0 else POSITIVE)
        assert dashed == (weights[key] < 0)
    by_size = sorted(weights, key=lambda key: abs(weights[key]))
    sizes = [abs(weights[key]) for key in by_size]
    widths = [edges[key][1] for key in by_size]
    for a, b in combinations(range(9), 2):
        assert (widths[a] < widths[b]) == (sizes[a] < sizes[b])
    assert edges[2, 0, 0][0] == pytest.approx(to_rgb(NEGATIVE))
    assert widths[0] > 0.5  # a weight of 0 is still there


def test_all_zero_weights():
    ax = plot_network(Network([None, [[0.0, 0.0]]], [None, [[0.0]]], "tanh"))
    assert [width for _, width, _ in edges_of(ax, 1).values()] == [0.7, 0.7]


def test_wide_layers_are_cut_short():
    network = network_of(64, 32, 10)
    ax = plot_network(network, trace=forward(network, np.arange(64.0)[:, None]))
    assert [len(column) for column in columns_of(ax)] == [6, 6, 6]
    assert [len(edges.get_segments()) for edges in ax.collections] == [36, 36]
    assert texts(ax).count(r"$\boldsymbol{\vdots}$") == 3
    assert {"$n_{0} = 64$", "$n_{1} = 32$", "$n_{2} = 10$"} <= set(texts(ax))
    inputs = [text_in(ax, circle) for circle in columns_of(ax)[0]]
    assert inputs == ["0", "1.00", "2.00", "61.0", "62.0", "63.0"]
    shown = edges_of(ax, 2)
    units = [0, 1, 2, 7, 8, 9], [0, 1, 2, 29, 30, 31]
    for (i, j), (_, _, dashed) in shown.items():
        assert dashed == (network.W[2][units[0][i], units[1][j]] < 0)


def test_nine_units_are_cut_and_eight_are_not():
    assert [len(column) for column in columns_of(plot_network(network_of(8, 9)))] == [8, 6]


def test_a_trace_fills_the_circles():
    network = network_of(2, 3, 1)
    trace = forward(network, [[0.5, -3.0], [-0.25, 1.0]])
    for example in (0, 1):
        ax = plot_network(network, trace=trace, example=example)
        for column, a in zip(columns_of(ax), trace.a, strict=True):
            for circle, number in zip(column, a[:, example], strict=True):
                shown = float(text_in(ax, circle).replace(MINUS, "-"))
                assert shown == pytest.approx(number, abs=0.005)
                color = POSITIVE if number >= 0 else NEGATIVE
                assert is_hue(circle.get_facecolor()[:3], color)
    ax = plot_network(network, trace=trace, values=False)
    assert not any("." in text for text in texts(ax))
    assert columns_of(ax)[0][0].get_facecolor() != columns_of(ax)[0][1].get_facecolor()


def test_a_larger_number_fills_more_deeply():
    network = network_of(4, 1)
    ax = plot_network(network, trace=forward(network, [[0.0], [0.1], [0.6], [1.0]]))
    red = [circle.get_facecolor()[0] for circle in columns_of(ax)[0]]
    assert red[0] == 1 and red == sorted(red, reverse=True) and len(set(red)) == 4


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (0.731, "0.73"),
        (-0.5, f"{MINUS}0.50"),
        (0.0123, "0.012"),
        (-0.0123, f"{MINUS}0.012"),
        (0.0995, "0.10"),
        (0.0004, f"4e{MINUS}4"),
        (-3.2e-12, f"{MINUS}3e{MINUS}12"),
        (9.994, "9.99"),
        (9.996, "10.0"),
        (-12.34, f"{MINUS}12.3"),
        (99.96, "100"),
        (1234.5, "1234"),
        (-1e5, f"{MINUS}1e5"),
        (np.inf, "inf"),
        (np.nan, "nan"),
    ],
)
def test_a_number_is_short_and_stays_inside_its_circle(number, text):
    network = network_of(1, 1)
    trace = forward(network, [[0.0]])
    trace.a[1][:] = number
    ax = plot_network(network, trace=trace)
    circle = columns_of(ax)[1][0]
    assert text_in(ax, circle) == text
    ax.figure.canvas.draw()
    (shown,) = (t for t in ax.texts if np.allclose(t.get_position(), circle.center))
    assert shown.get_window_extent().width < circle.get_window_extent().width


def test_highlight_dims_all_else():
    network = network_of(2, 3, 2, 1)
    plain, ax = plot_network(network), plot_network(network, highlight={("W", 2), ("a", 1)})
    for l in (1, 2, 3):
        before, after = edges_of(plain, l), edges_of(ax, l)
        for key in before:
            assert (before[key][0] == after[key][0]) == (l == 2)
            assert min(before[key][0]) <= min(after[key][0])
    rings = [{c.get_edgecolor()[:3] for c in column} for column in columns_of(ax)]
    widths = [{c.get_linewidth() for c in column} for column in columns_of(ax)]
    assert rings[1] == {to_rgb(INK)} and all(min(min(rings[l])) > 0.6 for l in (0, 2, 3))
    assert widths[1] > {1.4} or min(widths[1]) > max(widths[0] | widths[2] | widths[3])
    inks = {text.get_text(): to_rgb(text.get_color()) for text in ax.texts}
    assert inks[r"$\mathbf{W}^{2}$"] == inks[r"$\mathbf{a}^{1}$"] == to_rgb(INK)
    assert inks[r"$\mathbf{W}^{1}$"] == inks["$n_{2} = 2$"] != to_rgb(INK)


def test_layer_is_short_for_what_it_computes():
    network = network_of(2, 3, 1)
    lit = {("a", 1), ("W", 2), ("a", 2)}
    assert png(plot_network(network, layer=2)) == png(plot_network(network, highlight=lit))
    assert png(plot_network(network, layer=2)) != png(plot_network(network, layer=1))
    both = plot_network(network, layer=2, highlight={("W", 1)})
    assert png(both) == png(plot_network(network, highlight=lit | {("W", 1)}))


def test_a_lit_z_or_delta_stands_in_the_place_of_a():
    network = network_of(2, 2, 1)
    trace = forward(network, [[1.0], [2.0]])
    trace.z[1][:] = [[5.5], [-6.5]]
    delta = [None, np.array([[0.25], [-0.75]]), np.array([[0.125]])]
    ax = plot_network(network, trace=trace, highlight={("z", 1)})
    assert [text_in(ax, c) for c in columns_of(ax)[1]] == ["5.50", f"{MINUS}6.50"]
    assert r"$\mathbf{z}^{1}$" in texts(ax) and r"$\mathbf{a}^{1}$" not in texts(ax)
    ax = plot_network(network, trace=trace, highlight={("z", 1), ("a", 1)})
    assert r"$\mathbf{a}^{1}$" in texts(ax)
    ax = plot_network(network, trace=trace, delta=delta, highlight={("delta", 1), ("W", 1)})
    assert [text_in(ax, c) for c in columns_of(ax)[1]] == ["0.25", f"{MINUS}0.75"]
    assert r"$\boldsymbol{\delta}^{1}$" in texts(ax)
    assert {c.get_edgecolor()[:3] for c in columns_of(ax)[1]} == {to_rgb(DELTA)}
    ax = plot_network(network, trace=trace, delta=delta, highlight={("delta", 1), ("a", 1)})
    assert [text_in(ax, c) for c in columns_of(ax)[1]] == ["0.25", f"{MINUS}0.75"]
    ax = plot_network(network, trace=trace, highlight={("delta", 1)})
    assert text_in(ax, columns_of(ax)[1][1]) == r"$\delta^{1}_{2}$"


def test_one_unit_is_lit_with_its_weights_and_what_it_reads():
    network = network_of(2, 3, 2)
    plain, ax = plot_network(network), plot_network(network, unit=(1, 2))
    for l in (1, 2):
        before, after = edges_of(plain, l), edges_of(ax, l)
        for i, j in before:
            lit = (l, i) == (1, 1)
            assert (before[i, j][0] == after[i, j][0]) == lit
    lit = [[c.get_linewidth() > 2 for c in column] for column in columns_of(ax)]
    assert lit == [[True, True], [False, True, False], [False, False]]
    assert png(ax) == png(plot_network(network, unit=[1, 2]))
    assert png(ax) != png(plot_network(network, unit=(1, 3)))


def test_sums_stand_above_their_circles():
    network = network_of(2, 3, 1)
    trace = forward(network, [[0.5], [-0.25]])
    ax = plot_network(network, trace=trace, sums=True)
    found = [text for text in ax.texts if text.get_text().startswith("$z$ = ")]
    assert len(found) == 4
    for text, circle, z in zip(
        found, [c for column in columns_of(ax)[1:] for c in column], [*trace.z[1], *trace.z[2]]
    ):
        x, y = text.get_position()
        assert x == circle.center[0] and y > circle.center[1] + circle.radius
        shown = float(text.get_text().removeprefix("$z$ = ").replace(MINUS, "-"))
        assert shown == pytest.approx(z.item(), abs=0.005)
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in found]
    boxes += [circle.get_window_extent() for circle in circles(ax)]
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))


def test_input_names_stand_left_of_the_inputs():
    ax = plot_network(network_of(2, 1), input_names=["age", "weight"])
    for name, circle in zip(["age", "weight"], columns_of(ax)[0], strict=True):
        (text,) = (t for t in ax.texts if t.get_text() == name)
        assert text.get_position()[1] == circle.center[1] and text.get_ha() == "right"
        assert text.get_position()[0] < circle.center[0] - circle.radius
        assert text.get_window_extent().x0 > 0
    wide = plot_network(network_of(64, 1), input_names=[f"pixel {k}" for k in range(64)])
    names = [text for text in texts(wide) if text.startswith("pixel")]
    assert names == ["pixel 0", "pixel 1", "pixel 2", "pixel 61", "pixel 62", "pixel 63"]


def test_a_smaller_ax_gets_a_smaller_diagram():
    network = network_of(2, 3, 2, 1)
    whole = plot_network(network)
    half = plot_network(network, ax=plt.subplots(1, 2)[1][0])
    sizes = [max(t.get_fontsize() for t in ax.texts) for ax in (whole, half)]
    assert sizes[1] < 0.8 * sizes[0]
    half.figure.canvas.draw()
    boxes = [circle.get_window_extent() for circle in circles(half)]
    assert all(box.width == pytest.approx(box.height, rel=0.01) for box in boxes)
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))


def test_a_tall_ax_holds_the_diagram_in_its_middle():
    ax = plot_network(network_of(2, 3, 1), ax=plt.subplots(figsize=(5, 8))[1])
    ax.figure.canvas.draw()
    key, box = ax.get_legend().get_window_extent(), ax.get_window_extent()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert key.y1 < min(b.y0 for b in boxes)
    below, above = key.y0 - box.y0, box.y1 - max(b.y1 for b in boxes)
    assert below > 0 and below == pytest.approx(above, abs=0.1 * box.height)


def bad_trace(change):
    trace = forward(net21(), np.ones((2, 3)))
    return change(trace)


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"network": "W"}, TypeError, "network: expected a Network, got str"),
        ({"trace": 3}, ValueError, "trace.z: expected a list of L \\+ 1 = 2"),
        ({"trace": bad_trace(lambda t: t._replace(a=t.a[:1]))}, ValueError, "trace.a"),
        (
            {"trace": bad_trace(lambda t: t._replace(a=[t.a[0].T, t.a[1]]))},
            ValueError,
            r"trace.a\[0\]: expected shape \(n_0, m\)",
        ),
        ({"trace": bad_trace(lambda t: t), "example": 3}, ValueError, "less than m = 3, got 3"),
        ({"example": -1}, ValueError, "example"),
        ({"example": 0.5}, TypeError, "example"),
        ({"delta": [None, np.ones((2, 1))]}, ValueError, r"delta\[1\]: expected shape \(n_1, m\)"),
        ({"layer": 0}, ValueError, "layer"),
        ({"layer": 2}, ValueError, "layer: expected 1 <= layer <= L = 1, got 2"),
        ({"layer": "1"}, TypeError, "layer"),
        ({"highlight": {("W", 2)}}, ValueError, "highlight: .*L = 1, got {\\('W', 2\\)}"),
        ({"highlight": {("z", 0)}}, ValueError, "highlight"),
        ({"highlight": ("W", 1)}, ValueError, "highlight"),
        ({"highlight": "W1"}, TypeError, "highlight"),
        ({"input_names": ["a"]}, ValueError, "input_names: expected n_0 = 2 texts, got 1"),
        ({"input_names": "ab"}, TypeError, "input_names"),
        ({"sums": True}, ValueError, "sums: expected a trace"),
        ({"unit": 1}, TypeError, r"unit: expected \(l, i\) as in a\^l_i, got 1"),
        ({"unit": (1, 2, 3)}, TypeError, "unit"),
        ({"unit": (1, 0)}, ValueError, "unit: expected at least 1, got 0"),
        ({"unit": (2, 1)}, ValueError, r"unit: .* 1 <= l <= L = 1, got \(2, 1\)"),
        ({"unit": (1, 2)}, ValueError, r"unit: .* 1 <= i <= n_1 = 1, got \(1, 2\)"),
        ({"unit": (1, 1.0)}, TypeError, "unit"),
        ({"ax": plt}, TypeError, "ax: expected a matplotlib Axes or None, got module"),
    ],
)
def test_plot_network_refuses(kwargs, error, message):
    with pytest.raises(error, match=message):
        plot_network(**({"network": net21()} | kwargs))
    assert not plt.get_fignums()


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_plot_network_refuses_weights_that_are_not_finite(number):
    network = network_of(2, 2, 1)
    network.W[2][0, 1] = number
    with pytest.raises(ValueError, match=f"network: expected finite weights.* {number}"):
        plot_network(network)
