"""Frames kept on disk: what nothing has changed for is not drawn again, all else is."""

import functools
import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pytest

from backprop.explorables import depth
from backprop.explore import framecache
from backprop.explore.framecache import kept, sources_hash
from backprop.figures import plotting

KNOWN = (depth.draw, depth.describe)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(framecache.FOLDER, str(tmp_path / "frames"))
    sources_hash.cache_clear()
    yield tmp_path / "frames"
    sources_hash.cache_clear()


class Drawn:
    """A frame function that remembers what it was asked for."""

    def __init__(self):
        self.values = []

    def __call__(self, values):
        self.values.append(values)
        return f"frame {len(self.values)} for {values}, δ¹"


@pytest.mark.usefixtures("folder")
def test_a_frame_is_drawn_once():
    drawn = Drawn()
    first = [kept(drawn, KNOWN)({"n": n, "name": "relu"}) for n in (1, 2, 1.5)]
    again = kept(drawn, KNOWN)
    assert [again({"name": "relu", "n": n}) for n in (1, 2, 1.5)] == first
    assert len(drawn.values) == 3
    assert again.found == 3


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "other",
    [{"n": 2}, {"n": 1.0}, {"n": True}, {"n": "1"}, {"n": (1,)}, {"m": 1}, {"n": 1, "m": None}, {}],
)
def test_other_values_are_another_frame(other):
    drawn = Drawn()
    frame = kept(drawn, KNOWN)
    assert frame({"n": 1}) != frame(other)
    assert drawn.values == [{"n": 1}, other]


def changed_style(monkeypatch):
    monkeypatch.setitem(plt.rcParams, "lines.linewidth", 3.25)


def changed_version(monkeypatch):
    monkeypatch.setattr(framecache, "_place", lambda: "numpy 99")


def changed_source(monkeypatch):
    monkeypatch.setattr(framecache, "sources_hash", lambda module: f"other {module}")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("change", [changed_style, changed_version, changed_source])
def test_what_the_picture_depends_on_makes_another_frame(change, monkeypatch):
    drawn = Drawn()
    kept(drawn, KNOWN)({"n": 1})
    change(monkeypatch)
    kept(drawn, KNOWN)({"n": 1})
    assert len(drawn.values) == 2


@pytest.mark.usefixtures("folder")
def test_where_a_figure_is_shown_does_not_matter(monkeypatch):
    drawn = Drawn()
    for backend in ("agg", "svg"):
        monkeypatch.setitem(plt.rcParams, "backend", backend)
        kept(drawn, KNOWN)({"n": 1})
    assert len(drawn.values) == 1


@pytest.mark.usefixtures("folder")
def test_other_functions_and_other_settings_are_other_frames():
    drawn = Drawn()
    for functions, extra in ((KNOWN, ()), (KNOWN[::-1], ()), (KNOWN[:1], ()), (KNOWN, (True,))):
        kept(drawn, functions, extra)({"n": 1})
    assert len(drawn.values) == 4


def local(n):
    return n


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "unknown",
    [local, lambda n: n, functools.partial(depth.draw, depth=2), len, np.sum, Drawn()],
    ids=["another package", "lambda", "partial", "builtin", "numpy", "object"],
)
def test_functions_of_unknown_source_are_always_drawn(unknown):
    drawn = Drawn()
    assert kept(drawn, (depth.draw, unknown)) is drawn


@pytest.mark.usefixtures("folder")
def test_a_function_put_in_the_place_of_another_is_not_taken_for_it(monkeypatch):
    drawn = Drawn()
    monkeypatch.setattr(depth, "draw", local)
    assert kept(drawn, KNOWN) is drawn


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("value", [np.float64(1), [1, 2], {"a": 1}, object(), (1, [2])])
def test_values_that_a_text_may_not_tell_apart_are_always_drawn(value):
    drawn = Drawn()
    frame = kept(drawn, KNOWN)
    frame({"n": value})
    frame({"n": value})
    assert len(drawn.values) == 2


def test_nothing_is_kept_outside_a_build(monkeypatch):
    monkeypatch.delenv(framecache.FOLDER, raising=False)
    drawn = Drawn()
    assert kept(drawn, KNOWN) is drawn


def test_a_broken_frame_is_not_kept(folder):
    def breaks(values):
        raise ValueError("cannot draw")

    with pytest.raises(ValueError, match="cannot draw"):
        kept(breaks, KNOWN)({"n": 1})
    assert not any(path.is_file() for path in folder.rglob("*"))


# Which sources count


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of that name, small, with a module for each way to import."""
    monkeypatch.setattr(framecache, "PACKAGE", tmp_path / "backprop")
    sources_hash.cache_clear()
    write(tmp_path, "__init__.py", "from .core import x")
    write(tmp_path, "core.py", "x = 1")
    write(tmp_path, "figure.py", "import numpy\nfrom backprop import style\nimport backprop.names")
    write(tmp_path, "style.py", "def f():\n    from . import late")
    write(tmp_path, "late.py", "from .deep.inner import y")
    write(tmp_path, "deep/__init__.py", "")
    write(tmp_path, "deep/inner.py", "from ..up import z")
    write(tmp_path, "up.py", "z = 1")
    write(tmp_path, "names.py", "n = 1")
    write(tmp_path, "other.py", "o = 1")
    write(tmp_path, "any.py", "import importlib\nimportlib.import_module(name)")
    write(tmp_path, "data.npz", "1")
    yield tmp_path
    sources_hash.cache_clear()


def write(root, name, text):
    path = root / "backprop" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")


COUNTS = [
    "__init__",
    "core",
    "figure",
    "style",
    "late",
    "deep/__init__",
    "deep/inner",
    "up",
    "names",
]


@pytest.mark.parametrize("name", [f"{name}.py" for name in COUNTS] + ["data.npz"])
def test_a_change_in_what_is_imported_counts(package, name):
    before = sources_hash("backprop.figure")
    sources_hash.cache_clear()
    assert sources_hash("backprop.figure") == before
    sources_hash.cache_clear()
    write(package, name, (package / "backprop" / name).read_text() + "# changed")
    assert sources_hash("backprop.figure") != before


def test_a_change_elsewhere_does_not_count(package):
    before = sources_hash("backprop.figure")
    sources_hash.cache_clear()
    write(package, "other.py", "o = 2")
    assert sources_hash("backprop.figure") == before


def test_a_module_that_imports_by_name_counts_all(package):
    before = sources_hash("backprop.any")
    sources_hash.cache_clear()
    write(package, "other.py", "o = 2")
    assert sources_hash("backprop.any") != before


def test_the_real_sources_are_found():
    depth_, plain = sources_hash(depth.__name__), sources_hash(plotting.__name__)
    assert depth_ != plain
