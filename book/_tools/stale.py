"""What is stale, and what is kept: the build's one way to know that something need not be made again.

Whatever is made from other things has a name with a hash of them (`Kept`). For a piece of code these
are all that it can see of the package `backprop`: the modules that it imports, those that they
import in turn, and the data files that they name. A package's `__init__` that only passes names on
is looked through: `from backprop import train` sees the module that `train` comes from. Comments
and docstrings do not count.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.util
import io
import os
import sys
import tempfile
import tokenize
from collections.abc import Callable, Iterable
from pathlib import Path

import yaml

PACKAGE = "backprop"
EXERCISES = f"{PACKAGE}.exercises"
SOURCES = Path(__file__).resolve().parents[2] / "src"
BY_NAME = ("import_module", "__import__")


class Kept:
    """A folder of files that are made once for what they are made from; the last used stay."""

    def __init__(self, folder: Path, most: int):
        self.folder, self.most = folder, most

    def path(self, name: str, *made_from: bytes) -> Path:
        """Where the file is or will be. Its name starts with `name` and has its suffix."""
        digest = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in made_from))
        path = self.folder / f"{Path(name).stem}-{digest.hexdigest()[:16]}{Path(name).suffix}"
        if path.exists():
            path.touch()
        return path

    def get(self, name: str, *made_from: bytes, make: Callable[[], bytes]) -> Path:
        path = self.path(name, *made_from)
        if not path.exists():
            write(path, make())
        return path

    def trim(self) -> None:
        """Remove all but the `most` that were used last."""
        by_use = sorted(self.folder.glob("*"), key=lambda path: path.stat().st_mtime_ns)
        for path in by_use[: -self.most]:
            path.unlink()


def write(path: Path, data: bytes) -> None:
    """All of the file or nothing, whoever else writes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as part:
        part.write(data)
    os.chmod(part.name, 0o644)
    os.replace(part.name, path)


def state_of(root: Path) -> str:
    """A hash of all that the site is made from: the files, and the packages that are installed."""
    digest = hashlib.sha256(installed().encode())
    files = [root / name for name in ("_config.yml", "_toc.yml", "pyproject.toml")]
    files += [*root.glob("book/**/*"), *root.glob("src/**/*")]
    files += [root / "tests" / "helpers.py", *root.glob("tests/equations/*.py")]
    digest.update(digest_of(root, files).encode())
    return digest.hexdigest()


def installed() -> str:
    """Python and the packages, each with its version."""
    packages = sorted(path.name for path in Path(yaml.__file__).parents[1].glob("*.dist-info"))
    return repr([sys.version, *packages])


def tools_of(root: Path) -> str:
    """A hash of what makes pages of sources: where it changes, every page is written anew."""
    files = [*root.glob("book/_tools/**/*.py"), *root.glob("book/_tools/extension/*")]
    return digest_of(root, [*files, *root.glob("book/_templates/*")]) + installed()


def digest_of(root: Path, files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        if path.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts):
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@functools.cache
def file_of(module: str) -> Path | None:
    """The file of a module of the package; None for other modules and for what is none."""
    path = SOURCES.joinpath(*module.split("."))
    if module.partition(".")[0] != PACKAGE:
        return None
    places = (path / "__init__.py", path.with_name(f"{path.name}.py"))
    return next((place for place in places if place.exists()), None)


def every_module(below: str = PACKAGE) -> set[str]:
    """The names of all modules in a package of the course's."""
    folder = SOURCES.joinpath(*below.split("."))
    return {
        ".".join(path.relative_to(SOURCES).with_suffix("").parts).removesuffix(".__init__")
        for path in folder.rglob("*.py")
    }


