"""Run the notebooks anew and write them in one normal form, so that a diff shows only what changed.

    python -m book._tools.commands.notebooks             run and rewrite those whose outputs are out of date
    python -m book._tools.commands.notebooks --all       run and rewrite all
    python -m book._tools.commands.notebooks --check     run all, change nothing; say which cells would differ
    python -m book._tools.commands.notebooks book/01-forward-propagation.ipynb

What each was run with, its cells and the modules that they can see, is kept in book/outputs.json.
From that it is known whose outputs are out of date, and the build refuses to show them.

The normal form: outputs of a fresh kernel started in the notebook's folder, execution counts from
1, cell ids in sequence, no timing, no widget state or ids, always the same kernel metadata. Before the
first code stands a cell, folded away, that fetches the module where it is missing.
A second run changes no byte. Anything written to stderr is an error, and so is a failing cell.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import copy
import hashlib
import json
import os
import re
import struct
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import nbformat
import yaml

from book._tools import stale
from book._tools.extension import explorables

ROOT = Path(__file__).resolve().parents[3]
BOOK = ROOT / "book"
RECORD = BOOK / "outputs.json"
CELLS = "its cells"
OUTDATED = 3  # exit code of a build that is right but for outputs which are out of date
TIMEOUT = 300  # seconds for one cell, as in _config.yml
PROCESSES = 2

# One thread each: results do not depend on the machine's cores, and two kernels share two cores.
KERNEL_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}
KEPT_METADATA = ("mystnb", "jupytext", "myst", "title", "authors")
KEPT_CELL_METADATA = ("tags", "mystnb", "editable", "deletable", "nbsphinx")
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
LONG_REPR = 120
# The cell that makes a notebook work outside of the repository: Colab shows its title only,
# JupyterLab folds it, the site and its JupyterLite leave it out. PyPI's `backprop` is another project.
FETCH = """\
# @title Fetch the course's module where it is missing (Colab, a downloaded notebook)
try:
    import backprop.gradcheck
except ImportError:
    get_ipython().run_line_magic("pip", "install -q {archive}")
    __import__("sys").modules.pop("backprop", None)"""
FETCH_ID = "fetch-the-module"
FETCH_METADATA = {
    "cellView": "form",
    "jupyter": {"source_hidden": True},
    "tags": ["remove-cell"],
}
MOST_BYTES = 50_000_000  # of a notebook; the largest of the book has under two million


class NotebookError(RuntimeError):
    """A notebook failed, or wrote to stderr."""


def notebook_paths() -> list[Path]:
    """The book's notebooks in reading order."""
    return sorted(BOOK.glob("*.ipynb"))


def seen(path: Path) -> dict[str, str]:
    """Hashes of what a notebook's outputs come from: its cells with them, and each module."""
    cells = [cell for cell in own_cells(read(path)) if cell.cell_type == "code"]
    stored = []
    for cell in cells:
        outputs = [normal_output(output) for output in cell.outputs]
        for output in outputs:
            output.pop("execution_count", None)
        stored.append([cell.source, outputs])
    digest = hashlib.sha256(json.dumps(stored, sort_keys=True).encode()).hexdigest()
    # What shows a widget is drawn by the build, whatever its outputs are.
    widgets = explorables.shown_on(path)
    code = [cell.source for cell in cells if cell.source not in widgets]
    return {CELLS: digest[:12], **stale.hashes(code, path.name[:2])}


def record() -> dict[str, dict[str, str]]:
    """What each notebook was run with last: {name: what `seen` gave}."""
    return json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}


def write_record(paths: list[Path]) -> None:
    """Note that these notebooks have been run; those that are gone are forgotten."""
    known = record() | {path.stem: seen(path) for path in paths}
    lines = [
        f"{json.dumps(path.stem)}: {json.dumps(known[path.stem])}"
        for path in notebook_paths()
        if path.stem in known
    ]
    RECORD.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8", newline="\n")


def outdated() -> dict[Path, str]:
    """The notebooks that have changed since they were run, or whose modules have, and which."""
    known, found = record(), {}
    for path in notebook_paths():
        then, now = known.get(path.stem, {}), seen(path)
        changed = sorted(key for key in {*then, *now} if then.get(key) != now.get(key))
        if changed:
            found[path] = f"changed since: {', '.join(changed)}" if then else "never run"
    return found


