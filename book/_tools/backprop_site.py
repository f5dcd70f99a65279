"""The site's own Sphinx extension; _config.yml loads it.

It puts the third-party browser files into the site and forgets executed notebooks when a module
that they use has changed. The widgets: page_widgets.py. Python in the page: live.py.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from jupyter_cache import get_cache
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging

sys.path.insert(0, str(Path(__file__).parent))

import boxes
import dependencies
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
    import matplotlib.font_manager  # noqa: F401  builds the font cache before a kernel would

    try:
        vendor.install(static / "third-party")
    except vendor.VendorError as error:
        raise ExtensionError(str(error)) from None

    book = Path(app.srcdir) / "book"
    app.notebook_states = {
        f"book/{path.stem}": dependencies.state(path, Path(app.srcdir))
        for path in sorted(book.glob("*.ipynb"))
    }
    forget_outdated(Path(app.env.mystnb_config.execution_cache_path), app.notebook_states)


def forget_outdated(folder: Path, states: dict[str, str]) -> None:
    """Drop the stored run of each notebook whose dependencies have changed since."""
    stamp = folder / "states.json"
    before = json.loads(stamp.read_text(encoding="utf-8")) if stamp.exists() else {}
    if not before:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    changed = [name for name in states if before and before.get(name) != states[name]]
    if changed:
        cache = get_cache(folder)
        for record in cache.list_cache_records():
            if f"book/{Path(record.uri).stem}" in changed:
                cache.remove_cache(record.pk)
        LOGGER.info(f"run anew, since what they use has changed: {', '.join(changed)}")
    stamp.write_text(json.dumps(states, indent=1), encoding="utf-8")


def outdated_pages(app: Sphinx, env, added: set, changed: set, removed: set) -> list[str]:
    """The notebooks that were read with another state of what they use."""
    before = getattr(env, "notebook_states", {})
    env.notebook_states = app.notebook_states
    return [
        name
        for name, state in app.notebook_states.items()
        if before.get(name) != state and name in env.found_docs
    ]


def theme_options(app: Sphinx, config) -> None:
    """The name of the book beside its logo; no second search box in a bar above the page."""
    options = config.html_theme_options
    options.setdefault("logo", {"text": config.html_title})
    options.setdefault("navbar_persistent", [])


def setup(app: Sphinx) -> dict:
    os.environ.update(notebooks.KERNEL_ENVIRONMENT)
    app.connect("config-inited", theme_options)
    app.connect("builder-inited", prepare, priority=900)
    app.connect("env-get-outdated", outdated_pages)
    boxes.setup(app)
    equation_links.setup(app)
    page_widgets.setup(app)
    live.setup(app)
    pages.setup(app)
    for script in SCRIPTS:
        app.add_js_file(script, loading_method="defer")
    for style in STYLES:
        app.add_css_file(style, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
