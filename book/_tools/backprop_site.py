"""The site's own Sphinx extension; _config.yml loads it.

It puts the third-party browser files into the site, runs the kernels with BACKPROP_PAGE=1 (the
widgets then draw their whole grid of frames), forgets executed notebooks when the module they show
has changed, and moves the widgets' scripts behind the text of the pages that have widgets.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging

sys.path.insert(0, str(Path(__file__).parent))

import notebooks
import vendor

LOGGER = logging.getLogger(__name__)
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
PAGE_LIMIT = 1_500_000  # bytes of widget data on a page, before compression
BOOK_LIMIT = 6_000_000  # and on all pages together
SCRIPTS = ("site.js",)
STYLES = ("site.css",)
# The theme's icons are made once, when the page is there: a widget's own elements stay as they are.
ICONS_ONCE = "window.FontAwesomeConfig = {observeMutations: false};"


def sources_hash(root: Path) -> str:
    """A hash of all that a notebook's output depends on besides its own cells."""
    digest = hashlib.sha256(sys.version.encode())
    files = sorted(
        path
        for path in (root / "src" / "backprop").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
    for path in [*files, root / "requirements.txt"]:
        if path.exists():
            digest.update(path.relative_to(root).as_posix().encode() + b"\0")
            digest.update(path.read_bytes())
    return digest.hexdigest()


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

    app.backprop_hash = sources_hash(Path(app.srcdir))
    cache = Path(app.env.mystnb_config.execution_cache_path)
    stamp = cache / "backprop.sha256"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != app.backprop_hash:
        if cache.exists():
            LOGGER.info("src/backprop has changed: the notebooks are run anew")
        shutil.rmtree(cache, ignore_errors=True)
        cache.mkdir(parents=True)
        stamp.write_text(app.backprop_hash, encoding="utf-8")


def outdated_pages(app: Sphinx, env, added: set, changed: set, removed: set) -> list[str]:
    """The notebooks, if they were read with another state of the module."""
    if getattr(env, "backprop_hash", None) == app.backprop_hash:
        return []
    env.backprop_hash = app.backprop_hash
    return [name for name in env.found_docs if str(env.doc2path(name)).endswith(".ipynb")]


def theme_options(app: Sphinx, config) -> None:
    """The name of the book beside its logo; no second search box in a bar above the page."""
    options = config.html_theme_options
    options.setdefault("logo", {"text": config.html_title})
    options.setdefault("navbar_persistent", [])


def widgets_last(app: Sphinx, pagename: str, template: str, context: dict, doctree) -> None:
    """Move the widgets' state from the head behind the text, and load their code after it."""
    scripts = context.get("script_files", [])
    states = [script for script in scripts if script.attributes.get("type") == WIDGET_STATE]
    if not states or "body" not in context:
        return
    size = 0
    for script in states:
        scripts.remove(script)
        state = compact(script.attributes["body"])
        size += len(state.encode())
        context["body"] += f'\n<script type="{WIDGET_STATE}">{state}</script>'
    weigh(app, pagename, size)
    static = context["pathto"]("_static", resource=True)
    context["body"] += (
        f'\n<script defer src="{static}/widgets.js" data-vendor="{static}/third-party/"></script>'
    )


def weigh(app: Sphinx, pagename: str, size: int) -> None:
    """Print a page's widget data, and warn (so fail the build) where a page or the book has too much."""
    app.widget_bytes[pagename] = size
    book = sum(app.widget_bytes.values())  # of the pages written in this build
    LOGGER.info(f"  widget data on {pagename}: {size / 1e6:.2f} MB of {PAGE_LIMIT / 1e6:.1f} MB")
    for name, has, limit in ((pagename, size, PAGE_LIMIT), ("the book", book, BOOK_LIMIT)):
        if has > limit:
            LOGGER.warning(f"widget data of {name}: {has:,} bytes, at most {limit:,} are allowed")


def compact(state: str) -> str:
    """The same JSON without blanks, safe inside a script element."""
    return json.dumps(json.loads(state), separators=(",", ":")).replace("</", "<\\/")


def setup(app: Sphinx) -> dict:
    app.widget_bytes = {}
    os.environ["BACKPROP_PAGE"] = "1"
    os.environ.update(notebooks.KERNEL_ENVIRONMENT)
    app.connect("config-inited", theme_options)
    app.connect("builder-inited", prepare, priority=900)
    app.connect("env-get-outdated", outdated_pages)
    app.connect("html-page-context", widgets_last, priority=900)
    app.add_js_file(None, body=ICONS_ONCE, priority=100)
    for script in SCRIPTS:
        app.add_js_file(script, loading_method="defer")
    for style in STYLES:
        app.add_css_file(style, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
