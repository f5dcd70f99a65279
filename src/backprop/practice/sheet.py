"""Worksheets for a class: other numbers for each student, the solutions, a table of all answers.

    python -m backprop.practice sheet --skills forward,hidden-delta --seed 7 --students 30

writes five files: `sheets.html` and `solutions.html`, which a browser prints, a student a page or
more; the same as `sheets.tex` and `solutions.tex`; and `answers.csv`, a line for each answer.
"""

import csv
import io
import re
from html import escape
from pathlib import Path
from typing import NamedTuple

from backprop._check import check_count
from backprop.practice.derivations import DERIVATIONS
from backprop.practice.exam import derivation_problem, examination, sub_seeds
from backprop.practice.mathml import mathml
from backprop.practice.skills import SKILLS, check_level, check_seed, check_skill, problem

EXAMINATION, DERIVATION = "examination", "derivation"
ALSO = (DERIVATION, EXAMINATION)  # may stand among the skills
MOST_STUDENTS = 1000
TRIES = 100  # for a problem that no other student has
COLUMNS = ("student", "number", "skill", "level", "seed", "asked", "answer", "decimals")

STYLE = """
body { font: 11pt/1.45 Georgia, "Times New Roman", serif; color: #000; background: #fff;
       max-width: 17cm; margin: 1cm auto; padding: 0 0.5cm; }
h1 { font-size: 14pt; margin: 0 0 0.3cm; } h2 { font-size: 12pt; margin: 0.7cm 0 0.2cm; }
section { break-after: page; border-bottom: 1px solid #999; padding-bottom: 1cm; margin-bottom: 1cm; }
article { break-inside: avoid; } .long { break-inside: auto; }
math { font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", math; }
math[display=block] { margin: 0.25cm 0; } p:has(+ math) { break-after: avoid; }
.given { display: flex; flex-wrap: wrap; gap: 0.3cm 0.9cm; align-items: center; margin: 0.2cm 0; }
pre { font: 9.5pt/1.35 monospace; }
mtable.aligned > mtr > mtd:nth-child(odd) { text-align: right; padding-right: 0; }
mtable.aligned > mtr > mtd:nth-child(even) { text-align: left; padding-left: 0; }
.name { display: flex; justify-content: space-between; border-bottom: 1px solid #000; }
ul.asked { list-style: none; padding: 0; margin: 0.3cm 0; display: flex; flex-wrap: wrap;
           gap: 0.3cm 0.9cm; align-items: center; }
ul.asked > li { break-inside: avoid; } ul.asked > .choice { flex: 0 0 100%; }
.blank { display: inline-grid; gap: 2px; vertical-align: middle; margin-left: 0.2cm; }
.blank span { display: block; width: 1.9cm; height: 0.75cm; border: 1px solid #555; }
ol.options { list-style: upper-alpha; margin: 0.1cm 0; columns: 7.5cm; }
ol.short { columns: 2.5cm; } ol.lines { columns: auto; }
ol.options li { break-inside: avoid; }
@page { size: A4; margin: 1.8cm; }
@media print { body { margin: 0; max-width: none; padding: 0; }
  section { border: 0; margin: 0; padding: 0; } section:last-child { break-after: auto; } }
"""
PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage{amsmath,amssymb,enumitem,textcomp}
\usepackage[margin=2cm]{geometry}
\setlength{\parindent}{0pt}\setlength{\parskip}{4pt}
\newcommand{\blank}{\fbox{\rule{0pt}{2.2ex}\hspace{1.4cm}}}
\begin{document}
"""
ALIGNED = re.compile(r"\$\$\\begin\{aligned\}(.*)\\end\{aligned\}\$\$", re.DOTALL)
SHORT = 16  # letters of options that stand three in a row
ESCAPED = {
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "^": r"\^{}",
    "~": r"\~{}",
    "\u2212": "-",
}


class Sheet(NamedTuple):
    """One student's sheet: the student's number, and the `Problem`s."""

    student: int
    problems: tuple


def sheets(skills, *, seed, students, level=2):
    """A `Sheet` for each student, with other numbers for each.

    skills:   keys of `SKILLS`, and "derivation" or "examination"; a sheet has them in this order
    students: at most 1000
    """
    if isinstance(skills, str) or not list(skills):
        raise ValueError(f"skills: expected a list of keys such as ['forward'], got {skills!r}")
    for skill in skills:
        if skill not in ALSO:
            check_skill(skill, more=ALSO)
    check_seed(seed)
    check_level(level)
    check_count("students", students)
    if students > MOST_STUDENTS:
        raise ValueError(f"students: expected at most {MOST_STUDENTS}, got {students}")
    taken, seeds, made = set(), sub_seeds("sheet", seed), []
    for student in range(1, students + 1):
        problems = []
        for skill in skills:
            for _ in range(TRIES):
                drawn = _problems(skill, next(seeds), level)
                if not taken.intersection(one.text + str(one.fields) for one in drawn):
                    break  # else there are no more than these: some students share one
            taken.update(one.text + str(one.fields) for one in drawn)
            problems += drawn
        made.append(Sheet(student, tuple(problems)))
    return made


def _problems(skill, seed, level):
    if skill == EXAMINATION:
        return [part.problem for part in examination(seed).parts]
    if skill == DERIVATION:
        return [derivation_problem(list(DERIVATIONS)[seed % len(DERIVATIONS)], seed)]
    return [problem(skill, seed, level)]


def write_sheets(folder, skills, *, seed, students, level=2):
    """Write the five files of a class into a folder, which is made; returns their paths."""
    made = sheets(skills, seed=seed, students=students, level=level)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "sheets.html": html(made),
        "solutions.html": html(made, solved=True),
        "sheets.tex": latex(made),
        "solutions.tex": latex(made, solved=True),
        "answers.csv": answers(made),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return [folder / name for name in texts]


def title_of(one):
    """The title of a problem's skill."""
    if one.skill in SKILLS:
        return SKILLS[one.skill].title
    return "A derivation, in order"


