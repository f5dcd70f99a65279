"""The site's own Sphinx extension; _config.yml loads it. `setup` shows what is done, in this order."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging

from book._tools import times
from book._tools.commands import notebooks
from book._tools.extension import (
    between,
    boxes,
    cells,
    equation_links,
    live,
    mathematics,
    pages,
    practice,
    problems,
    proofs,
    reference,
    widgets,
)
from book._tools.third_party import npm

LOGGER = logging.getLogger(__name__)
SCRIPTS = ("site.js", "find.js")
STYLES = ("site.css", "live.css")


def put_static(app: Sphinx) -> None:
    """Put the site's own files and those from npm in their place."""
    static = Path(app.outdir) / "_static"
    # Sphinx itself copies a changed style sheet only together with a changed page.
    shutil.copytree(Path(app.srcdir) / "book" / "_static", static, dirs_exist_ok=True)
    try:
        npm.install(static / "third-party")
    except npm.FetchError as error:
        raise ExtensionError(str(error)) from None


def refuse(app: Sphinx, error: Exception | None) -> None:
    """At the end, when all pages are written: fail where a page shows outputs that are out of date."""
    outdated = notebooks.outdated() if error is None else {}
    lines = [f"book/{path.name} may show outputs of before ({outdated[path]})" for path in outdated]
    if outdated:
        # Not by Sphinx, for which each line would be a warning, and the build a failure.
        print(
            *lines,
            "Run `make notebooks`, which mends that, and build again.",
            sep="\n",
            file=sys.stderr,
        )
        app.statuscode = app.statuscode or notebooks.OUTDATED


def theme_options(app: Sphinx, config) -> None:
    """The name of the book beside its logo; no second search box in a bar above the page."""
    options = config.html_theme_options
    options.setdefault("logo", {"text": config.html_title})
    options.setdefault("navbar_persistent", [])


def setup(app: Sphinx) -> dict:
    os.environ.update(notebooks.KERNEL_ENVIRONMENT)
    app.setup_extension("sphinx.ext.autodoc")
    app.add_html_math_renderer(mathematics.NAME, *mathematics.RENDERER)
    order = {
        "config-inited": [theme_options],
        # Before anything is read. Drawing and Python for the page go on beside all that follows.
        "builder-inited": [
            put_static,
            widgets.draw,
            live.begin,
            proofs.begin,
            times.ends("starting"),
        ],
        # While the sources are read.
        "env-get-outdated": [
            widgets.outdated_pages,
            practice.outdated_pages,
            reference.outdated_pages,
        ],
        "source-read": [widgets.put_in, practice.put_in],
        "autodoc-skip-member": [reference.says_nothing],
        "autodoc-process-docstring": [reference.as_it_stands],
        "env-updated": [
            times.ends("reading"),
            mathematics.set_all,
            problems.prepare,
            times.ends("mathematics"),
            proofs.collect,
        ],
        "env-get-updated": [between.outdated_pages],
        "write-started": [between.recall_entries],
        # While a page is written.
        "doctree-resolved": [
            cells.mark,
            mathematics.keep_stops,
            pages.keep_numbers,
            reference.link_terms,
            boxes.make_boxes,
        ],
        "html-page-context": [
            reference.drop_old_roles,
            cells.keeping,
            cells.name_cells,
            pages.time_to_read,
            pages.name_sentences,
            proofs.put_in,
            live.launch_within_the_site,
            widgets.widgets_last,
            practice.scripts,
            pages.head,
        ],
        # When all pages are written.
        "html-collect-pages": [between.keep_entries, widgets.weigh, cells.kept_page],
        "build-finished": [
            times.ends("writing"),
            pages.finish,
            live.tell,
            refuse,
            times.ends("finishing"),
        ],
    }
    for event, steps in order.items():
        for number, step in enumerate(steps):
            app.connect(event, step, priority=900 + number)  # after all other extensions
    app.add_node(boxes.Box, html=(boxes.visit_box, boxes.depart_box))
    app.add_node(boxes.BoxTitle, html=(boxes.visit_title, boxes.depart_title))
    app.add_post_transform(equation_links.EquationLinks)
    for script in SCRIPTS:
        app.add_js_file(script, loading_method="defer")
    for style in STYLES:
        app.add_css_file(style, priority=900)
    app.add_css_file(mathematics.SHEET, priority=800)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
