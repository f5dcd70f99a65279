"""What every page of the site gets beside its text.

While a page is written: a head that blocks nothing, tags for previews and search engines, the time
to read. After all are written: pictures as WebP, icons cut down, a site map, a
front door.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from urllib.parse import urljoin

import pydata_sphinx_theme
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging

from book._tools import stale
from book._tools.extension import icons, mathematics, pictures
from book._tools.third_party import npm

LOGGER = logging.getLogger(__name__)
THEME = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static"
SOCIAL_PICTURE = "_static/social.png"
NOTATION = "book/90-notation"
PDF = "understanding-backpropagation.pdf"  # `make pdf` puts it into the site
OFFER = re.compile(r'<p class="whole-book">.*?</p>', re.S)
WORDS_PER_MINUTE = 180
SECONDS_PER_EQUATION = 15
SECONDS_PER_LINE = 4
SECONDS_PER_FORMULA = 1  # in a line
LONG_CELL = 40  # characters
LONG_NAME = 20
NOT_READ = r"<(script|style)\b.*?</\1>"
NUMBERED = re.compile(r"\b([Cc]hapters?|[Ee]xercises?) (?=\d)")
FORMULA = re.compile(r"<mjx-container.*?</mjx-container>", re.S)


def text_of(body: str) -> str:
    """The words of a piece of HTML, formulas included, on one line."""
    without = re.sub(NOT_READ, " ", body, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", without)).split())


def keep_numbers(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """No line begins with the number of a chapter or an exercise."""
    for text in list(doctree.findall(nodes.Text)):
        if not isinstance(text.parent, nodes.literal | nodes.literal_block | nodes.raw):
            kept = NUMBERED.sub("\\1\N{NO-BREAK SPACE}", text)
            if kept != text:
                text.parent.replace(text, nodes.Text(kept))


def minutes_to_read(body: str) -> int:
    """Minutes for the text, the displayed equations and the lines of code; hidden parts left out."""
    body = re.sub(r'<details class="[^"]*\bsolution\b.*?</section>', "</section>", body, flags=re.S)
    code = re.findall(r'<div class="cell_input.*?</pre>', body, flags=re.S)
    lines = sum(block.count("\n") for block in code)
    equations = len(re.findall(r'<div class="[^"]*\bmath\b', body))
    text, formulas = FORMULA.subn(" ", re.sub(r"<pre>.*?</pre>", " ", body, flags=re.S))
    words = len(text_of(text).split())
    seconds = lines * SECONDS_PER_LINE + equations * SECONDS_PER_EQUATION
    seconds += (formulas - equations) * SECONDS_PER_FORMULA
    return max(1, round(words / WORDS_PER_MINUTE + seconds / 60))


def description(body: str, limit: int = 200) -> str:
    """The first words of a page after its title, whole words only."""
    first = re.search(r"<p>(.*?)</p>", body.partition("</h1>")[2], flags=re.S)
    text = re.sub(r" (?=[.,;:?!])", "", text_of(first[1])) if first else ""
    return text if len(text) <= limit else text[:limit].rpartition(" ")[0] + " ..."


def preview_tags(site: str, title: str, text: str, address: str, picture: str) -> str:
    """The head's tags that messengers and search engines make a preview of."""
    properties = {
        "og:type": "article",
        "og:site_name": site,
        "og:title": title,
        "og:description": text,
        "og:url": address,
        "og:image": picture,
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": "The network of the course: two inputs, three units, two units, one output",
    }
    names = {"description": text, "twitter:card": "summary_large_image"}
    return "".join(
        f'\n  <meta {kind}="{key}" content="{html.escape(value)}" />'
        for kind, tags in (("property", properties), ("name", names))
        for key, value in tags.items()
        if value
    )


def head(app: Sphinx, pagename: str, template: str, context: dict, doctree) -> None:
    """Scripts that wait for the text, tags for previews."""
    scripts = context.get("script_files", [])
    for index, script in enumerate(scripts):
        name = getattr(script, "filename", None) or ""
        if name and pagename != "search" and "documentation_options" not in str(name):
            attributes = {"defer": "defer", **script.attributes}
            scripts[index] = type(script)(name, priority=script.priority, **attributes)
    if doctree is None or "body" not in context:
        return
    if pagename == app.config.root_doc:
        app.add_css_file("front.css", priority=901)
    base = app.config.html_baseurl
    context["metatags"] = context.get("metatags", "") + preview_tags(
        app.config.html_title,
        text_of(context["title"]),
        description(context["body"]),
        urljoin(base, f"{pagename}.html"),
        urljoin(base, SOCIAL_PICTURE),
    )


def time_to_read(app: Sphinx, pagename: str, template: str, context: dict, doctree) -> None:
    """The time that a page takes, under its title, and in a chapter where its symbols are explained."""
    if doctree is None or pagename == app.config.root_doc or "body" not in context:
        return
    minutes = minutes_to_read(context["body"])
    note = f"{minutes} min to read, the exercises not counted"
    if app.env.doc2path(pagename).endswith(".ipynb"):
        there = app.builder.get_relative_uri(pagename, NOTATION)
        note += f'. Symbols and shapes: <a href="{there}">Notation</a>'
    note = f'<p class="time-to-read">{note}</p>'
    context["body"] = context["body"].replace("</h1>", f"</h1>\n{note}", 1)


