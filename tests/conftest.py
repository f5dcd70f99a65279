"""What all tests share: quiet kernels, the built site and its server, the browser.

Every browser and every server of a test is started here. Nothing hangs on time: what is waited for
has the limit PATIENCE, which only a hang reaches.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

import nbval.plugin
import pytest
from bs4 import BeautifulSoup
from tqdm import tqdm
from xdist.scheduler import LoadScopeScheduling

from book._tools import chromium as installed
from book._tools import server
from book._tools.commands import build, notebooks
from book._tools.toc import pages as toc_pages  # noqa: F401  for the tests

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "book"
HTML = ROOT / "_build" / "html"
PATIENCE = int(os.environ.get("PATIENCE", "600"))  # seconds
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}


def pytest_configure(config):
    """The kernels that nbval starts get the environment that `make notebooks` gives them."""
    os.environ.update(notebooks.KERNEL_ENVIRONMENT)
    # Coverage is what the tests reach, not the notebooks; with it nbval's kernels hang.
    nbval.plugin.setup_coverage = nbval.plugin.teardown_coverage = lambda *arguments: None
    import matplotlib.font_manager  # noqa: F401  builds the font cache before a kernel would

    # `make mutants` ends tests that run too long. One that ends while it writes its progress would
    # keep tqdm's own lock, which is shared by all processes that have been forked, for ever.
    tqdm.set_lock(threading.RLock())


FIRST = (  # what takes longest begins first; the site is built while notebooks run
    "tests/site/test_site.py",
    "book/",
    "tests/notebooks/test_notebooks.py",  # the others there read the site, which is not built yet
    "tests/notebooks/test_what_cells_need.py",
    "tests/explorables/",  # the last that need no site
    "tests/browser/test_cells.py",
    "tests/browser/test_engines.py",
    "tests/browser/test_live.py",
    "tests/browser/test_jupyter.py",
    "tests/browser/test_every_page.py",
    "tests/browser/",
)


def group(nodeid: str) -> str:
    """What one worker does in one piece: a page's visits, an engine's, a live chapter, else a file."""
    path, _, test = nodeid.partition("::")
    if path.endswith("test_every_page.py"):
        page = re.search(r"\[([\w/-]+?)(-dark|-light)?\]", test)
        return f"page {page[1]}" if page else path
    if path.endswith("test_engines.py"):
        return f"{path} {re.search(r'[a-z]+', test.partition('[')[2])[0]}"
    alone = path.endswith(("test_live.py", "test_cells.py")) and "[" in test
    return nodeid if alone else path


class Groups(LoadScopeScheduling):
    """pytest-xdist's loadscope with these groups. (Its own loadgroup does not know the names that
    pytest 9.2 gives to tests.)"""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


def pytest_xdist_make_scheduler(config, log):
    config.option.loadscopereorder = False  # the order below, and not the largest groups first
    return Groups(config, log)


def pytest_collection_modifyitems(items):
    """The long ones first."""
    places = {path: place for place, path in reversed(list(enumerate(FIRST)))}
    items.sort(
        key=lambda item: min(
            (places[path] for path in FIRST if item.nodeid.startswith(path)), default=len(FIRST)
        )
    )


def missing(what: str) -> None:
    """Skip, naming what is missing; in continuous integration nothing may be missing."""
    if os.environ.get("CI"):
        pytest.fail(f"missing: {what}")
    pytest.skip(f"missing: {what}")


@pytest.fixture(scope="session")
def site(tmp_path_factory, worker_id) -> Path:
    """The folder of the built site: built as `make book` does, warnings being errors.

    The first worker that needs it builds it for all.
    """
    if worker_id == "master":
        return build_site()
    shared = tmp_path_factory.getbasetemp().parent
    with build.one_at_a_time(shared / "site.lock"):
        if not (shared / "site.built").exists():
            build_site()
            (shared / "site.built").touch()
    return HTML


def build_site() -> Path:
    done = subprocess.run(
        [sys.executable, "-m", "book._tools.commands.build"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, f"the book does not build:\n{done.stdout[-6000:]}"
    return HTML


@pytest.fixture(scope="session")
def page(site):
    """page(name) -> the parsed HTML of a page of the book, read once."""

    @functools.cache
    def parsed(name):
        return BeautifulSoup((site / "book" / f"{name}.html").read_text("utf-8"), "html.parser")

    return parsed


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Debian's chromium."""
    try:
        return installed.path()
    except installed.MissingError as error:
        missing(str(error))


