"""The mathematics of the problems as MathML, which every browser sets and prints without a script.

It knows the commands that problems are written with, and refuses any other.
"""

import re
from html import escape

TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|[{}^_&]|\d+(?:\.\d+)?|[a-zA-Z]|\S|\s+")
IDENTIFIERS = {
    r"\delta": "δ",
    r"\sigma": "σ",
    r"\eta": "η",
    r"\ell": "ℓ",
    r"\partial": "∂",
}
OPERATORS = {
    r"\odot": "⊙",
    r"\oslash": "⊘",
    r"\cdot": "·",
    r"\times": "×",
    r"\top": "⊤",
    r"\prime": "′",
    "'": "′",
    "-": "−",
    r"\{": "{",
    r"\}": "}",
}
FUNCTIONS = {r"\ln": "ln", r"\tanh": "tanh", r"\exp": "exp"}
SPACES = {r"\,": "0.17em", r"\quad": "1em", "\\ ": "0.25em"}
BIG = {r"\sum": "∑", r"\prod": "∏"}
STYLES = {r"\mathbf": "bold", r"\boldsymbol": "bold", r"\mathcal": "script"}


def mathml(tex, *, display=False):
    """A formula as a <math> element."""
    body = _Reader(tex).row()
    block = ' display="block"' if display else ""
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML"{block}>{body}</math>'


class _Reader:
    """Reads TeX from left to right."""

    def __init__(self, tex):
        self.tokens = TOKEN.findall(tex)
        self.at = 0

    def peek(self):
        """The next token that is not white space, None at the end."""
        while self.at < len(self.tokens) and self.tokens[self.at].isspace():
            self.at += 1
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self):
        token = self.peek()
        if token is None:
            raise ValueError("tex: expected more, got its end")
        self.at += 1
        return token

    def row(self, *ends):
        """Everything up to one of `ends`, which is left, or to the end."""
        parts = []
        while self.peek() is not None and self.peek() not in ends:
            parts.append(self.scripted())
        return f"<mrow>{''.join(parts)}</mrow>"

    def scripted(self):
        token = self.peek()
        base, scripts = self.one(), {}
        while self.peek() in ("^", "_", "'"):
            mark = self.take()
            if mark == "'":
                mark, script = "^", "<mo>′</mo>"
            else:
                script = self.one()
            scripts[mark] = scripts.get(mark, "") + script
        below, above = (scripts.get(mark) for mark in "_^")
        below, above = (part and f"<mrow>{part}</mrow>" for part in (below, above))
        kind = ("munder", "mover", "munderover") if token in BIG else ("msub", "msup", "msubsup")
        if below and above:
            return f"<{kind[2]}>{base}{below}{above}</{kind[2]}>"
        if below or above:
            tag = kind[0] if below else kind[1]
            return f"<{tag}>{base}{below or above}</{tag}>"
        return base

    def group(self):
        """What stands in braces, or a single token."""
        if self.peek() != "{":
            return self.one()
        self.take()
        body = self.row("}")
        self.take()
        return body

    def raw(self):
        """What stands in braces as it is, white space too."""
        self.take()
        start, depth = self.at, 1
        while depth:
            depth += {"{": 1, "}": -1}.get(self.take(), 0)
        return "".join(self.tokens[start : self.at - 1]).replace("\\ ", " ")

    def one(self):
        token = self.peek()
        if token == "{":
            return self.group()
        self.take()
        if token[0].isdigit():
            return f"<mn>{token}</mn>"
        if token.isalpha():
            return f"<mi>{token}</mi>"
        if token in IDENTIFIERS:
            return f"<mi>{IDENTIFIERS[token]}</mi>"
        if token in BIG:
            return f"<mo>{BIG[token]}</mo>"
        if token in FUNCTIONS:
            return f"<mi>{FUNCTIONS[token]}</mi>"
        if token in SPACES:
            return f'<mspace width="{SPACES[token]}"/>'
        if token in STYLES:
            inside = self.group()
            style = "font-weight: bold" if STYLES[token] == "bold" else "font-family: cursive"
            return f'<mrow style="{style}">{inside}</mrow>'
        if token in (r"\frac", r"\tfrac"):
            return f"<mfrac>{self.group()}{self.group()}</mfrac>"
        if token in (r"\left", r"\right"):
            return f'<mo stretchy="true">{escape(self.take())}</mo>'
        if token in (r"\text", r"\operatorname"):
            tag = "mtext" if token == r"\text" else "mi"
            return f"<{tag}>{escape(self.raw()).replace(' ', chr(160))}</{tag}>"
        if token == r"\boxed":
            return f'<mrow style="border: 1px solid; padding: 0 0.3em">{self.group()}</mrow>'
        if token == r"\begin":
            return self.environment()
        if token in OPERATORS or not token.startswith("\\"):
            return f'<mo stretchy="false">{escape(OPERATORS.get(token, token))}</mo>'
        raise ValueError(f"tex: expected a command that problems are written with, got {token!r}")

    def environment(self):
        name = self.raw()
        if name not in ("pmatrix", "aligned"):
            raise ValueError(f"tex: expected pmatrix or aligned, got {name!r}")
        rows, cells = [], []
        while True:
            cells.append(f"<mtd>{self.row('&', chr(92) * 2, chr(92) + 'end')}</mtd>")
            token = self.take()
            if token == "&":
                continue
            rows.append(f"<mtr>{''.join(cells)}</mtr>")
            cells = []
            if token == r"\end":
                self.raw()
                break
        if name == "aligned":
            return f'<mtable class="aligned">{"".join(rows)}</mtable>'
        table = f"<mtable>{''.join(rows)}</mtable>"
        return f'<mrow><mo stretchy="true">(</mo>{table}<mo stretchy="true">)</mo></mrow>'
