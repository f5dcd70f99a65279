"""A field to draw a digit in, read as it is drawn, with the derivative of the loss by every pixel.

    field     the widget: takes strokes and the target, gives the numbers of a reading and its words
    field.js  draws both, in JupyterLab and on a page; field.css goes with it
    still     an example in the widget's place where nothing runs

The drawing, the network and its derivatives, without any widget, are `backprop.experiments.drawing`.

May import: experiments, anywidget, and Pillow for the still. It computes nothing.
"""

from backprop.drawing.field import DigitField, draw_digit
from backprop.experiments.drawing import (
    input_gradient,
    like_mnist,
    paint,
    read,
    read_hundred,
    reader,
    reader_result,
    scribble,
    write,
)

__all__ = [
    "DigitField",
    "draw_digit",
    "input_gradient",
    "like_mnist",
    "paint",
    "read",
    "read_hundred",
    "reader",
    "reader_result",
    "scribble",
    "write",
]
