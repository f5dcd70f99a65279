"""Figures as small SVG: for frames of lines, circles and a few words.

Matplotlib's own SVG spells out every style and six decimals of every place. What is left here is
a third of it, and looks the same.
"""

import re
from functools import lru_cache
from html import escape
from io import StringIO

import matplotlib
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.mathtext import MathTextParser
from matplotlib.textpath import TextToPath

FONT = "'DejaVu Sans',Verdana,sans-serif"
NAMED = re.compile(r" (class='|id='|xlink:href='#|clip-path='url\(#)([^')]+)(\)?')")
ELLIPSE = re.compile(r"M[^A-Za-z]+(?:C[^A-Za-z]+){8}z")
NUMBER = re.compile(r"-?\d*\.?\d+(?:e-?\d+)?")
KEPT = ("d", "points", "x", "y", "width", "height", "transform", "viewBox")
ORIGIN = "translate(1 1)"  # of a formula that is kept


def small_svg(figure):
    """The figure as an SVG text, its words as text in the reader's own sans serif.

    figure: a matplotlib Figure without images
    Raises TypeError for something else, ValueError for a figure that holds an image.
    """
    if not isinstance(figure, Figure):
        raise TypeError(f"figure: expected a matplotlib Figure, got {type(figure).__name__}")
    body, names = _drawn(figure), {"c": {}, "r": {}}
    used = {name for key, name, _ in NAMED.findall(body) if key != "id='"}

    def named(match):
        key, name, end = match.groups()
        if name not in used:
            return ""
        kind = "c" if key == "class='" else "r"
        return f" {key}{names[kind].setdefault(name, f'{kind}{len(names[kind])}')}{end}"

    body = NAMED.sub(named, body)
    rules = "".join(f".{name}{{{style}}}" for style, name in names["c"].items())
    width, height = (round(72 * side, 1) for side in figure.get_size_inches())
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' "
        f"viewBox='0 0 {width:g} {height:g}' width='{width:g}' height='{height:g}'>"
        f"<style>svg{{font-family:{FONT}}}*{{stroke-linejoin:round;stroke-linecap:butt}}{rules}"
        f"</style>{body}</svg>"
    )


def _drawn(figure):
    """What is drawn for the figure: elements whose classes are named by their styles."""
    renderer = _Renderer(*(72 * side for side in figure.get_size_inches()))
    dpi, figure.dpi = figure.dpi, 72
    try:
        with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "backprop"}):
            figure.draw(renderer)
            renderer.finalize()
    finally:
        figure.dpi = dpi
    return renderer.writer.text()


class _Formulas(MathTextParser):
    """Reads a formula once; matplotlib's own parser lives no longer than one drawing."""

    def __init__(self):
        super().__init__("path")
        self.read = lru_cache(maxsize=4096)(super().parse)

    def parse(self, s, dpi=72, prop=None, **_settings):
        return self.read(s, dpi, prop.copy())


class _Letters(TextToPath):
    """Measures a text once."""

    def __init__(self):
        super().__init__()
        self.mathtext_parser = _Formulas()
        self.measure = lru_cache(maxsize=4096)(super().get_text_width_height_descent)

    def get_text_width_height_descent(self, s, prop, ismath):
        return self.measure(s, prop.copy(), ismath)


LETTERS = _Letters()


class _Renderer(RendererSVG):
    """Matplotlib's own, with a terse writer and a memory for letters."""

    def __init__(self, width, height):
        super().__init__(width, height, StringIO())
        self.writer = _Writer()
        self._text2path = LETTERS

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        if not ismath or gc.get_clip_rectangle() or gc.get_clip_path()[0] or gc.get_url():
            return super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
        alpha = gc.get_alpha() if gc.get_forced_alpha() else None
        formula = _formula(s, prop.copy(), tuple(gc.get_rgb()), alpha, angle)
        place = f"translate({_rounded(f'{x:f} {y:f}')})"
        self.writer.add(formula.replace(ORIGIN, place, 1))


@lru_cache(maxsize=4096)
def _formula(text, prop, rgba, alpha, angle):
    """A formula as it is written where (1, 1) is its place."""
    renderer = _Renderer(1, 1)
    gc = renderer.new_gc()
    gc.set_foreground(rgba, isRGBA=True)
    gc.set_alpha(alpha)
    RendererSVG.draw_text(renderer, gc, 1, 1, text, prop, angle, ismath=True)
    return renderer.writer.text()


