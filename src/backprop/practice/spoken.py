"""The mathematics of the problems in plain words: what a screen reader reads, and a text file holds.

It knows the few commands that problems are written with, and refuses any other.
"""

import re

SYMBOLS = {
    r"\delta": "delta",
    r"\sigma": "sigma",
    r"\eta": "eta",
    r"\ell": " loss",
    r"\odot": " times, entry by entry, ",
    r"\cdot": " times ",
    r"\times": " x ",
    r"\top": "T",
    r"\prime": "'",
    r"\ln": "ln ",
    r"\tanh": "tanh ",
    r"\exp": "exp ",
    r"\approx": " is about ",
    r"\neq": " is not ",
    r"\leq": " is at most ",
    r"\le": " is at most ",
    r"\dots": "...",
    r"\ldots": "...",
    r"\quad": "   ",
    r"\left": "",
    r"\right": "",
    r"\bigl": "",
    r"\bigr": "",
    r"\,": " ",
    "\\ ": " ",
    r"\;": " ",
    r"\!": "",
    r"\{": "{",
    r"\}": "}",
    r"\%": "%",
    r"\langle": "mean of ",
    r"\rangle": "",
}
NAMES = [
    "mathbf",
    "boldsymbol",
    "mathcal",
    "text",
    "operatorname",
    "mathrm",
]  # what is in their braces stays
MATRIX = re.compile(r"\\begin\{[pb]matrix\}(.*?)\\end\{[pb]matrix\}", re.DOTALL)
MATHS = re.compile(r"\$\$(.*?)\$\$|\$(.*?)\$", re.DOTALL)
SUM = re.compile(r"\\(sum|prod)(?:_\{([^{}]*)\})?(?:\^\{([^{}]*)\})?")
ALIGNED = re.compile(r"\\begin\{aligned\}|\\end\{aligned\}|&")


def spoken(markdown):
    """Markdown with mathematics between $ and $$ as plain text."""
    parts = markdown.split("```")  # every second one is code
    parts[::2] = [re.sub(r"\*\*|`", "", MATHS.sub(_said, part)) for part in parts[::2]]
    return "".join(parts)


def _said(found):
    return spoken_maths(found[1] or found[2])


def spoken_maths(tex):
    """TeX as plain text: "W^2", "dL/dW^1", "the matrix with rows (1, 2) and (3, 4)"."""
    tex = MATRIX.sub(lambda found: _matrix(found[1]), tex)
    tex = ALIGNED.sub(" ", tex).replace(r"\\", "; ")
    tex = _fractions(tex)
    for name in NAMES:
        tex = re.sub(rf"\\{name}\{{([^{{}}]*)\}}", r"\1", tex)
    tex = tex.replace(r"\boxed{?}", " the gap ")
    tex = SUM.sub(_over, re.sub(r"\\partial\s*", "d", tex))
    tex = re.sub(r"\\sqrt\{([^{}]*)\}", r"the root of (\1)", tex)
    tex = re.sub(r"\\[a-zA-Z]+|\\.", _symbol, tex)
    tex = re.sub(r"([\^_])\{(\w+|\w'|T)\}", r"\1\2", tex)
    tex = re.sub(r"\{([^{}]*)\}", r"(\1)", tex)
    tex = re.sub(r"\s+", " ", tex).replace("( ", "(").replace(" )", ")")
    tex = re.sub(r"(?<=[\d)]) (?=the (matrix|row|column) )", " times ", tex)
    return tex.replace(" ;", ";").replace("; =", " =").strip()


def _symbol(found):
    if found[0] not in SYMBOLS:
        raise ValueError(f"tex: expected a command that can be said in words, got {found[0]!r}")
    return SYMBOLS[found[0]]


def _over(found):
    what, start, end = found.groups()
    over = f" over {start}" if start else ""
    to = f" to {end}" if end else ""
    return f" the {'sum' if what == 'sum' else 'product'}{over}{to} of "


def _matrix(body):
    rows = [", ".join(entry.strip() for entry in row.split("&")) for row in body.split(r"\\")]
    if len(rows) == 1:
        return f" the row ({rows[0]}) "
    if not any("," in row for row in rows):
        return f" the column ({', '.join(rows)}) "
    said = [f"({row})" for row in rows]
    return f" the matrix with rows {', '.join(said[:-1])} and {said[-1]} "


def _fractions(tex):
    r"""\frac{a}{b} and \tfrac{a}{b} as a/b, the innermost first."""
    while found := re.search(r"\\[td]?frac(?=\{)", tex):
        top, middle = _group(tex, found.end())
        bottom, end = _group(tex, middle)
        simple = [part if _single(part) else f"({part})" for part in (top, bottom)]
        tex = f"{tex[: found.start()]}{'/'.join(simple)}{tex[end:]}"
    return tex


def _single(part):
    return not re.search(r"[-+ ]|\\cdot|\\sum", part.strip()[1:]) or r"\partial" in part


def _group(tex, start):
    """What stands in the braces that open at `start`, and where they end."""
    depth = 0
    for place in range(start, len(tex)):
        depth += {"{": 1, "}": -1}.get(tex[place], 0)
        if depth == 0:
            return tex[start + 1 : place], place + 1
    raise ValueError(f"tex: expected closed braces, got {tex[start:]!r}")
