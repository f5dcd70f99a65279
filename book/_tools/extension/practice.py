"""The practice pages: what stands on them without Python, and their scripts.

A page has markers where something is put in that each build makes anew:

    % worked-example    a network worked out, whose numbers are also what the form starts with
    % network           the place of that form
    % examination       the place of the final examination
    % practice          the place of the skills and derivations; without scripts, their list
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

from sphinx.application import Sphinx

from backprop import ACTIVATIONS, SQUARED_ERROR
from backprop.examples import worked_example
from backprop.practice import DERIVATIONS, SKILLS, work_out
from book._tools import toc
from book._tools.commands import notebooks
from book._tools.extension import problems

SCRIPTS = {
    "book/80-practice": "practice.js",
    "book/81-your-network": "network.js",
    "book/82-examination": "examination.js",
}
MARKER = re.compile(r"^% (worked-example|network|practice|examination)$", re.M)
RATE, DIGITS = 0.5, 4


def example():
    """The course's network, with the loss and the rate that the form starts with."""
    network, X, Y = worked_example()
    return network, X, Y, work_out(network, X, Y, SQUARED_ERROR, RATE, digits=DIGITS)


def form() -> dict[str, str]:
    """The example as network.js reads a form: {name of a field: its text}."""
    network, X, Y, _ = example()

    def rows(array):
        return ";".join(" ".join(f"{number:g}" for number in row) for row in array)

    fields = {
        "sizes": ", ".join(map(str, network.sizes)),
        "m": str(X.shape[1]),
        "loss": SQUARED_ERROR.name,
        "rate": f"{RATE:g}",
        "digits": str(DIGITS),
        "X": rows(X),
        "Y": rows(Y),
    }
    for l in range(1, network.L + 1):
        fields[f"f{l}"] = network.activations[l].name
        fields[f"W{l}"], fields[f"b{l}"] = rows(network.W[l]), rows(network.b[l])
    return fields


def place(kind: str, data, inside: str = "") -> str:
    """The element of a page that its script fills."""
    content = html.escape(json.dumps(data))
    return f'```{{raw}} html\n<div class="practice" data-{kind}="{content}">{inside}</div>\n```'


def examination_place() -> str:
    titles = {}
    for path in sorted((toc.ROOT / "book").glob("[01]*.ipynb")):
        first = notebooks.read(path).cells[0].source
        titles[path.stem] = re.search(r"^# (.*)$", first, re.M)[1]
    return place("examination", {"prepared": problems.EXAMS, "titles": titles})


def practice_place() -> str:
    skills = [skill.as_dict() for skill in SKILLS.values()]
    derivations = [
        {"key": one.key, "title": one.title, "chapter": one.chapter} for one in DERIVATIONS.values()
    ]
    listed = "".join(
        f'<li><a href="{one["chapter"]}.html">{html.escape(one["title"])}</a></li>'
        for one in skills + derivations
    )
    return place("practice", {"skills": skills, "derivations": derivations}, f"<ul>{listed}</ul>")


PUT = {
    "worked-example": lambda: example()[-1]._repr_markdown_(),
    "network": lambda: place("network", {"example": form(), "activations": list(ACTIVATIONS)}),
    "practice": practice_place,
    "examination": examination_place,
}


def filled(text: str) -> str:
    """The text of a page with what stands at its markers."""
    return MARKER.sub(lambda match: PUT[match[1]](), text)


def put_in(app: Sphinx, docname: str, source: list[str]) -> None:
    if docname in SCRIPTS:
        source[0] = app.env.practice_filled[docname]


def outdated_pages(app: Sphinx, env, added: set, changed: set, removed: set) -> list[str]:
    """The pages that were read with something else at their markers."""
    texts = {name: Path(env.doc2path(name)).read_text(encoding="utf-8") for name in SCRIPTS}
    before = getattr(env, "practice_filled", {})
    env.practice_filled = {name: filled(text) for name, text in texts.items()}
    return [name for name, text in env.practice_filled.items() if text != before.get(name)]


def scripts(app: Sphinx, pagename: str, template: str, context: dict, doctree) -> None:
    """A practice page's own script, behind the one that brings Python."""
    if pagename not in SCRIPTS:
        return
    static = context["pathto"]("_static", resource=True)
    lite = context["pathto"]("lite", resource=True)
    app.add_css_file("practice.css", priority=901)
    context["body"] += (
        f'\n<script defer src="{static}/live.js" data-static="{static}/" data-lite="{lite}/"></script>'
        f'\n<script defer src="{static}/third-party/practice/{SCRIPTS[pagename]}"></script>'
    )
