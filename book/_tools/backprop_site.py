"""The site's own Sphinx extension; _config.yml loads it.

It puts the third-party browser files into the site and forgets executed notebooks when the module
they show has changed. The widgets: page_widgets.py. Python in the page: live.py.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging

sys.path.insert(0, str(Path(__file__).parent))

import live
import notebooks
import page_widgets
import pages
import vendor

LOGGER = logging.getLogger(__name__)
SCRIPTS = ("site.js",)
STYLES = ("site.css",)


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


def setup(app: Sphinx) -> dict:
    os.environ.update(notebooks.KERNEL_ENVIRONMENT)
    app.connect("config-inited", theme_options)
    app.connect("builder-inited", prepare, priority=900)
    app.connect("env-get-outdated", outdated_pages)
    page_widgets.setup(app)
    live.setup(app)
    pages.setup(app)
    for script in SCRIPTS:
        app.add_js_file(script, loading_method="defer")
    for style in STYLES:
        app.add_css_file(style, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
