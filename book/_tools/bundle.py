"""One small script of the page's widgets, bundled from npm's packages and kept in a cache.

Jupyter's own script for pages, html-manager, is 3.6 MB: it brings a second generation of widgets,
a renderer for every kind of output and a font of icons. This one holds what the explorables are
made of. What goes in is pinned with its hashes in widgets/package-lock.json; npm checks them.

    python book/_tools/bundle.py        make the script in the cache, unless it is there

A new version: change widgets/package.json, then, in that folder,
    npm install --package-lock-only --omit-lockfile-registry-resolved
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import shutil
import tempfile
from pathlib import Path

import vendor

SOURCES = Path(__file__).parent / "widgets"
FOLDER = "widgets"  # below _static/third-party
OPTIONS = [
    "--bundle",
    "--minify",
    "--format=iife",
    "--target=es2021",
    "--legal-comments=none",  # LICENSE has them all
    "--loader:.svg=dataurl",
    "--alias:sanitize-html=./plain.js",
    "--metafile=meta.json",
    "--log-level=warning",
    "--outfile=out/manager.js",
]


def bundled() -> Path:
    """The folder in the cache with manager.js, manager.css and LICENSE, made there if need be."""
    files = sorted(path for path in SOURCES.iterdir() if path.is_file())
    digest = hashlib.sha256(" ".join(OPTIONS).encode())
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    cache = vendor.cache_dir()
    made = cache / f"widgets-{digest.hexdigest()[:16]}"
    if made.exists():
        return made
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        work = Path(folder)
        for path in files:
            shutil.copyfile(path, work / path.name)
        done = vendor.npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=work)
        if done.returncode != 0:
            raise vendor.VendorError(
                "npm could not fetch the packages of the page's widgets. The first build needs a "
                f"network; later ones take them from {cache}.\n{vendor.reason(done.stderr)}"
            )
        esbuild = work / "node_modules" / "esbuild" / "bin" / "esbuild"
        done = vendor.node([str(esbuild), "manager.js", *OPTIONS], cwd=work)
        if done.returncode != 0:
            raise vendor.VendorError(f"esbuild could not bundle the widgets:\n{done.stderr}")
        (work / "out" / "LICENSE").write_text(licences(work), encoding="utf-8")
        # Another build may have been faster: then its files serve as well.
        with contextlib.suppress(OSError):
            (work / "out").rename(made)
    return made


def licences(work: Path) -> str:
    """The licences of all packages that have a part in the bundle."""
    parts = json.loads((work / "meta.json").read_text(encoding="utf-8"))["outputs"].values()
    inputs = {
        name for part in parts for name, use in part["inputs"].items() if use["bytesInOutput"]
    }
    found = {re.match(r"node_modules/(?:@[^/]+/)?[^/]+", name) for name in inputs}
    texts = []
    for folder in sorted(work / match.group() for match in found if match):
        package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
        files = sorted(path for path in folder.iterdir() if re.match(r"(?i)licen[cs]e", path.name))
        text = files[0].read_text(encoding="utf-8") if files else f"Licence: {package['license']}"
        texts.append(f"{package['name']} {package['version']}\n\n{text.strip()}\n")
    return f"\n{'-' * 80}\n\n".join(texts)


def install(site: Path) -> None:
    """Put the script, its style and the licences below `site` (the site's _static/third-party)."""
    source, target = bundled(), site / FOLDER
    stamp = target / "VERSION"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == source.name:
        return
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    stamp.write_text(source.name, encoding="utf-8")


if __name__ == "__main__":
    print(bundled())
