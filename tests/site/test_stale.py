"""What is out of date when a file of src/backprop or a cell of a notebook changes, and what is not."""

import io
import os
import shutil
import textwrap
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from ipywidgets import Widget
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from book._tools import stale
from book._tools.commands import build, notebooks
from book._tools.extension import between, explorables, hooks, practice, reference
from conftest import BOOK, ROOT


def forget():
    for function in vars(stale).values():
        if hasattr(function, "cache_clear"):
            function.cache_clear()


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package `backprop`, small, with a module for each way to import; gives write(name, text)."""
    monkeypatch.setattr(stale, "SOURCES", tmp_path)

    def write(name, text):
        path = tmp_path / "backprop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        forget()

    write("__init__.py", "from backprop.core import x\nfrom .other import o as passed_on")
    write("core.py", 'DATA = "numbers.npz"\nx = 1')
    write("figure.py", "import numpy\nfrom backprop import style, x\nimport backprop.names")
    write("style.py", "def f():\n    from . import late")
    write("late.py", "from .deep.inner import y")
    write("deep/__init__.py", "from .hidden import h\nfrom .shown import s")
    write("deep/inner.py", "from ..up import z")
    write("deep/hidden.py", "h = 1")
    write("deep/shown.py", "s = 1")
    write("door.py", "from backprop.deep.shown import *")
    write("up.py", "z = 1")
    write("names.py", "n = 1")
    write("other.py", "o = 1")
    write("any.py", "import importlib\nimportlib.import_module(name)")
    write("numbers.npz", "1")
    yield write
    forget()


SEEN = ["core", "figure", "style", "late", "deep.inner", "up", "names"]


def seen(*names):
    return {name.removeprefix("backprop.") for name in stale.reach(f"backprop.{n}" for n in names)}


@pytest.mark.parametrize(
    ("name", "modules"),
    [
        ("figure", SEEN),
        ("x", ["core"]),
        ("passed_on", ["other"]),
        ("core.x", ["core"]),
        ("deep.s", ["deep.shown"]),
        ("deep.inner.y", ["deep.inner", "up"]),
        ("door.s", ["door", "deep.shown"]),
        ("unknown", ["backprop", "core", "other"]),
    ],
)
@pytest.mark.usefixtures("package")
def test_a_name_leads_to_the_modules_behind_it(name, modules):
    assert seen(name) == set(modules)


@pytest.mark.usefixtures("package")
def test_a_module_that_imports_by_name_sees_all():
    assert seen("any") == {n.removeprefix("backprop.") for n in stale.every_module()}


CODE = ["from backprop.figure import draw", "draw()"]


@pytest.mark.parametrize("name", [f"{name.replace('.', '/')}.py" for name in SEEN])
def test_a_change_of_the_code_that_is_seen_counts(package, name):
    before = stale.hashes(CODE)
    path = stale.SOURCES / "backprop" / name
    package(name, path.read_text() + "\nchanged = 1")
    after = stale.hashes(CODE)
    assert [m for m in after if after[m] != before[m]] == [
        f"backprop.{name[:-3]}".replace("/", ".")
    ]


def test_data_counts_for_the_module_that_names_it(package):
    before = stale.hashes(CODE)
    package("numbers.npz", "2")
    after = stale.hashes(CODE)
    assert [m for m in after if after[m] != before[m]] == ["backprop.core"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("core.py", '"""What it is for."""\n\nDATA = "numbers.npz"  # a note\nx = 1\n# the end'),
        ("style.py", 'def f():\n    """Why."""\n\n    from . import late'),
        ("other.py", "o = 2"),
        ("__init__.py", "from backprop.core import x\n\nextra = 1"),
    ],
)
def test_words_and_what_is_not_seen_do_not_count(package, name, text):
    before = stale.hashes(CODE)
    package(name, text)
    assert stale.hashes(CODE) == before


def test_words_count_where_sources_are_printed(package):
    code = ["import inspect", "from backprop import core", "print(inspect.getsource(core))"]
    before = stale.hashes(code)
    package("core.py", 'DATA = "numbers.npz"\nx = 1  # one')
    assert stale.hashes(code) != before


def test_a_sign_in_a_text_is_no_comment():
    assert stale.bare('x = "# no"  # yes\n\ny = 1') == 'x = "# no"\ny = 1'
    assert stale.bare('"""Doc."""\ndef f(x):\n    """Doc."""\n') == "def f(x):"


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize(
    ("cells", "modules"),
    [
        (["from backprop.figure import draw", "x = 1"], []),
        (["from backprop.names import n as m", "print(m)"], ["names"]),
        (["import backprop.names", "backprop.names.n"], ["names"]),
        (["def f():\n    import backprop.up as up\n    return up.z"], ["up"]),
    ],
)
def test_what_is_imported_counts_where_it_is_used(cells, modules):
    assert set(stale.hashes(cells)) == {f"backprop.{name}" for name in modules}


@pytest.mark.usefixtures("package")
def test_a_cell_that_is_no_python_may_see_anything():
    assert set(stale.hashes(["%matplotlib inline"])) == stale.every_module()


def test_only_the_chapters_own_checkers_count():
    cells = ["from backprop.exercises import check", "check('softmax-1', ...)"]
    found = stale.hashes(cells, "06")
    assert {"backprop.exercises", "backprop.exercises.checkers", "backprop.exercises.ch06"} <= set(
        found
    )
    assert not {"backprop.exercises.ch05", "backprop.exercises.ch07"} & set(found)


def test_files_outside_see_modules_and_their_own_text(package, tmp_path):
    path = tmp_path / "test_it.py"
    path.write_text("import importlib\nfrom backprop import figure\nimportlib.import_module(name)")

    def seen():
        return stale.seen_by([path], "tests")

    before = seen()
    package("other.py", "o = 2")
    package("core.py", 'DATA = "numbers.npz"  # a note\nx = 1')
    assert seen() == before
    package("up.py", "z = 2")
    after = seen()
    assert after != before
    path.write_text(path.read_text() + "  # a note")
    assert seen() != after


# The pages

SITE = {
    "conf.py": "html_static_path = ['book/_static']\nnumfig = True\nlanguage = 'en'\n",
    "index.rst": "Front\n=====\n\n.. toctree::\n\n   a\n   b\n",
    "a.rst": "First\n=====\n\nA word.\n\n.. math:: 1\n   :label: one\n",
    "b.rst": "Second\n======\n\n.. glossary::\n\n   term\n     Meaning.\n\nSee :eq:`one`.\n",
    "book/_static/own.css": "a {}",
    "book/_static/other.js": "1;",
}


@pytest.fixture
def site(tmp_path):
    """A site of three pages; write(name, old, new) changes a file, build() gives the pages written."""
    for name, text in SITE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    def write(name, old, new):
        path = tmp_path / name
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    def build(*steps):
        out, written, said = tmp_path / "out", [], io.StringIO()
        shutil.copytree(tmp_path / "book/_static", out / "_static", dirs_exist_ok=True)
        places = tmp_path, tmp_path, out, tmp_path / "trees", "html"
        with docutils_namespace():
            app = Sphinx(*places, status=None, warning=said, warningiserror=True, keep_going=True)
            app.backprop_shown = {}
            app.add_css_file("own.css")
            app.add_js_file("late.js")  # another package's, there when the pages are written
            app.connect("build-finished", lambda *_: (out / "_static/late.js").write_text("1;"))
            app.connect("env-get-updated", between.outdated_pages, priority=900)
            app.connect("write-started", between.recall_entries)
            app.connect("html-collect-pages", between.keep_entries)
            app.connect("doctree-resolved", lambda app, tree, name: written.append(name))
            for step in steps:
                app.connect("build-finished", step)
            app.build()
        print(said.getvalue())
        return sorted(written), app.statuscode, (out / "searchindex.js").read_text()

    assert build()[:2] == (["a", "b", "index"], 0)
    return write, build


@pytest.mark.parametrize(
    ("name", "old", "new", "pages"),
    [
        ("a.rst", "A word", "Two words", ["a", "index"]),
        ("book/_static/other.js", "1", "2", []),
        ("book/_static/own.css", "{}", "{ color: red }", ["a", "b", "index"]),
        ("a.rst", "First\n", "Other\n", ["a", "b", "index"]),
        ("a.rst", ":label: one", ":label: one\n\n.. math:: 2\n   :label: two", ["a", "b", "index"]),
        ("b.rst", "   term", "   word\n     Other.\n\n   term", ["a", "b", "index"]),
    ],
)
def test_what_pages_show_of_one_another_is_written_anew(site, name, old, new, pages):
    write, build = site
    assert build()[0] == []
    write(name, old, new)
    written, status, index = build()
    assert (written, status) == (pages, 0)
    assert '"term":[[1,' in index.replace(" ", "")


def test_a_build_that_shows_old_outputs_is_right_otherwise(site, monkeypatch, capsys):
    _, build = site
    monkeypatch.setattr(notebooks, "outdated", lambda: {BOOK / "03-example.ipynb": "its cells"})
    assert build(hooks.refuse)[1] == notebooks.OUTDATED
    said = capsys.readouterr().err
    assert "book/03-example.ipynb may show outputs of before (its cells)" in said
    assert "`make notebooks`" in said


def environment():
    return SimpleNamespace(doc2path=lambda name: next(BOOK.glob(f"{Path(name).name}.*")))


def test_a_practice_page_is_read_again_when_its_markers_mean_something_else(monkeypatch):
    env, page = environment(), "book/81-your-network"
    assert page in practice.outdated_pages(None, env, set(), set(), set())
    assert practice.outdated_pages(None, env, set(), set(), set()) == []
    monkeypatch.setitem(practice.PUT, "network", lambda: "another form")
    assert practice.outdated_pages(None, env, set(), set(), set()) == [page]


@pytest.mark.parametrize(("module", "read"), [("_expects", True), ("explorables.depth", False)])
def test_the_reference_is_read_again_when_what_it_shows_has_changed(module, read, monkeypatch):
    app, env = SimpleNamespace(srcdir=ROOT), environment()
    assert reference.outdated_pages(app, env, set(), set(), set()) == ["book/94-api"]
    assert reference.outdated_pages(app, env, set(), set(), set()) == []
    true_hash = stale.hash_of
    monkeypatch.setattr(
        stale, "hash_of", lambda n, **kw: true_hash(n, **kw) + "x" * (n == f"backprop.{module}")
    )
    assert bool(reference.outdated_pages(app, env, set(), set(), set())) is read


def test_a_build_that_was_stopped_is_begun_anew(tmp_path, monkeypatch):
    trees = tmp_path / "_build" / ".doctrees"
    read_before = []

    def sphinx(_root, stopped):
        read_before.append((trees / "page").exists())
        trees.mkdir(parents=True, exist_ok=True)
        (trees / "page").touch()
        if stopped:
            raise KeyboardInterrupt
        return notebooks.OUTDATED

    monkeypatch.setattr(build, "sphinx", lambda root: sphinx(root, stopped=False))
    build.build(tmp_path)
    build.build(tmp_path)
    monkeypatch.setattr(build, "sphinx", lambda root: sphinx(root, stopped=True))
    with pytest.raises(KeyboardInterrupt):
        build.build(tmp_path)
    monkeypatch.setattr(build, "sphinx", lambda root: sphinx(root, stopped=False))
    build.build(tmp_path)
    assert read_before == [False, True, True, False]


# The notebooks


def test_no_notebook_of_the_book_is_out_of_date():
    assert notebooks.outdated() == {}, "run `make notebooks`"


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book of one notebook which is up to date; gives its cells and write(cells)."""
    monkeypatch.setattr(notebooks, "ROOT", tmp_path)
    monkeypatch.setattr(notebooks, "BOOK", tmp_path)
    monkeypatch.setattr(notebooks, "RECORD", tmp_path / "outputs.json")
    path = tmp_path / "03-example.ipynb"
    output = nbformat.v4.new_output("stream", text="1\n")
    cells = [
        nbformat.v4.new_markdown_cell("words"),
        nbformat.v4.new_code_cell("from backprop.explorables import depth"),
        nbformat.v4.new_code_cell("print(1)", outputs=[output]),
        nbformat.v4.new_code_cell("depth.explorable()"),
    ]

    def write():
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)

    write()
    notebooks.write_record([path])
    assert notebooks.outdated() == {}
    return path, cells, write


