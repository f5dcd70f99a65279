"""Figures as small SVG: what is in them, that it looks the same, how small it is."""

import io
import re
import xml.etree.ElementTree as ET

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from helpers import network_of
from matplotlib.patches import Circle, Ellipse

from backprop.diagram import plot_network
from backprop.figures import vector
from backprop.figures.vector import small_svg
from backprop.network import forward
from backprop.plotting import use_style

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def course_style():
    with matplotlib.rc_context():
        use_style()
        yield
    plt.close("all")


def diagram():
    network = network_of(2, 4, 1)
    return plot_network(network, trace=forward(network, [[1.5], [-0.5]]), sums=True).figure


def empty(width=4.0, height=2.0):
    whole = {"left": 0, "right": 1, "bottom": 0, "top": 1}
    fig, ax = plt.subplots(figsize=(width, height), layout="none", gridspec_kw=whole)
    ax.set_axis_off()
    ax.set(xlim=(0, width), ylim=(0, height))  # in inches
    return fig, ax


def test_a_diagram_keeps_its_circles_lines_and_words():
    root = ET.fromstring(small_svg(diagram()))
    ellipses = root.findall(f".//{SVG}ellipse")
    assert len(ellipses) == 7
    assert {float(e.get("rx")) for e in ellipses} == {float(e.get("ry")) for e in ellipses}
    words = "".join(root.itertext())
    for word in ("1.50", "\N{MINUS SIGN}0.50", "tanh", "weight > 0", "weight < 0"):
        assert word in words


def test_places_are_points_from_the_top_left():
    fig, ax = empty()
    ax.add_patch(Circle((1.0, 0.5), 0.25))
    ax.add_patch(Ellipse((3.0, 1.5), 0.5, 1.0))
    ax.text(2.0, 1.0, "a < b & c", ha="center")
    root = ET.fromstring(small_svg(fig))
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == (
        "288",
        "144",
        "0 0 288 144",
    )
    found = [
        [float(e.get(key)) for key in ("cx", "cy", "rx", "ry")] for e in root.iter(f"{SVG}ellipse")
    ]
    assert np.allclose(found, [[72, 108, 18, 18], [216, 36, 18, 36]], atol=0.06)
    (text,) = root.iter(f"{SVG}text")
    assert text.text == "a < b & c" and float(text.get("x")) == 144


def test_letters_of_a_formula_keep_their_places():
    fig, ax = empty()
    ax.text(1, 1, r"$w_{1} = 0.25$ relu")
    raw = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        fig.savefig(raw, format="svg")
    before = [
        (letter.text, round(float(letter.get("x")), 1))
        for letter in ET.fromstring(raw.getvalue()).iter(f"{SVG}tspan")
    ]
    after = [
        pair
        for run in ET.fromstring(small_svg(fig)).iter(f"{SVG}tspan")
        for pair in zip(run.text, map(float, run.get("x").split()), strict=True)
    ]
    assert sorted(after) == sorted(before) and len(after) > 10


def test_every_reference_has_its_target_and_every_class_its_style():
    fig, ax = plt.subplots()
    ax.plot([1, 3, 2], "o--", markevery=2)
    ax.fill_between([0, 1, 2], [1, 2, 3])
    ax.legend(["a"])
    text = small_svg(fig)
    names = set(re.findall(r"id='(\w+)'", text))
    assert names and set(re.findall(r"#(r\w+)", text)) == names
    styled = set(re.findall(r"\.(c\d+){", text))
    assert set(re.findall(r"class='(c\d+)'", text)) == styled


def test_it_is_the_same_each_time_and_a_half_of_matplotlib_s_own_or_less():
    raw = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        diagram().savefig(raw, format="svg")
    one, two = small_svg(diagram()), small_svg(diagram())
    assert one == two
    assert len(one) < len(raw.getvalue()) / 2
    assert '"' not in one and "\n" not in one


def test_numbers_keep_a_tenth_of_a_point():
    fig, ax = empty()
    ax.plot([0.123456, 1e-7 + 1], [0.5, 1.0])
    (line,) = (
        e
        for e in ET.fromstring(small_svg(fig)).iter(f"{SVG}path")
        if e.get("d")[0] == "M" and "L" in e.get("d") and "z" not in e.get("d")
    )
    assert line.get("d") == "M8.9 108L72 72"


def test_what_is_no_figure_or_holds_an_image_is_refused():
    with pytest.raises(TypeError, match="figure: expected a matplotlib Figure, got Axes"):
        small_svg(plt.gca())
    fig, ax = plt.subplots()
    ax.imshow(np.eye(2))
    with pytest.raises(ValueError, match="figure: .*got an image"):
        small_svg(fig)


def test_a_font_is_written_without_its_family():
    """Matplotlib 3.8, which runs in the page, names it in quotes; they would end the class."""
    style = "font: oblique 700 12px 'DejaVu Sans', sans-serif; text-anchor: middle"
    short = "font-style:oblique;font-weight:700;font-size:12px;text-anchor:middle"
    assert vector._short_style(style) == short
    assert vector._short_style("font: 14.0px 'DejaVu Sans'") == "font-size:14px"
