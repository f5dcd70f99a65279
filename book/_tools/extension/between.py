"""What pages show of one another: where that changes, all of them are written anew.

Sphinx writes a page anew when its own source changes. But a page shows the titles and numbers of
others, links to their equations, headings and terms of the glossary, and names the site's style
sheets and scripts with a hash of each. What the search says of names and terms Sphinx forgets for
the pages that it does not write.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from book._tools.extension import mathematics


def shown(app: Sphinx, env: BuildEnvironment) -> Iterator:
    """All of it, each part in an order that does not depend on what was read when."""
    std, maths, code = (env.get_domain(name) for name in ("std", "math", "py"))
    yield sorted((name, str(title)) for name, title in env.titles.items())
    yield sorted(env.toc_secnumbers.items())
    yield sorted(env.toc_fignumbers.items())
    for table in (std.objects, std.labels, std.anonlabels, maths.equations, code.objects):
        yield sorted(table.items())
    for name, facts in sorted(env.metadata.items()):  # the headings, without their lines
        yield name, sorted((slug, *to[1:]) for slug, to in facts.get("myst_slugs", {}).items())
    for label, exercise in sorted(getattr(env, "sphinx_exercise_registry", {}).items()):
        yield label, str(exercise["node"].children[:1])
    for name, widgets in sorted(app.backprop_shown.items()):
        yield name, [each.module for each in widgets.values()]
    static = Path(app.outdir) / "_static"
    own = [path.name for path in (Path(app.srcdir) / "book" / "_static").iterdir()]
    scripts = {name for name, _ in app.registry.js_files}.intersection(own)
    sheets = {name for name in own if name.endswith(".css")}
    for name in sorted({mathematics.SHEET} | scripts | sheets):  # others come with their packages
        if (path := static / name).exists():
            yield name, path.read_bytes()


def outdated_pages(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """No page, or all."""
    now = hashlib.sha256(repr(list(shown(app, env))).encode()).hexdigest()
    before, env.shown_between = getattr(env, "shown_between", None), now
    return [] if now == before else sorted(env.found_docs)


def entries_kept(app: Sphinx) -> Path:
    return Path(app.doctreedir) / "search-entries.json"


def recall_entries(app: Sphinx, builder) -> None:
    """Before pages are written: what the search had of all pages."""
    if (path := entries_kept(app)).exists():
        known = json.loads(path.read_text(encoding="utf-8"))
        there = {name: known[name] for name in known if name in app.env.found_docs}
        app.env._search_index_index_entries.update(there)


def keep_entries(app: Sphinx) -> list:
    entries_kept(app).write_text(json.dumps(app.env._search_index_index_entries))
    return []
