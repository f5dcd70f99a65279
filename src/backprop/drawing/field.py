"""The field as a widget: strokes and a target come in, the numbers of the reading and words go out."""

from importlib.resources import files

import anywidget
import numpy as np
from traitlets import Bytes, Float, Int, List, Unicode, observe

from backprop.drawing.still import Still
from backprop.drawing.words import advice, verdict
from backprop.experiments.drawing import PEN, like_mnist, paint, read

TARGET = 3


def _text(name):
    return (files(__package__) / name).read_text(encoding="utf-8")


class DigitField(anywidget.AnyWidget):
    """A field to draw in; shown as the last line of a cell.

    strokes: the drawing, a list of strokes [[x, y], ...] in a field of width and height 1, y down
    target:  the digit that the loss is taken against
    reading: what the script draws, float32 one after the other: the image (784), a^1 (128), a^2 (10),
             the probabilities (10), dL/dX (784)
    verdict, advice: the same in words; the first is what a screen reader says

    Raises ValueError for strokes that are none, and for a target that is no digit.
    """

    _esm = _text("field.js")
    _css = _text("field.css")
    pen = Float(PEN).tag(sync=True)
    strokes = List().tag(sync=True)
    target = Int(TARGET).tag(sync=True)
    reading = Bytes().tag(sync=True)
    verdict = Unicode().tag(sync=True)
    advice = Unicode().tag(sync=True)

    def __init__(self, strokes=(), target=TARGET):
        super().__init__(strokes=[np.asarray(stroke).tolist() for stroke in strokes], target=target)
        self._read()

    @observe("strokes", "target")
    def _changed(self, _change):
        self._read()

    def _read(self):
        field = paint(self.strokes)
        self.last = made = read(like_mnist(field), self.target)
        parts = made.image, *made.a[1:], made.p, made.dX
        with self.hold_sync():
            self.reading = np.concatenate(parts, axis=None).astype("<f4").tobytes()
            self.verdict = verdict(made, empty=not field.any())
            self.advice = advice(made, self.target)

    def __repr__(self):
        return f"DigitField({self.verdict})"


def draw_digit(*, page=None):
    """A `DigitField`, or where nothing runs an example of what it shows.

    page: what is true gives the example, as in `explore`
    """
    return Still(TARGET) if page else DigitField()
