"""Python in the page: JupyterLite for the notebooks, and what "Run it live" loads.

Everything lies below lite/ in the built site, and a reader who runs nothing loads none of it:

    lite/notebooks/, lite/build/, ...   JupyterLite with the chapters' notebooks, outputs cleared
    lite/static/pyodide-<version>/      Pyodide: its core, the official packages, the course's own
    lite/live/                          the same packages compiled and in one archive, for the page
    lite/live.json                      what live.js loads, or why there is nothing to load

If the files of Pyodide can't be had, the site is built without them and says why.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

import nbformat
from sphinx.application import Sphinx
from sphinx.util import logging

from book._tools import times
from book._tools.commands import notebooks
from book._tools.extension import cells
from book._tools.third_party import npm, pyodide

LOGGER = logging.getLogger(__name__)
TOOLS = Path(__file__).resolve().parents[1]
CONFIG = TOOLS / "third_party" / "lite"
PAGE_KERNEL = TOOLS / "page" / "pagekernel"
KERNEL = "jupyterlite-pyodide-kernel"
PYODIDE = f"static/pyodide-{pyodide.VERSION}"
# What the kernel installs one by one unless Pyodide loads it on its own, and what chapters import.
AT_START = ("micropip", "piplite", "ssl", "sqlite3", "ipykernel", "comm", "pyodide_kernel", "jedi")
AT_START += ("ipython", "numpy", "matplotlib", "pillow", "ipywidgets", "anywidget", "tqdm")
AT_START += ("backprop", "font_list")
# Matplotlib's list of its own fonts: without it the first figure in JupyterLite makes it anew.
FONT_LIST = "matplotlib/fontlist.json"
KERNELSPEC = {"display_name": "Python (Pyodide)", "language": "python", "name": "python"}
# The kernel insists on these; the course does without. They are there by name, sqlite3 with the
# names that IPython asks for: the kernel keeps no history.
NAMES = "Connection DatabaseError IntegrityError OperationalError"
SQLITE = "".join(f"class {name}(Exception): pass\n" for name in NAMES.split())
EMPTY = {"ssl": {}, "jedi": {}, "sqlite3": {"sqlite3/__init__.py": SQLITE.encode()}}
# What wheels.txt has and the distribution has not.
DEPENDS = {"comm": ("traitlets",), "ipywidgets": ("comm", "traitlets")}
DEPENDS["anywidget"] = ("ipywidgets", "psygnal", "typing-extensions")
LAB_ONLY = ("jupyterlab_widgets", "jupyterlab_myst")  # without Python code that is needed
LAB_EXTENSIONS = (*LAB_ONLY, "anywidget")
PARTS = ("Pyodide's core", "its packages", "the archive for the page", "JupyterLite")
LIMIT = 67_000_000  # bytes of everything below lite/
# What no notebook here asks for: fonts for browsers of long ago, Mermaid's layouts (elk,
# cytoscape), plots by Vega, terminals.
UNUSED = ("**/*.map", "build/fa-*.svg", "build/fa-*.eot", "build/fa-*.ttf", "build/fa-*.woff")
UNUSED_LIBRARIES = {"elkjs", "cytoscape", "vega-scenegraph", "vega-lite", "@xterm/xterm"}
UNUSED_MARKS = (b"org.eclipse.elk", b"cytoscape")  # the layouts where no source map names them
LIBRARY = re.compile(r".*node_modules/((?:@[^/]+/)?[^/]+)")
ICONS = ("favicon", "favicon-busy-1", "favicon-file", "favicon-notebook")  # asked for, not there
EPOCH = (2000, 1, 1, 0, 0, 0)


def archive(path: Path, members: dict[str, bytes]) -> None:
    """A zip file that depends on nothing but its members."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            out.writestr(info, data)