def test_words_may_change(book):
    _, cells, write = book
    cells[0].source = "other words"
    cells.append(nbformat.v4.new_markdown_cell("more words"))
    write()
    assert notebooks.outdated() == {}


def test_a_run_that_gives_the_same_may_be_saved(book):
    _, cells, write = book
    cells[2].execution_count = 7
    cells[2].metadata["execution"] = {"started": "now"}
    data = {notebooks.WIDGET_VIEW: {"model_id": "f00"}, "text/plain": "Explorable(depth)"}
    cells[3].outputs = [nbformat.v4.new_output("execute_result", data=data, execution_count=8)]
    write()
    path, *_ = book
    notebooks.write_record([path])
    cells[3].outputs[0].data[notebooks.WIDGET_VIEW]["model_id"] = "f01"
    write()
    assert notebooks.outdated() == {}


@pytest.mark.parametrize("change", ["source", "outputs", "new"])
def test_changed_cells_are_told(book, change):
    path, cells, write = book
    if change == "source":
        cells[2].source = "print(2)"
    elif change == "outputs":
        cells[2].outputs[0].text = "2\n"
    else:
        cells.append(nbformat.v4.new_code_cell("1 + 1"))
    write()
    assert notebooks.outdated() == {path: "changed since: its cells"}


def test_a_new_notebook_is_told(book):
    path, *_ = book
    other = path.with_name("04-new.ipynb")
    other.write_text(path.read_text())
    assert notebooks.outdated() == {other: "never run"}


