"""The site's own Sphinx extension; _config.yml loads it.

It puts the third-party browser files into the site and refuses notebooks whose outputs are out of
date: they are shown as they are stored. The widgets: page_widgets.py. Python in the page: live.py.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging

sys.path.insert(0, str(Path(__file__).parent))

import boxes
import cells
import equation_links
import live
import notebooks
import page_widgets
import pages
import vendor

LOGGER = logging.getLogger(__name__)
SCRIPTS = ("site.js", "find.js")
STYLES = ("site.css", "live.css")


def prepare(app: Sphinx) -> None:
    """Before anything is read: browser files in place, stale results dropped, fonts known."""
    static = Path(app.outdir) / "_static"
    # Sphinx itself copies a changed style sheet only together with a changed page.
    shutil.copytree(Path(app.srcdir) / "book" / "_static", static, dirs_exist_ok=True)
    try:
        vendor.install(static / "third-party")
    except vendor.VendorError as error:
        raise ExtensionError(str(error)) from None

    for path, reason in notebooks.outdated().items():
        LOGGER.warning(
            f"book/{path.name} shows outputs that may be out of date ({reason}): "
            "run `make notebooks`, then build again"
        )


def theme_options(app: Sphinx, config) -> None:
    """The name of the book beside its logo; no second search box in a bar above the page."""
    options = config.html_theme_options
    options.setdefault("logo", {"text": config.html_title})
    options.setdefault("navbar_persistent", [])


def setup(app: Sphinx) -> dict:
    os.environ.update(notebooks.KERNEL_ENVIRONMENT)
    app.connect("config-inited", theme_options)
    app.connect("builder-inited", prepare, priority=900)
    boxes.setup(app)
    equation_links.setup(app)
    page_widgets.setup(app)
    live.setup(app)
    cells.setup(app)
    pages.setup(app)
    for script in SCRIPTS:
        app.add_js_file(script, loading_method="defer")
    for style in STYLES:
        app.add_css_file(style, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
