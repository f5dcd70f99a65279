"""Blanks to be filled in on the page: a form of HTML that needs neither a kernel nor a script of the page."""

import html
import json
from dataclasses import dataclass

CLOSE = 5e-4  # three decimals are enough
# What a blank says, by what was typed into it. A comma is a decimal point, and a minus sign a minus.
SAYS = """
const blank = event.target, said = blank.closest('p').querySelector('output');
const text = blank.value.trim().replace(',', '.').replace('\u2212', '-'), number = Number(text);
const near = (other) => Math.abs(number - other) < CLOSE;
const known = JSON.parse(blank.dataset.hints).find(([mistake]) => near(mistake));
said.value = !text ? '' : Number.isNaN(number) ? 'A number, please.'
  : near(Number(blank.dataset.right)) ? 'Right.' : known ? 'Not quite: ' + known[1] : 'Not quite.';
""".replace("CLOSE", str(CLOSE))


@dataclass(frozen=True)
class Blank:
    """One number to be filled in: its label in HTML, the right one, {a mistake: what it is told}."""

    label: str
    right: float
    mistakes: dict


@dataclass(frozen=True)
class FillIn:
    """A list of blanks. Jupyter and the page show the form."""

    blanks: tuple

    def __repr__(self):
        return f"FillIn({len(self.blanks)} blanks)"

    def _repr_html_(self):
        rows = "".join(map(_row, self.blanks))
        return f'<div class="fill-in" oninput="{html.escape(" ".join(SAYS.split()))}">{rows}</div>'


def _row(blank):
    hints = html.escape(json.dumps(list(blank.mistakes.items()), ensure_ascii=False))
    field = f'<input size="7" autocomplete="off" data-right="{blank.right:g}" data-hints="{hints}">'
    return f"<p><label><span>{blank.label}</span> {field}</label> <output></output></p>"