def run(notebook: nbformat.NotebookNode, path: Path) -> nbformat.NotebookNode:
    """Execute a copy of `notebook` in a fresh kernel; raises NotebookError when a cell fails."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook.metadata["kernelspec"] = copy.deepcopy(METADATA["kernelspec"])
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        startup_timeout=TIMEOUT,
        kernel_name="python3",
        extra_arguments=["--IPKernelApp.log_level=40"],
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        return client.execute()
    except CellExecutionError as error:
        raise NotebookError(f"{path.name}: a cell failed.\n{error}") from None


def short_repr(text: str) -> str:
    """A widget's repr without the reprs of all its children: `VBox(...)`."""
    if len(text) <= LONG_REPR:
        return text
    return f"{text.partition('(')[0]}(...)"


def normal_output(output: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """One output without what changes from run to run."""
    output.pop("transient", None)
    if WIDGET_VIEW in output.get("data", {}):
        del output.data[WIDGET_VIEW]
        output.data["text/plain"] = short_repr(output.data.get("text/plain", ""))
    if output.output_type == "error":
        output.traceback = [f"{output.ename}: {output.evalue}"]
    return output


def normal_outputs(outputs: list, where: str) -> list:
    """A cell's outputs: neighbouring pieces of stdout joined, stderr refused."""
    result = []
    for output in outputs:
        if output.output_type == "stream":
            if output.name == "stderr":
                raise NotebookError(f"{where} writes to stderr:\n{output.text}")
            if result and result[-1].output_type == "stream":
                result[-1].text += output.text
                continue
        result.append(normal_output(output))
    return result


def fetch_cell() -> nbformat.NotebookNode:
    """The cell that gets the module from the repository that _config.yml names."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    url, branch = (config["repository"][key] for key in ("url", "branch"))
    source = FETCH.format(archive=f"{url}/archive/refs/heads/{branch}.zip")
    return nbformat.v4.new_code_cell(source, id=FETCH_ID, metadata=copy.deepcopy(FETCH_METADATA))


def own_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The chapter's cells, without the one that fetches the module."""
    return [cell for cell in notebook.cells if cell.get("id") != FETCH_ID]


def kept(metadata: dict, keys: tuple[str, ...]) -> dict:
    return {key: metadata[key] for key in keys if key in metadata}


def normalise(notebook: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    """The normal form of an executed notebook."""
    notebook = copy.deepcopy(notebook)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(
        {**copy.deepcopy(METADATA), **kept(notebook.metadata, KEPT_METADATA)}
    )
    notebook.cells = own_cells(notebook)
    count = 0
    for index, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{index:03d}"
        cell.metadata = nbformat.from_dict(kept(cell.metadata, KEPT_CELL_METADATA))
        cell.source = cell.source.strip("\n")
        if cell.cell_type != "code":
            continue
        if cell.source.strip():
            count += 1
        cell.execution_count = count if cell.source.strip() else None
        cell.outputs = normal_outputs(cell.outputs, f"{name}, cell {index}")
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
    code = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    if any("backprop" in notebook.cells[index].source for index in code):
        notebook.cells.insert(code[0], fetch_cell())
    return notebook


def dumps(notebook: nbformat.NotebookNode) -> str:
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT, indent=1).rstrip("\n") + "\n"


def read(path: Path) -> nbformat.NotebookNode:
    """The notebook in a file. Cells without an id are accepted: they get theirs later.

    Raises NotebookError, before any code has run, for what is no notebook or larger than MOST_BYTES.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise NotebookError(f"{path.name}: expected at most {MOST_BYTES:,} bytes, got {size:,}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", nbformat.warnings.MissingIDFieldWarning)
        try:
            notebook = nbformat.read(path, as_version=4)
            nbformat.validate(notebook)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            raise NotebookError(f"{path.name}: expected a Jupyter notebook: {reason}") from None
        except nbformat.ValidationError as error:
            raise NotebookError(
                f"{path.name}: expected a Jupyter notebook: {error.message}"
            ) from None
    return notebook


def anew(path: Path) -> tuple[str, str]:
    """The text of the notebook as it is and as a fresh run would write it."""
    os.environ.update(KERNEL_ENVIRONMENT)
    notebook = read(path)
    before = path.read_text(encoding="utf-8")
    return before, dumps(normalise(run(notebook, path), path.name))


def png_software(data: str) -> str | None:
    """The program that a PNG (as base64) says made it: "Matplotlib version 3.11.2, ..."."""
    try:
        raw = base64.b64decode(data)
    except (binascii.Error, ValueError):
        return None
    position = 8
    while raw.startswith(b"\x89PNG") and position + 8 <= len(raw):
        length, kind = struct.unpack(">I4s", raw[position : position + 8])
        body = raw[position + 8 : position + 8 + length]
        if kind == b"tEXt" and body.startswith(b"Software\0"):
            return body.partition(b"\0")[2].decode("latin-1")
        position += 12 + length
    return None


def same_picture_as_far_as_known(before: dict, after: dict) -> bool:
    """Whether two outputs differ only in pictures drawn by different versions of Matplotlib."""
    old, new = before.get("data", {}), after.get("data", {})
    if "image/png" not in old or "image/png" not in new:
        return False
    if png_software(old["image/png"]) == png_software(new["image/png"]):
        return False
    return {**before, "data": {**old, "image/png": ""}} == {
        **after,
        "data": {**new, "image/png": ""},
    }


def differences(before: str, after: str) -> list[str]:
    """What a fresh run would change, one line for each cell; empty when nothing."""
    if before == after:
        return []
    old, new = nbformat.reads(before, as_version=4), nbformat.reads(after, as_version=4)
    found, excused = [], False
    for index, (left, right) in enumerate(zip(old.cells, new.cells)):
        for key in sorted({*left, *right} - {"outputs"}):
            if left.get(key) != right.get(key):
                found.append(f"cell {index}: {key} is {left.get(key)!r}, not {right.get(key)!r}")
        pairs = left.get("outputs", []), right.get("outputs", [])
        if len(pairs[0]) != len(pairs[1]):
            found.append(f"cell {index}: {len(pairs[0])} outputs, not {len(pairs[1])}")
        for one, other in zip(*pairs):
            if one == other:
                continue
            if same_picture_as_far_as_known(one, other):
                excused = True
                continue
            found.append(f"cell {index}: {describe(one, other)}")
    if old.metadata != new.metadata:
        found.append("the notebook's metadata is not the normal one")
    if not found and not excused:
        found.append("the layout of the file is not the normal one")
    return found


def describe(one: dict, other: dict) -> str:
    """Where two outputs part, in a line."""
    left, right = (
        one.get("data", {"text": one.get("text", "")}),
        other.get("data", {"text": other.get("text", "")}),
    )
    for kind in sorted({*left, *right}):
        if left.get(kind) == right.get(kind):
            continue
        if kind.startswith("image/"):
            return f"the {kind} differs"
        a, b = str(left.get(kind)).splitlines(), str(right.get(kind)).splitlines()
        same = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
        was, now = (rows[same] if same < len(rows) else "(nothing)" for rows in (a, b))
        return f"{kind} has {shorten(was)!r}, a fresh run prints {shorten(now)!r}"
    return "the output differs"


def shorten(text: str) -> str:
    return re.sub(r"^(.{90}).+$", r"\1...", text)


def job(path: Path, check: bool) -> tuple[Path, list[str], str | None]:
    """Run one notebook; returns its path, what changed and an error."""
    try:
        before, after = anew(path)
    except NotebookError as error:
        return path, [], str(error)
    changes = differences(before, after)
    if before != after and not check:
        path.write_text(after, encoding="utf-8", newline="\n")
        changes = changes or ["pictures of another Matplotlib"]
    return path, changes, None


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="also those whose outputs are right")
    parser.add_argument("--check", action="store_true", help="change nothing, only tell")
    parser.add_argument("notebooks", nargs="*", type=Path, help="only these")
    options = parser.parse_args(arguments)
    paths = [path.resolve() for path in options.notebooks] or notebook_paths()
    if not paths:
        print(f"There is no notebook in {BOOK}")
        return 1
    changed = outdated()  # which keeps in mind what the modules were before the run
    if not (options.all or options.check or options.notebooks):
        paths = list(changed)
    import matplotlib.font_manager  # noqa: F401  builds the font cache before a kernel would

    failed, ran = False, []
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        for path, changes, error in pool.map(job, paths, [options.check] * len(paths)):
            if error:
                failed = True
                print(f"{path.name}: ERROR\n{error}")
                continue
            ran.append(path)
            if not changes:
                print(f"{path.name}: unchanged")
            else:
                failed = failed or options.check
                print(f"{path.name}: {'would change' if options.check else 'rewritten'}")
                for change in changes:
                    print(f"    {change}")
    if not options.check:
        write_record([path for path in ran if path in notebook_paths()])
        print(f"{len(notebook_paths()) - len(outdated())} notebooks are up to date")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
