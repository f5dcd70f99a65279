"""Closed boxes (solutions, notes with `:class: dropdown`) as <details>, which every browser knows.

So a box opens without a script, by the keyboard, for a link into it, and for the browser's own
search in the page.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator


class Box(nodes.General, nodes.Element):
    """A box that is closed until it is opened; its first child is its title."""


class BoxTitle(nodes.General, nodes.TextElement):
    """What the box shows while it is closed."""


def visit_box(self: HTML5Translator, node: Box) -> None:
    self.body.append(self.starttag(node, "details", CLASS="admonition"))


def depart_box(self: HTML5Translator, node: Box) -> None:
    self.body.append("</details>\n")


def visit_title(self: HTML5Translator, node: BoxTitle) -> None:
    self.body.append(self.starttag(node, "summary", "", CLASS="admonition-title"))


def depart_title(self: HTML5Translator, node: BoxTitle) -> None:
    self.body.append("</summary>\n")


def make_boxes(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Each admonition of the class dropdown becomes a box, the link in its title plain words."""
    if app.builder.format != "html":
        return
    for found in list(doctree.findall(nodes.Admonition)):
        if "dropdown" not in found["classes"] or not isinstance(found[0], nodes.title):
            continue
        title, *rest = found.children
        for link in list(title.findall(nodes.reference)):
            link.replace_self(link.children)
        made = Box("", BoxTitle("", "", *title.children), *rest, **found.attributes)
        found.replace_self(made)
