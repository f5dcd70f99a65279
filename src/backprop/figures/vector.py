"""Figures as small SVG: for frames of lines, circles and a few words.

Matplotlib's own SVG spells out every style and six decimals of every place. What is left here is
a third of it, and looks the same.
"""

import re
import xml.etree.ElementTree as ET
from html import escape
from io import StringIO

import matplotlib
from matplotlib.figure import Figure

SVG, LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
FONT = "'DejaVu Sans',Verdana,sans-serif"
REFERENCE = re.compile(r"#([\w-]+)")
ELLIPSE = re.compile(r"M[^A-Za-z]+(?:C[^A-Za-z]+){8}z")
NUMBER = re.compile(r"-?\d*\.?\d+(?:e-?\d+)?")
KEPT = ("d", "points", "x", "y", "width", "height", "transform", "clip-path", "viewBox")


def small_svg(figure):
    """The figure as an SVG text, its words as text in the reader's own sans serif.

    figure: a matplotlib Figure without images
    Raises TypeError for something else, ValueError for a figure that holds an image.
    """
    if not isinstance(figure, Figure):
        raise TypeError(f"figure: expected a matplotlib Figure, got {type(figure).__name__}")
    file = StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "backprop"}):
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    root = ET.fromstring(file.getvalue())
    if root.find(f".//{SVG}image") is not None:
        raise ValueError("figure: expected lines, patches and texts, got an image")
    used = {
        name
        for element in root.iter()
        for key, value in element.items()
        if key != "id"
        for name in REFERENCE.findall(value)
    }
    names = {name: f"r{k}" for k, name in enumerate(sorted(used))}
    classes = {}
    body = "".join(_written(child, names, classes) for child in root)
    rules = "".join(f".{name}{{{style}}}" for style, name in classes.items())
    width, height = (round(72 * side, 1) for side in figure.get_size_inches())
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' "
        f"viewBox='0 0 {width:g} {height:g}' width='{width:g}' height='{height:g}'>"
        f"<style>svg{{font-family:{FONT}}}*{{stroke-linejoin:round;stroke-linecap:butt}}{rules}"
        f"</style>{body}</svg>"
    )


def _written(element, names, classes):
    """The element as text: no style twice, no name that nothing refers to, no empty group."""
    tag = element.tag.removeprefix(SVG)
    if tag in ("metadata", "style"):
        return ""
    attributes = {}
    if element.get("id") in names:
        attributes["id"] = names[element.get("id")]
    if element.get(f"{LINK}href") is not None:
        attributes["xlink:href"] = _renamed(element.get(f"{LINK}href"), names)
    for key in KEPT:
        value = element.get(key)
        if value is not None and "rotate(-0 " not in value:
            attributes[key] = _renamed(value, names) if "url(" in value else _rounded(value)
    style = _short_style(element.get("style", ""))
    if style:
        attributes["class"] = classes.setdefault(style, f"c{len(classes)}")
    if tag == "path" and ELLIPSE.fullmatch(attributes.get("d", "")):
        del attributes["d"]
        tag, attributes = "ellipse", _ellipse(element.get("d")) | attributes
    if tag == "text" and len(element):
        content = _runs(element, classes)
    else:
        content = escape(element.text or "") if tag in ("text", "tspan") else ""
        content += "".join(_written(child, names, classes) for child in element)
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


def _runs(text, classes):
    """The letters of a formula: those of one style and height in one piece, each with its x."""
    runs = []
    for letter in text:
        style = _short_style(letter.get("style", ""))
        name = classes.setdefault(style, f"c{len(classes)}")
        key = (_rounded(letter.get("y")), name)
        if not runs or runs[-1][0] != key:
            runs.append((key, [], []))
        runs[-1][1].extend(_rounded(letter.get("x")).split())
        runs[-1][2].append(escape(letter.text or ""))
    return "".join(
        f"<tspan x='{' '.join(xs)}' y='{y}' class='{name}'>{''.join(letters)}</tspan>"
        for (y, name), xs, letters in runs
    )


def _renamed(value, names):
    return REFERENCE.sub(lambda match: f"#{names[match[1]]}", value)


def _rounded(text, decimals=1):
    """Numbers to a tenth of a point, without needless blanks."""
    short = NUMBER.sub(lambda match: f"{round(float(match[0]), decimals) + 0.0:g}", text)
    return re.sub(r"\s*([MLCQZz])\s*", r"\1", " ".join(short.split()))


def _short_style(style):
    """The declarations in short, without those that hold anyway."""
    parts = []
    for part in style.split(";"):
        key, _, value = (piece.strip() for piece in part.partition(":"))
        if key not in ("", "stroke-linejoin", "stroke-linecap", "stroke-dashoffset", "font-family"):
            hue = value.startswith("#")
            parts.append(f"{key}:{_short_hue(value) if hue else _rounded(value, 2)}")
    return ";".join(parts)


def _short_hue(value):
    return f"#{value[1:6:2]}" if value[1:6:2] == value[2:7:2] else value