@pytest.fixture(scope="session")
def base(site):
    """The address of the served site."""
    with server.serving(site) as address:
        yield address


class Tabs:
    """A running Chromium, and pages of it that serve one test after another.

    To open a page a second time costs half of the first: what the browser has compiled and decoded
    stays with it. So a page is handed on as if it were new.
    """

    def __init__(self):
        self.ends = contextlib.ExitStack()
        self.browser = self.ends.enter_context(installed.started())
        self.free = []

    def context(self, **options):
        """A context of its own, that waits patiently."""
        context = self.browser.new_context(**options)
        context.set_default_timeout(PATIENCE * 1000)
        return context

    def take(self, viewport=DESKTOP, color_scheme="light", reduced_motion="no-preference"):
        page = self.free.pop() if self.free else self.context().new_page()
        page.set_viewport_size(viewport)
        page.emulate_media(media="screen", color_scheme=color_scheme, reduced_motion=reduced_motion)
        return page

    def give(self, page, base: str) -> None:
        """Take a page of the site back: nothing on it, nothing kept, the mouse away."""
        page.unroute_all()
        page.goto(f"{base}_static/site.css")  # the plain file: same site, no script
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        page.mouse.move(0, 0)
        self.free.append(page)


running: list[Tabs] = []


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem):
    """Chromium ends with the last test in a browser: while Playwright runs, none can run asyncio."""
    if running and (nextitem is None or nextitem.path.parent != ROOT / "tests" / "browser"):
        running.pop().ends.close()


@pytest.fixture(scope="module")
def tabs(chromium) -> Tabs:
    """The running Chromium of all tests in a browser."""
    if not running:
        running.append(Tabs())
    return running[0]


@pytest.fixture
def new_page(tabs, base):
    """new_page(viewport=, color_scheme=, reduced_motion=): a page as new, taken back afterwards."""
    pages = []

    def take(**options):
        pages.append(tabs.take(**options))
        return pages[-1]

    yield take
    for page in pages:
        tabs.give(page, base)


@pytest.fixture
def new_context(tabs):
    """new_context(**options): a context of its own, for what a page can't be asked; closed afterwards."""
    contexts = []

    def make(**options):
        contexts.append(tabs.context(**options))
        return contexts[-1]

    yield make
    for context in contexts:
        context.close()


@dataclass
class Watch:
    """What went wrong on a page."""

    base: str
    faults: list[str] = field(default_factory=list)

    def attach(self, page) -> None:
        self.page = page
        for event, hear in self.ears().items():
            page.on(event, hear)

    def detach(self) -> None:
        for event, hear in self.ears().items():
            self.page.remove_listener(event, hear)

    def ears(self) -> dict:
        return {
            "request": self.request,
            "console": self.console,
            "pageerror": self.error,
            "requestfailed": self.failed,
            "response": self.response,
        }

    def error(self, error) -> None:
        self.faults.append(f"page error: {error}")

    def request(self, request) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.faults.append(f"request to another host: {request.url}")

    def failed(self, request) -> None:
        if request.failure != "net::ERR_ABORTED":  # of a page that has been left
            self.faults.append(f"failed: {request.url}: {request.failure}")

    def response(self, response) -> None:
        if response.status >= 400:
            self.faults.append(f"status {response.status}: {response.url}")

    def console(self, message) -> None:
        if message.type == "error":
            self.faults.append(f"console error: {message.text}")


def arrive(page, address: str) -> None:
    """Open the page and wait until its widgets stand and nothing more is loading."""
    page.goto(address, wait_until="load")
    page.wait_for_function("!document.querySelector('.explorable-still')")
    views = page.locator("script[type='application/vnd.jupyter.widget-view+json']").count()
    assert page.locator(".widget-subarea > .jupyter-widgets").count() == views
    page.wait_for_load_state("networkidle")


@pytest.fixture
def open_page(base, new_page):
    """open_page(name, viewport, scheme) -> (page, watch): a page that has come to rest."""
    watches = []

    def open_one(name: str, viewport=DESKTOP, scheme: str = "light", **options):
        page, watch = new_page(viewport=viewport, color_scheme=scheme, **options), Watch(base)
        watches.append(watch)
        watch.attach(page)
        arrive(page, f"{base}{name}.html")
        return page, watch

    yield open_one
    for watch in watches:
        watch.detach()
