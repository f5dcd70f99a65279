"""Mathematics as Sphinx renders it: set while the site is built, so that it is there before any script.

MathJax runs once, under node, over all formulas of the site; a page then holds what MathJax would
have made of it in the browser: its glyphs, and MathML for screen readers. The reader loads a small
style sheet and fonts instead of MathJax.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

from book._tools.third_party import npm

SCRIPT = Path(__file__).with_name("set_mathematics.js")
SHEET = "mathematics.css"
FONTS = "third-party/mathjax/output/chtml/fonts/woff-v2"
NAME = "set-while-built"  # of the renderer, for _config.yml
CLASSES = "math notranslate nohighlight"
STOP = re.compile(r"^[.,;:?!)”’]+")
OPENING = re.compile(r"[(“‘]+$")

Formula = tuple[str, bool]  # TeX, and whether it is displayed


class MathematicsError(RuntimeError):
    """MathJax did not run, or refuses a formula."""


def formula_of(node: nodes.math | nodes.math_block) -> Formula:
    tex, display = node.astext().strip(), isinstance(node, nodes.math_block)
    rows = display and not node["nowrap"] and r"\\" in tex
    return (rf"\begin{{split}}{tex}\end{{split}}" if rows else tex), display


def formulas(doctree: nodes.document) -> set[Formula]:
    return {
        formula_of(node)
        for kind in (nodes.math, nodes.math_block)
        for node in doctree.findall(kind)
    }


def run(wanted: list[Formula]) -> tuple[dict[Formula, str], str]:
    """The HTML of each formula, and the style sheet for all of them."""
    mathjax = npm.modules() / "mathjax" / "es5"
    question = {"mathjax": str(mathjax), "fonts": FONTS, "formulas": wanted}
    done = npm.run("node", [str(SCRIPT)], SCRIPT.parent, input=json.dumps(question))
    if done.returncode:
        raise MathematicsError(f"MathJax did not run under node: {done.stderr[-2000:]}")
    answer = json.loads(done.stdout)
    refused = [tex for (tex, _), made in zip(wanted, answer["html"]) if "<mjx-merror" in made]
    if refused:
        raise MathematicsError("MathJax refuses: " + "; ".join(refused))
    return dict(zip(wanted, answer["html"])), answer["css"]


def set_all(app: Sphinx, env: BuildEnvironment) -> None:
    """Set every formula of the book; what is kept from the last build serves if it has them all."""
    if app.builder.format != "html":
        return
    wanted = set().union(*(formulas(env.get_doctree(name)) for name in env.found_docs))
    memory = Path(app.doctreedir) / "formulas.json"
    made_with = f"{npm.modules().parent.name} {SCRIPT.read_text(encoding='utf-8')}"
    kept = json.loads(memory.read_text(encoding="utf-8")) if memory.exists() else {}
    made = {(tex, display): text for tex, display, text in kept.get("formulas", ())}
    if wanted != made.keys() or kept.get("made_with") != made_with:
        try:
            made, kept["css"] = run(sorted(wanted))
        except MathematicsError as error:
            raise ExtensionError(str(error)) from None
        listed = [[*formula, text] for formula, text in made.items()]
        content = {"made_with": made_with, "css": kept["css"], "formulas": listed}
        memory.write_text(json.dumps(content), encoding="utf-8")
    app.formulas = made
    sheet = Path(app.outdir) / "_static" / SHEET
    if not sheet.exists() or sheet.read_text(encoding="utf-8") != kept["css"]:
        sheet.parent.mkdir(parents=True, exist_ok=True)
        sheet.write_text(kept["css"], encoding="utf-8")


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(self.starttag(node, "span", "", CLASS=CLASSES))
    self.body.append(self.builder.app.formulas[formula_of(node)] + "</span>")
    raise nodes.SkipNode


def visit_displayed(self: HTML5Translator, node: nodes.math_block) -> None:
    self.body.append(self.starttag(node, "div", CLASS=CLASSES))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append(self.builder.app.formulas[formula_of(node)] + "</div>\n")
    if node["number"]:  # proofs.py puts a box here
        number = get_node_equation_number(self, node)
        self.body.append(f"<!-- proof of {node['label']}, number {number} -->\n")
    raise nodes.SkipNode


RENDERER = (visit_inline, None), (visit_displayed, None)


def keep_stops(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """A line must not begin with the comma after a formula, nor end with the bracket before it."""
    for formula in list(doctree.findall(nodes.math)):
        parent, at = formula.parent, formula.parent.index(formula)
        parts = [formula]
        for place, sign in ((at + 1, STOP), (at - 1, OPENING)):
            beside = parent[place] if 0 <= place < len(parent) else None
            found = isinstance(beside, nodes.Text) and sign.search(beside.astext())
            if found:
                parts.insert(0 if sign is OPENING else 1, nodes.Text(found[0]))
                parent[place] = nodes.Text(sign.sub("", beside.astext(), count=1))
        if len(parts) > 1:
            parent[at] = nodes.inline("", "", *parts, classes=["with-stop"])
