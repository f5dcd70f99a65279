"""Chapter 1's half-planes: polygons against the sums at random points, and what the chapter says of them."""

import numpy as np
import pytest
from matplotlib.path import Path

from backprop.experiments.half_plane import B_2, SQUARE, computed, region, share, side

START = (1.0, 0.5, -0.5)


def setting(seed):
    rng = np.random.default_rng(seed)
    W, b, _, _ = computed(*rng.uniform(-1, 1, size=3))
    return W, b, rng.uniform(-2, 2, size=(2000, 2))


def inside(corners, points):
    return Path(corners).contains_points(points) if len(corners) else np.zeros(len(points), bool)


@pytest.mark.parametrize("seed", range(8))
def test_a_side_is_where_the_sum_is_positive(seed):
    W, b, points = setting(seed)
    for w, bias in zip(W, b, strict=True):
        assert np.array_equal(inside(side(w, bias), points), points @ w + bias > 0)


@pytest.mark.parametrize("seed", range(8))
def test_the_region_is_where_the_unit_of_layer_2_is_on(seed):
    W, b, points = setting(seed)
    on = B_2 - np.maximum(0, points @ W.T + b).sum(axis=1) > 0
    assert np.array_equal(inside(region(W, b), points), on)
    assert share(region(W, b)) == pytest.approx(on.mean(), abs=0.05)


def test_a_unit_without_weights_is_on_everywhere_or_nowhere():
    nothing = np.zeros(2)
    assert np.array_equal(side(nothing, 0.5), SQUARE)
    assert len(side(nothing, -0.5)) == len(side(nothing, 0.0)) == 0
    assert share(SQUARE) == 1


def test_by_hand():
    """On at x_1 > 1: a quarter of the square. At the example 1.5 + 0.5 (-0.5) - 0.5 = 0.75."""
    assert share(side(np.array([1.0, 0.0]), -1.0)) == 0.25
    _, _, a, z2 = computed(*START)
    assert np.allclose(a, [0.75, 0, 0]) and z2 == pytest.approx(0.5 - 0.75)


def test_the_three_lines_make_a_triangle_of_seven_pieces_and_the_region_ends_on_every_side():
    W, b, _, _ = computed(*START)
    points = np.random.default_rng(0).uniform(-50, 50, size=(400_000, 2))
    pieces = {tuple(on) for on in points @ W.T + b > 0} | {(False, False, False)}
    assert len(pieces) == 7
    assert np.all(np.abs(region(W, b)) < 2), "it reaches the border of the picture"
    off = SQUARE
    for w, bias in zip(-W, -b, strict=True):
        off = side(w, bias, off)
    assert len(off) == 3 and share(off) < share(region(W, b))
