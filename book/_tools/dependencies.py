"""What a notebook's outputs depend on besides its own cells, so that it is run anew only for that.

The modules of src/backprop that its code imports, with all that these import in turn, the package's
data files, the pinned packages. Of the checkers only those of its own chapter, `exercises/chNN.py`:
the other chapters' are imported with them, and say nothing.
"""

from __future__ import annotations

import ast
import hashlib
import re
import sys
from pathlib import Path

import nbformat

from backprop.explore.framecache import sources_hash

PACKAGE, EXERCISES = "backprop", "backprop.exercises"


def imported(code: str) -> set[str]:
    """The dotted names below `backprop` that a piece of code imports, modules among them.

    A cell that is no Python, such as a magic or an error on show, may import anything.
    """
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return {PACKAGE}
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in names if name.partition(".")[0] == PACKAGE}


def modules_of(notebook: Path) -> set[str]:
    """What the notebook's outputs depend on, as dotted names of modules (and of what is in them)."""
    cells = nbformat.read(notebook, as_version=4).cells
    names = set()
    for cell in cells:
        if cell.cell_type == "code":
            names |= imported(cell.source)
    checkers = {name for name in names if re.match(rf"{EXERCISES}\b", name)}
    if checkers:
        names -= checkers
        names |= {f"{EXERCISES}.checkers", f"{EXERCISES}.ch{notebook.name[:2]}"}
    return names


def state(notebook: Path, root: Path) -> str:
    """A hash of all that the notebook's outputs depend on besides its own cells."""
    digest = hashlib.sha256(sys.version.encode())
    for name in sorted(modules_of(notebook)):
        digest.update(f"{name} {sources_hash(name)}\n".encode())
    pinned = root / "requirements.txt"
    digest.update(pinned.read_bytes() if pinned.exists() else b"")
    return digest.hexdigest()
