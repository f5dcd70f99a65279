"""Icons and mathematical signs, cut down to those that the site shows.

The theme brings all of Font Awesome three times: as a script (1.5 MB), as fonts and as rules. The
site keeps the rules and a font with the used signs in it. MathJax's fonts are cut in the same way.
"""

from __future__ import annotations

import io
import logging
import re
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

RULE = re.compile(r'((?:\.fa-[\w-]+::?before,?\s*)+)\{content:"\\([0-9a-f]+)"\}')
NAMED = re.compile(r"\bfa-[\w-]+")
CONTENT = re.compile(r'content:\s*"((?:\\[0-9a-fA-F]{1,6}|[^"\\]|\\.)*)"')
ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6}) ?")
SOURCE = re.compile(
    r'src:url\(([^)]*)\.woff2\) format\("woff2"\),url\([^)]*\.ttf\) format\("truetype"\)'
)
SCRIPT = re.compile(r'\s*<script[^>]* src="[^"]*scripts/fontawesome\.js[^"]*"></script>')


def named(texts: list[str]) -> set[str]:
    """The icons' names in pages and scripts: fa-list, ..."""
    return {name for text in texts for name in NAMED.findall(text)}


def cut_rules(css: str, names: set[str]) -> str:
    """The style sheet without the rules for icons that are not among `names`."""

    def keep(match: re.Match) -> str:
        selectors = [part.strip() for part in match[1].split(",") if part.strip()]
        wanted = [part for part in selectors if part.split(":")[0].lstrip(".") in names]
        return f'{",".join(wanted)}{{content:"\\{match[2]}"}}' if wanted else ""

    return RULE.sub(keep, css)


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


def cut_mathematics(static: Path, sheet: Path, whole: Path) -> None:
    """Write MathJax's fonts, which are in `whole`, with the signs that its style sheet uses."""
    used = characters(sheet.read_text(encoding="utf-8"))
    for source in whole.glob("MathJax_[!Z]*.woff"):  # Zero has no signs, only their widths
        (static / source.name).write_bytes(cut_font(source.read_bytes(), used))


def cut(pages: list[Path], static: Path, theme: Path) -> None:
    """Write the theme's style sheet and icon fonts into `static` with only the used icons.

    `theme` is the theme's own static folder: what is cut is always the whole.
    """
    sheet = static / "styles/pydata-sphinx-theme.css"
    scripts = [*static.glob("*.js"), *static.glob("scripts/[!f]*.js")]
    texts = [path.read_text(encoding="utf-8") for path in [*pages, *scripts]]
    css = (theme / sheet.relative_to(static)).read_text(encoding="utf-8")
    css = SOURCE.sub(r'src:url(\1.woff) format("woff")', cut_rules(css, named(texts)))
    sheet.write_text(css, encoding="utf-8")
    sheets = [*static.glob("*.css"), *static.glob("styles/*.css")]
    used = characters("".join(path.read_text(encoding="utf-8") for path in sheets))
    fonts = static / "vendor/fontawesome/webfonts"
    for source in (theme / fonts.relative_to(static)).glob("*.ttf"):
        font = cut_font(source.read_bytes(), used)
        (fonts / source.name).with_suffix(".woff").write_bytes(font)
        for suffix in (".ttf", ".woff2"):
            (fonts / source.name).with_suffix(suffix).unlink(missing_ok=True)
    (static / "scripts/fontawesome.js").unlink(missing_ok=True)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        if (new := SCRIPT.sub("", text)) != text:
            page.write_text(new, encoding="utf-8")
