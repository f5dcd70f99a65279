"""From an equation to its proof: behind each numbered equation a box that opens, "checked".

It holds the line of the module that is the equation, the test of tests/equations that compares both
sides, with the figures that it gave when the site was built, and the explorable that shows it. The
lines are those that name the equation in a comment, `# eq-name`; a file of `explorables` names the
equations that it shows in a comment of its own, `# shows eq-one, eq-other`. The tests run in a
process beside the reading of the pages; what they gave is kept by a hash of all that they can see.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import html
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

from book._tools import stale

PLACE = re.compile(r"<!-- proof of ([\w-]+), number ([\w.]+) -->\n?")
LABEL = re.compile(r"eq-[\w-]+")
SHOWS = re.compile(r"^# shows (.+)$", re.M)
REFERENCE = "book/94-api"
FORGOTTEN = "tests/equations has no check of it"


class Line(NamedTuple):
    """A line of the module that is an equation."""

    file: str  # below src/backprop
    number: int
    code: str
    place: str  # the function around it, "backprop.backward.gradients"


def lines_in_code(sources: Path) -> dict[str, list[Line]]:
    """{label: the lines that are the equation}; a comment at their end names it."""
    found = defaultdict(list)
    for path in sorted(sources.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for number, line in enumerate(text.splitlines(), start=1):
            for label in LABEL.findall(line.partition("  # ")[2]):
                place = path.relative_to(sources.parent).with_suffix("").as_posix()
                place = ".".join([place.replace("/", "."), *around(ast.parse(text).body, number)])
                code = statement(text, number)
                found[label].append(Line(str(path.relative_to(sources)), number, code, place))
    return found


def around(nodes: list[ast.stmt], line: int) -> Iterator[str]:
    """The names of the class and the function that a line stands in."""
    for node in nodes:
        if hasattr(node, "name") and node.lineno <= line <= node.end_lineno:
            yield node.name
            yield from around(node.body, line)


def statement(text: str, line: int) -> str:
    """The smallest whole statement that a line ends, without comments at its end."""
    ends = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.stmt) and node.lineno <= line <= node.end_lineno
    ]
    whole = min(ends, key=lambda node: node.end_lineno - node.lineno)
    if whole.end_lineno - whole.lineno > 8:
        return text.splitlines()[line - 1].partition("  # ")[0].strip()
    indent = " " * whole.col_offset
    return (indent + ast.get_source_segment(text, whole)).replace(f"\n{indent}", "\n").strip()


def explorables(sources: Path) -> dict[str, list[str]]:
    """{label: the explorables that show it}"""
    found = defaultdict(list)
    for path in sorted((sources / "explorables").glob("*.py")):
        for labels in SHOWS.findall(path.read_text(encoding="utf-8")):
            for label in LABEL.findall(labels):
                found[label].append(path.stem)
    return found


@functools.cache
def named_in(sources: Path) -> dict[str, list[str]]:
    """{function or method: the equations that its lines are}"""
    found = defaultdict(dict)
    for label, lines in lines_in_code(sources).items():
        for line in lines:
            found[line.place][label] = None
    return {place: list(labels) for place, labels in found.items()}


def begin(app: Sphinx) -> None:
    """Start the tests of the equations, if anything that they see has changed."""
    root = Path(app.srcdir)
    tests = [*(root / "tests" / "equations").glob("*.py"), root / "tests" / "helpers.py"]
    seen = stale.seen_by(tests, "equations")
    kept = stale.Kept(Path(app.outdir).parent / ".proofs", most=5)
    app.proofs_path = kept.path("proofs.json", numpy.__version__.encode(), seen)
    app.proofs_made = None
    if not app.proofs_path.exists():
        app.proofs_made = subprocess.Popen(
            [sys.executable, "-m", "equations.proofs"],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root / "tests")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )


def collect(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """What the tests gave; the pages whose equations have another proof than before are written again."""
    if app.proofs_made:
        out, errors = app.proofs_made.communicate()
        if app.proofs_made.returncode:
            last = errors.decode()[-3000:]
            raise ExtensionError(f"an equation's test fails; `make equations` has all:\n{last}")
        stale.write(app.proofs_path, out)
    sources = Path(app.srcdir) / "src" / "backprop"
    app.proofs = json.loads(app.proofs_path.read_text(encoding="utf-8"))
    app.lines_in_code, app.shown_by = lines_in_code(sources), explorables(sources)
    pages = defaultdict(list)
    for label, (name, _) in sorted(env.get_domain("math").equations.items()):
        parts = app.proofs.get(label), app.lines_in_code.get(label), app.shown_by.get(label)
        pages[name].append([label, *parts])
    now = {name: hashlib.sha256(repr(parts).encode()).hexdigest() for name, parts in pages.items()}
    before, env.proofs = getattr(env, "proofs", {}), now
    return [name for name in now if before.get(name) != now[name]]


def put_in(app: Sphinx, pagename: str, template: str, context: dict, doctree) -> None:
    """The boxes, after the time to read is told: they are not part of the text."""
    if "body" in context:
        context["body"] = PLACE.sub(
            lambda found: box(app, pagename, *found.groups()), context["body"]
        )


def box(app: Sphinx, page: str, label: str, number: str) -> str:
    proof = app.proofs.get(label, {"reason": FORGOTTEN})
    sign = "not checked" if "reason" in proof else "checked"
    parts = [
        module_part(app, page, label),
        *test_part(app, proof),
        explorable_part(app, page, label),
    ]
    return (
        f'<details class="proof"><summary>{sign}<span class="visually-hidden">: '
        f'Equation ({number})</span></summary>\n<div class="proof-body">\n'
        + "\n".join(filter(None, parts))
        + "\n</div></details>\n"
    )


def module_part(app: Sphinx, page: str, label: str) -> str:
    made = []
    for line in app.lines_in_code.get(label, ()):
        made.append(f"<p>In the module, {documented(app, page, line)}:</p>{python(app, line.code)}")
    return "".join(made)


def documented(app: Sphinx, page: str, line: Line) -> str:
    """Where a line stands, with a link to what the API reference says of it."""
    known = app.env.get_domain("py").objects
    place = line.place
    while place and place not in known:
        place = place.rpartition(".")[0]
    words = f"<code>{html.escape(f'{line.file}:{line.number}')}</code>"
    if not place:
        return words
    entry = known[place]
    address = app.builder.get_relative_uri(page, entry.docname)
    name = html.escape(place.removeprefix("backprop."))
    return f'<a href="{address}#{entry.node_id}"><code>{name}</code></a> ({words})'


def test_part(app: Sphinx, proof: dict) -> Iterator[str]:
    if "reason" in proof:
        yield f"<p>No test compares two sides here: {html.escape(proof['reason'])}.</p>"
        return
    name = f"<code>{proof['function']}</code> in <code>{proof['file']}</code>"
    yield f"<p>Both sides are compared by {name}:</p>{python(app, proof['code'])}"
    yield "<p>What it found when this site was built:</p>\n<ul>"
    for each in proof["figures"]:
        one, other = each["first"]
        same = one.replace("-", "\N{MINUS SIGN}"), other.replace("-", "\N{MINUS SIGN}")
        if each["numbers"] == 1:
            words = "{} and {}".format(*same)
        else:
            words = "{} numbers on each side, the first {} and {}".format(each["numbers"], *same)
        apart = "" if each["apart"] == "0" else f", at most {each['apart']} apart"
        yield (
            f"<li><code>{html.escape(each['line'])}</code><br />{words}"
            f"{apart or ', equal to the last bit'}</li>"
        )
    yield "</ul>"


def explorable_part(app: Sphinx, page: str, label: str) -> str:
    links = []
    for name in app.shown_by.get(label, ()):
        for home, shown in app.backprop_shown.items():
            if any(each.module.endswith(f".explorables.{name}") for each in shown.values()) and (
                home != app.config.root_doc
            ):
                address = app.builder.get_relative_uri(page, home) if home != page else ""
                chapter = int(re.search(r"/(\d\d)-", home)[1])
                links.append(
                    f'<a href="{address}#moves-{name}">the explorable of chapter {chapter}</a>'
                )
    return f"<p>To see it move: {', '.join(links)}.</p>" if links else ""


@functools.cache
def highlighted(code: str, builder) -> str:
    return builder.highlighter.highlight_block(code, "python")


def python(app: Sphinx, code: str) -> str:
    return highlighted(code, app.builder)
