"""The chapters taken apart: their sections, questions, exercises and displayed equations."""

import re
from dataclasses import dataclass, field

import nbformat

from book._tools.commands import notebooks
from conftest import BOOK

CHAPTERS = sorted(BOOK.glob("[0-8][0-9]-*.ipynb"))
PAGES = sorted([*BOOK.glob("*.ipynb"), *BOOK.glob("*.md")])
FENCE = re.compile(r"^(```+|:::+)\{(exercise|solution)-(start|end)\} *(.*)$")
DROPDOWN = re.compile(
    r"^:::\{dropdown\} (?P<title>[^\n]+)\n:class-container: quiz-(?P<kind>right|wrong)\n"
    r"(?P<body>.*?)\n:::$",
    re.M | re.S,
)
HINT = re.compile(
    r"^:::\{dropdown\} Hint: ([^\n]*)\n:class-container: hint\n(.*?)\n:::$", re.M | re.S
)
DISPLAYED = re.compile(r"^ *\$\$\n(?P<body>.*?)\n *\$\$(?: *\((?P<label>[\w-]+)\))?$", re.M | re.S)


def cells(path):
    return notebooks.own_cells(nbformat.read(path, as_version=4))


def text(path):
    """The words of a page, without code cells."""
    if path.suffix == ".md":
        return path.read_text(encoding="utf-8")
    return "\n\n".join(cell.source for cell in cells(path) if cell.cell_type == "markdown")


def sections(path):
    """{heading of level 2: its text}, in order; what comes before the first has the key ""."""
    parts = re.split(r"^## (.+)$", text(path), flags=re.M)
    return {"": parts[0]} | dict(zip(parts[1::2], parts[2::2], strict=True))


@dataclass
class Question:
    number: int
    words: str
    options: list  # (title, "right" or "wrong", body)


def questions(path):
    """The questions of "Check yourself"."""
    parts = re.split(r"^\*\*(\d+)\.\*\* ", sections(path)["Check yourself"], flags=re.M)
    found = []
    for number, words in zip(parts[1::2], parts[2::2], strict=True):
        options = [(o["title"], o["kind"], o["body"].strip()) for o in DROPDOWN.finditer(words)]
        found.append(Question(int(number), words.partition(":::")[0].strip(), options))
    return found


@dataclass
class Exercise:
    label: str
    title: str
    asked: list = field(default_factory=list)  # code cells of the exercise
    hints: list = field(default_factory=list)  # (title, text)
    solved: list = field(default_factory=list)  # code cells of its solution
    words: str = ""  # of the exercise
    solution: str = ""
    hidden: bool = False


def exercises(path):
    """{label: Exercise} of a chapter, with the code cells between start and end."""
    found, inside, now = {}, None, None
    for cell in cells(path):
        if cell.cell_type == "code":
            if inside:
                (now.asked if inside == "exercise" else now.solved).append(cell)
            continue
        lines = cell.source.splitlines()
        for position, line in enumerate(lines):
            fence = FENCE.match(line)
            if not fence:
                if inside == "solution":
                    now.solution += line + "\n"
                elif inside:
                    now.words += line + "\n"
                continue
            kind, edge, argument = fence.group(2), fence.group(3), fence.group(4)
            if edge == "end":
                if inside == "exercise":
                    now.hints = HINT.findall(cell.source.partition("```{exercise-end}")[0])
                inside = None
                continue
            inside = kind
            if kind == "exercise":
                label = lines[position + 1].removeprefix(":label: ")
                now = found[label] = Exercise(label, argument)
            else:
                now = found[argument]
                now.hidden = lines[position + 1] == ":class: dropdown"
    return found


def checks_in(code_cells):
    """[(checker's name, what the cell printed)] for each call of `check`."""
    return [
        (name, "".join(output.get("text", "") for output in cell.outputs))
        for cell in code_cells
        for name in re.findall(r"""\bcheck\(\s*["']([\w-]+)["']""", cell.source)
    ]


def displayed(path):
    """[(label or None, LaTeX)] of a page's displayed equations, in order."""
    return [(found["label"], found["body"]) for found in DISPLAYED.finditer(text(path))]