def test_the_module_of_a_widget_does_not_count_and_others_do(book, monkeypatch):
    path, cells, write = book
    true_hash = stale.hash_of

    def changed(name, *verbatim):
        return true_hash(name, *verbatim) + "x" * (name == "backprop.explorables.depth")

    monkeypatch.setattr(stale, "hash_of", changed)
    assert notebooks.outdated() == {}
    cells[2].source = "depth.slope()"
    write()
    notebooks.write_record([path])
    monkeypatch.setattr(stale, "hash_of", true_hash)
    assert notebooks.outdated() == {path: "changed since: backprop.explorables.depth"}


def test_make_notebooks_runs_what_is_out_of_date_and_only_that(book, capsys):
    path, cells, write = book
    other = path.with_name("04-other.ipynb")
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")]), other)
    notebooks.write_record([other])
    cells[2].source = "print(1 + 1)"
    write()
    assert notebooks.main([]) == 0
    assert "03-example.ipynb: rewritten" in capsys.readouterr().out
    assert notebooks.outdated() == {}
    (ran,) = (c for c in nbformat.read(path, as_version=4).cells if c.source == "print(1 + 1)")
    assert ran.outputs[0].text == "2\n"
    before = path.read_bytes(), notebooks.RECORD.read_bytes()
    assert notebooks.main([]) == 0
    assert (path.read_bytes(), notebooks.RECORD.read_bytes()) == before


