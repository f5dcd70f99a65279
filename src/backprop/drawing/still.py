"""An example of what the field shows, in HTML, for a page where nothing runs."""

import base64
import html
from importlib.resources import files
from io import BytesIO

import numpy as np
from PIL import Image

from backprop.drawing.words import advice, brief, minus, verdict
from backprop.experiments.drawing import PEN, like_mnist, paint, read, write

INK, MORE, LESS = (31, 39, 51), (0, 114, 178), (213, 94, 0)
DIGIT, SEED = 7, 0  # which digit is drawn, and as which hand draws it
LIVE = (
    '<div class="live" data-live="backprop.drawing.draw_digit">'
    '<button type="button" class="live-start" hidden>Draw a digit</button></div>'
)


class Still:
    """A drawing, what the network makes of it, and what a page needs to come to life."""

    def __init__(self, target):
        self.target = target
        self.strokes = write(DIGIT, rng=np.random.default_rng(SEED))
        self.reading = read(like_mnist(paint(self.strokes)), target)

    def _repr_html_(self):
        made, target = self.reading, self.target
        slope = -made.dX
        words = f"An example. {verdict(made)} {advice(made, target)}"
        style = (files(__package__) / "field.css").read_text(encoding="utf-8")
        parts = [
            _part("draw", "Drawing", _strokes(self.strokes, f"A {DIGIT}, written by a program.")),
            _part(
                "image",
                "What the network gets: <i>X</i>, 28 × 28 pixels",
                _picture(made.image, INK, INK, f"The {DIGIT} in coarse pixels, in the middle."),
            ),
            _part(
                "hidden",
                "Hidden layer: <i>a</i>¹, 128 sigmoids",
                _picture(made.a[1].reshape(8, 16), INK, INK, "Eight rows of sixteen grey cells."),
            ),
            _part("output", "Output layer: ten probabilities (and <i>a</i>²)", _answers(made)),
            _part(
                "slope",
                f"−∂<i>L</i>/∂<i>X</i>: ink makes it more (blue) or less (orange) of a {target}",
                _picture(
                    slope / np.abs(slope).max(), MORE, LESS, "A blue and orange cloud of pixels."
                ),
            ),
        ]
        return (
            f"<style>{style}</style>"
            f'<div class="prepared digit-field"><div class="digit-parts">{"".join(parts)}</div>'
            f'<p class="digit-words">{html.escape(words)}</p></div>{LIVE}'
        )

    def __repr__(self):
        return f"DigitField({verdict(self.reading)})"


def _part(name, title, content):
    return f'<div class="digit-part digit-{name}">{content}<p class="digit-title">{title}</p></div>'


def _strokes(strokes, alt):
    lines = "".join(
        f'<polyline points="{" ".join(f"{x:.3f},{y:.3f}" for x, y in stroke)}"/>'
        for stroke in strokes
    )
    look = f'fill="none" stroke="currentColor" stroke-width="{2 * PEN}"'
    return (
        f'<svg class="digit-canvas" viewBox="0 0 1 1" role="img" aria-label="{alt}" {look} '
        f'stroke-linecap="round" stroke-linejoin="round">{lines}</svg>'
    )


def _picture(values, positive, negative, alt):
    """Values from -1 to 1, see-through at 0."""
    pixels = np.empty((*values.shape, 4), dtype=np.uint8)
    pixels[..., :3] = np.where(values[..., None] > 0, positive, negative)
    pixels[..., 3] = np.round(255 * np.abs(values))
    file = BytesIO()
    Image.fromarray(pixels).save(file, format="png", optimize=True)
    source = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode('ascii')}"
    height, width = values.shape
    size = f'width="{width}" height="{height}"'
    return f'<img class="digit-canvas" src="{source}" alt="{alt}" {size}>'


def _answers(reading):
    first = reading.p.argmax()
    rows = (
        f"<li{' class=digit-first' if digit == first else ''}><b>{digit}</b>"
        f'<span class="digit-bar"><span style="width: {p:.1%}"></span></span>'
        f"<span>{html.escape(brief(p))}</span><span>{minus(a)}</span></li>"
        for digit, (p, a) in enumerate(zip(reading.p, reading.a[-1][:, 0]))
    )
    return f'<ul class="digit-answers">{"".join(rows)}</ul>'
