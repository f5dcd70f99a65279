"""Figures as pixels: those of matplotlib's PNG, the second time as the first."""

import io

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from backprop.figures.raster import pixels


def test_pixels_are_those_of_the_png_and_the_figure_stays_as_it_was():
    for figure in (Figure(figsize=(2, 1), dpi=70), plt.figure(figsize=(2, 1), dpi=70)):
        figure.add_subplot().plot([1, 2])
        figure.text(0.2, 0.5, r"$\frac{x_1}{2}$")
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=50)
        expected = np.asarray(Image.open(file).convert("RGB"))
        for _ in range(2):
            assert np.array_equal(pixels(figure, 50), expected)
        assert figure.dpi == 70
    plt.close("all")
