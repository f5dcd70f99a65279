"""Sphinx extension for the appendices: the API reference and the links into the glossary.

The docstrings are plain text in columns, so autodoc shows them as they stand, and below the first
paragraph what the arguments should be, as `backprop._expects` declares it. Behind each object is
a link to the chapter that its docstring, or else its module's, names: "(chapter 4)", and the
equations that its lines are. In every
chapter the first occurrence of each term of the glossary becomes a link to it.
"""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from book._tools import stale
from book._tools.extension import proofs

ROOM = 90  # characters of a docstring's line in the code
NAMES = re.compile(r" *(\w[\w, ]{,20}: |\S+ {2,}\S)")  # "m: how many", "explore    what for"
MODULE = re.compile(r"^\.\. automodule:: (\S+)", re.M)
CHAPTER = re.compile(r"\bchapters? (\d+)", re.IGNORECASE)
LEFT_ALONE = (
    nodes.reference,
    nodes.literal,
    nodes.literal_block,
    nodes.title,
    nodes.caption,
    nodes.term,
    nodes.table,
    nodes.math,
    nodes.math_block,
    nodes.raw,
    addnodes.pending_xref,
    addnodes.desc,
)
A_CHAPTER = re.compile(r"book/[0-8]\d-(?!index)")
GLOSSARY = "book/92-glossary"


def chapter_pages(root: Path) -> dict[int, str]:
    """{4: "04-the-delta-recursion.ipynb", ...}"""
    return {int(path.name[:2]): path.name for path in (root / "book").glob("[0-8][0-9]-*.ipynb")}


def declared(obj) -> list[str]:
    """A line for each argument that `expects` declares, and one for the result."""
    if not hasattr(obj, "rules") and not hasattr(obj, "_parts"):
        return []
    signature = inspect.signature(obj)
    shown = {name: p.annotation for name, p in signature.parameters.items()}
    shown = {name: what for name, what in shown.items() if what is not inspect.Parameter.empty}
    width = max(map(len, shown), default=0) + 2
    lines = [f"{name + ':':<{width}}{what!r}" for name, what in shown.items()]
    result = signature.return_annotation
    if result is not inspect.Signature.empty:
        lines.append(f"-> {result.__name__ if inspect.isclass(result) else result!r}")
    return lines


def unwrapped(text: str) -> str:
    """A docstring whose lines are as long as the page allows: a line goes on in the next if the next
    one's first word had no room in it, and names nothing."""
    lines, last = [], ""
    for line in text.splitlines():
        word = (line.split() or [""])[0]
        if last and word and len(last) + len(word) >= ROOM and not NAMES.match(line):
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line)
        last = line
    return "\n".join(lines)


def says_nothing(app: Sphinx, what: str, name: str, obj, skip: bool, options) -> bool | None:
    """A field of a tuple, of which only its class tells, is not listed."""
    return True if (inspect.getdoc(obj) or "").startswith("Alias for field number") else None


def as_it_stands(app: Sphinx, what: str, name: str, obj, options, lines: list[str]) -> None:
    """A docstring as a literal block, with a link to its chapter after it."""
    text = unwrapped("\n".join(lines).strip())
    lines.clear()
    if not text:
        return
    first, *others = text.split("\n\n")
    text = "\n\n".join(filter(None, [first, "\n".join(declared(obj)), *others]))
    module = obj if what == "module" else sys.modules.get(getattr(obj, "__module__", ""))
    found = CHAPTER.search(text) or CHAPTER.search(inspect.getdoc(module) or "")
    lines += [".. code-block:: text", "   :class: docstring", ""]
    lines += [*(f"   {line}" for line in text.splitlines()), ""]
    page = chapter_pages(Path(app.srcdir)).get(int(found.group(1))) if found else None
    if page and what in ("module", "function", "class", "exception"):
        target = page.removesuffix(".ipynb")
        lines += [f"Taught in :doc:`chapter {found.group(1)} </book/{target}>`.", ""]
    labels = equations_of(Path(app.srcdir) / "src" / "backprop", what, name)
    if labels:
        lines += [f"Written as {', '.join(f':eq:`{label}`' for label in labels)}.", ""]


def equations_of(sources: Path, what: str, name: str) -> list[str]:
    """The equations that lines of this are: a method's are its class's too, a private function's its
    module's."""
    inside = {"module": r"\.(?:\w+\.)*_\w+(?:\.\w+)?", "class": r"\.\w+"}.get(what, "")
    of_this = re.compile(re.escape(name) + f"(?:{inside})?")
    named = proofs.named_in(sources)
    return [label for place in named if of_this.fullmatch(place) for label in named[place]]


def outdated_pages(app: Sphinx, env, added: set, changed: set, removed: set) -> list[str]:
    """The reference, if any module that the documented ones see has changed, by a word or a comment."""
    text = Path(env.doc2path(proofs.REFERENCE)).read_text(encoding="utf-8")
    modules = sorted(stale.reach(MODULE.findall(text)))
    chapters = chapter_pages(Path(app.srcdir))
    now = repr([chapters, [(name, stale.hash_of(name, verbatim=True)) for name in modules]])
    before, env.reference_seen = getattr(env, "reference_seen", None), now
    return [] if now == before else [proofs.REFERENCE]


def link_terms(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Link the first occurrence of each glossary term in a chapter."""
    objects = app.env.get_domain("std").objects
    places = {name.lower(): label for (kind, name), (_, label) in objects.items() if kind == "term"}
    if not places or not A_CHAPTER.match(docname):
        return
    longest_first = sorted(places, key=len, reverse=True)
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, longest_first))})(?:e?s)?\b", re.IGNORECASE)
    linked = set()
    address = app.builder.get_relative_uri(docname, GLOSSARY)
    for text in list(doctree.findall(nodes.Text)):
        if not in_running_text(text):
            continue
        parts, end, words = [], 0, text.astext()
        for match in pattern.finditer(words):
            term = match.group(1).lower()
            if term in linked:
                continue
            linked.add(term)
            link = nodes.reference("", "", internal=True, refuri=f"{address}#{places[term]}")
            link["classes"].append("glossary-term")
            link += nodes.Text(match.group(0))
            parts += [nodes.Text(words[end : match.start()]), link]
            end = match.end()
        if parts:
            text.parent.replace(text, [*parts, nodes.Text(words[end:])])


def in_running_text(text: nodes.Text) -> bool:
    """Whether the text stands in a paragraph, and in nothing that should stay as it is."""
    node, in_paragraph = text.parent, False
    while node is not None and not isinstance(node, nodes.document):
        if isinstance(node, LEFT_ALONE):
            return False
        in_paragraph = in_paragraph or isinstance(node, nodes.paragraph)
        node = node.parent
    return in_paragraph


def drop_old_roles(app: Sphinx, pagename: str, template: str, context: dict, doctree) -> None:
    """docutils gives the entries of a bibliography a role that ARIA has given up."""
    if "body" in context:
        context["body"] = context["body"].replace(' role="doc-biblioentry"', ' role="listitem"')
