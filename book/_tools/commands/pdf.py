"""Print the whole built book into one PDF with Chromium: `make pdf`.

    python -m book._tools.commands.pdf

Each page of the site is printed as it stands: solutions open, hidden code left out, every explorable as
its first frame with its words. A title page with the contents comes before, page numbers and an
outline go over all of it, and a link to another chapter leads to its place in the PDF.
"""

from __future__ import annotations

import html
import io
import sys
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import yaml

from book._tools import chromium, server, toc
from book._tools.extension import pages

ROOT = Path(__file__).resolve().parents[3]
MARGIN = {"top": "18mm", "bottom": "20mm", "left": "18mm", "right": "18mm"}
PAPER = {"format": "A4", "margin": MARGIN, "print_background": True}
# A printed page shows what is open: the rest is opened, and what belongs to a screen goes.
PREPARE = """() => {
  document.querySelectorAll('details:not(.hide)').forEach((e) => { e.open = true; });
  document.querySelectorAll('img').forEach((e) => { e.loading = 'eager'; });
  document.documentElement.dataset.theme = 'light';
  document.documentElement.classList.add('whole-book');
}"""
STYLE = "<style>body{font-family:system-ui,sans-serif;color:#1f2733}"
CONTENTS = (
    STYLE + "h1{font-size:30pt;margin:55mm 0 4mm}p{color:#55606e;font-size:12pt}"
    "ol{list-style:none;padding:0;break-before:page}h2{font-size:18pt}"
    "li{display:flex;gap:1em;padding:1.6mm 0;font-size:12pt}li span{margin-left:auto}"
    "img{width:70mm}</style>"
)


def print_page(context, base: str, name: str) -> tuple[str, bytes]:
    """The title of a page of the site, and the page as PDF with an outline of its sections."""
    page = context.new_page()
    page.goto(f"{base}{name}.html", wait_until="networkidle")
    page.evaluate(PREPARE)
    page.wait_for_load_state("networkidle")
    title = page.locator("article h1").first.evaluate(
        "(e) => [...e.childNodes].filter((n) => !n.classList?.contains('headerlink'))"
        ".map((n) => n.textContent).join('').trim()"
    )
    printed = page.pdf(**PAPER, outline=True, tagged=True)
    page.close()
    return title, printed


def contents(context, title: str, author: str, rows: list[tuple[str, int]]) -> bytes:
    """The title page and the contents with the page numbers."""
    lines = "".join(f"<li>{html.escape(name)}<span>{number}</span></li>" for name, number in rows)
    page = context.new_page()
    page.set_content(
        f"{CONTENTS}<h1>{html.escape(title)}</h1><p>{html.escape(author)}</p>"
        f"<ol><h2>Contents</h2>{lines}</ol>"
    )
    printed = page.pdf(**PAPER)
    page.close()
    return printed


def numbers(context, count: int) -> bytes:
    """`count` empty pages with a number at the foot of each."""
    page = context.new_page()
    page.set_content(
        "<div style='break-after:page;height:1px'></div>" * (count - 1) + "<div></div>"
    )
    foot = (
        "<div style='width:100%;text-align:center;font-size:8pt;color:#555'>"
        "<span class='pageNumber'></span></div>"
    )
    printed = page.pdf(
        format="A4",
        margin=MARGIN,
        display_header_footer=True,
        header_template="<span></span>",
        footer_template=foot,
    )
    page.close()
    return printed


def lead(page, starts: dict[str, int], base: str, site: str) -> None:
    """Let a page's links to the local server lead into the PDF, or to the site on the web."""
    from pypdf.generic import ArrayObject, NameObject, NumberObject, TextStringObject

    for reference in page.get("/Annots") or []:
        link = reference.get_object()
        action = link.get("/A", {})
        address = action.get("/URI", "")
        if not address.startswith(base):
            continue
        path = urlsplit(address).path.lstrip("/").removesuffix(".html")
        if path in starts:
            place = [NumberObject(starts[path]), NameObject("/Fit")]
            del link["/A"]
            link[NameObject("/Dest")] = ArrayObject(place)
        else:
            action[NameObject("/URI")] = TextStringObject(urljoin(site, address.removeprefix(base)))


def make(target: Path, names: list[str] | None = None) -> int:
    """Print the pages into `target`; returns the number of pages."""
    from pypdf import PdfReader, PdfWriter

    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    writer = PdfWriter()
    with server.serving() as base, chromium.started() as browser:
        context = browser.new_context(color_scheme="light", viewport={"width": 900, "height": 1200})
        context.set_default_timeout(0)  # a busy machine takes as long as it takes
        printed = {name: print_page(context, base, name) for name in names or toc.pages()}
        lengths = {
            name: len(PdfReader(io.BytesIO(pdf)).pages) for name, (_, pdf) in printed.items()
        }

        def rows(first: int) -> list[tuple[str, int]]:
            table = []
            for name, (title, _) in printed.items():
                table.append((title, first))
                first += lengths[name]
            return table

        opening = contents(context, config["title"], config["author"], rows(1))
        before = len(PdfReader(io.BytesIO(opening)).pages)
        opening = contents(context, config["title"], config["author"], rows(before + 1))
        foot = numbers(context, before + sum(lengths.values()))

    writer.append(io.BytesIO(opening), outline_item="Contents")
    starts = {}
    for name, (title, pdf) in printed.items():
        starts[name] = len(writer.pages)
        writer.append(io.BytesIO(pdf), outline_item=title)
    for number, (page, stamp) in enumerate(zip(writer.pages, PdfReader(io.BytesIO(foot)).pages)):
        if number:
            page.merge_page(stamp)
        lead(page, starts, base, config["html"]["baseurl"])
    writer.add_metadata({"/Title": config["title"], "/Author": config["author"]})
    writer.compress_identical_objects()
    writer.write(target)
    return len(writer.pages)


def main() -> int:
    target = server.HTML / pages.PDF
    try:
        count = make(target)
    except chromium.MissingError as error:
        print(f"The PDF is not made: {error}", file=sys.stderr)
        return 1
    pages.offer_pdf(server.HTML, toc.pages()[0])
    print(f"{count} pages, {target.stat().st_size / 1e6:.1f} MB: {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