class _Writer:
    """What the renderer writes with: no name that nothing refers to, no group for nothing.

    A class is named by its style; `small_svg` gives it a short name.
    """

    def __init__(self):
        self.open = [("", {}, [])]  # tag, attributes, content

    def start(self, tag, attrib=None, **more):
        self.open.append((tag, {**(attrib or {}), **more}, []))

    def data(self, text):
        self.add(escape(text))

    def end(self, tag=None, **_how):
        tag, attributes, content = self.open.pop()
        self.add(_written(tag, attributes, content))

    def element(self, tag, text=None, attrib=None, **more):
        if tag == "tspan":
            self.add({**(attrib or {}), **more, "letter": escape(text or "")})
        else:
            content = [escape(text)] if text and tag == "text" else []
            self.add(_written(tag, {**(attrib or {}), **more}, content))

    def add(self, content):
        self.open[-1][2].append(content)

    def comment(self, *_more):
        pass

    flush = close = comment

    def text(self):
        return "".join(self.open[0][2])


def _written(tag, given, content):
    """The element as text, with numbers to a tenth of a point."""
    if tag == "image":
        raise ValueError("figure: expected lines, patches and texts, got an image")
    attributes = {}
    if given.get("id") and tag != "g":
        attributes["id"] = given["id"]
    if given.get("xlink:href"):
        attributes["xlink:href"] = given["xlink:href"]
    for key in KEPT:
        value = given.get(key)
        if value and "rotate(-0 " not in value:
            attributes[key] = _rounded(value)
    if given.get("clip-path"):
        attributes["clip-path"] = given["clip-path"]
    style = _short_style(given.get("style", ""))
    if style:
        attributes["class"] = style
    if tag == "path" and ELLIPSE.fullmatch(attributes.get("d", "")):
        del attributes["d"]
        tag, attributes = "ellipse", _ellipse(given["d"]) | attributes
    if content and isinstance(content[0], dict):
        content = _runs(content)
    content = "".join(content)
    if tag in ("g", "defs") and not content:
        return ""
    if tag == "g" and not attributes:
        return content
    opening = "".join(f" {key}='{value}'" for key, value in attributes.items())
    return f"<{tag}{opening}>{content}</{tag}>" if content else f"<{tag}{opening}/>"


def _ellipse(d):
    """Matplotlib's circles and ellipses are eight curves, begun at the bottom."""
    points = [piece.split()[-2:] for piece in re.split("[MCz]", d)[1:-1]]
    (x, low), right, (_, high), left = (points[k] for k in (0, 2, 4, 6))
    middle, rx = (float(low) + float(high)) / 2, abs(float(right[0]) - float(left[0])) / 2
    sides = {"cx": float(x), "cy": middle, "rx": rx, "ry": abs(float(low) - float(high)) / 2}
    return {key: f"{round(value, 1):g}" for key, value in sides.items()}


def _runs(letters):
    """The letters of a formula: those of one style and height in one piece, each with its x."""
    runs = []
    for letter in letters:
        key = _rounded(letter["y"]), _short_style(letter["style"])
        if not runs or runs[-1][0] != key:
            runs.append((key, [], []))
        runs[-1][1].append(_rounded(letter["x"]))
        runs[-1][2].append(letter["letter"])
    return [
        f"<tspan x='{' '.join(xs)}' y='{y}' class='{style}'>{''.join(signs)}</tspan>"
        for (y, style), xs, signs in runs
    ]


@lru_cache(maxsize=4096)
def _rounded(text, decimals=1):
    """Numbers to a tenth of a point, without needless blanks."""
    short = NUMBER.sub(lambda match: f"{round(float(match[0]), decimals) + 0.0:g}", text)
    return re.sub(r"\s*([MLCQZz])\s*", r"\1", " ".join(short.split()))


@lru_cache(maxsize=1024)
def _short_style(style):
    """The declarations in short, without those that hold anyway."""
    parts = []
    for part in style.split(";"):
        key, _, value = (piece.strip() for piece in part.partition(":"))
        if key == "font":  # Matplotlib 3.8 names the families in it, in quotes
            parts += _font(value)
            continue
        if key not in ("", "stroke-linejoin", "stroke-linecap", "stroke-dashoffset", "font-family"):
            hue = value.startswith("#")
            parts.append(f"{key}:{_short_hue(value) if hue else _rounded(value, 2)}")
    return ";".join(parts)


def _font(value):
    """The declarations that "oblique 700 12px 'DejaVu Sans', sans-serif" stands for, but the family."""
    *before, size = value.partition("px")[0].split()
    for word in before:
        yield f"font-weight:{word}" if word.isdigit() else f"font-style:{word}"
    yield f"font-size:{_rounded(size, 2)}px"


def _short_hue(value):
    return f"#{value[1:6:2]}" if value[1:6:2] == value[2:7:2] else value
