"""Frames kept on disk while the book is built: what has not changed is not drawn again.

The key of a frame is a hash of all that its picture depends on: the values, the sources of the
modules that draw it and of every module of `backprop` that these import, the package's data files,
matplotlib's settings, the versions of everything installed, and the computer's kind.
"""

import ast
import functools
import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import sys
from pathlib import Path

import matplotlib

NAME = "backprop"
PACKAGE = Path(__file__).parents[1]
FOLDER = "BACKPROP_FRAMES"  # names the folder, in the environment; without it none are kept
NO_MATTER = ("backend", "backend_fallback", "interactive")  # where a figure is shown, not how


def kept(frame, functions, extra=()):
    """`frame`, a function of a dict of values, with its results kept on disk where that is safe.

    frame:     gives text; calls `functions` and nothing else that is not part of the package
    functions: must be found by their names in modules of `backprop`, so that their source is known
    extra:     further things, with a repr, that the result depends on

    Safe is what is made of numbers and texts, and of functions whose source is known; anything else
    gives `frame` itself.
    """
    folder = os.environ.get(FOLDER)
    if not folder or not all(_is_known(function) for function in functions):
        return frame
    named = [(function.__module__, function.__qualname__) for function in functions]
    settings = sorted(
        (key, repr(value)) for key, value in matplotlib.rcParams.items() if key not in NO_MATTER
    )
    sources = [sources_hash(module) for module, _ in named]
    base = repr((named, extra, sources, sources_hash(f"{NAME}.explore"), settings, _place()))

    def cached(values):
        if not _is_plain(tuple(values.values())):
            return frame(values)
        key = hashlib.sha256(f"{base}{sorted(values.items())!r}".encode()).hexdigest()
        path = Path(folder) / key[:2] / key
        if path.exists():
            cached.found += 1
            return path.read_text(encoding="utf-8")
        content = frame(values)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_text(content, encoding="utf-8")
        unfinished.replace(path)
        return content

    cached.found = 0
    return cached


def _is_known(function):
    """Whether a name in a module of the package stands for this very function."""
    module = sys.modules.get(getattr(function, "__module__", None) or "")
    known = module is not None and module.__name__.split(".")[0] == NAME
    return known and getattr(module, getattr(function, "__qualname__", ""), None) is function


def _is_plain(value):
    if isinstance(value, tuple):
        return all(_is_plain(part) for part in value)
    return value is None or type(value) in (bool, int, float, str)


@functools.cache
def _place():
    """The versions of Python, of all that is installed, and the kind of computer."""
    installed = {
        (dist.metadata["Name"], dist.version) for dist in importlib.metadata.distributions()
    }
    return sys.version, platform.machine(), platform.system(), sorted(installed, key=repr)


@functools.cache
def sources_hash(module):
    """A hash of the module's source, of those in the package that it imports, and of the data."""
    found, todo = {}, {module, NAME}
    while todo:
        name = todo.pop()
        path = _file_of(name)
        if name in found or path is None:
            continue
        source = found[name] = path.read_bytes()
        todo |= _imports(source, name, path.name == "__init__.py")
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*")):
        if path.is_file() and path.suffix not in (".py", ".pyc"):
            found[path.relative_to(PACKAGE).as_posix()] = path.read_bytes()
    for name, content in sorted(found.items()):
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _file_of(name):
    """The file of a module of the package, None for other modules and for what is none."""
    first, *parts = name.split(".")
    if first != NAME:
        return None
    path = PACKAGE.joinpath(*parts)
    for file in (path / "__init__.py", path.with_name(f"{path.name}.py")):
        if file.exists():
            return file
    return None


def _imports(source, name, is_package):
    """The names that may be modules of the package among what a source imports, parents included."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parent = name if is_package else name.rpartition(".")[0]
            written = "." * node.level + (node.module or "")
            base = importlib.util.resolve_name(written, parent) if node.level else node.module
            names |= {base} | {f"{base}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Name | ast.Attribute):
            used = node.id if isinstance(node, ast.Name) else node.attr
            if used in ("import_module", "__import__"):  # could be any module of the package
                names |= {
                    ".".join((NAME, *path.relative_to(PACKAGE).with_suffix("").parts))
                    for path in PACKAGE.rglob("*.py")
                }
    parts = [each.split(".") for each in names if each.split(".")[0] == NAME]
    return {".".join(part[:end]) for part in parts for end in range(1, len(part) + 1)}
