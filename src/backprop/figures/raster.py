"""Figures as pixels, with what matplotlib forgets between two drawings."""

from functools import lru_cache

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from PIL import Image


def pixels(figure, dpi):
    """The figure as an RGB image of so many dots per inch."""
    canvas = figure.canvas
    if not isinstance(canvas, FigureCanvasAgg):
        canvas = FigureCanvasAgg(figure)
    own, figure.dpi = figure.dpi, dpi
    try:
        canvas.get_renderer().mathtext_parser = _formulas()
        canvas.draw()
    finally:
        figure.dpi = own
    return Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")


@lru_cache(maxsize=1)
def _formulas():
    """A reader of formulas, which remembers the last fifty; matplotlib has a new one for each figure."""
    return RendererAgg(1, 1, 72).mathtext_parser
