"""The cells of a page, ready to be run where they stand.

Each code cell's element gets `data-cell="<chapter>-<number>"` and its state; its source, and the cells
that it needs, lie in lite/cells/<chapter>.json, which only a reader who runs something loads. live.js
makes the buttons.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from book._tools.commands import notebooks
from book._tools.page.pagekernel import needs

KEPT = "kept"
MEGABYTES = 30  # that a first press fetches: said before it
MARK = "runs-as-"
MARKED = re.compile(rf'<div class="([^"]*?) ?{MARK}([\w-]+)([^"]*)"')
HEAD = (
    '<div class="live-head"><button type="button" class="live-all">Live</button>'
    ' <span class="live-words">Every cell of this page can be changed and run, here. The first press '
    f"fetches Python, {MEGABYTES} MB; after that your browser has it.</span></div>"
)


def code_cells(path: Path) -> list:
    own = notebooks.own_cells(notebooks.read(path))
    return [cell for cell in own if cell.cell_type == "code"]


def table(path: Path) -> dict:
    """What the page needs to know of a notebook's cells."""
    sources = [cell.source.strip("\n") for cell in code_cells(path)]
    needed = needs.needs(sources)
    return {
        "version": hashlib.sha256(json.dumps(sources).encode()).hexdigest()[:12],
        "cells": [
            {"source": source, "needs": [number + 1 for number in used]}
            for source, used in zip(sources, needed)
        ],
    }


def put_tables(paths: list[Path], target: Path) -> None:
    """The tables of the notebooks that have a page, below `target` (the site's lite/)."""
    folder = target / "cells"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in paths:
        (folder / f"{path.stem}.json").write_text(json.dumps(table(path)), encoding="utf-8")


def mark(app: Sphinx, doctree: nodes.document, name: str) -> None:
    """Leave a class at each code cell that says which it is; `name_cells` makes attributes of it."""
    path = Path(app.srcdir) / f"{name}.ipynb"
    if not path.exists():
        return
    # the cell that fetches the module is not on the page
    cells = notebooks.read(path).cells
    kinds = ["" if cell.get("id") == notebooks.FETCH_ID else cell.cell_type for cell in cells]
    for node in doctree.findall(nodes.container):
        # a cell whose code is not on the page (remove-input) can't be changed there
        if node.get("nb_element") == "cell_code" and has_code(node):
            number = kinds[: node["cell_index"] + 1].count("code")
            node["classes"].append(f"{MARK}{path.stem}-{number}")
            if re.search(r"^check\(", cells[node["cell_index"]].source, flags=re.M):
                node["classes"].append("checks")


def has_code(cell: nodes.container) -> bool:
    return any(
        part.get("nb_element") == "cell_code_source" for part in cell.findall(nodes.container)
    )


def keeping(app: Sphinx, pagename: str, template: str, context: dict, doctree) -> None:
    """What a reader has done is kept in their browser (site.js): one page shows all of it."""
    if pagename == KEPT:
        static = context["pathto"]("_static", resource=True)
        context["body"] += (
            f'\n<script type="module">import {{ open }} from "./{static}/third-party/page/kept.js";'
            ' open(document.querySelector(".kept"));</script>'
        )


def kept_page(app: Sphinx) -> Iterator[tuple[str, dict, str]]:
    body = (
        "<section><h1>What is kept</h1><p>What you change, solve and answer in this course is kept "
        "in this browser, and nowhere else. Here is all of it.</p>"
        '<div class="kept"><noscript><p>Without scripts nothing is kept.</p></noscript></div></section>'
    )
    yield KEPT, {"title": "What is kept", "body": body}, "page.html"


def name_cells(app: Sphinx, pagename: str, template: str, context: dict, doctree) -> None:
    """Attributes for the cells, the button at the head, the script; the sources in a file of their own."""
    path = Path(app.srcdir) / f"{pagename}.ipynb"
    if not path.exists() or MARK not in context.get("body", ""):
        return
    body = MARKED.sub(r'<div class="\1\3" data-cell="\2" data-state="ready"', context["body"])
    context["body"] = body.replace("</h1>", f"</h1>\n{HEAD}", 1)
    static = context["pathto"]("_static", resource=True)
    lite = context["pathto"]("lite", resource=True)
    context["body"] += (
        f'\n<script defer src="{static}/live.js" data-static="{static}/" data-lite="{lite}/"></script>'
    )