def wheel(name: str, version: str, members: dict[str, bytes], folder: Path) -> Path:
    """A wheel of pure Python, its content's hash in its name: a changed one has a new address."""
    info = f"{name}-{version}.dist-info"
    members = {
        **members,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    digest = hashlib.sha256()
    rows = []
    for member, data in members.items():
        hashed = hashlib.sha256(data).digest()
        digest.update(member.encode() + hashed)
        rows.append(
            f"{member},sha256={base64.urlsafe_b64encode(hashed).decode().rstrip('=')},{len(data)}"
        )
    members[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,", ""]).encode()
    path = folder / f"{name}-{version}-{digest.hexdigest()[:8]}-py3-none-any.whl"
    archive(path, members)
    return path


def course_files(root: Path) -> dict[str, bytes]:
    """The module `backprop`, by name in the wheel."""
    source = root / "src"
    return {
        path.relative_to(source).as_posix(): path.read_bytes()
        for path in sorted((source / "backprop").rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def kernel_files(pattern: str) -> Iterator[Path]:
    """Files of the installed kernel extension."""
    for file in metadata.files(KERNEL) or ():
        if re.search(pattern, file.as_posix()):
            yield Path(file.locate())


def entry(path: Path, name: str, depends: tuple[str, ...] = (), imports=None) -> dict:
    """A package as Pyodide's lock file has it."""
    return {
        "depends": list(depends),
        "file_name": path.name,
        "imports": [name] if imports is None else imports,
        "install_dir": "site",
        "name": name,
        "package_type": "package",
        "sha256": pyodide.sha256_of(path),
        "unvendored_tests": False,
        "version": path.name.split("-")[1],
    }


def put_pyodide(distribution: pyodide.Distribution, root: Path, target: Path) -> None:
    """The core, the packages, and a lock file that has those packages and the course's own."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for path in (*distribution.core.values(), *distribution.packages.values()):
        shutil.copyfile(path, target / path.name)
    shutil.copyfile(CONFIG / "licence.txt", target / "LICENSE")
    official = distribution.lock["packages"]
    packages = {name: official[name] for name in distribution.packages}
    for file, path in distribution.wheels.items():
        if file in LAB_ONLY:
            continue
        name = file.replace("_", "-")
        known = {key: official[name][key] for key in ("depends", "imports") if name in official}
        shutil.copyfile(path, target / path.name)
        packages[name] = entry(path, name, DEPENDS.get(name, ())) | known
    for path in kernel_files(r"static/pypi/(piplite|ipykernel|pyodide_kernel)-.*\.whl$"):
        shutil.copyfile(path, target / path.name)
        name = path.name.split("-")[0]
        packages[name.replace("_", "-")] = entry(path, name)
    for name, members in EMPTY.items():
        imports = [name] if members else []
        packages[name] = entry(wheel(name, "0", members, target), name, imports=imports)
    course = wheel("backprop", metadata.version("backprop"), course_files(root), target)
    needs = ("numpy", "matplotlib", "pillow", "ipywidgets", "anywidget", "tqdm")
    packages["backprop"] = entry(course, "backprop", needs)
    write_lock(distribution, packages, target)
    with zipfile.ZipFile(image(target)[0]) as made:
        fonts = {FONT_LIST: made.read(f"lib/python3.12/site-packages/{FONT_LIST}")}
    packages["font-list"] = entry(
        wheel("font_list", "1", fonts, target), "font_list", ("matplotlib",)
    )
    write_lock(distribution, packages, target)


def write_lock(distribution: pyodide.Distribution, packages: dict, target: Path) -> None:
    lock = {"info": distribution.lock["info"], "packages": packages}
    (target / pyodide.LOCK).write_text(json.dumps(lock), encoding="utf-8")


def image(folder: Path) -> tuple[Path, Path]:
    """The archive for the page, the packages in `folder` compiled by Pyodide, and the snapshot."""
    lock = json.loads((folder / pyodide.LOCK).read_text(encoding="utf-8"))
    state = hashlib.sha256()
    for name, package in sorted(lock["packages"].items()):
        if name not in ("backprop", "font-list"):
            state.update(json.dumps(package, sort_keys=True).encode())
    for path in (CONFIG / "image.mjs", CONFIG / "image.py"):
        state.update(path.read_bytes())
    path = npm.cache_dir() / f"live-{state.hexdigest()[:12]}.zip"
    snapshot = path.with_suffix(".bin")
    if not (path.exists() and snapshot.exists()):
        print("Compiling the packages for Python in the page ...", flush=True)
        with tempfile.TemporaryDirectory(dir=npm.cache_dir()) as name:
            made = Path(name) / "image.zip"
            memory = made.with_suffix(".bin")
            steps = [str(CONFIG / "image.mjs"), str(folder), str(made), str(memory)]
            try:
                done = npm.run("node", steps, Path(name))
            except npm.FetchError as error:
                raise pyodide.Unavailable(str(error)) from None
            if done.returncode:
                raise pyodide.Unavailable(f"the packages could not be compiled: {done.stderr}")
            os.replace(memory, snapshot)
            os.replace(made, path)
    return path, snapshot


def cleared(path: Path) -> str:
    """A notebook without outputs: what a reader sees in JupyterLite comes from the reader's run."""
    notebook = notebooks.read(path)
    notebook.cells = notebooks.own_cells(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook.metadata["kernelspec"] = KERNELSPEC
    text = nbformat.writes(notebook, version=nbformat.NO_CONVERT)
    # By this notice.js sees that a reader's copy comes from another version of the chapter.
    notebook.metadata["shipped"] = hashlib.sha256(text.encode()).hexdigest()[:16]
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT)


def listing(path: str, kind: str, *, size=None, content=None) -> dict:
    """A file or folder as Jupyter's contents API has it."""
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "type": kind,
        "content": content,
        "format": None if content is None else "json",
        "mimetype": None,
        "size": size,
        "created": "2000-01-01T00:00:00Z",
        "last_modified": "2000-01-01T00:00:00Z",
        "writable": True,
    }


def put_notebooks(root: Path, target: Path) -> None:
    """The notebooks, and the lists of folders that JupyterLite reads in place of a server's."""
    shutil.rmtree(target / "files", ignore_errors=True)
    shutil.rmtree(target / "api" / "contents", ignore_errors=True)
    folders: dict[str, list[dict]] = {"": []}
    for path in notebook_paths(root):
        text = cleared(path)
        name = path.relative_to(root).as_posix()
        place = target / "files" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        folder = ""
        for part in name.split("/")[:-1]:
            inner = f"{folder}/{part}".lstrip("/")
            if inner not in folders:
                folders[inner] = []
                folders[folder].append(listing(inner, "directory"))
            folder = inner
        folders[folder].append(listing(name, "notebook", size=len(text.encode())))
    for folder, content in folders.items():
        place = target / "api" / "contents" / folder / "all.json"
        place.parent.mkdir(parents=True, exist_ok=True)
        shown = listing(folder, "directory", content=content)
        place.write_text(json.dumps(shown), encoding="utf-8")


def unused(lite: Path) -> list[Path]:
    """The files of JupyterLite that no notebook here asks for; each of its scripts by what it holds."""
    scripts = {}
    for path in (lite / "build").glob("*.js.map"):
        sizes = Counter()
        table = json.loads(path.read_text(encoding="utf-8"))
        for source, text in zip(table["sources"], table["sourcesContent"]):
            library = LIBRARY.match(source)
            sizes[library and library[1]] += len(text)
        largest = max(sizes, key=sizes.get, default=None)
        if largest in UNUSED_LIBRARIES:
            scripts[largest] = path.with_suffix("")
    for path in (lite / "extensions/jupyterlab-myst/static").glob("*.js"):
        data = path.read_bytes()
        scripts |= {mark: path for mark in UNUSED_MARKS if mark in data}
    if missing := {*UNUSED_LIBRARIES, *UNUSED_MARKS} - {*scripts}:
        raise pyodide.Unavailable(
            f"JupyterLite has no script with {missing}: is it another version?"
        )
    return [*scripts.values(), *(path for pattern in UNUSED for path in lite.glob(pattern))]


def put_jupyterlite(distribution: pyodide.Distribution, target: Path) -> None:
    """JupyterLite, without notebooks."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        lite = json.loads((CONFIG / "jupyter-lite.json").read_text(encoding="utf-8"))
        plugins = lite["jupyter-config-data"]["litePluginSettings"]
        plugins["@jupyterlite/pyodide-kernel-extension:kernel"] |= {
            "pyodideUrl": f"./{PYODIDE}/pyodide.js",
            "loadPyodideOptions": {"packages": list(AT_START)},
        }
        (work / "jupyter-lite.json").write_text(json.dumps(lite), encoding="utf-8")
        build = json.loads((CONFIG / "jupyter_lite_config.json").read_text(encoding="utf-8"))
        build["LiteBuildConfig"]["federated_extensions"] = [
            str(next(kernel_files(r"pyodide-kernel-extension/package\.json$")).parent),
            *(str(distribution.wheels[name]) for name in LAB_EXTENSIONS),
        ]
        (work / "jupyter_lite_config.json").write_text(json.dumps(build), encoding="utf-8")
        command = [sys.executable, "-m", "jupyterlite_core", "build"]
        done = subprocess.run(command, cwd=work, capture_output=True, text=True)
        if done.returncode:
            raise pyodide.Unavailable(f"JupyterLite could not be built: {done.stderr[-2000:]}")
        shutil.copytree(work / "out", target, dirs_exist_ok=True)
    shutil.copyfile(CONFIG / "notice.js", target / "notice.js")
    for page in [target / "index.html", *target.glob("*/index.html")]:
        script = f'<script src="{"../" * (page.parent != target)}notice.js"></script>'
        text = page.read_text(encoding="utf-8")
        page.write_text(text.replace("</head>", f"{script}</head>", 1), encoding="utf-8")
    for path in unused(target):
        path.unlink()
    icons = target / "static" / "favicons"
    icons.mkdir(parents=True)
    for icon in ICONS:
        shutil.copyfile(target / "notebooks" / "favicon.ico", icons / f"{icon}.ico")


def put_live(target: Path) -> None:
    """The archive, and the list of what live.js loads, with sizes for its progress bar."""
    folder = target / PYODIDE
    made, memory = image(folder)
    place = target / "live" / f"packages-{made.stem.removeprefix('live-')}.zip"
    shutil.rmtree(place.parent, ignore_errors=True)
    place.parent.mkdir(parents=True)
    shutil.copyfile(made, place)
    snapshot = place.with_name(f"snapshot-{made.stem.removeprefix('live-')}.bin")
    shutil.copyfile(memory, snapshot)
    (course,) = folder.glob("backprop-*.whl")
    sources = {path.name: path.read_bytes() for path in sorted(PAGE_KERNEL.glob("*.py"))}
    digest = hashlib.sha256(repr(sorted(sources.items())).encode()).hexdigest()[:12]
    kernel = place.with_name(f"pagekernel-{digest}.zip")
    archive(kernel, {f"pagekernel/{name}": text for name, text in sources.items()})
    files = {
        "core": [
            folder / name for name in ("pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
        ],
        "packages": [place],
        "snapshot": [snapshot],
        "course": [course],
        "kernel": [kernel],
    }
    (target / "live.json").write_text(
        json.dumps(
            {
                "available": True,
                "pyodide": f"{PYODIDE}/",
                "version": pyodide.VERSION,
                "files": {
                    part: [
                        {"path": path.relative_to(target).as_posix(), "bytes": path.stat().st_size}
                        for path in paths
                    ]
                    for part, paths in files.items()
                },
            }
        ),
        encoding="utf-8",
    )


def notebook_paths(root: Path) -> list[Path]:
    paths = (root / "book").rglob("*.ipynb")
    return sorted(path for path in paths if not any(part[0] in "._" for part in path.parts[-2:]))


def states_of(root: Path) -> dict[str, str]:
    """A hash for each of the four parts of lite/ that are made anew when it changes."""

    def hash_of(*paths: Path) -> str:
        digest = hashlib.sha256()
        for path in paths:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()

    tools = [TOOLS / "extension" / "live.py", TOOLS / "third_party" / "pyodide.py"]
    try:
        versions = [metadata.version(name) for name in ("jupyterlite-core", KERNEL)]
    except metadata.PackageNotFoundError as error:
        raise pyodide.Unavailable(f"{error.name} is missing: install requirements.txt") from None
    course = hashlib.sha256(repr(sorted(course_files(root).items())).encode())
    return {
        "tools": hash_of(*tools, *sorted(CONFIG.glob("*.*"))) + " ".join(versions),
        "course": course.hexdigest(),
        "kernel": hash_of(*sorted(PAGE_KERNEL.glob("*.py")), Path(cells.__file__)),
        "notebooks": hash_of(*notebook_paths(root)),
    }


def sizes(target: Path) -> dict[str, int]:
    """Bytes by part."""
    result = dict.fromkeys(PARTS, 0)
    for path in target.rglob("*"):
        if path.is_file():
            relative = path.relative_to(target)
            if relative.parts[0] == "live":
                part = "the archive for the page"
            elif relative.as_posix().startswith(PYODIDE):
                part = "Pyodide's core" if path.name in pyodide.CORE_FILES else "its packages"
            else:
                part = "JupyterLite"
            result[part] += path.stat().st_size
    return result


def told(target: Path) -> str:
    parts = sizes(target)
    listed = ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in parts.items())
    return f"Python in the page: {listed}; together {sum(parts.values()) / 1e6:.1f} MB"


def without(target: Path, reason: str) -> None:
    """The buttons stay, and lead to an explanation."""
    shutil.rmtree(target, ignore_errors=True)
    page = (CONFIG / "unavailable.html").read_text(encoding="utf-8")
    place = target / "notebooks" / "index.html"
    place.parent.mkdir(parents=True)
    place.write_text(page.replace("@@REASON@@", html.escape(reason)), encoding="utf-8")
    state = {"available": False, "reason": reason}
    (target / "live.json").write_text(json.dumps(state), encoding="utf-8")


def install(root: Path, target: Path) -> str:
    """Make `target` (the site's lite/), if it is not as it should be; returns what to tell."""
    stamp = target / "state.json"
    before = json.loads(stamp.read_text(encoding="utf-8")) if stamp.exists() else {}
    try:
        states = states_of(root)
        changed = {part for part, state in states.items() if before.get(part) != state}
        stamp.unlink(missing_ok=True)  # if this is stopped in the middle the next build makes all
        if "tools" in changed:
            shutil.rmtree(target, ignore_errors=True)
            put_jupyterlite(pyodide.fetch(), target)
        if changed & {"tools", "course"}:
            put_pyodide(pyodide.fetch(), root, target / PYODIDE)
        if changed & {"tools", "course", "kernel"}:
            put_live(target)
        if changed & {"tools", "notebooks"}:
            put_notebooks(root, target)
        if changed & {"tools", "notebooks", "kernel"}:
            cells.put_tables(notebook_paths(root), target)
    except pyodide.Unavailable as error:
        without(target, str(error))
        return f"The site is built WITHOUT Python in the page: {error}"
    stamp.write_text(json.dumps(states), encoding="utf-8")
    return f"{told(target)}\n{pyodide.told()}"


def timed(root: Path, target: Path) -> str:
    with times.taken("Python for the page"):
        return install(root, target)


def begin(app: Sphinx) -> None:
    """Begin; the pages are read and written meanwhile."""
    pool = ThreadPoolExecutor(1)
    app.backprop_live = pool.submit(timed, Path(app.srcdir), Path(app.outdir) / "lite")
    pool.shutdown(wait=False)


def tell(app: Sphinx, error: Exception | None) -> None:
    """At the end of the build: what it weighs and where it came from."""
    if error is None:
        LOGGER.info(app.backprop_live.result())


def launch_within_the_site(
    app: Sphinx, pagename: str, template: str, context: dict, doctree
) -> None:
    """The JupyterLite button leads to the site's own lite/, wherever the site is hosted."""
    place = context["pathto"]("lite", resource=True)
    for group in context.get("header_buttons", ()):
        for button in group.get("buttons", ()):
            if button.get("text") == "JupyterLite":
                button["url"] = f"{place}/{button['url'].removeprefix('lite/')}"
                button["tooltip"] = "Run in this browser with JupyterLite"


def offer(models: dict, view: dict) -> str:
    """The control that live.js brings to life, to stand behind the explorable's `view`."""
    model = models.get(view["model_id"], {"state": {}})
    for name in model["state"].get("_dom_classes", ()):
        if name.startswith("explorable-"):
            explorable = name.removeprefix("explorable-")
            return (
                f'<div class="live" data-live="{explorable}">'
                '<button type="button" class="live-start" hidden>Run it live</button></div>'
            )
    return ""


if __name__ == "__main__":
    root = TOOLS.parents[1]
    print(install(root, root / "_build" / "html" / "lite"))
