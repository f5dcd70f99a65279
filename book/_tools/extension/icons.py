"""Icons and mathematical signs, cut down to those that the site shows.

The theme brings all of Font Awesome three times: as a script of 1.5 MB, as fonts and as rules. A
page gets its icons as SVG; for those that style sheets show there is a font with these few signs,
under a name of its own, since the widgets bring Font Awesome as well. MathJax's fonts are cut in
the same way.
"""

from __future__ import annotations

import functools
import io
import logging
import re
import shutil
from pathlib import Path

from fontTools import subset
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

from book._tools.stale import Kept

RULES = re.compile(r'(?:\.fa-[\w-]+::?before,?\s*)+\{content:"[^"]*"\}')
ELEMENT = re.compile(r'<(i|span) class="([^"]*\bfa-[^"]*)"([^>]*)></\1>')
FAMILY = re.compile(r"Font Awesome(?:\\)? 6 (?=Free|Brands)")
STYLES = dict.fromkeys(("fab", "fa-brands"), "brands-400")
STYLES |= dict.fromkeys(("far", "fa-regular"), "regular-400")  # else: solid
FONTS = "vendor/fontawesome/webfonts"
TOP = 448  # of an icon, above the font's base line
CONTENT = re.compile(r'content:\s*"((?:\\[0-9a-fA-F]{1,6}|[^"\\]|\\.)*)"')
ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6}) ?")
SOURCE = re.compile(
    r'src:url\(([^)]*)\.woff2\) format\("woff2"\),url\([^)]*\.ttf\) format\("truetype"\)'
)
SCRIPT = re.compile(r'\s*<script[^>]* src="[^"]*scripts/fontawesome\.js[^"]*"></script>')


class IconError(RuntimeError):
    """A page names an icon that the theme does not have."""


@functools.cache
def opened(font: Path) -> TTFont:
    return TTFont(font)


@functools.cache
def svg(fonts: Path, classes: str, attributes: str = "") -> str:
    """The icon that the classes name, as SVG, its path taken from the theme's own font in `fonts`."""
    words = classes.split()
    style = next((STYLES[word] for word in words if word in STYLES), "solid-900")
    glyphs = opened(fonts / f"fa-{style}.ttf").getGlyphSet()
    names = [word.removeprefix("fa-") for word in words if word.startswith("fa-")]
    name = next((name for name in names if name in glyphs), None)
    if name is None:
        raise IconError(f"no icon of the theme is called {classes!r}")
    pen = SVGPathPen(glyphs, ntos="{:g}".format)
    glyphs[name].draw(TransformPen(pen, (1, 0, 0, -1, 0, TOP)))
    return (
        f'<svg class="svg-inline--fa {" ".join(words)}" viewBox="0 0 {glyphs[name].width} 512" '
        f'aria-hidden="true"{attributes}><path fill="currentColor" d="{pen.getCommands()}"/></svg>'
    )


def cut_font(font: bytes, characters: set[int]) -> bytes:
    """A font as WOFF with only these characters in it."""
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    options = subset.Options(flavor="woff", notdef_outline=True, layout_features=[])
    cut = TTFont(io.BytesIO(font))
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(cut)
    cut.flavor = "woff"
    result = io.BytesIO()
    cut.save(result)
    return result.getvalue()


def characters(css: str) -> set[int]:
    """The characters that a style sheet shows: in `content`, escaped or not, and in its variables."""
    found = {ord(sign) for sign in css if ord(sign) > 127}
    for written in CONTENT.findall(css):
        found |= {int(code, 16) for code in ESCAPE.findall(written)}
        found |= {ord(sign) for sign in ESCAPE.sub("", written)}
    return found


def put_font(source: Path, target: Path, characters: set[int], kept: Kept) -> None:
    """Write the font in `source`, cut to these characters, to `target`."""
    font = source.read_bytes()
    made_from = font, repr(sorted(characters)).encode()
    cut = kept.get(f"{source.stem}.woff", *made_from, make=lambda: cut_font(font, characters))
    shutil.copyfile(cut, target)


def cut_mathematics(static: Path, sheet: Path, whole: Path, kept: Kept) -> None:
    """Write MathJax's fonts, which are in `whole`, with the signs that its style sheet uses."""
    used = characters(sheet.read_text(encoding="utf-8"))
    for source in whole.glob("MathJax_[!Z]*.woff"):  # Zero has no signs, only their widths
        put_font(source, static / source.name, used, kept)


def cut(pages: list[Path], static: Path, theme: Path, kept: Kept) -> None:
    """Give the pages their icons as SVG, and `static` the theme's styles and fonts without the rest.

    `theme` is the theme's own static folder: what is cut is always the whole.
    """
    for page in pages:
        text = page.read_text(encoding="utf-8")
        new = ELEMENT.sub(
            lambda match: svg(theme / FONTS, match[2], match[3]), SCRIPT.sub("", text)
        )
        if new != text:
            page.write_text(new, encoding="utf-8")
    (static / "scripts/fontawesome.js").unlink(missing_ok=True)

    sheet = static / "styles/pydata-sphinx-theme.css"
    css = (theme / sheet.relative_to(static)).read_text(encoding="utf-8")
    css = SOURCE.sub(r'src:url(\1.woff) format("woff")', RULES.sub("", css))
    sheet.write_text(css, encoding="utf-8")
    sheets = [*static.glob("*.css"), *static.glob("styles/*.css")]
    for path in sheets:
        text = path.read_text(encoding="utf-8")
        new = FAMILY.sub("Site Icons ", text).replace("--fa-font-", "--site-icons-")
        if new != text:
            path.write_text(new, encoding="utf-8")
    used = characters("".join(path.read_text(encoding="utf-8") for path in sheets))
    fonts = static / FONTS
    for source in (theme / FONTS).glob("*.ttf"):
        put_font(source, (fonts / source.name).with_suffix(".woff"), used, kept)
        for suffix in (".ttf", ".woff2"):
            (fonts / source.name).with_suffix(suffix).unlink(missing_ok=True)