# The widgets of the pages

IMPORTS = [
    "from backprop.explorables import softmax as soft, training",
    "from backprop.playground import play",
]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("soft.explorable()", ("backprop.explorables.softmax", "explorable", ())),
        (
            "x = 1\ntraining.explorable(front=True)",
            ("backprop.explorables.training", "explorable", (("front", "True"),)),
        ),
        ("play(hidden=(2,))", ("backprop.playground", "play", (("hidden", "(2,)"),))),
    ],
)
def test_a_cell_that_ends_in_a_widget_shows_it(cell, shown):
    assert explorables.shown_by(cell, [*IMPORTS, cell]) == explorables.Shown(*shown)


@pytest.mark.parametrize("cell", ["", "soft.explorable", "x = soft.explorable()", "f(", "print(1)"])
def test_other_cells_show_none(cell):
    assert explorables.shown_by(cell, [*IMPORTS, cell]) is None


@pytest.mark.parametrize("cell", ["training.explorable(front=x)", "mine.explorable()"])
def test_a_widget_that_needs_the_notebook_is_refused(cell):
    with pytest.raises(explorables.DrawingError, match="explorable of the module `backprop`"):
        explorables.shown_by(cell, [*IMPORTS, cell])


def test_every_widget_of_the_book_is_found_in_markdown_and_in_notebooks():
    pages = {path.stem: explorables.shown_on(path) for path in BOOK.glob("[0-9]*.*")}
    (front,) = pages["00-index"].values()
    assert front.arguments == (("front", "True"),)
    assert {shown.name for page in pages.values() for shown in page.values()} >= {
        path.stem for path in (stale.SOURCES / "backprop" / "explorables").glob("[a-z]*.py")
    }


