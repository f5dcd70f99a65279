"""Build the book into _build/html, warnings as errors. `make book` and the tests call this.

    python book/_tools/build.py

`jupyter-book build .` gives the same pages; this adds that one build runs at a time, and that a
failed build is looked at again in full by the next one instead of passing for done.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
JUPYTER_BOOK = """\
import sys
from jupyter_book.cli.main import main
from sphinx.util.console import nocolor
sys.stdout.isatty() or nocolor()
try:
    main(prog_name="jupyter-book")
except RuntimeError:  # Sphinx has said above what is wrong
    sys.exit(1)
"""


@contextlib.contextmanager
def one_at_a_time(path: Path):
    """Wait until no other build holds the lock file at `path` (where the system can lock files)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            import fcntl
        except ImportError:  # Windows
            yield
            return
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def build(root: Path = ROOT) -> int:
    """Build the book in `root`; returns 0 or jupyter-book's exit code."""
    command = [sys.executable, "-c", JUPYTER_BOOK, "build", str(root), "-W", "--keep-going"]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    with one_at_a_time(root / "_build" / ".lock"):
        start = time.perf_counter()
        code = subprocess.run(command, cwd=root, env=environment).returncode
        if code:
            shutil.rmtree(root / "_build" / ".doctrees", ignore_errors=True)
            print("The build failed: see the warnings and errors above.", file=sys.stderr)
        else:
            print(f"Built in {time.perf_counter() - start:.1f} s: {root / '_build' / 'html'}")
    return code


if __name__ == "__main__":
    sys.exit(build())
