"""Which notebooks are run anew when a file of src/backprop changes."""

import backprop_site
import nbformat
import pytest

import dependencies
from backprop.explore import framecache
from conftest import BOOK, ROOT


@pytest.fixture
def notebook(tmp_path):
    def write(*sources, name="07-example.ipynb"):
        path = tmp_path / name
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
        return path

    return write


def test_imports_are_found_wherever_they_stand(notebook):
    path = notebook(
        "import numpy as np\nfrom backprop.network import forward",
        "def f():\n    import backprop.sgd",
        "from backprop import train",
    )
    assert {"backprop.network", "backprop.sgd", "backprop.train"} <= dependencies.modules_of(path)


def test_a_cell_that_is_no_python_may_import_anything(notebook):
    assert dependencies.modules_of(notebook("%matplotlib inline")) == {"backprop"}


def test_only_the_chapters_own_checkers_count(notebook):
    found = dependencies.modules_of(notebook("from backprop.exercises import check"))
    assert found == {"backprop.exercises.checkers", "backprop.exercises.ch07"}


def test_the_state_follows_the_sources_that_are_used(notebook, monkeypatch, tmp_path):
    path = notebook("from backprop.explorables import depth")
    before = dependencies.state(path, tmp_path)
    assert dependencies.state(path, tmp_path) == before
    true_hash = framecache.sources_hash
    changed = "backprop.explorables.depth"
    monkeypatch.setattr(
        dependencies, "sources_hash", lambda name: true_hash(name) + "x" * (name == changed)
    )
    assert dependencies.state(path, tmp_path) != before
    other = notebook("from backprop.circuits import ADD", name="03-example.ipynb")
    monkeypatch.undo()
    assert dependencies.state(other, tmp_path) == dependencies.state(other, tmp_path)


def test_another_chapters_explorable_does_not_matter():
    names = dependencies.modules_of(BOOK / "01-forward-propagation.ipynb")
    assert not any("training" in name or "ch09" in name for name in names)


def test_new_pins_matter(notebook, tmp_path):
    path = notebook("from backprop import train")
    before = dependencies.state(path, tmp_path)
    (tmp_path / "requirements.txt").write_text("numpy==3.0\n")
    assert dependencies.state(path, tmp_path) != before


def test_outdated_runs_are_forgotten_and_others_kept(tmp_path):
    from jupyter_cache import get_cache

    cache = get_cache(tmp_path)
    for name in ("01-a", "02-b"):
        path = tmp_path.parent / f"{name}.ipynb"
        cell = nbformat.v4.new_code_cell(f"print({name[:2]!r})", execution_count=1)
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
        cache.cache_notebook_file(path, check_validity=False)
    (tmp_path / "states.json").write_text('{"book/01-a": "old", "book/02-b": "same"}')
    backprop_site.forget_outdated(tmp_path, {"book/01-a": "new", "book/02-b": "same"})
    left = [record.uri for record in get_cache(tmp_path).list_cache_records()]
    assert len(left) == 1 and left[0].endswith("02-b.ipynb")


def test_every_notebook_of_the_book_has_a_state():
    states = {dependencies.state(path, ROOT) for path in BOOK.glob("*.ipynb")}
    assert len(states) == len(list(BOOK.glob("*.ipynb")))
