"""The page's scripts that are made of npm's packages, bundled and kept in a cache.

    widgets/    the page's widgets, in one script
    page/       what a page loads when its cells come to life: modules that load one another
    practice/   the practice pages: a script each, which works from a folder as well

Jupyter's own script for pages, html-manager, is 3.6 MB: it brings a second generation of widgets,
a renderer for every kind of output and a font of icons. This one holds what the explorables are
made of.

    python -m book._tools.third_party.bundle        make the scripts in the cache
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import shutil
import tempfile
from pathlib import Path

from book._tools.third_party import npm

TOOLS = Path(__file__).resolve().parents[1]
COMMON = [
    "--bundle",
    "--minify",
    "--target=es2021",
    "--legal-comments=none",  # LICENSE has them all
    "--log-level=warning",
]
# The folder of sources, and of the scripts below _static/third-party: how esbuild makes them.
BUNDLES = {
    "widgets": [
        "manager.js",
        "--format=iife",
        "--loader:.svg=dataurl",
        "--inject:define.js",
        "--define:AbortSignal.timeout=patient",
    ],
    "page": ["live.js", "kept.js", "--format=esm", "--splitting", "--chunk-names=[name]-[hash]"],
    "practice": ["network.js", "practice.js", "examination.js", "--format=iife"],
}
SOURCES = {"practice": "page"}  # where they are not in a folder of the same name
INSTEAD = {"sanitize-html": "plain.js"}  # a file of the sources in a package's place


def bundled(name: str) -> Path:
    """The folder in the cache with a bundle's scripts and LICENSE, made there if need be."""
    files = sorted(path for path in (TOOLS / SOURCES.get(name, name)).iterdir() if path.is_file())
    installed = npm.modules().parent
    digest = hashlib.sha256(f"2 {BUNDLES[name]} {COMMON} {installed.name}".encode())
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    made = npm.cache_dir() / f"{name}-{digest.hexdigest()[:16]}"
    if made.exists():
        return made
    with tempfile.TemporaryDirectory(dir=installed) as folder:  # so that packages are found
        work = Path(folder)
        for path in files:
            shutil.copyfile(path, work / path.name)
        options = [
            re.sub(r"(?:^|(?<=:))\w+\.js$", rf"{work}/\g<0>", each) for each in BUNDLES[name]
        ]
        options += [
            f"--alias:{package}={work / file}"
            for package, file in INSTEAD.items()
            if (work / file).exists()
        ]
        options += [f"--metafile={work / 'meta.json'}", f"--outdir={work / 'out'}"]
        esbuild = installed / "node_modules" / "esbuild" / "bin" / "esbuild"
        done = npm.run("node", [str(esbuild), *COMMON, *options], installed)
        if done.returncode:
            raise npm.FetchError(f"esbuild could not bundle {name}:\n{done.stderr}")
        meta = json.loads((work / "meta.json").read_text(encoding="utf-8"))
        own = (TOOLS.parents[1] / "LICENSE").read_text(encoding="utf-8")
        text = licences(meta, installed) or own  # where no package has a part in it
        (work / "out" / "LICENSE").write_text(text, encoding="utf-8")
        # Another build may have been faster: then its files serve as well.
        with contextlib.suppress(OSError):
            (work / "out").rename(made)
    return made


def licences(meta: dict, installed: Path) -> str:
    """The licences of all packages that have a part in the bundle."""
    inputs = {
        name
        for part in meta["outputs"].values()
        for name, use in part["inputs"].items()
        if use["bytesInOutput"]
    }
    found = {re.match(r"node_modules/(?:@[^/]+/)?[^/]+", name) for name in inputs}
    texts = []
    for folder in sorted(installed / match.group() for match in found if match):
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