@functools.cache
def imported(code: str, module: str = "", is_package: bool = False) -> set[tuple[str, str]]:
    """What a piece of code imports of the package: its dotted name, and the name it is known by.

    What stands behind the name may be a module or something in one. Code that imports by a name
    which it computes may import anything below its own package, and so may what is no Python, such
    as a magic in a notebook.
    """
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return {(name, "") for name in every_module()}
    names = set()
    parent = module if is_package else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {(alias.name, alias.asname or alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            written = "." * node.level + (node.module or "")
            base = importlib.util.resolve_name(written, parent) if node.level else written
            names |= {(f"{base}.{alias.name}", alias.asname or alias.name) for alias in node.names}
        elif isinstance(node, ast.Name | ast.Attribute):
            used = node.id if isinstance(node, ast.Name) else node.attr
            if used in BY_NAME:
                names |= {(name, "") for name in every_module(parent or PACKAGE)}
    return {(name, known) for name, known in names if name.partition(".")[0] == PACKAGE}


@functools.cache
def imports_of(module: str) -> set[tuple[str, str]]:
    path = file_of(module)
    return imported(path.read_text(encoding="utf-8"), module, path.name == "__init__.py")


def home(name: str) -> str | None:
    """The module that a dotted name is, or that what it names comes from."""
    while file_of(name) is None:
        module, _, last = name.rpartition(".")
        if not module:
            return None
        if file_of(module) is None or file_of(module).name != "__init__.py":
            name = module
        else:
            name = next((origin for origin, known in imports_of(module) if known == last), module)
    return name


def reach(names: Iterable[str]) -> set[str]:
    """The modules of the package that code which imports these names can see."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        module = home(waiting.pop())
        if module is not None and module not in found:
            found.add(module)
            waiting += [name for name, _ in imports_of(module)]
    return found


def bare(source: str) -> str:
    """Python without comments, docstrings and empty lines."""
    lines = source.splitlines()
    gone: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if ast.get_docstring(node, clean=False) is not None:
                gone |= set(range(first.lineno - 1, first.end_lineno))
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    kept = (line.rstrip() for row, line in enumerate(lines) if row not in gone)
    return "\n".join(filter(None, kept))


@functools.cache
def data_files() -> dict[str, bytes]:
    """The package's files that are no Python, by name."""
    return {
        path.name: path.read_bytes()
        for path in sorted((SOURCES / PACKAGE).rglob("*"))
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }


@functools.cache
def hash_of(module: str, verbatim: bool = False) -> str:
    """A hash of a module and of the data that it names; `verbatim` with comments and docstrings."""
    source = file_of(module).read_text(encoding="utf-8")
    digest = hashlib.sha256((source if verbatim else bare(source)).encode())
    for name, data in data_files().items():
        if name in source:
            digest.update(name.encode() + data)
    return digest.hexdigest()[:12]


def seen_by(files: Iterable[Path], package: str) -> bytes:
    """All that these files see: their text, and the modules, which are not of their own `package`."""
    texts = [(path.name, path.read_text(encoding="utf-8")) for path in sorted(files)]
    names = {name for _, text in texts for name, _ in imported(text, f"{package}.a")}
    return repr([texts, [(name, hash_of(name)) for name in sorted(reach(names))]]).encode()


@functools.cache
def names_used(code: str) -> set[str]:
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def hashes(cells: list[str], chapter: str = "") -> dict[str, str]:
    """What the cells of a notebook can see: {module: hash}.

    What is imported and not used does not count. Of the exercises count what hands an answer to its
    checker and the checkers of its own chapter, `exercises/ch<chapter>.py`: the others are imported
    with them, and say nothing. Where the code prints sources, every letter counts.
    """
    alone = set()
    used = {"", "*"}.union(*map(names_used, cells))
    names = {
        name for cell in cells for name, known in imported(cell) if known.partition(".")[0] in used
    }
    if any(name.startswith(EXERCISES) for name in names):
        names = {name for name in names if not name.startswith(EXERCISES)}
        names |= {f"{EXERCISES}.checkers", f"{EXERCISES}.ch{chapter}"}
        alone = {EXERCISES}  # without what it imports: all chapters
    verbatim = any("inspect" in names_used(cell) for cell in cells)
    return {module: hash_of(module, verbatim) for module in sorted(reach(names) | alone)}
