"""References to equations of other chapters, which must read as words wherever a notebook is opened.

In a notebook they are links, `[Equation (2.7)](02-the-loss.ipynb#equation-eq-central-difference)`,
for JupyterLab and Colab know nothing of another notebook's labels. The build holds the words to the
equation's number.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)
PREFIX = "equation-"  # of the ids that Sphinx gives to equations


class EquationLinks(SphinxPostTransform):
    default_priority = 5  # before MyST looks for a heading of that name

    def run(self, **keywords) -> None:
        for link in list(self.document.findall(pending_xref)):
            if str(link.get("reftargetid")).startswith(PREFIX):
                self.resolve(link)

    def resolve(self, link: pending_xref) -> None:
        label = link["reftargetid"].removeprefix(PREFIX)
        domain = self.env.get_domain("math")
        home, _ = domain.equations.get(label, (None, None))
        made = home and domain.resolve_xref(
            self.env, self.env.docname, self.app.builder, "eq", label, link, nodes.Text("")
        )
        if home != link["reftarget"]:
            LOGGER.warning(f"{link['reftarget']} has no equation {label}", location=link)
        elif link.astext() != made.astext():
            LOGGER.warning(
                f"the link says {link.astext()!r}, {label} is {made.astext()!r}", location=link
            )
        link.replace_self(made or nodes.inline("", link.astext()))