def name_sentences(app: Sphinx, pagename: str, template: str, context: dict, doctree) -> None:
    """In a table with sentences in it, each cell knows its column's head.

    On a small screen such a table becomes a list (site.css). A first column without a head numbers
    the rows; then the second is the row's name, and needs none either. Of two columns the first is
    the name; they stay a table if the names leave room for the sentences.
    """

    def table(match: re.Match) -> str:
        heads = [text_of(head) for head in re.findall(r"<th\b.*?</th>", match[0], flags=re.S)]
        cells = [text_of(cell) for cell in re.findall(r"<td\b.*?</td>", match[0], flags=re.S)]
        longest = [max(map(len, cells[k :: len(heads)]), default=0) for k in range(len(heads))]
        if max(longest, default=0) <= LONG_CELL or len(heads) < 2:
            return match[0]
        if len(heads) == 2 and longest[0] <= LONG_NAME:
            return match[0]
        if not heads[0]:
            heads[1] = ""
        names = [f' data-head="{html.escape(head)}"' if head else "" for head in heads]
        if len(heads) == 2:
            names = ["", ' data-head=""']

        def row(found: re.Match) -> str:
            turn = iter(names)
            return re.sub(r"<td\b", lambda cell: cell[0] + next(turn, ""), found[0])

        body = re.sub(r"<tr\b.*?</tr>", row, match[0], flags=re.S)
        return body.replace('class="', 'class="of-sentences ', 1)

    if "body" in context:
        context["body"] = re.sub(
            r'<table class="table".*?</table>', table, context["body"], flags=re.S
        )


def front_door(app: Sphinx) -> str:
    """index.html: leads to the first page, and looks like it to a messenger."""
    base, title = app.config.html_baseurl, html.escape(app.config.html_title)
    first = f"{app.config.root_doc}.html"
    written = (Path(app.outdir) / first).read_text(encoding="utf-8")
    found = re.search(r'<meta name="description" content="([^"]*)"', written)
    tags = preview_tags(
        app.config.html_title,
        app.config.html_title,
        html.unescape(found[1]) if found else "",
        base,
        urljoin(base, SOCIAL_PICTURE),
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{app.config.language}">\n<head>\n  <meta charset="utf-8" />\n'
        f"  <title>{title}</title>\n"
        f'  <meta http-equiv="Refresh" content="0; url={first}" />\n'
        f'  <link rel="canonical" href="{urljoin(base, first)}" />{tags}\n</head>\n'
        f'<body><main><h1>{title}</h1><p><a href="{first}">Start reading</a></p></main></body>\n</html>\n'
    )


def mend(page: str) -> str:
    """The page without what the theme and its extensions put in a screen reader's way.

    A name that hides the words on a button or a summary goes; a summary that is nothing but a
    formula gets the formula's words as its name.
    """
    page = page.replace(' aria-label="Toggle hidden content"', "")
    page = re.sub(
        r'(<button class="[^"]*search-button-field[^"]*"[^>]*?) aria-label="[^"]*"', r"\1", page
    )

    def name(match: re.Match) -> str:
        if text_of(
            re.sub(r"<mjx-container.*?</mjx-container>|<svg.*?</svg>", "", match[2], flags=re.S)
        ):
            return match[0]  # it has words of its own
        words = re.sub(r"<mjx-math.*?</mjx-math>", "", match[2], flags=re.S)
        words = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", words)).split())
        return f'{match[1]} aria-label="{html.escape(words)}">{match[2]}</summary>'

    return re.sub(
        r'(<summary class="sd-summary-title[^"]*")>((?:(?!</summary>).)*mjx-container.*?)</summary>',
        name,
        page,
        flags=re.S,
    )


def offer_pdf(out: Path, front: str) -> None:
    """Link the whole book as PDF on the front page if it has been printed."""
    page, pdf = out / f"{front}.html", out / PDF
    link = ""
    if pdf.exists():
        size = f"{pdf.stat().st_size / 1e6:.0f} MB"
        link = f'<a href="{"../" * front.count("/")}{PDF}">The whole course as one PDF</a> ({size})'
    text = page.read_text(encoding="utf-8")
    page.write_text(OFFER.sub(f'<p class="whole-book">{link}</p>', text), encoding="utf-8")


def site_map(base: str, names: list[str]) -> str:
    """sitemap.xml: the addresses of all pages."""
    places = "".join(
        f"  <url><loc>{html.escape(urljoin(base, f'{n}.html'))}</loc></url>\n" for n in names
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{places}</urlset>\n'
    )


def finish(app: Sphinx, exception: Exception | None) -> None:
    """After all pages are written: what concerns the files of the site as a whole."""
    if exception is not None or app.builder.name != "html":
        return
    out = Path(app.outdir)
    static = out / "_static"
    kept = stale.Kept(out.parent / ".kept", most=300)
    names = sorted(app.env.found_docs)
    pages = [out / f"{name}.html" for name in names] + sorted(out.glob("*.html"))
    (out / "index.html").write_text(front_door(app), encoding="utf-8")
    (out / "sitemap.xml").write_text(site_map(app.config.html_baseurl, names), encoding="utf-8")
    try:
        icons.cut(pages, static, THEME, kept)
    except icons.IconError as error:
        raise ExtensionError(str(error)) from None
    pictures.set_pages(pages, out / "_images", kept)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        if (new := mend(text)) != text:
            page.write_text(new, encoding="utf-8")
    icons.cut_mathematics(
        static / mathematics.FONTS, static / mathematics.SHEET, npm.mathjax_fonts(), kept
    )
    kept.trim()
    offer_pdf(out, app.config.root_doc)
    for surplus in [*static.rglob("*.map"), *static.glob("*webpack-macros.html")]:
        surplus.unlink()
