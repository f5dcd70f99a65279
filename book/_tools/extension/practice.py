"""The practice pages: what stands on them without Python, and their scripts.

81-your-network.md has the marker `% worked-example` where a worked example stands, made anew by each
build; its numbers are also what the form starts with.
"""

from __future__ import annotations

import html
import json

from sphinx.application import Sphinx

from backprop import SQUARED_ERROR
from backprop.examples import worked_example
from backprop.practice import work_out

SCRIPTS = {"book/81-your-network": "network.js"}
EXAMPLE = "% worked-example\n"
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


def put_in(app: Sphinx, docname: str, source: list[str]) -> None:
    """The worked example as Markdown, in the marker's place."""
    if EXAMPLE in source[0]:
        *_, solution = example()
        form_place = (
            "```{raw} html\n"
            f'<div class="network" data-example="{html.escape(json.dumps(form()))}"></div>\n```\n'
        )
        source[0] = source[0].replace(EXAMPLE, solution._repr_markdown_() + "\n")
        source[0] = source[0].replace("% form\n", form_place)


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
