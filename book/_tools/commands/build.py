"""Build the book into _build/html, warnings as errors. `make book` and the tests call this.

    python -m book._tools.commands.build

`jupyter-book build .` gives the same pages; this adds that one build runs at a time, that nothing is
done when nothing has changed, and that a failed build is looked at again in full by the next one
instead of passing for done.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
import time
from pathlib import Path

from book._tools import stale, times
from book._tools.commands import notebooks

ROOT = Path(__file__).resolve().parents[3]


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
    """Build the book in `root`; returns 0, or what Sphinx returns where something is wrong."""
    out = root / "_build"
    html, built = out / "html", out / ".built"
    with one_at_a_time(out / ".lock"):
        start = time.perf_counter()
        state = stale.state_of(root)
        if built.exists() and built.read_text() == state and (html / "index.html").exists():
            print(f"Nothing has changed: {html}")
            return 0
        built.unlink(missing_ok=True)
        tools, made_with = stale.tools_of(root), out / ".doctrees" / ".tools"
        if not made_with.exists() or made_with.read_text() != tools:
            shutil.rmtree(out / ".doctrees", ignore_errors=True)
        made_with.unlink(missing_ok=True)  # if this build is stopped the next one reads all
        code = sphinx(root)
        if made_with.parent.exists():
            made_with.write_text(tools)
        seconds = time.perf_counter() - start
        if code == 0:
            print(f"Built in {seconds:.1f} s ({times.told()}): {html}")
            if json.loads((html / "lite" / "live.json").read_text(encoding="utf-8"))["available"]:
                built.write_text(state)
        elif code == notebooks.OUTDATED:
            print(f"Built in {seconds:.1f} s, with the outputs of before: {html}", file=sys.stderr)
        else:
            shutil.rmtree(out / ".doctrees", ignore_errors=True)
            print("The build failed: see the warnings and errors above.", file=sys.stderr)
    return code


def sphinx(root: Path) -> int:
    """Read and write the pages, as `jupyter-book build` does; returns 0 if all is well."""
    from jupyter_book.sphinx import build_sphinx
    from sphinx.util.console import nocolor

    if not sys.stdout.isatty():
        nocolor()
    result = build_sphinx(
        root,
        root / "_build" / "html",
        noconfig=True,
        path_config=root / "_config.yml",
        confoverrides={
            "external_toc_path": (root / "_toc.yml").as_posix(),
            "latex_individualpages": False,
        },
        warningiserror=True,
        keep_going=True,
    )
    if isinstance(result, KeyboardInterrupt):
        raise result
    return 2 if isinstance(result, Exception) else result


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", line_buffering=True)
    try:
        sys.exit(build())
    except KeyboardInterrupt:
        sys.exit("Stopped. The next build reads all pages again; frames that are drawn are kept.")
