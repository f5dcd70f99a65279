"""The notebooks outside of the site: in JupyterLab, in Colab, downloaded."""

from __future__ import annotations

import re
import subprocess
import sys

import nbformat
import pytest
import yaml

import chapters
from book._tools.commands import notebooks
from conftest import BOOK, ROOT

NOTEBOOKS = sorted(BOOK.glob("*.ipynb"))
LINK = re.compile(r"\[([^\]]*)\]\(([\w-]+\.(?:ipynb|md))#equation-([\w-]+)\)")
# A kernel as Colab's: no module of the course, perhaps PyPI's project of the same name; %pip brings
# the course.
KERNEL = """
import sys
sys.path[:] = [place for place in sys.path if place != {source!r}]
sys.meta_path[:] = [one for one in sys.meta_path if "editable" not in repr(one).lower()]
sys.path.insert(0, {other!r})
asked = []
class Shell:
    def run_line_magic(self, name, line):
        asked.append((name, line))
        sys.path.insert(0, {source!r})
def get_ipython():
    return Shell()
if {there!r}:
    sys.path.insert(0, {source!r})
{cell}
print(asked)
from backprop import forward, init_network
"""


def fetching(path):
    """The cell that fetches the module, and what stands before it."""
    cells = nbformat.read(path, as_version=4).cells
    (index,) = [i for i, cell in enumerate(cells) if cell.id == notebooks.FETCH_ID]
    return cells[index], cells[:index]


def run(path, tmp_path, *, there=False):
    other = tmp_path / "site-packages"
    (other / "backprop").mkdir(parents=True)
    (other / "backprop" / "__init__.py").write_text("class Net: ...\n")
    code = KERNEL.format(
        source=str(ROOT / "src"), other=str(other), there=there, cell=fetching(path)[0].source
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_fetches_the_module_before_its_first_code(path):
    cell, before = fetching(path)
    assert before and all(one.cell_type == "markdown" for one in before)
    repository = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["repository"]
    assert f"{repository['url']}/archive/refs/heads/{repository['branch']}.zip" in cell.source
    assert cell.source.startswith("# @title ") and cell.metadata["cellView"] == "form"
    assert cell.metadata["jupyter"] == {"source_hidden": True}
    assert cell.metadata["tags"] == ["remove-cell"] and not cell.outputs


def test_where_another_project_has_the_name_the_course_is_fetched(tmp_path):
    done = run(NOTEBOOKS[0], tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("[('pip', 'install -q https://github.com/")


def test_where_the_module_is_there_nothing_is_fetched(tmp_path):
    done = run(NOTEBOOKS[0], tmp_path, there=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_site_does_not_show_how_the_module_is_fetched(site, path):
    text = (site / "book" / f"{path.stem}.html").read_text(encoding="utf-8")
    assert "get_ipython" not in text and "@title" not in text


def labels() -> dict[str, str]:
    """{label of an equation: the file that it stands in}"""
    return {
        found["label"]: path.name
        for path in chapters.PAGES
        for found in chapters.DISPLAYED.finditer(chapters.text(path))
        if found["label"]
    }


@pytest.mark.parametrize("path", chapters.PAGES, ids=lambda path: path.stem)
def test_what_leads_to_another_chapter_reads_as_words(path):
    """No role and no label that only the site, which knows all pages at once, can resolve."""
    text, home = chapters.text(path), labels()
    for label in re.findall(r"\{eq\}`([\w-]+)`", text):
        assert home[label] == path.name, f"{label} is in {home[label]}: write a link"
    if path.suffix == ".ipynb":
        assert not re.findall(r"\{(?:ref|numref|doc|term|cite(?::\w)?)\}`", text)
    for words, file, label in LINK.findall(text):
        assert re.fullmatch(r"Equation \(\d+\.\d+\)", words)
        assert home[label] == file != path.name


def test_there_are_such_links():
    assert sum(len(LINK.findall(chapters.text(path))) for path in NOTEBOOKS) >= 26


@pytest.mark.parametrize("path", chapters.PAGES, ids=lambda path: path.stem)
def test_the_links_lead_to_the_equation_of_that_number(site, path):
    for words, file, label in LINK.findall(chapters.text(path)):
        target = (site / "book" / file).with_suffix(".html").read_text(encoding="utf-8")
        number = re.search(rf'id="equation-{label}">\s*<span class="eqno">(\([\d.]+\))', target)
        assert words == f"Equation {number[1]}"
        page = (site / "book" / f"{path.stem}.html").read_text(encoding="utf-8")
        assert f'href="{file.rpartition(".")[0]}.html#equation-{label}">{words}</a>' in page


CONF = """
import sys
sys.path.insert(0, {root!r})
from book._tools.extension.equation_links import EquationLinks
extensions = ["myst_parser"]
myst_enable_extensions = ["dollarmath"]
math_eqref_format = "Equation ({{number}})"
def setup(app):
    app.add_post_transform(EquationLinks)
"""


@pytest.mark.parametrize(
    ("link", "complaint"),
    [
        ("[Equation (1)](b.md#equation-eq-x)", None),
        (
            "[Equation (2)](b.md#equation-eq-x)",
            "the link says 'Equation (2)', eq-x is 'Equation (1)'",
        ),
        ("[Equation (1)](b.md#equation-eq-y)", "b has no equation eq-y"),
        ("[Equation (1)](a.md#equation-eq-x)", "a has no equation eq-x"),
    ],
)
def test_the_build_holds_the_words_to_the_number(tmp_path, link, complaint):
    (tmp_path / "conf.py").write_text(CONF.format(root=str(ROOT)))
    (tmp_path / "index.md").write_text("# I\n\n```{toctree}\na\nb\n```\n")
    (tmp_path / "a.md").write_text(f"# A\n\nBy {link}.\n")
    (tmp_path / "b.md").write_text("# B\n\n$$\nx = 1\n$$ (eq-x)\n")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", tmp_path, tmp_path / "out"],
        capture_output=True,
        text=True,
    )
    if complaint is None:
        assert done.returncode == 0, done.stderr
        assert (
            'href="b.html#equation-eq-x">Equation (1)</a>' in (tmp_path / "out/a.html").read_text()
        )
    else:
        assert complaint in done.stderr and done.returncode