def given_answer(field):
    """A field's answer in one line: "1, 2; 3, 4", "B", "C, A, D"."""
    if field.kind == "choice":
        return chr(ord("A") + field.options.index(field.answer))
    if field.kind == "order":
        return ", ".join(chr(ord("A") + place) for place in field.answer)
    if not field.shape:
        return field_number(field.answer, field.digits)
    rows = (", ".join(field_number(x, field.digits) for x in row) for row in field.answer)
    return "; ".join(rows)


def field_number(text, digits):
    """A stored number, rounded to the decimals asked for."""
    rounded = f"{round(float(text), digits):.{digits}f}"
    short = rounded.rstrip("0").rstrip(".") if "." in rounded else rounded
    return "0" if short == "-0" else short


def answers(made):
    """The table of all answers as CSV."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for sheet in made:
        for number, one in enumerate(sheet.problems, 1):
            for field in one.fields:
                decimals = field.digits if field.kind == "numbers" else ""
                which = [sheet.student, number, one.skill, one.level, one.seed]
                writer.writerow([*which, field.label, given_answer(field), decimals])
    return table.getvalue()


# HTML ---------------------------------------------------------------------------------------------


def html(made, *, solved=False):
    """All sheets as one page, or their solutions."""
    sections = "\n".join(_html_sheet(sheet, solved) for sheet in made)
    what = "Solutions" if solved else "Worksheets"
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{what}: '
        f"backpropagation</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{sections}\n</body>\n</html>\n"
    )


def _html_sheet(sheet, solved):
    parts = [f'<section><h1>Backpropagation: {"solutions for " if solved else ""}sheet '
             f"{sheet.student}</h1>"]  # fmt: skip
    if not solved:
        parts.append('<p class="name"><span>Name:</span><span>Date:</span></p>')
    for number, one in enumerate(sheet.problems, 1):
        long = " class=long" if len(one.fields) > 4 or solved else ""
        parts.append(f"<article{long}><h2>{number}. {escape(title_of(one))}</h2>")
        parts.append(_html(one.text, beside=True))
        parts.append('<ul class="asked">')
        for field in one.fields:
            kind = "" if field.kind == "numbers" else ' class="choice"'
            parts.append(f"<li{kind}>{_html_field(field, solved)}</li>")
        parts.append("</ul>")
        if solved:
            parts += [_html(line) for line in one.solution]
        parts.append("</article>")
    return "\n".join([*parts, "</section>"])


def _html_field(field, solved):
    if field.kind == "numbers":
        said = given_answer(field)
        name = mathml(field.name)
        if solved:
            return f"{name} = {escape(said)}" if not field.shape else f"{name} = ({escape(said)})"
        rows, columns = field.shape or (1, 1)
        boxes = "<span></span>" * (rows * columns)
        blank = f'<span class="blank" style="grid-template-columns: repeat({columns}, auto)">'
        return f"{name} = {blank}{boxes}</span>"
    short = max(map(len, field.options)) < SHORT
    kind = "lines" if field.kind == "order" else "short" if short else "long"
    options = "".join(f"<li>{_inline(option)}</li>" for option in field.options)
    places = len(field.answer) if field.kind == "order" else 1
    after = f"<b>{given_answer(field)}</b>" if solved else "____ " * places
    return f'{escape(field.label)} {after}<ol class="options {kind}">{options}</ol>'


def _html(markdown, *, beside=False):
    """Paragraphs, displayed equations and blocks of code.

    beside: the lines of an equation beside each other, to save paper
    """
    parts = []
    for block in re.split(r"(```.*?```|\$\$.*?\$\$)", markdown, flags=re.DOTALL):
        if block.startswith("```"):
            parts.append(f"<pre>{escape(block.strip('`').strip(chr(10)))}</pre>")
        elif block.startswith("$$") and beside and ALIGNED.match(block):
            lines = ALIGNED.match(block)[1].split(r" \\ ")
            parts.append(f'<div class="given">{"".join(map(_line, _whole(lines)))}</div>')
        elif block.startswith("$$"):
            parts.append(mathml(block.strip("$"), display=True))
        else:
            parts += [f"<p>{_inline(text)}</p>" for text in block.split("\n\n") if text.strip()]
    return "\n".join(parts)


def _whole(pieces):
    """Lines that were cut inside a matrix, put together again."""
    lines = []
    for piece in pieces:
        if lines and lines[-1].count(r"\begin") > lines[-1].count(r"\end"):
            lines[-1] += rf" \\ {piece}"
        else:
            lines.append(piece)
    return lines


def _line(tex):
    return mathml(tex.replace("&=", "=", 1))


def _inline(text):
    parts = re.split(r"(\$[^$]*\$)", text.strip())
    return "".join(
        mathml(part.strip("$")) if part.startswith("$") else _marked(escape(part, quote=False))
        for part in parts
    )


def _marked(text):
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text)


# LaTeX --------------------------------------------------------------------------------------------


def latex(made, *, solved=False):
    """All sheets as one LaTeX document, or their solutions."""
    return (
        PREAMBLE + "\n\\newpage\n".join(_latex_sheet(s, solved) for s in made) + "\\end{document}\n"
    )


def _latex_sheet(sheet, solved):
    what = "solutions for sheet" if solved else "sheet"
    parts = [rf"\section*{{Backpropagation: {what} {sheet.student}}}"]
    if not solved:
        parts.append(r"Name: \hrulefill\quad Date: \rule{3cm}{0.4pt}")
    for number, one in enumerate(sheet.problems, 1):
        parts.append(rf"\subsection*{{{number}. {_latex(title_of(one))}}}")
        parts.append(_latex(one.text))
        parts += [_latex_field(field, solved) for field in one.fields]
        if solved:
            parts += [_latex(line) for line in one.solution]
    return "\n\n".join(parts) + "\n"


def _latex_field(field, solved):
    if field.kind == "numbers":
        if solved:
            said = given_answer(field)
            return f"${field.name} = {f'({said})' if field.shape else said}$"
        rows, columns = field.shape or (1, 1)
        body = r" \\ ".join(" & ".join([r"\blank"] * columns) for _ in range(rows))
        return rf"${field.name} = \begin{{matrix}} {body} \end{{matrix}}$"
    options = "\n".join(rf"\item {_latex(option)}" for option in field.options)
    places = len(field.answer) if field.kind == "order" else 1
    blanks = r"\rule{1cm}{0.4pt} " * places
    after = rf"\textbf{{{given_answer(field)}}}" if solved else blanks
    listed = rf"\begin{{enumerate}}[label=\Alph*,nosep]{chr(10)}{options}{chr(10)}\end{{enumerate}}"
    return f"{_latex(field.label)} {after}\n{listed}"


def _latex(markdown):
    parts = []
    for block in re.split(r"(```.*?```|\$\$.*?\$\$|\$[^$]*\$)", markdown, flags=re.DOTALL):
        if block.startswith("```"):
            code = block.strip("`").strip("\n")
            parts.append(f"\\begin{{verbatim}}\n{code}\n\\end{{verbatim}}")
        elif block.startswith("$$"):
            parts.append(f"\\[{block.strip('$')}\\]")
        elif block.startswith("$"):
            parts.append(block)
        else:
            text = "".join(ESCAPED.get(letter, letter) for letter in block)
            text = re.sub(r"\*\*(.+?)\*\*", r"\\textbf{\1}", text)
            parts.append(re.sub(r"`([^`]+)`", r"\\texttt{\1}", text))
    return "".join(parts)