def test_another_widgets_module_does_not_matter(monkeypatch):
    depth, cost = (
        explorables.Shown(f"backprop.explorables.{name}", "explorable")
        for name in ("depth", "cost")
    )
    before = depth.seen, cost.seen
    true_hash = stale.hash_of
    monkeypatch.setattr(
        stale, "hash_of", lambda name: true_hash(name) + "x" * name.endswith("explorables.depth")
    )
    changed = [explorables.Shown(each.module, each.function).seen for each in (depth, cost)]
    assert changed[0] != before[0] and changed[1] == before[1]


@pytest.fixture
def few(tmp_path, monkeypatch):
    """An explorable module of two frames in a package of its own; gives its Shown and its folder."""
    folder = tmp_path / "sources" / "fewframes"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "small.py").write_text(
        textwrap.dedent("""\
        import matplotlib.pyplot as plt
        from backprop.explore import Control, explore

        def draw(n):
            return plt.figure(figsize=(n if n > 2 else 1, 1))

        def describe(n):
            return f"n = {1 / n}"

        def explorable(*, values=(1, 2), page=None):
            return explore(draw, describe, [Control("n", "n", values)], name="small", page=page)
        """)
    )
    monkeypatch.syspath_prepend(str(folder.parent))
    Widget.close_all()  # what is kept is all that is open in this process
    return tmp_path / "drawn"


def small(**arguments):
    return explorables.Shown("fewframes.small", "explorable", tuple(arguments.items()))


def drawn(shown, folder, said):
    return explorables.Drawn(shown, stale.Kept(folder, most=9), {}, said.append)


def test_frames_are_drawn_once(few):
    said = []
    kept = drawn([small()], few, said).get(small())
    assert said == ["small: 2 frames drawn"]
    words = [m["state"]["value"] for m in kept["state"].values() if m["model_name"] == "HTMLModel"]
    assert [("n = 1.0" in w, "n = 0.5" in w, "data:image/webp" in w) for w in words] == [
        (True, False, True),
        (False, True, True),
    ]
    assert drawn([small(), small()], few, said).get(small()) == kept
    assert len(said) == 1


@pytest.mark.parametrize(
    ("values", "message"),
    [("(1, 0)", "small: .*'n': 0.*ZeroDivisionError"), ("(1, 3)", "figures of one size")],
)
def test_a_frame_that_cannot_be_drawn_is_named_and_nothing_is_kept(few, values, message):
    shown = small(values=values)
    with pytest.raises(explorables.DrawingError, match=message):
        drawn([shown], few, []).get(shown)
    assert not list(few.glob("*"))


def test_what_is_kept_is_made_once_and_what_was_used_last_stays(tmp_path):
    kept = stale.Kept(tmp_path, most=2)

    def text(number):
        made = kept.get("n.txt", str(number).encode(), make=lambda: f"{number} made".encode())
        return made.read_text()

    assert [text(1), text(2), text(3)] == ["1 made", "2 made", "3 made"]
    for age, number in enumerate((3, 1, 2)):
        os.utime(kept.path("n.txt", str(number).encode()), ns=(age, age))
    kept.path("n.txt", b"3")
    kept.trim()
    assert sorted(path.read_text() for path in tmp_path.iterdir()) == ["2 made", "3 made"]
    assert kept.get("n.txt", b"3", make=None).read_text() == "3 made"
