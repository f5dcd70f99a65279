"""The page's scripts that are made of npm's packages, bundled and kept in a cache.

    widgets/    the page's widgets, in one script
    page/       what a page loads when its cells come to life: modules that load one another

Jupyter's own script for pages, html-manager, is 3.6 MB: it brings a second generation of widgets,
a renderer for every kind of output and a font of icons. This one holds what the explorables are
made of. What goes in is pinned with its hashes in each package-lock.json; npm checks them.

    python book/_tools/bundle.py        make the scripts in the cache, unless they are there

A new version: change package.json, then, in its folder,
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

TOOLS = Path(__file__).parent
COMMON = [
    "--bundle",
    "--minify",
    "--target=es2021",
    "--legal-comments=none",  # LICENSE has them all
    "--metafile=meta.json",
    "--log-level=warning",
    "--outdir=out",
]
# The folder of sources, and of the scripts below _static/third-party: how esbuild makes them.
BUNDLES = {
    "widgets": [
        "manager.js",
        "--format=iife",
        "--loader:.svg=dataurl",
        "--alias:sanitize-html=./plain.js",
    ],
    "page": ["live.js", "kept.js", "--format=esm", "--splitting", "--chunk-names=[name]-[hash]"],
}


def bundled(name: str) -> Path:
    """The folder in the cache with a bundle's scripts and LICENSE, made there if need be."""
    options = [*BUNDLES[name], *COMMON]
    files = sorted(path for path in (TOOLS / name).iterdir() if path.is_file())
    digest = hashlib.sha256(" ".join(options).encode())
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    cache = vendor.cache_dir()
    made = cache / f"{name}-{digest.hexdigest()[:16]}"
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
                "npm could not fetch the packages of the page's scripts. The first build needs a "
                f"network; later ones take them from {cache}.\n{vendor.reason(done.stderr)}"
            )
        esbuild = work / "node_modules" / "esbuild" / "bin" / "esbuild"
        done = vendor.node([str(esbuild), *options], cwd=work)
        if done.returncode != 0:
            raise vendor.VendorError(f"esbuild could not bundle {name}:\n{done.stderr}")
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
    """Put the scripts, their styles and licences below `site` (the site's _static/third-party)."""
    for name in BUNDLES:
        source, target = bundled(name), site / name
        stamp = target / "VERSION"
        if stamp.exists() and stamp.read_text(encoding="utf-8") == source.name:
            continue
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)
        stamp.write_text(source.name, encoding="utf-8")


if __name__ == "__main__":
    for name in BUNDLES:
        print(bundled(name))
