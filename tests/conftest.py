"""What all tests share: quiet kernels, the built site, a browser."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbval.plugin
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "book"
HTML = ROOT / "_build" / "html"
sys.path.insert(0, str(BOOK / "_tools"))

import notebooks  # noqa: E402


def pytest_configure(config):
    """The kernels that nbval starts get the environment that `make notebooks` gives them."""
    notebooks.quiet_environment()
    # Coverage is what the tests reach, not the notebooks; with it nbval's kernels hang.
    nbval.plugin.setup_coverage = nbval.plugin.teardown_coverage = lambda *arguments: None
    import matplotlib.font_manager  # noqa: F401  builds the font cache before a kernel would


def missing(what: str) -> None:
    """Skip, naming what is missing; in continuous integration nothing may be missing."""
    if os.environ.get("CI"):
        pytest.fail(f"missing: {what}")
    pytest.skip(f"missing: {what}")


def toc_pages() -> list[str]:
    """The pages that _toc.yml names, in order, without extension: book/00-index, ..."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [entry for part in toc.get("parts", [toc]) for entry in part.get("chapters", [])]
    return [toc["root"], *(entry["file"] for entry in chapters)]


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built site: built as `make book` does, warnings being errors."""
    done = subprocess.run(
        [sys.executable, BOOK / "_tools" / "build.py"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, f"the book does not build:\n{done.stdout[-6000:]}"
    return HTML


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Debian's chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        missing("chromium on PATH (Debian: apt-get install chromium)")
    return found
